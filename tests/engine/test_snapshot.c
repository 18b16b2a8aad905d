/* test_snapshot.c — a start from the cache of the columns is a start from the facts, only sooner. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "harness.h"
#include "store/store_internal.h"

static const char lead_score[] =
    "score: lead\n"
    "bands: [{label: MQL, from: 10}]\n"
    "groups:\n"
    "  - {name: Who, category: fit, rules: [{name: Pro, when: {property: plan, is: pro}, points: 5}, "
    "{name: Big, when: {property: seats, gt: 10}, points: 2}]}\n"
    "  - {name: Web, category: engagement, rules: [{name: Pricing, event: page, where: "
    "{property: path, is: /pricing}, points: 3}]}\n";

static char store_path[256], snapshot_path[256];

static void open_with_snapshot(struct fixture *f, const char *name)
{
    snprintf(store_path, sizeof store_path, "%s/%s.db", harness_tmpdir(), name);
    snprintf(snapshot_path, sizeof snapshot_path, "%s/%s.snapshot", harness_tmpdir(), name);
    fixture_open(f, store_path);
    f->snapshot = snapshot_path;
    fixture_reopen(f);
    fixture_publish(f, lead_score, PUBLISH_NET);
    fixture_event(f, "user:ada anon:a1", "page", MONDAY, "m1", "path", "/pricing");
    fixture_event(f, "user:ada", "page", MONDAY - DAY, "m2", "path", "/blog");
    fixture_event(f, "user:eve", "page", MONDAY, "m1", "path", "/pricing");
    fixture_set(f, "user:ada", MONDAY, "plan", "pro");
    fixture_set(f, "user:eve", MONDAY, "seats", "12");
    fixture_company(f, "user:eve", "acme", "industry", "Software");
}

static void write_snapshot(struct fixture *f)
{
    struct err_info why = {0};
    CHECK_OK(engine_snapshot(f->engine, &why), why);
    CHECK_INT(access(snapshot_path, F_OK), 0);
}

/* What open_with_snapshot told. */
static void check_all(struct fixture *f)
{
    uint32_t ada = fixture_contact(f, "anon:a1"), eve = fixture_contact(f, "user:eve");
    CHECK_INT(fixture_contact(f, "user:ada"), ada);
    CHECK_INT(fixture_score(f, "lead", ada), 8000000);
    CHECK_INT(fixture_score(f, "lead", eve), 5000000);
    CHECK_INT(engine_event_count(f->engine, ada), 2);
    CHECK_INT(fixture_event(f, "anon:a1", "page", MONDAY, "m1", "path", "/pricing"), FACT_DUPLICATE);
    CHECK_INT(fixture_event(f, "user:eve", "page", MONDAY, "m1", "path", "/pricing"), FACT_DUPLICATE);
}

TEST(a_start_from_a_snapshot_finds_everything)
{
    struct fixture f;
    open_with_snapshot(&f, "everything");
    write_snapshot(&f);
    fixture_reopen(&f);
    check_all(&f);
    fixture_close(&f);
}

TEST(facts_that_came_after_the_snapshot_are_taken_from_the_store)
{
    struct fixture f;
    open_with_snapshot(&f, "after");
    write_snapshot(&f);
    fixture_event(&f, "user:ada", "page", MONDAY, "m3", "path", "/pricing");
    fixture_event(&f, "user:new", "page", MONDAY, "m4", "path", "/pricing");
    fixture_event(&f, "user:new", "page", MONDAY, "m5", "path", "/other");
    fixture_set(&f, "user:ada", MONDAY, "seats", "50");
    fixture_reopen(&f);
    CHECK_INT(fixture_score(&f, "lead", fixture_contact(&f, "user:ada")), 13000000);
    CHECK_STR(fixture_band(&f, "lead", fixture_contact(&f, "user:ada")), STR("MQL"));
    CHECK_INT(fixture_score(&f, "lead", fixture_contact(&f, "user:new")), 3000000);
    CHECK_INT(fixture_event(&f, "user:ada", "page", MONDAY, "m3", "path", "/pricing"), FACT_DUPLICATE);
    fixture_close(&f);
}

TEST(a_merge_that_the_snapshot_does_not_know_unites_what_it_knows)
{
    struct fixture f;
    open_with_snapshot(&f, "merge");
    write_snapshot(&f);
    fixture_event(&f, "user:eve", "page", MONDAY, "m6", "path", "/pricing");
    fixture_set(&f, "user:ada user:eve", MONDAY, "city", "Brno"); /* m1 of both is one event from now on */
    uint32_t one = fixture_contact(&f, "user:eve");
    int64_t before = fixture_score(&f, "lead", one);
    for (int round = 0; round < 2; round++) {
        fixture_reopen(&f);
        CHECK_INT(fixture_contact(&f, "user:ada"), one);
        CHECK_INT(fixture_score(&f, "lead", one), before);
        CHECK_INT(engine_event_count(f.engine, one), 3);
        write_snapshot(&f);
    }
    fixture_close(&f);
}

TEST(a_snapshot_that_is_damaged_cut_short_or_of_another_store_costs_time_and_nothing_else)
{
    struct fixture f;
    open_with_snapshot(&f, "damaged");
    write_snapshot(&f);
    FILE *file = fopen(snapshot_path, "r+b");
    CHECK_TRUE(file != NULL);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    for (int round = 0; round < 3; round++) {
        if (round == 0) { /* a byte in the middle */
            fseek(file, size / 2, SEEK_SET);
            int byte = fgetc(file);
            fseek(file, size / 2, SEEK_SET);
            fputc(byte ^ 0x10, file);
            fflush(file);
        }
        if (round == 1) CHECK_INT(truncate(snapshot_path, size / 3), 0);
        if (round == 2) CHECK_INT(truncate(snapshot_path, 0), 0);
        fixture_reopen(&f);
        check_all(&f);
    }
    fclose(file);
    write_snapshot(&f);
    fixture_close(&f);
    struct fixture other; /* the snapshot of one store beside another */
    fixture_open(&other, NULL);
    other.snapshot = snapshot_path;
    fixture_reopen(&other);
    CHECK_INT(fixture_contact(&other, "user:ada"), RECORD_NONE);
    fixture_close(&other);
}

/* Does the snapshot's file hold these bytes? */
static bool file_has(const char *text)
{
    AUTO_BUF bytes = BUF_INIT(1 << 22);
    FILE *file = fopen(snapshot_path, "rb");
    CHECK_TRUE(file != NULL);
    for (int c; (c = fgetc(file)) != EOF;) buf_append_char(&bytes, (char)c);
    fclose(file);
    return str_contains(buf_str(&bytes), str_from_c(text));
}

TEST(no_snapshot_knows_an_erased_person)
{
    struct fixture f;
    struct err_info why = {0};
    open_with_snapshot(&f, "erased");
    fixture_set(&f, "user:ada", MONDAY, "note", "lives at the harbour");
    fixture_event(&f, "user:ada", "harbour tour", MONDAY, "m9", "boat", "harbour queen");
    write_snapshot(&f);
    CHECK_TRUE(file_has("harbour"));
    CHECK_OK(engine_erase(f.engine, fixture_contact(&f, "user:ada"), STR("user:1"), &why), why);
    CHECK_TRUE(access(snapshot_path, F_OK) != 0);
    CHECK_OK(engine_snapshot(f.engine, &why), why); /* its columns share their texts: none before the next start */
    CHECK_TRUE(access(snapshot_path, F_OK) != 0);
    fixture_reopen(&f);
    write_snapshot(&f);
    CHECK_FALSE(file_has("harbour"));
    fixture_reopen(&f);
    CHECK_INT(fixture_contact(&f, "user:ada"), RECORD_NONE);
    CHECK_INT(fixture_score(&f, "lead", fixture_contact(&f, "user:eve")), 5000000);
    fixture_close(&f);
}

static void *take_snapshot(void *context)
{
    struct fixture *f = context;
    struct err_info why = {0};
    CHECK_OK(engine_snapshot(f->engine, &why), why);
    return NULL;
}

TEST(an_erasure_amid_a_snapshot_ends_both_and_leaves_no_file)
{
    struct fixture f;
    open_with_snapshot(&f, "amid");
    for (int round = 0; round < 50; round++) {
        struct err_info why = {0};
        pthread_t thread;
        fixture_set(&f, "user:new", MONDAY, "plan", "pro");
        uint32_t contact = fixture_contact(&f, "user:new");
        CHECK_INT(pthread_create(&thread, NULL, take_snapshot, &f), 0);
        CHECK_OK(engine_erase(f.engine, contact, STR("user:1"), &why), why);
        CHECK_INT(pthread_join(thread, NULL), 0);
        CHECK_TRUE(access(snapshot_path, F_OK) != 0);
        fixture_reopen(&f);
    }
    fixture_close(&f);
}

/* ---- Beside a server: the store is only read. ---- */

static struct store_ops watched_ops, true_ops;
static struct fixture *server;                    /* the one that runs beside */
static void (*meanwhile)(struct fixture *server); /* done once, when the reader has opened the snapshot */
static uint64_t versions_after;                   /* what the last reading of facts asked for */
static int readings;

static enum err watched_read(struct store *store, const struct store_reader *reader, struct err_info *why)
{
    void (*now)(struct fixture *) = meanwhile;
    meanwhile = NULL;
    if (now != NULL) now(server);
    if (reader->event != NULL) versions_after = reader->versions_after, readings++;
    return true_ops.read(store, reader, why);
}

/* An engine that only reads what *f serves from, as another process does. */
static void open_beside(struct fixture *f, struct fixture *reader, void (*happens)(struct fixture *server))
{
    struct err_info why = {0};
    *reader = (struct fixture){.clock = clock_fixed(MONDAY), .path = f->path};
    const struct store_options store = {.path = f->path, .clock = &reader->clock, .read_only = true};
    CHECK_OK(store_open(&store, &reader->store, &why), why);
    true_ops = watched_ops = *reader->store->ops;
    watched_ops.read = watched_read;
    reader->store->ops = &watched_ops;
    server = f;
    meanwhile = happens;
    readings = 0;
    const struct engine_options options = {.store = reader->store,
                                           .clock = &reader->clock,
                                           .threads = 1,
                                           .waiting_max = 1,
                                           .snapshot_path = snapshot_path,
                                           .read_only = true};
    CHECK_OK(engine_open(&options, &reader->engine, &why), why);
    CHECK_OK(engine_wait_ready(reader->engine, &why), why);
}

TEST(who_only_reads_starts_from_the_servers_snapshot_and_leaves_it_as_it_is)
{
    struct fixture f, reader;
    open_with_snapshot(&f, "beside");
    write_snapshot(&f);
    fixture_event(&f, "user:ada", "page", MONDAY, "m3", "path", "/pricing");
    struct stat before, after;
    CHECK_INT(stat(snapshot_path, &before), 0);
    open_beside(&f, &reader, NULL);
    CHECK_TRUE(versions_after > 0); /* the rest came from the snapshot */
    CHECK_INT(readings, 1);
    CHECK_INT(fixture_score(&reader, "lead", fixture_contact(&reader, "user:ada")), 11000000);
    CHECK_INT(fixture_score(&reader, "lead", fixture_contact(&reader, "user:eve")), 5000000);
    struct err_info why = {0};
    CHECK_OK(engine_snapshot(reader.engine, &why), why);
    fixture_close(&reader);
    CHECK_INT(stat(snapshot_path, &after), 0);
    CHECK_INT(after.st_ino, before.st_ino);
    CHECK_INT(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    fixture_close(&f);
}

TEST(a_bad_snapshot_of_a_server_is_not_used_and_not_removed)
{
    struct fixture f, reader;
    open_with_snapshot(&f, "beside-bad");
    write_snapshot(&f);
    CHECK_INT(truncate(snapshot_path, 100), 0);
    open_beside(&f, &reader, NULL);
    CHECK_INT(versions_after, 0);
    CHECK_INT(fixture_score(&reader, "lead", fixture_contact(&reader, "user:ada")), 8000000);
    fixture_close(&reader);
    CHECK_INT(access(snapshot_path, F_OK), 0);
    fixture_close(&f);
}

static void go_on(struct fixture *f)
{
    struct err_info why = {0};
    fixture_event(f, "user:new anon:n", "page", MONDAY, "m7", "path", "/pricing");
    fixture_company(f, "user:new", "initech", "industry", "Paper");
    CHECK_OK(engine_snapshot(f->engine, &why), why);
}

TEST(a_snapshot_that_is_replaced_while_it_is_read_is_read_anew)
{
    struct fixture f, reader;
    open_with_snapshot(&f, "beside-replaced");
    write_snapshot(&f);
    open_beside(&f, &reader, go_on);
    CHECK_INT(readings, 2);
    CHECK_TRUE(versions_after > 0);
    CHECK_INT(fixture_score(&reader, "lead", fixture_contact(&reader, "user:ada")), 8000000);
    CHECK_INT(fixture_score(&reader, "lead", fixture_contact(&reader, "anon:n")), 3000000);
    fixture_close(&reader);
    fixture_close(&f);
}

static void erase_ada(struct fixture *f)
{
    struct err_info why = {0};
    CHECK_OK(engine_erase(f->engine, fixture_contact(f, "user:ada"), STR("user:1"), &why), why);
}

TEST(somebody_who_is_erased_while_a_snapshot_is_read_is_not_known_afterwards)
{
    struct fixture f, reader;
    open_with_snapshot(&f, "beside-erased");
    uint32_t ada = fixture_contact(&f, "user:ada");
    write_snapshot(&f);
    open_beside(&f, &reader, erase_ada);
    CHECK_INT(readings, 2);
    CHECK_INT(fixture_contact(&reader, "user:ada"), RECORD_NONE);
    CHECK_INT(engine_event_count(reader.engine, ada), 0);
    CHECK_INT(fixture_score(&reader, "lead", fixture_contact(&reader, "user:eve")), 5000000);
    fixture_close(&reader);
    fixture_close(&f);
}

static void unite(struct fixture *f)
{
    fixture_set(f, "user:ada user:eve", MONDAY, "city", "Brno");
    fixture_company(f, "user:late", "late", "industry", "Paper");
}

TEST(what_a_server_takes_between_snapshot_and_reading_is_there_whole)
{
    struct fixture f, reader;
    open_with_snapshot(&f, "beside-merged");
    write_snapshot(&f);
    open_beside(&f, &reader, unite);
    CHECK_INT(readings, 1);
    uint32_t one = fixture_contact(&reader, "user:eve");
    CHECK_INT(fixture_contact(&reader, "user:ada"), one);
    CHECK_INT(fixture_score(&reader, "lead", one), fixture_score(&f, "lead", fixture_contact(&f, "user:eve")));
    CHECK_TRUE(fixture_contact(&reader, "user:late") != RECORD_NONE);
    fixture_close(&reader);
    fixture_close(&f);
}

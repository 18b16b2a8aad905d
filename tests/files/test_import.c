/* test_import.c — files imported into an engine: who is who, what always held, and what is told again. */
// SPDX-License-Identifier: Apache-2.0
#include "files/import.h"

#include <stdio.h>

#include "engine/engine.h"
#include "harness.h"
#include "../engine/look.h"

#define NOW INT64_C(1767571200000) /* 2026-01-05 */

struct kept {
    struct clock clock;
    struct store *store;
    struct engine *engine;
    struct arena *arena;
    struct import_summary summary;
    struct rejects *rejects;
    uint64_t batches_left; /* before the sink fails */
};

static struct kept *open_kept(void)
{
    struct kept *kept = memory_alloc(sizeof *kept);
    *kept = (struct kept){.clock = clock_fixed(NOW), .arena = arena_new(), .batches_left = UINT64_MAX};
    struct err_info why = {0};
    CHECK_OK(store_open(&(struct store_options){.clock = &kept->clock}, &kept->store, &why), why);
    const struct engine_options options = {
        .store = kept->store, .clock = &kept->clock, .threads = 1, .waiting_max = UINT32_MAX};
    CHECK_OK(engine_open(&options, &kept->engine, &why), why);
    CHECK_OK(engine_wait_ready(kept->engine, &why), why);
    return kept;
}

static void close_kept(struct kept *kept)
{
    rejects_free(kept->rejects);
    engine_close(kept->engine);
    store_close(kept->store);
    arena_free(kept->arena);
    memory_free(kept);
}

static const char *file(struct kept *kept, const char *name, const char *text)
{
    const char *path = arena_format(kept->arena, "%s/%s", harness_tmpdir(), name).at;
    FILE *out = fopen(path, "w");
    CHECK_TRUE(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0);
    return path;
}

static enum err take(void *context, struct fact *facts, struct fact_result *results, size_t count, struct err_info *why)
{
    struct kept *kept = context;
    if (kept->batches_left-- == 0) return err_set(why, ERR_UNAVAILABLE, "the disk is full");
    return engine_take(kept->engine, facts, results, count, why);
}

/* `most` facts a batch. */
static enum err import(struct kept *kept, struct load_options options, size_t most)
{
    struct err_info why = {0};
    struct catalog *catalog = catalog_new();
    const struct import_sink sink = {.most = most, .take = take, .context = kept};
    options.one_thread = options.keep_all = true;
    rejects_free(kept->rejects);
    kept->rejects = rejects_new(false);
    enum err e =
        import_files(&options, catalog, kept->rejects, &sink, kept->clock.now_ms(&kept->clock), &kept->summary, &why);
    catalog_free(catalog);
    return e;
}

static uint32_t contact(const struct kept *kept, enum identifier_kind kind, const char *text)
{
    return engine_find_contact(kept->engine, kind, str_from_c(text));
}

static struct str value(const struct kept *kept, enum entity object, const char *id, const char *name, int64_t at_ms)
{
    uint32_t property = catalog_find(engine_catalog(kept->engine), object, str_from_c(name));
    uint32_t record = engine_find(kept->engine, object, str_from_c(id));
    if (property == INTERN_NONE || record == RECORD_NONE) return STR("-");
    const struct value *found = history_value(look_at(kept->engine), property, record, at_ms);
    return found == NULL ? STR("-") : found->raw;
}

TEST(a_column_always_held_and_every_column_is_kept)
{
    struct kept *kept = open_kept();
    const char *contacts = file(kept, "always.csv", "id,email,favourite colour\nann,Ann@Acme.example,green\n");
    CHECK_INT(import(kept, (struct load_options){.contacts = contacts}, 10), ERR_OK);
    CHECK_STR(value(kept, ENTITY_CONTACT, "ann", "favourite colour", 0), STR("green"));
    CHECK_TRUE(contact(kept, IDENTIFIER_USER, "ann") == contact(kept, IDENTIFIER_EMAIL, "ann@acme.example"));
    CHECK_INT(kept->summary.load.rows[ENTITY_CONTACT], 1);
    close_kept(kept);
}

TEST(two_rows_with_one_address_stay_two_people_and_nobody_has_the_address)
{
    struct kept *kept = open_kept();
    const char *contacts =
        file(kept, "shared.csv", "id,email\nann,office@acme.example\nben,office@acme.example\ncy,cy@acme.example\n");
    CHECK_INT(import(kept, (struct load_options){.contacts = contacts}, 10), ERR_OK);
    CHECK_TRUE(contact(kept, IDENTIFIER_ID, "ann") != contact(kept, IDENTIFIER_ID, "ben"));
    CHECK_INT(contact(kept, IDENTIFIER_EMAIL, "office@acme.example"), RECORD_NONE);
    CHECK_INT(contact(kept, IDENTIFIER_EMAIL, "cy@acme.example"), contact(kept, IDENTIFIER_ID, "cy"));
    close_kept(kept);
}

TEST(a_company_is_found_by_its_name_and_one_that_no_file_lists_is_only_mentioned)
{
    struct kept *kept = open_kept();
    const char *companies = file(kept, "firms.csv", "id,name\nf1,Acme\n");
    const char *contacts = file(kept, "staff.csv", "id,company\nann,acme\nben,Globex\n");
    CHECK_INT(import(kept, (struct load_options){.contacts = contacts, .companies = companies}, 10), ERR_OK);
    const struct history *history = look_at(kept->engine);
    uint32_t found = RECORD_NONE, globex = engine_find(kept->engine, ENTITY_COMPANY, STR("Globex"));
    uint32_t ann = contact(kept, IDENTIFIER_ID, "ann");
    CHECK_INT(history_associated(history, ENTITY_CONTACT, ann, ENTITY_COMPANY, 0, &found, 1), 1);
    CHECK_INT(found, engine_find(kept->engine, ENTITY_COMPANY, STR("f1")));
    CHECK_INT(engine_find(kept->engine, ENTITY_COMPANY, STR("acme")), RECORD_NONE);
    CHECK_FALSE(history_is_listed(history, ENTITY_COMPANY, globex));
    close_kept(kept);
}

TEST(a_line_that_is_a_record_as_the_api_takes_it_is_read_as_the_api_reads_it)
{
    struct kept *kept = open_kept();
    const char *contacts =
        file(kept, "bodies.jsonl",
             "{\"id\":\"ann\",\"plan\":\"pro\"}\n"
             "{\"email\":\"ben@acme.example\",\"properties\":{\"plan\":\"free\"},\"company\":\"acme\"}\n"
             "{\"id\":\"cy\",\"properties\":{\"plan\":\"pro\"},\"at\":\"2026-01-03T00:00:00Z\"}\n"
             "{\"properties\":{\"plan\":\"pro\"}}\n{\"id\":\"dan\",\"properties\":3}\n{\"plan\":\"pro\"}\n");
    CHECK_INT(import(kept, (struct load_options){.contacts = contacts}, 10), ERR_OK);
    CHECK_INT(kept->summary.load.rows[ENTITY_CONTACT], 3);
    CHECK_STR(value(kept, ENTITY_CONTACT, "ann", "plan", 0), STR("pro"));
    uint32_t ben = contact(kept, IDENTIFIER_EMAIL, "ben@acme.example");
    struct str ben_id = history_record_id(look_at(kept->engine), ENTITY_CONTACT, ben);
    CHECK_STR(value(kept, ENTITY_CONTACT, arena_str(kept->arena, ben_id).at, "plan", 0), STR("free"));
    CHECK_STR(value(kept, ENTITY_CONTACT, "cy", "plan", 0), STR("-"));
    CHECK_STR(value(kept, ENTITY_CONTACT, "cy", "plan", NOW), STR("pro"));
    CHECK_INT(rejects_count_of(kept->rejects, REJECT_NO_ID), 2);
    CHECK_INT(rejects_count_of(kept->rejects, REJECT_WRONG_TYPE), 1);
    close_kept(kept);
}

TEST(a_deal_knows_its_contacts_by_id_and_by_address)
{
    struct kept *kept = open_kept();
    const char *contacts = file(kept, "buyers.csv", "id,email\nann,ann@acme.example\nben,\n");
    const char *deals = file(kept, "deals.csv", "id,contacts,stage\nd1,ANN@acme.example;ben;zoe,won\n");
    CHECK_INT(import(kept, (struct load_options){.contacts = contacts, .deals = deals}, 10), ERR_OK);
    uint32_t found[4];
    uint32_t deal = engine_find(kept->engine, ENTITY_DEAL, STR("d1"));
    const struct history *history = look_at(kept->engine);
    CHECK_INT(history_associated(history, ENTITY_DEAL, deal, ENTITY_CONTACT, 0, found, 4), 3);
    CHECK_FALSE(history_is_listed(history, ENTITY_CONTACT, contact(kept, IDENTIFIER_ID, "zoe")));
    close_kept(kept);
}

#define CONTACTS "id,plan\nann,pro\nben,free\n"
#define EVENTS                                            \
    "contact,event,time\nann,seen,2026-01-01T10:00:00Z\n" \
    "ann,seen,2026-01-01T10:00:00Z\nben,seen,2026-01-02\nzoe,seen,2026-01-02\n"

TEST(what_is_imported_again_changes_nothing)
{
    struct kept *kept = open_kept();
    const char *events = file(kept, "again-events.csv", EVENTS);
    const struct load_options files = {
        .contacts = file(kept, "again.csv", CONTACTS), .events = &events, .event_file_count = 1};
    CHECK_INT(import(kept, files, 10), ERR_OK);
    CHECK_INT(kept->summary.load.events, 3); /* equal rows on two lines are two events */
    CHECK_INT(rejects_count_of(kept->rejects, REJECT_UNKNOWN_CONTACT), 1);
    kept->clock = clock_fixed(NOW + 1000);
    CHECK_INT(import(kept, files, 10), ERR_OK);
    CHECK_INT(kept->summary.known[ENTITY_EVENT], 3);
    CHECK_INT(engine_counts(kept->engine).events, 3);
    CHECK_INT(engine_event_count(kept->engine, contact(kept, IDENTIFIER_ID, "ann")), 2);
    close_kept(kept);
}

TEST(an_import_that_was_interrupted_goes_on_when_it_is_run_again)
{
    for (uint64_t batches = 0; batches < 6; batches++) {
        struct kept *kept = open_kept();
        const char *events = file(kept, "torn-events.csv", EVENTS);
        const struct load_options files = {
            .contacts = file(kept, "torn.csv", CONTACTS), .events = &events, .event_file_count = 1};
        kept->batches_left = batches;
        (void)import(kept, files, 1);
        kept->batches_left = UINT64_MAX;
        CHECK_INT(import(kept, files, 1), ERR_OK);
        CHECK_INT(engine_counts(kept->engine).events, 3);
        CHECK_STR(value(kept, ENTITY_CONTACT, "ben", "plan", NOW), STR("free"));
        close_kept(kept);
    }
}

TEST(of_two_imports_the_later_one_says_what_a_column_holds)
{
    struct kept *kept = open_kept();
    CHECK_INT(import(kept, (struct load_options){.contacts = file(kept, "v1.csv", "id,plan\nann,pro\n")}, 10), ERR_OK);
    kept->clock = clock_fixed(NOW + 1000);
    CHECK_INT(import(kept, (struct load_options){.contacts = file(kept, "v2.csv", "id,plan\nann,free\n")}, 10), ERR_OK);
    CHECK_STR(value(kept, ENTITY_CONTACT, "ann", "plan", 0), STR("free"));
    close_kept(kept);
}

TEST(an_event_of_somebody_imported_before_needs_no_contacts_file)
{
    struct kept *kept = open_kept();
    const char *contacts = file(kept, "known.csv", "id,email\nann,ann@acme.example\n");
    const char *events = file(kept, "known-events.csv",
                              "contact,event,time\nann,seen,2026-01-01\nann@acme.example,seen,2026-01-02\n"
                              "ben@acme.example,seen,2026-01-02\n");
    CHECK_INT(import(kept, (struct load_options){.contacts = contacts}, 10), ERR_OK);
    CHECK_INT(import(kept, (struct load_options){.events = &events, .event_file_count = 1}, 10), ERR_OK);
    CHECK_INT(engine_event_count(kept->engine, contact(kept, IDENTIFIER_ID, "ann")), 2);
    CHECK_INT(rejects_count_of(kept->rejects, REJECT_UNKNOWN_CONTACT), 1);
    close_kept(kept);
}

TEST(calls_in_a_file_of_events_join_rows_by_address_and_hold_from_their_time_on)
{
    struct kept *kept = open_kept();
    const char *contacts = file(kept, "rows.csv", "id,email\nann,ann@acme.example\n");
    const char *calls = file(kept, "calls.jsonl",
                             "{\"type\":\"identify\",\"anonymousId\":\"x1\",\"traits\":{\"email\":\"ann@acme.example\","
                             "\"plan\":\"pro\"},\"timestamp\":\"2026-01-01T00:00:00Z\"}\n"
                             "{\"type\":\"track\",\"anonymousId\":\"x1\",\"event\":\"seen\",\"timestamp\":"
                             "\"2026-01-02T00:00:00Z\"}\n");
    const struct load_options files = {.contacts = contacts, .events = &calls, .event_file_count = 1};
    CHECK_INT(import(kept, files, 10), ERR_OK);
    uint32_t ann = contact(kept, IDENTIFIER_ID, "ann");
    CHECK_INT(contact(kept, IDENTIFIER_ANONYMOUS, "x1"), ann);
    CHECK_INT(engine_event_count(kept->engine, ann), 1);
    CHECK_STR(value(kept, ENTITY_CONTACT, "ann", "plan", NOW), STR("pro"));
    CHECK_STR(value(kept, ENTITY_CONTACT, "ann", "plan", 0), STR("-"));
    close_kept(kept);
}

TEST(a_refused_row_of_the_last_batch_is_told_with_its_file_though_that_is_closed_by_then)
{
    struct kept *kept = open_kept();
    const char *events = file(kept, "strangers.csv", "contact,event,time\nzoe,seen,2026-01-01\n");
    CHECK_INT(import(kept, (struct load_options){.events = &events, .event_file_count = 1}, 10), ERR_OK);
    size_t count;
    const struct reject *reject = rejects_kept(kept->rejects, &count);
    CHECK_INT(count, 1);
    CHECK_STR(reject->file, str_from_c(events));
    CHECK_INT(reject->line, 2);
    close_kept(kept);
}

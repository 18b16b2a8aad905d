/* test_sqlite_files.c — the file: whose it is, who else has it open, what happens when it is damaged, copied, erased
 * from, or looked at with other tools. */
// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "facts.h"
#include "plain.h"

#define FILE_BYTES_MOST ((size_t)64 << 20)

static void write_file(const char *path, struct str bytes)
{
    FILE *out = fopen(path, "wb");
    CHECK_TRUE(out != NULL);
    CHECK_INT(fwrite(bytes.at, 1, bytes.len, out), bytes.len);
    fclose(out);
}

/* The empty text when there is no such file. */
static struct str read_file(const char *path, const char *ending, struct arena *arena)
{
    FILE *in = fopen(arena_format(arena, "%s%s", path, ending).at, "rb");
    if (in == NULL) return STR("");
    AUTO_BUF all = BUF_INIT(FILE_BYTES_MOST);
    char bytes[65536];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0;) buf_append(&all, (struct str){bytes, n});
    fclose(in);
    return arena_str(arena, buf_str(&all));
}

static bool file_exists(const char *path, const char *ending, struct arena *arena)
{
    return access(arena_format(arena, "%s%s", path, ending).at, F_OK) == 0;
}

/* What a store was when its process ended: database, log and lock. */
struct image {
    struct str database, log, lock;
};

static struct image image_of(const char *path, struct arena *arena)
{
    return (struct image){read_file(path, "", arena), read_file(path, "-wal", arena), read_file(path, "-lock", arena)};
}

static const char *image_put(const struct image *image, struct arena *arena)
{
    const char *path = fresh_path(arena);
    write_file(path, image->database);
    if (image->log.len > 0) write_file(arena_format(arena, "%s-wal", path).at, image->log);
    if (image->lock.len > 0) write_file(arena_format(arena, "%s-lock", path).at, image->lock);
    return path;
}

/* ---- Whose it is. ---- */

TEST(what_is_no_store_is_refused_with_a_sentence_of_its_own_and_left_alone)
{
    AUTO_ARENA arena = arena_new();
    plain_check_refused(harness_tmpdir(), "is a folder");
    const char *empty = fresh_path(arena), *text = fresh_path(arena), *other = fresh_path(arena);
    write_file(empty, STR(""));
    plain_check_refused(empty, "is an empty file");
    write_file(text, STR("id,email\n1,ada@acme.example\n"));
    plain_check_refused(text, "it is no SQLite database");
    plain_run(other, "CREATE TABLE song (title)");
    plain_check_refused(other, "is a database of another program");
    CHECK_STR(plain_ask(other, "SELECT count(*) FROM sqlite_master", arena), STR("1"));
    CHECK_FALSE(file_exists(other, "-lock", arena));
}

TEST(what_is_not_there_is_made_for_writing_and_not_found_for_reading)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = NULL;
    struct err_info why;
    const char *path = fresh_path(arena);
    CHECK_INT(plain_try_store(path, true, &store, &why), ERR_NOT_FOUND);
    CHECK_FALSE(file_exists(path, "", arena));
    CHECK_INT(plain_try_store(arena_format(arena, "%s/no/such/folder.db", harness_tmpdir()).at, false, &store, &why),
              ERR_UNAVAILABLE);
    CHECK_CONTAINS(str_from_c(why.msg), STR("No such file or directory"));
    CHECK_INT(plain_try_store(path, false, &store, &why), ERR_OK);
    store_close(store);
    CHECK_FALSE(file_exists(path, "-new", arena));
    CHECK_FALSE(file_exists(path, "-wal", arena));
}

/* ---- Who else has it open. ---- */

TEST(two_writers_on_one_file_are_one_too_many_and_readers_are_welcome)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct store *writer = open_file(path), *second = NULL, *reader = NULL;
    struct err_info why;
    append_ada(writer);
    CHECK_INT(plain_try_store(path, false, &second, &why), ERR_CONFLICT);
    CHECK_CONTAINS(str_from_c(why.msg), str_from_c(path));
    CHECK_CONTAINS(str_from_c(why.msg), STR("another Plumb works on"));
    const char *alias = fresh_path(arena); /* by another name it is the same file */
    CHECK_INT(symlink(path, alias), 0);
    CHECK_INT(plain_try_store(alias, false, &second, &why), ERR_CONFLICT);
    CHECK_INT(plain_try_store(path, true, &reader, &why), ERR_OK);
    CHECK_OK(append_visits(writer, 0, 3, &why), why);
    CHECK_STR(store_dump(reader, arena), store_dump(writer, arena));
    CHECK_STR(store_findings(reader, arena), STR(""));
    CHECK_INT(append_visits(reader, 3, 1, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("the store was opened for reading only"));
    store_close(reader);
    why = (struct err_info){0};
    CHECK_OK(append_visits(writer, 3, 1, &why), why);
    store_close(writer);
    CHECK_INT(plain_try_store(path, false, &second, &why), ERR_OK);
    store_close(second);
}

/* ---- Killed. ---- */

TEST(whoever_is_killed_after_a_batch_finds_all_of_it_again)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = open_file(fresh_path(arena));
    store_close(store);
    const char *path = fresh_path(arena);
    store = open_file(path);
    struct facts facts = facts_new(harness_seed());
    struct err_info why = {0};
    for (int i = 0; i < 12; i++) {
        struct store_batch batch = facts_batch(&facts, 20, arena);
        CHECK_OK(store_append(store, &batch, &why), why);
        if (i % 5 == 4) store_checkpoint(store);
        struct image image = image_of(path, arena);
        struct store *again = open_file(image_put(&image, arena));
        CHECK_STR(store_dump(again, arena), store_dump(store, arena));
        CHECK_STR(store_findings(again, arena), STR(""));
        store_close(again);
    }
    store_close(store);
}

TEST(what_was_moved_into_the_database_needs_no_log)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct store *store = open_file(path);
    struct err_info why = {0};
    append_ada(store);
    CHECK_OK(append_visits(store, 0, 100, &why), why);
    store_checkpoint(store);
    struct image image = {.database = read_file(path, "", arena)};
    struct store *again = open_file(image_put(&image, arena));
    CHECK_STR(store_dump(again, arena), store_dump(store, arena));
    store_close(again);
    store_close(store);
}

/* ---- Damage. Never silence: all that was acknowledged, or a refusal, or a finding. ---- */

/* A store with some batches, half of them in the log; what it tells in *all. */
static struct image damaged_store(struct arena *arena, struct str *all)
{
    const char *path = fresh_path(arena);
    struct store *store = open_file(path);
    struct facts facts = facts_new(harness_seed());
    struct err_info why = {0};
    for (int i = 0; i < 8; i++) {
        struct store_batch batch = facts_batch(&facts, 30, arena);
        CHECK_OK(store_append(store, &batch, &why), why);
        if (i == 3) store_checkpoint(store);
    }
    *all = store_dump(store, arena);
    struct image image = image_of(path, arena);
    store_close(store);
    return image;
}

/* How a damaged image is answered; FAILs on silence. */
static bool is_refused_or_found(const struct image *image, struct str all, const char *what, size_t at)
{
    AUTO_ARENA arena = arena_new();
    struct store *store = NULL;
    struct err_info why;
    const char *path = image_put(image, arena);
    if (plain_try_store(path, false, &store, &why) != ERR_OK) {
        if (why.code != ERR_INVALID && why.code != ERR_UNAVAILABLE) FAIL("%s at %zu: %s", what, at, why.msg);
        return true;
    }
    bool found = store_findings(store, arena).len > 0;
    if (!found && !str_equal(store_dump(store, arena), all)) FAIL("%s at %zu passed in silence", what, at);
    store_close(store);
    return found;
}

TEST(a_log_that_lost_its_end_is_refused_and_said_to_be_missing)
{
    AUTO_ARENA arena = arena_new();
    struct str all;
    struct image image = damaged_store(arena, &all), cut = image;
    CHECK_FALSE(is_refused_or_found(&image, all, "nothing", 0));
    int noticed = 0;
    for (int i = 0; i < 40; i++) {
        cut.log.len = image.log.len * (size_t)i / 40;
        noticed += is_refused_or_found(&cut, all, "log cut", cut.log.len);
    }
    CHECK_TRUE(noticed > 15); /* the log's last part may be of before it was moved, and needed by nobody */
    cut.log.len = 0;
    const char *path = image_put(&cut, arena);
    struct store *store = NULL;
    struct err_info why;
    CHECK_INT(plain_try_store(path, false, &store, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("its log"));
    CHECK_CONTAINS(str_from_c(why.msg), STR("Restore a backup, or remove"));
    CHECK_INT(unlink(arena_format(arena, "%s-lock", path).at), 0); /* as the sentence says */
    store = open_file(path);
    CHECK_STR(store_findings(store, arena), STR(""));
    store_close(store);
}

TEST(a_bit_that_fell_over_in_the_log_is_noticed)
{
    AUTO_ARENA arena = arena_new();
    struct str all;
    struct image image = damaged_store(arena, &all);
    struct facts dice = facts_new(harness_seed() + 1);
    char *bytes = (char *)(uintptr_t)image.log.at;
    for (int i = 0; i < 150; i++) {
        size_t at = facts_draw(&dice, (uint32_t)image.log.len);
        char mask = (char)(1 << facts_draw(&dice, 8));
        bytes[at] ^= mask;
        (void)is_refused_or_found(&image, all, "bit of the log", at);
        bytes[at] ^= mask;
    }
}

TEST(a_bit_that_fell_over_in_the_database_is_noticed)
{
    AUTO_ARENA arena = arena_new();
    struct str all;
    struct image image = damaged_store(arena, &all);
    struct store *store = open_file(image_put(&image, arena));
    const char *whole = fresh_path(arena);
    struct err_info why = {0};
    CHECK_OK(store_backup(store, whole, &why), why);
    store_close(store);
    image = image_of(whole, arena);
    struct facts dice = facts_new(harness_seed() + 2);
    char *bytes = (char *)(uintptr_t)image.database.at;
    int noticed = 0;
    for (int i = 0; i < 300; i++) {
        size_t at = i < 100 ? (size_t)i : facts_draw(&dice, (uint32_t)image.database.len); /* the header first */
        char mask = (char)(1 << facts_draw(&dice, 8));
        bytes[at] ^= mask;
        noticed += is_refused_or_found(&image, all, "bit of the database", at);
        bytes[at] ^= mask;
    }
    CHECK_TRUE(noticed > 50); /* the others fell in room that nothing uses */
}

TEST(a_database_that_was_cut_is_noticed)
{
    AUTO_ARENA arena = arena_new();
    struct str all;
    struct image image = damaged_store(arena, &all), cut = {0};
    for (int i = 0; i < 20; i++) {
        cut.database = (struct str){image.database.at, image.database.len * (size_t)i / 20};
        CHECK_TRUE(is_refused_or_found(&cut, all, "database cut", cut.database.len));
    }
}

TEST(a_change_by_another_program_is_a_finding_in_words)
{
    static const struct {
        const char *sql, *finding;
    } rows[] = {
        {"DELETE FROM event WHERE key = 2", "numbers of events have gaps: 4 rows, but the last number is 4"},
        {"UPDATE event SET name = 'x' WHERE key = 3", "a row of table event is not what was written"},
        {"UPDATE event SET contact = 7 WHERE key = 1", "event 0 is of contact 7, who does not exist"},
        {"DELETE FROM record", "table record has 0 rows, and 1 were written"},
        {"INSERT INTO record VALUES (0, 5, 'eve', 1, 0, 0)", "numbers of contacts have gaps: 2 rows"},
        {"INSERT INTO session VALUES ('h', 9, 0, 0, 0)", "belongs to a missing row of user"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        AUTO_ARENA arena = arena_new();
        const char *path = fresh_path(arena);
        struct store *store = open_file(path);
        struct err_info why = {0};
        append_ada(store);
        CHECK_OK(append_visits(store, 0, 5, &why), why);
        store_close(store);
        plain_run(path, rows[i].sql);
        store = open_file(path);
        CHECK_CONTAINS(store_findings(store, arena), str_from_c(rows[i].finding));
        store_close(store);
    }
}

/* ---- Copied. ---- */

TEST(a_backup_is_a_whole_store_and_never_overwrites_a_file)
{
    AUTO_ARENA arena = arena_new();
    const char *copy = fresh_path(arena);
    struct store *store = open_file(fresh_path(arena));
    struct err_info why = {0};
    append_ada(store);
    CHECK_OK(append_visits(store, 0, 50, &why), why);
    struct str then = store_dump(store, arena);
    CHECK_OK(store_backup(store, copy, &why), why);
    CHECK_OK(append_visits(store, 50, 1, &why), why);
    struct store *other = open_file(copy);
    CHECK_STR(store_dump(other, arena), then);
    CHECK_STR(store_findings(other, arena), STR(""));
    CHECK_OK(append_visits(other, 50, 2, &why), why);
    store_close(other);
    CHECK_INT(store_backup(store, copy, &why), ERR_CONFLICT);
    CHECK_CONTAINS(str_from_c(why.msg), STR("is there already and is left as it is"));
    why = (struct err_info){0};
    CHECK_INT(store_backup(store, "/nowhere/at/all.db", &why), ERR_UNAVAILABLE);
    store_close(store);
}

/* Whatever the umask lets others do: a folder that is not ours alone may be given to the server. */
TEST(a_store_and_what_lies_beside_it_and_its_backup_are_for_their_owner_alone)
{
    static const char *const endings[] = {"", "-lock", "-wal", "-shm"};
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena), *copy = fresh_path(arena);
    struct err_info why = {0};
    struct stat status;
    mode_t former = umask(0);
    struct store *store = open_file(path);
    append_ada(store);
    CHECK_OK(store_backup(store, copy, &why), why);
    umask(former);
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        CHECK_INT(stat(arena_format(arena, "%s%s", path, endings[i]).at, &status), 0);
        CHECK_INT(status.st_mode & 0777, 0600);
    }
    CHECK_INT(stat(copy, &status), 0);
    CHECK_INT(status.st_mode & 0777, 0600);
    store_close(store);
}

/* A view that looks through all values once more for each contact takes hours for a hundred thousand of them. */
TEST(an_analyst_sees_all_contacts_by_looking_through_their_values_once)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct store *store = open_file(path);
    append_ada(store);
    sqlite3 *db = plain_open(path);
    sqlite3_stmt *plan = NULL;
    CHECK_INT(sqlite3_prepare_v2(db, "EXPLAIN QUERY PLAN SELECT * FROM contacts", -1, &plan, NULL), SQLITE_OK);
    unsigned joins = 0;
    while (sqlite3_step(plan) == SQLITE_ROW) {
        struct str step = str_from_c((const char *)sqlite3_column_text(plan, 3));
        joins += str_starts_with(step, STR("SEARCH i USING")) || str_starts_with(step, STR("SEARCH v USING"));
    }
    CHECK_INT(joins, 2);
    sqlite3_finalize(plan);
    CHECK_INT(sqlite3_close(db), SQLITE_OK);
    store_close(store);
}

/* ---- Erased from. ---- */

static bool is_on_disk(const char *path, const char *text, struct arena *arena)
{
    struct str needle = str_from_c(text);
    return str_contains(read_file(path, "", arena), needle) || str_contains(read_file(path, "-wal", arena), needle);
}

TEST(nothing_of_an_erased_person_is_left_in_the_bytes_of_database_and_log)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct store *store = open_file(path);
    struct err_info why = {0};
    struct facts dice = facts_new(harness_seed());
    uint32_t events = 0;
    for (uint32_t i = 0; i < 3000; i++) { /* ids at random, so that pages of indexes split and are shuffled */
        bool target = i % 1000 == 500;
        struct record_fact record = {.number = i, .listed = true};
        record.id = target ? arena_format(arena, "secret-id-%u", (unsigned)i)
                           : arena_format(arena, "%08x-%u", (unsigned)facts_draw(&dice, UINT32_MAX), (unsigned)i);
        struct identifier_fact identifier = {IDENTIFIER_EMAIL, record.id, i, 1};
        identifier.text = target ? STR("secret-mail@acme.example") : record.id;
        struct version_fact_row version = {ENTITY_CONTACT, i, STR("name"), 1, STR("somebody"), STR("")};
        if (target) version.text = STR("secret-name");
        struct event_fact_row event = {events++, i, 1, 1, STR("visit"), record.id, false, STR("{}"), STR(""), STR("")};
        if (target) event.properties = STR("{\"search\":\"secret-search\"}");
        struct band_fact band = {ENTITY_CONTACT, i, STR("fit"), STR("hot"), STR(""), 1, 1, 1, 0};
        if (target) band.band = STR("secret-band");
        struct reject_fact reject = {1, STR("key:1"), STR("no"), STR(""), STR("refused"), STR("{}")};
        if (target) reject.body = STR("{\"email\":\"secret-mail@acme.example\",\"note\":\"secret-note\"}");
        struct store_batch batch = {.records = &record,
                                    .record_count = 1,
                                    .identifiers = &identifier,
                                    .identifier_count = 1,
                                    .versions = &version,
                                    .version_count = 1,
                                    .events = &event,
                                    .event_count = 1,
                                    .bands = &band,
                                    .band_count = 1,
                                    .rejects = &reject,
                                    .reject_count = target};
        CHECK_OK(store_append(store, &batch, &why), why);
        if (i == 1700) store_checkpoint(store);
    }
    static const char *const secrets[] = {"secret-id",     "secret-mail", "secret-name",
                                          "secret-search", "secret-band", "secret-note"};
    for (size_t i = 0; i < COUNT_OF(secrets); i++) CHECK_TRUE(is_on_disk(path, secrets[i], arena));
    for (uint32_t contact = 500; contact < 3000; contact += 1000)
        CHECK_OK(store_erase_contact(store, contact, NULL, NULL, &why), why);
    for (size_t i = 0; i < COUNT_OF(secrets); i++)
        if (is_on_disk(path, secrets[i], arena)) FAIL("%s is still on the disk", secrets[i]);
    CHECK_STR(store_findings(store, arena), STR(""));
    store_close(store);
}

struct long_reading {
    struct store *store;
    const char *path;
    struct image image; /* of the files when the contact was erased and the log was not overwritten */
    struct arena *arena;
};

static enum err erase_meanwhile(void *context, const struct record_fact *fact, bool archived, struct err_info *why)
{
    (void)archived, (void)fact;
    struct long_reading *reading = context;
    struct err_info refused = {0};
    CHECK_INT(store_erase_contact(reading->store, 0, NULL, NULL, &refused), ERR_UNAVAILABLE);
    CHECK_CONTAINS(str_from_c(refused.msg), STR("it is erased, but a long reading keeps the log"));
    reading->image = image_of(reading->path, reading->arena);
    return err_set(why, ERR_TOO_BIG, "enough");
}

TEST(a_log_that_could_not_be_overwritten_is_told_and_overwritten_at_the_next_call_or_opening)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct store *store = open_file(path);
    struct err_info why = {0};
    struct record_fact record = {.id = STR("secret-id")};
    CHECK_OK(store_append(store, &(struct store_batch){.records = &record, .record_count = 1}, &why), why);
    struct long_reading reading = {.store = store, .path = path, .arena = arena};
    struct store_reader reader = {.context = &reading, .record = erase_meanwhile};
    CHECK_INT(store_read(store, &reader, &why), ERR_TOO_BIG);
    CHECK_TRUE(is_on_disk(path, "secret-id", arena));
    why = (struct err_info){0};
    CHECK_OK(store_erase_contact(store, 0, NULL, NULL, &why), why);
    CHECK_FALSE(is_on_disk(path, "secret-id", arena));
    store_close(store);
    path = image_put(&reading.image, arena); /* killed before that call */
    CHECK_TRUE(is_on_disk(path, "secret-id", arena));
    store = open_file(path);
    CHECK_FALSE(is_on_disk(path, "secret-id", arena));
    store_close(store);
}

/* ---- With other tools. ---- */

TEST(people_find_contacts_events_and_scores_in_views_with_times_and_values_as_they_read_them)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct store *store = open_file(path);
    struct err_info why = {0};
    struct record_fact records[] = {{ENTITY_CONTACT, 0, STR("ada"), true, 1767607200000},
                                    {ENTITY_CONTACT, 1, STR("visitor"), false, 1767607200000},
                                    {ENTITY_COMPANY, 0, STR("acme.example"), true, 1767607200250},
                                    {ENTITY_COMPANY, 1, STR("acme-inc"), true, 1767607200250},
                                    {ENTITY_DEAL, 0, STR("d1"), true, 0}};
    struct identifier_fact identifiers[] = {{IDENTIFIER_EMAIL, STR("ada@acme.example"), 0, 1},
                                            {IDENTIFIER_ANONYMOUS, STR("a-1"), 1, 1}};
    struct merge_fact merges[] = {{ENTITY_CONTACT, 0, 1, 5}, {ENTITY_COMPANY, 0, 1, 6}};
    struct version_fact_row versions[] = {
        {ENTITY_CONTACT, 0, STR("title"), 10, STR("CTO"), STR("")},
        {ENTITY_CONTACT, 0, STR("title"), 5, STR("Engineer"), STR("")},
        {ENTITY_CONTACT, 0, STR("title"), INT64_C(253402300799999), STR("Retired"), STR("")},
        {ENTITY_CONTACT, 1, STR("country"), 5, STR("DE"), STR("")},
        {ENTITY_CONTACT, 0, STR("phone"), 5, STR("1"), STR("")},
        {ENTITY_CONTACT, 0, STR("phone"), 6, STR(""), STR("")},
        {ENTITY_COMPANY, 1, STR("employees"), 5, STR("20"), STR("")}};
    struct event_fact_row event = {0,        1,     1767607200250,           1767607201000, STR("page_viewed"),
                                   STR("m"), false, STR("{\"path\":\"/\"}"), STR(""),       STR("")};
    struct band_fact bands[] = {
        {ENTITY_CONTACT, 0, STR("fit"), STR("cold"), STR(""), 1, 1, 1, 0},
        {ENTITY_CONTACT, 0, STR("fit"), STR("hot"), STR("cold"), 1767607200000, 55500000, 2, 0}};
    struct store_batch batch = {.records = records,
                                .record_count = 5,
                                .identifiers = identifiers,
                                .identifier_count = 2,
                                .merges = merges,
                                .merge_count = 2,
                                .versions = versions,
                                .version_count = COUNT_OF(versions),
                                .events = &event,
                                .event_count = 1,
                                .bands = bands,
                                .band_count = 2};
    CHECK_OK(store_append(store, &batch, &why), why);
    CHECK_STR(plain_ask(path,
                        "SELECT id, identifiers, created, properties, (SELECT count(*) FROM contacts) FROM contacts",
                        arena),
              STR("ada|anonymous:a-1 email:ada@acme.example|2026-01-05T10:00:00.000Z|"
                  "{\"country\":\"DE\",\"title\":\"CTO\"}|1"));
    CHECK_STR(plain_ask(path, "SELECT id, created, properties FROM companies", arena),
              STR("acme.example|2026-01-05T10:00:00.250Z|{\"employees\":\"20\"}"));
    CHECK_STR(plain_ask(path, "SELECT id, properties FROM deals", arena), STR("d1|{}"));
    CHECK_STR(plain_ask(path, "SELECT contact, name, time, properties FROM events", arena),
              STR("ada|page_viewed|2026-01-05T10:00:00.250Z|{\"path\":\"/\"}"));
    CHECK_STR(plain_ask(path, "SELECT * FROM scores", arena),
              STR("contact|ada|fit|hot|2026-01-05T10:00:00.000Z|55.5|2"));
    CHECK_CONTAINS(plain_ask(path, "SELECT sql FROM sqlite_master WHERE name = 'event'", arena),
                   STR("-- when it happened"));
    store_close(store);
}

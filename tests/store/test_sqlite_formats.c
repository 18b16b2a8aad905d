/* test_sqlite_formats.c — files of older and of newer programs. */
// SPDX-License-Identifier: Apache-2.0
#include "facts.h"
#include "plain.h"
#include "store/sql.h"

TEST(a_store_of_a_newer_plumb_is_refused)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    store_close(open_file(path));
    plain_run(path, "PRAGMA user_version = 99");
    plain_check_refused(
        path,
        arena_format(arena, "was made by a newer Plumb (format 99, this one knows %d): use that one", SQL_FORMAT).at);
}

/* What the later migrations added, taken away again. Views of before say nothing that a migration asks. */
#define UNDO_5 "DROP VIEW models; DROP TABLE model_version; DROP TABLE model; "
#define UNDO_4                                                                                          \
    "DROP VIEW contacts; DROP VIEW companies; DROP VIEW deals; DROP VIEW events; DROP VIEW value_now; " \
    "DROP VIEW merged; ALTER TABLE merge DROP COLUMN object; "
#define UNDO_3 "ALTER TABLE event DROP COLUMN source; "

/* A format of before the first, as a stand-in for an older one. */
TEST(migrations_run_once_and_only_for_a_writer)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct store *store = NULL;
    struct err_info why;
    plain_run(path, "PRAGMA application_id = 0x504C4D42");
    CHECK_INT(plain_try_store(path, true, &store, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("made by an older Plumb"));
    for (int i = 0; i < 2; i++) {
        store = open_file(path);
        if (i == 0) append_ada(store);
        CHECK_STR(store_findings(store, arena), STR(""));
        store_close(store);
        CHECK_STR(plain_ask(path, "SELECT user_version, (SELECT count(*) FROM record) FROM pragma_user_version", arena),
                  arena_format(arena, "%d|1", SQL_FORMAT));
    }
}

TEST(a_store_from_before_sources_were_kept_is_whole_afterwards_and_takes_them)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct err_info why = {0};
    struct store *store = open_file(path);
    append_ada(store);
    CHECK_OK(append_visits(store, 0, 3, &why), why);
    struct str before = store_dump(store, arena);
    store_close(store);
    plain_run(path, UNDO_5 UNDO_4 UNDO_3 "PRAGMA user_version = 2");
    store = open_file(path);
    CHECK_STR(store_dump(store, arena), before);
    const struct event_fact_row event = {.number = 3, .name = STR("seen"), .source = STR("key:3")};
    CHECK_OK(store_append(store, &(struct store_batch){.events = &event, .event_count = 1}, &why), why);
    CHECK_CONTAINS(store_dump(store, arena), STR("key:3"));
    CHECK_STR(store_findings(store, arena), STR(""));
    store_close(store);
    CHECK_STR(plain_ask(path, "SELECT count(*), max(source) FROM events", arena), STR("4|key:3"));
}

TEST(a_store_from_before_companies_were_merged_keeps_its_merges_of_contacts_and_takes_others)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct err_info why = {0};
    struct store *store = open_file(path);
    const struct record_fact records[] = {{ENTITY_CONTACT, 0, STR("ada"), true, 1},
                                          {ENTITY_CONTACT, 1, STR("eve"), true, 1},
                                          {ENTITY_COMPANY, 0, STR("acme"), true, 1},
                                          {ENTITY_COMPANY, 1, STR("acme-inc"), true, 1}};
    const struct merge_fact people = {ENTITY_CONTACT, 0, 1, 5}, companies = {ENTITY_COMPANY, 1, 0, 6};
    struct store_batch batch = {.records = records, .record_count = 4, .merges = &people, .merge_count = 1};
    CHECK_OK(store_append(store, &batch, &why), why);
    store_close(store);
    plain_run(path, UNDO_5 UNDO_4 "PRAGMA user_version = 3");
    store = open_file(path);
    CHECK_STR(store_findings(store, arena), STR(""));
    CHECK_OK(store_append(store, &(struct store_batch){.merges = &companies, .merge_count = 1}, &why), why);
    CHECK_CONTAINS(store_dump(store, arena), STR("merge 0 0 1 5\nmerge 1 1 0 6\n"));
    CHECK_STR(store_findings(store, arena), STR(""));
    store_close(store);
    CHECK_STR(plain_ask(path, "SELECT group_concat(id) FROM contacts", arena), STR("ada"));
    CHECK_STR(plain_ask(path, "SELECT group_concat(id) FROM companies", arena), STR("acme-inc"));
}

TEST(a_store_of_the_first_format_keeps_its_accounts)
{
    AUTO_ARENA arena = arena_new();
    const char *path = fresh_path(arena);
    struct store *store = open_file(path);
    struct err_info why = {0};
    uint64_t number = 0;
    const struct token_row token = {.name = STR("crm"), .hash = STR("t1"), .scopes = STR("admin")};
    const struct user_row ada = {.email = STR("ada@acme.example"), .role = STR("admin")};
    CHECK_OK(store_put_token(store, &token, &number, &why), why);
    CHECK_OK(store_put_user(store, &ada, &number, &why), why);
    store_close(store);
    plain_run(path, "ALTER TABLE user DROP COLUMN gone");
    plain_run(path, "ALTER TABLE token DROP COLUMN creator");
    plain_run(path, "ALTER TABLE write_key DROP COLUMN creator");
    plain_run(path, UNDO_5 UNDO_4 UNDO_3);
    plain_run(path, "PRAGMA user_version = 1");
    store = open_file(path);
    struct token_row *tokens;
    struct user_row *users;
    size_t token_count, user_count;
    CHECK_OK(store_tokens(store, arena, &tokens, &token_count, &why), why);
    CHECK_OK(store_users(store, arena, &users, &user_count, &why), why);
    CHECK_INT(token_count, 1);
    CHECK_STR(tokens[0].name, STR("crm"));
    CHECK_STR(tokens[0].creator, STR(""));
    CHECK_INT(user_count, 1);
    CHECK_STR(users[0].email, STR("ada@acme.example"));
    store_close(store);
}

/* test_sqlite.c — SQLite keeps the contract, and agrees with the model on whatever is drawn. */
// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>
#include <stdio.h>

#include "store/sql.h"
#include "store_contract.h"

struct store *contract_open(void)
{
    AUTO_ARENA arena = arena_new();
    return open_file(fresh_path(arena));
}

TEST(a_store_with_a_path_is_in_sqlite)
{
    struct store *store = contract_open();
    CHECK_STR(str_from_c(store_kind(store)), STR("sqlite"));
    store_close(store);
}

TEST(every_statement_is_understood_by_a_fresh_schema_and_has_at_most_ten_parameters_in_a_row)
{
    sqlite3 *db = NULL;
    CHECK_INT(sqlite3_open(":memory:", &db), SQLITE_OK);
    for (int i = 0; i < SQL_FORMAT; i++) {
        CHECK_INT(sql_migrations[i].number, i + 1);
        CHECK_INT(sqlite3_exec(db, sql_migrations[i].text, NULL, NULL, NULL), SQLITE_OK);
    }
    for (int i = 0; i < SQL_COUNT; i++) {
        sqlite3_stmt *statement = NULL;
        const char *rest = NULL;
        if (sqlite3_prepare_v2(db, sql_texts[i].text, -1, &statement, &rest) != SQLITE_OK)
            FAIL("%s: %s", sql_texts[i].name, sqlite3_errmsg(db));
        if (str_trim(str_from_c(rest)).len > 0) FAIL("%s is more than one statement", sql_texts[i].name);
        int parameters = sqlite3_bind_parameter_count(statement);
        CHECK_TRUE(parameters <= 10);
        for (int k = 1; k <= parameters; k++) {
            char name[16];
            snprintf(name, sizeof name, "$%d", k);
            if (sqlite3_bind_parameter_index(statement, name) == 0) FAIL("%s lacks %s", sql_texts[i].name, name);
        }
        sqlite3_finalize(statement);
    }
    CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

/* Batches, erasures and reopenings at random. */
TEST(sqlite_and_the_model_tell_the_same_of_whatever_was_appended)
{
    for (uint64_t round = 0; round < 6; round++) {
        AUTO_ARENA arena = arena_new();
        const char *path = fresh_path(arena);
        struct store *file = open_file(path), *model = NULL;
        struct err_info why = {0};
        CHECK_OK(store_open(&(struct store_options){.clock = clock_system()}, &model, &why), why);
        struct facts facts = facts_new(harness_seed() + round);
        for (int step = 0; step < 40; step++) {
            uint32_t dice = facts_draw(&facts, 20);
            if (dice == 0 && facts.records[ENTITY_CONTACT] > 0) {
                uint32_t contact = facts_draw(&facts, facts.records[ENTITY_CONTACT]);
                CHECK_OK(store_erase_contact(file, contact, NULL, NULL, &why), why);
                CHECK_OK(store_erase_contact(model, contact, NULL, NULL, &why), why);
            } else if (dice == 1) {
                store_close(file);
                file = open_file(path);
            } else if (dice == 2) {
                store_checkpoint(file);
            } else {
                struct store_batch batch = facts_batch(&facts, 1 + facts_draw(&facts, 60), arena);
                CHECK_OK(store_append(file, &batch, &why), why);
                CHECK_OK(store_append(model, &batch, &why), why);
            }
            CHECK_INT(store_next_event(file), store_next_event(model));
        }
        CHECK_STR(store_dump(file, arena), store_dump(model, arena));
        CHECK_STR(store_findings(file, arena), STR(""));
        store_close(file);
        store_close(model);
    }
}

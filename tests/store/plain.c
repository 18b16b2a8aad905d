/* plain.c — a store as a stranger sees it: through SQLite alone. */
// SPDX-License-Identifier: Apache-2.0
#include "plain.h"

#include "base/buf.h"
#include "harness.h"

enum err plain_try_store(const char *path, bool read_only, struct store **out, struct err_info *why)
{
    *why = (struct err_info){0};
    return store_open(&(struct store_options){.path = path, .clock = clock_system(), .read_only = read_only}, out, why);
}

void plain_check_refused(const char *path, const char *sentence)
{
    struct store *store = NULL;
    struct err_info why;
    for (int read_only = 0; read_only < 2; read_only++) {
        CHECK_INT(plain_try_store(path, read_only != 0, &store, &why), ERR_INVALID);
        CHECK_CONTAINS(str_from_c(why.msg), str_from_c(path));
        CHECK_CONTAINS(str_from_c(why.msg), str_from_c(sentence));
    }
}

sqlite3 *plain_open(const char *path)
{
    sqlite3 *db = NULL;
    CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

void plain_run(const char *path, const char *sql)
{
    sqlite3 *db = plain_open(path);
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) FAIL("%s: %s", sql, message);
    CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

struct str plain_ask(const char *path, const char *sql, struct arena *arena)
{
    sqlite3 *db = plain_open(path);
    sqlite3_stmt *statement = NULL;
    AUTO_BUF out = BUF_INIT(65536);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) FAIL("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(statement) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            if (i > 0) buf_append_char(&out, '|');
            buf_append_c(&out, (const char *)sqlite3_column_text(statement, i));
        }
    sqlite3_finalize(statement);
    CHECK_INT(sqlite3_close(db), SQLITE_OK);
    return arena_str(arena, buf_str(&out));
}

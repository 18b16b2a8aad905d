/* plain.c — see plain.h. Rows are numbered as they come, so the same ones can be appended again and again. */
// SPDX-License-Identifier: Apache-2.0
#include "plain.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"

struct plain {
    sqlite3 *db;
    sqlite3_stmt *insert;
    int64_t rows;
};

static void check(const struct plain *plain, bool fine)
{
    if (fine) return;
    fprintf(stderr, "plain SQLite: %s\n", sqlite3_errmsg(plain->db));
    exit(1);
}

static void run(struct plain *plain, const char *sql)
{
    check(plain, sqlite3_exec(plain->db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

void plain_remove(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-lock"};
    char name[4096];
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
}

struct plain *plain_open(const char *path)
{
    plain_remove(path);
    struct plain *plain = calloc(1, sizeof *plain);
    INVARIANT(plain != NULL);
    check(plain, sqlite3_open(path, &plain->db) == SQLITE_OK);
    run(plain, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
               "CREATE TABLE event (key INTEGER PRIMARY KEY, contact, at_ms, received_ms, name, message_id, bot,"
               "                    properties, context)");
    check(plain, sqlite3_prepare_v2(plain->db, "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?)", -1, &plain->insert,
                                    NULL) == SQLITE_OK);
    return plain;
}

static void bind_text(sqlite3_stmt *statement, int at, struct str text)
{
    if (text.len == 0) sqlite3_bind_null(statement, at);
    else sqlite3_bind_text(statement, at, text.at, (int)text.len, SQLITE_STATIC);
}

void plain_append(struct plain *plain, const struct event_fact_row *rows, uint32_t count)
{
    sqlite3_stmt *insert = plain->insert;
    run(plain, "BEGIN");
    for (uint32_t i = 0; i < count; i++) {
        sqlite3_bind_int64(insert, 1, plain->rows + i + 1);
        sqlite3_bind_int64(insert, 2, rows[i].contact);
        sqlite3_bind_int64(insert, 3, rows[i].at_ms);
        sqlite3_bind_int64(insert, 4, rows[i].received_ms);
        bind_text(insert, 5, rows[i].name);
        bind_text(insert, 6, rows[i].message_id);
        sqlite3_bind_int(insert, 7, rows[i].bot);
        bind_text(insert, 8, rows[i].properties);
        bind_text(insert, 9, rows[i].context);
        check(plain, sqlite3_step(insert) == SQLITE_DONE);
        sqlite3_reset(insert);
    }
    run(plain, "COMMIT");
    plain->rows += count;
    if (plain->rows % PLAIN_CHECKPOINT_ROWS < count) run(plain, "PRAGMA wal_checkpoint(PASSIVE)");
}

void plain_close(struct plain *plain)
{
    sqlite3_finalize(plain->insert);
    sqlite3_close(plain->db);
    free(plain);
}

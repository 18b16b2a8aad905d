/* connection.c — SQLite behind a face of ours. */
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/connection.h"

#include <stdio.h>
#include <string.h>

#define BUSY_WAIT_MS 5000         /* for another process, such as a checkpoint of the sqlite3 shell */
#define CACHE_KB_WRITING "-65536" /* indexes on ids stay in memory while records arrive */

/* Every connection. The log is moved by log.c alone, away from whoever waits for an append; what is
 * deleted is overwritten; schemas of strangers may not call functions. */
static const char settings[] = "PRAGMA synchronous = FULL;"
                               "PRAGMA wal_autocheckpoint = 0;"
                               "PRAGMA secure_delete = ON;"
                               "PRAGMA foreign_keys = ON;"
                               "PRAGMA trusted_schema = OFF;";

/* A sentence for each way in which a disk or a file can fail. */
static enum err describe(int rc, const char *path, const char *detail, struct err_info *why)
{
    if (rc == SQLITE_CONSTRAINT_FOREIGNKEY) return err_set(why, ERR_NOT_FOUND, "what it belongs to does not exist");
    switch (rc & 0xff) {
    case SQLITE_FULL: return err_set(why, ERR_UNAVAILABLE, "no room is left on the disk for %s", path);
    case SQLITE_IOERR: return err_set(why, ERR_UNAVAILABLE, "the disk refused to read or write %s (%s)", path, detail);
    case SQLITE_CANTOPEN: return err_set(why, ERR_UNAVAILABLE, "%s or a file beside it cannot be opened", path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return err_set(why, ERR_UNAVAILABLE, "%s may not be written by this user", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return err_set(why, ERR_UNAVAILABLE, "another program is holding %s", path);
    case SQLITE_NOMEM: return err_set(why, ERR_UNAVAILABLE, "there is not enough memory to work with %s", path);
    case SQLITE_ERROR: /* every statement is tested against the schema, so the schema is not what it was */
    case SQLITE_CORRUPT:
        return err_set(why, ERR_INVALID, "%s is damaged (%s): restore a backup; \"plumb doctor\" says what is wrong",
                       path, detail);
    case SQLITE_NOTADB:
        return err_set(why, ERR_INVALID,
                       "%s is not a store of Plumb's: it is no SQLite database, or its first bytes "
                       "are damaged; if it was one, restore a backup",
                       path);
    case SQLITE_CONSTRAINT: return err_set(why, ERR_CONFLICT, "it is there already (%s)", detail);
    case SQLITE_TOOBIG: return err_set(why, ERR_TOO_BIG, "a text is longer than a database takes (1 GB)");
    default: return err_set(why, ERR_INTERNAL, "%s: %s", path, detail);
    }
}

enum err connection_fail(const struct connection *connection, int rc, struct err_info *why)
{
    const char *detail = sqlite3_errstr(rc);
    if ((rc & 0xff) == SQLITE_CONSTRAINT || (rc & 0xff) == SQLITE_ERROR) detail = sqlite3_errmsg(connection->db);
    return describe(rc, connection->path, detail, why);
}

enum err connection_run(struct connection *connection, const char *sql, struct err_info *why)
{
    int rc = sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : connection_fail(connection, rc, why);
}

enum err connection_ask(struct connection *connection, const char *sql, int64_t *out, struct err_info *why)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) *out = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return rc == SQLITE_ROW ? ERR_OK : connection_fail(connection, rc, why);
}

enum err connection_open(const char *path, const char *vfs, enum connection_use use, struct connection **out,
                         struct err_info *why)
{
    struct connection *connection = memory_alloc(sizeof *connection);
    connection->path = path;
    int flags = SQLITE_OPEN_NOMUTEX | (use == CONNECTION_WRITES ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    int rc = sqlite3_open_v2(path, &connection->db, flags, vfs);
    if (rc != SQLITE_OK) {
        rc = connection->db != NULL ? sqlite3_extended_errcode(connection->db) : rc;
        enum err e = connection_fail(connection, rc, why);
        connection_close(connection);
        return e;
    }
    sqlite3_extended_result_codes(connection->db, 1);
    sqlite3_busy_timeout(connection->db, BUSY_WAIT_MS);
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    enum err e = connection_run(connection, settings, why);
    if (e == ERR_OK && use == CONNECTION_WRITES)
        e = connection_run(connection, "PRAGMA cache_size = " CACHE_KB_WRITING ";", why);
    if (e != ERR_OK) {
        connection_close(connection);
        return e;
    }
    *out = connection;
    return ERR_OK;
}

void connection_close(struct connection *connection)
{
    if (connection == NULL) return;
    for (int i = 0; i < SQL_COUNT; i++) sqlite3_finalize(connection->queries[i].statement);
    INVARIANT(sqlite3_close(connection->db) == SQLITE_OK);
    memory_free(connection);
}

static MUST_CHECK enum err prepare(struct connection *connection, enum sql sql, struct query *query,
                                   struct err_info *why)
{
    int rc =
        sqlite3_prepare_v3(connection->db, sql_texts[sql].text, -1, SQLITE_PREPARE_PERSISTENT, &query->statement, NULL);
    if (rc != SQLITE_OK) return connection_fail(connection, rc, why);
    query->connection = connection;
    INVARIANT(sqlite3_bind_parameter_count(query->statement) <= QUERY_PARAMETERS);
    for (int i = 1; i <= QUERY_PARAMETERS; i++) {
        char name[8];
        snprintf(name, sizeof name, "$%d", i);
        query->at[i] = sqlite3_bind_parameter_index(query->statement, name);
    }
    return ERR_OK;
}

enum err query_get(struct connection *connection, enum sql sql, struct query **out, struct err_info *why)
{
    struct query *query = &connection->queries[sql];
    *out = query;
    query->failed = SQLITE_OK;
    return query->statement != NULL ? ERR_OK : prepare(connection, sql, query, why);
}

enum err query_step(struct query *query, bool *row, struct err_info *why)
{
    *row = false;
    int rc = query->failed != SQLITE_OK ? query->failed : sqlite3_step(query->statement);
    if (rc == SQLITE_ROW) {
        *row = true;
        return ERR_OK;
    }
    enum err e = rc == SQLITE_DONE ? ERR_OK : connection_fail(query->connection, rc, why);
    query_end(query);
    return e;
}

enum err query_run(struct query *query, struct err_info *why)
{
    int rc = query->failed != SQLITE_OK ? query->failed : sqlite3_step(query->statement);
    if (rc == SQLITE_DONE) {
        sqlite3_reset(query->statement);
        return ERR_OK;
    }
    INVARIANT(rc != SQLITE_ROW);
    enum err e = connection_fail(query->connection, rc, why);
    query_end(query);
    return e;
}

void query_end(struct query *query)
{
    sqlite3_reset(query->statement); /* its result repeats an error that was told already */
    query->failed = SQLITE_OK;
}

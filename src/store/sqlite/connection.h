/* connection.h — SQLite behind a face of ours: statements kept, values in and out, errors as sentences.
 *
 * A connection belongs to one thread at a time. Parameters are bound by the number that the
 * .sql file gives them: SQLite numbers them by first appearance, so what "$2" is there is
 * looked up once, when the statement is prepared. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_STORE_SQLITE_CONNECTION_H
#define PLUMB_STORE_SQLITE_CONNECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/sql.h"

#define QUERY_PARAMETERS 10

struct connection;

struct query {
    sqlite3_stmt *statement;
    int at[QUERY_PARAMETERS + 1]; /* [2] is SQLite's index of "$2" */
    int failed;                   /* of the first value that could not be bound */
    struct connection *connection;
};

struct connection {
    sqlite3 *db;
    const char *path;                /* borrowed; for sentences */
    struct query queries[SQL_COUNT]; /* prepared when first needed */
};

enum connection_use { CONNECTION_READS, CONNECTION_WRITES };

/* Open the database at `path`, which is there. `vfs` may be NULL. *out is from memory_alloc; free with connection_close. */
MUST_CHECK enum err connection_open(const char *path, const char *vfs, enum connection_use use, struct connection **out,
                                    struct err_info *why);
void connection_close(struct connection *connection); /* NULL is fine */

/* What SQLite said, as an error and a sentence that names the file: no room, damaged, busy... `rc` is extended. */
enum err connection_fail(const struct connection *connection, int rc, struct err_info *why);

/* Statements without parameters and rows. */
MUST_CHECK enum err connection_run(struct connection *connection, const char *sql, struct err_info *why);
/* The whole number that a statement such as "PRAGMA user_version" says. */
MUST_CHECK enum err connection_ask(struct connection *connection, const char *sql, int64_t *out, struct err_info *why);

/* The statement, reset and ready to be bound. Parameters keep their values until they are bound again. */
MUST_CHECK enum err query_get(struct connection *connection, enum sql sql, struct query **out, struct err_info *why);

/* Values are borrowed until query_end or the next query_run. */
static inline void query_i64(struct query *query, int parameter, int64_t value)
{
    int rc = sqlite3_bind_int64(query->statement, query->at[parameter], value);
    if (rc != SQLITE_OK) query->failed = rc;
}

/* An empty text is NULL. */
static inline void query_text(struct query *query, int parameter, struct str text)
{
    int rc = text.len == 0 ? sqlite3_bind_null(query->statement, query->at[parameter])
                           : sqlite3_bind_text64(query->statement, query->at[parameter], text.at, text.len,
                                                 SQLITE_STATIC, SQLITE_UTF8);
    if (rc != SQLITE_OK) query->failed = rc;
}

/* A text of a column that is never NULL: the empty one is ''. */
static inline void query_word(struct query *query, int parameter, struct str text)
{
    int rc = sqlite3_bind_text64(query->statement, query->at[parameter], text.len == 0 ? "" : text.at, text.len,
                                 SQLITE_STATIC, SQLITE_UTF8);
    if (rc != SQLITE_OK) query->failed = rc;
}

/* Bytes; none are NULL. */
static inline void query_blob(struct query *query, int parameter, struct str bytes)
{
    int rc = bytes.len == 0
                 ? sqlite3_bind_null(query->statement, query->at[parameter])
                 : sqlite3_bind_blob64(query->statement, query->at[parameter], bytes.at, bytes.len, SQLITE_STATIC);
    if (rc != SQLITE_OK) query->failed = rc;
}

/* Run a statement that has no rows, and reset it. */
MUST_CHECK enum err query_run(struct query *query, struct err_info *why);

/* The next row: *row says whether there is one. After the last or an error the statement is reset. */
MUST_CHECK enum err query_step(struct query *query, bool *row, struct err_info *why);
void query_end(struct query *query); /* before the last row was read; may be called twice */

static inline int64_t column_i64(const struct query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

/* A view until the next step. */
static inline struct str column_text(const struct query *query, int column)
{
    const char *at = (const char *)sqlite3_column_text(query->statement, column);
    return (struct str){at, (size_t)sqlite3_column_bytes(query->statement, column)};
}

/* Bytes as they are; empty when NULL. A view likewise. */
static inline struct str column_blob(const struct query *query, int column)
{
    const char *at = sqlite3_column_blob(query->statement, column);
    return (struct str){at, (size_t)sqlite3_column_bytes(query->statement, column)};
}

/* A copy in `arena`. */
static inline struct str column_copy(const struct query *query, int column, struct arena *arena)
{
    return arena_str(arena, column_text(query, column));
}

#endif

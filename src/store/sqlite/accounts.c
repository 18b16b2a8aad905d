/* accounts.c — users, sessions, tokens, write keys and small texts. Each change is a transaction of its own. */
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

/* Run the statement that adds a row, or the one that changes it when it has a number; the caller has bound it. */
static MUST_CHECK enum err put(struct sqlite_store *store, struct query *query, const char *what, uint64_t is,
                               uint64_t *number, struct err_info *why)
{
    enum err e = query_run(query, why);
    if (e != ERR_OK) return e;
    if (is == 0) *number = (uint64_t)sqlite3_last_insert_rowid(store->writer->db);
    else if (sqlite3_changes(store->writer->db) == 0)
        return err_set(why, ERR_NOT_FOUND, "there is no %s %llu", what, (unsigned long long)is);
    return ERR_OK;
}

enum err sqlite_put_user(struct store *base, const struct user_row *row, uint64_t *number, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct query *query;
    enum err e = query_get(store->writer, row->number == 0 ? SQL_USER_ADD : SQL_USER_CHANGE, &query, why);
    if (e != ERR_OK) return e;
    query_word(query, 1, row->email);
    query_text(query, 2, row->name);
    query_text(query, 3, row->role);
    query_text(query, 4, row->password_hash);
    query_i64(query, 5, row->created_ms);
    query_i64(query, 6, row->disabled);
    if (row->number != 0) query_i64(query, 7, (int64_t)row->number);
    return put(store, query, "user", row->number, number, why);
}

enum err sqlite_put_token(struct store *base, const struct token_row *row, uint64_t *number, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct query *query;
    enum err e = query_get(store->writer, row->number == 0 ? SQL_TOKEN_ADD : SQL_TOKEN_CHANGE, &query, why);
    if (e != ERR_OK) return e;
    query_text(query, 1, row->name);
    query_word(query, 2, row->hash);
    query_text(query, 3, row->scopes);
    query_i64(query, 4, row->created_ms);
    query_i64(query, 5, row->last_used_ms);
    query_i64(query, 6, row->revoked);
    query_text(query, 7, row->creator);
    if (row->number != 0) query_i64(query, 8, (int64_t)row->number);
    return put(store, query, "token", row->number, number, why);
}

enum err sqlite_put_key(struct store *base, const struct key_row *row, uint64_t *number, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct query *query;
    enum err e = query_get(store->writer, row->number == 0 ? SQL_WRITE_KEY_ADD : SQL_WRITE_KEY_CHANGE, &query, why);
    if (e != ERR_OK) return e;
    query_text(query, 1, row->name);
    query_word(query, 2, row->hash);
    query_text(query, 3, row->hint);
    query_i64(query, 4, row->created_ms);
    query_i64(query, 5, row->revoked);
    query_text(query, 6, row->creator);
    if (row->number != 0) query_i64(query, 7, (int64_t)row->number);
    return put(store, query, "write key", row->number, number, why);
}

enum err sqlite_put_session(struct store *base, const struct session_row *row, struct err_info *why)
{
    struct query *query;
    enum err e = query_get(sqlite_of(base)->writer, SQL_SESSION_PUT, &query, why);
    if (e != ERR_OK) return e;
    query_word(query, 1, row->hash);
    query_i64(query, 2, (int64_t)row->user);
    query_i64(query, 3, row->created_ms);
    query_i64(query, 4, row->expires_ms);
    query_i64(query, 5, row->seen_ms);
    return query_run(query, why);
}

static MUST_CHECK enum err run_with_name(struct store *base, enum sql sql, struct str name, struct err_info *why)
{
    struct query *query;
    enum err e = query_get(sqlite_of(base)->writer, sql, &query, why);
    if (e != ERR_OK) return e;
    query_word(query, 1, name);
    return query_run(query, why);
}

enum err sqlite_delete_session(struct store *base, struct str hash, struct err_info *why)
{
    return run_with_name(base, SQL_SESSION_DELETE, hash, why);
}

static MUST_CHECK enum err delete_others(struct sqlite_store *store, uint64_t user, struct str hash,
                                         struct err_info *why)
{
    struct query *query;
    enum err e = query_get(store->writer, SQL_SESSION_DELETE_OTHERS, &query, why);
    if (e != ERR_OK) return e;
    query_i64(query, 1, (int64_t)user);
    query_word(query, 2, hash);
    return query_run(query, why);
}

enum err sqlite_delete_sessions_but(struct store *base, uint64_t user, struct str hash, struct err_info *why)
{
    return delete_others(sqlite_of(base), user, hash, why);
}

static MUST_CHECK enum err delete_user(struct sqlite_store *store, uint64_t number, struct err_info *why)
{
    struct query *query;
    enum err e = query_get(store->writer, SQL_USER_DELETE, &query, why);
    if (e != ERR_OK) return e;
    query_i64(query, 1, (int64_t)number);
    if ((e = query_run(query, why)) != ERR_OK) return e;
    if (sqlite3_changes(store->writer->db) == 0)
        return err_set(why, ERR_NOT_FOUND, "there is no user %llu", (unsigned long long)number);
    return delete_others(store, number, STR(""), why);
}

enum err sqlite_delete_user(struct store *base, uint64_t number, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    enum err e = transaction_begin(store, why);
    return e != ERR_OK ? e : transaction_end(store, delete_user(store, number, why), why);
}

enum err sqlite_put_text(struct store *base, struct str name, struct str text, struct err_info *why)
{
    if (text.len == 0) return run_with_name(base, SQL_TEXT_DELETE, name, why);
    struct query *query;
    enum err e = query_get(sqlite_of(base)->writer, SQL_TEXT_PUT, &query, why);
    if (e != ERR_OK) return e;
    query_word(query, 1, name);
    query_word(query, 2, text);
    return query_run(query, why);
}

/* ---- Reading. ---- */

enum err sqlite_users(struct store *base, struct arena *arena, struct user_row **out, size_t *count,
                      struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    enum err e = question_begin(&question, base, SQL_USER_ALL, why);
    if (e == ERR_OK) e = question_next(&question, why);
    while (e == ERR_OK && question.row) {
        struct user_row *row = rows_next(arena, &rows, n++, &capacity, sizeof *row);
        *row = (struct user_row){.number = (uint64_t)column_i64(question.query, 0),
                                 .email = column_copy(question.query, 1, arena),
                                 .name = column_copy(question.query, 2, arena),
                                 .role = column_copy(question.query, 3, arena),
                                 .password_hash = column_copy(question.query, 4, arena),
                                 .created_ms = column_i64(question.query, 5),
                                 .disabled = column_i64(question.query, 6) != 0};
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

enum err sqlite_tokens(struct store *base, struct arena *arena, struct token_row **out, size_t *count,
                       struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    enum err e = question_begin(&question, base, SQL_TOKEN_ALL, why);
    if (e == ERR_OK) e = question_next(&question, why);
    while (e == ERR_OK && question.row) {
        struct token_row *row = rows_next(arena, &rows, n++, &capacity, sizeof *row);
        *row = (struct token_row){.number = (uint64_t)column_i64(question.query, 0),
                                  .name = column_copy(question.query, 1, arena),
                                  .hash = column_copy(question.query, 2, arena),
                                  .scopes = column_copy(question.query, 3, arena),
                                  .created_ms = column_i64(question.query, 4),
                                  .last_used_ms = column_i64(question.query, 5),
                                  .revoked = column_i64(question.query, 6) != 0,
                                  .creator = column_copy(question.query, 7, arena)};
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

enum err sqlite_keys(struct store *base, struct arena *arena, struct key_row **out, size_t *count, struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    enum err e = question_begin(&question, base, SQL_WRITE_KEY_ALL, why);
    if (e == ERR_OK) e = question_next(&question, why);
    while (e == ERR_OK && question.row) {
        struct key_row *row = rows_next(arena, &rows, n++, &capacity, sizeof *row);
        *row = (struct key_row){.number = (uint64_t)column_i64(question.query, 0),
                                .name = column_copy(question.query, 1, arena),
                                .hash = column_copy(question.query, 2, arena),
                                .hint = column_copy(question.query, 3, arena),
                                .created_ms = column_i64(question.query, 4),
                                .revoked = column_i64(question.query, 5) != 0,
                                .creator = column_copy(question.query, 6, arena)};
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

static struct session_row session_of(struct query *query, struct arena *arena)
{
    return (struct session_row){.hash = column_copy(query, 0, arena),
                                .user = (uint64_t)column_i64(query, 1),
                                .created_ms = column_i64(query, 2),
                                .expires_ms = column_i64(query, 3),
                                .seen_ms = column_i64(query, 4)};
}

enum err sqlite_sessions(struct store *base, uint64_t user, size_t most, struct arena *arena, struct session_row **out,
                         size_t *count, struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    enum err e = question_begin(&question, base, SQL_SESSION_OF_USER, why);
    if (e == ERR_OK) {
        query_i64(question.query, 1, (int64_t)user);
        query_i64(question.query, 2, (int64_t)most);
        e = question_next(&question, why);
    }
    while (e == ERR_OK && question.row) {
        *(struct session_row *)rows_next(arena, &rows, n++, &capacity, sizeof(struct session_row)) =
            session_of(question.query, arena);
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

enum err sqlite_find_session(struct store *base, struct str hash, struct arena *arena, struct session_row *out,
                             struct err_info *why)
{
    struct question question;
    enum err e = question_begin(&question, base, SQL_SESSION_FIND, why);
    if (e == ERR_OK) {
        query_word(question.query, 1, hash);
        e = question_next(&question, why);
    }
    if (e == ERR_OK && !question.row) e = err_set(why, ERR_NOT_FOUND, "there is no such session");
    if (e == ERR_OK) *out = session_of(question.query, arena);
    return question_end(&question, e);
}

enum err sqlite_get_text(struct store *base, struct str name, struct arena *arena, struct str *out,
                         struct err_info *why)
{
    struct question question;
    enum err e = question_begin(&question, base, SQL_TEXT_GET, why);
    if (e == ERR_OK) {
        query_word(question.query, 1, name);
        e = question_next(&question, why);
    }
    if (e == ERR_OK && !question.row)
        e = err_set(why, ERR_NOT_FOUND, "there is no text \"" STR_FMT "\"", STR_ARG(name));
    if (e == ERR_OK) *out = column_copy(question.query, 0, arena);
    return question_end(&question, e);
}

enum err sqlite_text_names(struct store *base, struct str prefix, struct arena *arena, struct str **out, size_t *count,
                           struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    enum err e = question_begin(&question, base, SQL_TEXT_NAMES, why);
    if (e == ERR_OK) e = question_next(&question, why);
    while (e == ERR_OK && question.row) {
        if (str_starts_with(column_text(question.query, 0), prefix))
            *(struct str *)rows_next(arena, &rows, n++, &capacity, sizeof(struct str)) =
                column_copy(question.query, 0, arena);
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

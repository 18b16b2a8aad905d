/* questions.c — few rows of the facts, by number or newest first. */
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

enum err question_begin(struct question *question, struct store *store, enum sql sql, struct err_info *why)
{
    *question = (struct question){.store = sqlite_of(store)};
    enum err e = reader_take(question->store, &question->connection, why);
    return e == ERR_OK ? query_get(question->connection, sql, &question->query, why) : e;
}

enum err question_next(struct question *question, struct err_info *why)
{
    return query_step(question->query, &question->row, why);
}

enum err question_end(struct question *question, enum err e)
{
    if (question->query != NULL && question->query->statement != NULL) query_end(question->query);
    if (question->connection != NULL) reader_give(question->store, question->connection);
    return e;
}

static struct event_fact_row kept_event(const struct query *query, struct arena *arena)
{
    struct event_fact_row row = row_event(query);
    row.name = arena_str(arena, row.name);
    row.message_id = arena_str(arena, row.message_id);
    row.properties = arena_str(arena, row.properties);
    row.context = arena_str(arena, row.context);
    row.source = arena_str(arena, row.source);
    return row;
}

enum err sqlite_events(struct store *store, const uint32_t *numbers, size_t count, struct arena *arena,
                       struct event_fact_row *out, struct err_info *why)
{
    struct question question;
    enum err e = question_begin(&question, store, SQL_EVENT_AT, why);
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        query_i64(question.query, 1, (int64_t)numbers[i] + 1);
        e = question_next(&question, why);
        if (e != ERR_OK) break;
        out[i] = (struct event_fact_row){.number = UINT32_MAX};
        if (!question.row) continue;
        out[i] = kept_event(question.query, arena);
        query_end(question.query);
    }
    return question_end(&question, e);
}

enum err sqlite_last_version(struct store *store, uint64_t *out, struct err_info *why)
{
    struct question question;
    enum err e = question_begin(&question, store, SQL_VERSION_LAST, why);
    if (e == ERR_OK) e = question_next(&question, why);
    if (e == ERR_OK) *out = question.row ? (uint64_t)column_i64(question.query, 0) : 0;
    return question_end(&question, e);
}

enum err sqlite_rejects(struct store *store, uint64_t before, size_t most, struct arena *arena, struct reject_row **out,
                        size_t *count, struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    enum err e = question_begin(&question, store, SQL_REJECT_NEWEST, why);
    if (e == ERR_OK) {
        query_i64(question.query, 1, (int64_t)before);
        query_i64(question.query, 2, (int64_t)most);
        e = question_next(&question, why);
    }
    while (e == ERR_OK && question.row) {
        struct reject_row *row = rows_next(arena, &rows, n++, &capacity, sizeof *row);
        row->number = (uint64_t)column_i64(question.query, 0);
        row->fact = (struct reject_fact){.at_ms = column_i64(question.query, 1),
                                         .source = column_copy(question.query, 2, arena),
                                         .reason = column_copy(question.query, 3, arena),
                                         .place = column_copy(question.query, 4, arena),
                                         .message = column_copy(question.query, 5, arena),
                                         .body = column_copy(question.query, 6, arena)};
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

enum err sqlite_audits(struct store *store, uint64_t before, size_t most, struct arena *arena, struct audit_row **out,
                       size_t *count, struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    enum err e = question_begin(&question, store, SQL_AUDIT_NEWEST, why);
    if (e == ERR_OK) {
        query_i64(question.query, 1, (int64_t)before);
        query_i64(question.query, 2, (int64_t)most);
        e = question_next(&question, why);
    }
    while (e == ERR_OK && question.row) {
        struct audit_row *row = rows_next(arena, &rows, n++, &capacity, sizeof *row);
        row->number = (uint64_t)column_i64(question.query, 0);
        row->fact = (struct audit_fact){.at_ms = column_i64(question.query, 1),
                                        .actor = column_copy(question.query, 2, arena),
                                        .action = column_copy(question.query, 3, arena),
                                        .target = column_copy(question.query, 4, arena),
                                        .detail = column_copy(question.query, 5, arena)};
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

enum err sqlite_bands(struct store *store, enum entity object, uint32_t record, uint64_t before, size_t most,
                      struct arena *arena, struct band_row **out, size_t *count, struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    bool all = record == UINT32_MAX;
    enum err e = question_begin(&question, store, all ? SQL_BAND_NEWEST : SQL_BAND_NEWEST_OF, why);
    if (e == ERR_OK) {
        query_i64(question.query, 1, (int64_t)before);
        query_i64(question.query, 2, (int64_t)object);
        query_i64(question.query, 3, (int64_t)most);
        if (!all) query_i64(question.query, 4, record);
        e = question_next(&question, why);
    }
    while (e == ERR_OK && question.row) {
        struct band_row *row = rows_next(arena, &rows, n++, &capacity, sizeof *row);
        row->fact = row_band(question.query);
        row->fact.score = arena_str(arena, row->fact.score);
        row->fact.band = arena_str(arena, row->fact.band);
        row->fact.former = arena_str(arena, row->fact.former);
        row->number = (uint64_t)column_i64(question.query, 9);
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

enum err sqlite_definitions(struct store *store, int32_t kind, struct str name, struct arena *arena,
                            struct definition_fact **out, size_t *count, struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    enum err e = question_begin(&question, store, name.len == 0 ? SQL_DEFINITION_OF_KIND : SQL_DEFINITION_OF, why);
    if (e == ERR_OK) {
        query_i64(question.query, 1, kind);
        if (name.len != 0) query_word(question.query, 2, name);
        e = question_next(&question, why);
    }
    while (e == ERR_OK && question.row) {
        struct definition_fact *row = rows_next(arena, &rows, n++, &capacity, sizeof *row);
        *row = row_definition(question.query);
        row->name = arena_str(arena, row->name);
        row->text = arena_str(arena, row->text);
        row->author = arena_str(arena, row->author);
        row->note = arena_str(arena, row->note);
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

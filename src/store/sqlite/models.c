/* models.c — models and their versions. Each change is a transaction of its own. */
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

enum err sqlite_put_model(struct store *base, const struct model_row *row, struct err_info *why)
{
    struct query *query;
    enum err e = query_get(sqlite_of(base)->writer, SQL_MODEL_PUT, &query, why);
    if (e != ERR_OK) return e;
    query_word(query, 1, row->name);
    query_i64(query, 2, row->object);
    query_text(query, 3, row->outcome);
    query_i64(query, 4, row->horizon_days);
    query_text(query, 5, row->score);
    query_i64(query, 6, row->retrain_days);
    query_i64(query, 7, row->by_hand);
    query_i64(query, 8, row->use_protected);
    query_i64(query, 9, row->made_ms);
    return query_run(query, why);
}

static MUST_CHECK enum err run_with_name(struct sqlite_store *store, enum sql sql, struct str name,
                                         struct err_info *why)
{
    struct query *query;
    enum err e = query_get(store->writer, sql, &query, why);
    if (e != ERR_OK) return e;
    query_word(query, 1, name);
    return query_run(query, why);
}

static MUST_CHECK enum err delete_model(struct sqlite_store *store, struct str name, struct err_info *why)
{
    enum err e = run_with_name(store, SQL_MODEL_DELETE_VERSIONS, name, why);
    if (e == ERR_OK) e = run_with_name(store, SQL_MODEL_DELETE, name, why);
    if (e != ERR_OK || sqlite3_changes(store->writer->db) > 0) return e;
    return err_set(why, ERR_NOT_FOUND, "there is no model " STR_FMT, STR_ARG(name));
}

enum err sqlite_delete_model(struct store *base, struct str name, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    enum err e = transaction_begin(store, why);
    return e != ERR_OK ? e : transaction_end(store, delete_model(store, name, why), why);
}

static MUST_CHECK enum err next_number(struct sqlite_store *store, struct str model, uint32_t *number,
                                       struct err_info *why)
{
    struct query *query;
    bool row = false;
    enum err e = query_get(store->writer, SQL_MODEL_VERSION_NEXT, &query, why);
    if (e != ERR_OK) return e;
    query_word(query, 1, model);
    if ((e = query_step(query, &row, why)) != ERR_OK) return e;
    *number = row ? (uint32_t)column_i64(query, 0) : 1;
    query_end(query);
    return ERR_OK;
}

static MUST_CHECK enum err add_version(struct sqlite_store *store, const struct model_version_row *row,
                                       struct str image, uint32_t *number, struct err_info *why)
{
    struct query *query;
    enum err e = next_number(store, row->model, number, why);
    if (e == ERR_OK) e = query_get(store->writer, SQL_MODEL_VERSION_ADD, &query, why);
    if (e != ERR_OK) return e;
    query_word(query, 1, row->model);
    query_i64(query, 2, *number);
    query_i64(query, 3, row->state);
    query_i64(query, 4, row->trained_ms);
    query_i64(query, 5, row->begins_ms);
    query_i64(query, 6, row->ends_ms);
    query_i64(query, 7, (int64_t)row->seed);
    query_word(query, 8, row->figures);
    query_blob(query, 9, image);
    return query_run(query, why);
}

enum err sqlite_add_model_version(struct store *base, const struct model_version_row *row, struct str image,
                                  uint32_t *number, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    enum err e = transaction_begin(store, why);
    return e != ERR_OK ? e : transaction_end(store, add_version(store, row, image, number, why), why);
}

static MUST_CHECK enum err change_version(struct sqlite_store *store, const struct model_version_row *row,
                                          struct err_info *why)
{
    struct query *query;
    enum err e = query_get(store->writer, SQL_MODEL_VERSION_CHANGE, &query, why);
    if (e != ERR_OK) return e;
    query_word(query, 1, row->model);
    query_i64(query, 2, row->number);
    query_i64(query, 3, row->state);
    query_word(query, 4, row->figures);
    query_i64(query, 5, row->image_bytes == 0);
    if ((e = query_run(query, why)) != ERR_OK || sqlite3_changes(store->writer->db) > 0) return e;
    return err_set(why, ERR_NOT_FOUND, "there is no version %u of model " STR_FMT, (unsigned)row->number,
                   STR_ARG(row->model));
}

enum err sqlite_change_model_versions(struct store *base, const struct model_version_row *rows, size_t count,
                                      struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    enum err e = transaction_begin(store, why);
    if (e != ERR_OK) return e;
    for (size_t i = 0; i < count && e == ERR_OK; i++) e = change_version(store, &rows[i], why);
    return transaction_end(store, e, why);
}

/* ---- Reading. ---- */

enum err sqlite_models(struct store *base, struct arena *arena, struct model_row **out, size_t *count,
                       struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    enum err e = question_begin(&question, base, SQL_MODEL_ALL, why);
    if (e == ERR_OK) e = question_next(&question, why);
    while (e == ERR_OK && question.row) {
        struct model_row *row = rows_next(arena, &rows, n++, &capacity, sizeof *row);
        *row = (struct model_row){.name = column_copy(question.query, 0, arena),
                                  .object = (enum entity)column_i64(question.query, 1),
                                  .outcome = column_copy(question.query, 2, arena),
                                  .horizon_days = (uint32_t)column_i64(question.query, 3),
                                  .score = column_copy(question.query, 4, arena),
                                  .retrain_days = (uint32_t)column_i64(question.query, 5),
                                  .by_hand = column_i64(question.query, 6) != 0,
                                  .use_protected = column_i64(question.query, 7) != 0,
                                  .made_ms = column_i64(question.query, 8)};
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

enum err sqlite_model_versions(struct store *base, struct arena *arena, struct model_version_row **out, size_t *count,
                               struct err_info *why)
{
    struct question question;
    void *rows = NULL;
    size_t n = 0, capacity = 0;
    enum err e = question_begin(&question, base, SQL_MODEL_VERSION_ALL, why);
    if (e == ERR_OK) e = question_next(&question, why);
    while (e == ERR_OK && question.row) {
        struct model_version_row *row = rows_next(arena, &rows, n++, &capacity, sizeof *row);
        *row = (struct model_version_row){.model = column_copy(question.query, 0, arena),
                                          .number = (uint32_t)column_i64(question.query, 1),
                                          .state = (enum model_state)column_i64(question.query, 2),
                                          .trained_ms = column_i64(question.query, 3),
                                          .begins_ms = column_i64(question.query, 4),
                                          .ends_ms = column_i64(question.query, 5),
                                          .seed = (uint64_t)column_i64(question.query, 6),
                                          .figures = column_copy(question.query, 7, arena),
                                          .image_bytes = (uint64_t)column_i64(question.query, 8)};
        e = question_next(&question, why);
    }
    *out = rows;
    *count = n;
    return question_end(&question, e);
}

enum err sqlite_model_image(struct store *base, struct str model, uint32_t number, struct arena *arena, struct str *out,
                            struct err_info *why)
{
    struct question question;
    enum err e = question_begin(&question, base, SQL_MODEL_VERSION_IMAGE, why);
    if (e == ERR_OK) {
        query_word(question.query, 1, model);
        query_i64(question.query, 2, number);
        e = question_next(&question, why);
    }
    if (e == ERR_OK && question.row) *out = arena_str(arena, column_blob(question.query, 0));
    if (e == ERR_OK && (!question.row || out->len == 0))
        e = err_set(why, ERR_NOT_FOUND, "version %u of model " STR_FMT " is not kept", (unsigned)number,
                    STR_ARG(model));
    return question_end(&question, e);
}

/* sqlite_store.c — opening and closing, the pool of readers, and the writer's transactions. */
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/sqlite/place.h"

/* ---- Readers. ---- */

enum err reader_take(struct sqlite_store *store, struct connection **out, struct err_info *why)
{
    *out = NULL;
    pthread_mutex_lock(&store->pool);
    while (store->idle_count == 0 && store->open_count == READERS_MOST)
        pthread_cond_wait(&store->returned, &store->pool);
    if (store->idle_count > 0) *out = store->idle[--store->idle_count];
    if (*out == NULL) store->open_count++;
    pthread_mutex_unlock(&store->pool);
    if (*out != NULL) return ERR_OK;
    enum err e = connection_open(store->path, store->vfs, CONNECTION_READS, out, why);
    if (e == ERR_OK) return ERR_OK;
    pthread_mutex_lock(&store->pool);
    store->open_count--;
    pthread_cond_signal(&store->returned);
    pthread_mutex_unlock(&store->pool);
    return e;
}

void reader_give(struct sqlite_store *store, struct connection *connection)
{
    pthread_mutex_lock(&store->pool);
    store->idle[store->idle_count++] = connection;
    pthread_cond_signal(&store->returned);
    pthread_mutex_unlock(&store->pool);
}

/* ---- Transactions. ---- */

enum err transaction_begin(struct sqlite_store *store, struct err_info *why)
{
    struct query *query;
    enum err e = query_get(store->writer, SQL_TRANSACTION_BEGIN, &query, why);
    return e == ERR_OK ? query_run(query, why) : e;
}

enum err transaction_end(struct sqlite_store *store, enum err e, struct err_info *why)
{
    struct query *query;
    if (e == ERR_OK) e = query_get(store->writer, SQL_TRANSACTION_COMMIT, &query, why);
    if (e == ERR_OK) e = query_run(query, why);
    if (e == ERR_OK) return ERR_OK;
    /* SQLite undid it already when the disk failed; when undoing fails, nothing was committed either. */
    if (sqlite3_get_autocommit(store->writer->db) != 0) return e;
    struct err_info ignored = {0};
    if (query_get(store->writer, SQL_TRANSACTION_UNDO, &query, &ignored) == ERR_OK &&
        query_run(query, &ignored) != ERR_OK)
        sqlite3_exec(store->writer->db, "ROLLBACK", NULL, NULL, NULL);
    return e;
}

/* ---- Opening. ---- */

static const struct store_ops sqlite_ops;

static MUST_CHECK enum err ask_next(struct connection *connection, enum sql sql, int object, uint32_t *out,
                                    struct err_info *why)
{
    struct query *query;
    enum err e = query_get(connection, sql, &query, why);
    if (e != ERR_OK) return e;
    if (sql == SQL_RECORD_NEXT) query_i64(query, 1, object);
    bool row = false;
    e = query_step(query, &row, why);
    if (e != ERR_OK) return e;
    int64_t next = row ? column_i64(query, 0) : 0;
    query_end(query);
    if (next < 0 || next >= UINT32_MAX)
        return err_set(why, ERR_INVALID, "%s is damaged (numbers out of range): restore a backup", connection->path);
    *out = (uint32_t)next;
    return ERR_OK;
}

/* What the writer goes on from. */
static MUST_CHECK enum err load_state(struct sqlite_store *store, struct connection *connection, struct err_info *why)
{
    enum err e = ask_next(connection, SQL_EVENT_NEXT, 0, &store->base.next_event, why);
    for (int object = 0; object < OBJECT_COUNT && e == ERR_OK; object++)
        e = ask_next(connection, SQL_RECORD_NEXT, object, &store->base.next_record[object], why);
    if (e == ERR_OK) e = sqlite_get_seals(connection, store->seals, why);
    return e;
}

static int note_log_pages(void *store, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    log_grew(store, pages);
    return SQLITE_OK;
}

/* Whoever was killed may have been erasing somebody. What cannot be overwritten now is no reason to stay shut. */
static void wipe_if_possible(struct sqlite_store *store)
{
    struct err_info ignored = {0};
    enum err e = sqlite_wipe_log(store, &ignored);
    (void)e;
}

static MUST_CHECK enum err open_writer(struct sqlite_store *store, struct err_info *why)
{
    struct err_info absent = {0};
    enum err e = place_look(store->path, store->vfs, &absent);
    if (e != ERR_OK && e != ERR_NOT_FOUND) return err_set(why, e, "%s", absent.msg);
    e = place_lock(store->path, &store->lock, why);
    if (e != ERR_OK) return e;
    absent = (struct err_info){0};
    e = place_look(store->path, store->vfs, &absent);
    if (e == ERR_NOT_FOUND) e = place_create(store->path, store->vfs, why);
    if (e != ERR_OK) return err_set(why, e, "%s", absent.msg);
    e = connection_open(store->path, store->vfs, CONNECTION_WRITES, &store->writer, why);
    if (e == ERR_OK) e = place_settle(store->writer, true, why);
    if (e == ERR_OK) e = connection_run(store->writer, "PRAGMA journal_mode = WAL", why);
    if (e == ERR_OK) e = load_state(store, store->writer, why);
    if (e != ERR_OK) return e;
    sqlite3_wal_hook(store->writer->db, note_log_pages, store);
    log_mover_start(store);
    uint64_t acknowledged = place_witness(store->path), there = store->seals[SEAL_BATCH].rows;
    if (acknowledged <= there) {
        if (acknowledged > 0) wipe_if_possible(store);
        return ERR_OK;
    }
    return err_set(why, ERR_INVALID,
                   "%s lacks the last %llu of its changes: its log %s-wal was damaged or removed. Restore a backup, or "
                   "remove %s-lock to go on without them",
                   store->path, (unsigned long long)(acknowledged - there), store->path, store->path);
}

static MUST_CHECK enum err open_reader(struct sqlite_store *store, struct err_info *why)
{
    enum err e = place_look(store->path, store->vfs, why);
    struct connection *connection = NULL;
    if (e == ERR_OK) e = reader_take(store, &connection, why);
    if (e != ERR_OK) return e;
    e = place_settle(connection, false, why);
    if (e == ERR_OK) e = load_state(store, connection, why);
    reader_give(store, connection);
    return e;
}

static enum err look_again(struct store *base, struct err_info *why)
{
    struct sqlite_store *store = sqlite_of(base);
    struct connection *connection = NULL;
    enum err e = reader_take(store, &connection, why);
    if (e != ERR_OK) return e;
    e = load_state(store, connection, why);
    reader_give(store, connection);
    return e;
}

static void close_store(struct store *base)
{
    struct sqlite_store *store = sqlite_of(base);
    log_mover_stop(store);
    INVARIANT(store->idle_count == store->open_count); /* nobody reads any more */
    for (int i = 0; i < store->idle_count; i++) connection_close(store->idle[i]);
    connection_close(store->keeper);
    connection_close(store->writer); /* the last one moves the log into the database and removes it */
    if (store->lock >= 0) {
        char *log = NULL;
        INVARIANT(asprintf(&log, "%s-wal", store->path) >= 0);
        if (access(log, F_OK) != 0) place_set_witness(store->lock, 0);
        free(log);
        close(store->lock);
    }
    pthread_cond_destroy(&store->returned);
    pthread_mutex_destroy(&store->pool);
    pthread_mutex_destroy(&store->keeping);
    free(store->path);
    free(store->vfs);
    memory_free(store);
}

enum err sqlite_store_open(const struct store_options *options, struct store **out, struct err_info *why)
{
    char *path = NULL;
    enum err e = place_resolve(options->path, &path, why);
    if (e != ERR_OK) return e;
    struct sqlite_store *store = memory_alloc(sizeof *store);
    store->base.ops = &sqlite_ops;
    store->path = path;
    store->vfs = options->vfs != NULL ? strdup(options->vfs) : NULL;
    store->lock = -1;
    pthread_mutex_init(&store->keeping, NULL);
    pthread_mutex_init(&store->pool, NULL);
    pthread_cond_init(&store->returned, NULL);
    e = options->read_only ? open_reader(store, why) : open_writer(store, why);
    if (e != ERR_OK) {
        close_store(&store->base);
        return e;
    }
    *out = &store->base;
    return ERR_OK;
}

static const struct store_ops sqlite_ops = {
    .name = "sqlite",
    .close = close_store,
    .append = sqlite_append,
    .erase = sqlite_erase,
    .put_user = sqlite_put_user,
    .delete_user = sqlite_delete_user,
    .put_session = sqlite_put_session,
    .delete_session = sqlite_delete_session,
    .delete_sessions_but = sqlite_delete_sessions_but,
    .put_token = sqlite_put_token,
    .put_key = sqlite_put_key,
    .put_text = sqlite_put_text,
    .put_model = sqlite_put_model,
    .delete_model = sqlite_delete_model,
    .add_model_version = sqlite_add_model_version,
    .change_model_versions = sqlite_change_model_versions,
    .look_again = look_again,
    .read = sqlite_read,
    .events = sqlite_events,
    .last_version = sqlite_last_version,
    .rejects = sqlite_rejects,
    .audits = sqlite_audits,
    .bands = sqlite_bands,
    .definitions = sqlite_definitions,
    .users = sqlite_users,
    .find_session = sqlite_find_session,
    .sessions = sqlite_sessions,
    .tokens = sqlite_tokens,
    .keys = sqlite_keys,
    .get_text = sqlite_get_text,
    .text_names = sqlite_text_names,
    .models = sqlite_models,
    .model_versions = sqlite_model_versions,
    .model_image = sqlite_model_image,
    .backup = sqlite_backup,
    .check = sqlite_check,
    .checkpoint = sqlite_checkpoint,
    .measure = sqlite_measure,
};

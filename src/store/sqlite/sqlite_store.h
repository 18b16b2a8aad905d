/* sqlite_store.h — what the files of the SQLite backend share.
 *
 * One connection writes (under the store's `writing`), one moves the log into the database (log.c),
 * and a small pool reads. Connections see each other's commits at once, so whoever reads
 * after an append sees it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_STORE_SQLITE_SQLITE_STORE_H
#define PLUMB_STORE_SQLITE_SQLITE_STORE_H

#include "store/seal.h"
#include "store/sqlite/connection.h"
#include "store/store_internal.h"

#define READERS_MOST 8

/* A thread that moves a large log into the database. */
struct log_mover {
    bool started;
    int pages_before; /* when it was last asked; under `writing` */
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool wanted, ends;
};

struct sqlite_store {
    struct store base;
    char *path;                    /* resolved: symbolic links followed, absolute */
    char *vfs;                     /* NULL: the system's */
    int lock;                      /* file descriptor that keeps other writers out; -1 when reading only */
    struct seal seals[SEAL_PARTS]; /* as committed; under `writing` */

    struct connection *writer; /* NULL when reading only */
    struct log_mover mover;
    struct connection *keeper; /* under `keeping`; made when first needed */
    pthread_mutex_t keeping;

    pthread_mutex_t pool; /* guards what follows */
    pthread_cond_t returned;
    struct connection *idle[READERS_MOST];
    int idle_count, open_count;
};

static inline struct sqlite_store *sqlite_of(struct store *store)
{
    return (struct sqlite_store *)store;
}

/* ---- sqlite_store.c ---- */

/* A connection from the pool; waits for one when READERS_MOST are out. Always give it back. */
MUST_CHECK enum err reader_take(struct sqlite_store *store, struct connection **out, struct err_info *why);
void reader_give(struct sqlite_store *store, struct connection *connection);

/* One transaction of the writer: transaction_begin, then transaction_end with what came of it, which commits or undoes
 * all. */
MUST_CHECK enum err transaction_begin(struct sqlite_store *store, struct err_info *why);
MUST_CHECK enum err transaction_end(struct sqlite_store *store, enum err e, struct err_info *why);

/* ---- rows.c: a row as a fact; texts are views until the next step. ---- */

struct property_fact row_property(const struct query *query);
struct record_fact row_record(const struct query *query, bool *archived);
struct identifier_fact row_identifier(const struct query *query);
struct merge_fact row_merge(const struct query *query);
struct version_fact_row row_version(const struct query *query);
struct association_fact row_association(const struct query *query);
struct event_fact_row row_event(const struct query *query);
struct definition_fact row_definition(const struct query *query);
struct band_fact row_band(const struct query *query);
struct reject_fact row_reject(const struct query *query); /* behind their keys, in column 0 */
struct audit_fact row_audit(const struct query *query);

/* ---- questions.c: a statement on a connection of the pool. ---- */

struct question {
    struct sqlite_store *store;
    struct connection *connection; /* NULL: none was to be had */
    struct query *query;
    bool row; /* the query stands on one */
};

/* question_end goes with every question_begin, also one that failed; it returns `e`. */
MUST_CHECK enum err question_begin(struct question *question, struct store *store, enum sql sql, struct err_info *why);
MUST_CHECK enum err question_next(struct question *question, struct err_info *why);
enum err question_end(struct question *question, enum err e);

/* ---- log.c ---- */

/* The thread of a store that is written; log_mover_stop without a start does nothing. */
void log_mover_start(struct sqlite_store *store);
void log_mover_stop(struct sqlite_store *store);
/* The log has so many pages after a commit. Under `writing`; returns at once. */
void log_grew(struct sqlite_store *store, int pages);

/* ---- The operations. ---- */

enum err sqlite_append(struct store *base, const struct store_batch *batch, struct err_info *why);
enum err sqlite_add_audit(struct query *query, const struct audit_fact *fact, struct seal *seal,
                          struct err_info *why);                                                       /* append.c */
enum err sqlite_put_seals(struct sqlite_store *store, const struct seal *seals, struct err_info *why); /* append.c */
void sqlite_sealed(struct sqlite_store *store, const struct seal *seals); /* they were committed; append.c */
enum err sqlite_get_seals(struct connection *connection, struct seal *seals, struct err_info *why); /* append.c */
enum err sqlite_read(struct store *base, const struct store_reader *reader, struct err_info *why);
/* All statements between these see one moment. (read.c) */
MUST_CHECK enum err snapshot_begin(struct connection *connection, struct err_info *why);
void snapshot_end(struct connection *connection);
/* The same on a connection that the caller holds; SQL_BAND_ALL or SQL_BAND_LATEST. */
enum err sqlite_read_on(struct connection *connection, const struct store_reader *reader, enum sql bands,
                        struct err_info *why);

enum err sqlite_events(struct store *store, const uint32_t *numbers, size_t count, struct arena *arena,
                       struct event_fact_row *out, struct err_info *why);
enum err sqlite_last_version(struct store *store, uint64_t *out, struct err_info *why);
enum err sqlite_rejects(struct store *store, uint64_t before, size_t most, struct arena *arena, struct reject_row **out,
                        size_t *count, struct err_info *why);
enum err sqlite_audits(struct store *store, uint64_t before, size_t most, struct arena *arena, struct audit_row **out,
                       size_t *count, struct err_info *why);
enum err sqlite_bands(struct store *store, enum entity object, uint32_t record, uint64_t before, size_t most,
                      struct arena *arena, struct band_row **out, size_t *count, struct err_info *why);
enum err sqlite_definitions(struct store *store, int32_t kind, struct str name, struct arena *arena,
                            struct definition_fact **out, size_t *count, struct err_info *why);

enum err sqlite_put_user(struct store *base, const struct user_row *row, uint64_t *number, struct err_info *why);
enum err sqlite_users(struct store *base, struct arena *arena, struct user_row **out, size_t *count,
                      struct err_info *why);
enum err sqlite_put_session(struct store *base, const struct session_row *row, struct err_info *why);
enum err sqlite_find_session(struct store *base, struct str hash, struct arena *arena, struct session_row *out,
                             struct err_info *why);
enum err sqlite_delete_user(struct store *base, uint64_t number, struct err_info *why);
enum err sqlite_sessions(struct store *base, uint64_t user, size_t most, struct arena *arena, struct session_row **out,
                         size_t *count, struct err_info *why);
enum err sqlite_delete_sessions_but(struct store *base, uint64_t user, struct str hash, struct err_info *why);
enum err sqlite_delete_session(struct store *base, struct str hash, struct err_info *why);
enum err sqlite_put_token(struct store *base, const struct token_row *row, uint64_t *number, struct err_info *why);
enum err sqlite_tokens(struct store *base, struct arena *arena, struct token_row **out, size_t *count,
                       struct err_info *why);
enum err sqlite_put_key(struct store *base, const struct key_row *row, uint64_t *number, struct err_info *why);
enum err sqlite_keys(struct store *base, struct arena *arena, struct key_row **out, size_t *count,
                     struct err_info *why);
enum err sqlite_put_text(struct store *base, struct str name, struct str text, struct err_info *why);
enum err sqlite_get_text(struct store *base, struct str name, struct arena *arena, struct str *out,
                         struct err_info *why);
enum err sqlite_text_names(struct store *base, struct str prefix, struct arena *arena, struct str **out, size_t *count,
                           struct err_info *why);

enum err sqlite_put_model(struct store *base, const struct model_row *row, struct err_info *why);
enum err sqlite_delete_model(struct store *base, struct str name, struct err_info *why);
enum err sqlite_add_model_version(struct store *base, const struct model_version_row *row, struct str image,
                                  uint32_t *number, struct err_info *why);
enum err sqlite_change_model_versions(struct store *base, const struct model_version_row *rows, size_t count,
                                      struct err_info *why);
enum err sqlite_models(struct store *base, struct arena *arena, struct model_row **out, size_t *count,
                       struct err_info *why);
enum err sqlite_model_versions(struct store *base, struct arena *arena, struct model_version_row **out, size_t *count,
                               struct err_info *why);
enum err sqlite_model_image(struct store *base, struct str model, uint32_t number, struct arena *arena, struct str *out,
                            struct err_info *why);

enum err sqlite_erase(struct store *base, struct contact_set person, const struct audit_fact *audit, bool *gone,
                      struct err_info *why);
enum err sqlite_backup(struct store *base, const char *path, struct err_info *why);
enum err sqlite_check(struct store *base, void (*finding)(void *context, const char *sentence), void *context,
                      struct err_info *why);
void sqlite_checkpoint(struct store *base);
/* Move all of the log into the database and overwrite it. Under `writing`. (log.c) */
MUST_CHECK enum err sqlite_wipe_log(struct sqlite_store *store, struct err_info *why);
enum err sqlite_measure(struct store *base, struct store_size *out, struct err_info *why);

#endif

/* store_internal.h — what a database has to offer behind store.h.
 *
 * The wrappers of store.c check what holds for all databases and hold `writing` around
 * everything that writes, so that a backend sees one writer at a time. Reading operations
 * come from any thread, also while somebody writes. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_STORE_STORE_INTERNAL_H
#define PLUMB_STORE_STORE_INTERNAL_H

#include <pthread.h>

#include "history/history.h"
#include "store/store.h"

/* Contacts who are one person, for erasing. */
struct contact_set {
    const uint32_t *at;
    size_t count;
};

struct store_ops {
    const char *name;
    void (*close)(struct store *store);

    /* Writing: one at a time. append is given a checked batch. */
    enum err (*append)(struct store *store, const struct store_batch *batch, struct err_info *why);
    enum err (*erase)(struct store *store, struct contact_set person, const struct audit_fact *audit, bool *gone,
                      struct err_info *why);
    enum err (*put_user)(struct store *store, const struct user_row *row, uint64_t *number, struct err_info *why);
    enum err (*delete_user)(struct store *store, uint64_t number, struct err_info *why);
    enum err (*put_session)(struct store *store, const struct session_row *row, struct err_info *why);
    enum err (*delete_session)(struct store *store, struct str hash, struct err_info *why);
    enum err (*delete_sessions_but)(struct store *store, uint64_t user, struct str hash, struct err_info *why);
    enum err (*put_token)(struct store *store, const struct token_row *row, uint64_t *number, struct err_info *why);
    enum err (*put_key)(struct store *store, const struct key_row *row, uint64_t *number, struct err_info *why);
    enum err (*put_text)(struct store *store, struct str name, struct str text, struct err_info *why);
    enum err (*put_model)(struct store *store, const struct model_row *row, struct err_info *why);
    enum err (*delete_model)(struct store *store, struct str name, struct err_info *why);
    enum err (*add_model_version)(struct store *store, const struct model_version_row *row, struct str image,
                                  uint32_t *number, struct err_info *why);
    enum err (*change_model_versions)(struct store *store, const struct model_version_row *rows, size_t count,
                                      struct err_info *why);

    /* Reading. */
    enum err (*look_again)(struct store *store, struct err_info *why); /* of one that is read_only */
    enum err (*read)(struct store *store, const struct store_reader *reader, struct err_info *why);
    enum err (*events)(struct store *store, const uint32_t *numbers, size_t count, struct arena *arena,
                       struct event_fact_row *out, struct err_info *why);
    enum err (*last_version)(struct store *store, uint64_t *out, struct err_info *why);
    enum err (*rejects)(struct store *store, uint64_t before, size_t most, struct arena *arena, struct reject_row **out,
                        size_t *count, struct err_info *why);
    enum err (*audits)(struct store *store, uint64_t before, size_t most, struct arena *arena, struct audit_row **out,
                       size_t *count, struct err_info *why);
    enum err (*bands)(struct store *store, enum entity object, uint32_t record, uint64_t before, size_t most,
                      struct arena *arena, struct band_row **out, size_t *count, struct err_info *why);
    enum err (*definitions)(struct store *store, int32_t kind, struct str name, struct arena *arena,
                            struct definition_fact **out, size_t *count, struct err_info *why);
    enum err (*users)(struct store *store, struct arena *arena, struct user_row **out, size_t *count,
                      struct err_info *why);
    enum err (*find_session)(struct store *store, struct str hash, struct arena *arena, struct session_row *out,
                             struct err_info *why);
    enum err (*sessions)(struct store *store, uint64_t user, size_t most, struct arena *arena, struct session_row **out,
                         size_t *count, struct err_info *why);
    enum err (*tokens)(struct store *store, struct arena *arena, struct token_row **out, size_t *count,
                       struct err_info *why);
    enum err (*keys)(struct store *store, struct arena *arena, struct key_row **out, size_t *count,
                     struct err_info *why);
    enum err (*get_text)(struct store *store, struct str name, struct arena *arena, struct str *out,
                         struct err_info *why);
    enum err (*text_names)(struct store *store, struct str prefix, struct arena *arena, struct str **out, size_t *count,
                           struct err_info *why);
    enum err (*models)(struct store *store, struct arena *arena, struct model_row **out, size_t *count,
                       struct err_info *why);
    enum err (*model_versions)(struct store *store, struct arena *arena, struct model_version_row **out, size_t *count,
                               struct err_info *why);
    enum err (*model_image)(struct store *store, struct str model, uint32_t number, struct arena *arena,
                            struct str *out, struct err_info *why);

    /* Keeping. */
    enum err (*backup)(struct store *store, const char *path, struct err_info *why);
    enum err (*check)(struct store *store, void (*finding)(void *context, const char *sentence), void *context,
                      struct err_info *why);
    void (*checkpoint)(struct store *store);
    enum err (*measure)(struct store *store, struct store_size *out, struct err_info *why);
};

/* First member of each backend's own struct. */
struct store {
    const struct store_ops *ops;
    bool read_only;
    pthread_mutex_t writing;
    /* The numbers that come next; a backend's open fills them, store_append moves them. Under `writing`. */
    uint32_t next_record[OBJECT_COUNT];
    uint32_t next_event;
};

/* Open what the options name. *out is the backend's own struct, `ops` and the next numbers filled in. */
MUST_CHECK enum err sqlite_store_open(const struct store_options *options, struct store **out, struct err_info *why);
struct store *memory_store_open(void);

/* ---- Shared by backends. ---- */

/* Does a batch keep the promises of store.h: next numbers, known kinds, records that exist? (batch.c) */
MUST_CHECK enum err batch_check(const struct store *store, const struct store_batch *batch, struct err_info *why);

/* Everybody whom these merges of contacts made one person with `contact`, itself included; ascending, in `arena`. (person.c) */
struct contact_set person_of(uint32_t contact, const struct merge_fact *merges, size_t count, struct arena *arena);

/* Does a refused text speak of a person known as `name`? JSON escapes are undone, ASCII case does not matter, and the
 * name must stand alone: "ann" is not in "annual". (person.c) */
bool person_mentioned(struct str text, struct str name, struct arena *arena);

/* An array in an arena that grows by doubling. Returns where element `count` goes. (store.c) */
void *rows_next(struct arena *arena, void **rows, size_t count, size_t *capacity, size_t row_bytes);

#endif

/* memory_store.h — the plain model: facts in lists, in the order in which they came. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_STORE_MEMORY_MEMORY_STORE_H
#define PLUMB_STORE_MEMORY_MEMORY_STORE_H

#include "base/intern.h"
#include "base/list.h"
#include "store/store_internal.h"

struct memory_record {
    struct record_fact fact;
    bool archived;
};

struct memory_text {
    struct str name, text;
};

struct memory_model_version {
    struct model_version_row row;
    struct str image;
};

struct memory_store {
    struct store base;
    pthread_mutex_t lock;              /* around every operation */
    struct arena *arena;               /* every text ever kept */
    struct intern *ids[OBJECT_COUNT];  /* of records, to know them again */
    LIST(bool) id_taken[OBJECT_COUNT]; /* by code of an id: false after erasing */

    LIST(struct property_fact) properties;
    LIST(struct memory_record) records[OBJECT_COUNT]; /* by number */
    LIST(struct identifier_fact) identifiers;
    LIST(struct merge_fact) merges;
    LIST(struct version_fact_row) versions;
    LIST(struct association_fact) associations;
    LIST(struct event_fact_row) events;
    LIST(struct definition_fact) definitions;
    LIST(struct band_row) bands; /* these with numbers of their own */
    LIST(struct reject_row) rejects;
    LIST(struct audit_row) audits;
    LIST(struct user_row) users;
    LIST(struct session_row) sessions;
    LIST(struct token_row) tokens;
    LIST(struct key_row) keys;
    LIST(struct model_row) models;
    LIST(struct memory_model_version) model_versions;
    LIST(struct memory_text) texts;
    uint64_t last_band, last_reject, last_audit;
};

static inline struct memory_store *memory_of(struct store *store)
{
    return (struct memory_store *)store;
}

/* Lock, and unlock with what came of it. */
struct memory_store *memory_enter(struct store *store);
enum err memory_leave(struct memory_store *store, enum err e);

enum err memory_append(struct store *base, const struct store_batch *batch, struct err_info *why);
enum err memory_erase(struct store *base, struct contact_set person, const struct audit_fact *audit, bool *gone,
                      struct err_info *why);

enum err memory_read(struct store *base, const struct store_reader *reader, struct err_info *why);
enum err memory_events(struct store *base, const uint32_t *numbers, size_t count, struct arena *arena,
                       struct event_fact_row *out, struct err_info *why);
enum err memory_look_again(struct store *base, struct err_info *why);
enum err memory_last_version(struct store *base, uint64_t *out, struct err_info *why);
enum err memory_rejects(struct store *base, uint64_t before, size_t most, struct arena *arena, struct reject_row **out,
                        size_t *count, struct err_info *why);
enum err memory_audits(struct store *base, uint64_t before, size_t most, struct arena *arena, struct audit_row **out,
                       size_t *count, struct err_info *why);
enum err memory_bands(struct store *base, enum entity object, uint32_t record, uint64_t before, size_t most,
                      struct arena *arena, struct band_row **out, size_t *count, struct err_info *why);
enum err memory_definitions(struct store *base, int32_t kind, struct str name, struct arena *arena,
                            struct definition_fact **out, size_t *count, struct err_info *why);

enum err memory_put_user(struct store *base, const struct user_row *row, uint64_t *number, struct err_info *why);
enum err memory_users(struct store *base, struct arena *arena, struct user_row **out, size_t *count,
                      struct err_info *why);
enum err memory_put_session(struct store *base, const struct session_row *row, struct err_info *why);
enum err memory_find_session(struct store *base, struct str hash, struct arena *arena, struct session_row *out,
                             struct err_info *why);
enum err memory_delete_user(struct store *base, uint64_t number, struct err_info *why);
enum err memory_sessions(struct store *base, uint64_t user, size_t most, struct arena *arena, struct session_row **out,
                         size_t *count, struct err_info *why);
enum err memory_delete_sessions_but(struct store *base, uint64_t user, struct str hash, struct err_info *why);
enum err memory_delete_session(struct store *base, struct str hash, struct err_info *why);
enum err memory_put_token(struct store *base, const struct token_row *row, uint64_t *number, struct err_info *why);
enum err memory_tokens(struct store *base, struct arena *arena, struct token_row **out, size_t *count,
                       struct err_info *why);
enum err memory_put_key(struct store *base, const struct key_row *row, uint64_t *number, struct err_info *why);
enum err memory_keys(struct store *base, struct arena *arena, struct key_row **out, size_t *count,
                     struct err_info *why);
enum err memory_put_text(struct store *base, struct str name, struct str text, struct err_info *why);
enum err memory_get_text(struct store *base, struct str name, struct arena *arena, struct str *out,
                         struct err_info *why);
enum err memory_text_names(struct store *base, struct str prefix, struct arena *arena, struct str **out, size_t *count,
                           struct err_info *why);

enum err memory_put_model(struct store *base, const struct model_row *row, struct err_info *why);
enum err memory_delete_model(struct store *base, struct str name, struct err_info *why);
enum err memory_add_model_version(struct store *base, const struct model_version_row *row, struct str image,
                                  uint32_t *number, struct err_info *why);
enum err memory_change_model_versions(struct store *base, const struct model_version_row *rows, size_t count,
                                      struct err_info *why);
enum err memory_models(struct store *base, struct arena *arena, struct model_row **out, size_t *count,
                       struct err_info *why);
enum err memory_model_versions(struct store *base, struct arena *arena, struct model_version_row **out, size_t *count,
                               struct err_info *why);
enum err memory_model_image(struct store *base, struct str model, uint32_t number, struct arena *arena, struct str *out,
                            struct err_info *why);

#endif

/* store.c — the wrappers: what holds for every database, then its operation. */
// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <string.h>

#include "store/store_internal.h"

#define ROWS_AT_FIRST 16
#define ROWS_MOST 1000000   /* of one question */
#define EVENTS_MOST 1000000 /* of one call of store_events */

/* Operations are a table of pointers, so a forgotten one is a hole in it. */
static bool is_complete(const struct store_ops *ops)
{
    void (*const *at)(void) = (void (*const *)(void))(const void *)&ops->close;
    size_t count = (sizeof *ops - offsetof(struct store_ops, close)) / sizeof *at;
    for (size_t i = 0; i < count; i++)
        if (at[i] == NULL) return false;
    return true;
}

enum err store_open(const struct store_options *options, struct store **out, struct err_info *why)
{
    *out = NULL;
    struct store *store = NULL;
    if (options->path == NULL) {
        store = memory_store_open();
    } else {
        enum err e = sqlite_store_open(options, &store, why);
        if (e != ERR_OK) return e;
    }
    INVARIANT(is_complete(store->ops));
    store->read_only = options->read_only;
    pthread_mutex_init(&store->writing, NULL);
    *out = store;
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (store == NULL) return;
    pthread_mutex_destroy(&store->writing);
    store->ops->close(store);
}

const char *store_kind(const struct store *store)
{
    return store->ops->name;
}

/* ---- Writing. ---- */

static MUST_CHECK enum err begin_writing(struct store *store, struct err_info *why)
{
    if (store->read_only) return err_set(why, ERR_INVALID, "the store was opened for reading only");
    pthread_mutex_lock(&store->writing);
    return ERR_OK;
}

static enum err end_writing(struct store *store, enum err e)
{
    pthread_mutex_unlock(&store->writing);
    return e;
}

enum err store_append(struct store *store, const struct store_batch *batch, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    e = batch_check(store, batch, why);
    if (e == ERR_OK) e = store->ops->append(store, batch, why);
    if (e == ERR_OK) {
        for (size_t i = 0; i < batch->record_count; i++) store->next_record[batch->records[i].object]++;
        store->next_event += (uint32_t)batch->event_count;
    }
    return end_writing(store, e);
}

uint32_t store_next_event(struct store *store)
{
    pthread_mutex_lock(&store->writing);
    uint32_t next = store->next_event;
    pthread_mutex_unlock(&store->writing);
    return next;
}

enum err store_look_again(struct store *store, struct err_info *why)
{
    if (!store->read_only) return ERR_OK;
    pthread_mutex_lock(&store->writing);
    enum err e = store->ops->look_again(store, why);
    pthread_mutex_unlock(&store->writing);
    return e;
}

struct merge_list {
    struct arena *arena;
    void *rows;
    size_t count, capacity;
};

static enum err take_merge(void *context, const struct merge_fact *fact, struct err_info *why)
{
    (void)why;
    struct merge_list *list = context;
    if (fact->object != ENTITY_CONTACT) return ERR_OK;
    *(struct merge_fact *)rows_next(list->arena, &list->rows, list->count++, &list->capacity, sizeof *fact) = *fact;
    return ERR_OK;
}

static MUST_CHECK enum err erase_person(struct store *store, uint32_t contact, const struct audit_fact *audit,
                                        bool *gone, struct err_info *why)
{
    if (contact >= store->next_record[ENTITY_CONTACT])
        return err_set(why, ERR_NOT_FOUND, "there is no contact %u", (unsigned)contact);
    AUTO_ARENA arena = arena_new();
    struct merge_list merges = {.arena = arena};
    struct store_reader reader = {.context = &merges, .merge = take_merge};
    enum err e = store->ops->read(store, &reader, why);
    if (e != ERR_OK) return e;
    return store->ops->erase(store, person_of(contact, merges.rows, merges.count, arena), audit, gone, why);
}

enum err store_erase_contact(struct store *store, uint32_t contact, const struct audit_fact *audit, bool *gone,
                             struct err_info *why)
{
    bool ignored;
    if (gone == NULL) gone = &ignored;
    *gone = false;
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, erase_person(store, contact, audit, gone, why));
}

enum err store_put_user(struct store *store, const struct user_row *row, uint64_t *number, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->put_user(store, row, number, why));
}

enum err store_delete_user(struct store *store, uint64_t number, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->delete_user(store, number, why));
}

enum err store_put_session(struct store *store, const struct session_row *row, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->put_session(store, row, why));
}

enum err store_delete_session(struct store *store, struct str hash, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->delete_session(store, hash, why));
}

enum err store_delete_sessions_but(struct store *store, uint64_t user, struct str hash, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->delete_sessions_but(store, user, hash, why));
}

enum err store_put_token(struct store *store, const struct token_row *row, uint64_t *number, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->put_token(store, row, number, why));
}

enum err store_put_key(struct store *store, const struct key_row *row, uint64_t *number, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->put_key(store, row, number, why));
}

enum err store_put_text(struct store *store, struct str name, struct str text, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->put_text(store, name, text, why));
}

enum err store_put_model(struct store *store, const struct model_row *row, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->put_model(store, row, why));
}

enum err store_delete_model(struct store *store, struct str name, struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->delete_model(store, name, why));
}

enum err store_add_model_version(struct store *store, const struct model_version_row *row, struct str image,
                                 uint32_t *number, struct err_info *why)
{
    if (image.len > MODEL_IMAGE_MAX)
        return err_set(why, ERR_TOO_BIG, "the model has %zu bytes; at most %zu are kept", image.len, MODEL_IMAGE_MAX);
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->add_model_version(store, row, image, number, why));
}

enum err store_change_model_versions(struct store *store, const struct model_version_row *rows, size_t count,
                                     struct err_info *why)
{
    enum err e = begin_writing(store, why);
    if (e != ERR_OK) return e;
    return end_writing(store, store->ops->change_model_versions(store, rows, count, why));
}

/* ---- Reading. ---- */

void *rows_next(struct arena *arena, void **rows, size_t count, size_t *capacity, size_t row_bytes)
{
    if (count == *capacity) {
        *capacity = count == 0 ? ROWS_AT_FIRST : 2 * count;
        void *more = arena_array(arena, *capacity, row_bytes);
        if (count > 0) memcpy(more, *rows, count * row_bytes);
        *rows = more;
    }
    return (char *)*rows + count * row_bytes;
}

enum err store_read(struct store *store, const struct store_reader *reader, struct err_info *why)
{
    return store->ops->read(store, reader, why);
}

enum err store_events(struct store *store, const uint32_t *numbers, size_t count, struct arena *arena,
                      struct event_fact_row **out, struct err_info *why)
{
    if (count > EVENTS_MOST)
        return err_set(why, ERR_TOO_BIG, "more than %d events were asked for at once", EVENTS_MOST);
    *out = ARENA_ARRAY(arena, struct event_fact_row, count);
    return count == 0 ? ERR_OK : store->ops->events(store, numbers, count, arena, *out, why);
}

enum err store_last_version(struct store *store, uint64_t *out, struct err_info *why)
{
    return store->ops->last_version(store, out, why);
}

enum err store_message_id(struct store *store, uint32_t number, struct arena *arena, struct str *out,
                          struct err_info *why)
{
    struct event_fact_row row;
    enum err e = store->ops->events(store, &number, 1, arena, &row, why);
    if (e != ERR_OK) return e;
    if (row.number == UINT32_MAX) return err_set(why, ERR_NOT_FOUND, "there is no event %u", (unsigned)number);
    *out = row.message_id;
    return ERR_OK;
}

static uint64_t from_newest(uint64_t before)
{
    return before == 0 || before > INT64_MAX ? INT64_MAX : before;
}

static size_t at_most(size_t most)
{
    return most < ROWS_MOST ? most : ROWS_MOST;
}

enum err store_rejects(struct store *store, uint64_t before, size_t most, struct arena *arena, struct reject_row **out,
                       size_t *count, struct err_info *why)
{
    return store->ops->rejects(store, from_newest(before), at_most(most), arena, out, count, why);
}

enum err store_audits(struct store *store, uint64_t before, size_t most, struct arena *arena, struct audit_row **out,
                      size_t *count, struct err_info *why)
{
    return store->ops->audits(store, from_newest(before), at_most(most), arena, out, count, why);
}

enum err store_bands(struct store *store, enum entity object, uint32_t record, uint64_t before, size_t most,
                     struct arena *arena, struct band_row **out, size_t *count, struct err_info *why)
{
    return store->ops->bands(store, object, record, from_newest(before), at_most(most), arena, out, count, why);
}

enum err store_definitions(struct store *store, int32_t kind, struct str name, struct arena *arena,
                           struct definition_fact **out, size_t *count, struct err_info *why)
{
    return store->ops->definitions(store, kind, name, arena, out, count, why);
}

enum err store_users(struct store *store, struct arena *arena, struct user_row **out, size_t *count,
                     struct err_info *why)
{
    return store->ops->users(store, arena, out, count, why);
}

enum err store_find_session(struct store *store, struct str hash, struct arena *arena, struct session_row *out,
                            struct err_info *why)
{
    return store->ops->find_session(store, hash, arena, out, why);
}

enum err store_sessions(struct store *store, uint64_t user, size_t most, struct arena *arena, struct session_row **out,
                        size_t *count, struct err_info *why)
{
    return store->ops->sessions(store, user, most, arena, out, count, why);
}

enum err store_tokens(struct store *store, struct arena *arena, struct token_row **out, size_t *count,
                      struct err_info *why)
{
    return store->ops->tokens(store, arena, out, count, why);
}

enum err store_keys(struct store *store, struct arena *arena, struct key_row **out, size_t *count, struct err_info *why)
{
    return store->ops->keys(store, arena, out, count, why);
}

enum err store_get_text(struct store *store, struct str name, struct arena *arena, struct str *out,
                        struct err_info *why)
{
    return store->ops->get_text(store, name, arena, out, why);
}

enum err store_text_names(struct store *store, struct str prefix, struct arena *arena, struct str **out, size_t *count,
                          struct err_info *why)
{
    return store->ops->text_names(store, prefix, arena, out, count, why);
}

enum err store_models(struct store *store, struct arena *arena, struct model_row **out, size_t *count,
                      struct err_info *why)
{
    return store->ops->models(store, arena, out, count, why);
}

enum err store_model_versions(struct store *store, struct arena *arena, struct model_version_row **out, size_t *count,
                              struct err_info *why)
{
    return store->ops->model_versions(store, arena, out, count, why);
}

enum err store_model_image(struct store *store, struct str model, uint32_t number, struct arena *arena, struct str *out,
                           struct err_info *why)
{
    return store->ops->model_image(store, model, number, arena, out, why);
}

/* ---- Keeping. ---- */

enum err store_backup(struct store *store, const char *path, struct err_info *why)
{
    return store->ops->backup(store, path, why);
}

enum err store_check(struct store *store, void (*finding)(void *context, const char *sentence), void *context,
                     struct err_info *why)
{
    return store->ops->check(store, finding, context, why);
}

void store_checkpoint(struct store *store)
{
    if (!store->read_only) store->ops->checkpoint(store);
}

enum err store_measure(struct store *store, struct store_size *out, struct err_info *why)
{
    *out = (struct store_size){0};
    return store->ops->measure(store, out, why);
}

/* memory_store.c — the plain model: lists, one lock, no disk. */
// SPDX-License-Identifier: Apache-2.0
#include "store/memory/memory_store.h"

struct memory_store *memory_enter(struct store *store)
{
    pthread_mutex_lock(&memory_of(store)->lock);
    return memory_of(store);
}

enum err memory_leave(struct memory_store *store, enum err e)
{
    pthread_mutex_unlock(&store->lock);
    return e;
}

static void close_memory(struct store *base)
{
    struct memory_store *store = memory_of(base);
    LIST_RELEASE(&store->properties);
    LIST_RELEASE(&store->identifiers);
    LIST_RELEASE(&store->merges);
    LIST_RELEASE(&store->versions);
    LIST_RELEASE(&store->associations);
    LIST_RELEASE(&store->events);
    LIST_RELEASE(&store->definitions);
    LIST_RELEASE(&store->bands);
    LIST_RELEASE(&store->rejects);
    LIST_RELEASE(&store->audits);
    LIST_RELEASE(&store->users);
    LIST_RELEASE(&store->sessions);
    LIST_RELEASE(&store->tokens);
    LIST_RELEASE(&store->keys);
    LIST_RELEASE(&store->models);
    LIST_RELEASE(&store->model_versions);
    LIST_RELEASE(&store->texts);
    for (int object = 0; object < OBJECT_COUNT; object++) {
        LIST_RELEASE(&store->records[object]);
        LIST_RELEASE(&store->id_taken[object]);
        intern_free(store->ids[object]);
    }
    arena_free(store->arena);
    pthread_mutex_destroy(&store->lock);
    memory_free(store);
}

static enum err no_backup(struct store *store, const char *path, struct err_info *why)
{
    (void)store;
    return err_set(why, ERR_INVALID, "a store in memory has no file to copy to %s", path);
}

/* Nothing here can be damaged. */
static enum err no_damage(struct store *store, void (*finding)(void *context, const char *sentence), void *context,
                          struct err_info *why)
{
    (void)store, (void)finding, (void)context, (void)why;
    return ERR_OK;
}

static void no_checkpoint(struct store *store)
{
    (void)store;
}

static enum err measure(struct store *base, struct store_size *out, struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    for (int object = 0; object < OBJECT_COUNT; object++) out->records[object] = store->records[object].count;
    out->events = store->events.count;
    out->bytes = arena_bytes(store->arena);
    return memory_leave(store, ERR_OK);
}

static const struct store_ops memory_ops = {
    .name = "memory",
    .close = close_memory,
    .append = memory_append,
    .erase = memory_erase,
    .put_user = memory_put_user,
    .delete_user = memory_delete_user,
    .put_session = memory_put_session,
    .delete_session = memory_delete_session,
    .delete_sessions_but = memory_delete_sessions_but,
    .put_token = memory_put_token,
    .put_key = memory_put_key,
    .put_text = memory_put_text,
    .put_model = memory_put_model,
    .delete_model = memory_delete_model,
    .add_model_version = memory_add_model_version,
    .change_model_versions = memory_change_model_versions,
    .look_again = memory_look_again,
    .read = memory_read,
    .events = memory_events,
    .last_version = memory_last_version,
    .rejects = memory_rejects,
    .audits = memory_audits,
    .bands = memory_bands,
    .definitions = memory_definitions,
    .users = memory_users,
    .find_session = memory_find_session,
    .sessions = memory_sessions,
    .tokens = memory_tokens,
    .keys = memory_keys,
    .get_text = memory_get_text,
    .text_names = memory_text_names,
    .models = memory_models,
    .model_versions = memory_model_versions,
    .model_image = memory_model_image,
    .backup = no_backup,
    .check = no_damage,
    .checkpoint = no_checkpoint,
    .measure = measure,
};

struct store *memory_store_open(void)
{
    struct memory_store *store = memory_alloc(sizeof *store);
    store->base.ops = &memory_ops;
    store->arena = arena_new();
    for (int object = 0; object < OBJECT_COUNT; object++) store->ids[object] = intern_new();
    /* Whoever reads everything may ask about an event meanwhile, as of a database. */
    pthread_mutexattr_t again;
    pthread_mutexattr_init(&again);
    pthread_mutexattr_settype(&again, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&store->lock, &again);
    pthread_mutexattr_destroy(&again);
    return &store->base;
}

/* fake_store.c — the accounts of a store, in arrays. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <string.h>

#include "store/store.h"

enum { MOST = 2100 };

struct store {
    struct arena *arena;
    pthread_mutex_t lock;
    struct user_row users[MOST];
    struct session_row sessions[MOST];
    struct token_row tokens[MOST];
    struct key_row keys[MOST];
    struct str names[MOST], texts[MOST];
    size_t user_count, session_count, token_count, key_count, text_count;
};

enum err store_open(const struct store_options *options, struct store **out, struct err_info *why)
{
    (void)options, (void)why;
    *out = memory_alloc(sizeof **out);
    (*out)->arena = arena_new();
    pthread_mutex_init(&(*out)->lock, NULL);
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (store == NULL) return;
    arena_free(store->arena);
    memory_free(store);
}

#define COPY(field) row_.field = arena_str(to_, row_.field)
static struct user_row copy_user(struct arena *to_, struct user_row row_)
{
    COPY(email), COPY(name), COPY(role), COPY(password_hash);
    return row_;
}
static struct session_row copy_session(struct arena *to_, struct session_row row_)
{
    COPY(hash);
    return row_;
}
static struct token_row copy_token(struct arena *to_, struct token_row row_)
{
    COPY(name), COPY(hash), COPY(scopes);
    return row_;
}
static struct key_row copy_key(struct arena *to_, struct key_row row_)
{
    COPY(name), COPY(hash), COPY(hint);
    return row_;
}

#define PUT(kind, unique)                                                                                      \
    enum err store_put_##kind(struct store *store, const struct kind##_row *row, uint64_t *number,             \
                              struct err_info *why)                                                            \
    {                                                                                                          \
        enum err e = ERR_OK;                                                                                   \
        pthread_mutex_lock(&store->lock);                                                                      \
        size_t at = row->number > 0 ? row->number - 1 : store->kind##_count;                                   \
        for (size_t i = 0; i < store->kind##_count; i++)                                                       \
            if (i != at && str_equal(store->kind##s[i].unique, row->unique)) e = ERR_CONFLICT;                 \
        if (e == ERR_OK) {                                                                                     \
            store->kind##s[at] = copy_##kind(store->arena, *row);                                              \
            store->kind##s[at].number = *number = at + 1;                                                      \
            if (at == store->kind##_count) store->kind##_count++;                                              \
        }                                                                                                      \
        pthread_mutex_unlock(&store->lock);                                                                    \
        return e == ERR_OK ? e : err_set(why, e, "it is another's");                                           \
    }                                                                                                          \
    enum err store_##kind##s(struct store *store, struct arena *arena, struct kind##_row **out, size_t *count, \
                             struct err_info *why)                                                             \
    {                                                                                                          \
        (void)why;                                                                                             \
        pthread_mutex_lock(&store->lock);                                                                      \
        *count = store->kind##_count;                                                                          \
        *out = ARENA_ARRAY(arena, struct kind##_row, *count);                                                  \
        for (size_t i = 0; i < *count; i++) (*out)[*count - 1 - i] = copy_##kind(arena, store->kind##s[i]);    \
        pthread_mutex_unlock(&store->lock);                                                                    \
        return ERR_OK;                                                                                         \
    }
PUT(user, email)
PUT(token, hash)
PUT(key, hash)

static size_t find_session(const struct store *store, struct str hash)
{
    size_t at = 0;
    while (at < store->session_count && !str_equal(store->sessions[at].hash, hash)) at++;
    return at;
}

enum err store_put_session(struct store *store, const struct session_row *row, struct err_info *why)
{
    (void)why;
    pthread_mutex_lock(&store->lock);
    size_t at = find_session(store, row->hash);
    if (at == store->session_count) store->session_count++;
    store->sessions[at] = copy_session(store->arena, *row);
    pthread_mutex_unlock(&store->lock);
    return ERR_OK;
}

enum err store_find_session(struct store *store, struct str hash, struct arena *arena, struct session_row *out,
                            struct err_info *why)
{
    pthread_mutex_lock(&store->lock);
    size_t at = find_session(store, hash);
    bool found = at < store->session_count;
    if (found) *out = copy_session(arena, store->sessions[at]);
    pthread_mutex_unlock(&store->lock);
    return found ? ERR_OK : err_set(why, ERR_NOT_FOUND, "no such session");
}

enum err store_delete_session(struct store *store, struct str hash, struct err_info *why)
{
    (void)why;
    pthread_mutex_lock(&store->lock);
    size_t at = find_session(store, hash);
    if (at < store->session_count) store->sessions[at] = store->sessions[--store->session_count];
    pthread_mutex_unlock(&store->lock);
    return ERR_OK;
}

static size_t find_text(const struct store *store, struct str name)
{
    size_t at = 0;
    while (at < store->text_count && !str_equal(store->names[at], name)) at++;
    return at;
}

enum err store_get_text(struct store *store, struct str name, struct arena *arena, struct str *out,
                        struct err_info *why)
{
    size_t at = find_text(store, name);
    if (at == store->text_count || store->texts[at].len == 0) return err_set(why, ERR_NOT_FOUND, "no such text");
    *out = arena_str(arena, store->texts[at]);
    return ERR_OK;
}

enum err store_put_text(struct store *store, struct str name, struct str text, struct err_info *why)
{
    (void)why;
    size_t at = find_text(store, name);
    if (at == store->text_count) store->text_count++;
    store->names[at] = arena_str(store->arena, name);
    store->texts[at] = arena_str(store->arena, text);
    return ERR_OK;
}

enum err store_text_names(struct store *store, struct str prefix, struct arena *arena, struct str **out, size_t *count,
                          struct err_info *why)
{
    (void)why;
    *count = 0;
    *out = ARENA_ARRAY(arena, struct str, store->text_count);
    for (size_t i = 0; i < store->text_count; i++)
        if (str_starts_with(store->names[i], prefix) && store->texts[i].len > 0)
            (*out)[(*count)++] = arena_str(arena, store->names[i]);
    return ERR_OK;
}

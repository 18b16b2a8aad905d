/* access_cache.c — rows of the store, sorted by number, and a table from digests to actors. */
// SPDX-License-Identifier: Apache-2.0
#include "server/access_cache.h"

#include <stdlib.h>
#include <string.h>

/* ---- People. ---- */

static int by_user_number(const void *a, const void *b)
{
    uint64_t x = ((const struct cached_user *)a)->row.number, y = ((const struct cached_user *)b)->row.number;
    return (x > y) - (x < y);
}

static bool take_end_of_sessions(struct cached_user *user, struct str text)
{
    return str_to_i64(text, &user->sessions_ended_ms);
}

static bool take_link(struct cached_user *user, struct str text)
{
    return secret_digest_parse(str_cut(&text, ' '), &user->link) && str_to_i64(text, &user->link_until_ms);
}

/* The store's texts about users, each named by a prefix and a number. */
static MUST_CHECK enum err read_texts(struct store *store, struct cache *cache, struct str prefix,
                                      bool (*take)(struct cached_user *user, struct str text), struct err_info *why)
{
    struct str *names;
    size_t count;
    enum err e = store_text_names(store, prefix, cache->arena, &names, &count, why);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct str text;
        uint64_t number;
        if ((e = store_get_text(store, names[i], cache->arena, &text, why)) != ERR_OK) break;
        struct str digits = {names[i].at + prefix.len, names[i].len - prefix.len};
        bool good = str_to_u64(digits, &number);
        struct cached_user *user = good ? (struct cached_user *)cache_find_user(cache, number) : NULL;
        if (!good || (user != NULL && !take(user, text)))
            return err_set(why, ERR_INVALID, "the store's text '" STR_FMT "' cannot be read", STR_ARG(names[i]));
    }
    return e;
}

static MUST_CHECK enum err read_users(struct store *store, struct cache *cache, struct err_info *why)
{
    struct user_row *rows;
    enum err e = store_users(store, cache->arena, &rows, &cache->user_count, why);
    if (e != ERR_OK) return e;
    cache->users = ARENA_ARRAY(cache->arena, struct cached_user, cache->user_count);
    for (size_t i = 0; i < cache->user_count; i++) {
        struct cached_user *user = &cache->users[i];
        user->row = rows[i];
        user->sessions_ended_ms = INT64_MIN;
        user->text = arena_format(cache->arena, "user:" STR_FMT, STR_ARG(rows[i].email));
        if ((e = role_parse(rows[i].role, &user->role, why)) != ERR_OK) return e;
    }
    qsort(cache->users, cache->user_count, sizeof *cache->users, by_user_number);
    e = read_texts(store, cache, STR(SESSIONS_ENDED_PREFIX), take_end_of_sessions, why);
    return e == ERR_OK ? read_texts(store, cache, STR(LINK_PREFIX), take_link, why) : e;
}

const struct cached_user *cache_find_user(const struct cache *cache, uint64_t number)
{
    struct cached_user wanted = {.row.number = number};
    return bsearch(&wanted, cache->users, cache->user_count, sizeof wanted, by_user_number);
}

const struct cached_user *cache_find_email(const struct cache *cache, struct str folded)
{
    for (size_t i = 0; i < cache->user_count; i++)
        if (str_equal(cache->users[i].row.email, folded)) return &cache->users[i];
    return NULL;
}

/* ---- Tokens and keys. ---- */

static size_t slot_of(const struct cache *cache, const struct secret_digest *digest)
{
    size_t first;
    memcpy(&first, digest->bytes, sizeof first);
    return first & cache->slot_mask;
}

static void add_secret(struct cache *cache, const struct cached_secret *secret)
{
    size_t at = slot_of(cache, &secret->digest);
    while (cache->slots[at] != NULL) at = (at + 1) & cache->slot_mask;
    cache->slots[at] = ARENA_NEW(cache->arena, struct cached_secret);
    *cache->slots[at] = *secret;
}

static void make_slots(struct cache *cache)
{
    size_t slots = 16; /* at least half of them stay free, so that a search ends soon */
    while (slots < 2 * (cache->token_count + cache->key_count)) slots *= 2;
    cache->slots = ARENA_ARRAY(cache->arena, struct cached_secret *, slots);
    cache->slot_mask = slots - 1;
}

static int by_token_number(const void *a, const void *b)
{
    uint64_t x = ((const struct token_row *)a)->number, y = ((const struct token_row *)b)->number;
    return (x > y) - (x < y);
}

static int by_key_number(const void *a, const void *b)
{
    uint64_t x = ((const struct key_row *)a)->number, y = ((const struct key_row *)b)->number;
    return (x > y) - (x < y);
}

static MUST_CHECK enum err add_token(struct cache *cache, struct cached_token *token, struct err_info *why)
{
    enum err e = scopes_parse(token->row.scopes, &token->scopes, why);
    if (e != ERR_OK) return e;
    struct cached_secret secret = {
        .kind = SECRET_TOKEN,
        .revoked = token->row.revoked,
        .last_used_ms = &token->last_used_ms,
        .actor = {.kind = ACTOR_TOKEN,
                  .number = token->row.number,
                  .name = token->row.name,
                  .text = arena_format(cache->arena, "token:%llu", (unsigned long long)token->row.number),
                  .permissions = scope_permissions(token->scopes)},
    };
    if (!secret_digest_parse(token->row.hash, &secret.digest))
        return err_set(why, ERR_INVALID, "the hash of token %llu cannot be read",
                       (unsigned long long)token->row.number);
    atomic_init(&token->last_used_ms, token->row.last_used_ms);
    add_secret(cache, &secret);
    return ERR_OK;
}

static MUST_CHECK enum err add_key(struct cache *cache, const struct key_row *key, struct err_info *why)
{
    struct cached_secret secret = {
        .kind = SECRET_KEY,
        .revoked = key->revoked,
        .actor = {.kind = ACTOR_KEY,
                  .number = key->number,
                  .name = key->name,
                  .text = arena_format(cache->arena, "key:%llu", (unsigned long long)key->number),
                  .permissions = key_permissions()},
    };
    if (!secret_digest_parse(key->hash, &secret.digest))
        return err_set(why, ERR_INVALID, "the hash of write key %llu cannot be read", (unsigned long long)key->number);
    add_secret(cache, &secret);
    return ERR_OK;
}

static MUST_CHECK enum err read_secrets(struct store *store, struct cache *cache, struct err_info *why)
{
    struct token_row *rows;
    enum err e = store_tokens(store, cache->arena, &rows, &cache->token_count, why);
    if (e == ERR_OK) e = store_keys(store, cache->arena, &cache->keys, &cache->key_count, why);
    if (e != ERR_OK) return e;
    if (cache->token_count > 0) qsort(rows, cache->token_count, sizeof *rows, by_token_number);
    if (cache->key_count > 0) qsort(cache->keys, cache->key_count, sizeof *cache->keys, by_key_number);
    cache->tokens = ARENA_ARRAY(cache->arena, struct cached_token, cache->token_count);
    make_slots(cache);
    for (size_t i = 0; e == ERR_OK && i < cache->token_count; i++) {
        cache->tokens[i].row = rows[i];
        e = add_token(cache, &cache->tokens[i], why);
    }
    for (size_t i = 0; e == ERR_OK && i < cache->key_count; i++) e = add_key(cache, &cache->keys[i], why);
    return e;
}

const struct cached_secret *cache_find_secret(const struct cache *cache, const struct secret_digest *digest)
{
    for (size_t at = slot_of(cache, digest); cache->slots[at] != NULL; at = (at + 1) & cache->slot_mask)
        if (secret_digest_equal(&cache->slots[at]->digest, digest)) return cache->slots[at];
    return NULL;
}

struct cached_token *cache_find_token(const struct cache *cache, uint64_t number)
{
    for (size_t i = 0; i < cache->token_count; i++)
        if (cache->tokens[i].row.number == number) return &cache->tokens[i];
    return NULL;
}

const struct key_row *cache_find_key(const struct cache *cache, uint64_t number)
{
    for (size_t i = 0; i < cache->key_count; i++)
        if (cache->keys[i].number == number) return &cache->keys[i];
    return NULL;
}

/* ---- All of it. ---- */

enum err cache_read(struct store *store, struct cache **out, struct err_info *why)
{
    struct cache *cache = memory_alloc(sizeof *cache);
    cache->arena = arena_new();
    enum err e = read_users(store, cache, why);
    if (e == ERR_OK) e = read_secrets(store, cache, why);
    if (e != ERR_OK) {
        cache_free(cache);
        return e;
    }
    *out = cache;
    return ERR_OK;
}

void cache_free(struct cache *cache)
{
    if (cache == NULL) return;
    arena_free(cache->arena);
    memory_free(cache);
}

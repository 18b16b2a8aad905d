/* access_secrets.c — tokens and write keys are made, shown once, listed and revoked. */
// SPDX-License-Identifier: Apache-2.0
#include "server/access_internal.h"

#include "base/json.h"

void access_secret_detail(struct buf *out, struct str name, uint32_t scopes)
{
    struct json_writer writer = {.out = out};
    json_begin_object(&writer);
    json_key(&writer, "name");
    json_string(&writer, name);
    if (scopes != 0) json_key(&writer, "scopes");
    if (scopes != 0) json_begin_array(&writer);
    for (enum scope scope = 0; scope < SCOPE_COUNT; scope++)
        if ((scopes >> scope & 1) != 0) json_string(&writer, str_from_c(scope_name(scope)));
    if (scopes != 0) json_end_array(&writer);
    json_end_object(&writer);
}

/* ---- Tokens. ---- */

void access_tokens(struct access *access, struct arena *arena, struct token_view **out, size_t *count)
{
    pthread_rwlock_rdlock(&access->lock);
    const struct cache *cache = access->cache;
    *count = cache->token_count;
    *out = ARENA_ARRAY(arena, struct token_view, cache->token_count);
    for (size_t i = 0; i < cache->token_count; i++) {
        struct cached_token *token = &cache->tokens[i];
        (*out)[i] = (struct token_view){.number = token->row.number,
                                        .name = arena_str(arena, token->row.name),
                                        .creator = arena_str(arena, token->row.creator),
                                        .scopes = token->scopes,
                                        .created_ms = token->row.created_ms,
                                        .last_used_ms = atomic_load(&token->last_used_ms),
                                        .revoked = token->row.revoked};
    }
    pthread_rwlock_unlock(&access->lock);
}

static size_t tokens_in_use(const struct cache *cache)
{
    size_t in_use = 0;
    for (size_t i = 0; i < cache->token_count; i++) in_use += !cache->tokens[i].row.revoked;
    return in_use;
}

static MUST_CHECK enum err put_new_token(struct access *access, struct token_row *row, struct err_info *why)
{
    if (tokens_in_use(access->cache) >= ACCESS_SECRETS_MAX)
        return err_set(why, ERR_TOO_BIG, "there are %d tokens, the most there may be; revoke one first",
                       ACCESS_SECRETS_MAX);
    enum err e = store_put_token(access->store, row, &row->number, why);
    return e != ERR_OK ? e : access_reload(access, why);
}

enum err access_add_token(struct access *access, struct str name, uint32_t scopes, struct str creator,
                          struct secret *secret, uint64_t *number, struct err_info *why)
{
    INVARIANT(scopes != 0);
    enum err e = access_check_name(name, "the name of the token", why);
    if (e != ERR_OK) return e;
    AUTO_SECRET made;
    secret_new(SECRET_TOKEN, &made);
    struct secret_digest digest = secret_hash(secret_str(&made));
    char hash[SECRET_DIGEST_TEXT + 1];
    secret_digest_text(&digest, hash);
    AUTO_BUF words = BUF_INIT(1024);
    scopes_append(&words, scopes);
    struct token_row row = {.name = str_trim(name),
                            .hash = str_from_c(hash),
                            .scopes = buf_str(&words),
                            .creator = creator,
                            .created_ms = access_now_ms(access)};
    pthread_mutex_lock(&access->change);
    e = put_new_token(access, &row, why);
    pthread_mutex_unlock(&access->change);
    if (e != ERR_OK) return e;
    *secret = made;
    *number = row.number;
    return ERR_OK;
}

static MUST_CHECK enum err revoke_token(struct access *access, uint64_t number, struct err_info *why)
{
    const struct cached_token *token = cache_find_token(access->cache, number);
    if (token == NULL) return err_set(why, ERR_NOT_FOUND, "there is no token %llu", (unsigned long long)number);
    if (token->row.revoked) return ERR_OK;
    struct token_row row = token->row;
    row.revoked = true;
    row.last_used_ms = atomic_load(&token->last_used_ms);
    enum err e = store_put_token(access->store, &row, &number, why);
    return e != ERR_OK ? e : access_reload(access, why);
}

enum err access_revoke_token(struct access *access, uint64_t number, struct err_info *why)
{
    pthread_mutex_lock(&access->change);
    enum err e = revoke_token(access, number, why);
    pthread_mutex_unlock(&access->change);
    return e;
}

/* ---- Write keys. ---- */

void access_keys(struct access *access, struct arena *arena, struct key_view **out, size_t *count)
{
    pthread_rwlock_rdlock(&access->lock);
    const struct cache *cache = access->cache;
    *count = cache->key_count;
    *out = ARENA_ARRAY(arena, struct key_view, cache->key_count);
    for (size_t i = 0; i < cache->key_count; i++) {
        const struct key_row *key = &cache->keys[i];
        (*out)[i] = (struct key_view){.number = key->number,
                                      .name = arena_str(arena, key->name),
                                      .hint = arena_str(arena, key->hint),
                                      .creator = arena_str(arena, key->creator),
                                      .created_ms = key->created_ms,
                                      .revoked = key->revoked};
    }
    pthread_rwlock_unlock(&access->lock);
}

static size_t keys_in_use(const struct cache *cache)
{
    size_t in_use = 0;
    for (size_t i = 0; i < cache->key_count; i++) in_use += !cache->keys[i].revoked;
    return in_use;
}

static MUST_CHECK enum err put_new_key(struct access *access, struct key_row *row, struct err_info *why)
{
    if (keys_in_use(access->cache) >= ACCESS_SECRETS_MAX)
        return err_set(why, ERR_TOO_BIG, "there are %d write keys, the most there may be; revoke one first",
                       ACCESS_SECRETS_MAX);
    enum err e = store_put_key(access->store, row, &row->number, why);
    return e != ERR_OK ? e : access_reload(access, why);
}

enum err access_add_key(struct access *access, struct str name, struct str creator, struct secret *secret,
                        uint64_t *number, struct err_info *why)
{
    enum err e = access_check_name(name, "the name of the write key", why);
    if (e != ERR_OK) return e;
    AUTO_SECRET made;
    secret_new(SECRET_KEY, &made);
    struct secret_digest digest = secret_hash(secret_str(&made));
    char hash[SECRET_DIGEST_TEXT + 1];
    secret_digest_text(&digest, hash);
    struct key_row row = {.name = str_trim(name),
                          .hash = str_from_c(hash),
                          .hint = secret_hint(&made),
                          .creator = creator,
                          .created_ms = access_now_ms(access)};
    pthread_mutex_lock(&access->change);
    e = put_new_key(access, &row, why);
    pthread_mutex_unlock(&access->change);
    if (e != ERR_OK) return e;
    *secret = made;
    *number = row.number;
    return ERR_OK;
}

static MUST_CHECK enum err revoke_key(struct access *access, uint64_t number, struct err_info *why)
{
    const struct key_row *key = cache_find_key(access->cache, number);
    if (key == NULL) return err_set(why, ERR_NOT_FOUND, "there is no write key %llu", (unsigned long long)number);
    if (key->revoked) return ERR_OK;
    struct key_row row = *key;
    row.revoked = true;
    enum err e = store_put_key(access->store, &row, &number, why);
    return e != ERR_OK ? e : access_reload(access, why);
}

enum err access_revoke_key(struct access *access, uint64_t number, struct err_info *why)
{
    pthread_mutex_lock(&access->change);
    enum err e = revoke_key(access, number, why);
    pthread_mutex_unlock(&access->change);
    return e;
}

/* access.c — the cache behind its locks, and the look-up that every request of a program makes. */
// SPDX-License-Identifier: Apache-2.0
#include "server/access_internal.h"

#include <sodium.h>

#include "base/unicode.h"

/* A rightful owner who is attacked waits a minute at most; an address may be a whole office behind it. */
static const struct throttle_limits account_limits = {.free_tries = 5, .longest_s = 60};
static const struct throttle_limits address_limits = {.free_tries = 20, .longest_s = 900};

#define LAST_USED_STEP_MS MS_PER_MINUTE /* how exactly we know when a token was used last */

static _Atomic(uint64_t) versions;

static void draw_version(struct access *access)
{
    atomic_store(&access->version, atomic_fetch_add(&versions, 1) + 1);
}

uint64_t access_version(const struct access *access)
{
    return atomic_load(&access->version);
}

/* ---- Opening. ---- */

static void init_locks(struct access *access)
{
    pthread_mutex_init(&access->change, NULL);
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    /* A stream of requests must not keep a revocation waiting. */
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&access->lock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
}

static uint64_t random_seed(void)
{
    uint64_t seed;
    randombytes_buf(&seed, sizeof seed);
    return seed;
}

enum err access_open(const struct access_options *options, struct access **out, struct err_info *why)
{
    int ready = sodium_init();
    INVARIANT(ready >= 0 && options->hashings_max >= 1);
    struct cache *cache;
    enum err e = cache_read(options->store, &cache, why);
    if (e != ERR_OK) return e;
    struct access *access = memory_alloc(sizeof *access);
    access->store = options->store;
    access->clock = options->clock;
    access->hasher = password_hasher_new(options->hashings_max);
    access->accounts = throttle_new(account_limits, random_seed());
    access->addresses = throttle_new(address_limits, random_seed());
    access->cache = cache;
    draw_version(access);
    init_locks(access);
    *out = access;
    return ERR_OK;
}

void access_close(struct access *access)
{
    if (access == NULL) return;
    struct err_info why = {0};
    enum err e = access_refresh(access, &why);
    (void)e; /* when a token was used last is not worth more */
    cache_free(access->cache);
    password_hasher_free(access->hasher);
    throttle_free(access->accounts);
    throttle_free(access->addresses);
    pthread_rwlock_destroy(&access->lock);
    pthread_mutex_destroy(&access->change);
    memory_free(access);
}

/* ---- The cache. ---- */

/* What requests noted in the old cache is noted in the new one; nobody looks at either. */
static void carry_last_used(const struct cache *from, struct cache *to)
{
    size_t k = 0;
    for (size_t i = 0; i < to->token_count; i++) { /* both by number */
        while (k < from->token_count && from->tokens[k].row.number < to->tokens[i].row.number) k++;
        if (k == from->token_count) return;
        if (from->tokens[k].row.number != to->tokens[i].row.number) continue;
        int64_t used_ms = atomic_load(&from->tokens[k].last_used_ms);
        if (used_ms > atomic_load(&to->tokens[i].last_used_ms)) atomic_store(&to->tokens[i].last_used_ms, used_ms);
    }
}

enum err access_reload(struct access *access, struct err_info *why)
{
    struct cache *fresh;
    access->stale = true;
    enum err e = cache_read(access->store, &fresh, why);
    if (e != ERR_OK) return e;
    pthread_rwlock_wrlock(&access->lock);
    struct cache *former = access->cache;
    carry_last_used(former, fresh);
    access->cache = fresh;
    draw_version(access);
    pthread_rwlock_unlock(&access->lock);
    cache_free(former);
    access->stale = false;
    return ERR_OK;
}

enum err access_refresh(struct access *access, struct err_info *why)
{
    enum err e = ERR_OK;
    pthread_mutex_lock(&access->change); /* the cache stays, as only changes replace it */
    if (access->stale) e = access_reload(access, why);
    for (size_t i = 0; e == ERR_OK && i < access->cache->token_count; i++) {
        struct cached_token *token = &access->cache->tokens[i];
        int64_t used_ms = atomic_load(&token->last_used_ms);
        if (used_ms <= token->row.last_used_ms) continue;
        struct token_row row = token->row;
        row.last_used_ms = used_ms;
        uint64_t number = row.number;
        e = store_put_token(access->store, &row, &number, why);
        if (e == ERR_OK) token->row.last_used_ms = used_ms;
    }
    pthread_mutex_unlock(&access->change);
    return e;
}

/* ---- Each request of a program. ---- */

/* Why `secret` opens nothing. */
static enum err refuse(enum secret_kind kind, struct str secret, bool revoked, struct err_info *why)
{
    enum err e = secret_check(kind, secret, why);
    if (e != ERR_OK) return e;
    const char *what = kind == SECRET_KEY ? "write key" : "token";
    if (revoked) return err_set(why, ERR_NOT_FOUND, "this %s was revoked", what);
    return err_set(why, ERR_NOT_FOUND, "this %s is not known here", what);
}

static MUST_CHECK enum err look_up(struct access *access, enum secret_kind kind, struct str secret, struct arena *arena,
                                   struct actor *out, struct err_info *why)
{
    if (secret.len > SECRET_BYTES_MAX) return refuse(kind, secret, false, why);
    struct secret_digest digest = secret_hash(secret);
    pthread_rwlock_rdlock(&access->lock);
    const struct cached_secret *found = cache_find_secret(access->cache, &digest);
    bool good = found != NULL && found->kind == kind && !found->revoked;
    bool revoked = found != NULL && found->revoked;
    if (good) {
        *out = found->actor;
        out->name = arena_str(arena, found->actor.name);
        out->text = arena_str(arena, found->actor.text);
        if (found->last_used_ms != NULL) {
            int64_t now_ms = access_now_ms(access);
            if (now_ms - atomic_load_explicit(found->last_used_ms, memory_order_relaxed) >= LAST_USED_STEP_MS)
                atomic_store_explicit(found->last_used_ms, now_ms, memory_order_relaxed);
        }
    }
    pthread_rwlock_unlock(&access->lock);
    return good ? ERR_OK : refuse(kind, secret, revoked, why);
}

enum err access_key(struct access *access, struct str secret, struct arena *arena, struct actor *out,
                    struct err_info *why)
{
    return look_up(access, SECRET_KEY, secret, arena, out, why);
}

enum err access_token(struct access *access, struct str secret, struct arena *arena, struct actor *out,
                      struct err_info *why)
{
    return look_up(access, SECRET_TOKEN, secret, arena, out, why);
}

void access_make_local(struct access *access, struct secret *secret)
{
    secret_new(SECRET_LOCAL, secret);
    struct secret_digest digest = secret_hash(secret_str(secret));
    pthread_rwlock_wrlock(&access->lock);
    access->local = digest;
    pthread_rwlock_unlock(&access->lock);
}

enum err access_local(struct access *access, struct str secret, struct actor *out, struct err_info *why)
{
    enum err e = secret_check(SECRET_LOCAL, secret, why);
    if (e != ERR_OK) return e;
    struct secret_digest digest = secret_hash(secret); /* never all zeros, as `local` is until one was made */
    pthread_rwlock_rdlock(&access->lock);
    bool good = secret_digest_equal(&access->local, &digest);
    pthread_rwlock_unlock(&access->lock);
    if (!good) return err_set(why, ERR_NOT_FOUND, "this secret is of a server that runs no more");
    *out = actor_cli();
    return ERR_OK;
}

/* ---- Names. ---- */

enum err access_check_name(struct str name, const char *what, struct err_info *why)
{
    if (str_trim(name).len == 0) return err_set(why, ERR_INVALID, "%s is empty", what);
    if (name.len > ACCESS_NAME_MAX)
        return err_set(why, ERR_INVALID, "%s has %zu bytes, more than %d", what, name.len, ACCESS_NAME_MAX);
    if (!unicode_valid(name, NULL)) return err_set(why, ERR_INVALID, "%s is not valid UTF-8", what);
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.at[i] < ' ' || name.at[i] == 0x7f)
            return err_set(why, ERR_INVALID, "%s has a control character in it", what);
    return ERR_OK;
}

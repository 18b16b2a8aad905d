/* access_cache.h — who there is, read from the store into memory; a change reads it anew.
 *
 * Never changes once it is read, but for when a token was last used. Threads share it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_ACCESS_CACHE_H
#define PLUMB_SERVER_ACCESS_CACHE_H

#include <stdatomic.h>

#include "server/role.h"
#include "server/secret.h"
#include "store/store.h"

struct cached_user {
    struct user_row row;
    enum role role;
    struct str text;           /* "user:ada@acme.example" */
    int64_t sessions_ended_ms; /* sessions begun until then are over; INT64_MIN: none */
    struct secret_digest link; /* of the one-time link that is open */
    int64_t link_until_ms;     /* and until when; 0: none is */
};

struct cached_secret {
    struct secret_digest digest;
    enum secret_kind kind; /* SECRET_KEY, SECRET_TOKEN */
    bool revoked;
    struct actor actor;
    _Atomic int64_t *last_used_ms; /* of a token */
};

struct cached_token {
    struct token_row row; /* its last_used_ms is what the store has */
    uint32_t scopes;
    _Atomic int64_t last_used_ms;
};

struct cache {
    struct arena *arena;
    struct cached_user *users; /* by number */
    size_t user_count;
    struct cached_token *tokens; /* by number */
    size_t token_count;
    struct key_row *keys; /* by number */
    size_t key_count;
    struct cached_secret **slots; /* open addressing by the digest's first bytes; NULL: free */
    size_t slot_mask;
};

/* The names, before a user's number, under which the store keeps when their sessions were ended. */
#define SESSIONS_ENDED_PREFIX "access.sessions_ended."
/* And their one-time link: "HASH UNTIL_MS". */
#define LINK_PREFIX "access.link."

/* Errors: the store's; ERR_INVALID: a row that we cannot read. */
MUST_CHECK enum err cache_read(struct store *store, struct cache **out, struct err_info *why);
void cache_free(struct cache *cache); /* NULL is fine */

/* NULL when there is none. */
const struct cached_secret *cache_find_secret(const struct cache *cache, const struct secret_digest *digest);
const struct cached_user *cache_find_user(const struct cache *cache, uint64_t number);
const struct cached_user *cache_find_email(const struct cache *cache, struct str folded);
struct cached_token *cache_find_token(const struct cache *cache, uint64_t number);
const struct key_row *cache_find_key(const struct cache *cache, uint64_t number);

#endif

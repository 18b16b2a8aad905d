/* access_internal.h — what the parts of access share.
 *
 * Two locks, taken in this order. `change` is held by whoever changes something, from reading who there is
 * until the cache is read anew; so a decision ("not the last admin") holds when it is stored. `lock` guards
 * the pointer to the cache and `local`, and is held only for a look. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_ACCESS_INTERNAL_H
#define PLUMB_SERVER_ACCESS_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "server/access.h"
#include "server/access_cache.h"
#include "server/password.h"
#include "server/throttle.h"

struct access {
    struct store *store;
    const struct clock *clock;
    struct password_hasher *hasher;
    struct throttle *accounts, *addresses;
    pthread_mutex_t change;
    pthread_rwlock_t lock;
    struct cache *cache;
    _Atomic(uint64_t) version;  /* of the cache, see access_version */
    struct secret_digest local; /* of access_make_local; guarded by `lock` */
    bool stale;                 /* the store is ahead of the cache; guarded by `change` */
};

static inline int64_t access_now_ms(const struct access *access)
{
    return access->clock->now_ms(access->clock);
}

/* Read the cache anew; `change` is held. A failure is repaired by access_refresh. */
MUST_CHECK enum err access_reload(struct access *access, struct err_info *why);

/* Trimmed and folded, in `arena`. ERR_INVALID: not an e-mail address. */
MUST_CHECK enum err access_fold_email(struct arena *arena, struct str email, struct str *out, struct err_info *why);
/* `what` is "the name of a token". */
MUST_CHECK enum err access_check_name(struct str name, const char *what, struct err_info *why);

/* The actor of a user, with texts in `arena`. */
struct actor access_user_actor(const struct cached_user *user, struct arena *arena);

/* Admins who are not disabled. */
size_t access_admins(const struct cache *cache);

/* Check what was given and hash the password, before any lock: `row` has views into `arena` and `hash`. */
MUST_CHECK enum err access_prepare_user(struct access *access, const struct new_user *user, enum role role,
                                        struct arena *arena, char hash[PASSWORD_HASH_BYTES], struct user_row *row,
                                        struct err_info *why);
/* These are called while `change` is held, and read the cache anew. An empty hash: nobody comes in by a password. */
MUST_CHECK enum err access_put_new_user(struct access *access, struct user_row *row, struct err_info *why);
MUST_CHECK enum err access_put_password(struct access *access, uint64_t number, struct str hash, struct err_info *why);
/* A one-time link opens nothing any more; `change` is held, the cache is not read anew. */
MUST_CHECK enum err access_void_link(struct access *access, uint64_t user, struct err_info *why);

/* End all sessions of a user that have begun so far; `change` is held, the cache is not read anew. */
MUST_CHECK enum err access_end_sessions(struct access *access, uint64_t user, struct err_info *why);
/* Begin one; `change` is held, the cache is fresh. */
MUST_CHECK enum err access_begin_session(struct access *access, uint64_t user, struct secret *out,
                                         struct err_info *why);

#endif

/* access.h — who comes in: by a write key, a token, a session; and who is let in.
 *
 *     access_key, access_token    each request of a program: a hash and a look-up in memory
 *     access_session              each request of a browser: a look-up in the store
 *     access_sign_in ...          rare, slow on purpose, and throttled
 *
 * Everything that is changed goes through here to the store and is in force for the next request. Only hashes
 * of secrets are kept. No secret and no password stands in an error's sentence. Whoever changes
 * something writes it to the audit: struct actor has the text for it. Any thread, all functions. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_ACCESS_H
#define PLUMB_SERVER_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/instant.h"
#include "server/role.h"
#include "server/secret.h"
#include "store/store.h"

#define ACCESS_EMAIL_MAX 254 /* bytes */
#define ACCESS_NAME_MAX 100  /* bytes of a person's, a token's, a key's name */
#define ACCESS_USERS_MAX 10000
#define ACCESS_SECRETS_MAX 1000 /* tokens, and keys, that are not revoked */

#define SESSION_IDLE_MS (14 * MS_PER_DAY)    /* unused for so long, a session ends */
#define SESSION_LONGEST_MS (90 * MS_PER_DAY) /* and so long after the sign-in in any case */
#define FIRST_LINK_MS MS_PER_DAY             /* the link that makes the first admin is good for so long */

struct access; /* opaque; see access.c */

struct access_options {
    struct store *store; /* borrowed; nobody else puts users, sessions, tokens or keys there */
    const struct clock *clock;
    unsigned hashings_max; /* passwords that are hashed at the same time, 64 MB each; at least 1 */
};

/* Read who there is. Errors: those of the store; ERR_INVALID: a role or scope that we do not know. */
MUST_CHECK enum err access_open(const struct access_options *options, struct access **out, struct err_info *why);
void access_close(struct access *access); /* NULL is fine; nobody may be using it. Writes what access_refresh does */

/* Write down when tokens were last used, and read again what could not be read after a change. Call it every
 * minute or so. Errors: those of the store; nothing is lost. */
MUST_CHECK enum err access_refresh(struct access *access, struct err_info *why);

/* A number that is another one after every change of who may come in, in this process; never 0. */
uint64_t access_version(const struct access *access);

/* ---- Each request. Texts of the actor live in `arena`. ---- */

/* Errors   ERR_INVALID: this cannot be one (mistyped, of another kind); ERR_NOT_FOUND: not known here,
 *          or revoked. Both mean 401. */
MUST_CHECK enum err access_key(struct access *access, struct str secret, struct arena *arena, struct actor *out,
                               struct err_info *why);
MUST_CHECK enum err access_token(struct access *access, struct str secret, struct arena *arena, struct actor *out,
                                 struct err_info *why);

/* Errors   as above; a session that has ended is ERR_NOT_FOUND. ERR_UNAVAILABLE: the store. */
MUST_CHECK enum err access_session(struct access *access, struct str secret, struct arena *arena, struct actor *out,
                                   struct err_info *why);

/* The text that a page of this session sends with everything that changes something (X-CSRF-Token). */
#define ACCESS_CSRF_TEXT SECRET_DIGEST_TEXT
void access_csrf(struct str session, char out[ACCESS_CSRF_TEXT + 1]);
bool access_csrf_fits(struct str session, struct str given);

/* ---- Signing in and out. ---- */

struct sign_in {
    struct str email, password;
    struct str address; /* of the peer, without a port */
};

/* *session is the cookie's secret.
 * Errors   ERR_INVALID: the e-mail or the password is wrong (or the account disabled: the same words after the
 *          same time); ERR_UNAVAILABLE: too many tries, *wait_s is then how long to wait (429), or the store. */
MUST_CHECK enum err access_sign_in(struct access *access, const struct sign_in *sign_in, struct arena *arena,
                                   struct secret *session, struct actor *actor, uint32_t *wait_s, struct err_info *why);
/* An unknown session is signed out already. */
MUST_CHECK enum err access_sign_out(struct access *access, struct str session, struct err_info *why);

/* Who is signed in changes the password. All sessions end, also this one: *fresh takes its place.
 * Errors   ERR_INVALID: the old one is wrong, the new one not good enough; ERR_UNAVAILABLE as in access_sign_in;
 *          ERR_NOT_FOUND: no such session. */
MUST_CHECK enum err access_change_password(struct access *access, struct str session, struct str old,
                                           struct str password, struct secret *fresh, uint32_t *wait_s,
                                           struct err_info *why);

/* ---- The first start. ---- */

/* Make a link that makes the first admin, and forget the one before. `url` is the server's, without a slash at its
 * end. *link gets "http://127.0.0.1:8080/start#plumb_start_...": behind '#' a browser sends nothing to anybody.
 * Errors   ERR_CONFLICT: there is an admin already. */
MUST_CHECK enum err access_first_link(struct access *access, struct str url, struct buf *link, struct err_info *why);

struct new_user {
    struct str email, name; /* an empty name: what stands before the '@' */
    enum role role;
    struct str password; /* empty: cannot sign in */
};

/* Use the link: the user becomes an admin, whatever role it names.
 * Errors   ERR_NOT_FOUND: the link was used, replaced or is too old; ERR_INVALID: mistyped, or as in
 *          access_add_user, and the link stays good. */
MUST_CHECK enum err access_first_admin(struct access *access, struct str secret, const struct new_user *user,
                                       uint64_t *number, struct err_info *why);

/* ---- People. ---- */

struct user_view {
    uint64_t number;
    struct str email, name;
    enum role role;
    int64_t created_ms;
    bool disabled, has_password;
};
void access_users(struct access *access, struct arena *arena, struct user_view **out, size_t *count); /* by number */
/* By e-mail, any case. ERR_NOT_FOUND. */
MUST_CHECK enum err access_find_user(struct access *access, struct str email, struct arena *arena,
                                     struct user_view *out, struct err_info *why);

/* Errors   ERR_INVALID: the e-mail, the name, the password; ERR_CONFLICT: somebody has this e-mail;
 *          ERR_TOO_BIG: too many people. */
MUST_CHECK enum err access_add_user(struct access *access, const struct new_user *user, uint64_t *number,
                                    struct err_info *why);
/* Errors   ERR_NOT_FOUND; ERR_CONFLICT: the last admin keeps the role and stays enabled. */
MUST_CHECK enum err access_set_role(struct access *access, uint64_t number, enum role role, struct err_info *why);
MUST_CHECK enum err access_set_disabled(struct access *access, uint64_t number, bool disabled, struct err_info *why);
/* By an admin, for somebody who forgot it; ends all sessions of the user. */
MUST_CHECK enum err access_set_password(struct access *access, uint64_t number, struct str password,
                                        struct err_info *why);

/* ---- Tokens and keys. *secret is shown once and kept nowhere. ---- */

struct token_view {
    uint64_t number;
    struct str name;
    uint32_t scopes;
    int64_t created_ms, last_used_ms; /* 0: never */
    bool revoked;
};
void access_tokens(struct access *access, struct arena *arena, struct token_view **out, size_t *count); /* by number */
/* Errors   ERR_INVALID: the name; ERR_TOO_BIG: too many. */
MUST_CHECK enum err access_add_token(struct access *access, struct str name, uint32_t scopes, struct secret *secret,
                                     uint64_t *number, struct err_info *why);
/* For good; again is fine. ERR_NOT_FOUND. */
MUST_CHECK enum err access_revoke_token(struct access *access, uint64_t number, struct err_info *why);

struct key_view {
    uint64_t number;
    struct str name, hint;
    int64_t created_ms;
    bool revoked;
};
void access_keys(struct access *access, struct arena *arena, struct key_view **out, size_t *count); /* by number */
MUST_CHECK enum err access_add_key(struct access *access, struct str name, struct secret *secret, uint64_t *number,
                                   struct err_info *why);
MUST_CHECK enum err access_revoke_key(struct access *access, uint64_t number, struct err_info *why);

#endif

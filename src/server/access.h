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
#define ACCESS_SECRETS_MAX 1000  /* tokens, and keys, that are not revoked */
#define ACCESS_SESSIONS_MAX 1000 /* of one person that are looked at, the latest seen first */

#define SESSION_IDLE_MS (14 * MS_PER_DAY)    /* unused for so long, a session ends */
#define SESSION_LONGEST_MS (90 * MS_PER_DAY) /* and so long after the sign-in in any case */
#define FIRST_LINK_MS MS_PER_DAY             /* the link that makes the first admin is good for so long */
#define ONE_TIME_LINK_MS (3 * MS_PER_DAY)    /* and one by which somebody chooses a password */

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

/* A secret by which whoever has the machine acts as the command line (actor_cli), until access_close; one before is
 * forgotten. Kept in memory alone. */
void access_make_local(struct access *access, struct secret *secret);
MUST_CHECK enum err access_local(struct access *access, struct str secret, struct actor *out, struct err_info *why);

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

#define SESSION_ID_BYTES 16
struct session_view {
    struct str id;                        /* the beginning of its hash: tells sessions apart and opens nothing */
    int64_t created_ms, seen_ms, ends_ms; /* seen: to ten minutes; ends: unless it is used until then */
    bool is_this;                         /* by which it was asked */
};
/* Who is signed in looks at the own sessions, the latest seen first. Errors: as access_session. */
MUST_CHECK enum err access_sessions(struct access *access, struct str session, struct arena *arena,
                                    struct session_view **out, size_t *count, struct err_info *why);
/* End one of them. ERR_NOT_FOUND: it is none of one's own, or has ended. */
MUST_CHECK enum err access_end_session(struct access *access, struct str session, struct str id, bool *was_this,
                                       struct err_info *why);
MUST_CHECK enum err access_end_other_sessions(struct access *access, struct str session, struct err_info *why);

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

/* ---- Choosing a password by a link. ---- */

/* A link for a user. The password until now opens nothing any more, nor does a link from before, and all sessions end.
 * Errors   ERR_NOT_FOUND; ERR_CONFLICT: the user is disabled. */
MUST_CHECK enum err access_make_link(struct access *access, uint64_t user, struct secret *secret, int64_t *until_ms,
                                     struct err_info *why);
/* "https://plumb.acme.com/start#plumb_link_...": behind '#' a browser sends nothing to anybody. `url` has no slash at
 * its end. */
void access_link_url(struct buf *out, struct str url, const struct secret *secret);
/* Use it, once. *email (in `arena`) is whose it was.
 * Errors   ERR_NOT_FOUND: used, replaced, too old, or the user is disabled; ERR_INVALID: mistyped, or the password is
 *          not good enough, and the link stays good. */
MUST_CHECK enum err access_use_link(struct access *access, struct str secret, struct str password, struct arena *arena,
                                    struct str *email, struct err_info *why);

/* ---- People. ---- */

struct user_view {
    uint64_t number;
    struct str email, name;
    enum role role;
    int64_t created_ms;
    bool disabled, has_password;
    int64_t link_until_ms; /* a one-time link is open until then, or was; 0: none */
};
void access_users(struct access *access, struct arena *arena, struct user_view **out, size_t *count); /* by number */
MUST_CHECK enum err access_get_user(struct access *access, uint64_t number, struct arena *arena, struct user_view *out,
                                    struct err_info *why); /* ERR_NOT_FOUND */
/* By number, or e-mail address in any case. ERR_NOT_FOUND; ERR_INVALID: neither. */
MUST_CHECK enum err access_find_user(struct access *access, struct str ref, struct arena *arena, struct user_view *out,
                                     struct err_info *why);

/* Errors   ERR_INVALID: the e-mail, the name, the password; ERR_CONFLICT: somebody has this e-mail;
 *          ERR_TOO_BIG: too many people. */
MUST_CHECK enum err access_add_user(struct access *access, const struct new_user *user, uint64_t *number,
                                    struct err_info *why);
struct user_change { /* NULL: stays as it is */
    const struct str *name;
    const enum role *role;
    const bool *disabled; /* who is, cannot sign in and is signed out; a link is void */
};
/* All of it or nothing.
 * Errors   ERR_NOT_FOUND; ERR_INVALID: the name; ERR_CONFLICT: the last admin keeps the role and stays enabled. */
MUST_CHECK enum err access_change_user(struct access *access, uint64_t number, const struct user_change *change,
                                       struct err_info *why);
/* For good; the address is free again, the number is not. Errors: as above. */
MUST_CHECK enum err access_delete_user(struct access *access, uint64_t number, struct err_info *why);
/* By an admin, for somebody who forgot it; ends all sessions of the user. */
MUST_CHECK enum err access_set_password(struct access *access, uint64_t number, struct str password,
                                        struct err_info *why);

/* ---- Tokens and keys. *secret is shown once and kept nowhere. ---- */

/* What the audit says of a new one beside its number: {"name", "scopes"}; scopes 0: of a key. */
void access_secret_detail(struct buf *out, struct str name, uint32_t scopes);

struct token_view {
    uint64_t number;
    struct str name;
    struct str creator; /* as the audit has it; empty: not known */
    uint32_t scopes;
    int64_t created_ms, last_used_ms; /* 0: never */
    bool revoked;
};
void access_tokens(struct access *access, struct arena *arena, struct token_view **out, size_t *count); /* by number */
/* Errors   ERR_INVALID: the name; ERR_TOO_BIG: too many. */
MUST_CHECK enum err access_add_token(struct access *access, struct str name, uint32_t scopes, struct str creator,
                                     struct secret *secret, uint64_t *number, struct err_info *why);
/* For good; again is fine. ERR_NOT_FOUND. */
MUST_CHECK enum err access_revoke_token(struct access *access, uint64_t number, struct err_info *why);

struct key_view {
    uint64_t number;
    struct str name, hint, creator;
    int64_t created_ms;
    bool revoked;
};
void access_keys(struct access *access, struct arena *arena, struct key_view **out, size_t *count); /* by number */
MUST_CHECK enum err access_add_key(struct access *access, struct str name, struct str creator, struct secret *secret,
                                   uint64_t *number, struct err_info *why);
MUST_CHECK enum err access_revoke_key(struct access *access, uint64_t number, struct err_info *why);

#endif

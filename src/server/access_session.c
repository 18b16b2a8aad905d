/* access_session.c — sessions: begun by a password, kept by a cookie, ended by time, by choice, by an admin.
 *
 * A session slides: each use after SLIDE_STEP_MS moves its end. Sessions of a user are ended all at once by an
 * instant that the store keeps: those begun until then are over. */
// SPDX-License-Identifier: Apache-2.0
#include "server/access_internal.h"

#include <arpa/inet.h>
#include <string.h>

#define SLIDE_STEP_MS (10 * MS_PER_MINUTE) /* so that not every request writes */

struct actor access_user_actor(const struct cached_user *user, struct arena *arena)
{
    return (struct actor){.kind = ACTOR_USER,
                          .number = user->row.number,
                          .name = arena_str(arena, user->row.name),
                          .text = arena_str(arena, user->text),
                          .role = user->role,
                          .permissions = role_permissions(user->role)};
}

static void hash_text(struct str secret, char out[SECRET_DIGEST_TEXT + 1])
{
    struct secret_digest digest = secret_hash(secret);
    secret_digest_text(&digest, out);
}

/* ---- Each request of a browser. ---- */

static int64_t end_of(int64_t created_ms, int64_t now_ms)
{
    int64_t idle_ms = now_ms + SESSION_IDLE_MS, last_ms = created_ms + SESSION_LONGEST_MS;
    return idle_ms < last_ms ? idle_ms : last_ms;
}

/* The session has been used. That it was is worth a try, not a failed request; and a session that was signed
 * out since must not come back. */
static void slide(struct access *access, struct str hash, int64_t now_ms)
{
    AUTO_ARENA arena = arena_new();
    struct session_row row;
    struct err_info why = {0};
    pthread_mutex_lock(&access->change);
    enum err e = store_find_session(access->store, hash, arena, &row, &why);
    if (e == ERR_OK) {
        row.seen_ms = now_ms;
        row.expires_ms = end_of(row.created_ms, now_ms);
        e = store_put_session(access->store, &row, &why);
    }
    pthread_mutex_unlock(&access->change);
    (void)e;
}

/* A session that has ended. Should it stay in the store, it is refused the next time too. */
static void forget(struct access *access, struct str hash)
{
    struct err_info why = {0};
    enum err e = store_delete_session(access->store, hash, &why);
    (void)e;
}

/* Whose session it is; false when the user is gone, disabled, or has ended it. */
static bool find_owner(struct access *access, const struct session_row *row, struct arena *arena, struct actor *out)
{
    pthread_rwlock_rdlock(&access->lock);
    const struct cached_user *user = cache_find_user(access->cache, row->user);
    bool good = user != NULL && !user->row.disabled && row->created_ms > user->sessions_ended_ms;
    if (good) *out = access_user_actor(user, arena);
    pthread_rwlock_unlock(&access->lock);
    return good;
}

enum err access_session(struct access *access, struct str secret, struct arena *arena, struct actor *out,
                        struct err_info *why)
{
    enum err e = secret_check(SECRET_SESSION, secret, why);
    if (e != ERR_OK) return e;
    char hash[SECRET_DIGEST_TEXT + 1];
    hash_text(secret, hash);
    struct session_row row;
    struct err_info of_store = {0};
    e = store_find_session(access->store, str_from_c(hash), arena, &row, &of_store);
    if (e != ERR_OK && e != ERR_NOT_FOUND) return err_set(why, e, "%s", of_store.msg);
    int64_t now_ms = access_now_ms(access);
    bool good = e == ERR_OK && now_ms < row.expires_ms && now_ms < row.created_ms + SESSION_LONGEST_MS;
    if (good) good = find_owner(access, &row, arena, out);
    if (good) {
        if (now_ms - row.seen_ms >= SLIDE_STEP_MS) slide(access, str_from_c(hash), now_ms);
        return ERR_OK;
    }
    if (e == ERR_OK) forget(access, str_from_c(hash));
    return err_set(why, ERR_NOT_FOUND, "the session has ended; sign in again");
}

void access_csrf(struct str session, char out[ACCESS_CSRF_TEXT + 1])
{
    secret_derive(session, STR("plumb csrf 1"), out);
}

bool access_csrf_fits(struct str session, struct str given)
{
    if (session.len == 0 || session.len > SECRET_BYTES_MAX) return false;
    char expected[ACCESS_CSRF_TEXT + 1];
    access_csrf(session, expected);
    return secret_equal(str_from_c(expected), given);
}

/* ---- Beginning and ending. ---- */

enum err access_begin_session(struct access *access, uint64_t user, struct secret *out, struct err_info *why)
{
    const struct cached_user *owner = cache_find_user(access->cache, user);
    INVARIANT(owner != NULL);
    AUTO_SECRET made;
    secret_new(SECRET_SESSION, &made);
    char hash[SECRET_DIGEST_TEXT + 1];
    hash_text(secret_str(&made), hash);
    int64_t now_ms = access_now_ms(access);
    /* Of the same millisecond as the end of those before: begun a little later. */
    int64_t created_ms = now_ms > owner->sessions_ended_ms ? now_ms : owner->sessions_ended_ms + 1;
    struct session_row row = {.hash = str_from_c(hash),
                              .user = user,
                              .created_ms = created_ms,
                              .expires_ms = end_of(created_ms, now_ms),
                              .seen_ms = now_ms};
    enum err e = store_put_session(access->store, &row, why);
    if (e == ERR_OK) *out = made;
    return e;
}

enum err access_end_sessions(struct access *access, uint64_t user, struct err_info *why)
{
    const struct cached_user *owner = cache_find_user(access->cache, user);
    int64_t now_ms = access_now_ms(access);
    if (owner != NULL && owner->sessions_ended_ms >= now_ms) now_ms = owner->sessions_ended_ms + 1;
    AUTO_BUF name = BUF_INIT(64), text = BUF_INIT(32);
    buf_format(&name, SESSIONS_ENDED_PREFIX "%llu", (unsigned long long)user);
    buf_append_i64(&text, now_ms);
    return store_put_text(access->store, buf_str(&name), buf_str(&text), why);
}

/* Under `change`: a request that slides the session right now must not bring it back. */
static MUST_CHECK enum err delete_session(struct access *access, struct str hash, struct err_info *why)
{
    pthread_mutex_lock(&access->change);
    enum err e = store_delete_session(access->store, hash, why);
    pthread_mutex_unlock(&access->change);
    return e;
}

enum err access_sign_out(struct access *access, struct str session, struct err_info *why)
{
    char hash[SECRET_DIGEST_TEXT + 1];
    struct err_info of_store = {0};
    if (secret_check(SECRET_SESSION, session, &of_store) != ERR_OK) return ERR_OK;
    of_store = (struct err_info){0};
    hash_text(session, hash);
    enum err e = delete_session(access, str_from_c(hash), &of_store);
    if (e == ERR_OK || e == ERR_NOT_FOUND) return ERR_OK;
    return err_set(why, e, "%s", of_store.msg);
}

/* ---- One's own. ---- */

/* Whose session this is, and its hash. */
static MUST_CHECK enum err enter(struct access *access, struct str session, struct arena *arena, struct actor *actor,
                                 char hash[SECRET_DIGEST_TEXT + 1], struct err_info *why)
{
    enum err e = access_session(access, session, arena, actor, why);
    if (e == ERR_OK) hash_text(session, hash);
    return e;
}

/* The rows of the actor's sessions that have not ended. */
static MUST_CHECK enum err live_sessions(struct access *access, const struct actor *actor, struct arena *arena,
                                         struct session_row **out, size_t *count, struct err_info *why)
{
    struct session_row *rows = NULL;
    size_t all = 0, live = 0;
    enum err e = store_sessions(access->store, actor->number, ACCESS_SESSIONS_MAX, arena, &rows, &all, why);
    if (e != ERR_OK) return e;
    int64_t now_ms = access_now_ms(access), ended_ms = INT64_MAX;
    pthread_rwlock_rdlock(&access->lock);
    const struct cached_user *user = cache_find_user(access->cache, actor->number);
    if (user != NULL) ended_ms = user->sessions_ended_ms;
    pthread_rwlock_unlock(&access->lock);
    for (size_t i = 0; i < all; i++)
        if (rows[i].created_ms > ended_ms && now_ms < rows[i].expires_ms) rows[live++] = rows[i];
    *out = rows;
    *count = live;
    return ERR_OK;
}

enum err access_sessions(struct access *access, struct str session, struct arena *arena, struct session_view **out,
                         size_t *count, struct err_info *why)
{
    struct actor actor = {.kind = ACTOR_NOBODY};
    char hash[SECRET_DIGEST_TEXT + 1];
    struct session_row *rows = NULL;
    *count = 0;
    enum err e = enter(access, session, arena, &actor, hash, why);
    if (e == ERR_OK) e = live_sessions(access, &actor, arena, &rows, count, why);
    if (e != ERR_OK) return e;
    *out = ARENA_ARRAY(arena, struct session_view, *count);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (struct session_view){.id = {rows[i].hash.at, SESSION_ID_BYTES},
                                          .created_ms = rows[i].created_ms,
                                          .seen_ms = rows[i].seen_ms,
                                          .ends_ms = rows[i].expires_ms,
                                          .is_this = str_equal(rows[i].hash, str_from_c(hash))};
    return ERR_OK;
}

enum err access_end_session(struct access *access, struct str session, struct str id, bool *was_this,
                            struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct actor actor = {.kind = ACTOR_NOBODY};
    char hash[SECRET_DIGEST_TEXT + 1];
    struct session_row *rows = NULL;
    size_t count = 0;
    enum err e = enter(access, session, arena, &actor, hash, why);
    if (e == ERR_OK) e = live_sessions(access, &actor, arena, &rows, &count, why);
    if (e != ERR_OK) return e;
    for (size_t i = 0; i < count; i++) {
        if (!str_equal((struct str){rows[i].hash.at, SESSION_ID_BYTES}, id)) continue;
        *was_this = str_equal(rows[i].hash, str_from_c(hash));
        return delete_session(access, rows[i].hash, why);
    }
    return err_set(why, ERR_NOT_FOUND, "you have no such session");
}

enum err access_end_other_sessions(struct access *access, struct str session, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct actor actor = {.kind = ACTOR_NOBODY};
    char hash[SECRET_DIGEST_TEXT + 1];
    enum err e = enter(access, session, arena, &actor, hash, why);
    if (e != ERR_OK) return e;
    pthread_mutex_lock(&access->change);
    e = store_delete_sessions_but(access->store, actor.number, str_from_c(hash), why);
    pthread_mutex_unlock(&access->change);
    return e;
}

/* ---- Signing in. ---- */

/* Whoever has an IPv6 address has 2^64 of them: what counts is their common part. */
static struct str network_of(struct str address, char out[INET6_ADDRSTRLEN + 1])
{
    struct in6_addr parsed;
    if (address.len > INET6_ADDRSTRLEN) return address;
    if (address.len > 0) memcpy(out, address.at, address.len);
    out[address.len] = '\0';
    if (inet_pton(AF_INET6, out, &parsed) != 1 || IN6_IS_ADDR_V4MAPPED(&parsed)) return address;
    memset(&parsed.s6_addr[8], 0, 8);
    inet_ntop(AF_INET6, &parsed, out, INET6_ADDRSTRLEN);
    return str_from_c(out);
}

static enum err refuse_for(uint32_t seconds, uint32_t *wait_s, struct err_info *why)
{
    *wait_s = seconds;
    return err_set(why, ERR_UNAVAILABLE, "too many tries; try again in %u second%s", seconds, seconds == 1 ? "" : "s");
}

/* What is known of a user by e-mail at this moment; false: nobody has it, or may come in. */
static bool look_at(struct access *access, struct str email, struct arena *arena, uint64_t *number, struct str *hash)
{
    *hash = STR("");
    pthread_rwlock_rdlock(&access->lock);
    const struct cached_user *user = cache_find_email(access->cache, email);
    bool good = user != NULL && !user->row.disabled;
    if (good) {
        *number = user->row.number;
        *hash = arena_str(arena, user->row.password_hash);
    }
    pthread_rwlock_unlock(&access->lock);
    return good;
}

/* The password fitted `hash`. Does it still, now that nobody else can change it? */
static MUST_CHECK enum err begin_if_unchanged(struct access *access, uint64_t number, struct str hash,
                                              struct arena *arena, struct secret *session, struct actor *actor,
                                              struct err_info *why)
{
    const struct cached_user *user = cache_find_user(access->cache, number);
    if (user == NULL || user->row.disabled || !str_equal(user->row.password_hash, hash))
        return err_set(why, ERR_INVALID, "the e-mail address or the password is wrong");
    *actor = access_user_actor(user, arena);
    return access_begin_session(access, number, session, why);
}

/* The limits of hashing were raised since: while the password is at hand, hash it anew. Failing is no harm. */
static void rehash(struct access *access, uint64_t number, struct str password, struct str hash)
{
    char fresh[PASSWORD_HASH_BYTES];
    struct err_info why = {0};
    if (!password_needs_rehash(hash) || password_hash(access->hasher, password, fresh, &why) != ERR_OK) return;
    pthread_mutex_lock(&access->change);
    const struct cached_user *user = cache_find_user(access->cache, number);
    if (user != NULL && str_equal(user->row.password_hash, hash)) {
        struct user_row row = user->row;
        row.password_hash = str_from_c(fresh);
        enum err e = store_put_user(access->store, &row, &number, &why);
        if (e == ERR_OK) e = access_reload(access, &why);
        (void)e;
    }
    pthread_mutex_unlock(&access->change);
}

enum err access_sign_in(struct access *access, const struct sign_in *sign_in, struct arena *arena,
                        struct secret *session, struct actor *actor, uint32_t *wait_s, struct err_info *why)
{
    *wait_s = 0;
    struct str email, hash = STR("");
    struct err_info ignored = {0};
    if (access_fold_email(arena, sign_in->email, &email, &ignored) != ERR_OK) email = STR(""); /* nobody's */
    char network_text[INET6_ADDRSTRLEN + 1];
    struct str network = network_of(sign_in->address, network_text);
    int64_t now_ms = access->clock->monotonic_ns(access->clock) / 1000000;
    uint32_t wait = throttle_enter(access->addresses, network, now_ms);
    if (wait > 0) return refuse_for(wait, wait_s, why);
    wait = throttle_enter(access->accounts, email, now_ms);
    if (wait > 0) return refuse_for(wait, wait_s, why);

    uint64_t number = 0;
    bool known = look_at(access, email, arena, &number, &hash), fits;
    enum err e = password_verify(access->hasher, sign_in->password, hash, &fits, why);
    if (e == ERR_OK && !(known && fits))
        return err_set(why, ERR_INVALID, "the e-mail address or the password is wrong");
    if (e == ERR_OK) {
        pthread_mutex_lock(&access->change);
        e = begin_if_unchanged(access, number, hash, arena, session, actor, why);
        pthread_mutex_unlock(&access->change);
    }
    if (e == ERR_INVALID) return e;
    throttle_forgive(access->addresses, network);
    if (e != ERR_OK) { /* our fault, not a wrong password */
        throttle_forgive(access->accounts, email);
        return e;
    }
    throttle_forget(access->accounts, email);
    rehash(access, number, sign_in->password, hash);
    return ERR_OK;
}

/* access_users.c — people: the first one by a link, others by an admin; never without an admin again. */
// SPDX-License-Identifier: Apache-2.0
#include "server/access_internal.h"

#include <sodium.h>

#include "base/instant.h"
#include "base/unicode.h"

#define FIRST_LINK_NAME "access.first_link" /* the store's text: "HASH UNTIL_MS" */

/* ---- E-mail addresses. ---- */

static bool looks_like_email(struct str s)
{
    size_t ats = 0, at = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c <= ' ' || c == 0x7f || c == ',' || c == ';' || c == '<' || c == '>' || c == '"') return false;
        if (c != '@') continue;
        ats++;
        at = i;
    }
    return ats == 1 && at > 0 && at + 1 < s.len;
}

enum err access_fold_email(struct arena *arena, struct str email, struct str *out, struct err_info *why)
{
    if (email.len > ACCESS_EMAIL_MAX)
        return err_set(why, ERR_INVALID, "the e-mail address has more than %d bytes", ACCESS_EMAIL_MAX);
    if (!unicode_valid(email, NULL)) return err_set(why, ERR_INVALID, "the e-mail address is not valid UTF-8");
    struct str folded = unicode_fold(arena, email);
    if (!looks_like_email(folded) || folded.len > ACCESS_EMAIL_MAX)
        return err_set(why, ERR_INVALID, "'" STR_FMT "' is not an e-mail address", STR_ARG(email));
    *out = folded;
    return ERR_OK;
}

/* ---- Looking. ---- */

static struct user_view view_of(const struct cached_user *user, struct arena *arena)
{
    return (struct user_view){.number = user->row.number,
                              .email = arena_str(arena, user->row.email),
                              .name = arena_str(arena, user->row.name),
                              .role = user->role,
                              .created_ms = user->row.created_ms,
                              .disabled = user->row.disabled,
                              .has_password = user->row.password_hash.len > 0};
}

void access_users(struct access *access, struct arena *arena, struct user_view **out, size_t *count)
{
    pthread_rwlock_rdlock(&access->lock);
    const struct cache *cache = access->cache;
    *count = cache->user_count;
    *out = ARENA_ARRAY(arena, struct user_view, cache->user_count);
    for (size_t i = 0; i < cache->user_count; i++) (*out)[i] = view_of(&cache->users[i], arena);
    pthread_rwlock_unlock(&access->lock);
}

enum err access_find_user(struct access *access, struct str email, struct arena *arena, struct user_view *out,
                          struct err_info *why)
{
    struct str folded = {0};
    enum err e = access_fold_email(arena, email, &folded, why);
    if (e != ERR_OK) return e;
    pthread_rwlock_rdlock(&access->lock);
    const struct cached_user *user = cache_find_email(access->cache, folded);
    if (user != NULL) *out = view_of(user, arena);
    pthread_rwlock_unlock(&access->lock);
    if (user == NULL) return err_set(why, ERR_NOT_FOUND, "there is no user '" STR_FMT "'", STR_ARG(folded));
    return ERR_OK;
}

static size_t admins(const struct cache *cache)
{
    size_t count = 0;
    for (size_t i = 0; i < cache->user_count; i++)
        count += cache->users[i].role == ROLE_admin && !cache->users[i].row.disabled;
    return count;
}

/* ---- Adding. ---- */

static struct str before_at(struct str email)
{
    return str_cut(&email, '@');
}

/* Check what was given and hash the password, before any lock: `row` has views into `arena` and `hash`. */
static MUST_CHECK enum err prepare(struct access *access, const struct new_user *user, enum role role,
                                   struct arena *arena, char hash[PASSWORD_HASH_BYTES], struct user_row *row,
                                   struct err_info *why)
{
    struct str email = {0};
    enum err e = access_fold_email(arena, user->email, &email, why);
    if (e != ERR_OK) return e;
    struct str name = str_trim(user->name);
    if (name.len == 0) name = before_at(email);
    if (name.len > ACCESS_NAME_MAX && user->name.len == 0)
        name.len = unicode_valid_length((struct str){name.at, ACCESS_NAME_MAX});
    if ((e = access_check_name(name, "the name", why)) != ERR_OK) return e;
    hash[0] = '\0';
    if (user->password.len > 0) {
        if ((e = password_check(user->password, email, why)) != ERR_OK) return e;
        if ((e = password_hash(access->hasher, user->password, hash, why)) != ERR_OK) return e;
    }
    *row = (struct user_row){.email = email,
                             .name = name,
                             .role = str_from_c(role_name(role)),
                             .password_hash = str_from_c(hash),
                             .created_ms = access_now_ms(access)};
    return ERR_OK;
}

/* `change` is held. */
static MUST_CHECK enum err put_new_user(struct access *access, struct user_row *row, struct err_info *why)
{
    if (cache_find_email(access->cache, row->email) != NULL)
        return err_set(why, ERR_CONFLICT, "there is a user '" STR_FMT "' already", STR_ARG(row->email));
    if (access->cache->user_count >= ACCESS_USERS_MAX)
        return err_set(why, ERR_TOO_BIG, "there are %d users, the most there may be", ACCESS_USERS_MAX);
    enum err e = store_put_user(access->store, row, &row->number, why);
    return e != ERR_OK ? e : access_reload(access, why);
}

enum err access_add_user(struct access *access, const struct new_user *user, uint64_t *number, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    char hash[PASSWORD_HASH_BYTES];
    struct user_row row = {0};
    enum err e = prepare(access, user, user->role, arena, hash, &row, why);
    if (e != ERR_OK) return e;
    pthread_mutex_lock(&access->change);
    e = put_new_user(access, &row, why);
    pthread_mutex_unlock(&access->change);
    if (e == ERR_OK) *number = row.number;
    return e;
}

/* ---- Changing. ---- */

/* `change` is held; *row is a copy whose views live as long as the cache. */
static MUST_CHECK enum err find_row(const struct access *access, uint64_t number, struct user_row *row,
                                    struct err_info *why)
{
    const struct cached_user *user = cache_find_user(access->cache, number);
    if (user == NULL) return err_set(why, ERR_NOT_FOUND, "there is no user %llu", (unsigned long long)number);
    *row = user->row;
    return ERR_OK;
}

static MUST_CHECK enum err put_user(struct access *access, const struct user_row *row, struct err_info *why)
{
    uint64_t number = row->number;
    enum err e = store_put_user(access->store, row, &number, why);
    return e != ERR_OK ? e : access_reload(access, why);
}

/* Is there an admin without this one? */
static bool is_last_admin(const struct access *access, uint64_t number)
{
    const struct cached_user *user = cache_find_user(access->cache, number);
    return user->role == ROLE_admin && !user->row.disabled && admins(access->cache) == 1;
}

enum err access_set_role(struct access *access, uint64_t number, enum role role, struct err_info *why)
{
    struct user_row row = {0};
    pthread_mutex_lock(&access->change);
    enum err e = find_row(access, number, &row, why);
    if (e == ERR_OK && role != ROLE_admin && is_last_admin(access, number))
        e = err_set(why, ERR_CONFLICT, "this is the last admin: make somebody else an admin first");
    if (e == ERR_OK) {
        row.role = str_from_c(role_name(role));
        e = put_user(access, &row, why);
    }
    pthread_mutex_unlock(&access->change);
    return e;
}

enum err access_set_disabled(struct access *access, uint64_t number, bool disabled, struct err_info *why)
{
    struct user_row row = {0};
    pthread_mutex_lock(&access->change);
    enum err e = find_row(access, number, &row, why);
    if (e == ERR_OK && disabled && is_last_admin(access, number))
        e = err_set(why, ERR_CONFLICT, "this is the last admin: make somebody else an admin first");
    /* Sessions first: should we stop between the two, somebody signs in once more, and no session outlives it. */
    if (e == ERR_OK && disabled) e = access_end_sessions(access, number, why);
    if (e == ERR_OK) {
        row.disabled = disabled;
        e = put_user(access, &row, why);
    }
    pthread_mutex_unlock(&access->change);
    return e;
}

static MUST_CHECK enum err put_password(struct access *access, uint64_t number, struct str hash, struct err_info *why)
{
    struct user_row row = {0};
    enum err e = find_row(access, number, &row, why);
    if (e == ERR_OK) e = access_end_sessions(access, number, why); /* first, as above */
    if (e != ERR_OK) return e;
    row.password_hash = hash;
    return put_user(access, &row, why);
}

/* The e-mail of a user, copied into `arena`. */
static MUST_CHECK enum err email_of(struct access *access, uint64_t number, struct arena *arena, struct str *email,
                                    struct str *hash, struct err_info *why)
{
    pthread_rwlock_rdlock(&access->lock);
    const struct cached_user *user = cache_find_user(access->cache, number);
    if (user != NULL) {
        *email = arena_str(arena, user->row.email);
        *hash = arena_str(arena, user->row.password_hash);
    }
    pthread_rwlock_unlock(&access->lock);
    if (user == NULL) return err_set(why, ERR_NOT_FOUND, "there is no user %llu", (unsigned long long)number);
    return ERR_OK;
}

enum err access_set_password(struct access *access, uint64_t number, struct str password, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    char hash[PASSWORD_HASH_BYTES];
    struct str email = {0}, former = {0};
    enum err e = email_of(access, number, arena, &email, &former, why);
    if (e == ERR_OK) e = password_check(password, email, why);
    if (e == ERR_OK) e = password_hash(access->hasher, password, hash, why);
    if (e != ERR_OK) return e;
    pthread_mutex_lock(&access->change);
    e = put_password(access, number, str_from_c(hash), why);
    pthread_mutex_unlock(&access->change);
    return e;
}

enum err access_change_password(struct access *access, struct str session, struct str old, struct str password,
                                struct secret *fresh, uint32_t *wait_s, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    char hash[PASSWORD_HASH_BYTES];
    struct str email = {0}, former = {0};
    struct actor actor;
    bool fits;
    *wait_s = 0;
    enum err e = access_session(access, session, arena, &actor, why);
    if (e == ERR_OK) e = email_of(access, actor.number, arena, &email, &former, why);
    if (e == ERR_OK) e = password_check(password, email, why);
    if (e != ERR_OK) return e;
    /* Whoever took the session shall not guess the password with it. */
    *wait_s = throttle_enter(access->accounts, email, access->clock->monotonic_ns(access->clock) / 1000000);
    if (*wait_s > 0) return err_set(why, ERR_UNAVAILABLE, "too many tries; try again in %u seconds", *wait_s);
    e = password_verify(access->hasher, old, former, &fits, why);
    if (e != ERR_OK) throttle_forgive(access->accounts, email);
    if (e != ERR_OK) return e;
    if (!fits) return err_set(why, ERR_INVALID, "the old password is wrong");
    throttle_forget(access->accounts, email);
    if ((e = password_hash(access->hasher, password, hash, why)) != ERR_OK) return e;

    pthread_mutex_lock(&access->change);
    const struct cached_user *user = cache_find_user(access->cache, actor.number);
    if (user == NULL || user->row.disabled || !str_equal(user->row.password_hash, former))
        e = err_set(why, ERR_INVALID, "the old password is wrong");
    if (e == ERR_OK) e = put_password(access, actor.number, str_from_c(hash), why);
    if (e == ERR_OK) e = access_begin_session(access, actor.number, fresh, why);
    pthread_mutex_unlock(&access->change);
    return e;
}

/* ---- The first start. ---- */

static MUST_CHECK enum err put_first_link(struct access *access, const struct secret *secret, struct err_info *why)
{
    if (admins(access->cache) > 0) return err_set(why, ERR_CONFLICT, "there is an admin already: sign in");
    struct secret_digest digest = secret_hash(secret_str(secret));
    char hash[SECRET_DIGEST_TEXT + 1];
    secret_digest_text(&digest, hash);
    AUTO_BUF text = BUF_INIT(256);
    buf_format(&text, "%s ", hash);
    buf_append_i64(&text, access_now_ms(access) + FIRST_LINK_MS);
    return store_put_text(access->store, STR(FIRST_LINK_NAME), buf_str(&text), why);
}

enum err access_first_link(struct access *access, struct str url, struct buf *link, struct err_info *why)
{
    AUTO_SECRET secret;
    secret_new(SECRET_START, &secret);
    pthread_mutex_lock(&access->change);
    enum err e = put_first_link(access, &secret, why);
    pthread_mutex_unlock(&access->change);
    if (e != ERR_OK) return e;
    buf_append(link, url);
    buf_append(link, STR("/start#"));
    buf_append(link, secret_str(&secret));
    return ERR_OK;
}

/* Is this the link, still? `change` is held where it matters. */
static MUST_CHECK enum err check_first_link(struct access *access, struct str secret, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct str text;
    struct err_info of_store = {0};
    struct secret_digest given = secret_hash(secret), kept;
    int64_t until_ms;
    enum err e = store_get_text(access->store, STR(FIRST_LINK_NAME), arena, &text, &of_store);
    if (e != ERR_OK && e != ERR_NOT_FOUND) return err_set(why, e, "%s", of_store.msg);
    bool good = e == ERR_OK && secret_digest_parse(str_cut(&text, ' '), &kept) && str_to_i64(text, &until_ms) &&
                secret_digest_equal(&given, &kept) && access_now_ms(access) < until_ms;
    if (good) return ERR_OK;
    return err_set(why, ERR_NOT_FOUND, "this link was used, replaced, or is too old; start Plumb again for another");
}

enum err access_first_admin(struct access *access, struct str secret, const struct new_user *user, uint64_t *number,
                            struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    char hash[PASSWORD_HASH_BYTES];
    struct user_row row = {0};
    enum err e = secret_check(SECRET_START, secret, why);
    if (e == ERR_OK) e = check_first_link(access, secret, why); /* before a stranger makes us hash */
    if (e == ERR_OK && user->password.len == 0) e = err_set(why, ERR_INVALID, "the first admin needs a password");
    if (e == ERR_OK) e = prepare(access, user, ROLE_admin, arena, hash, &row, why);
    if (e != ERR_OK) return e;
    pthread_mutex_lock(&access->change);
    e = check_first_link(access, secret, why);
    if (e == ERR_OK && admins(access->cache) > 0) e = err_set(why, ERR_CONFLICT, "there is an admin already: sign in");
    if (e == ERR_OK) e = put_new_user(access, &row, why);
    if (e == ERR_OK) { /* should it stay, it opens nothing: there is an admin */
        struct err_info ignored = {0};
        enum err of_text = store_put_text(access->store, STR(FIRST_LINK_NAME), STR(""), &ignored);
        (void)of_text;
    }
    pthread_mutex_unlock(&access->change);
    if (e == ERR_OK) *number = row.number;
    return e;
}

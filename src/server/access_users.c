/* access_users.c — people: the first one by a link, others by an admin; never without an admin again. */
// SPDX-License-Identifier: Apache-2.0
#include "server/access_internal.h"

#include "base/instant.h"
#include "base/unicode.h"

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
                              .has_password = user->row.password_hash.len > 0,
                              .link_until_ms = user->link_until_ms};
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

enum err access_get_user(struct access *access, uint64_t number, struct arena *arena, struct user_view *out,
                         struct err_info *why)
{
    pthread_rwlock_rdlock(&access->lock);
    const struct cached_user *user = cache_find_user(access->cache, number);
    if (user != NULL) *out = view_of(user, arena);
    pthread_rwlock_unlock(&access->lock);
    if (user == NULL) return err_set(why, ERR_NOT_FOUND, "there is no user %llu", (unsigned long long)number);
    return ERR_OK;
}

enum err access_find_user(struct access *access, struct str ref, struct arena *arena, struct user_view *out,
                          struct err_info *why)
{
    struct str folded = {0};
    uint64_t number;
    if (str_to_u64(str_trim(ref), &number)) return access_get_user(access, number, arena, out, why);
    enum err e = access_fold_email(arena, ref, &folded, why);
    if (e != ERR_OK) return e;
    pthread_rwlock_rdlock(&access->lock);
    const struct cached_user *user = cache_find_email(access->cache, folded);
    if (user != NULL) *out = view_of(user, arena);
    pthread_rwlock_unlock(&access->lock);
    if (user == NULL) return err_set(why, ERR_NOT_FOUND, "there is no user '" STR_FMT "'", STR_ARG(folded));
    return ERR_OK;
}

size_t access_admins(const struct cache *cache)
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

enum err access_prepare_user(struct access *access, const struct new_user *user, enum role role, struct arena *arena,
                             char hash[PASSWORD_HASH_BYTES], struct user_row *row, struct err_info *why)
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

enum err access_put_new_user(struct access *access, struct user_row *row, struct err_info *why)
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
    enum err e = access_prepare_user(access, user, user->role, arena, hash, &row, why);
    if (e != ERR_OK) return e;
    pthread_mutex_lock(&access->change);
    e = access_put_new_user(access, &row, why);
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

/* May this user stop being an admin? Somebody who has not chosen a password yet is no admin to rely on. */
static MUST_CHECK enum err check_others(const struct access *access, uint64_t number, struct err_info *why)
{
    const struct cache *cache = access->cache;
    const struct cached_user *user = cache_find_user(cache, number);
    if (user->role != ROLE_admin || user->row.disabled) return ERR_OK;
    size_t others = 0, able = 0;
    for (size_t i = 0; i < cache->user_count; i++) {
        const struct cached_user *other = &cache->users[i];
        if (other == user || other->role != ROLE_admin || other->row.disabled) continue;
        others++;
        able += other->row.password_hash.len > 0;
    }
    if (others == 0) return err_set(why, ERR_CONFLICT, "this is the last admin: make somebody else an admin first");
    if (able > 0 || user->row.password_hash.len == 0) return ERR_OK;
    return err_set(why, ERR_CONFLICT,
                   "this is the last admin who can sign in: the others have not chosen a password yet");
}

/* `change` is held. */
static MUST_CHECK enum err change_user(struct access *access, uint64_t number, const struct user_change *change,
                                       struct err_info *why)
{
    struct user_row row = {0};
    bool demoted = change->role != NULL && *change->role != ROLE_admin;
    bool disabled = change->disabled != NULL && *change->disabled;
    enum err e = find_row(access, number, &row, why);
    if (e == ERR_OK && (demoted || disabled)) e = check_others(access, number, why);
    /* Sessions first: should we stop between the two, somebody signs in once more, and no session outlives it. */
    if (e == ERR_OK && disabled) e = access_end_sessions(access, number, why);
    if (e == ERR_OK && disabled) e = access_void_link(access, number, why);
    if (e != ERR_OK) return e;
    if (change->name != NULL) row.name = str_trim(*change->name);
    if (change->role != NULL) row.role = str_from_c(role_name(*change->role));
    if (change->disabled != NULL) row.disabled = *change->disabled;
    return put_user(access, &row, why);
}

enum err access_change_user(struct access *access, uint64_t number, const struct user_change *change,
                            struct err_info *why)
{
    if (change->name != NULL) {
        enum err e = access_check_name(*change->name, "the name", why);
        if (e != ERR_OK) return e;
    }
    pthread_mutex_lock(&access->change);
    enum err e = change_user(access, number, change, why);
    pthread_mutex_unlock(&access->change);
    return e;
}

/* `change` is held. What the store's texts still say of the number is of nobody: it is not given again. */
static MUST_CHECK enum err delete_user(struct access *access, uint64_t number, struct err_info *why)
{
    struct user_row row = {0};
    enum err e = find_row(access, number, &row, why);
    if (e == ERR_OK) e = check_others(access, number, why);
    if (e == ERR_OK) e = access_void_link(access, number, why);
    if (e == ERR_OK) e = store_delete_user(access->store, number, why);
    return e == ERR_OK ? access_reload(access, why) : e;
}

enum err access_delete_user(struct access *access, uint64_t number, struct err_info *why)
{
    pthread_mutex_lock(&access->change);
    enum err e = delete_user(access, number, why);
    pthread_mutex_unlock(&access->change);
    return e;
}

/* ---- Passwords. ---- */

enum err access_put_password(struct access *access, uint64_t number, struct str hash, struct err_info *why)
{
    struct user_row row = {0};
    enum err e = find_row(access, number, &row, why);
    if (e == ERR_OK) e = access_end_sessions(access, number, why); /* first, as above */
    if (e == ERR_OK) e = access_void_link(access, number, why);
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
    e = access_put_password(access, number, str_from_c(hash), why);
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
    if (e == ERR_OK) e = access_put_password(access, actor.number, str_from_c(hash), why);
    if (e == ERR_OK) e = access_begin_session(access, actor.number, fresh, why);
    pthread_mutex_unlock(&access->change);
    return e;
}

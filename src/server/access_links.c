/* access_links.c — links that are good once: the first admin's, and by which somebody chooses a password.
 *
 * Of each the store keeps a hash and an end. A link of a user is known to the cache, so that a stranger's guess costs
 * no question to the store. */
// SPDX-License-Identifier: Apache-2.0
#include "server/access_internal.h"

#define FIRST_LINK_NAME "access.first_link" /* the store's text: "HASH UNTIL_MS" */

/* ---- The first start. ---- */

static MUST_CHECK enum err put_first_link(struct access *access, const struct secret *secret, struct err_info *why)
{
    if (access_admins(access->cache) > 0) return err_set(why, ERR_CONFLICT, "there is an admin already: sign in");
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
    access_link_url(link, url, &secret);
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
    if (e == ERR_OK) e = access_prepare_user(access, user, ROLE_admin, arena, hash, &row, why);
    if (e != ERR_OK) return e;
    pthread_mutex_lock(&access->change);
    e = check_first_link(access, secret, why);
    if (e == ERR_OK && access_admins(access->cache) > 0)
        e = err_set(why, ERR_CONFLICT, "there is an admin already: sign in");
    if (e == ERR_OK) e = access_put_new_user(access, &row, why);
    if (e == ERR_OK) { /* should it stay, it opens nothing: there is an admin */
        struct err_info ignored = {0};
        enum err of_text = store_put_text(access->store, STR(FIRST_LINK_NAME), STR(""), &ignored);
        (void)of_text;
    }
    pthread_mutex_unlock(&access->change);
    if (e == ERR_OK) *number = row.number;
    return e;
}

/* ---- Choosing a password. ---- */

static void link_name(struct buf *out, uint64_t user)
{
    buf_format(out, LINK_PREFIX "%llu", (unsigned long long)user);
}

enum err access_void_link(struct access *access, uint64_t user, struct err_info *why)
{
    const struct cached_user *owner = cache_find_user(access->cache, user);
    if (owner == NULL || owner->link_until_ms == 0) return ERR_OK;
    AUTO_BUF name = BUF_INIT(64);
    link_name(&name, user);
    return store_put_text(access->store, buf_str(&name), STR(""), why);
}

/* `change` is held. */
static MUST_CHECK enum err put_link(struct access *access, uint64_t user, const struct secret *secret, int64_t until_ms,
                                    struct err_info *why)
{
    const struct cached_user *owner = cache_find_user(access->cache, user);
    if (owner != NULL && owner->row.disabled)
        return err_set(why, ERR_CONFLICT, "'" STR_FMT "' is disabled: enable the account first",
                       STR_ARG(owner->row.email));
    /* The password first: should we stop between the two, nobody comes in, and another link is made. */
    enum err e = access_put_password(access, user, STR(""), why);
    if (e != ERR_OK) return e;
    struct secret_digest digest = secret_hash(secret_str(secret));
    char hash[SECRET_DIGEST_TEXT + 1];
    secret_digest_text(&digest, hash);
    AUTO_BUF name = BUF_INIT(64), text = BUF_INIT(256);
    link_name(&name, user);
    buf_format(&text, "%s ", hash);
    buf_append_i64(&text, until_ms);
    e = store_put_text(access->store, buf_str(&name), buf_str(&text), why);
    return e == ERR_OK ? access_reload(access, why) : e;
}

enum err access_make_link(struct access *access, uint64_t user, struct secret *secret, int64_t *until_ms,
                          struct err_info *why)
{
    AUTO_SECRET made;
    secret_new(SECRET_LINK, &made);
    int64_t end_ms = access_now_ms(access) + ONE_TIME_LINK_MS;
    pthread_mutex_lock(&access->change);
    enum err e = put_link(access, user, &made, end_ms, why);
    pthread_mutex_unlock(&access->change);
    if (e != ERR_OK) return e;
    *secret = made;
    *until_ms = end_ms;
    return ERR_OK;
}

void access_link_url(struct buf *out, struct str url, const struct secret *secret)
{
    buf_append(out, url);
    buf_append(out, STR("/start#"));
    buf_append(out, secret_str(secret));
}

/* Whose link it is; NULL: it is none, or none any more. `lock` or `change` is held. */
static const struct cached_user *owner_of(const struct access *access, const struct secret_digest *digest)
{
    const struct cache *cache = access->cache;
    int64_t now_ms = access_now_ms(access);
    for (size_t i = 0; i < cache->user_count; i++) {
        const struct cached_user *user = &cache->users[i];
        if (user->link_until_ms > now_ms && secret_digest_equal(&user->link, digest))
            return user->row.disabled ? NULL : user;
    }
    return NULL;
}

static enum err refuse_link(struct err_info *why)
{
    return err_set(why, ERR_NOT_FOUND, "this link was used, replaced, or is too old; ask an admin for another");
}

enum err access_use_link(struct access *access, struct str secret, struct str password, struct arena *arena,
                         struct str *email, struct err_info *why)
{
    char hash[PASSWORD_HASH_BYTES];
    enum err e = secret_check(SECRET_LINK, secret, why);
    if (e != ERR_OK) return e;
    struct secret_digest digest = secret_hash(secret);
    pthread_rwlock_rdlock(&access->lock);
    const struct cached_user *user = owner_of(access, &digest);
    if (user != NULL) *email = arena_str(arena, user->row.email);
    pthread_rwlock_unlock(&access->lock);
    if (user == NULL) return refuse_link(why); /* before a stranger makes us hash */
    if ((e = password_check(password, *email, why)) != ERR_OK) return e;
    if ((e = password_hash(access->hasher, password, hash, why)) != ERR_OK) return e;
    pthread_mutex_lock(&access->change);
    user = owner_of(access, &digest);
    e = user == NULL ? refuse_link(why) : access_put_password(access, user->row.number, str_from_c(hash), why);
    pthread_mutex_unlock(&access->change);
    return e;
}

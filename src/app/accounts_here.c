/* accounts_here.c — users, tokens and keys in the store's file, which nobody else has open for writing. */
// SPDX-License-Identifier: Apache-2.0
#include "app/accounts.h"

#define DETAIL_BYTES_MAX 4096

/* Write down that the command line did it. */
static void note(const struct accounts *accounts, const char *action, struct str target, struct str detail)
{
    struct audit_fact fact = {.at_ms = accounts->app->clock->now_ms(accounts->app->clock),
                              .actor = actor_cli().text,
                              .action = str_from_c(action),
                              .target = target,
                              .detail = detail};
    struct store_batch batch = {.audits = &fact, .audit_count = 1};
    struct err_info why = {0};
    if (store_append(accounts->store, &batch, &why) != ERR_OK)
        app_warn(accounts->app, "it is done, but the audit could not be written: %s", why.msg);
}

static struct str role_detail(const struct accounts *accounts, enum role role)
{
    return arena_format(accounts->arena, "{\"role\":\"%s\"}", role_name(role));
}

static struct str target_of(const struct accounts *accounts, const struct user_view *user)
{
    return arena_format(accounts->arena, "user:" STR_FMT, STR_ARG(user->email));
}

static struct str numbered(const struct accounts *accounts, const char *what, uint64_t number)
{
    return arena_format(accounts->arena, "%s:%llu", what, (unsigned long long)number);
}

/* ---- People. ---- */

static enum err list_users(struct accounts *accounts, struct user_view **out, size_t *count, struct err_info *why)
{
    (void)why;
    access_users(accounts->access, accounts->arena, out, count);
    return ERR_OK;
}

static enum err find_user(struct accounts *accounts, struct str ref, struct user_view *out, struct err_info *why)
{
    return access_find_user(accounts->access, ref, accounts->arena, out, why);
}

/* The address that links begin with: what the environment says of the server. */
static struct str url_of_links(const struct accounts *accounts)
{
    struct str url = accounts->app->config.base_url;
    while (str_ends_with(url, STR("/"))) url.len--;
    if (url.len > 0) return url;
    return arena_format(accounts->arena, "http://" STR_FMT, STR_ARG(accounts->app->config.listen));
}

static enum err make_link(struct accounts *accounts, uint64_t number, struct str *link, struct err_info *why)
{
    AUTO_SECRET secret;
    AUTO_BUF text = BUF_INIT(1024);
    int64_t until_ms;
    enum err e = access_make_link(accounts->access, number, &secret, &until_ms, why);
    if (e != ERR_OK) return e;
    access_link_url(&text, url_of_links(accounts), &secret);
    *link = arena_str(accounts->arena, buf_str(&text));
    return ERR_OK;
}

static enum err add_user(struct accounts *accounts, const struct new_user *user, struct user_view *out,
                         struct str *link, struct err_info *why)
{
    uint64_t number;
    *link = STR("");
    enum err e = access_add_user(accounts->access, user, &number, why);
    if (e == ERR_OK) e = access_get_user(accounts->access, number, accounts->arena, out, why);
    if (e != ERR_OK) return e;
    note(accounts, "user.add", target_of(accounts, out), role_detail(accounts, out->role));
    return user->password.len == 0 ? make_link(accounts, number, link, why) : ERR_OK;
}

static enum err change_user(struct accounts *accounts, const struct user_view *user, const struct user_change *change,
                            struct err_info *why)
{
    struct str target = target_of(accounts, user);
    enum err e = access_change_user(accounts->access, user->number, change, why);
    if (e != ERR_OK) return e;
    if (change->name != NULL) note(accounts, "user.name", target, STR(""));
    if (change->role != NULL) note(accounts, "user.role", target, role_detail(accounts, *change->role));
    if (change->disabled != NULL) note(accounts, *change->disabled ? "user.disable" : "user.enable", target, STR(""));
    return ERR_OK;
}

static enum err set_password(struct accounts *accounts, const struct user_view *user, struct str password,
                             struct str *link, struct err_info *why)
{
    *link = STR("");
    bool chosen = password.len > 0;
    enum err e = chosen ? access_set_password(accounts->access, user->number, password, why)
                        : make_link(accounts, user->number, link, why);
    if (e == ERR_OK) note(accounts, chosen ? "user.password" : "user.link", target_of(accounts, user), STR(""));
    return e;
}

static enum err delete_user(struct accounts *accounts, const struct user_view *user, struct err_info *why)
{
    enum err e = access_delete_user(accounts->access, user->number, why);
    if (e == ERR_OK) note(accounts, "user.delete", target_of(accounts, user), STR(""));
    return e;
}

/* ---- Tokens and keys. ---- */

static enum err list_tokens(struct accounts *accounts, struct token_view **out, size_t *count, struct err_info *why)
{
    (void)why;
    access_tokens(accounts->access, accounts->arena, out, count);
    return ERR_OK;
}

static enum err add_token(struct accounts *accounts, struct str name, uint32_t scopes, struct secret *secret,
                          uint64_t *number, struct err_info *why)
{
    AUTO_BUF detail = BUF_INIT(DETAIL_BYTES_MAX);
    enum err e = access_add_token(accounts->access, name, scopes, actor_cli().text, secret, number, why);
    if (e != ERR_OK) return e;
    access_secret_detail(&detail, name, scopes);
    note(accounts, "token.create", numbered(accounts, "token", *number), buf_str(&detail));
    return ERR_OK;
}

static enum err revoke_token(struct accounts *accounts, uint64_t number, struct err_info *why)
{
    enum err e = access_revoke_token(accounts->access, number, why);
    if (e == ERR_OK) note(accounts, "token.revoke", numbered(accounts, "token", number), STR(""));
    return e;
}

static enum err list_keys(struct accounts *accounts, struct key_view **out, size_t *count, struct err_info *why)
{
    (void)why;
    access_keys(accounts->access, accounts->arena, out, count);
    return ERR_OK;
}

static enum err add_key(struct accounts *accounts, struct str name, struct secret *secret, uint64_t *number,
                        struct err_info *why)
{
    AUTO_BUF detail = BUF_INIT(DETAIL_BYTES_MAX);
    enum err e = access_add_key(accounts->access, name, actor_cli().text, secret, number, why);
    if (e != ERR_OK) return e;
    access_secret_detail(&detail, name, 0);
    note(accounts, "key.create", numbered(accounts, "key", *number), buf_str(&detail));
    return ERR_OK;
}

static enum err revoke_key(struct accounts *accounts, uint64_t number, struct err_info *why)
{
    enum err e = access_revoke_key(accounts->access, number, why);
    if (e == ERR_OK) note(accounts, "key.revoke", numbered(accounts, "key", number), STR(""));
    return e;
}

const struct accounts_way accounts_here = {
    .users = list_users,
    .find_user = find_user,
    .add_user = add_user,
    .change_user = change_user,
    .set_password = set_password,
    .delete_user = delete_user,
    .tokens = list_tokens,
    .add_token = add_token,
    .revoke_token = revoke_token,
    .keys = list_keys,
    .add_key = add_key,
    .revoke_key = revoke_key,
};

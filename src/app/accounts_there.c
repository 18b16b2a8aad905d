/* accounts_there.c — the same by a running server, over its API. It also writes the audit.
 *
 * What comes back is read with suspicion: a text that lacks is empty, and an answer without what was asked for is told as
 * one of another version. */
// SPDX-License-Identifier: Apache-2.0
#include "app/accounts.h"

#include <sodium.h>
#include <string.h>

#define BODY_BYTES_MAX ((size_t)64 * 1024)

static enum err unreadable(struct err_info *why)
{
    return err_set(why, ERR_INVALID, "the server's answer cannot be read; is it another version of Plumb?");
}

/* ---- Asking. ---- */

/* "/api/v1/users/ada%40acme.example/password". */
static const char *user_path(struct accounts *accounts, struct str ref, const char *rest)
{
    return arena_format(accounts->arena, "/api/v1/users/" STR_FMT "%s",
                        STR_ARG(remote_segment(accounts->remote, accounts->arena, ref)), rest)
        .at;
}

static const char *numbered_path(struct accounts *accounts, const char *what, uint64_t number)
{
    return arena_format(accounts->arena, "/api/v1/%s/%llu", what, (unsigned long long)number).at;
}

static void put_text(struct json_writer *writer, const char *name, struct str text)
{
    json_key(writer, name);
    json_string(writer, text);
}

/* The list of what a path tells; *count is how long it is at most. */
static enum err ask_list(struct accounts *accounts, const char *path, const struct json_item **list, size_t *count,
                         struct err_info *why)
{
    const struct json_item *answer;
    *count = 0;
    enum err e = remote_call(accounts->remote, "GET", path, STR(""), &answer, why);
    if (e != ERR_OK) return e;
    *list = remote_member(answer, "results");
    if (*list == NULL || (*list)->kind != JSON_ARRAY) return unreadable(why);
    for (const struct json_item *one = json_first(*list); one != NULL; one = json_next(*list, one)) ++*count;
    return ERR_OK;
}

/* Send what changes something and tells nothing that is needed. */
static enum err tell(struct accounts *accounts, const char *method, const char *path, struct str body,
                     struct err_info *why)
{
    const struct json_item *answer;
    return remote_call(accounts->remote, method, path, body, &answer, why);
}

/* ---- People. ---- */

static struct str text_of(struct accounts *accounts, const struct json_item *item, const char *name)
{
    return arena_str(accounts->arena, remote_text(item, name));
}

/* 0 when it is null. */
static int64_t instant_of(const struct json_item *item, const char *name)
{
    int64_t at_ms;
    return instant_parse(remote_text(item, name), &at_ms) ? at_ms : 0;
}

static bool read_user(struct accounts *accounts, const struct json_item *item, struct user_view *out)
{
    struct err_info ignored = {0};
    *out = (struct user_view){.email = text_of(accounts, item, "email"),
                              .name = text_of(accounts, item, "name"),
                              .created_ms = instant_of(item, "created"),
                              .disabled = remote_flag(item, "disabled"),
                              .has_password = remote_flag(item, "has_password"),
                              .link_until_ms = instant_of(item, "link_until")};
    return remote_number(item, "number", &out->number) && out->email.len > 0 &&
           role_parse(remote_text(item, "role"), &out->role, &ignored) == ERR_OK;
}

static enum err list_users(struct accounts *accounts, struct user_view **out, size_t *count, struct err_info *why)
{
    const struct json_item *list = NULL;
    enum err e = ask_list(accounts, "/api/v1/users", &list, count, why);
    if (e != ERR_OK) return e;
    *out = ARENA_ARRAY(accounts->arena, struct user_view, *count);
    struct user_view *to = *out;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one))
        if (!read_user(accounts, one, to++)) return unreadable(why);
    return ERR_OK;
}

static enum err find_user(struct accounts *accounts, struct str ref, struct user_view *out, struct err_info *why)
{
    const struct json_item *answer;
    enum err e = remote_call(accounts->remote, "GET", user_path(accounts, ref, ""), STR(""), &answer, why);
    if (e != ERR_OK) return e;
    return read_user(accounts, answer, out) ? ERR_OK : unreadable(why);
}

/* What was sent may hold a password. */
static void wipe(struct buf *body)
{
    if (body->len > 0) sodium_memzero(body->at, body->len);
}

static enum err add_user(struct accounts *accounts, const struct new_user *user, struct user_view *out,
                         struct str *link, struct err_info *why)
{
    AUTO_BUF body = BUF_INIT(BODY_BYTES_MAX);
    struct json_writer writer = {.out = &body};
    const struct json_item *answer;
    json_begin_object(&writer);
    put_text(&writer, "email", user->email);
    put_text(&writer, "role", str_from_c(role_name(user->role)));
    if (user->name.len > 0) put_text(&writer, "name", user->name);
    if (user->password.len > 0) put_text(&writer, "password", user->password);
    json_end_object(&writer);
    enum err e = remote_call(accounts->remote, "POST", "/api/v1/users", buf_str(&body), &answer, why);
    wipe(&body);
    if (e != ERR_OK) return e;
    *link = text_of(accounts, answer, "link");
    return read_user(accounts, remote_member(answer, "user"), out) ? ERR_OK : unreadable(why);
}

static enum err change_user(struct accounts *accounts, const struct user_view *user, const struct user_change *change,
                            struct err_info *why)
{
    AUTO_BUF body = BUF_INIT(BODY_BYTES_MAX);
    struct json_writer writer = {.out = &body};
    json_begin_object(&writer);
    if (change->name != NULL) put_text(&writer, "name", *change->name);
    if (change->role != NULL) put_text(&writer, "role", str_from_c(role_name(*change->role)));
    if (change->disabled != NULL) json_key(&writer, "disabled");
    if (change->disabled != NULL) json_bool(&writer, *change->disabled);
    json_end_object(&writer);
    return tell(accounts, "PATCH", user_path(accounts, user->email, ""), buf_str(&body), why);
}

static enum err set_password(struct accounts *accounts, const struct user_view *user, struct str password,
                             struct str *link, struct err_info *why)
{
    AUTO_BUF body = BUF_INIT(BODY_BYTES_MAX);
    struct json_writer writer = {.out = &body};
    const struct json_item *answer;
    json_begin_object(&writer);
    if (password.len > 0) put_text(&writer, "password", password);
    json_end_object(&writer);
    enum err e = remote_call(accounts->remote, "PUT", user_path(accounts, user->email, "/password"), buf_str(&body),
                             &answer, why);
    wipe(&body);
    if (e == ERR_OK) *link = text_of(accounts, answer, "link");
    return e;
}

static enum err delete_user(struct accounts *accounts, const struct user_view *user, struct err_info *why)
{
    return tell(accounts, "DELETE", user_path(accounts, user->email, ""), STR(""), why);
}

/* ---- Tokens and keys. ---- */

/* The secret and the number of what was made: {"token": {"number"}, "secret"}. */
static enum err make(struct accounts *accounts, const char *path, const char *what, struct str body,
                     struct secret *secret, uint64_t *number, struct err_info *why)
{
    const struct json_item *answer;
    enum err e = remote_call(accounts->remote, "POST", path, body, &answer, why);
    if (e != ERR_OK) return e;
    struct str text = remote_text(answer, "secret");
    if (!remote_number(remote_member(answer, what), "number", number) || text.len == 0 || text.len > SECRET_BYTES_MAX)
        return unreadable(why);
    memcpy(secret->text, text.at, text.len);
    secret->text[text.len] = '\0';
    secret->len = text.len;
    return ERR_OK;
}

static uint32_t scopes_of(const struct json_item *list)
{
    uint32_t scopes = 0;
    if (list == NULL || list->kind != JSON_ARRAY) return 0;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one)) {
        uint32_t scope;
        struct err_info ignored = {0};
        if (one->kind == JSON_STRING && scopes_parse(one->text, &scope, &ignored) == ERR_OK) scopes |= scope;
    }
    return scopes;
}

static enum err list_tokens(struct accounts *accounts, struct token_view **out, size_t *count, struct err_info *why)
{
    const struct json_item *list = NULL;
    enum err e = ask_list(accounts, "/api/v1/tokens", &list, count, why);
    if (e != ERR_OK) return e;
    *out = ARENA_ARRAY(accounts->arena, struct token_view, *count);
    struct token_view *to = *out;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one), to++) {
        *to = (struct token_view){.name = text_of(accounts, one, "name"),
                                  .creator = text_of(accounts, one, "creator"),
                                  .scopes = scopes_of(remote_member(one, "scopes")),
                                  .created_ms = instant_of(one, "created"),
                                  .last_used_ms = instant_of(one, "last_used"),
                                  .revoked = remote_flag(one, "revoked")};
        if (!remote_number(one, "number", &to->number)) return unreadable(why);
    }
    return ERR_OK;
}

static enum err add_token(struct accounts *accounts, struct str name, uint32_t scopes, struct secret *secret,
                          uint64_t *number, struct err_info *why)
{
    AUTO_BUF body = BUF_INIT(BODY_BYTES_MAX);
    access_secret_detail(&body, name, scopes); /* what the audit says of it is what is asked for */
    return make(accounts, "/api/v1/tokens", "token", buf_str(&body), secret, number, why);
}

static enum err revoke_token(struct accounts *accounts, uint64_t number, struct err_info *why)
{
    return tell(accounts, "DELETE", numbered_path(accounts, "tokens", number), STR(""), why);
}

static enum err list_keys(struct accounts *accounts, struct key_view **out, size_t *count, struct err_info *why)
{
    const struct json_item *list = NULL;
    enum err e = ask_list(accounts, "/api/v1/keys", &list, count, why);
    if (e != ERR_OK) return e;
    *out = ARENA_ARRAY(accounts->arena, struct key_view, *count);
    struct key_view *to = *out;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one), to++) {
        *to = (struct key_view){.name = text_of(accounts, one, "name"),
                                .hint = text_of(accounts, one, "ends_in"),
                                .creator = text_of(accounts, one, "creator"),
                                .created_ms = instant_of(one, "created"),
                                .revoked = remote_flag(one, "revoked")};
        if (!remote_number(one, "number", &to->number)) return unreadable(why);
    }
    return ERR_OK;
}

static enum err add_key(struct accounts *accounts, struct str name, struct secret *secret, uint64_t *number,
                        struct err_info *why)
{
    AUTO_BUF body = BUF_INIT(BODY_BYTES_MAX);
    access_secret_detail(&body, name, 0);
    return make(accounts, "/api/v1/keys", "key", buf_str(&body), secret, number, why);
}

static enum err revoke_key(struct accounts *accounts, uint64_t number, struct err_info *why)
{
    return tell(accounts, "DELETE", numbered_path(accounts, "keys", number), STR(""), why);
}

const struct accounts_way accounts_there = {
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

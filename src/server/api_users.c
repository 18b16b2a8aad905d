/* api_users.c — people, by an admin: told, added, changed, deleted; and a link for who shall choose a password.
 *
 * A person is named by the number or the e-mail address. Whoever may less from now on is also cut off from what is open:
 * sessions end in access.h, streams here. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api.h"
#include "server/api_json.h"
#include "server/hub.h"

#define HOST_BYTES_MAX 255

/* ---- Telling. ---- */

static void write_user(struct json_writer *writer, const struct user_view *user, int64_t now_ms)
{
    json_begin_object(writer);
    api_write_count(writer, "number", user->number);
    api_write_text(writer, "email", user->email);
    api_write_text(writer, "name", user->name);
    api_write_text(writer, "role", str_from_c(role_name(user->role)));
    api_write_instant(writer, "created", user->created_ms);
    json_key(writer, "disabled");
    json_bool(writer, user->disabled);
    json_key(writer, "has_password");
    json_bool(writer, user->has_password);
    api_write_instant(writer, "link_until", user->link_until_ms > now_ms ? user->link_until_ms : FOREVER);
    json_end_object(writer);
}

static void answer_user(struct request *request, unsigned status, const struct user_view *user)
{
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    write_user(&writer, user, api_now_ms(request));
    request_answer(request, status, &json);
}

void api_user_index(struct request *request)
{
    struct user_view *users;
    size_t count;
    access_users(request->server->access, request->arena, &users, &count);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) write_user(&writer, &users[i], api_now_ms(request));
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

/* ---- Who is meant. ---- */

/* The person that {user} names. False: there is none, and it is answered. */
static bool find_user(struct request *request, struct user_view *out)
{
    struct access *access = request->server->access;
    struct str ref = request_path(request, "user");
    struct err_info why = {0};
    enum err e = access_find_user(access, ref, request->arena, out, &why);
    if (e == ERR_OK) return true;
    if (e == ERR_INVALID)
        return api_refuse(request, 404, "not_found", STR("user"),
                          "'" STR_FMT "' is neither the number nor the e-mail address of anybody", STR_ARG(ref));
    return api_refuse(request, 404, "not_found", STR("user"), "%s", why.msg);
}

static struct str target_of(struct request *request, const struct user_view *user)
{
    return arena_format(request->arena, "user:" STR_FMT, STR_ARG(user->email));
}

void api_user_show(struct request *request)
{
    struct user_view user;
    if (find_user(request, &user)) answer_user(request, 200, &user);
}

/* ---- Links. ---- */

/* Could this be the name of a host, with its port, and nothing that a link would mean otherwise? */
static bool is_host(struct str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && c != '-' && c != ':' && c != '[' && c != ']') return false;
    }
    return host.len > 0 && host.len <= HOST_BYTES_MAX;
}

/* The address by which people reach us: as the settings have it, else as whoever asks has reached us. */
static struct str own_url(struct request *request)
{
    struct str url = request->server->config->base_url, host = http_header(request->exchange, "Host");
    while (str_ends_with(url, STR("/"))) url.len--;
    if (url.len > 0) return url;
    if (!is_host(host)) return STR("");
    bool secure = request->server->secure || http_is_secure(request->exchange);
    return arena_format(request->arena, "%s://" STR_FMT, secure ? "https" : "http", STR_ARG(host));
}

/* {"user", "link", "link_until"}; a link of length 0 is null. */
static void write_access(struct request *request, struct buf *json, const struct user_view *user, struct str link)
{
    struct json_writer writer = {.out = json};
    int64_t now_ms = api_now_ms(request);
    json_begin_object(&writer);
    json_key(&writer, "user");
    write_user(&writer, user, now_ms);
    json_key(&writer, "link");
    if (link.len > 0) json_string(&writer, link);
    else json_null(&writer);
    json_end_object(&writer);
}

/* How the person comes in: told with a link when there is one, and without it when the request is repeated. */
static void answer_access(struct request *request, unsigned status, uint64_t number, struct str link)
{
    struct user_view user;
    struct err_info why = {0};
    if (access_get_user(request->server->access, number, request->arena, &user, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX), again = BUF_INIT(REQUEST_JSON_MAX);
    write_access(request, &json, &user, link);
    write_access(request, &again, &user, STR(""));
    request_answer_once(request, status, &json, &again);
}

/* False: answered. *link is in the request's arena. */
static bool make_link(struct request *request, uint64_t number, struct str *link)
{
    AUTO_SECRET secret;
    AUTO_BUF text = BUF_INIT(1024);
    int64_t until_ms;
    struct err_info why = {0};
    if (access_make_link(request->server->access, number, &secret, &until_ms, &why) != ERR_OK) {
        request_fail(request, &why);
        return false;
    }
    access_link_url(&text, own_url(request), &secret);
    *link = arena_str(request->arena, buf_str(&text));
    return true;
}

/* ---- Adding. ---- */

/* A role of the body, when it is there. False: answered. */
static bool member_role(struct request *request, const struct json_item *body, enum role *out, bool *given)
{
    struct str text = {0};
    struct err_info why = {0};
    if (!api_member_text(request, body, "role", &text)) return false;
    *given = text.at != NULL;
    if (!*given || role_parse(text, out, &why) == ERR_OK) return true;
    return api_refuse(request, 400, "bad_value", STR("role"), "%s", why.msg);
}

/* An empty password would be nobody's choice. False: answered. */
static bool member_password(struct request *request, const struct json_item *body, struct str *out)
{
    if (!api_member_text(request, body, "password", out)) return false;
    if (out->at == NULL || out->len > 0) return true;
    return api_refuse(request, 400, "bad_value", STR("password"),
                      "the password is empty; leave it out, and a link is made by which one is chosen");
}

void api_user_create(struct request *request)
{
    const struct json_item *body;
    struct new_user user = {.role = ROLE_reader};
    bool given;
    if (!api_body(request, &body) || !api_member_text(request, body, "email", &user.email) ||
        !api_member_text(request, body, "name", &user.name) || !member_role(request, body, &user.role, &given) ||
        !member_password(request, body, &user.password))
        return;
    if (user.email.at == NULL) {
        api_refuse(request, 400, "missing", STR("email"), "whose account is it? email is missing");
        return;
    }
    uint64_t number = 0;
    struct user_view made;
    struct str link = STR("");
    struct err_info why = {0};
    struct access *access = request->server->access;
    if (access_add_user(access, &user, &number, &why) != ERR_OK ||
        access_get_user(access, number, request->arena, &made, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    api_note(request, request->actor, "user.add", target_of(request, &made),
             arena_format(request->arena, "{\"role\":\"%s\"}", role_name(made.role)));
    if (user.password.len == 0 && !make_link(request, number, &link)) return;
    answer_access(request, 201, number, link);
}

/* ---- Changing. ---- */

static void note_change(struct request *request, const struct user_view *before, const struct user_change *change)
{
    struct str target = target_of(request, before);
    if (change->name != NULL && !str_equal(before->name, str_trim(*change->name)))
        api_note(request, request->actor, "user.name", target, STR(""));
    if (change->role != NULL && before->role != *change->role)
        api_note(request, request->actor, "user.role", target,
                 arena_format(request->arena, "{\"role\":\"%s\"}", role_name(*change->role)));
    if (change->disabled != NULL && before->disabled != *change->disabled)
        api_note(request, request->actor, *change->disabled ? "user.disable" : "user.enable", target, STR(""));
    if (change->role != NULL || change->disabled != NULL) hub_part(request->server->hub, target);
}

void api_user_update(struct request *request)
{
    const struct json_item *body;
    struct user_view before, after;
    struct str name = {0};
    enum role role = ROLE_reader;
    bool has_role, disabled = false;
    if (!find_user(request, &before) || !api_body(request, &body) || !api_member_text(request, body, "name", &name) ||
        !member_role(request, body, &role, &has_role) || !api_member_flag(request, body, "disabled", &disabled))
        return;
    const struct json_item *flag = json_member(body, STR("disabled"));
    bool has_disabled = flag != NULL && flag->kind == JSON_BOOL;
    const struct user_change change = {.name = name.at != NULL ? &name : NULL,
                                       .role = has_role ? &role : NULL,
                                       .disabled = has_disabled ? &disabled : NULL};
    struct access *access = request->server->access;
    struct err_info why = {0};
    if (access_change_user(access, before.number, &change, &why) != ERR_OK ||
        access_get_user(access, before.number, request->arena, &after, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    note_change(request, &before, &change);
    answer_user(request, 200, &after);
}

void api_user_password(struct request *request)
{
    const struct json_item *body;
    struct user_view user;
    struct str password = {0}, link = STR("");
    struct err_info why = {0};
    if (!find_user(request, &user) || !api_body(request, &body) || !member_password(request, body, &password)) return;
    if (password.at == NULL && !make_link(request, user.number, &link)) return;
    if (password.at != NULL && access_set_password(request->server->access, user.number, password, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    api_note(request, request->actor, password.at != NULL ? "user.password" : "user.link", target_of(request, &user),
             STR(""));
    hub_part(request->server->hub, target_of(request, &user));
    answer_access(request, 200, user.number, link);
}

void api_user_delete(struct request *request)
{
    struct user_view user;
    struct err_info why = {0};
    if (!find_user(request, &user)) return;
    if (access_delete_user(request->server->access, user.number, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    api_note(request, request->actor, "user.delete", target_of(request, &user), STR(""));
    hub_part(request->server->hub, target_of(request, &user));
    http_answer(request->exchange, 204, NULL, STR(""));
}

/* api_session.c — signing in and out, by a password or a link that is good once; one's own password and sessions.
 *
 * A browser gets its session as a cookie that no script can read, and beside it, in the answer, the text that its pages
 * send with everything that changes something (X-CSRF-Token). Who has no session yet is protected from pages of other
 * sites by access_http_is_own_page. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api.h"
#include "server/api_json.h"
#include "server/hub.h"

/* Who somebody is and what they may. `session` is the cookie's secret, empty for a token. */
static void answer_me(struct request *request, unsigned status, const struct actor *actor, struct str session)
{
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    api_write_text(&writer, "actor", actor->text);
    api_write_text(&writer, "name", actor->name);
    json_key(&writer, "role");
    if (actor->kind == ACTOR_USER) json_string(&writer, str_from_c(role_name(actor->role)));
    else json_null(&writer);
    json_key(&writer, "may");
    json_begin_array(&writer);
    for (int permission = 0; permission < PERM_COUNT; permission++)
        if (may(actor, (enum permission)permission))
            json_string(&writer, str_from_c(permission_help((enum permission)permission)));
    json_end_array(&writer);
    json_key(&writer, "csrf");
    if (session.len > 0) {
        char csrf[ACCESS_CSRF_TEXT + 1];
        access_csrf(session, csrf);
        json_string(&writer, str_from_c(csrf));
    } else {
        json_null(&writer);
    }
    json_end_object(&writer);
    request_answer_once(request, status, &json, NULL);
}

static void set_cookie(struct request *request, struct str session)
{
    access_http_set_session(request->exchange, session, request->server->secure || http_is_secure(request->exchange));
}

/* A session for who has this password: cookie and answer. */
static void begin(struct request *request, unsigned status, struct str email, struct str password)
{
    const struct sign_in sign_in = {.email = email, .password = password, .address = http_peer(request->exchange)};
    AUTO_SECRET session;
    struct actor actor = {.kind = ACTOR_NOBODY};
    uint32_t wait_s = 0;
    struct err_info why = {0};
    if (access_sign_in(request->server->access, &sign_in, request->arena, &session, &actor, &wait_s, &why) != ERR_OK) {
        access_http_refuse_sign_in(request->exchange, wait_s, &why);
        return;
    }
    api_note(request, &actor, "session.begin", actor.text, STR(""));
    set_cookie(request, secret_str(&session));
    answer_me(request, status, &actor, secret_str(&session));
}

void api_session_begin(struct request *request)
{
    const struct json_item *body;
    struct str email = {0}, password = {0};
    if (!access_http_is_own_page(request->exchange) || !api_body(request, &body) ||
        !api_member_text(request, body, "email", &email) || !api_member_text(request, body, "password", &password))
        return;
    begin(request, 200, email, password);
}

/* False: answered. A token has no session. */
static bool has_session(struct request *request)
{
    if (request->visitor.session.len > 0) return true;
    return api_refuse(request, 400, "no_session", STR(""),
                      "this is for who is signed in by a browser, not for a token");
}

void api_session_end(struct request *request)
{
    struct err_info why = {0};
    if (!has_session(request)) return;
    if (access_sign_out(request->server->access, request->visitor.session, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    api_note(request, request->actor, "session.end", request->actor->text, STR(""));
    hub_part(request->server->hub, request->actor->text);
    set_cookie(request, STR(""));
    http_answer(request->exchange, 204, NULL, STR(""));
}

void api_me_show(struct request *request)
{
    answer_me(request, 200, request->actor, request->visitor.session);
}

void api_me_password(struct request *request)
{
    const struct json_item *body;
    struct str old = {0}, password = {0};
    if (!has_session(request) || !api_body(request, &body) || !api_member_text(request, body, "old", &old) ||
        !api_member_text(request, body, "password", &password))
        return;
    AUTO_SECRET fresh;
    uint32_t wait_s = 0;
    struct err_info why = {0};
    enum err e =
        access_change_password(request->server->access, request->visitor.session, old, password, &fresh, &wait_s, &why);
    if (wait_s > 0) access_http_refuse_sign_in(request->exchange, wait_s, &why);
    else if (e != ERR_OK) request_fail(request, &why);
    if (e != ERR_OK) return;
    api_note(request, request->actor, "user.password", request->actor->text, STR(""));
    hub_part(request->server->hub, request->actor->text);
    set_cookie(request, secret_str(&fresh));
    answer_me(request, 200, request->actor, secret_str(&fresh));
}

/* ---- One's own sessions. ---- */

void api_session_index(struct request *request)
{
    struct session_view *sessions = NULL;
    size_t count = 0;
    struct err_info why = {0};
    if (!has_session(request)) return;
    if (access_sessions(request->server->access, request->visitor.session, request->arena, &sessions, &count, &why) !=
        ERR_OK) {
        request_fail(request, &why);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(&writer);
        api_write_text(&writer, "id", sessions[i].id);
        api_write_instant(&writer, "begun", sessions[i].created_ms);
        api_write_instant(&writer, "seen", sessions[i].seen_ms);
        api_write_instant(&writer, "ends", sessions[i].ends_ms);
        json_key(&writer, "this");
        json_bool(&writer, sessions[i].is_this);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

void api_session_end_one(struct request *request)
{
    struct err_info why = {0};
    bool was_this = false;
    if (!has_session(request)) return;
    if (access_end_session(request->server->access, request->visitor.session, request_path(request, "id"), &was_this,
                           &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    api_note(request, request->actor, "session.end", request->actor->text, STR(""));
    hub_part(request->server->hub, request->actor->text);
    if (was_this) set_cookie(request, STR(""));
    http_answer(request->exchange, 204, NULL, STR(""));
}

void api_session_end_others(struct request *request)
{
    struct err_info why = {0};
    if (!has_session(request)) return;
    if (access_end_other_sessions(request->server->access, request->visitor.session, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    api_note(request, request->actor, "session.end_others", request->actor->text, STR(""));
    hub_part(request->server->hub, request->actor->text);
    http_answer(request->exchange, 204, NULL, STR(""));
}

/* ---- Coming in by a link. ---- */

void api_link_use(struct request *request)
{
    const struct json_item *body;
    struct str secret = {0}, password = {0}, email = {0};
    if (!access_http_is_own_page(request->exchange) || !api_body(request, &body) ||
        !api_member_text(request, body, "secret", &secret) || !api_member_text(request, body, "password", &password))
        return;
    struct err_info why = {0};
    if (access_use_link(request->server->access, secret, password, request->arena, &email, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    begin(request, 200, email, password);
}

void api_first_admin(struct request *request)
{
    const struct json_item *body;
    struct str secret = {0};
    struct new_user user = {.role = ROLE_admin};
    if (!access_http_is_own_page(request->exchange) || !api_body(request, &body) ||
        !api_member_text(request, body, "secret", &secret) || !api_member_text(request, body, "email", &user.email) ||
        !api_member_text(request, body, "name", &user.name) ||
        !api_member_text(request, body, "password", &user.password))
        return;
    uint64_t number = 0;
    struct err_info why = {0};
    if (access_first_admin(request->server->access, secret, &user, &number, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    begin(request, 201, user.email, user.password);
}

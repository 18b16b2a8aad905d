/* access_http.c — headers to credentials, credentials to an actor, and the answers of those turned away. */
// SPDX-License-Identifier: Apache-2.0
#include "server/access_http.h"

#include "server/credentials.h"

static bool changes_something(enum http_method method)
{
    return method != HTTP_GET && method != HTTP_HEAD && method != HTTP_OPTIONS;
}

/* No challenge of 'Basic': a browser would ask for it in a window of its own. */
static void answer_unknown(struct http_exchange *exchange, const char *sentence)
{
    http_set_header(exchange, "WWW-Authenticate", STR("Bearer realm=\"plumb\""));
    http_problem(exchange, 401, "not_signed_in", STR(""), "%s", sentence);
}

bool access_http_is_own_page(struct http_exchange *exchange)
{
    if (page_is_own(http_header(exchange, "Sec-Fetch-Site"), http_header(exchange, "Origin"),
                    http_header(exchange, "Host")))
        return true;
    http_problem(exchange, 403, "foreign_page", STR(""), "the request comes from a page of another site");
    return false;
}

static bool is_meant(struct http_exchange *exchange, struct str session)
{
    if (!changes_something(http_method(exchange))) return true;
    if (!access_http_is_own_page(exchange)) return false;
    if (access_csrf_fits(session, http_header(exchange, CSRF_HEADER))) return true;
    http_problem(exchange, 403, "no_csrf_token", STR(""),
                 "the header " CSRF_HEADER " lacks or does not belong to this session; load the page again");
    return false;
}

static MUST_CHECK enum err identify(struct access *access, const struct credentials *shown, struct arena *arena,
                                    struct actor *out, struct err_info *why)
{
    if (shown->by == SHOWN_BY_COOKIE) return access_session(access, shown->secret, arena, out, why);
    if (shown->kind == SECRET_KEY) return access_key(access, shown->secret, arena, out, why);
    if (shown->kind == SECRET_LOCAL) return access_local(access, shown->secret, out, why);
    return access_token(access, shown->secret, arena, out, why);
}

/* As access_http_visitor; *ended when a session was shown and is none any more. */
static bool find_visitor(struct access *access, struct http_exchange *exchange, struct visitor *out, bool *ended)
{
    *out = (struct visitor){.actor = {.kind = ACTOR_NOBODY}};
    *ended = false;
    struct arena *arena = http_arena(exchange);
    struct credentials shown;
    struct err_info why = {0};
    enum err e = credentials_read(http_header(exchange, "Authorization"), http_cookie(exchange, SESSION_COOKIE), arena,
                                  &shown, &why);
    if (e == ERR_OK && shown.by == SHOWN_NOTHING) return true;
    struct actor actor;
    if (e == ERR_OK) e = identify(access, &shown, arena, &actor, &why);
    if (e == ERR_INVALID || e == ERR_NOT_FOUND) {
        *ended = shown.by == SHOWN_BY_COOKIE;
        if (!*ended) answer_unknown(exchange, why.msg);
        return *ended;
    }
    if (e != ERR_OK) {
        http_problem_of(exchange, &why);
        return false;
    }
    if (shown.by == SHOWN_BY_COOKIE && !is_meant(exchange, shown.secret)) return false;
    out->actor = actor;
    if (shown.by == SHOWN_BY_COOKIE) out->session = shown.secret;
    return true;
}

bool access_http_knows(struct access *access, struct http_exchange *exchange)
{
    struct credentials shown;
    struct actor actor;
    struct err_info ignored = {0};
    struct arena *arena = http_arena(exchange);
    return credentials_read(http_header(exchange, "Authorization"), http_cookie(exchange, SESSION_COOKIE), arena,
                            &shown, &ignored) == ERR_OK &&
           shown.by != SHOWN_NOTHING && shown.kind != SECRET_KEY &&
           identify(access, &shown, arena, &actor, &ignored) == ERR_OK;
}

bool access_http_visitor(struct access *access, struct http_exchange *exchange, struct visitor *out)
{
    bool ended;
    return find_visitor(access, exchange, out, &ended);
}

bool access_http_enter(struct access *access, struct http_exchange *exchange, enum permission permission,
                       struct visitor *out)
{
    bool ended;
    if (!find_visitor(access, exchange, out, &ended)) return false;
    if (out->actor.kind == ACTOR_NOBODY) {
        answer_unknown(exchange, ended ? "the session has ended; sign in again"
                                       : "sign in, or send a token: Authorization: Bearer plumb_token_...");
        return false;
    }
    if (may(&out->actor, permission)) return true;
    http_problem(exchange, 403, "not_allowed", STR(""), STR_FMT " may not %s", STR_ARG(out->actor.text),
                 permission_help(permission));
    return false;
}

void access_http_set_session(struct http_exchange *exchange, struct str secret, bool secure)
{
    AUTO_BUF cookie = BUF_INIT(512);
    session_cookie_append(&cookie, secret, secure);
    http_set_header(exchange, "Set-Cookie", buf_str(&cookie));
}

void access_http_refuse_sign_in(struct http_exchange *exchange, uint32_t wait_s, const struct err_info *why)
{
    if (wait_s > 0) {
        struct str seconds = arena_format(http_arena(exchange), "%u", wait_s);
        http_set_header(exchange, "Retry-After", seconds);
        http_problem(exchange, 429, "too_many_tries", STR(""), "%s", why->msg);
    } else if (why->code == ERR_INVALID) {
        http_problem(exchange, 401, "wrong_password", STR(""), "%s", why->msg);
    } else {
        http_problem_of(exchange, why);
    }
}

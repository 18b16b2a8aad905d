/* admit.c — credentials of a request, looked at in one place. */
// SPDX-License-Identifier: Apache-2.0
#include "server/admit.h"

#include "server/access.h"
#include "server/server.h"

/* The prefix makes browsers refuse a cookie that came over plain http or for another path or host. */
#define COOKIE_PLAIN "plumb_session"
#define COOKIE_SECURE "__Host-plumb_session"

static const char *cookie_name(const struct request *request)
{
    return request->server->secure ? COOKIE_SECURE : COOKIE_PLAIN;
}

struct str admit_session(const struct request *request)
{
    return http_cookie(request->exchange, cookie_name(request));
}

void admit_set_session(struct request *request, struct str session)
{
    bool secure = request->server->secure;
    int64_t age_s = session.len > 0 ? SESSION_LONGEST_MS / 1000 : 0;
    struct str cookie =
        arena_format(request->arena, "%s=" STR_FMT "; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
                     cookie_name(request), STR_ARG(session), (long long)age_s, secure ? "; Secure" : "");
    http_set_header(request->exchange, "Set-Cookie", cookie);
}

static bool refuse(struct request *request, const struct err_info *why)
{
    if (why->code == ERR_UNAVAILABLE) request_fail(request, why);
    else http_problem(request->exchange, 401, "not_signed_in", STR(""), "%s", why->msg);
    return false;
}

static bool admit_token(struct request *request, struct str header, struct actor *actor)
{
    struct err_info why = {0};
    if (!str_starts_with(header, STR("Bearer "))) {
        err_set(&why, ERR_INVALID, "the header Authorization must be 'Bearer' and a token");
        return refuse(request, &why);
    }
    struct str token = str_trim((struct str){header.at + 7, header.len - 7});
    if (access_token(request->server->access, token, request->arena, actor, &why) == ERR_OK) return true;
    return refuse(request, &why);
}

static bool changes_something(const struct request *request)
{
    enum http_method method = http_method(request->exchange);
    return method != HTTP_GET && method != HTTP_HEAD;
}

static bool admit_cookie(struct request *request, struct str session, struct actor *actor)
{
    struct err_info why = {0};
    if (access_session(request->server->access, session, request->arena, actor, &why) != ERR_OK)
        return refuse(request, &why);
    if (!changes_something(request)) return true;
    struct str given = http_header(request->exchange, "X-CSRF-Token");
    if (given.len > 0 && access_csrf_fits(session, given)) return true;
    http_problem(request->exchange, 403, "csrf", STR("X-CSRF-Token"),
                 "a change with a session's cookie needs the session's X-CSRF-Token");
    return false;
}

bool admit(struct request *request, struct actor *actor)
{
    struct str header = http_header(request->exchange, "Authorization");
    if (header.len > 0) return admit_token(request, header, actor);
    struct str session = admit_session(request);
    if (session.len > 0) return admit_cookie(request, session, actor);
    http_set_header(request->exchange, "WWW-Authenticate", STR("Bearer"));
    http_problem(request->exchange, 401, "not_signed_in", STR(""),
                 "sign in, or send a token as 'Authorization: Bearer'");
    return false;
}

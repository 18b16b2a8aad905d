/* browser.c — see browser.h. */
// SPDX-License-Identifier: Apache-2.0
#include "browser.h"

#include <string.h>

#include "api_client.h"
#include "harness.h"
#include "server/access.h"

struct reply browser_ask(struct site *site, const struct browser *browser, const char *line, const char *headers,
                         const char *body)
{
    size_t length = strlen(body);
    char *json = ARENA_ARRAY(site->arena, char, length + 1);
    for (size_t i = 0; i < length; i++) json[i] = body[i] == '\'' ? '"' : body[i];
    AUTO_BUF all = BUF_INIT(4096);
    if (browser != NULL) buf_format(&all, "Cookie: plumb_session=" STR_FMT "\r\n", STR_ARG(browser->cookie));
    buf_append_c(&all, headers);
    struct str text = arena_str(site->arena, buf_str(&all));
    return site_ask(site, line, text.at, (struct str){json, length});
}

struct reply browser_act(struct site *site, const struct browser *browser, const char *line, const char *body)
{
    struct str header = arena_format(site->arena, "X-CSRF-Token: " STR_FMT "\r\n", STR_ARG(browser->csrf));
    return browser_ask(site, browser, line, header.at, body);
}

struct browser browser_of(struct site *site, struct reply reply)
{
    struct str cookie = reply_header(reply, "Set-Cookie");
    CHECK_TRUE(str_starts_with(cookie, STR("plumb_session=plumb_session_")));
    (void)str_cut(&cookie, '=');
    return (struct browser){.cookie = str_cut(&cookie, ';'), .csrf = api_at(site, reply, "csrf")};
}

struct browser browser_sign_in(struct site *site, const char *email, const char *password)
{
    struct str body = arena_format(site->arena, "{'email': '%s', 'password': '%s'}", email, password);
    struct reply reply = browser_ask(site, NULL, "POST /api/v1/session", "", body.at);
    if (reply.status != 200) FAIL("%s is not let in: " STR_FMT, email, STR_ARG(reply.body));
    return browser_of(site, reply);
}

uint64_t browser_add_user(struct site *site, const char *email, enum role role)
{
    uint64_t number;
    struct err_info why = {0};
    const struct new_user user = {.email = str_from_c(email), .role = role, .password = STR(PASSWORD)};
    CHECK_OK(access_add_user(site->server->access, &user, &number, &why), why);
    return number;
}

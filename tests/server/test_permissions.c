/* test_permissions.c — every route, asked by everybody: it lets in whom permissions.def names, and nobody else. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "browser.h"
#include "harness.h"
#include "server/openapi.h"
#include "server/routes.h"
#include "api_client.h"

static bool has_permission(const struct endpoint *endpoint)
{
    return endpoint->permission < PERM_COUNT;
}

/* Would the answer be open for ever? */
static bool is_stream(const struct endpoint *endpoint)
{
    return strcmp(endpoint->gives, "text/event-stream") == 0;
}

static const char *line_of(struct site *site, const struct endpoint *endpoint)
{
    return arena_format(site->arena, "%s %s", openapi_method(endpoint->method), endpoint->pattern).at;
}

/* Nothing is meant by the request: whoever is let in is told so by another status. */
static void check_route(struct site *site, const struct browser *browser, enum role role,
                        const struct endpoint *endpoint)
{
    bool allowed = (role_permissions(role) >> endpoint->permission & 1) != 0;
    if (allowed && is_stream(endpoint)) return;
    struct reply reply = browser_act(site, browser, line_of(site, endpoint), "{}");
    bool refused = reply.status == 403 && str_equal(api_at(site, reply, "code"), STR("not_allowed"));
    if (refused == allowed || reply.status == 401)
        FAIL("%s answered a %s %u: " STR_FMT, line_of(site, endpoint), role_name(role), reply.status,
             STR_ARG(reply.body));
    if (refused && !str_contains(api_at(site, reply, "detail"),
                                 str_from_c(permission_help((enum permission)endpoint->permission))))
        FAIL("%s does not say what may not be done: " STR_FMT, line_of(site, endpoint), STR_ARG(reply.body));
}

TEST(every_route_lets_in_the_roles_that_have_its_permission_and_refuses_the_others)
{
    struct site *site = site_open((struct site_options){0});
    for (enum role role = 0; role < ROLE_COUNT; role++) {
        const char *email = arena_format(site->arena, "%s@acme.example", role_name(role)).at;
        (void)browser_add_user(site, email, role);
        struct browser browser = browser_sign_in(site, email, PASSWORD);
        for (size_t i = 0; i < endpoint_count; i++)
            if (has_permission(&endpoints[i])) check_route(site, &browser, role, &endpoints[i]);
    }
    site_close(site);
}

TEST(users_tokens_and_keys_are_an_admins_alone_also_among_tokens)
{
    struct site *site = site_open((struct site_options){0});
    for (enum scope scope = 0; scope < SCOPE_COUNT; scope++) {
        struct str body = arena_format(site->arena, "{'name': 'one', 'scopes': ['%s']}", scope_name(scope));
        struct site asking = *site;
        asking.token = api_at(site, api_call(site, "POST /api/v1/tokens", body.at, 201), "secret");
        unsigned status = scope == SCOPE_everything ? 200 : 403;
        (void)api_call(&asking, "GET /api/v1/users", "", status);
        (void)api_call(&asking, "GET /api/v1/tokens", "", status);
        (void)api_call(&asking, "GET /api/v1/keys", "", status);
    }
    site_close(site);
}

TEST(whatever_changes_something_wants_the_text_of_its_own_page_from_a_browser)
{
    struct site *site = site_open((struct site_options){0});
    (void)browser_add_user(site, "ada@acme.example", ROLE_admin);
    struct browser ada = browser_sign_in(site, "ada@acme.example", PASSWORD);
    struct str foreign =
        arena_format(site->arena, "X-CSRF-Token: " STR_FMT "\r\nOrigin: https://evil.example\r\n", STR_ARG(ada.csrf));
    size_t asked = 0;
    for (size_t i = 0; i < endpoint_count; i++) {
        const struct endpoint *endpoint = &endpoints[i];
        if (endpoint->method == HTTP_GET) continue;
        if (!has_permission(endpoint) && endpoint->permission != PERM_SIGNED_IN) continue;
        struct reply bare = browser_ask(site, &ada, line_of(site, endpoint), "", "{}");
        struct reply forged = browser_ask(site, &ada, line_of(site, endpoint), foreign.at, "{}");
        if (bare.status != 403 || !str_equal(api_at(site, bare, "code"), STR("no_csrf_token")))
            FAIL("%s without the text answered %u", line_of(site, endpoint), bare.status);
        if (forged.status != 403 || !str_equal(api_at(site, forged, "code"), STR("foreign_page")))
            FAIL("%s from a foreign page answered %u", line_of(site, endpoint), forged.status);
        asked++;
    }
    CHECK_TRUE(asked > 30);
    CHECK_INT(browser_ask(site, &ada, "GET /api/v1/me", "", "").status, 200); /* and nothing was done */
    site_close(site);
}

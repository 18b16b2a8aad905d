/* test_dispatch.c — every request is asked the same questions in the same order. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "harness.h"
#include "server/routes.h"
#include "site.h"

TEST(every_endpoint_says_what_it_does_and_whom_it_asks_for)
{
    for (size_t i = 0; i < endpoint_count; i++) {
        const struct endpoint *endpoint = &endpoints[i];
        size_t length = strlen(endpoint->sentence);
        CHECK_TRUE(length > 5 && endpoint->sentence[length - 1] != '.');
        CHECK_TRUE(endpoint->pattern[0] == '/');
        CHECK_TRUE(endpoint->permission >= 0 && endpoint->permission <= PERM_WRITE_KEY);
        if (strncmp(endpoint->pattern, "/api/", 5) == 0) CHECK_TRUE(endpoint->permission != PERM_WRITE_KEY);
    }
}

/* Whatever is behind it, nobody comes in without showing anything. */
TEST(an_endpoint_that_asks_for_a_permission_answers_a_stranger_by_401)
{
    static const char *const methods[] = {
        [HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE"};
    struct site *site = site_open((struct site_options){0});
    for (size_t i = 0; i < endpoint_count; i++) {
        if (endpoints[i].permission == PERM_PUBLIC) continue;
        const char *line = arena_format(site->arena, "%s %s", methods[endpoints[i].method], endpoints[i].pattern).at;
        struct reply reply = site_ask(site, line, "", STR("{}"));
        bool asks = reply.status == 401 || (endpoints[i].permission == PERM_WRITE_KEY && reply.status == 400);
        if (!asks) FAIL("%s answered %u", line, reply.status);
    }
    site_close(site);
}

TEST(a_path_that_is_not_there_is_a_problem_with_a_word_for_it)
{
    struct site *site = site_open((struct site_options){0});
    struct reply reply = site_get(site, "/api/v1/unicorns");
    CHECK_INT(reply.status, 404);
    CHECK_STR(reply_header(reply, "Content-Type"), STR("application/problem+json"));
    CHECK_TRUE(reply_has(reply, "\"code\":\"no_path\""));
    CHECK_INT(site_get(site, "/api/v1/%zz").status, 400);
    site_close(site);
}

TEST(another_method_is_told_which_ones_there_are)
{
    struct site *site = site_open((struct site_options){0});
    struct reply reply = site_ask(site, "DELETE /v1/track", "", STR(""));
    CHECK_INT(reply.status, 405);
    CHECK_STR(reply_header(reply, "Allow"), STR("POST, OPTIONS"));
    struct reply options = site_ask(site, "OPTIONS /healthz", "", STR(""));
    CHECK_INT(options.status, 204);
    CHECK_STR(reply_header(options, "Allow"), STR("GET, HEAD, OPTIONS"));
    CHECK_TRUE(reply_header(options, "Access-Control-Allow-Origin").at == NULL);
    site_close(site);
}

TEST(head_is_get_without_its_body)
{
    struct site *site = site_open((struct site_options){0});
    struct reply reply = site_ask(site, "HEAD /healthz", "", STR(""));
    CHECK_INT(reply.status, 200);
    CHECK_INT(reply.body.len, 0);
    CHECK_STR(reply_header(reply, "Content-Length"), STR("3"));
    site_close(site);
}

TEST(a_write_key_may_send_and_nothing_else)
{
    struct site *site = site_open((struct site_options){0});
    site->token = site->key;
    CHECK_INT(site_post(site, "/api/v1/events", "{\"events\":[]}").status, 200);
    struct reply reply = site_get(site, "/api/v1/rejects");
    CHECK_INT(reply.status, 403);
    CHECK_TRUE(reply_has(reply, "\"code\":\"not_allowed\""));
    site_close(site);
}

TEST(our_own_api_is_for_our_own_pages)
{
    struct site *site = site_open((struct site_options){0});
    CHECK_TRUE(reply_header(site_get(site, "/api/v1/rejects"), "Access-Control-Allow-Origin").at == NULL);
    site_close(site);
}

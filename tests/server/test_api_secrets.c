/* test_api_secrets.c — tokens and write keys are made, shown once, listed and revoked, while the server runs. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "api_client.h"
#include "browser.h"
#include "harness.h"

/* A token of its own, by which the site asks from now on. */
static void become(struct site *site, struct reply made)
{
    site->token = api_at(site, made, "secret");
}

TEST(a_new_token_is_shown_once_and_does_what_its_scopes_say_at_once)
{
    struct site *site = site_open((struct site_options){0});
    struct reply made = api_call(site, "POST /api/v1/tokens",
                                 "{'name': ' warehouse ', 'scopes': ['scores.read', 'records.read']}", 201);
    CHECK_STR(reply_header(made, "Cache-Control"), STR("no-store"));
    CHECK_STR(api_at(site, made, "token.number"), STR("2"));
    CHECK_STR(api_at(site, made, "token.name"), STR("warehouse"));
    CHECK_STR(api_at(site, made, "token.scopes.0"), STR("records.read"));
    CHECK_STR(api_at(site, made, "token.creator"), STR("token:1"));
    CHECK_STR(api_at(site, made, "token.last_used"), STR("null"));
    CHECK_TRUE(str_starts_with(api_at(site, made, "secret"), STR("plumb_token_")));
    CHECK_FALSE(reply_has(api_call(site, "GET /api/v1/tokens", "", 200), "plumb_token_"));
    struct str admin = site->token;
    become(site, made);
    api_call(site, "GET /api/v1/contacts", "", 200);
    api_call(site, "POST /api/v1/contacts", "{'email': 'x@x.example'}", 403);
    api_call(site, "GET /api/v1/tokens", "", 403);
    site->token = admin;
    struct reply list = api_call(site, "GET /api/v1/tokens", "", 200);
    CHECK_STR(api_at(site, list, "results.1.last_used"), STR("2026-01-05T10:00:00Z"));
    CHECK_STR(api_at(site, list, "results.1.created"), STR("2026-01-05T10:00:00Z"));
    site_close(site);
}

TEST(a_revoked_token_opens_nothing_from_the_next_request_on_and_stays_in_the_list)
{
    struct site *site = site_open((struct site_options){0});
    struct reply made = api_call(site, "POST /api/v1/tokens", "{'name': 'crm', 'scopes': ['admin']}", 201);
    become(site, made);
    api_call(site, "DELETE /api/v1/tokens/1", "", 204); /* the one that made it */
    api_call(site, "DELETE /api/v1/tokens/1", "", 204); /* again is fine */
    struct reply list = api_call(site, "GET /api/v1/tokens", "", 200);
    CHECK_STR(api_at(site, list, "results.0.revoked"), STR("true"));
    CHECK_STR(api_at(site, list, "results.1.revoked"), STR("false"));
    api_call(site, "DELETE /api/v1/tokens/2", "", 204);
    struct reply refused = api_call(site, "GET /api/v1/tokens", "", 401);
    CHECK_TRUE(reply_has(refused, "this token was revoked"));
    site_close(site);
}

TEST(a_new_write_key_sends_events_until_it_is_revoked)
{
    struct site *site = site_open((struct site_options){0});
    struct reply made = api_call(site, "POST /api/v1/keys", "{'name': 'shop'}", 201);
    CHECK_STR(reply_header(made, "Cache-Control"), STR("no-store"));
    struct str secret = api_at(site, made, "secret"), hint = api_at(site, made, "key.ends_in");
    CHECK_TRUE(str_starts_with(secret, STR("plumb_key_")) && str_ends_with(secret, hint) && hint.len == 4);
    struct reply list = api_call(site, "GET /api/v1/keys", "", 200);
    CHECK_FALSE(reply_has(list, "plumb_key_"));
    CHECK_STR(api_at(site, list, "results.1.name"), STR("shop"));
    CHECK_STR(api_at(site, list, "results.1.creator"), STR("token:1"));
    site->key = secret;
    CHECK_INT(site_send(site, "/v1/track", "{\"event\":\"seen\",\"userId\":\"u\"}").status, 200);
    api_call(site, "DELETE /api/v1/keys/2", "", 204);
    CHECK_INT(site_send(site, "/v1/track", "{\"event\":\"seen\",\"userId\":\"u\"}").status, 401);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/keys", "", 200), "results.1.revoked"), STR("true"));
    site_close(site);
}

static const struct {
    const char *line, *body, *sentence;
    unsigned status;
} mistakes[] = {
    {"POST /api/v1/tokens", "{'scopes': ['admin']}", "what is the token for? name is missing", 400},
    {"POST /api/v1/tokens", "{'name': '', 'scopes': ['admin']}", "the name of the token is empty", 400},
    {"POST /api/v1/tokens", "{'name': 'x'}", "a token without a scope may do nothing", 400},
    {"POST /api/v1/tokens", "{'name': 'x', 'scopes': []}", "a token without a scope may do nothing", 400},
    {"POST /api/v1/tokens", "{'name': 'x', 'scopes': 'admin'}", "scopes must be a list of texts", 400},
    {"POST /api/v1/tokens", "{'name': 'x', 'scopes': [7]}", "scopes must be a list of texts", 400},
    {"POST /api/v1/tokens", "{'name': 'x', 'scopes': ['record.read']}", "did you mean 'records.read'?", 400},
    {"DELETE /api/v1/tokens/77", "", "there is no token 77", 404},
    {"DELETE /api/v1/tokens/crm", "", "a token is named by its number", 404},
    {"POST /api/v1/keys", "{}", "what is the write key for? name is missing", 400},
    {"POST /api/v1/keys", "{'name': ' '}", "the name of the write key is empty", 400},
    {"DELETE /api/v1/keys/77", "", "there is no write key 77", 404},
    {"DELETE /api/v1/keys/-1", "", "a write key is named by its number", 404},
};

TEST(what_is_wrong_with_a_request_is_said_in_a_sentence_and_makes_nothing)
{
    struct site *site = site_open((struct site_options){0});
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        struct reply reply = api_call(site, mistakes[i].line, mistakes[i].body, mistakes[i].status);
        if (!str_contains(api_at(site, reply, "detail"), str_from_c(mistakes[i].sentence)))
            FAIL("%s %s says " STR_FMT, mistakes[i].line, mistakes[i].body, STR_ARG(reply.body));
    }
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/tokens", "", 200), "results.1"), STR("(absent)"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/keys", "", 200), "results.1"), STR("(absent)"));
    site_close(site);
}

TEST(more_scopes_than_there_are_is_refused_before_they_are_read)
{
    struct site *site = site_open((struct site_options){0});
    AUTO_BUF body = BUF_INIT((size_t)64 * 1024);
    buf_append_c(&body, "{'name':'x','scopes':['admin'");
    for (int i = 0; i < 200; i++) buf_append_c(&body, ",'admin'");
    buf_append_c(&body, "]}");
    struct reply reply = api_call(site, "POST /api/v1/tokens", arena_str(site->arena, buf_str(&body)).at, 400);
    CHECK_TRUE(reply_has(reply, "these are more or longer scopes than there are"));
    site_close(site);
}

TEST(making_and_revoking_stands_in_the_audit_without_the_secret)
{
    struct site *site = site_open((struct site_options){0});
    (void)browser_add_user(site, "ada@acme.example", ROLE_admin);
    struct browser ada = browser_sign_in(site, "ada@acme.example", PASSWORD);
    CHECK_INT(browser_act(site, &ada, "POST /api/v1/tokens", "{'name': 'crm', 'scopes': ['events.write']}").status,
              201);
    CHECK_INT(browser_act(site, &ada, "DELETE /api/v1/tokens/2", "").status, 204);
    CHECK_INT(browser_act(site, &ada, "POST /api/v1/keys", "{'name': 'shop'}").status, 201);
    CHECK_INT(browser_act(site, &ada, "DELETE /api/v1/keys/2", "").status, 204);
    struct reply audit = api_call(site, "GET /api/v1/audit", "", 200);
    CHECK_STR(api_at(site, audit, "results.0.action"), STR("key.revoke"));
    CHECK_STR(api_at(site, audit, "results.0.target"), STR("key:2"));
    CHECK_STR(api_at(site, audit, "results.1.action"), STR("key.create"));
    CHECK_STR(api_at(site, audit, "results.1.detail.name"), STR("shop"));
    CHECK_STR(api_at(site, audit, "results.2.action"), STR("token.revoke"));
    CHECK_STR(api_at(site, audit, "results.3.action"), STR("token.create"));
    CHECK_STR(api_at(site, audit, "results.3.actor"), STR("user:ada@acme.example"));
    CHECK_STR(api_at(site, audit, "results.3.target"), STR("token:2"));
    CHECK_STR(api_at(site, audit, "results.3.detail.scopes.0"), STR("events.write"));
    CHECK_FALSE(reply_has(audit, "plumb_"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/tokens", "", 200), "results.1.creator"),
              STR("user:ada@acme.example"));
    site_close(site);
}

TEST(a_request_that_is_repeated_by_its_key_makes_nothing_more_and_tells_no_secret)
{
    static const struct {
        const char *path, *body, *number;
    } made_of[] = {{"/api/v1/tokens", "{'name': 'crm', 'scopes': ['admin']}", "token.number"},
                   {"/api/v1/keys", "{'name': 'shop'}", "key.number"}};
    struct site *site = site_open((struct site_options){0});
    for (size_t i = 0; i < COUNT_OF(made_of); i++) {
        const char *line = arena_format(site->arena, "POST %s", made_of[i].path).at;
        const char *key = arena_format(site->arena, "Idempotency-Key: k-%zu\r\n", i).at;
        struct reply made = api_call_with(site, line, key, made_of[i].body, 201);
        struct reply again = api_call_with(site, line, key, made_of[i].body, 201);
        CHECK_TRUE(str_starts_with(api_at(site, made, "secret"), STR("plumb_")));
        CHECK_STR(reply_header(again, "Idempotency-Replayed"), STR("true"));
        CHECK_STR(api_at(site, again, "secret"), STR("null"));
        CHECK_STR(api_at(site, again, made_of[i].number), api_at(site, made, made_of[i].number));
        struct reply list = api_call(site, arena_format(site->arena, "GET %s", made_of[i].path).at, "", 200);
        CHECK_STR(api_at(site, list, "results.2"), STR("(absent)"));
    }
    site_close(site);
}

/* test_api_users.c — an admin lets people in, changes what they may, and shows them out. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "api_client.h"
#include "browser.h"
#include "harness.h"
#include "schema_check.h"
#include "server/access.h"
#include "server/openapi.h"

#define ADA "ada@acme.example"
#define BOB "bob@acme.example"

/* Ada is the admin. */
static struct site *open_site(struct site_options options)
{
    struct site *site = site_open(options);
    (void)browser_add_user(site, ADA, ROLE_admin);
    return site;
}

/* The secret behind the '#' of an answered link. */
static struct str link_secret(struct site *site, struct reply reply)
{
    struct str link = api_at(site, reply, "link");
    CHECK_TRUE(str_contains(link, STR("/start#plumb_link_")));
    (void)str_cut(&link, '#');
    return link;
}

static struct reply use_link(struct site *site, struct str secret, const char *password)
{
    struct str body =
        arena_format(site->arena, "{'secret': '" STR_FMT "', 'password': '%s'}", STR_ARG(secret), password);
    return browser_ask(site, NULL, "POST /api/v1/link", "", body.at);
}

static unsigned sign_in_status(struct site *site, const char *email, const char *password)
{
    struct str body = arena_format(site->arena, "{'email': '%s', 'password': '%s'}", email, password);
    return browser_ask(site, NULL, "POST /api/v1/session", "", body.at).status;
}

static unsigned me(struct site *site, const struct browser *browser)
{
    return browser_ask(site, browser, "GET /api/v1/me", "", "").status;
}

/* ---- Letting somebody in. ---- */

TEST(who_is_added_without_a_password_gets_a_link_that_is_good_once)
{
    struct site *site = open_site((struct site_options){0});
    struct reply made = api_call(site, "POST /api/v1/users", "{'email': 'Bob@Acme.example', 'role': 'sales'}", 201);
    CHECK_STR(reply_header(made, "Cache-Control"), STR("no-store"));
    CHECK_STR(api_at(site, made, "user.email"), STR(BOB));
    CHECK_STR(api_at(site, made, "user.name"), STR("bob"));
    CHECK_STR(api_at(site, made, "user.has_password"), STR("false"));
    CHECK_STR(api_at(site, made, "user.link_until"), STR("2026-01-08T10:00:00Z"));
    CHECK_TRUE(str_starts_with(api_at(site, made, "link"), STR("http://plumb/start#plumb_link_")));
    struct str secret = link_secret(site, made);
    CHECK_INT(sign_in_status(site, BOB, PASSWORD), 401);
    CHECK_INT(use_link(site, secret, "short").status, 400); /* and it stays good */
    struct reply in = use_link(site, secret, PASSWORD);
    CHECK_INT(in.status, 200);
    CHECK_STR(api_at(site, in, "role"), STR("sales"));
    struct browser bob = browser_of(site, in);
    CHECK_INT(me(site, &bob), 200);
    CHECK_INT(sign_in_status(site, BOB, PASSWORD), 200);
    struct reply again = use_link(site, secret, "another long walk");
    CHECK_INT(again.status, 404);
    CHECK_TRUE(reply_has(again, "this link was used, replaced, or is too old; ask an admin for another"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/users/2", "", 200), "link_until"), STR("null"));
    site_close(site);
}

TEST(a_link_is_too_old_after_three_days_and_not_a_moment_before)
{
    struct site *site = open_site((struct site_options){0});
    struct str secret = link_secret(site, api_call(site, "POST /api/v1/users", "{'email': '" BOB "'}", 201));
    site_time_passes(site, ONE_TIME_LINK_MS);
    CHECK_INT(use_link(site, secret, PASSWORD).status, 404);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/users/2", "", 200), "link_until"), STR("null"));
    site_time_passes(site, -1);
    CHECK_INT(use_link(site, secret, PASSWORD).status, 200);
    site_close(site);
}

TEST(a_link_begins_with_the_address_by_which_people_reach_the_server)
{
    struct site *site = open_site((struct site_options){.setting = "base_url", .value = "https://plumb.acme.com/"});
    struct reply made = api_call(site, "POST /api/v1/users", "{'email': '" BOB "'}", 201);
    CHECK_TRUE(str_starts_with(api_at(site, made, "link"), STR("https://plumb.acme.com/start#plumb_link_")));
    site_close(site);
}

TEST(a_link_that_is_guessed_mistyped_or_sent_by_a_foreign_page_opens_nothing)
{
    struct site *site = open_site((struct site_options){0});
    struct secret guess;
    secret_new(SECRET_LINK, &guess);
    CHECK_INT(use_link(site, secret_str(&guess), PASSWORD).status, 404);
    CHECK_INT(use_link(site, STR("plumb_link_x"), PASSWORD).status, 400);
    struct reply foreign = browser_ask(site, NULL, "POST /api/v1/link", "Sec-Fetch-Site: cross-site\r\n", "{}");
    CHECK_INT(foreign.status, 403);
    site_close(site);
}

TEST(who_is_added_with_a_password_signs_in_by_it_and_needs_no_link)
{
    struct site *site = open_site((struct site_options){0});
    struct reply made =
        api_call(site, "POST /api/v1/users", "{'email': '" BOB "', 'name': 'Bob', 'password': '" PASSWORD "'}", 201);
    CHECK_STR(api_at(site, made, "link"), STR("null"));
    CHECK_STR(api_at(site, made, "user.role"), STR("reader"));
    CHECK_INT(sign_in_status(site, BOB, PASSWORD), 200);
    site_close(site);
}

/* What is sent, the status, and a part of the sentence. */
static const struct {
    const char *line, *body, *sentence;
    unsigned status;
} mistakes[] = {
    {"POST /api/v1/users", "{}", "email is missing", 400},
    {"POST /api/v1/users", "{'email': 'bob'}", "'bob' is not an e-mail address", 400},
    {"POST /api/v1/users", "{'email': 7}", "email must be a text", 400},
    {"POST /api/v1/users", "{'email': 'b@x.example', 'role': 'boss'}", "it is admin, marketer, sales or reader", 400},
    {"POST /api/v1/users", "{'email': 'b@x.example', 'password': 'short'}", "needs at least 8", 400},
    {"POST /api/v1/users", "{'email': 'b@x.example', 'password': ''}", "leave it out, and a link is made", 400},
    {"POST /api/v1/users", "{'email': 'b@x.example', 'name': 'two\\nlines'}", "has a control character", 400},
    {"POST /api/v1/users", "{'email': 'ADA@acme.example'}", "there is a user 'ada@acme.example' already", 409},
    {"POST /api/v1/users", "[]", "the body must be a JSON object", 400},
    {"GET /api/v1/users/77", "", "there is no user 77", 404},
    {"GET /api/v1/users/eve%40acme.example", "", "there is no user 'eve@acme.example'", 404},
    {"GET /api/v1/users/eve", "", "'eve' is neither the number nor the e-mail address of anybody", 404},
    {"PATCH /api/v1/users/77", "{}", "there is no user 77", 404},
    {"PATCH /api/v1/users/1", "{'name': ' '}", "the name is empty", 400},
    {"PATCH /api/v1/users/1", "{'disabled': 'yes'}", "disabled must be true or false", 400},
    {"PUT /api/v1/users/77/password", "{}", "there is no user 77", 404},
    {"PUT /api/v1/users/1/password", "{'password': 'short'}", "needs at least 8", 400},
    {"DELETE /api/v1/users/77", "", "there is no user 77", 404},
};

TEST(what_is_wrong_with_a_request_is_said_in_a_sentence_and_changes_nothing)
{
    struct site *site = open_site((struct site_options){0});
    struct reply before = api_call(site, "GET /api/v1/users", "", 200);
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        struct reply reply = api_call(site, mistakes[i].line, mistakes[i].body, mistakes[i].status);
        if (!str_contains(api_at(site, reply, "detail"), str_from_c(mistakes[i].sentence)))
            FAIL("%s %s says " STR_FMT, mistakes[i].line, mistakes[i].body, STR_ARG(reply.body));
    }
    CHECK_STR(api_call(site, "GET /api/v1/users", "", 200).body, before.body);
    CHECK_INT(sign_in_status(site, ADA, PASSWORD), 200);
    site_close(site);
}

/* ---- Changing. ---- */

TEST(a_new_role_and_name_hold_from_the_next_request_on_and_nobody_is_signed_out)
{
    struct site *site = open_site((struct site_options){0});
    (void)browser_add_user(site, BOB, ROLE_reader);
    struct browser bob = browser_sign_in(site, BOB, PASSWORD);
    CHECK_INT(browser_act(site, &bob, "POST /api/v1/contacts", "{'email': 'x@x.example'}").status, 403);
    struct reply changed =
        api_call(site, "PATCH /api/v1/users/bob%40acme.example", "{'role': 'sales', 'name': ' Bob Ross '}", 200);
    CHECK_STR(api_at(site, changed, "name"), STR("Bob Ross"));
    CHECK_INT(browser_act(site, &bob, "POST /api/v1/contacts", "{'email': 'x@x.example'}").status, 201);
    struct reply who = browser_ask(site, &bob, "GET /api/v1/me", "", "");
    CHECK_STR(api_at(site, who, "name"), STR("Bob Ross"));
    CHECK_STR(api_at(site, who, "role"), STR("sales"));
    site_close(site);
}

TEST(who_is_disabled_is_signed_out_at_once_and_no_link_leads_back)
{
    struct site *site = open_site((struct site_options){0});
    (void)browser_add_user(site, BOB, ROLE_reader);
    struct browser bob = browser_sign_in(site, BOB, PASSWORD);
    struct str secret = link_secret(site, api_call(site, "POST /api/v1/users", "{'email': 'eve@acme.example'}", 201));
    api_call(site, "PATCH /api/v1/users/2", "{'disabled': true}", 200);
    api_call(site, "PATCH /api/v1/users/3", "{'disabled': true}", 200);
    CHECK_INT(me(site, &bob), 401);
    CHECK_INT(sign_in_status(site, BOB, PASSWORD), 401);
    CHECK_INT(use_link(site, secret, PASSWORD).status, 404);
    struct reply refused = api_call(site, "PUT /api/v1/users/3/password", "{}", 409);
    CHECK_TRUE(reply_has(refused, "'eve@acme.example' is disabled: enable the account first"));
    api_call(site, "PATCH /api/v1/users/2", "{'disabled': false}", 200);
    api_call(site, "PATCH /api/v1/users/3", "{'disabled': false}", 200);
    CHECK_INT(me(site, &bob), 401); /* the former session does not come back */
    CHECK_INT(sign_in_status(site, BOB, PASSWORD), 200);
    CHECK_INT(use_link(site, secret, PASSWORD).status, 404);
    site_close(site);
}

TEST(a_reset_voids_the_password_the_sessions_and_the_link_before)
{
    struct site *site = open_site((struct site_options){0});
    (void)browser_add_user(site, BOB, ROLE_reader);
    struct browser bob = browser_sign_in(site, BOB, PASSWORD);
    struct str former = link_secret(site, api_call(site, "PUT /api/v1/users/2/password", "{}", 200));
    CHECK_INT(me(site, &bob), 401);
    CHECK_INT(sign_in_status(site, BOB, PASSWORD), 401);
    struct str latter = link_secret(site, api_call(site, "PUT /api/v1/users/2/password", "{}", 200));
    CHECK_INT(use_link(site, former, PASSWORD).status, 404);
    CHECK_INT(use_link(site, latter, "quite another one").status, 200);
    CHECK_INT(sign_in_status(site, BOB, "quite another one"), 200);
    site_close(site);
}

TEST(a_password_that_an_admin_sets_ends_all_sessions_and_the_link)
{
    struct site *site = open_site((struct site_options){0});
    struct str secret = link_secret(site, api_call(site, "POST /api/v1/users", "{'email': '" BOB "'}", 201));
    struct reply set = api_call(site, "PUT /api/v1/users/2/password", "{'password': '" PASSWORD "'}", 200);
    CHECK_STR(api_at(site, set, "link"), STR("null"));
    CHECK_INT(use_link(site, secret, "quite another one").status, 404);
    struct browser bob = browser_sign_in(site, BOB, PASSWORD);
    api_call(site, "PUT /api/v1/users/2/password", "{'password': 'quite another one'}", 200);
    CHECK_INT(me(site, &bob), 401);
    site_close(site);
}

/* ---- Showing out. ---- */

TEST(who_is_deleted_is_out_and_the_address_is_free_for_another_number)
{
    struct site *site = open_site((struct site_options){0});
    (void)browser_add_user(site, BOB, ROLE_reader);
    struct browser bob = browser_sign_in(site, BOB, PASSWORD);
    CHECK_INT(api_call(site, "DELETE /api/v1/users/bob%40acme.example", "", 204).body.len, 0);
    CHECK_INT(me(site, &bob), 401);
    CHECK_INT(sign_in_status(site, BOB, PASSWORD), 401);
    CHECK_FALSE(reply_has(api_call(site, "GET /api/v1/users", "", 200), "bob"));
    struct reply again = api_call(site, "POST /api/v1/users", "{'email': '" BOB "'}", 201);
    CHECK_STR(api_at(site, again, "user.number"), STR("3"));
    CHECK_INT(me(site, &bob), 401);
    api_call(site, "DELETE /api/v1/users/2", "", 404);
    site_close(site);
}

TEST(the_last_admin_is_neither_deleted_nor_demoted_nor_disabled)
{
    static const char *const lines[] = {"DELETE /api/v1/users/1", "PATCH /api/v1/users/1", "PATCH /api/v1/users/1"};
    static const char *const bodies[] = {"", "{'role': 'sales'}", "{'disabled': true}"};
    struct site *site = open_site((struct site_options){0});
    (void)browser_add_user(site, BOB, ROLE_marketer);
    struct browser ada = browser_sign_in(site, ADA, PASSWORD);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct reply refused = api_call(site, lines[i], bodies[i], 409);
        CHECK_STR(api_at(site, refused, "detail"), STR("this is the last admin: make somebody else an admin first"));
        CHECK_STR(api_at(site, refused, "code"), STR("conflict"));
    }
    CHECK_INT(me(site, &ada), 200);
    api_call(site, "PATCH /api/v1/users/1", "{'role': 'admin', 'disabled': false}", 200);
    api_call(site, "PATCH /api/v1/users/2", "{'role': 'admin'}", 200);
    api_call(site, "DELETE /api/v1/users/1", "", 204);
    api_call(site, "DELETE /api/v1/users/2", "", 409);
    site_close(site);
}

TEST(an_admin_who_has_not_chosen_a_password_yet_is_no_admin_to_rely_on)
{
    struct site *site = open_site((struct site_options){0});
    struct reply made = api_call(site, "POST /api/v1/users", "{'email': '" BOB "', 'role': 'admin'}", 201);
    struct reply refused = api_call(site, "DELETE /api/v1/users/1", "", 409);
    CHECK_STR(api_at(site, refused, "detail"),
              STR("this is the last admin who can sign in: the others have not chosen a password yet"));
    CHECK_INT(use_link(site, link_secret(site, made), PASSWORD).status, 200);
    api_call(site, "DELETE /api/v1/users/1", "", 204);
    site_close(site);
}

/* ---- What is written down, and what is not. ---- */

TEST(every_change_stands_in_the_audit_by_whom_and_to_whom_without_a_secret)
{
    static const char *const actions[] = {"user.delete",  "user.password", "user.link", "user.enable",
                                          "user.disable", "user.role",     "user.name", "user.add"};
    struct site *site = open_site((struct site_options){0});
    struct browser ada = browser_sign_in(site, ADA, PASSWORD);
    CHECK_INT(browser_act(site, &ada, "POST /api/v1/users", "{'email': '" BOB "', 'role': 'sales'}").status, 201);
    CHECK_INT(
        browser_act(site, &ada, "PATCH /api/v1/users/2", "{'name': 'Robert', 'role': 'marketer', 'disabled': true}")
            .status,
        200);
    CHECK_INT(browser_act(site, &ada, "PATCH /api/v1/users/2", "{'name': 'Robert', 'disabled': false}").status, 200);
    CHECK_INT(browser_act(site, &ada, "PUT /api/v1/users/2/password", "{}").status, 200);
    CHECK_INT(browser_act(site, &ada, "PUT /api/v1/users/2/password", "{'password': '" PASSWORD "'}").status, 200);
    CHECK_INT(browser_act(site, &ada, "DELETE /api/v1/users/2", "").status, 204);
    struct reply audit = api_call(site, "GET /api/v1/audit", "", 200);
    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        const char *at = arena_format(site->arena, "results.%zu", i).at;
        CHECK_STR(api_at(site, audit, arena_format(site->arena, "%s.actor", at).at), STR("user:" ADA));
        CHECK_STR(api_at(site, audit, arena_format(site->arena, "%s.target", at).at), STR("user:" BOB));
    }
    /* Those of one request come in the order of name, role, disabled. */
    CHECK_STR(api_at(site, audit, "results.0.action"), str_from_c(actions[0]));
    CHECK_STR(api_at(site, audit, "results.1.action"), str_from_c(actions[1]));
    CHECK_STR(api_at(site, audit, "results.2.action"), str_from_c(actions[2]));
    CHECK_STR(api_at(site, audit, "results.3.action"), str_from_c(actions[3]));
    CHECK_STR(api_at(site, audit, "results.4.action"), str_from_c(actions[4]));
    CHECK_STR(api_at(site, audit, "results.5.action"), str_from_c(actions[5]));
    CHECK_STR(api_at(site, audit, "results.5.detail.role"), STR("marketer"));
    CHECK_STR(api_at(site, audit, "results.6.action"), str_from_c(actions[6]));
    CHECK_STR(api_at(site, audit, "results.7.action"), str_from_c(actions[7]));
    CHECK_STR(api_at(site, audit, "results.7.detail.role"), STR("sales"));
    CHECK_FALSE(reply_has(audit, "plumb_link_"));
    CHECK_FALSE(reply_has(audit, PASSWORD));
    site_close(site);
}

TEST(a_request_that_is_repeated_by_its_key_is_not_done_again_and_tells_no_link)
{
    struct site *site = open_site((struct site_options){0});
    const char *key = "Idempotency-Key: k-1\r\n";
    struct reply made = api_call_with(site, "POST /api/v1/users", key, "{'email': '" BOB "'}", 201);
    struct str secret = link_secret(site, made);
    struct reply again = api_call_with(site, "POST /api/v1/users", key, "{'email': '" BOB "'}", 201);
    CHECK_STR(reply_header(again, "Idempotency-Replayed"), STR("true"));
    CHECK_STR(api_at(site, again, "user.number"), api_at(site, made, "user.number"));
    CHECK_STR(api_at(site, again, "link"), STR("null"));
    CHECK_FALSE(reply_has(again, "plumb_link_"));
    CHECK_INT(use_link(site, secret, PASSWORD).status, 200); /* the link of the first answer is still good */
    site_close(site);
}

/* ---- One's own sessions. ---- */

TEST(who_is_signed_in_in_several_places_sees_them_and_ends_one)
{
    struct site *site = open_site((struct site_options){0});
    struct browser elsewhere = browser_sign_in(site, ADA, PASSWORD);
    site_time_passes(site, INT64_C(3600000));
    struct browser here = browser_sign_in(site, ADA, PASSWORD);
    struct reply list = browser_ask(site, &here, "GET /api/v1/me/sessions", "", "");
    CHECK_INT(list.status, 200);
    CHECK_STR(api_at(site, list, "results.0.this"), STR("true"));
    CHECK_STR(api_at(site, list, "results.0.begun"), STR("2026-01-05T11:00:00Z"));
    CHECK_STR(api_at(site, list, "results.1.this"), STR("false"));
    CHECK_STR(api_at(site, list, "results.1.begun"), STR("2026-01-05T10:00:00Z"));
    CHECK_STR(api_at(site, list, "results.2"), STR("(absent)"));
    CHECK_FALSE(str_contains(list.body, here.cookie));
    const char *line =
        arena_format(site->arena, "DELETE /api/v1/me/sessions/" STR_FMT, STR_ARG(api_at(site, list, "results.1.id")))
            .at;
    CHECK_INT(browser_ask(site, &here, line, "", "").status, 403); /* without the page's text */
    struct reply ended = browser_act(site, &here, line, "");
    CHECK_INT(ended.status, 204);
    CHECK_TRUE(reply_header(ended, "Set-Cookie").at == NULL);
    CHECK_INT(me(site, &elsewhere), 401);
    CHECK_INT(me(site, &here), 200);
    CHECK_INT(browser_act(site, &here, line, "").status, 404);
    site_close(site);
}

TEST(the_list_of_sessions_is_as_the_document_says)
{
    struct site *site = open_site((struct site_options){0});
    struct browser ada = browser_sign_in(site, ADA, PASSWORD);
    AUTO_BUF text = BUF_INIT((size_t)4 * 1024 * 1024), wrong = BUF_INIT((size_t)64 * 1024);
    openapi_append_json(&text);
    size_t length = text.len;
    buf_append_repeat(&text, '\0', JSON_PADDING);
    struct json_parser *parser = json_parser_new();
    const struct json_item *document = NULL;
    struct err_info why = {0};
    CHECK_OK(json_parse(parser, (struct str){text.at, length}, &document, &why), why);
    struct reply list = browser_ask(site, &ada, "GET /api/v1/me/sessions", "", "");
    schema_check(document, STR("SessionList"), api_read(site, list), &wrong);
    CHECK_STR(buf_str(&wrong), STR(""));
    json_parser_free(parser);
    site_close(site);
}

TEST(who_ends_the_session_that_asks_is_signed_out)
{
    struct site *site = open_site((struct site_options){0});
    struct browser ada = browser_sign_in(site, ADA, PASSWORD);
    struct reply list = browser_ask(site, &ada, "GET /api/v1/me/sessions", "", "");
    struct str id = api_at(site, list, "results.0.id");
    struct reply ended =
        browser_act(site, &ada, arena_format(site->arena, "DELETE /api/v1/me/sessions/" STR_FMT, STR_ARG(id)).at, "");
    CHECK_INT(ended.status, 204);
    CHECK_TRUE(str_starts_with(reply_header(ended, "Set-Cookie"), STR("plumb_session=; ")));
    CHECK_INT(me(site, &ada), 401);
    site_close(site);
}

TEST(who_signs_out_everywhere_else_stays_here_and_ends_nobody_elses_session)
{
    struct site *site = open_site((struct site_options){0});
    (void)browser_add_user(site, BOB, ROLE_reader);
    struct browser one = browser_sign_in(site, ADA, PASSWORD), two = browser_sign_in(site, ADA, PASSWORD);
    struct browser bob = browser_sign_in(site, BOB, PASSWORD);
    struct reply bobs = browser_ask(site, &bob, "GET /api/v1/me/sessions", "", "");
    struct str id = api_at(site, bobs, "results.0.id");
    CHECK_STR(api_at(site, bobs, "results.1"), STR("(absent)"));
    const char *line = arena_format(site->arena, "DELETE /api/v1/me/sessions/" STR_FMT, STR_ARG(id)).at;
    CHECK_INT(browser_act(site, &one, line, "").status, 404); /* an admin's own are the admin's alone, too */
    CHECK_INT(browser_act(site, &one, "DELETE /api/v1/me/sessions", "").status, 204);
    CHECK_INT(me(site, &one), 200);
    CHECK_INT(me(site, &two), 401);
    CHECK_INT(me(site, &bob), 200);
    site_close(site);
}

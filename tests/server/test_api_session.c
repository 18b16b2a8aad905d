/* test_api_session.c — the first account, signing in and out, one's own password: as a browser sends it. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "api_client.h"
#include "browser.h"
#include "base/macros.h"
#include "harness.h"
#include "server/access.h"
#include "site.h"

#define ADA "{'email': 'Ada@Acme.example', 'password': '" PASSWORD "'}"

static struct str first_secret(struct site *site)
{
    AUTO_BUF link = BUF_INIT(4096);
    struct err_info why = {0};
    CHECK_OK(access_first_link(site->server->access, STR("http://127.0.0.1"), &link, &why), why);
    struct str text = arena_str(site->arena, buf_str(&link));
    (void)str_cut(&text, '#');
    return text;
}

static struct reply use_link(struct site *site, struct str secret)
{
    struct str body = arena_format(site->arena,
                                   "{'secret': '" STR_FMT "', 'email': 'ada@acme.example', 'name': 'Ada', "
                                   "'password': '" PASSWORD "'}",
                                   STR_ARG(secret));
    return browser_ask(site, NULL, "POST /api/v1/first", "", body.at);
}

static struct site *open_with(enum role role)
{
    struct site *site = site_open((struct site_options){0});
    (void)browser_add_user(site, "ada@acme.example", role);
    return site;
}

TEST(the_first_link_makes_one_admin_who_is_signed_in_and_opens_nothing_afterwards)
{
    struct site *site = site_open((struct site_options){0});
    struct str secret = first_secret(site);
    struct reply reply = use_link(site, secret);
    CHECK_INT(reply.status, 201);
    CHECK_STR(api_at(site, reply, "actor"), STR("user:ada@acme.example"));
    CHECK_STR(api_at(site, reply, "role"), STR("admin"));
    struct browser ada = browser_of(site, reply);
    CHECK_INT(browser_act(site, &ada, "POST /api/v1/contacts", "{'email': 'lead@x.example'}").status, 201);
    CHECK_INT(use_link(site, secret).status, 404);
    CHECK_INT(use_link(site, STR("plumb_start_guessed")).status, 400);
    site_close(site);
}

TEST(a_link_whose_password_is_too_short_stays_good)
{
    struct site *site = site_open((struct site_options){0});
    struct str secret = first_secret(site);
    struct str body = arena_format(
        site->arena, "{'secret': '" STR_FMT "', 'email': 'ada@acme.example', 'password': 'short'}", STR_ARG(secret));
    CHECK_INT(browser_ask(site, NULL, "POST /api/v1/first", "", body.at).status, 400);
    CHECK_INT(use_link(site, secret).status, 201);
    site_close(site);
}

TEST(the_cookie_is_for_no_script_for_no_other_site_and_over_https_for_https_alone)
{
    struct site *site = open_with(ROLE_admin);
    struct reply reply = browser_ask(site, NULL, "POST /api/v1/session", "", ADA);
    CHECK_INT(reply.status, 200);
    struct str cookie = reply_header(reply, "Set-Cookie");
    CHECK_TRUE(str_ends_with(cookie, STR("; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax")));
    CHECK_STR(reply_header(reply, "Cache-Control"), STR("no-store"));
    site->server->secure = true;
    reply = browser_ask(site, NULL, "POST /api/v1/session", "", ADA);
    CHECK_TRUE(str_ends_with(reply_header(reply, "Set-Cookie"), STR("; HttpOnly; SameSite=Lax; Secure")));
    site_close(site);
}

TEST(a_session_reads_by_its_cookie_and_changes_only_with_the_text_of_its_own_page)
{
    struct site *site = open_with(ROLE_admin);
    struct browser ada = browser_sign_in(site, "ada@acme.example", PASSWORD);
    struct reply me = browser_ask(site, &ada, "GET /api/v1/me", "", "");
    CHECK_INT(me.status, 200);
    CHECK_STR(api_at(site, me, "csrf"), ada.csrf);
    CHECK_STR(api_at(site, me, "name"), STR("ada"));
    struct reply reply = browser_ask(site, &ada, "POST /api/v1/contacts", "", "{'email': 'x@x.example'}");
    CHECK_INT(reply.status, 403);
    CHECK_STR(api_at(site, reply, "code"), STR("no_csrf_token"));
    struct browser stranger = {ada.cookie, STR("0123456789abcdef")};
    CHECK_INT(browser_act(site, &stranger, "POST /api/v1/contacts", "{'email': 'x@x.example'}").status, 403);
    CHECK_INT(browser_act(site, &ada, "POST /api/v1/contacts", "{'email': 'x@x.example'}").status, 201);
    site_close(site);
}

TEST(a_page_of_another_site_changes_nothing_and_signs_nobody_in)
{
    struct site *site = open_with(ROLE_admin);
    struct browser ada = browser_sign_in(site, "ada@acme.example", PASSWORD);
    struct str with =
        arena_format(site->arena, "X-CSRF-Token: " STR_FMT "\r\nOrigin: https://evil.example\r\n", STR_ARG(ada.csrf));
    struct reply reply = browser_ask(site, &ada, "POST /api/v1/contacts", with.at, "{'email': 'x@x.example'}");
    CHECK_INT(reply.status, 403);
    CHECK_STR(api_at(site, reply, "code"), STR("foreign_page"));
    reply = browser_ask(site, NULL, "POST /api/v1/session", "Origin: https://evil.example\r\n", ADA);
    CHECK_INT(reply.status, 403);
    CHECK_TRUE(reply_header(reply, "Set-Cookie").at == NULL);
    CHECK_INT(browser_ask(site, NULL, "POST /api/v1/session", "Sec-Fetch-Site: cross-site\r\n", ADA).status, 403);
    CHECK_INT(browser_ask(site, NULL, "POST /api/v1/first", "Sec-Fetch-Site: cross-site\r\n", "{}").status, 403);
    site_close(site);
}

TEST(who_signs_out_is_out_and_the_cookie_is_taken_away)
{
    struct site *site = open_with(ROLE_admin);
    struct browser ada = browser_sign_in(site, "ada@acme.example", PASSWORD),
                   elsewhere = browser_sign_in(site, "ada@acme.example", PASSWORD);
    CHECK_INT(browser_ask(site, &ada, "DELETE /api/v1/session", "", "").status, 403);
    struct reply reply = browser_act(site, &ada, "DELETE /api/v1/session", "");
    CHECK_INT(reply.status, 204);
    CHECK_TRUE(str_starts_with(reply_header(reply, "Set-Cookie"), STR("plumb_session=; Path=/; Max-Age=0;")));
    CHECK_INT(browser_ask(site, &ada, "GET /api/v1/me", "", "").status, 401);
    CHECK_INT(browser_ask(site, &elsewhere, "GET /api/v1/me", "", "").status, 200);
    site_close(site);
}

TEST(a_new_password_ends_all_sessions_but_the_one_that_it_was_changed_in)
{
    struct site *site = open_with(ROLE_reader);
    struct browser ada = browser_sign_in(site, "ada@acme.example", PASSWORD),
                   elsewhere = browser_sign_in(site, "ada@acme.example", PASSWORD);
    CHECK_INT(
        browser_act(site, &ada, "PUT /api/v1/me/password", "{'old': 'not this one', 'password': 'quite another one'}")
            .status,
        400);
    struct reply reply =
        browser_act(site, &ada, "PUT /api/v1/me/password", "{'old': '" PASSWORD "', 'password': 'quite another one'}");
    CHECK_INT(reply.status, 200);
    struct browser fresh = browser_of(site, reply);
    CHECK_INT(browser_ask(site, &fresh, "GET /api/v1/me", "", "").status, 200);
    CHECK_INT(browser_ask(site, &ada, "GET /api/v1/me", "", "").status, 401);
    CHECK_INT(browser_ask(site, &elsewhere, "GET /api/v1/me", "", "").status, 401);
    CHECK_INT(browser_ask(site, NULL, "POST /api/v1/session", "", ADA).status, 401);
    (void)browser_sign_in(site, "ada@acme.example", "quite another one");
    site_close(site);
}

TEST(who_guesses_waits_and_is_told_how_long)
{
    struct site *site = open_with(ROLE_admin);
    struct reply reply = {0};
    for (int i = 0; i < 20 && reply.status != 429; i++)
        reply =
            browser_ask(site, NULL, "POST /api/v1/session", "", "{'email': 'ada@acme.example', 'password': 'a guess'}");
    CHECK_INT(reply.status, 429);
    uint64_t wait_s = 0;
    CHECK_TRUE(str_to_u64(reply_header(reply, "Retry-After"), &wait_s) && wait_s >= 1);
    CHECK_TRUE(reply_has(reply, "too many tries"));
    CHECK_FALSE(reply_has(reply, "guess"));
    CHECK_INT(browser_ask(site, NULL, "POST /api/v1/session", "", ADA).status, 429);
    site_close(site);
}

TEST(a_wrong_password_and_an_unknown_person_are_told_in_the_same_words)
{
    struct site *site = open_with(ROLE_admin);
    struct reply wrong =
        browser_ask(site, NULL, "POST /api/v1/session", "", "{'email': 'ada@acme.example', 'password': 'a guess'}");
    struct reply unknown =
        browser_ask(site, NULL, "POST /api/v1/session", "", "{'email': 'eve@acme.example', 'password': 'a guess'}");
    CHECK_INT(wrong.status, 401);
    CHECK_STR(wrong.body, unknown.body);
    site_close(site);
}

TEST(a_reader_reads_and_writes_nothing)
{
    struct site *site = open_with(ROLE_reader);
    struct browser ada = browser_sign_in(site, "ada@acme.example", PASSWORD);
    CHECK_INT(browser_ask(site, &ada, "GET /api/v1/contacts", "", "").status, 200);
    struct reply reply = browser_act(site, &ada, "POST /api/v1/contacts", "{'email': 'x@x.example'}");
    CHECK_INT(reply.status, 403);
    CHECK_STR(api_at(site, reply, "code"), STR("not_allowed"));
    CHECK_INT(browser_ask(site, &ada, "GET /api/v1/audit", "", "").status, 403);
    site_close(site);
}

TEST(coming_and_going_stands_in_the_audit)
{
    struct site *site = open_with(ROLE_admin);
    struct browser ada = browser_sign_in(site, "ada@acme.example", PASSWORD);
    CHECK_INT(browser_act(site, &ada, "DELETE /api/v1/session", "").status, 204);
    struct reply audit = site_get(site, "/api/v1/audit");
    CHECK_STR(api_at(site, audit, "results.0.action"), STR("session.end"));
    CHECK_STR(api_at(site, audit, "results.1.action"), STR("session.begin"));
    CHECK_STR(api_at(site, audit, "results.1.actor"), STR("user:ada@acme.example"));
    site_close(site);
}

TEST(a_token_has_no_session_to_end)
{
    struct site *site = site_open((struct site_options){0});
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/me", "", 200), "csrf"), STR("null"));
    (void)api_call(site, "DELETE /api/v1/session", "", 400);
    site_close(site);
}

TEST(pages_load_nothing_but_our_own_files_and_stand_in_nobodys_frame)
{
    struct site *site = site_open((struct site_options){0});
    static const char *const paths[] = {"GET /", "GET /start", "GET /door.js", "GET /door.css", "GET /api"};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct reply reply = site_ask(site, paths[i], "", STR(""));
        CHECK_INT(reply.status, 200);
        CHECK_TRUE(str_contains(reply_header(reply, "Content-Security-Policy"), STR("default-src 'none'")));
        CHECK_FALSE(str_contains(reply_header(reply, "Content-Security-Policy"), STR("unsafe")));
        CHECK_STR(reply_header(reply, "X-Content-Type-Options"), STR("nosniff"));
        CHECK_STR(reply_header(reply, "Referrer-Policy"), STR("no-referrer"));
    }
    struct reply page = site_ask(site, "GET /", "", STR(""));
    CHECK_FALSE(reply_has(page, "<style"));
    CHECK_FALSE(reply_has(page, "<script>"));
    CHECK_FALSE(reply_has(page, " onclick"));
    site_close(site);
}

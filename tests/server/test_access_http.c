/* test_access_http.c — who is let in to a handler, and what the others are told. */
// SPDX-License-Identifier: Apache-2.0
#include "server/access_http.h"

#include "access_world.h"
#include "fake_http.h"
#include "harness.h"

static struct http_exchange request(struct access_world *w, enum http_method method)
{
    return (struct http_exchange){.arena = w->arena, .method = method, .host = "leads.acme.example"};
}

static const char *bearer(struct access_world *w, const struct secret *secret)
{
    return arena_format(w->arena, "Bearer %s", secret->text).at;
}

static struct secret new_token(struct access_world *w, enum scope scope)
{
    struct secret token;
    uint64_t number;
    struct err_info why = {0};
    CHECK_OK(access_add_token(w->access, STR("warehouse"), UINT32_C(1) << scope, STR("cli"), &token, &number, &why),
             why);
    return token;
}

TEST(a_token_with_the_scope_comes_in_and_one_without_is_told_what_it_may_not)
{
    AUTO_WORLD w = access_world_new();
    struct secret token = new_token(w, SCOPE_records_read);
    struct visitor visitor;
    struct http_exchange x = request(w, HTTP_GET);
    x.authorization = bearer(w, &token);
    CHECK_TRUE(access_http_enter(w->access, &x, PERM_READ_RECORDS, &visitor));
    CHECK_INT(x.status, 0);
    CHECK_STR(visitor.actor.text, STR("token:1"));
    CHECK_STR(visitor.session, STR(""));
    CHECK_FALSE(access_http_enter(w->access, &x, PERM_ERASE, &visitor));
    CHECK_INT(x.status, 403);
    CHECK_STR(x.code, STR("not_allowed"));
    CHECK_STR(x.sentence, STR("token:1 may not erase a person for good"));
}

TEST(a_program_needs_no_csrf_token)
{
    AUTO_WORLD w = access_world_new();
    struct secret token = new_token(w, SCOPE_records_write);
    struct visitor visitor;
    struct http_exchange x = request(w, HTTP_POST);
    x.authorization = bearer(w, &token);
    x.origin = "https://elsewhere.example";
    x.cookie = "plumb_session_whatever"; /* which the header outweighs */
    CHECK_TRUE(access_http_enter(w->access, &x, PERM_WRITE_RECORDS, &visitor));
}

TEST(who_shows_nothing_is_asked_to_sign_in_where_it_matters)
{
    AUTO_WORLD w = access_world_new();
    struct visitor visitor;
    struct http_exchange x = request(w, HTTP_GET);
    CHECK_TRUE(access_http_visitor(w->access, &x, &visitor));
    CHECK_INT(visitor.actor.kind, ACTOR_NOBODY);
    CHECK_FALSE(access_http_enter(w->access, &x, PERM_READ_RECORDS, &visitor));
    CHECK_INT(x.status, 401);
    CHECK_STR(x.headers, STR("WWW-Authenticate: Bearer realm=\"plumb\"\n"));
    CHECK_STR(x.sentence, STR("sign in, or send a token: Authorization: Bearer plumb_token_..."));
}

TEST(a_bad_token_is_refused_even_where_nobody_would_be_let_in)
{
    AUTO_WORLD w = access_world_new();
    struct secret stranger;
    secret_new(SECRET_TOKEN, &stranger);
    struct visitor visitor;
    struct http_exchange x = request(w, HTTP_GET);
    x.authorization = bearer(w, &stranger);
    CHECK_FALSE(access_http_visitor(w->access, &x, &visitor));
    CHECK_INT(x.status, 401);
    CHECK_STR(x.sentence, STR("this token is not known here"));
    x = request(w, HTTP_GET);
    x.authorization = "Bearer plumb_token_abc";
    CHECK_FALSE(access_http_visitor(w->access, &x, &visitor));
    CHECK_INT(x.status, 401);
}

TEST(a_browser_reads_with_its_cookie_and_changes_only_with_the_sessions_text)
{
    AUTO_WORLD w = access_world_new();
    add_user(w, ADA, ROLE_admin, ADA_PASSWORD);
    struct secret session = sign_in(w, ADA, ADA_PASSWORD), other = sign_in(w, ADA, ADA_PASSWORD);
    char csrf[ACCESS_CSRF_TEXT + 1], of_other[ACCESS_CSRF_TEXT + 1];
    access_csrf(secret_str(&session), csrf);
    access_csrf(secret_str(&other), of_other);
    const struct {
        enum http_method method;
        const char *fetch_site, *origin, *csrf;
        unsigned status; /* 0: comes in */
    } row[] = {
        {HTTP_GET, "cross-site", NULL, NULL, 0}, /* a link from a mail leads to a page */
        {HTTP_HEAD, NULL, NULL, NULL, 0},
        {HTTP_POST, "same-origin", "https://leads.acme.example", csrf, 0},
        {HTTP_DELETE, NULL, "https://leads.acme.example", csrf, 0},
        {HTTP_POST, "same-origin", NULL, NULL, 403},
        {HTTP_POST, "same-origin", NULL, of_other, 403},
        {HTTP_PUT, "cross-site", NULL, csrf, 403},
        {HTTP_PATCH, NULL, "https://evil.example", csrf, 403},
        {HTTP_OTHER, "same-site", NULL, csrf, 403},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct visitor visitor;
        struct http_exchange x = request(w, row[i].method);
        x.cookie = session.text, x.fetch_site = row[i].fetch_site, x.origin = row[i].origin, x.csrf = row[i].csrf;
        CHECK_INT(access_http_enter(w->access, &x, PERM_MANAGE_USERS, &visitor), row[i].status == 0);
        CHECK_INT(x.status, row[i].status);
        if (row[i].status == 0) CHECK_STR(visitor.session, secret_str(&session));
    }
}

TEST(a_token_and_a_session_are_known_and_a_write_key_and_a_stranger_are_not)
{
    AUTO_WORLD w = access_world_new();
    struct secret key, stranger, token = new_token(w, SCOPE_records_read);
    uint64_t number;
    struct err_info why = {0};
    CHECK_OK(access_add_key(w->access, STR("website"), STR("cli"), &key, &number, &why), why);
    secret_new(SECRET_TOKEN, &stranger);
    add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    struct secret session = sign_in(w, ADA, ADA_PASSWORD);
    const struct {
        const char *authorization, *cookie;
        bool known;
    } row[] = {
        {bearer(w, &token), NULL, true},
        {NULL, session.text, true},
        {bearer(w, &key), NULL, false},
        {bearer(w, &stranger), NULL, false},
        {NULL, stranger.text, false},
        {"Bearer plumb_token_mistyped", NULL, false},
        {NULL, NULL, false},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct http_exchange x = request(w, HTTP_POST);
        x.authorization = row[i].authorization, x.cookie = row[i].cookie;
        CHECK_INT(access_http_knows(w->access, &x), row[i].known);
        CHECK_INT(x.status, 0);
    }
}

TEST(a_session_that_has_ended_is_nobody_and_told_to_sign_in_again)
{
    AUTO_WORLD w = access_world_new();
    add_user(w, ADA, ROLE_admin, ADA_PASSWORD);
    struct secret session = sign_in(w, ADA, ADA_PASSWORD);
    w->clock.fixed_ms += SESSION_IDLE_MS;
    struct visitor visitor;
    struct http_exchange x = request(w, HTTP_POST);
    x.cookie = session.text;
    CHECK_TRUE(access_http_visitor(w->access, &x, &visitor));
    CHECK_INT(visitor.actor.kind, ACTOR_NOBODY);
    CHECK_FALSE(access_http_enter(w->access, &x, PERM_READ_RECORDS, &visitor));
    CHECK_INT(x.status, 401);
    CHECK_STR(x.sentence, STR("the session has ended; sign in again"));
}

TEST(a_form_for_signing_in_is_taken_only_from_our_own_page)
{
    AUTO_WORLD w = access_world_new();
    struct http_exchange x = request(w, HTTP_POST);
    x.fetch_site = "same-origin";
    CHECK_TRUE(access_http_is_own_page(&x));
    x.fetch_site = "cross-site";
    CHECK_FALSE(access_http_is_own_page(&x));
    CHECK_INT(x.status, 403);
    CHECK_STR(x.code, STR("foreign_page"));
}

TEST(the_cookie_comes_and_goes_with_the_answer)
{
    AUTO_WORLD w = access_world_new();
    struct http_exchange x = request(w, HTTP_POST);
    access_http_set_session(&x, STR("plumb_session_abc"), true);
    access_http_set_session(&x, STR(""), false);
    CHECK_STR(x.headers,
              STR("Set-Cookie: plumb_session=plumb_session_abc; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax; "
                  "Secure\nSet-Cookie: plumb_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax\n"));
}

TEST(a_refused_sign_in_says_whether_to_wait)
{
    AUTO_WORLD w = access_world_new();
    struct http_exchange wrong = request(w, HTTP_POST), early = request(w, HTTP_POST), busy = request(w, HTTP_POST);
    struct err_info why = {.code = ERR_INVALID, .msg = "the e-mail address or the password is wrong"};
    access_http_refuse_sign_in(&wrong, 0, &why);
    CHECK_INT(wrong.status, 401);
    why = (struct err_info){.code = ERR_UNAVAILABLE, .msg = "too many tries; try again in 8 seconds"};
    access_http_refuse_sign_in(&early, 8, &why);
    CHECK_INT(early.status, 429);
    CHECK_STR(early.headers, STR("Retry-After: 8\n"));
    access_http_refuse_sign_in(&busy, 0, &why);
    CHECK_INT(busy.status, 503);
}

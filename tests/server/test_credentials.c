/* test_credentials.c — what a request shows, in all the ways in which tools show it. */
// SPDX-License-Identifier: Apache-2.0
#include "server/credentials.h"

#include <string.h>

#include "harness.h"

#define KEY "plumb_key_abc"
#define TOKEN "plumb_token_abc"

static struct credentials read_both(struct arena *arena, const char *authorization, const char *cookie)
{
    struct credentials shown;
    struct err_info why = {0};
    CHECK_OK(credentials_read(str_from_c(authorization), str_from_c(cookie), arena, &shown, &why), why);
    return shown;
}

TEST(a_token_comes_as_bearer_and_a_write_key_as_basic_with_or_without_a_colon)
{
    static const struct {
        const char *header;
        enum secret_kind kind;
        struct str secret;
    } row[] = {
        {"Bearer " TOKEN, SECRET_TOKEN, STR_INIT(TOKEN)},
        {"bearer   " TOKEN "  ", SECRET_TOKEN, STR_INIT(TOKEN)},
        {"Bearer " KEY, SECRET_KEY, STR_INIT(KEY)},
        {"Basic cGx1bWJfa2V5X2FiYzo=", SECRET_KEY, STR_INIT(KEY)},         /* plumb_key_abc: */
        {"Basic cGx1bWJfa2V5X2FiYzo", SECRET_KEY, STR_INIT(KEY)},          /* the same, without '=' */
        {"BASIC cGx1bWJfa2V5X2FiYw==", SECRET_KEY, STR_INIT(KEY)},         /* plumb_key_abc */
        {"Basic cGx1bWJfa2V5X2FiYzp4", SECRET_KEY, STR_INIT(KEY)},         /* plumb_key_abc:x */
        {"Basic OnBsdW1iX3Rva2VuX2FiYw==", SECRET_TOKEN, STR_INIT(TOKEN)}, /* :plumb_token_abc */
    };
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct credentials shown = read_both(arena, row[i].header, NULL);
        CHECK_INT(shown.by, SHOWN_BY_HEADER);
        CHECK_INT(shown.kind, row[i].kind);
        CHECK_STR(shown.secret, row[i].secret);
    }
}

TEST(a_browser_shows_its_session_by_a_cookie_and_a_header_wins_over_it)
{
    AUTO_ARENA arena = arena_new();
    struct credentials shown = read_both(arena, NULL, "plumb_session_abc");
    CHECK_INT(shown.by, SHOWN_BY_COOKIE);
    CHECK_INT(shown.kind, SECRET_SESSION);
    CHECK_STR(shown.secret, STR("plumb_session_abc"));
    CHECK_INT(read_both(arena, "Bearer " TOKEN, "plumb_session_abc").by, SHOWN_BY_HEADER);
    CHECK_INT(read_both(arena, NULL, NULL).by, SHOWN_NOTHING);
    CHECK_INT(read_both(arena, "  ", "").by, SHOWN_NOTHING);
}

TEST(a_header_that_holds_no_secret_of_ours_is_refused_without_repeating_it)
{
    static const struct {
        const char *header, *sentence;
    } row[] = {
        {"Digest user", "the Authorization header begins with neither 'Bearer' nor 'Basic'"},
        {TOKEN, "the Authorization header begins with neither 'Bearer' nor 'Basic'"},
        {"Basic ????", "what follows 'Basic' in the Authorization header is not base64"},
        {"Bearer", "the Authorization header holds neither a token (plumb_token_...) nor a write key (plumb_key_...)"},
        {"Basic", "the Authorization header holds neither a token (plumb_token_...) nor a write key (plumb_key_...)"},
        {"Bearer ghp_abc",
         "the Authorization header holds neither a token (plumb_token_...) nor a write key (plumb_key_...)"},
        {"Bearer plumb_session_abc",
         "the Authorization header holds neither a token (plumb_token_...) nor a write key (plumb_key_...)"},
    };
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct credentials shown;
        struct err_info why = {0};
        CHECK_INT(credentials_read(str_from_c(row[i].header), STR("plumb_session_abc"), arena, &shown, &why),
                  ERR_INVALID);
        CHECK_STR(str_from_c(why.msg), str_from_c(row[i].sentence));
        CHECK_INT(shown.by, SHOWN_NOTHING);
    }
    static char huge[5000] = "Bearer ";
    memset(huge + 7, 'x', sizeof huge - 7);
    struct credentials shown;
    struct err_info why = {0};
    CHECK_INT(credentials_read((struct str){huge, sizeof huge}, STR(""), arena, &shown, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("the Authorization header has more than 1024 bytes"));
}

TEST(a_page_of_another_site_is_told_from_our_own)
{
    static const struct {
        const char *fetch_site, *origin, *host;
        bool own;
    } row[] = {
        {"same-origin", "", "leads.acme.example", true},
        {"none", "", "leads.acme.example", true}, /* typed by the person */
        {"same-site", "", "leads.acme.example", false},
        {"cross-site", "https://leads.acme.example", "leads.acme.example", false},
        {"same-origin", "https://leads.acme.example", "10.0.0.7:8080", true}, /* a proxy renamed the host */
        {"", "https://leads.acme.example", "leads.acme.example", true},
        {"", "http://LEADS.acme.example:8080", "leads.acme.example:8080", true},
        {"", "http://leads.acme.example:8081", "leads.acme.example:8080", false},
        {"", "https://evil.example", "leads.acme.example", false},
        {"", "https://leads.acme.example.evil.example", "leads.acme.example", false},
        {"", "null", "leads.acme.example", false},
        {"", "https://", "", false},
        {"", "", "leads.acme.example", true}, /* no browser: curl */
    };
    for (size_t i = 0; i < COUNT_OF(row); i++)
        CHECK_INT(page_is_own(str_from_c(row[i].fetch_site), str_from_c(row[i].origin), str_from_c(row[i].host)),
                  row[i].own);
}

TEST(the_cookie_is_out_of_the_reach_of_scripts_and_other_sites)
{
    AUTO_BUF cookie = BUF_INIT(512);
    session_cookie_append(&cookie, STR("plumb_session_abc"), true);
    CHECK_STR(buf_str(&cookie),
              STR("plumb_session=plumb_session_abc; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure"));
    buf_clear(&cookie);
    session_cookie_append(&cookie, STR(""), false);
    CHECK_STR(buf_str(&cookie), STR("plumb_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
}

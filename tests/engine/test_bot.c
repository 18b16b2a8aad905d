/* test_bot.c — user agents and headers as they are really sent. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/bot.h"
#include "harness.h"

struct row {
    const char *agent, *says;
};

static void check_rows(const struct row *row, size_t count)
{
    for (size_t i = 0; i < count; i++) CHECK_STR(bot_of_user_agent(str_from_c(row[i].agent)), str_from_c(row[i].says));
}

TEST(the_browsers_of_people_say_nothing)
{
    static const char *const agents[] = {
        "",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
        "Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 "
        "Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
        "Safari/537.36 "
        "Edg/126.0.0.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Mobile/15E148 [LinkedInApp]/9.29.8962",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F79 "
        "[FBAN/FBIOS;FBAV/468.0.0.40.107;FBBV/616285352;FBDV/iPhone14,5]",
        "Mozilla/5.0 (Linux; Android 11; CUBOT_NOTE_20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.73 "
        "Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 7.0; CUBOT DINOSAUR) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/61.0 Mobile",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)",
        "Dalvik/2.1.0 (Linux; U; Android 9; AOSP on IA Emulator Build/PSR1.180720.117)",
    };
    for (size_t i = 0; i < COUNT_OF(agents); i++) CHECK_STR(bot_of_user_agent(str_from_c(agents[i])), STR(""));
}

TEST(crawlers_are_known_by_name_and_unknown_ones_by_what_they_call_themselves)
{
    static const struct row rows[] = {
        {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "a crawler: Googlebot"},
        {"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/41.0.2272.96 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
         "a crawler: Googlebot"},
        {"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
         "+http://www.bing.com/bingbot.htm) "
         "Chrome/112.0.0.0 Safari/537.36",
         "a crawler: bingbot"},
        {"Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
         "a crawler: Yahoo Slurp"},
        {"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
         "a crawler: GPTBot"},
        {"Mediapartners-Google", "a crawler: Mediapartners-Google"},
        {"GigaBlastCrawler/1.0", "it calls itself a crawler"},
        {"Mozilla/5.0 (compatible; SomeNewBot/0.1; +https://new.example)", "it calls itself a bot"},
        {"Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
         "it calls itself a bot"},
        {"360Spider", "it calls itself a spider"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(previews_scanners_monitors_and_programs_are_told_apart)
{
    static const struct row rows[] = {
        {"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "a preview of links: Facebook"},
        {"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "a preview of links: Slackbot"},
        {"LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
         "a preview of links: LinkedInBot"},
        {"WhatsApp/2.23.20.0", "a preview of links: WhatsApp"},
        {"Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
         "a preview of links: Skype"},
        {"BarracudaCentral/1.0", "a scanner: Barracuda"},
        {"Barracuda Sentinel (EE)", "a scanner: Barracuda"},
        {"Mozilla/5.0 (compatible; Mimecast URL Protect)", "a scanner: Mimecast"},
        {"Proofpoint-URLDefense/1.0", "a scanner: Proofpoint"},
        {"SafeLinks/1.0", "a scanner: Microsoft Safe Links"},
        {"Microsoft Office Existence Discovery", "a scanner: Microsoft Office"},
        {"Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "a monitor: UptimeRobot"},
        {"Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)", "a monitor: Pingdom"},
        {"kube-probe/1.27", "a monitor: Kubernetes"},
        {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 "
         "Safari/537.36",
         "a browser without a screen: HeadlessChrome"},
        {"Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
         "a browser without a screen: PhantomJS"},
        {"python-requests/2.31.0", "a program: Requests"},
        {"Go-http-client/2.0", "a program: Go"},
        {"curl/7.88.1", "a program: curl"},
        {"Mozilla/5.0", "a mail program that fetches ahead: Apple Mail Privacy Protection"},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(a_server_that_sends_calls_for_people_is_no_program)
{
    struct bot_request request = {.user_agent = STR("python-requests/2.31.0"), .for_others = true};
    CHECK_STR(bot_of_request(&request), STR(""));
    request.for_others = false;
    CHECK_STR(bot_of_request(&request), STR("a program: Requests"));
    request = (struct bot_request){.user_agent = STR("Googlebot/2.1"), .for_others = true};
    CHECK_STR(bot_of_request(&request), STR("a crawler: Googlebot"));
}

TEST(what_is_fetched_ahead_was_not_seen)
{
    CHECK_STR(bot_of_request(&(struct bot_request){.sec_purpose = STR("prefetch")}), STR("prefetched"));
    CHECK_STR(bot_of_request(&(struct bot_request){.sec_purpose = STR("prefetch;prerender")}), STR("rendered ahead"));
    CHECK_STR(bot_of_request(&(struct bot_request){.purpose = STR("Prefetch")}), STR("prefetched"));
    CHECK_STR(bot_of_request(&(struct bot_request){.purpose = STR("preview")}), STR("a preview of links"));
    CHECK_STR(bot_of_request(&(struct bot_request){.x_moz = STR("prefetch")}), STR("prefetched"));
    CHECK_STR(bot_of_request(&(struct bot_request){.purpose = STR("navigation")}), STR(""));
}

TEST(any_bytes_are_a_user_agent)
{
    char bytes[2000];
    uint64_t seed = harness_seed();
    for (int round = 0; round < 2000; round++) {
        size_t len = (size_t)round % sizeof(bytes);
        for (size_t i = 0; i < len; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            bytes[i] = (char)(seed >> 56);
        }
        (void)bot_of_user_agent((struct str){bytes, len});
    }
    CHECK_STR(bot_of_user_agent((struct str){NULL, 0}), STR(""));
}

TEST(evidence_joins_the_context_of_its_event)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(bot_context(arena, STR(""), STR("prefetched")), STR("{\"bot\":\"prefetched\"}"));
    CHECK_STR(bot_context(arena, STR("{\"userAgent\":\"x\"}"), STR("prefetched")),
              STR("{\"bot\":\"prefetched\",\"userAgent\":\"x\"}"));
    CHECK_STR(bot_context(arena, STR("{\"bot\":\"first\"}"), STR("second")), STR("{\"bot\":\"first\"}"));
    CHECK_STR(bot_context(arena, STR("{\"userAgent\":\"\\\"bot\\\":1\"}"), STR("x")),
              STR("{\"bot\":\"x\",\"userAgent\":\"\\\"bot\\\":1\"}"));
}

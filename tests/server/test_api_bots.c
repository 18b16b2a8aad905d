/* test_api_bots.c — what is judged automatic, seen in the timeline, kept out of scores, and taken back. */
// SPDX-License-Identifier: Apache-2.0
#include "api_client.h"
#include "base/instant.h"
#include "harness.h"
#include "site.h"

#define SCORE                                                                                                  \
    "{'text': 'score: lead\\ngroups:\\n- name: Web\\n  category: engagement\\n  rules:\\n"                     \
    "  - {name: Pages, event: page_viewed, points: 1}\\n  - {name: Mails, event: email_opened, points: 10}\\n" \
    "  - {name: Links, event: email_clicked, points: 100}\\n', 'changes': 'silent'}"
#define ROBOT "User-Agent: Mozilla/5.0 (compatible; AcmeBot/1.0)\r\n"

static struct site *open_site(const char *path)
{
    struct site *site = site_open((struct site_options){.database = path});
    (void)api_call(site, "POST /api/v1/scores/lead/publish", SCORE, 200);
    return site;
}

/* An event of ada's, `after_ms` the site's now. */
static void tell(struct site *site, const char *event, const char *properties, int64_t after_ms, const char *headers)
{
    AUTO_ARENA arena = arena_new();
    static unsigned messages;
    AUTO_BUF at = BUF_INIT(64);
    instant_format(&at, SITE_NOW_MS + after_ms);
    struct str body = arena_format(arena,
                                   "{'events': [{'type': 'track', 'userId': 'ada', 'event': '%s', 'properties': %s, "
                                   "'timestamp': '" STR_FMT "', 'messageId': 'm%u'}]}",
                                   event, properties, STR_ARG(buf_str(&at)), messages++);
    struct reply reply = api_call_with(site, "POST /api/v1/events", headers, body.at, 200);
    CHECK_STR(api_at(site, reply, "taken"), STR("1"));
}

static struct str points(struct site *site)
{
    return api_at(site, api_call(site, "GET /api/v1/contacts/userId:ada/scores/lead", "", 200), "value");
}

/* Of ada's latest event but `back`. */
static struct str of_event(struct site *site, unsigned back, const char *member)
{
    AUTO_ARENA arena = arena_new();
    struct reply reply = api_call(site, "GET /api/v1/contacts/userId:ada/events", "", 200);
    return api_at(site, reply, arena_format(arena, "results.%u.%s", back, member).at);
}

TEST(pages_faster_than_anybody_reads_are_marked_with_the_reason_and_count_no_more)
{
    struct site *site = open_site(NULL);
    for (int i = 0; i < 5; i++) tell(site, "page_viewed", "{}", -1000 + i, "");
    CHECK_STR(points(site), STR("5"));
    tell(site, "page_viewed", "{}", -990, "");
    CHECK_STR(points(site), STR("5"));
    CHECK_STR(of_event(site, 0, "bot"), STR("true"));
    CHECK_STR(of_event(site, 0, "context.bot"), STR("more than 5 pages within a second"));
    CHECK_STR(of_event(site, 1, "bot"), STR("false"));
    site_close(site);
}

TEST(pages_of_a_day_that_are_told_late_are_nobodys_burst)
{
    struct site *site = open_site(NULL);
    for (int i = 0; i < 20; i++) tell(site, "page_viewed", "{}", -86400000, "");
    CHECK_STR(points(site), STR("20"));
    site_close(site);
}

TEST(a_letter_that_is_opened_within_two_seconds_of_its_delivery_was_opened_by_a_program)
{
    struct site *site = open_site(NULL);
    tell(site, "email_delivered", "{'message_id': 'l1'}", -60000, "");
    tell(site, "email_opened", "{'message_id': 'l1'}", -59000, "");
    CHECK_STR(points(site), STR("0"));
    CHECK_STR(of_event(site, 0, "context.bot"), STR("opened within 2 s of its delivery"));
    tell(site, "email_opened", "{'message_id': 'l1'}", -30000, "");
    CHECK_STR(points(site), STR("10"));
    site_close(site);
}

TEST(links_of_a_letter_that_are_clicked_all_at_once_are_clicked_by_a_program)
{
    struct site *site = open_site(NULL);
    tell(site, "Email Link Clicked", "{'campaign': 'may', 'link_url': '/a', 'links': 2}", -60000, "");
    tell(site, "email_clicked", "{'campaign': 'may', 'url': '/b', 'links': 2}", -59500, "");
    CHECK_STR(points(site), STR("0"));
    CHECK_STR(of_event(site, 0, "context.bot"), STR("clicked several links of one message within 2 s"));
    tell(site, "email_clicked", "{'campaign': 'may', 'url': '/b', 'links': 2}", -30000, "");
    CHECK_STR(points(site), STR("100"));
    site_close(site);
}

TEST(an_exception_takes_a_judgement_back_for_what_was_and_what_comes)
{
    struct site *site = open_site(NULL);
    tell(site, "page_viewed", "{}", -9000, ROBOT);
    tell(site, "page_viewed", "{}", -8000, "");
    CHECK_STR(points(site), STR("1"));
    struct reply made = api_call(site, "POST /api/v1/bots/exceptions", "{'user_agent': 'acmebot'}", 201);
    CHECK_STR(api_at(site, made, "changed"), STR("1"));
    CHECK_STR(points(site), STR("2"));
    CHECK_STR(of_event(site, 1, "bot"), STR("false"));
    CHECK_STR(of_event(site, 1, "context.bot"), STR("it calls itself a bot"));
    tell(site, "page_viewed", "{}", -7000, ROBOT);
    CHECK_STR(points(site), STR("3"));
    struct reply list = api_call(site, "GET /api/v1/bots/exceptions", "", 200);
    CHECK_STR(api_at(site, list, "results.0.value"), STR("acmebot"));
    CHECK_STR(api_at(site, list, "results.0.kind"), STR("user_agent"));
    struct reply dropped = api_call(site, "DELETE /api/v1/bots/exceptions/1", "", 200);
    CHECK_STR(api_at(site, dropped, "changed"), STR("2"));
    CHECK_STR(points(site), STR("1"));
    CHECK_STR(of_event(site, 0, "bot"), STR("true"));
    site_close(site);
}

TEST(an_exception_may_be_from_one_rule_or_from_all_of_its_kind)
{
    struct site *site = open_site(NULL);
    tell(site, "page_viewed", "{}", -9000, "User-Agent: Googlebot/2.1\r\n");
    tell(site, "page_viewed", "{}", -8000, ROBOT);
    CHECK_STR(points(site), STR("0"));
    (void)api_call(site, "POST /api/v1/bots/exceptions", "{'rule': 'it calls itself a bot'}", 201);
    CHECK_STR(points(site), STR("1"));
    (void)api_call(site, "POST /api/v1/bots/exceptions", "{'rule': 'a crawler'}", 201);
    CHECK_STR(points(site), STR("2"));
    site_close(site);
}

TEST(an_event_tells_which_way_it_came_and_all_of_one_way_are_somebody_s_by_an_exception)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/sources.db", harness_tmpdir()).at;
    struct site *site = open_site(path);
    tell(site, "page_viewed", "{}", -9000, ROBOT);
    struct reply sent = site_send(site, "/v1/track",
                                  "{\"userId\":\"ada\",\"event\":\"page_viewed\",\"messageId\":\"k1\","
                                  "\"timestamp\":\"2026-01-01T00:00:00Z\",\"properties\":{\"bot\":true}}");
    CHECK_INT(sent.status, 200);
    CHECK_STR(of_event(site, 0, "source"), STR("token:1"));
    CHECK_STR(of_event(site, 1, "source"), STR("key:1"));
    CHECK_STR(points(site), STR("0"));
    struct reply made = api_call(site, "POST /api/v1/bots/exceptions", "{'source': 'key:1'}", 201);
    CHECK_STR(api_at(site, made, "changed"), STR("1"));
    CHECK_STR(points(site), STR("1"));
    site_close(site);
    site = site_open((struct site_options){.database = path});
    CHECK_STR(points(site), STR("1"));
    CHECK_STR(of_event(site, 0, "bot"), STR("true"));
    CHECK_STR(of_event(site, 1, "bot"), STR("false"));
    struct reply list = api_call(site, "GET /api/v1/bots/exceptions", "", 200);
    CHECK_STR(api_at(site, list, "results.0.kind"), STR("source"));
    (void)api_call(site, "DELETE /api/v1/bots/exceptions/1", "", 200);
    CHECK_STR(points(site), STR("0"));
    site_close(site);
}

TEST(exceptions_and_judgements_are_there_after_a_restart)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/bots.db", harness_tmpdir()).at;
    struct site *site = open_site(path);
    tell(site, "page_viewed", "{}", -9000, ROBOT);
    tell(site, "page_viewed", "{}", -8000, "User-Agent: Googlebot/2.1\r\n");
    (void)api_call(site, "POST /api/v1/bots/exceptions", "{'user_agent': 'acmebot'}", 201);
    site_close(site);
    site = site_open((struct site_options){.database = path});
    CHECK_STR(points(site), STR("1"));
    CHECK_STR(of_event(site, 0, "bot"), STR("true"));
    CHECK_STR(of_event(site, 1, "bot"), STR("false"));
    (void)api_call(site, "DELETE /api/v1/bots/exceptions/1", "", 200);
    CHECK_STR(points(site), STR("0"));
    site_close(site);
    site = site_open((struct site_options){.database = path});
    CHECK_STR(points(site), STR("0"));
    site_close(site);
}

TEST(an_exception_that_says_nothing_too_much_or_the_same_again_is_refused)
{
    struct site *site = open_site(NULL);
    (void)api_call(site, "POST /api/v1/bots/exceptions", "{}", 400);
    (void)api_call(site, "POST /api/v1/bots/exceptions", "{'rule': 'a', 'user_agent': 'b'}", 400);
    (void)api_call(site, "POST /api/v1/bots/exceptions", "{'rule': ' '}", 400);
    (void)api_call(site, "POST /api/v1/bots/exceptions", "{'rule': 'a\\nb'}", 400);
    (void)api_call(site, "POST /api/v1/bots/exceptions", "{'rule': 'a scanner'}", 201);
    (void)api_call(site, "POST /api/v1/bots/exceptions", "{'rule': 'a scanner'}", 409);
    (void)api_call(site, "DELETE /api/v1/bots/exceptions/7", "", 404);
    (void)api_call(site, "DELETE /api/v1/bots/exceptions/x", "", 400);
    site_close(site);
}

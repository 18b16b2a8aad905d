/* test_api_feedback.c — sales accept and reject leads, and the score is held against it. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "api_client.h"
#include "base/instant.h"
#include "browser.h"
#include "harness.h"

#define LEAD                                                                                                      \
    "score: lead\\nbands: [{label: SQL, from: 40}, {label: MQL, from: 20}, {label: warm, from: 10}]\\ngroups:\\n" \
    "- name: Web\\n  category: engagement\\n  rules:\\n  - {name: Page, event: page_viewed, points: 10}\\n"       \
    "  - {name: Rejected, event: lead_rejected, points: -30}\\n"

static struct site *open_site(const char *database)
{
    struct site *site = site_open((struct site_options){.database = database});
    api_call(site, "POST /api/v1/scores/lead/publish", "{'text':'" LEAD "'}", 200);
    return site;
}

/* A contact who looked at so many pages in the minutes before now. */
static void come(struct site *site, const char *id, int pages)
{
    char body[300];
    snprintf(body, sizeof body, "{'id':'%s','userId':'%s'}", id, id);
    (void)api_call(site, "POST /api/v1/contacts", body, 201);
    for (int i = 0; i < pages; i++) {
        snprintf(body, sizeof body,
                 "{'events':[{'type':'track','event':'page_viewed','userId':'%s','messageId':'%s-%d'}]}", id, id, i);
        (void)api_call(site, "POST /api/v1/events", body, 200);
    }
    site_time_passes(site, MS_PER_MINUTE);
}

static struct reply say(struct site *site, const char *id, const char *body)
{
    return api_call(site, arena_format(site->arena, "POST /api/v1/contacts/%s/feedback", id).at, body, 201);
}

static struct reply agreement(struct site *site, const char *query)
{
    return api_call(site, arena_format(site->arena, "GET /api/v1/scores/lead/agreement%s", query).at, "", 200);
}

TEST(a_verdict_is_an_event_of_the_contact_that_everything_may_ask_for)
{
    struct site *site = open_site(NULL);
    come(site, "ada", 3);
    struct reply said = say(site, "ada", "{'verdict':'rejected','reason':' No budget '}");
    CHECK_STR(api_at(site, said, "event"), STR("lead_rejected"));
    CHECK_STR(api_at(site, said, "reason"), STR("No budget"));
    struct reply events = api_call(site, "GET /api/v1/contacts/ada/events?limit=1", "", 200);
    CHECK_STR(api_at(site, events, "results.0.name"), STR("lead_rejected"));
    CHECK_STR(api_at(site, events, "results.0.properties.reason"), STR("No budget"));
    CHECK_STR(api_at(site, events, "results.0.properties.by"), api_at(site, said, "by"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/ada/scores/lead", "", 200), "value"), STR("0"));
    struct reply found =
        api_call(site, "POST /api/v1/contacts/search",
                 "{'where':{'event':'lead_rejected','where':{'property':'reason','contains':'budget'}}}", 200);
    CHECK_STR(api_at(site, found, "results.0.id"), STR("ada"));
    site_close(site);
}

TEST(a_verdict_may_be_of_the_past_and_never_of_the_future)
{
    struct site *site = open_site(NULL);
    come(site, "ada", 3);
    CHECK_STR(api_at(site, say(site, "ada", "{'verdict':'accepted','at':'2026-01-02T10:00:00Z'}"), "at"),
              STR("2026-01-02T10:00:00Z"));
    struct reply refused =
        api_call(site, "POST /api/v1/contacts/ada/feedback", "{'verdict':'accepted','at':'2026-01-09T10:00:00Z'}", 400);
    CHECK_STR(api_at(site, refused, "at"), STR("at"));
    refused = api_call(site, "POST /api/v1/contacts/ada/feedback", "{'verdict':'rejected'}", 400);
    CHECK_STR(api_at(site, refused, "code"), STR("no_reason"));
    api_call(site, "POST /api/v1/contacts/ada/feedback", "{'verdict':'maybe'}", 400);
    api_call(site, "POST /api/v1/contacts/nobody/feedback", "{'verdict':'accepted'}", 404);
    site_close(site);
}

TEST(agreement_holds_the_last_verdicts_against_the_score_as_it_stood_then)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/feedback.db", harness_tmpdir()).at;
    struct site *site = open_site(path);
    static const struct {
        const char *id;
        int pages;
        const char *verdict;
    } lead[] = {{"a", 4, "{'verdict':'accepted'}"},
                {"b", 3, "{'verdict':'accepted'}"},
                {"c", 5, "{'verdict':'rejected','reason':'no budget'}"},
                {"d", 2, "{'verdict':'rejected','reason':'No Budget'}"},
                {"e", 1, "{'verdict':'rejected','reason':'student'}"},
                {"f", 0, "{'verdict':'rejected','reason':'student'}"},
                {"g", 1, "{'verdict':'accepted'}"}};
    for (size_t i = 0; i < sizeof lead / sizeof lead[0]; i++) {
        come(site, lead[i].id, lead[i].pages);
        if (i == 0) say(site, "a", "{'verdict':'rejected','reason':'by mistake'}");
        site_time_passes(site, MS_PER_MINUTE);
        if (i == 0) come(site, "a2", 0);
        say(site, lead[i].id, lead[i].verdict);
    }
    come(site, "silent", 9);
    struct reply found = agreement(site, "");
    CHECK_STR(api_at(site, found, "accepted"), STR("3"));
    CHECK_STR(api_at(site, found, "rejected"), STR("4"));
    CHECK_STR(api_at(site, found, "revised"), STR("1"));
    CHECK_STR(api_at(site, found, "threshold.band"), STR("MQL"));
    CHECK_STR(api_at(site, found, "threshold.points"), STR("20"));
    /* a has 40 - 30 points by its mistaken rejection, so it was accepted from below, as was g. */
    CHECK_STR(api_at(site, found, "accepted_low.0.id"), STR("g"));
    CHECK_STR(api_at(site, found, "accepted_low.1.id"), STR("a"));
    CHECK_STR(api_at(site, found, "rejected_high.0.id"), STR("c"));
    CHECK_STR(api_at(site, found, "rejected_high.0.value"), STR("50"));
    CHECK_STR(api_at(site, found, "rejected_high.0.band"), STR("SQL"));
    CHECK_STR(api_at(site, found, "reasons.0.reason"), STR("no budget"));
    CHECK_STR(api_at(site, found, "reasons.0.count"), STR("2"));
    CHECK_STR(api_at(site, found, "bands.0.rejected"), STR("1"));
    CHECK_STR(api_at(site, found, "bands.3.band"), STR("null"));
    CHECK_STR(api_at(site, found, "bands.3.rejected"), STR("1"));
    CHECK_CONTAINS(api_at(site, found, "sentence"),
                   STR("sales accepted 33 % of 3 leads at or above MQL and 50 % of 4 below"));
    CHECK_STR(api_at(site, agreement(site, "?band=warm&limit=0"), "threshold.points"), STR("10"));
    CHECK_STR(api_at(site, agreement(site, "?to=2026-01-01"), "accepted"), STR("0"));
    struct str before = arena_str(arena, agreement(site, "?from=2026-01-01&to=2026-01-06").body);
    site_close(site);
    site = site_open((struct site_options){.database = path});
    site_time_passes(site, MS_PER_DAY);
    CHECK_STR(agreement(site, "?from=2026-01-01&to=2026-01-06").body, before);
    api_call(site, "GET /api/v1/scores/lead/agreement?band=cold", "", 400);
    api_call(site, "GET /api/v1/scores/nobody/agreement", "", 404);
    site_close(site);
}

TEST(without_a_verdict_the_agreement_says_so)
{
    struct site *site = open_site(NULL);
    come(site, "ada", 3);
    struct reply found = agreement(site, "");
    CHECK_CONTAINS(api_at(site, found, "sentence"), STR("said nothing about any lead"));
    CHECK_STR(api_at(site, found, "kappa.value"), STR("null"));
    site_close(site);
}

TEST(sales_may_judge_leads_and_a_reader_may_not)
{
    struct site *site = open_site(NULL);
    come(site, "ada", 1);
    browser_add_user(site, "sam@acme.example", ROLE_sales);
    browser_add_user(site, "rea@acme.example", ROLE_reader);
    struct browser sam = browser_sign_in(site, "sam@acme.example", PASSWORD);
    struct browser rea = browser_sign_in(site, "rea@acme.example", PASSWORD);
    struct reply said = browser_act(site, &sam, "POST /api/v1/contacts/ada/feedback", "{\"verdict\":\"accepted\"}");
    CHECK_INT(said.status, 201);
    CHECK_STR(api_at(site, said, "by"), STR("user:sam@acme.example"));
    CHECK_INT(browser_act(site, &rea, "POST /api/v1/contacts/ada/feedback", "{\"verdict\":\"accepted\"}").status, 403);
    site_close(site);
}

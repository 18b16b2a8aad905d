/* test_api_scores.c — definitions are drafted, tried, published and taken back; scores are asked why. */
// SPDX-License-Identifier: Apache-2.0
#include "api_client.h"
#include "harness.h"

#define SCORE(points, from)                                                                                   \
    "score: lead\\nbands: [{label: MQL, from: " from "}]\\ngroups:\\n- name: Web\\n  category: engagement\\n" \
    "  rules:\\n  - {name: Page, event: page_viewed, points: " points "}\\n"
#define PUBLISH "POST /api/v1/scores/lead/publish"

static struct site *open_site(void)
{
    struct site *site = site_open((struct site_options){0});
    api_call(site, PUBLISH, "{'text':'" SCORE("10", "20") "'}", 200);
    for (int i = 0; i < 3; i++)
        site_send(site, "/v1/track",
                  arena_format(site->arena,
                               "{\"event\":\"page_viewed\",\"userId\":\"ada\",\"messageId\":\"m%d\","
                               "\"timestamp\":\"2026-01-0%dT00:00:00Z\"}",
                               i, i + 1)
                      .at);
    return site;
}

TEST(a_score_is_told_with_its_band_and_every_reason)
{
    struct site *site = open_site();
    struct reply line = api_call(site, "GET /api/v1/contacts/userId:ada/scores/lead?explain=true", "", 200);
    CHECK_STR(api_at(site, line, "value"), STR("30"));
    CHECK_STR(api_at(site, line, "band"), STR("MQL"));
    CHECK_STR(api_at(site, line, "ledger.0.rule"), STR("Page"));
    CHECK_STR(api_at(site, line, "ledger.0.events"), STR("3"));
    site_close(site);
}

TEST(a_score_is_told_as_it_was_at_an_instant)
{
    struct site *site = open_site();
    struct reply line =
        api_call(site, "GET /api/v1/contacts/userId:ada/scores/lead?as_of=2026-01-01T12:00:00Z", "", 200);
    CHECK_STR(api_at(site, line, "value"), STR("10"));
    CHECK_STR(api_at(site, line, "band"), STR("null"));
    site_close(site);
}

TEST(who_is_found_comes_with_the_scores_that_the_record_itself_tells)
{
    struct site *site = open_site();
    api_call_with(site, PUBLISH, "If-Match: *\r\n", "{'text':'" SCORE("10", "20, until: 15") "'}", 200);
    api_call(site, "POST /api/v1/contacts/userId:ada/scores/lead/adjust", "{'points':-12,'reason':'a fair'}", 200);
    api_call(site, "POST /api/v1/contacts", "{'id':'ben'}", 201);
    api_call(site, "POST /api/v1/segments/busy/publish", "{'text':'segment: busy\\nwhen: {score: lead, gte: 5}\\n'}",
             200);
    /* The band was entered at 30, and is not left at 18. */
    struct str scores =
        STR("\"scores\":[{\"id\":\"ada\",\"score\":\"lead\",\"value\":18,\"micro\":18000000,\"fit_micro\":0,"
            "\"engagement_micro\":30000000,\"band\":\"MQL\",\"grade\":null}]");
    CHECK_CONTAINS(api_call(site, "GET /api/v1/contacts/userId:ada", "", 200).body, scores);
    CHECK_CONTAINS(api_call(site, "GET /api/v1/segments/busy/members", "", 200).body, scores);
    struct reply found = api_call(site, "POST /api/v1/contacts/search", "{'sort':'lead','limit':1}", 200);
    CHECK_STR(api_at(site, found, "results.0.scores.0.value"), STR("0"));
    struct str next = api_at(site, found, "next");
    found = api_call(site, "POST /api/v1/contacts/search",
                     arena_format(site->arena, "{'sort':'lead','after':'" STR_FMT "'}", STR_ARG(next)).at, 200);
    CHECK_CONTAINS(found.body, scores);
    found = api_call(site, "POST /api/v1/contacts/search", "{'as_of':'2026-01-01T12:00:00Z','limit':1}", 200);
    CHECK_STR(api_at(site, found, "results.0.scores.0.value"), STR("10"));
    CHECK_STR(api_at(site, found, "results.0.scores.0.band"), STR("null"));
    site_close(site);
}

TEST(the_history_of_a_score_tells_what_moved_it)
{
    struct site *site = open_site();
    struct reply reply = api_call(site,
                                  "GET /api/v1/contacts/userId:ada/scores/lead/history?from=2025-12-31T12:00:00Z&to="
                                  "2026-01-03T12:00:00Z&step=86400",
                                  "", 200);
    CHECK_STR(api_at(site, reply, "points.0.value"), STR("0"));
    CHECK_STR(api_at(site, reply, "points.1.change_micro"), STR("10000000"));
    CHECK_STR(api_at(site, reply, "points.1.events.0.name"), STR("page_viewed"));
    CHECK_STR(api_at(site, reply, "points.3.value"), STR("30"));
    CHECK_STR(api_at(site, reply, "points.4.value"), STR("(absent)"));
    site_close(site);
}

TEST(the_history_of_a_score_tells_which_properties_changed_and_begins_with_no_change)
{
    struct site *site = open_site();
    api_call(site, "PATCH /api/v1/contacts/userId:ada",
             "{'at':'2026-01-02T09:00:00Z','properties':{'role':'head','plan':null}}", 200);
    api_call(site, "PATCH /api/v1/contacts/userId:ada", "{'at':'2026-01-03T09:00:00Z','properties':{'role':null}}",
             200);
    struct reply reply = api_call(site,
                                  "GET /api/v1/contacts/userId:ada/scores/lead/history?from=2026-01-01T12:00:00Z&to="
                                  "2026-01-03T12:00:00Z&step=86400",
                                  "", 200);
    CHECK_STR(api_at(site, reply, "points.0.value"), STR("10"));
    CHECK_STR(api_at(site, reply, "points.0.change_micro"), STR("0"));
    CHECK_STR(api_at(site, reply, "points.1.changes.0.property"), STR("role"));
    CHECK_STR(api_at(site, reply, "points.1.changes.0.value"), STR("head"));
    CHECK_STR(api_at(site, reply, "points.1.changes.0.at"), STR("2026-01-02T09:00:00Z"));
    CHECK_STR(api_at(site, reply, "points.2.changes.0.value"), STR("null"));
    site_close(site);
}

TEST(points_by_hand_stand_in_the_ledger_and_a_reset_ends_the_past)
{
    struct site *site = open_site();
    struct reply line =
        api_call(site, "POST /api/v1/contacts/userId:ada/scores/lead/adjust", "{'points':7,'reason':'a fair'}", 200);
    CHECK_STR(api_at(site, line, "value"), STR("37"));
    CHECK_STR(api_at(site, line, "ledger.1.kind"), STR("adjustment"));
    line = api_call(site, "POST /api/v1/contacts/userId:ada/scores/lead/reset", "{}", 200);
    CHECK_STR(api_at(site, line, "value"), STR("7"));
    api_call(site, "POST /api/v1/contacts/userId:ada/scores/lead/adjust", "{'points':0,'reason':'x'}", 400);
    api_call(site, "POST /api/v1/contacts/userId:ada/scores/lead/adjust", "{'points':5}", 400);
    site_close(site);
}

TEST(a_draft_is_kept_with_its_mistakes_and_changes_nothing)
{
    struct site *site = open_site();
    struct reply reply =
        api_call(site, "PUT /api/v1/scores/lead/draft", "{'text':'score: lead\\ngroups: [{name: g}]\\n'}", 200);
    CHECK_CONTAINS(reply.body, STR("\"valid\":false"));
    CHECK_STR(api_at(site, reply, "errors.0.line"), STR("2"));
    CHECK_TRUE(reply_has(api_call(site, "GET /api/v1/scores/lead/draft", "", 200), "name: g"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/userId:ada/scores/lead", "", 200), "value"), STR("30"));
    api_call(site, PUBLISH, "{}", 422);
    api_call(site, "DELETE /api/v1/scores/lead/draft", "", 204);
    api_call(site, "GET /api/v1/scores/lead/draft", "", 404);
    api_call(site, PUBLISH, "{}", 400);
    site_close(site);
}

TEST(publishing_from_an_old_version_is_refused_and_changes_nothing)
{
    struct site *site = open_site();
    CHECK_STR(reply_header(api_call(site, "GET /api/v1/scores/lead", "", 200), "ETag"), STR("\"1\""));
    api_call_with(site, PUBLISH, "If-Match: \"1\"\r\n", "{'text':'" SCORE("5", "20") "'}", 200);
    api_call_with(site, PUBLISH, "If-Match: \"1\"\r\n", "{'text':'" SCORE("6", "20") "'}", 412);
    api_call_with(site, PUBLISH, "If-Match: *\r\n", "{'text':'" SCORE("5", "20") "'}", 200);
    api_call(site, PUBLISH, "{'expected':1,'text':'" SCORE("6", "20") "'}", 409);
    api_call_with(site, PUBLISH, "If-Match: seven\r\n", "{'text':'" SCORE("6", "20") "'}", 400);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/userId:ada/scores/lead", "", 200), "value"), STR("15"));
    site_close(site);
}

TEST(who_does_not_say_what_was_edited_replaces_nothing)
{
    struct site *site = open_site();
    struct reply refused = api_call(site, PUBLISH, "{'text':'" SCORE("5", "20") "'}", 428);
    CHECK_CONTAINS(refused.body, STR("lead is in force at version 1 already; say which version was edited"));
    api_call(site, PUBLISH, "{'text':'" SCORE("10", "20") "'}", 200); /* the same again replaces nothing */
    api_call(site, PUBLISH, "{'expected':1,'text':'" SCORE("5", "20") "'}", 200);
    api_call_with(site, PUBLISH, "If-Match: *\r\n", "{'text':'" SCORE("6", "20") "'}", 200);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/scores/lead", "", 200), "version"), STR("3"));
    site_close(site);
}

TEST(of_a_text_of_several_definitions_each_says_which_version_was_edited)
{
    struct site *site = open_site();
    static const char body[] = "{'versions':{'scores':{'lead':%d},'segments':{'big':%d}},'text':'" SCORE(
        "5", "20") "---\\nsegment: big\\nwhen: {event: any}\\n'}";
    api_call(site, PUBLISH, arena_format(site->arena, body, 2, 0).at, 409);
    api_call(site, PUBLISH, arena_format(site->arena, body, 1, 1).at, 409);
    api_call(site, PUBLISH, arena_format(site->arena, body, 1, 0).at, 200);
    api_call(site, PUBLISH, "{'versions':7,'text':'" SCORE("6", "20") "'}", 400);
    api_call(site, PUBLISH, "{'versions':{'scores':{'lead':'x'}},'text':'" SCORE("6", "20") "'}", 400);
    site_close(site);
}

TEST(nobody_s_draft_is_replaced_by_accident)
{
    struct site *site = open_site();
    struct reply first = api_call(site, "PUT /api/v1/scores/lead/draft", "{'text':'one'}", 200);
    struct str tag = reply_header(first, "ETag");
    CHECK_STR(reply_header(api_call(site, "GET /api/v1/scores/lead/draft", "", 200), "ETag"), tag);
    api_call(site, "PUT /api/v1/scores/lead/draft", "{'text':'one'}", 200);
    api_call(site, "PUT /api/v1/scores/lead/draft", "{'text':'two'}", 428);
    const char *edited = arena_format(site->arena, "If-Match: " STR_FMT "\r\n", STR_ARG(tag)).at;
    api_call_with(site, "PUT /api/v1/scores/lead/draft", edited, "{'text':'two'}", 200);
    api_call_with(site, "PUT /api/v1/scores/lead/draft", edited, "{'text':'three'}", 412);
    api_call_with(site, "PUT /api/v1/scores/lead/draft", "If-Match: *\r\n", "{'text':'three'}", 200);
    CHECK_TRUE(reply_has(api_call(site, "GET /api/v1/scores/lead/draft", "", 200), "three"));
    site_close(site);
}

TEST(a_text_that_does_not_validate_is_refused_whole_with_every_place)
{
    struct site *site = open_site();
    struct reply reply = api_call(site, PUBLISH,
                                  "{'text':'score: lead\\ngroups:\\n- name: g\\n  category: fit\\n  rules:\\n"
                                  "  - {name: a, event: x, points: many}\\n  - {name: a, event: x, pionts: 3}\\n'}",
                                  422);
    CHECK_STR(reply_header(reply, "Content-Type"), STR("application/problem+json"));
    CHECK_STR(api_at(site, reply, "code"), STR("invalid_definition"));
    CHECK_STR(api_at(site, reply, "at"), STR("line 6, column 33"));
    CHECK_STR(api_at(site, reply, "detail"), api_at(site, reply, "errors.0.message"));
    CHECK_STR(api_at(site, reply, "errors.0.line"), STR("6"));
    CHECK_STR(api_at(site, reply, "errors.1.line"), STR("7"));
    api_call(site, PUBLISH, "{'text':'score: other\\ngroups: []\\n'}", 400);
    site_close(site);
}

TEST(a_preview_tells_who_would_move_and_changes_nothing)
{
    struct site *site = open_site();
    struct reply reply = api_call(site, "POST /api/v1/scores/preview", "{'text':'" SCORE("1", "20") "'}", 200);
    CHECK_STR(api_at(site, reply, "moved"), STR("1"));
    CHECK_STR(api_at(site, reply, "moves.0.from"), STR("MQL"));
    CHECK_STR(api_at(site, reply, "movers.0.before"), STR("30"));
    CHECK_STR(api_at(site, reply, "movers.0.after"), STR("3"));
    CHECK_STR(api_at(site, reply, "movers.0.after_micro"), STR("3000000"));
    CHECK_STR(api_at(site, reply, "alerts"), STR("0"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/userId:ada/scores/lead", "", 200), "value"), STR("30"));
    reply = api_call(site, "POST /api/v1/scores/preview",
                     "{'text':'" SCORE("1", "20") "','outcome':{'event':'page_viewed'}}", 200);
    CHECK_STR(api_at(site, reply, "bands.1.converted"), STR("1"));
    api_call(site, "POST /api/v1/scores/preview", "{'text':'score: lead'}", 400);
    api_call(site, "POST /api/v1/scores/preview", "{'text':'segment: s\\nwhen: {event: any}'}", 400);
    api_call(site, "POST /api/v1/scores/preview", "{'text':'" SCORE("1", "20") "','outcome':{'evnt':'x'}}", 400);
    site_close(site);
}

TEST(the_draft_that_is_kept_can_be_previewed_without_sending_it_again)
{
    struct site *site = open_site();
    CHECK_STR(api_at(site, api_call(site, "POST /api/v1/scores/preview", "{'score':'lead','draft':true}", 404), "at"),
              STR("draft"));
    api_call(site, "PUT /api/v1/scores/lead/draft", "{'text':'" SCORE("1", "20") "'}", 200);
    struct reply reply = api_call(site, "POST /api/v1/scores/preview", "{'score':'lead','draft':true}", 200);
    CHECK_STR(api_at(site, reply, "moved"), STR("1"));
    CHECK_STR(api_at(site, api_call(site, "POST /api/v1/scores/preview", "{'draft':true}", 400), "at"), STR("score"));
    reply = api_call(site, "POST /api/v1/scores/preview", "{'score':'lead','draft':true,'text':'x'}", 400);
    CHECK_STR(api_at(site, reply, "at"), STR("draft"));
    site_close(site);
}

TEST(a_segment_s_versions_are_compared_and_gone_back_to_as_those_of_a_score)
{
    struct site *site = open_site();
    const char *publish = "POST /api/v1/segments/seen/publish";
    api_call(site, publish, "{'text':'segment: seen\\nwhen: {event: page_viewed}\\n'}", 200);
    api_call(site, publish, "{'expected':1,'text':'segment: seen\\nwhen: {event: form_sent}\\n'}", 200);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/segments/seen/members", "", 200), "total"), STR("0"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/segments/seen/diff", "", 200), "added"), STR("1"));
    CHECK_CONTAINS(api_call(site, "GET /api/v1/segments/seen/versions/1", "", 200).body, STR("page_viewed"));
    api_call(site, "POST /api/v1/segments/seen/rollback", "{'version':1}", 200);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/segments/seen/members", "", 200), "total"), STR("1"));
    site_close(site);
}

TEST(versions_are_kept_compared_and_gone_back_to)
{
    struct site *site = open_site();
    api_call(site, PUBLISH, "{'expected':1,'text':'" SCORE("5", "20") "','note':'less'}", 200);
    struct reply diff = api_call(site, "GET /api/v1/scores/lead/diff", "", 200);
    CHECK_STR(api_at(site, diff, "removed"), STR("1"));
    CHECK_STR(api_at(site, diff, "added"), STR("1"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/scores/lead/versions", "", 200), "results.0.note"), STR("less"));
    api_call(site, "POST /api/v1/scores/lead/rollback", "{'version':1}", 200);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/scores/lead", "", 200), "version"), STR("3"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/userId:ada/scores/lead", "", 200), "value"), STR("30"));
    api_call(site, "POST /api/v1/scores/lead/rollback", "{'version':9}", 404);
    CHECK_STR(api_at(site, api_call(site, "POST /api/v1/scores/lead/rollback", "{}", 400), "at"), STR("version"));
    site_close(site);
}

TEST(a_retired_score_is_gone_and_its_versions_stay)
{
    struct site *site = open_site();
    api_call(site, "DELETE /api/v1/scores/lead", "", 200);
    api_call(site, "GET /api/v1/scores/lead", "", 404);
    api_call(site, "GET /api/v1/contacts/userId:ada/scores/lead", "", 404);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/scores/lead/versions", "", 200), "results.1.version"), STR("1"));
    site_close(site);
}

TEST(a_segment_and_a_score_of_one_name_are_taken_out_of_force_each_by_its_own_path)
{
    struct site *site = open_site();
    CHECK_STR(api_at(site, api_call(site, "DELETE /api/v1/segments/lead", "", 404), "at"), STR("name"));
    api_call(site, "GET /api/v1/scores/lead", "", 200); /* the score of that name stays */
    api_call(site, "POST /api/v1/segments/lead/publish", "{'text':'segment: lead\\nwhen: {event: page_viewed}\\n'}",
             200);
    api_call(site, "DELETE /api/v1/segments/lead", "", 200);
    api_call(site, "GET /api/v1/segments/lead", "", 404);
    api_call(site, "DELETE /api/v1/scores/lead", "", 200);
    CHECK_STR(api_at(site, api_call(site, "DELETE /api/v1/scores/lead", "", 404), "detail"),
              STR("no score in force is called 'lead'"));
    site_close(site);
}

TEST(bands_that_were_entered_are_told_with_their_cause)
{
    struct site *site = open_site();
    struct reply bands = api_call(site, "GET /api/v1/contacts/userId:ada/bands", "", 200);
    CHECK_STR(api_at(site, bands, "results.0.band"), STR("MQL"));
    CHECK_STR(api_at(site, bands, "results.0.former"), STR("null"));
    CHECK_STR(api_at(site, bands, "results.0.cause"), STR("fact"));
    CHECK_STR(api_at(site, bands, "results.0.value"), STR("20"));
    site_close(site);
}

TEST(who_entered_one_band_of_one_score_is_asked_by_both_names)
{
    struct site *site = open_site();
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/bands?score=lead&band=MQL", "", 200), "results.0.id"),
              STR("ada"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/bands?band=SQL", "", 200), "results.0.id"), STR("(absent)"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/bands?score=other", "", 200), "results.0.id"), STR("(absent)"));
    site_close(site);
}

TEST(bands_of_companies_are_told_as_those_of_contacts)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/scores/size/publish",
             "{'text':'score: size\\nobject: company\\nbands: [{label: large, from: 5}]\\ngroups: [{name: g, category: "
             "fit, rules: [{name: r, when: {property: employees, gte: 50}, points: 7}]}]\\n'}",
             200);
    api_call(site, "POST /api/v1/companies", "{'id':'acme','properties':{'employees':70}}", 201);
    struct reply bands = api_call(site, "GET /api/v1/companies/acme/bands", "", 200);
    CHECK_STR(api_at(site, bands, "results.0.band"), STR("large"));
    CHECK_STR(api_at(site, bands, "results.0.object"), STR("company"));
    site_close(site);
}

TEST(a_segment_has_members_now_and_then)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/segments/warm/publish", "{'text':'segment: warm\\nwhen: {score: lead, gte: 20}\\n'}",
             200);
    struct reply now = api_call(site, "GET /api/v1/segments/warm/members", "", 200);
    CHECK_STR(api_at(site, now, "total"), STR("1"));
    struct reply then = api_call(site, "GET /api/v1/segments/warm/members?as_of=2026-01-01T12:00:00Z", "", 200);
    CHECK_STR(api_at(site, then, "total"), STR("0"));
    api_call(site, "GET /api/v1/segments/cold/members", "", 404);
    site_close(site);
}

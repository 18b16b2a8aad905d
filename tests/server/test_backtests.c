/* test_backtests.c — a running server is asked whether a score was right, on a world counted on one's fingers. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <time.h>

#include "api_client.h"
#include "base/instant.h"
#include "browser.h"
#include "harness.h"
#include "schema_check.h"
#include "server/drafts.h"
#include "server/openapi.h"

#define FILE_MAX ((size_t)8 << 20)
#define DOCUMENT_MAX ((size_t)4 << 20)

#define LEAD                                                                                                      \
    "score: lead\\nbands: [{label: SQL, from: 15}, {label: MQL, from: 5}]\\ngroups:\\n- name: Fit\\n  category: " \
    "fit\\n"                                                                                                      \
    "  rules:\\n  - {name: Heat, property: heat, values: [{is: hot, points: 20}, {is: warm, points: 10}]}\\n"
#define FLAT                                                                                                     \
    "score: lead\\ngroups:\\n- name: Fit\\n  category: fit\\n  rules:\\n  - {name: Any, when: {property: heat, " \
    "known: "                                                                                                    \
    "true}, points: 20}\\n"
#define SPAN \
    "'outcome': {'event': 'bought'}, 'horizon_days': 30, 'from': '2025-09-01T00:00:00Z', 'to': '2025-09-15T00:00:00Z'"

static struct reply wait_for(struct site *site, struct reply begun)
{
    const char *line = arena_format(site->arena, "GET /api/v1/jobs/" STR_FMT, STR_ARG(api_at(site, begun, "id"))).at;
    for (;;) {
        struct reply now = api_call(site, line, "", 200);
        struct str state = api_at(site, now, "state");
        if (!str_equal(state, STR("waiting")) && !str_equal(state, STR("running"))) return now;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static void import(struct site *site, const char *kind, struct buf *rows)
{
    buf_append_char(rows, '\0');
    const char *line = arena_format(site->arena, "POST /api/v1/imports?kind=%s", kind).at;
    CHECK_STR(api_at(site, wait_for(site, api_call(site, line, rows->at, 202)), "state"), STR("done"));
}

/* Twenty are hot, of whom fifteen buy; twenty are warm, of whom five buy; `cold` are cold, and one of them buys. All are
 * seen on the first of September and buy on the twentieth. */
static struct site *open_world(int cold)
{
    const struct {
        const char *heat;
        int people, buyers;
    } kinds[] = {{"hot", 20, 15}, {"warm", 20, 5}, {"cold", cold, 1}};
    struct site *site = site_open((struct site_options){0});
    AUTO_BUF contacts = BUF_INIT(FILE_MAX);
    AUTO_BUF events = BUF_INIT(FILE_MAX);
    buf_append_c(&contacts, "id,heat\n");
    buf_append_c(&events, "contact,event,time\n");
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (int i = 0; i < kinds[k].people; i++) {
            buf_format(&contacts, "%s/%d,%s\n", kinds[k].heat, i, kinds[k].heat);
            buf_format(&events, "%s/%d,seen,2025-09-01\n", kinds[k].heat, i);
            if (i < kinds[k].buyers) buf_format(&events, "%s/%d,bought,2025-09-20\n", kinds[k].heat, i);
        }
    buf_append_c(&events, "hot/0,seen,2025-12-31\n");
    import(site, "contacts", &contacts);
    import(site, "events", &events);
    api_call(site, "POST /api/v1/scores/lead/publish", "{'text': '" LEAD "'}", 200);
    return site;
}

static struct reply result_of(struct site *site, struct reply begun)
{
    struct reply job = wait_for(site, begun);
    if (!str_equal(api_at(site, job, "state"), STR("done"))) FAIL("the job is " STR_FMT, STR_ARG(job.body));
    const char *line =
        arena_format(site->arena, "GET /api/v1/jobs/" STR_FMT "/result", STR_ARG(api_at(site, job, "id"))).at;
    return api_call(site, line, "", 200);
}

static struct reply ask(struct site *site, const char *wish)
{
    struct reply job = api_call(site, "POST /api/v1/backtests", wish, 202);
    CHECK_STR(api_at(site, job, "kind"), STR("backtest"));
    CHECK_STR(api_at(site, job, "what"), STR("lead"));
    return result_of(site, job);
}

static void check_schema(struct site *site, struct reply result, const char *schema)
{
    struct buf text = BUF_INIT(DOCUMENT_MAX);
    AUTO_BUF wrong = BUF_INIT(DOCUMENT_MAX);
    struct err_info why = {0};
    struct json_parser *parser = json_parser_new();
    const struct json_item *document;
    openapi_append_json(&text);
    size_t length = text.len;
    buf_append_repeat(&text, '\0', JSON_PADDING);
    CHECK_OK(json_parse(parser, (struct str){text.at, length}, &document, &why), why);
    schema_check(document, str_from_c(schema), api_read(site, result), &wrong);
    if (wrong.len > 0) FAIL("not as promised:\n" STR_FMT, STR_ARG(buf_str(&wrong)));
    json_parser_free(parser);
    buf_release(&text);
}

TEST(a_backtest_tells_what_each_band_was_worth_and_where_to_call_from)
{
    struct site *site = open_world(40);
    struct reply r = ask(site, "{'score': 'lead', " SPAN ", 'goals': {'min_conversion': 60}}");
    check_schema(site, r, "Backtest");
    CHECK_STR(api_at(site, r, "definitions.0.definition"), STR("lead, in force"));
    CHECK_STR(api_at(site, r, "definitions.0.instants"), STR("3"));
    CHECK_STR(api_at(site, r, "definitions.0.snapshots"), STR("240"));
    CHECK_STR(api_at(site, r, "definitions.0.converters"), STR("21"));
    CHECK_STR(api_at(site, r, "definitions.0.bands.0.band"), STR("SQL"));
    CHECK_STR(api_at(site, r, "definitions.0.bands.0.snapshots"), STR("60"));
    CHECK_STR(api_at(site, r, "definitions.0.bands.0.converted"), STR("45"));
    CHECK_STR(api_at(site, r, "definitions.0.bands.1.converted"), STR("15"));
    CHECK_STR(api_at(site, r, "definitions.0.bands.2.converted"), STR("3"));
    CHECK_STR(api_at(site, r, "definitions.0.thresholds.3.from_micro"), STR("15000000"));
    CHECK_STR(api_at(site, r, "definitions.0.thresholds.3.called"), STR("20"));
    CHECK_STR(api_at(site, r, "definitions.0.thresholds.3.precision"), STR("0.75"));
    CHECK_STR(api_at(site, r, "definitions.0.advice.1.goal"), STR("conversion"));
    CHECK_STR(api_at(site, r, "definitions.0.advice.1.stage"), STR("SQL"));
    CHECK_STR(api_at(site, r, "definitions.0.advice.1.from_micro"), STR("20000000"));
    CHECK_STR(api_at(site, r, "definitions.0.advice.1.stage_now_micro"), STR("15000000"));
    CHECK_STR(api_at(site, r, "definitions.0.advice.2.stage"), STR("MQL"));
    CHECK_STR(api_at(site, r, "definitions.0.missed_count"), STR("6"));
    CHECK_STR(api_at(site, r, "definitions.0.missed.5.id"), STR("cold/0"));
    struct str link = api_at(site, r, "definitions.0.missed.5.link");
    CHECK_STR(link, STR("/api/v1/contacts/cold%2F0"));
    api_call(site, arena_format(site->arena, "GET " STR_FMT, STR_ARG(link)).at, "", 200);
    site_close(site);
}

TEST(a_draft_is_held_against_what_is_in_force_with_a_paired_interval)
{
    struct site *site = open_world(40);
    api_call(site, "PUT /api/v1/scores/lead/draft", "{'text': '" FLAT "'}", 200);
    struct reply r = ask(site, "{'score': 'lead', 'draft': true, 'against': {}, " SPAN "}");
    check_schema(site, r, "Backtest");
    CHECK_STR(api_at(site, r, "definitions.0.definition"), STR("lead, in force"));
    CHECK_STR(api_at(site, r, "definitions.1.definition"), STR("lead, draft"));
    CHECK_STR(api_at(site, r, "definitions.1.auc"), STR("0.5"));
    CHECK_STR(api_at(site, r, "comparison.of"), STR("lead, draft"));
    double low, high;
    CHECK_TRUE(str_to_double(api_at(site, r, "comparison.auc_interval.0"), &low));
    CHECK_TRUE(str_to_double(api_at(site, r, "comparison.auc_interval.1"), &high));
    CHECK_TRUE(low < high && high < 0);
    /* A text that nobody kept is the same question. */
    struct reply of_text = ask(site, "{'text': '" FLAT "', 'against': {'score': 'lead'}, " SPAN "}");
    CHECK_STR(api_at(site, of_text, "comparison.auc"), api_at(site, r, "comparison.auc"));
    site_close(site);
}

TEST(an_outcome_may_be_a_segment_in_force_or_the_usual_one)
{
    struct site *site = open_world(40);
    api_call(site, "POST /api/v1/segments/buyers/publish",
             "{'text': 'segment: buyers\\nobject: contact\\nwhen: {event: bought}\\n'}", 200);
    struct reply r = ask(site, "{'score': 'lead', 'outcome': 'buyers', 'horizon_days': 30, 'from': "
                               "'2025-09-01T00:00:00Z', 'to': '2025-09-15T00:00:00Z'}");
    CHECK_STR(api_at(site, r, "definitions.0.outcome"), STR("buyers"));
    CHECK_STR(api_at(site, r, "definitions.0.converters"), STR("21"));
    api_call(site, "POST /api/v1/import",
             "{'facts': [{'identifiers': [{'kind': 'id', 'value': 'hot/1'}], 'mode': 'update', 'at': "
             "'2025-09-10T00:00:00Z', 'properties': {'lifecycle_stage': 'customer'}}]}",
             200);
    r = ask(site,
            "{'score': 'lead', 'horizon_days': 30, 'from': '2025-09-01T00:00:00Z', 'to': '2025-09-15T00:00:00Z'}");
    CHECK_STR(api_at(site, r, "definitions.0.outcome"), STR("customer, or a deal won"));
    CHECK_STR(api_at(site, r, "definitions.0.converters"), STR("1"));
    site_close(site);
}

TEST(what_cannot_be_asked_is_refused_at_once_with_the_place)
{
    struct site *site = open_world(1);
    api_call(site, "POST /api/v1/backtests", "{}", 400);
    api_call(site, "POST /api/v1/backtests", "{'score': 'nothing'}", 404);
    api_call(site, "POST /api/v1/backtests", "{'score': 'lead', 'draft': true}", 404);
    api_call(site, "POST /api/v1/backtests", "{'score': 'lead', 'outcome': 7}", 400);
    api_call(site, "POST /api/v1/backtests", "{'score': 'lead', 'against': 'lead'}", 400);
    api_call(site, "POST /api/v1/backtests", "{'score': 'lead', 'horizon_days': 0}", 400);
    api_call(site, "POST /api/v1/backtests", "{'score': 'lead', 'goals': {'value': 3}}", 400);
    struct reply r =
        api_call(site, "POST /api/v1/backtests", "{'score': 'lead', 'outcome': '{property: heat, gtt: 3}'}", 400);
    CHECK_CONTAINS(r.body, STR("unknown key 'gtt'"));
    r = api_call(site, "POST /api/v1/backtests", "{'text': 'score: lead\\ngroups: 3\\n'}", 400);
    CHECK_STR(api_at(site, r, "at"), STR("line 2, column 9"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/jobs", "", 200), "results.0.kind"), STR("import"));
    site_close(site);
}

TEST(a_span_of_which_nobody_knows_what_came_fails_with_a_sentence)
{
    struct site *site = open_world(1);
    struct reply job = wait_for(site, api_call(site, "POST /api/v1/backtests",
                                               "{'score': 'lead', 'outcome': {'event': 'bought'}, 'from': "
                                               "'2025-12-30T00:00:00Z'}",
                                               202));
    CHECK_STR(api_at(site, job, "state"), STR("failed"));
    CHECK_CONTAINS(api_at(site, job, "why"), STR("no instant of the span has its horizon over"));
    site_close(site);
}

TEST(readers_and_sales_read_results_and_only_who_edits_scores_asks)
{
    struct site *site = open_world(1);
    for (enum role role = 0; role < ROLE_COUNT; role++) {
        const char *email = arena_format(site->arena, "%s@acme.example", role_name(role)).at;
        (void)browser_add_user(site, email, role);
        struct browser browser = browser_sign_in(site, email, PASSWORD);
        bool may_ask = role == ROLE_admin || role == ROLE_marketer;
        struct reply reply = browser_act(site, &browser, "POST /api/v1/backtests", "{\"score\":\"lead\",\"missed\":5}");
        CHECK_INT(reply.status, may_ask ? 202 : 403);
    }
    (void)ask(site, "{'score': 'lead', " SPAN "}");
    struct browser reader = browser_sign_in(site, "reader@acme.example", PASSWORD);
    struct str list = api_call(site, "GET /api/v1/jobs", "", 200).body;
    CHECK_CONTAINS(list, STR("\"actor\":\"user:marketer@acme.example\""));
    CHECK_INT(browser_ask(site, &reader, "GET /api/v1/jobs/5/result", "", "").status, 200);
    CHECK_INT(browser_act(site, &reader, "DELETE /api/v1/jobs/5", "").status, 403);
    site_close(site);
}

/* Daily instants of many people: seconds of work. */
static struct reply begin_long(struct site *site)
{
    struct reply job =
        api_call(site, "POST /api/v1/backtests",
                 "{'score': 'lead', 'outcome': {'event': 'bought'}, 'horizon_days': 1, 'step_days': 1}", 202);
    const char *line = arena_format(site->arena, "GET /api/v1/jobs/" STR_FMT, STR_ARG(api_at(site, job, "id"))).at;
    while (str_equal(api_at(site, api_call(site, line, "", 200), "state"), STR("waiting")))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return job;
}

TEST(intake_and_questions_go_on_while_a_backtest_runs_and_it_can_be_cancelled)
{
    struct site *site = open_world(40000);
    struct reply job = begin_long(site);
    api_call(site, "POST /api/v1/contacts", "{'id': 'new', 'properties': {'heat': 'hot'}}", 201);
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/new/scores/lead", "", 200), "value"), STR("20"));
    struct str number = api_at(site, job, "id");
    api_call(site, arena_format(site->arena, "DELETE /api/v1/jobs/" STR_FMT, STR_ARG(number)).at, "", 204);
    CHECK_STR(api_at(site, wait_for(site, job), "state"), STR("cancelled"));
    api_call(site, arena_format(site->arena, "GET /api/v1/jobs/" STR_FMT "/result", STR_ARG(number)).at, "", 409);
    site_close(site);
}

TEST(a_stop_of_the_server_waits_for_no_backtest)
{
    struct site *site = open_world(40000);
    (void)begin_long(site);
    site_close(site);
}

/* ---- Profiles. ---- */

TEST(a_profile_tells_that_customers_were_hot_more_often_and_how_often)
{
    struct site *site = open_world(40);
    struct reply begun =
        api_call(site, "POST /api/v1/profiles", "{'outcome': {'event': 'bought'}, 'horizon_days': 30}", 202);
    CHECK_STR(api_at(site, begun, "kind"), STR("profile"));
    CHECK_STR(api_at(site, begun, "what"), STR("contacts"));
    struct reply r = result_of(site, begun);
    check_schema(site, r, "Profile");
    CHECK_STR(api_at(site, r, "customers"), STR("21"));
    CHECK_CONTAINS(r.body, STR("{\"trait\":\"heat is hot\",\"found\":true,\"best\":true,\"customers_with\":15,"));
    CHECK_CONTAINS(r.body, STR("{\"trait\":\"heat is cold\",\"found\":true,\"best\":true,\"customers_with\":1,"));
    site_close(site);
}

TEST(a_profile_and_advice_believe_the_closing_date_of_a_won_deal_that_nothing_has_asked_for)
{
    struct site *site = open_world(40);
    AUTO_BUF deals = BUF_INIT((size_t)64 * 1024);
    buf_append_c(&deals, "id,contacts,stage,created,closed\n");
    for (int i = 0; i < 20; i++) buf_format(&deals, "d%d,hot/%d,won,2025-09-05,2025-09-20\n", i, i);
    import(site, "deals", &deals);
    struct reply r = result_of(site, api_call(site, "POST /api/v1/profiles", "{'horizon_days': 30}", 202));
    CHECK_STR(api_at(site, r, "customers"), STR("20"));
    struct reply begun = api_call(site, "POST /api/v1/suggestions", "{'score': 'lead', 'horizon_days': 30}", 202);
    CHECK_FALSE(str_contains(wait_for(site, begun).body, STR("only 0 examples")));
    site_close(site);
}

TEST(a_profile_of_too_few_says_what_is_missing)
{
    struct site *site = open_world(1);
    struct reply begun =
        api_call(site, "POST /api/v1/profiles", "{'outcome': {'event': 'danced'}, 'object': 'contact'}", 202);
    struct reply job = wait_for(site, begun);
    CHECK_STR(api_at(site, job, "state"), STR("failed"));
    CHECK_CONTAINS(api_at(site, job, "why"), STR("10"));
    api_call(site, "POST /api/v1/profiles", "{'object': 'planet'}", 400);
    api_call(site, "POST /api/v1/profiles", "{'outcome': '{score: nothing, gt: 3}'}", 400);
    site_close(site);
}

/* ---- Suggestions. ---- */

/* A third of each kind; half of the hot buy, one in ten of the warm, one in fifty of the cold, twenty days after they came. */
static struct site *open_long_world(int people)
{
    static const struct {
        const char *heat;
        int one_in;
    } kinds[] = {{"hot", 2}, {"warm", 10}, {"cold", 50}};
    struct site *site = site_open((struct site_options){0});
    AUTO_BUF contacts = BUF_INIT(FILE_MAX);
    AUTO_BUF events = BUF_INIT(FILE_MAX);
    AUTO_BUF time = BUF_INIT(64);
    buf_append_c(&contacts, "id,heat\n");
    buf_append_c(&events, "contact,event,time\n");
    for (int i = 0; i < people; i++) {
        int kind = i % 3, number = i / 3;
        int64_t began_ms = SITE_NOW_MS - (300 - number % 200) * MS_PER_DAY;
        buf_format(&contacts, "c%d,%s\n", i, kinds[kind].heat);
        buf_clear(&time);
        instant_format(&time, began_ms);
        buf_format(&events, "c%d,seen," STR_FMT "\n", i, STR_ARG(buf_str(&time)));
        if (number % kinds[kind].one_in != 0) continue;
        buf_clear(&time);
        instant_format(&time, began_ms + 20 * MS_PER_DAY);
        buf_format(&events, "c%d,bought," STR_FMT "\n", i, STR_ARG(buf_str(&time)));
    }
    import(site, "contacts", &contacts);
    import(site, "events", &events);
    api_call(
        site, "POST /api/v1/scores/lead/publish",
        "{'text': 'score: lead\\n# by feeling\\ngroups:\\n- name: Fit\\n  category: fit\\n  rules:\\n  - {name: Heat, "
        "property: heat, values: [{is: hot, points: 5}, {is: warm, points: 8}]}\\n'}",
        200);
    return site;
}

#define SUGGEST "'score': 'lead', 'outcome': {'event': 'bought'}, 'horizon_days': 30"

TEST(points_are_suggested_by_what_came_of_them_and_kept_as_a_draft_that_keeps_its_comments)
{
    struct site *site = open_long_world(3000);
    struct reply begun = api_call(site, "POST /api/v1/suggestions", "{" SUGGEST ", 'keep_draft': true}", 202);
    CHECK_STR(api_at(site, begun, "kind"), STR("suggestion"));
    struct reply r = result_of(site, begun);
    check_schema(site, r, "Suggestion");
    CHECK_STR(api_at(site, r, "points.0.rule"), STR("Heat"));
    CHECK_STR(api_at(site, r, "points.0.now"), STR("5"));
    int64_t hot, warm;
    CHECK_TRUE(str_to_i64(api_at(site, r, "points.0.then"), &hot));
    CHECK_TRUE(str_to_i64(api_at(site, r, "points.1.then"), &warm));
    CHECK_TRUE(hot > warm && warm > 0);
    CHECK_STR(api_at(site, r, "kept"), STR("true"));
    struct reply draft = api_call(site, "GET /api/v1/scores/lead/draft", "", 200);
    CHECK_STR(api_at(site, draft, "text"), api_at(site, r, "draft"));
    CHECK_CONTAINS(api_at(site, draft, "text"), STR("# by feeling"));
    api_call(site, "POST /api/v1/scores/lead/publish", "{'expected': 1}", 200); /* an ordinary draft */
    site_close(site);
}

TEST(a_suggestion_takes_nobody_s_draft_away_without_having_seen_it)
{
    struct site *site = open_long_world(3000);
    struct reply put = api_call(site, "PUT /api/v1/scores/lead/draft", "{'text': '" FLAT "'}", 200);
    api_call(site, "POST /api/v1/suggestions", "{" SUGGEST ", 'keep_draft': true}", 428);
    api_call_with(site, "POST /api/v1/suggestions", "If-Match: \"0000000000000000\"\r\n",
                  "{" SUGGEST ", 'keep_draft': true}", 412);
    const char *seen = arena_format(site->arena, "If-Match: " STR_FMT "\r\n", STR_ARG(reply_header(put, "ETag"))).at;
    struct reply r = result_of(
        site, api_call_with(site, "POST /api/v1/suggestions", seen, "{" SUGGEST ", 'keep_draft': true}", 202));
    CHECK_STR(api_at(site, r, "kept"), STR("true"));
    bool there;
    struct err_info why = {0};
    CHECK_INT(draft_put(site->server, STR("lead"), STR("score: lead"), reply_header(put, "ETag"), &there, &why),
              ERR_CONFLICT); /* as it ends for a job when somebody else was there meanwhile */
    CHECK_TRUE(there);
    r = result_of(site, api_call(site, "POST /api/v1/suggestions", "{" SUGGEST "}", 202));
    CHECK_STR(api_at(site, r, "kept"), STR("false"));
    CHECK_STR(api_at(site, r, "why_not_kept"), STR("(absent)"));
    site_close(site);
}

TEST(a_whole_score_is_drafted_from_nothing)
{
    struct site *site = open_long_world(3000);
    struct reply r =
        result_of(site, api_call(site, "POST /api/v1/suggestions",
                                 "{'outcome': {'event': 'bought'}, 'horizon_days': 30, 'keep_draft': true}", 202));
    check_schema(site, r, "Suggestion");
    CHECK_STR(api_at(site, r, "score"), STR("lead_score"));
    CHECK_CONTAINS(api_at(site, r, "draft"), STR("hot"));
    struct reply draft = api_call(site, "GET /api/v1/scores/lead_score/draft", "", 200);
    CHECK_STR(api_at(site, draft, "text"), api_at(site, r, "draft"));
    api_call(site, "POST /api/v1/scores/lead_score/publish", "{}", 200);
    site_close(site);
}

TEST(of_a_score_that_nobody_published_nothing_is_suggested)
{
    struct site *site = open_world(1);
    api_call(site, "POST /api/v1/suggestions", "{'object': 'planet'}", 400);
    api_call(site, "POST /api/v1/suggestions", "{'score': 'nothing'}", 404);
    struct reply job = wait_for(site, api_call(site, "POST /api/v1/suggestions", "{'score': 'lead'}", 202));
    CHECK_STR(api_at(site, job, "state"), STR("failed"));
    api_call(site, "GET /api/v1/scores/lead/draft", "", 404);
    site_close(site);
}

TEST(a_suggestion_can_be_cancelled_and_a_stop_of_the_server_waits_for_none)
{
    struct site *site = open_long_world(20000);
    struct reply first = api_call(site, "POST /api/v1/suggestions", "{" SUGGEST "}", 202);
    (void)api_call(site, "POST /api/v1/suggestions", "{" SUGGEST "}", 202);
    const char *line = arena_format(site->arena, "/api/v1/jobs/" STR_FMT, STR_ARG(api_at(site, first, "id"))).at;
    const char *look = arena_format(site->arena, "GET %s", line).at;
    while (!str_equal(api_at(site, api_call(site, look, "", 200), "phase"), STR("drawing records anew")))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    api_call(site, arena_format(site->arena, "DELETE %s", line).at, "", 204);
    CHECK_STR(api_at(site, wait_for(site, first), "state"), STR("cancelled"));
    site_close(site);
}

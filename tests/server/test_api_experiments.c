/* test_api_experiments.c — two ways are compared: from a draft to a verdict, over the API. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "api_client.h"
#include "base/instant.h"
#include "harness.h"
#include "predict/experiment.h"

#define LEAD(points)                                                                                    \
    "score: lead\\nbands: [{label: MQL, from: 10}]\\ngroups:\\n- name: Web\\n  category: engagement\\n" \
    "  rules:\\n  - {name: Form, event: form_sent, points: " points "}\\n"
#define DRAFT                                                                                                \
    "{'name':'trial','who':{'event':'form_sent'},'outcome':{'event':'bought'},'horizon_days':10,"            \
    "'base_rate':0.2,'effect':0.4,'arms':[{'label':'as it is','score':'lead'},{'label':'new','text':'" LEAD( \
        "20") "'}]}"

static struct site *open_site(const char *database)
{
    struct site *site = site_open((struct site_options){.database = database});
    api_call(site, "POST /api/v1/scores/lead/publish", "{'text':'" LEAD("5") "'}", 200);
    return site;
}

static void days_pass(struct site *site, int days)
{
    site_time_passes(site, days * MS_PER_DAY);
}

/* An event of the contact called so, now. */
static void act(struct site *site, const char *id, const char *event)
{
    char body[300];
    snprintf(body, sizeof body, "{'events':[{'type':'track','event':'%s','userId':'%s','messageId':'%s-%s'}]}", event,
             id, id, event);
    (void)api_call(site, "POST /api/v1/events", body, 200);
}

static void make(struct site *site, const char *draft)
{
    api_call(site, "POST /api/v1/experiments", draft, 201);
}

/* What happens at the instant of the start was there before. */
static struct reply start(struct site *site)
{
    struct reply started = api_call(site, "POST /api/v1/experiments/trial/start", "", 200);
    site_time_passes(site, MS_PER_MINUTE);
    return started;
}

static struct reply results(struct site *site)
{
    return api_call(site, "GET /api/v1/experiments/trial/results", "", 200);
}

/* Who takes part in either arm. */
static int64_t assigned(struct site *site)
{
    struct reply found = results(site);
    int64_t a = 0, b = 0;
    CHECK_TRUE(str_to_i64(api_at(site, found, "arms.0.assigned"), &a) &&
               str_to_i64(api_at(site, found, "arms.1.assigned"), &b));
    return a + b;
}

/* `people` come and send the form; of those in arm B three quarters buy, of those in A a quarter. */
static void live_through(struct site *site, int people)
{
    for (int i = 0; i < people; i++) {
        char id[32], line[100];
        snprintf(id, sizeof id, "p%d", i);
        act(site, id, "form_sent");
        site_time_passes(site, MS_PER_MINUTE);
        snprintf(line, sizeof line, "GET /api/v1/contacts/userId:%s/experiments", id);
        bool in_b = str_equal(api_at(site, api_call(site, line, "", 200), "results.0.arm"), STR("B"));
        if (in_b == (i % 4 != 0)) act(site, id, "bought");
    }
}

TEST(an_experiment_goes_from_a_draft_to_a_verdict_and_tells_what_it_knew_before)
{
    struct site *site = open_site(NULL);
    make(site, DRAFT);
    act(site, "early", "form_sent"); /* before the start: takes no part */
    days_pass(site, 1);
    CHECK_STR(api_at(site, start(site), "state"), STR("running"));
    days_pass(site, 1);
    live_through(site, 120);
    struct reply soon = results(site);
    CHECK_STR(api_at(site, soon, "verdict"), STR("waiting"));
    CHECK_STR(api_at(site, soon, "arms.0.counted"), STR("0"));
    CHECK_STR(api_at(site, soon, "arms.0.assigned"), api_at(site, soon, "arms.0.pending"));
    AUTO_ARENA arena = arena_new();
    struct str at = arena_str(arena, api_at(site, soon, "as_of")), before = arena_str(arena, soon.body);
    days_pass(site, 10);
    const char *line = arena_format(arena, "GET /api/v1/experiments/trial/results?as_of=" STR_FMT, STR_ARG(at)).at;
    CHECK_STR(api_call(site, line, "", 200).body, before);
    struct reply then = results(site);
    CHECK_STR(api_at(site, then, "arms.0.pending"), STR("0"));
    CHECK_STR(api_at(site, then, "verdict"), STR("b_better"));
    CHECK_CONTAINS(api_at(site, then, "sentence"), STR("'new' converts more than 'as it is'"));
    CHECK_STR(api_at(site, then, "arms.1.label"), STR("new"));
    CHECK_STR(api_at(site, then, "warnings.0"), STR("(absent)"));
    int64_t a = 0, b = 0;
    CHECK_TRUE(str_to_i64(api_at(site, then, "arms.0.counted"), &a) &&
               str_to_i64(api_at(site, then, "arms.1.counted"), &b));
    CHECK_INT(a + b, 120);
    CHECK_TRUE(a > 40 && b > 40);
    site_close(site);
}

TEST(each_arm_is_scored_by_its_own_definition_as_it_was_at_the_start)
{
    struct site *site = open_site(NULL);
    make(site, DRAFT);
    start(site);
    api_call(site, "POST /api/v1/scores/lead/publish", "{'text':'" LEAD("7") "','expected':1}", 200);
    live_through(site, 30);
    struct reply found = results(site);
    CHECK_STR(api_at(site, found, "arms.0.score.median"), STR("5"));
    CHECK_STR(api_at(site, found, "arms.0.score.version"), STR("1"));
    CHECK_STR(api_at(site, found, "arms.0.score.bands.0.records"), STR("0"));
    CHECK_STR(api_at(site, found, "arms.1.score.median"), STR("20"));
    CHECK_STR(api_at(site, found, "arms.1.score.bands.0.band"), STR("MQL"));
    CHECK_STR(api_at(site, found, "arms.1.score.bands.0.records"), api_at(site, found, "arms.1.assigned"));
    for (int i = 0; i < 30; i++) {
        const char *line = arena_format(site->arena, "GET /api/v1/contacts/userId:p%d/experiments", i).at;
        struct reply part = api_call(site, line, "", 200);
        bool in_b = str_equal(api_at(site, part, "results.0.arm"), STR("B"));
        CHECK_STR(api_at(site, part, "results.0.score.value"), in_b ? STR("20") : STR("5"));
        CHECK_STR(api_at(site, part, "results.0.score.band"), in_b ? STR("MQL") : STR("null"));
    }
    site_close(site);
}

TEST(a_restart_keeps_experiments_and_everybody_in_their_arm)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/experiments.db", harness_tmpdir()).at;
    struct site *site = open_site(path);
    make(site, DRAFT);
    start(site);
    live_through(site, 40);
    struct str before = arena_str(arena, results(site).body);
    int64_t now_ms = site->clock.fixed_ms;
    site_close(site);
    site = site_open((struct site_options){.database = path});
    site_time_passes(site, now_ms - site->clock.fixed_ms);
    CHECK_STR(results(site).body, before);
    api_call(site, "POST /api/v1/experiments/trial/start", "", 409);
    site_close(site);
}

TEST(whoever_comes_after_the_stop_takes_no_part_and_who_did_still_counts)
{
    struct site *site = open_site(NULL);
    make(site, DRAFT);
    start(site);
    days_pass(site, 1);
    act(site, "ada", "form_sent");
    days_pass(site, 1);
    api_call(site, "POST /api/v1/experiments/trial/stop", "", 200);
    days_pass(site, 1);
    act(site, "ben", "form_sent");
    act(site, "ada", "bought");
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/userId:ben/experiments", "", 200), "results.0.arm"),
              STR("(absent)"));
    struct reply ada = api_call(site, "GET /api/v1/contacts/userId:ada/experiments", "", 200);
    CHECK_STR(api_at(site, ada, "results.0.state"), STR("stopped"));
    CHECK_STR(api_at(site, ada, "results.0.converted"), STR("true"));
    api_call(site, "POST /api/v1/experiments/trial/stop", "", 409);
    api_call(site, "DELETE /api/v1/experiments/trial", "", 204);
    api_call(site, "GET /api/v1/experiments/trial", "", 404);
    site_close(site);
}

TEST(those_who_were_there_take_part_from_the_start_where_the_experiment_says_so)
{
    struct site *site = open_site(NULL);
    act(site, "early", "form_sent");
    act(site, "sold", "form_sent");
    days_pass(site, 1);
    act(site, "sold", "bought"); /* nothing is left to find out */
    days_pass(site, 1);
    make(site, "{'name':'trial','who':{'event':'form_sent'},'existing':true,'outcome':{'event':'bought'},"
               "'horizon_days':10,'base_rate':0.2,'effect':0.4,'arms':[{'label':'a'},{'label':'b'}]}");
    struct str started = api_at(site, start(site), "started");
    struct reply early = api_call(site, "GET /api/v1/contacts/userId:early/experiments", "", 200);
    CHECK_STR(api_at(site, early, "results.0.since"), started);
    struct reply sold = api_call(site, "GET /api/v1/contacts/userId:sold/experiments", "", 200);
    CHECK_STR(api_at(site, sold, "results.0.arm"), STR("(absent)"));
    site_close(site);
}

TEST(deals_may_be_tried_two_ways_as_well)
{
    struct site *site = open_site(NULL);
    make(site, "{'name':'trial','object':'deal','outcome':{'property':'stage','is':'won'},'horizon_days':10,"
               "'base_rate':0.2,'effect':0.4,'arms':[{'label':'a'},{'label':'b'}]}");
    start(site);
    api_call(site, "POST /api/v1/deals", "{'id':'d-1','properties':{'stage':'offer'}}", 201);
    days_pass(site, 2);
    api_call(site, "PATCH /api/v1/deals/d-1", "{'properties':{'stage':'won'}}", 200);
    struct reply deal = api_call(site, "GET /api/v1/deals/d-1/experiments", "", 200);
    CHECK_STR(api_at(site, deal, "results.0.converted"), STR("true"));
    days_pass(site, 9);
    struct reply found = results(site);
    int64_t a = 0, b = 0;
    CHECK_TRUE(str_to_i64(api_at(site, found, "arms.0.converted"), &a) &&
               str_to_i64(api_at(site, found, "arms.1.converted"), &b));
    CHECK_INT(a + b, 1);
    site_close(site);
}

TEST(two_who_are_one_have_the_arm_of_the_one_that_stays)
{
    struct site *site = open_site(NULL);
    make(site, DRAFT);
    start(site);
    days_pass(site, 1);
    api_call(site, "POST /api/v1/contacts", "{'id':'old'}", 201);
    struct reply trial = api_call(site, "GET /api/v1/experiments/trial", "", 200);
    uint64_t seed = 0;
    CHECK_TRUE(str_to_u64(api_at(site, trial, "seed"), &seed));
    days_pass(site, 1);
    act(site, "visitor", "form_sent");
    api_call(site, "POST /api/v1/contacts/userId:visitor/merge", "{'with':'old'}", 200);
    struct reply part = api_call(site, "GET /api/v1/contacts/userId:visitor/experiments", "", 200);
    CHECK_STR(api_at(site, part, "results.0.arm"),
              experiment_arm(seed, STR("old"), 0.5) == ARM_B ? STR("B") : STR("A"));
    CHECK_STR(api_at(site, part, "results.1.arm"), STR("(absent)"));
    CHECK_INT(assigned(site), 1);
    site_close(site);
}

/* An id that the lot puts in this arm, other than those given before. */
static const char *id_in_arm(struct site *site, uint64_t seed, uint32_t arm, const char *prefix)
{
    for (int i = 0;; i++) {
        struct str id = arena_format(site->arena, "%s%d", prefix, i);
        if (experiment_arm(seed, id, 0.5) == arm) return id.at;
    }
}

static void unite(struct site *site, const char *one, const char *other)
{
    char line[200], body[200];
    snprintf(line, sizeof line, "POST /api/v1/contacts/%s/merge", one);
    snprintf(body, sizeof body, "{'with':'%s'}", other);
    api_call(site, line, body, 200);
}

TEST(the_results_say_how_many_were_merged_with_a_record_of_the_other_arm)
{
    struct site *site = open_site(NULL);
    make(site, DRAFT);
    start(site);
    uint64_t seed = 0;
    CHECK_TRUE(str_to_u64(api_at(site, api_call(site, "GET /api/v1/experiments/trial", "", 200), "seed"), &seed));
    const char *a = id_in_arm(site, seed, ARM_A, "a"), *b = id_in_arm(site, seed, ARM_B, "b");
    const char *a2 = id_in_arm(site, seed, ARM_A, "same"), *a3 = id_in_arm(site, seed, ARM_A, "similar");
    const char *const all[] = {a, b, a2, a3};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        site_time_passes(site, MS_PER_MINUTE);
        act(site, all[i], "form_sent");
    }
    CHECK_STR(api_at(site, results(site), "warnings.0"), STR("(absent)"));
    site_time_passes(site, MS_PER_MINUTE);
    unite(site, a2, a3); /* the lot said the same of both */
    CHECK_STR(api_at(site, results(site), "warnings.0"), STR("(absent)"));
    unite(site, a, b);
    struct reply found = results(site);
    CHECK_STR(api_at(site, found, "arms.0.assigned"), STR("2"));
    CHECK_STR(api_at(site, found, "arms.0.mixed"), STR("1"));
    CHECK_STR(api_at(site, found, "arms.1.mixed"), STR("0"));
    CHECK_STR(
        api_at(site, found, "warnings.0"),
        STR("1 of the records was merged with one of the other arm while the experiment ran: it counts in the arm "
            "of the record that stayed, and may have been treated in both ways"));
    site_close(site);
}

TEST(who_was_merged_before_taking_part_and_a_visitor_without_a_name_were_in_one_arm_only)
{
    struct site *site = open_site(NULL);
    make(site, DRAFT);
    start(site);
    uint64_t seed = 0;
    CHECK_TRUE(str_to_u64(api_at(site, api_call(site, "GET /api/v1/experiments/trial", "", 200), "seed"), &seed));
    const char *a = id_in_arm(site, seed, ARM_A, "a"), *b = id_in_arm(site, seed, ARM_B, "b");
    act(site, a, "page_viewed");
    act(site, b, "page_viewed");
    unite(site, a, b);
    site_time_passes(site, MS_PER_MINUTE);
    act(site, a, "form_sent");
    for (int visitor = 0; visitor < 8; visitor++) { /* eight lots: of both arms */
        char body[300];
        site_time_passes(site, MS_PER_MINUTE);
        snprintf(body, sizeof body, "{'events':[{'type':'page','anonymousId':'v%d'}]}", visitor);
        api_call(site, "POST /api/v1/events", body, 200);
        site_time_passes(site, MS_PER_MINUTE);
        snprintf(body, sizeof body, "{'events':[{'type':'identify','anonymousId':'v%d','userId':'%s'}]}", visitor, a);
        api_call(site, "POST /api/v1/events", body, 200);
    }
    CHECK_INT(assigned(site), 1);
    CHECK_STR(api_at(site, results(site), "warnings.0"), STR("(absent)"));
    site_close(site);
}

TEST(whoever_is_put_away_still_counts_and_whoever_is_erased_does_not)
{
    struct site *site = open_site(NULL);
    make(site, DRAFT);
    start(site);
    act(site, "ada", "form_sent");
    act(site, "ben", "form_sent");
    CHECK_INT(assigned(site), 2);
    api_call(site, "DELETE /api/v1/contacts/userId:ada", "", 200);
    CHECK_INT(assigned(site), 2);
    api_call(site, "DELETE /api/v1/contacts/userId:ben?erase=true", "", 204);
    CHECK_INT(assigned(site), 1);
    site_close(site);
}

TEST(a_pilot_group_is_chosen_by_a_condition_and_the_result_says_that_no_lot_was_drawn)
{
    struct site *site = open_site(NULL);
    make(site, "{'name':'trial','who':{'event':'form_sent'},'pilot':{'property':'country','is':'NL'},"
               "'outcome':{'event':'bought'},'horizon_days':10,'base_rate':0.2,'effect':0.4,"
               "'arms':[{'label':'nurture as now'},{'label':'call at once'}]}");
    start(site);
    days_pass(site, 1);
    api_call(site, "POST /api/v1/contacts", "{'id':'anna','userId':'anna','properties':{'country':'NL'}}", 201);
    api_call(site, "POST /api/v1/contacts", "{'id':'bela','userId':'bela','properties':{'country':'HU'}}", 201);
    act(site, "anna", "form_sent");
    act(site, "bela", "form_sent");
    struct reply anna = api_call(site, "GET /api/v1/contacts/anna/experiments", "", 200);
    CHECK_STR(api_at(site, anna, "results.0.label"), STR("call at once"));
    CHECK_STR(api_at(site, anna, "results.0.score"), STR("null"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/bela/experiments", "", 200), "results.0.arm"),
              STR("A"));
    CHECK_CONTAINS(api_at(site, results(site), "warnings.0"), STR("not drawn by lot"));
    site_close(site);
}

TEST(the_size_is_told_before_the_start_with_the_weeks_it_takes_as_leads_come_now)
{
    struct site *site = open_site(NULL);
    site_time_passes(site, -70 * MS_PER_DAY);
    for (int i = 0; i < 64; i++) { /* one a day; of the first 56 every fourth buys the day after */
        char id[32], former[32];
        snprintf(id, sizeof id, "p%d", i);
        snprintf(former, sizeof former, "p%d", i - 1);
        act(site, id, "form_sent");
        if (i % 4 == 1) act(site, former, "bought");
        days_pass(site, 1);
    }
    struct reply size = api_call(site, "POST /api/v1/experiments/size",
                                 "{'who':{'event':'form_sent'},'outcome':{'event':'bought'},'horizon_days':10,"
                                 "'effect':0.1,'analysis':'planned','arms':[{'label':'a'},{'label':'b'}]}",
                                 200);
    CHECK_STR(api_at(site, size, "base_rate_given"), STR("false"));
    int64_t records = 0, converted = 0;
    CHECK_TRUE(str_to_i64(api_at(site, size, "past.records"), &records) &&
               str_to_i64(api_at(site, size, "past.converted"), &converted));
    CHECK_TRUE(records >= 53 && records <= 55 && converted >= 13 && converted <= 14);
    CHECK_STR(api_at(site, size, "needed"), api_at(site, size, "planned"));
    double weeks = 0, needed = 0, a_week = 0;
    CHECK_TRUE(str_to_double(api_at(site, size, "weeks"), &weeks) &&
               str_to_double(api_at(site, size, "needed"), &needed) &&
               str_to_double(api_at(site, size, "per_week"), &a_week));
    CHECK_NEAR(a_week, 6.9, 0.1);
    CHECK_NEAR(weeks, needed / a_week + 10.0 / 7, 1e-6);
    CHECK_STR(api_at(site, size, "detectable.0.weeks"), STR("4"));
    CHECK_CONTAINS(api_at(site, size, "sentence"), STR("records are needed; as 6.9 come in a week"));
    struct reply nobody = api_call(site, "POST /api/v1/experiments/size",
                                   "{'who':{'event':'never'},'outcome':{'event':'bought'},'horizon_days':10,"
                                   "'base_rate':0.1,'effect':0.1,'arms':[{'label':'a'},{'label':'b'}]}",
                                   200);
    CHECK_STR(api_at(site, nobody, "weeks"), STR("null"));
    CHECK_CONTAINS(api_at(site, nobody, "sentence"), STR("nobody came in the last 56 days"));
    make(site, "{'name':'trial','who':{'event':'form_sent'},'outcome':{'event':'bought'},'horizon_days':10,"
               "'relative_effect':0.5,'arms':[{'label':'a'},{'label':'b'}]}");
    CHECK_STR(api_at(site, start(site), "base_rate"), api_at(site, size, "base_rate"));
    site_close(site);
}

TEST(a_planned_experiment_says_nothing_before_its_one_look)
{
    struct site *site = open_site(NULL);
    make(site, "{'name':'trial','who':{'event':'form_sent'},'outcome':{'event':'bought'},'horizon_days':10,"
               "'analysis':'planned','base_rate':0.2,'effect':0.2,'arms':[{'label':'a'},{'label':'b'}]}");
    start(site);
    days_pass(site, 1);
    live_through(site, 100);
    days_pass(site, 10);
    struct reply found = results(site);
    CHECK_STR(api_at(site, found, "verdict"), STR("waiting"));
    CHECK_STR(api_at(site, found, "planned.reached"), STR("false"));
    CHECK_STR(api_at(site, found, "planned.p"), STR("null"));
    CHECK_CONTAINS(api_at(site, found, "sentence"), STR("the horizon of 100 records is over, and "));
    site_close(site);
}

TEST(what_makes_no_experiment_is_refused_where_it_is_wrong)
{
    static const struct {
        const char *member, *value, *at;
    } row[] = {{"name", "'Trial 1'", "name"},
               {"outcome", "null", "outcome"},
               {"outcome", "{'evnt':'bought'}", "outcome"},
               {"who", "{'property':'plan','like':'x'}", "who"},
               {"pilot", "'NL'", "pilot"},
               {"horizon_days", "0", "horizon_days"},
               {"effect", "0", "effect"},
               {"effect", "null", "effect"},
               {"relative_effect", "0.5", "effect"},
               {"share_b", "1", "share_b"},
               {"alpha", "'five'", "alpha"},
               {"analysis", "'daily'", "analysis"},
               {"object", "'lead'", "object"},
               {"arms", "[{'label':'one'}]", "arms"},
               {"arms", "[{'label':'one'},{'label':'one'}]", "arms"},
               {"arms", "[{'label':'one','score':'nobody'},{'label':'two'}]", "arms"},
               {"arms", "[{'label':'one','text':'score: lead\\ngroups: [{name: g}]\\n'},{'label':'two'}]", "arms"}};
    struct site *site = open_site(NULL);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        /* Of a member that is there twice the last counts. */
        struct str body =
            arena_format(site->arena, "%.*s,'%s':%s}", (int)sizeof(DRAFT) - 2, DRAFT, row[i].member, row[i].value);
        struct reply refused = api_call(site, "POST /api/v1/experiments", body.at, 400);
        CHECK_STR(api_at(site, refused, "at"), str_from_c(row[i].at));
    }
    make(site, DRAFT);
    CHECK_STR(api_at(site, api_call(site, "POST /api/v1/experiments", DRAFT, 409), "code"), STR("exists"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/experiments/trial/results", "", 409), "code"),
              STR("not_started"));
    start(site);
    CHECK_STR(api_at(site, api_call(site, "DELETE /api/v1/experiments/trial", "", 409), "code"), STR("running"));
    make(site, "{'name':'unknown','outcome':{'event':'bought'},'horizon_days':10,'effect':0.1,"
               "'arms':[{'label':'a'},{'label':'b'}]}");
    CHECK_STR(api_at(site, api_call(site, "POST /api/v1/experiments/unknown/start", "", 409), "code"),
              STR("no_base_rate"));
    site_close(site);
}

TEST(who_started_and_stopped_an_experiment_stands_in_the_audit)
{
    struct site *site = open_site(NULL);
    make(site, DRAFT);
    start(site);
    api_call(site, "POST /api/v1/experiments/trial/stop", "", 200);
    struct reply audit = api_call(site, "GET /api/v1/audit?limit=3", "", 200);
    CHECK_STR(api_at(site, audit, "results.0.action"), STR("experiment.stop"));
    CHECK_STR(api_at(site, audit, "results.1.action"), STR("experiment.start"));
    CHECK_STR(api_at(site, audit, "results.2.action"), STR("experiment.create"));
    CHECK_STR(api_at(site, audit, "results.2.target"), STR("trial"));
    site_close(site);
}

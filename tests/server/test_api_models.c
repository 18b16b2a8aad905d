/* test_api_models.c — a model's life in a server: said, trained, asked, replaced, taken back, watched.
 *
 * The world is made up: people read `pricing` in spells, some are of the branch `it`; both make it likelier that they buy. In
 * a world without a law, who buys is drawn by lot. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "api_client.h"
#include "base/chance.h"
#include "base/instant.h"
#include "harness.h"
#include "predict/logit.h"
#include "schema_check.h"
#include "server/forecasts.h"
#include "server/jobs.h"
#include "server/openapi.h"

#define DAYS 400
#define FACTS_AT_ONCE 1000

/* ---- The world. ---- */

struct feed {
    struct site *site;
    struct arena *arena;
    struct fact facts[FACTS_AT_ONCE];
    struct fact_result results[FACTS_AT_ONCE];
    size_t count;
};

static void feed_flush(struct feed *feed)
{
    struct err_info why = {0};
    if (feed->count > 0)
        CHECK_OK(engine_take(feed->site->server->engine, feed->facts, feed->results, feed->count, &why), why);
    for (size_t i = 0; i < feed->count; i++) CHECK_INT(feed->results[i].state, FACT_TAKEN);
    feed->count = 0;
    arena_reset(feed->arena);
}

static struct fact *feed_fact(struct feed *feed, uint32_t who, int64_t at_ms)
{
    if (feed->count == FACTS_AT_ONCE) feed_flush(feed);
    struct fact *fact = &feed->facts[feed->count++];
    *fact = (struct fact){.object = ENTITY_CONTACT, .lists = true, .at_ms = at_ms, .received_ms = at_ms};
    fact->identifiers[fact->identifier_count++] =
        (struct fact_identifier){IDENTIFIER_ID, arena_format(feed->arena, "c%04u", who)};
    return fact;
}

static void feed_event(struct feed *feed, uint32_t who, const char *name, int day, struct chance *chance)
{
    int64_t at_ms = SITE_NOW_MS - (DAYS - day) * MS_PER_DAY + chance_below(chance, MS_PER_DAY);
    struct fact *fact = feed_fact(feed, who, at_ms);
    fact->event = str_from_c(name);
    fact->message_id = arena_format(feed->arena, "%u-%s-%lld", who, name, (long long)at_ms);
}

static void feed_person(struct feed *feed, uint32_t who, double law, struct chance *chance)
{
    bool fits = chance_below(chance, 3) == 0, keen = false;
    int first = (int)chance_below(chance, DAYS);
    struct fact *fact = feed_fact(feed, who, FOREVER);
    struct fact_value *values = ARENA_ARRAY(feed->arena, struct fact_value, 2);
    values[0] = (struct fact_value){STR("branch"), fits ? STR("it") : STR("steel")};
    values[1] = (struct fact_value){STR("gender"), chance_below(chance, 2) == 0 ? STR("f") : STR("m")};
    fact->values = values;
    fact->value_count = 2;
    feed_event(feed, who, "signup", first, chance);
    for (int day = first; day < DAYS; day++) {
        if (chance_below(chance, 40) == 0) keen = !keen;
        if (chance_unit(chance) < (keen ? 0.3 : 0.03)) feed_event(feed, who, "pricing", day, chance);
        double log_odds = law > 0 ? -8 + law * keen + law * fits : -6;
        if (chance_unit(chance) >= sigmoid(log_odds)) continue;
        feed_event(feed, who, "bought", day, chance);
        return;
    }
}

static void feed_world(struct site *site, uint32_t people, double law)
{
    struct feed *feed = memory_alloc(sizeof *feed);
    feed->site = site;
    feed->arena = arena_new();
    for (uint32_t who = 0; who < people; who++) {
        struct chance chance = chance_of(11, who);
        feed_person(feed, who, law, &chance);
    }
    feed_flush(feed);
    arena_free(feed->arena);
    memory_free(feed);
}

#define PEOPLE 1200
#define LAW 2.5

static const char definition[] = "{'horizon_days': 60, 'outcome': {'event': 'bought'}}";

static struct reply define(struct site *site)
{
    return api_call(site, "PUT /api/v1/models/close", definition, 201);
}

static struct reply wait_for(struct site *site, struct reply begun)
{
    const char *line = arena_format(site->arena, "GET /api/v1/jobs/" STR_FMT, STR_ARG(api_at(site, begun, "id"))).at;
    for (;;) {
        struct reply now = api_call(site, line, "", 200);
        struct str state = api_at(site, now, "state");
        if (!str_equal(state, STR("waiting")) && !str_equal(state, STR("running"))) return now;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

static struct reply train(struct site *site)
{
    struct reply job = wait_for(site, api_call(site, "POST /api/v1/models/close/train", "{}", 202));
    if (!str_equal(api_at(site, job, "state"), STR("done"))) FAIL(STR_FMT, STR_ARG(job.body));
    return job;
}

static void refresh(struct site *site)
{
    struct err_info why = {0};
    CHECK_OK(forecasts_refresh(site->server->forecasts, &why), why);
}

static struct site *open_world(double law, const char *database)
{
    struct site *site = site_open((struct site_options){.database = database});
    feed_world(site, PEOPLE, law);
    define(site);
    return site;
}

static struct reply model(struct site *site)
{
    return api_call(site, "GET /api/v1/models/close", "", 200);
}

static double number_at(struct site *site, struct reply reply, const char *path)
{
    struct str text = api_at(site, reply, path);
    char *end;
    double number = strtod(text.at, &end);
    if (end == text.at) FAIL("%s is " STR_FMT, path, STR_ARG(text));
    return number;
}

static void check_schema(struct site *site, struct reply reply, const char *schema)
{
    AUTO_BUF text = BUF_INIT((size_t)4 << 20);
    AUTO_BUF wrong = BUF_INIT((size_t)64 * 1024);
    const struct json_item *document;
    struct err_info why = {0};
    openapi_append_json(&text);
    struct str whole = buf_str(&text);
    buf_append_repeat(&text, '\0', JSON_PADDING);
    struct json_parser *parser = json_parser_new();
    CHECK_OK(json_parse(parser, (struct str){text.at, whole.len}, &document, &why), why);
    schema_check(document, str_from_c(schema), api_read(site, reply), &wrong);
    json_parser_free(parser);
    if (wrong.len > 0) FAIL("not as %s:\n" STR_FMT STR_FMT, schema, STR_ARG(buf_str(&wrong)), STR_ARG(reply.body));
}

/* ---- The first champion. ---- */

TEST(the_first_version_that_is_of_use_becomes_champion_and_says_what_it_uses)
{
    struct site *site = open_world(LAW, NULL);
    CHECK_STR(api_at(site, model(site), "champion"), STR("null"));
    struct reply job = train(site);
    check_schema(site, job, "Job");
    struct reply told = model(site);
    check_schema(site, told, "Model");
    CHECK_STR(api_at(site, told, "champion"), STR("1"));
    CHECK_STR(api_at(site, told, "versions.0.state"), STR("champion"));
    CHECK_CONTAINS(api_at(site, told, "figures.verdict"), STR("usable"));
    CHECK_TRUE(number_at(site, told, "figures.figures.roc_auc.low") > 0.6);
    CHECK_TRUE(reply_has(told, "\"pricing\""));
    CHECK_TRUE(reply_has(told, "\"branch\""));
    CHECK_FALSE(reply_has(told, "open deals")); /* nobody has one */
    CHECK_FALSE(reply_has(told, "gender"));
    struct reply version = api_call(site, "GET /api/v1/models/close/versions/1", "", 200);
    check_schema(site, version, "ModelVersion");
    check_schema(site, api_call(site, "GET /api/v1/models", "", 200), "ModelList");
    site_close(site);
}

static double sum_of(struct site *site, struct reply forecast)
{
    double sum = number_at(site, forecast, "reasons.base") + number_at(site, forecast, "reasons.rest");
    static const char *const sides[] = {"for", "against"};
    for (size_t s = 0; s < COUNT_OF(sides); s++)
        for (unsigned i = 0;; i++) {
            const char *path = arena_format(site->arena, "reasons.%s.%u.log_odds", sides[s], i).at;
            if (str_equal(api_at(site, forecast, path), STR("(absent)"))) break;
            sum += number_at(site, forecast, path);
        }
    return sum;
}

TEST(a_forecast_has_reasons_that_sum_to_its_log_odds)
{
    struct site *site = open_world(LAW, NULL);
    train(site);
    refresh(site);
    unsigned open = 0;
    for (unsigned who = 0; who < 40; who++) {
        const char *line = arena_format(site->arena, "GET /api/v1/contacts/c%04u/forecasts/close?explain=true", who).at;
        struct reply forecast = api_call(site, line, "", 200);
        check_schema(site, forecast, "Forecast");
        CHECK_NEAR(sum_of(site, forecast), number_at(site, forecast, "reasons.log_odds"), 1e-4);
        if (!str_equal(api_at(site, forecast, "state"), STR("open"))) {
            CHECK_STR(api_at(site, forecast, "priority"), STR("closed won"));
            CHECK_STR(api_at(site, forecast, "probability"), STR("null"));
            continue;
        }
        double percent = number_at(site, forecast, "probability");
        CHECK_TRUE(percent > 0 && percent < 100);
        CHECK_FALSE(str_equal(api_at(site, forecast, "priority"), STR("null")));
        open++;
    }
    CHECK_TRUE(open > 10);
    api_call(site, "GET /api/v1/contacts/nobody/forecasts/close", "", 404);
    api_call(site, "GET /api/v1/contacts/c0001/forecasts/nothing", "", 404);
    site_close(site);
}

TEST(a_forecast_as_of_the_past_sees_only_what_was_known_then)
{
    struct site *site = open_world(LAW, NULL);
    train(site);
    struct reply before =
        api_call(site, "GET /api/v1/contacts/c0003/forecasts/close?as_of=2025-12-01T00:00:00Z", "", 200);
    CHECK_INT(site_send(site, "/v1/track", "{\"userId\":\"u\",\"event\":\"pricing\",\"messageId\":\"m\"}").status, 200);
    api_call(site, "POST /api/v1/import",
             "{'facts': [{'identifiers': [{'kind': 'id', 'value': 'c0003'}], 'event': 'pricing', 'at': "
             "'2026-01-05T09:00:00Z'}]}",
             200);
    struct reply after =
        api_call(site, "GET /api/v1/contacts/c0003/forecasts/close?as_of=2025-12-01T00:00:00Z", "", 200);
    CHECK_STR(after.body, before.body);
    site_close(site);
}

/* ---- The queue. ---- */

TEST(the_queue_has_the_likeliest_first_in_quarters_of_the_open_records_with_reasons)
{
    struct site *site = open_world(LAW, NULL);
    train(site);
    api_call(site, "GET /api/v1/models/close/forecasts", "", 503);
    refresh(site);
    struct reply queue = api_call(site, "GET /api/v1/models/close/forecasts?limit=500", "", 200);
    check_schema(site, queue, "ForecastQueue");
    double open = 0, before = 101;
    for (unsigned p = 0; p < 4; p++)
        open += number_at(site, queue, arena_format(site->arena, "priorities.%u.records", p).at);
    CHECK_NEAR(number_at(site, queue, "total"), open, 0);
    CHECK_TRUE(number_at(site, queue, "priorities.4.records") > 20); /* who bought */
    CHECK_NEAR(number_at(site, queue, "priorities.0.records"), open / 4, open / 10);
    for (unsigned i = 0; i < 100; i++) {
        double percent = number_at(site, queue, arena_format(site->arena, "results.%u.probability", i).at);
        CHECK_TRUE(percent <= before);
        before = percent;
    }
    CHECK_STR(api_at(site, queue, "results.0.priority"), STR("very high"));
    CHECK_FALSE(str_equal(api_at(site, queue, "results.0.reasons.for.0.words"), STR("(absent)")));
    struct reply again = api_call(site, "GET /api/v1/models/close/forecasts?limit=500", "", 200);
    CHECK_STR(again.body, queue.body); /* reasons kept are those that were made */
    struct reply metrics = api_call(site, "GET /metrics", "", 200);
    CHECK_TRUE(reply_has(metrics, "plumb_model_version{model=\"close\"} 1\n"));
    CHECK_TRUE(reply_has(metrics, "plumb_forecasts{model=\"close\",state=\"open\"} "));
    struct reply low = api_call(site, "GET /api/v1/models/close/forecasts?priority=low&limit=1", "", 200);
    CHECK_STR(api_at(site, low, "results.0.priority"), STR("low"));
    CHECK_STR(api_at(site, low, "next"), STR("1"));
    api_call(site, "GET /api/v1/models/close/forecasts?priority=urgent", "", 400);
    site_close(site);
}

/* The first of the queue, of a priority. */
static struct str first_of(struct site *site, const char *priority)
{
    const char *line = arena_format(site->arena, "GET /api/v1/models/close/forecasts?limit=1&priority=%s", priority).at;
    return api_at(site, api_call(site, line, "", 200), "results.0.id");
}

static bool leads_the_queue(struct site *site, struct str id)
{
    struct reply queue = api_call(site, "GET /api/v1/models/close/forecasts?limit=500&priority=very%20high", "", 200);
    return reply_has(queue, arena_format(site->arena, "\"id\":\"" STR_FMT "\"", STR_ARG(id)).at);
}

static void say(struct site *site, struct str id, const char *event, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        api_call(site, "POST /api/v1/import",
                 arena_format(site->arena,
                              "{'facts': [{'identifiers': [{'kind': 'id', 'value': '" STR_FMT
                              "'}], 'event': '%s', 'messageId': '%s-%u', 'at': '2026-01-05T0%u:00:00Z'}]}",
                              STR_ARG(id), event, event, i, i)
                     .at,
                 200);
}

TEST(new_facts_move_a_record_in_the_queue_and_its_outcome_takes_it_out)
{
    struct site *site = open_world(LAW, NULL);
    train(site);
    refresh(site);
    struct str id = first_of(site, "low");
    CHECK_FALSE(leads_the_queue(site, id));
    say(site, id, "pricing", 9);
    refresh(site);
    CHECK_INT(forecasts_waiting(site->server->forecasts), 0);
    CHECK_TRUE(leads_the_queue(site, id));
    say(site, id, "bought", 1);
    refresh(site);
    CHECK_FALSE(leads_the_queue(site, id));
    const char *line = arena_format(site->arena, "GET /api/v1/contacts/" STR_FMT "/forecasts/close", STR_ARG(id)).at;
    CHECK_STR(api_at(site, api_call(site, line, "", 200), "priority"), STR("closed won"));
    site_close(site);
}

/* ---- Versions. ---- */

TEST(a_later_version_is_a_challenger_that_may_be_promoted_and_taken_back)
{
    struct site *site = open_world(LAW, NULL);
    train(site);
    site_time_passes(site, 5 * MS_PER_DAY);
    train(site);
    struct reply told = model(site);
    check_schema(site, told, "Model");
    CHECK_STR(api_at(site, told, "champion"), STR("1"));
    CHECK_STR(api_at(site, told, "versions.0.state"), STR("challenger"));
    struct reply second = api_call(site, "GET /api/v1/models/close/versions/2", "", 200);
    check_schema(site, second, "ModelVersion");
    CHECK_CONTAINS(api_at(site, second, "figures.against_champion.sentence"), STR("not better in both"));
    struct reply forecast = api_call(site, "GET /api/v1/contacts/c0001/forecasts/close?explain=true", "", 200);
    CHECK_STR(api_at(site, forecast, "version"), STR("1"));
    CHECK_STR(api_at(site, forecast, "challengers.0.version"), STR("2"));
    api_call(site, "POST /api/v1/models/close/rollback", "{}", 409); /* nobody was champion before */
    told = api_call(site, "POST /api/v1/models/close/versions/2/promote", "{}", 200);
    CHECK_STR(api_at(site, told, "champion"), STR("2"));
    CHECK_STR(api_at(site, told, "versions.1.state"), STR("retired"));
    forecast = api_call(site, "GET /api/v1/contacts/c0001/forecasts/close", "", 200);
    CHECK_STR(api_at(site, forecast, "version"), STR("2"));
    api_call(site, "POST /api/v1/models/close/versions/2/promote", "{}", 409);
    api_call(site, "POST /api/v1/models/close/versions/9/promote", "{}", 404);
    told = api_call(site, "POST /api/v1/models/close/rollback", "{}", 200);
    CHECK_STR(api_at(site, told, "champion"), STR("1"));
    CHECK_TRUE(reply_has(api_call(site, "GET /api/v1/audit", "", 200), "model.rollback"));
    site_close(site);
}

TEST(training_again_on_the_same_facts_gives_the_same_figures)
{
    struct site *site = open_world(LAW, NULL);
    train(site);
    train(site);
    struct str first =
        api_at(site, api_call(site, "GET /api/v1/models/close/versions/1", "", 200), "figures.figures.brier.value");
    struct str second =
        api_at(site, api_call(site, "GET /api/v1/models/close/versions/2", "", 200), "figures.figures.brier.value");
    CHECK_STR(second, first);
    site_close(site);
}

TEST(a_model_that_asks_something_else_is_to_be_trained_anew)
{
    struct site *site = open_world(LAW, NULL);
    train(site);
    api_call(site, "PUT /api/v1/models/close",
             "{'horizon_days': 60, 'outcome': {'event': 'bought'}, 'retrain_days': 7}", 200);
    CHECK_STR(api_at(site, model(site), "champion"), STR("1"));
    api_call(site, "PUT /api/v1/models/close", "{'horizon_days': 30, 'outcome': {'event': 'bought'}}", 200);
    CHECK_STR(api_at(site, model(site), "champion"), STR("null"));
    CHECK_STR(api_at(site, model(site), "versions.0.state"), STR("retired"));
    struct reply refused = api_call(site, "GET /api/v1/contacts/c0001/forecasts/close", "", 409);
    CHECK_CONTAINS(refused.body, STR("no_forecast"));
    api_call(site, "POST /api/v1/models/close/versions/1/promote", "{}", 409);
    train(site);
    CHECK_STR(api_at(site, model(site), "champion"), STR("2"));
    api_call(site, "DELETE /api/v1/models/close", "", 204);
    api_call(site, "GET /api/v1/models/close", "", 404);
    site_close(site);
}

TEST(a_restart_keeps_models_versions_and_what_they_say)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/models.db", harness_tmpdir()).at;
    struct site *site = open_world(LAW, path);
    train(site);
    struct str told = arena_str(arena, model(site).body);
    struct str forecast =
        arena_str(arena, api_call(site, "GET /api/v1/contacts/c0001/forecasts/close?explain=true", "", 200).body);
    site_close(site);
    site = site_open((struct site_options){.database = path});
    CHECK_STR(model(site).body, told);
    CHECK_STR(api_call(site, "GET /api/v1/contacts/c0001/forecasts/close?explain=true", "", 200).body, forecast);
    refresh(site);
    api_call(site, "GET /api/v1/models/close/forecasts", "", 200);
    site_close(site);
}

/* ---- No forecasts. ---- */

TEST(a_world_without_a_law_is_said_to_have_no_signal_and_nothing_is_forecast)
{
    struct site *site = open_world(0, NULL);
    train(site);
    struct reply told = model(site);
    CHECK_STR(api_at(site, told, "champion"), STR("null"));
    CHECK_STR(api_at(site, told, "versions.0.state"), STR("of no use"));
    CHECK_STR(api_at(site, told, "figures.verdict"), STR("no usable signal"));
    CHECK_CONTAINS(api_at(site, told, "figures.sentence"), STR("not better than drawing lots"));
    struct reply refused = api_call(site, "GET /api/v1/contacts/c0001/forecasts/close", "", 409);
    CHECK_CONTAINS(refused.body, STR("no version of 'close' is of use"));
    api_call(site, "GET /api/v1/models/close/forecasts", "", 409);
    site_close(site);
}

TEST(with_too_few_examples_a_sentence_says_what_is_missing)
{
    struct site *site = site_open((struct site_options){0});
    feed_world(site, 20, LAW);
    define(site);
    api_call(site, "GET /api/v1/contacts/c0001/forecasts/close", "", 409);
    train(site);
    struct reply told = model(site);
    check_schema(site, told, "Model");
    CHECK_STR(api_at(site, told, "figures.verdict"), STR("too little to learn from"));
    CHECK_CONTAINS(api_at(site, told, "figures.sentence"), STR("at least 10"));
    site_close(site);
}

TEST(what_cannot_be_a_model_is_refused)
{
    struct site *site = site_open((struct site_options){0});
    api_call(site, "PUT /api/v1/models/Close", "{}", 400);
    api_call(site, "PUT /api/v1/models/close", "{'object': 'house'}", 400);
    api_call(site, "PUT /api/v1/models/close", "{'horizon_days': 0}", 400);
    api_call(site, "PUT /api/v1/models/close", "{'promote': 'luck'}", 400);
    struct reply reply = api_call(site, "PUT /api/v1/models/close", "{'outcome': {'propery': 'plan'}}", 400);
    CHECK_CONTAINS(reply.body, STR("propery"));
    reply = api_call(site, "PUT /api/v1/models/close", "{'score': 'lead'}", 400);
    CHECK_CONTAINS(reply.body, STR("no score in force"));
    api_call(site, "POST /api/v1/models/close/train", "{}", 404);
    site_close(site);
}

/* ---- By itself. ---- */

/* What the housekeeper begins, when it is over. */
static struct reply tended(struct site *site)
{
    models_tend(site->server->models);
    struct reply jobs = api_call(site, "GET /api/v1/jobs", "", 200);
    return wait_for(
        site,
        site_get(site,
                 arena_format(site->arena, "/api/v1/jobs/" STR_FMT, STR_ARG(api_at(site, jobs, "results.0.id"))).at));
}

TEST(a_model_is_trained_without_being_asked_reviewed_every_day_and_trained_again_when_it_is_time)
{
    struct site *site = open_world(LAW, NULL);
    struct reply job = tended(site);
    CHECK_STR(api_at(site, job, "kind"), STR("training"));
    CHECK_STR(api_at(site, job, "actor"), STR("plumb"));
    CHECK_STR(api_at(site, model(site), "champion"), STR("1"));
    job = tended(site);
    CHECK_STR(api_at(site, job, "kind"), STR("review"));
    CHECK_STR(api_at(site, job, "state"), STR("done"));
    struct reply told = model(site);
    check_schema(site, told, "Model");
    CHECK_STR(api_at(site, told, "review.champion"), STR("1"));
    CHECK_STR(api_at(site, told, "review.drift.scores.drift"), STR("none"));
    CHECK_STR(api_at(site, tended(site), "id"), STR("2")); /* nothing more today */
    site_time_passes(site, MS_PER_DAY);
    CHECK_STR(api_at(site, tended(site), "kind"), STR("review"));
    site_time_passes(site, 30 * MS_PER_DAY);
    CHECK_STR(api_at(site, tended(site), "kind"), STR("training"));
    site_close(site);
}

TEST(leads_that_are_other_than_those_of_training_are_drift_and_a_reason_to_train_anew)
{
    struct site *site = open_world(LAW, NULL);
    train(site);
    site_time_passes(site, 8 * MS_PER_DAY);
    struct feed *feed = memory_alloc(sizeof *feed);
    feed->site = site;
    feed->arena = arena_new();
    for (uint32_t who = 0; who < 3000; who++) { /* a fair: many strangers, all keen */
        struct chance chance = chance_of(5, who);
        for (int i = 0; i < 8; i++) feed_event(feed, 5000 + who, "pricing", DAYS + 2 + i % 5, &chance);
    }
    feed_flush(feed);
    arena_free(feed->arena);
    memory_free(feed);
    struct reply review = tended(site);
    CHECK_STR(api_at(site, review, "kind"), STR("review"));
    struct reply told = model(site);
    CHECK_STR(api_at(site, told, "review.drift.scores.drift"), STR("much"));
    CHECK_TRUE(reply_has(told, "pricing: in 7 days"));
    struct reply jobs = api_call(site, "GET /api/v1/jobs", "", 200);
    CHECK_STR(api_at(site, jobs, "results.0.kind"), STR("training"));
    CHECK_STR(api_at(site, jobs, "results.0.actor"), STR("plumb"));
    site_close(site);
}

/* ---- By rule. ---- */

/* From a day on, whoever reads `price list` buys soon: a law that the champion does not know. */
static void feed_new_law(struct site *site, uint32_t first, uint32_t people, int from_day, int days)
{
    struct feed *feed = memory_alloc(sizeof *feed);
    feed->site = site;
    feed->arena = arena_new();
    for (uint32_t who = first; who < first + people; who++) {
        struct chance chance = chance_of(23, who);
        int day = from_day + (int)chance_below(&chance, (uint32_t)days);
        bool reads = chance_below(&chance, 2) == 0;
        feed_event(feed, who, "signup", day, &chance);
        for (int i = 0; i < 3 && reads; i++) feed_event(feed, who, "price list", day + 1 + i, &chance);
        if (chance_unit(&chance) < (reads ? 0.8 : 0.02)) feed_event(feed, who, "bought", day + 20, &chance);
    }
    feed_flush(feed);
    arena_free(feed->arena);
    memory_free(feed);
}

/* A champion of the old law, and a world that goes by another for a year. */
static struct site *open_changed_world(const char *promote)
{
    struct site *site = open_world(LAW, NULL);
    api_call(
        site, "PUT /api/v1/models/close",
        arena_format(site->arena, "{'horizon_days': 60, 'outcome': {'event': 'bought'}, 'promote': '%s'}", promote).at,
        200);
    train(site);
    site_time_passes(site, 365 * MS_PER_DAY);
    feed_new_law(site, 3000, 2500, DAYS, 340);
    return site;
}

TEST(a_challenger_that_is_better_beyond_doubt_becomes_champion_by_itself)
{
    struct site *site = open_changed_world("rule");
    train(site);
    struct reply told = model(site);
    check_schema(site, told, "Model");
    CHECK_STR(api_at(site, told, "champion"), STR("2"));
    CHECK_STR(api_at(site, told, "versions.1.state"), STR("retired"));
    CHECK_CONTAINS(api_at(site, told, "figures.against_champion.sentence"), STR("better in both"));
    site_close(site);
}

TEST(where_somebody_decides_it_waits_for_them_and_stays_better_in_every_review)
{
    struct site *site = open_changed_world("hand");
    train(site);
    CHECK_STR(api_at(site, model(site), "champion"), STR("1"));
    CHECK_STR(api_at(site, tended(site), "kind"), STR("review"));
    struct reply told = model(site);
    check_schema(site, told, "Model");
    CHECK_STR(api_at(site, told, "champion"), STR("1"));
    CHECK_CONTAINS(api_at(site, told, "review.challengers.0.against_champion.sentence"), STR("better in both"));
    CHECK_TRUE(number_at(site, told, "review.drift.calibration.came") > 10); /* of the old champion's forecasts */
    site_close(site);
}

TEST(a_challenger_is_promoted_by_the_review_of_a_later_day)
{
    struct site *site = open_changed_world("hand");
    train(site);
    api_call(site, "PUT /api/v1/models/close", "{'horizon_days': 60, 'outcome': {'event': 'bought'}}", 200);
    CHECK_STR(api_at(site, tended(site), "kind"), STR("review"));
    CHECK_STR(api_at(site, model(site), "champion"), STR("2"));
    CHECK_TRUE(reply_has(api_call(site, "GET /api/v1/audit", "", 200), "model.promote"));
    site_close(site);
}

TEST(a_training_that_is_cancelled_leaves_no_version)
{
    struct site *site = open_world(LAW, NULL);
    struct reply begun = api_call(site, "POST /api/v1/models/close/train", "{}", 202);
    const char *line = arena_format(site->arena, "DELETE /api/v1/jobs/" STR_FMT, STR_ARG(api_at(site, begun, "id"))).at;
    api_call(site, line, "", 204);
    CHECK_STR(api_at(site, wait_for(site, begun), "state"), STR("cancelled"));
    CHECK_STR(api_at(site, model(site), "versions.0.version"), STR("(absent)"));
    site_close(site);
}

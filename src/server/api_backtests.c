/* api_backtests.c — was the score right? Asked here, answered by a job.
 *
 *     POST /api/v1/backtests   {"score": "lead", "draft": true, "against": {}, "outcome": {"event": "bought"},
 *                               "horizon_days": 90, "goals": {"min_conversion": 20}}
 *
 * What is tested is the score in force, its draft, or any text. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api_definition.h"
#include "server/api_json.h"
#include "server/api_jobs.h"
#include "server/drafts.h"
#include "server/job_kinds.h"

#define OUTCOME_BYTES_MAX ((size_t)64 * 1024)
#define TEXT_BYTES_MAX YAML_BYTES_MAX
#define MISSED_DEFAULT 100
#define PERCENT 100.0

/* ---- Which definitions. ---- */

/* {"score", "draft", "text"}; `otherwise` is the score when none is named. */
static bool read_definition(struct request *request, const struct json_item *body, struct str otherwise,
                            struct backtest_wish *wish, uint32_t i)
{
    struct str score = otherwise, text = {0};
    bool draft = false;
    if (!api_member_text(request, body, "score", &score) || !api_member_text(request, body, "text", &text) ||
        !api_member_flag(request, body, "draft", &draft))
        return false;
    if (score.len == 0 && text.len > 0 && !api_first_score(request, text, &score)) return false;
    if (score.len == 0 || score.len > NAME_MAX_BYTES)
        return api_refuse(request, 400, "no_score", STR("score"), "score is the name of a score");
    if (text.len > TEXT_BYTES_MAX)
        return api_refuse(request, 413, "too_big", STR("text"), "a text of more than %zu bytes", TEXT_BYTES_MAX);
    if (draft && text.len > 0)
        return api_refuse(request, 400, "wrong_type", STR("draft"), "either the draft is meant or the text");
    wish->of[i].called = arena_format(request->arena, STR_FMT "%s", STR_ARG(score),
                                      draft          ? ", draft"
                                      : text.len > 0 ? ", text"
                                                     : ", in force");
    if (draft && !api_draft_text(request, score, &text)) return false;
    wish->of[i].score = score;
    wish->of[i].text = text;
    return true;
}

static bool read_definitions(struct request *request, const struct json_item *body, struct backtest_wish *wish)
{
    const struct json_item *against = json_member(body, STR("against"));
    wish->count = 1;
    if (!read_definition(request, body, STR(""), wish, 0)) return false;
    if (against == NULL || against->kind == JSON_NULL) return true;
    if (against->kind != JSON_OBJECT)
        return api_refuse(request, 400, "wrong_type", STR("against"),
                          "against is an object with score, draft or text; {} is the score in force");
    wish->count = 2;
    wish->of[1] = wish->of[0];
    return read_definition(request, against, wish->of[1].score, wish, 0);
}

/* ---- What is asked of them. ---- */

bool api_read_outcome(struct request *request, const struct json_item *body, struct str *out)
{
    const struct json_item *outcome = json_member(body, STR("outcome"));
    *out = (struct str){0};
    if (outcome == NULL || outcome->kind == JSON_NULL) return true;
    AUTO_BUF text = BUF_INIT(OUTCOME_BYTES_MAX);
    struct json_writer writer = {.out = &text};
    if (outcome->kind == JSON_STRING) buf_append(&text, str_trim(outcome->text));
    else if (outcome->kind == JSON_OBJECT) api_write_item(&writer, outcome);
    if (text.len == 0 || text.failed)
        return api_refuse(request, 400, "wrong_type", STR("outcome"),
                          "outcome is the name of a segment in force, or a condition such as {\"event\": \"bought\"}");
    *out = arena_str(request->arena, buf_str(&text));
    return true;
}

static bool read_goals(struct request *request, const struct json_item *body, struct backtest_wish *wish)
{
    const struct json_item *goals = json_member(body, STR("goals"));
    int64_t conversion = 0, calls = 0, value = 0, cost = 0, reach = (int64_t)(PERCENT * BACKTEST_REACH);
    if (goals != NULL && goals->kind != JSON_NULL) {
        if (goals->kind != JSON_OBJECT)
            return api_refuse(request, 400, "wrong_type", STR("goals"), "goals is an object");
        if (!api_member_number(request, goals, "min_conversion", 1, 100, &conversion) ||
            !api_member_number(request, goals, "max_calls", 1, RECORDS_MAX, &calls) ||
            !api_member_number(request, goals, "value", 1, BACKTEST_MONEY_MAX, &value) ||
            !api_member_number(request, goals, "cost", 1, BACKTEST_MONEY_MAX, &cost) ||
            !api_member_number(request, goals, "reach", 1, 100, &reach))
            return false;
    }
    if ((value > 0) != (cost > 0))
        return api_refuse(request, 400, "wrong_type", STR("goals"),
                          "a profit needs both, the value of a conversion and the cost of a call");
    wish->goals = (struct goals){.conversion = (double)conversion / PERCENT,
                                 .calls_a_week = (double)calls,
                                 .value = (double)value,
                                 .cost = (double)cost,
                                 .reach = (double)reach / PERCENT};
    wish->asked[GOAL_CONVERSION] = conversion > 0;
    wish->asked[GOAL_CALLS] = calls > 0;
    wish->asked[GOAL_PROFIT] = value > 0;
    return true;
}

static bool read_wish(struct request *request, const struct json_item *body, struct backtest_wish *wish)
{
    int64_t horizon = BACKTEST_HORIZON_DAYS, step = 0, missed = MISSED_DEFAULT, seed = 1;
    wish->from_ms = wish->to_ms = FOREVER;
    if (!read_definitions(request, body, wish) || !api_read_outcome(request, body, &wish->outcome) ||
        !api_member_number(request, body, "horizon_days", 1, BACKTEST_DAYS_MAX, &horizon) ||
        !api_member_number(request, body, "step_days", 1, BACKTEST_DAYS_MAX, &step) ||
        !api_member_number(request, body, "missed", 0, BACKTEST_MISSED_MAX, &missed) ||
        !api_member_number(request, body, "seed", 0, INT64_MAX, &seed) ||
        !api_member_instant(request, body, "from", &wish->from_ms) ||
        !api_member_instant(request, body, "to", &wish->to_ms) || !read_goals(request, body, wish))
        return false;
    wish->horizon_days = (uint32_t)horizon;
    wish->step_days = (uint32_t)step;
    wish->missed = (uint32_t)missed;
    wish->seed = (uint64_t)seed;
    return true;
}

/* ---- The job. ---- */

static const struct backtest_wish *keep(const struct backtest_wish *wish, struct arena *arena)
{
    struct backtest_wish *kept = ARENA_NEW(arena, struct backtest_wish);
    *kept = *wish;
    kept->outcome = arena_str(arena, wish->outcome);
    for (uint32_t i = 0; i < wish->count; i++) {
        kept->of[i].called = arena_str(arena, wish->of[i].called);
        kept->of[i].score = arena_str(arena, wish->of[i].score);
        kept->of[i].text = arena_str(arena, wish->of[i].text);
    }
    return kept;
}

void api_backtest_create(struct request *request)
{
    const struct json_item *body;
    struct backtest_wish wish = {0};
    struct err_info why = {0};
    if (!api_body(request, &body) || !read_wish(request, body, &wish)) return;
    struct backtest_asked *asked = NULL;
    enum err e = backtest_asked_compile(request->server->engine, &wish, &asked, NULL, &why);
    backtest_asked_free(asked);
    if (e != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    struct job job = {.kind = &job_backtest, .result = RESULT_JSON};
    struct job_order order = {.arena = arena_new()};
    snprintf(job.what, sizeof job.what, STR_FMT, STR_ARG(wish.of[wish.count - 1].score));
    order.wish = keep(&wish, order.arena);
    api_job_begin(request, &job, order);
}

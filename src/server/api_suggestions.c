/* api_suggestions.c — what should the points be? Asked here, answered by a job.
 *
 *     POST /api/v1/suggestions   {"score": "lead", "outcome": {"event": "bought"}, "keep_draft": true}
 *
 * Without a score a whole one is drafted from nothing.
 *
 * With keep_draft the suggested draft becomes the score's. As whoever puts a draft, whoever asks so says by If-Match which
 * one was seen; the job keeps its own only where that one still is. */
// SPDX-License-Identifier: Apache-2.0
#include "report/draft.h"
#include "server/api_definition.h"
#include "server/api_json.h"
#include "server/api_jobs.h"
#include "server/drafts.h"
#include "server/job_kinds.h"

/* What is there now: of it nothing may be lost until the job puts its own. */
static bool note_draft(struct request *request, struct suggestion_wish *wish)
{
    struct err_info why = {0};
    bool there = false;
    struct str name = wish->question.score.len > 0 ? wish->question.score : STR(DRAFT_NAME);
    wish->seen_draft = http_header(request->exchange, "If-Match");
    enum err e = draft_may_put(request->server, name, STR(""), wish->seen_draft, &there, &why);
    return e == ERR_OK || api_draft_refused(request, there, &why);
}

static bool read_wish(struct request *request, const struct json_item *body, struct suggestion_wish *wish)
{
    int64_t horizon = BACKTEST_HORIZON_DAYS, seed = 1;
    struct str object = STR("contact");
    if (!api_member_text(request, body, "score", &wish->question.score) ||
        !api_member_text(request, body, "object", &object) ||
        !api_read_outcome(request, body, &wish->question.outcome) ||
        !api_member_number(request, body, "horizon_days", 1, BACKTEST_DAYS_MAX, &horizon) ||
        !api_member_number(request, body, "seed", 0, INT64_MAX, &seed) ||
        !api_member_flag(request, body, "keep_draft", &wish->keep_draft))
        return false;
    if (wish->question.score.len == 0 && !api_object_named(object, &wish->question.object))
        return api_refuse(request, 400, "wrong_type", STR("object"), "object is contact, company or deal");
    wish->horizon_days = (uint32_t)horizon;
    wish->seed = (uint64_t)seed;
    return true;
}

/* The object is that of the score. */
static bool find_object(struct request *request, struct hindsight_wish *question)
{
    if (question->score.len == 0) return true;
    const struct edition *edition = engine_edition(request->server->engine);
    uint32_t score = definitions_find_score(&edition->set, question->score);
    bool found = score != UINT32_MAX && !edition->set.scores[score]->anonymous;
    if (found) question->object = edition->set.scores[score]->object;
    edition_release(edition);
    return found || api_refuse(request, 404, "not_found", STR("score"), "no score in force is called '" STR_FMT "'",
                               STR_ARG(question->score));
}

static bool compiles(struct request *request, const struct hindsight_wish *question)
{
    struct model_terms *terms = NULL;
    struct err_info why = {0};
    enum err e = hindsight_compile(request->server->engine, question, &terms, &why);
    model_terms_free(terms);
    if (e != ERR_OK) request_fail(request, &why);
    return e == ERR_OK;
}

void api_suggestion_create(struct request *request)
{
    const struct json_item *body;
    struct suggestion_wish wish = {.question.all_columns = true};
    if (!api_body(request, &body) || !read_wish(request, body, &wish) || !find_object(request, &wish.question) ||
        !compiles(request, &wish.question) || (wish.keep_draft && !note_draft(request, &wish)))
        return;
    struct job job = {.kind = &job_suggestion, .result = RESULT_JSON};
    struct job_order order = {.arena = arena_new()};
    struct suggestion_wish *kept = ARENA_NEW(order.arena, struct suggestion_wish);
    *kept = wish;
    kept->question.outcome = arena_str(order.arena, wish.question.outcome);
    kept->question.score = arena_str(order.arena, wish.question.score);
    kept->seen_draft = arena_str(order.arena, wish.seen_draft);
    if (kept->question.score.len > 0) snprintf(job.what, sizeof job.what, STR_FMT, STR_ARG(kept->question.score));
    else snprintf(job.what, sizeof job.what, "%s", entity_plural(kept->question.object));
    order.wish = kept;
    api_job_begin(request, &job, order);
}

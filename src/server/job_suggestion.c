/* job_suggestion.c — what a score's points should be, or what a whole score should be, as far as history can tell
 * (report/suggested.h), over the facts of the moment in which its turn came; and the draft kept as the score's, if that was
 * wished. */
// SPDX-License-Identifier: Apache-2.0
#include "report/suggested.h"
#include "server/api_json.h"
#include "server/drafts.h"
#include "server/job_kinds.h"

struct asked {
    struct job_run *run;
    const struct suggestion_wish *wish;
    struct model_terms *terms;
    struct hindsight hindsight;
};

/* Somebody may have put another draft meanwhile: that one stays, and the answer says so. */
static enum err keep_draft(struct asked *asked, const struct suggested *suggested, struct json_writer *json,
                           struct err_info *why)
{
    const struct suggestion_wish *wish = asked->wish;
    struct err_info other = {0};
    bool there;
    enum err e = ERR_CONFLICT;
    if (wish->keep_draft)
        e = draft_put(asked->run->server, suggested->score->name, suggested->draft, wish->seen_draft, &there, &other);
    if (e != ERR_OK && e != ERR_CONFLICT) return err_set(why, e, "%s", other.msg);
    json_key(json, "kept");
    json_bool(json, e == ERR_OK);
    if (wish->keep_draft && e != ERR_OK)
        api_write_text(json, "why_not_kept", STR("there is another draft by now than when it was asked"));
    return ERR_OK;
}

static enum err answer(struct asked *asked, const struct suggested *suggested, struct err_info *why)
{
    const struct suggestion_wish *wish = asked->wish;
    AUTO_BUF document = BUF_INIT(JOB_ANSWER_MAX);
    struct json_writer json = {.out = &document};
    json_begin_object(&json);
    api_write_instant(&json, "as_of", asked->hindsight.as_of_ms);
    api_write_count(&json, "seed", wish->seed);
    suggested_document(&json, suggested);
    enum err e = keep_draft(asked, suggested, &json, why);
    json_end_object(&json);
    return e == ERR_OK ? job_answer(asked->run, &document, why) : e;
}

static enum err ask(struct asked *asked, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct job_run *run = asked->run;
    struct hindsight *hindsight = &asked->hindsight;
    struct feature_source source = hindsight->ground.source;
    struct suggested suggested;
    source.dates = &hindsight->dates;
    const struct watch watch = jobs_watch(run, "drawing records anew");
    const struct suggested_question question = {.source = &source,
                                                .lives = hindsight->lives,
                                                .end_ms = hindsight->end_ms,
                                                .horizon_days = asked->wish->horizon_days,
                                                .seed = asked->wish->seed,
                                                .threads = run->server->scan_threads,
                                                .watch = &watch,
                                                .outcome = hindsight_words(&asked->wish->question)};
    if (asked->wish->question.score.len == 0) source.set = NULL;
    if (!jobs_progress(run)) return err_set(why, ERR_UNAVAILABLE, "it was stopped");
    enum err e = suggested_make(&question, arena, &suggested, why);
    if (e == ERR_OK && !jobs_progress(run)) e = err_set(why, ERR_UNAVAILABLE, "it was stopped");
    return e == ERR_OK ? answer(asked, &suggested, why) : e;
}

static enum err suggest(struct job_run *run, struct err_info *why)
{
    const struct server *server = run->server;
    struct asked asked = {.run = run, .wish = run->wish};
    enum err e = hindsight_compile(server->engine, &asked.wish->question, &asked.terms, why);
    if (e == ERR_OK) {
        const struct watch watch = jobs_watch(run, "drawing records anew");
        (void)jobs_phase(run, "finding outcomes", 0);
        hindsight_open(server->engine, asked.terms, &asked.wish->question, server->clock->now_ms(server->clock),
                       &asked.hindsight);
        hindsight_find_lives(&asked.hindsight, server->scan_threads, &watch);
        e = ask(&asked, why);
        hindsight_close(&asked.hindsight);
    }
    model_terms_free(asked.terms);
    return e;
}

const struct job_kind job_suggestion = {.name = "suggestion",
                                        .lane = LANE_ANALYSES,
                                        .sees = PERM_READ_SCORES,
                                        .reads = PERM_READ_SCORES,
                                        .clears = PERM_EDIT_SCORES,
                                        .work = suggest};

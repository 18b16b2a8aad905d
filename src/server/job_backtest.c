/* job_backtest.c — a score, a draft or any text held against what came of it (report/backtest_report.h), over the facts of
 * the moment in which its turn came. Intake and questions go on meanwhile: the facts are frozen, and read by threads that
 * yield. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "http/percent.h"
#include "report/backtest_json.h"
#include "server/api_json.h"
#include "server/job_kinds.h"
#include "server/server.h"

#define CELLS_MAX (UINT64_C(1) << 23) /* records * instants: half a gigabyte, see backtest_report_make */

/* Everything that is compiled for a wish. */
struct trial {
    const struct edition *edition;
    struct draft drafts[BACKTESTED_MAX]; /* of texts */
    const struct definitions *sets[BACKTESTED_MAX];
    uint32_t scores[BACKTESTED_MAX];
    struct hindsight_wish wish;
    struct model_terms *terms;
};

static void trial_close(struct trial *trial)
{
    for (uint32_t i = 0; i < BACKTESTED_MAX; i++)
        if (trial->drafts[i].arena != NULL) draft_release(&trial->drafts[i]);
    model_terms_free(trial->terms);
    edition_release(trial->edition);
}

static enum err open_definition(const struct server *server, const struct backtest_wish *wish, uint32_t i,
                                struct trial *trial, struct err_info *why)
{
    struct str text = wish->of[i].text, name = wish->of[i].score;
    struct draft *draft = &trial->drafts[i];
    trial->sets[i] = text.len > 0 ? &draft->set : &trial->edition->set;
    if (text.len > 0 && !draft_compile(draft, trial->edition, engine_catalog(server->engine), text, wish->of[i].called))
        return draft_why(draft, why);
    trial->scores[i] = definitions_find_score(trial->sets[i], name);
    bool found = trial->scores[i] != UINT32_MAX && !trial->sets[i]->scores[trial->scores[i]]->anonymous;
    if (found && text.len > 0) found = trial->sets[i]->scores[trial->scores[i]]->source == draft->source;
    if (found) return ERR_OK;
    if (text.len > 0) return err_set(why, ERR_INVALID, "the text defines no score '" STR_FMT "'", STR_ARG(name));
    return err_set(why, ERR_NOT_FOUND, "no score in force is called '" STR_FMT "'", STR_ARG(name));
}

static enum entity object_of(const struct trial *trial, uint32_t i)
{
    return trial->sets[i]->scores[trial->scores[i]]->object;
}

/* Close it in either case. */
static enum err trial_open(const struct server *server, const struct backtest_wish *wish, struct trial *trial,
                           struct err_info *why)
{
    enum err e = ERR_OK;
    *trial = (struct trial){.edition = engine_edition(server->engine)};
    for (uint32_t i = 0; i < wish->count && e == ERR_OK; i++) e = open_definition(server, wish, i, trial, why);
    if (e != ERR_OK) return e;
    if (object_of(trial, 0) != object_of(trial, wish->count - 1))
        return err_set(why, ERR_INVALID, "one score is of a %s, the other of a %s", entity_name(object_of(trial, 0)),
                       entity_name(object_of(trial, 1)));
    trial->wish = (struct hindsight_wish){.object = object_of(trial, 0), .outcome = wish->outcome};
    return hindsight_compile(server->engine, &trial->wish, &trial->terms, why);
}

enum err backtest_wish_check(const struct server *server, const struct backtest_wish *wish, struct err_info *why)
{
    struct trial trial;
    enum err e = trial_open(server, wish, &trial, why);
    trial_close(&trial);
    return e;
}

/* ---- The work. ---- */

static void on_progress(void *context, const char *phase, uint64_t done, uint64_t all)
{
    struct job_run *run = context;
    if (strcmp(run->job->phase, phase) != 0) (void)jobs_phase(run, phase, all); /* who computes looks at run->stop */
    run->job->done = done;
    run->job->all = all;
    (void)jobs_progress(run);
}

static void link_to(struct buf *out, enum entity object, struct str id)
{
    buf_format(out, "/api/v1/%s/", entity_plural(object));
    percent_encode(id, out);
}

static enum err answer(struct job_run *run, const struct hindsight *hindsight, const struct backtest_report *report,
                       struct err_info *why)
{
    const struct backtest_wish *wish = run->wish;
    AUTO_BUF document = BUF_INIT(JOB_ANSWER_MAX);
    struct json_writer json = {.out = &document};
    json_begin_object(&json);
    api_write_instant(&json, "as_of", hindsight->as_of_ms);
    api_write_count(&json, "seed", wish->seed);
    backtest_document(&json, report, link_to);
    json_end_object(&json);
    return job_answer(run, &document, why);
}

static enum err ask(struct job_run *run, const struct trial *trial, const struct hindsight *hindsight,
                    struct err_info *why)
{
    const struct backtest_wish *wish = run->wish;
    struct backtest_report *report = memory_alloc(sizeof *report);
    struct backtest_question question = {
        .count = wish->count,
        .outcome_words = hindsight_words(&trial->wish),
        .lives = hindsight->lives,
        .history = hindsight->ground.history,
        .end_ms = hindsight->end_ms,
        .from_ms = wish->from_ms,
        .to_ms = wish->to_ms,
        .horizon_days = wish->horizon_days,
        .step_days = wish->step_days,
        .cells_max = CELLS_MAX,
        .goals = wish->goals,
        .missed = wish->missed,
        .seed = wish->seed,
        .threads = run->server->scan_threads,
        .stop = run->stop,
        .progress = on_progress,
        .progress_context = run,
    };
    memcpy(question.asked, wish->asked, sizeof question.asked);
    for (uint32_t i = 0; i < wish->count; i++) {
        question.of[i].called = wish->of[i].called;
        question.of[i].set = trial->sets[i];
        question.of[i].score = trial->scores[i];
    }
    enum err e = backtest_report_make(&question, report, why);
    if (e == ERR_OK) e = answer(run, hindsight, report, why);
    backtest_report_release(report);
    memory_free(report);
    return e;
}

static enum err backtest(struct job_run *run, struct err_info *why)
{
    const struct server *server = run->server;
    struct trial trial;
    struct hindsight hindsight = {0};
    enum err e = trial_open(server, run->wish, &trial, why); /* what is in force may have changed since the request */
    if (e == ERR_OK) {
        (void)jobs_phase(run, "finding outcomes", 0);
        hindsight_open(server->engine, trial.terms, &trial.wish, server->clock->now_ms(server->clock), &hindsight);
        hindsight_find_lives(&hindsight, server->scan_threads, run->stop);
        e = ask(run, &trial, &hindsight, why);
        hindsight_close(&hindsight);
    }
    trial_close(&trial);
    return e;
}

const struct job_kind job_backtest = {.name = "backtest",
                                      .lane = LANE_ANALYSES,
                                      .sees = PERM_READ_SCORES,
                                      .reads = PERM_READ_SCORES,
                                      .clears = PERM_EDIT_SCORES,
                                      .work = backtest};

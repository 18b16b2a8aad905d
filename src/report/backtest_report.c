/* backtest_report.c — one step after the other: everybody at each instant, what that says. */
// SPDX-License-Identifier: Apache-2.0
#include "report/backtest_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/instant.h"

#define DRAWS 500
#define CANDIDATES 200 /* thresholds that are weighed for a goal */

const char *stage_name(enum stage stage)
{
    static const char *const names[] = {[STAGE_NONE] = "", [STAGE_MQL] = "MQL", [STAGE_SQL] = "SQL"};
    return names[stage];
}

bool backtested_band(const struct backtested *tested, struct str label, int64_t *from_micro)
{
    for (uint32_t b = 0; b < tested->score->band_count; b++)
        if (str_equal(tested->score->bands[b].label, label)) {
            *from_micro = tested->score->bands[b].from * MICRO_PER_POINT;
            return true;
        }
    return false;
}

static void tell(const struct backtest_question *question, const char *phase, uint64_t done, uint64_t all)
{
    if (question->progress != NULL) question->progress(question->progress_context, phase, done, all);
}

/* ---- What the numbers are asked. ---- */

static void fill_bins(struct backtested *tested)
{
    int64_t ends[BACKTEST_BINS_MAX];
    tested->bin_count = backtest_bin_ends(&tested->backtest, BACKTEST_BINS_MAX, ends);
    for (uint32_t i = 0; i < tested->bin_count; i++) tested->bins[i].from_micro = ends[i];
    backtest_bins(&tested->backtest, tested->bins, tested->bin_count);
    for (uint32_t i = 0; i < tested->bin_count; i++) tested->snapshots += tested->bins[i].snapshots;
}

static void fill_bands(struct backtested *tested)
{
    const struct score *score = tested->score;
    tested->band_count = score->band_count < BACKTEST_BANDS_MAX ? score->band_count : BACKTEST_BANDS_MAX;
    if (tested->band_count == 0) return;
    for (uint32_t b = 0; b < tested->band_count; b++)
        tested->bands[b].from_micro = score->bands[b].from * MICRO_PER_POINT;
    tested->bands[tested->band_count].from_micro = SCORE_UNKNOWN;
    backtest_bins(&tested->backtest, tested->bands, tested->band_count + 1);
}

static int rising(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Where bands begin, and where about equal parts of the snapshots do. */
static void fill_thresholds(struct backtested *tested)
{
    int64_t found[BACKTEST_THRESHOLDS_TOLD_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i + 1 < tested->bin_count; i++) found[count++] = tested->bins[i].from_micro;
    for (uint32_t b = 0; b < tested->band_count; b++) found[count++] = tested->bands[b].from_micro;
    if (count == 0) found[count++] = 0;
    qsort(found, count, sizeof *found, rising);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || found[i] > found[i - 1]) tested->thresholds[tested->threshold_count++] = found[i];
    backtest_calls(&tested->backtest, tested->thresholds, tested->threshold_count, tested->calls);
}

/* SQL begins where the goal says that sales should call: a conversion or a number of calls before a profit before the
 * best F1. MQL begins where the reach says, if that is lower; else SQL alone reaches so many. */
static void name_stages(struct backtested *tested)
{
    static const enum goal first[] = {GOAL_CONVERSION, GOAL_CALLS, GOAL_PROFIT, GOAL_F1};
    const struct advice *reach = &tested->advice[GOAL_REACH];
    const struct advice *sql = NULL;
    for (size_t i = 0; i < COUNT_OF(first) && sql == NULL; i++) {
        if (!tested->asked[first[i]] || !tested->advice[first[i]].met) continue;
        sql = &tested->advice[first[i]];
        tested->stage[first[i]] = STAGE_SQL;
    }
    tested->missed_below = sql != NULL ? sql->micro : tested->thresholds[0];
    if (reach->met && (sql == NULL || reach->micro < sql->micro)) tested->stage[GOAL_REACH] = STAGE_MQL;
}

static void fill_advice(struct backtested *tested, const struct backtest_question *question,
                        const struct bootstrap *how)
{
    int64_t candidates[CANDIDATES];
    uint32_t count = backtest_candidates(&tested->backtest, CANDIDATES, candidates);
    for (enum goal goal = 0; goal < GOAL_COUNT; goal++) {
        tested->asked[goal] = question->asked[goal] || goal == GOAL_F1 || goal == GOAL_REACH;
        if (!tested->asked[goal] || count == 0) continue;
        backtest_advise(&tested->backtest, candidates, count, &question->goals, goal, how, &tested->advice[goal]);
    }
    name_stages(tested);
}

static void fill_missed(struct backtested *tested, uint32_t most)
{
    tested->missed = memory_array(most, sizeof *tested->missed);
    tested->missed_count = backtest_missed(&tested->backtest, tested->missed_below, tested->missed, most);
    tested->missed_told = tested->missed_count < most ? tested->missed_count : most;
}

static void judge(struct backtested *tested, const struct backtest_question *question, const struct bootstrap *how)
{
    fill_bins(tested);
    fill_bands(tested);
    fill_thresholds(tested);
    backtest_quality(&tested->backtest, how, tested->figures);
    fill_advice(tested, question, how);
    fill_missed(tested, question->missed);
}

/* ---- The steps. ---- */

/* The instants of all definitions are counted as one. */
struct scoring {
    const struct backtest_question *question;
    uint32_t definition;
};

static void on_instant(void *context, uint64_t done, uint64_t all)
{
    const struct scoring *scoring = context;
    tell(scoring->question, "scoring", scoring->definition * all + done, scoring->question->count * all);
}

/* The days between instants, so that all of them have room. */
static enum err choose_step(const struct backtest_question *question, struct backtest_options *options,
                            struct err_info *why)
{
    enum entity object = question->of[0].set->scores[question->of[0].score]->object;
    uint64_t records = history_records(question->history, object);
    int64_t last_ms = options->end_ms - options->horizon_ms;
    int64_t span_ms = (last_ms < options->to_ms ? last_ms : options->to_ms) - options->from_ms;
    uint64_t most = records > 0 ? question->cells_max / records : BACKTEST_INSTANTS_MAX;
    if (most > BACKTEST_INSTANTS_MAX) most = BACKTEST_INSTANTS_MAX;
    if (most == 0) return err_set(why, ERR_TOO_BIG, "%" PRIu64 " records are more than can be looked at", records);
    int64_t least = span_ms > 0 ? span_ms / MS_PER_DAY / (int64_t)most + 1 : 1;
    int64_t days = question->step_days > 0 ? question->step_days : BACKTEST_STEP_DAYS;
    if (question->step_days == 0 && days < least) days = least;
    options->step_ms = days * MS_PER_DAY;
    if (span_ms <= 0 || (uint64_t)(span_ms / options->step_ms) < most) return ERR_OK;
    return err_set(why, ERR_TOO_BIG,
                   "that are too many instants of %" PRIu64 " records: take %" PRId64 " days or more between them",
                   records, least);
}

static enum err settle_options(const struct backtest_question *question, struct backtest_options *out,
                               struct err_info *why)
{
    *out = (struct backtest_options){.horizon_ms = (int64_t)question->horizon_days * MS_PER_DAY,
                                     .end_ms = question->end_ms,
                                     .threads = question->threads,
                                     .stop = question->stop,
                                     .progress = on_instant};
    out->to_ms = question->to_ms != FOREVER ? question->to_ms : out->end_ms - out->horizon_ms;
    out->from_ms = question->from_ms != FOREVER ? question->from_ms : out->to_ms - BACKTEST_SPAN_DAYS * MS_PER_DAY;
    return choose_step(question, out, why);
}

static enum err run_all(const struct backtest_question *question, struct backtest_report *out, struct err_info *why)
{
    struct backtest_options options;
    struct scoring scoring = {.question = question};
    enum err e = settle_options(question, &options, why);
    options.progress_context = &scoring;
    for (uint32_t i = 0; i < question->count && e == ERR_OK; i++) {
        scoring.definition = i;
        struct backtested *tested = &out->of[i];
        const struct definitions *set = question->of[i].set;
        struct scan *scan = scan_new(set, question->history, NULL);
        tested->called = question->of[i].called;
        tested->score = set->scores[question->of[i].score];
        e = backtest_run(scan, set, question->of[i].score, question->history, question->lives, &options,
                         &tested->backtest, why);
        scan_free(scan);
        if (e == ERR_OK) out->count++;
    }
    return e;
}

static enum err check_open(const struct backtest *backtest, struct err_info *why)
{
    uint64_t cells = (uint64_t)backtest->instants * backtest->records;
    for (uint64_t i = 0; i < cells; i++)
        if (backtest->micro[i] != SCORE_CLOSED) return ERR_OK;
    return err_set(why, ERR_INVALID, "nobody was there in that span without the outcome: there is nothing to test");
}

enum err backtest_report_make(const struct backtest_question *question, struct backtest_report *out,
                              struct err_info *why)
{
    INVARIANT(question->count >= 1 && question->count <= BACKTESTED_MAX && question->missed <= BACKTEST_MISSED_MAX);
    struct bootstrap how = {.draws = DRAWS,
                            .confidence = 0.95,
                            .seed = question->seed,
                            .threads = question->threads,
                            .stop = question->stop};
    *out = (struct backtest_report){.outcome_words = question->outcome_words,
                                    .object = question->of[0].set->scores[question->of[0].score]->object,
                                    .goals = question->goals,
                                    .history = question->history};
    enum err e = run_all(question, out, why);
    if (e == ERR_OK) e = check_open(&out->of[0].backtest, why);
    if (e != ERR_OK) return e;
    tell(question, "weighing thresholds", 0, 0);
    for (uint32_t i = 0; i < out->count; i++) judge(&out->of[i], question, &how);
    if (out->count == 2) {
        tell(question, "comparing", 0, 0);
        backtest_compare(&out->of[1].backtest, &out->of[0].backtest, &how, out->apart);
    }
    return is_stopped(question->stop) ? err_set(why, ERR_UNAVAILABLE, "it was stopped") : ERR_OK;
}

void backtest_report_release(struct backtest_report *report)
{
    for (uint32_t i = 0; i < BACKTESTED_MAX; i++) {
        backtest_release(&report->of[i].backtest);
        memory_free(report->of[i].missed);
    }
    *report = (struct backtest_report){0};
}

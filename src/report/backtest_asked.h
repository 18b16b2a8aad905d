/* backtest_asked.h — a backtest of everybody whom an engine knows: of scores in force, drafts, any texts.
 *
 *     backtest_asked_compile(engine, &wish, &asked, NULL, &why)    quick; tells mistakes with their places
 *     backtest_asked_answer(asked, &how, &report, &why)            over facts that are frozen then; intake goes on
 *
 * The server answers so in a job, `plumb backtest --data` beside it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_BACKTEST_ASKED_H
#define PLUMB_REPORT_BACKTEST_ASKED_H

#include "engine/hindsight.h"
#include "report/backtest_report.h"

struct backtest_wish {
    struct {
        struct str called; /* in sentences and the result: "lead, in force", "draft.yaml" */
        struct str score;  /* its name; empty: the only one of the text */
        struct str text;   /* empty: the one in force */
    } of[BACKTESTED_MAX];  /* with two: what it is held against first, then what is tested */
    uint32_t count;
    struct str outcome;     /* as hindsight_wish.outcome, or a segment of the first text */
    int64_t from_ms, to_ms; /* FOREVER: as backtest_question has it, and so are the rest */
    uint32_t horizon_days, step_days, missed;
    struct goals goals;
    bool asked[GOAL_COUNT];
    uint64_t seed;
};

struct backtest_asked; /* opaque */

/* `wish` is borrowed until it is freed. *wrong (may be NULL): which definition is; `wish->count`: the outcome.
 * Errors   ERR_INVALID, with a place in the text; ERR_NOT_FOUND: no such score in force; ERR_TOO_BIG. */
MUST_CHECK enum err backtest_asked_compile(struct engine *engine, const struct backtest_wish *wish,
                                           struct backtest_asked **out, uint32_t *wrong, struct err_info *why);
void backtest_asked_free(struct backtest_asked *asked); /* NULL is fine; after the report is released */

struct backtest_asking {
    int64_t now_ms;
    uint64_t cells_max; /* as backtest_question has them */
    unsigned threads;
    stop_flag stop;
    void (*progress)(void *context, const char *phase, uint64_t done, uint64_t all);
    void *progress_context;
};
/* Once. Errors and cost: those of backtest_report_make; release the report in either case. */
MUST_CHECK enum err backtest_asked_answer(struct backtest_asked *asked, const struct backtest_asking *how,
                                          struct backtest_report *out, struct err_info *why);

#endif

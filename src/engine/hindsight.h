/* hindsight.h — a question of the past, asked of everybody whom the engine knows.
 *
 *     hindsight_compile(engine, &wish, &terms, &why)     the outcome, beside what is in force: quick, tells mistakes
 *     hindsight_open(engine, terms, ...)                 everybody's facts, frozen; intake goes on
 *     hindsight_find_lives(&h, threads, watch)           when the outcome came to each record
 *
 * What backtests, advice and profiles have in common over a server's facts, as app/past.h has it over files. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_HINDSIGHT_H
#define PLUMB_ENGINE_HINDSIGHT_H

#include "base/stop.h"
#include "engine/model_terms.h"
#include "engine/usual_outcome.h"
#include "predict/outcome.h"
#include "predict/record_dates.h"

struct hindsight_wish { /* borrowed */
    enum entity object;
    /* A segment in force by its name, or a condition in YAML or JSON ("{any: []}" never holds). Empty: the usual one, which is the lifecycle stage
     * customer, or an associated deal won (a deal: won), as its stage or its closing date tells. */
    struct str outcome;
    struct str score;   /* whose rules are features; empty: none, as a backtest wants */
    bool use_protected; /* as model_question.use_protected */
    /* Dates in columns that nothing has asked for yet are believed, too (predict/record_dates.h). Of files a backtest loads only
     * what definitions ask for, and whatever learns all of it. */
    bool all_columns;
};

/* The outcome as it is told. */
struct str hindsight_words(const struct hindsight_wish *wish);

/* Errors   those of model_terms_compile. Release with model_terms_free. */
MUST_CHECK enum err hindsight_compile(struct engine *engine, const struct hindsight_wish *wish,
                                      struct model_terms **out, struct err_info *why);

struct hindsight {
    const struct model_terms *terms; /* borrowed */
    struct model_ground ground;
    const struct definitions
        *outcome_of; /* whose segment the outcome is: the terms', or a draft's with the same properties */
    uint32_t outcome;
    struct record_dates dates;
    struct lifetime *lives; /* [records of the object]; NULL until hindsight_find_lives */
    int64_t end_ms;         /* the latest fact about them up to `as_of_ms` */
    int64_t as_of_ms;
    bool usual, all_columns;
};
/* Cost: that of live_freeze. Any thread. */
void hindsight_open(struct engine *engine, const struct model_terms *terms, const struct hindsight_wish *wish,
                    int64_t as_of_ms, struct hindsight *out);
void hindsight_close(struct hindsight *hindsight); /* of zeroes is fine */
/* Of one record, at an instant: what hindsight_find_lives would say of it, but that an outcome which came and went is open again. */
enum hindsight_state {
    HINDSIGHT_OPEN,
    HINDSIGHT_HAPPENED,
    HINDSIGHT_OVER, /* a deal that was closed without it */
};
enum hindsight_state hindsight_state(const struct model_ground *ground, bool usual, uint32_t record, int64_t at_ms);
/* Who is not listed (archived, merged into another, known by events alone) was never there. `watch` as outcome_find's. */
void hindsight_find_lives(struct hindsight *hindsight, unsigned threads, const struct watch *watch);

#endif

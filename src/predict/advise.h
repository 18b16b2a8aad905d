/* advise.h — where to put a threshold, for a goal, from a backtest.
 *
 * Each goal is met by one of the candidate thresholds; how sure that choice is, is told by choosing again on
 * bootstrap draws of the records. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_ADVISE_H
#define PLUMB_PREDICT_ADVISE_H

#include "predict/backtest.h"

enum goal {
    GOAL_F1, /* the best balance of precision and recall */
    GOAL_CONVERSION, /* the lowest threshold from which every higher one, too, has at least `conversion` of the called convert */
    GOAL_CALLS,  /* the lowest threshold with at most `calls_a_week` */
    GOAL_PROFIT, /* the most of value * converted - cost * called */
    GOAL_REACH,  /* the highest threshold that at least `reach` of those who converted had been at before */
};
#define GOAL_COUNT 5
const char *goal_name(enum goal goal); /* "conversion" */

struct goals {
    double conversion;   /* 0 to 1 */
    double calls_a_week; /* not negative */
    double value, cost;  /* of one conversion, of one call; not negative */
    double reach;        /* 0 to 1 */
};

struct advice {
    bool met;      /* some threshold meets the goal; else the rest is nothing */
    int64_t micro; /* the threshold */
    struct backtest_calls calls;
    double profit; /* value * converted - cost * called */
    /* Percentile bootstrap by record: */
    int64_t low_micro, high_micro; /* of the threshold chosen anew in each draw that meets the goal */
    struct interval precision;     /* at `micro` */
    struct interval calls_a_week;  /* at `micro` */
    struct interval reach;         /* at `micro`: share of the converters who had been there before */
    double met_share;              /* of draws in which some threshold meets the goal */
};

#define ADVISE_CALLED_MIN 10 /* fewer called say nothing about conversion: such a threshold meets no goal of it */

/* `thresholds` as for backtest_calls: the candidates. Cost: draws * (records + runs of calls), shared out to
 * `how->threads`, whose number changes nothing; each needs 4 bytes a record. */
void backtest_advise(const struct backtest *backtest, const int64_t *thresholds, uint32_t count,
                     const struct goals *goals, enum goal goal, const struct bootstrap *how, struct advice *out);

/* Candidates: whole points at which the number of called changes, at most `most` spread over them; rising. */
uint32_t backtest_candidates(const struct backtest *backtest, uint32_t most, int64_t *out);

#endif

/* suggest.h — what a score's points should be, as far as history can tell.
 *
 *     1. examples on three sides (examples.h), told as units of each number of points (rule_units.h)
 *     2. a half-life for each decay that foresees later outcomes of other records beyond doubt better than the present
 *        one; the penalty of the regression is chosen there, too
 *     3. evidence: what one unit adds to the log-odds, by the examples alone, with its interval from draws of the records
 *     4. a weighing of belief and evidence: a regularised regression on the units and on the sum of the present points, so
 *        that what little evidence there is moves a number a little. Of a draft from nothing there is no belief
 *     5. points: those log-odds times one factor for all, so that the sums spread as widely as they do now, each rounded to
 *        the nearest Fibonacci number
 *
 * A number stays as it is when too few records had it, when the evidence holds both 0 and what it claims now, and when it would
 * move by less than one Fibonacci step; one whose evidence holds 0 but not what it claims does nothing and becomes 0.
 * A rule's own limit moves with its points. Limits of groups and of the total stay, and are not seen by the sum. The draft is then held against the score as it is, on
 * later instants of records from which nothing was learnt. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_SUGGEST_H
#define PLUMB_PREDICT_SUGGEST_H

#include "predict/backtest.h"
#include "predict/rule_units.h"

#define SUGGEST_ROWS_MAX 30000 /* examples that are learnt from, and as many to choose by: spread evenly */
#define SUGGEST_RECORDS_MIN 20 /* fewer that had it say nothing */
#define SUGGEST_EXPECTED_MIN \
    5 /* examples with the outcome that those with it would have, were they like all; fewer: likewise */
#define SUGGEST_POSITIVES_MIN 20 /* examples, on either side */

struct suggest_options {
    struct example_options examples;
    struct split_options split; /* its horizon is that of examples */
    /* The present points are no belief: only what the examples say counts, however little. */
    bool from_nothing;
    double spread; /* of the sums, as a standard deviation in points; 0: as now */
    uint64_t seed;
    unsigned threads;
    uint32_t draws; /* at least 1 */
    /* May be NULL; hears of "reading facts", "trying half-lives", "drawing records anew" and "testing the draft". */
    const struct watch *watch;
};

enum said {
    SAID_SOMETHING,  /* the evidence does not hold 0 */
    SAID_NOTHING,    /* it holds 0, and not what the number claims */
    SAID_TOO_LITTLE, /* it holds both */
    SAID_TOO_RARELY, /* fewer than SUGGEST_RECORDS_MIN records had it, or so few that hardly one would have the outcome */
};

struct suggested_points {
    struct points_place place;
    int32_t now, then;
    int32_t limit_now, limit_then; /* the rule's own limit, moved so that it counts as often; 0: none, or it stays */
    uint32_t records;              /* of those learnt from, that had any of it */
    struct interval log_odds;      /* the evidence: what one unit adds, as estimated, and 95 % */
    double weighed;                /* the same, with belief */
    enum said said;
};

struct suggested_half_life {
    uint32_t group;
    struct decay now;
    uint32_t days;          /* the best of those tried; 0: none is better */
    struct interval better; /* by how much the log loss falls on other, later records; greater is better */
    bool sure;              /* the interval is above 0: it is in the draft */
};

struct suggestion {
    struct suggested_points *points; /* in the definition's order */
    uint32_t count, said;            /* said: how many say something */
    struct suggested_half_life *half_lives;
    uint32_t half_life_count;
    double points_a_log_odds;
    double penalty;
    uint64_t examples, positives; /* learnt from */
    int64_t test_begins_ms;
    const struct score *score; /* with those points and half-lives */
    struct definitions set;    /* with that score in the other's place */
};

/* `lives` from outcome_find. The source names the set and the score; its scan is not used.
 * Errors   ERR_INVALID: too few positives or negatives; the sentence says what is missing. ERR_UNAVAILABLE: stopped.
 * Memory   *out in `arena`; 4 bytes for each example, number of points and half-life tried, while it runs. */
MUST_CHECK enum err suggest_points(const struct feature_source *source, const struct lifetime *lives,
                                   const struct suggest_options *options, struct arena *arena, struct suggestion *out,
                                   struct err_info *why);

/* The instant at which the time of the test begins, whatever the score. */
int64_t suggest_test_begins(const struct feature_source *source, const struct lifetime *lives,
                            const struct suggest_options *options);

/* The two scores on later instants of the records that were kept apart. */
struct suggestion_test {
    struct interval now[FIGURE_COUNT], then[FIGURE_COUNT];
    struct interval apart[FIGURE_COUNT]; /* then minus now, on the same snapshots */
    uint32_t records, instants;
    uint64_t snapshots, converted;
    int64_t from_ms, to_ms;
};

/* Draft (set, score) against the source's own score, which may be of another set of the same object.
 * Errors   ERR_INVALID: nothing to test on; those of backtest_run. */
MUST_CHECK enum err suggest_test(const struct feature_source *source, const struct definitions *draft_set,
                                 uint32_t draft_score, const struct lifetime *lives,
                                 const struct suggest_options *options, int64_t from_ms, struct suggestion_test *out,
                                 struct err_info *why);

/* The nearest of 0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89 with the number's sign; of two equally near ones the lesser. */
int32_t fibonacci_points(double points);

#endif

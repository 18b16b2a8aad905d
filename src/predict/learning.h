/* learning.h — from tables of numbers to calibrated probabilities, and how good they are.
 *
 *     1. candidates: logistic regressions of several penalties, trees of two depths; learnt from the earlier half of the
 *        training side, judged on the later half of the side of calibration. Trees only replace the
 *        regression where they are better beyond doubt
 *        how much older examples count is tried, too, and how fast trees learn
 *     2. the chosen one learns from the whole training side
 *     3. its log-odds become probabilities on the side of calibration
 *     4. the test side, which nothing has seen, says how good that is
 *
 * The same tables, options and seed give the same model and figures. What the numbers mean is not known here. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_LEARNING_H
#define PLUMB_PREDICT_LEARNING_H

#include "base/stop.h"
#include "predict/boost.h"
#include "predict/calibrate.h"
#include "predict/encoding.h"
#include "predict/logistic.h"
#include "predict/quality.h"
#include "predict/table.h"

#define POSITIVES_NEEDED 10 /* and negatives, to learn from: below there is no model */
#define POSITIVES_FOR_ALL \
    40 /* and negatives: below only a strongly penalised regression is tried, and the model is marked */
#define POSITIVES_FOR_STEPS 200 /* and negatives, to calibrate with: below by a logistic curve instead of a staircase */

enum verdict {
    VERDICT_USABLE,
    VERDICT_UNCERTAIN,  /* usable, but of few positives or negatives */
    VERDICT_NO_SIGNAL,  /* on the test side not better than drawing lots: the AUC's interval holds 0.5 */
    VERDICT_TOO_LITTLE, /* no model: `sentence` says what is missing */
};
#define VERDICT_COUNT 4
const char *verdict_name(enum verdict verdict); /* "usable", "no usable signal", ... */

enum model_kind { MODEL_NONE, MODEL_LOGISTIC, MODEL_TREES };

struct learning_options {
    bool without_trees, without_logistic; /* not both; with too few examples a regression is learnt all the same */
    uint64_t seed;
    unsigned threads;
    uint32_t bootstrap_draws;
    const char *judged_on;                     /* "leads that it had not seen"; NULL: "later leads" */
    bool (*go_on)(void *context, double done); /* false gives up; may be NULL */
    void *go_on_context;
    stop_flag stop; /* gives up, too: looked at where go_on is not asked */
};

struct learned {
    enum verdict verdict;
    char sentence[ERR_MESSAGE_BYTES]; /* the verdict in words, with its numbers */
    enum model_kind kind;
    uint32_t columns;
    struct side_count sides[SIDE_COUNT];
    int64_t half_life_ms; /* an example so much older than the latest counted half; 0: age was of no account */
    /* logistic: */
    struct encoding encoding;
    struct logistic logistic;
    double penalty;
    /* trees: */
    struct boost *boost;
    uint32_t depth;
    char why_no_trees
        [ERR_MESSAGE_BYTES]; /* not tried though nobody forbade it: a sentence; else empty. Of the training, not kept in an image */
    /* log-odds to probability: */
    bool has_steps;
    struct isotonic steps;
    struct platt curve;
    double base_then,
        base_now; /* a base rate that has moved is followed: forecast of late, and what came; 0: it has not */
    /* on the test side: */
    struct quality quality;
    struct interval intervals[FIGURE_COUNT];
    struct interval
        against_base_rate[FIGURE_COUNT]; /* model minus the share of training's positives said to everybody */
};

/* Whether out->sides, which are filled, have enough of both outcomes on the sides of training and test; else the
 * verdict and its sentence say what is missing. Asked before tables are made. */
bool learning_has_enough(struct learned *out);

/* Why no trees are tried, into out->why_no_trees: too few examples on the side of training; or that XGBoost is not there, where
 * false is returned. */
void learning_says_too_few_for_trees(struct learned *out);
bool learning_finds_trees(struct learned *out);

/* Learn from tables[SIDE_TRAIN], [SIDE_CALIBRATE] and [SIDE_TEST], all of the same columns; learning_has_enough said yes.
 * Errors   ERR_UNAVAILABLE: given up; those of boost_train and logistic_fit.
 * Memory   what *out points to in `arena`, the trees but released by learned_release. */
MUST_CHECK enum err learn(const struct table tables[SIDE_COUNT], const struct learning_options *options,
                          struct arena *arena, struct learned *out, struct err_info *why);
void learned_release(struct learned *learned);

/* Figures and verdict of forecasts of examples that nothing was learnt from. `base_rate` is what is said to everybody by who
 * knows nothing else; out->sides are filled. */
void learned_judge(const struct prediction *forecast, double base_rate, const struct learning_options *options,
                   struct learned *out);

/* Probabilities of rows of columns, into out[rows]. */
MUST_CHECK enum err learned_probabilities(const struct learned *learned, const float *value, uint64_t rows, double *out,
                                          struct err_info *why);

/* The probability that a log-odds of the model means, after calibration. */
double learned_probability(const struct learned *learned, double log_odds);

/* Why: what each column of one row adds to the model's log-odds, against what it says of a row of means (a regression) or of the
 * average example (trees): *base. base + sum of out[columns] is *log_odds but for rounding; the
 * probability is that log-odds after calibration, which keeps the order. Half a millisecond for trees. */
MUST_CHECK enum err learned_reasons(const struct learned *learned, const float *value, double *base, double *log_odds,
                                    double *out, struct err_info *why);

#endif

/* training.h — one model of one outcome, from a history to figures on later leads.
 *
 *     1. examples on three sides: train, calibrate, test (examples.h)
 *     2. the plan of features, from the side of training
 *        without what looks as if it came of the outcome (leak.h)
 *     3. candidates: logistic regressions of several penalties, trees of two depths; learnt from the earlier half of the
 *        training side, judged on the later half of the side of calibration. Trees only replace the
 *        regression where they are better beyond doubt
 *     4. the chosen one learns from the whole training side
 *     5. its log-odds become probabilities on the side of calibration
 *     6. the test side, which nothing has seen, says how good that is
 *
 * The same history, options and seed give the same model and figures. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_TRAINING_H
#define PLUMB_PREDICT_TRAINING_H

#include "predict/boost.h"
#include "predict/calibrate.h"
#include "predict/encoding.h"
#include "predict/feature_plan.h"
#include "predict/leak.h"
#include "predict/logistic.h"
#include "predict/quality.h"

#define POSITIVES_NEEDED 10     /* and negatives, to learn from: below there is no model */
#define POSITIVES_FOR_ALL 40    /* below only a strongly penalised regression is tried, and the model is marked */
#define POSITIVES_FOR_STEPS 200 /* and negatives, to calibrate with: below by a logistic curve instead of a staircase */
#define TRAINING_BYTES_MAX ((uint64_t)16 << 30) /* of feature rows */

enum verdict {
    VERDICT_USABLE,
    VERDICT_UNCERTAIN,  /* usable, but of few positives or negatives */
    VERDICT_NO_SIGNAL,  /* on later leads not better than drawing lots: the AUC's interval holds 0.5 */
    VERDICT_TOO_LITTLE, /* no model: `sentence` says what is missing */
};
#define VERDICT_COUNT 4
const char *verdict_name(enum verdict verdict); /* "usable", "no usable signal", ... */

enum model_kind { MODEL_NONE, MODEL_LOGISTIC, MODEL_TREES };

struct training_options {
    struct str outcome; /* in words, to be told with the model; may be empty */
    struct example_options examples;
    struct split_options split; /* its horizon is that of examples */
    bool without_trees;
    bool keep_leaks; /* what looks like a leak is told, and used all the same; else it is dropped */
    uint64_t seed;
    unsigned threads;
    uint32_t bootstrap_draws;
    bool (*go_on)(void *context, double done); /* false gives up; may be NULL */
    void *go_on_context;
};

struct side_count {
    uint64_t examples, positives, records;
};

struct trained {
    enum verdict verdict;
    char sentence[ERR_MESSAGE_BYTES]; /* the verdict in words, with its numbers */
    enum model_kind kind;
    /* what it foresees, of whom, and from when: */
    struct str outcome;
    enum entity object;
    int64_t horizon_ms;
    int64_t begins_ms, ends_ms; /* first instant of an example, last instant of which facts were known */
    uint64_t seed;
    struct feature_plan plan;
    struct leaks leaks;   /* found in training; which features they meant is not kept in an image */
    uint64_t rules_print; /* of the score whose rules are features (rules_print.h); 0: none are */
    bool rules_changed;   /* read from an image: that score gives other points now than the model learnt from */
    struct side_count sides[SIDE_COUNT];
    int64_t test_begins_ms;
    /* logistic: */
    struct encoding encoding;
    struct logistic logistic;
    double penalty;
    /* trees: */
    struct boost *boost;
    uint32_t depth;
    /* log-odds to probability: */
    bool has_steps;
    struct isotonic steps;
    struct platt curve;
    /* on the test side: */
    struct quality quality;
    struct interval intervals[FIGURE_COUNT];
    struct interval
        against_base_rate[FIGURE_COUNT]; /* model minus the share of training's positives said to everybody */
};

/* `lives` from outcome_find. *out is filled also where the verdict is that there is no model.
 * Errors   ERR_TOO_BIG: more feature rows than TRAINING_BYTES_MAX; ERR_UNAVAILABLE: given up; those of boost_train.
 * Memory   what *out points to in `arena`, the trees but released by trained_release. */
MUST_CHECK enum err train_model(const struct feature_source *source, const struct lifetime *lives,
                                const struct training_options *options, struct arena *arena, struct trained *out,
                                struct err_info *why);
void trained_release(struct trained *trained);

/* Probabilities of rows of features (features_compute by trained->plan), into out[rows]. */
MUST_CHECK enum err trained_probabilities(const struct trained *trained, const float *value, uint64_t rows, double *out,
                                          struct err_info *why);

/* Why: what each feature of one row adds to the model's log-odds, against what it says of a row of means (a regression) or of the
 * average example (trees): *base. base + sum of out[plan->count] is *log_odds but for rounding; the
 * probability is that log-odds after calibration, which keeps the order. Half a millisecond for trees. */
MUST_CHECK enum err trained_reasons(const struct trained *trained, const float *value, double *base, double *log_odds,
                                    double *out, struct err_info *why);

#endif

/* quality.h — how good a forecast of probabilities is, told on examples whose outcome is known.
 *
 * Two different questions: does it tell apart who will from who will not (ROC AUC, PR AUC,
 * lift), and can its percentages be taken at their word (Brier, log loss, calibration)?
 *
 * No figure depends on the order of the examples: those with equal probabilities stand
 * together, and where a tenth ends amid them they are shared out in proportion. Weights
 * count as that many examples. A figure that has no meaning is NAN: with one outcome only
 * all but log loss, Brier and the calibration error.
 *
 * Intervals are those of the percentile bootstrap (Efron and Tibshirani, "An introduction
 * to the bootstrap", 1993, chapter 13) over *records*: snapshots of one record are drawn
 * together, since they are not independent of each other. A draw is decided by the seed and
 * its own number, so that threads change nothing. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_QUALITY_H
#define PLUMB_PREDICT_QUALITY_H

#include <stdint.h>

#include "base/stop.h"

#define PREDICTION_EXAMPLES_MAX UINT64_C(100000000)
#define LOG_LOSS_FLOOR 1e-15 /* a probability of 0 or 1 is taken as this far from it */

/* Probabilities and what came of them; all borrowed. */
struct prediction {
    uint64_t count;            /* at most PREDICTION_EXAMPLES_MAX */
    const double *probability; /* 0 to 1 */
    const uint8_t *happened;   /* 0 or 1 */
    const double *weight;      /* finite, not negative; NULL: 1 each */
    const uint32_t *record;    /* whose snapshot it is, for intervals; NULL: each of another */
};

enum figure {
    FIGURE_ROC_AUC,   /* chance that one who did stands above one who did not; a tie is half */
    FIGURE_PR_AUC,    /* average precision: precision at each threshold, weighted by the recall gained */
    FIGURE_LOG_LOSS,  /* mean of -ln(probability of what came) */
    FIGURE_BRIER,     /* mean of (probability - outcome)^2 */
    FIGURE_ECE,       /* expected calibration error over tenths: mean of |forecast - observed| */
    FIGURE_LIFT,      /* of the best tenth: its share of those who did, against everybody's */
    FIGURE_BASE_RATE, /* share of those who did */
};
#define FIGURE_COUNT 7

const char *figure_name(enum figure figure); /* "roc_auc" */

#define TENTHS 10

/* A tenth of the examples by weight, in the order of their probabilities. */
struct tenth {
    double weight;
    double forecast;   /* mean probability */
    double observed;   /* share of those who did */
    double low, high;  /* Wilson's 95 % interval of observed */
    double lift, gain; /* of this tenth and all better ones: against everybody's share; share of all who did */
};

/* Brier = reliability - resolution + uncertainty + spread (Stephenson, Coelho and Jolliffe, "Two
 * extra components in the Brier score decomposition", 2008): over tenths; `spread` is what lies within them. */
struct brier_parts {
    double reliability; /* lack of calibration: 0 is best */
    double resolution;  /* how far the tenths differ from the base rate: more is better */
    double uncertainty; /* of the outcome itself */
    double spread;
};

struct quality {
    uint64_t examples;
    double weight, positives; /* sums of weights */
    double figures[FIGURE_COUNT];
    struct brier_parts brier;
    struct tenth tenths[TENTHS]; /* the best first: lift and gain; read backwards, the calibration curve */
};

/* Cost: sorting. Threads may measure at once. */
void quality_measure(const struct prediction *forecast, struct quality *out);

/* Sums of weights when everybody from `threshold` on is called, and what follows; NAN where nobody is asked. */
struct confusion {
    double true_positive, false_positive, true_negative, false_negative;
    double precision, recall, f1;
};
void quality_confusion(const struct prediction *forecast, double threshold, struct confusion *out);

struct interval {
    double value;     /* of the examples as they are */
    double low, high; /* NAN when fewer than half of the draws gave a number */
};

struct bootstrap {
    uint32_t draws;    /* 1 to BOOTSTRAP_DRAWS_MAX */
    double confidence; /* 0.95 */
    uint64_t seed;
    unsigned threads; /* at least 1 */
    stop_flag stop;
};
#define BOOTSTRAP_DRAWS_MAX 100000
#define BOOTSTRAP_DEFAULT ((struct bootstrap){.draws = 1000, .confidence = 0.95, .seed = 1, .threads = 1})

/* Memory: 40 bytes an example, and 32 more for each thread; draws * 56. */
void quality_intervals(const struct prediction *forecast, const struct bootstrap *how,
                       struct interval out[FIGURE_COUNT]);

/* One forecast minus another about the same examples: both are drawn together, so what they have in common cancels.
 * Outcomes, weights and records are those of `one`. */
void quality_compare(const struct prediction *one, const double *other_probability, const struct bootstrap *how,
                     struct interval out[FIGURE_COUNT]);

/* Wilson's score interval of a share (Wilson 1927), at the quantile z of the normal distribution: 1.96 for 95 %. */
struct interval interval_wilson(double positives, double weight, double z);

#endif

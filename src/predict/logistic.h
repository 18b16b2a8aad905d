/* logistic.h — logistic regression: log-odds as a sum of what each column adds.
 *
 * Fitted is the minimum of
 *
 *     sum of weight * loss  +  penalty / 2 * sum over columns of (coefficient * deviation)^2
 *
 * where `deviation` is the column's own, so that no unit is favoured, or 1 of the columns that are levels of one
 * thing: they have one unit, and the fewer have a level the harder it is pulled to 0. The intercept costs
 * nothing. A penalty is the weight of what one believed before seeing data: that each
 * coefficient is near 0. It also keeps columns that separate the outcomes perfectly from
 * growing without end.
 *
 * Newton's method: some ten rounds. The minimum is one and the way to it is the same
 * whatever the number of threads, to the bit. Why not a library: see
 * docs/decisions/logistic-regression-is-our-own.md. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_LOGISTIC_H
#define PLUMB_PREDICT_LOGISTIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "predict/sparse.h"

#define LOGISTIC_COLUMNS_MAX 2000 /* 32 MB of second derivatives, and a second a round to solve for them */

struct logistic_options {
    double penalty;       /* above 0; 1 is mild */
    const bool *is_level; /* [columns]; NULL: none is */
    unsigned threads;     /* at least 1 */
    bool covariance;      /* wanted: another (columns + 1)^2 numbers, and a few seconds at LOGISTIC_COLUMNS_MAX */
    /* Asked once a round; false gives up. May be NULL. */
    bool (*go_on)(void *context);
    void *go_on_context;
};

struct logistic {
    uint32_t columns;
    double intercept;    /* log-odds where all columns are 0 */
    double *coefficient; /* [columns] log-odds for one more of the column; 0 of a column that never varies */
    double *mean;        /* [columns] of the training examples */
    double *deviation;   /* [columns] likewise */
    double *
        covariance; /* [columns + 1][columns + 1] of the coefficients and, last, the intercept: the inverse of the second
                          * derivatives at the minimum, penalty included; NULL when not wanted */
    uint32_t rounds;
};

/* `happened` [rows] 0 or 1; `weight` [rows] finite, not negative; NULL: 1 each.
 * Errors   ERR_INVALID: one outcome only, a number that is not finite; ERR_TOO_BIG: too many columns, a value
 *          or weight too large to be squared; ERR_UNAVAILABLE: given up by go_on.
 * Memory   *out in `arena`; 12 bytes an entry while it runs (an entry for each example of a column that is mostly
 *          not zero), 40 an example, 16 * columns^2. */
MUST_CHECK enum err logistic_fit(const struct sparse *examples, const uint8_t *happened, const double *weight,
                                 const struct logistic_options *options, struct arena *arena, struct logistic *out,
                                 struct err_info *why);

/* The log-odds of a row. */
double logistic_margin(const struct logistic *model, const struct sparse *rows, uint64_t row);

/* The standard error of a row's log-odds; the model has its covariance. `scratch` has room for columns + 1. */
double logistic_margin_error(const struct logistic *model, const struct sparse *rows, uint64_t row, double *scratch);

/* What each column adds to the log-odds of a row, against a row of means: *base is that row's. base + sum of
 * out[columns] is logistic_margin but for rounding. */
void logistic_contributions(const struct logistic *model, const struct sparse *rows, uint64_t row, double *base,
                            double *out);

#endif

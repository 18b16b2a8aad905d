/* suggest_fit.h — regressions on units of points. Never outside src/predict. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_SUGGEST_FIT_H
#define PLUMB_PREDICT_SUGGEST_FIT_H

#include "predict/logistic.h"
#include "predict/quality.h"
#include "predict/sparse.h"
#include "predict/table.h"

/* All of them use the first `columns` of a table's columns. */

/* Learn from one table and say the probabilities of another, into probability[judged->rows]. */
MUST_CHECK enum err units_forecast(const struct table *learn, const struct table *judged, uint32_t columns,
                                   double penalty, unsigned threads, double *probability, struct err_info *why);
double units_log_loss(const struct table *judged, const double *probability);

/* What each column adds to the log-odds: as estimated, and the percentile interval of 95 % over draws of the records.
 * `shares` NULL, or of each column what the last one has of it: that part of the last one's is added. Into out[columns]. */
struct drawn {
    double penalty;
    uint32_t draws;
    uint64_t seed;
    unsigned threads;
    const struct watch *watch; /* may be NULL; hears of "drawing records anew" */
};
MUST_CHECK enum err units_coefficients(const struct table *learn, uint32_t columns, const double *shares,
                                       const struct drawn *how, struct interval *out, struct err_info *why);

#endif

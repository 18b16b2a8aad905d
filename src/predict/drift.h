/* drift.h — has the world moved away from what a model learnt?
 *
 * Three signs, each told with what chance alone would do:
 *
 *     features     are the leads of today others than those at the end of training?
 *     scores       does the model say other things of them?
 *     calibration  of forecasts whose horizon is over: did as many come as were announced?
 *
 * The first two are measured by the population stability index over bins that hold a tenth each of the former values (a
 * value that has a tenth for itself stands alone, and so does "no value"):
 *
 *     PSI = sum over bins of (now - then) * ln(now / then)        shares of records
 *
 * A share counts as half a record at least, and as PSI_SHARE_MIN. The usual marks are 0.1 and 0.25. With few records
 * chance alone reaches them: without any drift PSI is about (1/n + 1/m) * chi-square with one degree of freedom less than bins (Yurdakul and Naranjo, "Statistical
 * properties of the population stability index", Journal of Risk Model Validation, 2020). So a mark only counts above the
 * 99.9 % quantile of that. Pure. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_DRIFT_H
#define PLUMB_PREDICT_DRIFT_H

#include <stdbool.h>

#include "predict/quality.h"

#define DRIFT_BINS 10
#define PSI_SHARE_MIN 0.0001
#define PSI_SOME 0.1
#define PSI_MUCH 0.25

enum drift { DRIFT_NONE, DRIFT_SOME, DRIFT_MUCH };
const char *drift_name(enum drift drift); /* "none", "some", "much" */

/* Numbers of records, every `stride`th of an array; NAN: no value. Borrowed. */
struct drift_column {
    const float *value;
    uint64_t count, stride;
};

struct psi {
    double value;
    double by_chance; /* what it exceeds in one of a thousand times without any drift */
    uint32_t bins;
    enum drift drift;
};
/* Without records on either side there is no drift. Cost: sorting `then`. */
void psi_measure(const struct drift_column *then, const struct drift_column *now, struct psi *out);

/* Forecasts whose horizon is over, one of each record. */
struct calibration_drift {
    uint64_t count;
    double announced; /* sum of probabilities */
    double came;
    double z; /* (came - announced) / its deviation when the forecasts are right: sqrt(sum of p (1 - p)) */
    bool drifted;
};
#define CALIBRATION_Z 3.0
#define CALIBRATION_RATIO 1.25 /* a smaller difference, however sure, is no reason to train anew */
/* Weights are not looked at. */
void calibration_drift_measure(const struct prediction *forecast, struct calibration_drift *out);

#endif

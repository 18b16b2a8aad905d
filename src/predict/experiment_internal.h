/* experiment_internal.h — what sizing and analysing share. Never outside src/predict.
 *
 *   experiment_size.c     arms, sizes
 *   experiment_result.c   one look, and a look after every record
 *   experiment_words.c    the verdict in words */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_EXPERIMENT_INTERNAL_H
#define PLUMB_PREDICT_EXPERIMENT_INTERNAL_H

#include "predict/experiment.h"

/* The variance of the mixture of differences: that which makes the interval of all times narrowest at experiment_size.always. */
double experiment_mixture(const struct experiment_plan *plan);

#endif

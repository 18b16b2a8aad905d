/* experiment_internal.h — what sizing and analysing share. Never outside src/predict.
 *
 *   experiment_size.c     arms, sizes
 *   experiment_result.c   one look, and a look after every record
 *   experiment_words.c    the verdict in words */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_EXPERIMENT_INTERNAL_H
#define PLUMB_PREDICT_EXPERIMENT_INTERNAL_H

#include "predict/experiment.h"

/* The mixture's variance over that of the difference, at the size at which the interval is to be narrowest. */
double experiment_mixture(double alpha);
/* Half the width of the interval that holds at all times, in standard errors, where that ratio is `ratio`. */
double experiment_always_reach(double alpha, double ratio);

#endif

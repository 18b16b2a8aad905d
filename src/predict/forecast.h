/* forecast.h — probabilities of many records, straight from their history.
 *
 * Each thread makes the numbers of a few hundred records and asks the model about them while they are near: no table of all
 * is ever there, so memory does not grow with the records. Trees are loaded once more for each thread, since those who
 * ask one copy take turns. The answers are those of features_compute and learned_probabilities, to the bit. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FORECAST_H
#define PLUMB_PREDICT_FORECAST_H

#include "base/stop.h"
#include "predict/training.h"

/* Of `count` examples (only record and at_ms are read), into out[count]. `source` has the score whose rules are features.
 * Errors   those of boost_load and boost_margins; stopped: nothing is meant by *out. */
MUST_CHECK enum err forecast_many(const struct trained *trained, const struct feature_source *source,
                                  const struct training_example *examples, uint64_t count, unsigned threads,
                                  stop_flag stop, double *out, struct err_info *why);

#endif

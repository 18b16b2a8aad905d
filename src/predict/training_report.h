/* training_report.h — the report of a model's test, from the history that it was trained on. Never outside src/predict.
 *
 * What segments are made of is looked up as it stood at each example's instant, and the manual score is asked there, too. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_TRAINING_REPORT_H
#define PLUMB_PREDICT_TRAINING_REPORT_H

#include "predict/training.h"

/* Into trained->report; the tables are those that trained->learned was learnt from. Memory in `arena`. */
MUST_CHECK enum err training_report(const struct feature_source *source, const struct table tables[SIDE_COUNT],
                                    const struct training_options *options, struct arena *arena,
                                    struct trained *trained, struct err_info *why);

#endif

/* feature_rows.h — one row of a plan's numbers after another. Never outside src/predict. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FEATURE_ROWS_H
#define PLUMB_PREDICT_FEATURE_ROWS_H

#include "predict/feature_plan.h"

struct feature_reader; /* for one thread; plan and source are borrowed */

struct feature_reader *feature_reader_new(const struct feature_plan *plan, const struct feature_source *source);
void feature_reader_free(struct feature_reader *row);

/* The row of an example, into out[plan->count]. */
void feature_reader_row(struct feature_reader *row, const struct training_example *example, float *out);

#endif

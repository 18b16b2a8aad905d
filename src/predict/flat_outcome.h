/* flat_outcome.h — which columns of a table are what: outcome, time, id, and those that are not looked at. Never outside src/predict. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FLAT_OUTCOME_H
#define PLUMB_PREDICT_FLAT_OUTCOME_H

#include "predict/flat_training.h"

struct flat_roles {
    uint32_t outcome, time, id; /* columns; FLAT_NONE */
    struct str positive;        /* the text that means it came */
    int8_t *came;               /* [flat->rows] 1, 0, or -1: nobody knows */
    int64_t *time_ms;           /* [flat->rows] NULL without a time */
    bool *looked_at;            /* [column_count] neither of these, nor excluded, nor protected */
    bool *is_protected;         /* [column_count] left out for that */
};

/* Memory in `arena`. Errors as flat_train. */
MUST_CHECK enum err flat_roles_find(const struct flat *flat, const struct flat_training_options *options,
                                    struct arena *arena, struct flat_roles *out, struct err_info *why);

#endif

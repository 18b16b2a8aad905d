/* flat_reasons.h — what a model says of the rows of a table, and why, in words.
 *
 *     flat_asking_begin: binds the columns of the table
 *     flat_ask           probabilities of all rows
 *     flat_explain       reasons of one, by columns; they add up as reasons.h says */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FLAT_REASONS_H
#define PLUMB_PREDICT_FLAT_REASONS_H

#include "predict/flat_training.h"
#include "predict/reasons.h"

struct flat_asking {
    const struct flat_trained *trained;
    const struct flat *flat;
    uint32_t *inputs; /* [plan.input_count] */
    int64_t *time_ms; /* [flat->rows]; NULL: it asks for none */
    struct arena *arena;
};

/* `trained` and `flat` are borrowed; memory in `arena`.
 * Errors   ERR_NOT_FOUND: the table lacks a column. */
MUST_CHECK enum err flat_asking_begin(const struct flat_trained *trained, const struct flat *flat, struct arena *arena,
                                      struct flat_asking *out, struct err_info *why);

/* Into out[flat->rows]. */
MUST_CHECK enum err flat_ask(const struct flat_asking *asking, double *out, struct err_info *why);

/* `most` of either side, up to REASONS_MAX; memory in `arena`. Half a millisecond for trees. */
MUST_CHECK enum err flat_explain(const struct flat_asking *asking, uint32_t row, uint32_t most, struct arena *arena,
                                 struct reasons *out, struct err_info *why);

#endif

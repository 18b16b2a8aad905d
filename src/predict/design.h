/* design.h — columns brought to deviation 1, by row.
 *
 * A column that is mostly not zero is centred, so that large numbers that differ little (dates, say)
 * do not drown each other; a sparse one stays sparse. A column that never varies is left out. A row without weight, such as one
 * that a draw passes over, has no entries: it says nothing.
 * Never outside src/predict. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_DESIGN_H
#define PLUMB_PREDICT_DESIGN_H

#include "base/arena.h"
#include "base/err.h"
#include "predict/sparse.h"

#define DESIGN_NUMBER_MAX 1e18 /* of a value or a weight */

struct design {
    uint64_t rows;
    uint32_t columns;  /* that vary */
    uint32_t *source;  /* [columns] their number in the examples */
    double *centre;    /* [columns] what was taken off */
    double *deviation; /* [columns] what it was divided by then */
    double weight;     /* sum of weights */

    uint64_t *row_start; /* [rows + 1] */
    uint32_t *row_column;
    float *row_value;
};

/* `mean` and `deviation` of every column of the examples go to arrays of examples->columns.
 * Errors   ERR_INVALID, ERR_TOO_BIG: a value or weight that is not finite, or over DESIGN_NUMBER_MAX. *out is then empty. */
MUST_CHECK enum err design_init(struct design *out, const struct sparse *examples, const double *weight, double *mean,
                                double *deviation, struct err_info *why);
void design_release(struct design *design);

#endif

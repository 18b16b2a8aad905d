/* sparse.h — examples as rows of the few columns in which they are not zero.
 *
 * A category with a hundred values is a hundred columns, of which a row has one. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_SPARSE_H
#define PLUMB_PREDICT_SPARSE_H

#include <stdint.h>

#define SPARSE_ROWS_MAX UINT64_C(100000000)

/* All borrowed. Row i has the entries start[i] up to start[i + 1]. */
struct sparse {
    uint64_t rows; /* at most SPARSE_ROWS_MAX */
    uint32_t columns;
    const uint64_t *start;  /* [rows + 1] */
    const uint32_t *column; /* ascending within a row, each once */
    const float *value;     /* finite */
};

#endif

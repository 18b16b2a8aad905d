/* encoding.h — rows of numbers as columns that may be added up: for the logistic regression.
 *
 * Trees split a number anywhere and take a missing one as it is. A sum needs more help: counts and
 * days since are told by their logarithm, numbers also by it and without their extremes, and a
 * missing number is the mean of the known ones beside a column that says it is missing. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_ENCODING_H
#define PLUMB_PREDICT_ENCODING_H

#include "base/arena.h"
#include "base/list.h"
#include "predict/sparse.h"
#include "predict/table.h"

enum encode {
    ENCODE_PLAIN,
    ENCODE_LOG,     /* ln(1 + size), with the sign of the number */
    ENCODE_MISSING, /* 1: it is missing */
};

struct encoded_column {
    uint32_t feature;
    enum encode how;
    double low, high; /* the feature is taken within them */
    double fill;      /* of a missing one, after encoding */
};

struct encoding {
    struct encoded_column *columns; /* those of one feature together, in the features' order */
    uint32_t count;                 /* at most LOGISTIC_COLUMNS_MAX: features behind are left out */
};

/* Chosen from training rows [rows][features], whose kinds are told; weights NULL: 1 each. Memory in `arena`. */
void encoding_choose(const enum column_kind *kinds, uint32_t features, const float *value, const double *weight,
                     uint64_t rows, struct arena *arena, struct encoding *out);

/* A number as a column has it. */
double encoding_number(const struct encoded_column *column, double number);

/* Encoded rows; release with encoded_release. `features`: numbers in a row of `value`. */
struct encoded {
    struct sparse sparse; /* a view of the lists */
    LIST(uint32_t) column;
    LIST(float) value;
    uint64_t *start;
};
void encoding_apply(const struct encoding *encoding, const float *value, uint32_t features, uint64_t rows,
                    struct encoded *out);
void encoded_release(struct encoded *encoded);

#endif

/* table.h — examples as rows of numbers: what every way of learning takes.
 *
 * Where the numbers come from is not known here: from histories (training.h), or from a file with one row a lead. A number
 * that is missing is NAN. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_TABLE_H
#define PLUMB_PREDICT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* Learning from some, calibrating with others, judging by others again. */
enum example_side {
    SIDE_NONE, /* asked nowhere */
    SIDE_TRAIN,
    SIDE_CALIBRATE,
    SIDE_TEST,
};
#define SIDE_COUNT 4

struct side_count {
    uint64_t examples, positives, records;
};

/* What a sum must know of a column; trees ask nothing. */
enum column_kind {
    COLUMN_SIGN,   /* 0 or 1, or of a size that means the same everywhere; never missing */
    COLUMN_LEVEL,  /* 0 or 1: one of the values that something may take; never missing */
    COLUMN_COUNT,  /* 0 or more, never missing: told by its logarithm */
    COLUMN_LINEAR, /* may be missing */
    COLUMN_SINCE,  /* may be missing; told by its logarithm */
    COLUMN_NUMBER, /* of any size, may be missing: told plainly and by its logarithm */
};

/* Examples in order of time. */
struct table {
    uint64_t rows;
    uint32_t columns;
    const enum column_kind *kinds; /* [columns]; borrowed */
    float *value;                  /* [rows][columns] */
    uint8_t *happened;             /* [rows] 0 or 1 */
    double *weight;                /* [rows] */
    uint32_t *record;              /* [rows] whose it is: rows of one record are drawn together */
    int64_t *at_ms;                /* [rows] */
};

/* Room for so many rows, all 0; release with table_release. */
void table_init(struct table *table, uint64_t rows, uint32_t columns, const enum column_kind *kinds);
void table_release(struct table *table);

/* Those rows whose `keep` [rows] is set, copied; release with table_release. */
void table_some(const struct table *table, const bool *keep, struct table *out);

/* Some consecutive rows; what it points to is the table's. */
struct table table_part(const struct table *table, uint64_t first, uint64_t rows);

#endif

/* csv_batch.h — a few hundred records of CSV, copied out of the reader's window.
 *
 * A record's fields are views that the next record invalidates. Rows of a batch stay, so
 * that what a row needs from memory can be asked for some rows ahead, and so that one
 * thread can read while another builds. Only the columns that matter are told apart; the
 * rest of a record is kept as the text that it was. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_CSV_BATCH_H
#define PLUMB_FILES_CSV_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/csv.h"
#include "base/err.h"
#include "base/str.h"

#define CSV_BATCH_ROWS 256
#define CSV_BATCH_BYTES ((size_t)256 * 1024) /* a batch ends with the record that reaches it */

enum csv_batch_end {
    CSV_BATCH_FULL, /* more records follow */
    CSV_BATCH_BAD,  /* then one that cannot be read: `why`, on `bad_line`; more follow */
    CSV_BATCH_END,  /* then nothing */
};

struct csv_batch {
    uint32_t count;
    uint64_t line[CSV_BATCH_ROWS];
    enum csv_batch_end end; /* what comes behind the last row */
    struct err_info why;
    uint64_t bad_line;
    int64_t position; /* bytes of the input consumed when it was filled */
    /* The texts: see csv_batch_text. */
    size_t columns;
    char *bytes;
    size_t len, capacity;
    uint32_t *at;      /* [CSV_BATCH_ROWS * (columns + 1)] of each row its columns, then its whole text: offset, */
    uint32_t *lengths; /* and length */
};

/* `columns` are those told apart. */
void csv_batch_init(struct csv_batch *batch, size_t columns);
void csv_batch_release(struct csv_batch *batch);

/* Read on from `csv`. `fields` are the indexes of the columns in the header. */
void csv_batch_fill(struct csv_batch *batch, struct csv *csv, const struct input *input, const uint32_t *fields);

/* The trimmed text of a column, or with column == batch->columns the whole record as it came. */
static inline struct str csv_batch_text(const struct csv_batch *batch, uint32_t row, size_t column)
{
    size_t i = row * (batch->columns + 1) + column;
    return (struct str){batch->bytes + batch->at[i], batch->lengths[i]};
}

#endif

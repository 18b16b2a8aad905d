/* csv_reader.h — batches of records, read by a thread of their own while others are used. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_CSV_READER_H
#define PLUMB_FILES_CSV_READER_H

#include "files/csv_batch.h"

struct csv_reader; /* opaque; see csv_reader.c */

/* `csv`, `input` and `fields` are borrowed, and the reader's alone until it is closed but for
 * what never changes (the header, the name). */
struct csv_reader *csv_reader_new(struct csv *csv, const struct input *input, const uint32_t *fields, size_t columns,
                                  bool own_thread);
void csv_reader_free(struct csv_reader *reader); /* NULL is fine; waits for a read that has begun */

/* The next batch; the one before is given back. Not to be called behind one whose end is CSV_BATCH_END. */
const struct csv_batch *csv_reader_next(struct csv_reader *reader);

#endif

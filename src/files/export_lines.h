/* export_lines.h — records and events of a store as lines that `plumb score` and `plumb import` read again. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_EXPORT_LINES_H
#define PLUMB_FILES_EXPORT_LINES_H

#include <stdio.h>

#include "engine/engine.h"

enum lines_format { LINES_CSV, LINES_JSONL };

/* All listed records of an object with their properties at an instant, in the order in which they came. The company of a
 * contact or deal stands in `company`, the contacts of a deal in `contacts`. */
void export_records(struct engine *engine, enum entity object, int64_t as_of_ms, enum lines_format format, FILE *to);

/* All events up to an instant, in the order in which they came.
 * Errors   those of reading the store. */
MUST_CHECK enum err export_events(struct engine *engine, struct store *store, int64_t as_of_ms,
                                  enum lines_format format, FILE *to, struct err_info *why);

#endif

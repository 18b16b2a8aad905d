/* export_lines.h — records and events of a store as lines that `plumb score` and `plumb import` read again; see export.h. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_EXPORT_LINES_H
#define PLUMB_FILES_EXPORT_LINES_H

#include "files/export.h"

/* All listed records of an object with their properties at the instant, in the order in which they came; how many. The
 * company of a contact or deal stands in `company`, the contacts of a deal in `contacts`. */
uint64_t export_records(const struct export *export, enum entity object, FILE *to);

/* All events up to the instant, in the order in which they came, but for those that come after it has begun.
 * Errors   those of reading the store. */
MUST_CHECK enum err export_events(const struct export *export, FILE *to, uint64_t *lines, struct err_info *why);

#endif

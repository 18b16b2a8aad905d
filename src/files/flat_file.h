/* flat_file.h — a CSV file with one row a lead, read whole. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_FLAT_FILE_H
#define PLUMB_FILES_FLAT_FILE_H

#include "files/progress.h"
#include "files/rejects.h"
#include "predict/flat.h"

/* Read `path` ("-" is standard input). `empty` are texts that mean "no value", as blank ones do. A bad row (more or fewer
 * fields than the header, no UTF-8) goes to `rejects`.
 * Errors   those of input_open and csv_open, with the name of the file; ERR_INVALID: no rows, or a bad one when strict;
 *          ERR_TOO_BIG: FLAT_COLUMNS_MAX, FLAT_ROWS_MAX; ERR_UNAVAILABLE: stopped by the progress's watcher.
 * Memory   release *out with flat_release, in any case; `empty` is borrowed by it. */
MUST_CHECK enum err flat_file_read(const char *path, const struct str *empty, size_t empty_count,
                                   struct progress *progress, struct rejects *rejects, struct flat *out,
                                   struct err_info *why);

#endif

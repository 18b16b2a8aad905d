/* csv.h — RFC 4180 as people write it.
 *
 * UTF-8 with or without a byte order mark; ',' ';' or tab, found from the header
 * (outside quotes); CRLF, LF or CR; quotes doubled inside quotes; blank lines are
 * skipped. A quote in the middle of an unquoted field is kept as it is. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_CSV_H
#define PLUMB_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/input.h"
#include "base/str.h"

#define CSV_COLUMNS_MAX 4096
#define CSV_FIELD_MAX ((size_t)1024 * 1024) /* bytes of one field */

struct csv; /* opaque; see csv.c */

struct csv_record {
    const struct str *fields; /* unquoted; views valid until the next csv_next */
    size_t count;
    uint64_t line; /* where the record begins, from 1 */
};

/* Read the header. Column names are trimmed.
 * Errors   ERR_INVALID: no header, invalid UTF-8, two columns of one name (named),
 *          a column without a name (numbered); ERR_TOO_BIG: ceilings above.
 * Memory   borrows `input`, which must outlive *out; free with csv_close. */
MUST_CHECK enum err csv_open(struct input *input, struct csv **out, struct err_info *why);
void csv_close(struct csv *csv); /* NULL is fine; does not close the input */

const struct str *csv_header(const struct csv *csv, size_t *count);
char csv_separator(const struct csv *csv);

/* The next record. False at the end. A record that cannot be read (more or fewer
 * fields than the header, a quote that is never closed, invalid UTF-8, a ceiling) is
 * reported in *why - code, why->at.line, why->at.column the 1-based number of the
 * field, message - with true; out->line is set, out->count is 0, and the next call
 * goes on behind it. */
bool csv_next(struct csv *csv, struct csv_record *out, struct err_info *why);

/* Quote `field` if RFC 4180 asks for it, and append it. */
struct buf;
void csv_append_field(struct buf *buf, struct str field, char separator);

#endif

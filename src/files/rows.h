/* rows.h — the rows of a file, CSV or JSON Lines, told by its content. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_ROWS_H
#define PLUMB_FILES_ROWS_H

#include "base/err.h"
#include "base/input.h"
#include "files/rejects.h"
#include "files/row.h"

struct rows; /* opaque; see rows.c */

/* Look at the first bytes, read the header if it is CSV.
 * With one_thread everything happens on the caller's.
 * Errors   ERR_INVALID with a sentence: a JSON array, JSON over many lines, a web page, only
 *          blanks, or what csv_open says; ERR_UNAVAILABLE when reading fails.
 * Memory   `input` and `names` are borrowed and must outlive *out; nobody else may use `input`. */
MUST_CHECK enum err rows_open(struct input *input, const struct catalog *catalog, struct names *names, bool one_thread,
                              struct rows **out, struct err_info *why);
void rows_close(struct rows *rows); /* NULL is fine */

bool rows_are_json(const struct rows *rows);
/* Of CSV: is there a column with this role? Of JSON Lines always true, for the rows will tell. */
bool rows_have(const struct rows *rows, enum role role);
/* Of CSV: the names of the columns, for a sentence. */
const struct str *rows_columns(const struct rows *rows, size_t *count);

enum rows_state {
    ROWS_ROW, /* *out is the next one; of JSON only out->json, not yet its members */
    ROWS_BAD, /* one that cannot be read: bad->reason, message and so on say why */
    ROWS_END,
    ROWS_FAILED, /* reading failed: *why */
};

/* The next row. Its content, and that of *bad, is valid until the next call. */
enum rows_state rows_read(struct rows *rows, struct row **out, struct reject *bad, struct err_info *why);

/* The text with a role `distance` rows behind the next one; empty when that is not known yet (and always of JSON). */
struct str rows_ahead(const struct rows *rows, enum role role, uint32_t distance);

int64_t rows_position(const struct rows *rows); /* bytes read */

#endif

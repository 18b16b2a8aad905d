/* line_diff.h — what changed between two texts, line by line.
 *
 * The fewest lines removed and added (Myers 1986), looked for within a bound: of texts that
 * have little in common the middle is told as removed and added whole, so that no text from
 * outside costs more than DIFF_EDITS_MAX squared. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_LINE_DIFF_H
#define PLUMB_REPORT_LINE_DIFF_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

#define DIFF_EDITS_MAX 1500

enum diff_kind { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED };

struct diff_line {
    enum diff_kind kind;
    uint32_t before, after; /* its number in either text, from 1; 0: it is not there */
    struct str text;        /* without its line end */
};

struct line_diff {
    struct diff_line *lines; /* in the order of reading; what is removed stands before what is added there */
    uint32_t count;
    uint32_t removed, added;
};

/* Memory in `arena`; both texts are borrowed and each shorter than 4 GB. "\r\n" ends a line as "\n" does. */
void line_diff(struct arena *arena, struct str before, struct str after, struct line_diff *out);

#endif

/* text.h — numbers, names and spans of time as people read them.
 *
 * Only for tables and sentences: programs get plain integers. Everything here is whole
 * numbers; no floating point is shown. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_TEXT_H
#define PLUMB_APP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/str.h"

/* ANSI colours; empty texts without colour. */
struct style {
    const char *bold, *dim, *good, *fair, *bad, *accent, *off;
};
const struct style *style_for(bool colour);

void text_count(struct buf *out, uint64_t count);                                      /* "60,000" */
void text_counted(struct buf *out, uint64_t count, const char *one, const char *many); /* "1 event", "60,000 events" */
void text_whole(struct buf *out, int64_t number);                                      /* "−1,200" */

/* Two digits behind the point, rounded half away from zero, or none for whole points; with
 * a sign: "+13", "+7.10", "−4", "0". */
void text_points(struct buf *out, int64_t micro);

/* `part` of `whole` in percent with one digit, rounded half up: "24.7%". */
void text_share(struct buf *out, uint64_t part, uint64_t whole);

void text_seconds(struct buf *out, int64_t ns);                  /* "410 ms", "12.3 s", "3 min 20 s" */
void text_ago(struct buf *out, int64_t then_ms, int64_t now_ms); /* "3 days ago", "5 hours ago" */
void text_minutes(struct buf *out, int64_t minutes);             /* "30 days", "36 hours", "15 minutes" */
void text_moment(struct buf *out, int64_t at_ms);                /* "5 January 2026, 10:00 UTC" */

/* `s` without anything that would steer a terminal: control characters and marks that
 * turn the direction of text become U+FFFD. `s` must be valid UTF-8. */
void text_clean(struct buf *out, struct str s);

/* `s`, cleaned, and cut with an ellipsis when it is wider than `cells`. Returns its width. */
size_t text_cut(struct buf *out, struct str s, size_t cells);

/* `s`, cleaned, cut with an ellipsis or padded with blanks to exactly `cells`. */
enum side { SIDE_LEFT, SIDE_RIGHT };
void text_cell(struct buf *out, struct str s, size_t cells, enum side side);

/* A bar `cells` wide at full length, filled to part/whole in eighths of a cell, padded
 * with blanks. Anything above 0 shows at least a sliver. */
void text_bar(struct buf *out, uint64_t part, uint64_t whole, size_t cells);

/* Write `text` between its blanks in lines of at most `width` cells, all but the first
 * begun by `indent` blanks; the caller has written those of the first. Ends the last line.
 * A word that no line can hold is cut with an ellipsis. */
void text_put_wrapped(FILE *to, struct str text, size_t indent, size_t width);
/* One word more on a line that has *cells so far. */
void text_put_word(FILE *to, struct str word, size_t indent, size_t width, size_t *cells);

#endif

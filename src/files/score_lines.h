/* score_lines.h — results as lines for programs: what `plumb score` and exports of scores write. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_SCORE_LINES_H
#define PLUMB_FILES_SCORE_LINES_H

#include <stdio.h>

#include "files/results.h"

/* JSON Lines and CSV: score by score in the order of the definitions; each in the order
 * of the ids, or with `top` the highest first. The columns are
 *     id score value micro fit_micro engagement_micro band grade [ledger]
 * An unknown score has null (CSV: nothing) from value on. How many lines; fewer than all when the
 * progress has a watcher that stops it. Whether writing worked is for the caller to ask of `to`. */
uint64_t score_lines_jsonl(const struct results *results, FILE *to);
uint64_t score_lines_csv(const struct results *results, FILE *to);

/* ---- What both have in common. ---- */

/* Append the line of one record, with whatever it needs in `shape` and an arena that is
 * empty each time. Threads call it at once. */
typedef void line_append(const struct results *results, uint32_t score, const void *shape, uint32_t record,
                         struct arena *arena, struct buf *out);

/* A line for each record of a score, in the order that `results` asks for; how many. */
uint64_t score_lines(const struct results *results, uint32_t score, const void *shape, line_append *append, FILE *to);

#endif

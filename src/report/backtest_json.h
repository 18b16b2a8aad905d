/* backtest_json.h — what a backtest found, for programs: as lines, and as one document. Both have the same findings,
 * written by the same functions. Numbers that have no meaning are null; points are micro-points. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_BACKTEST_JSON_H
#define PLUMB_REPORT_BACKTEST_JSON_H

#include <stdio.h>

#include "base/json.h"
#include "report/backtest_report.h"

/* JSON Lines, told apart by "kind": "summary", "bin", "band", "threshold", "advice", "missed" of each definition,
 * "comparison" of two. */
void backtest_lines(const struct backtest_report *report, FILE *to);

/* Where more is to be found about a record: appends a path. */
typedef void backtest_link(struct buf *out, enum entity object, struct str id);

/* Members of the object that the caller has begun: "object", "definitions": [{summary, "missed_count", "bins", "bands",
 * "thresholds", "advice", "missed"}], "comparison" (of two). Each of the missed ends with its "link". */
void backtest_document(struct json_writer *json, const struct backtest_report *report, backtest_link *link);

#endif

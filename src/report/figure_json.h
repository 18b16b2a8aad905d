/* figure_json.h — what statistics found, as JSON: a number that has no meaning is null.
 *
 *     "auc":0.81,"auc_interval":[0.77,0.85] */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_FIGURE_JSON_H
#define PLUMB_REPORT_FIGURE_JSON_H

#include <stdio.h>

#include "base/json.h"
#include "predict/quality.h"

void figure_json_number(struct json_writer *json, const char *key, double number);
void figure_json_count(struct json_writer *json, const char *key, uint64_t count);
void figure_json_interval(struct json_writer *json, const char *key, const char *interval_key,
                          const struct interval *interval);

/* A line of its own: {"kind":KIND and what is written until its end, which also empties json->out. */
void figure_json_begin_line(struct json_writer *json, const char *kind);
void figure_json_end_line(struct json_writer *json, FILE *to);

#endif

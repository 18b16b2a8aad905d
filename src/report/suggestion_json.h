/* suggestion_json.h — suggested points as members of JSON objects: the same from every door. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_SUGGESTION_JSON_H
#define PLUMB_REPORT_SUGGESTION_JSON_H

#include "base/json.h"
#include "predict/suggest.h"

/* Members of the object that the caller has begun; `score` is the one that was asked about. */
void suggestion_json_summary(struct json_writer *json, const struct suggestion *suggestion);
void suggestion_json_points(struct json_writer *json, const struct score *score, const struct suggested_points *points);
void suggestion_json_half_life(struct json_writer *json, const struct score *score,
                               const struct suggested_half_life *half_life);
void suggestion_json_test(struct json_writer *json, const struct suggestion_test *test);

#endif

/* profile_json.h — an ideal customer profile as members of JSON objects: the same from every door. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_PROFILE_JSON_H
#define PLUMB_REPORT_PROFILE_JSON_H

#include "base/json.h"
#include "predict/profile.h"

/* Members of the object that the caller has begun. */
void profile_json_summary(struct json_writer *json, const struct profile *profile);
void profile_json_finding(struct json_writer *json, const struct finding *finding);
void profile_json_left_out(struct json_writer *json, const struct leak *leak);

#endif

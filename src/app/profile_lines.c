/* profile_lines.c — one line for each trait that was looked at, told apart from others by "kind". */
// SPDX-License-Identifier: Apache-2.0
#include "app/profile_output.h"
#include "report/figure_json.h"
#include "report/profile_json.h"

#define LINE_BYTES_MAX ((size_t)64 * 1024)

void profile_lines(const struct profiled *profiled, FILE *to)
{
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    struct json_writer json = {.out = &line};
    const struct profile *profile = &profiled->profile;
    figure_json_begin_line(&json, "summary");
    json_key(&json, "object");
    json_string(&json, str_from_c(entity_name(profiled->object)));
    json_key(&json, "outcome");
    json_string(&json, profiled->outcome);
    figure_json_count(&json, "horizon_days", profiled->horizon_days);
    profile_json_summary(&json, profile);
    figure_json_end_line(&json, to);
    for (uint32_t i = 0; i < profile->count; i++) {
        figure_json_begin_line(&json, "trait");
        profile_json_finding(&json, &profile->findings[i]);
        figure_json_end_line(&json, to);
    }
    for (uint32_t i = 0; i < profile->leaks.count; i++) {
        figure_json_begin_line(&json, "left_out");
        profile_json_left_out(&json, &profile->leaks.at[i]);
        figure_json_end_line(&json, to);
    }
}

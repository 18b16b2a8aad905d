/* profile_lines.c — one line for each trait that was looked at, told apart from others by "kind". */
// SPDX-License-Identifier: Apache-2.0
#include "app/profile_output.h"
#include "report/figure_json.h"
#include "report/profile_json.h"

#define LINE_BYTES_MAX ((size_t)64 * 1024)

static void begin_line(struct json_writer *json, const char *kind)
{
    json_begin_object(json);
    json_key(json, "kind");
    json_string(json, str_from_c(kind));
}

static void end_line(struct json_writer *json, FILE *to)
{
    json_end_object(json);
    json_newline(json);
    fwrite(json->out->at, 1, json->out->len, to);
    buf_clear(json->out);
}

void profile_lines(const struct profiled *profiled, FILE *to)
{
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    struct json_writer json = {.out = &line};
    const struct profile *profile = &profiled->profile;
    begin_line(&json, "summary");
    json_key(&json, "object");
    json_string(&json, str_from_c(entity_name(profiled->object)));
    json_key(&json, "outcome");
    json_string(&json, profiled->outcome);
    figure_json_count(&json, "horizon_days", profiled->horizon_days);
    profile_json_summary(&json, profile);
    end_line(&json, to);
    for (uint32_t i = 0; i < profile->count; i++) {
        begin_line(&json, "trait");
        profile_json_finding(&json, &profile->findings[i]);
        end_line(&json, to);
    }
    for (uint32_t i = 0; i < profile->leaks.count; i++) {
        begin_line(&json, "left_out");
        profile_json_left_out(&json, &profile->leaks.at[i]);
        end_line(&json, to);
    }
}

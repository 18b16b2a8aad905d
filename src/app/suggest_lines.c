/* suggest_lines.c — one line for each number of points, told apart from others by "kind". */
// SPDX-License-Identifier: Apache-2.0
#include "app/suggest_output.h"
#include "report/figure_json.h"
#include "report/suggestion_json.h"

#define LINE_BYTES_MAX ((size_t)64 * 1024)

void suggest_lines(const struct suggested *suggested, FILE *to)
{
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    struct json_writer json = {.out = &line};
    const struct suggestion *suggestion = &suggested->suggestion;
    figure_json_begin_line(&json, "summary");
    json_key(&json, "score");
    json_string(&json, suggested->score->name);
    json_key(&json, "outcome");
    json_string(&json, suggested->outcome);
    figure_json_count(&json, "horizon_days", suggested->horizon_days);
    suggestion_json_summary(&json, suggestion);
    figure_json_end_line(&json, to);
    for (uint32_t i = 0; i < suggestion->count; i++) {
        figure_json_begin_line(&json, "points");
        suggestion_json_points(&json, suggested->score, &suggestion->points[i]);
        figure_json_end_line(&json, to);
    }
    for (uint32_t i = 0; i < suggestion->half_life_count; i++) {
        figure_json_begin_line(&json, "half_life");
        suggestion_json_half_life(&json, suggested->score, &suggestion->half_lives[i]);
        figure_json_end_line(&json, to);
    }
    if (!suggested->tested) return;
    figure_json_begin_line(&json, "test");
    suggestion_json_test(&json, &suggested->test);
    figure_json_end_line(&json, to);
}

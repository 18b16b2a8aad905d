/* suggestion_json.c — see suggestion_json.h. */
// SPDX-License-Identifier: Apache-2.0
#include "report/suggestion_json.h"

#include "base/instant.h"
#include "report/figure_json.h"

static void put_instant(struct json_writer *json, const char *key, int64_t at_ms)
{
    AUTO_BUF text = BUF_INIT(64);
    instant_format(&text, at_ms);
    json_key(json, key);
    json_string(json, buf_str(&text));
}

void suggestion_json_summary(struct json_writer *json, const struct suggestion *suggestion)
{
    figure_json_count(json, "examples", suggestion->examples);
    figure_json_count(json, "positives", suggestion->positives);
    figure_json_count(json, "numbers", suggestion->count);
    figure_json_count(json, "say_something", suggestion->said);
    figure_json_number(json, "points_a_log_odds", suggestion->points_a_log_odds);
    figure_json_number(json, "penalty", suggestion->penalty);
    put_instant(json, "learnt_until", suggestion->test_begins_ms);
}

void suggestion_json_points(struct json_writer *json, const struct score *score, const struct suggested_points *points)
{
    static const char *const said[] = {"something", "nothing", "too_little", "too_rarely"};
    AUTO_ARENA arena = arena_new();
    const struct group *group = &score->groups[points->place.group];
    json_key(json, "group");
    json_string(json, group->name);
    json_key(json, "rule");
    json_string(json, group->rules[points->place.rule].name);
    json_key(json, "of");
    json_string(json, points_words(score, points->place, arena));
    json_key(json, "now");
    json_i64(json, points->now);
    json_key(json, "then");
    json_i64(json, points->then);
    json_key(json, "says");
    json_string(json, str_from_c(said[points->said]));
    figure_json_count(json, "records", points->records);
    figure_json_interval(json, "log_odds", "log_odds_interval", &points->log_odds);
    figure_json_number(json, "weighed", points->weighed);
}

void suggestion_json_half_life(struct json_writer *json, const struct score *score,
                               const struct suggested_half_life *half_life)
{
    json_key(json, "group");
    json_string(json, score->groups[half_life->group].name);
    json_key(json, "days");
    if (half_life->days > 0) json_i64(json, half_life->days);
    else json_null(json);
    json_key(json, "sure");
    json_bool(json, half_life->sure);
    if (half_life->days > 0) figure_json_interval(json, "log_loss_less", "log_loss_less_interval", &half_life->better);
}

void suggestion_json_test(struct json_writer *json, const struct suggestion_test *test)
{
    put_instant(json, "from", test->from_ms);
    put_instant(json, "to", test->to_ms);
    figure_json_count(json, "instants", test->instants);
    figure_json_count(json, "snapshots", test->snapshots);
    figure_json_count(json, "converted", test->converted);
    figure_json_interval(json, "auc_now", "auc_now_interval", &test->now[FIGURE_ROC_AUC]);
    figure_json_interval(json, "auc_then", "auc_then_interval", &test->then[FIGURE_ROC_AUC]);
    figure_json_interval(json, "auc_difference", "auc_difference_interval", &test->apart[FIGURE_ROC_AUC]);
    figure_json_interval(json, "lift_now", "lift_now_interval", &test->now[FIGURE_LIFT]);
    figure_json_interval(json, "lift_then", "lift_then_interval", &test->then[FIGURE_LIFT]);
    figure_json_interval(json, "lift_difference", "lift_difference_interval", &test->apart[FIGURE_LIFT]);
}

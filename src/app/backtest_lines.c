/* backtest_lines.c — one line for each finding of a backtest, told apart by "kind". Numbers that have no meaning are null. */
// SPDX-License-Identifier: Apache-2.0
#include "app/backtest_output.h"
#include "base/instant.h"
#include "base/json.h"
#include "report/figure_json.h"

#define LINE_BYTES_MAX ((size_t)64 * 1024)

static void put_points(struct json_writer *json, const char *key, int64_t micro)
{
    json_key(json, key);
    if (micro > SCORE_UNKNOWN) json_i64(json, micro);
    else json_null(json);
}

static void put_instant(struct json_writer *json, const char *key, int64_t at_ms)
{
    AUTO_BUF text = BUF_INIT(64);
    instant_format(&text, at_ms);
    json_key(json, key);
    json_string(json, buf_str(&text));
}

static void begin_line(struct json_writer *json, const char *kind, const struct tested *tested)
{
    json_begin_object(json);
    json_key(json, "kind");
    json_string(json, str_from_c(kind));
    if (tested == NULL) return;
    json_key(json, "definition");
    json_string(json, str_from_c(tested->path));
    json_key(json, "score");
    json_string(json, tested->score->name);
}

static void end_line(struct json_writer *json, FILE *to)
{
    json_end_object(json);
    json_newline(json);
    fwrite(json->out->at, 1, json->out->len, to);
    buf_clear(json->out);
}

static void put_order(struct json_writer *json, const struct interval figures[FIGURE_COUNT])
{
    figure_json_interval(json, "auc", "auc_interval", &figures[FIGURE_ROC_AUC]);
    figure_json_interval(json, "pr_auc", "pr_auc_interval", &figures[FIGURE_PR_AUC]);
    figure_json_interval(json, "lift_top_decile", "lift_top_decile_interval", &figures[FIGURE_LIFT]);
}

static void put_summary(struct json_writer *json, const struct tested_all *all, const struct tested *tested)
{
    const struct backtest *b = &tested->backtest;
    uint64_t snapshots = 0;
    for (uint32_t i = 0; i < tested->bin_count; i++) snapshots += tested->bins[i].snapshots;
    begin_line(json, "summary", tested);
    json_key(json, "outcome");
    json_string(json, all->outcome);
    put_instant(json, "from", b->at_ms[0]);
    put_instant(json, "to", b->at_ms[b->instants - 1]);
    figure_json_count(json, "instants", b->instants);
    figure_json_number(json, "horizon_days", (double)b->horizon_ms / (double)MS_PER_DAY);
    figure_json_count(json, "snapshots", snapshots);
    figure_json_count(json, "converters", tested->calls[0].converters);
    figure_json_interval(json, "conversion", "conversion_interval", &tested->figures[FIGURE_BASE_RATE]);
    put_order(json, tested->figures);
}

static void put_bin(struct json_writer *json, const struct tested *tested, uint32_t bin)
{
    const struct backtest_bin *at = &tested->bins[bin];
    begin_line(json, "bin", tested);
    put_points(json, "from_micro", at->from_micro);
    put_points(json, "until_micro", bin == 0 ? SCORE_UNKNOWN : tested->bins[bin - 1].from_micro);
    figure_json_count(json, "snapshots", at->snapshots);
    figure_json_count(json, "converted", at->converted);
    figure_json_interval(json, "conversion", "conversion_interval", &at->conversion);
    figure_json_number(json, "lift", at->lift);
}

static void put_threshold(struct json_writer *json, const struct tested *tested, uint32_t threshold)
{
    const struct backtest_calls *calls = &tested->calls[threshold];
    begin_line(json, "threshold", tested);
    put_points(json, "from_micro", tested->thresholds[threshold]);
    figure_json_count(json, "called", calls->called);
    figure_json_number(json, "called_a_week", calls->calls_a_week);
    figure_json_count(json, "converted", calls->converted);
    figure_json_number(json, "precision", calls->precision);
    figure_json_interval(json, "conversion", "conversion_interval", &calls->conversion);
    figure_json_number(json, "recall", calls->recall);
    figure_json_number(json, "f1", calls->f1);
    figure_json_count(json, "missed", calls->missed);
}

static void put_advice(struct json_writer *json, const struct tested *tested, enum goal goal)
{
    const struct advice *advice = &tested->advice[goal];
    begin_line(json, "advice", tested);
    json_key(json, "goal");
    json_string(json, str_from_c(goal_name(goal)));
    json_key(json, "met");
    json_bool(json, advice->met);
    if (!advice->met) return;
    put_points(json, "from_micro", advice->micro);
    put_points(json, "low_micro", advice->low_micro);
    put_points(json, "high_micro", advice->high_micro);
    figure_json_interval(json, "precision", "precision_interval", &advice->precision);
    figure_json_interval(json, "called_a_week", "called_a_week_interval", &advice->calls_a_week);
    figure_json_number(json, "recall", advice->calls.recall);
    figure_json_number(json, "f1", advice->calls.f1);
    if (goal == GOAL_PROFIT) figure_json_number(json, "profit", advice->profit);
    figure_json_number(json, "met_share", advice->met_share);
}

static void put_missed(struct json_writer *json, const struct tested_all *all, const struct tested *tested, uint32_t i)
{
    const struct backtest_missed *missed = &tested->missed[i];
    begin_line(json, "missed", tested);
    put_points(json, "below_micro", tested->missed_below);
    json_key(json, "id");
    json_string(json, history_record_id(all->history, tested->backtest.object, missed->record));
    put_points(json, "best_micro", missed->best_micro);
    put_instant(json, "happened", missed->happened_ms);
}

static void put_tested(struct json_writer *json, const struct tested_all *all, const struct tested *tested, FILE *to)
{
    put_summary(json, all, tested);
    end_line(json, to);
    for (uint32_t i = 0; i < tested->bin_count; i++) put_bin(json, tested, i), end_line(json, to);
    for (uint32_t i = 0; i < tested->threshold_count; i++) put_threshold(json, tested, i), end_line(json, to);
    for (enum goal goal = 0; goal < GOAL_COUNT; goal++)
        if (tested->asked[goal]) put_advice(json, tested, goal), end_line(json, to);
    for (uint32_t i = 0; i < tested->missed_shown; i++) put_missed(json, all, tested, i), end_line(json, to);
}

void backtest_lines(const struct tested_all *all, FILE *to)
{
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    struct json_writer json = {.out = &line};
    for (uint32_t t = 0; t < all->count; t++) put_tested(&json, all, &all->tested[t], to);
    if (all->count < 2) return;
    begin_line(&json, "comparison", NULL);
    json_key(&json, "of");
    json_string(&json, str_from_c(all->tested[1].path));
    json_key(&json, "against");
    json_string(&json, str_from_c(all->tested[0].path));
    put_order(&json, all->apart);
    end_line(&json, to);
}

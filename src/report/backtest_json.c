/* backtest_json.c — a function for each kind of finding writes its members; lines and document put them in their places. */
// SPDX-License-Identifier: Apache-2.0
#include "report/backtest_json.h"

#include "base/instant.h"
#include "report/figure_json.h"

#define LINE_BYTES_MAX ((size_t)64 * 1024)
#define LINK_BYTES_MAX 8192

static void put_text(struct json_writer *json, const char *key, struct str text)
{
    json_key(json, key);
    json_string(json, text);
}

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
    put_text(json, key, buf_str(&text));
}

/* ---- Findings: the members of each. ---- */

static void put_order(struct json_writer *json, const struct interval figures[FIGURE_COUNT])
{
    figure_json_interval(json, "auc", "auc_interval", &figures[FIGURE_ROC_AUC]);
    figure_json_interval(json, "pr_auc", "pr_auc_interval", &figures[FIGURE_PR_AUC]);
    figure_json_interval(json, "lift_top_decile", "lift_top_decile_interval", &figures[FIGURE_LIFT]);
}

static void put_summary(struct json_writer *json, const struct backtest_report *report, const struct backtested *tested)
{
    const struct backtest *b = &tested->backtest;
    put_text(json, "outcome", report->outcome_words);
    put_instant(json, "from", b->at_ms[0]);
    put_instant(json, "to", b->at_ms[b->instants - 1]);
    figure_json_count(json, "instants", b->instants);
    figure_json_number(json, "horizon_days", (double)b->horizon_ms / (double)MS_PER_DAY);
    figure_json_count(json, "snapshots", tested->snapshots);
    figure_json_count(json, "converters", tested->calls[0].converters);
    figure_json_interval(json, "conversion", "conversion_interval", &tested->figures[FIGURE_BASE_RATE]);
    put_order(json, tested->figures);
}

static void put_range(struct json_writer *json, const struct backtest_bin *all, uint32_t at)
{
    put_points(json, "from_micro", all[at].from_micro);
    put_points(json, "until_micro", at == 0 ? SCORE_UNKNOWN : all[at - 1].from_micro);
    figure_json_count(json, "snapshots", all[at].snapshots);
    figure_json_count(json, "converted", all[at].converted);
    figure_json_interval(json, "conversion", "conversion_interval", &all[at].conversion);
    figure_json_number(json, "lift", all[at].lift);
}

static void put_bin(struct json_writer *json, const struct backtest_report *report, const struct backtested *tested,
                    uint32_t i)
{
    (void)report;
    put_range(json, tested->bins, i);
}

static void put_band(struct json_writer *json, const struct backtest_report *report, const struct backtested *tested,
                     uint32_t i)
{
    (void)report;
    json_key(json, "band");
    if (i < tested->band_count) json_string(json, tested->score->bands[i].label);
    else json_null(json);
    put_range(json, tested->bands, i);
}

static void put_threshold(struct json_writer *json, const struct backtest_report *report,
                          const struct backtested *tested, uint32_t i)
{
    (void)report;
    const struct backtest_calls *calls = &tested->calls[i];
    put_points(json, "from_micro", tested->thresholds[i]);
    figure_json_count(json, "called", calls->called);
    figure_json_number(json, "called_a_week", calls->calls_a_week);
    figure_json_count(json, "converted", calls->converted);
    figure_json_number(json, "precision", calls->precision);
    figure_json_interval(json, "conversion", "conversion_interval", &calls->conversion);
    figure_json_number(json, "recall", calls->recall);
    figure_json_number(json, "f1", calls->f1);
    figure_json_count(json, "missed", calls->missed);
}

/* The stage that begins at the goal's threshold, and where the score's own band of that label begins now. */
static void put_stage(struct json_writer *json, const struct backtested *tested, enum stage stage)
{
    int64_t now_micro = SCORE_UNKNOWN;
    if (stage == STAGE_NONE) return;
    (void)backtested_band(tested, str_from_c(stage_name(stage)), &now_micro);
    put_text(json, "stage", str_from_c(stage_name(stage)));
    put_points(json, "stage_now_micro", now_micro);
}

static void put_advice(struct json_writer *json, const struct backtest_report *report, const struct backtested *tested,
                       uint32_t i)
{
    (void)report;
    enum goal goal = (enum goal)i;
    const struct advice *advice = &tested->advice[goal];
    put_text(json, "goal", str_from_c(goal_name(goal)));
    json_key(json, "met");
    json_bool(json, advice->met);
    if (!advice->met) return;
    put_stage(json, tested, tested->stage[goal]);
    put_points(json, "from_micro", advice->micro);
    put_points(json, "low_micro", advice->low_micro);
    put_points(json, "high_micro", advice->high_micro);
    figure_json_interval(json, "precision", "precision_interval", &advice->precision);
    figure_json_interval(json, "called_a_week", "called_a_week_interval", &advice->calls_a_week);
    figure_json_number(json, "recall", advice->calls.recall);
    figure_json_number(json, "f1", advice->calls.f1);
    figure_json_interval(json, "reach", "reach_interval", &advice->reach);
    if (goal == GOAL_PROFIT) figure_json_number(json, "profit", advice->profit);
    figure_json_number(json, "met_share", advice->met_share);
}

static void put_missed(struct json_writer *json, const struct backtest_report *report, const struct backtested *tested,
                       uint32_t i)
{
    const struct backtest_missed *missed = &tested->missed[i];
    put_points(json, "below_micro", tested->missed_below);
    put_text(json, "id", history_record_id(report->history, report->object, missed->record));
    put_points(json, "best_micro", missed->best_micro);
    put_instant(json, "happened", missed->happened_ms);
}

static void put_comparison(struct json_writer *json, const struct backtest_report *report)
{
    put_text(json, "of", report->of[1].called);
    put_text(json, "against", report->of[0].called);
    put_order(json, report->apart);
}

/* ---- Lists of findings, in the order in which they are told. ---- */

typedef void put_finding(struct json_writer *json, const struct backtest_report *report,
                         const struct backtested *tested, uint32_t i);

struct findings {
    const char *kind, *plural;
    put_finding *put;
    uint32_t count;
};

#define LISTS 5

static void list_findings(const struct backtested *tested, struct findings out[LISTS])
{
    uint32_t bands = tested->band_count > 0 ? tested->band_count + 1 : 0;
    out[0] = (struct findings){"bin", "bins", put_bin, tested->bin_count};
    out[1] = (struct findings){"band", "bands", put_band, bands};
    out[2] = (struct findings){"threshold", "thresholds", put_threshold, tested->threshold_count};
    out[3] = (struct findings){"advice", "advice", put_advice, GOAL_COUNT};
    out[4] = (struct findings){"missed", "missed", put_missed, tested->missed_told};
}

static bool is_told(const struct backtested *tested, const struct findings *list, uint32_t i)
{
    return list->put != put_advice || tested->asked[i];
}

/* ---- Lines. ---- */

static void begin_line(struct json_writer *json, const char *kind, const struct backtested *tested)
{
    figure_json_begin_line(json, kind);
    if (tested == NULL) return;
    put_text(json, "definition", tested->called);
    put_text(json, "score", tested->score->name);
}

static void write_tested_lines(struct json_writer *json, const struct backtest_report *report,
                               const struct backtested *tested, FILE *to)
{
    struct findings lists[LISTS];
    list_findings(tested, lists);
    begin_line(json, "summary", tested);
    put_summary(json, report, tested);
    figure_json_end_line(json, to);
    for (const struct findings *list = lists; list < lists + LISTS; list++)
        for (uint32_t i = 0; i < list->count; i++) {
            if (!is_told(tested, list, i)) continue;
            begin_line(json, list->kind, tested);
            list->put(json, report, tested, i);
            figure_json_end_line(json, to);
        }
}

void backtest_lines(const struct backtest_report *report, FILE *to)
{
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    struct json_writer json = {.out = &line};
    for (uint32_t t = 0; t < report->count; t++) write_tested_lines(&json, report, &report->of[t], to);
    if (report->count < 2) return;
    begin_line(&json, "comparison", NULL);
    put_comparison(&json, report);
    figure_json_end_line(&json, to);
}

/* ---- The document. ---- */

static void put_link(struct json_writer *json, const struct backtest_report *report, const struct backtested *tested,
                     uint32_t i, backtest_link *link)
{
    AUTO_BUF path = BUF_INIT(LINK_BYTES_MAX);
    link(&path, report->object, history_record_id(report->history, report->object, tested->missed[i].record));
    put_text(json, "link", buf_str(&path));
}

static void write_list(struct json_writer *json, const struct backtest_report *report, const struct backtested *tested,
                       const struct findings *list, backtest_link *link)
{
    json_key(json, list->plural);
    json_begin_array(json);
    for (uint32_t i = 0; i < list->count; i++) {
        if (!is_told(tested, list, i)) continue;
        json_begin_object(json);
        list->put(json, report, tested, i);
        if (list->put == put_missed) put_link(json, report, tested, i, link);
        json_end_object(json);
    }
    json_end_array(json);
}

void backtest_document(struct json_writer *json, const struct backtest_report *report, backtest_link *link)
{
    put_text(json, "object", str_from_c(entity_name(report->object)));
    json_key(json, "definitions");
    json_begin_array(json);
    for (uint32_t t = 0; t < report->count; t++) {
        const struct backtested *tested = &report->of[t];
        struct findings lists[LISTS];
        list_findings(tested, lists);
        json_begin_object(json);
        put_text(json, "definition", tested->called);
        put_text(json, "score", tested->score->name);
        put_summary(json, report, tested);
        figure_json_count(json, "missed_count", tested->missed_count);
        for (const struct findings *list = lists; list < lists + LISTS; list++)
            write_list(json, report, tested, list, link);
        json_end_object(json);
    }
    json_end_array(json);
    if (report->count == 2) {
        json_key(json, "comparison");
        json_begin_object(json);
        put_comparison(json, report);
        json_end_object(json);
    }
}

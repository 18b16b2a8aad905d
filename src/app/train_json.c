/* train_json.c — what was learnt, as one line of JSON. Numbers that have no meaning are null. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "app/train.h"
#include "base/instant.h"
#include "base/json.h"

#define LINE_BYTES_MAX ((size_t)4 * 1024 * 1024)

static void put_str(struct json_writer *json, const char *key, struct str text)
{
    json_key(json, key);
    json_string(json, text);
}

static void put_number(struct json_writer *json, const char *key, double number)
{
    json_key(json, key);
    if (isfinite(number)) json_double(json, number);
    else json_null(json);
}

static void put_count(struct json_writer *json, const char *key, uint64_t count)
{
    json_key(json, key);
    json_i64(json, (int64_t)count);
}

static void put_instant(struct json_writer *json, const char *key, int64_t at_ms)
{
    AUTO_BUF text = BUF_INIT(64);
    instant_format(&text, at_ms);
    put_str(json, key, buf_str(&text));
}

static void put_range(struct json_writer *json, const char *key, const struct interval *interval)
{
    json_key(json, key);
    json_begin_array(json);
    for (int end = 0; end < 2; end++) {
        double number = end == 0 ? interval->low : interval->high;
        if (isfinite(number)) json_double(json, number);
        else json_null(json);
    }
    json_end_array(json);
}

/* ---- Figures. ---- */

/* "NAME":value,"NAME_interval":[low,high] of each figure. */
static void put_figures(struct json_writer *json, const struct interval figures[FIGURE_COUNT])
{
    for (enum figure f = 0; f < FIGURE_COUNT; f++) {
        const char *name = f == FIGURE_ROC_AUC ? "auc" : figure_name(f);
        char key[64];
        snprintf(key, sizeof key, "%s_interval", name);
        put_number(json, name, figures[f].value);
        put_range(json, key, &figures[f]);
    }
}

static void put_difference(struct json_writer *json, const char *key, const struct interval apart[FIGURE_COUNT])
{
    json_key(json, key);
    json_begin_object(json);
    put_figures(json, apart);
    json_end_object(json);
}

static void put_sides(struct json_writer *json, const struct side_count sides[SIDE_COUNT])
{
    static const char *const names[SIDE_COUNT] = {NULL, "train", "calibrate", "test"};
    json_key(json, "sides");
    json_begin_object(json);
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) {
        json_key(json, names[side]);
        json_begin_object(json);
        put_count(json, "rows", sides[side].examples);
        put_count(json, "positives", sides[side].positives);
        put_count(json, "records", sides[side].records);
        json_end_object(json);
    }
    json_end_object(json);
}

static void put_tenths(struct json_writer *json, const struct quality *quality)
{
    json_key(json, "tenths");
    json_begin_array(json);
    for (int t = 0; t < TENTHS; t++) {
        const struct tenth *tenth = &quality->tenths[t];
        json_begin_object(json);
        put_number(json, "forecast", tenth->forecast);
        put_number(json, "observed", tenth->observed);
        put_range(json, "observed_interval", &(struct interval){tenth->observed, tenth->low, tenth->high});
        put_number(json, "lift", tenth->lift);
        put_number(json, "gain", tenth->gain);
        json_end_object(json);
    }
    json_end_array(json);
}

void train_json_quality(struct json_writer *json, const struct learned *learned)
{
    put_figures(json, learned->intervals);
    put_difference(json, "against_base_rate", learned->against_base_rate);
    put_tenths(json, &learned->quality);
}

/* ---- The report. ---- */

static void put_thresholds(struct json_writer *json, const struct quality_report *report)
{
    json_key(json, "thresholds");
    json_begin_array(json);
    for (uint32_t i = 0; i < report->threshold_count; i++) {
        const struct confusion *confusion = &report->thresholds[i].confusion;
        json_begin_object(json);
        put_number(json, "threshold", report->thresholds[i].threshold);
        put_number(json, "true_positive", confusion->true_positive);
        put_number(json, "false_positive", confusion->false_positive);
        put_number(json, "true_negative", confusion->true_negative);
        put_number(json, "false_negative", confusion->false_negative);
        put_number(json, "precision", confusion->precision);
        put_number(json, "recall", confusion->recall);
        put_number(json, "f1", confusion->f1);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_segments(struct json_writer *json, const struct quality_report *report)
{
    static const char *const kinds[] = {"value", "others", "without"};
    json_key(json, "segments");
    json_begin_array(json);
    for (uint32_t i = 0; i < report->segment_count; i++) {
        const struct quality_segment *segment = &report->segments[i];
        json_begin_object(json);
        put_str(json, "property", segment->property);
        put_str(json, "kind", str_from_c(kinds[segment->kind]));
        json_key(json, "value");
        if (segment->kind == SEGMENT_VALUE) json_string(json, segment->value);
        else json_null(json);
        put_count(json, "rows", segment->examples);
        put_number(json, "forecast", segment->forecast);
        put_number(json, "observed", segment->observed.value);
        put_range(json, "observed_interval", &segment->observed);
        put_number(json, "auc", segment->auc.value);
        put_range(json, "auc_interval", &segment->auc);
        json_key(json, "fails");
        json_bool(json, segment->fails);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_leaks(struct json_writer *json, const struct leaks *leaks)
{
    json_key(json, "leaks");
    json_begin_array(json);
    for (uint32_t i = 0; i < leaks->count; i++) {
        const struct leak *leak = &leaks->at[i];
        json_begin_object(json);
        put_str(json, "subject", leak->subject);
        put_str(json, "kind", leak->kind == LEAK_TELLS_ALL ? STR("tells_all") : STR("afterwards"));
        put_number(json, "auc", leak->auc);
        put_str(json, "sentence", leak->sentence);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_model(struct json_writer *json, const struct told_model *told)
{
    const struct trained *trained = told->trained;
    const struct learned *learned = &trained->learned;
    put_figures(json, learned->intervals);
    if (learned->kind == MODEL_LOGISTIC) put_number(json, "penalty", learned->penalty);
    else put_count(json, "depth", learned->depth);
    json_key(json, "half_life_days");
    if (learned->half_life_ms > 0) json_i64(json, learned->half_life_ms / MS_PER_DAY);
    else json_null(json);
    if (learned->base_then > 0) {
        put_number(json, "base_rate_forecast_of_late", learned->base_then);
        put_number(json, "base_rate_of_late", learned->base_now);
    }
    put_count(json, "features", trained->plan.count);
    json_key(json, "uses");
    json_begin_array(json);
    for (uint32_t i = 0; i < told->subject_count; i++) json_string(json, told->subjects[i]);
    json_end_array(json);
    put_difference(json, "against_base_rate", learned->against_base_rate);
    if (trained->report.manual.there) {
        put_str(json, "score", told->score);
        put_difference(json, "against_score", trained->report.manual.apart);
    }
    put_tenths(json, &learned->quality);
    put_thresholds(json, &trained->report);
    put_segments(json, &trained->report);
}

void train_json(const struct told_model *told, FILE *to)
{
    static const char *const kinds[] = {"none", "logistic", "trees"};
    const struct trained *trained = told->trained;
    const struct learned *learned = &trained->learned;
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    struct json_writer json = {.out = &line};
    uint64_t rows = 0, positives = 0;
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) {
        rows += learned->sides[side].examples;
        positives += learned->sides[side].positives;
    }
    json_begin_object(&json);
    put_str(&json, "model", str_from_c(kinds[learned->kind]));
    put_count(&json, "rows", rows);
    put_count(&json, "positives", positives);
    put_str(&json, "split", STR("time"));
    put_str(&json, "verdict", str_from_c(verdict_name(learned->verdict)));
    put_str(&json, "sentence", str_from_c(learned->sentence));
    if (learned->why_no_trees[0] != '\0') put_str(&json, "why_no_trees", str_from_c(learned->why_no_trees));
    put_str(&json, "object", str_from_c(entity_name(trained->object)));
    put_str(&json, "outcome", trained->outcome);
    put_count(&json, "horizon_days", (uint64_t)(trained->horizon_ms / MS_PER_DAY));
    put_count(&json, "seed", trained->seed);
    put_sides(&json, learned->sides);
    if (rows > 0) {
        put_instant(&json, "from", trained->begins_ms);
        put_instant(&json, "test_from", trained->test_begins_ms);
        put_instant(&json, "until", trained->ends_ms);
    }
    put_count(&json, "rows_kept", trained->memory.kept);
    put_count(&json, "memory_bytes", trained->memory.bytes);
    put_leaks(&json, &trained->leaks);
    if (learned->kind != MODEL_NONE) put_model(&json, told);
    json_end_object(&json);
    json_newline(&json);
    fwrite(line.at, 1, line.len, to);
}

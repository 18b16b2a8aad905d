/* model_json.c — see model_json.h. */
// SPDX-License-Identifier: Apache-2.0
#include "server/model_json.h"

#include <math.h>

#include "predict/reasons.h"
#include "server/api_json.h"

static void write_number(struct json_writer *writer, const char *name, double number)
{
    json_key(writer, name);
    if (isfinite(number)) json_double(writer, number);
    else json_null(writer);
}

static void write_flag(struct json_writer *writer, const char *name, bool flag)
{
    json_key(writer, name);
    json_bool(writer, flag);
}

static void write_estimate(struct json_writer *writer, const char *name, const struct interval *interval)
{
    json_key(writer, name);
    json_begin_object(writer);
    write_number(writer, "value", interval->value);
    write_number(writer, "low", interval->low);
    write_number(writer, "high", interval->high);
    json_end_object(writer);
}

static void write_estimates(struct json_writer *writer, const char *name, const struct interval *intervals)
{
    json_key(writer, name);
    json_begin_object(writer);
    for (enum figure f = 0; f < FIGURE_COUNT; f++) write_estimate(writer, figure_name(f), &intervals[f]);
    json_end_object(writer);
}

/* ---- Figures. ---- */

static void write_sides(struct json_writer *writer, const struct side_count *sides)
{
    static const char *const names[SIDE_COUNT] = {
        [SIDE_TRAIN] = "train", [SIDE_CALIBRATE] = "calibrate", [SIDE_TEST] = "test"};
    json_key(writer, "examples");
    json_begin_object(writer);
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) {
        json_key(writer, names[side]);
        json_begin_object(writer);
        api_write_count(writer, "examples", sides[side].examples);
        api_write_count(writer, "positives", sides[side].positives);
        api_write_count(writer, "records", sides[side].records);
        json_end_object(writer);
    }
    json_end_object(writer);
}

static void write_tenths(struct json_writer *writer, const struct quality *quality)
{
    json_key(writer, "tenths");
    json_begin_array(writer);
    for (int t = 0; t < TENTHS; t++) {
        const struct tenth *tenth = &quality->tenths[t];
        json_begin_object(writer);
        write_number(writer, "weight", tenth->weight);
        write_number(writer, "forecast", tenth->forecast);
        write_number(writer, "observed", tenth->observed);
        write_number(writer, "low", tenth->low);
        write_number(writer, "high", tenth->high);
        write_number(writer, "lift", tenth->lift);
        write_number(writer, "gain", tenth->gain);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_thresholds(struct json_writer *writer, const struct quality_report *report)
{
    json_key(writer, "thresholds");
    json_begin_array(writer);
    for (uint32_t i = 0; i < report->threshold_count; i++) {
        const struct threshold_row *row = &report->thresholds[i];
        json_begin_object(writer);
        write_number(writer, "threshold", row->threshold);
        write_number(writer, "called", row->confusion.true_positive + row->confusion.false_positive);
        write_number(writer, "closed", row->confusion.true_positive);
        write_number(writer, "precision", row->confusion.precision);
        write_number(writer, "recall", row->confusion.recall);
        write_number(writer, "f1", row->confusion.f1);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_segments(struct json_writer *writer, const struct quality_report *report)
{
    json_key(writer, "segments");
    json_begin_array(writer);
    for (uint32_t i = 0; i < report->segment_count; i++) {
        const struct quality_segment *segment = &report->segments[i];
        json_begin_object(writer);
        api_write_text(writer, "property", segment->property);
        if (segment->kind == SEGMENT_VALUE) api_write_text(writer, "value", segment->value);
        else api_write_text(writer, "value", segment->kind == SEGMENT_OTHERS ? STR("all others") : STR("without"));
        api_write_count(writer, "examples", segment->examples);
        write_number(writer, "positives", segment->positives);
        write_number(writer, "forecast", segment->forecast);
        write_estimate(writer, "observed", &segment->observed);
        write_estimate(writer, "roc_auc", &segment->auc);
        write_flag(writer, "fails", segment->fails);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_quality(struct json_writer *writer, const struct trained *trained)
{
    const struct learned *learned = &trained->learned;
    api_write_text(writer, "kind", learned->kind == MODEL_TREES ? STR("trees") : STR("logistic regression"));
    if (learned->why_no_trees[0] != '\0') api_write_text(writer, "why_no_trees", str_from_c(learned->why_no_trees));
    api_write_instant(writer, "test_begins", trained->test_begins_ms);
    write_estimates(writer, "figures", learned->intervals);
    write_estimates(writer, "against_base_rate", learned->against_base_rate);
    if (trained->report.manual.there) write_estimates(writer, "against_score", trained->report.manual.apart);
    write_tenths(writer, &learned->quality);
    write_thresholds(writer, &trained->report);
    write_segments(writer, &trained->report);
}

static void write_leaks(struct json_writer *writer, const struct leaks *leaks)
{
    json_key(writer, "leaks");
    json_begin_array(writer);
    for (uint32_t i = 0; i < leaks->count; i++) {
        json_begin_object(writer);
        api_write_text(writer, "subject", leaks->at[i].subject);
        api_write_text(writer, "sentence", leaks->at[i].sentence);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_uses(struct json_writer *writer, const struct trained *trained, struct catalog *catalog)
{
    AUTO_ARENA arena = arena_new();
    struct str *subjects = NULL;
    uint32_t count = 0;
    if (trained->learned.kind != MODEL_NONE) reasons_subjects(trained, catalog, arena, &subjects, &count);
    json_key(writer, "uses");
    json_begin_array(writer);
    for (uint32_t i = 0; i < count; i++) json_string(writer, subjects[i]);
    json_end_array(writer);
}

void model_json_promotion(struct json_writer *writer, const struct promotion *promotion)
{
    json_begin_object(writer);
    write_flag(writer, "better", promotion->replaces);
    api_write_text(writer, "sentence", str_from_c(promotion->sentence));
    api_write_count(writer, "examples", promotion->examples);
    api_write_count(writer, "positives", promotion->positives);
    write_estimate(writer, "brier", &promotion->brier);
    write_estimate(writer, "roc_auc", &promotion->auc);
    json_end_object(writer);
}

void model_json_figures(struct json_writer *writer, const struct trained *trained, struct catalog *catalog,
                        const struct promotion *promotion)
{
    json_begin_object(writer);
    api_write_text(writer, "verdict", str_from_c(verdict_name(trained->learned.verdict)));
    api_write_text(writer, "sentence", str_from_c(trained->learned.sentence));
    write_sides(writer, trained->learned.sides);
    write_leaks(writer, &trained->leaks);
    write_uses(writer, trained, catalog);
    if (trained->learned.kind != MODEL_NONE) write_quality(writer, trained);
    if (promotion != NULL) json_key(writer, "against_champion");
    if (promotion != NULL) model_json_promotion(writer, promotion);
    json_end_object(writer);
}

/* ---- Drift. ---- */

static void write_psi(struct json_writer *writer, const struct psi *psi)
{
    write_number(writer, "psi", psi->value);
    write_number(writer, "by_chance", psi->by_chance);
    api_write_text(writer, "drift", str_from_c(drift_name(psi->drift)));
}

void model_json_drift(struct json_writer *writer, const struct model_drift *drift, const struct trained *trained)
{
    json_begin_object(writer);
    api_write_count(writer, "records_then", drift->then);
    api_write_count(writer, "records_now", drift->now);
    json_key(writer, "scores");
    json_begin_object(writer);
    write_psi(writer, &drift->scores);
    json_end_object(writer);
    api_write_count(writer, "features", trained->plan.count);
    api_write_count(writer, "drifted", drift->drifted);
    json_key(writer, "most");
    json_begin_array(writer);
    for (uint32_t i = 0; i < drift->feature_count; i++) {
        json_begin_object(writer);
        api_write_text(writer, "feature", trained->plan.features[drift->features[i].feature].name);
        write_psi(writer, &drift->features[i].psi);
        json_end_object(writer);
    }
    json_end_array(writer);
    if (drift->calibration.count > 0) {
        json_key(writer, "calibration");
        json_begin_object(writer);
        api_write_count(writer, "records", drift->calibration.count);
        write_number(writer, "announced", drift->calibration.announced);
        write_number(writer, "came", drift->calibration.came);
        write_number(writer, "z", drift->calibration.z);
        write_flag(writer, "drifted", drift->calibration.drifted);
        json_end_object(writer);
    }
    write_flag(writer, "retrain", drift->retrain);
    json_end_object(writer);
}

/* ---- Versions and models. ---- */

void model_json_version(struct json_writer *writer, const struct model_version_row *version, bool whole)
{
    json_begin_object(writer);
    api_write_count(writer, "version", version->number);
    api_write_text(writer, "state", str_from_c(model_state_name(version->state)));
    api_write_instant(writer, "trained", version->trained_ms);
    api_write_instant(writer, "data_from", version->begins_ms);
    api_write_instant(writer, "data_to", version->ends_ms);
    api_write_count(writer, "seed", version->seed);
    write_flag(writer, "kept", version->image_bytes > 0);
    if (whole) {
        json_key(writer, "figures");
        json_raw(writer, version->figures);
    }
    json_end_object(writer);
}

static void write_optional(struct json_writer *writer, const char *name, struct str text)
{
    json_key(writer, name);
    if (text.len > 0) json_string(writer, text);
    else json_null(writer);
}

static void write_versions(struct json_writer *writer, const struct model_info *info)
{
    json_key(writer, "versions");
    json_begin_array(writer);
    for (size_t i = info->count; i-- > 0;) model_json_version(writer, &info->versions[i], false);
    json_end_array(writer);
    const struct model_version_row *told = model_champion(info);
    if (told == NULL && info->count > 0) told = &info->versions[info->count - 1];
    if (told != NULL) json_key(writer, "figures");
    if (told != NULL) json_raw(writer, told->figures);
    if (info->review.len > 0) json_key(writer, "review");
    if (info->review.len > 0) json_raw(writer, info->review);
}

void model_json_model(struct json_writer *writer, const struct model_info *info, bool whole)
{
    const struct model_row *row = &info->row;
    const struct model_version_row *champion = model_champion(info);
    json_begin_object(writer);
    api_write_text(writer, "name", row->name);
    api_write_text(writer, "object", str_from_c(entity_name(row->object)));
    json_key(writer, "outcome");
    if (str_starts_with(row->outcome, STR("{"))) json_raw(writer, row->outcome);
    else if (row->outcome.len > 0) json_string(writer, row->outcome);
    else json_null(writer);
    api_write_count(writer, "horizon_days", row->horizon_days);
    write_optional(writer, "score", row->score);
    api_write_count(writer, "retrain_days", row->retrain_days);
    api_write_text(writer, "promote", row->by_hand ? STR("hand") : STR("rule"));
    write_flag(writer, "use_protected", row->use_protected);
    api_write_instant(writer, "made", row->made_ms);
    json_key(writer, "champion");
    if (champion != NULL) json_i64(writer, champion->number);
    else json_null(writer);
    if (whole) write_versions(writer, info);
    json_end_object(writer);
}

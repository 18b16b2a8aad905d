/* training_report.c — see training_report.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/training_report.h"

#include <math.h>

#include "base/intern.h"

/* Segments by a property, or by bands. */
struct column {
    struct intern *texts;
    struct str *text; /* [intern_count] */
    uint32_t *value;  /* [rows] */
};

static struct segment_column column_end(struct column *column, struct str property, struct arena *arena)
{
    uint32_t count = intern_count(column->texts);
    column->text = ARENA_ARRAY(arena, struct str, count);
    for (uint32_t v = 0; v < count; v++) column->text[v] = intern_at(column->texts, v);
    return (struct segment_column){property, column->value, column->text, count};
}

static void column_release(struct column *column)
{
    memory_free(column->value);
    intern_free(column->texts);
}

/* ---- By a property. ---- */

static struct str text_at(const struct feature_source *source, const struct report_property *by, uint32_t record,
                          int64_t at_ms)
{
    if (by->of_company) record = history_company(source->history, source->object, record, at_ms);
    const struct value *value =
        record == RECORD_NONE ? NULL : history_value(source->history, by->property, record, at_ms);
    return value != NULL ? value->raw : STR("");
}

static struct segment_column by_property(const struct feature_source *source, const struct table *test,
                                         const struct report_property *by, struct arena *arena, struct column *column)
{
    *column = (struct column){intern_new(), NULL, memory_array(test->rows, sizeof *column->value)};
    for (uint64_t r = 0; r < test->rows; r++) {
        struct str text = text_at(source, by, test->record[r], test->at_ms[r]);
        column->value[r] = text.len > 0 ? intern_add(column->texts, text) : SEGMENT_NONE;
    }
    struct str name = catalog_at(source_catalog(source), by->property)->name;
    return column_end(column, arena_format(arena, "%s" STR_FMT, by->of_company ? "company." : "", STR_ARG(name)),
                      arena);
}

/* ---- The manual score. ---- */

/* Points of the score for each row: a column of the plan, where it is one. Nobody's score is told as 0 points. */
static double *points_of(const struct feature_source *source, const struct feature_plan *plan,
                         const struct table *table, const struct training_options *options)
{
    double *points = memory_array(table->rows, sizeof *points);
    for (uint32_t f = 0; f < plan->count; f++) {
        if (plan->features[f].kind != FEATURE_SCORE) continue;
        for (uint64_t r = 0; r < table->rows; r++) points[r] = (double)table->value[r * table->columns + f];
        return points;
    }
    struct feature total = {.kind = FEATURE_SCORE, .property = INTERN_NONE};
    struct feature_plan only = {.features = &total, .count = 1};
    struct training_example *rows = memory_array(table->rows, sizeof *rows);
    float *value = memory_array(table->rows, sizeof *value);
    const struct watch watch = {.stop = options->stop};
    for (uint64_t r = 0; r < table->rows; r++)
        rows[r] = (struct training_example){.at_ms = table->at_ms[r], .record = table->record[r]};
    features_compute(&only, source, rows, table->rows, options->threads, &watch, value);
    for (uint64_t r = 0; r < table->rows; r++) points[r] = (double)value[r];
    memory_free(value);
    memory_free(rows);
    return points;
}

/* The best band that begins at or below so many whole points; points by which bands are left, later, are of no account. */
static struct segment_column by_band(const struct score *score, const double *points, const struct table *test,
                                     struct arena *arena, struct column *column)
{
    *column = (struct column){intern_new(), NULL, memory_array(test->rows, sizeof *column->value)};
    for (uint64_t r = 0; r < test->rows; r++) {
        column->value[r] = SEGMENT_NONE;
        for (uint32_t b = score->band_count; b-- > 0;)
            if (floor(points[r]) >= score->bands[b].from)
                column->value[r] = intern_add(column->texts, score->bands[b].label);
    }
    return column_end(column, STR("band"), arena);
}

static bool has_both(const struct table *table, uint64_t least)
{
    uint64_t positives = 0;
    for (uint64_t r = 0; r < table->rows; r++) positives += table->happened[r];
    return positives >= least && table->rows - positives >= least;
}

/* ---- All of it. ---- */

static void make_report(const struct feature_source *source, const struct table tables[SIDE_COUNT],
                        const struct training_options *options, const double *probability, struct arena *arena,
                        struct trained *trained)
{
    const struct table *test = &tables[SIDE_TEST], *calibrate = &tables[SIDE_CALIBRATE];
    const struct score *score = source->scan != NULL ? source->set->scores[source->score] : NULL;
    struct segment_column columns[REPORT_PROPERTIES_MAX];
    struct column kept[REPORT_PROPERTIES_MAX];
    uint32_t count = 0;
    struct prediction forecast = {test->rows, probability, test->happened, test->weight, test->record};
    struct bootstrap how = {.draws = options->bootstrap_draws,
                            .confidence = 0.95,
                            .seed = options->seed,
                            .threads = options->threads,
                            .stop = options->stop};
    double *tested = NULL, *calibrated = NULL;
    struct manual_points manual;
    if (score != NULL) {
        tested = points_of(source, &trained->plan, test, options);
        calibrated = points_of(source, &trained->plan, calibrate, options);
        manual = (struct manual_points){.test = tested,
                                        .calibrate_count = has_both(calibrate, POSITIVES_NEEDED) ? calibrate->rows : 0,
                                        .calibrate = calibrated,
                                        .calibrate_happened = calibrate->happened,
                                        .calibrate_weight = calibrate->weight,
                                        .by_steps = has_both(calibrate, POSITIVES_FOR_STEPS)};
    }
    for (uint32_t i = 0; i < options->by_count && count < REPORT_PROPERTIES_MAX - 1; i++, count++)
        columns[count] = by_property(source, test, &options->by[i], arena, &kept[count]);
    if (score != NULL && score->band_count > 0) {
        columns[count] = by_band(score, tested, test, arena, &kept[count]);
        count++;
    }
    quality_report_make(&forecast, columns, count, score != NULL ? &manual : NULL, &how, arena, &trained->report);
    for (uint32_t c = 0; c < count; c++) column_release(&kept[c]);
    memory_free(tested);
    memory_free(calibrated);
}

enum err training_report(const struct feature_source *source, const struct table tables[SIDE_COUNT],
                         const struct training_options *options, struct arena *arena, struct trained *trained,
                         struct err_info *why)
{
    const struct table *test = &tables[SIDE_TEST];
    double *probability = memory_array(test->rows, sizeof *probability);
    enum err err = learned_probabilities(&trained->learned, test->value, test->rows, probability, why);
    if (err == ERR_OK) make_report(source, tables, options, probability, arena, trained);
    memory_free(probability);
    return err;
}

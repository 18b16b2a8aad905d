/* quality_report.c — see quality_report.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/quality_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "predict/calibrate.h"

#define Z_95 1.959963984540054 /* 97.5 % of a normal distribution lie below */

static double weight_of(const struct prediction *forecast, uint64_t example)
{
    return forecast->weight != NULL ? forecast->weight[example] : 1;
}

/* ---- Thresholds. ---- */

static int falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Where about equal parts of the examples end, each probability once. */
static void make_thresholds(const struct prediction *forecast, struct arena *arena, struct quality_report *out)
{
    double *sorted = memory_array(forecast->count, sizeof *sorted);
    for (uint64_t i = 0; i < forecast->count; i++) sorted[i] = forecast->probability[i];
    qsort(sorted, forecast->count, sizeof *sorted, falling);
    out->thresholds = ARENA_ARRAY(arena, struct threshold_row, REPORT_THRESHOLDS_MAX);
    for (uint64_t part = 1; part <= REPORT_THRESHOLDS_MAX; part++) {
        uint64_t last = forecast->count * part / REPORT_THRESHOLDS_MAX;
        if (last == 0) continue;
        double threshold = sorted[last - 1];
        if (out->threshold_count > 0 && out->thresholds[out->threshold_count - 1].threshold <= threshold) continue;
        struct threshold_row *row = &out->thresholds[out->threshold_count++];
        row->threshold = threshold;
        quality_confusion(forecast, threshold, &row->confusion);
    }
    memory_free(sorted);
}

/* ---- Segments. ---- */

struct sized {
    uint32_t value;
    double weight;
};

static int by_weight(const void *a, const void *b)
{
    const struct sized *x = a, *y = b;
    if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Which segment each value belongs to: the most frequent have one of their own, the largest first; returns how many. */
static uint32_t choose_values(const struct prediction *forecast, const struct segment_column *column, uint32_t *place,
                              uint32_t chosen[SEGMENTS_OF_PROPERTY_MAX])
{
    struct sized *sizes = memory_array(column->values, sizeof *sizes);
    uint32_t count = 0;
    for (uint32_t v = 0; v < column->values; v++) sizes[v].value = v;
    for (uint64_t i = 0; i < forecast->count; i++)
        if (column->value[i] != SEGMENT_NONE) sizes[column->value[i]].weight += weight_of(forecast, i);
    qsort(sizes, column->values, sizeof *sizes, by_weight);
    for (uint32_t v = 0; v < column->values; v++) place[v] = SEGMENTS_OF_PROPERTY_MAX;
    for (; count < column->values && count < SEGMENTS_OF_PROPERTY_MAX && sizes[count].weight > 0; count++) {
        chosen[count] = sizes[count].value;
        place[sizes[count].value] = count;
    }
    memory_free(sizes);
    return count;
}

/* The examples of one segment, for it to be judged as a whole test is. */
struct part {
    uint64_t count;
    double *probability, *weight;
    uint8_t *happened;
    uint32_t *record;
};

static void part_init(struct part *part, uint64_t room)
{
    *part = (struct part){.probability = memory_array(room, sizeof *part->probability),
                          .weight = memory_array(room, sizeof *part->weight),
                          .happened = memory_array(room, sizeof *part->happened),
                          .record = memory_array(room, sizeof *part->record)};
}

static void part_release(struct part *part)
{
    memory_free(part->probability);
    memory_free(part->weight);
    memory_free(part->happened);
    memory_free(part->record);
}

static void part_take(struct part *part, const struct prediction *forecast, uint64_t example)
{
    part->probability[part->count] = forecast->probability[example];
    part->weight[part->count] = weight_of(forecast, example);
    part->happened[part->count] = forecast->happened[example];
    part->record[part->count++] = forecast->record != NULL ? forecast->record[example] : (uint32_t)example;
}

static void judge_segment(const struct part *part, const struct bootstrap *how, struct quality_segment *out)
{
    struct prediction forecast = {part->count, part->probability, part->happened, part->weight, part->record};
    struct interval figures[FIGURE_COUNT];
    double sum = 0;
    for (uint64_t i = 0; i < part->count; i++) {
        out->weight += part->weight[i];
        out->positives += part->happened[i] ? part->weight[i] : 0;
        sum += part->weight[i] * part->probability[i];
    }
    quality_intervals(&forecast, how, figures);
    out->examples = part->count;
    out->forecast = sum / out->weight;
    out->observed = figures[FIGURE_BASE_RATE];
    /* Where nobody did, no draw knows of anybody who might. */
    struct interval alone = interval_wilson(out->positives, out->weight, Z_95);
    out->observed.low = fmin(out->observed.low, alone.low);
    out->observed.high = fmax(out->observed.high, alone.high);
    out->auc = figures[FIGURE_ROC_AUC];
    out->fails = out->forecast < out->observed.low || out->forecast > out->observed.high;
}

/* One of column's segments: `of` is the place of its values, or SEGMENT_NONE for those without. */
static void make_segment(const struct prediction *forecast, const struct segment_column *column, const uint32_t *place,
                         uint32_t of, const struct bootstrap *how, struct part *part, struct quality_segment *out)
{
    part->count = 0;
    for (uint64_t i = 0; i < forecast->count; i++) {
        uint32_t at = column->value[i] == SEGMENT_NONE ? SEGMENT_NONE : place[column->value[i]];
        if (at == of && weight_of(forecast, i) > 0) part_take(part, forecast, i);
    }
    if (part->count > 0) judge_segment(part, how, out);
}

static void make_segments(const struct prediction *forecast, const struct segment_column *column,
                          const struct bootstrap *how, struct arena *arena, struct quality_report *out)
{
    uint32_t *place = memory_array(column->values, sizeof *place), chosen[SEGMENTS_OF_PROPERTY_MAX];
    uint32_t count = choose_values(forecast, column, place, chosen);
    struct str property = arena_str(arena, column->property);
    struct part part;
    part_init(&part, forecast->count);
    for (uint32_t s = 0; s < count + 2; s++) {
        struct quality_segment segment = {.property = property};
        segment.kind = s < count ? SEGMENT_VALUE : s == count ? SEGMENT_OTHERS : SEGMENT_WITHOUT;
        if (segment.kind == SEGMENT_VALUE) segment.value = arena_str(arena, column->text[chosen[s]]);
        uint32_t of = s < count ? s : s == count ? SEGMENTS_OF_PROPERTY_MAX : SEGMENT_NONE;
        make_segment(forecast, column, place, of, how, &part, &segment);
        if (segment.examples > 0) out->segments[out->segment_count++] = segment;
    }
    part_release(&part);
    memory_free(place);
}

/* ---- Against the manual score. ---- */

/* Points as numbers from 0 to 1 in the same order. */
static void order_of_points(const double *points, uint64_t count, double *out)
{
    double least = INFINITY, most = -INFINITY;
    for (uint64_t i = 0; i < count; i++) {
        least = fmin(least, points[i]);
        most = fmax(most, points[i]);
    }
    for (uint64_t i = 0; i < count; i++) out[i] = most > least ? (points[i] - least) / (most - least) : 0.5;
}

static void chances_of_points(const struct manual_points *manual, uint64_t count, double *out)
{
    struct outcomes outcomes = {manual->calibrate_count, manual->calibrate, manual->calibrate_happened,
                                manual->calibrate_weight};
    if (manual->by_steps) {
        AUTO_ARENA arena = arena_new();
        struct isotonic steps;
        isotonic_fit(&outcomes, arena, &steps);
        for (uint64_t i = 0; i < count; i++) out[i] = isotonic_probability(&steps, manual->test[i]);
    } else {
        struct platt curve;
        platt_fit(&outcomes, &curve);
        for (uint64_t i = 0; i < count; i++) out[i] = platt_probability(&curve, manual->test[i]);
    }
}

/* Does a figure say how well examples are ordered, whatever the numbers? */
static bool is_of_order(enum figure figure)
{
    return figure == FIGURE_ROC_AUC || figure == FIGURE_PR_AUC || figure == FIGURE_LIFT;
}

static void judge_manual(const struct prediction *forecast, const struct manual_points *manual,
                         const struct bootstrap *how, struct manual_quality *out)
{
    double *other = memory_array(forecast->count, sizeof *other);
    struct prediction judged = *forecast;
    judged.probability = other;
    *out = (struct manual_quality){.there = true};
    for (int by_order = 0; by_order < 2; by_order++) {
        struct interval apart[FIGURE_COUNT];
        struct quality quality;
        if (by_order) order_of_points(manual->test, forecast->count, other);
        else chances_of_points(manual, forecast->count, other);
        quality_measure(&judged, &quality);
        quality_compare(forecast, other, how, apart);
        for (enum figure f = 0; f < FIGURE_COUNT; f++) {
            if (is_of_order(f) != by_order) continue;
            out->figures[f] = quality.figures[f];
            out->apart[f] = apart[f];
        }
    }
    memory_free(other);
}

void quality_report_make(const struct prediction *forecast, const struct segment_column *columns, uint32_t column_count,
                         const struct manual_points *manual, const struct bootstrap *how, struct arena *arena,
                         struct quality_report *out)
{
    INVARIANT(column_count <= REPORT_PROPERTIES_MAX && forecast->count > 0);
    *out = (struct quality_report){.segments = ARENA_ARRAY(arena, struct quality_segment, SEGMENTS_MAX)};
    make_thresholds(forecast, arena, out);
    for (uint32_t c = 0; c < column_count; c++) make_segments(forecast, &columns[c], how, arena, out);
    if (manual != NULL && manual->calibrate_count > 0) judge_manual(forecast, manual, how, &out->manual);
}

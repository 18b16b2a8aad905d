/* quality_report.h — what a page tells of a model's test beyond its figures: where it fails, and whether it beats the points.
 *
 *     thresholds   whom one would call from each of many probabilities on, and who of them did: a threshold that is moved
 *     segments     the test side by the values of a property or by the bands of the manual score: how many, how well
 *                  ordered, what was forecast and what came. A segment *fails* where what was forecast lies outside
 *                  the interval of what came
 *     manual       the same examples, judged by the manual score: its points as an order, and as probabilities by an
 *                  isotonic curve through the outcomes of the side of calibration, as the model's own are made
 *
 * Intervals are drawn by record, as all are (quality.h). What is kept is small, so a model carries it along. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_QUALITY_REPORT_H
#define PLUMB_PREDICT_QUALITY_REPORT_H

#include <stdbool.h>

#include "base/arena.h"
#include "predict/quality.h"

#define REPORT_THRESHOLDS_MAX 100
#define REPORT_PROPERTIES_MAX 8
#define SEGMENTS_OF_PROPERTY_MAX 12 /* the most frequent values by name; the others together */
#define SEGMENTS_MAX (REPORT_PROPERTIES_MAX * (SEGMENTS_OF_PROPERTY_MAX + 2))

struct threshold_row {
    double threshold; /* called is who is forecast at least this */
    struct confusion confusion;
};

enum segment_kind { SEGMENT_VALUE, SEGMENT_OTHERS, SEGMENT_WITHOUT };

struct quality_segment {
    struct str property; /* "source", "company.country", "band" */
    enum segment_kind kind;
    struct str value; /* of SEGMENT_VALUE; else empty */
    uint64_t examples;
    double weight, positives;
    double forecast;          /* mean probability */
    struct interval observed; /* share of those who did; at least as wide as Wilson's interval */
    struct interval auc;      /* NAN with one outcome only */
    bool fails;               /* the forecast is outside of `observed` */
};

struct manual_quality {
    bool there;
    double figures[FIGURE_COUNT];        /* of the manual score */
    struct interval apart[FIGURE_COUNT]; /* model minus manual score */
};

struct quality_report {
    struct threshold_row *thresholds; /* falling */
    uint32_t threshold_count;
    struct quality_segment *segments; /* those of a property together, the largest first */
    uint32_t segment_count;
    struct manual_quality manual;
};

/* What a property says of each example; borrowed. */
struct segment_column {
    struct str property;
    const uint32_t *value;  /* [examples] in text; SEGMENT_NONE: without */
    const struct str *text; /* [values] */
    uint32_t values;
};
#define SEGMENT_NONE UINT32_MAX

/* Points of the manual score on both sides; borrowed. */
struct manual_points {
    const double *test; /* [forecast->count] finite */
    uint64_t calibrate_count;
    const double *calibrate; /* [calibrate_count] */
    const uint8_t *calibrate_happened;
    const double *calibrate_weight;
    bool by_steps; /* enough outcomes for a staircase; else a logistic curve */
};

/* `columns`: at most REPORT_PROPERTIES_MAX; `manual` NULL: there is none.
 * Memory of *out in `arena`, texts copied. Cost: that of quality_intervals for each property, twice quality_compare. */
void quality_report_make(const struct prediction *forecast, const struct segment_column *columns, uint32_t column_count,
                         const struct manual_points *manual, const struct bootstrap *how, struct arena *arena,
                         struct quality_report *out);

#endif

/* report_image.c — what a page tells of a model's test as bytes, and back: see pass_report in image_walk.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/image_walk.h"

static void pass_confusion(struct image_walk *w, struct confusion *confusion)
{
    double *const numbers[] = {&confusion->true_positive,
                               &confusion->false_positive,
                               &confusion->true_negative,
                               &confusion->false_negative,
                               &confusion->precision,
                               &confusion->recall,
                               &confusion->f1};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) pass_double(w, numbers[i]);
}

static void pass_segment(struct image_walk *w, struct quality_segment *segment)
{
    pass_str(w, &segment->property);
    segment->kind = (enum segment_kind)passed_u32(w, segment->kind, SEGMENT_WITHOUT);
    pass_str(w, &segment->value);
    pass_u64(w, &segment->examples);
    pass_double(w, &segment->weight);
    pass_double(w, &segment->positives);
    pass_double(w, &segment->forecast);
    pass_interval(w, &segment->observed);
    pass_interval(w, &segment->auc);
    segment->fails = passed_u32(w, segment->fails, 1);
}

void pass_report(struct image_walk *w, struct quality_report *report)
{
    pass_count(w, &report->threshold_count, REPORT_THRESHOLDS_MAX);
    PASS_ARRAY(w, report->thresholds, report->threshold_count);
    for (uint32_t i = 0; i < report->threshold_count; i++) {
        pass_double(w, &report->thresholds[i].threshold);
        pass_confusion(w, &report->thresholds[i].confusion);
    }
    pass_count(w, &report->segment_count, SEGMENTS_MAX);
    PASS_ARRAY(w, report->segments, report->segment_count);
    for (uint32_t i = 0; i < report->segment_count; i++) pass_segment(w, &report->segments[i]);
    report->manual.there = passed_u32(w, report->manual.there, 1);
    for (int f = 0; f < FIGURE_COUNT; f++) {
        pass_double(w, &report->manual.figures[f]);
        pass_interval(w, &report->manual.apart[f]);
    }
}

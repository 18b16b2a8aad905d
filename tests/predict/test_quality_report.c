/* test_quality_report.c — where a model fails and whether it beats the manual score, on examples made by hand. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/quality_report.h"

#include <math.h>

#include "base/chance.h"
#include "base/macros.h"
#include "harness.h"

#define EXAMPLES 4000
#define DRAWS ((struct bootstrap){.draws = 200, .confidence = 0.95, .seed = 1, .threads = 2})

enum { WEB, FAIR, RARE, VALUES = 20 };

/* Forecasts that are right, but for those from a fair, who buy half as often as is said. Points follow the chance with noise. */
struct trial {
    double probability[EXAMPLES], points[EXAMPLES];
    uint8_t happened[EXAMPLES];
    uint32_t record[EXAMPLES], source[EXAMPLES];
    struct str names[VALUES];
    struct prediction forecast;
    struct segment_column column;
    struct manual_points manual;
};

static struct trial *trial_new(struct arena *arena, uint64_t seed)
{
    struct trial *t = ARENA_NEW(arena, struct trial);
    struct chance chance = chance_of(seed, 0);
    for (uint32_t v = 0; v < VALUES; v++) t->names[v] = arena_format(arena, "source %u", v);
    t->names[WEB] = STR("web");
    t->names[FAIR] = STR("fair");
    for (uint32_t i = 0; i < EXAMPLES; i++) {
        uint32_t drawn = chance_below(&chance, 100);
        t->source[i] = drawn < 50   ? WEB
                       : drawn < 75 ? FAIR
                       : drawn < 80 ? SEGMENT_NONE
                                    : RARE + drawn % (VALUES - RARE);
        t->probability[i] = 0.05 + 0.6 * chance_unit(&chance);
        t->happened[i] = chance_unit(&chance) < t->probability[i] * (t->source[i] == FAIR ? 0.5 : 1);
        t->points[i] = floor(40 * t->probability[i] + 30 * chance_unit(&chance));
        t->record[i] = i / 2;
    }
    t->forecast = (struct prediction){EXAMPLES, t->probability, t->happened, NULL, t->record};
    t->column = (struct segment_column){STR("source"), t->source, t->names, VALUES};
    t->manual = (struct manual_points){.test = t->points,
                                       .calibrate_count = EXAMPLES / 2,
                                       .calibrate = t->points,
                                       .calibrate_happened = t->happened,
                                       .by_steps = true};
    return t;
}

static const struct quality_segment *find(const struct quality_report *report, enum segment_kind kind, struct str value)
{
    for (uint32_t s = 0; s < report->segment_count; s++)
        if (report->segments[s].kind == kind && str_equal(report->segments[s].value, value))
            return &report->segments[s];
    return NULL;
}

TEST(each_threshold_tells_whom_one_would_call_and_who_of_them_did)
{
    AUTO_ARENA arena = arena_new();
    struct trial *t = trial_new(arena, harness_seed());
    struct quality_report report;
    quality_report_make(&t->forecast, NULL, 0, NULL, &DRAWS, arena, &report);
    CHECK_INT(report.threshold_count, REPORT_THRESHOLDS_MAX);
    for (uint32_t i = 0; i < report.threshold_count; i++) {
        const struct threshold_row *row = &report.thresholds[i];
        struct confusion plain;
        quality_confusion(&t->forecast, row->threshold, &plain);
        CHECK_DOUBLE(row->confusion.true_positive, plain.true_positive);
        CHECK_DOUBLE(row->confusion.precision, plain.precision);
        CHECK_NEAR(row->confusion.true_positive + row->confusion.false_positive, EXAMPLES / 100.0 * (i + 1), 1);
        if (i > 0) CHECK_TRUE(row->threshold < row[-1].threshold);
    }
    CHECK_DOUBLE(report.thresholds[report.threshold_count - 1].confusion.false_negative, 0);
    CHECK_FALSE(report.manual.there);
}

TEST(a_segment_whose_forecast_is_wrong_is_found_and_one_whose_forecast_is_right_is_not)
{
    AUTO_ARENA arena = arena_new();
    struct trial *t = trial_new(arena, 7);
    struct quality_report report;
    quality_report_make(&t->forecast, &t->column, 1, NULL, &DRAWS, arena, &report);
    const struct quality_segment *web = find(&report, SEGMENT_VALUE, STR("web")),
                                 *fair = find(&report, SEGMENT_VALUE, STR("fair"));
    CHECK_STR(report.segments[0].value, STR("web")); /* the largest first */
    CHECK_FALSE(web->fails);
    CHECK_TRUE(web->auc.low > 0.5 && web->auc.low < web->auc.value && web->auc.value < web->auc.high);
    CHECK_TRUE(fair->fails);
    CHECK_TRUE(fair->forecast > fair->observed.high);
    CHECK_NEAR(fair->observed.value, fair->positives / fair->weight, 1e-12);
}

TEST(rare_values_stand_together_and_so_do_those_without_one)
{
    AUTO_ARENA arena = arena_new();
    struct trial *t = trial_new(arena, harness_seed());
    struct quality_report report;
    uint64_t examples = 0;
    quality_report_make(&t->forecast, &t->column, 1, NULL, &DRAWS, arena, &report);
    CHECK_INT(report.segment_count, SEGMENTS_OF_PROPERTY_MAX + 2);
    CHECK_TRUE(find(&report, SEGMENT_OTHERS, STR(""))->examples > 0);
    CHECK_TRUE(find(&report, SEGMENT_WITHOUT, STR(""))->examples > 0);
    for (uint32_t s = 0; s < report.segment_count; s++) examples += report.segments[s].examples;
    CHECK_INT((int64_t)examples, EXAMPLES); /* each in one */
}

TEST(against_the_manual_score_order_is_judged_by_its_points_and_percentages_by_its_calibrated_ones)
{
    AUTO_ARENA arena = arena_new();
    struct trial *t = trial_new(arena, harness_seed());
    struct quality_report report;
    struct quality mine;
    quality_report_make(&t->forecast, NULL, 0, &t->manual, &DRAWS, arena, &report);
    quality_measure(&t->forecast, &mine);
    const struct manual_quality *manual = &report.manual;
    CHECK_TRUE(manual->there);
    CHECK_TRUE(manual->apart[FIGURE_ROC_AUC].low > 0); /* noise was added to the points */
    for (int f = 0; f < FIGURE_COUNT; f++)
        CHECK_NEAR(manual->apart[f].value, mine.figures[f] - manual->figures[f], 1e-12);
    CHECK_TRUE(manual->figures[FIGURE_ECE] < 0.05); /* points became percentages */
    CHECK_DOUBLE(manual->figures[FIGURE_BASE_RATE], mine.figures[FIGURE_BASE_RATE]);
}

TEST(points_that_are_all_alike_order_nobody)
{
    AUTO_ARENA arena = arena_new();
    struct trial *t = trial_new(arena, harness_seed());
    struct quality_report report;
    for (uint32_t i = 0; i < EXAMPLES; i++) t->points[i] = 12;
    quality_report_make(&t->forecast, NULL, 0, &t->manual, &DRAWS, arena, &report);
    CHECK_NEAR(report.manual.figures[FIGURE_ROC_AUC], 0.5, 1e-12);
}

/* test_band.c — labels for numbers. */
// SPDX-License-Identifier: Apache-2.0
#include "core/band.h"
#include "harness.h"

static const struct band bands[] = {
    {.label = STR_INIT("SQL"), .from = 85},
    {.label = STR_INIT("MQL"), .from = 45, .has_until = true, .until = 40},
};
static const struct grade fit[] = {{.label = STR_INIT("A"), .from = 38},
                                   {.label = STR_INIT("B"), .from = 24},
                                   {.label = STR_INIT("C"), .from = INT32_MIN}};
static const struct score score = {
    .bands = bands,
    .band_count = COUNT_OF(bands),
    .grades = {fit, fit},
    .grade_count = {COUNT_OF(fit), COUNT_OF(fit)},
};

TEST(points_shown_are_rounded_down_below_zero_too)
{
    CHECK_INT(points_shown(2999999), 2);
    CHECK_INT(points_shown(0), 0);
    CHECK_INT(points_shown(-1), -1);
    CHECK_INT(points_shown(-3000000), -3);
}

TEST(a_band_is_entered_at_its_threshold_and_not_a_micro_point_below)
{
    CHECK_INT(band_of(&score, 45000000, BAND_NONE), 1);
    CHECK_INT(band_of(&score, 44999999, BAND_NONE), BAND_NONE);
    CHECK_INT(band_of(&score, 85000000, BAND_NONE), 0);
}

TEST(a_record_stays_in_its_band_until_it_falls_below_until)
{
    CHECK_INT(band_of(&score, 40000000, 1), 1);
    CHECK_INT(band_of(&score, 39999999, 1), BAND_NONE);
    CHECK_INT(band_of(&score, 84999999, 0), 1); /* SQL has no until: it falls to MQL at once */
    CHECK_INT(band_of(&score, 90000000, 1), 0); /* and rises at once */
}

TEST(the_last_grade_takes_all_that_reach_no_other)
{
    CHECK_INT(grade_of(&score, CATEGORY_FIT, 38000000), 0);
    CHECK_INT(grade_of(&score, CATEGORY_FIT, 37999999), 1);
    CHECK_INT(grade_of(&score, CATEGORY_FIT, -1000000000), 2);
}

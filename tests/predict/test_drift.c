/* test_drift.c — PSI and calibration drift against numpy's and scipy's figures, and against what chance does.
 *
 * Figures of numpy 1.24.2 and scipy 1.10.1, from the same numbers (drawn by `draw`). */
// SPDX-License-Identifier: Apache-2.0
#include "predict/drift.h"

#include <math.h>

#include "base/chance.h"
#include "base/macros.h"
#include "harness.h"

/* Numerical Recipes' generator, which a few lines of any language repeat. */
static void draw(uint32_t seed, uint32_t count, double *out)
{
    for (uint32_t i = 0; i < count; i++) {
        seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
        out[i] = (seed >> 8) / 16777216.0;
    }
}

static struct psi psi_of(const float *then, uint64_t n, const float *now, uint64_t m)
{
    struct drift_column before = {then, n, 1}, after = {now, m, 1};
    struct psi psi;
    psi_measure(&before, &after, &psi);
    return psi;
}

TEST(psi_is_that_of_numpy_over_tenths)
{
    static double u[1000], v[500];
    static float then[1000], now[500];
    draw(1, 1000, u);
    draw(2, 500, v);
    for (int i = 0; i < 1000; i++) then[i] = (float)u[i];
    for (int i = 0; i < 500; i++) now[i] = (float)pow(v[i], 1.3);
    struct psi psi = psi_of(then, 1000, now, 500);
    CHECK_INT(psi.bins, 10);
    CHECK_NEAR(psi.value, 0.033258109528834984, 1e-12);
    CHECK_NEAR(psi.by_chance, 0.0836314946137697, 1e-3); /* scipy's chi-square; ours is approximate */
    CHECK_INT(psi.drift, DRIFT_NONE);
}

/* `counts` records of the values 0, 1, 2 and none, in turn. */
static void fill(const unsigned *counts, float *out)
{
    for (unsigned value = 0; value < 4; value++)
        for (unsigned i = 0; i < counts[value]; i++) *out++ = value < 3 ? (float)value : NAN;
}

TEST(a_value_that_many_have_is_a_bin_of_its_own_and_so_is_none)
{
    static float then[1000], now[100];
    fill((unsigned[]){100, 300, 500, 100}, then);
    fill((unsigned[]){10, 20, 60, 10}, now);
    struct psi psi = psi_of(then, 1000, now, 100);
    CHECK_INT(psi.bins, 4);
    CHECK_NEAR(psi.value, 0.05877866649021188, 1e-7);
    CHECK_NEAR(psi.by_chance, 0.17892859815861942, 4e-3);
}

TEST(a_rare_flag_that_becomes_frequent_is_much_drift)
{
    static float then[1000], now[1000];
    for (int i = 0; i < 1000; i++) then[i] = i % 20 == 0;
    for (int i = 0; i < 1000; i++) now[i] = i % 3 == 0;
    CHECK_INT(psi_of(then, 1000, now, 1000).drift, DRIFT_MUCH);
    CHECK_INT(psi_of(now, 1000, then, 1000).drift, DRIFT_MUCH);
}

TEST(a_column_that_nobody_fills_any_more_is_much_drift)
{
    static float then[1000], now[1000];
    for (int i = 0; i < 1000; i++) then[i] = (float)i;
    for (int i = 0; i < 1000; i++) now[i] = i % 2 == 0 ? NAN : (float)i;
    CHECK_INT(psi_of(then, 1000, now, 1000).drift, DRIFT_MUCH);
}

TEST(of_few_records_chance_alone_reaches_the_marks_and_is_not_called_drift)
{
    struct chance chance = chance_of(harness_seed(), 0);
    static float then[60], now[60];
    int above = 0, called = 0;
    for (int round = 0; round < 500; round++) {
        for (int i = 0; i < 60; i++) then[i] = (float)chance_unit(&chance);
        for (int i = 0; i < 60; i++) now[i] = (float)chance_unit(&chance);
        struct psi psi = psi_of(then, 60, now, 60);
        above += psi.value >= PSI_MUCH;
        called += psi.drift != DRIFT_NONE;
    }
    CHECK_TRUE(above > 250);
    CHECK_TRUE(called <= 5);
}

TEST(without_records_there_is_no_drift)
{
    float one = 1;
    CHECK_INT(psi_of(&one, 0, &one, 1).drift, DRIFT_NONE);
    CHECK_INT(psi_of(&one, 1, &one, 0).drift, DRIFT_NONE);
    CHECK_NEAR(psi_of(&one, 1, &one, 1).value, 0, 0);
}

/* ---- Calibration. ---- */

static struct calibration_drift calibration_of(double times)
{
    static double probability[300], luck[300];
    static uint8_t happened[300];
    draw(6, 300, probability);
    draw(7, 300, luck);
    for (int i = 0; i < 300; i++) probability[i] *= 0.4;
    for (int i = 0; i < 300; i++) happened[i] = luck[i] < probability[i] * times;
    struct prediction forecast = {.count = 300, .probability = probability, .happened = happened};
    struct calibration_drift out;
    calibration_drift_measure(&forecast, &out);
    return out;
}

TEST(more_outcomes_than_were_announced_are_calibration_drift_with_the_z_of_numpy)
{
    struct calibration_drift drift = calibration_of(1.8);
    CHECK_NEAR(drift.announced, 59.6849728345871, 1e-9);
    CHECK_NEAR(drift.came, 113, 0);
    CHECK_NEAR(drift.z, 8.087961260293179, 1e-9);
    CHECK_TRUE(drift.drifted);
}

TEST(as_many_outcomes_as_were_announced_are_no_drift)
{
    CHECK_FALSE(calibration_of(1).drifted);
}

TEST(no_outcome_at_all_where_sixty_were_announced_is_drift)
{
    CHECK_TRUE(calibration_of(0).drifted);
}

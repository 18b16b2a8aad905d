/* test_priority.c — quarters of the open records. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/priority.h"

#include <math.h>

#include "harness.h"

static struct priority_cuts cuts_of(const double *probability, uint64_t count)
{
    static double copy[1000];
    struct priority_cuts cuts;
    for (uint64_t i = 0; i < count; i++) copy[i] = probability[i];
    priority_cuts_find(copy, count, &cuts);
    return cuts;
}

TEST(open_records_fall_into_quarters_by_their_probability)
{
    const double probability[] = {0.02, 0.5, 0.11, 0.9, 0.3, 0.07, 0.6, 0.2};
    const enum priority expected[] = {PRIORITY_LOW,  PRIORITY_HIGH, PRIORITY_MEDIUM,    PRIORITY_VERY_HIGH,
                                      PRIORITY_HIGH, PRIORITY_LOW,  PRIORITY_VERY_HIGH, PRIORITY_MEDIUM};
    struct priority_cuts cuts = cuts_of(probability, 8);
    for (int i = 0; i < 8; i++) CHECK_INT(priority_of(&cuts, probability[i]), expected[i]);
}

TEST(equal_probabilities_have_equal_priorities)
{
    const double probability[] = {0.9, 0.4, 0.4, 0.4, 0.4, 0.4, 0.1, 0.1};
    struct priority_cuts cuts = cuts_of(probability, 8);
    CHECK_INT(priority_of(&cuts, 0.9), PRIORITY_VERY_HIGH);
    CHECK_INT(priority_of(&cuts, 0.4), PRIORITY_HIGH); /* their middle is at 3.5 of 8 */
    CHECK_INT(priority_of(&cuts, 0.1), PRIORITY_LOW);
}

TEST(quarters_are_those_of_the_ranks_of_scipy)
{
    /* scipy 1.10.1: rankdata of 103 draws of two decimals, counted from above: 26, 26, 25 and 26, from 0.75, 0.45, 0.2. */
    double probability[103];
    uint32_t seed = 8, counts[QUARTERS] = {0};
    for (int i = 0; i < 103; i++) {
        seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
        probability[i] = nearbyint((seed >> 8) / 16777216.0 * 100) / 100;
    }
    struct priority_cuts cuts = cuts_of(probability, 103);
    for (int i = 0; i < 103; i++) counts[priority_of(&cuts, probability[i])]++;
    CHECK_INT(counts[PRIORITY_VERY_HIGH], 26);
    CHECK_INT(counts[PRIORITY_HIGH], 26);
    CHECK_INT(counts[PRIORITY_MEDIUM], 25);
    CHECK_INT(counts[PRIORITY_LOW], 26);
    CHECK_NEAR(cuts.least[PRIORITY_VERY_HIGH], 0.75, 0);
    CHECK_NEAR(cuts.least[PRIORITY_HIGH], 0.45, 0);
    CHECK_NEAR(cuts.least[PRIORITY_MEDIUM], 0.2, 0);
}

TEST(among_nobody_nobody_is_urgent)
{
    struct priority_cuts cuts = cuts_of(NULL, 0);
    CHECK_INT(priority_of(&cuts, 0.99), PRIORITY_LOW);
}

/* test_thinning.c — fewer examples, the same base rate, evenly over time. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/thinning.h"

#include "base/arena.h"
#include "base/chance.h"
#include "harness.h"

TEST(the_rarer_outcome_is_kept_whole_and_the_other_counts_for_those_that_are_not)
{
    struct thinning thinning;
    uint64_t kept[2] = {0, 0};
    thinning_init(&thinning, 9900, 100, 1000);
    for (int i = 0; i < 10000; i++) {
        bool happened = i % 100 == 37;
        kept[happened] += thinning_keeps(&thinning, happened);
    }
    CHECK_INT((int64_t)kept[1], 100);
    CHECK_INT((int64_t)kept[0], 900);
    CHECK_DOUBLE(thinning_weight(&thinning, true), 1);
    CHECK_DOUBLE(thinning_weight(&thinning, false), 11);
}

TEST(where_both_are_many_half_of_what_is_kept_is_of_either)
{
    static const struct {
        uint64_t negatives, positives, most, kept_negatives, kept_positives;
    } cases[] = {{5000, 5000, 1000, 500, 500},
                 {100, 9900, 1000, 100, 900},
                 {0, 50, 10, 0, 10},
                 {600, 500, 1000, 500, 500},
                 {3, 3, 10, 3, 3}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct thinning thinning;
        thinning_init(&thinning, cases[i].negatives, cases[i].positives, cases[i].most);
        CHECK_INT((int64_t)thinning.kept[0], (int64_t)cases[i].kept_negatives);
        CHECK_INT((int64_t)thinning.kept[1], (int64_t)cases[i].kept_positives);
    }
}

TEST(a_thinned_table_keeps_weight_base_rate_and_order_of_time)
{
    static const enum column_kind kinds[2] = {COLUMN_NUMBER, COLUMN_NUMBER};
    struct chance chance = chance_of(harness_seed(), 0);
    struct table table, thin;
    double weight = 0, positives = 0, thin_weight = 0, thin_positives = 0;
    table_init(&table, 20000, 2, kinds);
    for (uint64_t r = 0; r < table.rows; r++) {
        table.happened[r] = chance_below(&chance, 50) == 0;
        table.weight[r] = 1;
        table.at_ms[r] = (int64_t)r;
        table.value[2 * r] = (float)r;
        weight += table.weight[r];
        positives += table.happened[r];
    }
    CHECK_TRUE(table_thin(&table, 2000, &thin));
    CHECK_INT((int64_t)thin.rows, 2000);
    for (uint64_t r = 0; r < thin.rows; r++) {
        thin_weight += thin.weight[r];
        thin_positives += thin.happened[r] ? thin.weight[r] : 0;
        CHECK_TRUE(thin.value[2 * r] == (float)thin.at_ms[r]);
        if (r > 0) CHECK_TRUE(thin.at_ms[r] > thin.at_ms[r - 1]);
    }
    CHECK_NEAR(thin_weight, weight, 1e-6);
    CHECK_NEAR(thin_positives, positives, 1e-6);
    table_release(&thin);
    CHECK_FALSE(table_thin(&table, 20000, &thin)); /* a view */
    CHECK_TRUE(thin.value == table.value);
    table_release(&table);
}

/* test_moving.c — worlds that move: old examples count less where that helps, and a base rate that moved is followed. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/chance.h"
#include "base/instant.h"
#include "harness.h"
#include "predict/learning.h"
#include "predict/logit.h"

#define DAYS 400
#define TEST_DAY 320

/* Three numbers; how likely it is follows from the first until `day`, and from then on otherwise. */
struct motion {
    int day;
    double other_slope; /* from the day on, of the first number; before: 2 */
    double other_base;  /* added to the log-odds from then on */
};

static const enum column_kind kinds[] = {COLUMN_NUMBER, COLUMN_NUMBER, COLUMN_NUMBER};

static void add_row(struct table *table, int64_t day, uint32_t record, const struct motion *motion,
                    struct chance *chance)
{
    uint64_t r = table->rows++;
    bool moved = day >= motion->day;
    for (int c = 0; c < 3; c++) table->value[r * 3 + (uint64_t)c] = (float)(2 * chance_unit(chance) - 1);
    double log_odds = -2 + (moved ? motion->other_slope : 2) * (double)table->value[r * 3];
    if (moved) log_odds += motion->other_base;
    table->happened[r] = chance_unit(chance) < sigmoid(log_odds);
    table->weight[r] = 1;
    table->record[r] = record;
    table->at_ms[r] = day * MS_PER_DAY;
}

/* So many rows a day, of which the test has those from TEST_DAY on; what was learnt lives in `arena`. */
static struct learned learn_from(const struct motion *motion, uint32_t a_day, unsigned threads, struct arena *arena)
{
    struct table tables[SIDE_COUNT] = {0};
    struct learned learned = {0};
    struct err_info why = {0};
    struct chance chance = chance_of(11, 0);
    struct learning_options options = {.without_trees = true, .seed = 1, .threads = threads, .bootstrap_draws = 50};
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) {
        table_init(&tables[side], (uint64_t)DAYS * a_day, 3, kinds);
        tables[side].rows = 0;
    }
    for (uint32_t i = 0; i < DAYS * a_day; i++) {
        int64_t day = i / a_day;
        enum example_side side = day >= TEST_DAY ? SIDE_TEST : i % 3 == 0 ? SIDE_CALIBRATE : SIDE_TRAIN;
        add_row(&tables[side], day, i, motion, &chance);
    }
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) {
        learned.sides[side].examples = tables[side].rows;
        for (uint64_t r = 0; r < tables[side].rows; r++) learned.sides[side].positives += tables[side].happened[r];
    }
    CHECK_OK(learn(tables, &options, arena, &learned, &why), why);
    for (enum example_side side = SIDE_TRAIN; side < SIDE_COUNT; side++) table_release(&tables[side]);
    return learned;
}

TEST(where_the_law_has_changed_old_examples_count_less)
{
    AUTO_ARENA arena = arena_new();
    static const struct motion turned = {.day = 60, .other_slope = -2};
    struct learned learned = learn_from(&turned, 60, 2, arena);
    CHECK_INT(learned.half_life_ms, 90 * MS_PER_DAY);
    CHECK_TRUE(learned.intervals[FIGURE_ROC_AUC].low > 0.65);
}

TEST(where_nothing_has_changed_all_examples_count_alike_and_the_base_rate_stays)
{
    AUTO_ARENA arena = arena_new();
    static const struct motion none = {.day = DAYS};
    struct learned learned = learn_from(&none, 60, 2, arena);
    CHECK_INT(learned.half_life_ms, 0);
    CHECK_DOUBLE(learned.base_then, 0);
    CHECK_TRUE(learned.quality.figures[FIGURE_ECE] < 0.03);
}

TEST(a_base_rate_that_has_moved_is_followed)
{
    AUTO_ARENA arena = arena_new();
    static const struct motion moved = {.day = 240, .other_slope = 2, .other_base = 1.2};
    struct learned learned = learn_from(&moved, 60, 2, arena);
    CHECK_TRUE(learned.base_then > 0 && learned.base_now > learned.base_then + 0.03);
    CHECK_TRUE(learned.quality.figures[FIGURE_ECE] < 0.05);
    double with = learned_probability(&learned, -1);
    learned.base_then = learned.base_now = 0; /* what would be said without it is lower */
    CHECK_TRUE(learned_probability(&learned, -1) < with);
}

TEST(what_moves_is_found_alike_by_any_number_of_threads)
{
    AUTO_ARENA arena = arena_new();
    static const struct motion moved = {.day = 240, .other_slope = 2, .other_base = 1.2};
    struct learned one = learn_from(&moved, 30, 1, arena), other = learn_from(&moved, 30, 3, arena);
    CHECK_DOUBLE(other.base_now, one.base_now);
    CHECK_DOUBLE(other.base_then, one.base_then);
    CHECK_DOUBLE(other.intervals[FIGURE_BRIER].low, one.intervals[FIGURE_BRIER].low);
}

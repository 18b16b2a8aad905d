/* test_advise.c — a threshold for a goal, and how sure it is. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/advise.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/chance.h"
#include "base/instant.h"
#include "harness.h"

#define PEOPLE 1000
#define WEEKS 10

/* Whoever has the score s (0 to 99 points) converts with s percent; ten instants, the score comes at one of them. */
static int64_t micro[WEEKS * PEOPLE], at_ms[WEEKS];
static struct lifetime lives[PEOPLE];

static struct backtest world(uint32_t chance_percent)
{
    for (uint32_t i = 0; i < WEEKS; i++) at_ms[i] = i * 7 * MS_PER_DAY;
    for (uint32_t r = 0; r < PEOPLE; r++) {
        struct chance chance = chance_of(7, r);
        uint32_t points = r % 100, from = chance_below(&chance, WEEKS);
        bool converts = chance_below(&chance, 100) < points * chance_percent / 100;
        lives[r] = (struct lifetime){.happened_ms = converts ? at_ms[WEEKS - 1] + MS_PER_DAY : NEVER};
        for (uint32_t i = 0; i < WEEKS; i++)
            micro[i * PEOPLE + r] = i < from ? SCORE_UNKNOWN : points * MICRO_PER_POINT;
    }
    return (struct backtest){.records = PEOPLE,
                             .instants = WEEKS,
                             .horizon_ms = 100 * MS_PER_DAY,
                             .step_ms = 7 * MS_PER_DAY,
                             .at_ms = at_ms,
                             .micro = micro,
                             .lives = lives};
}

static struct advice advise(const struct backtest *b, struct goals goals, enum goal goal)
{
    static int64_t candidates[100];
    struct bootstrap how = BOOTSTRAP_DEFAULT;
    struct advice advice;
    how.draws = 200;
    uint32_t count = backtest_candidates(b, 100, candidates);
    CHECK_INT(count, 100);
    backtest_advise(b, candidates, count, &goals, goal, &how, &advice);
    CHECK_TRUE(!advice.met || (advice.low_micro <= advice.high_micro && advice.met_share > 0));
    return advice;
}

/* From s on the mean chance is (s + 99) / 2 percent: 80 % from 61 on. */
TEST(for_a_conversion_of_80_percent_it_names_the_lowest_threshold_that_has_it)
{
    struct backtest b = world(100);
    struct advice a = advise(&b, (struct goals){.conversion = 0.8}, GOAL_CONVERSION);
    CHECK_TRUE(a.met && a.calls.precision >= 0.8);
    CHECK_NEAR((double)a.micro / MICRO_PER_POINT, 61, 8);
    CHECK_TRUE((double)a.low_micro / MICRO_PER_POINT <= 66 && (double)a.high_micro / MICRO_PER_POINT >= 56);
    CHECK_TRUE(a.precision.low < a.calls.precision && a.calls.precision < a.precision.high);
    CHECK_TRUE(a.precision.low > 0.7 && a.precision.high < 0.9);
}

TEST(for_at_most_20_calls_a_week_it_names_the_lowest_threshold_that_sales_can_bear)
{
    struct backtest b = world(100);
    struct advice a = advise(&b, (struct goals){.calls_a_week = 20}, GOAL_CALLS);
    CHECK_TRUE(a.met);
    CHECK_INT(a.micro, 80 * MICRO_PER_POINT); /* 10 people a point, ten weeks: 200 of them */
    CHECK_INT(a.calls.called, 200);
    CHECK_NEAR(a.calls.calls_a_week, 20, 1e-9);
    CHECK_TRUE(a.calls_a_week.low < 20 && a.calls_a_week.high > 20);
}

/* A call costs 30, a conversion is worth 100: worth it from a chance of 30 percent on. */
TEST(for_the_best_profit_it_calls_whoever_is_worth_the_call)
{
    struct backtest b = world(100);
    struct advice a = advise(&b, (struct goals){.value = 100, .cost = 30}, GOAL_PROFIT);
    CHECK_TRUE(a.met && a.profit > 0);
    CHECK_NEAR((double)a.micro / MICRO_PER_POINT, 30, 12);
    CHECK_TRUE(a.low_micro <= 35 * MICRO_PER_POINT && a.high_micro >= 25 * MICRO_PER_POINT);
    CHECK_NEAR(a.profit, 100.0 * (double)a.calls.converted - 30.0 * (double)a.calls.called, 1e-9);
}

TEST(the_best_f1_is_better_than_that_of_every_other_threshold)
{
    struct backtest b = world(100);
    struct backtest_calls calls;
    struct advice a = advise(&b, (struct goals){0}, GOAL_F1);
    for (int64_t points = 0; points < 100; points++) {
        int64_t threshold = points * MICRO_PER_POINT;
        backtest_calls(&b, &threshold, 1, &calls);
        CHECK_TRUE(calls.f1 <= a.calls.f1);
    }
}

TEST(a_goal_that_nothing_meets_is_told)
{
    struct backtest b = world(50);
    CHECK_FALSE(advise(&b, (struct goals){.conversion = 0.9}, GOAL_CONVERSION).met);
    CHECK_FALSE(advise(&b, (struct goals){.value = 10, .cost = 30}, GOAL_PROFIT).met);
    b = world(0);
    CHECK_FALSE(advise(&b, (struct goals){0}, GOAL_F1).met);
}

/* Who converts has 67 points on average, and nobody of them has few. */
TEST(for_a_reach_of_80_percent_it_names_the_highest_threshold_that_so_many_converters_had_been_at)
{
    struct backtest b = world(100);
    struct backtest_calls above;
    struct advice a = advise(&b, (struct goals){.reach = 0.8}, GOAL_REACH);
    CHECK_TRUE(a.met);
    CHECK_TRUE((double)(a.calls.converters - a.calls.missed) >= 0.8 * (double)a.calls.converters);
    int64_t higher = a.micro + MICRO_PER_POINT;
    backtest_calls(&b, &higher, 1, &above);
    CHECK_TRUE((double)(above.converters - above.missed) < 0.8 * (double)above.converters);
    CHECK_TRUE(a.reach.low < 0.82 && a.reach.value >= 0.8 && a.reach.high > a.reach.value);
    CHECK_NEAR((double)a.micro / MICRO_PER_POINT, 44, 6); /* 1 - (s / 100)^2 of the converters are above s */
}

/* To the last bit. */
static void check_same(const struct advice *one, const struct advice *other)
{
    CHECK_INT(one->met, other->met);
    CHECK_INT(one->micro, other->micro);
    CHECK_INT(one->low_micro, other->low_micro);
    CHECK_INT(one->high_micro, other->high_micro);
    CHECK_NEAR(one->precision.low, other->precision.low, 0);
    CHECK_NEAR(one->precision.high, other->precision.high, 0);
    CHECK_NEAR(one->calls_a_week.low, other->calls_a_week.low, 0);
    CHECK_NEAR(one->reach.high, other->reach.high, 0);
    CHECK_NEAR(one->met_share, other->met_share, 0);
}

TEST(the_number_of_threads_changes_no_advice)
{
    struct backtest b = world(100);
    int64_t candidates[100];
    struct goals goals = {.conversion = 0.8, .calls_a_week = 20, .value = 100, .cost = 30, .reach = 0.8};
    uint32_t count = backtest_candidates(&b, 100, candidates);
    for (enum goal goal = 0; goal < GOAL_COUNT; goal++) {
        struct bootstrap how = BOOTSTRAP_DEFAULT;
        struct advice one = {0}, three = {0};
        how.draws = 100;
        backtest_advise(&b, candidates, count, &goals, goal, &how, &one);
        how.threads = 3;
        backtest_advise(&b, candidates, count, &goals, goal, &how, &three);
        check_same(&one, &three);
    }
}

TEST(the_same_seed_gives_the_same_advice)
{
    struct backtest b = world(100);
    struct advice one = advise(&b, (struct goals){.value = 100, .cost = 30}, GOAL_PROFIT);
    struct advice other = advise(&b, (struct goals){.value = 100, .cost = 30}, GOAL_PROFIT);
    CHECK_INT(one.low_micro, other.low_micro);
    CHECK_INT(one.high_micro, other.high_micro);
    CHECK_DOUBLE(one.precision.low, other.precision.low);
}

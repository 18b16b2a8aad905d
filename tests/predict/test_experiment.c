/* test_experiment.c — experiments that hold something and experiments that hold nothing, looked at after every record.
 *
 * Figures of statsmodels 0.13.5 (statsmodels.stats.proportion: samplesize_proportions_2indep_onetail at alpha / 2,
 * confint_proportions_2indep with methods newcomb and log, proportions_ztest) and of R's documentation of
 * power.prop.test. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/experiment.h"

#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/chance.h"
#include "harness.h"

static struct experiment_plan plan_of(double base_rate, double effect)
{
    return (struct experiment_plan){
        .base_rate = base_rate, .effect = effect, .share_b = 0.5, .alpha = 0.05, .power = 0.8};
}

/* ---- Arms. ---- */

static uint32_t arm_of(uint64_t seed, unsigned number, double share_b)
{
    char text[32];
    snprintf(text, sizeof text, "contact-%u", number);
    return experiment_arm(seed, str_from_c(text), share_b);
}

TEST(a_record_is_always_in_the_same_arm_and_half_of_them_are_in_each)
{
    unsigned in_b = 0, small_b = 0, both_b = 0, n = 100000;
    for (unsigned i = 0; i < n; i++) {
        uint32_t arm = arm_of(1, i, 0.5);
        CHECK_INT(arm_of(1, i, 0.5), arm);
        in_b += arm == ARM_B;
        both_b += arm == ARM_B && arm_of(2, i, 0.5) == ARM_B; /* of another experiment */
        small_b += arm_of(1, i, 0.2) == ARM_B;
    }
    CHECK_NEAR(in_b, n * 0.5, 3 * sqrt(n * 0.25));
    CHECK_NEAR(small_b, n * 0.2, 3 * sqrt(n * 0.16));
    CHECK_NEAR(both_b, n * 0.25, 3 * sqrt(n * 0.1875));
}

TEST(whoever_is_in_the_smaller_b_stays_in_b_when_its_share_grows)
{
    for (unsigned i = 0; i < 10000; i++) CHECK_TRUE(arm_of(1, i, 0.1) == ARM_A || arm_of(1, i, 0.4) == ARM_B);
}

/* ---- Size. ---- */

TEST(the_size_of_one_look_is_that_of_statsmodels_and_r)
{
    struct experiment_plan plan = plan_of(0.1, 0.02);
    CHECK_INT(experiment_size(&plan).planned, 7682); /* 7681.69 */
    plan = plan_of(0.05, 0.01);
    plan.power = 0.9;
    CHECK_INT(experiment_size(&plan).planned, 21841); /* 21840.78 */
    plan = plan_of(0.5, 0.25);
    plan.power = 0.9;
    CHECK_INT(experiment_size(&plan).planned, 154); /* 76.7 in each, as ?power.prop.test has it */
    plan = plan_of(0.1, 0.02);
    plan.share_b = 0.2;
    CHECK_INT(experiment_size(&plan).planned, 11765); /* 11764.76 */
    plan = (struct experiment_plan){.base_rate = 0.2, .effect = -0.05, .share_b = 2.0 / 3, .alpha = 0.01, .power = 0.8};
    CHECK_INT(experiment_size(&plan).planned, 2973); /* 2972.24 */
}

TEST(power_and_the_least_effect_agree_with_the_size)
{
    struct experiment_plan plan = plan_of(0.1, 0.02);
    CHECK_NEAR(experiment_power(&plan, 7682), 0.8, 1e-4);
    CHECK_NEAR(experiment_detectable(&plan, 7682), 0.02, 1e-5);
    CHECK_TRUE(isnan(experiment_detectable(&plan, 3)));
    CHECK_NEAR(experiment_power(&plan, 100000000), 1, 1e-12);
}

TEST(looking_at_any_time_is_planned_with_about_twice_the_records)
{
    struct experiment_plan plan = plan_of(0.1, 0.02);
    struct experiment_size size = experiment_size(&plan);
    CHECK_NEAR((double)size.always / (double)size.planned, 1.9, 0.1);
    CHECK_INT(experiment_needed(&plan), size.always);
    plan.analysis = ANALYSIS_PLANNED;
    CHECK_INT(experiment_needed(&plan), size.planned);
}

/* ---- One look. ---- */

/* `a_of` of `a` converted in arm A, and so on. */
static struct experiment_result look(const struct experiment_plan *plan, unsigned a_of, unsigned a, unsigned b_of,
                                     unsigned b)
{
    struct experiment_result result;
    struct experiment_record *records = memory_array(a + b, sizeof *records);
    for (unsigned i = 0; i < a; i++) records[i] = (struct experiment_record){ARM_A, i < a_of};
    for (unsigned i = 0; i < b; i++) records[a + i] = (struct experiment_record){ARM_B, i < b_of};
    experiment_analyse(plan, records, a + b, (uint64_t[]){a, b}, &result);
    memory_free(records);
    return result;
}

TEST(intervals_of_difference_and_ratio_are_those_of_statsmodels)
{
    struct experiment_plan plan = plan_of(0.5, 0.1);
    struct experiment_look all = look(&plan, 48, 80, 56, 70).all;
    CHECK_NEAR(all.difference.value, 0.2, 1e-12);
    CHECK_NEAR(all.difference.low, 0.05243147240236498, 1e-12);
    CHECK_NEAR(all.difference.high, 0.33387265403690614, 1e-12);
    CHECK_NEAR(all.ratio.low, 1.0766264227631928, 1e-12);
    CHECK_NEAR(all.ratio.high, 1.6512485112663873, 1e-12);
    CHECK_NEAR(all.p, 0.00804508136819656, 1e-12);
    all = look(&plan, 100, 1000, 130, 1000).all;
    CHECK_NEAR(all.difference.low, 0.0020023487152830075, 1e-12);
    CHECK_NEAR(all.difference.high, 0.05807048502220285, 1e-12);
    CHECK_NEAR(all.ratio.low, 1.0169842709710455, 1e-12);
    CHECK_NEAR(all.ratio.high, 1.6617759470226023, 1e-12);
    CHECK_NEAR(all.p, 0.03548845046647471, 1e-12);
}

TEST(an_arm_without_a_conversion_has_a_difference_and_no_ratio)
{
    struct experiment_plan plan = plan_of(0.5, 0.1);
    struct experiment_look all = look(&plan, 5, 20, 0, 20).all;
    CHECK_NEAR(all.difference.low, -0.4687008776187441, 1e-12);
    CHECK_NEAR(all.difference.high, -0.03776544556663031, 1e-12);
    CHECK_TRUE(isnan(all.ratio.value));
    CHECK_TRUE(isnan(look(&plan, 0, 20, 0, 20).all.p));
    CHECK_TRUE(isnan(look(&plan, 0, 20, 0, 0).all.difference.value));
    CHECK_INT(look(&plan, 0, 0, 0, 0).verdict, EXPERIMENT_WAITING);
}

TEST(a_draw_that_is_far_from_its_shares_is_told)
{
    struct experiment_plan plan = plan_of(0.1, 0.02);
    CHECK_TRUE(look(&plan, 50, 500, 50, 520).lots_p > 0.5);
    CHECK_TRUE(look(&plan, 50, 500, 50, 700).lots_p < EXPERIMENT_LOTS_DOUBTFUL);
}

/* ---- Records that come one after the other. ---- */

static void draw(uint64_t seed, uint64_t run, double rate_a, double rate_b, double share_b,
                 struct experiment_record *records, uint64_t count, uint64_t drawn[ARM_COUNT])
{
    struct chance chance = chance_of(seed, run);
    drawn[ARM_A] = drawn[ARM_B] = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint8_t arm = chance_unit(&chance) < share_b;
        records[i] = (struct experiment_record){arm, chance_unit(&chance) < (arm ? rate_b : rate_a)};
        drawn[arm]++;
    }
}

struct tally {
    unsigned runs, decided, wrong, planned, uncovered;
    double mean_at; /* records at the decision */
};

/* Experiments, each looked at after every one of its records. */
static struct tally simulate(struct experiment_plan plan, double rate_a, double rate_b, unsigned runs, uint64_t count)
{
    struct tally tally = {.runs = runs};
    struct experiment_record *records = memory_array(count, sizeof *records);
    for (unsigned run = 0; run < runs; run++) {
        uint64_t drawn[ARM_COUNT];
        struct experiment_result result;
        draw(2026, run, rate_a, rate_b, plan.share_b, records, count, drawn);
        experiment_analyse(&plan, records, count, drawn, &result);
        tally.decided += result.always_at > 0;
        tally.mean_at += (double)(result.always_at > 0 ? result.always_at : count) / runs;
        tally.planned += result.planned.p < plan.alpha;
        /* The intersection of the intervals of all times holds the truth when each of them did. */
        tally.uncovered +=
            result.drifted || result.always.low > rate_b - rate_a || result.always.high < rate_b - rate_a;
    }
    memory_free(records);
    return tally;
}

/* 1,000 experiments of nothing: of a true 5 % more than 64 would be a chance of 1 in 40. */
#define FALSE_ALARMS_MAX 50

TEST(looking_after_every_record_finds_nothing_in_experiments_that_hold_nothing)
{
    static const struct {
        double rate, share_b;
    } row[] = {{0.03, 0.5}, {0.1, 0.5}, {0.5, 0.5}, {0.1, 0.15}, {0.9, 0.8}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct experiment_plan plan = plan_of(0.1, 0.03);
        plan.share_b = row[i].share_b;
        struct tally tally = simulate(plan, row[i].rate, row[i].rate, 1000, 10000);
        CHECK_TRUE(tally.decided <= FALSE_ALARMS_MAX);
        CHECK_TRUE(tally.uncovered <= FALSE_ALARMS_MAX);
        CHECK_TRUE(tally.planned <= 65);
    }
}

TEST(looking_daily_at_the_usual_test_would_find_something_in_a_third_of_them)
{
    enum { DAYS = 100, A_DAY = 100, RUNS = 100 };
    static struct experiment_record records[DAYS * A_DAY];
    struct experiment_plan plan = plan_of(0.1, 0.03);
    unsigned fooled = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        uint64_t drawn[ARM_COUNT];
        bool significant = false;
        draw(7, run, 0.1, 0.1, 0.5, records, DAYS * A_DAY, drawn);
        for (uint64_t day = 1; day <= DAYS && !significant; day++) {
            struct experiment_result result;
            experiment_analyse(&plan, records, day * A_DAY, drawn, &result);
            significant = result.all.p < 0.05;
        }
        fooled += significant;
    }
    CHECK_TRUE(fooled > RUNS * 0.25);
}

TEST(an_effect_as_large_as_planned_is_found_with_the_power_and_mostly_sooner)
{
    struct experiment_plan plan = plan_of(0.1, 0.03);
    struct experiment_size size = experiment_size(&plan);
    struct tally tally = simulate(plan, 0.1, 0.13, 500, size.always);
    CHECK_TRUE(tally.decided >= 0.78 * tally.runs);
    CHECK_TRUE(tally.mean_at < 0.75 * (double)size.always);
    CHECK_TRUE(tally.uncovered <= 0.05 * tally.runs);
    CHECK_NEAR(tally.planned, 0.8 * tally.runs, 30);
}

/* ---- Verdicts. ---- */

static struct experiment_result first_of(const struct experiment_plan *plan, double rate_b, uint64_t count)
{
    struct experiment_result result;
    struct experiment_record *records = memory_array(count, sizeof *records);
    uint64_t drawn[ARM_COUNT];
    draw(3, 1, 0.1, rate_b, plan->share_b, records, count, drawn);
    experiment_analyse(plan, records, count, drawn, &result);
    memory_free(records);
    return result;
}

TEST(a_planned_analysis_calls_no_winner_before_its_size_and_does_not_change_after_it)
{
    struct experiment_plan plan = plan_of(0.1, 0.05);
    plan.analysis = ANALYSIS_PLANNED;
    uint64_t size = experiment_size(&plan).planned;
    struct experiment_result early = first_of(&plan, 0.3, size - 1);
    CHECK_TRUE(early.all.p < 1e-6);
    CHECK_INT(early.verdict, EXPERIMENT_WAITING);
    CHECK_TRUE(isnan(early.planned.p));
    struct experiment_result then = first_of(&plan, 0.3, size), later = first_of(&plan, 0.3, 3 * size);
    CHECK_INT(then.verdict, EXPERIMENT_B_BETTER);
    CHECK_DOUBLE(later.planned.p, then.planned.p);
    CHECK_INT(later.planned.records[ARM_A] + later.planned.records[ARM_B], size);
}

TEST(what_was_once_found_when_looking_at_any_time_stays_found)
{
    struct experiment_plan plan = plan_of(0.1, 0.05);
    struct experiment_result result = first_of(&plan, 0.2, 5000);
    CHECK_INT(result.verdict, EXPERIMENT_B_BETTER);
    CHECK_TRUE(result.always_at > 0 && result.always_at < 5000);
    CHECK_INT(first_of(&plan, 0.2, result.always_at - 1).verdict, EXPERIMENT_WAITING);
    CHECK_INT(first_of(&plan, 0.2, result.always_at).verdict, EXPERIMENT_B_BETTER);
    CHECK_TRUE(result.always.low > 0 && result.always.low < 0.1 && result.always.high > 0.1);
    CHECK_TRUE(first_of(&plan, 0.2, 4000).always_p >= result.always_p);
}

TEST(an_arm_with_hardly_a_conversion_lets_nobody_say_that_the_arms_are_alike)
{
    char text[ERR_MESSAGE_BYTES];
    struct experiment_plan plan = plan_of(0.1, 0.5);
    struct experiment_result result = look(&plan, 3, 100, 60, 100);
    CHECK_TRUE(result.needed < 200);
    CHECK_INT(result.verdict, EXPERIMENT_WAITING);
    experiment_tell(&plan, &result, STR("a"), STR("b"), text);
    CHECK_CONTAINS(str_from_c(text), STR("fewer than 10 records converted"));
}

TEST(rates_that_change_amid_an_experiment_are_told)
{
    static struct experiment_record records[40000];
    struct experiment_plan plan = plan_of(0.1, 0.05);
    struct experiment_result result;
    uint64_t drawn[ARM_COUNT];
    draw(5, 1, 0.1, 0.3, 0.5, records, 10000, drawn);
    draw(5, 2, 0.3, 0.1, 0.5, records + 10000, 30000, drawn);
    experiment_analyse(&plan, records, 40000, drawn, &result);
    CHECK_TRUE(result.drifted);
    CHECK_TRUE(result.always.low <= result.always.high);
}

TEST(a_verdict_is_a_sentence_that_names_the_better_way)
{
    char text[ERR_MESSAGE_BYTES];
    struct experiment_plan plan = plan_of(0.1, 0.05);
    struct experiment_result result = first_of(&plan, 0.2, 5000);
    experiment_tell(&plan, &result, STR("as it is"), STR("new rules"), text);
    CHECK_CONTAINS(str_from_c(text), STR("'new rules' converts more than 'as it is'"));
    result = first_of(&plan, 0.1, 100);
    experiment_tell(&plan, &result, STR("as it is"), STR("new rules"), text);
    CHECK_CONTAINS(str_from_c(text), STR("nothing can be said yet: the horizon of 100 records is over, and at most "));
    result = first_of(&plan, 0.1, 5000);
    experiment_tell(&plan, &result, STR("as it is"), STR("new rules"), text);
    CHECK_CONTAINS(str_from_c(text), STR("no difference was shown with 5000 records"));
}

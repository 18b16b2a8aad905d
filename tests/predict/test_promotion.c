/* test_promotion.c — when a challenger replaces the champion. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/promotion.h"

#include "harness.h"

#define LEADS 400

static void draw(uint32_t seed, double *out)
{
    for (uint32_t i = 0; i < LEADS; i++) {
        seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
        out[i] = (seed >> 8) / 16777216.0;
    }
}

static struct promotion judged(const double *challenger, const double *champion, const uint8_t *happened,
                               uint64_t count)
{
    struct prediction forecast = {.count = count, .probability = challenger, .happened = happened};
    struct bootstrap how = BOOTSTRAP_DEFAULT;
    struct promotion promotion;
    promotion_judge(&forecast, champion, &how, &promotion);
    return promotion;
}

/* Outcomes that follow `good`; `blind` knows nothing of them. */
static void some_leads(double *good, double *blind, uint8_t *happened)
{
    static double luck[LEADS];
    draw(3, good);
    draw(4, luck);
    draw(5, blind);
    for (int i = 0; i < LEADS; i++) {
        good[i] *= 0.6;
        happened[i] = luck[i] < good[i];
        blind[i] = 0.1 + 0.4 * blind[i];
    }
}

TEST(a_challenger_that_is_better_in_both_replaces_the_champion)
{
    double good[LEADS], blind[LEADS];
    uint8_t happened[LEADS];
    some_leads(good, blind, happened);
    struct promotion promotion = judged(good, blind, happened, LEADS);
    CHECK_TRUE(promotion.replaces);
    CHECK_INT(promotion.positives, 116);
    /* scikit-learn 1.2.1 */
    CHECK_NEAR(promotion.challenger[FIGURE_BRIER], 0.17944894961280006, 1e-12);
    CHECK_NEAR(promotion.challenger[FIGURE_ROC_AUC], 0.7284179213210296, 1e-12);
    CHECK_NEAR(promotion.champion[FIGURE_BRIER], 0.20225009710227873, 1e-12);
    CHECK_NEAR(promotion.champion[FIGURE_ROC_AUC], 0.5962846041767849, 1e-12);
    CHECK_CONTAINS(str_from_c(promotion.sentence), STR("better in both"));
    CHECK_FALSE(judged(blind, good, happened, LEADS).replaces);
}

TEST(the_same_forecasts_replace_nobody)
{
    double good[LEADS], blind[LEADS];
    uint8_t happened[LEADS];
    some_leads(good, blind, happened);
    CHECK_FALSE(judged(good, good, happened, LEADS).replaces);
}

TEST(a_better_order_with_worse_probabilities_is_not_enough)
{
    double good[LEADS], blind[LEADS], bold[LEADS];
    uint8_t happened[LEADS];
    some_leads(good, blind, happened);
    for (int i = 0; i < LEADS; i++) bold[i] = 0.4 + good[i];
    struct promotion promotion = judged(bold, blind, happened, LEADS);
    CHECK_TRUE(promotion.auc.low > 0);
    CHECK_FALSE(promotion.replaces);
}

TEST(with_too_few_outcomes_nothing_is_replaced_and_the_sentence_says_why)
{
    double good[LEADS], blind[LEADS];
    uint8_t happened[LEADS];
    some_leads(good, blind, happened);
    struct promotion promotion = judged(good, blind, happened, 20);
    CHECK_FALSE(promotion.replaces);
    CHECK_CONTAINS(str_from_c(promotion.sentence), STR("at least 10 of each outcome"));
}

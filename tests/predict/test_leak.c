/* test_leak.c — what was filled because of the outcome is named, and no model leans on it. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/leak.h"

#include <math.h>

#include "base/chance.h"
#include "base/instant.h"
#include "base/intern.h"
#include "buyers.h"
#include "harness.h"

#define PEOPLE 1500

static const struct leak *leak_of(const struct trained *trained, const char *subject, enum leak_kind kind)
{
    for (uint32_t i = 0; i < trained->leaks.count; i++)
        if (trained->leaks.at[i].kind == kind && str_equal(trained->leaks.at[i].subject, str_from_c(subject)))
            return &trained->leaks.at[i];
    return NULL;
}

static bool is_used(const struct trained *trained, const char *word)
{
    for (uint32_t f = 0; f < trained->plan.count; f++)
        if (str_contains(trained->plan.features[f].name, str_from_c(word))) return true;
    return false;
}

static struct trained train_on(struct product *product, bool keep_leaks)
{
    struct training_options options = buyers_options(true, 1);
    options.keep_leaks = keep_leaks;
    options.bootstrap_draws = 100;
    return buyers_train(product, options);
}

/* ---- Worlds with a planted leak. ---- */

TEST(a_property_that_is_filled_shortly_before_they_buy_is_named_and_dropped)
{
    static const struct law law = {.people = PEOPLE, .interest = 3.5, .fit = 2.5, .a_day = -9, .quoted_days = 58};
    struct product *product = buyers_world(&law, 11);
    struct trained trained = train_on(product, false);
    const struct leak *leak = leak_of(&trained, "quote", LEAK_TELLS_ALL);
    INVARIANT(leak != NULL);
    CHECK_TRUE(leak->auc >= LEAK_AUC);
    CHECK_CONTAINS(leak->sentence, STR("'quote' alone foresees the outcome nearly perfectly (AUC "));
    CHECK_FALSE(is_used(&trained, "quote"));
    CHECK_TRUE(is_used(&trained, "branch") && is_used(&trained, "pricing"));
    CHECK_TRUE(trained.learned.intervals[FIGURE_ROC_AUC].high < 0.97); /* no better than the law allows */
    product_free(product);
}

TEST(a_column_without_a_time_that_says_who_will_buy_is_named_and_dropped)
{
    static const struct law law = {.people = PEOPLE, .interest = 3.5, .fit = 2.5, .a_day = -9, .stamped = true};
    struct product *product = buyers_world(&law, 12);
    struct trained trained = train_on(product, false);
    CHECK_TRUE(leak_of(&trained, "stamp", LEAK_TELLS_ALL) != NULL);
    CHECK_FALSE(is_used(&trained, "stamp"));
    product_free(product);
}

TEST(a_leak_may_be_kept_by_who_knows_that_it_is_none)
{
    static const struct law law = {.people = PEOPLE, .interest = 3.5, .fit = 2.5, .a_day = -9, .quoted_days = 58};
    struct product *product = buyers_world(&law, 11);
    struct trained trained = train_on(product, true);
    CHECK_TRUE(leak_of(&trained, "quote", LEAK_TELLS_ALL) != NULL);
    CHECK_TRUE(is_used(&trained, "quote"));
    CHECK_TRUE(trained.learned.quality.figures[FIGURE_ROC_AUC] > 0.9); /* as it promises, and will not hold */
    product_free(product);
}

TEST(what_comes_only_with_the_outcome_or_after_it_is_named)
{
    static const struct law law = {.people = PEOPLE, .interest = 3.5, .fit = 2.5, .a_day = -9};
    struct product *product = buyers_world(&law, 13);
    struct trained trained = train_on(product, false);
    const struct leak *told = leak_of(&trained, "told", LEAK_AFTERWARDS);
    INVARIANT(told != NULL);
    CHECK_CONTAINS(told->sentence, STR("'told' comes only with the outcome or after it: of "));
    CHECK_CONTAINS(told->sentence, STR(" with the outcome who have it, 0 had it before; of "));
    CHECK_TRUE(leak_of(&trained, "event bought", LEAK_AFTERWARDS) == NULL); /* the outcome itself is none */
    product_free(product);
}

/* ---- Worlds without. ---- */

TEST(where_nothing_leaks_only_the_echo_of_the_outcome_is_named)
{
    static const struct law laws[] = {{.people = PEOPLE, .interest = 3.5, .fit = 2.5, .a_day = -9},
                                      {.people = PEOPLE, .a_day = -6},
                                      {.people = PEOPLE, .a_day = -7, .either = 3.5}};
    for (size_t i = 0; i < COUNT_OF(laws); i++) {
        struct product *product = buyers_world(&laws[i], 20 + i);
        struct trained trained = train_on(product, false);
        CHECK_INT(trained.leaks.count, 1);
        CHECK_TRUE(leak_of(&trained, "told", LEAK_AFTERWARDS) != NULL);
        for (uint32_t f = 0; f < trained.plan.count; f++) CHECK_FALSE(trained.leaks.features[f]);
        product_free(product);
    }
}

/* ---- The AUC of one thing alone. ---- */

#define ROWS 4000

/* One number a row, of a plan of one feature. */
static double auc_of(const float *value, const uint8_t *happened, enum feature_kind kind)
{
    static double weight[ROWS];
    static uint32_t record[ROWS];
    struct feature feature = {.kind = kind, .property = 0};
    struct feature_plan plan = {.features = &feature, .count = 1};
    for (uint32_t r = 0; r < ROWS; r++) weight[r] = 1, record[r] = r;
    struct leak_rows rows = {ROWS, value, happened, weight, record};
    return leak_auc(&plan, &rows, 0, 1);
}

TEST(alone_a_copy_of_the_outcome_tells_all_and_chance_tells_nothing)
{
    static float copy[ROWS], gap[ROWS], noise[ROWS], hill[ROWS];
    static uint8_t happened[ROWS];
    for (uint32_t r = 0; r < ROWS; r++) {
        struct chance chance = chance_of(harness_seed(), r);
        happened[r] = chance_below(&chance, 10) == 0;
        noise[r] = (float)chance_unit(&chance);
        copy[r] = happened[r] ? 1 : 0;
        gap[r] = happened[r] ? NAN : noise[r];
        hill[r] = happened[r] ? 0.45F + noise[r] / 10 : noise[r] < 0.5F ? noise[r] * 0.9F : noise[r] * 0.9F + 0.1F;
    }
    CHECK_NEAR(auc_of(copy, happened, FEATURE_NUMBER), 1, 1e-9);
    CHECK_NEAR(auc_of(copy, happened, FEATURE_IS), 1, 1e-9);
    CHECK_NEAR(auc_of(gap, happened, FEATURE_NUMBER), 1, 1e-9); /* that it is missing says it */
    CHECK_TRUE(auc_of(hill, happened, FEATURE_NUMBER) > 0.97);  /* neither more nor less, but the middle */
    CHECK_NEAR(auc_of(noise, happened, FEATURE_NUMBER), 0.5, 0.06);
}

TEST(of_a_handful_nothing_is_said)
{
    static float value[ROWS];
    static uint8_t happened[ROWS];
    for (uint32_t r = 0; r < LEAK_SUPPORT_MIN - 1; r++) value[r] = happened[r] = 1;
    CHECK_TRUE(isnan(auc_of(value, happened, FEATURE_NUMBER)));
}

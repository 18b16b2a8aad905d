/* test_calibrate.c — scores become probabilities that may be taken at their word. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/calibrate.h"

#include <math.h>

#include "base/chance.h"
#include "base/macros.h"
#include "harness.h"
#include "predict/logit.h"

#define EXAMPLES 300

/* The same sixteen examples as in test_quality.c. */
static const double sixteen[] = {.05, .10, .10, .20, .25, .30, .30, .30, .45, .50, .60, .60, .75, .80, .90, .95};
static const uint8_t sixteen_did[] = {0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1};
static const double sixteen_weights[] = {1, 2, 1, .5, 1, 1, 3, 1, 2, 1, 1, .5, 1, 2, 1, 1};

static struct outcomes sixteen_outcomes(bool weighted)
{
    return (struct outcomes){16, sixteen, sixteen_did, weighted ? sixteen_weights : NULL};
}

/* ---- Isotonic. ---- */

/* scikit-learn 1.2.1, IsotonicRegression().fit(sixteen, did, sample_weight=weights).predict(...); its first step is at 0
 * and its last at 1, where ours are careful: weights 1 and 5. */
TEST(the_staircase_is_that_of_scikit_learn_but_never_sure)
{
    static const struct {
        double score, probability;
    } row[] = {{.15, 0.21052631578947367},
               {.28, 0.21052631578947367},
               {.30, 0.21052631578947367},
               {.47, 0.6666666666666666},
               {.55, 0.6666666666666666},
               {.10, 0.21052631578947367},
               {.99, 6.0 / 7},
               {.75, 6.0 / 7},
               {.70, 0.6666666666666666 + (6.0 / 7 - 2.0 / 3) * 2 / 3}};
    AUTO_ARENA arena = arena_new();
    struct outcomes outcomes = sixteen_outcomes(true);
    struct isotonic isotonic;
    isotonic_fit(&outcomes, arena, &isotonic);
    for (size_t i = 0; i < COUNT_OF(row); i++)
        CHECK_NEAR(isotonic_probability(&isotonic, row[i].score), row[i].probability, 1e-14);
    CHECK_NEAR(isotonic_probability(&isotonic, 0), 0.21052631578947367, 1e-14); /* 1/3, but not above the next step */
}

/* Sum of weighted squares between a curve and what happened. */
static double misfit(const struct outcomes *outcomes, const double *curve)
{
    double sum = 0;
    for (uint64_t i = 0; i < outcomes->count; i++) {
        double off = curve[i] - outcomes->happened[i];
        sum += outcomes->weight[i] * off * off;
    }
    return sum;
}

/* The staircase by its other definition (Barlow and others 1972): at each place the greatest, over all that begin at or
 * before it, of the least mean, over all that end at or after it. Scores rise. */
static double plain_isotonic(const struct outcomes *o, uint64_t at)
{
    double best = 0;
    for (uint64_t from = 0; from <= at; from++) {
        double least = 1, weight = 0, positive = 0;
        for (uint64_t to = from; to < o->count; to++) {
            weight += o->weight[to];
            positive += o->happened[to] * o->weight[to];
            if (to >= at && positive / weight < least) least = positive / weight;
        }
        if (least > best) best = least;
    }
    return best;
}

TEST(the_staircase_is_the_best_that_never_falls)
{
    struct chance chance = {harness_seed()};
    for (int round = 0; round < 30; round++) {
        AUTO_ARENA arena = arena_new();
        double score[EXAMPLES], weight[EXAMPLES], fitted[EXAMPLES], plain[EXAMPLES];
        uint8_t happened[EXAMPLES];
        struct outcomes outcomes = {20 + chance_below(&chance, 80), score, happened, weight};
        for (uint64_t i = 0; i < outcomes.count; i++) {
            score[i] = (double)i + chance_unit(&chance) / 2;
            weight[i] = 0.5 + chance_below(&chance, 4);
            happened[i] = chance_unit(&chance) < score[i] / 100;
        }
        struct isotonic isotonic;
        isotonic_fit(&outcomes, arena, &isotonic);
        for (uint64_t i = 0; i < outcomes.count; i++) {
            fitted[i] = isotonic_probability(&isotonic, score[i]);
            plain[i] = plain_isotonic(&outcomes, i);
            CHECK_TRUE(fitted[i] > 0 && fitted[i] < 1);
            CHECK_TRUE(i == 0 || fitted[i] >= fitted[i - 1]);
            if (plain[i] > 0 && plain[i] < 1) CHECK_NEAR(fitted[i], plain[i], 1e-12);
        }
        CHECK_TRUE(misfit(&outcomes, plain) <= misfit(&outcomes, fitted) + 1e-12);
    }
}

TEST(when_it_never_happened_the_staircase_says_what_laplace_says)
{
    static const double score[] = {3, 1, 2};
    static const uint8_t never[] = {0, 0, 0}, always[] = {1, 1, 1};
    AUTO_ARENA arena = arena_new();
    struct isotonic isotonic;
    isotonic_fit(&(struct outcomes){3, score, never, NULL}, arena, &isotonic);
    CHECK_NEAR(isotonic_probability(&isotonic, 2), 0.2, 1e-15);
    isotonic_fit(&(struct outcomes){3, score, always, NULL}, arena, &isotonic);
    CHECK_NEAR(isotonic_probability(&isotonic, -100), 0.8, 1e-15);
}

/* ---- Platt. ---- */

/* scikit-learn 1.2.1, sklearn.calibration._sigmoid_calibration, which stops at a gradient of 1e-5. */
TEST(the_logistic_curve_is_that_of_scikit_learn)
{
    struct platt platt;
    struct outcomes outcomes = sixteen_outcomes(false);
    platt_fit(&outcomes, &platt);
    CHECK_NEAR(platt.slope, 3.6675002520787734, 1e-4);
    CHECK_NEAR(platt.offset, -1.6118883384984515, 1e-4);
    outcomes = sixteen_outcomes(true);
    platt_fit(&outcomes, &platt);
    CHECK_NEAR(platt.slope, 4.811680074939634, 1e-4);
    CHECK_NEAR(platt.offset, -2.0265622716053446, 1e-4);
}

TEST(the_logistic_curve_finds_the_one_that_made_the_outcomes)
{
    static double score[40000];
    static uint8_t happened[40000];
    struct chance chance = {harness_seed() + 1};
    for (size_t i = 0; i < COUNT_OF(score); i++) {
        score[i] = 1000 + 50 * chance_unit(&chance);
        happened[i] = chance_unit(&chance) < sigmoid(0.2 * score[i] - 205);
    }
    struct platt platt;
    platt_fit(&(struct outcomes){COUNT_OF(score), score, happened, NULL}, &platt);
    for (int at = 1000; at <= 1050; at += 10) CHECK_NEAR(platt_probability(&platt, at), sigmoid(0.2 * at - 205), 0.02);
}

TEST(scores_that_separate_perfectly_make_no_certainty)
{
    static const double score[] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t happened[] = {0, 0, 0, 0, 1, 1, 1, 1};
    struct platt platt;
    platt_fit(&(struct outcomes){8, score, happened, NULL}, &platt);
    CHECK_TRUE(isfinite(platt.slope) && platt.slope > 0);
    CHECK_TRUE(platt_probability(&platt, 1) > 0.001);
    CHECK_TRUE(platt_probability(&platt, 8) < 0.999);
}

TEST(scores_that_are_all_alike_say_the_base_rate)
{
    static const double score[] = {7, 7, 7, 7};
    static const uint8_t happened[] = {0, 0, 0, 1};
    struct platt platt;
    platt_fit(&(struct outcomes){4, score, happened, NULL}, &platt);
    CHECK_NEAR(platt.slope, 0, 0);
    CHECK_NEAR(platt_probability(&platt, 7), 0.75 * (1.0 / 5) + 0.25 * (2.0 / 3), 1e-12);
}

TEST(scores_that_point_the_wrong_way_are_turned)
{
    static const double score[] = {5, 4, 3, 2, 1, 0};
    static const uint8_t happened[] = {0, 0, 1, 0, 1, 1};
    struct platt platt;
    platt_fit(&(struct outcomes){6, score, happened, NULL}, &platt);
    CHECK_TRUE(platt.slope < 0);
}

/* ---- A base rate that moved. ---- */

TEST(a_base_rate_that_doubles_its_odds_doubles_everybodys)
{
    CHECK_NEAR(prior_shifted(0.5, 0.2, 1.0 / 3), 2.0 / 3, 1e-15); /* odds 1/4 to 1/2 */
    CHECK_NEAR(prior_shifted(0.3, 0.2, 0.2), 0.3, 1e-15);
    CHECK_NEAR(prior_shifted(0.2, 0.2, 0.05), 0.05, 1e-15);
    CHECK_NEAR(prior_shifted(0, 0.2, 0.5), 0, 0);
    CHECK_NEAR(prior_shifted(1, 0.2, 0.5), 1, 0);
}

/* Saerens' two steps, taken until they stand still. */
static double plain_estimate(const double *probability, uint64_t count, double then)
{
    double now = then;
    for (int round = 0; round < 20000; round++) {
        double sum = 0;
        for (uint64_t i = 0; i < count; i++) {
            double will = probability[i] * now / then, will_not = (1 - probability[i]) * (1 - now) / (1 - then);
            sum += will / (will + will_not);
        }
        now = sum / (double)count;
    }
    return now;
}

TEST(a_new_base_rate_is_seen_without_knowing_any_outcome)
{
    struct chance chance = {harness_seed() + 2};
    double probability[2 * EXAMPLES], weight[2 * EXAMPLES];
    uint32_t did = 0;
    for (int i = 0; i < 2 * EXAMPLES; i++) {
        bool happened = chance_unit(&chance) < 0.3; /* trained when it was 0.1 */
        double sign = happened ? 1 : -1, z = 0;
        for (int k = 0; k < 12; k++) z += chance_unit(&chance);
        z = 1.5 * sign + z - 6; /* one of two bells, about 3 apart */
        probability[i] = sigmoid(3 * z + log_odds(0.1));
        weight[i] = 2;
        did += happened;
    }
    double estimate = prior_estimate(probability, NULL, 2 * EXAMPLES, 0.1);
    CHECK_NEAR(estimate, plain_estimate(probability, 2 * EXAMPLES, 0.1), 1e-9);
    CHECK_NEAR(estimate, (double)did / (2 * EXAMPLES), 0.03);
    CHECK_NEAR(prior_estimate(probability, weight, 2 * EXAMPLES, 0.1), estimate, 1e-12);
}

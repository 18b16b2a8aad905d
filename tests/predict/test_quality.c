/* test_quality.c — the figures of a forecast against their plain definitions, textbooks and scikit-learn. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/quality.h"

#include <math.h>
#include <stdbool.h>

#include "base/chance.h"
#include "base/macros.h"
#include "harness.h"

#define EXAMPLES_MAX 200

/* ---- A forecast to try things on. ---- */

struct sample {
    double probability[EXAMPLES_MAX], other[EXAMPLES_MAX], weight[EXAMPLES_MAX];
    uint8_t happened[EXAMPLES_MAX];
    uint32_t record[EXAMPLES_MAX];
    uint64_t count;
};

static struct prediction prediction_of(const struct sample *sample)
{
    return (struct prediction){.count = sample->count,
                               .probability = sample->probability,
                               .happened = sample->happened,
                               .weight = sample->weight,
                               .record = sample->record};
}

/* Probabilities with many ties, outcomes that mostly follow them, weights of which some are 0, about four snapshots a
 * record. */
static struct sample random_sample(struct chance *chance, uint64_t count)
{
    struct sample sample = {.count = count};
    for (uint64_t i = 0; i < count; i++) {
        sample.probability[i] = chance_below(chance, 21) / 20.0;
        sample.other[i] = chance_unit(chance);
        sample.happened[i] = chance_unit(chance) < 0.2 + 0.6 * sample.probability[i];
        sample.weight[i] = chance_below(chance, 5) / 2.0;
        sample.record[i] = 1000 + chance_below(chance, (uint32_t)count / 4 + 1);
    }
    return sample;
}

static struct quality measure(struct prediction forecast)
{
    struct quality quality;
    quality_measure(&forecast, &quality);
    return quality;
}

/* ---- Plain definitions, pair by pair. ---- */

static double plain_roc_auc(const struct sample *s)
{
    double right = 0, all = 0;
    for (uint64_t i = 0; i < s->count; i++)
        for (uint64_t j = 0; j < s->count; j++) {
            if (!s->happened[i] || s->happened[j]) continue;
            double pair = s->weight[i] * s->weight[j];
            all += pair;
            if (s->probability[i] > s->probability[j]) right += pair;
            if (s->probability[i] == s->probability[j]) right += pair / 2;
        }
    return right / all;
}

/* Precision among those at least as high, averaged over those who did. */
static double plain_average_precision(const struct sample *s)
{
    double sum = 0, positives = 0;
    for (uint64_t i = 0; i < s->count; i++) {
        double called = 0, found = 0;
        if (!s->happened[i] || s->weight[i] == 0) continue;
        for (uint64_t j = 0; j < s->count; j++) {
            if (s->probability[j] < s->probability[i]) continue;
            called += s->weight[j];
            if (s->happened[j]) found += s->weight[j];
        }
        sum += s->weight[i] * found / called;
        positives += s->weight[i];
    }
    return sum / positives;
}

static double plain_mean_loss(const struct sample *s, bool squared)
{
    double sum = 0, weight = 0;
    for (uint64_t i = 0; i < s->count; i++) {
        double p = s->probability[i], right = s->happened[i] ? p : 1 - p;
        sum += s->weight[i] * (squared ? (1 - right) * (1 - right) : -log(right < 1e-15 ? 1e-15 : right));
        weight += s->weight[i];
    }
    return sum / weight;
}

/* How much of [from, to) lies in [low, high). */
static double overlap(double from, double to, double low, double high)
{
    double a = from > low ? from : low, b = to < high ? to : high;
    return b > a ? b - a : 0;
}

/* Everybody stands in a row by probability, each as wide as its weight, ties as if they stood side by side all along their
 * common stretch. What of those who did (or of the forecast) lies in a tenth of the row? */
static double plain_in_tenth(const struct sample *s, int tenth, bool of_forecast)
{
    double all = 0, sum = 0;
    for (uint64_t i = 0; i < s->count; i++) all += s->weight[i];
    for (uint64_t i = 0; i < s->count; i++) {
        double above = 0, equal = 0;
        for (uint64_t j = 0; j < s->count; j++) {
            if (s->probability[j] > s->probability[i]) above += s->weight[j];
            if (s->probability[j] == s->probability[i]) equal += s->weight[j];
        }
        if (s->weight[i] == 0) continue;
        double part = overlap(above, above + equal, all * tenth / 10, all * (tenth + 1) / 10) / equal;
        sum += s->weight[i] * part * (of_forecast ? s->probability[i] : s->happened[i]);
    }
    return sum;
}

static double plain_ece(const struct sample *s)
{
    double gap = 0, all = 0;
    for (uint64_t i = 0; i < s->count; i++) all += s->weight[i];
    for (int t = 0; t < 10; t++) gap += fabs(plain_in_tenth(s, t, true) - plain_in_tenth(s, t, false));
    return gap / all;
}

/* ---- Held against them. ---- */

TEST(every_figure_is_what_its_plain_definition_says_also_with_ties_and_weights)
{
    struct chance chance = {harness_seed()};
    for (int round = 0; round < 60; round++) {
        struct sample s = random_sample(&chance, 20 + chance_below(&chance, EXAMPLES_MAX - 20));
        struct quality q = measure(prediction_of(&s));
        CHECK_NEAR(q.figures[FIGURE_ROC_AUC], plain_roc_auc(&s), 1e-12);
        CHECK_NEAR(q.figures[FIGURE_PR_AUC], plain_average_precision(&s), 1e-12);
        CHECK_NEAR(q.figures[FIGURE_LOG_LOSS], plain_mean_loss(&s, false), 1e-12);
        CHECK_NEAR(q.figures[FIGURE_BRIER], plain_mean_loss(&s, true), 1e-12);
        CHECK_NEAR(q.figures[FIGURE_ECE], plain_ece(&s), 1e-9);
        double gain = 0;
        for (int t = 0; t < TENTHS; t++) {
            gain += plain_in_tenth(&s, t, false) / q.positives;
            CHECK_NEAR(q.tenths[t].gain, gain, 1e-9);
            CHECK_NEAR(q.tenths[t].lift, gain * 10 / (t + 1), 1e-9);
            CHECK_NEAR(q.tenths[t].forecast, plain_in_tenth(&s, t, true) / (q.weight / 10), 1e-9);
        }
        CHECK_NEAR(q.figures[FIGURE_LIFT], q.tenths[0].lift, 0);
    }
}

TEST(the_parts_of_the_brier_score_sum_to_it)
{
    struct chance chance = {harness_seed() + 1};
    for (int round = 0; round < 60; round++) {
        struct sample s = random_sample(&chance, EXAMPLES_MAX);
        struct prediction f = prediction_of(&s);
        if (round % 2) f.probability = s.other;
        struct quality q = measure(f);
        struct brier_parts b = q.brier;
        CHECK_NEAR(b.reliability - b.resolution + b.uncertainty + b.spread, q.figures[FIGURE_BRIER], 1e-12);
        CHECK_TRUE(b.reliability >= 0 && b.resolution >= 0);
    }
}

TEST(the_order_of_the_examples_changes_nothing)
{
    struct chance chance = {harness_seed() + 2};
    struct sample s = random_sample(&chance, EXAMPLES_MAX), turned = {.count = s.count};
    for (uint64_t i = 0; i < s.count; i++) {
        uint64_t j = s.count - 1 - i;
        turned.probability[j] = s.probability[i];
        turned.weight[j] = s.weight[i];
        turned.happened[j] = s.happened[i];
    }
    struct quality q = measure(prediction_of(&s)), r = measure(prediction_of(&turned));
    for (int f = 0; f < FIGURE_COUNT; f++) CHECK_NEAR(q.figures[f], r.figures[f], 1e-13);
}

TEST(a_weight_of_two_counts_as_two_examples)
{
    struct chance chance = {harness_seed() + 3};
    struct sample s = random_sample(&chance, 50), twice = {0};
    for (uint64_t i = 0; i < s.count; i++) {
        s.weight[i] = (double)(1 + i % 3);
        for (uint64_t copy = 0; copy <= i % 3; copy++) {
            twice.probability[twice.count] = s.probability[i];
            twice.weight[twice.count] = 1;
            twice.happened[twice.count++] = s.happened[i];
        }
    }
    struct quality q = measure(prediction_of(&s)), r = measure(prediction_of(&twice));
    for (int f = 0; f < FIGURE_COUNT; f++) CHECK_NEAR(q.figures[f], r.figures[f], 1e-12);
}

/* ---- Worked examples of others. ---- */

static const double sixteen[] = {.05, .10, .10, .20, .25, .30, .30, .30, .45, .50, .60, .60, .75, .80, .90, .95};
static const uint8_t sixteen_did[] = {0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1};
static const double sixteen_weights[] = {1, 2, 1, .5, 1, 1, 3, 1, 2, 1, 1, .5, 1, 2, 1, 1};

TEST(the_figures_are_those_of_scikit_learn)
{
    /* roc_auc_score, average_precision_score, log_loss, brier_score_loss of scikit-learn 1.2.1 */
    static const double plain[] = {0.8125, 0.8441287878787879, 0.5296023678273778, 0.17390624999999998};
    static const double weighted[] = {0.8525, 0.8754292894038811, 0.4872141197355567, 0.15575};
    struct prediction f = {.count = 16, .probability = sixteen, .happened = sixteen_did};
    struct quality q = measure(f);
    f.weight = sixteen_weights;
    struct quality r = measure(f);
    for (int i = 0; i < 4; i++) {
        CHECK_NEAR(q.figures[i], plain[i], 1e-14);
        CHECK_NEAR(r.figures[i], weighted[i], 1e-14);
    }
}

/* Hanley and McNeil, "The meaning and use of the area under a ROC curve", Radiology 143 (1982), table I: 109 images, rated
 * from definitely normal to definitely abnormal. They give .893. */
TEST(the_area_of_hanley_and_mcneils_109_images_is_893_thousandths)
{
    static const double normal[] = {33, 6, 6, 11, 2}, abnormal[] = {3, 2, 2, 11, 33};
    struct sample s = {.count = 10};
    for (int rating = 0; rating < 5; rating++) {
        s.probability[rating] = s.probability[5 + rating] = rating / 4.0;
        s.weight[rating] = normal[rating];
        s.weight[5 + rating] = abnormal[rating];
        s.happened[5 + rating] = 1;
    }
    CHECK_NEAR(measure(prediction_of(&s)).figures[FIGURE_ROC_AUC], 0.893, 0.0005);
}

/* Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I,
 * method 3. */
TEST(wilsons_interval_is_newcombes)
{
    static const struct {
        double positives, all, low, high;
    } row[] = {{81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}};
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct interval w = interval_wilson(row[i].positives, row[i].all, 1.959964);
        CHECK_NEAR(w.low, row[i].low, 0.00005);
        CHECK_NEAR(w.high, row[i].high, 0.00005);
    }
}

TEST(whoever_is_called_from_a_threshold_on_is_right_or_wrong)
{
    struct prediction f = {.count = 16, .probability = sixteen, .happened = sixteen_did};
    struct confusion c;
    quality_confusion(&f, 0.5, &c);
    CHECK_NEAR(c.true_positive, 5, 0);
    CHECK_NEAR(c.false_positive, 2, 0);
    CHECK_NEAR(c.true_negative, 6, 0);
    CHECK_NEAR(c.false_negative, 3, 0);
    CHECK_NEAR(c.precision, 0.7142857142857143, 1e-15);
    CHECK_NEAR(c.recall, 0.625, 1e-15);
    CHECK_NEAR(c.f1, 0.6666666666666666, 1e-15);
    quality_confusion(&f, 0.99, &c);
    CHECK_TRUE(isnan(c.precision));
    CHECK_NEAR(c.recall, 0, 0);
}

/* ---- Where a figure has no meaning. ---- */

TEST(with_one_outcome_only_nothing_can_be_told_apart)
{
    static const double probability[] = {0.1, 0.5, 0.9};
    static const uint8_t nobody[] = {0, 0, 0};
    struct quality q = measure((struct prediction){.count = 3, .probability = probability, .happened = nobody});
    CHECK_TRUE(isnan(q.figures[FIGURE_ROC_AUC]));
    CHECK_TRUE(isnan(q.figures[FIGURE_LIFT]));
    CHECK_NEAR(q.figures[FIGURE_BRIER], (0.01 + 0.25 + 0.81) / 3, 1e-15);
    q = measure((struct prediction){0});
    for (int f = 0; f < FIGURE_COUNT; f++) CHECK_TRUE(isnan(q.figures[f]));
}

TEST(who_was_sure_and_wrong_pays_a_finite_price)
{
    static const double sure[] = {0, 1};
    static const uint8_t wrong[] = {1, 0};
    struct quality q = measure((struct prediction){.count = 2, .probability = sure, .happened = wrong});
    CHECK_NEAR(q.figures[FIGURE_LOG_LOSS], -log(1e-15), 1e-9);
}

/* ---- Intervals. ---- */

static bool same_intervals(const struct interval *a, const struct interval *b)
{
    for (int f = 0; f < FIGURE_COUNT; f++)
        if (a[f].value != b[f].value || a[f].low != b[f].low || a[f].high != b[f].high) return false;
    return true;
}

TEST(the_same_seed_gives_the_same_intervals_whatever_the_number_of_threads)
{
    struct chance chance = {harness_seed() + 4};
    struct sample s = random_sample(&chance, EXAMPLES_MAX);
    struct prediction f = prediction_of(&s);
    struct interval alone[FIGURE_COUNT], together[FIGURE_COUNT], other[FIGURE_COUNT];
    struct bootstrap how = {.draws = 200, .confidence = 0.9, .seed = 7, .threads = 1};
    quality_intervals(&f, &how, alone);
    how.threads = 5;
    quality_intervals(&f, &how, together);
    CHECK_TRUE(same_intervals(alone, together));
    how.seed = 8;
    quality_intervals(&f, &how, other);
    CHECK_FALSE(same_intervals(alone, other));
    for (int i = 0; i < FIGURE_COUNT; i++) CHECK_TRUE(alone[i].low <= alone[i].high);
}

/* The base rate of n examples has a known spread: sqrt(p (1-p) / n). */
TEST(an_interval_is_as_wide_as_chance_makes_it)
{
    struct sample s = {.count = EXAMPLES_MAX};
    for (uint64_t i = 0; i < s.count; i++) {
        s.happened[i] = i % 4 == 0;
        s.weight[i] = 1;
        s.record[i] = (uint32_t)i;
    }
    struct prediction f = prediction_of(&s);
    struct bootstrap how = {.draws = 4000, .confidence = 0.95, .seed = harness_seed(), .threads = 2};
    struct interval out[FIGURE_COUNT];
    double half = 1.96 * sqrt(0.25 * 0.75 / EXAMPLES_MAX);
    quality_intervals(&f, &how, out);
    CHECK_NEAR(out[FIGURE_BASE_RATE].value, 0.25, 1e-15);
    CHECK_NEAR(out[FIGURE_BASE_RATE].low, 0.25 - half, 0.01);
    CHECK_NEAR(out[FIGURE_BASE_RATE].high, 0.25 + half, 0.01);
    for (uint64_t i = 0; i < s.count; i++) s.record[i] = (uint32_t)(i % 4 + i / 16 * 4); /* 4 alike to a record */
    quality_intervals(&f, &how, out);
    CHECK_NEAR(out[FIGURE_BASE_RATE].low, 0.25 - 2 * half, 0.02);
    CHECK_NEAR(out[FIGURE_BASE_RATE].high, 0.25 + 2 * half, 0.02);
}

TEST(a_difference_of_two_forecasts_is_surer_than_either)
{
    struct chance chance = {harness_seed() + 5};
    struct sample s = random_sample(&chance, EXAMPLES_MAX);
    for (uint64_t i = 0; i < s.count; i++) s.other[i] = 0.5 + 0.9 * (s.probability[i] - 0.5);
    struct prediction f = prediction_of(&s);
    struct bootstrap how = {.draws = 500, .confidence = 0.95, .seed = 3, .threads = 2};
    struct interval own[FIGURE_COUNT], apart[FIGURE_COUNT];
    quality_intervals(&f, &how, own);
    quality_compare(&f, s.other, &how, apart);
    struct prediction g = f;
    g.probability = s.other;
    CHECK_NEAR(apart[FIGURE_BRIER].value, measure(f).figures[FIGURE_BRIER] - measure(g).figures[FIGURE_BRIER], 1e-15);
    CHECK_TRUE(apart[FIGURE_BRIER].high - apart[FIGURE_BRIER].low <
               (own[FIGURE_BRIER].high - own[FIGURE_BRIER].low) / 2);
    CHECK_NEAR(apart[FIGURE_ROC_AUC].high - apart[FIGURE_ROC_AUC].low, 0, 0); /* the same ranking */
    quality_compare(&f, s.probability, &how, apart);
    CHECK_NEAR(apart[FIGURE_BRIER].low, 0, 0);
    CHECK_NEAR(apart[FIGURE_BRIER].high, 0, 0);
}

TEST(an_interval_that_most_draws_say_nothing_about_is_not_given)
{
    static const double probability[] = {0.1, 0.5, 0.9};
    static const uint8_t nobody[] = {0, 0, 0};
    struct prediction f = {.count = 3, .probability = probability, .happened = nobody};
    struct bootstrap how = BOOTSTRAP_DEFAULT;
    struct interval out[FIGURE_COUNT];
    quality_intervals(&f, &how, out);
    CHECK_TRUE(isnan(out[FIGURE_ROC_AUC].low) && isnan(out[FIGURE_ROC_AUC].high));
    CHECK_TRUE(out[FIGURE_BRIER].low < out[FIGURE_BRIER].high);
}

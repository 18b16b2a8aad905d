/* test_training.c — a made-up world with a hidden law: it is found, told honestly, and found again alike. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/training.h"

#include <math.h>

#include "base/instant.h"
#include "buyers.h"
#include "harness.h"

static const struct law strong = {.people = 4000, .interest = 3.5, .fit = 2.5, .a_day = -9.5};

/* ---- What is found. ---- */

TEST(a_law_is_found_and_its_percentages_may_be_taken_at_their_word)
{
    struct product *product = buyers_world(&strong, harness_seed());
    struct trained trained = buyers_train(product, buyers_options(true, 2));
    CHECK_INT(trained.learned.verdict, VERDICT_USABLE);
    CHECK_INT(trained.learned.kind, MODEL_LOGISTIC);
    CHECK_TRUE(trained.learned.intervals[FIGURE_ROC_AUC].low > 0.6);
    CHECK_TRUE(trained.learned.against_base_rate[FIGURE_BRIER].high <
               0); /* better than saying one number to all, for sure */
    CHECK_TRUE(trained.learned.against_base_rate[FIGURE_LOG_LOSS].high < 0);
    CHECK_TRUE(trained.learned.quality.figures[FIGURE_ECE] < 0.08);
    CHECK_TRUE(trained.learned.quality.figures[FIGURE_LIFT] > 1.5);
    CHECK_CONTAINS(str_from_c(trained.learned.sentence), STR("on later leads it tells apart with an AUC of 0."));
    trained_release(&trained);
    product_free(product);
}

/* `told` would say it all, but nobody had it while the outcome was open. */
TEST(what_is_only_told_afterwards_is_no_feature)
{
    struct product *product = buyers_world(&strong, harness_seed() + 1);
    struct trained trained = buyers_train(product, buyers_options(true, 2));
    for (uint32_t f = 0; f < trained.plan.count; f++) {
        CHECK_FALSE(str_contains(trained.plan.features[f].name, STR("told")));
        CHECK_FALSE(str_contains(trained.plan.features[f].name, STR("bought")));
    }
    CHECK_TRUE(trained.learned.intervals[FIGURE_ROC_AUC].high < 0.95); /* nobody can know better than the law */
    trained_release(&trained);
    product_free(product);
}

/* One seed: of every 40 such worlds one looks by chance as if it had a law. */
TEST(where_there_is_no_law_it_is_said_plainly)
{
    static const struct law none = {.people = 3000, .a_day = -6.5};
    struct product *product = buyers_world(&none, 2);
    struct trained trained = buyers_train(product, buyers_options(false, 2));
    CHECK_INT(trained.learned.verdict, VERDICT_NO_SIGNAL);
    CHECK_CONTAINS(str_from_c(trained.learned.sentence),
                   STR("on later leads it is not better than drawing lots: AUC 0."));
    trained_release(&trained);
    product_free(product);
}

TEST(too_few_who_did_make_no_model_and_a_sentence_that_says_what_is_missing)
{
    static const struct law rare = {.people = 300, .a_day = -30};
    struct product *product = buyers_world(&rare, 1);
    struct trained trained = buyers_train(product, buyers_options(false, 1));
    CHECK_INT(trained.learned.verdict, VERDICT_TOO_LITTLE);
    CHECK_INT(trained.learned.kind, MODEL_NONE);
    CHECK_CONTAINS(str_from_c(trained.learned.sentence),
                   STR("examples to learn from, in 0 of which it happened: at least 10 in which it did"));
    product_free(product);
}

TEST(few_who_did_make_a_model_that_is_marked)
{
    static const struct law some = {.people = 300, .interest = 3.5, .fit = 2.5, .a_day = -9.5};
    struct product *product = buyers_world(&some, 2);
    struct trained trained = buyers_train(product, buyers_options(false, 1));
    CHECK_TRUE(trained.learned.sides[SIDE_TRAIN].positives >= POSITIVES_NEEDED);
    CHECK_TRUE(trained.learned.sides[SIDE_TRAIN].positives < POSITIVES_FOR_ALL);
    CHECK_INT(trained.learned.kind, MODEL_LOGISTIC);
    CHECK_NEAR(trained.learned.penalty, 100, 0);
    CHECK_TRUE(trained.learned.verdict == VERDICT_UNCERTAIN || trained.learned.verdict == VERDICT_NO_SIGNAL);
    trained_release(&trained);
    product_free(product);
}

TEST(whoever_wants_trees_of_too_few_examples_is_told_that_it_is_a_regression)
{
    static const struct law some = {.people = 300, .interest = 3.5, .fit = 2.5, .a_day = -9.5};
    struct product *product = buyers_world(&some, 2);
    struct training_options options = buyers_options(false, 1);
    options.without_trees = false;
    options.without_logistic = true;
    struct trained trained = buyers_train(product, options);
    CHECK_INT(trained.learned.kind, MODEL_LOGISTIC);
    CHECK_CONTAINS(str_from_c(trained.learned.why_no_trees), STR("no trees were tried: among "));
    CHECK_CONTAINS(str_from_c(trained.learned.why_no_trees), STR("too few to tell whether trees would be better"));
    trained_release(&trained);
    options.without_trees = true;
    options.without_logistic = false;
    trained = buyers_train(product, options);
    CHECK_STR(str_from_c(trained.learned.why_no_trees), STR("")); /* nobody wanted any */
    trained_release(&trained);
    product_free(product);
}

/* ---- What a page tells of the test. ---- */

TEST(the_report_divides_the_test_by_a_property_and_compares_with_the_manual_score)
{
    struct product *product = buyers_world(&strong, 5);
    struct report_property by = {catalog_find(product->catalog, ENTITY_CONTACT, STR("branch")), false};
    struct training_options options = buyers_options(true, 2);
    options.by = &by;
    options.by_count = 1;
    struct trained trained = buyers_train(product, options);
    const struct quality_report *report = &trained.report;
    uint64_t examples = 0;
    CHECK_INT(report->segment_count, 3);
    for (uint32_t s = 0; s < report->segment_count; s++) {
        const struct quality_segment *segment = &report->segments[s];
        CHECK_STR(segment->property, STR("branch"));
        if (str_equal(segment->value, STR("it"))) /* who fits buys more, and that was foreseen */
            CHECK_TRUE(segment->observed.value > 1.5 * trained.learned.quality.figures[FIGURE_BASE_RATE]);
        examples += segment->examples;
    }
    CHECK_INT((int64_t)examples, (int64_t)trained.learned.sides[SIDE_TEST].examples);
    /* The score knows of reading, not of branches, and those who read and fit have bought. */
    CHECK_TRUE(report->manual.there);
    CHECK_TRUE(report->manual.apart[FIGURE_ROC_AUC].low > 0);
    trained_release(&trained);
    product_free(product);
}

/* ---- Reasons. ---- */

/* Of fifty people at the end: the reasons sum to the log-odds, and those to the probability. */
static void check_reasons(struct product *product, const struct trained *trained)
{
    static struct training_example everybody[50];
    struct feature_source source = {.history = product->history, .scan = product->scan, .set = &product->set};
    struct err_info why = {0};
    uint32_t features = trained->plan.count;
    float *value = ARENA_ARRAY(product->arena, float, (size_t)50 * features);
    double *part = ARENA_ARRAY(product->arena, double, features), probability[50];
    for (uint32_t r = 0; r < 50; r++)
        everybody[r] = (struct training_example){.record = r, .at_ms = instant_of(BEGIN) + DAYS * MS_PER_DAY};
    features_compute(&trained->plan, &source, everybody, 50, 1, NULL, value);
    CHECK_OK(learned_probabilities(&trained->learned, value, 50, probability, &why), why);
    for (uint32_t r = 0; r < 50; r++) {
        double base, log_odds;
        CHECK_OK(learned_reasons(&trained->learned, value + (size_t)r * features, &base, &log_odds, part, &why), why);
        double sum = base;
        for (uint32_t f = 0; f < features; f++) sum += part[f];
        CHECK_NEAR(sum, log_odds, 1e-4);
        CHECK_NEAR(trained->learned.has_steps ? isotonic_probability(&trained->learned.steps, log_odds)
                                              : platt_probability(&trained->learned.curve, log_odds),
                   probability[r], 1e-12);
    }
}

/* In the north buys who fits, in the south who does not: no sum can say that, trees can. */
TEST(reasons_sum_to_the_log_odds_of_either_kind_of_model)
{
    static const struct law crossed = {.people = 4000, .a_day = -8, .either = 3.5};
    for (int with_trees = 0; with_trees < 2; with_trees++) {
        struct product *product = buyers_world(&crossed, 3);
        struct trained trained = buyers_train(product, buyers_options(with_trees == 0, 2));
        CHECK_INT(trained.learned.kind, with_trees ? MODEL_TREES : MODEL_LOGISTIC);
        check_reasons(product, &trained);
        trained_release(&trained);
        product_free(product);
    }
}

/* ---- More than memory holds. ---- */

TEST(with_less_memory_fewer_examples_are_kept_and_what_is_said_is_nearly_the_same)
{
    struct product *product = buyers_world(&strong, 5);
    struct training_options options = buyers_options(true, 2);
    struct trained whole = buyers_train(product, options);
    options.memory_bytes = 1 << 20;
    struct trained thinned = buyers_train(product, options);
    CHECK_INT((int64_t)whole.memory.kept, (int64_t)whole.memory.examples);
    CHECK_TRUE(thinned.memory.kept < thinned.memory.examples * 2 / 3);
    CHECK_TRUE(thinned.memory.bytes <= 1 << 20);
    const double *one = whole.learned.quality.figures, *other = thinned.learned.quality.figures;
    CHECK_NEAR(other[FIGURE_BASE_RATE], one[FIGURE_BASE_RATE], 0.02);
    CHECK_NEAR(other[FIGURE_ROC_AUC], one[FIGURE_ROC_AUC], 0.03);
    CHECK_TRUE(other[FIGURE_ECE] < 0.08);
    trained_release(&whole);
    trained_release(&thinned);
    product_free(product);
}

/* ---- The same again. ---- */

TEST(training_twice_gives_the_same_model_and_figures_whatever_the_number_of_threads)
{
    struct product *product = buyers_world(&strong, harness_seed() + 2);
    struct trained one = buyers_train(product, buyers_options(false, 1)),
                   other = buyers_train(product, buyers_options(false, 3));
    CHECK_INT(other.learned.kind, one.learned.kind);
    CHECK_INT(other.plan.count, one.plan.count);
    for (int f = 0; f < FIGURE_COUNT; f++) {
        CHECK_DOUBLE(other.learned.quality.figures[f], one.learned.quality.figures[f]);
        CHECK_DOUBLE(other.learned.intervals[f].low, one.learned.intervals[f].low);
        CHECK_DOUBLE(other.learned.intervals[f].high, one.learned.intervals[f].high);
    }
    trained_release(&one);
    trained_release(&other);
    product_free(product);
}

static bool no(void *context, double done)
{
    (void)context;
    (void)done;
    return false;
}

static bool note(void *context, double done)
{
    double *latest = context;
    CHECK_TRUE(done >= *latest && done <= 1);
    *latest = done;
    return true;
}

TEST(how_far_training_is_only_rises_and_ends_near_the_whole)
{
    struct product *product = buyers_world(&strong, 3);
    struct training_options options = buyers_options(false, 2);
    double latest = 0;
    options.go_on = note;
    options.go_on_context = &latest;
    struct trained trained = buyers_train(product, options);
    CHECK_TRUE(latest > 0.75);
    trained_release(&trained);
    product_free(product);
}

TEST(training_can_be_given_up)
{
    struct product *product = buyers_world(&strong, harness_seed() + 3);
    struct training_options options = buyers_options(false, 1);
    struct lifetime *lives = ARENA_ARRAY(product->arena, struct lifetime, strong.people);
    struct feature_source source = {.history = product->history};
    struct trained trained;
    struct err_info why = {0};
    options.go_on = no;
    outcome_find(product->scan, &product->set, product->history, 0, 2, NULL, lives);
    CHECK_INT(train_model(&source, lives, &options, product->arena, &trained, &why), ERR_UNAVAILABLE);
    CHECK_CONTAINS(str_from_c(why.msg), STR("training was given up"));
    CHECK_INT(trained.learned.kind, MODEL_NONE);
    product_free(product);
}

/* ---- Whoever waits. ---- */

struct waiting {
    struct watch watch;
    atomic_bool stop;
    uint64_t latest, all;
    bool is_patient;
};

static void hear(void *context, const char *phase, uint64_t done, uint64_t all)
{
    struct waiting *w = context;
    CHECK_TRUE(phase[0] != '\0' && done >= w->latest && done <= all);
    w->latest = done;
    w->all = all;
    if (!w->is_patient) atomic_store(&w->stop, true);
}

static void wait_for(struct waiting *w, bool is_patient)
{
    *w = (struct waiting){.is_patient = is_patient};
    w->watch = (struct watch){.stop = &w->stop, .progress = hear, .context = w};
}

TEST(how_far_the_search_for_outcomes_is_only_rises_and_who_stops_it_waits_for_one_stretch)
{
    struct product *product = buyers_world(&strong, harness_seed() + 4);
    uint32_t people = history_records(product->history, ENTITY_CONTACT);
    struct lifetime *lives = ARENA_ARRAY(product->arena, struct lifetime, people);
    struct waiting waiting;
    wait_for(&waiting, true);
    outcome_find(product->scan, &product->set, product->history, 0, 1, &waiting.watch, lives);
    CHECK_INT(waiting.all, people);
    CHECK_INT(waiting.latest, people);
    wait_for(&waiting, false);
    outcome_find(product->scan, &product->set, product->history, 0, 1, &waiting.watch, lives);
    CHECK_TRUE(waiting.latest > 0 && waiting.latest < people);
    product_free(product);
}

TEST(how_far_the_reading_of_facts_is_only_rises_and_who_stops_it_waits_for_one_stretch)
{
    struct product *product = buyers_world(&strong, harness_seed() + 5);
    struct feature_source source = {.history = product->history};
    struct training_example *examples = ARENA_ARRAY(product->arena, struct training_example, 1000);
    struct feature company = {.kind = FEATURE_COMPANY};
    struct feature_plan plan = {.features = &company, .count = 1};
    float value[1000];
    struct waiting waiting;
    for (uint32_t i = 0; i < 1000; i++) examples[i] = (struct training_example){.record = i % 100};
    wait_for(&waiting, true);
    features_compute(&plan, &source, examples, 1000, 1, &waiting.watch, value);
    CHECK_INT(waiting.latest, 1000);
    wait_for(&waiting, true);
    features_compute(&plan, &source, examples, 1000, 4, &waiting.watch, value);
    CHECK_TRUE(waiting.latest <= 1000);
    wait_for(&waiting, false);
    features_compute(&plan, &source, examples, 1000, 1, &waiting.watch, value);
    CHECK_TRUE(waiting.latest > 0 && waiting.latest < 1000);
    product_free(product);
}

TEST(training_that_is_stopped_is_given_up)
{
    struct product *product = buyers_world(&strong, harness_seed() + 6);
    struct training_options options = buyers_options(false, 2);
    struct lifetime *lives = ARENA_ARRAY(product->arena, struct lifetime, strong.people);
    struct feature_source source = {.history = product->history};
    struct trained trained;
    struct err_info why = {0};
    atomic_bool stop = true;
    options.stop = &stop;
    outcome_find(product->scan, &product->set, product->history, 0, 2, NULL, lives);
    CHECK_INT(train_model(&source, lives, &options, product->arena, &trained, &why), ERR_UNAVAILABLE);
    CHECK_INT(trained.learned.kind, MODEL_NONE);
    product_free(product);
}

/* test_reasons.c — reasons add up, speak of what is so, and put together what belongs together. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/reasons.h"

#include <math.h>

#include "base/instant.h"
#include "buyers.h"
#include "harness.h"

static const struct law law = {.people = 1500, .interest = 2, .fit = 1.5, .a_day = -7};

struct world {
    struct product *product;
    struct trained trained;
    float *value; /* rows of the first people, at the end */
};

static struct world *world_of(bool without_trees)
{
    static struct world world;
    if (world.product != NULL) {
        trained_release(&world.trained);
        product_free(world.product);
    }
    world.product = buyers_world(&law, 7);
    world.trained = buyers_train(world.product, buyers_options(without_trees, 2));
    CHECK_TRUE(world.trained.learned.kind != MODEL_NONE);
    struct training_example people[50];
    for (uint32_t i = 0; i < 50; i++)
        people[i] = (struct training_example){.record = i, .at_ms = instant_of(BEGIN) + DAYS * MS_PER_DAY};
    struct feature_source source = {
        .history = world.product->history, .scan = world.product->scan, .set = &world.product->set};
    world.value = ARENA_ARRAY(world.product->arena, float, (size_t)50 * world.trained.plan.count);
    features_compute(&world.trained.plan, &source, people, 50, 1, NULL, world.value);
    return &world;
}

static struct reasons reasons_of(const struct world *world, uint32_t person, uint32_t most)
{
    struct reasons reasons;
    struct err_info why = {0};
    CHECK_OK(reasons_find(&world->trained, history_catalog(world->product->history),
                          world->value + (size_t)person * world->trained.plan.count, most, world->product->arena,
                          &reasons, &why),
             why);
    return reasons;
}

static double sum_of(const struct reasons *reasons)
{
    double sum = reasons->base + reasons->rest;
    for (uint32_t i = 0; i < reasons->for_count; i++) sum += reasons->in_favour[i].log_odds;
    for (uint32_t i = 0; i < reasons->against_count; i++) sum += reasons->against[i].log_odds;
    return sum;
}

static void check_sums(const struct world *world)
{
    for (uint32_t person = 0; person < 50; person++)
        for (uint32_t most = 0; most <= REASONS_MAX; most += 5) {
            struct reasons reasons = reasons_of(world, person, most);
            CHECK_NEAR(sum_of(&reasons), reasons.log_odds, 1e-4);
            CHECK_TRUE(reasons.for_count <= most && reasons.against_count <= most);
        }
}

TEST(all_reasons_and_the_rest_sum_to_the_log_odds)
{
    check_sums(world_of(true));
}

TEST(so_do_the_exact_contributions_of_trees)
{
    check_sums(world_of(false));
}

TEST(the_probability_is_the_models_and_what_it_would_be_without_a_reason_lies_on_the_right_side)
{
    const struct world *world = world_of(true);
    for (uint32_t person = 0; person < 50; person++) {
        struct reasons reasons = reasons_of(world, person, REASONS_MAX);
        double probability;
        struct err_info why = {0};
        CHECK_OK(learned_probabilities(&world->trained.learned,
                                       world->value + (size_t)person * world->trained.plan.count, 1, &probability,
                                       &why),
                 why);
        CHECK_DOUBLE(reasons.probability, probability);
        for (uint32_t i = 0; i < reasons.for_count; i++) CHECK_TRUE(reasons.in_favour[i].without <= probability);
        for (uint32_t i = 0; i < reasons.against_count; i++) CHECK_TRUE(reasons.against[i].without >= probability);
    }
}

static bool speaks_of(const struct reason *reasons, uint32_t count, struct str words)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_equal(reasons[i].words, words)) return true;
    return false;
}

TEST(what_drives_the_outcome_is_told_in_words)
{
    const struct world *world = world_of(true);
    unsigned it = 0, steel = 0;
    for (uint32_t person = 0; person < 50; person++) {
        struct reasons reasons = reasons_of(world, person, REASONS_MAX);
        it += speaks_of(reasons.in_favour, reasons.for_count, STR("branch is it"));
        steel += speaks_of(reasons.against, reasons.against_count, STR("branch is steel"));
    }
    CHECK_TRUE(it > 5);
    CHECK_TRUE(steel > 5);
}

TEST(eight_numbers_of_one_kind_of_event_are_one_reason)
{
    const struct world *world = world_of(true);
    for (uint32_t person = 0; person < 50; person++) {
        struct reasons reasons = reasons_of(world, person, REASONS_MAX);
        unsigned about = 0;
        for (uint32_t i = 0; i < reasons.for_count; i++)
            about += str_equal(reasons.in_favour[i].subject, STR("pricing"));
        for (uint32_t i = 0; i < reasons.against_count; i++)
            about += str_equal(reasons.against[i].subject, STR("pricing"));
        CHECK_TRUE(about <= 1);
    }
}

TEST(a_model_lists_what_it_looks_at_each_once)
{
    const struct world *world = world_of(true);
    struct str *subjects;
    uint32_t count;
    reasons_subjects(&world->trained, history_catalog(world->product->history), world->product->arena, &subjects,
                     &count);
    bool branch = false, pricing = false;
    for (uint32_t i = 0; i < count; i++) {
        branch |= str_equal(subjects[i], STR("branch"));
        pricing |= str_equal(subjects[i], STR("pricing"));
        for (uint32_t j = 0; j < i; j++) CHECK_FALSE(str_equal(subjects[i], subjects[j]));
    }
    CHECK_TRUE(branch && pricing);
}

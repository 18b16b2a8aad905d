/* test_forecast.c — many are asked at once as each alone would be. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/forecast.h"

#include "base/instant.h"
#include "buyers.h"
#include "harness.h"

#define PEOPLE 3000

static const struct law strong = {.people = PEOPLE, .interest = 3.5, .fit = 2.5, .a_day = -9};
static const struct law crossed = {.people = PEOPLE, .a_day = -8, .either = 3.5}; /* only trees can say it */

static void ask_plainly(const struct trained *trained, const struct feature_source *source,
                        const struct training_example *people, struct arena *arena, double *out)
{
    struct err_info why = {0};
    float *value = ARENA_ARRAY(arena, float, (size_t)PEOPLE * trained->plan.count);
    features_compute(&trained->plan, source, people, PEOPLE, 1, NULL, value);
    CHECK_OK(learned_probabilities(&trained->learned, value, PEOPLE, out, &why), why);
}

TEST(forecasts_of_many_are_those_of_their_rows_to_the_bit_for_either_kind_and_any_number_of_threads)
{
    static struct training_example people[PEOPLE];
    static double plain[PEOPLE], many[PEOPLE];
    for (uint32_t r = 0; r < PEOPLE; r++)
        people[r] = (struct training_example){.record = r, .at_ms = instant_of(BEGIN) + DAYS * MS_PER_DAY};
    for (int with_trees = 0; with_trees < 2; with_trees++) {
        struct product *product = buyers_world(with_trees ? &crossed : &strong, 3);
        struct training_options options = buyers_options(!with_trees, 2);
        options.without_logistic = with_trees;
        struct trained trained = buyers_train(product, options);
        struct feature_source source = {.history = product->history, .scan = product->scan, .set = &product->set};
        struct err_info why = {0};
        CHECK_INT(trained.learned.kind, with_trees ? MODEL_TREES : MODEL_LOGISTIC);
        ask_plainly(&trained, &source, people, product->arena, plain);
        for (unsigned threads = 1; threads <= 3; threads++) {
            CHECK_OK(forecast_many(&trained, &source, people, PEOPLE, threads, NULL, many, &why), why);
            for (uint32_t r = 0; r < PEOPLE; r++) CHECK_DOUBLE(many[r], plain[r]);
        }
        trained_release(&trained);
        product_free(product);
    }
}

TEST(nobody_is_asked_once_it_is_stopped)
{
    static struct training_example people[PEOPLE];
    static double many[PEOPLE];
    atomic_bool stop = true;
    struct product *product = buyers_world(&strong, 3);
    struct trained trained = buyers_train(product, buyers_options(true, 2));
    struct feature_source source = {.history = product->history, .scan = product->scan, .set = &product->set};
    struct err_info why = {0};
    CHECK_OK(forecast_many(&trained, &source, people, PEOPLE, 2, &stop, many, &why), why);
    for (uint32_t r = 0; r < PEOPLE; r++) CHECK_DOUBLE(many[r], 0);
    trained_release(&trained);
    product_free(product);
}

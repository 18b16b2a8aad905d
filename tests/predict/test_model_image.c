/* test_model_image.c — what was trained is kept, and says the same when it is read back. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/model_image.h"

#include "base/instant.h"
#include "buyers.h"
#include "harness.h"

static const char other_score[] =
    "score: s\nobject: contact\ngroups:\n"
    "  - {name: Web, category: fit, rules: [{name: Other, when: {property: branch, is: it}, points: 1}]}\n";

#define PEOPLE 60 /* who are asked about */

static const struct law strong = {.people = 1500, .interest = 3.5, .fit = 2.5, .a_day = -9};
static const struct law crossed = {.people = 4000, .a_day = -8, .either = 3.5}; /* only trees can say it */

static struct trained train_on(struct product *product, bool without_trees, unsigned threads)
{
    struct training_options options = buyers_options(without_trees, threads);
    options.outcome = STR("customer");
    options.bootstrap_draws = 50;
    return buyers_train(product, options);
}

static void write_image(const struct trained *trained, struct product *product, struct buf *out)
{
    struct err_info why = {0};
    CHECK_OK(model_image_write(trained, product->catalog, out, &why), why);
}

static void check_refused(struct product *product, struct str bytes, enum err expected, const char *sentence)
{
    struct trained trained;
    struct err_info why = {0};
    CHECK_INT(model_image_read(bytes, product->catalog, product->set.scores[0], product->arena, &trained, &why),
              expected);
    CHECK_CONTAINS(str_from_c(why.msg), str_from_c(sentence));
    CHECK_TRUE(trained.boost == NULL);
}

static bool are_same_bytes(const void *one, const void *other, size_t size)
{
    return str_equal((struct str){one, size}, (struct str){other, size});
}

static void ask(struct product *product, const struct trained *trained, double *out)
{
    struct training_example people[PEOPLE] = {0};
    struct feature_source source = {.history = product->history, .scan = product->scan, .set = &product->set};
    struct err_info why = {0};
    float *value = ARENA_ARRAY(product->arena, float, (size_t)PEOPLE * trained->plan.count);
    for (uint32_t r = 0; r < PEOPLE; r++)
        people[r] = (struct training_example){.record = r, .at_ms = instant_of(BEGIN) + DAYS * MS_PER_DAY};
    features_compute(&trained->plan, &source, people, PEOPLE, 1, value);
    CHECK_OK(trained_probabilities(trained, value, PEOPLE, out, &why), why);
}

static void check_same_answers(struct product *product, const struct trained *kept, const struct trained *read)
{
    double before[PEOPLE], after[PEOPLE];
    ask(product, kept, before);
    ask(product, read, after);
    CHECK_TRUE(are_same_bytes(before, after, sizeof before));
    CHECK_TRUE(before[0] > 0 && before[0] < 1);
}

/* ---- There and back. ---- */

TEST(a_model_of_either_kind_gives_the_same_probabilities_to_the_bit_when_it_is_read_back)
{
    for (int with_trees = 0; with_trees < 2; with_trees++) {
        struct product *product = buyers_world(with_trees ? &crossed : &strong, 3);
        struct trained trained = train_on(product, !with_trees, 1), read;
        struct err_info why = {0};
        AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
        write_image(&trained, product, &bytes);
        CHECK_OK(
            model_image_read(buf_str(&bytes), product->catalog, product->set.scores[0], product->arena, &read, &why),
            why);
        CHECK_INT(read.kind, with_trees ? MODEL_TREES : MODEL_LOGISTIC);
        check_same_answers(product, &trained, &read);
        trained_release(&trained);
        trained_release(&read);
        product_free(product);
    }
}

TEST(outcome_span_seed_and_figures_are_kept_with_the_model)
{
    struct product *product = buyers_world(&strong, 4);
    struct trained trained = train_on(product, true, 1), read;
    struct err_info why = {0};
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    write_image(&trained, product, &bytes);
    CHECK_OK(model_image_read(buf_str(&bytes), product->catalog, product->set.scores[0], product->arena, &read, &why),
             why);
    CHECK_STR(read.outcome, STR("customer"));
    CHECK_INT(read.horizon_ms, 60 * MS_PER_DAY);
    CHECK_INT(read.ends_ms, instant_of(BEGIN) + DAYS * MS_PER_DAY);
    CHECK_TRUE(read.begins_ms >= instant_of(BEGIN) && read.begins_ms < read.test_begins_ms);
    CHECK_INT((int64_t)read.seed, 1);
    CHECK_STR(str_from_c(read.sentence), str_from_c(trained.sentence));
    CHECK_TRUE(are_same_bytes(&read.quality, &trained.quality, sizeof read.quality));
    CHECK_TRUE(are_same_bytes(read.intervals, trained.intervals, sizeof read.intervals));
    CHECK_TRUE(are_same_bytes(read.against_base_rate, trained.against_base_rate, sizeof read.intervals));
    CHECK_TRUE(are_same_bytes(read.sides, trained.sides, sizeof read.sides));
    for (uint32_t f = 0; f < trained.plan.count; f++)
        CHECK_STR(read.plan.features[f].name, trained.plan.features[f].name);
    product_free(product);
}

TEST(the_same_training_gives_the_same_bytes_whatever_the_number_of_threads)
{
    struct product *product = buyers_world(&crossed, 3);
    struct trained one = train_on(product, false, 1), other = train_on(product, false, 3);
    AUTO_BUF first = BUF_INIT(MODEL_BYTES_MAX);
    AUTO_BUF second = BUF_INIT(MODEL_BYTES_MAX);
    write_image(&one, product, &first);
    write_image(&other, product, &second);
    CHECK_TRUE(first.len > 1000 && str_equal(buf_str(&first), buf_str(&second)));
    trained_release(&one);
    trained_release(&other);
    product_free(product);
}

/* ---- What is refused. ---- */

TEST(a_model_that_was_cut_or_changed_anywhere_is_refused)
{
    struct product *product = buyers_world(&strong, 5);
    struct trained trained = train_on(product, true, 1);
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    write_image(&trained, product, &bytes);
    check_refused(product, STR(""), ERR_INVALID, "these bytes are not a model");
    check_refused(product, (struct str){bytes.at, 17}, ERR_INVALID, "it ends too early");
    for (size_t cut = 22; cut < bytes.len; cut += bytes.len / 50)
        check_refused(product, (struct str){bytes.at, cut}, ERR_INVALID, "this model is damaged");
    for (size_t at = 14; at < bytes.len; at += bytes.len / 200) {
        bytes.at[at] ^= 0x10;
        check_refused(product, buf_str(&bytes), ERR_INVALID, "this model is damaged");
        bytes.at[at] ^= 0x10;
    }
    bytes.at[12] = '2';
    check_refused(product, buf_str(&bytes), ERR_INVALID, "this model was written by another version of Plumb");
    product_free(product);
}

TEST(a_model_is_refused_where_what_it_asks_for_is_not)
{
    struct product *product = buyers_world(&strong, 6);
    struct trained trained = train_on(product, true, 1), read;
    struct err_info why = {0};
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    write_image(&trained, product, &bytes);
    struct product *bare = product_new("contact: {branch: string}", other_score);
    check_refused(bare, buf_str(&bytes), ERR_NOT_FOUND, "the model learnt from the rule Web / Pricing");
    CHECK_INT(model_image_read(buf_str(&bytes), bare->catalog, product->set.scores[0], bare->arena, &read, &why),
              ERR_NOT_FOUND);
    CHECK_CONTAINS(str_from_c(why.msg), STR("the model asks for the property region of contacts, which is not here"));
    struct product *other = product_new("contact: {region: number, branch: string, noise: number}", other_score);
    CHECK_INT(model_image_read(buf_str(&bytes), other->catalog, product->set.scores[0], other->arena, &read, NULL),
              ERR_CONFLICT);
    product_free(bare);
    product_free(other);
    product_free(product);
}

TEST(a_buffer_that_is_too_small_is_told)
{
    struct product *product = buyers_world(&strong, 7);
    struct trained trained = train_on(product, true, 1);
    struct err_info why = {0};
    AUTO_BUF bytes = BUF_INIT(1000);
    CHECK_INT(model_image_write(&trained, product->catalog, &bytes, &why), ERR_TOO_BIG);
    CHECK_CONTAINS(str_from_c(why.msg), STR("a model is over 1000 bytes"));
    product_free(product);
}

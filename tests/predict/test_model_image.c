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
    CHECK_INT(model_image_read(bytes, product->catalog, &product->set, 0, product->arena, &trained, &why), expected);
    CHECK_CONTAINS(str_from_c(why.msg), str_from_c(sentence));
    CHECK_TRUE(trained.learned.boost == NULL);
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
    features_compute(&trained->plan, &source, people, PEOPLE, 1, NULL, value);
    CHECK_OK(learned_probabilities(&trained->learned, value, PEOPLE, out, &why), why);
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
        CHECK_OK(model_image_read(buf_str(&bytes), product->catalog, &product->set, 0, product->arena, &read, &why),
                 why);
        CHECK_INT(read.learned.kind, with_trees ? MODEL_TREES : MODEL_LOGISTIC);
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
    CHECK_OK(model_image_read(buf_str(&bytes), product->catalog, &product->set, 0, product->arena, &read, &why), why);
    CHECK_STR(read.outcome, STR("customer"));
    CHECK_INT(read.horizon_ms, 60 * MS_PER_DAY);
    CHECK_INT(read.ends_ms, instant_of(BEGIN) + DAYS * MS_PER_DAY);
    CHECK_TRUE(read.begins_ms >= instant_of(BEGIN) && read.begins_ms < read.test_begins_ms);
    CHECK_INT((int64_t)read.seed, 1);
    CHECK_STR(str_from_c(read.learned.sentence), str_from_c(trained.learned.sentence));
    CHECK_TRUE(are_same_bytes(&read.learned.quality, &trained.learned.quality, sizeof read.learned.quality));
    CHECK_TRUE(are_same_bytes(read.learned.intervals, trained.learned.intervals, sizeof read.learned.intervals));
    CHECK_TRUE(are_same_bytes(read.learned.against_base_rate, trained.learned.against_base_rate,
                              sizeof read.learned.intervals));
    CHECK_TRUE(are_same_bytes(read.learned.sides, trained.learned.sides, sizeof read.learned.sides));
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

TEST(the_leaks_that_were_found_are_kept_with_the_model)
{
    static const struct law leaky = {.people = 1500, .interest = 3.5, .fit = 2.5, .a_day = -9, .stamped = true};
    struct product *product = buyers_world(&leaky, 4);
    struct trained trained = train_on(product, true, 1), read;
    struct err_info why = {0};
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    write_image(&trained, product, &bytes);
    CHECK_OK(model_image_read(buf_str(&bytes), product->catalog, &product->set, 0, product->arena, &read, &why), why);
    CHECK_TRUE(trained.leaks.count >= 1);
    CHECK_INT(read.leaks.count, trained.leaks.count);
    for (uint32_t i = 0; i < read.leaks.count; i++) {
        CHECK_INT(read.leaks.at[i].kind, trained.leaks.at[i].kind);
        CHECK_STR(read.leaks.at[i].subject, trained.leaks.at[i].subject);
        CHECK_STR(read.leaks.at[i].sentence, trained.leaks.at[i].sentence);
    }
    product_free(product);
}

TEST(the_depth_of_its_trees_is_kept_with_the_model)
{
    struct product *product = buyers_world(&crossed, 3);
    struct trained trained = train_on(product, false, 1), read;
    struct err_info why = {0};
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    write_image(&trained, product, &bytes);
    CHECK_OK(model_image_read(buf_str(&bytes), product->catalog, &product->set, 0, product->arena, &read, &why), why);
    CHECK_INT(read.learned.kind, MODEL_TREES);
    CHECK_TRUE(read.learned.depth >= 3 && read.learned.depth == trained.learned.depth);
    trained_release(&trained);
    trained_release(&read);
    product_free(product);
}

TEST(what_a_page_tells_of_the_test_is_kept_with_the_model)
{
    struct product *product = buyers_world(&strong, 4);
    struct report_property by = {catalog_find(product->catalog, ENTITY_CONTACT, STR("branch")), false};
    struct training_options options = buyers_options(true, 1);
    struct trained read;
    struct err_info why = {0};
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    options.by = &by;
    options.by_count = 1;
    struct trained trained = buyers_train(product, options);
    write_image(&trained, product, &bytes);
    CHECK_OK(model_image_read(buf_str(&bytes), product->catalog, &product->set, 0, product->arena, &read, &why), why);
    CHECK_INT(read.report.threshold_count, trained.report.threshold_count);
    CHECK_TRUE(are_same_bytes(read.report.thresholds, trained.report.thresholds,
                              read.report.threshold_count * sizeof *read.report.thresholds));
    CHECK_INT(read.report.segment_count, trained.report.segment_count);
    for (uint32_t s = 0; s < read.report.segment_count; s++) {
        CHECK_STR(read.report.segments[s].value, trained.report.segments[s].value);
        CHECK_DOUBLE(read.report.segments[s].forecast, trained.report.segments[s].forecast);
    }
    CHECK_TRUE(read.report.manual.there);
    CHECK_DOUBLE(read.report.manual.apart[FIGURE_BRIER].low, trained.report.manual.apart[FIGURE_BRIER].low);
    product_free(product);
}

/* ---- Rules that were edited since. ---- */

static bool are_rules_changed(struct product *product, struct str image, const char *definitions)
{
    struct definitions edited;
    struct trained read;
    struct err_info why = {0};
    AUTO_BUF wrong = BUF_INIT(4096);
    bool good = product_read_definitions(product, str_from_c(definitions), &edited, &wrong);
    CHECK_STR(buf_str(&wrong), STR(""));
    CHECK_TRUE(good);
    CHECK_OK(model_image_read(image, product->catalog, &edited, 0, product->arena, &read, &why), why);
    return read.rules_changed;
}

#define PRICING(points, more)                                                                          \
    "score: s\nobject: contact\n" more "groups:\n  - name: Web\n    category: engagement\n"            \
    "    decay: {half_life: 30d}\n    rules:\n      - {name: Pricing, event: pricing, points: " points \
    ", within: 90d}\n"

TEST(a_model_whose_rules_give_other_points_since_says_so)
{
    struct product *product = buyers_world(&strong, 6);
    struct trained trained = train_on(product, true, 1);
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    write_image(&trained, product, &bytes);
    CHECK_FALSE(are_rules_changed(product, buf_str(&bytes), PRICING("3", "")));
    CHECK_FALSE(
        are_rules_changed(product, buf_str(&bytes), PRICING("3", "title: Leads\nbands: [{label: hot, from: 9}]\n")));
    CHECK_TRUE(are_rules_changed(product, buf_str(&bytes), PRICING("5", "")));
    CHECK_TRUE(are_rules_changed(product, buf_str(&bytes), PRICING("3, per_day: 1", "")));
    CHECK_TRUE(are_rules_changed(product, buf_str(&bytes), PRICING("3, at_most: 2", "")));
    CHECK_TRUE(are_rules_changed(product, buf_str(&bytes), PRICING("3", "max: 50\n")));
    product_free(product);
}

/* ---- For files that are read only now. ---- */

TEST(properties_that_a_model_asks_for_are_declared_as_what_it_learnt_them_as)
{
    struct product *product = buyers_world(&strong, 6);
    struct trained trained = train_on(product, true, 1);
    struct err_info why = {0};
    AUTO_BUF bytes = BUF_INIT(MODEL_BYTES_MAX);
    write_image(&trained, product, &bytes);
    struct catalog *fresh = catalog_new();
    struct model_needs needs;
    CHECK_OK(model_image_declare(buf_str(&bytes), fresh, product->arena, &needs, &why), why);
    CHECK_STR(needs.outcome, STR("customer"));
    CHECK_TRUE(needs.rules && needs.object == ENTITY_CONTACT);
    uint32_t noise = catalog_find(fresh, ENTITY_CONTACT, STR("noise"));
    CHECK_TRUE(noise != INTERN_NONE);
    CHECK_INT(catalog_door_type(fresh, noise), TYPE_NUMBER);
    CHECK_INT(catalog_door_type(fresh, catalog_find(fresh, ENTITY_CONTACT, STR("region"))), TYPE_STRING);
    catalog_free(fresh);
    struct product *other = product_new("contact: {region: number}", other_score);
    CHECK_INT(model_image_declare(buf_str(&bytes), other->catalog, product->arena, &needs, &why), ERR_CONFLICT);
    product_free(other);
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
    CHECK_INT(model_image_read(buf_str(&bytes), bare->catalog, &product->set, 0, bare->arena, &read, &why),
              ERR_NOT_FOUND);
    CHECK_CONTAINS(str_from_c(why.msg), STR("the model asks for the property region of contacts, which is not here"));
    struct product *other = product_new("contact: {region: number, branch: string, noise: number}", other_score);
    CHECK_INT(model_image_read(buf_str(&bytes), other->catalog, &product->set, 0, other->arena, &read, NULL),
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

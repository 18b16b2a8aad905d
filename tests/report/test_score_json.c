/* test_score_json.c — a result as programs read it. */
// SPDX-License-Identifier: Apache-2.0
#include "report/score_json.h"

#include "../score_helper.h"
#include "harness.h"

static const char definition[] =
    "score: lead\n"
    "bands: [{label: MQL, from: 45, until: 40}]\n"
    "grades: {fit: [{label: A, from: 10}, {label: B}], engagement: [{label: \"1\", from: 10}, "
    "{label: \"2\"}]}\n"
    "groups: [{name: g, category: fit, rules: [{name: r, when: {property: p, is: x}, "
    "points: 1}]}]\n";

static struct str told(struct arena *arena, const struct score *score, struct result result, uint32_t previous)
{
    AUTO_BUF out = BUF_INIT(4096);
    result_settle(&result, score, previous);
    score_json(score_shape_new(arena, score), STR("ada \"l\""), &result, NULL, &out);
    return arena_str(arena, buf_str(&out));
}

TEST(a_known_score_tells_points_micro_points_parts_band_and_grade)
{
    struct product *product = product_new("", definition);
    struct result result = {.known = true, .total = 45000001, .fit = 9999999, .engagement = 35000002};
    CHECK_STR(told(product->arena, product->set.scores[0], result, BAND_NONE),
              STR("{\"id\":\"ada \\\"l\\\"\",\"score\":\"lead\",\"value\":45,\"micro\":45000001,\"fit_micro\":9999999,"
                  "\"engagement_micro\":35000002,\"band\":\"MQL\",\"grade\":\"B1\"}"));
    product_free(product);
}

TEST(an_unknown_score_is_null_from_value_on)
{
    struct product *product = product_new("", definition);
    CHECK_STR(told(product->arena, product->set.scores[0], (struct result){0}, 0),
              STR("{\"id\":\"ada \\\"l\\\"\",\"score\":\"lead\",\"value\":null,\"micro\":null,\"fit_micro\":null,"
                  "\"engagement_micro\":null,\"band\":null,\"grade\":null}"));
    product_free(product);
}

TEST(a_band_is_left_only_below_its_until)
{
    struct product *product = product_new("", definition);
    struct result result = {.known = true, .total = 41000000};
    CHECK_CONTAINS(told(product->arena, product->set.scores[0], result, BAND_NONE), STR("\"band\":null"));
    CHECK_CONTAINS(told(product->arena, product->set.scores[0], result, 0), STR("\"band\":\"MQL\""));
    product_free(product);
}

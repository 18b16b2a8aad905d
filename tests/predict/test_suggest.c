/* test_suggest.c — points that history suggests: what matters gets them, what does nothing gets none. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/suggest.h"

#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "buyers.h"
#include "harness.h"

static const struct law law = {.people = 6000, .interest = 4, .fit = 2, .a_day = -9};

/* What matters has few points, and what does not has many. */
static const char wrong[] = "score: s\nobject: contact\ngroups:\n"
                            "  - name: Fit\n    category: fit\n    rules:\n"
                            "      - name: Branch\n        property: branch\n"
                            "        values: [{is: it, points: 1}, {is: steel, points: 8}]\n"
                            "      - {name: North, when: {property: region, is: north}, points: 13}\n"
                            "      - {name: Rare, when: {property: region, is: west}, points: 5}\n"
                            "  - name: Web\n    category: engagement\n    decay: {half_life: 365d}\n    rules:\n"
                            "      - {name: Pricing, event: pricing, points: 1, max: 20}\n"
                            "      - {name: Blog, event: blog, points: 2}\n"
                            "---\nsegment: customer\nobject: contact\nwhen: {event: bought}\n";

struct asked {
    struct product *product;
    struct definitions set;
    struct lifetime *lives;
    struct feature_source source;
    struct suggest_options how;
};

static struct asked ask(const struct law *of, const char *definitions, uint64_t seed, unsigned threads)
{
    struct asked a = {.product = buyers_world(of, seed)};
    AUTO_BUF why = BUF_INIT(4096);
    struct training_options options = buyers_options(true, threads);
    if (!product_read_definitions(a.product, str_from_c(definitions), &a.set, &why))
        FAIL(STR_FMT, STR_ARG(buf_str(&why)));
    a.lives = ARENA_ARRAY(a.product->arena, struct lifetime, history_records(a.product->history, ENTITY_CONTACT));
    a.source = (struct feature_source){.history = a.product->history, .object = ENTITY_CONTACT};
    a.how = (struct suggest_options){
        .examples = options.examples, .split = SPLIT_DEFAULT, .seed = 1, .threads = threads, .draws = 60};
    a.how.examples.horizon_ms = a.how.examples.spacing_ms = 20 * MS_PER_DAY;
    a.how.split.horizon_ms = a.how.examples.horizon_ms;
    outcome_find(a.product->scan, &a.product->set, a.product->history, 0, 1, NULL, a.lives);
    return a;
}

static struct suggestion suggest(struct asked *a)
{
    struct suggestion suggestion;
    struct err_info why = {0};
    a->source.set = &a->set;
    CHECK_OK(suggest_points(&a->source, a->lives, &a->how, a->product->arena, &suggestion, &why), why);
    return suggestion;
}

static const struct suggested_points *of_rule(const struct suggestion *suggestion, const char *rule, uint32_t index)
{
    for (uint32_t i = 0; i < suggestion->count; i++) {
        struct points_place place = suggestion->points[i].place;
        const struct rule *at = &suggestion->score->groups[place.group].rules[place.rule];
        if (str_equal(at->name, str_from_c(rule)) && place.index == index) return &suggestion->points[i];
    }
    FAIL("there is no rule '%s'", rule);
}

/* ---- The scale. ---- */

TEST(points_are_the_nearest_of_the_scale_with_their_sign)
{
    static const struct {
        double points;
        int32_t nearest;
    } rows[] = {{0, 0},   {0.4, 0},   {-0.5, 0}, {0.6, 1},   {1.5, 1},   {4, 3},     {4.1, 5},
                {-6, -5}, {-11, -13}, {17, 13},  {71.9, 55}, {72.1, 89}, {5000, 89}, {-1e300, -89}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) CHECK_INT(fibonacci_points(rows[i].points), rows[i].nearest);
}

/* ---- Units. ---- */

TEST(units_tell_how_much_of_each_number_a_record_had_whatever_the_number)
{
    static const char definitions[] =
        "score: s\nobject: contact\nfor: {property: plan, known: true}\ngroups:\n"
        "  - name: Fit\n    category: fit\n    rules:\n"
        "      - name: Size\n        property: size\n"
        "        values: [{gt: 100, points: 0}, {gt: 10, points: -4}]\n        otherwise: 7\n        unknown: 0\n"
        "      - {name: Off, enabled: false, when: {property: plan, is: big}, points: 9}\n"
        "      - {name: Big, when: {property: plan, is: big}, points: 3, otherwise: -1}\n"
        "  - name: Web\n    category: engagement\n    decay: {half_life: 10d}\n    rules:\n"
        "      - {name: Visit, event: visit, points: 5, max: 8}\n"
        "      - {name: Call, event: call, points: 0}\n"
        "      - {name: Many, event: any, ranges: [{from: 1, to: 2, points: 0}, {from: 3, points: 2}]}\n";
    struct product *p = product_new("contact: {plan: string, size: number}", definitions);
    product_facts(p, "contact ann plan=big size=500\ncontact bea plan=small size=20\ncontact cid plan=small\n"
                     "contact dan size=5\n"
                     "event ann visit 2026-01-01T00:00:00Z\nevent ann call 2026-01-01T00:00:00Z\n"
                     "event bea visit 2026-01-11T00:00:00Z\nevent bea visit 2026-01-11T00:00:00Z id=b\n"
                     "event bea call 2026-01-11T00:00:00Z\nevent bea call 2026-01-12T00:00:00Z\n");
    product_finish(p);
    struct rule_units units;
    struct training_example examples[4] = {{0}};
    float value[4][16];
    uint8_t in_scope[4];
    struct feature_source source = {.history = p->history, .object = ENTITY_CONTACT, .set = &p->set};
    rule_units_find(p->set.scores[0], p->arena, &units);
    CHECK_INT(units.columns, 10);
    for (uint32_t r = 0; r < 4; r++)
        examples[r] = (struct training_example){.record = r, .at_ms = instant_of("2026-01-11T00:00:00Z")};
    float *all = ARENA_ARRAY(p->arena, float, (size_t)4 * units.columns);
    rule_units_compute(&units, &source, NULL, examples, 4, 1, NULL, all, in_scope);
    for (uint32_t r = 0; r < 4; r++) memcpy(value[r], all + (size_t)r * units.columns, units.columns * sizeof *all);
    static const float wanted[3][10] = {
        /* >100, >10, otherwise, unknown, big, not big, visits (at most 1.6), calls, 1 to 2, 3 or more */
        {1, 0, 0, 0, 1, 0, 0.5f, 0.5f, 1, 0},
        {0, 1, 0, 0, 0, 1, 1.6f, 1, 0, 1}, /* the second call is later */
        {0, 0, 0, 1, 0, 1, 0, 0, 0, 0},
    };
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 10; c++) CHECK_NEAR((double)value[r][c], (double)wanted[r][c], 1e-6);
    CHECK_INT(in_scope[0] + in_scope[1] + in_scope[2], 3);
    CHECK_INT(in_scope[3], 0);
    product_free(p);
}

/* ---- Suggestions. ---- */

TEST(what_matters_gets_points_what_does_nothing_gets_none_and_the_draft_is_better)
{
    struct asked a = ask(&law, wrong, harness_seed(), 1);
    struct suggestion suggestion = suggest(&a);
    struct suggestion_test test;
    struct err_info why = {0};
    CHECK_TRUE(of_rule(&suggestion, "Branch", 0)->then > of_rule(&suggestion, "Branch", 1)->then);
    CHECK_TRUE(of_rule(&suggestion, "Branch", 0)->then >= 5);
    CHECK_INT(of_rule(&suggestion, "Branch", 0)->said, SAID_SOMETHING);
    CHECK_INT(of_rule(&suggestion, "North", 0)->said, SAID_NOTHING);
    CHECK_INT(of_rule(&suggestion, "North", 0)->then, 0);
    CHECK_INT(of_rule(&suggestion, "Rare", 0)->said, SAID_TOO_RARELY);
    CHECK_INT(of_rule(&suggestion, "Rare", 0)->then, 5);
    CHECK_TRUE(of_rule(&suggestion, "Pricing", 0)->then > 0);
    CHECK_OK(suggest_test(&a.source, &suggestion.set, 0, a.lives, &a.how, suggestion.test_begins_ms, &test, &why), why);
    CHECK_TRUE(test.apart[FIGURE_ROC_AUC].low > 0);
    CHECK_NEAR(test.apart[FIGURE_ROC_AUC].value, test.then[FIGURE_ROC_AUC].value - test.now[FIGURE_ROC_AUC].value,
               1e-12);
    product_free(a.product);
}

TEST(a_rules_limit_moves_with_its_points_so_that_it_counts_as_often)
{
    static const char eager[] = "score: s\nobject: contact\ngroups:\n"
                                "  - name: Web\n    category: engagement\n    decay: {half_life: 7d}\n    rules:\n"
                                "      - {name: Pricing, event: pricing, points: 2, max: 10}\n"
                                "      - {name: Blog, event: blog, points: 21, max: 21}\n";
    struct asked a = ask(&law, eager, harness_seed(), 1);
    struct suggestion suggestion = suggest(&a);
    const struct suggested_points *pricing = of_rule(&suggestion, "Pricing", 0);
    CHECK_TRUE(pricing->then > pricing->now);
    CHECK_INT(pricing->limit_now, 10);
    CHECK_INT(pricing->limit_then, 5 * pricing->then);
    CHECK_INT(suggestion.score->groups[0].rules[0].clamp.max, 5 * pricing->then);
    CHECK_INT(a.set.scores[0]->groups[0].rules[0].clamp.max, 10); /* the asked one is as it was */
    product_free(a.product);
}

TEST(a_half_life_that_foresees_better_beyond_doubt_is_in_the_draft)
{
    struct law many = law;
    many.people = 20000;
    struct asked a = ask(&many, wrong, harness_seed(), 2);
    struct suggestion suggestion = suggest(&a);
    CHECK_INT(suggestion.half_life_count, 1);
    CHECK_TRUE(suggestion.half_lives[0].sure);
    CHECK_TRUE(suggestion.half_lives[0].days >= 7 && suggestion.half_lives[0].days <= 60);
    CHECK_INT(suggestion.score->groups[1].rules[0].decay.period, suggestion.half_lives[0].days);
    CHECK_INT(a.set.scores[0]->groups[1].rules[0].decay.period, 365); /* the asked one is as it was */
    product_free(a.product);
}

TEST(points_that_are_right_stay)
{
    static const char right[] = "score: s\nobject: contact\ngroups:\n"
                                "  - name: Fit\n    category: fit\n    rules:\n"
                                "      - {name: IT, when: {property: branch, is: it}, points: 13}\n"
                                "      - {name: North, when: {property: region, is: north}, points: 0}\n";
    struct asked a = ask(&law, right, harness_seed(), 1);
    struct suggestion suggestion = suggest(&a);
    CHECK_INT(of_rule(&suggestion, "IT", 0)->then, 13);
    CHECK_INT(of_rule(&suggestion, "North", 0)->then, 0);
    product_free(a.product);
}

TEST(where_no_rule_tells_anything_the_points_stay_as_they_are)
{
    static const struct law luck = {.people = 3000, .a_day = -7};
    static const char idle[] = "score: s\nobject: contact\ngroups:\n"
                               "  - name: Fit\n    category: fit\n    rules:\n"
                               "      - {name: North, when: {property: region, is: north}, points: 13}\n";
    struct asked a = ask(&luck, idle, 2, 1);
    struct suggestion suggestion = suggest(&a);
    CHECK_INT(suggestion.said, 0);
    CHECK_INT(of_rule(&suggestion, "North", 0)->then, 13);
    product_free(a.product);
}

TEST(the_number_of_threads_changes_no_suggestion)
{
    struct asked a = ask(&law, wrong, 5, 1), b = ask(&law, wrong, 5, 3);
    struct suggestion one = suggest(&a), three = suggest(&b);
    CHECK_INT(one.count, three.count);
    for (uint32_t i = 0; i < one.count; i++) {
        CHECK_INT(one.points[i].then, three.points[i].then);
        CHECK_DOUBLE(one.points[i].weighed, three.points[i].weighed);
        CHECK_DOUBLE(one.points[i].log_odds.value, three.points[i].log_odds.value);
        CHECK_DOUBLE(one.points[i].log_odds.low, three.points[i].log_odds.low);
        CHECK_DOUBLE(one.points[i].log_odds.high, three.points[i].log_odds.high);
    }
    product_free(a.product);
    product_free(b.product);
}

TEST(too_few_customers_are_told_with_how_many_there_are)
{
    struct law few = law;
    few.people = 60;
    struct asked a = ask(&few, wrong, 1, 1);
    struct suggestion suggestion;
    struct err_info why = {0};
    a.source.set = &a.set;
    CHECK_INT(suggest_points(&a.source, a.lives, &a.how, a.product->arena, &suggestion, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("examples with the outcome within 20 days to learn points from"));
    product_free(a.product);
}

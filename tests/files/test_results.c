/* test_results.c — in which order, and how many. */
// SPDX-License-Identifier: Apache-2.0
#include "files/results.h"

#include <stdlib.h>

#include "files/score_lines.h"
#include "harness.h"
#include "score_helper.h"

#define POINTS_OF_P                                         \
    "score: s\nobject: contact\nno_match: unknown\n"        \
    "groups:\n  - name: g\n    category: fit\n    rules:\n" \
    "      - {name: a, property: p, values: [{is: 1, points: 1}, {is: 2, points: 2}, {is: 3, points: 3}]}\n"

/* Contacts c000, c001, ... with a value from 0 (no value: unknown) to 3. */
static struct product *random_world(unsigned count, unsigned *dice)
{
    struct product *product = product_new("contact: {p: number}", POINTS_OF_P);
    for (unsigned i = 0; i < count; i++) {
        char line[64];
        int value = rand_r(dice) % 4;
        if (value > 0) snprintf(line, sizeof line, "contact c%03u p=%d\n", i, value);
        else snprintf(line, sizeof line, "contact c%03u\n", i);
        product_facts(product, line);
    }
    product_finish(product);
    scan_run(product->scan, &(struct scan_options){.as_of_ms = 0, .threads = 1});
    return product;
}

static struct results results_over(const struct product *product)
{
    return (struct results){.set = &product->set, .history = product->history, .scan = product->scan};
}

/* What one of the two writes at the end of January 2026. */
static struct str lines_of(struct product *product, uint64_t (*write)(const struct results *results, FILE *to),
                           bool explain, unsigned threads)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    CHECK_TRUE(to != NULL);
    struct results results = results_over(product);
    results.as_of_ms = instant_of("2026-01-31T00:00:00Z");
    results.explain = explain;
    results.threads = threads;
    scan_run(product->scan, &(struct scan_options){.as_of_ms = results.as_of_ms, .threads = 1});
    uint64_t lines = write(&results, to);
    CHECK_INT(fclose(to), 0);
    CHECK_INT(lines, history_records(product->history, ENTITY_CONTACT));
    struct str copy = arena_str(product->arena, (struct str){text, length});
    free(text);
    return copy;
}

TEST(by_id_all_listed_records_come_in_byte_order)
{
    struct product *product = product_new("contact: {p: number}", POINTS_OF_P);
    product_facts(product, "contact b p=1\ncontact a p=3\ncontact B\n");
    product_finish(product);
    scan_run(product->scan, &(struct scan_options){.as_of_ms = 0, .threads = 1});
    struct results results = results_over(product);
    uint64_t count;
    const uint32_t *records = results_ranked(&results, 0, RANKING_BY_ID, 0, product->arena, &count);
    CHECK_INT(count, 3);
    CHECK_STR(history_record_id(product->history, ENTITY_CONTACT, records[0]), STR("B"));
    CHECK_STR(history_record_id(product->history, ENTITY_CONTACT, records[2]), STR("b"));
    product_free(product);
}

TEST(the_highest_first_then_by_id_and_unknown_ones_last)
{
    unsigned dice = (unsigned)harness_seed();
    for (unsigned round = 0; round < 20; round++) {
        struct product *product = random_world(1 + (unsigned)rand_r(&dice) % 60, &dice);
        struct results results = results_over(product);
        uint64_t count;
        const uint32_t *records = results_ranked(&results, 0, RANKING_HIGHEST_FIRST, 0, product->arena, &count);
        CHECK_INT(count, history_records(product->history, ENTITY_CONTACT));
        for (uint64_t i = 1; i < count; i++) {
            struct result a = result_of(&results, 0, records[i - 1]), b = result_of(&results, 0, records[i]);
            CHECK_TRUE(a.known || !b.known);
            CHECK_TRUE(a.known != b.known || a.total >= b.total);
            CHECK_TRUE(a.known != b.known || a.total != b.total || a.record < b.record);
        }
        product_free(product);
    }
}

TEST(the_first_few_are_the_beginning_of_the_whole_order_without_unknown_ones)
{
    unsigned dice = (unsigned)harness_seed();
    for (unsigned round = 0; round < 20; round++) {
        struct product *product = random_world(50, &dice);
        struct results results = results_over(product);
        uint64_t all, few, most = 1 + (uint64_t)rand_r(&dice) % 60;
        const uint32_t *whole = results_ranked(&results, 0, RANKING_HIGHEST_FIRST, 0, product->arena, &all);
        const uint32_t *begin = results_ranked(&results, 0, RANKING_HIGHEST_FIRST, most, product->arena, &few);
        uint64_t known = 0;
        while (known < all && result_of(&results, 0, whole[known]).known) known++;
        CHECK_INT(few, most < known ? most : known);
        for (uint64_t i = 0; i < few; i++) CHECK_INT(begin[i], whole[i]);
        product_free(product);
    }
}

TEST(a_record_that_is_only_mentioned_is_not_shown)
{
    struct product *product = product_new(
        "", "score: s\nobject: company\ngroups: [{name: g, category: fit, rules: [{name: a, when: {property: "
            "x, is: y}, points: 1}]}]\n");
    product_facts(product, "contact ada\nada in ghost\ncompany acme x=y\n");
    product_finish(product);
    CHECK_STR(lines_of(product, score_lines_csv, false, 1),
              STR("id,score,value,micro,fit_micro,engagement_micro,band,grade\nacme,s,1,1000000,1000000,0,,\n"));
    product_free(product);
}

TEST(any_number_of_threads_writes_the_same_lines)
{
    unsigned dice = (unsigned)harness_seed();
    struct product *product = product_new("contact: {p: number}", POINTS_OF_P);
    for (unsigned i = 0; i < 10000; i++) {
        char line[64];
        snprintf(line, sizeof line, "contact c%u p=%d\n", i, 1 + rand_r(&dice) % 4);
        product_facts(product, line);
    }
    product_finish(product);
    struct str one = lines_of(product, score_lines_jsonl, true, 1);
    CHECK_STR(lines_of(product, score_lines_jsonl, true, 2), one);
    CHECK_STR(lines_of(product, score_lines_jsonl, true, 7), one);
    product_free(product);
}

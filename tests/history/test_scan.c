/* test_scan.c — everybody's scores, the same by every way. */
// SPDX-License-Identifier: Apache-2.0
#include "harness.h"
#include "../score_helper.h"

#define AS_OF "2026-01-05T10:00:00Z"

static const char definition[] = "score: s\n"
                                 "groups:\n"
                                 "  - name: Web\n"
                                 "    category: engagement\n"
                                 "    decay: {half_life: 30d}\n"
                                 "    rules:\n"
                                 "      - {name: Page, event: page_viewed, points: 3}\n"
                                 "      - {name: Demo, event: demo_asked, points: 20, count: once}\n";

/* Contacts c0..c<count-1>, each with as many page views, a day apart, as its number says. */
static struct product *world(uint32_t count)
{
    struct product *product = product_new("", definition);
    AUTO_BUF facts = BUF_INIT((size_t)1 << 22);
    for (uint32_t c = 0; c < count; c++) {
        buf_format(&facts, "contact c%u\n", c);
        for (uint32_t e = 0; e < c; e++)
            buf_format(&facts, "event c%u page_viewed 2025-%02u-%02uT09:00:00Z\n", c, 1 + e / 28 % 12, 1 + e % 28);
        if (c % 3 == 0) buf_format(&facts, "event c%u demo_asked 2025-12-31T09:00:00Z\n", c);
    }
    buf_append_char(&facts, '\0');
    product_facts(product, facts.at);
    product_finish(product);
    return product;
}

TEST(everybody_at_once_and_each_alone_get_the_same_micro_points)
{
    struct product *product = world(150);
    for (unsigned threads = 1; threads <= 3; threads++) {
        for (uint32_t c = 0; c < 150; c += 7) {
            AUTO_ARENA arena = arena_new();
            const char *id = arena_format(arena, "c%u", c).at;
            CHECK_INT(product_scan(product, "s", id, AS_OF, threads), product_explain(product, "s", id, AS_OF).total);
        }
    }
    product_free(product);
}

TEST(events_later_than_as_of_are_not_seen_wherever_as_of_falls)
{
    struct product *product = world(40);
    static const char *const instants[] = {"2024-12-31T00:00:00Z", "2025-01-01T08:59:59.999Z", "2025-01-01T09:00:00Z",
                                           "2025-01-20T09:00:00Z", "2025-12-31T09:00:00Z",     AS_OF};
    for (size_t i = 0; i < COUNT_OF(instants); i++)
        CHECK_INT(product_scan(product, "s", "c39", instants[i], 2),
                  product_explain(product, "s", "c39", instants[i]).total);
    CHECK_INT(product_scan(product, "s", "c39", instants[1], 1), 0);
    CHECK_INT(product_scan(product, "s", "c39", instants[2], 1), 3000000);
    product_free(product);
}

TEST(kept_signals_are_dropped_when_as_of_moves)
{
    struct product *product = world(30);
    struct scan_options options = {.as_of_ms = instant_of(AS_OF), .threads = 1, .keep_signals = true};
    scan_run(product->scan, &options);
    CHECK_TRUE(scan_events_read(product->scan) > 0);
    scan_run(product->scan, &options);
    CHECK_INT(scan_events_read(product->scan), 0);
    options.as_of_ms += INT64_C(86400000);
    scan_run(product->scan, &options);
    CHECK_TRUE(scan_events_read(product->scan) > 0);
    product_free(product);
}

/* Bug found: with more than 1,024 different scores named in adjustments, `score` is kept
 * beside the events instead of in their classes, and no adjustment was seen. */
TEST(adjustments_count_however_many_scores_are_named_in_them)
{
    struct product *product = product_new("", definition);
    AUTO_BUF facts = BUF_INIT((size_t)1 << 22);
    buf_append_c(&facts, "contact ada\n");
    for (int i = 0; i < 1500; i++)
        buf_format(&facts, "event ada plumb.score_adjusted 2026-01-01T00:00:00Z score=other%d points=1\n", i);
    buf_append_c(&facts, "event ada plumb.score_adjusted 2026-01-02T00:00:00Z score=s points=7\n");
    buf_append_char(&facts, '\0');
    product_facts(product, facts.at);
    product_finish(product);
    CHECK_INT(product_scan(product, "s", "ada", AS_OF, 1), 7000000);
    CHECK_INT(product_explain(product, "s", "ada", AS_OF).total, 7000000);
    CHECK_INT(product_explain(product, "s", "ada", AS_OF).ledger.count, 1);
    product_free(product);
}

TEST(a_segment_is_as_its_condition_is_at_the_instant)
{
    struct product *product = product_new("", "segment: active\nwhen: {event: any, within: 7d}\n---\n"
                                              "score: s\ngroups: [{name: g, category: engagement, rules: [{name: r, "
                                              "when: {segment: active}, points: 2}]}]\n");
    product_facts(product, "contact ada\nevent ada visit 2026-01-01T00:00:00Z\n");
    product_finish(product);
    CHECK_TRUE(scan_in_segment(product->scan, 0, 0, instant_of("2026-01-07T23:59:59.999Z")));
    CHECK_FALSE(scan_in_segment(product->scan, 0, 0, instant_of("2026-01-08T00:00:00Z")));
    CHECK_INT(product_scan(product, "s", "ada", "2026-01-07T00:00:00Z", 1), 2000000);
    product_free(product);
}

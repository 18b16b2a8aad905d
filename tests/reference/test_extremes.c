/* test_extremes.c — what small random worlds seldom hold: many rules, many values, many events, many records.
 *
 * First random cases of unusual sizes against the reference; then cases of such a shape that the
 * right answer can be written down. */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"
#include "harness.h"
#include "reference/judge.h"
#include "score_helper.h"

#define MICRO INT64_C(1000000)
#define START (INT64_C(20454) * MS_PER_DAY) /* 2026-01-01 */

#if defined(__SANITIZE_ADDRESS__)
#define CASES(n) (1 + (n) / 10)
#else
#define CASES(n) (n)
#endif

/* ---- Random cases of unusual sizes. ---- */

static void check_cases(const struct ref_sizes *sizes, uint64_t count)
{
    AUTO_ARENA arena = arena_new();
    uint64_t first = harness_seed();
    for (uint64_t seed = first; seed < first + count; seed++) {
        ref_check_case(arena, seed, sizes, seed % 2 == 0);
        arena_reset(arena);
    }
}

TEST(hundreds_of_rules_over_few_event_names_agree_with_the_reference)
{
    static const struct ref_sizes sizes = {
        .contacts = 4, .companies = 2, .deals = 2, .events = 200, .days = 200, .rules = 120};
    check_cases(&sizes, CASES(40));
}

TEST(properties_with_thousands_of_values_agree_with_the_reference)
{
    static const struct ref_sizes sizes = {
        .contacts = 10, .companies = 3, .deals = 2, .events = 6000, .days = 60, .rules = 6, .texts = 5000};
    check_cases(&sizes, CASES(20));
}

TEST(hundreds_of_records_agree_with_the_reference)
{
    static const struct ref_sizes sizes = {
        .contacts = 900, .companies = 20, .deals = 20, .events = 1000, .days = 60, .rules = 4};
    check_cases(&sizes, CASES(3));
}

TEST(histories_of_ten_years_agree_with_the_reference)
{
    static const struct ref_sizes sizes = {
        .contacts = 3, .companies = 1, .deals = 1, .events = 1500, .days = 3650, .rules = 6};
    check_cases(&sizes, CASES(100));
}

/* ---- Cases whose answer can be written down. ---- */

static void add_event(struct product *p, uint32_t contact, int64_t at_ms, struct str name,
                      const struct event_property *properties, uint32_t count)
{
    struct err_info why = {0};
    struct event_fact fact = {
        .contact = contact, .at_ms = at_ms, .name = name, .properties = properties, .property_count = count};
    CHECK_OK(history_builder_event(p->builder, &fact, NULL, &why), why);
}

/* Of the only score; by one thread, by two, and by its own reasons. */
static int64_t total_of(struct product *p, const char *id, int64_t as_of_ms)
{
    AUTO_BUF as_of = BUF_INIT(64);
    instant_format(&as_of, as_of_ms);
    const char *text = arena_str(p->arena, buf_str(&as_of)).at;
    const char *name = arena_str(p->arena, p->set.scores[0]->name).at;
    struct explanation e = product_explain(p, name, id, text);
    CHECK_TRUE(e.known);
    CHECK_INT(ledger_sum(&e.ledger), e.total);
    CHECK_INT(product_scan(p, name, id, text, 1), e.total);
    CHECK_INT(product_scan(p, name, id, text, 2), e.total);
    return e.total;
}

/* A score of one engagement group with these rules. */
static struct product *with_rules(const char *object, struct str rules)
{
    AUTO_BUF text = BUF_INIT((size_t)1 << 22);
    buf_format(&text, "score: s\nobject: %s\ngroups:\n  - name: G\n    category: engagement\n    rules:\n", object);
    buf_append(&text, rules);
    AUTO_BUF why = BUF_INIT((size_t)1 << 16);
    struct product *p = product_try(STR(""), buf_str(&text), &why);
    if (p == NULL) FAIL("refused:\n" STR_FMT, STR_ARG(buf_str(&why)));
    return p;
}

TEST(an_event_class_that_two_hundred_rules_select_counts_for_each)
{
    AUTO_BUF rules = BUF_INIT((size_t)1 << 20);
    for (int i = 1; i <= 200; i++)
        buf_format(&rules, "      - {name: R%d, event: view, within: %dd, points: 1}\n", i, i);
    struct product *p = with_rules("contact", buf_str(&rules));
    uint32_t ada = history_builder_record(p->builder, ENTITY_CONTACT, STR("ada"), true);
    for (int day = 0; day < 200; day++) add_event(p, ada, START + day * MS_PER_DAY, STR("view"), NULL, 0);
    product_finish(p);
    /* On the day of the last event a window of i days holds i events. */
    CHECK_INT(total_of(p, "ada", START + 199 * MS_PER_DAY), 200 * 201 / 2 * MICRO);
    /* A millisecond short of a day later still; a day later each but the widest holds one fewer. */
    CHECK_INT(total_of(p, "ada", START + 200 * MS_PER_DAY - 1), 200 * 201 / 2 * MICRO);
    CHECK_INT(total_of(p, "ada", START + 200 * MS_PER_DAY), 199 * 200 / 2 * MICRO);
    product_free(p);
}

TEST(a_hundred_selections_by_value_each_find_their_events)
{
    AUTO_BUF rules = BUF_INIT((size_t)1 << 20);
    for (int i = 0; i < 100; i++)
        buf_format(&rules, "      - {name: R%d, event: view, where: {property: path, is: /p%d}, points: %d}\n", i, i,
                   i);
    struct product *p = with_rules("contact", buf_str(&rules));
    uint32_t ada = history_builder_record(p->builder, ENTITY_CONTACT, STR("ada"), true);
    uint32_t path = catalog_property(p->catalog, ENTITY_EVENT, STR("path"));
    int64_t expected = 0;
    for (int i = 0; i < 1000; i++) {
        struct event_property value = {path, arena_format(p->arena, "/P%d", i * 7 % 130)};
        add_event(p, ada, START + i, STR("View"), &value, 1);
        if (i * 7 % 130 < 100) expected += i * 7 % 130;
    }
    product_finish(p);
    CHECK_INT(total_of(p, "ada", START + MS_PER_DAY), expected * MICRO);
    product_free(p);
}

TEST(a_property_with_a_different_value_in_every_event_is_still_tested)
{
    struct product *p = with_rules(
        "contact",
        STR("      - {name: One, event: paid, where: {property: invoice, is: inv-17}, points: 1}\n"
            "      - {name: Ends, event: paid, where: {property: invoice, ends_with: \"7\"}, points: 2, per_day: 3}\n"
            "      - {name: Large, event: paid, where: {property: amount, gte: 4990}, points: 3, within: 1d}\n"
            "      - {name: Both, event: any, where: {all: [{property: amount, lt: 10}, {property: invoice, "
            "starts_with: INV}, {property: kind, is: b}]}, points: 5}\n"
            "      - {name: None, event: paid, where: {property: invoice, unknown: true}, points: 100}\n"));
    uint32_t ada = history_builder_record(p->builder, ENTITY_CONTACT, STR("ada"), true);
    uint32_t invoice = catalog_property(p->catalog, ENTITY_EVENT, STR("invoice"));
    uint32_t amount = catalog_property(p->catalog, ENTITY_EVENT, STR("amount"));
    uint32_t kind = catalog_property(p->catalog, ENTITY_EVENT, STR("kind"));
    for (int i = 0; i < 5000; i++) { /* a thousand a day */
        struct event_property values[] = {{invoice, arena_format(p->arena, "inv-%d", i)},
                                          {amount, arena_format(p->arena, "%d", i)},
                                          {kind, i % 2 == 0 ? STR("a") : STR("b")}};
        add_event(p, ada, START + i / 1000 * MS_PER_DAY + i % 1000, STR("paid"), values, 3);
    }
    add_event(p, ada, START, STR("paid"), NULL, 0);
    product_finish(p);
    /* 17 once; three a day of five days; 4990 to 4999; 1, 3, 5, 7, 9; the one without an invoice. */
    CHECK_INT(total_of(p, "ada", START + 4 * MS_PER_DAY + 2000), (1 + 15 * 2 + 10 * 3 + 5 * 5 + 100) * MICRO);
    product_free(p);
}

TEST(more_combinations_of_values_than_there_are_event_classes_are_told_apart)
{
    struct product *p =
        with_rules("contact", STR("      - {name: A, event: view, where: {property: a, is: a7}, points: 1}\n"
                                  "      - {name: B, event: view, where: {property: b, is: b11}, points: 2}\n"
                                  "      - {name: AB, event: view, where: {all: [{property: a, is: a7}, {property: b, "
                                  "is: b11}]}, points: 50}\n"
                                  "      - {name: C, event: view, where: {property: c, is: c0}, points: 1}\n"));
    uint32_t ada = history_builder_record(p->builder, ENTITY_CONTACT, STR("ada"), true);
    uint32_t property[] = {catalog_property(p->catalog, ENTITY_EVENT, STR("a")),
                           catalog_property(p->catalog, ENTITY_EVENT, STR("b")),
                           catalog_property(p->catalog, ENTITY_EVENT, STR("c"))};
    for (int i = 0; i < 80000; i++) { /* each pair of 300 and 300 once, as far as they go */
        struct event_property values[] = {{property[0], arena_format(p->arena, "a%d", i / 300)},
                                          {property[1], arena_format(p->arena, "b%d", i % 300)},
                                          {property[2], arena_format(p->arena, "c%d", i % 2)}};
        add_event(p, ada, START + i, STR("view"), values, 3);
    }
    product_finish(p);
    /* a7: 300 events. b11: once in each of the 267 groups of 300 that 80000 begin. c0: every second. */
    CHECK_INT(total_of(p, "ada", START + MS_PER_DAY), (300 + 267 * 2 + 50 + 40000) * MICRO);
    product_free(p);
}

TEST(a_hundred_thousand_events_of_one_contact_are_summed_exactly)
{
    struct product *p = with_rules(
        "contact",
        STR("      - {name: Each, event: ping, points: 3}\n"
            "      - {name: Half, event: ping, points: 1, decay: {half_life: 90m}}\n"
            "      - {name: Hours, event: ping, points: 7, decay: {percent: 1, every: 36h}}\n"
            "      - {name: Days, event: ping, points: -2, decay: {percent: 10, every: 7d, shape: compound}}\n"
            "      - {name: Daily, event: ping, points: 1, per_day: 2}\n"
            "      - {name: Some, event: ping, points: 1, at_most: 12345}\n"
            "      - {name: Count, event: ping, ranges: [{from: 99999, to: 99999, points: 1}, {from: 100000, points: "
            "2}]}\n"));
    uint32_t ada = history_builder_record(p->builder, ENTITY_CONTACT, STR("ada"), true);
    const struct ref_decay half = {true, REF_HALF_LIFE, 0, {90, 'm'}}, hours = {true, REF_LINEAR, 1, {36, 'h'}};
    const struct ref_decay days = {true, REF_COMPOUND, 10, {7, 'd'}};
    int64_t as_of_ms = START + 100000 * MS_PER_MINUTE, expected = 100000 * 3 * MICRO;
    for (int i = 0; i < 100000; i++) { /* one a minute: 69 days and a bit */
        int64_t at_ms = START + i * MS_PER_MINUTE + i % 60000, age_ms = as_of_ms - at_ms;
        add_event(p, ada, at_ms, STR("ping"), NULL, 0);
        expected += ref_ppm(&half, age_ms / MS_PER_MINUTE) + 7 * ref_ppm(&hours, age_ms / MS_PER_HOUR) -
                    2 * ref_ppm(&days, age_ms / MS_PER_DAY);
    }
    product_finish(p);
    expected += (2 * 70 + 12345 + 2) * MICRO;
    CHECK_INT(total_of(p, "ada", as_of_ms), expected);
    product_free(p);
}

TEST(a_contribution_stops_at_a_hundred_million_points)
{
    struct product *p =
        with_rules("contact", STR("      - {name: Up, event: ping, points: 10000}\n"
                                  "      - {name: Down, event: ping, points: -10000, within: 30d}\n"
                                  "      - {name: Fading, event: ping, points: 10000, decay: {half_life: 30d}}\n"
                                  "      - {name: Held, event: ping, points: 10000, max: 7}\n"));
    uint32_t ada = history_builder_record(p->builder, ENTITY_CONTACT, STR("ada"), true);
    for (int i = 0; i < 10003; i++) add_event(p, ada, START, STR("ping"), NULL, 0);
    product_finish(p);
    const int64_t most = 100000000 * MICRO;
    struct explanation e = product_explain(p, "s", "ada", "2026-01-01T00:00:00Z");
    CHECK_INT(ledger_find(&e.ledger, LEDGER_RULE, "G", "Up")->micro, most);
    CHECK_INT(ledger_find(&e.ledger, LEDGER_RULE, "G", "Down")->micro, -most);
    CHECK_INT(ledger_find(&e.ledger, LEDGER_CLAMP, "G", "Held")->micro, 7 * MICRO - most);
    CHECK_INT(total_of(p, "ada", START), most + 7 * MICRO);
    product_free(p);
}

TEST(events_long_before_1970_fall_into_their_days_and_age_in_whole_units)
{
    struct product *p = with_rules(
        "contact", STR("      - {name: Daily, event: met, points: 1, per_day: 1}\n"
                       "      - {name: Aged, event: met, points: 10, decay: {percent: 50, every: 2d, shape: step}}\n"
                       "      - {name: Near, event: met, points: 100, within: 1d}\n"));
    product_facts(p, "event ada met 1900-01-01T00:00:00Z\n"
                     "event ada met 1900-01-01T23:59:59.999Z\n"
                     "event ada met 1900-01-02T00:00:00Z\n"
                     "event ada met 1969-12-31T23:59:59.999Z\n"
                     "event ada met 1970-01-01T00:00:00Z\n");
    product_finish(p);
    /* Two days; aged 1, 0 and 0 whole days; all but the first within a day. */
    CHECK_INT(total_of(p, "ada", instant_of("1900-01-02T00:00:00Z")), (2 + 30 + 200) * MICRO);
    /* The first has reached its two days. */
    CHECK_INT(total_of(p, "ada", instant_of("1900-01-03T00:00:00Z")), (2 + 5 + 10 + 10 + 0) * MICRO);
    CHECK_INT(total_of(p, "ada", instant_of("1970-01-01T00:00:00Z")), (4 + 20 + 200) * MICRO);
    product_free(p);
}

TEST(a_company_pools_its_contacts_before_days_and_limits_are_counted)
{
    struct product *p = with_rules(
        "company", STR("      - {name: Daily, event: view, points: 1, per_day: 2}\n"
                       "      - {name: Latest, event: view, points: 10, at_most: 3, decay: {percent: 10, every: 1d}}\n"
                       "      - {name: All, event: view, points: 100}\n"));
    product_facts(p, "a in acme\n"
                     "b in acme 2026-01-03T00:00:00Z\n"
                     "c in acme\n"
                     "c in other\n"
                     "event a view 2026-01-01T10:00:00Z\n"
                     "event b view 2026-01-01T10:00:00Z\n"
                     "event c view 2026-01-01T11:00:00Z\n"
                     "event a view 2026-01-02T10:00:00Z\n"
                     "event b view 2026-01-02T10:00:00Z\n");
    product_finish(p);
    /* Without b: two on the first day, one on the second; three at 0, 0 and 1 days of age, and all of them. */
    CHECK_INT(total_of(p, "acme", instant_of("2026-01-02T10:30:00Z")), (3 + 10 + 10 + 9 + 300) * MICRO);
    /* With b, from then on also for what was before: two a day; the three latest 1, 1 and 2 days old. */
    CHECK_INT(total_of(p, "acme", instant_of("2026-01-03T11:00:00Z")), (4 + 9 + 9 + 8 + 500) * MICRO);
    CHECK_INT(total_of(p, "other", instant_of("2026-01-01T11:00:00Z")), (1 + 10 + 100) * MICRO);
    product_free(p);
}

TEST(a_property_that_few_of_many_records_have_keeps_its_versions)
{
    struct product *p = with_rules(
        "contact",
        STR("      - {name: Known, when: {property: tier, known: true}, points: 1}\n"
            "      - {name: Gold, when: {property: tier, is: gold}, points: 10}\n"
            "      - {name: Ever, when: {property: tier, ever: {is: silver}}, points: 100}\n"
            "      - {name: New, when: {property: tier, changed_within: 30d}, points: 1000}\n"
            "      - {name: Missing, when: {property: tier, is_not: gold, or_unknown: true}, points: 5000}\n"));
    for (uint32_t i = 0; i < 6000; i++)
        (void)history_builder_record(p->builder, ENTITY_CONTACT, arena_format(p->arena, "c%u", i), true);
    product_facts(p, "contact c1 tier=silver\n"
                     "contact c2 tier=gold\n"
                     "contact c3 tier=silver\n"
                     "from 2026-01-10T00:00:00Z contact c3 tier=gold\n"
                     "contact c4 tier=gold\n"
                     "from 2026-01-10T00:00:00Z contact c4 tier=\n");
    product_finish(p);
    int64_t as_of_ms = instant_of("2026-01-20T00:00:00Z");
    CHECK_INT(total_of(p, "c1", as_of_ms), 5101 * MICRO);
    CHECK_INT(total_of(p, "c2", as_of_ms), 11 * MICRO);
    CHECK_INT(total_of(p, "c3", as_of_ms), 1111 * MICRO);
    CHECK_INT(total_of(p, "c4", as_of_ms), 5000 * MICRO);
    CHECK_INT(total_of(p, "c5", as_of_ms), 5000 * MICRO);
    CHECK_INT(total_of(p, "c3", instant_of("2026-01-09T00:00:00Z")), 5101 * MICRO);
    CHECK_INT(total_of(p, "c4", EVENT_MIN_MS), 11 * MICRO);
    product_free(p);
}

/* ---- Editing. ---- */

TEST(an_edit_of_points_clamps_and_bands_reads_no_event_again)
{
    static const char before[] = "score: s\n"
                                 "max: 100\n"
                                 "groups:\n"
                                 "  - name: G\n"
                                 "    category: engagement\n"
                                 "    min: 2\n"
                                 "    rules:\n"
                                 "      - {name: A, event: view, points: 3, decay: {half_life: 30d}}\n"
                                 "      - {name: B, event: view, within: 7d, ranges: [{from: 2, points: 5}]}\n"
                                 "      - {name: C, event: form, count: once, points: 9}\n"
                                 "      - {name: D, when: {not: {event: any, within: 30d}}, points: -8}\n";
    static const char after[] = "score: s\n"
                                "max: 90\n"
                                "bands: [{label: Hot, from: 10}]\n"
                                "groups:\n"
                                "  - name: G\n"
                                "    category: engagement\n"
                                "    min: 1\n"
                                "    rules:\n"
                                "      - {name: A, event: view, points: 4, max: 50, decay: {half_life: 30d}}\n"
                                "      - {name: B, event: view, within: 7d, ranges: [{from: 2, points: 6}]}\n"
                                "      - {name: C, event: form, count: once, points: 1}\n"
                                "      - {name: D, when: {not: {event: any, within: 30d}}, points: -7}\n";
    struct product *p = product_new("", before);
    AUTO_BUF why = BUF_INIT((size_t)1 << 16);
    for (uint32_t i = 0; i < 700; i++) {
        struct str id = arena_format(p->arena, "c%u", i);
        uint32_t contact = history_builder_record(p->builder, ENTITY_CONTACT, id, true);
        for (uint32_t k = 0; k < i % 11; k++)
            add_event(p, contact, START - (int64_t)(k * i) * MS_PER_HOUR, k % 3 == 0 ? STR("form") : STR("view"), NULL,
                      0);
    }
    product_finish(p);
    struct scan_options options = {.as_of_ms = START, .threads = 2, .keep_signals = true};
    scan_run(p->scan, &options);
    CHECK_INT(scan_events_read(p->scan), history_events(p->history));

    struct definitions edited;
    CHECK_TRUE(product_read_definitions(p, str_from_c(after), &edited, &why));
    p->scan = scan_new(&edited, p->history, p->scan);
    scan_run(p->scan, &options);
    CHECK_INT(scan_events_read(p->scan), 0);

    struct scan *fresh = scan_new(&edited, p->history, NULL);
    scan_run(fresh, &options);
    const struct score_column *kept = scan_results(p->scan, 0), *anew = scan_results(fresh, 0);
    for (uint32_t i = 0; i < anew->count; i++) {
        CHECK_INT(kept->total[i], anew->total[i]);
        CHECK_INT(kept->known[i], anew->known[i]);
    }
    scan_free(fresh);
    product_free(p);
}

/* test_worked_examples.c — section 8 of the contract, example by example, from text to score. */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"
#include "core/band.h"
#include "harness.h"
#include "score_helper.h"

#define MICRO INT64_C(1000000)

/* By explanation and by a scan of everybody: both must say the same, and the ledger must sum to it. */
static int64_t total(struct product *p, const char *score, const char *id, const char *as_of)
{
    struct explanation e = product_explain(p, score, id, as_of);
    CHECK_TRUE(e.known);
    CHECK_INT(ledger_sum(&e.ledger), e.total);
    CHECK_INT(product_scan(p, score, id, as_of, 1), e.total);
    return e.total;
}

static struct product *ready(const char *definitions, const char *facts)
{
    struct product *p = product_new("", definitions);
    product_facts(p, facts);
    product_finish(p);
    return p;
}

static const char fibonacci[] =
    "score: lead_score\n"
    "bands: [{label: SQL, from: 85}, {label: MQL, from: 45}]\n"
    "groups:\n"
    "  - name: Company\n"
    "    category: fit\n"
    "    rules:\n"
    "      - {name: IT industry, when: {property: company.industry, in: [IT, Software]}, points: 2}\n"
    "      - {name: Size, property: company.employees, values: [{between: [5, 100], points: 5}]}\n"
    "      - {name: Sells to consumers, when: {property: company.sells_to, is: consumers}, points: -5}\n"
    "  - name: Behaviour\n"
    "    category: engagement\n"
    "    rules:\n"
    "      - {name: Plan template, event: downloaded, where: {property: file, is: plan template}, points: 21}\n"
    "      - {name: How we work, event: page_viewed, where: {property: path, is: /how-we-work}, points: 3}\n"
    "      - {name: Blog, event: page_viewed, where: {property: path, starts_with: /blog}, points: 1}\n"
    "      - {name: Pricing, event: page_viewed, where: {property: path, is: /pricing}, points: 3}\n"
    "      - {name: Mailing, event: mail_opened, points: 1}\n"
    "      - name: Ten pages\n"
    "        event: page_viewed\n"
    "        within: 30d\n"
    "        ranges: [{from: 10, points: 5}]\n"
    "      - {name: Meeting, event: meeting_booked, points: 13}\n";

static const char fibonacci_facts[] = "company acme industry=IT employees=40 sells_to=consumers\n"
                                      "contact ada\n"
                                      "ada in acme\n"
                                      "event ada downloaded 2026-01-05T10:00:00Z file=\"plan template\"\n"
                                      "event ada page_viewed 2026-01-05T10:01:00Z path=/how-we-work\n"
                                      "event ada page_viewed 2026-01-12T09:00:00Z path=/blog/one\n"
                                      "event ada page_viewed 2026-01-12T09:01:00Z path=/pricing\n"
                                      "event ada mail_opened 2026-01-13T08:00:00Z\n"
                                      "event ada page_viewed 2026-01-14T09:00:00Z path=/a\n"
                                      "event ada page_viewed 2026-01-14T09:01:00Z path=/b\n"
                                      "event ada page_viewed 2026-01-14T09:02:00Z path=/c\n"
                                      "event ada page_viewed 2026-01-14T09:03:00Z path=/d\n"
                                      "event ada page_viewed 2026-01-14T09:04:00Z path=/e\n"
                                      "event ada page_viewed 2026-01-14T09:05:00Z path=/f\n"
                                      "event ada page_viewed 2026-01-14T09:06:00Z path=/g\n"
                                      "event ada meeting_booked 2026-01-15T12:00:00Z\n";

TEST(worked_example_1_fibonacci_points_sum_to_49_and_band_mql)
{
    struct product *p = ready(fibonacci, fibonacci_facts);
    int64_t micro = total(p, "lead_score", "ada", "2026-01-16T00:00:00Z");
    CHECK_INT(micro, 49 * MICRO);
    CHECK_INT(points_shown(micro), 49);
    const struct score *score = p->set.scores[0];
    uint32_t band = band_of(score, micro, BAND_NONE);
    CHECK_STR(score->bands[band].label, STR("MQL"));
    struct explanation e = product_explain(p, "lead_score", "ada", "2026-01-16T00:00:00Z");
    CHECK_INT(ledger_find(&e.ledger, LEDGER_RULE, "Company", "Sells to consumers")->micro, -5 * MICRO);
    CHECK_INT(ledger_find(&e.ledger, LEDGER_RULE, "Behaviour", "Ten pages")->events, 10);
    CHECK_INT(e.fit, 2 * MICRO);
    CHECK_INT(e.engagement, 47 * MICRO);
    product_free(p);
}

TEST(worked_example_2_linear_decay)
{
    static const char definition[] =
        "score: s\n"
        "groups:\n"
        "  - name: Forms\n"
        "    category: engagement\n"
        "    rules:\n"
        "      - {name: Fill, event: form, points: 10, decay: {percent: 50, every: 30d}}\n";
    static const struct {
        const char *as_of;
        int64_t micro;
    } row[] = {
        {"2026-01-01T00:00:00Z", 10000000}, {"2026-01-30T23:00:00Z", 5166670}, /* 29 d 23 h: 29 whole days */
        {"2026-01-31T00:00:00Z", 5000000},  {"2026-02-15T00:00:00Z", 2500000},
        {"2026-03-02T00:00:00Z", 0},        {"2026-04-01T00:00:00Z", 0},
    };
    struct product *p = ready(definition, "event ada form 2026-01-01T00:00:00Z\n");
    for (size_t i = 0; i < COUNT_OF(row); i++) CHECK_INT(total(p, "s", "ada", row[i].as_of), row[i].micro);
    CHECK_INT(points_shown(total(p, "s", "ada", "2026-02-15T00:00:00Z")), 2);
    product_free(p);

    p = ready(definition, "event ada form 2026-01-01T00:00:00Z\n"
                          "event ada form 2026-01-31T00:00:00Z\n");
    CHECK_INT(total(p, "s", "ada", "2026-02-15T00:00:00Z"), 2500000 + 7500000);
    product_free(p);
}

TEST(worked_example_3_half_life)
{
    struct product *p = ready("score: s\n"
                              "groups:\n"
                              "  - name: Meetings\n"
                              "    category: engagement\n"
                              "    rules:\n"
                              "      - {name: Met, event: met, points: 20, decay: {half_life: 30d}}\n",
                              "event ada met 2026-01-01T12:00:00Z\n");
    CHECK_INT(total(p, "s", "ada", "2026-02-15T12:00:00Z"), 7071060);
    product_free(p);
}

TEST(worked_example_4_ranges)
{
    static const char definition[] = "score: s\n"
                                     "groups:\n"
                                     "  - name: Views\n"
                                     "    category: engagement\n"
                                     "    rules:\n"
                                     "      - name: Pages\n"
                                     "        event: view\n"
                                     "        ranges: [{from: 1, to: 3, points: 5}, {from: 4, points: 15}]\n";
    struct product *p = ready(definition, "event ada view 2026-01-01T00:00:00Z\n"
                                          "event ada view 2026-01-02T00:00:00Z\n"
                                          "event ada view 2026-01-03T00:00:00Z\n"
                                          "event ada view 2026-01-04T00:00:00Z\n");
    CHECK_INT(total(p, "s", "ada", "2026-01-01T00:00:00Z"), 5 * MICRO);
    CHECK_INT(total(p, "s", "ada", "2026-01-03T00:00:00Z"), 5 * MICRO);
    CHECK_INT(total(p, "s", "ada", "2026-01-04T00:00:00Z"), 15 * MICRO);
    product_free(p);
}

TEST(worked_example_5_at_most_and_clamp)
{
    struct product *p = ready("score: s\n"
                              "groups:\n"
                              "  - name: Forms\n"
                              "    category: engagement\n"
                              "    rules:\n"
                              "      - {name: Fill, event: form, points: 5, max: 12}\n",
                              "event ada form 2026-01-01T00:00:00Z\n"
                              "event ada form 2026-01-02T00:00:00Z\n"
                              "event ada form 2026-01-03T00:00:00Z\n"
                              "event ada form 2026-01-04T00:00:00Z\n");
    CHECK_INT(total(p, "s", "ada", "2026-01-01T00:00:00Z"), 5 * MICRO);
    CHECK_INT(total(p, "s", "ada", "2026-01-02T00:00:00Z"), 10 * MICRO);
    CHECK_INT(total(p, "s", "ada", "2026-01-03T00:00:00Z"), 12 * MICRO);
    CHECK_INT(total(p, "s", "ada", "2026-01-04T00:00:00Z"), 12 * MICRO);
    struct explanation e = product_explain(p, "s", "ada", "2026-01-04T00:00:00Z");
    CHECK_INT(ledger_find(&e.ledger, LEDGER_RULE, "Forms", "Fill")->micro, 20 * MICRO);
    CHECK_INT(ledger_find(&e.ledger, LEDGER_CLAMP, "Forms", "Fill")->micro, -8 * MICRO);
    product_free(p);
}

TEST(worked_example_6_grades)
{
    struct product *p = ready("score: s\n"
                              "grades:\n"
                              "  fit:        [{label: A, from: 38}, {label: B, from: 24}, {label: C}]\n"
                              "  engagement: [{label: \"1\", from: 35}, {label: \"2\", from: 18}, {label: \"3\"}]\n"
                              "groups:\n"
                              "  - name: Profile\n"
                              "    category: fit\n"
                              "    rules: [{name: VIP, when: {property: vip, is: true}, points: 40}]\n"
                              "  - name: Forms\n"
                              "    category: engagement\n"
                              "    rules: [{name: Fill, event: form, points: 10}]\n",
                              "contact ada vip=true\n"
                              "event ada form 2026-01-01T00:00:00Z\n");
    struct explanation e = product_explain(p, "s", "ada", "2026-01-02T00:00:00Z");
    const struct score *score = p->set.scores[0];
    CHECK_INT(e.total, 50 * MICRO);
    uint32_t fit = grade_of(score, CATEGORY_FIT, e.fit),
             engagement = grade_of(score, CATEGORY_ENGAGEMENT, e.engagement);
    CHECK_STR(score->grades[CATEGORY_FIT][fit].label, STR("A"));
    CHECK_STR(score->grades[CATEGORY_ENGAGEMENT][engagement].label, STR("3"));
    CHECK_INT(total(p, "s", "ada", "2026-01-02T00:00:00Z"), 50 * MICRO);
    product_free(p);
}

TEST(worked_example_7_values)
{
    struct product *p = ready("score: s\n"
                              "groups:\n"
                              "  - name: Company profile\n"
                              "    category: fit\n"
                              "    rules:\n"
                              "      - name: Size\n"
                              "        property: employees\n"
                              "        values: [{between: [5, 100], points: 5}, {gt: 100, points: 2}]\n"
                              "        otherwise: -5\n",
                              "contact one employees=1\n"
                              "contact none\n"
                              "contact five employees=5\n"
                              "contact many employees=101\n");
    CHECK_INT(total(p, "s", "one", "2026-01-01T00:00:00Z"), -5 * MICRO);
    CHECK_INT(total(p, "s", "none", "2026-01-01T00:00:00Z"), 0);
    CHECK_INT(total(p, "s", "five", "2026-01-01T00:00:00Z"), 5 * MICRO);
    CHECK_INT(total(p, "s", "many", "2026-01-01T00:00:00Z"), 2 * MICRO);
    product_free(p);
}

TEST(worked_example_8_rollup)
{
    struct product *p = ready("score: lead\n"
                              "groups:\n"
                              "  - name: Events\n"
                              "    category: engagement\n"
                              "    rules: [{name: Points, event: point, points: 10}]\n"
                              "---\n"
                              "score: account\n"
                              "object: company\n"
                              "groups:\n"
                              "  - name: Contacts\n"
                              "    category: engagement\n"
                              "    rules:\n"
                              "      - {name: sum, over: contacts, take: sum, score: lead}\n"
                              "      - {name: avg, over: contacts, take: avg, score: lead}\n"
                              "      - {name: min, over: contacts, take: min, score: lead}\n"
                              "      - {name: max, over: contacts, take: max, score: lead}\n"
                              "      - {name: top 2, over: contacts, take: top 2, score: lead}\n",
                              "company acme\n"
                              "a in acme\n"
                              "b in acme\n"
                              "c in acme\n"
                              "event a point 2026-01-01T00:00:00Z\n"
                              "event b point 2026-01-01T00:00:00Z\n"
                              "event b point 2026-01-01T00:00:01Z\n"
                              "event c point 2026-01-01T00:00:01Z\n"
                              "event c point 2026-01-01T00:00:02Z\n"
                              "event c point 2026-01-01T00:00:03Z\n"
                              "event c point 2026-01-01T00:00:04Z\n"
                              "event c point 2026-01-01T00:00:05Z\n"
                              "event c point 2026-01-01T00:00:06Z\n");
    static const struct {
        const char *rule;
        int64_t points;
    } row[] = {{"sum", 90}, {"avg", 30}, {"min", 10}, {"max", 60}, {"top 2", 80}};
    struct explanation e = product_explain(p, "account", "acme", "2026-01-02T00:00:00Z");
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        const struct ledger_line *line = ledger_find(&e.ledger, LEDGER_RULE, "Contacts", row[i].rule);
        CHECK_INT(line->micro, row[i].points * MICRO);
        CHECK_INT(line->events, 3);
    }
    CHECK_INT(total(p, "account", "acme", "2026-01-02T00:00:00Z"), 270 * MICRO);
    product_free(p);
}

static struct str ledger_text(struct product *p)
{
    struct explanation e = product_explain(p, "lead_score", "ada", "2026-01-16T00:00:00Z");
    AUTO_BUF text = BUF_INIT((size_t)1 << 16);
    buf_format(&text, "%lld\n", (long long)e.total);
    ledger_print(&e.ledger, &text);
    return arena_str(p->arena, buf_str(&text));
}

/* All facts of example 1, each event with a message id: `step` apart from `first` on, round and round. */
static struct product *fibonacci_in_order(size_t first, size_t step, bool twice)
{
    struct product *p = product_new("", fibonacci);
    struct str line[32], rest = str_from_c(fibonacci_facts);
    size_t count = 0;
    while (rest.len > 0) line[count++] = str_cut(&rest, '\n');
    CHECK_INT(count, 16);
    for (size_t i = 0; i < count; i++) {
        size_t which = (first + i * step) % count;
        bool event = str_starts_with(line[which], STR("event"));
        struct str id = event ? arena_format(p->arena, " id=m%zu", which) : STR("");
        struct str fact = arena_format(p->arena, STR_FMT STR_FMT "\n", STR_ARG(line[which]), STR_ARG(id));
        product_facts(p, fact.at);
        if (twice && i % 2 == 0) product_facts(p, fact.at);
    }
    product_finish(p);
    return p;
}

TEST(worked_example_9_late_and_twice)
{
    struct product *in_order = fibonacci_in_order(0, 1, false);
    struct str expected = ledger_text(in_order);
    CHECK_CONTAINS(expected, STR("49000000\n"));
    for (size_t step = 1; step < 16; step += 2) { /* an odd step visits each of the 16 facts once */
        struct product *p = fibonacci_in_order(step * 5, step, true);
        CHECK_STR(ledger_text(p), expected);
        product_free(p);
    }
    product_free(in_order);
}

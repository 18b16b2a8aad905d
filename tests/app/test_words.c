/* test_words.c — conditions as people would say them. */
// SPDX-License-Identifier: Apache-2.0
#include "app/words.h"
#include "harness.h"
#include "score_helper.h"

/* The words of the condition of the only rule. */
#define CHECK_WORDS(condition, expected)                                                                           \
    do {                                                                                                           \
        struct product *p = product_new("", "score: s\nobject: contact\ngroups: [{name: g, category: fit, rules: " \
                                            "[{name: a, points: 1, when: " condition "}]}]\n"                      \
                                            "---\n{segment: hot, object: contact, when: {property: x, is: y}}\n"); \
        AUTO_BUF out = BUF_INIT(4096);                                                                             \
        words_condition(&out, p->catalog, p->set.scores[0]->groups[0].rules[0].when);                              \
        CHECK_STR(buf_str(&out), STR(expected));                                                                   \
        product_free(p);                                                                                           \
    } while (0)

TEST(a_test_on_a_property_is_said_with_its_name)
{
    CHECK_WORDS("{property: company.industry, in: [IT, Software]}", "company.industry is IT or Software");
    CHECK_WORDS("{property: size, between: [5, 100]}", "size is between 5 and 100");
    CHECK_WORDS("{property: size, gte: 5}", "size is at least 5");
    CHECK_WORDS("{property: title, not_contains: intern}", "title does not contain intern");
    CHECK_WORDS("{property: email, known: true}", "email is known");
    CHECK_WORDS("{property: email, unknown: true}", "email is not known");
    CHECK_WORDS("{property: topics, has_all: [a, b]}", "topics has a and b");
    CHECK_WORDS("{property: plan, is_not: free, or_unknown: true}", "plan is not free, or is not known");
}

TEST(dates_are_said_with_spans_of_time)
{
    CHECK_WORDS("{property: seen, within: 30d}", "seen is within the last 30 days");
    CHECK_WORDS("{property: seen, older_than: 36h}", "seen is at least 36 hours ago");
    CHECK_WORDS("{property: renewal, in_next: 2w}", "renewal is within the next 14 days");
    CHECK_WORDS("{property: plan, changed_within: 15m}", "plan changed within the last 15 minutes");
}

TEST(events_are_said_with_how_often_and_since_when)
{
    CHECK_WORDS("{event: page_viewed}", "page_viewed");
    CHECK_WORDS("{event: any, within: 60d}", "any event within 60 days");
    CHECK_WORDS("{not: {event: any, within: 60d}}", "no event within 60 days");
    CHECK_WORDS("{event: view, count: {at_least: 3}, within: 30d}", "view at least 3 times within 30 days");
    CHECK_WORDS("{event: view, count: {at_least: 2, at_most: 4}}", "view 2 to 4 times");
    CHECK_WORDS("{event: view, where: {property: path, starts_with: /pricing}}", "view with path starts with /pricing");
}

TEST(trees_are_joined_and_bracketed_and_long_ones_shortened)
{
    CHECK_WORDS("{all: [{property: a, is: b}, {segment: hot}]}", "a is b and in the segment hot");
    CHECK_WORDS("{any: [{property: a, is: b}, {all: [{property: c, is: d}, {property: e, is: f}]}]}",
                "a is b or (c is d and e is f)");
    CHECK_WORDS("{not: {property: a, is: b}}", "not (a is b)");
    CHECK_WORDS("{property: a, in: [q, w, e, r, t, y]}", "a is q, w, e or 3 more");
    CHECK_WORDS("{not: {list: fair_2026}}", "not (on the list fair_2026)");
    CHECK_WORDS("{any: [{property: a, is: b}, {property: c, is: b}, {property: d, is: b}, {property: e, is: b}, "
                "{property: f, is: b}]}",
                "a is b or c is b or d is b or 2 more");
}

TEST(decay_is_said_as_it_was_written)
{
    static const struct {
        struct decay decay;
        struct str words;
    } rows[] = {
        {{DECAY_HALF_LIFE, 0, 30, 1440}, STR_INIT("half-life 30 days")},
        {{DECAY_LINEAR, 50, 30, 1440}, STR_INIT("50% every 30 days")},
        {{DECAY_STEP, 12.5, 1, 60}, STR_INIT("12.5% every 1 hour in steps")},
        {{DECAY_COMPOUND, 10, 7, 1440}, STR_INIT("10% every 7 days of the rest")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        AUTO_BUF out = BUF_INIT(256);
        words_decay(&out, &rows[i].decay);
        CHECK_STR(buf_str(&out), rows[i].words);
    }
}

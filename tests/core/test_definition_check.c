/* test_definition_check.c — names that mean something, circles, warnings, and the meeting with types. */
// SPDX-License-Identifier: Apache-2.0
#include "definition_fixture.h"

#include <string.h>

static void parse(struct fixture *fixture, const char *text)
{
    fixture_parse_good(fixture, "", text);
}

/* Rows parse without a complaint; then checking finds exactly one thing. */
static void check_found(enum severity severity, const struct mistake *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO_FIXTURE fixture;
        fixture_open(&fixture);
        fixture_parse_good(&fixture, rows[i].around, rows[i].text);
        bool good = fixture_check(&fixture);
        fixture_expect(&fixture, severity, rows[i].underlined, rows[i].sentence);
        CHECK_INT(good, severity == SEVERITY_WARNING);
    }
}

#define SCORE(name, rule) "score: " name "\ngroups:\n  - {name: G, category: fit, rules: [" rule "]}\n"
#define RULE_ON(condition) "{name: R, points: 1, when: " condition "}"
#define OTHERS                                                                                                        \
    "segment: big\nobject: company\nwhen: {all: []}\n---\nsegment: new_ones\nwhen: {all: []}\n---\n"                  \
    "score: accounts\nobject: company\ngroups: [{name: G, category: fit, rules: [{name: R, when: {all: []}, points: " \
    "1}]}]\n---\n"

TEST(references_become_indexes)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    parse(&fixture, SCORE("a", RULE_ON("{all: [{segment: s}, {score: b, gt: 3}]}")) "---\n" SCORE(
                        "b", RULE_ON("{all: []}")) "---\nsegment: r\nwhen: {all: []}\n---\n"
                                                   "segment: s\nwhen: {not: {segment: r}}\n");
    CHECK_TRUE(fixture_check(&fixture));
    const struct condition *all = fixture.set.scores[0]->groups[0].rules[0].when;
    CHECK_INT(all->children[0]->target, 1);
    CHECK_INT(all->children[1]->target, 1);
    CHECK_INT(fixture.set.segments[1]->when->children[0]->target, 0);
}

TEST(references_are_found_in_every_place_and_over_several_files)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    CHECK_TRUE(fixture_parse(
        &fixture, "one.yaml", "",
        "score: a\nobject: company\nfor: {segment: s}\ngroups:\n  - name: G\n    category: fit\n    rules:\n"
        "      - {name: R, over: contacts, take: max, score: b}\n"));
    CHECK_TRUE(fixture_parse(&fixture, "two.yaml", "",
                             SCORE("b", RULE_ON("{all: []}")) "---\nsegment: s\nobject: company\nwhen: {all: []}\n"));
    CHECK_TRUE(fixture_check(&fixture));
    CHECK_INT(fixture.set.scores[0]->scope->target, 0);
    CHECK_INT(fixture.set.scores[0]->groups[0].rules[0].score, 1);
}

TEST(each_wrong_reference_has_its_sentence)
{
    static const struct mistake row[] = {
        {OTHERS, SCORE("accounts", RULE_ON("{all: []}")), "accounts",
         "a second score 'accounts'; the first is in test.yaml:8"},
        {OTHERS, "segment: big\nwhen: {all: []}\n", "big", "a second segment 'big'; the first is in test.yaml:1"},
        {OTHERS, SCORE("a", RULE_ON("{segment: zebras}")), "zebras", "there is no segment 'zebras'"},
        {OTHERS, SCORE("a", RULE_ON("{segment: new_one}")), "new_one",
         "there is no segment 'new_one'; did you mean 'new_ones'?"},
        {OTHERS, SCORE("a", RULE_ON("{list: fair}")), "fair",
         "there is no list 'fair': lists are kept by a server, and here no list of contacts is known"},
        {OTHERS, SCORE("a", RULE_ON("{score: acounts, gt: 1}")), "acounts",
         "there is no score 'acounts'; did you mean 'accounts'?"},
        {OTHERS, SCORE("a", RULE_ON("{score: big, gt: 1}")), "big", "there is no score 'big'"},
        {OTHERS, SCORE("a", RULE_ON("{segment: big}")), "big",
         "segment 'big' is one of companies, but here contacts are tested"},
        {OTHERS, SCORE("a", RULE_ON("{score: accounts, gt: 1}")), "accounts",
         "score 'accounts' is one of companies, but here contacts are tested; a rollup rule can sum it up"},
        {OTHERS, SCORE("a", "{name: R, over: deals, take: sum, score: accounts}"), "R",
         "score 'accounts' is one of companies, but this rule goes over deals"},
        {OTHERS, SCORE("a", "{name: R, over: companies, take: sum, score: account}"), "R",
         "there is no score 'account'; did you mean 'accounts'?"},
        {OTHERS, SCORE("a", "{name: R, over: companies, take: sum, rule: {when: {segment: new_ones}, points: 1}}"),
         "new_ones", "segment 'new_ones' is one of contacts, but here companies are tested"},
    };
    check_found(SEVERITY_ERROR, row, COUNT_OF(row));
}

TEST(a_circle_is_named)
{
    static const struct mistake row[] = {
        {"", SCORE("a", RULE_ON("{score: a, gt: 1}")), "a",
         "scores and segments may not build on one another in a circle: a -> a"},
        {"", SCORE("a", RULE_ON("{score: b, gt: 1}")) "---\n" SCORE("b", RULE_ON("{score: a, gt: 1}")), "a",
         "scores and segments may not build on one another in a circle: a -> b -> a"},
        {"",
         SCORE("z", RULE_ON("{score: a, gt: 1}")) "---\n" SCORE(
             "a", RULE_ON("{segment: b}")) "---\nsegment: b\nwhen: {any: [{segment: c}]}\n---\nsegment: c\nwhen: {not: "
                                           "{score: a, lt: 3}}\n",
         "a", "scores and segments may not build on one another in a circle: a -> b -> c -> a"},
        {"", "segment: s\nwhen: {segment: s}\n", "s",
         "scores and segments may not build on one another in a circle: s -> s"},
        {"",
         "score: a\nobject: company\nfor: {segment: s}\ngroups: []\n---\nsegment: s\nobject: company\nwhen: {score: a, "
         "gt: 1}\n",
         "a", "scores and segments may not build on one another in a circle: a -> s -> a"},
        {"",
         "score: a\nobject: company\ngroups: [{name: G, category: fit, rules: [{name: R, over: contacts, take: max, "
         "score: b}]}]\n"
         "---\nscore: b\ngroups: [{name: G, category: fit, rules: [{name: S, over: companies, take: max, rule: "
         "{when: {score: a, gt: 1}, points: 1}}]}]\n",
         "a", "scores and segments may not build on one another in a circle: a -> b -> a"},
    };
    check_found(SEVERITY_ERROR, row, COUNT_OF(row));
}

TEST(each_score_comes_after_those_it_uses)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    parse(&fixture, SCORE("a", RULE_ON("{segment: s}")) "---\n" SCORE("b", RULE_ON("{score: d, gt: 1}")) "---\n" SCORE(
                        "c", "{name: R, over: companies, take: sum, rule: {when: {all: []}, "
                             "points: 1}}") "---\n" SCORE("d", RULE_ON("{score: c, gt: 1}")) "---"
                                                                                             "\nsegment: "
                                                                                             "s\nwhen: "
                                                                                             "{score: b, "
                                                                                             "gt: 1}\n");
    CHECK_TRUE(fixture_check(&fixture));
    uint32_t at[5] = {0};
    for (uint32_t i = 0; i < 5; i++) at[fixture.set.order[i]] = i;
    uint32_t a = definitions_find_score(&fixture.set, STR("a")), b = definitions_find_score(&fixture.set, STR("b"));
    uint32_t c = definitions_find_score(&fixture.set, STR("c")), d = definitions_find_score(&fixture.set, STR("d"));
    uint32_t inner = fixture.set.scores[c]->groups[0].rules[0].score;
    CHECK_TRUE(at[inner] < at[c]);
    CHECK_TRUE(at[c] < at[d]);
    CHECK_TRUE(at[d] < at[b]);
    CHECK_TRUE(at[b] < at[a]);
}

/* s0 holds always, and each further segment uses the one before it `times` times. */
static void parse_chain(struct fixture *fixture, int length, int times)
{
    AUTO_BUF text = BUF_INIT(10000000);
    buf_append_c(&text, "segment: s0\nwhen: {all: []}\n");
    for (int i = 1; i < length; i++) {
        buf_format(&text, "---\nsegment: s%d\nwhen: {all: [", i);
        for (int k = 0; k < times; k++) buf_format(&text, "{segment: s%d},", i - 1);
        buf_append_c(&text, "]}\n");
    }
    buf_format(&text, "---\n" SCORE("a", RULE_ON("{segment: s%d}")), length - 1);
    buf_append_char(&text, '\0');
    parse(fixture, text.at);
}

TEST(a_chain_of_definitions_has_a_ceiling)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    parse_chain(&fixture, 49, 1);
    CHECK_TRUE(fixture_check(&fixture));
    AUTO_FIXTURE longer;
    fixture_open(&longer);
    parse_chain(&longer, 10000, 1);
    CHECK_FALSE(fixture_check(&longer));
    fixture_expect(&longer, SEVERITY_ERROR, "s50",
                   "too many scores and segments build on one another; at most 50 are taken");
}

TEST(segments_that_multiply_have_a_ceiling)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    parse_chain(&fixture, 40, 3);
    CHECK_FALSE(fixture_check(&fixture));
    fixture_expect(&fixture, SEVERITY_ERROR, "a",
                   "too many conditions, counting those of segments wherever they are used; at most 2000000 are taken");
}

TEST(what_is_hardly_meant_is_warned_of)
{
    static const struct mistake row[] = {
        {"", "score: s\ngroups: []\n", "s", "this score has no groups, so nothing ever counts"},
        {AROUND_GROUP, "{name: G, category: fit, rules: []}", "G", "this group has no rule that is switched on"},
        {AROUND_RULE, "{name: R, event: e, points: 5, enabled: false}", "G",
         "this group has no rule that is switched on"},
        {AROUND_RULE, "{name: R, event: e, points: 0}", "R", "this rule never counts: all its points are 0"},
        {AROUND_RULE, "{name: R, when: {all: []}, points: 0, otherwise: 0}", "R",
         "this rule never counts: all its points are 0"},
        {AROUND_RULE, "{name: R, property: p, values: [{gt: 5, points: 0}]}", "R",
         "this rule never counts: all its points are 0"},
        {AROUND_RULE, "{name: R, event: e, ranges: [{from: 5, points: 0}]}", "R",
         "this rule never counts: all its points are 0"},
        {AROUND_RULE, "{name: R, event: e, points: 5, min: 0, max: 0}", "R",
         "this rule never counts: its 'min' and 'max' are both 0"},
        {AROUND_RULE, "{name: R, event: e, points: 5, within: 90d, decay: {percent: 50, every: 30d}}", "R",
         "'within' reaches further back than points last: after 60 days the decay leaves nothing"},
        {AROUND_RULE, "{name: R, event: e, points: 5, within: 3d, decay: {percent: 100, every: 1h, shape: step}}", "R",
         "'within' reaches further back than points last: after 1 hours the decay leaves nothing"},
        {AROUND_RULE, "{name: R, property: p, values: [{gt: 5, points: 1}, {gt: 3, points: 2}, {gt: 5, points: 3}]}",
         "gt", "an earlier entry says the same and comes first, so this one never counts"},
        {AROUND_RULE, "{name: R, event: e, points: 1}\nmax: 50\nbands: [{label: A, from: 51}, {label: B, from: 50}]\n",
         "A", "no record reaches this band: it begins at 51, and the score's 'max' is 50"},
        {AROUND_RULE,
         "{name: R, event: e, points: 1}\nfit: {max: 5}\ngrades: {fit: [{label: A, from: 6}, {label: B}], engagement: "
         "[{label: C}]}\n",
         "A", "no record reaches this grade: it begins at 6, and 'max' of 'fit' is 5"},
    };
    check_found(SEVERITY_WARNING, row, COUNT_OF(row));
}

TEST(what_is_meant_is_not_warned_of)
{
    static const char *const row[] = {
        "{name: R, event: e, points: 0, enabled: false}\n      - {name: S, event: e, points: 1}",
        "{name: R, when: {all: []}, points: 0, otherwise: -1}",
        "{name: R, property: p, values: [{gt: 5, points: 0}], unknown: -3}",
        "{name: R, event: e, points: 5, within: 60d, decay: {percent: 50, every: 30d}}",
        "{name: R, event: e, ranges: [{from: 5, points: 1}], within: 90d, decay: {percent: 50, every: 30d}}",
        "{name: R, event: e, points: 5, within: 90d, decay: none}",
        "{name: R, property: p, values: [{is: a, points: 1}, {is_not: a, points: 2}, {ever: {is: a}, points: 3}]}",
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_FIXTURE fixture;
        fixture_open(&fixture);
        fixture_parse_good(&fixture, AROUND_RULE, row[i]);
        if (!fixture_check(&fixture) || fixture.diagnostics.count > 0)
            FAIL("%s: " STR_FMT, row[i], STR_ARG(fixture.diagnostics.item[0].message));
    }
}

TEST(nothing_is_warned_of_while_there_are_errors)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    parse(&fixture, "score: a\ngroups: []\nfor: {segment: s}\n");
    CHECK_FALSE(fixture_check(&fixture));
    CHECK_INT(fixture.diagnostics.warnings, 0);
    CHECK_INT(fixture.diagnostics.errors, 1);
}

TEST(binding_gives_each_test_the_type_of_its_property)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    parse(&fixture, "score: a\nfor: {property: p, gt: 5}\ngroups:\n  - name: G\n    category: fit\n    rules:\n"
                    "      - {name: R, property: q, values: [{before: now, points: 1}]}\n"
                    "      - {name: S, event: e, where: {property: r, has_any: x}, points: 1}\n"
                    "---\nsegment: s\nwhen: {property: t, is: IT}\n");
    CHECK_TRUE(fixture_check(&fixture));
    CHECK_TRUE(fixture_bind(&fixture, NULL));
    CHECK_INT(fixture.diagnostics.count, 0);
    const struct score *score = fixture.set.scores[0];
    CHECK_INT(score->scope->test->type, TYPE_NUMBER);
    CHECK_DOUBLE(score->scope->test->arguments[0].number, 5);
    CHECK_INT(score->groups[0].rules[0].cases[0].test.type, TYPE_DATETIME);
    CHECK_INT(score->groups[0].rules[1].selection.where->test->type, TYPE_SET);
    CHECK_STR(fixture.set.segments[0]->when->test->arguments[0].folded, STR("it"));
}

TEST(a_test_that_does_not_fit_its_declared_type_is_refused_at_its_operator)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    const struct source schema = {STR("schema.yaml"), STR("contact: {p: string}")};
    catalog_read_schema(fixture.catalog, &schema, &fixture.diagnostics);
    parse(&fixture, "segment: s\nwhen: {all: [{property: p, is: 5}, {property: p, gt: 5}]}\n");
    CHECK_TRUE(fixture_check(&fixture));
    CHECK_FALSE(fixture_bind(&fixture, NULL));
    CHECK_INT(fixture.diagnostics.errors, 1);
    CHECK_STR(fixture_underlined(&fixture.diagnostics.item[0]), STR("gt"));
}

TEST(a_property_that_nothing_has_is_warned_of_once)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    parse(&fixture, "segment: s\nwhen: {all: [{property: industy, is: 5}, {property: industy, is: 6}, {property: "
                    "company.size, gt: 1}]}\n");
    CHECK_TRUE(fixture_check(&fixture));
    uint32_t industry = catalog_property(fixture.catalog, ENTITY_CONTACT, STR("industry"));
    bool seen[16] = {false};
    seen[industry] = true;
    seen[catalog_find(fixture.catalog, ENTITY_COMPANY, STR("size"))] = true;
    CHECK_TRUE(fixture_bind(&fixture, seen));
    fixture_expect(&fixture, SEVERITY_WARNING, "industy",
                   "no contact has a property 'industy' yet, so this will see no value; did you mean 'industry'?");
}

TEST(without_data_only_a_schema_can_miss_a_property)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    const struct source schema = {STR("schema.yaml"), STR("contact: {p: string}")};
    catalog_read_schema(fixture.catalog, &schema, &fixture.diagnostics);
    parse(&fixture, AROUND_RULE
          "{name: R, property: q, values: [{is: a, points: 1}]}\n"
          "      - {name: S, when: {all: [{property: p, is: a}, {property: company.z, is: a}]}, points: 1}\n");
    CHECK_TRUE(fixture_check(&fixture));
    CHECK_TRUE(fixture_bind(&fixture, NULL));
    fixture_expect(&fixture, SEVERITY_WARNING, "q", "no contact has a property 'q' yet, so this will see no value");
}

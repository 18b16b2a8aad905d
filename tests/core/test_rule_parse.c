/* test_rule_parse.c — rules as authors write them, and the mistakes they make. */
// SPDX-License-Identifier: Apache-2.0
#include "definition_fixture.h"

TEST(each_decay_is_read_as_written)
{
    static const struct {
        const char *text;
        struct decay decay;
    } row[] = {
        {"none", {DECAY_NONE, 0, 0, 0}},
        {"{half_life: 36h}", {DECAY_HALF_LIFE, 0, 36, 60}},
        {"{half_life: 2w}", {DECAY_HALF_LIFE, 0, 14, 1440}},
        {"{percent: 50, every: 30d}", {DECAY_LINEAR, 50, 30, 1440}},
        {"{percent: 12.5, every: 90m, shape: linear}", {DECAY_LINEAR, 12.5, 90, 1}},
        {"{percent: 100, every: 1d, shape: step}", {DECAY_STEP, 100, 1, 1440}},
        {"{percent: 10, every: 1w, shape: compound}", {DECAY_COMPOUND, 10, 7, 1440}},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_FIXTURE fixture;
        fixture_open(&fixture);
        struct str text = arena_format(fixture.arena, "{name: R, event: e, points: 5, decay: %s}", row[i].text);
        fixture_parse_good(&fixture, AROUND_RULE, text.at);
        const struct decay *decay = &fixture_rule(&fixture)->decay;
        CHECK_INT(decay->shape, row[i].decay.shape);
        CHECK_DOUBLE(decay->percent, row[i].decay.percent);
        CHECK_INT(decay->period, row[i].decay.period);
        CHECK_INT(decay->unit_minutes, row[i].decay.unit_minutes);
    }
}

TEST(a_rule_s_own_decay_and_bots_replace_its_group_s_and_a_group_s_bots_its_score_s)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(&fixture, "",
                       "score: s\nbots: include\ngroups:\n"
                       "  - name: G\n    category: engagement\n    decay: {half_life: 1d}\n    rules:\n"
                       "      - {name: a, event: e, points: 1}\n"
                       "      - {name: b, event: e, points: 1, decay: none, bots: exclude}\n"
                       "  - name: H\n    category: engagement\n    bots: exclude\n    rules:\n"
                       "      - {name: a, event: e, points: 1, decay: {half_life: 2d}}\n"
                       "      - {name: b, event: e, ranges: [{from: 1, points: 1}], bots: include}\n");
    const struct group *groups = fixture.set.scores[0]->groups;
    CHECK_INT(groups[0].rules[0].decay.period, 1);
    CHECK_TRUE(groups[0].rules[0].selection.include_bots);
    CHECK_INT(groups[0].rules[1].decay.shape, DECAY_NONE);
    CHECK_FALSE(groups[0].rules[1].selection.include_bots);
    CHECK_INT(groups[1].rules[0].decay.period, 2);
    CHECK_FALSE(groups[1].rules[0].selection.include_bots);
    CHECK_INT(groups[1].rules[1].decay.shape, DECAY_NONE);
    CHECK_TRUE(groups[1].rules[1].selection.include_bots);
}

TEST(ranges_may_stand_in_any_order)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(&fixture, AROUND_RULE,
                       "{name: R, ranges: [{from: 4, points: 15}, {from: 1, to: 3, points: 5}], event: e}");
    const struct rule *rule = fixture_rule(&fixture);
    CHECK_INT(rule->kind, RULE_RANGES);
    CHECK_INT(rule->ranges[0].from, 1);
    CHECK_INT(rule->ranges[1].from, 4);
}

TEST(each_way_to_take_a_rollup_is_read)
{
    static const struct {
        const char *text;
        enum take take;
        uint32_t top;
    } row[] = {
        {"sum", TAKE_SUM, 0},   {"avg", TAKE_AVG, 0},       {"min", TAKE_MIN, 0},      {"max", TAKE_MAX, 0},
        {"top 2", TAKE_TOP, 2}, {"'top 10'", TAKE_TOP, 10}, {"{top: 3}", TAKE_TOP, 3},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_FIXTURE fixture;
        fixture_open(&fixture);
        struct str text = arena_format(fixture.arena,
                                       "{name: R, over: companies, take: %s, score: c, part: engagement}", row[i].text);
        fixture_parse_good(&fixture, AROUND_RULE, text.at);
        const struct rule *rule = fixture_rule(&fixture);
        CHECK_INT(rule->kind, RULE_ROLLUP);
        CHECK_INT(rule->take, row[i].take);
        CHECK_INT(rule->top, row[i].top);
        CHECK_INT(rule->over, ENTITY_COMPANY);
        CHECK_INT(rule->part, PART_ENGAGEMENT);
        CHECK_STR(rule->score_name, STR("c"));
    }
}

TEST(a_rollup_s_inner_rule_becomes_a_score_that_nobody_sees)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(
        &fixture, "",
        "score: accounts\nobject: company\ngroups:\n"
        "  - name: People\n    category: engagement\n    decay: {half_life: 7d}\n    bots: include\n    rules:\n"
        "      - {name: Busy, over: contacts, take: avg, rule: {event: e, points: 5, max: 20}}\n"
        "      - {name: Won, over: deals, take: sum, rule: {name: x, when: {property: stage, is: won}, points: 9}}\n");
    CHECK_INT(fixture.set.score_count, 3);
    const struct score *outer = fixture.set.scores[2];
    CHECK_STR(outer->name, STR("accounts"));
    const struct rule *busy = &outer->groups[0].rules[0], *won = &outer->groups[0].rules[1];
    CHECK_INT(busy->score_name.len, 0);
    const struct score *inner = fixture.set.scores[busy->score];
    CHECK_TRUE(inner->anonymous);
    CHECK_STR(inner->name, STR("accounts/People/Busy"));
    CHECK_INT(inner->object, ENTITY_CONTACT);
    CHECK_INT(inner->no_match, NO_MATCH_ZERO);
    CHECK_INT(inner->groups[0].category, CATEGORY_ENGAGEMENT);
    CHECK_STR(inner->groups[0].rules[0].name, STR("Busy"));
    CHECK_TRUE(inner->groups[0].rules[0].clamp.has_max);
    CHECK_INT(inner->groups[0].rules[0].clamp.max, 20);
    CHECK_INT(inner->groups[0].rules[0].decay.period, 7);
    CHECK_TRUE(inner->groups[0].rules[0].selection.include_bots);
    inner = fixture.set.scores[won->score];
    CHECK_INT(inner->object, ENTITY_DEAL);
    CHECK_INT(inner->groups[0].category, CATEGORY_FIT);
    CHECK_INT(inner->groups[0].rules[0].when->property, catalog_find(fixture.catalog, ENTITY_DEAL, STR("stage")));
    CHECK_INT(definitions_find_score(&fixture.set, STR("accounts/People/Busy")), UINT32_MAX);
}

TEST(each_mistake_of_any_rule_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_RULE, "R\n", "R",
         "expected a rule such as {name: IT, when: {property: company.industry, is: IT}, points: 2}, not 'R'"},
        {AROUND_RULE, "{name: R, points: 3}", "{",
         "a rule says what it looks at: 'when', 'property' with 'values', 'event', or 'over' with 'take'; as in {name: "
         "IT, "
         "when: {property: company.industry, is: IT}, points: 2}"},
        {AROUND_RULE, "{name: R, evnt: e, points: 3}", "evnt", "unknown key 'evnt'; did you mean 'event'?"},
        {AROUND_RULE, "{name: R, when: {all: []}, event: e, points: 3}", "event",
         "a rule looks at one thing, but here are 'when' and 'event'; make two rules of it"},
        {AROUND_RULE, "{event: e, points: 3}", "{",
         "a rule with 'event' needs 'name', as in {name: Visit, event: page_viewed, points: 1}"},
        {AROUND_RULE, "{name: R, event: e, points: 3}\n      - {name: R, event: f, points: 3}", "R",
         "a second rule of this group is named 'R'; the first is in line 6"},
        {AROUND_RULE, "{name: R, event: e, points: many}", "many",
         "'points' must be a whole number from -10000 to 10000, not 'many'"},
        {AROUND_RULE, "{name: R, event: e, points: 2.5}", "2.5",
         "'points' must be a whole number from -10000 to 10000, not '2.5'"},
        {AROUND_RULE, "{name: R, event: e, points: 10001}", "10001",
         "'points' must be a whole number from -10000 to 10000, not '10001'"},
        {AROUND_RULE, "{name: R, event: e, points: '5'}", "'5'", "'points' must be a number: write 5 without quotes"},
        {AROUND_RULE, "{name: R, event: e, points: [5]}", "[",
         "'points' must be a whole number from -10000 to 10000, not a list"},
        {AROUND_RULE, "{name: R, event: e, points: }", "points", "'points' has no value; give it one or leave it out"},
        {AROUND_RULE, "{name: R, event: e, pionts: 5}", "pionts", "unknown key 'pionts'; did you mean 'points'?"},
        {AROUND_RULE, "{name: R, event: e, points: 5, enabled: no}", "no", "'enabled' must be true or false, not 'no'"},
        {AROUND_RULE, "{name: R, event: e, points: 5, min: 3, max: 2}", "2", "'max' is 2, below 'min', which is 3"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(each_mistake_of_a_property_rule_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_RULE, "{name: R, when: {all: []}}", "R",
         "a rule with 'when' needs 'points', as in {name: IT, when: {property: company.industry, is: IT}, points: 2}"},
        {AROUND_RULE, "{name: R, when: {all: []}, points: 3, otherwise: x}", "x",
         "'otherwise' must be a whole number from -10000 to 10000, not 'x'"},
        {AROUND_RULE, "{name: R, when: {all: []}, points: 3, unknown: 0}", "unknown",
         "'unknown' belongs to a rule with 'values', but this is a rule with 'when'"},
        {AROUND_RULE, "{name: R, when: {all: []}, points: 3, decay: none}", "decay",
         "'decay' belongs to a rule with 'event', but this is a rule with 'when'"},
        {AROUND_RULE, "{name: R, property: p}", "R",
         "a rule with 'values' needs 'values', as in {name: Size, property: employees, values: [{gt: 100, points: "
         "2}]}"},
        {AROUND_RULE, "{name: R, values: [{gt: 1, points: 2}]}", "R",
         "a rule with 'values' needs 'property', as in {name: Size, property: employees, values: [{gt: 100, points: "
         "2}]}"},
        {AROUND_RULE, "{name: R, property: p, is: x}", "is",
         "a single test stands under 'when', as in {when: {property: ..., is: ...}, points: ...}"},
        {AROUND_RULE, "{name: R, property: p, values: [], unknown: 3}", "[",
         "'values' must not be empty: [{gt: 100, points: 2}]"},
        {AROUND_RULE, "{name: R, property: p, values: {IT: 3}}", "{",
         "'values' must be a list such as [{gt: 100, points: 2}], not keys with values"},
        {AROUND_RULE, "{name: R, property: p, values: [IT]}", "IT",
         "expected an entry of 'values' such as {gt: 100, points: 2}, not 'IT'"},
        {AROUND_RULE, "{name: R, property: p, values: [{is: IT}]}", "{",
         "an entry of 'values' needs 'points', as in {gt: 100, points: 2}"},
        {AROUND_RULE, "{name: R, property: p, values: [{is: IT, points: 1}], points: 3}", "points",
         "each entry of 'values' has its own 'points', as in {gt: 100, points: 2}"},
        {AROUND_RULE, "{name: R, property: p, values: [{points: 2}]}", "{",
         "there is no operator here, such as is, in, contains, gt, known or within"},
        {AROUND_RULE, "{name: R, property: p, values: [{gt: 1, lt: 5, points: 2}]}", "lt",
         "a test has one operator, but here are 'gt' and 'lt'; use 'between', or join two tests with all: [...]"},
        {AROUND_RULE, "{name: R, property: contact.p, values: [{gt: 1, points: 2}]}", "contact.p",
         "a record's own property is named without the kind in front"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(each_mistake_of_an_event_rule_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_RULE, "{name: R, event: e}", "R",
         "a rule with 'event' needs 'points', as in {name: Visit, event: page_viewed, points: 1}"},
        {AROUND_RULE, "{name: R, event: e, points: 1, count: twice}", "twice",
         "'count' must be each or once, not 'twice'"},
        {AROUND_RULE, "{name: R, event: e, points: 1, per_day: 0}", "0",
         "'per_day' must be a whole number from 1 to 1000000, not '0'"},
        {AROUND_RULE, "{name: R, event: e, points: 1, at_most: 1000001}", "1000001",
         "'at_most' must be a whole number from 1 to 1000000, not '1000001'"},
        {AROUND_RULE, "{name: R, event: e, points: 1, otherwise: 2}", "otherwise",
         "'otherwise' belongs to a rule with 'when', but this is a rule with 'event'"},
        {AROUND_RULE, "{name: R, event: e, points: 1, decay: fast}", "fast",
         "expected a decay such as none, {half_life: 30d} or {percent: 50, every: 30d}, not 'fast'"},
        {AROUND_RULE, "{name: R, event: e, points: 1, decay: {halflife: 3d}}", "halflife",
         "unknown key 'halflife'; did you mean 'half_life'?"},
        {AROUND_RULE, "{name: R, event: e, points: 1, decay: {half_life: 3d, percent: 5}}", "5",
         "'percent' does not go with 'half_life'; a decay is either {half_life: 30d} or {percent: 50, every: 30d}"},
        {AROUND_RULE, "{name: R, event: e, points: 1, decay: {percent: 5}}", "{",
         "a decay needs 'every', as in none, {half_life: 30d} or {percent: 50, every: 30d}"},
        {AROUND_RULE, "{name: R, event: e, points: 1, decay: {every: 5d}}", "{",
         "a decay needs 'percent', as in none, {half_life: 30d} or {percent: 50, every: 30d}"},
        {AROUND_RULE, "{name: R, event: e, points: 1, decay: {percent: 0, every: 5d}}", "0",
         "'percent' must be a number above 0 and up to 100, not '0'"},
        {AROUND_RULE, "{name: R, event: e, points: 1, decay: {percent: 100.1, every: 5d}}", "100.1",
         "'percent' must be a number above 0 and up to 100, not '100.1'"},
        {AROUND_RULE, "{name: R, event: e, points: 1, decay: {percent: 50%, every: 5d}}", "50%",
         "'percent' must be a number above 0 and up to 100, not '50%'; leave the sign '%' out"},
        {AROUND_RULE, "{name: R, event: e, points: 1, decay: {percent: 5, every: 5d, shape: steps}}", "steps",
         "'shape' must be linear, step or compound, not 'steps'; did you mean 'step'?"},
        {AROUND_RULE, "{name: R, ranges: [{from: 1, points: 1}]}", "R",
         "a rule with 'ranges' needs 'event', as in {name: Visits, event: page_viewed, ranges: [{from: 10, points: "
         "5}]}"},
        {AROUND_RULE, "{name: R, event: e, ranges: [{from: 1, points: 1}], points: 3}", "points",
         "each range has its own 'points', as in {from: 10, to: 24, points: 5}"},
        {AROUND_RULE, "{name: R, event: e, ranges: [{from: 1, points: 1}], count: once}", "count",
         "with 'ranges' the number of events picks the points, so 'count' has nothing to say"},
        {AROUND_RULE, "{name: R, event: e, ranges: []}", "[",
         "'ranges' must not be empty: [{from: 1, to: 3, points: 5}, {from: 4, points: 15}]"},
        {AROUND_RULE, "{name: R, event: e, ranges: [{from: 0, points: 1}]}", "0",
         "'from' must be a whole number from 1 to 1000000000, not '0'"},
        {AROUND_RULE, "{name: R, event: e, ranges: [{to: 3, points: 1}]}", "{",
         "a range needs 'from', as in {from: 10, to: 24, points: 5}"},
        {AROUND_RULE, "{name: R, event: e, ranges: [{from: 3}]}", "{",
         "a range needs 'points', as in {from: 10, to: 24, points: 5}"},
        {AROUND_RULE, "{name: R, event: e, ranges: [{from: 3, to: 2, points: 1}]}", "2",
         "'to' is 2, below 'from', which is 3"},
        {AROUND_RULE, "{name: R, event: e, ranges: [{from: 3, to: 6, points: 1}, {from: 1, to: 3, points: 2}]}", "{",
         "ranges overlap: 3 events are also in the one from 1 to 3"},
        {AROUND_RULE, "{name: R, event: e, ranges: [{from: 3, points: 1}, {from: 9, to: 10, points: 2}]}", "{",
         "ranges overlap: 9 events are also in the one that begins at 3 and has no 'to'"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(each_mistake_of_a_rollup_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_RULE, "{name: R, over: deals, score: d}", "R",
         "a rule with 'over' needs 'take', as in {name: Best contact, over: contacts, take: max, score: lead_score}"},
        {AROUND_RULE, "{name: R, take: sum, score: d}", "R",
         "a rule with 'over' needs 'over', as in {name: Best contact, over: contacts, take: max, score: lead_score}"},
        {AROUND_RULE, "{name: R, over: deal, take: sum, score: d}", "deal",
         "'over' must be companies or deals, not 'deal'; did you mean 'deals'?"},
        {AROUND_RULE, "{name: R, over: contacts, take: sum, score: d}", "contacts",
         "a score of contacts cannot roll up contacts; 'over' must be companies or deals"},
        {AROUND_RULE, "{name: R, over: deals, take: best, score: d}", "best",
         "'take' must be sum, avg, min, max or top N (such as top 3), not 'best'"},
        {AROUND_RULE, "{name: R, over: deals, take: top, score: d}", "top",
         "'take: top N' needs a whole number from 1 to 1000000, as in top 3, not 'top'"},
        {AROUND_RULE, "{name: R, over: deals, take: top 0, score: d}", "top 0",
         "'take: top N' needs a whole number from 1 to 1000000, as in top 3, not 'top 0'"},
        {AROUND_RULE, "{name: R, over: deals, take: {top: 0}, score: d}", "0",
         "'top' must be a whole number from 1 to 1000000, not '0'"},
        {AROUND_RULE, "{name: R, over: deals, take: sum}", "R",
         "a rollup takes either a 'score' or a 'rule', and here is neither"},
        {AROUND_RULE, "{name: R, over: deals, take: sum, score: d, rule: {event: e, points: 1}}", "R",
         "a rollup takes either a 'score' or a 'rule', not both"},
        {AROUND_RULE, "{name: R, over: deals, take: sum, part: fit, rule: {event: e, points: 1}}", "fit",
         "'part' goes with 'score'; a 'rule' has no parts"},
        {AROUND_RULE, "{name: R, over: deals, take: sum, score: d, points: 3}", "points",
         "a rollup has no 'points'; it takes those of its 'score' or 'rule'"},
        {AROUND_RULE, "{name: R, over: deals, take: sum, score: d, decay: none}", "decay",
         "a rollup has no 'decay'; its 'score' or 'rule' may have one"},
        {AROUND_RULE, "{name: R, over: deals, take: sum, rule: {over: contacts, take: sum, score: x}}", "{",
         "a rollup's 'rule' cannot be a rollup itself; give that one a score of its own"},
        {AROUND_RULE, "{name: R, over: deals, take: sum, rule: {event: e}}", "{",
         "a rule with 'event' needs 'points', as in {name: Visit, event: page_viewed, points: 1}"},
        {AROUND_RULE, "{name: R, over: companies, take: sum, rule: {when: {property: deal.amount, gt: 1}, points: 2}}",
         "deal.amount",
         "a company has many deals, so none of their properties can be named; sum them up with a rollup rule: {over: "
         "deals, ...}"},
    };
    check_mistakes(row, COUNT_OF(row));
}

/* test_condition_parse.c — conditions as authors write them, and the mistakes they make. */
// SPDX-License-Identifier: Apache-2.0
#include "definition_fixture.h"

static const struct test *only_test(struct fixture *fixture, const char *text)
{
    fixture_parse_good(fixture, AROUND_CONDITION, text);
    const struct condition *condition = fixture_condition(fixture);
    CHECK_INT(condition->kind, CONDITION_PROPERTY);
    return condition->test;
}

TEST(each_operator_is_known_by_its_name)
{
    static const struct {
        const char *text;
        enum operator_ op;
        uint32_t arguments;
    } row[] = {
        {"{property: p, known: true}", OP_KNOWN, 0},
        {"{property: p, known: false}", OP_UNKNOWN, 0},
        {"{property: p, unknown: true}", OP_UNKNOWN, 0},
        {"{property: p, unknown: false}", OP_KNOWN, 0},
        {"{property: p, is: IT}", OP_IS, 1},
        {"{property: p, is_not: IT}", OP_IS_NOT, 1},
        {"{property: p, in: [IT, Software]}", OP_IN, 2},
        {"{property: p, not_in: [IT]}", OP_NOT_IN, 1},
        {"{property: p, contains: a}", OP_CONTAINS, 1},
        {"{property: p, contains: [a, b]}", OP_CONTAINS, 2},
        {"{property: p, not_contains: [a, b]}", OP_NOT_CONTAINS, 2},
        {"{property: p, starts_with: /pricing}", OP_STARTS_WITH, 1},
        {"{property: p, ends_with: ['@a.example', '@b.example']}", OP_ENDS_WITH, 2},
        {"{property: p, gt: 5}", OP_GT, 1},
        {"{property: p, gte: -5.5}", OP_GTE, 1},
        {"{property: p, lt: 1e3}", OP_LT, 1},
        {"{property: p, lte: 0}", OP_LTE, 1},
        {"{property: p, between: [5, 100]}", OP_BETWEEN, 2},
        {"{property: p, between: [2026-01-01, now]}", OP_BETWEEN, 2},
        {"{property: p, not_between: [5, 5]}", OP_NOT_BETWEEN, 2},
        {"{property: p, has_any: [a, b]}", OP_HAS_ANY, 2},
        {"{property: p, has_all: a}", OP_HAS_ALL, 1},
        {"{property: p, has_none: [a]}", OP_HAS_NONE, 1},
        {"{property: p, is_exactly: [a, b]}", OP_IS_EXACTLY, 2},
        {"{property: p, before: 2026-01-31}", OP_BEFORE, 1},
        {"{property: p, after: now-30d}", OP_AFTER, 1},
        {"{property: p, after: '2026-01-31T09:00:00+02:00'}", OP_AFTER, 1},
        {"{property: p, within: 30d}", OP_WITHIN, 0},
        {"{property: p, older_than: 12w}", OP_OLDER_THAN, 0},
        {"{property: p, in_next: 36h}", OP_IN_NEXT, 0},
        {"{property: p, changed_within: 15m}", OP_CHANGED_WITHIN, 0},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_FIXTURE fixture;
        fixture_open(&fixture);
        const struct test *test = only_test(&fixture, row[i].text);
        CHECK_INT(test->op, row[i].op);
        CHECK_INT(test->argument_count, row[i].arguments);
        CHECK_FALSE(test->ever);
        CHECK_FALSE(test->or_unknown);
    }
}

TEST(an_argument_keeps_its_words_its_place_and_whether_it_was_quoted)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    const struct test *test = only_test(&fixture, "{property: p, in: [ 5, ' 6 ']}");
    CHECK_STR(test->arguments[0].text, STR("5"));
    CHECK_TRUE(test->arguments[0].plain);
    CHECK_INT(test->arguments[0].at.line, 2);
    CHECK_INT(test->arguments[0].at.column, 27);
    CHECK_STR(test->arguments[1].text, STR("6"));
    CHECK_FALSE(test->arguments[1].plain);
    CHECK_INT(test->at.column, 21);
}

TEST(a_duration_keeps_the_unit_it_was_written_in)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    const struct test *test = only_test(&fixture, "{property: p, within: 36h}");
    CHECK_INT(test->duration.count, 36);
    CHECK_INT(test->duration.unit_minutes, 60);
}

TEST(a_test_may_ask_for_any_version_and_may_hold_without_a_value)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    const struct test *test =
        only_test(&fixture, "{property: stage, ever: {in: [customer, partner]}, or_unknown: true}");
    CHECK_INT(test->op, OP_IN);
    CHECK_INT(test->argument_count, 2);
    CHECK_TRUE(test->ever);
    CHECK_TRUE(test->or_unknown);
}

TEST(a_property_is_the_records_own_or_one_hop_away)
{
    static const struct {
        const char *around, *text, *name;
        enum entity entity;
        enum hop hop;
    } row[] = {
        {AROUND_CONDITION, "{property: industry, is: IT}", "industry", ENTITY_CONTACT, HOP_OWN},
        {AROUND_CONDITION, "{property: company.industry, is: IT}", "industry", ENTITY_COMPANY, HOP_COMPANY},
        {AROUND_CONDITION, "{property: deal.amount, gt: 5}", "amount", ENTITY_DEAL, HOP_DEAL},
        {AROUND_CONDITION, "{property: utm.source, is: x}", "utm.source", ENTITY_CONTACT, HOP_OWN},
        {AROUND_CONDITION, "{property: company.size.class, is: x}", "size.class", ENTITY_COMPANY, HOP_COMPANY},
        {AROUND_CONDITION, "{property: company, is: x}", "company", ENTITY_CONTACT, HOP_OWN},
        {AROUND_CONDITION, "{property: ' First Name ', is: x}", "First Name", ENTITY_CONTACT, HOP_OWN},
        {AROUND_COMPANY_CONDITION, "{property: industry, is: IT}", "industry", ENTITY_COMPANY, HOP_OWN},
        {AROUND_DEAL_CONDITION, "{property: company.industry, is: IT}", "industry", ENTITY_COMPANY, HOP_COMPANY},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_FIXTURE fixture;
        fixture_open(&fixture);
        fixture_parse_good(&fixture, row[i].around, row[i].text);
        const struct condition *condition = fixture_condition(&fixture);
        CHECK_INT(condition->property, catalog_find(fixture.catalog, row[i].entity, str_from_c(row[i].name)));
        CHECK_INT(condition->hop, row[i].hop);
    }
}

TEST(operators_say_what_type_they_need)
{
    static const struct {
        const char *test;
        enum need need;
        enum type type;
    } row[] = {
        {"known: true", NEED_NONE, TYPE_OPEN},
        {"changed_within: 3d", NEED_NONE, TYPE_OPEN},
        {"is: 5", NEED_WEAK, TYPE_NUMBER},
        {"is: '5'", NEED_WEAK, TYPE_STRING},
        {"is: true", NEED_WEAK, TYPE_BOOLEAN},
        {"is: 'true'", NEED_WEAK, TYPE_STRING},
        {"is_not: IT", NEED_WEAK, TYPE_STRING},
        {"in: [1, 2]", NEED_WEAK, TYPE_NUMBER},
        {"in: [1, two]", NEED_WEAK, TYPE_STRING},
        {"in: [true, false]", NEED_WEAK, TYPE_STRING},
        {"contains: 5", NEED_STRONG, TYPE_STRING},
        {"ends_with: x", NEED_STRONG, TYPE_STRING},
        {"gt: 5", NEED_STRONG, TYPE_NUMBER},
        {"between: [1, 2]", NEED_STRONG, TYPE_NUMBER},
        {"not_between: [1, 2]", NEED_STRONG, TYPE_NUMBER},
        {"between: [2026-01-01, 2026-02-01]", NEED_STRONG, TYPE_DATETIME},
        {"has_any: [a]", NEED_STRONG, TYPE_SET},
        {"before: now", NEED_STRONG, TYPE_DATETIME},
        {"older_than: 1d", NEED_STRONG, TYPE_DATETIME},
        {"ever: {lt: 3}", NEED_STRONG, TYPE_NUMBER},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_FIXTURE fixture;
        fixture_open(&fixture);
        struct str text = arena_format(fixture.arena, "{property: p, %s}", row[i].test);
        fixture_parse_good(&fixture, AROUND_CONDITION, text.at);
        const struct property *property = fixture_property(&fixture, ENTITY_CONTACT, "p");
        CHECK_INT(property->need, row[i].need);
        CHECK_INT(property->needed, row[i].type);
    }
}

TEST(an_event_test_selects_events_and_counts_them)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(&fixture, AROUND_CONDITION,
                       "{event: ' page_viewed ', where: {property: path, starts_with: /pricing}, within: 2w, "
                       "count: {at_least: 3, at_most: 9}, bots: include}");
    const struct condition *condition = fixture_condition(&fixture);
    CHECK_INT(condition->kind, CONDITION_EVENT);
    CHECK_STR(condition->selection.event, STR("page_viewed"));
    CHECK_INT(condition->selection.where->property, catalog_find(fixture.catalog, ENTITY_EVENT, STR("path")));
    CHECK_INT(condition->selection.within_minutes, 14 * 1440);
    CHECK_TRUE(condition->selection.include_bots);
    CHECK_INT(condition->selection.per_day, 0);
    CHECK_INT(condition->selection.at_most, 0);
    CHECK_INT(condition->at_least, 3);
    CHECK_INT(condition->at_most, 9);
}

TEST(an_event_test_asks_for_one_event_unless_it_says_otherwise)
{
    static const struct {
        const char *text;
        uint32_t at_least, at_most;
    } row[] = {
        {"{event: any}", 1, UINT32_MAX},
        {"{event: any, count: {at_least: 3}}", 3, UINT32_MAX},
        {"{event: any, count: {at_most: 3}}", 1, 3},
        {"{event: any, count: {at_least: 0, at_most: 3}}", 0, 3},
        {"{event: any, count: {at_least: 0, at_most: 0}}", 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_FIXTURE fixture;
        fixture_open(&fixture);
        fixture_parse_good(&fixture, AROUND_CONDITION, row[i].text);
        const struct condition *condition = fixture_condition(&fixture);
        CHECK_INT(condition->selection.event.len, 0);
        CHECK_INT(condition->selection.within_minutes, -1);
        CHECK_TRUE(condition->selection.where == NULL);
        CHECK_FALSE(condition->selection.include_bots);
        CHECK_INT(condition->at_least, row[i].at_least);
        CHECK_INT(condition->at_most, row[i].at_most);
    }
}

TEST(conditions_are_joined_and_negated)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(
        &fixture, AROUND_CONDITION,
        "{all: [{any: []}, {not: {segment: x}}, {score: lead, part: fit, between: [1, 2], or_unknown: true}]}");
    const struct condition *all = fixture_condition(&fixture);
    CHECK_INT(all->kind, CONDITION_ALL);
    CHECK_INT(all->child_count, 3);
    CHECK_INT(all->children[0]->kind, CONDITION_ANY);
    CHECK_INT(all->children[0]->child_count, 0);
    CHECK_INT(all->children[1]->kind, CONDITION_NOT);
    CHECK_INT(all->children[1]->child_count, 1);
    CHECK_STR(all->children[1]->children[0]->name, STR("x"));
    CHECK_INT(all->children[2]->kind, CONDITION_SCORE);
    CHECK_STR(all->children[2]->name, STR("lead"));
    CHECK_INT(all->children[2]->part, PART_FIT);
    CHECK_INT(all->children[2]->test->op, OP_BETWEEN);
    CHECK_TRUE(all->children[2]->test->or_unknown);
}

TEST(each_mistake_in_a_condition_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_CONDITION, "IT", "IT", "expected a condition such as {property: industry, is: IT}, not 'IT'"},
        {AROUND_CONDITION, "[{segment: a}]", "[",
         "a list of conditions says how they are joined: all: [...] or any: [...]"},
        {AROUND_CONDITION, "{}", "{", "expected a condition such as {property: industry, is: IT}, not nothing"},
        {AROUND_CONDITION, "{propery: a, is: b}", "propery", "unknown key 'propery'; did you mean 'property'?"},
        {AROUND_CONDITION, "{industry: IT}", "industry",
         "a condition has one of all, any, not, property, event, segment, list or score, as in {property: industry, "
         "is: IT}"},
        {AROUND_CONDITION, "{property: a, is: b, event: c}", "event",
         "a condition is about one thing, but here are 'property' and 'event'; join two with all: [...] or any: [...]"},
        {AROUND_CONDITION, "{property: a, iss: b}", "iss", "unknown key 'iss'; did you mean 'is'?"},
        {AROUND_CONDITION, "{event: a, is: b}", "is",
         "'is' belongs to a condition with 'property', but this is a condition with 'event'"},
        {AROUND_CONDITION, "{segment: a, colour: b}", "colour",
         "unknown key 'colour'; a condition with 'segment' may have: segment"},
        {AROUND_CONDITION, "{segment: }", "segment", "'segment' has no value; give it one or leave it out"},
        {AROUND_CONDITION, "{segment: [a]}", "[", "'segment' must be a text, not a list"},
        {AROUND_CONDITION, "{list: [a]}", "[", "'list' must be a text, not a list"},
        {AROUND_CONDITION, "{list: a, within: 3d}", "within",
         "'within' belongs to a condition with 'property', but this is a condition with 'list'"},
        {AROUND_CONDITION, "{list: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "a list's name has at most 64 bytes; this one has 65"},
        {AROUND_CONDITION, "{event: e, where: {list: a}}", "a",
         "inside 'where' only properties of the event itself can be tested; test the record's beside the event, with "
         "all: [...]"},
        {AROUND_CONDITION, "{not: [{segment: a}]}", "[",
         "'not' takes one condition; for a list write not: {any: [...]} or not: {all: [...]}"},
        {AROUND_CONDITION, "{all: {segment: a}}", "{",
         "'all' takes a list of conditions, as in all: [{property: industry, is: IT}, ...], not keys with values"},
        {AROUND_CONDITION, "{any: [a]}", "a", "expected a condition such as {property: industry, is: IT}, not 'a'"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(each_mistake_in_an_operator_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_CONDITION, "{property: a}", "{",
         "there is no operator here, such as is, in, contains, gt, known or within"},
        {AROUND_CONDITION, "{property: a, gt: 1, lt: 5}", "lt",
         "a test has one operator, but here are 'gt' and 'lt'; use 'between', or join two tests with all: [...]"},
        {AROUND_CONDITION, "{property: a, is: b, ever: {is: c}}", "ever",
         "a test has one operator, but here are 'is' and 'ever'; use 'between', or join two tests with all: [...]"},
        {AROUND_CONDITION, "{property: a, is: [b, c]}", "[",
         "'is' compares with one value, not with a list; for several use 'in'"},
        {AROUND_CONDITION, "{property: a, is_not: [b, c]}", "[",
         "'is_not' compares with one value, not with a list; for several use 'not_in'"},
        {AROUND_CONDITION, "{property: a, gt: [1]}", "[", "'gt' compares with one value, not with a list"},
        {AROUND_CONDITION, "{property: a, is: {b: c}}", "{", "'is' compares with one value, not with keys with values"},
        {AROUND_CONDITION, "{property: a, is: }", "is", "'is' has no value; give it one or leave it out"},
        {AROUND_CONDITION, "{property: a, is: ''}", "''",
         "'is' has nothing to compare with; a property without a value is {unknown: true}"},
        {AROUND_CONDITION, "{property: a, in: [b, null]}", "null",
         "'in' has nothing to compare with; a property without a value is {unknown: true}"},
        {AROUND_CONDITION, "{property: a, in: b}", "b",
         "'in' takes a list, as in {in: [a, b]}; for one value use 'is'"},
        {AROUND_CONDITION, "{property: a, not_in: b}", "b",
         "'not_in' takes a list, as in {not_in: [a, b]}; for one value use 'is_not'"},
        {AROUND_CONDITION, "{property: a, in: []}", "[", "'in' has an empty list; it needs at least one value"},
        {AROUND_CONDITION, "{property: a, contains: []}", "[",
         "'contains' has an empty list; it needs at least one value"},
        {AROUND_CONDITION, "{property: a, gt: many}", "many", "'gt' compares numbers, and 'many' is none"},
        {AROUND_CONDITION, "{property: a, lte: 2026-01-31}", "2026-01-31",
         "'lte' compares numbers, and '2026-01-31' is none; dates are compared with 'before' and 'after'"},
        {AROUND_CONDITION, "{property: a, between: 5}", "5", "'between' takes two values, as in {between: [5, 100]}"},
        {AROUND_CONDITION, "{property: a, not_between: [1, 2, 3]}", "[",
         "'not_between' takes two values, as in {not_between: [5, 100]}"},
        {AROUND_CONDITION, "{property: a, between: [100, 5]}", "100",
         "'between' is written from the lower to the higher end: [5, 100]"},
        {AROUND_CONDITION, "{property: a, between: [5, x]}", "x",
         "'between' takes two numbers or two dates, not '5' and 'x'"},
        {AROUND_CONDITION, "{property: a, between: [2026-01-31, 7]}", "7",
         "'between' takes two numbers or two dates, not '2026-01-31' and '7'"},
        {AROUND_CONDITION, "{property: a, not_between: [1, x]}", "x",
         "'not_between' compares numbers, and 'x' is none"},
        {AROUND_CONDITION, "{property: a, before: tomorrow}", "tomorrow",
         "'before' takes a date such as 2026-01-31, 2026-01-31T09:00:00Z, now, now-30d or now+7d, not 'tomorrow'"},
        {AROUND_CONDITION, "{property: a, after: now-30}", "now-30",
         "'after' takes a date such as 2026-01-31, 2026-01-31T09:00:00Z, now, now-30d or now+7d, not 'now-30'"},
        {AROUND_CONDITION, "{property: a, within: month}", "month",
         "'within' must be a duration such as 15m, 36h, 30d or 12w (from 1m to 100 years), not 'month'"},
        {AROUND_CONDITION, "{property: a, older_than: 0d}", "0d",
         "'older_than' must be a duration such as 15m, 36h, 30d or 12w (from 1m to 100 years), not '0d'"},
        {AROUND_CONDITION, "{property: a, known: perhaps}", "perhaps", "'known' must be true or false, not 'perhaps'"},
        {AROUND_CONDITION, "{property: a, known: 'true'}", "'true'", "'known' must be true or false, not 'true'"},
        {AROUND_CONDITION, "{property: a, known: true, or_unknown: true}", "true",
         "'or_unknown' says nothing beside 'known'"},
        {AROUND_CONDITION, "{property: a, is: b, or_unknown: 1}", "1", "'or_unknown' must be true or false, not '1'"},
        {AROUND_CONDITION, "{property: a, ever: b}", "b", "expected 'ever' such as {is: customer}, not 'b'"},
        {AROUND_CONDITION, "{property: a, ever: {is: b, in: [c]}}", "in",
         "a test has one operator, but here are 'is' and 'in'; use 'between', or join two tests with all: [...]"},
        {AROUND_CONDITION, "{property: a, ever: {changed_within: 3d}}", "changed_within",
         "'changed_within' looks at changes already; it does not go inside 'ever'"},
        {AROUND_CONDITION, "{all: [{property: a, gt: 5}, {property: a, before: now}]}", "before",
         "the contact property 'a' is used as a datetime here, but as a number in test.yaml:2:28; a schema can declare "
         "what it is"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(each_mistake_in_a_property_s_name_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_CONDITION, "{property: [a], is: b}", "[", "'property' must be a property's name, not a list"},
        {AROUND_CONDITION, "{property: ' ', is: b}", "' '", "a property's name has 1 to 256 bytes; this one has 0"},
        {AROUND_CONDITION, "{property: company., is: b}", "company.",
         "a property's name has 1 to 256 bytes; this one has 0"},
        {AROUND_CONDITION, "{property: contact.a, is: b}", "contact.a",
         "a record's own property is named without the kind in front"},
        {AROUND_COMPANY_CONDITION, "{property: company.a, is: b}", "company.a",
         "a record's own property is named without the kind in front"},
        {AROUND_COMPANY_CONDITION, "{property: deal.amount, gt: 1}", "deal.amount",
         "a company has many deals, so none of their properties can be named; sum them up with a rollup rule: {over: "
         "deals, ...}"},
        {AROUND_COMPANY_CONDITION, "{property: contact.a, is: b}", "contact.a",
         "a record has many contacts, so none of their properties can be named; sum them up with a rollup rule: {over: "
         "contacts, ...}"},
        {AROUND_DEAL_CONDITION, "{property: contact.a, is: b}", "contact.a",
         "a record has many contacts, so none of their properties can be named; sum them up with a rollup rule: {over: "
         "contacts, ...}"},
        {AROUND_DEAL_CONDITION, "{property: deal.a, is: b}", "deal.a",
         "a record's own property is named without the kind in front"},
        {AROUND_CONDITION, "{property: plumb.list.a, known: true}", "plumb.list.a",
         "names that begin with 'plumb.' are Plumb's own; membership of a list is tested by {list: NAME}"},
        {AROUND_CONDITION, "{event: e, where: {property: company.a, is: b}}", "company.a",
         "inside 'where' only properties of the event itself can be tested; test the record's beside the event, with "
         "all: [...]"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(each_mistake_in_an_event_test_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_CONDITION, "{event: ''}", "''", "'event' is empty; it needs a text"},
        {AROUND_CONDITION, "{event: e, within: 3}", "3",
         "'within' must be a duration such as 15m, 36h, 30d or 12w (from 1m to 100 years), not '3'"},
        {AROUND_CONDITION, "{event: e, count: 3}", "3",
         "'count' must say which end it is: {at_least: 3} or {at_most: 3}"},
        {AROUND_CONDITION, "{event: e, count: {at_lest: 3}}", "at_lest",
         "unknown key 'at_lest'; did you mean 'at_least'?"},
        {AROUND_CONDITION, "{event: e, count: {at_least: -1}}", "-1",
         "'at_least' must be a whole number from 0 to 1000000000, not '-1'"},
        {AROUND_CONDITION, "{event: e, count: {at_most: 0}}", "0",
         "'at_most' is 0, but 'at_least' is 1 unless it is written; for no event at all write not: {event: ...}"},
        {AROUND_CONDITION, "{event: e, count: {at_least: 5, at_most: 4}}", "4", "'at_most' is 4, but 'at_least' is 5"},
        {AROUND_CONDITION, "{event: e, bots: yes}", "yes", "'bots' must be exclude or include, not 'yes'"},
        {AROUND_CONDITION, "{event: e, per_day: 1}", "per_day",
         "'per_day' limits what a rule counts; a condition says count: {at_least: 3}"},
        {AROUND_CONDITION, "{event: e, at_least: 1}", "at_least",
         "'at_least' stands inside 'count', as in count: {at_least: 3}"},
        {AROUND_CONDITION, "{event: e, at_most: 1}", "at_most",
         "'at_most' stands inside 'count' here, as in count: {at_least: 1, at_most: 5}"},
        {AROUND_CONDITION, "{event: e, size: 1}", "size",
         "unknown key 'size'; a condition with 'event' may have: event, where, within, count, bots"},
        {AROUND_CONDITION, "{event: e, where: {event: f}}", "f",
         "inside 'where' only properties of the event itself can be tested; test the record's beside the event, with "
         "all: [...]"},
        {AROUND_CONDITION, "{event: e, where: {not: {segment: f}}}", "f",
         "inside 'where' only properties of the event itself can be tested; test the record's beside the event, with "
         "all: [...]"},
        {AROUND_CONDITION, "{event: e, where: {property: p, ever: {is: x}}}", "ever",
         "an event's property never changes, so 'ever' does not go here"},
        {AROUND_CONDITION, "{event: e, where: {property: p, changed_within: 3d}}", "changed_within",
         "an event's property never changes, so there is nothing for 'changed_within' to see"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(each_mistake_in_a_score_test_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_CONDITION, "{score: a}", "{",
         "there is no operator here, such as is, in, contains, gt, known or within"},
        {AROUND_CONDITION, "{score: a, gte: b}", "b", "'gte' compares numbers, and 'b' is none"},
        {AROUND_CONDITION, "{score: a, is: b}", "b", "'is' compares numbers, and 'b' is none"},
        {AROUND_CONDITION, "{score: a, part: ft, gte: 1}", "ft",
         "'part' must be total, fit or engagement, not 'ft'; did you mean 'fit'?"},
        {AROUND_CONDITION, "{score: a, contains: b}", "contains",
         "'contains' belongs to a condition with 'property', but this is a condition with 'score'"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(a_name_has_a_ceiling)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    AUTO_BUF text = BUF_INIT(10000);
    buf_append_c(&text, "{any: [{event: ");
    buf_append_repeat(&text, 'e', NAME_MAX_BYTES + 1);
    buf_append_c(&text, "}, {property: ");
    buf_append_repeat(&text, 'p', PROPERTY_NAME_MAX + 1);
    buf_append_c(&text, ", is: a}]}");
    buf_append_char(&text, '\0');
    CHECK_FALSE(fixture_parse(&fixture, NULL, AROUND_CONDITION, text.at));
    CHECK_INT(fixture.diagnostics.count, 2);
    CHECK_STR(fixture.diagnostics.item[0].message, STR("'event' is too long: 257 bytes, at most 256 are taken"));
    CHECK_STR(fixture.diagnostics.item[1].message, STR("a property's name has 1 to 256 bytes; this one has 257"));
}

TEST(a_condition_can_be_read_alone)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    const struct source source = {STR("x"), STR("{property: p, gt: 5}")};
    const struct yaml_node *const *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    CHECK_OK(yaml_parse(fixture.arena, source.text, &documents, &count, &why), why);
    CHECK_TRUE(condition_parse(fixture.arena, fixture.catalog, ENTITY_COMPANY, documents[0], &source,
                               &fixture.diagnostics) != NULL);
    CHECK_INT(fixture_property(&fixture, ENTITY_COMPANY, "p")->needed, TYPE_NUMBER);
}

TEST(a_lone_test_refuses_keys_that_are_no_operators)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    static const char *const other_keys[] = {"points", NULL};
    const struct source source = {STR("x"), STR("{points: 5, gtt: 7}")};
    const struct yaml_node *const *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    struct test test;
    CHECK_OK(yaml_parse(fixture.arena, source.text, &documents, &count, &why), why);
    uint32_t property = catalog_property(fixture.catalog, ENTITY_CONTACT, STR("p"));
    CHECK_FALSE(test_parse(fixture.arena, fixture.catalog, property, documents[0], other_keys, &source,
                           &fixture.diagnostics, &test));
    fixture_expect(&fixture, SEVERITY_ERROR, "gtt", "unknown key 'gtt'; did you mean 'gt'?");
}

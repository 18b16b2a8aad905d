/* test_condition_test.c — each operator on each type, and what does not fit. */
// SPDX-License-Identifier: Apache-2.0
#include "core/condition.h"

#include "base/instant.h"
#include "core/definition_keys.h"
#include "harness.h"

#define AS_OF "2026-01-05T10:00:00Z"

static int64_t instant(const char *text)
{
    int64_t at_ms = 0;
    if (!instant_parse(str_from_c(text), &at_ms)) FAIL("'%s' is no instant", text);
    return at_ms;
}

static struct test make(struct arena *arena, enum operator_ op, const char *const *texts, size_t count)
{
    struct test test = {.op = op, .arguments = ARENA_ARRAY(arena, struct argument, count)};
    bool takes_duration = op == OP_WITHIN || op == OP_OLDER_THAN || op == OP_IN_NEXT || op == OP_CHANGED_WITHIN;
    for (size_t i = 0; i < count; i++) {
        if (takes_duration && !duration_parse(str_from_c(texts[i]), &test.duration)) FAIL("no duration: %s", texts[i]);
        if (!takes_duration)
            test.arguments[test.argument_count++] =
                (struct argument){.text = str_from_c(texts[i]), .plain = true, .at = {1, 20 + (uint32_t)i, 3}};
    }
    return test;
}

/* Does `value` (NULL: none) pass {OP: texts} at AS_OF when the property is of `type`? */
static bool passes(enum operator_ op, enum type type, const char *value, bool or_unknown, const char *const *texts,
                   size_t count)
{
    AUTO_ARENA arena = arena_new();
    struct test test = make(arena, op, texts, count);
    test.or_unknown = or_unknown;
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, arena);
    if (!test_bind(arena, &test, type, STR("p"), NULL, &diagnostics))
        FAIL("not bound: %s", diagnostics.item[0].message.at);
    CHECK_INT(diagnostics.errors, 0);
    struct value parsed;
    struct err_info why = {0};
    if (value != NULL) CHECK_OK(value_parse(arena, type, str_from_c(value), &parsed, &why), why);
    return test_passes(&test, value != NULL ? &parsed : NULL, instant(AS_OF));
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__}), COUNT_OF(((const char *const[]){__VA_ARGS__}))
#define HOLDS(op, type, value, ...) CHECK_TRUE(passes((op), (type), (value), false, TEXTS(__VA_ARGS__)))
#define FAILS(op, type, value, ...) CHECK_FALSE(passes((op), (type), (value), false, TEXTS(__VA_ARGS__)))

/* ---- Names. ---- */

TEST(every_operator_is_called_as_its_key_is_written)
{
    CHECK_STR(str_from_c(operator_name(OP_KNOWN)), STR("known"));
    CHECK_STR(str_from_c(operator_name(OP_IS_NOT)), STR("is_not"));
    CHECK_STR(str_from_c(operator_name(OP_STARTS_WITH)), STR("starts_with"));
    CHECK_STR(str_from_c(operator_name(OP_LTE)), STR("lte"));
    CHECK_STR(str_from_c(operator_name(OP_NOT_BETWEEN)), STR("not_between"));
    CHECK_STR(str_from_c(operator_name(OP_IS_EXACTLY)), STR("is_exactly"));
    CHECK_STR(str_from_c(operator_name(OP_CHANGED_WITHIN)), STR("changed_within"));
    CHECK_TRUE(operator_keys[OP_CHANGED_WITHIN + 1] == NULL);
}

/* ---- Values. ---- */

TEST(strings_compare_trimmed_and_folded)
{
    HOLDS(OP_IS, TYPE_STRING, " Software ", "SOFTWARE");
    HOLDS(OP_IS, TYPE_STRING,
          "Stra\xC3\x9F"
          "e",
          "STRASSE");
    FAILS(OP_IS, TYPE_STRING, "Software house", "software");
    FAILS(OP_IS_NOT, TYPE_STRING, "IT", "it");
    HOLDS(OP_IS_NOT, TYPE_STRING, "IT", "Software");
    HOLDS(OP_IN, TYPE_STRING, "it", "Software", "IT");
    FAILS(OP_IN, TYPE_STRING, "bank", "Software", "IT");
    FAILS(OP_NOT_IN, TYPE_STRING, "it", "Software", "IT");
    HOLDS(OP_NOT_IN, TYPE_STRING, "bank", "Software", "IT");
    HOLDS(OP_IS, TYPE_ENUMERATION, "Pro", "pro");
}

TEST(parts_of_a_text_compare_with_one_word_or_any_of_a_list)
{
    HOLDS(OP_CONTAINS, TYPE_STRING, "Head of Sales", "SALES");
    HOLDS(OP_CONTAINS, TYPE_STRING, "Head of Sales", "growth", "sales");
    FAILS(OP_CONTAINS, TYPE_STRING, "Head of Sales", "growth");
    HOLDS(OP_NOT_CONTAINS, TYPE_STRING, "Head of Sales", "growth", "market");
    FAILS(OP_NOT_CONTAINS, TYPE_STRING, "Head of Sales", "growth", "sales");
    HOLDS(OP_STARTS_WITH, TYPE_STRING, "/pricing/eu", "/pricing");
    FAILS(OP_STARTS_WITH, TYPE_STRING, "/en/pricing", "/pricing");
    HOLDS(OP_ENDS_WITH, TYPE_STRING, "ada@gmail.com", "@gmx.de", "@GMAIL.com");
    FAILS(OP_ENDS_WITH, TYPE_STRING, "ada@gmail.com.example", "@gmail.com");
}

TEST(numbers_compare_as_numbers_not_as_texts)
{
    HOLDS(OP_IS, TYPE_NUMBER, "5.0", "5");
    HOLDS(OP_IS, TYPE_NUMBER, "-0", "0");
    FAILS(OP_IS_NOT, TYPE_NUMBER, "-0", "0");
    HOLDS(OP_IN, TYPE_NUMBER, "1e1", "1", "10");
    HOLDS(OP_NOT_IN, TYPE_NUMBER, "3", "1", "10");
    HOLDS(OP_GT, TYPE_NUMBER, "100", "20");
    FAILS(OP_GT, TYPE_NUMBER, "20", "20");
    HOLDS(OP_GTE, TYPE_NUMBER, "20", "20");
    FAILS(OP_GTE, TYPE_NUMBER, "19.999", "20");
    HOLDS(OP_LT, TYPE_NUMBER, "-3", "-2.5");
    FAILS(OP_LT, TYPE_NUMBER, "20", "20");
    HOLDS(OP_LTE, TYPE_NUMBER, "20", "20");
    FAILS(OP_LTE, TYPE_NUMBER, "21", "20");
}

TEST(both_ends_of_between_are_in)
{
    HOLDS(OP_BETWEEN, TYPE_NUMBER, "5", "5", "100");
    HOLDS(OP_BETWEEN, TYPE_NUMBER, "100", "5", "100");
    FAILS(OP_BETWEEN, TYPE_NUMBER, "4.9", "5", "100");
    FAILS(OP_BETWEEN, TYPE_NUMBER, "100.1", "5", "100");
    FAILS(OP_NOT_BETWEEN, TYPE_NUMBER, "5", "5", "100");
    FAILS(OP_NOT_BETWEEN, TYPE_NUMBER, "100", "5", "100");
    HOLDS(OP_NOT_BETWEEN, TYPE_NUMBER, "101", "5", "100");
}

TEST(booleans_compare_by_meaning)
{
    HOLDS(OP_IS, TYPE_BOOLEAN, "yes", "true");
    HOLDS(OP_IS, TYPE_BOOLEAN, "0", "FALSE");
    FAILS(OP_IS, TYPE_BOOLEAN, "1", "false");
    HOLDS(OP_IS_NOT, TYPE_BOOLEAN, "1", "false");
}

TEST(sets_compare_their_folded_members)
{
    HOLDS(OP_HAS_ANY, TYPE_SET, "Pricing;Blog", "events", "BLOG");
    FAILS(OP_HAS_ANY, TYPE_SET, "Pricing;Blog", "events");
    FAILS(OP_HAS_ANY, TYPE_SET, "Pricing;Blog", "pric");
    HOLDS(OP_HAS_ALL, TYPE_SET, "Pricing;Blog;Events", "blog", "pricing");
    FAILS(OP_HAS_ALL, TYPE_SET, "Pricing;Blog", "blog", "events");
    HOLDS(OP_HAS_NONE, TYPE_SET, "Pricing;Blog", "events", "demo");
    FAILS(OP_HAS_NONE, TYPE_SET, "Pricing;Blog", "events", "blog");
    HOLDS(OP_IS_EXACTLY, TYPE_SET, "Pricing;Blog", "blog", "pricing");
    HOLDS(OP_IS_EXACTLY, TYPE_SET, "Pricing;Blog;pricing", "blog", "pricing", "Blog");
    FAILS(OP_IS_EXACTLY, TYPE_SET, "Pricing;Blog", "blog");
    FAILS(OP_IS_EXACTLY, TYPE_SET, "Blog", "blog", "pricing");
    FAILS(OP_IS_EXACTLY, TYPE_SET, "Blog;Events", "blog", "blog", "blog");
}

TEST(before_and_after_are_strict)
{
    HOLDS(OP_BEFORE, TYPE_DATETIME, "2026-01-01T11:59:59Z", "2026-01-01T12:00:00Z");
    FAILS(OP_BEFORE, TYPE_DATETIME, "2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z");
    HOLDS(OP_AFTER, TYPE_DATETIME, "2026-01-01T12:00:00.001Z", "2026-01-01T12:00:00Z");
    FAILS(OP_AFTER, TYPE_DATETIME, "2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z");
    HOLDS(OP_BEFORE, TYPE_DATE, "2025-12-31", "2026-01-01");
    FAILS(OP_BEFORE, TYPE_DATE, "2026-01-01", "2026-01-01");
    HOLDS(OP_AFTER, TYPE_DATETIME, "2026-01-01T00:00:01Z", "2026-01-01");
}

TEST(now_means_the_instant_of_the_score)
{
    HOLDS(OP_BEFORE, TYPE_DATETIME, "2026-01-05T09:59:59Z", "now");
    FAILS(OP_BEFORE, TYPE_DATETIME, AS_OF, "now");
    FAILS(OP_AFTER, TYPE_DATETIME, AS_OF, "now");
    HOLDS(OP_AFTER, TYPE_DATETIME, "2025-12-06T10:00:00.001Z", "now-30d");
    FAILS(OP_AFTER, TYPE_DATETIME, "2025-12-06T10:00:00Z", "now-30d");
    HOLDS(OP_BEFORE, TYPE_DATETIME, "2026-01-12T09:59:59Z", "now+7d");
    FAILS(OP_BEFORE, TYPE_DATETIME, "2026-01-12T10:00:00Z", "now+1w");
    HOLDS(OP_BETWEEN, TYPE_DATETIME, "2025-12-06T10:00:00Z", "now-30d", "now");
    HOLDS(OP_BETWEEN, TYPE_DATETIME, AS_OF, "now-30d", "now");
    FAILS(OP_BETWEEN, TYPE_DATETIME, "2026-01-05T10:00:00.001Z", "now-30d", "now");
    HOLDS(OP_BETWEEN, TYPE_DATE, "2026-01-01", "2026-01-01", "2026-01-31");
    HOLDS(OP_BETWEEN, TYPE_DATE, "2026-01-31", "2026-01-01", "2026-01-31");
}

TEST(within_is_a_window_on_the_past_open_at_its_far_end)
{
    HOLDS(OP_WITHIN, TYPE_DATETIME, AS_OF, "30d");
    HOLDS(OP_WITHIN, TYPE_DATETIME, "2025-12-06T10:00:00.001Z", "30d");
    FAILS(OP_WITHIN, TYPE_DATETIME, "2025-12-06T10:00:00Z", "30d");
    FAILS(OP_WITHIN, TYPE_DATETIME, "2026-01-05T10:00:00.001Z", "30d");
    HOLDS(OP_WITHIN, TYPE_DATE, "2026-01-05", "11h");
    FAILS(OP_WITHIN, TYPE_DATE, "2026-01-05", "10h");
}

TEST(older_than_begins_where_within_ends)
{
    HOLDS(OP_OLDER_THAN, TYPE_DATETIME, "2025-12-06T10:00:00Z", "30d");
    FAILS(OP_OLDER_THAN, TYPE_DATETIME, "2025-12-06T10:00:00.001Z", "30d");
    FAILS(OP_OLDER_THAN, TYPE_DATETIME, "2027-01-01T00:00:00Z", "30d");
}

TEST(in_next_is_a_window_on_the_future_with_its_far_end)
{
    FAILS(OP_IN_NEXT, TYPE_DATETIME, AS_OF, "7d");
    HOLDS(OP_IN_NEXT, TYPE_DATETIME, "2026-01-05T10:00:00.001Z", "7d");
    HOLDS(OP_IN_NEXT, TYPE_DATETIME, "2026-01-12T10:00:00Z", "7d");
    FAILS(OP_IN_NEXT, TYPE_DATETIME, "2026-01-12T10:00:00.001Z", "7d");
    FAILS(OP_IN_NEXT, TYPE_DATETIME, "2026-01-04T10:00:00Z", "7d");
}

/* ---- No value. ---- */

static const struct {
    enum operator_ op;
    enum type type;
    const char *texts[2];
    size_t count;
} one_of_each[] = {
    {OP_KNOWN, TYPE_STRING, {0}, 0},
    {OP_IS, TYPE_STRING, {"a"}, 1},
    {OP_IS_NOT, TYPE_STRING, {"a"}, 1},
    {OP_IN, TYPE_STRING, {"a", "b"}, 2},
    {OP_NOT_IN, TYPE_STRING, {"a", "b"}, 2},
    {OP_CONTAINS, TYPE_STRING, {"a"}, 1},
    {OP_NOT_CONTAINS, TYPE_ENUMERATION, {"a"}, 1},
    {OP_STARTS_WITH, TYPE_STRING, {"a"}, 1},
    {OP_ENDS_WITH, TYPE_STRING, {"a"}, 1},
    {OP_IS_NOT, TYPE_NUMBER, {"1"}, 1},
    {OP_NOT_IN, TYPE_NUMBER, {"1"}, 1},
    {OP_GT, TYPE_NUMBER, {"1"}, 1},
    {OP_GTE, TYPE_NUMBER, {"1"}, 1},
    {OP_LT, TYPE_NUMBER, {"1"}, 1},
    {OP_LTE, TYPE_NUMBER, {"1"}, 1},
    {OP_BETWEEN, TYPE_NUMBER, {"1", "2"}, 2},
    {OP_NOT_BETWEEN, TYPE_NUMBER, {"1", "2"}, 2},
    {OP_IS_NOT, TYPE_BOOLEAN, {"true"}, 1},
    {OP_HAS_ANY, TYPE_SET, {"a"}, 1},
    {OP_HAS_ALL, TYPE_SET, {"a"}, 1},
    {OP_HAS_NONE, TYPE_SET, {"a"}, 1},
    {OP_IS_EXACTLY, TYPE_SET, {"a"}, 1},
    {OP_BEFORE, TYPE_DATE, {"now"}, 1},
    {OP_AFTER, TYPE_DATETIME, {"now"}, 1},
    {OP_WITHIN, TYPE_DATETIME, {"1d"}, 1},
    {OP_OLDER_THAN, TYPE_DATE, {"1d"}, 1},
    {OP_IN_NEXT, TYPE_DATE, {"1d"}, 1},
    {OP_BETWEEN, TYPE_DATETIME, {"now-1d", "now"}, 2},
};

TEST(without_a_value_every_test_fails_the_negative_ones_too)
{
    for (size_t i = 0; i < COUNT_OF(one_of_each); i++)
        CHECK_FALSE(
            passes(one_of_each[i].op, one_of_each[i].type, NULL, false, one_of_each[i].texts, one_of_each[i].count));
}

TEST(or_unknown_lets_every_test_pass_without_a_value)
{
    for (size_t i = 0; i < COUNT_OF(one_of_each); i++)
        CHECK_TRUE(
            passes(one_of_each[i].op, one_of_each[i].type, NULL, true, one_of_each[i].texts, one_of_each[i].count));
    CHECK_FALSE(passes(OP_GT, TYPE_NUMBER, "1", true, TEXTS("2"))); /* a value that is there still has to pass */
}

TEST(known_and_unknown_ask_only_whether_there_is_a_value)
{
    CHECK_TRUE(passes(OP_KNOWN, TYPE_NUMBER, "0", false, NULL, 0));
    CHECK_FALSE(passes(OP_UNKNOWN, TYPE_NUMBER, "0", false, NULL, 0));
    CHECK_TRUE(passes(OP_UNKNOWN, TYPE_NUMBER, NULL, false, NULL, 0));
    CHECK_TRUE(passes(OP_KNOWN, TYPE_BOOLEAN, "false", false, NULL, 0));
}

TEST(an_empty_set_and_a_blank_text_are_no_value)
{
    CHECK_FALSE(passes(OP_KNOWN, TYPE_SET, " ; ", false, NULL, 0));
    CHECK_TRUE(passes(OP_UNKNOWN, TYPE_SET, ";", false, NULL, 0));
    FAILS(OP_HAS_NONE, TYPE_SET, ";", "a");
    CHECK_TRUE(passes(OP_HAS_NONE, TYPE_SET, ";", true, TEXTS("a")));
    CHECK_FALSE(passes(OP_KNOWN, TYPE_STRING, "\xC2\xA0", false, NULL, 0)); /* a no-break space */
    FAILS(OP_IS_NOT, TYPE_STRING, "\xC2\xA0", "a");
}

/* ---- What does not fit. ---- */

static void check_misfit(enum operator_ op, enum type type, const char *const *texts, size_t count, const char *message)
{
    AUTO_ARENA arena = arena_new();
    struct test test = make(arena, op, texts, count);
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, arena);
    CHECK_FALSE(test_bind(arena, &test, type, STR("p"), NULL, &diagnostics));
    CHECK_INT(diagnostics.errors, 1);
    CHECK_STR(diagnostics.item[0].message, str_from_c(message));
    if (test.argument_count > 0) CHECK_INT(diagnostics.item[0].at.column, 20);
}

#define MISFIT(op, type, message, ...) check_misfit((op), (type), TEXTS(__VA_ARGS__), (message))

TEST(an_operator_that_does_not_fit_is_answered_with_those_that_do)
{
    MISFIT(OP_GT, TYPE_STRING,
           "'gt' does not fit 'p', which is a string; for a string use is, is_not, in, not_in, contains, not_contains, "
           "starts_with, ends_with",
           "5");
    MISFIT(OP_CONTAINS, TYPE_NUMBER,
           "'contains' does not fit 'p', which is a number; for a number use is, is_not, in, not_in, gt, gte, lt, lte, "
           "between, not_between",
           "5");
    MISFIT(OP_IN, TYPE_BOOLEAN, "'in' does not fit 'p', which is a boolean; for a boolean use is, is_not", "true");
    MISFIT(OP_IS, TYPE_DATE,
           "'is' does not fit 'p', which is a date; for a date use between, before, after, within, older_than, in_next",
           "2026-01-05");
    MISFIT(OP_NOT_IN, TYPE_DATETIME,
           "'not_in' does not fit 'p', which is a datetime; for a datetime use between, before, after, within, "
           "older_than, in_next",
           "2026-01-05");
    MISFIT(OP_IS, TYPE_SET,
           "'is' does not fit 'p', which is a set of texts; for a set of texts use has_any, has_all, has_none, "
           "is_exactly",
           "a");
    MISFIT(OP_WITHIN, TYPE_OPEN,
           "'within' does not fit 'p', which is a string; for a string use is, is_not, in, not_in, contains, "
           "not_contains, starts_with, ends_with",
           "5d");
}

TEST(an_argument_of_another_type_is_refused)
{
    MISFIT(OP_GT, TYPE_NUMBER, "'many' is not a number; 'p' is a number", "many");
    MISFIT(OP_IS, TYPE_BOOLEAN, "'maybe' is not true or false; 'p' is a boolean", "maybe");
    const char *sentence = "'soon' is not an instant such as 2026-01-05, 2026-01-05T10:00:00Z, now, now-30d or now+7d; "
                           "'p' is a datetime";
    MISFIT(OP_BEFORE, TYPE_DATETIME, sentence, "soon");
    static const char *const bad[] = {"now-", "now30d", "now-0d", "now - 30d", "nowhere", "2026-13-01", "1767607200"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        AUTO_ARENA arena = arena_new();
        struct test test = make(arena, OP_AFTER, &bad[i], 1);
        struct diagnostics diagnostics;
        diagnostics_init(&diagnostics, arena);
        if (test_bind(arena, &test, TYPE_DATE, STR("p"), NULL, &diagnostics)) FAIL("'%s' is taken", bad[i]);
    }
}

TEST(an_empty_argument_is_answered_with_unknown)
{
    MISFIT(OP_IS, TYPE_STRING, "an empty text is no value; to ask for a missing one write 'unknown: true'", "");
    MISFIT(OP_CONTAINS, TYPE_STRING, "an empty text is no value; to ask for a missing one write 'unknown: true'", " ");
    MISFIT(OP_HAS_ANY, TYPE_SET, "an empty text is no member; to ask for an empty set write 'unknown: true'", "");
    MISFIT(OP_HAS_ANY, TYPE_SET, "';' separates the members of a set; here they are a list: [a, b]", "a;b");
}

TEST(every_unfit_argument_of_a_test_is_reported)
{
    AUTO_ARENA arena = arena_new();
    struct test test = make(arena, OP_IN, TEXTS("1", "two", "3", "four"));
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, arena);
    CHECK_FALSE(test_bind(arena, &test, TYPE_NUMBER, STR("p"), NULL, &diagnostics));
    CHECK_INT(diagnostics.errors, 2);
    CHECK_INT(diagnostics.item[1].at.column, 23);
}

TEST(a_range_whose_first_end_is_the_larger_is_only_warned_about)
{
    AUTO_ARENA arena = arena_new();
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, arena);
    struct test numbers = make(arena, OP_BETWEEN, TEXTS("100", "5"));
    struct test dates = make(arena, OP_BETWEEN, TEXTS("now", "now-30d"));
    struct test mixed = make(arena, OP_BETWEEN, TEXTS("now", "2001-01-01")); /* depends on when */
    CHECK_TRUE(test_bind(arena, &numbers, TYPE_NUMBER, STR("p"), NULL, &diagnostics));
    CHECK_TRUE(test_bind(arena, &dates, TYPE_DATE, STR("p"), NULL, &diagnostics));
    CHECK_TRUE(test_bind(arena, &mixed, TYPE_DATE, STR("p"), NULL, &diagnostics));
    CHECK_INT(diagnostics.errors, 0);
    CHECK_INT(diagnostics.warnings, 2);
    CHECK_STR(diagnostics.item[0].message, STR("nothing lies between '100' and '5': the first end is the larger"));
}

/* ---- Trees, with a catalog. ---- */

struct bench {
    struct arena *arena;
    struct catalog *catalog;
    struct diagnostics diagnostics;
};

static void bench_close(struct bench *bench)
{
    catalog_free(bench->catalog);
    arena_free(bench->arena);
}

#define AUTO_BENCH __attribute__((cleanup(bench_close))) struct bench

static void bench_open(struct bench *bench, const char *schema)
{
    bench->arena = arena_new();
    bench->catalog = catalog_new();
    diagnostics_init(&bench->diagnostics, bench->arena);
    struct source source = {STR("schema.yaml"), str_from_c(schema)};
    catalog_read_schema(bench->catalog, &source, &bench->diagnostics);
    CHECK_INT(bench->diagnostics.errors, 0);
}

/* {property: name, OP: text} as a condition. */
static struct condition leaf(struct bench *bench, enum entity entity, const char *name, enum operator_ op,
                             const char *text)
{
    struct test *test = ARENA_NEW(bench->arena, struct test);
    *test = make(bench->arena, op, &text, 1);
    return (struct condition){
        .kind = CONDITION_PROPERTY,
        .at = {3, 4, 5},
        .property = catalog_property(bench->catalog, entity, str_from_c(name)),
        .test = test,
    };
}

static bool bind(struct bench *bench, const struct condition *condition)
{
    return condition_bind(bench->arena, bench->catalog, condition, NULL, &bench->diagnostics);
}

TEST(an_option_that_was_not_declared_is_refused_with_those_that_were)
{
    AUTO_BENCH bench;
    bench_open(&bench, "contact: {plan: {enumeration: [Free, Pro]}, size: {enumeration: [a,b,c,d,e,f,g,h,i,j]}}");
    struct condition good = leaf(&bench, ENTITY_CONTACT, "plan", OP_IS_NOT, "PRO");
    struct condition part = leaf(&bench, ENTITY_CONTACT, "plan", OP_STARTS_WITH, "p");
    struct condition gold = leaf(&bench, ENTITY_CONTACT, "plan", OP_IN, "Gold");
    struct condition many = leaf(&bench, ENTITY_CONTACT, "size", OP_IS, "z");
    CHECK_TRUE(bind(&bench, &good));
    CHECK_TRUE(bind(&bench, &part));
    CHECK_FALSE(bind(&bench, &gold));
    CHECK_FALSE(test_bind_property(bench.arena, many.test, bench.catalog, many.property, NULL, &bench.diagnostics));
    CHECK_STR(bench.diagnostics.item[0].message, STR("'Gold' is not an option of 'plan'; its options are free, pro"));
    CHECK_STR(bench.diagnostics.item[1].message,
              STR("'z' is not an option of 'size'; its options are a, b, c, d, e, f, g, h and 2 more"));
}

TEST(every_leaf_of_a_tree_is_bound_to_its_property)
{
    AUTO_BENCH bench;
    bench_open(&bench, "contact: {age: number, vip: boolean}\nevent: {seconds: number}");
    struct condition age = leaf(&bench, ENTITY_CONTACT, "age", OP_GT, "30");
    struct condition vip = leaf(&bench, ENTITY_CONTACT, "vip", OP_IS, "true");
    struct condition seconds = leaf(&bench, ENTITY_EVENT, "seconds", OP_LT, "9");
    struct condition event = {.kind = CONDITION_EVENT, .selection = {.where = &seconds}};
    struct condition every_event = {.kind = CONDITION_EVENT};
    struct condition segment = {.kind = CONDITION_SEGMENT};
    struct condition not = {.kind = CONDITION_NOT, .children = (const struct condition *[]){&vip}, .child_count = 1};
    struct condition any = {
        .kind = CONDITION_ANY,
        .children = (const struct condition *[]){&age, &not, &event, &every_event, &segment},
        .child_count = 5,
    };
    struct condition all = {.kind = CONDITION_ALL, .children = (const struct condition *[]){&any}, .child_count = 1};
    CHECK_TRUE(bind(&bench, &all));
    CHECK_INT(age.test->type, TYPE_NUMBER);
    CHECK_DOUBLE(age.test->arguments[0].number, 30.0);
    CHECK_INT(vip.test->type, TYPE_BOOLEAN);
    CHECK_TRUE(vip.test->arguments[0].boolean);
    CHECK_DOUBLE(seconds.test->arguments[0].number, 9.0);
}

TEST(all_mistakes_of_a_tree_are_reported)
{
    AUTO_BENCH bench;
    bench_open(&bench, "contact: {age: number, name: string}");
    struct condition age = leaf(&bench, ENTITY_CONTACT, "age", OP_CONTAINS, "3");
    struct condition name = leaf(&bench, ENTITY_CONTACT, "name", OP_OLDER_THAN, "3d");
    struct condition all = {
        .kind = CONDITION_ALL, .children = (const struct condition *[]){&age, &name}, .child_count = 2};
    CHECK_FALSE(bind(&bench, &all));
    CHECK_INT(bench.diagnostics.errors, 2);
    CHECK_INT(bench.diagnostics.item[1].at.line, 3); /* no argument to point at: the condition */
}

TEST(the_points_of_a_score_are_compared_as_a_number)
{
    AUTO_BENCH bench;
    bench_open(&bench, "contact:");
    const char *texts[] = {"30"};
    struct test gte = make(bench.arena, OP_GTE, texts, 1);
    struct condition condition = {.kind = CONDITION_SCORE, .at = {1, 1, 1}, .name = STR("fit"), .test = &gte};
    CHECK_TRUE(bind(&bench, &condition));
    struct value points = {.type = TYPE_NUMBER, .number = 30};
    CHECK_TRUE(test_passes(&gte, &points, 0));
    CHECK_FALSE(test_passes(&gte, NULL, 0));

    struct test known = make(bench.arena, OP_KNOWN, NULL, 0);
    condition.test = &known;
    CHECK_FALSE(bind(&bench, &condition));
    CHECK_STR(bench.diagnostics.item[0].message,
              STR("'known' does not fit a score; for the points of 'fit' use is, is_not, in, not_in, gt, gte, lt, lte, "
                  "between, not_between"));
}

TEST(a_test_may_be_bound_again_when_a_type_has_changed)
{
    AUTO_ARENA arena = arena_new();
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, arena);
    struct test test = make(arena, OP_IS, TEXTS("5.0"));
    CHECK_TRUE(test_bind(arena, &test, TYPE_STRING, STR("p"), NULL, &diagnostics));
    CHECK_STR(test.arguments[0].folded, STR("5.0"));
    CHECK_TRUE(test_bind(arena, &test, TYPE_NUMBER, STR("p"), NULL, &diagnostics));
    CHECK_DOUBLE(test.arguments[0].number, 5.0);
    CHECK_INT(test.arguments[0].folded.len, 0);
    CHECK_INT(test.arguments[0].at.column, 20);
}

/* test_value.c — texts of files as typed values. */
// SPDX-License-Identifier: Apache-2.0
#include "core/value.h"

#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SAMPLE_MS INT64_C(1767607200000) /* 2026-01-05T10:00:00Z */
#define SAMPLE_DAY_MS INT64_C(1767571200000)

static struct value parse(struct arena *arena, enum type type, const char *text)
{
    struct value value = {0};
    struct err_info why = {0};
    CHECK_OK(value_parse(arena, type, str_from_c(text), &value, &why), why);
    CHECK_INT(value.type, type);
    return value;
}

static void check_refused(enum type type, const char *text, const char *message)
{
    AUTO_ARENA arena = arena_new();
    struct value value = {.number = 7};
    struct err_info why = {0};
    CHECK_INT(value_parse(arena, type, str_from_c(text), &value, &why), ERR_INVALID);
    CHECK_INT(why.code, ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), str_from_c(message));
    CHECK_DOUBLE(value.number, 7.0);
}

TEST(every_type_has_a_name_and_open_is_none_an_author_can_write)
{
    for (int i = TYPE_BOOLEAN; i <= TYPE_SET; i++) {
        enum type type = TYPE_OPEN;
        CHECK_TRUE(type_from_name(str_from_c(type_name((enum type)i)), &type));
        CHECK_INT(type, i);
    }
    enum type type = TYPE_SET;
    CHECK_FALSE(type_from_name(STR("open"), &type));
    CHECK_FALSE(type_from_name(STR("Number"), &type));
    CHECK_FALSE(type_from_name(STR(""), &type));
    CHECK_INT(type, TYPE_SET);
}

TEST(booleans_are_words_or_digits_in_any_case)
{
    AUTO_ARENA arena = arena_new();
    static const char *const yes[] = {"true", "TRUE", "True", "yes", "Yes", "1", " true\t"};
    static const char *const no[] = {"false", "FALSE", "no", "NO", "0"};
    for (size_t i = 0; i < COUNT_OF(yes); i++) CHECK_TRUE(parse(arena, TYPE_BOOLEAN, yes[i]).boolean);
    for (size_t i = 0; i < COUNT_OF(no); i++) CHECK_FALSE(parse(arena, TYPE_BOOLEAN, no[i]).boolean);
    check_refused(TYPE_BOOLEAN, "2", "'2' is not a boolean (true or false)");
    check_refused(TYPE_BOOLEAN, "y", "'y' is not a boolean (true or false)");
}

TEST(numbers_are_finite_decimals)
{
    AUTO_ARENA arena = arena_new();
    CHECK_DOUBLE(parse(arena, TYPE_NUMBER, "12").number, 12.0);
    CHECK_DOUBLE(parse(arena, TYPE_NUMBER, " -3.5 ").number, -3.5);
    CHECK_DOUBLE(parse(arena, TYPE_NUMBER, "1e6").number, 1000000.0);
    check_refused(TYPE_NUMBER, "abc", "'abc' is not a number");
    check_refused(TYPE_NUMBER, "1,000", "'1,000' is not a number");
    check_refused(TYPE_NUMBER, "nan", "'nan' is not a number");
    check_refused(TYPE_NUMBER, "1e999", "'1e999' is not a number");
}

TEST(a_raw_text_is_kept_as_it_came)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(parse(arena, TYPE_NUMBER, " 007 ").raw, STR("007"));
    CHECK_STR(parse(arena, TYPE_STRING,
                    "  Die Stra\xC3\x9F"
                    "e ")
                  .raw,
              STR("Die Stra\xC3\x9F"
                  "e"));
    CHECK_STR(parse(arena, TYPE_SET, "b; A").raw, STR("b; A"));
}

TEST(strings_are_compared_folded_and_trimmed)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(parse(arena, TYPE_STRING, "  Die STRASSE ").folded, STR("die strasse"));
    CHECK_STR(parse(arena, TYPE_ENUMERATION,
                    "Stra\xC3\x9F"
                    "e")
                  .folded,
              STR("strasse"));
    CHECK_STR(parse(arena, TYPE_STRING, "\xEF\xBC\xA1\xEF\xBC\xA2").folded, STR("ab")); /* fullwidth AB */
}

TEST(an_open_type_is_read_as_a_string)
{
    AUTO_ARENA arena = arena_new();
    struct value value;
    struct err_info why = {0};
    CHECK_OK(value_parse(arena, TYPE_OPEN, STR("12"), &value, &why), why);
    CHECK_INT(value.type, TYPE_STRING);
    CHECK_STR(value.folded, STR("12"));
}

TEST(a_date_is_a_day_and_a_datetime_an_instant)
{
    AUTO_ARENA arena = arena_new();
    CHECK_INT(parse(arena, TYPE_DATE, "2026-01-05").instant_ms, SAMPLE_DAY_MS);
    CHECK_INT(parse(arena, TYPE_DATE, "2026-01-05T00:00:00Z").instant_ms, SAMPLE_DAY_MS);
    CHECK_INT(parse(arena, TYPE_DATE, "2026-01-05T02:00:00+02:00").instant_ms, SAMPLE_DAY_MS);
    CHECK_INT(parse(arena, TYPE_DATE, "1767571200000").instant_ms, SAMPLE_DAY_MS);
    CHECK_INT(parse(arena, TYPE_DATE, "1960-02-29").instant_ms % INT64_C(86400000), 0);
    CHECK_INT(parse(arena, TYPE_DATETIME, "2026-01-05T10:00:00Z").instant_ms, SAMPLE_MS);
    CHECK_INT(parse(arena, TYPE_DATETIME, "2026-01-05").instant_ms, SAMPLE_DAY_MS);
    CHECK_INT(parse(arena, TYPE_DATETIME, "1767607200").instant_ms, SAMPLE_MS);
    check_refused(TYPE_DATE, "2026-01-05T10:00:00Z", "'2026-01-05T10:00:00Z' is not a date (2026-01-05)");
    check_refused(TYPE_DATE, "5.1.2026", "'5.1.2026' is not a date (2026-01-05)");
    check_refused(TYPE_DATETIME, "2026-02-30", "'2026-02-30' is not a date and time (2026-01-05T10:00:00Z)");
}

TEST(a_set_is_its_different_members_in_order)
{
    AUTO_ARENA arena = arena_new();
    struct value value = parse(arena, TYPE_SET, "Pricing; blog ;;PRICING; ;Events");
    CHECK_INT(value.member_count, 3);
    CHECK_STR(value.members[0], STR("blog"));
    CHECK_STR(value.members[1], STR("events"));
    CHECK_STR(value.members[2], STR("pricing"));
    CHECK_INT(parse(arena, TYPE_SET, "one").member_count, 1);
    CHECK_INT(parse(arena, TYPE_SET, ";; ;").member_count, 0);
}

TEST(a_value_and_a_set_have_a_ceiling)
{
    AUTO_ARENA arena = arena_new();
    struct value value = {0};
    struct err_info why = {0};
    char *text = memory_alloc(VALUE_TEXT_MAX + 1);
    memset(text, 'a', VALUE_TEXT_MAX + 1);
    CHECK_OK(value_parse(arena, TYPE_STRING, (struct str){text, VALUE_TEXT_MAX}, &value, &why), why);
    CHECK_INT(value_parse(arena, TYPE_STRING, (struct str){text, VALUE_TEXT_MAX + 1}, &value, &why), ERR_TOO_BIG);
    CHECK_STR(str_from_c(why.msg), STR("a value of 65537 bytes; at most 65536 are taken"));

    for (size_t i = 0; i < SET_MEMBERS_MAX; i++) text[2 * i + 1] = ';';
    why = (struct err_info){0};
    CHECK_OK(value_parse(arena, TYPE_SET, (struct str){text, 2 * SET_MEMBERS_MAX - 1}, &value, &why), why);
    CHECK_INT(value_parse(arena, TYPE_SET, (struct str){text, 2 * SET_MEMBERS_MAX + 1}, &value, &why), ERR_TOO_BIG);
    CHECK_STR(str_from_c(why.msg), STR("a set of more than 1000 members"));
    memory_free(text);
}

TEST(a_long_value_is_quoted_only_in_part)
{
    char text[200];
    memset(text, 'x', sizeof text);
    AUTO_ARENA arena = arena_new();
    struct value value;
    struct err_info why = {0};
    CHECK_INT(value_parse(arena, TYPE_NUMBER, (struct str){text, sizeof text}, &value, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("xxx...' is not a number"));
    CHECK_TRUE(strlen(why.msg) < 100);
}

static enum type infer(const char *const *texts, size_t count)
{
    enum type type = TYPE_OPEN;
    for (size_t i = 0; i < count; i++) type = type_infer(type, str_from_c(texts[i]));
    return type;
}

#define INFER(...) infer((const char *const[]){__VA_ARGS__}, COUNT_OF(((const char *const[]){__VA_ARGS__})))

TEST(a_column_has_the_type_that_all_its_values_have)
{
    CHECK_INT(INFER("true", "False", "TRUE"), TYPE_BOOLEAN);
    CHECK_INT(INFER("12", "-3.5", "1e6", ".5", "0"), TYPE_NUMBER);
    CHECK_INT(INFER("2026-01-05", "2026-01-05T10:00:00Z", "2026-01-05 10:00:00"), TYPE_DATETIME);
    CHECK_INT(INFER("abc"), TYPE_STRING);
    CHECK_INT(INFER("", "  "), TYPE_OPEN);
    CHECK_INT(INFER("", "12", " ", " 13 "), TYPE_NUMBER);
}

TEST(one_value_of_another_type_makes_a_column_a_string)
{
    CHECK_INT(INFER("1", "true"), TYPE_STRING);
    CHECK_INT(INFER("true", "yes"), TYPE_STRING);
    CHECK_INT(INFER("12", "12 Main Street"), TYPE_STRING);
    CHECK_INT(INFER("2026-01-05", "12"), TYPE_STRING);
    CHECK_INT(INFER("12", "2026-01-05"), TYPE_STRING);
    CHECK_INT(INFER("abc", "12", "13"), TYPE_STRING);
}

TEST(digits_that_a_number_would_lose_make_a_string)
{
    CHECK_INT(INFER("01234"), TYPE_STRING); /* a postal code */
    CHECK_INT(INFER("0170123456"), TYPE_STRING);
    CHECK_INT(INFER("-07"), TYPE_STRING);
    CHECK_INT(INFER("81234", "01234"), TYPE_STRING);
    CHECK_INT(INFER("12345678901234567890"), TYPE_STRING);
    CHECK_INT(INFER("123456789012345", "-123456789012345"), TYPE_NUMBER);
    CHECK_INT(INFER("0", "0.5", "-0.5", "10"), TYPE_NUMBER);
}

TEST(what_only_looks_like_another_type_is_a_string)
{
    CHECK_INT(INFER("yes"), TYPE_STRING);
    CHECK_INT(INFER("-"), TYPE_STRING);
    CHECK_INT(INFER("+48 123"), TYPE_STRING);
    CHECK_INT(INFER("1,5"), TYPE_STRING);
    CHECK_INT(INFER("2026-02-30"), TYPE_STRING);
    CHECK_INT(INFER("2026-1-5"), TYPE_STRING);
    CHECK_INT(INFER("tru"), TYPE_STRING);
    CHECK_INT(INFER("nan"), TYPE_STRING);
    CHECK_INT(INFER("0x10"), TYPE_STRING);
    CHECK_INT(INFER("1e999"), TYPE_STRING);
}

/* What inference calls a type must parse as that type: a door that infers and then refuses would lose data. */
TEST(every_inferred_value_parses_as_its_type)
{
    static const char alphabet[] = "0123456789-+.:eETtZz true";
    AUTO_ARENA arena = arena_new();
    uint64_t state = harness_seed() | 1;
    for (int i = 0; i < 20000; i++) {
        char text[24];
        size_t len = 0;
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
        for (uint64_t r = state >> 8; len < sizeof text && (r & 31) != 0; r = r * 2654435761U >> 3)
            text[len++] = alphabet[r % (sizeof alphabet - 1)];
        struct str s = {text, len};
        enum type type = type_infer(TYPE_OPEN, s);
        struct value value;
        struct err_info why = {0};
        if (type != TYPE_OPEN) CHECK_OK(value_parse(arena, type, s, &value, &why), why);
    }
}

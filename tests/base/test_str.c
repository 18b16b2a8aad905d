/* test_str.c — views are compared, cut and read. */
// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static double parse_double(const char *text)
{
    double value;
    if (!str_to_double(str_from_c(text), &value)) FAIL("'%s' is not read as a number", text);
    return value;
}

TEST(views_compare_by_their_bytes_and_the_shorter_one_is_first)
{
    CHECK_TRUE(str_equal(STR("ab"), STR("ab")));
    CHECK_FALSE(str_equal(STR("ab"), STR("aB")));
    CHECK_TRUE(str_equal((struct str){0}, STR("")));
    CHECK_TRUE(str_compare(STR("ab"), STR("abc")) < 0);
    CHECK_TRUE(str_compare(STR("b"), STR("abc")) > 0);
    CHECK_TRUE(str_compare(STR("\xc5\x82"), STR("z")) > 0);
    CHECK_INT(str_compare((struct str){0}, STR("")), 0);
}

TEST(the_empty_part_is_in_every_view)
{
    CHECK_TRUE(str_contains(STR("pricing"), STR("cin")));
    CHECK_FALSE(str_contains(STR("pricing"), STR("pricings")));
    CHECK_TRUE(str_contains((struct str){0}, STR("")));
    CHECK_TRUE(str_starts_with(STR("/pricing/eu"), STR("/pricing")));
    CHECK_FALSE(str_starts_with(STR("/p"), STR("/pricing")));
    CHECK_TRUE(str_ends_with(STR("ann@example.com"), STR("example.com")));
    CHECK_TRUE(str_ends_with((struct str){0}, STR("")));
}

TEST(trimming_takes_ascii_white_space_off_both_ends_only)
{
    CHECK_STR(str_trim(STR(" \t\r\n\v\fa b\n")), STR("a b"));
    CHECK_STR(str_trim(STR(" \n ")), STR(""));
    CHECK_STR(str_trim(STR("\xc2\xa0x")), STR("\xc2\xa0x"));
}

TEST(cutting_walks_through_a_list)
{
    struct str rest = STR("a;b;;c");
    CHECK_STR(str_cut(&rest, ';'), STR("a"));
    CHECK_STR(str_cut(&rest, ';'), STR("b"));
    CHECK_STR(str_cut(&rest, ';'), STR(""));
    CHECK_STR(str_cut(&rest, ';'), STR("c"));
    CHECK_INT(rest.len, 0);
    CHECK_STR(str_cut(&rest, ';'), STR(""));
}

TEST(whole_numbers_are_read_up_to_the_last_that_fits)
{
    int64_t i = 7;
    uint64_t u = 7;
    CHECK_TRUE(str_to_i64(STR("-9223372036854775808"), &i));
    CHECK_INT(i, INT64_MIN);
    CHECK_TRUE(str_to_i64(STR("9223372036854775807"), &i));
    CHECK_INT(i, INT64_MAX);
    CHECK_TRUE(str_to_u64(STR("18446744073709551615"), &u));
    CHECK_TRUE(u == UINT64_MAX);
    static const char *const refused[] = {"", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "--1", "9223372036854775808"};
    for (size_t k = 0; k < COUNT_OF(refused); k++)
        if (str_to_i64(str_from_c(refused[k]), &i)) FAIL("'%s' is read as a whole number", refused[k]);
    CHECK_INT(i, INT64_MAX);
    CHECK_FALSE(str_to_u64(STR("18446744073709551616"), &u));
    CHECK_FALSE(str_to_u64(STR("-0"), &u));
}

TEST(decimal_numbers_are_read_to_the_nearest_double)
{
    CHECK_DOUBLE(parse_double("12"), 12.0);
    CHECK_DOUBLE(parse_double("-3.5"), -3.5);
    CHECK_DOUBLE(parse_double("1e6"), 1e6);
    CHECK_DOUBLE(parse_double(".5"), 0.5);
    CHECK_DOUBLE(parse_double("-0"), -0.0);
    CHECK_DOUBLE(parse_double("0.1"), 0.1);
    CHECK_DOUBLE(parse_double("9007199254740993"), 9007199254740992.0);
    CHECK_DOUBLE(parse_double("1.7976931348623157e308"), 1.7976931348623157e308);
    CHECK_DOUBLE(parse_double("5e-324"), 5e-324);
}

TEST(short_decimals_are_read_as_the_c_library_reads_them)
{
    uint64_t state = harness_seed();
    for (int i = 0; i < 100000; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        char text[40];
        int digits = (int)(state >> 60) + 1;
        uint64_t whole = state >> 8;
        for (int d = digits; d < 17; d++) whole /= 10;
        int length = snprintf(text, sizeof text, "%s%llu.%0*llu", state & 1 ? "-" : "",
                              (unsigned long long)(whole % 100000), digits, (unsigned long long)(whole / 100000));
        CHECK_TRUE(length > 0);
        CHECK_DOUBLE(parse_double(text), strtod(text, NULL));
    }
}

TEST(a_number_too_small_for_a_double_is_zero_and_one_too_large_is_refused)
{
    double value = 7;
    CHECK_DOUBLE(parse_double("1e-400"), 0.0);
    CHECK_DOUBLE(parse_double("-0.0001e-399"), -0.0);
    CHECK_FALSE(str_to_double(STR("1e309"), &value));
    CHECK_FALSE(str_to_double(STR("0.00001e400"), &value));
    CHECK_FALSE(str_to_double(STR("1e99999999999999999999"), &value));
    CHECK_DOUBLE(parse_double("1e-99999999999999999999"), 0.0);
    CHECK_DOUBLE(value, 7.0);
}

TEST(what_is_no_decimal_number_is_refused)
{
    double value = 7;
    static const char *const refused[] = {"",   "-",    ".",   "e5",  "1e",   "1e+",   "+1",    "1,5", "1 ",
                                          " 1", "0x10", "inf", "nan", "-inf", "1.2.3", "1e5.5", "12a"};
    for (size_t k = 0; k < COUNT_OF(refused); k++)
        if (str_to_double(str_from_c(refused[k]), &value)) FAIL("'%s' is read as a number", refused[k]);
    CHECK_DOUBLE(value, 7.0);
}

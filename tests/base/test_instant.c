/* test_instant.c — times as people and programs write them. */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"

#include "harness.h"

static int64_t at(const char *text)
{
    int64_t ms;
    if (!instant_parse(str_from_c(text), &ms)) FAIL("'%s' is not read as a time", text);
    return ms;
}

static void check_format(int64_t at_ms, const char *expected)
{
    AUTO_BUF buf = BUF_INIT(100);
    instant_format(&buf, at_ms);
    CHECK_STR(buf_str(&buf), str_from_c(expected));
}

TEST(an_instant_is_read_in_every_form_of_rfc_3339)
{
    CHECK_INT(at("1970-01-01T00:00:00Z"), 0);
    CHECK_INT(at("2026-01-05T10:00:00Z"), INT64_C(1767607200000));
    CHECK_INT(at("2026-01-05t10:00:00.25+02:00"), INT64_C(1767600000250));
    CHECK_INT(at("2026-01-05 10:00:00-05:30"), INT64_C(1767627000000));
    CHECK_INT(at("2026-01-05"), INT64_C(1767571200000));
    CHECK_INT(at("1969-12-31T23:59:59.999z"), -1);
}

TEST(a_time_without_a_zone_is_utc)
{
    CHECK_INT(at("2026-01-05 10:00:00"), at("2026-01-05T10:00:00Z"));
    CHECK_INT(at("2026-01-05T10:00:00.5"), at("2026-01-05T10:00:00.500Z"));
}

TEST(a_zone_may_lack_its_colon)
{
    CHECK_INT(at("2026-01-05T10:00:00.000+0200"), at("2026-01-05T08:00:00Z"));
}

TEST(fractions_beyond_the_millisecond_are_cut_and_second_60_is_the_last_millisecond)
{
    CHECK_INT(at("2026-01-05T10:00:00.0019999Z"), at("2026-01-05T10:00:00.001Z"));
    CHECK_INT(at("2016-12-31T23:59:60Z"), at("2016-12-31T23:59:59.999Z"));
    CHECK_INT(at("2016-12-31T23:59:60.5Z"), at("2016-12-31T23:59:59.999Z"));
}

TEST(what_is_not_a_time_is_refused)
{
    static const char *const refused[] = {
        "",
        "2026",
        "2026-1-5",
        "2026-01-05T",
        "2026-01-05T10:00",
        "2026-01-05T10:00Z",
        "2026-01-05T10:00:00+2:00",
        "2026-01-05T10:00:00+02",
        "2026-01-05T10:00:00.Z",
        "2026-01-05T24:00:00Z",
        "2026-01-05T10:60:00Z",
        "2026-01-05T10:00:61Z",
        "2026-01-05T10:00:00Z ",
        " 2026-01-05",
        "2026-01-05T10:00:00+24:00",
        "2026-02-29",
        "2100-02-29",
        "2026-04-31",
        "2026-00-10",
        "2026-13-10",
        "2026-01-00",
        "0000-01-01",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "05.01.2026",
        "1767607200",
    };
    int64_t ms = 7;
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        if (instant_parse(str_from_c(refused[i]), &ms)) FAIL("'%s' is read as a time", refused[i]);
    CHECK_INT(ms, 7);
}

TEST(a_date_alone_is_read_only_without_a_time)
{
    int64_t ms;
    CHECK_TRUE(instant_parse_date(STR("2024-02-29"), &ms));
    CHECK_INT(ms, at("2024-02-29T00:00:00Z"));
    CHECK_FALSE(instant_parse_date(STR("2024-02-29T00:00:00Z"), &ms));
}

TEST(whole_numbers_are_seconds_when_small_and_milliseconds_when_large)
{
    int64_t ms;
    CHECK_TRUE(instant_parse_loose(STR("1767607200"), &ms));
    CHECK_INT(ms, INT64_C(1767607200000));
    CHECK_TRUE(instant_parse_loose(STR("1767607200250"), &ms));
    CHECK_INT(ms, INT64_C(1767607200250));
    CHECK_TRUE(instant_parse_loose(STR("99999999999"), &ms));
    CHECK_INT(ms, INT64_C(99999999999000));
    CHECK_TRUE(instant_parse_loose(STR("100000000000"), &ms));
    CHECK_INT(ms, INT64_C(100000000000));
    CHECK_TRUE(instant_parse_loose(STR("-1"), &ms));
    CHECK_INT(ms, -1000);
    CHECK_TRUE(instant_parse_loose(STR("2026-01-05"), &ms));
    CHECK_FALSE(instant_parse_loose(STR("253402300800000"), &ms));
    CHECK_FALSE(instant_parse_loose(STR("1767607200.5"), &ms));
}

TEST(an_instant_is_written_with_milliseconds_only_when_it_has_some)
{
    check_format(0, "1970-01-01T00:00:00Z");
    check_format(INT64_C(1767607200250), "2026-01-05T10:00:00.250Z");
    check_format(-1, "1969-12-31T23:59:59.999Z");
    check_format(INSTANT_MIN, "0001-01-01T00:00:00Z");
    check_format(INSTANT_MAX, "9999-12-31T23:59:59.999Z");
}

TEST(every_day_from_year_1_to_9999_is_written_and_read_back)
{
    AUTO_BUF buf = BUF_INIT(100);
    for (int64_t day = INSTANT_MIN / MS_PER_DAY; day <= INSTANT_MAX / MS_PER_DAY; day++) {
        int64_t again = 0;
        buf_clear(&buf);
        instant_format_date(&buf, day * MS_PER_DAY);
        CHECK_TRUE(instant_parse_date(buf_str(&buf), &again));
        CHECK_INT(again, day * MS_PER_DAY);
    }
}

TEST(division_rounds_down_for_negative_numbers_too)
{
    CHECK_INT(floor_div(7, 2), 3);
    CHECK_INT(floor_div(-7, 2), -4);
    CHECK_INT(floor_div(-8, 2), -4);
}

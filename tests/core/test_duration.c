/* test_duration.c — durations as authors write them. */
// SPDX-License-Identifier: Apache-2.0
#include "core/duration.h"

#include "harness.h"

static struct duration parse(const char *text)
{
    struct duration duration = {0};
    if (!duration_parse(str_from_c(text), &duration)) FAIL("'%s' is not read as a duration", text);
    return duration;
}

static void check_refused(const char *text)
{
    struct duration duration = {.count = 7, .unit_minutes = 7};
    if (duration_parse(str_from_c(text), &duration)) FAIL("'%s' is read as a duration", text);
    CHECK_INT(duration.count, 7);
    CHECK_INT(duration.unit_minutes, 7);
}

TEST(a_duration_keeps_the_unit_it_was_written_in)
{
    CHECK_INT(parse("15m").count, 15);
    CHECK_INT(parse("15m").unit_minutes, 1);
    CHECK_INT(parse("36h").count, 36);
    CHECK_INT(parse("36h").unit_minutes, 60);
    CHECK_INT(parse("30d").count, 30);
    CHECK_INT(parse("30d").unit_minutes, 1440);
}

TEST(weeks_count_in_days)
{
    CHECK_INT(parse("12w").count, 84);
    CHECK_INT(parse("12w").unit_minutes, 1440);
}

TEST(durations_are_whole_minutes)
{
    CHECK_INT(duration_minutes(parse("15m")), 15);
    CHECK_INT(duration_minutes(parse("36h")), 2160);
    CHECK_INT(duration_minutes(parse("30d")), 43200);
    CHECK_INT(duration_minutes(parse("12w")), 120960);
}

TEST(what_is_not_a_duration_is_refused)
{
    static const char *const row[] = {"",
                                      "d",
                                      "30",
                                      "30 d",
                                      " 30d",
                                      "30d ",
                                      "30s",
                                      "30y",
                                      "30D",
                                      "-3d",
                                      "+3d",
                                      "1.5d",
                                      "1e3d",
                                      "3dd",
                                      "d3",
                                      "w",
                                      "m3",
                                      "0d",
                                      "00m",
                                      "3d12h",
                                      "30 days",
                                      "\302\262d",
                                      "99999999999999999999999m"};
    for (size_t i = 0; i < COUNT_OF(row); i++) check_refused(row[i]);
}

TEST(a_hundred_years_is_the_longest_duration)
{
    CHECK_INT(duration_minutes(parse("52560000m")), DURATION_MINUTES_MAX);
    CHECK_INT(duration_minutes(parse("876000h")), DURATION_MINUTES_MAX);
    CHECK_INT(duration_minutes(parse("36500d")), DURATION_MINUTES_MAX);
    CHECK_INT(parse("5214w").count, 36498);
    check_refused("52560001m");
    check_refused("876001h");
    check_refused("36501d");
    check_refused("5215w");
    check_refused("18446744073709551615w");
}

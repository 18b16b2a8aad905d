/* test_text.c — numbers and names as people read them. */
// SPDX-License-Identifier: Apache-2.0
#include "app/text.h"
#include "base/instant.h"
#include "harness.h"

/* What `call` appends to a buffer named `out`. */
#define CHECK_TEXT(call, expected)               \
    do {                                         \
        AUTO_BUF out = BUF_INIT(4096);           \
        call;                                    \
        CHECK_STR(buf_str(&out), STR(expected)); \
    } while (0)

TEST(counts_have_a_comma_for_each_thousand)
{
    CHECK_TEXT(text_count(&out, 0), "0");
    CHECK_TEXT(text_count(&out, 999), "999");
    CHECK_TEXT(text_count(&out, 1000), "1,000");
    CHECK_TEXT(text_count(&out, UINT64_MAX), "18,446,744,073,709,551,615");
    CHECK_TEXT(text_counted(&out, 1, "event", "events"), "1 event");
    CHECK_TEXT(text_counted(&out, 60000, "event", "events"), "60,000 events");
    CHECK_TEXT(text_counted(&out, 0, "event", "events"), "0 events");
    CHECK_TEXT(text_whole(&out, -1200), "\u22121,200");
    CHECK_TEXT(text_whole(&out, INT64_MIN), "\u22129,223,372,036,854,775,808");
}

TEST(points_of_a_reason_have_a_sign_and_two_digits_unless_they_are_whole)
{
    CHECK_TEXT(text_points(&out, 13000000), "+13");
    CHECK_TEXT(text_points(&out, 7071060), "+7.07");
    CHECK_TEXT(text_points(&out, 7075000), "+7.08");
    CHECK_TEXT(text_points(&out, -4000000), "\u22124");
    CHECK_TEXT(text_points(&out, -4500000), "\u22124.50");
    CHECK_TEXT(text_points(&out, -7075000), "\u22127.08");
    CHECK_TEXT(text_points(&out, 0), "0");
    CHECK_TEXT(text_points(&out, 999999), "+1");
    CHECK_TEXT(text_points(&out, 1234000000), "+1,234");
}

TEST(shares_have_one_digit_and_a_whole_of_nothing_is_no_trap)
{
    CHECK_TEXT(text_share(&out, 830, 5000), "16.6%");
    CHECK_TEXT(text_share(&out, 1, 3), "33.3%");
    CHECK_TEXT(text_share(&out, 2, 3), "66.7%");
    CHECK_TEXT(text_share(&out, 5, 5), "100.0%");
    CHECK_TEXT(text_share(&out, 0, 0), "0.0%");
}

TEST(spans_of_time_are_said_in_the_unit_that_fits)
{
    int64_t now = INT64_C(1767607200000);
    CHECK_TEXT(text_seconds(&out, 900), "under 1 ms");
    CHECK_TEXT(text_seconds(&out, 410000000), "410 ms");
    CHECK_TEXT(text_seconds(&out, INT64_C(12340000000)), "12.3 s");
    CHECK_TEXT(text_seconds(&out, INT64_C(200000000000)), "3 min 20 s");
    CHECK_TEXT(text_minutes(&out, 43200), "30 days");
    CHECK_TEXT(text_minutes(&out, 1440), "1 day");
    CHECK_TEXT(text_minutes(&out, 2160), "36 hours");
    CHECK_TEXT(text_minutes(&out, 15), "15 minutes");
    CHECK_TEXT(text_ago(&out, now - 3 * MS_PER_DAY, now), "3 days ago");
    CHECK_TEXT(text_ago(&out, now - 36 * MS_PER_HOUR, now), "36 hours ago");
    CHECK_TEXT(text_ago(&out, now - 90 * MS_PER_MINUTE, now), "90 minutes ago");
    CHECK_TEXT(text_ago(&out, now - 5, now), "just now");
    CHECK_TEXT(text_moment(&out, now), "5 January 2026, 10:00 UTC");
}

TEST(a_cell_is_exactly_as_wide_as_asked_whatever_the_script)
{
    CHECK_TEXT(text_cell(&out, STR("Ada"), 5, SIDE_LEFT), "Ada  ");
    CHECK_TEXT(text_cell(&out, STR("Ada"), 5, SIDE_RIGHT), "  Ada");
    CHECK_TEXT(text_cell(&out, STR("Ada"), 3, SIDE_LEFT), "Ada");
    CHECK_TEXT(text_cell(&out, STR("Ada Lovelace"), 6, SIDE_LEFT), "Ada L\u2026");
    CHECK_TEXT(text_cell(&out, STR("Łukasz"), 6, SIDE_LEFT), "Łukasz");
    CHECK_TEXT(text_cell(&out, STR("東京都"), 5, SIDE_LEFT), "東京\u2026");
    CHECK_TEXT(text_cell(&out, STR("東京都"), 4, SIDE_LEFT), "東\u2026 ");
    CHECK_TEXT(text_cell(&out, STR("Ada"), 1, SIDE_LEFT), "\u2026");
    CHECK_TEXT(text_cell(&out, STR("Ada"), 0, SIDE_LEFT), "");
}

TEST(what_would_steer_a_terminal_is_replaced)
{
    CHECK_TEXT(text_clean(&out, STR("a\033[31mb")), "a\uFFFD[31mb");
    CHECK_TEXT(text_clean(&out, STR("a\xc2\x9b"
                                    "b")),
               "a\uFFFDb");
    CHECK_TEXT(text_clean(&out, STR("a\u202Eb\nc\td")), "a\uFFFDb\uFFFDc\uFFFDd");
    CHECK_TEXT(text_clean(&out, STR("Zażółć 東京 🙂")), "Zażółć 東京 🙂");
}

TEST(a_bar_fills_in_eighths_and_little_is_still_seen)
{
    CHECK_TEXT(text_bar(&out, 0, 100, 4), "    ");
    CHECK_TEXT(text_bar(&out, 1, 1000, 4), "▏   ");
    CHECK_TEXT(text_bar(&out, 50, 100, 4), "██  ");
    CHECK_TEXT(text_bar(&out, 100, 100, 4), "████");
    CHECK_TEXT(text_bar(&out, 200, 100, 4), "████");
    CHECK_TEXT(text_bar(&out, 5, 0, 4), "    ");
}

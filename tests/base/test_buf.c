/* test_buf.c — ten appends, one check. */
// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include <math.h>
#include <string.h>

#include "harness.h"

TEST(appends_follow_one_another)
{
    AUTO_BUF buf = BUF_INIT(1000);
    buf_append(&buf, STR("a"));
    buf_append_c(&buf, "bc");
    buf_append_char(&buf, 'd');
    buf_append_repeat(&buf, '-', 3);
    buf_append_i64(&buf, INT64_MIN);
    buf_append_char(&buf, ' ');
    buf_append_u64(&buf, UINT64_MAX);
    buf_format(&buf, " %s=%d", "x", 5);
    CHECK_STR(buf_str(&buf), STR("abcd----9223372036854775808 18446744073709551615 x=5"));
    CHECK_FALSE(buf.failed);
}

TEST(what_does_not_fit_below_the_ceiling_leaves_no_half_and_stays_failed)
{
    AUTO_BUF buf = BUF_INIT(5);
    buf_append(&buf, STR("abc"));
    buf_append(&buf, STR("def"));
    CHECK_TRUE(buf.failed);
    buf_append_char(&buf, 'g');
    buf_format(&buf, "%d", 1);
    CHECK_STR(buf_str(&buf), STR("abc"));
    buf_clear(&buf);
    buf_append(&buf, STR("12345"));
    CHECK_FALSE(buf.failed);
    CHECK_STR(buf_str(&buf), STR("12345"));
}

TEST(a_long_format_fits_up_to_the_ceiling_exactly)
{
    AUTO_BUF buf = BUF_INIT(600);
    buf_format(&buf, "%0600d", 7);
    CHECK_FALSE(buf.failed);
    CHECK_INT(buf.len, 600);
    buf_clear(&buf);
    buf_format(&buf, "%0601d", 7);
    CHECK_TRUE(buf.failed);
    CHECK_INT(buf.len, 0);
}

TEST(a_double_is_written_as_people_would)
{
    static const struct {
        double value;
        const char *text;
    } row[] = {{0, "0"},
               {-0.0, "-0"},
               {0.1, "0.1"},
               {100000, "100000"},
               {1e15, "1000000000000000"},
               {1e22, "1e+22"},
               {0.00001, "0.00001"},
               {1e-7, "1e-07"},
               {-2.5, "-2.5"},
               {5e-324, "5e-324"},
               {1.7976931348623157e308, "1.7976931348623157e+308"}};
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_BUF buf = BUF_INIT(100);
        buf_append_double(&buf, row[i].value);
        CHECK_STR(buf_str(&buf), str_from_c(row[i].text));
    }
}

TEST(every_finite_double_reads_back_as_itself)
{
    uint64_t state = harness_seed();
    AUTO_BUF buf = BUF_INIT(100);
    for (int i = 0; i < 100000; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t bits = state ^ state >> 29;
        double value, again;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        buf_clear(&buf);
        buf_append_double(&buf, value);
        CHECK_TRUE(str_to_double(buf_str(&buf), &again));
        CHECK_DOUBLE(again, value);
    }
}

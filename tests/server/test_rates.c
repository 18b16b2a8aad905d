/* test_rates.c — a key sends no faster than it may, and a batch is never split. */
// SPDX-License-Identifier: Apache-2.0
#include "server/rates.h"

#include "harness.h"

#define MS INT64_C(1000000) /* nanoseconds */
#define S (1000 * MS)

TEST(without_a_limit_everything_passes)
{
    struct rates *rates = rates_new(0);
    uint32_t wait_ms = 0;
    for (int i = 0; i < 1000; i++) CHECK_TRUE(rates_take(rates, 1, 2500, 0, &wait_ms));
    rates_free(rates);
}

TEST(a_second_s_worth_may_come_at_once_and_the_rest_as_time_passes)
{
    struct rates *rates = rates_new(10);
    uint32_t wait_ms = 0;
    for (int i = 0; i < 10; i++) CHECK_TRUE(rates_take(rates, 1, 1, 5 * S, &wait_ms));
    CHECK_FALSE(rates_take(rates, 1, 1, 5 * S, &wait_ms));
    CHECK_TRUE(wait_ms >= 1 && wait_ms <= 100);
    CHECK_TRUE(rates_take(rates, 1, 1, 5 * S + wait_ms * MS, &wait_ms));
    rates_free(rates);
}

TEST(a_batch_larger_than_the_bucket_is_taken_whole_and_its_debt_waited_out)
{
    struct rates *rates = rates_new(100);
    uint32_t wait_ms = 0;
    CHECK_TRUE(rates_take(rates, 1, 500, 0, &wait_ms));
    CHECK_FALSE(rates_take(rates, 1, 1, 0, &wait_ms));
    CHECK_INT(wait_ms, 4001);
    CHECK_FALSE(rates_take(rates, 1, 1, 4 * S, &wait_ms));
    CHECK_TRUE(rates_take(rates, 1, 1, 4001 * MS, &wait_ms));
    rates_free(rates);
}

TEST(keys_do_not_slow_each_other_down)
{
    struct rates *rates = rates_new(1);
    uint32_t wait_ms = 0;
    CHECK_TRUE(rates_take(rates, 1, 1, 0, &wait_ms));
    CHECK_FALSE(rates_take(rates, 1, 1, 0, &wait_ms));
    CHECK_TRUE(rates_take(rates, 2, 1, 0, &wait_ms));
    CHECK_TRUE(rates_take(rates, UINT64_MAX, 1, 0, &wait_ms));
    rates_free(rates);
}

TEST(who_was_silent_for_years_has_no_more_than_a_full_bucket)
{
    struct rates *rates = rates_new(1000000);
    uint32_t wait_ms = 0;
    CHECK_TRUE(rates_take(rates, 1, 1000000, 0, &wait_ms));
    CHECK_TRUE(rates_take(rates, 1, 1000000, INT64_MAX / 2, &wait_ms));
    CHECK_FALSE(rates_take(rates, 1, 1, INT64_MAX / 2, &wait_ms));
    rates_free(rates);
}

/* test_clock.c — time is handed in. */
// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include "harness.h"

TEST(a_fixed_clock_stands_still_until_it_is_set)
{
    struct clock clock = clock_fixed(1000);
    CHECK_INT(clock.now_ms(&clock), 1000);
    int64_t start_ns = clock.monotonic_ns(&clock);
    CHECK_INT(clock.now_ms(&clock), 1000);
    clock.fixed_ms += 31000;
    CHECK_INT(clock.now_ms(&clock), 32000);
    CHECK_INT(clock.monotonic_ns(&clock) - start_ns, INT64_C(31000000000));
}

TEST(the_systems_clock_is_of_this_century_and_never_goes_back)
{
    const struct clock *clock = clock_system();
    CHECK_TRUE(clock->now_ms(clock) > INT64_C(946684800000));
    int64_t before = clock->monotonic_ns(clock);
    CHECK_TRUE(clock->monotonic_ns(clock) >= before);
}

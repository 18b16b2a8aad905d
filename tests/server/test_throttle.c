/* test_throttle.c — who fails often waits, and the table that knows it stays small. */
// SPDX-License-Identifier: Apache-2.0
#include "server/throttle.h"

#include "base/arena.h"
#include "harness.h"

static const struct throttle_limits limits = {.free_tries = 3, .longest_s = 60};

TEST(a_few_failures_are_free_and_then_each_wait_is_twice_the_one_before)
{
    struct throttle *t = throttle_new(limits, 1);
    int64_t now_ms = 1000000;
    for (int i = 0; i < 4; i++) CHECK_INT(throttle_enter(t, STR("ada"), now_ms), 0);
    for (uint32_t wait_s = 1; wait_s <= 32; wait_s *= 2) {
        CHECK_INT(throttle_enter(t, STR("ada"), now_ms), wait_s);
        CHECK_INT(throttle_enter(t, STR("ada"), now_ms + wait_s * 1000 - 1), 1);
        now_ms += wait_s * 1000;
        CHECK_INT(throttle_enter(t, STR("ada"), now_ms), 0);
    }
    CHECK_INT(throttle_enter(t, STR("ada"), now_ms), 60); /* not 64: the longest */
    CHECK_INT(throttle_enter(t, STR("bob"), now_ms), 0);
    throttle_free(t);
}

TEST(tries_that_are_turned_away_do_not_lengthen_the_wait)
{
    struct throttle *t = throttle_new(limits, 1);
    for (int i = 0; i < 4; i++) CHECK_INT(throttle_enter(t, STR("ada"), 5000), 0);
    for (int i = 0; i < 100; i++) CHECK_INT(throttle_enter(t, STR("ada"), 5000), 1);
    CHECK_INT(throttle_enter(t, STR("ada"), 6000), 0);
    throttle_free(t);
}

TEST(success_forgives_and_an_hour_forgets)
{
    struct throttle *t = throttle_new(limits, 1);
    for (int i = 0; i < 4; i++) CHECK_INT(throttle_enter(t, STR("ada"), 5000), 0);
    throttle_forgive(t, STR("ada"));
    CHECK_INT(throttle_enter(t, STR("ada"), 5000), 0);
    CHECK_INT(throttle_enter(t, STR("ada"), 5000), 1);
    throttle_forget(t, STR("ada"));
    for (int i = 0; i < 4; i++) CHECK_INT(throttle_enter(t, STR("ada"), 5000), 0);
    for (int i = 0; i < 4; i++) CHECK_INT(throttle_enter(t, STR("ada"), 5001 + THROTTLE_MEMORY_MS), 0);
    throttle_free(t);
}

TEST(a_flood_of_strangers_does_not_make_us_forget_who_is_guilty)
{
    struct throttle *t = throttle_new(limits, harness_seed());
    AUTO_ARENA arena = arena_new();
    for (int i = 0; i < 4; i++) CHECK_INT(throttle_enter(t, STR("ada"), 5000), 0);
    for (int i = 0; i < 20 * THROTTLE_SLOTS; i++)
        CHECK_INT(throttle_enter(t, arena_format(arena, "stranger %d", i), 5000 + i / 1000), 0);
    CHECK_INT(throttle_enter(t, STR("ada"), 5100), 1);
    throttle_free(t);
}

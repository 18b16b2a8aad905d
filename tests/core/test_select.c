/* test_select.c — which of a contact's events count, and for how much. */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"
#include "core/select.h"
#include "harness.h"

#define AS_OF_MS INT64_C(1767607200000) /* 2026-01-05T10:00:00Z */

static struct selector selector_of(struct arena *arena, const struct selection *selection, struct decay decay)
{
    struct selector selector;
    selector_init(&selector, arena, selection, &decay);
    return selector;
}

static const struct decay no_decay = {.shape = DECAY_NONE, .period = 1, .unit_minutes = 1440};

TEST(a_window_holds_what_is_younger_than_it_to_the_millisecond)
{
    AUTO_ARENA arena = arena_new();
    struct selection selection = {.within_minutes = 90};
    struct selector selector = selector_of(arena, &selection, no_decay);
    const int64_t at_ms[] = {AS_OF_MS, AS_OF_MS - 90 * MS_PER_MINUTE + 1, AS_OF_MS - 90 * MS_PER_MINUTE};
    struct tally tally;
    selector_tally(&selector, at_ms, COUNT_OF(at_ms), AS_OF_MS, &tally);
    CHECK_INT(tally.count, 2);
    CHECK_INT(tally.latest_ms, AS_OF_MS);
}

TEST(of_each_utc_day_only_the_latest_count_and_of_those_only_the_latest)
{
    AUTO_ARENA arena = arena_new();
    struct selection selection = {.within_minutes = -1, .per_day = 2, .at_most = 3};
    struct selector selector = selector_of(
        arena, &selection, (struct decay){.shape = DECAY_LINEAR, .percent = 10, .period = 1, .unit_minutes = 1440});
    const int64_t midnight_ms = floor_div(AS_OF_MS, MS_PER_DAY) * MS_PER_DAY;
    const int64_t at_ms[] = {AS_OF_MS - 1,    AS_OF_MS - 2,    AS_OF_MS - 3,
                             midnight_ms - 1, midnight_ms - 2, midnight_ms - 3};
    struct tally tally;
    selector_tally(&selector, at_ms, COUNT_OF(at_ms), AS_OF_MS, &tally);
    CHECK_INT(tally.count, 3); /* two of today, one of yesterday: ten hours old, so nothing has faded */
    CHECK_INT(tally.sum_ppm, 3000000);
}

TEST(decay_counts_whole_units_of_age)
{
    AUTO_ARENA arena = arena_new();
    struct selection selection = {.within_minutes = -1};
    struct selector selector = selector_of(
        arena, &selection, (struct decay){.shape = DECAY_LINEAR, .percent = 50, .period = 30, .unit_minutes = 1440});
    CHECK_INT(selector_ppm(&selector, 30 * MS_PER_DAY - 1), 516667);
    CHECK_INT(selector_ppm(&selector, 30 * MS_PER_DAY), 500000);
    CHECK_INT(selector_ppm(&selector, 36500 * MS_PER_DAY), 0);
}

TEST(no_event_is_an_empty_tally)
{
    AUTO_ARENA arena = arena_new();
    struct selection selection = {.within_minutes = -1};
    struct selector selector = selector_of(arena, &selection, no_decay);
    struct tally tally = {.count = 7};
    selector_tally(&selector, NULL, 0, AS_OF_MS, &tally);
    CHECK_INT(tally.count, 0);
    CHECK_INT(tally.sum_ppm, 0);
}

/* clock.c — the system's time, and a time that stands still. */
// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <time.h>

#include "base/macros.h"

static int64_t read_ns(clockid_t id)
{
    struct timespec now;
    int failed = clock_gettime(id, &now);
    INVARIANT(failed == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t system_now_ms(const struct clock *clock)
{
    (void)clock;
    return read_ns(CLOCK_REALTIME) / 1000000;
}

static int64_t system_monotonic_ns(const struct clock *clock)
{
    (void)clock;
    return read_ns(CLOCK_MONOTONIC);
}

const struct clock *clock_system(void)
{
    static const struct clock clock = {.now_ms = system_now_ms, .monotonic_ns = system_monotonic_ns};
    return &clock;
}

static int64_t fixed_now_ms(const struct clock *clock)
{
    return __atomic_load_n(&clock->fixed_ms, __ATOMIC_RELAXED);
}

static int64_t fixed_monotonic_ns(const struct clock *clock)
{
    return __atomic_load_n(&clock->fixed_ms, __ATOMIC_RELAXED) * 1000000;
}

struct clock clock_fixed(int64_t now_ms)
{
    return (struct clock){.now_ms = fixed_now_ms, .monotonic_ns = fixed_monotonic_ns, .fixed_ms = now_ms};
}

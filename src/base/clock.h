/* clock.h — the time as something that is handed in.
 *
 * Only src/app chooses the system's clock; tests choose a fixed one. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_CLOCK_H
#define PLUMB_BASE_CLOCK_H

#include <stdint.h>

struct clock {
    int64_t (*now_ms)(const struct clock *clock);       /* UTC milliseconds since 1970 */
    int64_t (*monotonic_ns)(const struct clock *clock); /* for durations; never goes back */
    int64_t fixed_ms;                                   /* what clock_fixed says */
};

const struct clock *clock_system(void);
struct clock clock_fixed(int64_t now_ms); /* stands still until fixed_ms is assigned */

#endif

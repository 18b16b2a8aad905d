/* decay.h — how much of an event's points is left after n units (semantics 4.3).
 *
 * A curve is turned into whole millionths, ppm, once; sums use only those. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_DECAY_H
#define PLUMB_CORE_DECAY_H

#include <stdbool.h>
#include <stdint.h>

#define PPM_ONE UINT32_C(1000000)

enum decay_shape { DECAY_NONE, DECAY_HALF_LIFE, DECAY_LINEAR, DECAY_STEP, DECAY_COMPOUND };

struct decay {
    enum decay_shape shape;
    double percent;        /* 0 < percent <= 100; of linear, step, compound */
    uint32_t period;       /* half-life h or interval e, in units; at least 1 */
    uint32_t unit_minutes; /* 1, 60 or 1440: what n counts */
};

/* floor(f(n) * 1000000 + 0.5); n >= 0. Never rises with n. */
uint32_t decay_ppm(const struct decay *decay, uint64_t n);

/* The smallest n from which decay_ppm stays 0; UINT64_MAX when it never gets there. */
uint64_t decay_end(const struct decay *decay);

bool decay_equal(const struct decay *a, const struct decay *b);

#endif

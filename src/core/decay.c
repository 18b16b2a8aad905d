/* decay.c — the four curves, each exactly as semantics 4.3 writes it.
 *
 * The factor is a double only until it is rounded to whole ppm. Every formula falls
 * with n: a quotient of a growing n by a constant, a floor of it, and exp2 and pow of
 * libm, whose error (about half a unit in the last place) is smaller than the
 * distance of two neighbours. So decay_ppm never rises, and decay_end may halve. */
// SPDX-License-Identifier: Apache-2.0
#include "core/decay.h"

#include <math.h>

#include "base/macros.h"

static double at_least_0(double f)
{
    return f > 0 ? f : 0;
}

static double factor(const struct decay *decay, uint64_t n)
{
    double period = decay->period;
    double lost_each = decay->percent / 100;
    uint64_t whole_periods = n / decay->period;
    double steps = (double)whole_periods;
    switch (decay->shape) {
    case DECAY_NONE: return 1;
    case DECAY_HALF_LIFE: return exp2(-(double)n / period);
    case DECAY_LINEAR: return at_least_0(1 - lost_each * (double)n / period);
    case DECAY_STEP: return at_least_0(1 - lost_each * steps);
    case DECAY_COMPOUND: return pow(1 - lost_each, steps);
    }
    return 1;
}

uint32_t decay_ppm(const struct decay *decay, uint64_t n)
{
    if (decay->shape == DECAY_NONE) return PPM_ONE;
    INVARIANT(decay->period > 0);
    return (uint32_t)floor(factor(decay, n) * PPM_ONE + 0.5);
}

uint64_t decay_end(const struct decay *decay)
{
    uint64_t above = 0, zero = UINT64_MAX; /* ppm(above) > 0 since f(0) is 1; ppm(zero) is 0 */
    if (decay_ppm(decay, zero) > 0) return UINT64_MAX;
    while (zero - above > 1) {
        uint64_t middle = above + (zero - above) / 2;
        if (decay_ppm(decay, middle) > 0) above = middle;
        else zero = middle;
    }
    return zero;
}

bool decay_equal(const struct decay *a, const struct decay *b)
{
    if (a->shape != b->shape) return false;
    if (a->shape == DECAY_NONE) return true;
    if (a->period != b->period || a->unit_minutes != b->unit_minutes) return false;
    return a->shape == DECAY_HALF_LIFE || a->percent == b->percent;
}

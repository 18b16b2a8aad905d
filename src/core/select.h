/* select.h — which events count, and what they amount to (semantics 4.1, 4.3).
 *
 * Selection, in this order: event name; where; within; of each UTC day the `per_day`
 * latest; of those the `at_most` latest. Name and where are the caller's (they depend
 * on the event, see history/); the rest depends on instants only and is here. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_SELECT_H
#define PLUMB_CORE_SELECT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/condition.h"
#include "core/decay.h"

struct selector {
    const struct selection *selection;
    struct str event; /* folded; empty: any */
    struct decay decay;
    const uint32_t *ppm; /* decay_ppm(n) for n < ppm_count */
    uint32_t ppm_count;
};

struct tally {
    uint64_t count;      /* selected events */
    uint64_t sum_ppm;    /* of their decay factors */
    uint32_t latest_ppm; /* decay factor of the latest */
    int64_t latest_ms;   /* only with count > 0 */
};

/* Fold the name and compute the table of factors, in `arena`. */
void selector_init(struct selector *selector, struct arena *arena, const struct selection *selection,
                   const struct decay *decay);

/* Decay factor of an event that is age_ms >= 0 old, ppm. */
uint32_t selector_ppm(const struct selector *selector, int64_t age_ms);

/* Tally the instants of events that pass name and where: latest first, none after as_of. */
void selector_tally(const struct selector *selector, const int64_t *at_ms, size_t count, int64_t as_of_ms,
                    struct tally *out);

#endif

/* band.h — from numbers to labels (semantics 2 and 5). */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_BAND_H
#define PLUMB_CORE_BAND_H

#include <stdint.h>

#include "base/instant.h"
#include "core/definition.h"

#define BAND_NONE UINT32_MAX

/* Whole points as shown to people: floor(micro / 1000000). */
static inline int64_t points_shown(int64_t micro)
{
    return floor_div(micro, MICRO_PER_POINT);
}

/* Index of the band for this total; `previous` is the band the record was last in, or
 * BAND_NONE: a record stays in it while the total is at least its `until`. */
uint32_t band_of(const struct score *score, int64_t total_micro, uint32_t previous);

/* The fit and engagement labels' indexes. Only for a score with grades. */
uint32_t grade_of(const struct score *score, enum category category, int64_t micro);

#endif

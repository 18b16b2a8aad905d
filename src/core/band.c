/* band.c — thresholds, best first; the first that is reached is the label. */
// SPDX-License-Identifier: Apache-2.0
#include "core/band.h"

static bool reached(int64_t micro, int32_t points)
{
    return micro >= points * MICRO_PER_POINT;
}

uint32_t band_of(const struct score *score, int64_t total_micro, uint32_t previous)
{
    for (uint32_t i = 0; i < score->band_count; i++) {
        const struct band *band = &score->bands[i];
        if (reached(total_micro, band->from)) return i;
        if (i == previous && band->has_until && reached(total_micro, band->until)) return i;
    }
    return BAND_NONE;
}

uint32_t grade_of(const struct score *score, enum category category, int64_t micro)
{
    uint32_t last = score->grade_count[category] - 1;
    for (uint32_t i = 0; i < last; i++)
        if (reached(micro, score->grades[category][i].from)) return i;
    return last;
}

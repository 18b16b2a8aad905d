/* select.c — windows, daily limits and decay over a list of instants.
 *
 * One walk from the latest to the earliest: the window ends the walk, a day's limit
 * skips, `at_most` ends it. */
// SPDX-License-Identifier: Apache-2.0
#include "core/select.h"

#include "base/instant.h"
#include "base/unicode.h"

#define PPM_TABLE_MAX 4096 /* factors kept; older events compute theirs */

void selector_init(struct selector *selector, struct arena *arena, const struct selection *selection,
                   const struct decay *decay)
{
    *selector = (struct selector){
        .selection = selection,
        .event = unicode_fold(arena, selection->event),
        .decay = *decay,
    };
    if (decay->shape == DECAY_NONE) return;
    uint64_t end = decay_end(decay);
    uint32_t count = end < PPM_TABLE_MAX ? (uint32_t)end + 1 : PPM_TABLE_MAX;
    uint32_t *ppm = ARENA_ARRAY(arena, uint32_t, count);
    for (uint32_t n = 0; n < count; n++) ppm[n] = decay_ppm(decay, n);
    selector->ppm = ppm;
    selector->ppm_count = count;
}

uint32_t selector_ppm(const struct selector *selector, int64_t age_ms)
{
    if (selector->decay.shape == DECAY_NONE) return PPM_ONE;
    uint64_t n = (uint64_t)age_ms / ((uint64_t)selector->decay.unit_minutes * (uint64_t)MS_PER_MINUTE);
    return n < selector->ppm_count ? selector->ppm[n] : decay_ppm(&selector->decay, n);
}

void selector_tally(const struct selector *selector, const int64_t *at_ms, size_t count, int64_t as_of_ms,
                    struct tally *out)
{
    const struct selection *selection = selector->selection;
    const int64_t window_ms = selection->within_minutes < 0 ? INT64_MAX : selection->within_minutes * MS_PER_MINUTE;
    const uint64_t at_most = selection->at_most != 0 ? selection->at_most : UINT64_MAX;
    *out = (struct tally){0};
    int64_t day = INT64_MIN;
    uint32_t of_day = 0;
    for (size_t i = 0; i < count && out->count < at_most; i++) {
        int64_t age_ms = as_of_ms - at_ms[i];
        if (age_ms >= window_ms) break;
        if (selection->per_day != 0) {
            int64_t this_day = floor_div(at_ms[i], MS_PER_DAY);
            of_day = this_day == day ? of_day + 1 : 1;
            day = this_day;
            if (of_day > selection->per_day) continue;
        }
        uint32_t ppm = selector_ppm(selector, age_ms);
        if (out->count == 0) {
            out->latest_ppm = ppm;
            out->latest_ms = at_ms[i];
        }
        out->sum_ppm += ppm;
        out->count++;
    }
}

/* duration.c — a whole number and one letter. */
// SPDX-License-Identifier: Apache-2.0
#include "core/duration.h"

#define MINUTES_PER_HOUR 60
#define MINUTES_PER_DAY 1440
#define DAYS_PER_WEEK 7

bool duration_parse(struct str text, struct duration *out)
{
    if (text.len < 2) return false;
    uint32_t unit_minutes, units_each = 1;
    switch (text.at[text.len - 1]) {
    case 'm': unit_minutes = 1; break;
    case 'h': unit_minutes = MINUTES_PER_HOUR; break;
    case 'd': unit_minutes = MINUTES_PER_DAY; break;
    case 'w':
        unit_minutes = MINUTES_PER_DAY;
        units_each = DAYS_PER_WEEK;
        break;
    default: return false;
    }
    uint64_t written;
    if (!str_to_u64((struct str){text.at, text.len - 1}, &written) || written == 0) return false;
    if (written > (uint64_t)DURATION_MINUTES_MAX / units_each / unit_minutes) return false;
    *out = (struct duration){.count = (uint32_t)written * units_each, .unit_minutes = unit_minutes};
    return true;
}

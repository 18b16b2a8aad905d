/* duration.h — "15m", "36h", "30d", "12w" (semantics 3).
 *
 * A duration keeps the unit it was written in, because decay counts whole units of
 * age. All are whole minutes. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_DURATION_H
#define PLUMB_CORE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define DURATION_MINUTES_MAX INT64_C(52560000) /* 100 years */

struct duration {
    uint32_t count;        /* of units, at least 1; weeks are converted to days */
    uint32_t unit_minutes; /* 1, 60 or 1440 */
};

/* False when `text` is not a duration, is zero, or is over DURATION_MINUTES_MAX. */
bool duration_parse(struct str text, struct duration *out);

static inline int64_t duration_minutes(struct duration d)
{
    return (int64_t)d.count * d.unit_minutes;
}

#endif

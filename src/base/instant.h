/* instant.h — UTC milliseconds since 1970 in int64, and their texts.
 *
 * Days are 86,400,000 ms; leap seconds do not exist. Proleptic Gregorian
 * calendar, years 0001 to 9999. Pure: nothing here reads a clock. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_INSTANT_H
#define PLUMB_BASE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

#define MS_PER_MINUTE INT64_C(60000)
#define MS_PER_HOUR INT64_C(3600000)
#define MS_PER_DAY INT64_C(86400000)

#define INSTANT_MIN INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define INSTANT_MAX INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

/* RFC 3339: "2026-01-05T10:00:00Z", "2026-01-05t10:00:00.25+02:00"; a blank instead
 * of the T; a date alone is 00:00 UTC; a time without a zone is UTC. Fractions of a
 * second beyond the millisecond are cut. Day 31 of a 30-day month is refused, second
 * 60 is read as 59.999. False leaves *out alone. */
bool instant_parse(struct str text, int64_t *out_ms);

/* "2026-01-05" only. */
bool instant_parse_date(struct str text, int64_t *out_ms);

/* As instant_parse, or a whole number: seconds since 1970 when its size is below
 * 100,000,000,000, else milliseconds (as every tracker's export mixes them). */
bool instant_parse_loose(struct str text, int64_t *out_ms);

/* "2026-01-05T10:00:00Z", with ".250" only when not a whole second. */
void instant_format(struct buf *buf, int64_t at_ms);
void instant_format_date(struct buf *buf, int64_t at_ms); /* "2026-01-05" */

/* floor(a / b) for b > 0, also of negative a. */
static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

#endif

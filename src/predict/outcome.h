/* outcome.h — when it happened, for each record: what a model learns to foresee.
 *
 * An outcome is a condition that becomes true, written like a segment. It happened at the first
 * instant of a fact at which the condition holds; what comes later (a customer who leaves)
 * does not undo it. A condition that time alone makes true (`not: {event: any, within: 60d}`) is
 * noticed at the record's next fact. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_OUTCOME_H
#define PLUMB_PREDICT_OUTCOME_H

#include "base/stop.h"
#include "history/scan.h"
#include "predict/record_dates.h"

#define NEVER INT64_MAX
#define OUTCOME_DEALS_MAX 1000   /* of one record that are looked at */
#define OUTCOME_FACTS_MAX 100000 /* instants of one record that are looked at: the first ones */

/* What is known of a record's time. */
struct lifetime {
    int64_t began_ms;    /* its first fact with a time; NEVER without any */
    int64_t happened_ms; /* the outcome; NEVER if not; FOREVER when it always held, so there was nothing to foresee */
    int64_t over_ms; /* it is settled from then on that it will not come: a deal was lost; 0: that is never settled */
};

/* Of each record of the segment's object, into out[records]. Cost: an evaluation for each fact of a record until it
 * happened; `threads` at least 1. `watch` may be NULL; it hears of "finding outcomes", a record a unit. When it stops, what is
 * in `out` means nothing. */
void outcome_find(const struct scan *scan, const struct definitions *set, const struct history *history,
                  uint32_t segment, unsigned threads, const struct watch *watch, struct lifetime *out);

/* Begin lives at dates of creation that are earlier than dated facts, and end those of lost deals. */
void outcome_date_lives(const struct history *history, const struct record_dates *dates, enum entity object,
                        struct lifetime *lives);

/* A deal of the record (of a deal: itself) that was won is the outcome, too, if it came first. */
void outcome_add_won_deals(const struct history *history, const struct record_dates *dates, enum entity object,
                           struct lifetime *lives);

#endif

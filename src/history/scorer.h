/* scorer.h — all scores of a few records, right after facts about them.
 *
 * The same evaluator as the scan's (core/evaluate.h) over each record's own run of events,
 * with predicates evaluated once per event class and per code of a value: the tables here
 * grow when a class or a code is met that they do not have yet. A record with tens of events
 * and a definition of tens of rules cost a microsecond; the arithmetic costs the same for one
 * record as for SCORER_RECORDS_MAX.
 *
 * One thread at a time; the history may be the live one. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_SCORER_H
#define PLUMB_HISTORY_SCORER_H

#include "history/scan.h"

struct scorer; /* opaque; see scorer.c */

/* `set` is parsed, checked and bound; set and history are borrowed. */
struct scorer *scorer_new(const struct definitions *set, const struct history *history);
void scorer_free(struct scorer *scorer); /* NULL is fine */

struct score_value {
    bool known;
    int64_t total, fit, engagement; /* micro-points; 0 where unknown */
};

#define SCORER_RECORDS_MAX 64

/* Every score of this object, for 1 to SCORER_RECORDS_MAX records of it: that of records[i] into
 * values[i * the set's score_count + score index]; places of other objects' scores are left alone. Equal to
 * scan_explain's. */
void scorer_score(struct scorer *scorer, enum entity object, const uint32_t *records, uint32_t count, int64_t as_of_ms,
                  struct score_value *values);

/* Is the record in the segment with this index? */
bool scorer_in_segment(struct scorer *scorer, uint32_t segment, uint32_t record, int64_t as_of_ms);

#endif

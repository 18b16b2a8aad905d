/* assignment.h — who takes part in an experiment, since when, in which arm, and what came of it.
 *
 * An experiment is of those who come: a record is assigned at its first fact, from the start to the end, at which the
 * condition of who takes part holds. For whom it held at the start already, the record takes part only where `existing` says
 * so, and since then. Who has the outcome by then takes no part. A record converts when the outcome holds at
 * a fact after its assignment and within the horizon.
 *
 * Nothing of this is kept: it follows from the facts, and is found again by whoever asks. A fact of the past that comes late
 * may move an assignment, but a draw never: that is of the seed and the record's id. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_ASSIGNMENT_H
#define PLUMB_PREDICT_ASSIGNMENT_H

#include "history/scan.h"
#include "predict/experiment.h"

#define ASSIGNMENT_FACTS_MAX 100000 /* instants of one record that are looked at: the first ones */
#define SEGMENT_NONE UINT32_MAX

struct assignment_rules {
    uint32_t who;     /* segment of those who take part; SEGMENT_NONE: everybody */
    uint32_t outcome; /* segment */
    uint32_t pilot;   /* segment: whoever is in it when assigned is in arm B, else A; SEGMENT_NONE: by lot */
    uint64_t seed;    /* of the lot */
    double share_b;
    int64_t from_ms, to_ms; /* assignments from the start, up to and including the end */
    int64_t now_ms;         /* the last instant of which facts are known */
    int64_t horizon_ms;     /* more than 0 */
    bool existing;          /* those for whom the condition holds at the start, too */
    const bool *put_away;   /* [records] unlisted ones that take part all the same; NULL: none */
};

struct assignment {
    uint32_t record;
    uint32_t arm; /* ARM_A or ARM_B; ARM_NONE: takes no part */
    int64_t at_ms;
    bool over;      /* its horizon is: only then it counts */
    bool converted; /* so far */
};

/* Of one record. The scan may be of a live history. */
struct assignment assignment_of(const struct scan *scan, const struct history *history, enum entity object,
                                const struct assignment_rules *rules, uint32_t record);

/* Of all records that are listed or put away, in the order of their instants, then of their ids: to be released by memory_free. Returns how
 * many there are. Cost: an evaluation for each fact after the start; `threads` at least 1. */
uint64_t assignments_find(const struct scan *scan, const struct history *history, enum entity object,
                          const struct assignment_rules *rules, unsigned threads, struct assignment **out);

#endif

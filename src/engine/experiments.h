/* experiments.h — an experiment held against the facts: its conditions and the scores of its arms, compiled beside what
 * is in force and asked of everybody at one instant. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_EXPERIMENTS_H
#define PLUMB_ENGINE_EXPERIMENTS_H

#include "engine/draft.h"
#include "predict/assignment.h"

/* Conditions in YAML's flow style or JSON, on one line each. */
struct experiment_conditions {
    enum entity object;
    struct str outcome;
    struct str who;   /* empty: everybody */
    struct str pilot; /* empty: arms are drawn */
};

struct experiment_ground {
    struct engine *engine;      /* borrowed */
    struct everybody everybody; /* a frozen history; scores nobody */
    struct draft draft;
    struct scan *scan; /* of the draft */
    enum entity object;
    struct assignment_rules rules; /* `who`, `outcome`, `pilot` and now_ms are filled in; the rest is the caller's */
};

/* Who was put away still takes part: who puts bad leads away would else make an arm look better. Who was erased does not.
 * Errors   ERR_INVALID: a condition does not compile; *which is then "outcome", "who" or "pilot", or NULL when the mistake is
 *          in none of them. Close in either case. */
MUST_CHECK enum err experiment_ground_open(struct engine *engine, const struct experiment_conditions *conditions,
                                           int64_t now_ms, struct experiment_ground *out, const char **which,
                                           struct err_info *why);
void experiment_ground_close(struct experiment_ground *ground);

/* assignments_find by the ground's rules. */
uint64_t experiment_assignments(const struct experiment_ground *ground, unsigned threads, struct assignment **out);

/* Of those in an arm, how many were merged with a record that the lot had put in the other one, later than they were
 * assigned: they may have been treated in both ways. They count in the arm of the one that stayed. A visitor without a name
 * takes no part, so it was in none; where no lot is drawn there are no such records.
 * Cost     reads who there is from the store, when anybody was merged since the experiment began. Errors: the store's. */
MUST_CHECK enum err experiment_count_mixed(const struct experiment_ground *ground, const struct assignment *assignments,
                                           uint64_t count, uint64_t mixed[ARM_COUNT], struct err_info *why);

/* ---- The score of an arm. ---- */

struct experiment_score {
    struct draft draft;
    struct scan *scan;
    uint32_t index; /* of the score in draft.set */
};

/* `text` is a definition, which may build on what is in force. Close in either case.
 * Errors   ERR_INVALID with a place in the text: it does not compile, or defines no score of the ground's object. */
MUST_CHECK enum err experiment_score_open(const struct experiment_ground *ground, struct str text,
                                          struct experiment_score *out, struct err_info *why);
void experiment_score_close(struct experiment_score *score);

struct arm_band {                /* the last is "in none" */
    struct str label;            /* empty: of that one */
    uint64_t records;            /* assigned to the arm */
    uint64_t counted, converted; /* of them, those whose horizon is over; and of those, who converted */
};

/* What the arm's definition says now of the arm's records. */
struct arm_figures {
    uint64_t known, unknown;
    int64_t lowest, quarter, median, three_quarters, highest; /* micro-points; 0 when nobody has a score */
    struct arm_band *bands;                                   /* as the numbers alone say */
    uint32_t band_count;
};

/* Memory in `arena`; labels are the score's. Cost: a scan of everybody. */
void experiment_score_figures(const struct experiment_ground *ground, struct experiment_score *score, uint32_t arm,
                              const struct assignment *assignments, uint64_t count, unsigned threads,
                              struct arena *arena, struct arm_figures *out);

#endif

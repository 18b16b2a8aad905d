/* rule_units.h — how much of each number of points a record had at an instant, whatever the number is.
 *
 * A score is a sum of points times *units*: 1 where a condition held or a value fell into an entry, the decayed count of a rule
 * of events (as far as the rule's own limit lets it count), the points of a rollup, which has no number of its own. What the
 * points should be is then asked of a regression on the units.
 *
 * They are read off a score like it, whose numbers tell which of them was used. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_RULE_UNITS_H
#define PLUMB_PREDICT_RULE_UNITS_H

#include "core/points.h"
#include "predict/feature_plan.h"

/* A decay of a group that is tried with another half-life. */
struct half_life_trial {
    uint32_t group;
    struct decay from;
    uint32_t days;
};

struct rule_units {
    struct points_place *places; /* [place_count] the first columns */
    uint32_t place_count;
    uint32_t *rollup_group, *rollup_rule; /* [columns - place_count] the columns behind */
    uint32_t columns;
};

/* Which columns a score has. In `arena`. */
void rule_units_find(const struct score *score, struct arena *arena, struct rule_units *out);

/* Of `count` examples (only record and at_ms are read), into value[count][columns] and in_scope[count]: does `for` mean the
 * record? The source names the set and the score; its scan is not used. `trial` NULL: decays as they are; else only
 * the columns of its rules mean something. When `stop` is up, nothing does. */
void rule_units_compute(const struct rule_units *units, const struct feature_source *source,
                        const struct half_life_trial *trial, const struct training_example *examples, uint64_t count,
                        unsigned threads, stop_flag stop, float *value, uint8_t *in_scope);

#endif

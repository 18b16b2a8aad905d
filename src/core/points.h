/* points.h — every number of points that a score's rules give, each by its place; and a score like it with others.
 *
 * A rule with `when` or `event` gives one number, or two with `otherwise`; one with `values` or `ranges` a number for each entry.
 * A rollup gives none of its own. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_POINTS_H
#define PLUMB_CORE_POINTS_H

#include "core/definition.h"

enum points_kind { POINTS_OF_RULE, POINTS_OTHERWISE, POINTS_UNKNOWN, POINTS_OF_CASE, POINTS_OF_RANGE };

struct points_place {
    uint32_t group, rule; /* in the score, in the group */
    enum points_kind kind;
    uint32_t index; /* of the case or range */
};

/* All places of the rules that are enabled, in the definition's order. In `arena`; returns how many. */
uint32_t points_places(const struct score *score, struct arena *arena, struct points_place **out);
int32_t points_at(const struct score *score, struct points_place place);
/* Which it is of its rule's numbers, in words: "in Software, IT services", "8 to 19", "otherwise"; empty of a rule's only one.
 * In `arena`. */
struct str points_words(const struct score *score, struct points_place place, struct arena *arena);

/* A score like it whose points, limits of rules and decays may be changed, and rules switched off, by the functions below. In `arena`; the rest is shared. */
struct score *score_copy(const struct score *score, struct arena *arena);
void points_put(struct score *copy, struct points_place place, int32_t points);
/* Its greatest contribution when `limit` is above 0, its least when it is below. */
void limit_put(struct score *copy, uint32_t group, uint32_t rule, int32_t limit);
void decay_put(struct score *copy, uint32_t group, uint32_t rule, struct decay decay);
void rule_disable(struct score *copy, uint32_t group, uint32_t rule);

/* A set like it with another score in that one's stead. In `arena`. */
void definitions_with(const struct definitions *set, uint32_t index, const struct score *score, struct arena *arena,
                      struct definitions *out);

#endif

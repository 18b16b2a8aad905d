/* definition_edit.h — points and half-lives of a definition changed in its text: everything else stays as its author wrote it,
 * comments, order and blanks. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_DEFINITION_EDIT_H
#define PLUMB_CORE_DEFINITION_EDIT_H

#include "core/points.h"

struct points_edit {
    struct points_place place;
    int32_t points;
    int32_t limit; /* of the rule, likewise: `max` when above 0, `min` when below; 0: it stays */
};

/* All decays of a group that equal `from`, wherever they stand: at the group or at a rule. */
struct decay_edit {
    uint32_t group;
    struct decay from;
    uint32_t half_life_days;
};

struct definition_edits {
    const struct points_edit *points;
    uint32_t point_count;
    const struct decay_edit *decays;
    uint32_t decay_count;
};

/* `text` is what `score` was parsed from, without errors.
 * A decay that is written as a block over several lines is changed only when it is a half-life already: *kept counts those
 * that stay as they are (may be NULL).
 * Errors   those of yaml_parse; ERR_NOT_FOUND: the text does not have the score, or one of the places.
 * Memory   *out in `arena`. */
MUST_CHECK enum err definition_edit(struct str text, const struct score *score, const struct definition_edits *edits,
                                    struct arena *arena, struct str *out, uint32_t *kept, struct err_info *why);

#endif

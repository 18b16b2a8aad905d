/* rules_print.h — all that decides what a score's rules give, as one number.
 *
 * A model may learn from the contribution of each rule. When somebody then moves points, a limit, a window or a condition,
 * the same feature says something else than what was learnt from. Two scores with equal prints give equal points; titles,
 * bands and grades are no part of it, nor is the order of groups and rules: features find rules by name. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_RULES_PRINT_H
#define PLUMB_PREDICT_RULES_PRINT_H

#include "core/definition.h"

/* Of a score of a checked set, with all scores and segments that it asks. Never 0. */
uint64_t rules_print(const struct definitions *set, uint32_t score);

#endif

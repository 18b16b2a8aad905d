/* shrink.h — make a failing case small enough to read. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_REFERENCE_SHRINK_H
#define PLUMB_TESTS_REFERENCE_SHRINK_H

#include "reference/world.h"

/* Leave out whatever can be left out while `fails` stays true: facts, scores, groups, rules,
 * limits, branches of conditions. */
void ref_shrink(struct ref_case *c, bool (*fails)(const struct ref_case *c, void *context), void *context);

#endif

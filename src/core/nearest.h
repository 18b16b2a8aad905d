/* nearest.h — "did you mean ...?" for a word that nobody knows. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_NEAREST_H
#define PLUMB_CORE_NEAREST_H

#include "base/str.h"

/* The word of the NULL-ended list `known` that a typing mistake may have turned into
 * `word`: at most one edit (a letter wrong, missing, too many, or two exchanged) for
 * each three letters, and one in a shorter word, whatever the case. NULL when none is
 * that near. */
const char *nearest(struct str word, const char *const *known);

#endif

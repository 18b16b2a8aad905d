/* find.h — a score by what a person types. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_FIND_H
#define PLUMB_APP_FIND_H

#include "engine/engine.h"

/* The score in force with this name, by its index.
 * Errors   ERR_NOT_FOUND, with the nearest name. */
MUST_CHECK enum err find_score(const struct edition *edition, const char *name, uint32_t *out, struct err_info *why);

#endif

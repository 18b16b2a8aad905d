/* find.h — a record and a score by what a person types: an id, email:ada@acme.example, userId:17, anonymousId:x7. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_FIND_H
#define PLUMB_APP_FIND_H

#include "engine/engine.h"

/* RECORD_NONE: nobody. Only contacts have other names than their id. */
uint32_t find_record(struct engine *engine, enum entity object, struct str reference);

/* The score in force with this name, by its index.
 * Errors   ERR_NOT_FOUND, with the nearest name. */
MUST_CHECK enum err find_score(const struct edition *edition, const char *name, uint32_t *out, struct err_info *why);

#endif

/* usual_outcome.h — what becoming a customer means where nobody says it, as conditions in the language of definitions.
 *
 * A property may be declared with options of which "closedwon" is none; `in` would then be a mistake, so the texts are
 * asked for by both of their ends. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_USUAL_OUTCOME_H
#define PLUMB_ENGINE_USUAL_OUTCOME_H

#include "base/buf.h"
#include "core/catalog.h"

#define OUTCOME_USUAL "customer, or a deal won" /* as people are told */

#define USUAL_STAGE_WON(property)                                                                          \
    "{all: [{property: " property ", starts_with: [won, closedwon, \"closed won\"]}, {property: " property \
    ", ends_with: won}]}"
/* Of a deal. */
#define USUAL_WON \
    "{any: [{property: is_won, is: \"true\"}, " USUAL_STAGE_WON("stage") ", " USUAL_STAGE_WON("dealstage") "]}"
/* Of a contact or company: its lifecycle stage is customer. The property is found by its name; where none is one, or it is declared to be
 * no text, a condition that never holds. */
void usual_stage_append(const struct catalog *catalog, enum entity object, struct buf *out);

#endif

/* usual_outcome.h — what becoming a customer means where nobody says it, as conditions in the language of definitions.
 *
 * A property may be declared with options of which "closedwon" is none; `in` would then be a mistake, so the texts are
 * asked for by both of their ends. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_USUAL_OUTCOME_H
#define PLUMB_ENGINE_USUAL_OUTCOME_H

#define USUAL_STAGE_WON(property)                                                                          \
    "{all: [{property: " property ", starts_with: [won, closedwon, \"closed won\"]}, {property: " property \
    ", ends_with: won}]}"
#define USUAL_STAGE_CUSTOMER(property) \
    "{all: [{property: " property ", starts_with: customer}, {property: " property ", ends_with: customer}]}"

/* Of a deal. */
#define USUAL_WON \
    "{any: [{property: is_won, is: \"true\"}, " USUAL_STAGE_WON("stage") ", " USUAL_STAGE_WON("dealstage") "]}"
/* Of a contact or company; either of: */
#define USUAL_CUSTOMER USUAL_STAGE_CUSTOMER("lifecycle_stage") ", " USUAL_STAGE_CUSTOMER("lifecyclestage")

#endif

/* column_words.h — what a property is by its name, however its owner spells it: "Create Date", create_date, createDate. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_COLUMN_WORDS_H
#define PLUMB_PREDICT_COLUMN_WORDS_H

#include <stdbool.h>

#include "base/str.h"

bool column_is_creation(struct str name);  /* when a record came to be */
bool column_is_closing(struct str name);   /* when a deal was won or lost */
bool column_is_lifecycle(struct str name); /* the stage of a contact or company: lead, customer, ... */

bool column_is_reference(struct str name); /* an id, the company or contacts of a record: associations, not values */

/* Where a record stands today: a stage, whether a deal is closed, why it was lost. A column of a file, which has no time, tells
 * with it how things ended. */
bool column_is_standing(struct str name);

/* What the law protects, or what gives it away: sex, age, origin, names, belief, health, family, politics. No model learns from
 * it unless it is told to. By English names only, as whole names: what is called otherwise its owner leaves out. */
bool column_is_protected(struct str name);

#endif

/* person_name.h — what people call a record, from the properties that usually tell. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_PERSON_NAME_H
#define PLUMB_APP_PERSON_NAME_H

#include "base/buf.h"
#include "history/history.h"

/* Register those properties, so that loading keeps them. */
void person_name_register(struct catalog *catalog);

/* A contact's name, else first and last name, else e-mail address; a company's or deal's
 * name; cleaned for the screen. Nothing when none is known, or when it is the id. */
void person_name(struct buf *out, const struct history *history, enum entity object, uint32_t record, int64_t as_of_ms);

#endif

/* lookup.h — texts that may stand for a record: an e-mail address, a company's name.
 *
 * A text that stands for two different records stands for none. Texts are compared
 * folded (unicode_fold). */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_LOOKUP_H
#define PLUMB_FILES_LOOKUP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "history/history.h"

#define LOOKUP_SEVERAL (RECORD_NONE - 1)

struct lookup; /* opaque; see lookup.c */

struct lookup *lookup_new(void);
void lookup_free(struct lookup *lookup); /* NULL is fine */

/* `text` stands for the record with this number. `scratch` is used for folding. */
void lookup_add(struct lookup *lookup, struct arena *scratch, struct str text, uint32_t record);

/* RECORD_NONE: nobody; LOOKUP_SEVERAL: more than one. */
uint32_t lookup_find(const struct lookup *lookup, struct arena *scratch, struct str text);

#endif

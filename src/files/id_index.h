/* id_index.h — from an id to a record's number in one step through memory.
 *
 * Every row of an events file asks who its contact is, and neighbours are rarely the
 * same. In a table of pointers that costs three waits for memory; here the ids lie in the
 * slots themselves, as long as they are short. Only for speed: what is not in the index
 * is asked of the builder. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_ID_INDEX_H
#define PLUMB_FILES_ID_INDEX_H

#include <stdint.h>

#include "base/str.h"
#include "history/history.h"

#define ID_INDEX_LONGEST 59 /* bytes; longer ids are not taken */

struct id_index; /* opaque; see id_index.c */

struct id_index *id_index_new(void);
void id_index_free(struct id_index *index); /* NULL is fine */

/* `id` must not be in it yet. Too long a one is left out. */
void id_index_add(struct id_index *index, struct str id, uint32_t record);
uint32_t id_index_find(const struct id_index *index, struct str id); /* RECORD_NONE: ask elsewhere */

/* Tell the memory that `id` will be asked for soon. */
void id_index_prefetch(const struct id_index *index, struct str id);

#endif

/* joins.h — which identifiers are one person, decided when all files were read.
 *
 * A Segment call with two identifiers joins them. Two rows of the contacts file never
 * become one, so where a chain of joins would connect two rows, the later join gives
 * way: joins are made in the order of the earliest call that said so, and of equal
 * instants in the order of the identifiers. That does not depend on the order of lines. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_JOINS_H
#define PLUMB_FILES_JOINS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "history/builder.h"

struct joins; /* opaque; see joins.c */

struct joins *joins_new(void);
void joins_free(struct joins *joins); /* NULL is fine */

/* A number for an identifier: for a contact's id, or for an e-mail address (another space of names)
 * that stands for the contact. `contact` is the builder's number. `user`: a userId, which makes
 * a contact worth listing, as an anonymousId alone does not. */
uint32_t joins_id(struct joins *joins, struct str id, uint32_t contact, bool user);
uint32_t joins_email(struct joins *joins, struct str email, uint32_t contact);

/* The call at at_ms carried both. */
void joins_add(struct joins *joins, uint32_t a, uint32_t b, int64_t at_ms);

/* Tell the builder. `is_row` says of a builder's number whether the contacts file has it.
 * Contacts with a userId that were joined with no row are listed. */
void joins_apply(struct joins *joins, struct history_builder *builder,
                 bool (*is_row)(const void *context, uint32_t contact), const void *context);

#endif

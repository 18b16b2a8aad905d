/* people.h — who is who: identifiers of contacts, and which records became one (semantics 7).
 *
 * An identifier (a kind and a text) belongs to one contact. Merged contacts, companies and deals
 * point at the one that stayed; whoever asks is led to it. Only the writer changes anything, between
 * people_begin and people_commit or people_rollback; the engine's lock keeps readers away
 * meanwhile. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_PEOPLE_H
#define PLUMB_ENGINE_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/intern.h"
#include "engine/fact.h"

struct people; /* opaque; see people.c */

struct people *people_new(void);
void people_free(struct people *people); /* NULL is fine */

void people_begin(struct people *people);
void people_commit(struct people *people);
void people_rollback(struct people *people); /* as at people_begin */

/* The next number of this object is `record`; a contact has no identifier yet. */
void people_add(struct people *people, enum entity object, uint32_t record, int64_t created_ms);

/* The contact that is known by this; RECORD_NONE. Texts as people_normal made them. */
uint32_t people_find(const struct people *people, enum identifier_kind kind, struct str text);

/* People who are looked for a little later: see intern_look_ahead. */
void people_look_ahead(const struct people *people, enum identifier_kind kind, struct str text, enum intern_step step);

/* From now on it belongs to `contact`. False when it did already. */
bool people_identify(struct people *people, enum identifier_kind kind, struct str text, uint32_t contact);

/* `goes`, and the identifiers of a contact, become those of `stays`. Both stand for themselves. */
void people_merge(struct people *people, enum entity object, uint32_t stays, uint32_t goes);

/* The record that this one became; itself when it was never merged. */
uint32_t people_root(const struct people *people, enum entity object, uint32_t record);
/* Of two records the one that stays: the older; of equally old ones the lesser number. */
uint32_t people_elder(const struct people *people, enum entity object, uint32_t a, uint32_t b);
int64_t people_created_ms(const struct people *people, enum entity object, uint32_t record);

/* What it is known by, newest first. Memory in `arena`. */
uint32_t people_identifiers(const struct people *people, uint32_t contact, struct arena *arena,
                            struct fact_identifier **out);

/* It is known by nothing any more, nor when it came; the latter for good. */
void people_forget(struct people *people, uint32_t contact);
/* All contacts that became this one, itself first. Memory in `arena`. Cost: as many as there are. */
uint32_t people_family(const struct people *people, uint32_t contact, struct arena *arena, uint32_t **out);

/* An identifier in the form in which it is compared: e-mail addresses trimmed and folded, others
 * trimmed. In `arena` or `text` itself. */
struct str people_normal(enum identifier_kind kind, struct str text, struct arena *arena);

#endif

/* builder.h — facts in any order, in; a history, out.
 *
 * The order in which facts arrive never matters, nor does delivering one twice.
 * Texts are checked against the property's type at this door. One thread at a time. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_BUILDER_H
#define PLUMB_HISTORY_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "history/history.h"

struct history_builder; /* opaque; see builder.c */

struct history_builder *history_builder_new(struct catalog *catalog);
void history_builder_free(struct history_builder *builder); /* NULL is fine; after finish a no-op shell */

/* The number of the record with this id, added when new (numbers here are temporary:
 * history numbers differ). `listed` marks it as one the user listed; once listed it stays
 * so. Ids are compared as bytes; the caller trims and checks them (1 to 256 bytes).
 * RECORD_NONE when there are RECORDS_MAX already: facts about it are then refused below
 * with ERR_TOO_BIG, and its associations and joins are left out. */
uint32_t history_builder_record(struct history_builder *builder, enum entity object, struct str id, bool listed);
uint32_t history_builder_find(const struct history_builder *builder, enum entity object, struct str id);
struct str history_builder_id(const struct history_builder *builder, enum entity object, uint32_t record);

/* The property has the value `text` from from_ms (FOREVER: always) on; an empty text
 * means "no value from then on". Of several versions at one instant the one with the
 * greatest (fact_id, text) in byte order holds; fact_id may be empty.
 * Errors   ERR_INVALID when text does not parse as the property's type at the door (the
 *          sentence does not name the property), ERR_TOO_BIG over VALUE_TEXT_MAX or for a
 *          record over RECORDS_MAX. Nothing is kept of a refused value. */
MUST_CHECK enum err history_builder_property(struct history_builder *builder, uint32_t property, uint32_t record,
                                             int64_t from_ms, struct str text, struct str fact_id,
                                             struct err_info *why);

/* `from` is associated with `to` from from_ms (or FOREVER) on. A contact's or deal's primary
 * company is the one whose association began last (ties: the greatest id). */
void history_builder_associate(struct history_builder *builder, enum association kind, uint32_t from, uint32_t to,
                               int64_t from_ms);

/* A fact carried identifiers of both contacts: they are one person (semantics 7). The
 * one that is listed stays, else the one with the earliest fact, else the lesser id; the
 * other's id becomes an alias. */
void history_builder_join(struct history_builder *builder, uint32_t contact, uint32_t other);

struct event_property {
    uint32_t property; /* of ENTITY_EVENT */
    struct str text;   /* not empty */
};

struct event_fact {
    uint32_t contact;
    int64_t at_ms;
    struct str name; /* trimmed, not empty, at most 256 bytes */
    struct str id;   /* message id for de-duplication; empty: none, never a duplicate */
    bool bot;
    const struct event_property *properties;
    uint32_t property_count;
};

/* Errors   ERR_INVALID: at_ms outside EVENT_MIN_MS..EVENT_MAX_MS, a property's text that does
 *          not parse (*bad_property tells which, when given), a plumb.score_adjusted or
 *          plumb.score_reset without its parts; ERR_TOO_BIG: more different event names
 *          than EVENT_CLASSES_MAX / 2, more events than EVENTS_MAX, a contact over
 *          RECORDS_MAX. Nothing is kept of a refused event. Of a property that is there
 *          twice the last text stays; one without text (but blanks) is left out. */
MUST_CHECK enum err history_builder_event(struct history_builder *builder, const struct event_fact *fact,
                                          uint32_t *bad_property, struct err_info *why);

/* Sort, de-duplicate, merge, settle types (catalog_resolve), lay out. The builder is empty
 * afterwards. `seen`, when given, gets an array in the catalog's arena telling for each
 * property whether any fact had a value for it. */
struct history *history_builder_finish(struct history_builder *builder, const bool **seen);

#endif

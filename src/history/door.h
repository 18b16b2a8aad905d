/* door.h — what may enter a history: checks and sentences that builder and live share.
 *
 * Nothing here keeps anything: a fact is checked whole before any of it is interned.
 * Never outside src/history. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_DOOR_H
#define PLUMB_HISTORY_DOOR_H

#include "history/builder.h"

#define EVENT_NAMES_MAX (EVENT_CLASSES_MAX / 2)

enum name_kind { NAME_PLAIN, NAME_SCORE_ADJUSTED, NAME_SCORE_RESET };

/* May this text be a value of the property, whose texts must parse as `type`? Resets `scratch`. */
MUST_CHECK enum err door_text(struct arena *scratch, const struct property *property, enum type type, struct str text,
                              struct err_info *why);

/* May a value that was parsed be one of the property's options? Yes when it has none. */
MUST_CHECK enum err door_option(const struct property *property, const struct value *value, struct err_info *why);

/* May one more event be about this contact at this time, when there are `events`? */
MUST_CHECK enum err door_event(const struct event_fact *fact, uint64_t events, struct err_info *why);
/* May there be one more name beside `names`? */
MUST_CHECK enum err door_name(uint32_t names, struct err_info *why);

enum name_kind door_name_kind(struct arena *scratch, struct str name); /* resets `scratch` */
/* Does an event whose name is of this kind have the parts it needs? Resets `scratch`. */
MUST_CHECK enum err door_parts(struct arena *scratch, const struct catalog *catalog, const struct event_fact *fact,
                               enum name_kind kind, struct err_info *why);

/* One property of the event at the door. */
struct event_pair {
    uint32_t property;
    uint32_t code;
    uint32_t position; /* among the event's properties as given */
};

/* Sort by property, each once: of one that is there twice the last given stays. Returns how many stay. */
uint32_t door_sort_pairs(struct event_pair *pairs, uint32_t count);

#endif

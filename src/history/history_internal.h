/* history_internal.h — the layout that builder.c makes and scan.c reads.
 *
 * Never outside src/history. Invariants, established by history_builder_finish:
 *   1. records of an object are in byte order of their ids, each once;
 *   2. event_first[c] <= event_first[c + 1]; a contact's events are sorted by
 *      (minute, ms, class_id), and none is there twice;
 *   3. a code is 0 for "no value" or an index below the column's value_count;
 *   4. versions, edges and row values are sorted as their comments say. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_HISTORY_INTERNAL_H
#define PLUMB_HISTORY_HISTORY_INTERNAL_H

#include "base/arena.h"
#include "base/intern.h"
#include "history/history.h"

struct version {
    uint32_t record;
    uint32_t code;
    int64_t from_ms;
};

/* One property of contacts, companies or deals. */
struct property_column {
    uint32_t *base;           /* [records] code that always held; NULL: all 0. Of a property that few
                                * records have, it lies in versions from INSTANT_MIN on instead */
    struct version *versions; /* by (record, from_ms), one per pair; later than FOREVER */
    uint64_t version_count;
    const struct value *values; /* [value_count]; values[0] is "no value" and not to be read */
    uint32_t value_count;
};

struct row_value {
    uint32_t event; /* event number: index into the event columns */
    uint32_t code;
};

/* One property of events: its dictionary, and the values of those events whose class
 * does not hold it. */
struct event_column {
    const struct value *values; /* as above */
    uint32_t value_count;
    struct row_value *rows; /* by event; empty for a property that lives in classes */
    uint64_t row_count;
};

struct class_property {
    uint32_t property;
    uint32_t code; /* not 0 */
};

struct event_class {
    struct str name;   /* as it came */
    struct str folded; /* what `event:` compares */
    bool bot;
    bool reserved; /* the name starts with "plumb." */
    const struct class_property *properties;
    uint32_t property_count;
};

struct edge {
    uint32_t from, to;
    int64_t from_ms;
};

/* Associations of one kind, found from either end. */
struct edges {
    struct edge *forward;     /* by (from, from_ms, to): the last that began by as_of is primary */
    uint32_t *forward_first;  /* [records of the from object + 1] */
    struct edge *backward;    /* by (to, from, from_ms) */
    uint32_t *backward_first; /* [records of the to object + 1] */
    uint32_t count;           /* one per (from, to): the earliest */
    bool all_forever;         /* every edge began at FOREVER */
};

struct record_table {
    uint32_t count;
    struct str *ids;      /* [count], by byte order */
    uint8_t *listed;      /* [count] */
    struct intern *names; /* ids and aliases ... */
    uint32_t *named;      /* ... and the record each means, by intern code */
};

struct history {
    struct catalog *catalog; /* borrowed */
    struct arena *arena;     /* dictionaries, classes, names */
    struct record_table records[OBJECT_COUNT];
    struct property_column *properties;    /* [property_count] by catalog id; those of events are empty */
    struct event_column *event_properties; /* [property_count] by catalog id; those of records are empty */
    uint32_t property_count;
    struct edges edges[ASSOCIATION_COUNT];
    uint64_t *event_first; /* [contacts + 1] */
    int32_t *minute;       /* [event_count + EVENT_PADDING] */
    uint16_t *ms;
    uint16_t *class_id;
    uint64_t event_count;
    int64_t earliest_ms, latest_ms; /* of all events; 0 without any */
    struct event_class *classes;
    uint32_t class_count;
};

#define EVENT_PADDING 64 /* readable zeroed elements behind each event column, for whole vectors */

#endif

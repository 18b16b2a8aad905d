/* history_internal.h — the layout that builder.c and live.c make and scan.c reads.
 *
 * Never outside src/history. One layout serves three kinds of history:
 *
 *     built     by history_builder_finish; never changes
 *     live      grows under its readers: arrays in reserved memory, counts and words published
 *     frozen    by live_freeze: the live one's pools, with words and counts of its own
 *
 * What a writer may change while readers look is read through the functions below (name_now,
 * run_at, column_words, ...); the order of writing is: the thing, then the count or the word that
 * leads to it, with release order. Invariants:
 *   1. records of a built history are in byte order of their ids, each once;
 *   2. a contact's events are a run sorted by (minute, ms, class_id), in a live history
 *      then by row; in a built one the runs lie in the order of contacts and no event
 *      is there twice;
 *   3. a code is 0 for "no value" or an index below its dictionary's count;
 *   4. versions, edges and row values are sorted as their comments say. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_HISTORY_INTERNAL_H
#define PLUMB_HISTORY_HISTORY_INTERNAL_H

#include "base/visits.h"
#include "base/arena.h"
#include "base/intern.h"
#include "base/segment.h"
#include "history/history.h"
#include "history/runs.h"

/* What is published by its count, or is itself a word that may be swung. */
static inline uint32_t word_now(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}
static inline void word_publish(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}
static inline uint64_t long_now(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}
static inline void long_publish(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* The different values of one property by code; code 0 is "no value" and not to be read. */
struct dictionary {
    const struct value *segments[SEGMENTS_MAX];
    uint32_t count; /* codes, 0 included; 0: no value was ever seen */
};

static inline const struct value *dictionary_at(const struct dictionary *dictionary, uint32_t code)
{
    struct segment_place place = segment_place(code);
    return &__atomic_load_n(&dictionary->segments[place.segment], __ATOMIC_ACQUIRE)[place.at];
}

struct version {
    union {
        uint32_t record; /* whose, of a built history */
        uint32_t fact;   /* id of the fact that told it, of a live one: see live_facts.c */
    };
    uint32_t code;
    int64_t from_ms;
};

/* One property of contacts, companies or deals. The versions of a record are told by its
 * word, or where there are no words lie in the order of records. */
struct property_column {
    uint32_t *base;           /* [records] code that always held; NULL: all 0. Of a property that few
                                * records have, it lies in versions from INSTANT_MIN on instead */
    struct version *versions; /* by (record, from_ms), one per pair; later than FOREVER. With words: a
                                * pool of runs by from_ms, which may be FOREVER */
    uint64_t version_count;   /* 0 with words */
    uint64_t *words;          /* [word_count]; records behind have no versions */
    uint32_t word_count;
    struct dictionary values;
};

struct row_value {
    uint32_t event; /* number of the event: its place, in a live history its row */
    uint32_t code;
};

/* One property of events: its dictionary, and the values of those events whose class
 * does not hold it. */
struct event_column {
    struct dictionary values;
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
    struct edge *forward;   /* runs by (from_ms, id of `to`): the last that began by as_of is primary */
    uint64_t *forward_run;  /* [records of the from object] */
    struct edge *backward;  /* runs by `from`; in a live history as they came */
    uint64_t *backward_run; /* [records of the to object] */
    uint32_t count;         /* one per (from, to): the earliest */
    bool all_forever;       /* of a built history: every edge began at FOREVER */
};

struct record_table {
    uint32_t count;
    uint32_t reach;       /* numbers that may be met in facts: those behind count have no facts of their own here */
    uint32_t *name_of;    /* [reach] the record's id, by intern code */
    uint8_t *listed;      /* [reach] */
    struct intern *names; /* ids and aliases ... */
    uint32_t *named;      /* ... and the record each means, by intern code; or RECORD_NONE */
};

enum history_kind { HISTORY_BUILT, HISTORY_LIVE, HISTORY_FROZEN };

struct history {
    enum history_kind kind;
    struct catalog *catalog; /* borrowed */
    struct visits *visits;   /* of the live history that a frozen one looks at, for as long as it is there */
    struct visit visit;
    struct arena *arena; /* dictionaries, classes, names; NULL of a frozen one */
    struct record_table records[OBJECT_COUNT];
    struct property_column *properties;    /* [property_count] by catalog id; those of events are empty */
    struct event_column *event_properties; /* [property_count] by catalog id; those of records are empty */
    uint32_t property_count;               /* PROPERTIES_MAX, unless built */
    uint32_t pressed;                      /* properties that have rows: tables of classes hold as long as it stays */
    struct edges edges[ASSOCIATION_COUNT];
    uint64_t *event_run; /* [contacts] */
    int32_t *minute;     /* the pool of events; built: [event_count + EVENT_PADDING] */
    uint16_t *ms;
    uint16_t *class_id;
    uint32_t *id_hash; /* of the message id, 0: none; NULL when built */
    uint32_t *row;     /* the writer's number of the event; NULL when built */
    uint64_t event_count;
    int64_t earliest_ms, latest_ms; /* of all events, at least; 0 without any */
    struct event_class *classes;
    uint32_t class_count;
};

#define EVENT_PADDING 64 /* readable zeroed elements behind each event column, for whole vectors */

static inline struct run events_of_contact(const struct history *history, uint32_t contact)
{
    return run_at(&history->event_run[contact]);
}

/* The words of a column's versions for `count` records at most; NULL and 0 without any. */
static inline const uint64_t *column_words(const struct property_column *column, uint32_t *count)
{
    *count = word_now(&column->word_count);
    return *count > 0 ? column->words : NULL;
}

#endif

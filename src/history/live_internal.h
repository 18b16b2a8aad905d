/* live_internal.h — what the writer of a live history holds beside what readers see.
 *
 * Never outside src/history.
 *
 *   live.c              making, freeing, batches and their undoing; the live history frozen
 *   live_records.c      records, their names, merging and forgetting
 *   live_properties.c   dictionaries and versions
 *   live_edges.c        associations
 *   live_events.c       classes and events */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_LIVE_INTERNAL_H
#define PLUMB_HISTORY_LIVE_INTERNAL_H

#include "base/reserve.h"
#include "base/visits.h"
#include "history/door.h"
#include "history/history_internal.h"
#include "history/live.h"
#include "history/tuple_set.h"

/* Ceilings of address space, far beyond the memory that would come with them. */
#define EVENT_PLACES_MAX (UINT64_C(1) << 33)
#define VERSION_PLACES_MAX (UINT64_C(1) << 32)
#define EDGE_PLACES_MAX (UINT64_C(1) << 30)
#define FACT_ID_BYTES_MAX (UINT64_C(1) << 34) /* offsets in steps of 4 fit 32 bits */

/* A word that the current batch changed, and what it was. */
struct undo {
    void *at;
    uint64_t old;
    struct run_pool *pool; /* of a word that names a run, else NULL */
    uint32_t bytes;        /* 1, 4 or 8 */
    bool moved;            /* the run is elsewhere since */
};

/* Reserved arrays of one object's records. */
struct record_arrays {
    struct reserve name_of, listed, named;
    struct reserve ring; /* [names] the next name of the same record: a ring */
    uint32_t *next_name;
};

struct live_column {
    struct intern *texts;  /* codes - 1; NULL until the first value */
    struct reserve words;  /* of record properties */
    uint64_t row_capacity; /* of event properties */
};

/* One event as it stands in the columns of a run. */
struct placed_event {
    int32_t minute;
    uint16_t ms;
    uint16_t class_id;
    uint32_t id_hash;
    uint32_t row;
};

#define LATE_MAX 4096 /* that wait */

/* An event that belongs before others of its contact, and waits for more of its kind. */
struct late_event {
    uint32_t contact;
    struct placed_event event;
};

struct live {
    struct history history;
    struct catalog *catalog; /* borrowed */
    struct arena *arena;     /* values, classes */
    struct arena *scratch;   /* for parsing a text at the door */

    struct visits *visits; /* apart, so that one may visit who must not write */
    bool writing, alone;
    struct undo *log;
    uint64_t log_count, log_capacity;
    uint64_t events_before; /* the batch */
    uint32_t records_before[OBJECT_COUNT];
    uint32_t edges_before[ASSOCIATION_COUNT];

    struct record_arrays records[OBJECT_COUNT];
    struct reserve event_run, forward_run[ASSOCIATION_COUNT], backward_run[ASSOCIATION_COUNT];
    struct reserve properties, event_properties, classes;
    struct run_pool events, versions, forward[ASSOCIATION_COUNT], backward[ASSOCIATION_COUNT];
    struct live_column *columns; /* [PROPERTIES_MAX] */
    uint32_t column_count;       /* those behind are untouched */

    struct reserve fact_ids; /* each as its length (4 bytes) and its bytes, from multiples of 4 on; 0: the empty one */
    uint64_t fact_id_end;
    uint32_t last_fact_id;

    struct intern *event_names;
    uint8_t *name_kinds; /* [event_names] enum name_kind */
    uint64_t name_kind_capacity;
    struct tuple_set class_set; /* name * 2 + bot, then property and code of each pair; by class */
    void **outgrown;            /* row arrays that readers may still look at */
    uint64_t outgrown_count, outgrown_capacity;
    /* Scratch of one event. */
    struct event_pair *pairs;
    uint64_t pair_capacity;
    uint32_t *words;
    uint64_t word_capacity;
    struct late_event *late; /* [LATE_MAX] of the batch, in the order in which they came */
    uint32_t late_count;
};

/* ---- live.c: writing what can be undone. ---- */

void live_log(struct live *live, void *at, uint64_t old, struct run_pool *pool, uint32_t bytes);

static inline void live_swing(struct live *live, struct run_pool *pool, uint64_t *at, uint64_t word)
{
    const uint64_t old = *at;
    live_log(live, at, old, pool, sizeof *at);
    if (!live->alone) live->log[live->log_count - 1].moved = run_of(old).first != run_of(word).first;
    run_publish(at, word);
}

static inline void live_write(struct live *live, uint32_t *at, uint32_t value)
{
    live_log(live, at, *at, NULL, sizeof *at);
    word_publish(at, value);
}

/* ---- live_properties.c ---- */

/* The column of a property that is about to be written. */
static inline struct live_column *live_column(struct live *live, uint32_t property)
{
    if (property >= live->column_count) live->column_count = property + 1;
    return &live->columns[property];
}

/* The code of a text that passed the door, not empty; new ones enter the dictionary. */
uint32_t live_code(struct live *live, uint32_t property, struct dictionary *values, struct str text);
/* It, or 0 when the dictionary does not have it. */
uint32_t live_known_code(const struct live *live, uint32_t property, struct str text);
MUST_CHECK enum err live_check_new(const struct live *live, uint32_t property, struct str text, struct err_info *why);
/* The versions of an image (see image.c), sorted, into the empty run of a record. False: a code is not below
 * `values`, an id of a fact lies nowhere. */
bool live_put_versions(struct live *live, uint32_t property, uint32_t record, const void *versions, uint32_t count,
                       uint32_t values);
void live_merge_versions(struct live *live, enum entity object, uint32_t stays, uint32_t goes);
void live_forget_versions(struct live *live, enum entity object, uint32_t record);

/* ---- live_edges.c ---- */

void live_merge_edges(struct live *live, enum entity object, uint32_t stays, uint32_t goes);
void live_forget_edges(struct live *live, enum entity object, uint32_t record);

/* ---- live_events.c ---- */

/* A class with these pairs; its number. */
uint32_t live_add_class(struct live *live, struct str name, bool bot, const struct class_property *properties,
                        uint32_t count);
/* All rows of a property that has none yet, sorted. */
void live_put_rows(struct live *live, uint32_t property, const void *rows, uint64_t count);
/* Events first .. first + count of the columns of an image into the empty run of a contact. False: no room, or a class
 * that is not there. */
bool live_put_events(struct live *live, uint32_t contact, const char *const *columns, uint64_t first, uint32_t count);

void live_merge_events(struct live *live, uint32_t stays, uint32_t goes,
                       bool (*same)(void *context, uint32_t a, uint32_t b), void *context);
void live_forget_events(struct live *live, uint32_t contact);

#endif

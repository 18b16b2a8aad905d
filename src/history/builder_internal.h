/* builder_internal.h — what the builder holds until the facts are complete.
 *
 * Never outside src/history.
 *
 *   builder.c             at the door: records, properties, associations, joins
 *   builder_events.c      at the door: events
 *   layout.c              history_builder_finish, which takes these steps:
 *   layout_records.c        who is one person; records in the order of their ids
 *   layout_edges.c          associations, from either end
 *   layout_properties.c     dictionaries, base columns, versions
 *   layout_classes.c        which properties live in classes; the classes
 *   layout_events.c         events by contact and time, each once
 *
 * A *staged code* of a property's text is its number in the column's intern table plus
 * one; 0 is "no value". It depends on the order of arrival; the final code, made when
 * all is known, follows the order of the texts' bytes. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_BUILDER_INTERNAL_H
#define PLUMB_HISTORY_BUILDER_INTERNAL_H

#include "base/arena.h"
#include "base/intern.h"
#include "base/list.h"
#include "history/builder.h"
#include "history/door.h"
#include "history/history_internal.h"
#include "history/key_sort.h"
#include "history/text_cache.h"
#include "history/tuple_set.h"

struct record_stage {
    struct intern *names; /* code: the temporary number */
    uint8_t *listed;      /* [intern_count] */
    uint64_t capacity;
};

/* A value that always held, from a fact without an id: nearly all of them. */
struct base_fact {
    uint32_t record;
    uint32_t code; /* staged */
};

struct version_fact {
    int64_t from_ms;
    uint32_t record;
    uint32_t code;    /* staged */
    uint32_t fact_id; /* in fact_ids */
};

/* One property of any entity. */
struct column_stage {
    struct intern *texts; /* NULL until the property is first met */
    struct text_cache *cache;
    enum entity entity;
    enum type door; /* what texts must parse as */
    bool demoted;   /* of events: too many values for classes */
    struct base_fact *base;
    uint64_t base_count, base_capacity;
    struct version_fact *versions;
    uint64_t version_count, version_capacity;
    uint64_t forever_count; /* of versions: those at FOREVER */
};

struct edge_stage {
    struct edge *edges;
    uint64_t count, capacity;
};

struct staged_event {
    int64_t at_ms;
    uint64_t hash; /* of the message id; 0: none */
    uint32_t contact;
    uint32_t class; /* provisional */
};

/* Events are staged in chunks of 48 MiB: so large that malloc takes each from the system
 * and free gives it back at once. Only the first begins small and is doubled. */
#define CHUNK_BITS 21
#define CHUNK_EVENTS (UINT64_C(1) << CHUNK_BITS)

/* Provisional classes are tuples: name code * 2 + bot, then property and staged code of
 * each property, by ascending property. Beyond these ceilings an event's properties are
 * staged as its rows, and its class is only name and bot mark ("pressed"); which
 * properties live in classes is settled when all is known. */
#define PROVISIONAL_CLASSES_MAX (UINT32_C(1) << 22)
#define PROVISIONAL_BYTES_MAX ((size_t)1 << 30)

/* Rows: the properties of an event that are not in its provisional class, as words,
 *     event number, count (| ROWS_PRESSED), then property and staged code of each
 * in the order of the events. The word 0 is not used, so offset 0 means none. */
#define ROWS_HEAD 2
#define ROWS_PRESSED (UINT32_C(1) << 31)

struct event_stage {
    struct intern *names;
    struct text_cache *name_cache;
    uint8_t *kinds; /* [names] enum name_kind */
    uint64_t kind_capacity;
    struct tuple_set classes;
    uint32_t classes_max; /* PROVISIONAL_CLASSES_MAX; tests set fewer */
    uint8_t *plain;       /* [classes] some event has this class and nothing pressed out of it */
    uint64_t plain_capacity;
    bool pressed;
    bool any_id;
    struct staged_event **chunks;
    uint64_t chunk_count, chunk_capacity;
    uint64_t room; /* events that the last chunk has room for */
    uint64_t count;
    uint32_t *rows;
    uint64_t row_words, row_capacity;
    /* Scratch of one event. */
    struct event_pair *pairs;
    uint64_t pair_capacity;
    uint32_t *words;
    uint64_t word_capacity;
};

struct history_builder {
    struct catalog *catalog; /* borrowed */
    struct arena *scratch;   /* for parsing a text at the door */
    struct record_stage records[OBJECT_COUNT];
    struct column_stage *columns; /* by property */
    uint64_t column_count;
    struct intern *fact_ids; /* 0 is the empty one */
    struct edge_stage edges[ASSOCIATION_COUNT];
    uint32_t *parents; /* of joined contacts: union-find; NULL without a join */
    uint64_t parent_count;
    struct event_stage events;
    uint64_t hash_seed; /* random, so nobody can aim at a collision of message ids */
};

/* Make the column of a property that is first met. */
struct column_stage *builder_new_column(struct history_builder *builder, uint32_t property);

/* The column of a property, ready for facts. Valid until a column of a new property. */
static inline struct column_stage *builder_column(struct history_builder *builder, uint32_t property)
{
    bool known = property < builder->column_count && builder->columns[property].texts != NULL;
    return known ? &builder->columns[property] : builder_new_column(builder, property);
}

/* May a text that the column has not met yet enter it? */
MUST_CHECK enum err builder_check_text(struct history_builder *builder, uint32_t property,
                                       const struct column_stage *column, struct str text, struct err_info *why);

/* Forget every fact; the builder is as new. */
void builder_empty(struct history_builder *builder);

/* The representative of a contact's joined contacts. */
uint32_t builder_root(struct history_builder *builder, uint32_t contact);

static inline const struct staged_event *builder_event_at(const struct event_stage *events, uint64_t number)
{
    return &events->chunks[number >> CHUNK_BITS][number & (CHUNK_EVENTS - 1)];
}

void builder_events_init(struct event_stage *events, uint64_t seed);
void builder_events_release(struct event_stage *events);

/* ---- The steps of history_builder_finish, in their order. ---- */
struct layout {
    struct history_builder *builder;
    struct history *history;
    struct key_sorter sorter;
    uint32_t **codes;        /* [property] final code by staged code; NULL without any value */
    uint32_t *name_rank;     /* [property] of events: place in the order of names */
    bool *demoted;           /* [property] of events: lives in rows */
    uint32_t *class_of;      /* by provisional class: index of its final tuple, UINT32_MAX when it has none */
    uint64_t *tail_of;       /* by provisional class: the tail of its demoted properties; NULL: nowhere any */
    uint64_t row_words;      /* staged; tails of classes lie behind them */
    struct tuple_set tuples; /* final classes by index, codes final */
    uint16_t *class_ids;     /* class_id by index */
};

void layout_records(struct layout *layout);
void layout_edges(struct layout *layout);
void layout_properties(struct layout *layout);
void layout_classes(struct layout *layout);
void layout_events(struct layout *layout);

/* A pair of a class or a row with what it is sorted by. */
struct ranked_pair {
    uint32_t rank; /* of the property's name */
    uint32_t property;
    uint32_t code; /* final */
};

/* Scratch for gathering the properties of one event. */
struct pair_list {
    struct ranked_pair *pairs;
    uint64_t count, capacity;
    uint32_t *words; /* of the tuple made of them */
    uint64_t word_capacity;
};

/* Append the list to rows as a group of no event, its codes final: a *tail*. */
uint64_t layout_append_tail(struct event_stage *events, const struct pair_list *list);

/* Add those of `count` staged pairs whose property is demoted or not, as asked. */
void layout_gather(const struct layout *layout, const uint32_t *staged, uint32_t count, bool demoted,
                   struct pair_list *list);
void layout_sort_pairs(struct pair_list *list);
/* The final tuple's index of a pressed event. */
uint32_t layout_pressed_class(const struct layout *layout, uint32_t class, const uint32_t *group,
                              struct pair_list *list);

#endif

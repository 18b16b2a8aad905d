/* layout_events.c — events dealt out to their contacts, sorted, each once, in columns.
 *
 *   1. give each event its contact's final number, and count the events of *buckets*:
 *      ranges of neighbouring contacts with so few events that all fit the cache;
 *   2. deal the events out to the buckets: to each a key of 64 bits (minute, ms,
 *      class_id), the hash of its message id and its *tail*, the properties that live in
 *      rows; staging is freed chunk by chunk;
 *   3. bucket by bucket deal them out to the contacts, and of each contact: sort by key,
 *      then by the tails' content; of the same message id the first stays, which is the
 *      earliest with the least content; write the columns.
 *
 * So no step looks at the order of arrival, and memory is visited in few places at once. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/instant.h"
#include "history/builder_internal.h"

#define BUCKET_EVENTS 8192
#define BUCKETS_MAX 4096
#define CONTACT_BITS 20 /* of a contact's place in its bucket: at most 2^20 contacts a bucket */
#define CONTACT_MASK ((UINT64_C(1) << CONTACT_BITS) - 1)
#define AHEAD 24      /* events to look ahead for what must be fetched from memory */
#define FEW_EVENTS 10 /* of one contact: ids are compared pairwise */

/* Events on their way from staging to columns. */
struct dealing {
    struct layout *layout;
    unsigned shift; /* contact >> shift is its bucket */
    uint32_t buckets;
    uint64_t *next;      /* [buckets + 1] where each bucket's next event goes */
    struct keyed *items; /* [events] value: the tail (0: none), and the contact's place in the bucket below it */
    uint64_t group_at;   /* next group of staged rows */
    struct pair_list list;
    struct keyed *sorted; /* of one bucket, by contact; value: the tail */
    uint64_t sorted_capacity;
    uint64_t *ends;       /* [contacts of a bucket + 1] */
    uint64_t *capacities; /* [property] of its rows */
    struct hash_set {
        uint64_t *slots; /* 0: free */
        size_t capacity;
    } ids;
};

static uint64_t event_key(int64_t at_ms, uint16_t class_id)
{
    int64_t minute = floor_div(at_ms, MS_PER_MINUTE);
    uint64_t biased = (uint64_t)(minute - INT32_MIN);
    return biased << 32 | (uint64_t)(at_ms - minute * MS_PER_MINUTE) << 16 | class_id;
}

/* The rows of `event` number `number`, when it has some, and move behind them. */
static uint32_t *take_group(struct dealing *dealing, uint64_t number)
{
    const struct layout *layout = dealing->layout;
    if (dealing->group_at >= layout->row_words) return NULL;
    uint32_t *group = layout->builder->events.rows + dealing->group_at;
    if (group[0] != number) return NULL;
    dealing->group_at += ROWS_HEAD + 2 * (uint64_t)(group[1] & ~ROWS_PRESSED);
    return group;
}

/* What of a group and its event's class is demoted, as a tail: in the group's own place
 * when it fits there. */
static uint64_t make_tail(struct dealing *dealing, uint64_t tail_of_class, uint32_t *group)
{
    struct layout *layout = dealing->layout;
    struct event_stage *events = &layout->builder->events;
    struct pair_list *list = &dealing->list;
    uint32_t room = group[1] & ~ROWS_PRESSED;
    list->count = 0;
    layout_gather(layout, group + ROWS_HEAD, room, true, list);
    if (tail_of_class != 0) {
        const uint32_t *tail = events->rows + tail_of_class;
        for (uint32_t i = 0; i < tail[1]; i++) {
            uint32_t property = tail[ROWS_HEAD + 2 * i];
            list->pairs = list_grown(list->pairs, list->count, &list->capacity, sizeof *list->pairs);
            list->pairs[list->count++] =
                (struct ranked_pair){layout->name_rank[property], property, tail[ROWS_HEAD + 2 * i + 1]};
        }
    }
    if (list->count == 0) return 0;
    layout_sort_pairs(list);
    if (list->count > room) return layout_append_tail(events, list);
    group[1] = (uint32_t)list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        group[ROWS_HEAD + 2 * i] = list->pairs[i].property;
        group[ROWS_HEAD + 2 * i + 1] = list->pairs[i].code;
    }
    return (uint64_t)(group - events->rows);
}

static void deal_event(struct dealing *dealing, const struct staged_event *event, uint64_t number)
{
    struct layout *layout = dealing->layout;
    uint32_t index = layout->class_of[event->class];
    uint64_t tail = layout->tail_of == NULL ? 0 : layout->tail_of[event->class];
    uint32_t *group = take_group(dealing, number);
    if (group != NULL) {
        if ((group[1] & ROWS_PRESSED) != 0) index = layout_pressed_class(layout, event->class, group, &dealing->list);
        tail = make_tail(dealing, tail, group);
    }
    uint32_t place = event->contact & ((UINT32_C(1) << dealing->shift) - 1);
    dealing->items[dealing->next[event->contact >> dealing->shift]++] = (struct keyed){
        .key = event_key(event->at_ms, layout->class_ids[index]),
        .value = tail << CONTACT_BITS | place,
        .hash = event->hash,
    };
}

static uint64_t events_in_chunk(const struct event_stage *events, uint64_t chunk)
{
    uint64_t left = events->count - (chunk << CHUNK_BITS);
    return left < CHUNK_EVENTS ? left : CHUNK_EVENTS;
}

/* Buckets as wide as it takes for there to be few, or for each to have enough events. */
static void choose_buckets(struct dealing *dealing, uint32_t contacts, uint64_t events)
{
    uint64_t wanted = events / BUCKET_EVENTS + 1;
    if (wanted > BUCKETS_MAX) wanted = BUCKETS_MAX;
    while (dealing->shift < CONTACT_BITS && (contacts >> dealing->shift) >= wanted) dealing->shift++;
    dealing->buckets = (contacts >> dealing->shift) + 1;
}

/* Contacts get their final numbers; next[b + 1] becomes the events of bucket b. */
static void count_events(struct dealing *dealing)
{
    struct event_stage *events = &dealing->layout->builder->events;
    const uint32_t *named = dealing->layout->history->records[ENTITY_CONTACT].named;
    for (uint64_t chunk = 0; chunk < events->chunk_count; chunk++) {
        struct staged_event *at = events->chunks[chunk];
        uint64_t here = events_in_chunk(events, chunk);
        for (uint64_t i = 0; i < here; i++) {
            if (i + AHEAD < here) __builtin_prefetch(&named[at[i + AHEAD].contact]);
            at[i].contact = named[at[i].contact];
            dealing->next[(at[i].contact >> dealing->shift) + 1]++;
        }
    }
}

static void deal_to_buckets(struct dealing *dealing)
{
    struct event_stage *events = &dealing->layout->builder->events;
    dealing->next = memory_array((size_t)dealing->buckets + 1, sizeof *dealing->next);
    count_events(dealing);
    for (uint32_t b = 0; b < dealing->buckets; b++) dealing->next[b + 1] += dealing->next[b];
    dealing->items = memory_resize(NULL, events->count, sizeof *dealing->items);
    for (uint64_t chunk = 0; chunk < events->chunk_count; chunk++) {
        uint64_t here = events_in_chunk(events, chunk);
        for (uint64_t i = 0; i < here; i++) deal_event(dealing, &events->chunks[chunk][i], (chunk << CHUNK_BITS) + i);
        memory_free(events->chunks[chunk]);
        events->chunks[chunk] = NULL;
    }
    /* next[b] has moved to the end of bucket b. */
}

/* Deal a bucket's events out to its contacts; ends[c] becomes the end of contact c's. */
static void deal_to_contacts(struct dealing *dealing, const struct keyed *items, uint64_t count)
{
    size_t width = (size_t)1 << dealing->shift;
    memset(dealing->ends, 0, (width + 1) * sizeof *dealing->ends);
    for (uint64_t i = 0; i < count; i++) dealing->ends[(items[i].value & CONTACT_MASK) + 1]++;
    for (size_t c = 0; c < width; c++) dealing->ends[c + 1] += dealing->ends[c];
    if (dealing->sorted == NULL || dealing->sorted_capacity < count) { /* without events too: it is pointed into */
        memory_free(dealing->sorted);
        dealing->sorted_capacity = count + count / 2;
        dealing->sorted = memory_resize(NULL, dealing->sorted_capacity, sizeof *dealing->sorted);
    }
    for (uint64_t i = 0; i < count; i++) {
        struct keyed *to = &dealing->sorted[dealing->ends[items[i].value & CONTACT_MASK]++];
        *to = items[i];
        to->value >>= CONTACT_BITS;
    }
}

/* Of events with equal keys: by properties that live in rows, (name, value) in order. */
static bool tail_before(const void *context, const struct keyed *a, const struct keyed *b)
{
    const struct layout *layout = context;
    if (a->value == b->value || b->value == 0) return false;
    if (a->value == 0) return true;
    const uint32_t *left = layout->builder->events.rows + a->value;
    const uint32_t *right = layout->builder->events.rows + b->value;
    for (uint32_t i = 0; i < left[1] && i < right[1]; i++) {
        const uint32_t *l = left + ROWS_HEAD + 2 * i;
        const uint32_t *r = right + ROWS_HEAD + 2 * i;
        if (l[0] != r[0]) return layout->name_rank[l[0]] < layout->name_rank[r[0]];
        if (l[1] != r[1]) return l[1] < r[1];
    }
    return left[1] < right[1];
}

/* ---- Each message id once. ---- */

static bool is_among(const struct keyed *items, uint64_t count, uint64_t hash)
{
    for (uint64_t i = 0; i < count; i++)
        if (items[i].hash == hash) return true;
    return false;
}

/* True when `hash` is new to the set of `size`, a power of two. */
static bool enter(struct hash_set *set, size_t size, uint64_t hash)
{
    size_t i = hash & (size - 1);
    for (; set->slots[i] != 0; i = (i + 1) & (size - 1))
        if (set->slots[i] == hash) return false;
    set->slots[i] = hash;
    return true;
}

/* Keep the first of each message id of sorted items. Returns how many stay. */
static uint64_t keep_each_id_once(struct hash_set *set, struct keyed *items, uint64_t count)
{
    size_t size = 2;
    if (count > FEW_EVENTS) {
        while (size < 2 * count) size *= 2;
        if (set->capacity < size) {
            set->capacity = size;
            set->slots = memory_resize(set->slots, size, sizeof *set->slots);
        }
        memset(set->slots, 0, size * sizeof *set->slots);
    }
    uint64_t kept = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t hash = items[i].hash;
        bool is_new = hash == 0 || (count > FEW_EVENTS ? enter(set, size, hash) : !is_among(items, kept, hash));
        if (is_new) items[kept++] = items[i];
    }
    return kept;
}

/* ---- Columns. ---- */

static void write_rows(struct layout *layout, uint64_t event, uint64_t tail, uint64_t *capacities)
{
    const uint32_t *group = layout->builder->events.rows + tail;
    for (uint32_t i = 0; i < group[1]; i++) {
        uint32_t property = group[ROWS_HEAD + 2 * i];
        struct event_column *column = &layout->history->event_properties[property];
        column->rows = list_grown(column->rows, column->row_count, &capacities[property], sizeof *column->rows);
        column->rows[column->row_count++] = (struct row_value){(uint32_t)event, group[ROWS_HEAD + 2 * i + 1]};
    }
}

static void write_event(struct layout *layout, const struct keyed *item, uint64_t *capacities)
{
    struct history *history = layout->history;
    uint64_t event = history->event_count++;
    history->minute[event] = (int32_t)((int64_t)(item->key >> 32) + INT32_MIN);
    history->ms[event] = (uint16_t)(item->key >> 16);
    history->class_id[event] = (uint16_t)item->key;
    if (item->value != 0) write_rows(layout, event, item->value, capacities);
}

static int64_t event_ms(const struct history *history, uint64_t event)
{
    return history->minute[event] * MS_PER_MINUTE + history->ms[event];
}

static void note_span(struct history *history, uint64_t first, uint64_t last)
{
    int64_t from_ms = event_ms(history, first);
    int64_t to_ms = event_ms(history, last);
    if (first == 0 || from_ms < history->earliest_ms) history->earliest_ms = from_ms;
    if (first == 0 || to_ms > history->latest_ms) history->latest_ms = to_ms;
}

static void write_bucket(struct dealing *dealing, uint32_t bucket, const struct keyed *items, uint64_t count)
{
    struct layout *layout = dealing->layout;
    struct history *history = layout->history;
    uint32_t first = bucket << dealing->shift;
    uint32_t left = history->records[ENTITY_CONTACT].count - first;
    uint32_t width = left < UINT32_C(1) << dealing->shift ? left : UINT32_C(1) << dealing->shift;
    deal_to_contacts(dealing, items, count);
    const uint32_t *rows = layout->builder->events.rows;
    bool has_rows = rows != NULL;
    const struct keyed *end = dealing->sorted + count;
    uint64_t begin = 0;
    for (uint32_t c = 0; c < width; c++) {
        struct keyed *own = dealing->sorted + begin;
        uint64_t own_count = dealing->ends[c] - begin;
        begin = dealing->ends[c];
        key_sort(&layout->sorter, own, own_count);
        if (own_count > 1 && layout->builder->events.any_id)
            own_count = keep_each_id_once(&dealing->ids, own, own_count);
        uint64_t first_event = history->event_count;
        for (uint64_t i = 0; i < own_count; i++) {
            if (has_rows && own + i + AHEAD < end) __builtin_prefetch(&rows[own[i + AHEAD].value]);
            write_event(layout, &own[i], dealing->capacities);
        }
        if (own_count > 0) note_span(history, first_event, history->event_count - 1);
        INVARIANT(own_count <= RUN_COUNT_MAX);
        history->event_run[first + c] = run_word(first_event, (uint32_t)own_count);
    }
}

static void write_columns(struct dealing *dealing)
{
    struct layout *layout = dealing->layout;
    struct history *history = layout->history;
    dealing->ends = memory_array(((size_t)1 << dealing->shift) + 1, sizeof *dealing->ends);
    dealing->capacities = memory_array(history->property_count, sizeof *dealing->capacities);
    layout->sorter.before = tail_before;
    layout->sorter.context = layout;
    uint64_t begin = 0;
    for (uint32_t b = 0; b < dealing->buckets; b++) {
        write_bucket(dealing, b, dealing->items + begin, dealing->next[b] - begin);
        begin = dealing->next[b];
    }
    for (uint32_t i = 0; i < history->property_count; i++) {
        struct event_column *column = &history->event_properties[i];
        if (column->rows != NULL) column->rows = memory_resize(column->rows, column->row_count, sizeof *column->rows);
    }
}

/* Give back the room of events that were dropped; the padding stays zeroed. */
static void *trimmed(void *column, uint64_t staged, uint64_t count, size_t element_bytes)
{
    if (staged == count) return column;
    column = memory_resize(column, count + EVENT_PADDING, element_bytes);
    memset((char *)column + count * element_bytes, 0, EVENT_PADDING * element_bytes);
    return column;
}

static void release(struct dealing *dealing)
{
    memory_free(dealing->next);
    memory_free(dealing->items);
    memory_free(dealing->list.pairs);
    memory_free(dealing->list.words);
    memory_free(dealing->sorted);
    memory_free(dealing->ends);
    memory_free(dealing->capacities);
    memory_free(dealing->ids.slots);
}

void layout_events(struct layout *layout)
{
    struct history *history = layout->history;
    uint64_t staged = layout->builder->events.count;
    uint32_t contacts = history->records[ENTITY_CONTACT].count;
    struct dealing dealing = {.layout = layout, .group_at = ROWS_HEAD};
    choose_buckets(&dealing, contacts, staged);
    deal_to_buckets(&dealing);
    history->event_run = memory_array(contacts, sizeof *history->event_run);
    history->minute = memory_array(staged + EVENT_PADDING, sizeof *history->minute);
    history->ms = memory_array(staged + EVENT_PADDING, sizeof *history->ms);
    history->class_id = memory_array(staged + EVENT_PADDING, sizeof *history->class_id);
    write_columns(&dealing);
    release(&dealing);
    history->minute = trimmed(history->minute, staged, history->event_count, sizeof *history->minute);
    history->ms = trimmed(history->ms, staged, history->event_count, sizeof *history->ms);
    history->class_id = trimmed(history->class_id, staged, history->event_count, sizeof *history->class_id);
}

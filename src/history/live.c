/* live.c — a live history made, freed, written in batches, and frozen.
 *
 * A batch is undone from a log of words and what they were. Pools are not rewound: a reader may
 * still hold what was rolled back. A run with room behind it is copied then, so that the
 * next element does not fall where such a reader looks. The same log tells a commit which
 * runs were left; their places are used again when all who may have seen them are gone.
 *
 * Freezing copies words first and asks for counts afterwards, so that nothing a copied
 * word leads to lies beyond the copied count. */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "history/live_internal.h"

/* ---- Making and freeing. ---- */

static uint64_t random_seed(void)
{
    uint64_t seed;
    ssize_t got;
    do got = getrandom(&seed, sizeof seed, 0);
    while (got < 0 && errno == EINTR);
    INVARIANT(got == (ssize_t)sizeof seed); /* up to 256 bytes come whole */
    return seed;
}

static void *reserved(struct reserve *reserve, uint64_t count, size_t element_bytes)
{
    reserve_init(reserve, count * element_bytes);
    return reserve->at;
}

static void *opened(struct reserve *reserve, uint64_t count, size_t element_bytes)
{
    reserve_init(reserve, count * element_bytes);
    reserve_open(reserve, count * element_bytes);
    return reserve->at;
}

static void init_records(struct live *live, enum entity object)
{
    struct record_table *table = &live->history.records[object];
    struct record_arrays *arrays = &live->records[object];
    const uint64_t names = (uint64_t)RECORDS_MAX + 1; /* and the empty one, of who is forgotten */
    table->names = intern_new_shared();
    table->name_of = reserved(&arrays->name_of, RECORDS_MAX, sizeof *table->name_of);
    table->listed = reserved(&arrays->listed, RECORDS_MAX, sizeof *table->listed);
    table->named = reserved(&arrays->named, names, sizeof *table->named);
    arrays->next_name = reserved(&arrays->ring, names, sizeof *arrays->next_name);
}

static void init_events(struct live *live)
{
    struct history *history = &live->history;
    run_pool_init(&live->events, EVENT_PLACES_MAX,
                  (const uint32_t[]){sizeof *history->minute, sizeof *history->ms, sizeof *history->class_id,
                                     sizeof *history->id_hash, sizeof *history->row, 0});
    history->minute = live->events.columns[0].at;
    history->ms = live->events.columns[1].at;
    history->class_id = live->events.columns[2].at;
    history->id_hash = live->events.columns[3].at;
    history->row = live->events.columns[4].at;
    history->event_run = reserved(&live->event_run, RECORDS_MAX, sizeof *history->event_run);
    history->classes = opened(&live->classes, EVENT_CLASSES_MAX, sizeof *history->classes);
    live->event_names = intern_new();
    tuple_set_init(&live->class_set, random_seed());
}

static void init_edges(struct live *live, int kind)
{
    static const uint32_t bytes[] = {sizeof(struct edge), 0};
    struct edges *edges = &live->history.edges[kind];
    run_pool_init(&live->forward[kind], EDGE_PLACES_MAX, bytes);
    run_pool_init(&live->backward[kind], EDGE_PLACES_MAX, bytes);
    edges->forward = live->forward[kind].columns[0].at;
    edges->backward = live->backward[kind].columns[0].at;
    edges->forward_run = reserved(&live->forward_run[kind], RECORDS_MAX, sizeof *edges->forward_run);
    edges->backward_run = reserved(&live->backward_run[kind], RECORDS_MAX, sizeof *edges->backward_run);
}

struct live *live_new(struct catalog *catalog)
{
    struct live *live = memory_alloc(sizeof *live);
    struct history *history = &live->history;
    live->catalog = catalog;
    live->arena = arena_new();
    live->scratch = arena_new();
    live->visits = memory_alloc(sizeof *live->visits);
    visits_init(live->visits);
    live->columns = memory_array(PROPERTIES_MAX, sizeof *live->columns);
    history->kind = HISTORY_LIVE;
    history->catalog = catalog;
    history->property_count = PROPERTIES_MAX;
    history->properties = opened(&live->properties, PROPERTIES_MAX, sizeof *history->properties);
    history->event_properties = opened(&live->event_properties, PROPERTIES_MAX, sizeof *history->event_properties);
    for (int o = 0; o < OBJECT_COUNT; o++) init_records(live, (enum entity)o);
    for (int k = 0; k < ASSOCIATION_COUNT; k++) init_edges(live, k);
    init_events(live);
    run_pool_init(&live->versions, VERSION_PLACES_MAX, (const uint32_t[]){sizeof(struct version), 0});
    reserve_init(&live->fact_ids, FACT_ID_BYTES_MAX);
    live->fact_id_end = sizeof(uint32_t);
    reserve_open(&live->fact_ids, live->fact_id_end); /* the empty one */
    return live;
}

static void free_columns(struct live *live)
{
    for (uint32_t p = 0; p < live->column_count; p++) {
        intern_free(live->columns[p].texts);
        reserve_release(&live->columns[p].words);
        memory_free(live->history.event_properties[p].rows);
    }
    for (uint64_t i = 0; i < live->outgrown_count; i++) memory_free(live->outgrown[i]);
    memory_free(live->outgrown);
    memory_free(live->columns);
}

void live_free(struct live *live)
{
    if (live == NULL) return;
    visits_release(live->visits);
    memory_free(live->visits);
    free_columns(live);
    for (int o = 0; o < OBJECT_COUNT; o++) {
        intern_free(live->history.records[o].names);
        reserve_release(&live->records[o].name_of);
        reserve_release(&live->records[o].listed);
        reserve_release(&live->records[o].named);
        reserve_release(&live->records[o].ring);
    }
    for (int k = 0; k < ASSOCIATION_COUNT; k++) {
        run_pool_release(&live->forward[k]);
        run_pool_release(&live->backward[k]);
        reserve_release(&live->forward_run[k]);
        reserve_release(&live->backward_run[k]);
    }
    run_pool_release(&live->events);
    run_pool_release(&live->versions);
    reserve_release(&live->event_run);
    reserve_release(&live->properties);
    reserve_release(&live->event_properties);
    reserve_release(&live->classes);
    reserve_release(&live->fact_ids);
    intern_free(live->event_names);
    tuple_set_release(&live->class_set);
    memory_free(live->name_kinds);
    memory_free(live->pairs);
    memory_free(live->words);
    memory_free(live->late);
    memory_free(live->log);
    arena_free(live->arena);
    arena_free(live->scratch);
    memory_free(live);
}

void live_visit(const struct live *live, struct visit *visit)
{
    visit_begin(live->visits, visit);
}

void live_leave(const struct live *live, struct visit *visit)
{
    visit_end(live->visits, visit);
}

const struct history *live_history(const struct live *live)
{
    return &live->history;
}

/* ---- Batches. ---- */

void live_log(struct live *live, void *at, uint64_t old, struct run_pool *pool, uint32_t bytes)
{
    INVARIANT(live->writing);
    if (live->alone) return;
    if (live->log_count == live->log_capacity) {
        live->log_capacity = live->log_capacity == 0 ? 64 : live->log_capacity * 2;
        live->log = memory_resize(live->log, live->log_capacity, sizeof *live->log);
    }
    live->log[live->log_count++] = (struct undo){.at = at, .old = old, .pool = pool, .bytes = bytes};
}

void live_begin(struct live *live)
{
    INVARIANT(!live->writing);
    live->writing = true;
    live->log_count = 0;
    live->events_before = live->history.event_count;
    for (int o = 0; o < OBJECT_COUNT; o++) live->records_before[o] = live->history.records[o].count;
    for (int k = 0; k < ASSOCIATION_COUNT; k++) live->edges_before[k] = live->history.edges[k].count;
}

static void set_alone(struct live *live, bool alone)
{
    live->alone = live->events.alone = live->versions.alone = alone;
    for (int k = 0; k < ASSOCIATION_COUNT; k++) live->forward[k].alone = live->backward[k].alone = alone;
}

void live_begin_alone(struct live *live)
{
    live_begin(live);
    set_alone(live, true);
}

/* What the batch has replaced is of this turn, and what nobody sees of former turns is given back. */
static void end_turn(struct live *live)
{
    const uint64_t turn = visits_turn(live->visits);
    for (uint64_t i = 0; i < live->log_count; i++)
        if (live->log[i].moved) run_pool_outgrow(live->log[i].pool, live->log[i].old, turn);
    const uint64_t before = visits_end_turn(live->visits);
    run_pool_reuse(&live->events, before);
    run_pool_reuse(&live->versions, before);
    for (int k = 0; k < ASSOCIATION_COUNT; k++) {
        run_pool_reuse(&live->forward[k], before);
        run_pool_reuse(&live->backward[k], before);
    }
}

void live_commit(struct live *live)
{
    INVARIANT(live->writing);
    live_place_late(live);
    end_turn(live);
    set_alone(live, false);
    live->writing = false;
}

static void restore(const struct undo *undo)
{
    switch (undo->bytes) {
    case sizeof(uint8_t): __atomic_store_n((uint8_t *)undo->at, (uint8_t)undo->old, __ATOMIC_RELEASE); break;
    case sizeof(uint32_t): word_publish(undo->at, (uint32_t)undo->old); break;
    default: long_publish(undo->at, undo->old);
    }
}

void live_rollback(struct live *live)
{
    INVARIANT(live->writing && !live->alone);
    live->late_count = 0;
    for (uint64_t i = live->log_count; i-- > 0;) restore(&live->log[i]);
    for (uint64_t i = 0; i < live->log_count; i++) {
        const struct undo *undo = &live->log[i];
        if (undo->pool == NULL || *(uint64_t *)undo->at != undo->old) continue; /* or is renewed already */
        run_publish(undo->at, run_renew(undo->pool, undo->old));
    }
    long_publish(&live->history.event_count, live->events_before);
    for (int o = 0; o < OBJECT_COUNT; o++) word_publish(&live->history.records[o].count, live->records_before[o]);
    for (int k = 0; k < ASSOCIATION_COUNT; k++) word_publish(&live->history.edges[k].count, live->edges_before[k]);
    live->writing = false;
}

/* ---- Freezing. ---- */

static uint64_t *copy_words(const uint64_t *words, uint32_t count)
{
    uint64_t *copied = memory_resize(NULL, count, sizeof *copied);
    for (uint32_t i = 0; i < count; i++) copied[i] = long_now(&words[i]);
    return copied;
}

/* Records that came while words were copied have no facts. */
static uint64_t *lengthen(uint64_t *words, uint32_t count, uint32_t reach)
{
    words = memory_resize(words, reach, sizeof *words);
    memset(words + count, 0, (reach - count) * sizeof *words);
    return words;
}

static uint8_t *copy_listed(const struct record_table *table, uint32_t count, uint32_t reach)
{
    uint8_t *listed = memory_array(reach, sizeof *listed);
    for (uint32_t i = 0; i < count; i++) listed[i] = __atomic_load_n(&table->listed[i], __ATOMIC_RELAXED);
    return listed;
}

/* How far the copied words may lead. */
static void copy_records(const struct history *from, struct history *to)
{
    for (int o = 0; o < OBJECT_COUNT; o++) {
        const struct record_table *table = &from->records[o];
        uint32_t count = to->records[o].count, reach = word_now(&table->reach);
        if (reach < count) reach = count;
        to->records[o] = (struct record_table){
            .count = count,
            .reach = reach,
            .name_of = table->name_of,
            .listed = copy_listed(table, count, reach),
            .names = table->names,
            .named = table->named,
        };
    }
    for (int k = 0; k < ASSOCIATION_COUNT; k++) {
        struct edges *edges = &to->edges[k];
        const struct record_table *ends[2] = {&to->records[association_ends[k][0]],
                                              &to->records[association_ends[k][1]]};
        edges->forward_run = lengthen(edges->forward_run, ends[0]->count, ends[0]->reach);
        edges->backward_run = lengthen(edges->backward_run, ends[1]->count, ends[1]->reach);
    }
    const struct record_table *contacts = &to->records[ENTITY_CONTACT];
    to->event_run = lengthen(to->event_run, contacts->count, contacts->reach);
}

struct history *live_freeze(const struct live *live)
{
    const struct history *from = &live->history;
    struct history *to = memory_alloc(sizeof *to);
    to->kind = HISTORY_FROZEN;
    to->visits = live->visits;
    visit_begin(to->visits, &to->visit);
    to->catalog = from->catalog;
    to->properties = from->properties;
    to->event_properties = from->event_properties;
    to->property_count = catalog_count(from->catalog); /* those met later have no value here, nor those of drafts */
    to->minute = from->minute;
    to->ms = from->ms;
    to->class_id = from->class_id;
    to->id_hash = from->id_hash;
    to->row = from->row;
    to->classes = from->classes;
    for (int o = 0; o < OBJECT_COUNT; o++) to->records[o].count = word_now(&from->records[o].count);
    for (int k = 0; k < ASSOCIATION_COUNT; k++) {
        to->edges[k].forward = from->edges[k].forward;
        to->edges[k].backward = from->edges[k].backward;
        to->edges[k].forward_run = copy_words(from->edges[k].forward_run, to->records[association_ends[k][0]].count);
        to->edges[k].backward_run = copy_words(from->edges[k].backward_run, to->records[association_ends[k][1]].count);
        to->edges[k].count = word_now(&from->edges[k].count);
    }
    to->event_run = copy_words(from->event_run, to->records[ENTITY_CONTACT].count);
    copy_records(from, to);
    to->event_count = long_now(&from->event_count);
    to->earliest_ms = __atomic_load_n(&from->earliest_ms, __ATOMIC_ACQUIRE);
    to->latest_ms = __atomic_load_n(&from->latest_ms, __ATOMIC_ACQUIRE);
    to->class_count = word_now(&from->class_count);
    to->pressed = word_now(&from->pressed);
    return to;
}

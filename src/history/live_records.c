/* live_records.c — who there is: names, merging, forgetting.
 *
 * The names of one record (its id and its aliases) stand in a ring, so that a merge finds
 * all that must lead elsewhere. A name is findable only after what it leads to is there. */
// SPDX-License-Identifier: Apache-2.0
#include "history/live_internal.h"

static struct record_table *table_of(struct live *live, enum entity object)
{
    return &live->history.records[object];
}

/* Words for the facts of one more record. */
static void open_words(struct live *live, enum entity object, uint32_t records)
{
    for (int k = 0; k < ASSOCIATION_COUNT; k++) {
        if (association_ends[k][0] == object) reserve_open(&live->forward_run[k], records * sizeof(uint64_t));
        if (association_ends[k][1] == object) reserve_open(&live->backward_run[k], records * sizeof(uint64_t));
    }
    if (object == ENTITY_CONTACT) reserve_open(&live->event_run, records * sizeof(uint64_t));
}

static void open_names(struct record_arrays *arrays, uint32_t names)
{
    reserve_open(&arrays->named, names * sizeof(uint32_t));
    reserve_open(&arrays->ring, names * sizeof(uint32_t));
}

static void set_listed(struct live *live, struct record_table *table, uint32_t record, bool listed)
{
    live_log(live, &table->listed[record], table->listed[record], NULL, sizeof *table->listed);
    __atomic_store_n(&table->listed[record], (uint8_t)listed, __ATOMIC_RELAXED);
}

/* Let the name lead to a record (or RECORD_NONE), adding it when it is new. */
static uint32_t give_name(struct live *live, enum entity object, struct str id, uint32_t record)
{
    struct record_table *table = table_of(live, object);
    struct record_arrays *arrays = &live->records[object];
    uint32_t name = intern_find(table->names, id), known = intern_count(table->names);
    if (name != INTERN_NONE) {
        live_write(live, &arrays->next_name[name], name);
        live_write(live, &table->named[name], record);
        return name;
    }
    open_names(arrays, known + 1);
    arrays->next_name[known] = known;
    live_log(live, &table->named[known], RECORD_NONE, NULL, sizeof *table->named);
    word_publish(&table->named[known], record);
    return intern_add(table->names, id);
}

uint32_t live_add_record(struct live *live, enum entity object, struct str id, bool listed)
{
    struct record_table *table = table_of(live, object);
    struct record_arrays *arrays = &live->records[object];
    const uint32_t record = table->count;
    INVARIANT(history_find(&live->history, object, id) == RECORD_NONE);
    if (record >= RECORDS_MAX || intern_count(table->names) >= RECORDS_MAX) return RECORD_NONE;
    open_words(live, object, record + 1);
    reserve_open(&arrays->name_of, (record + 1) * sizeof *table->name_of);
    reserve_open(&arrays->listed, record + 1);
    open_names(arrays, intern_count(table->names) + 1);
    /* The number may be known to a reader from a batch that was rolled back: the name is there before it is told. */
    word_publish(&table->name_of[record], give_name(live, object, id, RECORD_NONE));
    __atomic_store_n(&table->listed[record], (uint8_t)listed, __ATOMIC_RELAXED);
    if (record >= table->reach) word_publish(&table->reach, record + 1);
    word_publish(&table->count, record + 1);
    if (id.len > 0) live_write(live, &table->named[table->name_of[record]], record);
    return record;
}

void live_list_record(struct live *live, enum entity object, uint32_t record, bool listed)
{
    struct record_table *table = table_of(live, object);
    INVARIANT(record < table->count);
    if (table->listed[record] != listed) set_listed(live, table, record, listed);
}

/* All names of a record lead to another one from now on, or nowhere. */
static void lead_names(struct live *live, enum entity object, uint32_t record, uint32_t to)
{
    struct record_table *table = table_of(live, object);
    const uint32_t *next = live->records[object].next_name;
    uint32_t first = table->name_of[record], name = first;
    do {
        if (table->named[name] == record) live_write(live, &table->named[name], to);
        name = next[name];
    } while (name != first);
}

void live_merge(struct live *live, enum entity object, uint32_t stays, uint32_t goes,
                bool (*same)(void *context, uint32_t a, uint32_t b), void *context)
{
    struct record_table *table = table_of(live, object);
    uint32_t *next = live->records[object].next_name;
    INVARIANT(stays < table->count && goes < table->count && stays != goes);
    if (object == ENTITY_CONTACT) live_merge_events(live, stays, goes, same, context);
    live_merge_versions(live, object, stays, goes);
    live_merge_edges(live, object, stays, goes);
    if (table->listed[goes] != 0) set_listed(live, table, goes, false);
    lead_names(live, object, goes, stays);
    uint32_t a = table->name_of[stays], b = table->name_of[goes], after = next[a];
    live_write(live, &next[a], next[b]); /* two rings become one */
    live_write(live, &next[b], after);
}

void live_erase(struct live *live, enum entity object, uint32_t record)
{
    struct record_table *table = table_of(live, object);
    INVARIANT(record < table->count);
    if (object == ENTITY_CONTACT) live_forget_events(live, record);
    live_forget_versions(live, object, record);
    live_forget_edges(live, object, record);
    if (table->listed[record] != 0) set_listed(live, table, record, false);
    lead_names(live, object, record, RECORD_NONE);
    live_write(live, &table->name_of[record], give_name(live, object, STR(""), RECORD_NONE));
}

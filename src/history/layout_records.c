/* layout_records.c — who is one person, and records numbered in the order of their ids.
 *
 * Of joined contacts one stays (builder.h says which) and the ids of all lead to it. */
// SPDX-License-Identifier: Apache-2.0
#include "history/builder_internal.h"

static void note_earliest(int64_t *earliest, uint32_t contact, int64_t at_ms)
{
    if (at_ms < earliest[contact]) earliest[contact] = at_ms;
}

/* The time of each contact's earliest fact; INT64_MAX without any. */
static int64_t *earliest_facts(const struct history_builder *builder, uint32_t contacts)
{
    int64_t *earliest = memory_array(contacts, sizeof *earliest);
    for (uint32_t i = 0; i < contacts; i++) earliest[i] = INT64_MAX;
    for (uint64_t i = 0; i < builder->events.count; i++) {
        const struct staged_event *event = builder_event_at(&builder->events, i);
        note_earliest(earliest, event->contact, event->at_ms);
    }
    for (uint64_t i = 0; i < builder->column_count; i++) {
        const struct column_stage *column = &builder->columns[i];
        if (column->entity != ENTITY_CONTACT) continue;
        for (uint64_t k = 0; k < column->base_count; k++) note_earliest(earliest, column->base[k].record, FOREVER);
        for (uint64_t k = 0; k < column->version_count; k++)
            note_earliest(earliest, column->versions[k].record, column->versions[k].from_ms);
    }
    const struct edge_stage *companies = &builder->edges[ASSOCIATION_CONTACT_COMPANY];
    for (uint64_t i = 0; i < companies->count; i++)
        note_earliest(earliest, companies->edges[i].from, companies->edges[i].from_ms);
    const struct edge_stage *deals = &builder->edges[ASSOCIATION_DEAL_CONTACT];
    for (uint64_t i = 0; i < deals->count; i++) note_earliest(earliest, deals->edges[i].to, deals->edges[i].from_ms);
    return earliest;
}

/* Does contact `a` stay rather than `b`? */
static bool stays(const struct record_stage *stage, const int64_t *earliest, uint32_t a, uint32_t b)
{
    if (stage->listed[a] != stage->listed[b]) return stage->listed[a] > stage->listed[b];
    if (earliest[a] != earliest[b]) return earliest[a] < earliest[b];
    return str_compare(intern_at(stage->names, a), intern_at(stage->names, b)) < 0;
}

/* For each contact the one it is known as; NULL when nobody was joined. */
static uint32_t *canonical_contacts(struct history_builder *builder, uint32_t contacts)
{
    if (builder->parents == NULL) return NULL;
    const struct record_stage *stage = &builder->records[ENTITY_CONTACT];
    int64_t *earliest = earliest_facts(builder, contacts);
    uint32_t *best = memory_array(contacts, sizeof *best); /* by root */
    for (uint32_t i = 0; i < contacts; i++) best[i] = i;
    for (uint32_t i = 0; i < contacts; i++) {
        uint32_t root = builder_root(builder, i);
        if (root != i && stays(stage, earliest, i, best[root])) best[root] = i;
    }
    uint32_t *canonical = memory_array(contacts, sizeof *canonical);
    for (uint32_t i = 0; i < contacts; i++) canonical[i] = best[builder_root(builder, i)];
    memory_free(best);
    memory_free(earliest);
    return canonical;
}

static void number_records(struct record_stage *stage, const uint32_t *canonical, struct record_table *table)
{
    uint32_t known = intern_count(stage->names);
    uint32_t *order = memory_array(known, sizeof *order);
    uint32_t count = 0;
    for (uint32_t i = 0; i < known; i++)
        if (canonical == NULL || canonical[i] == i) order[count++] = i;
    sort_texts(stage->names, order, count);
    *table = (struct record_table){
        .count = count,
        .reach = count,
        .name_of = memory_array(count, sizeof *table->name_of),
        .listed = memory_array(count, sizeof *table->listed),
        .names = stage->names,
        .named = memory_array(known, sizeof *table->named),
    };
    stage->names = NULL;
    for (uint32_t i = 0; i < count; i++) {
        table->name_of[i] = order[i];
        table->listed[i] = stage->listed[order[i]];
        table->named[order[i]] = i;
    }
    for (uint32_t i = 0; canonical != NULL && i < known; i++) table->named[i] = table->named[canonical[i]];
    memory_free(order);
}

void layout_records(struct layout *layout)
{
    struct history_builder *builder = layout->builder;
    uint32_t *canonical = canonical_contacts(builder, intern_count(builder->records[ENTITY_CONTACT].names));
    for (size_t i = 0; i < OBJECT_COUNT; i++)
        number_records(&builder->records[i], i == ENTITY_CONTACT ? canonical : NULL, &layout->history->records[i]);
    memory_free(canonical);
}

/* history_equal.c — compares two histories field by field, and checks the promises of one. */
// SPDX-License-Identifier: Apache-2.0
#include "history_equal.h"

#include <string.h>

#include "base/instant.h"
#include "harness.h"

static void check_records(const struct record_table *a, const struct record_table *b)
{
    CHECK_INT(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        CHECK_STR(intern_at(a->names, a->name_of[i]), intern_at(b->names, b->name_of[i]));
        CHECK_INT(a->listed[i], b->listed[i]);
    }
    CHECK_INT(intern_count(a->names), intern_count(b->names));
    for (uint32_t i = 0; i < intern_count(a->names); i++) {
        uint32_t other = intern_find(b->names, intern_at(a->names, i));
        CHECK_TRUE(other != INTERN_NONE);
        CHECK_INT(a->named[i], b->named[other]);
    }
}

static void check_values(const struct dictionary *a, const struct dictionary *b)
{
    CHECK_INT(a->count, b->count);
    for (uint32_t i = 1; i < a->count; i++) {
        const struct value *left = dictionary_at(a, i), *right = dictionary_at(b, i);
        CHECK_INT(left->type, right->type);
        CHECK_STR(left->raw, right->raw);
        CHECK_STR(left->folded, right->folded);
        CHECK_INT(left->instant_ms, right->instant_ms);
    }
}

static void check_column(const struct property_column *a, const struct property_column *b, uint32_t records)
{
    check_values(&a->values, &b->values);
    CHECK_INT(a->base == NULL, b->base == NULL);
    for (uint32_t i = 0; a->base != NULL && b->base != NULL && i < records; i++) CHECK_INT(a->base[i], b->base[i]);
    CHECK_INT(a->version_count, b->version_count);
    for (uint64_t i = 0; i < a->version_count; i++) {
        CHECK_INT(a->versions[i].record, b->versions[i].record);
        CHECK_INT(a->versions[i].code, b->versions[i].code);
        CHECK_INT(a->versions[i].from_ms, b->versions[i].from_ms);
    }
}

static void check_event_column(const struct event_column *a, const struct event_column *b)
{
    check_values(&a->values, &b->values);
    CHECK_INT(a->row_count, b->row_count);
    for (uint64_t i = 0; i < a->row_count; i++) {
        CHECK_INT(a->rows[i].event, b->rows[i].event);
        CHECK_INT(a->rows[i].code, b->rows[i].code);
    }
}

static void check_classes(const struct history *a, const struct history *b)
{
    CHECK_INT(a->class_count, b->class_count);
    for (uint32_t i = 0; i < a->class_count; i++) {
        const struct event_class *left = &a->classes[i], *right = &b->classes[i];
        CHECK_STR(left->name, right->name);
        CHECK_STR(left->folded, right->folded);
        CHECK_INT(left->bot, right->bot);
        CHECK_INT(left->reserved, right->reserved);
        CHECK_INT(left->property_count, right->property_count);
        for (uint32_t k = 0; k < left->property_count; k++) {
            CHECK_STR(catalog_at(a->catalog, left->properties[k].property)->name,
                      catalog_at(b->catalog, right->properties[k].property)->name);
            CHECK_INT(left->properties[k].code, right->properties[k].code);
        }
    }
}

static void check_events(const struct history *a, const struct history *b)
{
    CHECK_INT(a->event_count, b->event_count);
    for (uint32_t i = 0; i < a->records[ENTITY_CONTACT].count; i++) CHECK_TRUE(a->event_run[i] == b->event_run[i]);
    for (uint64_t i = 0; i < a->event_count; i++) {
        CHECK_INT(a->minute[i], b->minute[i]);
        CHECK_INT(a->ms[i], b->ms[i]);
        CHECK_INT(a->class_id[i], b->class_id[i]);
    }
    CHECK_INT(a->earliest_ms, b->earliest_ms);
    CHECK_INT(a->latest_ms, b->latest_ms);
}

static void check_edge_list(const struct edge *a, const struct edge *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        CHECK_INT(a[i].from, b[i].from);
        CHECK_INT(a[i].to, b[i].to);
        CHECK_INT(a[i].from_ms, b[i].from_ms);
    }
}

static const enum entity edge_ends[ASSOCIATION_COUNT][2] = {
    {ENTITY_CONTACT, ENTITY_COMPANY}, {ENTITY_DEAL, ENTITY_COMPANY}, {ENTITY_DEAL, ENTITY_CONTACT}};

static void check_edges(const struct history *a, const struct history *b, int kind)
{
    const struct edges *left = &a->edges[kind], *right = &b->edges[kind];
    CHECK_INT(left->count, right->count);
    CHECK_INT(left->all_forever, right->all_forever);
    check_edge_list(left->forward, right->forward, left->count);
    check_edge_list(left->backward, right->backward, left->count);
    for (uint32_t i = 0; i < a->records[edge_ends[kind][0]].count; i++)
        CHECK_TRUE(left->forward_run[i] == right->forward_run[i]);
    for (uint32_t i = 0; i < a->records[edge_ends[kind][1]].count; i++)
        CHECK_TRUE(left->backward_run[i] == right->backward_run[i]);
}

void check_equal(const struct history *a, const struct history *b)
{
    for (int i = 0; i < OBJECT_COUNT; i++) check_records(&a->records[i], &b->records[i]);
    CHECK_INT(a->property_count, b->property_count);
    for (uint32_t i = 0; i < a->property_count; i++) {
        const struct property *property = catalog_at(a->catalog, i);
        uint32_t other = catalog_find(b->catalog, property->entity, property->name);
        CHECK_TRUE(other != INTERN_NONE);
        CHECK_INT(property->type, catalog_at(b->catalog, other)->type);
        if (property->entity == ENTITY_EVENT) check_event_column(&a->event_properties[i], &b->event_properties[other]);
        else check_column(&a->properties[i], &b->properties[other], a->records[property->entity].count);
    }
    check_classes(a, b);
    check_events(a, b);
    for (int i = 0; i < ASSOCIATION_COUNT; i++) check_edges(a, b, i);
}

static bool is_in(uint64_t place, uint64_t word)
{
    struct run run = run_of(word);
    return place >= run.first && place < run.first + run.count;
}

static void check_edge_order(const struct history *history, int kind)
{
    const struct edges *edges = &history->edges[kind];
    for (uint32_t i = 1; i < edges->count; i++) {
        const struct edge *a = &edges->forward[i - 1], *b = &edges->forward[i];
        CHECK_TRUE(a->from < b->from ||
                   (a->from == b->from && (a->from_ms < b->from_ms || (a->from_ms == b->from_ms && a->to < b->to))));
        a = &edges->backward[i - 1], b = &edges->backward[i];
        CHECK_TRUE(a->to < b->to || (a->to == b->to && a->from < b->from));
    }
    for (uint32_t i = 0; i < edges->count; i++) {
        const struct edge *forward = &edges->forward[i], *backward = &edges->backward[i];
        CHECK_TRUE(is_in(i, edges->forward_run[forward->from]));
        CHECK_TRUE(is_in(i, edges->backward_run[backward->to]));
    }
}

static uint64_t sort_key(const struct history *history, uint64_t event)
{
    return (uint64_t)((int64_t)history->minute[event] - INT32_MIN) << 32 | (uint64_t)history->ms[event] << 16 |
           history->class_id[event];
}

static void check_event_order(const struct history *history)
{
    uint32_t contacts = history->records[ENTITY_CONTACT].count;
    uint64_t end = 0;
    for (uint32_t c = 0; c < contacts; c++) {
        struct run run = run_of(history->event_run[c]);
        CHECK_TRUE(run.first == end);
        end += run.count;
        for (uint64_t i = run.first + 1; i < end; i++) CHECK_TRUE(sort_key(history, i - 1) <= sort_key(history, i));
    }
    CHECK_INT(end, history->event_count);
    for (uint64_t i = 0; i < history->event_count; i++) {
        CHECK_TRUE(history->class_id[i] < history->class_count);
        CHECK_TRUE(history->ms[i] < MS_PER_MINUTE);
    }
    for (uint64_t i = 0; i < EVENT_PADDING; i++) {
        uint64_t at = history->event_count + i;
        CHECK_TRUE(history->minute[at] == 0 && history->ms[at] == 0 && history->class_id[at] == 0);
    }
}

static void check_column_order(const struct history *history, uint32_t property)
{
    const struct property_column *column = &history->properties[property];
    for (uint64_t i = 0; i < column->version_count; i++) {
        const struct version *version = &column->versions[i];
        CHECK_TRUE(version->from_ms > FOREVER);
        CHECK_TRUE(version->code == 0 || version->code < column->values.count);
        if (i == 0) continue;
        const struct version *before = version - 1;
        CHECK_TRUE(before->record < version->record ||
                   (before->record == version->record && before->from_ms < version->from_ms));
    }
    const struct event_column *events = &history->event_properties[property];
    for (uint64_t i = 0; i < events->row_count; i++) {
        CHECK_TRUE(events->rows[i].code > 0 && events->rows[i].code < events->values.count);
        CHECK_TRUE(i == 0 || events->rows[i - 1].event < events->rows[i].event);
    }
}

static struct str id_of(const struct history *history, int object, uint32_t record)
{
    return history_record_id(history, (enum entity)object, record);
}

void check_invariants(const struct history *history)
{
    for (int o = 0; o < OBJECT_COUNT; o++)
        for (uint32_t i = 1; i < history->records[o].count; i++)
            CHECK_TRUE(str_compare(id_of(history, o, i - 1), id_of(history, o, i)) < 0);
    for (int i = 0; i < ASSOCIATION_COUNT; i++) check_edge_order(history, i);
    for (uint32_t i = 0; i < history->property_count; i++) check_column_order(history, i);
    check_event_order(history);
    CHECK_TRUE(history->class_count <= EVENT_CLASSES_MAX);
}

struct str event_text(const struct history *history, uint64_t event, uint32_t property)
{
    const struct event_class *class = &history->classes[history->class_id[event]];
    const struct event_column *column = &history->event_properties[property];
    for (uint32_t i = 0; i < class->property_count; i++)
        if (class->properties[i].property == property)
            return dictionary_at(&column->values, class->properties[i].code)->raw;
    for (uint64_t i = 0; i < column->row_count; i++)
        if (column->rows[i].event == event) return dictionary_at(&column->values, column->rows[i].code)->raw;
    return (struct str){0};
}

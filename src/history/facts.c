/* facts.c — a record's neighbours, what its properties were, and when anything was told about it. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "history/scan_internal.h"

uint32_t history_associated(const struct history *history, enum entity object, uint32_t record, enum entity over,
                            int64_t as_of_ms, uint32_t *out, uint32_t most)
{
    struct association_view others = associated(history, object, record, over);
    uint32_t count = 0;
    for (uint32_t i = 0; i < others.count; i++) {
        if (others.edges[i].from_ms > as_of_ms) continue;
        if (count < most) out[count] = edge_end(&others, i);
        count++;
    }
    return count;
}

uint32_t history_versions(const struct history *history, uint32_t property, uint32_t record, uint32_t skip,
                          uint32_t most, struct dated_value *out)
{
    if (property >= history->property_count) return 0; /* no fact ever had it */
    const struct property_column *column = &history->properties[property];
    uint64_t versions_count;
    uint32_t passed = 0, count = 0;
    const struct version *versions = versions_of(column, record, &versions_count);
    for (uint64_t i = versions_count; i-- > 0 && count < most;)
        if (passed++ >= skip)
            out[count++] = (struct dated_value){versions[i].from_ms, column_value(column, versions[i].code)};
    const struct value *always = column->base != NULL ? column_value(column, column->base[record]) : NULL;
    if (always != NULL && count < most && passed >= skip) out[count++] = (struct dated_value){FOREVER, always};
    return count;
}

/* ---- Events. ---- */

uint32_t history_contact_events(const struct history *history, uint32_t contact, int64_t as_of_ms, uint32_t most,
                                struct dated_event *out)
{
    struct run run = events_of_contact(history, contact);
    uint32_t count = run.count;
    while (count > 0 && event_ms(history, run.first + count - 1) > as_of_ms) count--;
    uint32_t wanted = count < most ? count : most;
    for (uint32_t i = 0; i < wanted; i++) {
        uint64_t event = run.first + count - wanted + i;
        out[i] = (struct dated_event){event_ms(history, event), event, history->class_id[event]};
    }
    return count;
}

struct str history_class_name(const struct history *history, uint32_t class_id)
{
    const struct event_class *class = &history->classes[class_id];
    return class->bot || class->reserved ? STR("") : class->folded;
}

const struct value *history_event_value(const struct history *history, uint64_t number, uint32_t property)
{
    return event_value(history, number, property);
}

uint32_t history_company(const struct history *history, enum entity object, uint32_t record, int64_t as_of_ms)
{
    return primary_company(history, object, record, as_of_ms);
}

bool history_deal_is_open(const struct history *history, uint32_t deal, int64_t as_of_ms)
{
    return deal_is_open(history, deal, as_of_ms);
}

/* ---- Instants. ---- */

struct instants {
    int64_t *at;
    uint32_t count, most;
};

static void add_instant(struct instants *instants, int64_t at_ms)
{
    if (at_ms >= EVENT_MIN_MS && instants->count < instants->most) instants->at[instants->count++] = at_ms;
}

static void add_events(struct instants *instants, const struct history *history, uint32_t contact)
{
    struct run run = events_of_contact(history, contact);
    for (uint32_t i = 0; i < run.count; i++) add_instant(instants, event_ms(history, run.first + i));
}

static void add_own_facts(struct instants *instants, const struct history *history, enum entity object, uint32_t record)
{
    uint32_t properties = catalog_count(history->catalog);
    if (properties > history->property_count) properties = history->property_count;
    for (uint32_t p = 0; p < properties; p++) {
        if (catalog_at(history->catalog, p)->entity != object) continue;
        uint64_t count;
        const struct version *versions = versions_of(&history->properties[p], record, &count);
        for (uint64_t i = 0; i < count; i++) add_instant(instants, versions[i].from_ms);
    }
}

/* The first dated version of the record's own values, if before. */
static int64_t earlier_value(const struct history *history, enum entity object, uint32_t record, int64_t first_ms)
{
    uint32_t properties = catalog_count(history->catalog);
    if (properties > history->property_count) properties = history->property_count;
    for (uint32_t p = 0; p < properties; p++) {
        if (catalog_at(history->catalog, p)->entity != object) continue;
        uint64_t count, i = 0;
        const struct version *versions = versions_of(&history->properties[p], record, &count);
        while (i < count && versions[i].from_ms < EVENT_MIN_MS) i++;
        if (i < count && versions[i].from_ms < first_ms) first_ms = versions[i].from_ms;
    }
    return first_ms;
}

static int64_t earlier_event(const struct history *history, uint32_t contact, int64_t first_ms)
{
    struct run run = events_of_contact(history, contact);
    return run.count > 0 && event_ms(history, run.first) < first_ms ? event_ms(history, run.first) : first_ms;
}

int64_t history_first_fact(const struct history *history, enum entity object, uint32_t record)
{
    int64_t first_ms = earlier_value(history, object, record, INT64_MAX);
    for (enum entity over = ENTITY_CONTACT; over <= ENTITY_DEAL; over++) {
        if (over == object) continue;
        struct association_view others = associated(history, object, record, over);
        for (uint32_t i = 0; i < others.count; i++) {
            int64_t from_ms = others.edges[i].from_ms;
            if (from_ms >= EVENT_MIN_MS && from_ms < first_ms) first_ms = from_ms;
            if (over == ENTITY_CONTACT) first_ms = earlier_event(history, edge_end(&others, i), first_ms);
        }
    }
    return object == ENTITY_CONTACT ? earlier_event(history, record, first_ms) : first_ms;
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

uint32_t history_fact_times(const struct history *history, enum entity object, uint32_t record, int64_t *out,
                            uint32_t most)
{
    struct instants instants = {.at = out, .most = most};
    add_own_facts(&instants, history, object, record);
    for (enum entity over = ENTITY_CONTACT; over <= ENTITY_DEAL; over++) {
        if (over == object) continue;
        struct association_view others = associated(history, object, record, over);
        for (uint32_t i = 0; i < others.count; i++) {
            add_instant(&instants, others.edges[i].from_ms);
            if (over == ENTITY_CONTACT) add_events(&instants, history, edge_end(&others, i));
            else add_own_facts(&instants, history, over, edge_end(&others, i));
        }
    }
    if (object == ENTITY_CONTACT) add_events(&instants, history, record);
    qsort(out, instants.count, sizeof *out, ascending);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < instants.count; i++)
        if (kept == 0 || out[kept - 1] != out[i]) out[kept++] = out[i];
    return kept;
}

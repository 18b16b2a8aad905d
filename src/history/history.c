/* history.c — asking a finished history.
 *
 * Everything here only reads. The sum over all event columns runs on several threads,
 * in blocks of a fixed size that the compiler turns into vectors: it does nothing but
 * read memory, so it is the speed that no scan can pass. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "history/history_internal.h"

#define READ_THREADS_MAX 256
#define BLOCK EVENT_PADDING /* events summed at a time; the last block ends in the padding */

void history_free(struct history *history)
{
    if (history == NULL) return;
    for (size_t i = 0; i < OBJECT_COUNT; i++) {
        memory_free(history->records[i].ids);
        memory_free(history->records[i].listed);
        intern_free(history->records[i].names);
        memory_free(history->records[i].named);
    }
    for (uint32_t i = 0; i < history->property_count; i++) {
        memory_free(history->properties[i].base);
        memory_free(history->properties[i].versions);
        memory_free(history->event_properties[i].rows);
    }
    for (size_t i = 0; i < ASSOCIATION_COUNT; i++) {
        memory_free(history->edges[i].forward);
        memory_free(history->edges[i].forward_first);
        memory_free(history->edges[i].backward);
        memory_free(history->edges[i].backward_first);
    }
    memory_free(history->event_first);
    memory_free(history->minute);
    memory_free(history->ms);
    memory_free(history->class_id);
    arena_free(history->arena);
    memory_free(history);
}

struct catalog *history_catalog(const struct history *history)
{
    return history->catalog;
}

uint32_t history_records(const struct history *history, enum entity object)
{
    return history->records[object].count;
}

struct str history_record_id(const struct history *history, enum entity object, uint32_t record)
{
    INVARIANT(record < history->records[object].count);
    return history->records[object].ids[record];
}

uint32_t history_find(const struct history *history, enum entity object, struct str id)
{
    uint32_t name = intern_find(history->records[object].names, id);
    return name == INTERN_NONE ? RECORD_NONE : history->records[object].named[name];
}

bool history_is_listed(const struct history *history, enum entity object, uint32_t record)
{
    INVARIANT(record < history->records[object].count);
    return history->records[object].listed[record] != 0;
}

uint64_t history_events(const struct history *history)
{
    return history->event_count;
}

uint32_t history_event_classes(const struct history *history)
{
    return history->class_count;
}

uint64_t history_event_bytes(const struct history *history)
{
    uint64_t event_bytes = sizeof *history->minute + sizeof *history->ms + sizeof *history->class_id;
    uint64_t offsets = (uint64_t)history->records[ENTITY_CONTACT].count + 1;
    return (history->event_count + EVENT_PADDING) * event_bytes + offsets * sizeof *history->event_first;
}

uint64_t history_property_bytes(const struct history *history)
{
    uint64_t bytes = arena_bytes(history->arena); /* dictionaries and classes */
    for (uint32_t i = 0; i < history->property_count; i++) {
        const struct property_column *column = &history->properties[i];
        bytes += column->version_count * sizeof *column->versions;
        bytes += history->event_properties[i].row_count * sizeof *history->event_properties[i].rows;
        if (column->base == NULL) continue;
        enum entity object = catalog_at(history->catalog, i)->entity;
        bytes += (uint64_t)history->records[object].count * sizeof *column->base;
    }
    return bytes;
}

/* The last version of `record` that began at or before as_of_ms; NULL when there is none. */
static const struct version *version_at(const struct property_column *column, uint32_t record, int64_t as_of_ms)
{
    uint64_t low = 0;
    uint64_t high = column->version_count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const struct version *version = &column->versions[middle];
        bool up_to = version->record < record || (version->record == record && version->from_ms <= as_of_ms);
        if (up_to) low = middle + 1;
        else high = middle;
    }
    return low > 0 && column->versions[low - 1].record == record ? &column->versions[low - 1] : NULL;
}

const struct value *history_value(const struct history *history, uint32_t property, uint32_t record, int64_t as_of_ms)
{
    INVARIANT(property < history->property_count);
    enum entity object = catalog_at(history->catalog, property)->entity;
    INVARIANT(object != ENTITY_EVENT && record < history->records[object].count);
    const struct property_column *column = &history->properties[property];
    const struct version *version = version_at(column, record, as_of_ms);
    uint32_t code = 0;
    if (version != NULL) code = version->code;
    else if (column->base != NULL) code = column->base[record];
    return code == 0 ? NULL : &column->values[code];
}

/* ---- The physical limit. ---- */

struct reading {
    const struct history *history;
    unsigned part, parts;
    int64_t sum;
    pthread_t thread;
    bool started;
};

static int64_t sum_block(const int32_t *minute, const uint16_t *ms, const uint16_t *class_id)
{
    int64_t minutes = 0;
    uint32_t others = 0;
    for (int i = 0; i < BLOCK; i++) minutes += minute[i];
    for (int i = 0; i < BLOCK; i++) others += ms[i];
    for (int i = 0; i < BLOCK; i++) others += class_id[i];
    return minutes + others;
}

/* The `part`-th of `parts` of the codes of a column. */
static uint32_t sum_codes(const uint32_t *codes, uint64_t count, unsigned part, unsigned parts)
{
    uint32_t sum = 0;
    for (uint64_t i = count * part / parts; i < count * (part + 1) / parts; i++) sum += codes[i];
    return sum;
}

static void *read_part(void *argument)
{
    struct reading *reading = argument;
    const struct history *history = reading->history;
    uint64_t blocks = (history->event_count + BLOCK - 1) / BLOCK;
    int64_t sum = 0;
    for (uint64_t block = blocks * reading->part / reading->parts;
         block < blocks * (reading->part + 1) / reading->parts; block++) {
        uint64_t at = block * BLOCK;
        sum += sum_block(history->minute + at, history->ms + at, history->class_id + at);
    }
    for (uint32_t p = 0; p < history->property_count; p++) {
        if (history->properties[p].base == NULL) continue;
        enum entity object = catalog_at(history->catalog, p)->entity;
        sum += sum_codes(history->properties[p].base, history->records[object].count, reading->part, reading->parts);
    }
    reading->sum = sum;
    return NULL;
}

uint64_t history_read_columns(const struct history *history, unsigned threads)
{
    struct reading readings[READ_THREADS_MAX];
    if (threads < 1) threads = 1;
    if (threads > READ_THREADS_MAX) threads = READ_THREADS_MAX;
    for (unsigned i = 0; i < threads; i++) {
        readings[i] = (struct reading){.history = history, .part = i, .parts = threads};
        bool last = i + 1 == threads; /* is read here */
        readings[i].started = !last && pthread_create(&readings[i].thread, NULL, read_part, &readings[i]) == 0;
        if (!readings[i].started) read_part(&readings[i]);
    }
    uint64_t sum = 0;
    for (unsigned i = 0; i < threads; i++) {
        if (readings[i].started) pthread_join(readings[i].thread, NULL);
        sum += (uint64_t)readings[i].sum;
    }
    return sum;
}

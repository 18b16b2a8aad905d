/* history.c — asking a history of any kind.
 *
 * Everything here only reads. The sum over all event columns runs on several threads,
 * in blocks of a fixed size that the compiler turns into vectors: it does nothing but
 * read memory, so it is the speed that no scan can pass. */
// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"
#include "history/scan_internal.h"

const enum entity association_ends[ASSOCIATION_COUNT][2] = {
    [ASSOCIATION_CONTACT_COMPANY] = {ENTITY_CONTACT, ENTITY_COMPANY},
    [ASSOCIATION_DEAL_COMPANY] = {ENTITY_DEAL, ENTITY_COMPANY},
    [ASSOCIATION_DEAL_CONTACT] = {ENTITY_DEAL, ENTITY_CONTACT},
};

#define READ_THREADS_MAX 256
#define BLOCK EVENT_PADDING /* events summed at a time; the last block ends in the padding */

/* What a built history owns beside the words of events and edges. */
static void free_built(struct history *history)
{
    for (size_t i = 0; i < OBJECT_COUNT; i++) {
        memory_free(history->records[i].name_of);
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
        memory_free(history->edges[i].backward);
    }
    memory_free(history->minute);
    memory_free(history->ms);
    memory_free(history->class_id);
    arena_free(history->arena);
}

void history_free(struct history *history)
{
    if (history == NULL) return;
    INVARIANT(history->kind != HISTORY_LIVE); /* live_free's */
    if (history->kind == HISTORY_BUILT) free_built(history);
    if (history->kind == HISTORY_FROZEN) visit_end(history->visits, &history->visit);
    for (size_t i = 0; i < OBJECT_COUNT; i++) memory_free(history->records[i].listed);
    for (size_t i = 0; i < ASSOCIATION_COUNT; i++) {
        memory_free(history->edges[i].forward_run);
        memory_free(history->edges[i].backward_run);
    }
    memory_free(history->event_run);
    memory_free(history);
}

struct catalog *history_catalog(const struct history *history)
{
    return history->catalog;
}

uint32_t history_records(const struct history *history, enum entity object)
{
    return word_now(&history->records[object].count);
}

struct str history_record_id(const struct history *history, enum entity object, uint32_t record)
{
    const struct record_table *table = &history->records[object];
    INVARIANT(record < word_now(&table->reach));
    return intern_at(table->names, word_now(&table->name_of[record]));
}

uint32_t history_find(const struct history *history, enum entity object, struct str id)
{
    const struct record_table *table = &history->records[object];
    uint32_t name = intern_find(table->names, id);
    if (name == INTERN_NONE) return RECORD_NONE;
    uint32_t record = word_now(&table->named[name]);
    return record < word_now(&table->count) ? record : RECORD_NONE; /* a frozen one's names may know more */
}

bool history_is_listed(const struct history *history, enum entity object, uint32_t record)
{
    INVARIANT(record < word_now(&history->records[object].reach));
    return __atomic_load_n(&history->records[object].listed[record], __ATOMIC_RELAXED) != 0;
}

uint64_t history_events(const struct history *history)
{
    return long_now(&history->event_count);
}

uint32_t history_event_classes(const struct history *history)
{
    return word_now(&history->class_count);
}

uint64_t history_event_bytes(const struct history *history)
{
    uint64_t event_bytes = sizeof *history->minute + sizeof *history->ms + sizeof *history->class_id;
    if (history->row != NULL) event_bytes += sizeof *history->id_hash + sizeof *history->row;
    uint64_t words = history_records(history, ENTITY_CONTACT);
    return (history_events(history) + EVENT_PADDING) * event_bytes + words * sizeof *history->event_run;
}

uint64_t history_property_bytes(const struct history *history)
{
    uint64_t bytes = history->arena != NULL ? arena_bytes(history->arena) : 0;
    for (uint32_t i = 0; i < history->property_count; i++) {
        const struct property_column *column = &history->properties[i];
        bytes += column->version_count * sizeof *column->versions;
        bytes += word_now(&column->word_count) * sizeof *column->words;
        bytes += long_now(&history->event_properties[i].row_count) * sizeof *history->event_properties[i].rows;
        if (history->kind != HISTORY_BUILT) /* whose arena has them */
            bytes += (word_now(&column->values.count) + word_now(&history->event_properties[i].values.count)) *
                     sizeof(struct value);
        if (column->base == NULL) continue;
        enum entity object = catalog_at(history->catalog, i)->entity;
        bytes += (uint64_t)history->records[object].count * sizeof *column->base;
    }
    return bytes;
}

/* ---- Versions. ---- */

/* Those of one record where the column has no words: they lie in the order of records. */
static const struct version *find_versions(const struct property_column *column, uint32_t record, uint64_t *count)
{
    uint64_t low = 0, high = column->version_count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (column->versions[middle].record < record) low = middle + 1;
        else high = middle;
    }
    uint64_t end = low;
    while (end < column->version_count && column->versions[end].record == record) end++;
    *count = end - low;
    return column->versions + low;
}

const struct version *versions_of(const struct property_column *column, uint32_t record, uint64_t *count)
{
    uint32_t word_count;
    const uint64_t *words = column_words(column, &word_count);
    *count = 0;
    if (words == NULL) return column->version_count > 0 ? find_versions(column, record, count) : NULL;
    if (record >= word_count) return NULL;
    struct run run = run_at(&words[record]);
    *count = run.count;
    return column->versions + run.first;
}

uint32_t code_at(const struct history *history, uint32_t property, uint32_t record, int64_t as_of_ms)
{
    if (property >= history->property_count) return 0; /* no fact ever had it */
    const struct property_column *column = &history->properties[property];
    uint64_t count;
    const struct version *versions = versions_of(column, record, &count);
    while (count > 0 && versions[count - 1].from_ms > as_of_ms) count--;
    if (count > 0) return versions[count - 1].code;
    return column->base != NULL ? column->base[record] : 0;
}

const struct value *column_value(const struct property_column *column, uint32_t code)
{
    return code == 0 ? NULL : dictionary_at(&column->values, code);
}

const struct value *history_value(const struct history *history, uint32_t property, uint32_t record, int64_t as_of_ms)
{
    if (property >= history->property_count) return NULL; /* no fact ever had it */
    enum entity object = catalog_at(history->catalog, property)->entity;
    INVARIANT(object != ENTITY_EVENT && record < word_now(&history->records[object].reach));
    return column_value(&history->properties[property], code_at(history, property, record, as_of_ms));
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
    INVARIANT(history->kind == HISTORY_BUILT);
    if (threads < 1) threads = 1;
    if (threads > READ_THREADS_MAX) threads = READ_THREADS_MAX;
    for (unsigned i = 0; i < threads; i++) {
        readings[i] = (struct reading){.history = history, .part = i, .parts = threads};
        bool last = i + 1 == threads; /* is read here */
        readings[i].started =
            !last && thread_start(&readings[i].thread, read_part, &readings[i], "plumb-read-%u", i) == 0;
        if (!readings[i].started) read_part(&readings[i]);
    }
    uint64_t sum = 0;
    for (unsigned i = 0; i < threads; i++) {
        if (readings[i].started) pthread_join(readings[i].thread, NULL);
        sum += (uint64_t)readings[i].sum;
    }
    return sum;
}

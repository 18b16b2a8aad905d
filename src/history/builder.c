/* builder.c — facts at the door: checked, interned, and appended to what is staged.
 *
 * Nothing is sorted or compared here: a fact costs one look-up for each text and one
 * append. What the order of arrival decided (temporary numbers, staged codes) is
 * replaced when the builder finishes (layout.c). A text is parsed when it is first met
 * and only where a type is asked for; one that does not parse is never interned, so
 * refused facts leave no trace. */
// SPDX-License-Identifier: Apache-2.0
#include "history/builder_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static uint64_t random_seed(void)
{
    uint64_t seed;
    ssize_t got;
    do got = getrandom(&seed, sizeof seed, 0);
    while (got < 0 && errno == EINTR);
    INVARIANT(got == (ssize_t)sizeof seed); /* up to 256 bytes come whole */
    return seed;
}

static void init(struct history_builder *builder, struct catalog *catalog)
{
    *builder = (struct history_builder){.catalog = catalog, .hash_seed = random_seed()};
    builder->scratch = arena_new();
    for (size_t i = 0; i < OBJECT_COUNT; i++) builder->records[i].names = intern_new();
    builder->fact_ids = intern_new();
    intern_add(builder->fact_ids, STR(""));
    builder_events_init(&builder->events, builder->hash_seed);
}

static void release(struct history_builder *builder)
{
    arena_free(builder->scratch);
    for (size_t i = 0; i < OBJECT_COUNT; i++) {
        intern_free(builder->records[i].names);
        memory_free(builder->records[i].listed);
    }
    for (uint64_t i = 0; i < builder->column_count; i++) {
        intern_free(builder->columns[i].texts);
        memory_free(builder->columns[i].cache);
        memory_free(builder->columns[i].base);
        memory_free(builder->columns[i].versions);
    }
    memory_free(builder->columns);
    intern_free(builder->fact_ids);
    for (size_t i = 0; i < ASSOCIATION_COUNT; i++) memory_free(builder->edges[i].edges);
    memory_free(builder->parents);
    builder_events_release(&builder->events);
}

struct history_builder *history_builder_new(struct catalog *catalog)
{
    struct history_builder *builder = memory_alloc(sizeof *builder);
    init(builder, catalog);
    return builder;
}

void history_builder_free(struct history_builder *builder)
{
    if (builder == NULL) return;
    release(builder);
    memory_free(builder);
}

void builder_empty(struct history_builder *builder)
{
    struct catalog *catalog = builder->catalog;
    release(builder);
    init(builder, catalog);
}

uint32_t history_builder_record(struct history_builder *builder, enum entity object, struct str id, bool listed)
{
    struct record_stage *stage = &builder->records[object];
    uint32_t known = intern_count(stage->names);
    uint32_t record = known < RECORDS_MAX ? intern_add(stage->names, id) : intern_find(stage->names, id);
    if (record == INTERN_NONE) return RECORD_NONE;
    if (record == known) {
        stage->listed = list_grown(stage->listed, record, &stage->capacity, sizeof *stage->listed);
        stage->listed[record] = 0;
    }
    if (listed) stage->listed[record] = 1;
    return record;
}

uint32_t history_builder_find(const struct history_builder *builder, enum entity object, struct str id)
{
    uint32_t record = intern_find(builder->records[object].names, id);
    return record == INTERN_NONE ? RECORD_NONE : record;
}

struct str history_builder_id(const struct history_builder *builder, enum entity object, uint32_t record)
{
    return intern_at(builder->records[object].names, record);
}

struct column_stage *builder_new_column(struct history_builder *builder, uint32_t property)
{
    if (property >= builder->column_count) {
        uint64_t count = (uint64_t)property * 2 + 16;
        builder->columns = memory_resize(builder->columns, count, sizeof *builder->columns);
        memset(builder->columns + builder->column_count, 0, (count - builder->column_count) * sizeof *builder->columns);
        builder->column_count = count;
    }
    struct column_stage *column = &builder->columns[property];
    column->texts = intern_new();
    column->cache = memory_alloc(sizeof *column->cache);
    column->entity = catalog_at(builder->catalog, property)->entity;
    column->door = catalog_door_type(builder->catalog, property);
    return column;
}

enum err builder_check_text(struct history_builder *builder, uint32_t property, const struct column_stage *column,
                            struct str text, struct err_info *why)
{
    return door_text(builder->scratch, catalog_at(builder->catalog, property), column->door, text, why);
}

/* The staged code of a trimmed text. */
static MUST_CHECK enum err code_of(struct history_builder *builder, uint32_t property, struct column_stage *column,
                                   struct str text, uint32_t *out, struct err_info *why)
{
    *out = 0;
    if (text.len == 0) return ERR_OK;
    if (column->door != TYPE_OPEN || text.len > VALUE_TEXT_MAX) {
        uint32_t known = text_cache_code(column->cache, column->texts, text, false);
        *out = known + 1;
        if (known != INTERN_NONE) return ERR_OK;
        enum err e = builder_check_text(builder, property, column, text, why);
        if (e != ERR_OK) return e;
    }
    *out = text_cache_code(column->cache, column->texts, text, true) + 1;
    return ERR_OK;
}

enum err history_builder_property(struct history_builder *builder, uint32_t property, uint32_t record, int64_t from_ms,
                                  struct str text, struct str fact_id, struct err_info *why)
{
    struct column_stage *column = builder_column(builder, property);
    INVARIANT(column->entity != ENTITY_EVENT);
    if (record == RECORD_NONE)
        return err_set(why, ERR_TOO_BIG, "more than %u %s", RECORDS_MAX, entity_plural(column->entity));
    INVARIANT(record < intern_count(builder->records[column->entity].names));
    uint32_t code;
    enum err e = code_of(builder, property, column, str_trim(text), &code, why);
    if (e != ERR_OK) return e;
    if (from_ms == FOREVER && fact_id.len == 0) {
        if (code == 0) return ERR_OK; /* no value at all is less than any other fact */
        column->base = list_grown(column->base, column->base_count, &column->base_capacity, sizeof *column->base);
        column->base[column->base_count++] = (struct base_fact){record, code};
        return ERR_OK;
    }
    column->versions =
        list_grown(column->versions, column->version_count, &column->version_capacity, sizeof *column->versions);
    column->versions[column->version_count++] = (struct version_fact){
        .from_ms = from_ms,
        .record = record,
        .code = code,
        .fact_id = fact_id.len == 0 ? 0 : intern_add(builder->fact_ids, fact_id),
    };
    if (from_ms == FOREVER) column->forever_count++;
    return ERR_OK;
}

void history_builder_associate(struct history_builder *builder, enum association kind, uint32_t from, uint32_t to,
                               int64_t from_ms)
{
    if (from == RECORD_NONE || to == RECORD_NONE) return;
    struct edge_stage *stage = &builder->edges[kind];
    stage->edges = list_grown(stage->edges, stage->count, &stage->capacity, sizeof *stage->edges);
    stage->edges[stage->count++] = (struct edge){from, to, from_ms};
}

uint32_t builder_root(struct history_builder *builder, uint32_t contact)
{
    uint32_t *parents = builder->parents;
    if (contact >= builder->parent_count) return contact;
    while (parents[contact] != contact) {
        parents[contact] = parents[parents[contact]];
        contact = parents[contact];
    }
    return contact;
}

void history_builder_join(struct history_builder *builder, uint32_t contact, uint32_t other)
{
    if (contact == other || contact == RECORD_NONE || other == RECORD_NONE) return;
    uint64_t needed = (uint64_t)(contact > other ? contact : other) + 1;
    if (needed > builder->parent_count) {
        uint64_t count = needed + needed / 2;
        builder->parents = memory_resize(builder->parents, count, sizeof *builder->parents);
        for (uint64_t i = builder->parent_count; i < count; i++) builder->parents[i] = (uint32_t)i;
        builder->parent_count = count;
    }
    uint32_t a = builder_root(builder, contact);
    uint32_t b = builder_root(builder, other);
    if (a < b) builder->parents[b] = a;
    else builder->parents[a] = b;
}

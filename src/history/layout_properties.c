/* layout_properties.c — dictionaries of values, base columns, versions over them.
 *
 * A dictionary is sorted by the bytes of its texts, so the greater of two texts has the
 * greater code. Each different text is parsed once, with the type that is now settled.
 *
 * A property that only few records have gets no base column: its values become versions
 * from the first instant there is (year 1), so that memory follows the facts and not
 * properties times records. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/instant.h"
#include "history/builder_internal.h"

#define SPARSE_RECORDS 4096 /* fewer records: always a base column */
#define SPARSE_SHARE 64     /* a base column when one in so many records has a value */
#define COARSE_BITS 17      /* of a version's time, in the key it is sorted by: 131 seconds */

/* ---- Dictionaries. ---- */

static enum type inferred_type(const struct column_stage *column, const uint32_t *order, uint32_t count)
{
    enum type type = TYPE_OPEN;
    for (uint32_t i = 0; i < count && column->door == TYPE_OPEN; i++)
        type = type_infer(type, intern_at(column->texts, order[i]));
    return type;
}

static struct value parsed(struct arena *arena, enum type type, struct str text)
{
    struct value value;
    enum err e = value_parse(arena, type, arena_str(arena, text), &value, NULL);
    INVARIANT(e == ERR_OK); /* the door, or inference, saw to it */
    return value;
}

/* Sort and parse the texts of `column`, map staged codes to final ones, drop the table. */
static void layout_dictionary(struct layout *layout, uint32_t property, struct column_stage *column,
                              struct dictionary *out)
{
    struct history *history = layout->history;
    uint32_t count = intern_count(column->texts);
    uint32_t *order = memory_array(count, sizeof *order);
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    sort_texts(column->texts, order, count);
    catalog_resolve(history->catalog, property, inferred_type(column, order, count));
    enum type type = catalog_at(history->catalog, property)->type;

    struct value *values = ARENA_ARRAY(history->arena, struct value, (size_t)count + 1);
    uint32_t *codes = memory_array((size_t)count + 1, sizeof *codes);
    for (uint32_t i = 0; i < count; i++) {
        values[i + 1] = parsed(history->arena, type, intern_at(column->texts, order[i]));
        codes[order[i] + 1] = i + 1;
    }
    memory_free(order);
    intern_free(column->texts);
    column->texts = NULL;
    layout->codes[property] = codes;
    out->count = count + 1;
    for (uint32_t i = 0; i < SEGMENTS_MAX && segment_begin(i) < out->count; i++)
        out->segments[i] = values + segment_begin(i);
}

/* ---- Base and versions. ---- */

/* A number that orders versions by record and, roughly, time. */
static uint64_t version_key(const struct version_fact *fact)
{
    uint64_t coarse = 0; /* FOREVER and all before year 1 */
    if (fact->from_ms >= INSTANT_MIN) {
        int64_t from_ms = fact->from_ms < INSTANT_MAX ? fact->from_ms : INSTANT_MAX;
        coarse = (uint64_t)((from_ms - INSTANT_MIN) >> COARSE_BITS) + 1;
    }
    return (uint64_t)fact->record << 32 | coarse;
}

/* Of one record and roughly one time: by time, then by what decides between facts of one
 * instant, the greatest last. */
static bool version_before(const void *context, const struct keyed *a, const struct keyed *b)
{
    const struct layout *layout = context;
    const struct version_fact *left = (const struct version_fact *)(uintptr_t)a->value;
    const struct version_fact *right = (const struct version_fact *)(uintptr_t)b->value;
    if (left->from_ms != right->from_ms) return left->from_ms < right->from_ms;
    const struct intern *ids = layout->builder->fact_ids;
    int order = left->fact_id == right->fact_id
                    ? 0
                    : str_compare(intern_at(ids, left->fact_id), intern_at(ids, right->fact_id));
    return order != 0 ? order < 0 : left->code < right->code;
}

static bool same_instant(const struct version_fact *a, const struct version_fact *b)
{
    return a->record == b->record && a->from_ms == b->from_ms;
}

/* Sort the facts and keep, of each record and instant, the one that holds. */
static void settle_versions(struct layout *layout, struct column_stage *column)
{
    uint64_t count = column->version_count;
    struct keyed *items = memory_resize(NULL, count, sizeof *items);
    for (uint64_t i = 0; i < count; i++)
        items[i] = (struct keyed){version_key(&column->versions[i]), (uint64_t)(uintptr_t)&column->versions[i], 0};
    layout->sorter.before = version_before;
    layout->sorter.context = layout;
    key_sort(&layout->sorter, items, count);
    struct version_fact *settled = memory_resize(NULL, count, sizeof *settled);
    uint64_t kept = 0;
    for (uint64_t i = 0; i < count; i++) {
        const struct version_fact *fact = (const struct version_fact *)(uintptr_t)items[i].value;
        if (kept > 0 && same_instant(fact, &settled[kept - 1])) kept--;
        settled[kept++] = *fact;
    }
    memory_free(items);
    memory_free(column->versions);
    column->versions = settled;
    column->version_count = kept;
}

/* Facts in terms of final records and codes. */
static void translate(struct column_stage *column, const uint32_t *named, const uint32_t *codes)
{
    for (uint64_t i = 0; i < column->base_count; i++) {
        column->base[i].record = named[column->base[i].record];
        column->base[i].code = codes[column->base[i].code];
    }
    for (uint64_t i = 0; i < column->version_count; i++) {
        column->versions[i].record = named[column->versions[i].record];
        column->versions[i].code = codes[column->versions[i].code];
    }
}

static void base_to_versions(struct column_stage *column)
{
    uint64_t count = column->version_count + column->base_count;
    column->versions = memory_resize(column->versions, count, sizeof *column->versions);
    for (uint64_t i = 0; i < column->base_count; i++)
        column->versions[column->version_count++] =
            (struct version_fact){.from_ms = FOREVER, .record = column->base[i].record, .code = column->base[i].code};
    column->base_count = 0;
}

static void fill_base(const struct column_stage *column, uint32_t records, struct property_column *out)
{
    out->base = memory_array(records, sizeof *out->base);
    for (uint64_t i = 0; i < column->base_count; i++) {
        uint32_t *code = &out->base[column->base[i].record];
        if (column->base[i].code > *code) *code = column->base[i].code;
    }
}

/* Settled facts to versions; those at FOREVER to the base, or to the first instant. */
static void fill_versions(const struct column_stage *column, struct property_column *out)
{
    const struct version_fact *facts = column->versions;
    out->versions = memory_resize(NULL, column->version_count, sizeof *out->versions);
    for (uint64_t i = 0; i < column->version_count; i++) {
        struct version version = {.record = facts[i].record, .code = facts[i].code, .from_ms = facts[i].from_ms};
        if (version.from_ms == FOREVER && out->base != NULL) {
            out->base[version.record] = version.code;
            continue;
        }
        if (version.from_ms == FOREVER) {
            bool hidden = i + 1 < column->version_count && facts[i + 1].record == version.record &&
                          facts[i + 1].from_ms <= INSTANT_MIN;
            if (hidden) continue; /* nobody asks about an instant before year 1 */
            version.from_ms = INSTANT_MIN;
        }
        out->versions[out->version_count++] = version;
    }
    out->versions = memory_resize(out->versions, out->version_count, sizeof *out->versions);
}

static void layout_column(struct layout *layout, uint32_t property, struct column_stage *column)
{
    const struct record_table *records = &layout->history->records[column->entity];
    struct property_column *out = &layout->history->properties[property];
    layout_dictionary(layout, property, column, &out->values);
    translate(column, records->named, layout->codes[property]);
    uint64_t forever = column->base_count + column->forever_count;
    if (forever > 0 && records->count > SPARSE_RECORDS && forever < records->count / SPARSE_SHARE)
        base_to_versions(column);
    else if (forever > 0) fill_base(column, records->count, out);
    memory_free(column->base);
    column->base = NULL;
    if (column->version_count > 0) {
        settle_versions(layout, column);
        fill_versions(column, out);
    }
    memory_free(column->versions);
    column->versions = NULL;
    memory_free(layout->codes[property]);
    layout->codes[property] = NULL;
}

void layout_properties(struct layout *layout)
{
    struct history_builder *builder = layout->builder;
    struct history *history = layout->history;
    for (uint32_t i = 0; i < history->property_count; i++) {
        struct column_stage *column = i < builder->column_count ? &builder->columns[i] : NULL;
        if (column == NULL || column->texts == NULL) {
            catalog_resolve(history->catalog, i, TYPE_OPEN);
        } else if (column->entity == ENTITY_EVENT) {
            layout_dictionary(layout, i, column, &history->event_properties[i].values);
        } else {
            layout_column(layout, i, column);
        }
    }
}

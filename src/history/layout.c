/* layout.c — from what was staged to a history: the steps in their order.
 *
 * Each step replaces something that depends on the order of arrival by something that
 * does not: temporary numbers by the order of ids, staged codes by the order of texts,
 * provisional classes by the order of their content, and frees what it replaced. */
// SPDX-License-Identifier: Apache-2.0
#include "history/builder_internal.h"

static const bool *seen_properties(const struct history_builder *builder, uint32_t count)
{
    bool *seen = ARENA_ARRAY(catalog_arena(builder->catalog), bool, count);
    for (uint32_t i = 0; i < count && i < builder->column_count; i++)
        seen[i] = builder->columns[i].texts != NULL && intern_count(builder->columns[i].texts) > 0;
    return seen;
}

static struct history *new_history(struct catalog *catalog)
{
    struct history *history = memory_alloc(sizeof *history);
    history->catalog = catalog;
    history->arena = arena_new();
    history->property_count = catalog_count(catalog);
    history->properties = ARENA_ARRAY(history->arena, struct property_column, history->property_count);
    history->event_properties = ARENA_ARRAY(history->arena, struct event_column, history->property_count);
    return history;
}

static void release(struct layout *layout)
{
    for (uint32_t i = 0; i < layout->history->property_count; i++) memory_free(layout->codes[i]);
    memory_free(layout->codes);
    memory_free(layout->name_rank);
    memory_free(layout->demoted);
    memory_free(layout->class_of);
    memory_free(layout->tail_of);
    memory_free(layout->class_ids);
    tuple_set_release(&layout->tuples);
    key_sorter_release(&layout->sorter);
}

struct history *history_builder_finish(struct history_builder *builder, const bool **seen)
{
    struct history *history = new_history(builder->catalog);
    if (seen != NULL) *seen = seen_properties(builder, history->property_count);
    struct layout layout = {
        .builder = builder,
        .history = history,
        .codes = memory_array(history->property_count, sizeof *layout.codes),
    };
    layout_records(&layout);
    layout_edges(&layout);
    layout_properties(&layout);
    layout_classes(&layout);
    layout_events(&layout);
    release(&layout);
    builder_empty(builder);
    return history;
}

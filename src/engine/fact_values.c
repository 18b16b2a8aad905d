/* fact_values.c — a list with an open hash table over its names.
 *
 * Invariant: at most a quarter of the slots is taken, so a search always meets a free one. A client chooses the
 * names, and could choose them to collide: FACT_VALUES_MAX bounds what that costs. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/fact_values.h"

#include <string.h>

#include "engine/flatten.h"

#define FIRST_CAPACITY 16
#define SLOTS_PER_VALUE 4

struct fact_values fact_values_new(struct arena *arena)
{
    return (struct fact_values){.arena = arena};
}

/* The slot that holds the name, or the free one where it belongs. */
static uint16_t *slot_of(const struct fact_values *values, struct str name)
{
    size_t mask = (size_t)values->capacity * SLOTS_PER_VALUE - 1; /* a power of two, less one */
    size_t i = (size_t)str_hash(name, 0) & mask;
    while (values->slots[i] != 0 && !str_equal(values->at[values->slots[i] - 1].name, name)) i = (i + 1) & mask;
    return &values->slots[i];
}

static void grow(struct fact_values *values)
{
    const struct fact_value *former = values->at;
    values->capacity = values->capacity == 0 ? FIRST_CAPACITY : values->capacity * 2;
    values->at = ARENA_ARRAY(values->arena, struct fact_value, values->capacity);
    values->slots = ARENA_ARRAY(values->arena, uint16_t, (size_t)values->capacity * SLOTS_PER_VALUE);
    if (values->count > 0) memcpy(values->at, former, values->count * sizeof(*former));
    for (uint32_t i = 0; i < values->count; i++) *slot_of(values, values->at[i].name) = (uint16_t)(i + 1);
}

/* The value of a name, added empty when new; NULL when there is no room. */
static struct fact_value *value_of(struct fact_values *values, struct str name)
{
    if (values->count == values->capacity) grow(values);
    uint16_t *slot = slot_of(values, name);
    if (*slot != 0) return &values->at[*slot - 1];
    if (values->count == FACT_VALUES_MAX) {
        values->too_many = true;
        return NULL;
    }
    values->at[values->count] = (struct fact_value){.name = name};
    *slot = (uint16_t)++values->count;
    return &values->at[values->count - 1];
}

void fact_values_set(struct fact_values *values, struct str name, struct str text)
{
    struct fact_value *value = value_of(values, name);
    if (value != NULL) value->text = text;
}

void fact_values_set_missing(struct fact_values *values, struct str name, struct str text)
{
    if (text.len == 0) return;
    struct fact_value *value = value_of(values, name);
    if (value != NULL && value->text.len == 0) value->text = text;
}

static void set_visited(void *context, struct str name, struct str text)
{
    fact_values_set(context, name, text);
}

void fact_values_add(struct fact_values *values, const struct json_item *object)
{
    if (!flatten(object, values->arena, set_visited, values)) values->name_too_long = true;
}

void fact_values_drop_empty(struct fact_values *values)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < values->count; i++)
        if (values->at[i].text.len > 0) values->at[kept++] = values->at[i];
    values->count = kept;
}

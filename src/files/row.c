/* row.c — collecting a row's values, of columns and of JSON. */
// SPDX-License-Identifier: Apache-2.0
#include "files/row.h"

#include <string.h>

#include "base/intern.h"
#include "engine/flatten.h"

void row_init(struct row *row, const struct catalog *catalog)
{
    *row = (struct row){.arena = arena_new(), .property_count = catalog_count(catalog)};
    row->place = memory_array(row->property_count + 1, sizeof(uint32_t));
}

void row_release(struct row *row)
{
    arena_free(row->arena);
    memory_free(row->values);
    memory_free(row->place);
    *row = (struct row){0};
}

void row_clear(struct row *row)
{
    for (uint32_t i = 0; i < row->value_count; i++) row->place[row->values[i].property] = 0;
    row->value_count = 0;
    memset(row->role, 0, sizeof(row->role));
    arena_reset(row->arena);
}

void row_append(struct row *row, uint32_t property, struct str text)
{
    if (row->value_count == row->capacity) {
        row->capacity = row->capacity == 0 ? 16 : row->capacity * 2;
        row->values = memory_resize(row->values, row->capacity, sizeof(struct event_property));
    }
    row->values[row->value_count++] = (struct event_property){.property = property, .text = text};
}

/* The catalog has grown since row_init. */
static void widen(struct row *row, uint32_t property)
{
    uint32_t count = property < 2 * row->property_count ? 2 * row->property_count : property + 1;
    row->place = memory_resize(row->place, (size_t)count + 1, sizeof(uint32_t));
    memset(row->place + row->property_count + 1, 0, (count - row->property_count) * sizeof(uint32_t));
    row->property_count = count;
}

void row_set(struct row *row, uint32_t property, struct str text)
{
    if (property >= row->property_count) widen(row, property);
    uint32_t place = row->place[property];
    if (place > 0) {
        row->values[place - 1].text = text;
        return;
    }
    row_append(row, property, text);
    row->place[property] = row->value_count;
}

#define WITHIN "properties."
#define RANK_WITHIN 4 /* a role's text within `properties` gives way to one beside it */

struct naming {
    struct row *row;
    struct names *names;
    size_t place; /* how many names came before */
    bool unwraps; /* `properties` of a record */
};

static void add_value(void *context, struct str path, struct str text)
{
    struct naming *n = context;
    bool within = n->unwraps && str_starts_with(path, STR(WITHIN));
    if (within) path = (struct str){path.at + strlen(WITHIN), path.len - strlen(WITHIN)};
    const struct name *name = names_get_at(n->names, n->place++, path);
    uint32_t rank = name->rank + (within ? RANK_WITHIN : 0);
    bool reserved = name->reserved && name->rank == 0;
    if (name->property != INTERN_NONE && !reserved) row_set(n->row, name->property, text);
    if (name->role == ROLE_NONE) return;
    bool first = n->row->role[name->role].at == NULL;
    if (!first && rank > n->row->rank[name->role]) return;
    n->row->role[name->role] = text.at == NULL ? STR("") : text;
    n->row->rank[name->role] = rank;
}

/* A name longer than a property's can be is nobody's. */
void row_add_json(struct row *row, struct names *names, const struct json_item *object)
{
    struct naming n = {.row = row, .names = names, .unwraps = names_entity(names) != ENTITY_EVENT};
    (void)flatten(object, row->arena, add_value, &n);
}

void row_add_fact_values(struct row *row, struct names *names, const struct fact_value *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct name *name = names_get_at(names, i, values[i].name);
        if (name->property != INTERN_NONE) row_set(row, name->property, values[i].text);
    }
}

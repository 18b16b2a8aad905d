/* row.c — collecting a row's values, and flattening JSON into them. */
// SPDX-License-Identifier: Apache-2.0
#include "app/row.h"

#include <string.h>

#include "base/intern.h"

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

void row_set(struct row *row, uint32_t property, struct str text)
{
    INVARIANT(property < row->property_count);
    uint32_t place = row->place[property];
    if (place > 0) {
        row->values[place - 1].text = text;
        return;
    }
    row_append(row, property, text);
    row->place[property] = row->value_count;
}

/* The texts of an array's scalars, joined; false when it holds something else. */
static bool join_array(struct arena *arena, const struct json_item *array, struct str *out)
{
    size_t bytes = 0;
    for (const struct json_item *c = json_first(array); c != NULL; c = json_next(array, c)) {
        if (c->kind == JSON_ARRAY || c->kind == JSON_OBJECT) return false;
        bytes += c->text.len + 1;
    }
    char *text = arena_alloc(arena, bytes);
    size_t len = 0;
    for (const struct json_item *c = json_first(array); c != NULL; c = json_next(array, c)) {
        if (c->kind == JSON_NULL || c->text.len == 0) continue;
        if (len > 0) text[len++] = ';';
        memcpy(text + len, c->text.at, c->text.len);
        len += c->text.len;
    }
    *out = (struct str){text, len};
    return true;
}

struct flattening {
    struct row *row;
    struct names *names;
    bool with_roles;
    size_t place; /* how many names came before */
    size_t path_len;
    char path[PROPERTY_NAME_MAX + 1]; /* "outer." of the object that is read */
};

static void add_value(struct flattening *f, struct str path, struct str text)
{
    const struct name *name = names_get_at(f->names, f->place++, path);
    bool reserved = f->with_roles && name->reserved && name->rank == 0;
    if (name->property != INTERN_NONE && !reserved) row_set(f->row, name->property, text);
    if (!f->with_roles || name->role == ROLE_NONE) return;
    bool first = f->row->role[name->role].at == NULL;
    if (!first && name->rank > f->row->rank[name->role]) return;
    f->row->role[name->role] = text.at == NULL ? STR("") : text;
    f->row->rank[name->role] = name->rank;
}

/* JSON_DEPTH_MAX bounds the recursion. A path longer than a property's name can be is nobody's. */
static void add_members(struct flattening *f, const struct json_item *object)
{
    size_t outer = f->path_len;
    for (const struct json_item *member = json_first(object); member != NULL; member = json_next(object, member)) {
        struct str path = str_trim(member->key);
        if (outer + path.len > PROPERTY_NAME_MAX) continue;
        if (outer > 0 || member->kind == JSON_OBJECT) {
            memcpy(f->path + outer, path.at, path.len);
            path = (struct str){f->path, outer + path.len};
        }
        if (member->kind == JSON_OBJECT) {
            f->path[path.len] = '.';
            f->path_len = path.len + 1;
            if (f->path_len <= PROPERTY_NAME_MAX) add_members(f, member);
            f->path_len = outer;
        } else if (member->kind == JSON_ARRAY) {
            struct str joined;
            if (join_array(f->row->arena, member, &joined)) add_value(f, path, joined);
        } else {
            add_value(f, path, member->kind == JSON_NULL ? STR("") : str_trim(member->text));
        }
    }
}

void row_add_json(struct row *row, struct names *names, const struct json_item *object)
{
    struct flattening f = {.row = row, .names = names, .with_roles = true};
    add_members(&f, object);
}

void row_add_json_values(struct row *row, struct names *names, const struct json_item *object)
{
    struct flattening f = {.row = row, .names = names};
    if (object == NULL || object->kind != JSON_OBJECT) return;
    add_members(&f, object);
}

/* flatten.c — walking into objects, joining arrays. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/flatten.h"

#include <string.h>

#include "core/catalog.h"

struct flattening {
    struct arena *arena;
    flatten_visitor *visit;
    void *context;
    bool all_fit;
};

struct str flatten_text(const struct json_item *item)
{
    if (item == NULL || (item->kind != JSON_STRING && item->kind != JSON_NUMBER)) return STR("");
    return str_trim(item->text);
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

/* "outer" and "inner" as "outer.inner"; without an outer name the inner one itself. */
static struct str path_of(struct arena *arena, struct str outer, struct str inner)
{
    if (outer.len == 0) return inner;
    char *text = arena_alloc(arena, outer.len + 1 + inner.len);
    memcpy(text, outer.at, outer.len);
    text[outer.len] = '.';
    memcpy(text + outer.len + 1, inner.at, inner.len);
    return (struct str){text, outer.len + 1 + inner.len};
}

/* JSON_DEPTH_MAX bounds the recursion. */
static void visit_members(struct flattening *f, const struct json_item *object, struct str outer)
{
    for (const struct json_item *member = json_first(object); member != NULL; member = json_next(object, member)) {
        struct str key = str_trim(member->key);
        if (key.len == 0) continue;
        if ((outer.len > 0 ? outer.len + 1 : 0) + key.len > PROPERTY_NAME_MAX) {
            f->all_fit = false;
            continue;
        }
        struct str path = path_of(f->arena, outer, key);
        struct str joined;
        if (member->kind == JSON_OBJECT) {
            visit_members(f, member, path);
        } else if (member->kind != JSON_ARRAY) {
            f->visit(f->context, path, member->kind == JSON_NULL ? STR("") : str_trim(member->text));
        } else if (join_array(f->arena, member, &joined)) {
            f->visit(f->context, path, joined);
        }
    }
}

bool flatten(const struct json_item *object, struct arena *arena, flatten_visitor *visit, void *context)
{
    struct flattening f = {.arena = arena, .visit = visit, .context = context, .all_fit = true};
    if (object != NULL && object->kind == JSON_OBJECT) visit_members(&f, object, STR(""));
    return f.all_fit;
}

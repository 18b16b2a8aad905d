/* schemas.c — see schemas.h. */
// SPDX-License-Identifier: Apache-2.0
#include "server/schemas.h"

#include <string.h>

#include "server/routes.h"

const struct schema_row schema_rows[] = {
#define TAKES(name, help) {SCHEMA_TAKES, name, "", help},
#define GIVES(name, help) {SCHEMA_GIVES, name, "", help},
#define FIELD(name, type, help) {SCHEMA_FIELD, name, type, help},
#include "server/schemas.def"
#include "server/schemas_past.def"
#undef TAKES
#undef GIVES
#undef FIELD
};
const size_t schema_row_count = COUNT_OF(schema_rows);

const struct example examples[] = {
#define EXAMPLE(method, path, body, status) {HTTP_##method, path, body, status},
#include "server/examples.def"
#undef EXAMPLE
};
const size_t example_count = COUNT_OF(examples);

const struct schema_row *schema_find(struct str name)
{
    for (size_t i = 0; i < schema_row_count; i++)
        if (schema_rows[i].kind != SCHEMA_FIELD && str_equal(str_from_c(schema_rows[i].name), name))
            return &schema_rows[i];
    return NULL;
}

const struct schema_row *schema_next_field(const struct schema_row *row)
{
    const struct schema_row *next = row + 1;
    return next < schema_rows + schema_row_count && next->kind == SCHEMA_FIELD ? next : NULL;
}

static bool drop_last(struct str *text, char c)
{
    if (text->len == 0 || text->at[text->len - 1] != c) return false;
    text->len--;
    return true;
}

struct schema_type schema_type_of(const struct schema_row *field)
{
    struct schema_type type = {.word = str_from_c(field->type)};
    type.nullable = drop_last(&type.word, '?');
    type.list = drop_last(&type.word, ']');
    if (type.list) type.word = (struct str){type.word.at + 1, type.word.len - 1};
    return type;
}

struct str schema_field_name(const struct schema_row *field, bool *optional)
{
    struct str name = str_from_c(field->name);
    *optional = drop_last(&name, '?');
    return name;
}

struct str example_body(const struct example *example, struct arena *arena)
{
    struct str body = str_from_c(example->body);
    char *out = ARENA_ARRAY(arena, char, body.len + 1);
    for (size_t i = 0; i < body.len; i++) out[i] = example->body[i] == '\'' ? '"' : example->body[i];
    return (struct str){out, body.len};
}

/* Segments in order; one in braces stands for any. */
static bool has_pattern(struct str path, struct str pattern)
{
    while (path.len > 0 && pattern.len > 0) {
        struct str segment = str_cut(&path, '/'), wanted = str_cut(&pattern, '/');
        bool any = wanted.len > 0 && wanted.at[0] == '{';
        if (any ? segment.len == 0 : !str_equal(segment, wanted)) return false;
    }
    return path.len == 0 && pattern.len == 0;
}

bool example_is_of(const struct example *example, const struct endpoint *endpoint)
{
    struct str rest = str_from_c(example->path), path = str_cut(&rest, '?');
    if (example->method != endpoint->method || !has_pattern(path, str_from_c(endpoint->pattern))) return false;
    for (size_t i = 0; i < endpoint_count; i++) /* a written segment goes before a parameter */
        if (&endpoints[i] != endpoint && endpoints[i].method == example->method &&
            strchr(endpoints[i].pattern, '{') == NULL && has_pattern(path, str_from_c(endpoints[i].pattern)))
            return false;
    return true;
}

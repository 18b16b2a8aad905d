/* names.c — see names.h. */
// SPDX-License-Identifier: Apache-2.0
#include "server/names.h"

#include "core/nearest.h"
#include "server/routes.h"
#include "server/schemas.h"

#define NAMES_MAX 64
#define LIST_BYTES_MAX ((size_t)4096)

struct names {
    const char *at[NAMES_MAX + 1]; /* NULL behind the last */
    size_t count;
};

static void add(struct names *names, struct arena *arena, struct str name)
{
    INVARIANT(names->count < NAMES_MAX);
    names->at[names->count++] = arena_format(arena, STR_FMT, STR_ARG(name)).at;
}

static bool has(const struct names *names, struct str name)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_equal(name, str_from_c(names->at[i]))) return true;
    return false;
}

static bool refuse(struct request *request, const char *code, const struct names *names, struct str name)
{
    AUTO_BUF list = BUF_INIT(LIST_BYTES_MAX);
    const char *near = nearest(name, names->at);
    if (near != NULL) buf_format(&list, "did you mean '%s'?", near);
    else buf_append_c(&list, names->count == 0 ? "there may be none" : "there may be: ");
    for (size_t i = 0; i < names->count && near == NULL; i++)
        buf_format(&list, "%s%s", i > 0 ? ", " : "", names->at[i]);
    http_problem(request->exchange, 400, code, name, "'" STR_FMT "' is not known here; " STR_FMT, STR_ARG(name),
                 STR_ARG(buf_str(&list)));
    return false;
}

bool names_of_query_are_known(struct request *request)
{
    struct names names = {0};
    struct str rest = str_from_c(request->endpoint->query), name;
    if (!str_starts_with(str_from_c(request->endpoint->pattern), STR("/api/v1/"))) return true;
    if (http_query_name(request->exchange, 0).at == NULL) return true;
    while (rest.len > 0) add(&names, request->arena, str_cut(&rest, ' '));
    for (size_t i = 0; (name = http_query_name(request->exchange, i)).at != NULL; i++)
        if (!has(&names, name)) return refuse(request, "unknown_parameter", &names, name);
    return true;
}

struct str names_unknown_member(struct str schema, const struct json_item *object)
{
    const struct schema_row *whole = schema_find(schema);
    for (const struct json_item *member = json_first(object); member != NULL; member = json_next(object, member)) {
        const struct schema_row *field = whole;
        bool optional, known = false;
        while (!known && (field = schema_next_field(field)) != NULL)
            known = str_equal(schema_field_name(field, &optional), member->key);
        if (!known) return member->key;
    }
    return (struct str){NULL, 0};
}

bool names_of_body_are_known(struct request *request, const struct json_item *body)
{
    struct names names = {0};
    const struct schema_row *field = schema_find(str_from_c(request->endpoint->takes));
    if (field == NULL) return true;
    while ((field = schema_next_field(field)) != NULL) {
        bool optional;
        add(&names, request->arena, schema_field_name(field, &optional));
    }
    struct str unknown = names_unknown_member(str_from_c(request->endpoint->takes), body);
    return unknown.at == NULL || refuse(request, "unknown_member", &names, unknown);
}

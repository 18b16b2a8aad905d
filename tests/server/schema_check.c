/* schema_check.c — see schema_check.h. */
// SPDX-License-Identifier: Apache-2.0
#include "schema_check.h"

#include "base/arena.h"
#include "base/instant.h"
#include "harness.h"

struct checking {
    const struct json_item *document;
    struct arena *arena;
    struct buf *why;
};

static const struct json_item *find_schema(const struct checking *c, struct str name)
{
    const struct json_item *schemas = json_member(json_member(c->document, STR("components")), STR("schemas"));
    const struct json_item *schema = json_member(schemas, name);
    if (schema == NULL) FAIL("the document has no schema " STR_FMT, STR_ARG(name));
    return schema;
}

static bool is_of_type(const struct json_item *value, struct str type)
{
    int64_t whole;
    if (str_equal(type, STR("null"))) return value->kind == JSON_NULL;
    if (str_equal(type, STR("boolean"))) return value->kind == JSON_BOOL;
    if (str_equal(type, STR("string"))) return value->kind == JSON_STRING;
    if (str_equal(type, STR("array"))) return value->kind == JSON_ARRAY;
    if (str_equal(type, STR("object"))) return value->kind == JSON_OBJECT;
    if (str_equal(type, STR("number"))) return value->kind == JSON_NUMBER;
    if (str_equal(type, STR("integer"))) return value->kind == JSON_NUMBER && str_to_i64(value->text, &whole);
    FAIL("an unknown type " STR_FMT, STR_ARG(type));
}

static bool has_type(const struct json_item *value, const struct json_item *type)
{
    if (type->kind == JSON_STRING) return is_of_type(value, type->text);
    for (const struct json_item *one = json_first(type); one != NULL; one = json_next(type, one))
        if (is_of_type(value, one->text)) return true;
    return false;
}

static void complain(const struct checking *c, struct str path, const char *what, struct str which)
{
    buf_format(c->why, STR_FMT ": %s " STR_FMT "\n", STR_ARG(path), what, STR_ARG(which));
}

static void check(const struct checking *c, const struct json_item *schema, const struct json_item *value,
                  struct str path);

static void check_members(const struct checking *c, const struct json_item *schema, const struct json_item *value,
                          struct str path)
{
    const struct json_item *properties = json_member(schema, STR("properties"));
    const struct json_item *required = json_member(schema, STR("required"));
    const struct json_item *more = json_member(schema, STR("additionalProperties"));
    for (const struct json_item *name = required != NULL ? json_first(required) : NULL; name != NULL;
         name = json_next(required, name))
        if (json_member(value, name->text) == NULL) complain(c, path, "lacks", name->text);
    for (const struct json_item *member = json_first(value); member != NULL; member = json_next(value, member)) {
        const struct json_item *known = properties != NULL ? json_member(properties, member->key) : NULL;
        if (known != NULL)
            check(c, known, member, arena_format(c->arena, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(member->key)));
        else if (more != NULL && !more->boolean) complain(c, path, "has the undocumented", member->key);
    }
}

static void check(const struct checking *c, const struct json_item *schema, const struct json_item *value,
                  struct str path)
{
    static const struct str prefix = STR_INIT("#/components/schemas/");
    static const char *const known[] = {"$ref",       "type",  "description",          "format",
                                        "properties", "items", "additionalProperties", "required"};
    for (const struct json_item *keyword = json_first(schema); keyword != NULL; keyword = json_next(schema, keyword)) {
        bool is_known = false;
        for (size_t i = 0; i < COUNT_OF(known); i++) is_known |= str_equal(keyword->key, str_from_c(known[i]));
        if (!is_known) FAIL("the checker does not know '" STR_FMT "'", STR_ARG(keyword->key));
    }
    struct str reference = json_member_text(schema, STR("$ref"));
    if (reference.len > 0) {
        CHECK_TRUE(str_starts_with(reference, prefix));
        check(c, find_schema(c, (struct str){reference.at + prefix.len, reference.len - prefix.len}), value, path);
        return;
    }
    const struct json_item *type = json_member(schema, STR("type")), *items = json_member(schema, STR("items"));
    if (type != NULL && !has_type(value, type)) {
        complain(c, path, "is not of the promised type:", value->text);
        return;
    }
    int64_t at_ms;
    if (str_equal(json_member_text(schema, STR("format")), STR("date-time")) && value->kind == JSON_STRING &&
        !instant_parse(value->text, &at_ms))
        complain(c, path, "is no instant:", value->text);
    if (value->kind == JSON_OBJECT) check_members(c, schema, value, path);
    uint32_t index = 0;
    for (const struct json_item *one = value->kind == JSON_ARRAY ? json_first(value) : NULL;
         one != NULL && items != NULL; one = json_next(value, one))
        check(c, items, one, arena_format(c->arena, STR_FMT "[%u]", STR_ARG(path), index++));
}

void schema_check(const struct json_item *document, struct str schema, const struct json_item *value, struct buf *why)
{
    AUTO_ARENA arena = arena_new();
    struct checking c = {document, arena, why};
    check(&c, find_schema(&c, schema), value, STR("$"));
}

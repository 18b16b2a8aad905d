/* api_catalog.c — what is known of properties, what somebody says of them, and what they were over time. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <string.h>

#include "report/value_json.h"
#include "server/api.h"
#include "server/api_json.h"

#define OPTIONS_BYTES_MAX ((size_t)1024 * 1024)

static bool entity_named(struct str name, enum entity *out)
{
    *out = ENTITY_EVENT;
    return str_equal(name, STR("event")) || str_equal(name, STR("events")) || api_object_named(name, out);
}

static void write_property(struct json_writer *writer, const struct property *property)
{
    json_begin_object(writer);
    api_write_text(writer, "object", str_from_c(entity_name(property->entity)));
    api_write_text(writer, "name", property->name);
    json_key(writer, "type");
    if (property->type == TYPE_OPEN) json_null(writer);
    else json_string(writer, str_from_c(type_name(property->type)));
    json_key(writer, "declared");
    json_bool(writer, property->declared);
    json_key(writer, "options");
    json_begin_array(writer);
    for (uint32_t i = 0; i < property->option_count; i++) json_string(writer, property->options[i]);
    json_end_array(writer);
    json_end_object(writer);
}

void api_property_index(struct request *request)
{
    struct catalog *catalog = engine_catalog(request->server->engine);
    struct str wanted = http_query(request->exchange, "object");
    enum entity entity = ENTITY_EVENT;
    if (wanted.at != NULL && !entity_named(wanted, &entity)) {
        api_refuse(request, 400, "bad_query", STR("object"), "object is contact, company, deal or event");
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    uint32_t count = catalog_count(catalog);
    for (uint32_t p = 0; p < count; p++) {
        const struct property *property = catalog_at(catalog, p);
        if (catalog_is_reserved(property->entity, property->name)) continue; /* lists have their own index */
        if (wanted.at == NULL || property->entity == entity) write_property(&writer, property);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

/* ---- Declaring. ---- */

static bool read_options(struct request *request, const struct json_item *body, struct str *out)
{
    const struct json_item *options = json_member(body, STR("options"));
    if (options == NULL || options->kind == JSON_NULL) return true;
    if (options->kind != JSON_ARRAY)
        return api_refuse(request, 400, "wrong_type", STR("options"), "options are a list of texts");
    AUTO_BUF text = BUF_INIT(OPTIONS_BYTES_MAX);
    for (const struct json_item *one = json_first(options); one != NULL; one = json_next(options, one)) {
        struct str option = one->kind == JSON_STRING ? str_trim(one->text) : STR("");
        if (option.len == 0 || memchr(option.at, ';', option.len) != NULL)
            return api_refuse(request, 400, "wrong_type", STR("options"),
                              "an option is a text that is not empty and has no semicolon");
        if (text.len > 0) buf_append_char(&text, ';');
        buf_append(&text, option);
    }
    if (text.failed)
        return api_refuse(request, 413, "too_big", STR("options"), "options of more than %zu bytes", OPTIONS_BYTES_MAX);
    *out = arena_str(request->arena, buf_str(&text));
    return true;
}

static bool read_declaration(struct request *request, struct declaration *out)
{
    const struct json_item *body;
    struct str type = {0};
    *out = (struct declaration){.name = request_path(request, "name"), .actor = request->actor->text};
    if (!entity_named(request_path(request, "object"), &out->entity))
        return api_refuse(request, 404, "not_found", STR("object"), "object is contact, company, deal or event");
    if (!api_body(request, &body) || !api_member_text(request, body, "type", &type) ||
        !api_member_flag(request, body, "force", &out->force) || !read_options(request, body, &out->options))
        return false;
    if (!type_from_name(type, &out->type))
        return api_refuse(request, 400, "wrong_type", STR("type"),
                          "type is boolean, number, date, datetime, string, enumeration or set");
    return true;
}

/* A property is declared once by POST, and changed by PATCH. */
static bool check_known(struct request *request, const struct declaration *declaration)
{
    struct catalog *catalog = engine_catalog(request->server->engine);
    uint32_t property = catalog_find(catalog, declaration->entity, declaration->name);
    if (request->endpoint->method == HTTP_PATCH && property == INTERN_NONE)
        return api_refuse(request, 404, "not_found", STR("name"), "no %s has a property '" STR_FMT "'",
                          entity_name(declaration->entity), STR_ARG(declaration->name));
    if (request->endpoint->method == HTTP_POST && property != INTERN_NONE && catalog_at(catalog, property)->declared)
        return api_refuse(request, 409, "exists", STR("name"), "it is declared already; change it by PATCH");
    return true;
}

void api_property_declare(struct request *request)
{
    struct engine *engine = request->server->engine;
    struct declaration declaration;
    struct err_info why = {0};
    uint32_t contradicting = 0;
    if (!read_declaration(request, &declaration) || !check_known(request, &declaration)) return;
    enum err e = engine_declare(engine, &declaration, &contradicting, &why);
    if (e == ERR_CONFLICT) {
        api_refuse(request, 409, "values_contradict", STR("type"), "%s%s", why.msg,
                   declaration.entity == ENTITY_EVENT ? "" : "; send \"force\": true to declare it all the same");
        return;
    }
    if (e != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    uint32_t property = catalog_find(engine_catalog(engine), declaration.entity, declaration.name);
    json_begin_object(&writer);
    json_key(&writer, "property");
    write_property(&writer, catalog_at(engine_catalog(engine), property));
    api_write_count(&writer, "contradicting", contradicting);
    json_end_object(&writer);
    request_answer(request, request->endpoint->method == HTTP_POST ? 201 : 200, &json);
}

/* ---- Over time. ---- */

void api_property_history(struct request *request)
{
    const struct history *history = engine_history(request->server->engine);
    enum entity object;
    uint32_t record;
    uint64_t limit, after;
    if (!api_find_path(request, &object, &record) ||
        !request_query_number(request, "limit", 1, API_PAGE_MAX, API_PAGE_DEFAULT, &limit) ||
        !request_query_number(request, "after", 0, UINT32_MAX, 0, &after))
        return;
    struct str name = request_path(request, "name");
    uint32_t property = catalog_find(history_catalog(history), object, name);
    if (property == INTERN_NONE) {
        api_refuse(request, 404, "not_found", STR("name"), "no %s has a property '" STR_FMT "'", entity_name(object),
                   STR_ARG(name));
        return;
    }
    struct dated_value *values = ARENA_ARRAY(request->arena, struct dated_value, limit + 1);
    uint32_t count = history_versions(history, property, record, (uint32_t)after, (uint32_t)limit + 1, values);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (uint32_t i = 0; i < count && i < limit; i++)
        api_write_dated(&writer, &values[i], catalog_at(history_catalog(history), property));
    json_end_array(&writer);
    json_key(&writer, "next");
    if (count > limit) json_string(&writer, arena_format(request->arena, "%" PRIu64, after + limit));
    else json_null(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

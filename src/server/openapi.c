/* openapi.c — routes.def, schemas.def and examples.def as one OpenAPI document.
 *
 * A path of the document gathers all endpoints of one pattern. Answers are told as 2XX and, for whatever else, as a
 * problem: each status has its meaning from HTTP and nothing to add to it. */
// SPDX-License-Identifier: Apache-2.0
#include "server/openapi.h"

#include <ctype.h>
#include <string.h>

#include "server/pages.h"
#include "server/request.h"
#include "server/routes.h"
#include "server/schemas.h"

#define DOCUMENT_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define NAME_BYTES 256

const char *openapi_method(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET",     [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",       [HTTP_PUT] = "PUT",
        [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS", [HTTP_OTHER] = "OTHER"};
    return names[method];
}

const char *openapi_query_help(struct str name)
{
    static const struct {
        const char *name, *help;
    } known[] = {
        {"limit", "how many at most"},
        {"score", "of this score alone"},
        {"band", "who entered this band alone; of an agreement: from which band on the score says yes"},
        {"priority", "very high, high, medium or low"},
        {"writeKey", "a write key, when not sent by Basic auth"},
        {"email", "who, by e-mail address"},
        {"userId", "who, as your own system knows them"},
        {"anonymousId", "who, as the browser knows them"},
        {"messageId", "the same twice is one event"},
        {"campaign", "what the letter belongs to"},
        {"after", "what the page before told as next"},
        {"as_of", "an instant: as everything stood then"},
        {"explain", "true: with every reason"},
        {"archived", "true: those that were put away"},
        {"erase", "true: for good; admins only"},
        {"from", "an instant, or a version"},
        {"to", "an instant, or a version"},
        {"step", "seconds from point to point, a day when absent"},
        {"object", "contact, company, deal or event"},
        {"kind", "contacts, companies, deals or events"},
        {"id", "the column of the ids when it is not id"},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_equal(name, str_from_c(known[i].name))) return known[i].help;
    return "";
}

const char *openapi_who_may(const struct endpoint *endpoint)
{
    if (endpoint->permission == PERM_PUBLIC) return "anybody";
    if (endpoint->permission == PERM_SIGNED_IN) return "whoever is signed in";
    if (endpoint->permission == PERM_WRITE_KEY) return "whoever has a write key";
    return permission_help((enum permission)endpoint->permission);
}

static void write_member(struct json_writer *writer, const char *key, const char *text)
{
    json_key(writer, key);
    json_string(writer, str_from_c(text));
}

/* ---- Schemas. ---- */

static void write_word_members(struct json_writer *writer, struct str word, bool nullable)
{
    static const struct {
        const char *word, *type, *format;
    } words[] = {{"text", "string", NULL},  {"int", "integer", NULL},           {"number", "number", NULL},
                 {"flag", "boolean", NULL}, {"instant", "string", "date-time"}, {"object", "object", NULL}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!str_equal(word, str_from_c(words[i].word))) continue;
        json_key(writer, "type");
        if (nullable) json_begin_array(writer);
        json_string(writer, str_from_c(words[i].type));
        if (nullable) json_string(writer, STR("null"));
        if (nullable) json_end_array(writer);
        if (words[i].format != NULL) write_member(writer, "format", words[i].format);
        return;
    }
    if (str_equal(word, STR("any"))) return;
    AUTO_BUF reference = BUF_INIT(NAME_BYTES);
    buf_append_c(&reference, "#/components/schemas/");
    buf_append(&reference, word);
    json_key(writer, "$ref");
    json_string(writer, buf_str(&reference));
}

static void write_type(struct json_writer *writer, const struct schema_row *field)
{
    struct schema_type type = schema_type_of(field);
    json_begin_object(writer);
    if (type.list) {
        write_member(writer, "type", "array");
        json_key(writer, "items");
        json_begin_object(writer);
        write_word_members(writer, type.word, false);
        json_end_object(writer);
    } else {
        write_word_members(writer, type.word, type.nullable);
    }
    write_member(writer, "description", field->help);
    json_end_object(writer);
}

static void write_field_key(struct json_writer *writer, const struct schema_row *field)
{
    bool optional;
    struct str name = schema_field_name(field, &optional);
    AUTO_BUF key = BUF_INIT(NAME_BYTES);
    buf_append(&key, name);
    buf_append_char(&key, '\0');
    json_key(writer, key.at);
}

static void write_schema(struct json_writer *writer, const struct schema_row *schema)
{
    json_key(writer, schema->name);
    json_begin_object(writer);
    write_member(writer, "type", "object");
    write_member(writer, "description", schema->help);
    json_key(writer, "properties");
    json_begin_object(writer);
    for (const struct schema_row *f = schema_next_field(schema); f != NULL; f = schema_next_field(f)) {
        write_field_key(writer, f);
        write_type(writer, f);
    }
    json_end_object(writer);
    json_key(writer, "required");
    json_begin_array(writer);
    for (const struct schema_row *f = schema_next_field(schema); f != NULL; f = schema_next_field(f)) {
        bool optional;
        struct str name = schema_field_name(f, &optional);
        if (!optional) json_string(writer, name);
    }
    json_end_array(writer);
    if (schema->kind == SCHEMA_GIVES) {
        json_key(writer, "additionalProperties");
        json_bool(writer, false);
    }
    json_end_object(writer);
}

static void write_components(struct json_writer *writer)
{
    json_key(writer, "components");
    json_begin_object(writer);
    json_key(writer, "securitySchemes");
    json_raw(writer, STR("{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
                         "\"writeKey\":{\"type\":\"http\",\"scheme\":\"basic\"},"
                         "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"plumb_session\"}}"));
    json_key(writer, "schemas");
    json_begin_object(writer);
    for (size_t i = 0; i < schema_row_count; i++)
        if (schema_rows[i].kind != SCHEMA_FIELD) write_schema(writer, &schema_rows[i]);
    json_end_object(writer);
    json_end_object(writer);
}

/* ---- Operations. ---- */

static void write_parameter(struct json_writer *writer, struct str name, bool in_path)
{
    json_begin_object(writer);
    json_key(writer, "name");
    json_string(writer, name);
    write_member(writer, "in", in_path ? "path" : "query");
    json_key(writer, "required");
    json_bool(writer, in_path);
    if (!in_path) write_member(writer, "description", openapi_query_help(name));
    else if (str_equal(name, STR("ref")))
        write_member(writer, "description", "an id, or of contacts email:..., userId:..., anonymousId:...");
    else if (str_equal(name, STR("user"))) write_member(writer, "description", "a number or an e-mail address");
    json_key(writer, "schema");
    json_raw(writer, STR("{\"type\":\"string\"}"));
    json_end_object(writer);
}

static bool is_of_api(const struct endpoint *endpoint)
{
    return str_starts_with(str_from_c(endpoint->pattern), STR("/api/v1/"));
}

/* Those that say which version was edited. */
static bool takes_if_match(const struct endpoint *endpoint)
{
    return endpoint->handle == api_definition_publish || endpoint->handle == api_definition_rollback ||
           endpoint->handle == api_draft_put || endpoint->handle == api_suggestion_create;
}

static bool gives_etag(const struct endpoint *endpoint)
{
    return endpoint->handle == api_definition_show || endpoint->handle == api_draft_show ||
           endpoint->handle == api_draft_put;
}

static void write_header_parameter(struct json_writer *writer, const char *name, const char *help)
{
    json_begin_object(writer);
    write_member(writer, "name", name);
    write_member(writer, "in", "header");
    json_key(writer, "required");
    json_bool(writer, false);
    write_member(writer, "description", help);
    json_key(writer, "schema");
    json_raw(writer, STR("{\"type\":\"string\"}"));
    json_end_object(writer);
}

static void write_parameters(struct json_writer *writer, const struct endpoint *endpoint)
{
    json_key(writer, "parameters");
    json_begin_array(writer);
    for (const char *at = strchr(endpoint->pattern, '{'); at != NULL; at = strchr(at + 1, '{'))
        write_parameter(writer, (struct str){at + 1, (size_t)(strchr(at, '}') - at) - 1}, true);
    struct str rest = str_from_c(endpoint->query);
    while (rest.len > 0) write_parameter(writer, str_cut(&rest, ' '), false);
    if (is_of_api(endpoint) && endpoint->method != HTTP_GET)
        write_header_parameter(
            writer, "Idempotency-Key",
            "sent again with the same key within a day it is answered as the first time, and not done "
            "again");
    if (takes_if_match(endpoint))
        write_header_parameter(writer, "If-Match", "the ETag of what was edited, or * to replace whatever is there");
    json_end_array(writer);
}

static void write_reference(struct json_writer *writer, const char *type, struct str schema)
{
    json_key(writer, "content");
    json_begin_object(writer);
    json_key(writer, type);
    json_begin_object(writer);
    if (schema.len > 0) {
        json_key(writer, "schema");
        json_begin_object(writer);
        write_word_members(writer, schema, false);
        json_end_object(writer);
    }
}

static void end_reference(struct json_writer *writer)
{
    json_end_object(writer);
    json_end_object(writer);
}

static void write_body(struct json_writer *writer, const struct endpoint *endpoint)
{
    bool is_type = strchr(endpoint->takes, '/') != NULL;
    if (endpoint->takes[0] == '\0') return;
    json_key(writer, "requestBody");
    json_begin_object(writer);
    json_key(writer, "required");
    json_bool(writer, true);
    write_reference(writer, is_type ? endpoint->takes : "application/json",
                    is_type ? STR("text") : str_from_c(endpoint->takes));
    for (size_t i = 0; i < example_count; i++) {
        if (examples[i].status >= 300 || !example_is_of(&examples[i], endpoint)) continue;
        AUTO_ARENA arena = arena_new();
        json_key(writer, "example");
        if (is_type) json_string(writer, str_from_c(examples[i].body));
        else json_raw(writer, example_body(&examples[i], arena));
        break;
    }
    end_reference(writer);
    json_end_object(writer);
}

static void write_problem(struct json_writer *writer, const char *status, const char *help)
{
    json_key(writer, status);
    json_begin_object(writer);
    write_member(writer, "description", help);
    write_reference(writer, "application/problem+json", STR("Problem"));
    end_reference(writer);
    json_end_object(writer);
}

static void write_responses(struct json_writer *writer, const struct endpoint *endpoint)
{
    bool is_type = strchr(endpoint->gives, '/') != NULL;
    json_key(writer, "responses");
    json_begin_object(writer);
    json_key(writer, endpoint->gives[0] == '\0' ? "204" : "2XX");
    json_begin_object(writer);
    write_member(writer, "description", "done");
    if (gives_etag(endpoint)) {
        json_key(writer, "headers");
        json_raw(writer,
                 STR("{\"ETag\":{\"description\":\"its version, for If-Match\",\"schema\":{\"type\":\"string\"}}}"));
    }
    if (endpoint->gives[0] != '\0') {
        write_reference(writer, is_type ? endpoint->gives : "application/json",
                        is_type ? STR("") : str_from_c(endpoint->gives));
        end_reference(writer);
    }
    json_end_object(writer);
    write_problem(writer, "4XX", "not done, and why");
    write_problem(writer, "5XX", "not done now, or by a mistake of ours");
    json_end_object(writer);
}

/* "get_api_v1_contacts_ref": handlers serve several paths, an operation has one name. */
static void write_operation_id(struct json_writer *writer, const struct endpoint *endpoint)
{
    AUTO_BUF id = BUF_INIT(NAME_BYTES);
    for (const char *m = openapi_method(endpoint->method); *m != '\0'; m++)
        buf_append_char(&id, (char)tolower((unsigned char)*m));
    for (const char *at = endpoint->pattern; *at != '\0'; at++) {
        if (isalnum((unsigned char)*at)) buf_append_char(&id, *at);
        else if (id.at[id.len - 1] != '_' && at[1] != '\0') buf_append_char(&id, '_');
    }
    json_key(writer, "operationId");
    json_string(writer, buf_str(&id));
}

static void write_security(struct json_writer *writer, const struct endpoint *endpoint)
{
    json_key(writer, "security");
    if (endpoint->permission == PERM_PUBLIC) json_raw(writer, STR("[]"));
    else if (endpoint->permission == PERM_WRITE_KEY) json_raw(writer, STR("[{\"writeKey\":[]},{}]"));
    else json_raw(writer, STR("[{\"token\":[]},{\"session\":[]}]"));
}

static void write_operation(struct json_writer *writer, const struct endpoint *endpoint)
{
    AUTO_BUF method = BUF_INIT(NAME_BYTES);
    for (const char *m = openapi_method(endpoint->method); *m != '\0'; m++)
        buf_append_char(&method, (char)tolower((unsigned char)*m));
    buf_append_char(&method, '\0');
    json_key(writer, method.at);
    json_begin_object(writer);
    write_operation_id(writer, endpoint);
    write_member(writer, "summary", endpoint->sentence);
    write_member(writer, "x-who-may", openapi_who_may(endpoint));
    write_security(writer, endpoint);
    write_parameters(writer, endpoint);
    write_body(writer, endpoint);
    write_responses(writer, endpoint);
    json_end_object(writer);
}

static bool is_first_of_pattern(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(endpoints[i].pattern, endpoints[index].pattern) == 0) return false;
    return true;
}

static void write_paths(struct json_writer *writer)
{
    json_key(writer, "paths");
    json_begin_object(writer);
    for (size_t i = 0; i < endpoint_count; i++) {
        if (!is_first_of_pattern(i)) continue;
        json_key(writer, endpoints[i].pattern);
        json_begin_object(writer);
        for (size_t k = i; k < endpoint_count; k++)
            if (strcmp(endpoints[k].pattern, endpoints[i].pattern) == 0) write_operation(writer, &endpoints[k]);
        json_end_object(writer);
    }
    json_end_object(writer);
}

void openapi_append_json(struct buf *out)
{
    struct json_writer writer = {.out = out};
    json_begin_object(&writer);
    write_member(&writer, "openapi", "3.1.0");
    json_key(&writer, "info");
    json_raw(&writer, STR("{\"title\":\"Plumb\",\"version\":\"1\",\"license\":{\"name\":\"Apache-2.0\",\"identifier\":"
                          "\"Apache-2.0\"}}"));
    json_key(&writer, "servers");
    json_raw(&writer, STR("[{\"url\":\"/\"}]"));
    write_paths(&writer);
    write_components(&writer);
    json_end_object(&writer);
}

/* ---- Over HTTP. ---- */

void openapi_document(struct request *request)
{
    AUTO_BUF json = BUF_INIT(DOCUMENT_BYTES_MAX);
    openapi_append_json(&json);
    request_answer(request, 200, &json);
}

void openapi_problem(struct request *request)
{
    http_set_header(request->exchange, "Location", STR("/api#Problem"));
    http_answer(request->exchange, 303, "text/html", STR(""));
}

void openapi_page(struct request *request)
{
    AUTO_BUF html = BUF_INIT(DOCUMENT_BYTES_MAX);
    openapi_append_html(&html);
    page_restrict(request);
    http_answer(request->exchange, 200, "text/html; charset=utf-8", buf_str(&html));
}

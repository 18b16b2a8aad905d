/* test_openapi.c — what the API says of itself is so. */
// SPDX-License-Identifier: Apache-2.0
#include "server/openapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_client.h"
#include "base/input.h"
#include "harness.h"
#include "schema_check.h"
#include "server/routes.h"
#include "server/schemas.h"

#define DOCUMENT_BYTES_MAX ((size_t)4 * 1024 * 1024)

/* ---- The document. ---- */

struct document {
    struct buf text;
    struct json_parser *parser;
    const struct json_item *root;
};

static void parse(struct document *document)
{
    struct err_info why = {0};
    size_t length = document->text.len;
    buf_append_repeat(&document->text, '\0', JSON_PADDING);
    document->parser = json_parser_new();
    CHECK_OK(json_parse(document->parser, (struct str){document->text.at, length}, &document->root, &why), why);
}

static void document_open(struct document *document)
{
    *document = (struct document){.text = BUF_INIT(DOCUMENT_BYTES_MAX)};
    openapi_append_json(&document->text);
    parse(document);
}

static void document_close(struct document *document)
{
    json_parser_free(document->parser);
    buf_release(&document->text);
}

TEST(every_body_that_a_route_names_is_described)
{
    for (size_t i = 0; i < endpoint_count; i++) {
        const struct endpoint *endpoint = &endpoints[i];
        bool is_type = strchr(endpoint->takes, '/') != NULL;
        if (endpoint->takes[0] != '\0' && !is_type && schema_find(str_from_c(endpoint->takes)) == NULL)
            FAIL("%s takes %s, which is in no schema", endpoint->pattern, endpoint->takes);
        is_type = strchr(endpoint->gives, '/') != NULL;
        if (endpoint->gives[0] != '\0' && !is_type && schema_find(str_from_c(endpoint->gives)) == NULL)
            FAIL("%s gives %s, which is in no schema", endpoint->pattern, endpoint->gives);
    }
}

TEST(every_type_of_a_field_is_a_word_or_a_schema)
{
    static const char *const words[] = {"text", "int", "number", "flag", "instant", "any", "object"};
    for (size_t i = 0; i < schema_row_count; i++) {
        if (schema_rows[i].kind != SCHEMA_FIELD) continue;
        struct schema_type type = schema_type_of(&schema_rows[i]);
        bool known = schema_find(type.word) != NULL;
        for (size_t w = 0; w < COUNT_OF(words); w++) known |= str_equal(type.word, str_from_c(words[w]));
        if (!known) FAIL("%s is of the unknown type %s", schema_rows[i].name, schema_rows[i].type);
    }
}

TEST(every_route_stands_in_the_document_once)
{
    struct document document;
    document_open(&document);
    const struct json_item *paths = json_member(document.root, STR("paths"));
    uint32_t operations = 0;
    for (const struct json_item *path = json_first(paths); path != NULL; path = json_next(paths, path))
        for (const struct json_item *one = json_first(path); one != NULL; one = json_next(path, one)) operations++;
    CHECK_INT(operations, endpoint_count);
    CHECK_STR(json_member_text(document.root, STR("openapi")), STR("3.1.0"));
    document_close(&document);
}

TEST(no_two_operations_have_one_name)
{
    struct document document;
    document_open(&document);
    AUTO_ARENA arena = arena_new();
    struct str *seen = ARENA_ARRAY(arena, struct str, endpoint_count);
    size_t count = 0;
    const struct json_item *paths = json_member(document.root, STR("paths"));
    for (const struct json_item *path = json_first(paths); path != NULL; path = json_next(paths, path))
        for (const struct json_item *one = json_first(path); one != NULL; one = json_next(path, one)) {
            struct str id = json_member_text(one, STR("operationId"));
            for (size_t i = 0; i < count; i++)
                if (str_equal(seen[i], id)) FAIL("two operations are called " STR_FMT, STR_ARG(id));
            seen[count++] = id;
        }
    document_close(&document);
}

/* ---- The pages. ---- */

TEST(the_page_is_in_step_with_the_tables)
{
    AUTO_BUF made = BUF_INIT(DOCUMENT_BYTES_MAX);
    AUTO_ARENA arena = arena_new();
    openapi_append_markdown(&made);
    const char *root = getenv("PLUMB_ROOT");
    const char *path = arena_format(arena, "%s/docs/api.md", root != NULL ? root : ".").at;
    if (getenv("PLUMB_WRITE_DOCS") != NULL) {
        FILE *to = fopen(path, "w");
        CHECK_TRUE(to != NULL);
        fwrite(made.at, 1, made.len, to);
        fclose(to);
    }
    struct str kept = {0};
    struct err_info why = {0};
    CHECK_OK(input_read_all(path, DOCUMENT_BYTES_MAX, arena, &kept, &why), why);
    if (!str_equal(kept, buf_str(&made)))
        FAIL("docs/api.md is not what the tables say; write it anew: PLUMB_WRITE_DOCS=1 "
             "build/tests/test_server_openapi");
}

TEST(the_page_in_a_browser_needs_nothing_from_elsewhere)
{
    AUTO_BUF html = BUF_INIT(DOCUMENT_BYTES_MAX);
    openapi_append_html(&html);
    CHECK_FALSE(html.failed);
    CHECK_CONTAINS(buf_str(&html), STR("/api/v1/contacts/{ref}"));
    CHECK_FALSE(str_contains(buf_str(&html), STR("<script")));
    CHECK_FALSE(str_contains(buf_str(&html), STR("<style"))); /* which the page's policy would block */
    CHECK_FALSE(str_contains(buf_str(&html), STR("src=")));
    CHECK_FALSE(str_contains(buf_str(&html), STR("://")));
}

/* ---- The promise. ---- */

static const struct endpoint *endpoint_of(const struct example *example)
{
    for (size_t i = 0; i < endpoint_count; i++)
        if (example_is_of(example, &endpoints[i])) return &endpoints[i];
    FAIL("%s is of no route", example->path);
}

TEST(every_request_of_the_api_has_an_example)
{
    for (size_t i = 0; i < endpoint_count; i++) {
        if (!str_starts_with(str_from_c(endpoints[i].pattern), STR("/api/v1/"))) continue;
        if (strchr(endpoints[i].gives, '/') != NULL) continue; /* a stream, a file */
        bool found = false;
        for (size_t e = 0; e < example_count; e++) found |= example_is_of(&examples[e], &endpoints[i]);
        if (!found) FAIL("%s %s has no example", openapi_method(endpoints[i].method), endpoints[i].pattern);
    }
}

/* Which schema an answer has: a refusal is a problem. */
static struct str schema_of(const struct example *example)
{
    if (example->status >= 300) return STR("Problem");
    return str_from_c(endpoint_of(example)->gives);
}

TEST(the_document_says_where_keys_of_repetition_and_etags_are_taken_and_given)
{
    struct document document;
    document_open(&document);
    const struct json_item *paths = json_member(document.root, STR("paths"));
    const struct json_item *publish =
        json_member(json_member(paths, STR("/api/v1/scores/{name}/publish")), STR("post"));
    const struct json_item *show = json_member(json_member(paths, STR("/api/v1/scores/{name}")), STR("get"));
    struct str names[3] = {{0}};
    size_t count = 0;
    const struct json_item *parameters = json_member(publish, STR("parameters"));
    for (const struct json_item *one = json_first(parameters); one != NULL && count < 3;
         one = json_next(parameters, one))
        names[count++] = json_member(one, STR("name"))->text;
    CHECK_STR(names[1], STR("Idempotency-Key"));
    CHECK_STR(names[2], STR("If-Match"));
    const struct json_item *done = json_member(json_member(show, STR("responses")), STR("2XX"));
    CHECK_TRUE(json_member(json_member(done, STR("headers")), STR("ETag")) != NULL);
    CHECK_TRUE(json_member(json_member(show, STR("responses")), STR("4XX")) != NULL);
    CHECK_INT(json_first(json_member(show, STR("parameters"))) != NULL, true);
    document_close(&document);
}

TEST(every_name_of_a_query_is_explained)
{
    for (size_t i = 0; i < endpoint_count; i++)
        for (struct str rest = str_from_c(endpoints[i].query); rest.len > 0;) {
            struct str name = str_cut(&rest, ' ');
            if (openapi_query_help(name)[0] == '\0')
                FAIL("%s: what is " STR_FMT "?", endpoints[i].pattern, STR_ARG(name));
        }
}

TEST(the_type_of_a_problem_leads_to_where_problems_are_told)
{
    struct site *site = site_open((struct site_options){0});
    struct reply problem = api_call(site, "GET /api/v1/contacts/nobody", "", 404);
    CHECK_STR(api_at(site, problem, "type"), STR("/problems/not_found"));
    struct reply reply = api_call(site, "GET /problems/not_found", "", 303);
    CHECK_STR(reply_header(reply, "Location"), STR("/api#Problem"));
    CHECK_CONTAINS(api_call(site, "GET /api", "", 200).body, STR("id=\"Problem\""));
    site_close(site);
}

TEST(every_example_is_answered_as_the_document_says)
{
    struct site *site = site_open((struct site_options){0});
    struct document document = {.text = BUF_INIT(DOCUMENT_BYTES_MAX)};
    struct reply described = api_call(site, "GET /api/openapi.json", "", 200);
    buf_append(&document.text, described.body);
    parse(&document);
    for (size_t i = 0; i < example_count; i++) {
        const struct example *example = &examples[i];
        const char *line = arena_format(site->arena, "%s %s", openapi_method(example->method), example->path).at;
        struct reply reply = api_call(site, line, example->body, example->status);
        struct str schema = schema_of(example);
        if (schema.len == 0) {
            CHECK_INT(reply.body.len, 0);
            continue;
        }
        AUTO_BUF wrong = BUF_INIT((size_t)64 * 1024);
        schema_check(document.root, schema, api_read(site, reply), &wrong);
        if (wrong.len > 0)
            FAIL("%s is not answered as " STR_FMT ":\n" STR_FMT STR_FMT, line, STR_ARG(schema),
                 STR_ARG(buf_str(&wrong)), STR_ARG(reply.body));
    }
    document_close(&document);
    site_close(site);
}

static void expect_wrong(const struct document *document, const char *schema, const char *json, const char *part)
{
    AUTO_BUF wrong = BUF_INIT(4096);
    struct document value = {.text = BUF_INIT(4096)};
    buf_append_c(&value.text, json);
    parse(&value);
    schema_check(document->root, str_from_c(schema), value.root, &wrong);
    if (part == NULL) CHECK_STR(buf_str(&wrong), STR(""));
    else CHECK_CONTAINS(buf_str(&wrong), str_from_c(part));
    document_close(&value);
}

TEST(an_answer_that_breaks_a_promise_is_found)
{
    struct document document;
    document_open(&document);
    expect_wrong(&document, "Merge", "{\"with\":\"ada\"}", NULL);
    expect_wrong(&document, "Merge", "{}", "$: lacks with");
    expect_wrong(&document, "Merge", "{\"with\":7}", "$.with: is not of the promised type");
    expect_wrong(&document, "PointEvent", "{\"name\":\"x\",\"at\":\"soon\"}", "$.at: is no instant");
    expect_wrong(&document, "PointEvent", "{\"name\":\"x\",\"at\":\"2026-01-05T10:00:00Z\",\"y\":1}", "undocumented y");
    expect_wrong(&document, "VersionList", "{\"results\":[{}]}", "$.results[0]: lacks version");
    document_close(&document);
}

/* test_definition_docs.c — what the pages and the JSON Schemas say is what the parser takes. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/definition_internal.h"
#include "definition_fixture.h"

#define DOCUMENT_BYTES_MAX ((size_t)1024 * 1024)

/* A file of the repository, which is $PLUMB_ROOT or the folder where the test runs. */
static struct str read_document(struct arena *arena, const char *path)
{
    const char *root = getenv("PLUMB_ROOT");
    struct str full = arena_format(arena, "%s/%s", root != NULL ? root : ".", path);
    FILE *file = fopen(full.at, "rb");
    if (file == NULL) harness_skip("the sources are not here; say where in PLUMB_ROOT");
    char *bytes = arena_alloc(arena, DOCUMENT_BYTES_MAX);
    size_t len = fread(bytes, 1, DOCUMENT_BYTES_MAX, file);
    (void)fclose(file);
    CHECK_TRUE(len > 0 && len < DOCUMENT_BYTES_MAX);
    return (struct str){bytes, len};
}

/* ---- docs/definitions.md ---- */

/* What stands around an example whose fence is ```yaml KIND, and how deep it is moved in. */
static const struct {
    struct str kind;
    const char *around;
    const char *indent;
} fragments[] = {
    {STR_INIT(""), "", ""},
    {STR_INIT("score"), AROUND_SCORE, ""},
    {STR_INIT("group"), "score: s\ngroups:\n", "  "},
    {STR_INIT("rule"), "score: s\ngroups:\n  - name: G\n    category: fit\n    rules:\n", "      "},
    {STR_INIT("condition"), "segment: s\nwhen:\n", "  "},
};

struct example {
    struct str kind;
    struct str text; /* moved in */
    uint32_t line;
};

/* The next example of the page behind *rest. */
static bool next_example(struct arena *arena, struct str *rest, uint32_t *line, struct example *out)
{
    const char *indent = NULL;
    AUTO_BUF text = BUF_INIT(DOCUMENT_BYTES_MAX);
    while (rest->len > 0) {
        struct str words = str_cut(rest, '\n');
        ++*line;
        if (indent == NULL && str_starts_with(words, STR("```yaml"))) {
            *out = (struct example){.kind = str_trim((struct str){words.at + 7, words.len - 7}), .line = *line};
            indent = "";
            for (size_t i = 0; i < COUNT_OF(fragments); i++)
                if (str_equal(fragments[i].kind, out->kind)) indent = fragments[i].indent;
        } else if (indent != NULL && str_starts_with(words, STR("```"))) {
            buf_append_char(&text, '\0');
            out->text = arena_str(arena, buf_str(&text));
            return true;
        } else if (indent != NULL) {
            buf_append_c(&text, indent);
            buf_append(&text, words);
            buf_append_char(&text, '\n');
        }
    }
    return false;
}

static void check_silent(const struct fixture *fixture, const char *page, uint32_t line)
{
    if (fixture->diagnostics.count == 0) return;
    FAIL("%s, the example at line %u: " STR_FMT, page, line, STR_ARG(fixture->diagnostics.item[0].message));
}

/* Whole definitions of a page are checked together; a fragment is only read. */
static void check_page(const char *page)
{
    AUTO_FIXTURE whole;
    fixture_open(&whole);
    struct str rest = read_document(whole.arena, page);
    uint32_t line = 0, examples = 0;
    struct example example;
    for (; next_example(whole.arena, &rest, &line, &example); examples++) {
        AUTO_FIXTURE alone;
        fixture_open(&alone);
        if (str_equal(example.kind, STR("schema"))) {
            const struct source source = {STR("schema.yaml"), str_from_c(example.text.at)};
            catalog_read_schema(alone.catalog, &source, &alone.diagnostics);
            check_silent(&alone, page, example.line);
            continue;
        }
        size_t kind = 0;
        while (kind < COUNT_OF(fragments) && !str_equal(fragments[kind].kind, example.kind)) kind++;
        if (kind == COUNT_OF(fragments)) FAIL("%s, line %u: what kind of example is it?", page, example.line);
        (void)fixture_parse(&alone, NULL, fragments[kind].around, example.text.at);
        check_silent(&alone, page, example.line);
        if (kind == 0) (void)fixture_parse(&whole, NULL, "", example.text.at);
    }
    CHECK_TRUE(examples > 0);
    (void)fixture_check(&whole);
    (void)fixture_bind(&whole, NULL);
    check_silent(&whole, page, 0);
}

TEST(every_example_of_the_reference_is_read_without_a_complaint)
{
    check_page("docs/definitions.md");
}

/* ---- docs/definition.schema.json ---- */

struct schema {
    struct arena *arena;
    const struct yaml_node *root;
    const struct yaml_node *defs;
};

static void read_schema(struct arena *arena, const char *path, struct schema *out)
{
    const struct yaml_node *const *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    CHECK_OK(yaml_parse(arena, read_document(arena, path), &documents, &count, &why), why);
    CHECK_INT(count, 1);
    *out = (struct schema){arena, documents[0], yaml_get(documents[0], STR("$defs"))};
    CHECK_TRUE(out->defs != NULL);
}

static const struct yaml_node *member(const struct yaml_node *mapping, const char *key)
{
    const struct yaml_node *node = yaml_get(mapping, str_from_c(key));
    if (node == NULL) FAIL("the schema lacks '%s'", key);
    return node;
}

static bool is_closed(const struct yaml_node *def)
{
    const struct yaml_node *more = yaml_get(def, STR("additionalProperties"));
    return more != NULL && more->kind == YAML_SCALAR && str_equal(more->text, STR("false"));
}

static bool is_in(struct str word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (str_equal(word, str_from_c(*list))) return true;
    return false;
}

TEST(the_json_schema_has_every_key_of_the_parser_and_no_other)
{
    AUTO_ARENA arena = arena_new();
    struct schema schema;
    read_schema(arena, "docs/definition.schema.json", &schema);
    for (size_t i = 0; i < KEYS_KINDS; i++) {
        const struct yaml_node *def = member(schema.defs, key_sets[i].def);
        const struct yaml_node *properties = member(def, "properties");
        CHECK_TRUE(is_closed(def));
        for (const char *const *key = key_sets[i].known; *key != NULL; key++)
            if (yaml_get(properties, str_from_c(*key)) == NULL)
                FAIL("'%s' of %s is not in the JSON Schema", *key, key_sets[i].what);
        for (size_t k = 0; k < properties->count; k++)
            if (!is_in(properties->keys[k]->text, key_sets[i].known))
                FAIL("the parser refuses '" STR_FMT "' of %s", STR_ARG(properties->keys[k]->text), key_sets[i].what);
    }
    size_t closed = 0;
    for (size_t i = 0; i < schema.defs->count; i++) closed += is_closed(schema.defs->values[i]);
    CHECK_INT(closed, KEYS_KINDS);
}

/* The def that a "$ref" names. */
static const struct yaml_node *follow(const struct schema *schema, const struct yaml_node *node)
{
    const struct yaml_node *ref = node->kind == YAML_MAPPING ? yaml_get(node, STR("$ref")) : NULL;
    if (ref == NULL) return NULL;
    struct str start = STR("#/$defs/"), name = ref->text;
    CHECK_TRUE(str_starts_with(name, start));
    return member(schema->defs, arena_str(schema->arena, (struct str){name.at + start.len, name.len - start.len}).at);
}

static void check_refs(const struct schema *schema, const struct yaml_node *node)
{
    (void)follow(schema, node);
    for (size_t i = 0; i < node->count; i++) check_refs(schema, node->values[i]);
}

TEST(every_reference_inside_the_json_schemas_leads_somewhere)
{
    AUTO_ARENA arena = arena_new();
    struct schema schema;
    read_schema(arena, "docs/definition.schema.json", &schema);
    check_refs(&schema, schema.root);
    read_schema(arena, "docs/schema-file.schema.json", &schema);
    check_refs(&schema, schema.root);
}

TEST(every_key_is_described)
{
    AUTO_ARENA arena = arena_new();
    struct schema schema;
    read_schema(arena, "docs/definition.schema.json", &schema);
    for (size_t i = 0; i < KEYS_KINDS; i++) {
        const struct yaml_node *properties = member(member(schema.defs, key_sets[i].def), "properties");
        for (size_t k = 0; k < properties->count; k++) {
            const struct yaml_node *property = properties->values[k], *target = follow(&schema, property);
            bool described = yaml_get(property, STR("description")) != NULL;
            if (target != NULL) described |= yaml_get(target, STR("description")) != NULL;
            if (!described)
                FAIL("'" STR_FMT "' of %s has no description", STR_ARG(properties->keys[k]->text), key_sets[i].what);
        }
    }
}

static void check_words(const struct yaml_node *def, const char *const *words)
{
    const struct yaml_node *list = member(def, "enum");
    for (size_t i = 0; i < list->count; i++) {
        CHECK_TRUE(words[i] != NULL);
        CHECK_STR(list->values[i]->text, str_from_c(words[i]));
    }
    CHECK_TRUE(words[list->count] == NULL);
}

static void check_span(const struct schema *schema, const char *def, int64_t min, int64_t max)
{
    int64_t value = 0;
    CHECK_TRUE(str_to_i64(member(member(schema->defs, def), "minimum")->text, &value));
    CHECK_INT(value, min);
    CHECK_TRUE(str_to_i64(member(member(schema->defs, def), "maximum")->text, &value));
    CHECK_INT(value, max);
}

TEST(the_json_schema_has_the_parser_s_words_and_limits)
{
    AUTO_ARENA arena = arena_new();
    struct schema schema;
    read_schema(arena, "docs/definition.schema.json", &schema);
    check_words(member(schema.defs, "object"), object_names);
    check_words(member(schema.defs, "part"), part_names);
    check_words(member(member(member(schema.defs, "group"), "properties"), "category"), category_names);
    check_span(&schema, "points", -POINTS_MAX, POINTS_MAX);
    check_span(&schema, "bound", -CLAMP_MAX, CLAMP_MAX);
    check_span(&schema, "limit", 1, LIMIT_MAX);
}

TEST(the_schema_file_s_json_schema_has_every_entity_and_type)
{
    AUTO_ARENA arena = arena_new();
    struct schema schema;
    read_schema(arena, "docs/schema-file.schema.json", &schema);
    const struct yaml_node *properties = member(schema.root, "properties");
    CHECK_INT(properties->count, ENTITY_COUNT);
    for (int i = 0; i < ENTITY_COUNT; i++) (void)member(properties, entity_name((enum entity)i));
    const struct yaml_node *simple = member(member(member(schema.defs, "type"), "anyOf")->values[0], "enum");
    CHECK_INT(simple->count, 6); /* all but open and enumeration */
    for (size_t i = 0; i < simple->count; i++) {
        enum type type;
        CHECK_TRUE(type_from_name(simple->values[i]->text, &type));
        CHECK_TRUE(type != TYPE_ENUMERATION);
    }
}

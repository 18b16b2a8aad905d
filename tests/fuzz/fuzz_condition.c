/* fuzz_condition.c — any text as a condition: read, bound, and tried on values. */
// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"
#include "core/condition.h"

#define AS_OF_MS INT64_C(1767607200000)
#define RENDERED_BYTES ((size_t)1024 * 1024)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct bench {
    struct arena *arena;
    struct catalog *catalog;
    struct source source;
    struct diagnostics diagnostics;
};

/* The operator that holds for a known value exactly when `op` does not; `op` itself when there is none. */
static enum operator_ opposite(enum operator_ op)
{
    switch (op) {
    case OP_IS: return OP_IS_NOT;
    case OP_IN: return OP_NOT_IN;
    case OP_CONTAINS: return OP_NOT_CONTAINS;
    case OP_GT: return OP_LTE;
    case OP_GTE: return OP_LT;
    case OP_HAS_ANY: return OP_HAS_NONE;
    case OP_KNOWN: return OP_UNKNOWN;
    default: return op;
    }
}

static void try_value(struct arena *arena, const struct test *test, struct str text)
{
    struct value value;
    struct test other = *test;
    other.op = opposite(test->op);
    if (value_parse(arena, test->type, text, &value, NULL) != ERR_OK) return;
    bool is_text = value.type == TYPE_STRING || value.type == TYPE_ENUMERATION;
    bool has_value = value.type == TYPE_SET ? value.member_count > 0 : !is_text || value.folded.len > 0;
    bool passes = test_passes(test, &value, AS_OF_MS);
    if (has_value && other.op != test->op) INVARIANT(test_passes(&other, &value, AS_OF_MS) != passes);
    bool is_between = test->op == OP_BETWEEN && test->type == TYPE_NUMBER;
    other.op = OP_NOT_BETWEEN;
    if (is_between) INVARIANT(test_passes(&other, &value, AS_OF_MS) != passes);
}

static void try_test(struct arena *arena, const struct test *test)
{
    static const struct str texts[] = {
        STR_INIT("true"),
        STR_INIT("-0"),
        STR_INIT("12.5"),
        STR_INIT("2026-01-05"),
        STR_INIT("2025-12-31T23:59:59Z"),
        STR_INIT("2030-01-01"),
        STR_INIT("a;b;C;a"),
        STR_INIT(";"),
        STR_INIT("Stra\xC3\x9F"
                 "e"),
    };
    INVARIANT(test->type != TYPE_OPEN);
    if (test->op == OP_CHANGED_WITHIN) return;
    INVARIANT(test_passes(test, NULL, AS_OF_MS) == (test->or_unknown || test->op == OP_UNKNOWN));
    for (size_t i = 0; i < COUNT_OF(texts); i++) try_value(arena, test, texts[i]);
    for (uint32_t i = 0; i < test->argument_count; i++) try_value(arena, test, test->arguments[i].text);
}

static void try_condition(struct arena *arena, const struct condition *condition)
{
    for (uint32_t i = 0; i < condition->child_count; i++) try_condition(arena, condition->children[i]);
    if (condition->selection.where != NULL) try_condition(arena, condition->selection.where);
    if (condition->test != NULL) try_test(arena, condition->test);
    INVARIANT(condition->kind != CONDITION_NOT || condition->child_count == 1);
    INVARIANT(condition->kind != CONDITION_EVENT || condition->at_least <= condition->at_most);
    INVARIANT(condition->kind < CONDITION_SEGMENT || condition->name.len > 0);
}

static void try_document(struct bench *bench, enum entity entity, const struct yaml_node *document)
{
    struct diagnostics *diagnostics = &bench->diagnostics;
    size_t before = diagnostics->errors;
    const struct condition *condition =
        condition_parse(bench->arena, bench->catalog, entity, document, &bench->source, diagnostics);
    INVARIANT((condition != NULL) == (diagnostics->errors == before));
    if (condition == NULL) return;
    for (uint32_t i = 0; i < catalog_count(bench->catalog); i++) catalog_resolve(bench->catalog, i, TYPE_OPEN);
    bool bound = condition_bind(bench->arena, bench->catalog, condition, &bench->source, diagnostics);
    INVARIANT(bound == (diagnostics->errors == before));
    if (bound) try_condition(bench->arena, condition);
}

static void render(struct bench *bench)
{
    for (size_t i = 0; i < bench->diagnostics.count; i++) {
        const struct diagnostic *diagnostic = &bench->diagnostics.item[i];
        INVARIANT(diagnostic->at.line > 0 && diagnostic->message.len > 0);
        AUTO_BUF text = BUF_INIT(RENDERED_BYTES);
        diagnostic_render(diagnostic, i % 2 == 0, &text);
        INVARIANT(!text.failed);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    AUTO_ARENA arena = arena_new();
    struct bench bench = {.arena = arena, .catalog = catalog_new()};
    bench.source = (struct source){STR("fuzz.yaml"), {(const char *)data, size}};
    diagnostics_init(&bench.diagnostics, arena);
    const struct yaml_node *const *documents = NULL;
    size_t count = 0;
    struct err_info why = {0};
    if (yaml_parse(arena, bench.source.text, &documents, &count, &why) == ERR_OK)
        for (size_t i = 0; i < count; i++) try_document(&bench, (enum entity)(i % ENTITY_COUNT), documents[i]);
    render(&bench);
    catalog_free(bench.catalog);
    return 0;
}

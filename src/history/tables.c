/* tables.c — predicates evaluated once per event class and once per property value.
 *
 * A `where` on a class is three-valued: a property kept beside the events (rows) makes
 * it "ask". Relative dates make tables depend on as_of; without them they hold for ever. */
// SPDX-License-Identifier: Apache-2.0
#include <stdatomic.h>
#include <string.h>

#include "history/scan_internal.h"

#define CODES_PER_PART 16384 /* values of a dictionary that a thread tests at a time */

/* ---- Event classes ---- */

static uint32_t class_code(const struct event_class *class, uint32_t property)
{
    for (uint32_t i = 0; i < class->property_count; i++)
        if (class->properties[i].property == property) return class->properties[i].code;
    return 0;
}

static uint8_t where_class(const struct history *history, const struct condition *where,
                           const struct event_class *class, int64_t as_of_ms)
{
    switch (where->kind) {
    case CONDITION_ALL:
    case CONDITION_ANY: {
        const bool all = where->kind == CONDITION_ALL;
        uint8_t result = all ? CLASS_YES : CLASS_NO;
        for (uint32_t i = 0; i < where->child_count; i++) {
            uint8_t child = where_class(history, where->children[i], class, as_of_ms);
            if (child == (all ? CLASS_NO : CLASS_YES)) return child;
            if (child == CLASS_ASK) result = CLASS_ASK;
        }
        return result;
    }
    case CONDITION_NOT: {
        uint8_t child = where_class(history, where->children[0], class, as_of_ms);
        return child == CLASS_ASK ? CLASS_ASK : child == CLASS_NO;
    }
    case CONDITION_PROPERTY: {
        uint32_t code = 0;
        const struct event_column *column = NULL;
        if (where->property < history->property_count) {
            column = &history->event_properties[where->property];
            code = class_code(class, where->property);
            if (code == 0 && long_now(&column->row_count) > 0) return CLASS_ASK;
        }
        return test_passes(where->test, code == 0 ? NULL : dictionary_at(&column->values, code), as_of_ms);
    }
    case CONDITION_EVENT:
    case CONDITION_SEGMENT:
    case CONDITION_LIST:
    case CONDITION_SCORE: break; /* refused inside `where` when parsed */
    }
    INVARIANT(!"a condition inside where that is not about the event's properties");
    return CLASS_NO;
}

uint8_t class_matches(const struct history *history, const struct selector *selector, uint32_t class_id,
                      int64_t as_of_ms)
{
    const struct event_class *class = &history->classes[class_id];
    const struct selection *selection = selector->selection;
    if (class->bot && !selection->include_bots) return CLASS_NO;
    if (selector->event.len == 0 ? class->reserved : !str_equal(selector->event, class->folded)) return CLASS_NO;
    return selection->where == NULL ? CLASS_YES : where_class(history, selection->where, class, as_of_ms);
}

/* A row value is one word to readers: a rolled back one may be written over. */
static struct row_value row_at(const struct row_value *rows, uint64_t index)
{
    struct row_value row;
    uint64_t word = __atomic_load_n((const uint64_t *)(const void *)&rows[index], __ATOMIC_RELAXED);
    memcpy(&row, &word, sizeof row);
    return row;
}

const struct value *event_value(const struct history *history, uint64_t event, uint32_t property)
{
    if (property >= history->property_count) return NULL;
    const struct event_column *column = &history->event_properties[property];
    uint32_t code = class_code(&history->classes[history->class_id[event]], property);
    if (code != 0) return dictionary_at(&column->values, code);
    const uint64_t number = history->row != NULL ? history->row[event] : event, count = long_now(&column->row_count);
    const struct row_value *rows = __atomic_load_n(&column->rows, __ATOMIC_ACQUIRE); /* holds `count` at least */
    uint64_t low = 0, high = count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (row_at(rows, middle).event < number) low = middle + 1;
        else high = middle;
    }
    if (low == count) return NULL;
    struct row_value found = row_at(rows, low);
    return found.event == number ? dictionary_at(&column->values, found.code) : NULL;
}

static bool where_event(const struct history *history, const struct condition *where, uint64_t event, int64_t as_of_ms)
{
    switch (where->kind) {
    case CONDITION_ALL:
        for (uint32_t i = 0; i < where->child_count; i++)
            if (!where_event(history, where->children[i], event, as_of_ms)) return false;
        return true;
    case CONDITION_ANY:
        for (uint32_t i = 0; i < where->child_count; i++)
            if (where_event(history, where->children[i], event, as_of_ms)) return true;
        return false;
    case CONDITION_NOT: return !where_event(history, where->children[0], event, as_of_ms);
    default: return test_passes(where->test, event_value(history, event, where->property), as_of_ms);
    }
}

bool event_matches(const struct history *history, const struct selector *selector, uint64_t event, int64_t as_of_ms)
{
    uint8_t match = class_matches(history, selector, history->class_id[event], as_of_ms);
    return match == CLASS_ASK ? where_event(history, selector->selection->where, event, as_of_ms) : match == CLASS_YES;
}

bool class_is_special(const struct history *history, const struct score *score, uint32_t class_id)
{
    const struct event_class *class = &history->classes[class_id];
    if (!class->reserved) return false;
    if (!str_equal(class->folded, STR("plumb.score_adjusted")) && !str_equal(class->folded, STR("plumb.score_reset")))
        return false;
    uint32_t property = catalog_find(history->catalog, ENTITY_EVENT, STR("score"));
    if (property == INTERN_NONE || property >= history->property_count) return false;
    uint32_t code = class_code(class, property);
    const struct event_column *column = &history->event_properties[property];
    if (code == 0) return long_now(&column->row_count) > 0;
    return str_equal(dictionary_at(&column->values, code)->raw, score->name);
}

/* ---- Property values ---- */

uint16_t match_of_value(const struct rule *rule, const struct value *value, int64_t as_of_ms)
{
    for (uint32_t i = 0; i < rule->case_count; i++)
        if (test_passes(&rule->cases[i].test, value, as_of_ms)) return (uint16_t)i;
    return (uint16_t)(rule->case_count + (value == NULL ? MATCH_UNKNOWN : MATCH_OTHERWISE));
}

/* ---- Which tables hold for any instant ---- */

bool test_needs_as_of(const struct test *test)
{
    if (test->op == OP_WITHIN || test->op == OP_OLDER_THAN || test->op == OP_IN_NEXT) return true;
    for (uint32_t i = 0; i < test->argument_count; i++)
        if (test->arguments[i].relative_to_now) return true;
    return false;
}

bool where_needs_as_of(const struct condition *where)
{
    if (where->kind == CONDITION_PROPERTY) return test_needs_as_of(where->test);
    for (uint32_t i = 0; i < where->child_count; i++)
        if (where_needs_as_of(where->children[i])) return true;
    return false;
}

static bool program_depends_on_as_of(const struct program *program)
{
    for (uint32_t s = 0; s < program->selector_count; s++) {
        const struct condition *where = program->selectors[s].selection->where;
        if (where != NULL && where_needs_as_of(where)) return true;
    }
    for (uint32_t l = 0; l < program->leaf_count; l++)
        if (test_needs_as_of(program->leaves[l].test)) return true;
    for (uint32_t m = 0; m < program->match_count; m++)
        for (uint32_t i = 0; i < program->matches[m]->case_count; i++)
            if (test_needs_as_of(&program->matches[m]->cases[i].test)) return true;
    return false;
}

/* Codes of a property's dictionary, at least the one of "no value". */
static uint32_t code_count(const struct history *history, uint32_t property)
{
    uint32_t count = property < history->property_count ? word_now(&history->properties[property].values.count) : 0;
    return count > 0 ? count : 1;
}

/* Part of a table: codes [first, end). */
struct part {
    enum { PART_OF_LEAF, PART_OF_MATCH, PART_OF_FOLD } kind;
    uint32_t index; /* of the leaf, match or fold */
    uint32_t first, end;
};

struct filling {
    const struct history *history;
    const struct program *program;
    struct tables *tables;
    int64_t as_of_ms;
    struct part *parts;
    uint32_t part_count;
    atomic_uint next;
};

static void add_parts(struct filling *f, struct arena *arena, struct part part, uint32_t codes)
{
    uint32_t more = codes / CODES_PER_PART + 1;
    struct part *parts = ARENA_ARRAY(arena, struct part, (size_t)f->part_count + more);
    if (f->part_count > 0) memcpy(parts, f->parts, f->part_count * sizeof *parts);
    for (uint32_t first = 0; first < codes; first += CODES_PER_PART) {
        part.first = first;
        part.end = codes - first < CODES_PER_PART ? codes : first + CODES_PER_PART;
        parts[f->part_count++] = part;
    }
    f->parts = parts;
}

static const struct value *value_at(const struct filling *f, uint32_t property, uint32_t code)
{
    return code == 0 ? NULL : column_value(&f->history->properties[property], code);
}

static void fill_leaf(const struct filling *f, const struct part *part)
{
    const struct leaf *leaf = &f->program->leaves[part->index];
    for (uint32_t code = part->first; code < part->end; code++)
        f->tables->leaf[part->index][code] = test_passes(leaf->test, value_at(f, leaf->property, code), f->as_of_ms);
}

static void fill_match(const struct filling *f, const struct part *part)
{
    const struct rule *rule = f->program->matches[part->index];
    for (uint32_t code = part->first; code < part->end; code++)
        f->tables->match[part->index][code] = match_of_value(rule, value_at(f, rule->property, code), f->as_of_ms);
}

/* The inputs of a folded rule, for one value of its property. */
static void load_value(const struct filling *f, const struct program_rule *pr, const struct value *value, uint32_t lane,
                       struct block *block)
{
    if (pr->match != NO_INDEX) block->matches[pr->match][lane] = match_of_value(pr->rule, value, f->as_of_ms);
    if (pr->condition == NO_INDEX) return;
    const struct node *nodes = f->program->nodes + pr->condition;
    for (uint32_t n = 0; n < nodes[0].span; n++)
        if (nodes[n].kind == NODE_LEAF)
            block->leaves[nodes[n].input][lane] =
                test_passes(f->program->leaves[nodes[n].input].test, value, f->as_of_ms);
}

/* A block of values instead of records. */
static void fill_fold(const struct filling *f, const struct part *part, struct block *block)
{
    const struct program *program = f->program;
    const struct fold *fold = &program->folds[part->index];
    for (uint32_t first = part->first; first < part->end; first += BLOCK_RECORDS) {
        int16_t entries[BLOCK_RECORDS];
        const uint32_t count = part->end - first < BLOCK_RECORDS ? part->end - first : BLOCK_RECORDS;
        for (uint32_t r = fold->first_rule; r < fold->end_rule; r++)
            for (uint32_t i = 0; i < count && program->rules[r].fold == part->index; i++)
                load_value(f, &program->rules[r], value_at(f, fold->property, first + i), i, block);
        evaluate_fold(program, block, part->index, entries);
        memcpy(f->tables->fold[part->index] + first, entries, count * sizeof *entries);
    }
}

static void *fill_parts(void *context)
{
    struct filling *f = context;
    AUTO_ARENA arena = arena_new();
    struct block *block = block_new(arena, f->program);
    for (uint32_t i; (i = atomic_fetch_add(&f->next, 1)) < f->part_count;) {
        const struct part *part = &f->parts[i];
        switch (part->kind) {
        case PART_OF_LEAF: fill_leaf(f, part); break;
        case PART_OF_MATCH: fill_match(f, part); break;
        case PART_OF_FOLD: fill_fold(f, part, block); break;
        }
    }
    return NULL;
}

bool match_needs_versions(const struct rule *rule)
{
    for (uint32_t i = 0; i < rule->case_count; i++)
        if (test_needs_versions(&rule->cases[i].test)) return true;
    return false;
}

/* A test such as `known` tells few codes apart: a table that ends early stays in the cache. */
static uint32_t level_from(const int16_t *table, uint32_t codes)
{
    uint32_t level = codes - 1;
    while (level > 0 && table[level - 1] == table[level]) level--;
    return level;
}

static void make_value_tables(struct arena *arena, struct filling *f, unsigned threads)
{
    const struct program *program = f->program;
    AUTO_ARENA scratch = arena_new();
    f->tables->leaf = ARENA_ARRAY(arena, uint8_t *, program->leaf_count);
    f->tables->match = ARENA_ARRAY(arena, uint16_t *, program->match_count);
    f->tables->fold = ARENA_ARRAY(arena, int16_t *, program->fold_count);
    for (uint32_t l = 0; l < program->leaf_count; l++) {
        uint32_t codes = code_count(f->history, program->leaves[l].property);
        if (program->leaves[l].fold != NO_INDEX || test_needs_versions(program->leaves[l].test)) continue;
        f->tables->leaf[l] = ARENA_ARRAY(arena, uint8_t, codes);
        add_parts(f, scratch, (struct part){.kind = PART_OF_LEAF, .index = l}, codes);
    }
    for (uint32_t m = 0; m < program->match_count; m++) {
        uint32_t codes = code_count(f->history, program->matches[m]->property);
        if (program->match_fold[m] != NO_INDEX || match_needs_versions(program->matches[m])) continue;
        f->tables->match[m] = ARENA_ARRAY(arena, uint16_t, codes);
        add_parts(f, scratch, (struct part){.kind = PART_OF_MATCH, .index = m}, codes);
    }
    /* Asked once: of a live history there may be more codes a moment later. */
    uint32_t *fold_codes = ARENA_ARRAY(scratch, uint32_t, program->fold_count);
    for (uint32_t i = 0; i < program->fold_count; i++) {
        fold_codes[i] = code_count(f->history, program->folds[i].property);
        f->tables->fold[i] = ARENA_ARRAY(arena, int16_t, fold_codes[i]);
        add_parts(f, scratch, (struct part){.kind = PART_OF_FOLD, .index = i}, fold_codes[i]);
    }
    run_threads(f->part_count < threads ? f->part_count : threads, fill_parts, f);
    f->tables->fold_level = ARENA_ARRAY(arena, uint32_t, program->fold_count);
    for (uint32_t i = 0; i < program->fold_count; i++)
        f->tables->fold_level[i] = level_from(f->tables->fold[i], fold_codes[i]);
}

struct tables *tables_new(const struct history *history, const struct program *program, int64_t as_of_ms,
                          unsigned threads)
{
    struct arena *arena = arena_new();
    struct tables *tables = ARENA_NEW(arena, struct tables);
    tables->arena = arena;
    tables->for_any_instant = !program_depends_on_as_of(program);
    tables->class_count = history->class_count;
    tables->class_match = ARENA_ARRAY(arena, uint8_t *, program->selector_count);
    for (uint32_t s = 0; s < program->selector_count; s++) {
        tables->class_match[s] = ARENA_ARRAY(arena, uint8_t, history->class_count);
        for (uint32_t c = 0; c < history->class_count; c++)
            tables->class_match[s][c] = class_matches(history, &program->selectors[s], c, as_of_ms);
    }
    struct filling f = {.history = history, .program = program, .tables = tables, .as_of_ms = as_of_ms};
    make_value_tables(arena, &f, threads);
    uint8_t *special = ARENA_ARRAY(arena, uint8_t, history->class_count);
    for (uint32_t c = 0; c < history->class_count; c++) {
        special[c] = class_is_special(history, program->score, c);
        if (special[c]) tables->special = special;
    }
    return tables;
}

void tables_free(struct tables *tables)
{
    if (tables != NULL) arena_free(tables->arena);
}

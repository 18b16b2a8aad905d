/* tables.c — predicates evaluated once per event class and once per property value.
 *
 * A `where` on a class is three-valued: a property kept beside the events (rows) makes
 * it "ask". All depends on as_of only through relative dates. */
// SPDX-License-Identifier: Apache-2.0
#include "base/unicode.h"
#include "history/scan_internal.h"

const struct value *column_value(const struct property_column *column, uint32_t code)
{
    return code == 0 ? NULL : &column->values[code];
}

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
            if (code == 0 && column->row_count > 0) return CLASS_ASK;
        }
        return test_passes(where->test, code == 0 ? NULL : &column->values[code], as_of_ms);
    }
    case CONDITION_EVENT:
    case CONDITION_SEGMENT:
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

const struct value *event_value(const struct history *history, uint64_t event, uint32_t property)
{
    if (property >= history->property_count) return NULL;
    const struct event_column *column = &history->event_properties[property];
    uint32_t code = class_code(&history->classes[history->class_id[event]], property);
    if (code != 0) return &column->values[code];
    uint64_t low = 0, high = column->row_count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (column->rows[middle].event < event) low = middle + 1;
        else high = middle;
    }
    bool found = low < column->row_count && column->rows[low].event == event;
    return found ? &column->values[column->rows[low].code] : NULL;
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
    return code != 0 && str_equal(history->event_properties[property].values[code].raw, score->name);
}

/* ---- Property values ---- */

uint16_t match_of_value(const struct rule *rule, const struct value *value, int64_t as_of_ms)
{
    for (uint32_t i = 0; i < rule->case_count; i++)
        if (test_passes(&rule->cases[i].test, value, as_of_ms)) return (uint16_t)i;
    return (uint16_t)(rule->case_count + (value == NULL ? MATCH_UNKNOWN : MATCH_OTHERWISE));
}

static bool needs_versions(const struct test *test)
{
    return test->ever || test->op == OP_CHANGED_WITHIN;
}

static uint8_t *leaf_table(struct arena *arena, const struct history *history, const struct leaf *leaf,
                           int64_t as_of_ms)
{
    if (needs_versions(leaf->test)) return NULL;
    const struct property_column *column =
        leaf->property < history->property_count ? &history->properties[leaf->property] : NULL;
    uint32_t count = column != NULL && column->value_count > 0 ? column->value_count : 1;
    uint8_t *table = ARENA_ARRAY(arena, uint8_t, count);
    table[0] = test_passes(leaf->test, NULL, as_of_ms);
    for (uint32_t code = 1; code < count; code++)
        table[code] = test_passes(leaf->test, &column->values[code], as_of_ms);
    return table;
}

static uint16_t *match_table(struct arena *arena, const struct history *history, const struct rule *rule,
                             int64_t as_of_ms)
{
    for (uint32_t i = 0; i < rule->case_count; i++)
        if (needs_versions(&rule->cases[i].test)) return NULL;
    const struct property_column *column =
        rule->property < history->property_count ? &history->properties[rule->property] : NULL;
    uint32_t count = column != NULL && column->value_count > 0 ? column->value_count : 1;
    uint16_t *table = ARENA_ARRAY(arena, uint16_t, count);
    table[0] = match_of_value(rule, NULL, as_of_ms);
    for (uint32_t code = 1; code < count; code++) table[code] = match_of_value(rule, &column->values[code], as_of_ms);
    return table;
}

struct tables *tables_new(struct arena *arena, const struct history *history, const struct program *program,
                          int64_t as_of_ms)
{
    struct tables *tables = ARENA_NEW(arena, struct tables);
    tables->class_match = ARENA_ARRAY(arena, uint8_t *, program->selector_count);
    for (uint32_t s = 0; s < program->selector_count; s++) {
        tables->class_match[s] = ARENA_ARRAY(arena, uint8_t, history->class_count);
        for (uint32_t c = 0; c < history->class_count; c++)
            tables->class_match[s][c] = class_matches(history, &program->selectors[s], c, as_of_ms);
    }
    tables->leaf = ARENA_ARRAY(arena, uint8_t *, program->leaf_count);
    for (uint32_t l = 0; l < program->leaf_count; l++)
        tables->leaf[l] = leaf_table(arena, history, &program->leaves[l], as_of_ms);
    tables->match = ARENA_ARRAY(arena, uint16_t *, program->match_count);
    for (uint32_t m = 0; m < program->match_count; m++)
        tables->match[m] = match_table(arena, history, program->matches[m], as_of_ms);
    uint8_t *special = ARENA_ARRAY(arena, uint8_t, history->class_count);
    for (uint32_t c = 0; c < history->class_count; c++) {
        special[c] = class_is_special(history, program->score, c);
        if (special[c]) tables->special = special;
    }
    return tables;
}

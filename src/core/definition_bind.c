/* definition_bind.c — every test of a set meets the type of its property.
 *
 * Types are settled by then, so this is also the time to say that nothing has a name. */
// SPDX-License-Identifier: Apache-2.0
#include "core/definition_internal.h"
#include "core/nearest.h"

#define NEIGHBOURS_MAX 1000 /* names that are searched for the nearest one */

struct binder {
    struct definitions *set;
    struct diagnostics *diagnostics;
    const bool *seen;
    bool *told; /* by property: a warning was given */
    bool has_schema[ENTITY_COUNT];
    const struct source *source; /* of the definition that is bound now */
    bool good;
};

static bool is_known(const struct binder *binder, uint32_t id)
{
    const struct property *property = catalog_at(binder->set->catalog, id);
    if (property->declared) return true;
    if (binder->seen != NULL) return binder->seen[id];
    return !binder->has_schema[property->entity]; /* no data and no schema: then nothing is known */
}

static const char *nearest_known(const struct binder *binder, const struct property *property)
{
    struct catalog *catalog = binder->set->catalog;
    const char *names[NEIGHBOURS_MAX + 1] = {NULL};
    size_t count = 0;
    for (uint32_t id = 0; id < catalog_count(catalog) && count < NEIGHBOURS_MAX; id++) {
        const struct property *other = catalog_at(catalog, id);
        if (other == property || other->entity != property->entity || !is_known(binder, id)) continue;
        names[count++] = arena_str(binder->set->arena, other->name).at;
    }
    return nearest(property->name, names);
}

static void warn_when_unknown(struct binder *binder, uint32_t id, struct place at)
{
    if (binder->told[id] || is_known(binder, id)) return;
    binder->told[id] = true;
    if (binder->diagnostics->count == DIAGNOSTICS_MAX) return;
    const struct property *property = catalog_at(binder->set->catalog, id);
    const char *near = nearest_known(binder, property);
    diagnostics_warning(binder->diagnostics, binder->source, at,
                        "no %s has a property '" STR_FMT "' yet, so this will see no value%s%s%s",
                        entity_name(property->entity), STR_ARG(property->name), near != NULL ? "; did you mean '" : "",
                        near != NULL ? near : "", near != NULL ? "'?" : "");
}

static void warn_in_condition(struct binder *binder, const struct condition *condition)
{
    for (uint32_t i = 0; i < condition->child_count; i++) warn_in_condition(binder, condition->children[i]);
    if (condition->kind == CONDITION_PROPERTY) warn_when_unknown(binder, condition->property, condition->at);
    if (condition->kind == CONDITION_EVENT && condition->selection.where != NULL)
        warn_in_condition(binder, condition->selection.where);
}

static void bind_condition(struct binder *binder, const struct condition *condition)
{
    if (condition == NULL) return;
    warn_in_condition(binder, condition);
    struct definitions *set = binder->set;
    binder->good &= condition_bind(set->arena, set->catalog, condition, binder->source, binder->diagnostics);
}

static void bind_rule(struct binder *binder, const struct rule *rule)
{
    struct definitions *set = binder->set;
    bind_condition(binder, rule->when);
    bind_condition(binder, rule->selection.where);
    if (rule->kind != RULE_VALUES) return;
    warn_when_unknown(binder, rule->property, rule->property_at);
    for (uint32_t i = 0; i < rule->case_count; i++)
        binder->good &= test_bind_property(set->arena, &rule->cases[i].test, set->catalog, rule->property,
                                           binder->source, binder->diagnostics);
}

bool definitions_bind(struct definitions *set, const bool *seen, struct diagnostics *diagnostics)
{
    uint32_t properties = catalog_count(set->catalog);
    struct binder binder = {.set = set,
                            .diagnostics = diagnostics,
                            .seen = seen,
                            .told = ARENA_ARRAY(set->arena, bool, properties),
                            .good = true};
    for (uint32_t id = 0; id < properties; id++) {
        const struct property *property = catalog_at(set->catalog, id);
        if (property->declared) binder.has_schema[property->entity] = true;
    }
    for (uint32_t i = 0; i < set->score_count; i++) {
        const struct score *score = set->scores[i];
        binder.source = score->source;
        bind_condition(&binder, score->scope);
        for (uint32_t g = 0; g < score->group_count; g++)
            for (uint32_t r = 0; r < score->groups[g].rule_count; r++) bind_rule(&binder, &score->groups[g].rules[r]);
    }
    for (uint32_t i = 0; i < set->segment_count; i++) {
        binder.source = set->segments[i]->source;
        bind_condition(&binder, set->segments[i]->when);
    }
    return binder.good && diagnostics->errors == 0;
}

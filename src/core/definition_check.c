/* definition_check.c — names mean something: each is there once, is found, and fits.
 *
 * One walk over every condition and rollup resolves names to indexes and notes who uses
 * whom; definition_order.c then looks for circles. Conditions and rules were made by the
 * parser in the set's own arena, so their `target` and `score` may still be filled in
 * here; afterwards nothing changes any more. */
// SPDX-License-Identifier: Apache-2.0
#include "core/definition.h"

#include "base/intern.h"
#include "core/definition_internal.h"
#include "core/nearest.h"

#define NEIGHBOURS_MAX 1000 /* names that are searched for the nearest one */

struct names {
    struct intern *intern;
    uint32_t *index; /* into the set, by intern code */
};

struct checker {
    struct definitions *set;
    struct diagnostics *diagnostics;
    struct names scores, segments;
    struct use *uses;
    size_t use_count, use_capacity;
    uint64_t *conditions; /* by definition: how many it holds itself */
    /* The definition that is walked through now: */
    uint32_t from;
    enum entity object;
    const struct source *source;
};

#define error_at(checker_, at_, ...) diagnostics_error((checker_)->diagnostics, (checker_)->source, (at_), __VA_ARGS__)

/* ---- Names ---- */

static void refuse_second(struct checker *checker, const char *kind, struct str name, const struct source *source,
                          struct place at, const struct source *first, struct place first_at)
{
    diagnostics_error(checker->diagnostics, source, at, "a second %s '" STR_FMT "'; the first is in " STR_FMT ":%u",
                      kind, STR_ARG(name), STR_ARG(first->name), first_at.line);
}

static void collect_scores(struct checker *checker)
{
    const struct definitions *set = checker->set;
    struct names *names = &checker->scores;
    names->intern = intern_new();
    names->index = ARENA_ARRAY(set->arena, uint32_t, set->score_count);
    for (uint32_t i = 0; i < set->score_count; i++) {
        const struct score *score = set->scores[i];
        if (score->anonymous) continue;
        uint32_t known = intern_count(names->intern), code = intern_add(names->intern, score->name);
        if (code == known) {
            names->index[code] = i;
            continue;
        }
        const struct score *first = set->scores[names->index[code]];
        refuse_second(checker, "score", score->name, score->source, score->at, first->source, first->at);
    }
}

static void collect_segments(struct checker *checker)
{
    const struct definitions *set = checker->set;
    struct names *names = &checker->segments;
    names->intern = intern_new();
    names->index = ARENA_ARRAY(set->arena, uint32_t, set->segment_count);
    for (uint32_t i = 0; i < set->segment_count; i++) {
        const struct segment *segment = set->segments[i];
        uint32_t known = intern_count(names->intern), code = intern_add(names->intern, segment->name);
        if (code == known) {
            names->index[code] = i;
            continue;
        }
        const struct segment *first = set->segments[names->index[code]];
        refuse_second(checker, "segment", segment->name, segment->source, segment->at, first->source, first->at);
    }
}

static const char *nearest_name(const struct checker *checker, const struct names *names, struct str name)
{
    if (checker->diagnostics->count == DIAGNOSTICS_MAX) return NULL; /* nobody will read it */
    uint32_t count = intern_count(names->intern);
    if (count > NEIGHBOURS_MAX) count = NEIGHBOURS_MAX;
    const char **known = ARENA_ARRAY(checker->set->arena, const char *, (size_t)count + 1);
    for (uint32_t i = 0; i < count; i++) known[i] = intern_at(names->intern, i).at;
    const char *near = nearest(name, known);
    return near == NULL ? NULL : arena_str(checker->set->arena, str_from_c(near)).at;
}

/* The index of a name, or UINT32_MAX after a complaint. */
static uint32_t resolve(const struct checker *checker, const struct names *names, const char *kind, struct str name,
                        struct place at)
{
    uint32_t code = intern_find(names->intern, name);
    if (code != INTERN_NONE) return names->index[code];
    const char *near = nearest_name(checker, names, name);
    if (near != NULL)
        error_at(checker, at, "there is no %s '" STR_FMT "'; did you mean '%s'?", kind, STR_ARG(name), near);
    else error_at(checker, at, "there is no %s '" STR_FMT "'", kind, STR_ARG(name));
    return UINT32_MAX;
}

static void add_use(struct checker *checker, uint32_t to, struct place at)
{
    if (checker->use_count == checker->use_capacity) {
        checker->use_capacity = checker->use_capacity == 0 ? 64 : checker->use_capacity * 2;
        checker->uses = memory_resize(checker->uses, checker->use_capacity, sizeof *checker->uses);
    }
    checker->uses[checker->use_count++] =
        (struct use){.from = checker->from, .to = to, .source = checker->source, .at = at};
}

/* ---- The walk ---- */

static void check_segment_test(struct checker *checker, struct condition *condition)
{
    uint32_t index = resolve(checker, &checker->segments, "segment", condition->name, condition->at);
    if (index == UINT32_MAX) return;
    const struct segment *segment = checker->set->segments[index];
    if (segment->object != checker->object) {
        error_at(checker, condition->at, "segment '" STR_FMT "' is one of %s, but here %s are tested",
                 STR_ARG(segment->name), entity_plural(segment->object), entity_plural(checker->object));
        return;
    }
    condition->target = index;
    add_use(checker, checker->set->score_count + index, condition->at);
}

/* The list of this object that was perhaps meant; NULL. *any: there is one at all. */
static const char *nearest_list(const struct checker *checker, struct str name, bool *any)
{
    struct catalog *catalog = checker->set->catalog;
    const char **known = ARENA_ARRAY(checker->set->arena, const char *, NEIGHBOURS_MAX + 1);
    size_t count = 0;
    for (uint32_t p = 0; p < catalog_count(catalog) && count < NEIGHBOURS_MAX; p++) {
        const struct property *property = catalog_at(catalog, p);
        struct str list = catalog_list_name(property);
        if (property->entity == checker->object && list.len > 0)
            known[count++] = arena_str(checker->set->arena, list).at;
    }
    *any = count > 0;
    return nearest(name, known);
}

static void check_list_test(struct checker *checker, const struct condition *condition)
{
    struct catalog *catalog = checker->set->catalog;
    struct str name = condition->name;
    if (catalog_trusts_lists(catalog) || catalog_has_list(catalog, checker->object, name)) return;
    for (enum entity object = ENTITY_CONTACT; object < OBJECT_COUNT; object++) {
        if (!catalog_has_list(catalog, object, name)) continue;
        error_at(checker, condition->at, "list '" STR_FMT "' is one of %s, but here %s are tested", STR_ARG(name),
                 entity_plural(object), entity_plural(checker->object));
        return;
    }
    bool any = false;
    const char *near = nearest_list(checker, name, &any);
    if (near != NULL)
        error_at(checker, condition->at, "there is no list '" STR_FMT "'; did you mean '%s'?", STR_ARG(name), near);
    else if (any)
        error_at(checker, condition->at, "there is no list '" STR_FMT "' of %s", STR_ARG(name),
                 entity_plural(checker->object));
    else
        error_at(checker, condition->at,
                 "there is no list '" STR_FMT "': lists are kept by a server, and here no list of %s is known",
                 STR_ARG(name), entity_plural(checker->object));
}

static void check_score_test(struct checker *checker, struct condition *condition)
{
    uint32_t index = resolve(checker, &checker->scores, "score", condition->name, condition->at);
    if (index == UINT32_MAX) return;
    const struct score *score = checker->set->scores[index];
    if (score->object != checker->object) {
        error_at(checker, condition->at,
                 "score '" STR_FMT "' is one of %s, but here %s are tested; a rollup rule can sum it up",
                 STR_ARG(score->name), entity_plural(score->object), entity_plural(checker->object));
        return;
    }
    condition->target = index;
    add_use(checker, index, condition->at);
}

static void check_condition(struct checker *checker, const struct condition *condition)
{
    if (condition == NULL) return;
    checker->conditions[checker->from]++;
    struct condition *mine = (struct condition *)(uintptr_t)condition;
    switch (condition->kind) {
    case CONDITION_ALL:
    case CONDITION_ANY:
    case CONDITION_NOT:
        for (uint32_t i = 0; i < condition->child_count; i++) check_condition(checker, condition->children[i]);
        break;
    case CONDITION_PROPERTY: break;
    case CONDITION_EVENT: check_condition(checker, condition->selection.where); break;
    case CONDITION_SEGMENT: check_segment_test(checker, mine); break;
    case CONDITION_LIST: check_list_test(checker, mine); break;
    case CONDITION_SCORE: check_score_test(checker, mine); break;
    }
}

static void check_rollup(struct checker *checker, struct rule *rule)
{
    bool named = rule->score_name.len > 0;
    if (named) rule->score = resolve(checker, &checker->scores, "score", rule->score_name, rule->at);
    if (rule->score == UINT32_MAX) return;
    const struct score *score = checker->set->scores[rule->score];
    if (score->object != rule->over) {
        error_at(checker, rule->at, "score '" STR_FMT "' is one of %s, but this rule goes over %s",
                 STR_ARG(score->name), entity_plural(score->object), entity_plural(rule->over));
        return;
    }
    add_use(checker, rule->score, rule->at);
}

static void check_score(struct checker *checker, uint32_t index)
{
    const struct score *score = checker->set->scores[index];
    checker->from = index;
    checker->object = score->object;
    checker->source = score->source;
    check_condition(checker, score->scope);
    for (uint32_t g = 0; g < score->group_count; g++) {
        for (uint32_t r = 0; r < score->groups[g].rule_count; r++) {
            const struct rule *rule = &score->groups[g].rules[r];
            checker->conditions[index]++;
            check_condition(checker, rule->when);
            check_condition(checker, rule->selection.where);
            if (rule->kind == RULE_ROLLUP) check_rollup(checker, (struct rule *)(uintptr_t)rule);
        }
    }
}

static void check_segment(struct checker *checker, uint32_t index)
{
    const struct segment *segment = checker->set->segments[index];
    checker->from = checker->set->score_count + index;
    checker->object = segment->object;
    checker->source = segment->source;
    check_condition(checker, segment->when);
}

bool definitions_check(struct definitions *set, struct diagnostics *diagnostics)
{
    struct checker checker = {.set = set, .diagnostics = diagnostics};
    checker.conditions = ARENA_ARRAY(set->arena, uint64_t, (size_t)set->score_count + set->segment_count);
    collect_scores(&checker);
    collect_segments(&checker);
    for (uint32_t i = 0; i < set->score_count; i++) check_score(&checker, i);
    for (uint32_t i = 0; i < set->segment_count; i++) check_segment(&checker, i);
    definitions_sort(set, checker.uses, checker.use_count, checker.conditions, diagnostics);
    memory_free(checker.uses);
    intern_free(checker.scores.intern);
    intern_free(checker.segments.intern);
    if (diagnostics->errors == 0) definitions_warn(set, diagnostics);
    return diagnostics->errors == 0;
}

uint32_t definitions_find_score(const struct definitions *set, struct str name)
{
    for (uint32_t i = 0; i < set->score_count; i++)
        if (!set->scores[i]->anonymous && str_equal(set->scores[i]->name, name)) return i;
    return UINT32_MAX;
}

uint32_t definitions_find_segment(const struct definitions *set, struct str name)
{
    for (uint32_t i = 0; i < set->segment_count; i++)
        if (str_equal(set->segments[i]->name, name)) return i;
    return UINT32_MAX;
}

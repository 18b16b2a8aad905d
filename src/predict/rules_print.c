/* rules_print.c — see rules_print.h: a walk over the definition that hashes what it meets. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/rules_print.h"

#include <string.h>

struct print {
    const struct definitions *set;
    uint64_t hash;
};

static void put_str(struct print *p, struct str text)
{
    p->hash = str_hash(text, p->hash + text.len);
}

static void put(struct print *p, int64_t number)
{
    put_str(p, (struct str){(const char *)&number, sizeof number});
}

static void put_clamp(struct print *p, const struct clamp *clamp)
{
    put(p, clamp->has_min ? clamp->min : INT64_MIN);
    put(p, clamp->has_max ? clamp->max : INT64_MAX);
}

static void put_property(struct print *p, uint32_t property)
{
    const struct property *at = catalog_at(p->set->catalog, property);
    put(p, at->entity);
    put_str(p, at->name);
}

static void put_test(struct print *p, const struct test *test)
{
    put(p, test->op);
    put(p, test->ever);
    put(p, test->or_unknown);
    put(p, duration_minutes(test->duration));
    put(p, test->argument_count);
    for (uint32_t i = 0; i < test->argument_count; i++) put_str(p, test->arguments[i].text);
}

static void put_condition(struct print *p, const struct condition *condition);
static void put_score(struct print *p, uint32_t index);

static void put_selection(struct print *p, const struct selection *selection)
{
    put_str(p, selection->event);
    put(p, selection->within_minutes);
    put(p, selection->per_day);
    put(p, selection->at_most);
    put(p, selection->include_bots);
    put_condition(p, selection->where);
}

/* NULL is "all". Deep as conditions may be (core/condition.h), and no circle: the set was checked. */
static void put_condition(struct print *p, const struct condition *condition)
{
    put(p, condition != NULL ? (int64_t)condition->kind : -1);
    if (condition == NULL) return;
    put(p, condition->child_count);
    for (uint32_t i = 0; i < condition->child_count; i++) put_condition(p, condition->children[i]);
    put_str(p, condition->name);
    if (condition->kind == CONDITION_PROPERTY) {
        put(p, condition->hop);
        put_property(p, condition->property);
    }
    if (condition->test != NULL) put_test(p, condition->test);
    if (condition->kind == CONDITION_EVENT) {
        put_selection(p, &condition->selection);
        put(p, condition->at_least);
        put(p, condition->at_most);
    }
    if (condition->kind == CONDITION_SEGMENT) put_condition(p, p->set->segments[condition->target]->when);
    if (condition->kind == CONDITION_SCORE) {
        put(p, condition->part);
        put_score(p, condition->target);
    }
}

static void put_decay(struct print *p, const struct decay *decay)
{
    int64_t percent = 0;
    memcpy(&percent, &decay->percent, sizeof percent);
    put(p, decay->shape);
    put(p, decay->shape == DECAY_NONE ? 0 : percent);
    put(p, decay->period);
    put(p, decay->unit_minutes);
}

static void put_rule(struct print *p, const struct rule *rule)
{
    const int64_t numbers[] = {rule->kind,    rule->enabled, rule->points,     rule->otherwise,  rule->has_unknown,
                               rule->unknown, rule->once,    rule->case_count, rule->range_count};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) put(p, numbers[i]);
    put_clamp(p, &rule->clamp);
    put_condition(p, rule->when);
    if (rule->kind == RULE_VALUES) {
        put(p, rule->hop);
        put_property(p, rule->property);
    }
    for (uint32_t c = 0; c < rule->case_count; c++) {
        put_test(p, &rule->cases[c].test);
        put(p, rule->cases[c].points);
    }
    if (rule->kind == RULE_EVENT || rule->kind == RULE_RANGES) {
        put_selection(p, &rule->selection);
        put_decay(p, &rule->decay);
    }
    for (uint32_t r = 0; r < rule->range_count; r++) {
        put(p, rule->ranges[r].from);
        put(p, rule->ranges[r].to);
        put(p, rule->ranges[r].points);
    }
    if (rule->kind == RULE_ROLLUP) {
        put(p, rule->over);
        put(p, rule->take);
        put(p, rule->top);
        put(p, rule->part);
        put_score(p, rule->score);
    }
}

/* Groups and rules in the order of nothing: each has a hash of its own, with its names, and those are added up. */
static void put_groups(struct print *p, const struct score *score)
{
    uint64_t sum = 0;
    for (uint32_t g = 0; g < score->group_count; g++) {
        const struct group *group = &score->groups[g];
        for (uint32_t r = 0; r < group->rule_count; r++) {
            struct print one = {.set = p->set};
            put_str(&one, group->name);
            put(&one, group->category);
            put_clamp(&one, &group->clamp);
            put_str(&one, group->rules[r].name);
            put_rule(&one, &group->rules[r]);
            sum += one.hash;
        }
    }
    put(p, (int64_t)sum);
}

static void put_score(struct print *p, uint32_t index)
{
    const struct score *score = p->set->scores[index];
    put(p, score->object);
    put(p, score->no_match);
    put_condition(p, score->scope);
    for (int c = 0; c < CATEGORY_COUNT; c++) put_clamp(p, &score->category[c]);
    put_clamp(p, &score->total);
    put_groups(p, score);
}

uint64_t rules_print(const struct definitions *set, uint32_t score)
{
    struct print p = {.set = set};
    put_score(&p, score);
    return p.hash != 0 ? p.hash : 1;
}

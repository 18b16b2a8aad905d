/* fold.c — rules that ask for one property's value, added up before any record is seen.
 *
 * What a rule such as `when: {property: role, is: student}` contributes, its clamp
 * included, depends on the value of one property only. Rules of one group about the same
 * property are put into a *fold*: whoever knows all values of the property asks
 * evaluate_fold once for each, and a record then costs one look-up for all these rules.
 *
 * A rule is folded when its tests look at one property of the record or its company, at
 * no more than its value (no `ever`, no `changed_within`), and as long as the points of
 * its fold stay within FOLD_POINTS_MAX, so that a table of them is narrow. */
// SPDX-License-Identifier: Apache-2.0
#include "core/program.h"

/* The one leaf for all: same property, found the same way, no more than its value. */
static bool same_value(const struct leaf *a, const struct leaf *b)
{
    return a->property == b->property && a->hop == b->hop && b->hop != HOP_DEAL && !test_needs_versions(b->test);
}

static bool when_of_value(const struct program *program, uint32_t condition, struct leaf *out)
{
    bool found = false;
    for (uint32_t n = condition; n < condition + program->nodes[condition].span; n++) {
        const struct node *node = &program->nodes[n];
        if (node->kind == NODE_SIGNAL || node->kind == NODE_SCORE) return false;
        if (node->kind != NODE_LEAF) continue;
        if (!found) *out = program->leaves[node->input];
        if (!same_value(out, &program->leaves[node->input])) return false;
        found = true;
    }
    return found;
}

static bool values_of_value(const struct rule *rule, struct leaf *out)
{
    *out = (struct leaf){.property = rule->property, .hop = rule->hop};
    for (uint32_t i = 0; i < rule->case_count; i++) {
        struct leaf leaf = {.property = rule->property, .hop = rule->hop, .test = &rule->cases[i].test};
        if (!same_value(out, &leaf)) return false;
    }
    return rule->case_count > 0;
}

static int32_t size_when_clamped(int32_t points, const struct clamp *clamp)
{
    if (clamp->has_min && points < clamp->min) points = clamp->min;
    if (clamp->has_max && points > clamp->max) points = clamp->max;
    return points < 0 ? -points : points;
}

/* The most points that the rule gives or takes. */
static int32_t most_points(const struct program_rule *pr)
{
    const struct clamp *clamp = &pr->rule->clamp;
    const int32_t ends[] = {pr->rule->points, pr->rule->otherwise};
    const int32_t *points = pr->rule->kind == RULE_VALUES ? pr->match_points : ends;
    uint32_t count = pr->rule->kind == RULE_VALUES ? pr->rule->case_count + 2 : 2;
    int32_t most = 0;
    for (uint32_t i = 0; i < count; i++) {
        int32_t size = size_when_clamped(points[i], clamp);
        most = most > size ? most : size;
    }
    return most;
}

/* The fold among those from `first` on that has room, else a new one. */
static struct fold *fold_for(struct program *program, uint32_t first, const struct leaf *value, int32_t points,
                             uint32_t rule)
{
    for (uint32_t f = first; f < program->fold_count; f++) {
        struct fold *fold = &program->folds[f];
        if (fold->property == value->property && fold->hop == value->hop && fold->points + points <= FOLD_POINTS_MAX)
            return fold;
    }
    struct fold *fold = &program->folds[program->fold_count++];
    *fold = (struct fold){.property = value->property, .hop = value->hop, .first_rule = rule};
    return fold;
}

static void fold_rule(struct program *program, uint32_t first_fold, uint32_t rule)
{
    struct program_rule *pr = &program->rules[rule];
    struct leaf value;
    bool folds = (pr->rule->kind == RULE_WHEN && when_of_value(program, pr->condition, &value)) ||
                 (pr->rule->kind == RULE_VALUES && values_of_value(pr->rule, &value));
    if (!folds || most_points(pr) > FOLD_POINTS_MAX) return;
    struct fold *fold = fold_for(program, first_fold, &value, most_points(pr), rule);
    fold->points += most_points(pr);
    fold->end_rule = rule + 1;
    pr->fold = (uint32_t)(fold - program->folds);
    if (pr->match != NO_INDEX) program->match_fold[pr->match] = pr->fold;
    for (uint32_t n = pr->condition;
         pr->condition != NO_INDEX && n < pr->condition + program->nodes[pr->condition].span; n++)
        if (program->nodes[n].kind == NODE_LEAF) program->leaves[program->nodes[n].input].fold = pr->fold;
}

void program_fold(struct program *program, struct arena *arena)
{
    program->folds = ARENA_ARRAY(arena, struct fold, program->rule_count);
    for (uint32_t g = 0, rule = 0; g < program->score->group_count; g++) {
        const uint32_t first_fold = program->fold_count;
        for (uint32_t end = rule + program->group_rules[g]; rule < end; rule++) fold_rule(program, first_fold, rule);
    }
}

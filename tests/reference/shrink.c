/* shrink.c — tries to leave out one thing after the other, and keeps what still fails.
 *
 * Each attempt overwrites a struct and puts it back when the case then agrees. Two rounds,
 * since leaving out a rule may make a fact needless. */
// SPDX-License-Identifier: Apache-2.0
#include "reference/shrink.h"

#include "base/macros.h"

#define ROUNDS 2

struct shrinker {
    struct ref_case *c;
    bool (*fails)(const struct ref_case *c, void *context);
    void *context;
};

static bool still_fails(struct shrinker *s)
{
    ref_settle(&s->c->world);
    bool fails = s->fails(s->c, s->context);
    return fails;
}

/* Assign, and take it back when the failure is gone. */
#define TRY(s, place, value)                  \
    do {                                      \
        __typeof__(place) kept_ = (place);    \
        (place) = (value);                    \
        if (!still_fails(s)) (place) = kept_; \
    } while (0)

static void shrink_condition(struct shrinker *s, struct ref_condition *c)
{
    for (uint32_t i = 0; i < c->child_count; i++) {
        struct ref_condition child = *c->child[i];
        struct ref_condition kept = *c;
        *c = child;
        if (still_fails(s)) {
            shrink_condition(s, c);
            return;
        }
        *c = kept;
    }
    for (uint32_t i = 0; i < c->child_count; i++) shrink_condition(s, c->child[i]);
    if (c->kind == REF_ALL_OF || c->kind == REF_ANY_OF)
        while (c->child_count > 0) {
            c->child_count--;
            if (still_fails(s)) continue;
            c->child_count++;
            break;
        }
    if (c->selection.where != NULL) TRY(s, c->selection.where, NULL);
    if (c->selection.has_within) TRY(s, c->selection.has_within, false);
    if (c->test.or_unknown) TRY(s, c->test.or_unknown, false);
    if (c->test.ever) TRY(s, c->test.ever, false);
}

static const struct ref_decay no_decay = {0};

static void shrink_rule(struct shrinker *s, struct ref_rule *rule)
{
    struct ref_clamp none = {0};
    if (rule->clamp.has_min || rule->clamp.has_max) TRY(s, rule->clamp, none);
    if (rule->selection.where != NULL) TRY(s, rule->selection.where, NULL);
    if (rule->selection.has_within) TRY(s, rule->selection.has_within, false);
    if (rule->selection.per_day > 0) TRY(s, rule->selection.per_day, 0);
    if (rule->selection.at_most > 0) TRY(s, rule->selection.at_most, 0);
    if (rule->decay.written) TRY(s, rule->decay, no_decay);
    if (rule->has_otherwise) TRY(s, rule->has_otherwise, false);
    if (rule->has_unknown) TRY(s, rule->has_unknown, false);
    while (rule->entry_count > 1) {
        rule->entry_count--;
        if (still_fails(s)) continue;
        rule->entry_count++;
        break;
    }
    if (rule->when != NULL) shrink_condition(s, rule->when);
    if (rule->inner != NULL) shrink_rule(s, rule->inner);
}

static void shrink_score(struct shrinker *s, struct ref_score *score)
{
    struct ref_clamp none = {0};
    if (!score->dropped) TRY(s, score->dropped, true);
    if (score->dropped) return;
    if (score->scope != NULL) TRY(s, score->scope, NULL);
    if (score->scope != NULL) shrink_condition(s, score->scope);
    for (int part = 0; part < 3; part++) TRY(s, score->clamp[part], none);
    TRY(s, score->band_count, 0);
    for (uint32_t i = 0; i < score->group_count; i++) {
        struct ref_group *group = &score->group[i];
        TRY(s, group->dropped, true);
        if (group->dropped) continue;
        TRY(s, group->clamp, none);
        TRY(s, group->decay, no_decay);
        for (uint32_t k = 0; k < group->rule_count; k++) {
            TRY(s, group->rule[k].dropped, true);
            if (!group->rule[k].dropped) shrink_rule(s, &group->rule[k]);
        }
    }
}

void ref_shrink(struct ref_case *c, bool (*fails)(const struct ref_case *c, void *context), void *context)
{
    struct shrinker s = {c, fails, context};
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < c->set.score_count; i++) shrink_score(&s, &c->set.score[i]);
        for (uint32_t i = 0; i < c->set.segment_count; i++) shrink_condition(&s, c->set.segment[i].when);
        for (uint32_t i = 0; i < c->world.fact_count; i++)
            if (!c->world.fact[i].dropped) TRY(&s, c->world.fact[i].dropped, true);
    }
    ref_settle(&c->world);
}

/* reference.c — rules, clamps and the ledger, in the order the contract names (semantics 4.1, 4.3, 4.4, 5, 6). */
// SPDX-License-Identifier: Apache-2.0
#include "reference/reference.h"

#include <math.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/unicode.h"

#define MICRO INT64_C(1000000)
#define CONTRIBUTION_MAX (100000000 * MICRO)

static int64_t limited(int64_t micro)
{
    if (micro > CONTRIBUTION_MAX) return CONTRIBUTION_MAX;
    return micro < -CONTRIBUTION_MAX ? -CONTRIBUTION_MAX : micro;
}

static int64_t clamped(struct ref_clamp clamp, int64_t micro)
{
    if (clamp.has_min && micro < clamp.min * MICRO) return clamp.min * MICRO;
    if (clamp.has_max && micro > clamp.max * MICRO) return clamp.max * MICRO;
    return micro;
}

/* ---- Decay. ---- */

static int64_t unit_ms(struct ref_duration d)
{
    return d.unit == 'm' ? MS_PER_MINUTE : d.unit == 'h' ? MS_PER_HOUR : MS_PER_DAY;
}

int64_t ref_ppm(const struct ref_decay *decay, int64_t n)
{
    if (decay->shape == REF_NO_DECAY) return 1000000;
    int64_t period = ref_duration_ms(decay->period) / unit_ms(decay->period);
    int64_t whole = n / period;
    double p = decay->percent, f = 0;
    switch (decay->shape) {
    case REF_HALF_LIFE: f = pow(2, -(double)n / (double)period); break;
    case REF_LINEAR: f = fmax(0, 1 - p / 100 * (double)n / (double)period); break;
    case REF_STEP: f = fmax(0, 1 - p / 100 * (double)whole); break;
    case REF_COMPOUND: f = pow(1 - p / 100, (double)whole); break;
    case REF_NO_DECAY: abort();
    }
    return (int64_t)floor(f * 1000000 + 0.5);
}

static int64_t ppm_at(const struct ref_decay *decay, int64_t at_ms, int64_t as_of_ms)
{
    if (decay->shape == REF_NO_DECAY) return 1000000;
    return ref_ppm(decay, floor_div(as_of_ms - at_ms, unit_ms(decay->period)));
}

/* ---- Rules. ---- */

struct outcome {
    bool line; /* it has something to say */
    int64_t micro;
    uint64_t events;
    int64_t latest_ms;
};

static struct outcome rule_outcome(const struct ref_view *view, const struct ref_rule *rule,
                                   const struct ref_decay *group_decay);

static struct outcome when_outcome(const struct ref_view *view, const struct ref_rule *rule)
{
    struct outcome out = {.latest_ms = REF_NO_TIME};
    bool holds = ref_holds(view, rule->when);
    out.line = holds || rule->has_otherwise;
    if (holds) out.micro = rule->points * MICRO;
    else if (rule->has_otherwise) out.micro = rule->otherwise * MICRO;
    return out;
}

static struct outcome values_outcome(const struct ref_view *view, const struct ref_rule *rule)
{
    bool known = false;
    uint32_t entry = ref_first_entry(view, rule->property, rule->entry, rule->entry_count, &known);
    if (entry < rule->entry_count) return (struct outcome){true, rule->entry[entry].points * MICRO, 0, REF_NO_TIME};
    if (known && rule->has_otherwise) return (struct outcome){true, rule->otherwise * MICRO, 0, REF_NO_TIME};
    if (!known && rule->has_unknown) return (struct outcome){true, rule->unknown * MICRO, 0, REF_NO_TIME};
    return (struct outcome){.latest_ms = REF_NO_TIME};
}

static int64_t range_points(const struct ref_rule *rule, uint32_t count)
{
    for (uint32_t i = 0; i < rule->range_count; i++)
        if (count >= rule->range[i].from && (rule->range[i].open || count <= rule->range[i].to))
            return rule->range[i].points;
    return 0;
}

static struct outcome event_outcome(const struct ref_view *view, const struct ref_rule *rule,
                                    const struct ref_decay *group_decay)
{
    const struct ref_decay *decay = rule->decay.written ? &rule->decay : group_decay;
    uint32_t count = 0;
    const struct ref_fact **event = ref_select(view, &rule->selection, &count);
    struct outcome out = {.line = count > 0, .events = count, .latest_ms = REF_NO_TIME};
    if (count == 0) return out;
    out.latest_ms = event[0]->at_ms;
    int64_t latest_ppm = ppm_at(decay, event[0]->at_ms, view->as_of_ms);
    if (rule->kind == REF_ONCE) out.micro = rule->points * latest_ppm;
    if (rule->kind == REF_RANGES) out.micro = range_points(rule, count) * latest_ppm;
    for (uint32_t i = 0; rule->kind == REF_EACH && i < count; i++)
        out.micro += rule->points * ppm_at(decay, event[i]->at_ms, view->as_of_ms);
    return out;
}

static int greatest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static int64_t rounded_average(int64_t sum, int64_t count)
{
    int64_t size = sum < 0 ? -sum : sum;
    int64_t average = (2 * size + count) / (2 * count); /* half goes up, away from zero */
    return sum < 0 ? -average : average;
}

static int64_t taken(const struct ref_rule *rule, int64_t *value, uint32_t count)
{
    if (count == 0) return 0;
    qsort(value, count, sizeof value[0], greatest_first);
    int64_t sum = 0;
    for (uint32_t i = 0; i < count && (rule->take != REF_TOP || i < rule->top); i++) sum += value[i];
    switch (rule->take) {
    case REF_SUM:
    case REF_TOP: return sum;
    case REF_AVG: return rounded_average(sum, count);
    case REF_MIN: return value[count - 1];
    case REF_MAX: return value[0];
    }
    abort();
}

/* What one associated record has: the part of its score, or what the rule says of it. False: unknown. */
static bool associated_value(const struct ref_view *view, const struct ref_rule *rule,
                             const struct ref_decay *group_decay, uint32_t record, int64_t *out)
{
    if (rule->inner == NULL) {
        struct ref_result result;
        ref_evaluate(view->arena, view->world, view->set, rule->target, record, view->as_of_ms, &result);
        *out = result.micro[rule->part];
        return result.known;
    }
    struct ref_view its = *view;
    its.object = rule->over;
    its.record = record;
    its.hidden_through_ms = REF_NO_TIME;
    struct outcome outcome = rule_outcome(&its, rule->inner, group_decay);
    *out = outcome.line ? clamped(rule->inner->clamp, outcome.micro) : 0;
    return true;
}

static struct outcome rollup_outcome(const struct ref_view *view, const struct ref_rule *rule,
                                     const struct ref_decay *group_decay)
{
    struct outcome out = {.latest_ms = REF_NO_TIME};
    uint32_t all = view->world->record_count[rule->over], known = 0;
    int64_t *value = ARENA_ARRAY(view->arena, int64_t, all);
    for (uint32_t i = 0; i < all; i++) {
        if (rule->over == REF_CONTACT && view->world->person[i] != i) continue;
        if (!ref_associated(view->world, view->object, view->record, rule->over, i, view->as_of_ms)) continue;
        out.line = true;
        known += associated_value(view, rule, group_decay, i, &value[known]);
    }
    out.micro = taken(rule, value, known);
    out.events = known;
    return out;
}

static struct outcome rule_outcome(const struct ref_view *view, const struct ref_rule *rule,
                                   const struct ref_decay *group_decay)
{
    struct outcome out = {.latest_ms = REF_NO_TIME};
    switch (rule->kind) {
    case REF_WHEN: out = when_outcome(view, rule); break;
    case REF_VALUES: out = values_outcome(view, rule); break;
    case REF_EACH:
    case REF_ONCE:
    case REF_RANGES: out = event_outcome(view, rule, group_decay); break;
    case REF_ROLLUP: out = rollup_outcome(view, rule, group_decay); break;
    }
    out.micro = limited(out.micro);
    return out;
}

/* ---- The ledger. ---- */

static struct ref_line *add_line(struct arena *arena, struct ref_result *out, struct ref_line line)
{
    struct ref_line *grown = ARENA_ARRAY(arena, struct ref_line, out->line_count + 1);
    for (uint32_t i = 0; i < out->line_count; i++) grown[i] = out->line[i];
    grown[out->line_count] = line;
    out->line = grown;
    return &grown[out->line_count++];
}

/* The clamped sum; a line with the difference when there is one. */
static int64_t clamp_with_line(struct arena *arena, struct ref_result *out, struct ref_clamp clamp, int64_t micro,
                               enum ref_part part, struct str group, struct str rule)
{
    int64_t result = clamped(clamp, micro);
    if (result != micro)
        add_line(arena, out, (struct ref_line){REF_CLAMP_LINE, part, group, rule, result - micro, 0, REF_NO_TIME});
    return result;
}

static int64_t group_sum(const struct ref_view *view, const struct ref_group *group, struct ref_result *out)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < group->rule_count; i++) {
        const struct ref_rule *rule = &group->rule[i];
        if (rule->dropped || rule->disabled) continue;
        struct outcome o = rule_outcome(view, rule, &group->decay);
        if (o.line)
            add_line(view->arena, out,
                     (struct ref_line){REF_RULE_LINE, group->category, group->name, rule->name, o.micro, o.events,
                                       o.latest_ms});
        sum += clamp_with_line(view->arena, out, rule->clamp, o.micro, group->category, group->name, rule->name);
    }
    return clamp_with_line(view->arena, out, group->clamp, sum, group->category, group->name, (struct str){0});
}

/* ---- Reserved events (semantics 6). ---- */

/* Is it such an event, and about this score? */
static bool is_reserved(const struct ref_view *view, const struct ref_fact *f, const char *name, struct str score)
{
    struct str of = {0};
    return str_equal(unicode_fold(view->arena, f->name), str_from_c(name)) &&
           ref_event_text(view->world, f, STR("score"), &of) && str_equal(str_trim(of), score);
}

/* The latest reset of this score; of `all` only, when asked for. */
static int64_t reset_at(const struct ref_view *view, struct str score, bool only_all)
{
    int64_t at = REF_NO_TIME;
    uint32_t count = 0;
    const struct ref_fact **event = ref_events(view, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct str category = {0};
        if (!is_reserved(view, event[i], "plumb.score_reset", score)) continue;
        if (!ref_event_text(view->world, event[i], STR("category"), &category)) continue;
        bool all = str_equal(str_trim(category), STR("all"));
        if ((all || !only_all) && event[i]->at_ms > at) at = event[i]->at_ms;
    }
    return at;
}

static int by_time_then_points(const void *a, const void *b)
{
    const struct ref_line *x = a, *y = b;
    if (x->latest_ms != y->latest_ms) return (x->latest_ms > y->latest_ms) - (x->latest_ms < y->latest_ms);
    return (x->micro > y->micro) - (x->micro < y->micro);
}

static int64_t adjustments(const struct ref_view *view, struct str score, struct ref_result *out)
{
    int64_t sum = 0, hidden_through_ms = reset_at(view, score, true);
    uint32_t count = 0, first = out->line_count;
    const struct ref_fact **event = ref_events(view, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct str text = {0};
        double points = 0;
        if (event[i]->at_ms <= hidden_through_ms) continue;
        if (!is_reserved(view, event[i], "plumb.score_adjusted", score)) continue;
        if (!ref_event_text(view->world, event[i], STR("points"), &text) || !str_to_double(str_trim(text), &points))
            continue;
        int64_t micro = (int64_t)points * MICRO;
        sum += micro;
        add_line(view->arena, out,
                 (struct ref_line){REF_ADJUSTMENT_LINE, REF_TOTAL, {0}, {0}, micro, 1, event[i]->at_ms});
    }
    if (out->line_count > first)
        qsort(out->line + first, out->line_count - first, sizeof out->line[0], by_time_then_points);
    return sum;
}

/* ---- Order of evaluation (semantics 5). ---- */

static bool says_anything(const struct ref_result *result)
{
    for (uint32_t i = 0; i < result->line_count; i++)
        if (result->line[i].kind != REF_CLAMP_LINE) return true;
    return false;
}

void ref_evaluate(struct arena *arena, const struct ref_world *world, const struct ref_set *set, uint32_t score,
                  uint32_t record, int64_t as_of_ms, struct ref_result *out)
{
    const struct ref_score *s = &set->score[score];
    *out = (struct ref_result){0};
    struct ref_view view = {arena, world, set, s->object, record, as_of_ms, REF_NO_TIME};
    view.hidden_through_ms = reset_at(&view, s->name, false);
    if (s->scope != NULL && !ref_holds(&view, s->scope)) return;

    for (uint32_t i = 0; i < s->group_count; i++)
        if (!s->group[i].dropped) out->micro[s->group[i].category] += group_sum(&view, &s->group[i], out);
    struct str none = {0};
    for (enum ref_part part = REF_FIT; part <= REF_ENGAGEMENT; part++)
        out->micro[part] = clamp_with_line(arena, out, s->clamp[part], out->micro[part], part, none, none);
    int64_t total = out->micro[REF_FIT] + out->micro[REF_ENGAGEMENT] + adjustments(&view, s->name, out);
    out->micro[REF_TOTAL] = clamp_with_line(arena, out, s->clamp[REF_TOTAL], total, REF_TOTAL, none, none);
    out->known = true;
    if (!says_anything(out)) *out = (struct ref_result){.known = !s->no_match_unknown};
}

bool ref_in_segment(struct arena *arena, const struct ref_world *world, const struct ref_set *set, uint32_t segment,
                    uint32_t record, int64_t as_of_ms)
{
    struct ref_view view = {arena, world, set, set->segment[segment].object, record, as_of_ms, REF_NO_TIME};
    return ref_holds(&view, set->segment[segment].when);
}

uint32_t ref_band_of(const struct ref_score *score, int64_t micro, uint32_t previous)
{
    for (uint32_t i = 0; i < score->band_count; i++) {
        const struct ref_band *band = &score->band[i];
        if (micro >= band->from * MICRO) return i;
        if (i == previous && band->has_until && micro >= band->until * MICRO) return i;
    }
    return REF_NONE;
}

uint32_t ref_grade_of(const struct ref_score *score, enum ref_part part, int64_t micro)
{
    uint32_t last = score->grade_count[part] - 1;
    for (uint32_t i = 0; i < last; i++)
        if (micro >= score->grade[part][i].from * MICRO) return i;
    return last;
}

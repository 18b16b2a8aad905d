/* rule_units.c — see rule_units.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/rule_units.h"

#include <math.h>
#include <string.h>

#include "base/intern.h"

#define ROWS_AT_ONCE 8192

void rule_units_find(const struct score *score, struct arena *arena, struct rule_units *out)
{
    uint32_t rules = 0, rollups = 0;
    for (uint32_t g = 0; g < score->group_count; g++) rules += score->groups[g].rule_count;
    *out = (struct rule_units){.rollup_group = ARENA_ARRAY(arena, uint32_t, rules),
                               .rollup_rule = ARENA_ARRAY(arena, uint32_t, rules)};
    out->place_count = points_places(score, arena, &out->places);
    for (uint32_t g = 0; g < score->group_count; g++)
        for (uint32_t r = 0; r < score->groups[g].rule_count; r++) {
            const struct rule *rule = &score->groups[g].rules[r];
            if (!rule->enabled || rule->kind != RULE_ROLLUP) continue;
            out->rollup_group[rollups] = g;
            out->rollup_rule[rollups++] = r;
        }
    out->columns = out->place_count + rollups;
}

/* ---- The score whose numbers tell. ---- */

static bool is_of(struct points_place place, uint32_t group, uint32_t rule)
{
    return place.group == group && place.rule == rule;
}

/* Numbers of one rule differ, from 1 on. An entry of `values` that beats others on an open deal does so still: greater points, greater
 * number. */
static int32_t code_of(const struct rule_units *units, const struct score *score, uint32_t place)
{
    struct points_place at = units->places[place];
    int32_t code = 1, points = points_at(score, at);
    for (uint32_t i = 0; i < units->place_count; i++) {
        if (i == place || !is_of(units->places[i], at.group, at.rule)) continue;
        int32_t other = points_at(score, units->places[i]);
        code += other < points || (other == points && i < place);
    }
    return code;
}

/* Whoever asks what another half-life does to some rules need not evaluate the others. */
static void try_half_life(struct score *probe, const struct half_life_trial *trial)
{
    for (uint32_t g = 0; g < probe->group_count; g++)
        for (uint32_t r = 0; r < probe->groups[g].rule_count; r++) {
            const struct rule *rule = &probe->groups[g].rules[r];
            bool tried = g == trial->group && rule->kind == RULE_EVENT && decay_equal(&rule->decay, &trial->from);
            if (tried) decay_put(probe, g, r, (struct decay){DECAY_HALF_LIFE, 0, trial->days, 24 * 60});
            else rule_disable(probe, g, r);
        }
}

/* Behind its groups one whose only rule always holds: it tells who is in the scope. */
static void add_witness(struct score *probe, struct arena *arena)
{
    struct group *groups = ARENA_ARRAY(arena, struct group, (size_t)probe->group_count + 1);
    struct condition *always = ARENA_NEW(arena, struct condition);
    struct rule *rule = ARENA_NEW(arena, struct rule);
    memcpy(groups, probe->groups, probe->group_count * sizeof *groups);
    *always = (struct condition){.kind = CONDITION_ALL};
    *rule = (struct rule){.name = STR("in scope"), .kind = RULE_WHEN, .enabled = true, .points = 1, .when = always};
    groups[probe->group_count++] = (struct group){.name = STR("scope"), .rules = rule, .rule_count = 1};
    probe->groups = groups;
}

static const struct score *make_probe(const struct rule_units *units, const struct score *score,
                                      const struct half_life_trial *trial, struct arena *arena)
{
    struct score *probe = score_copy(score, arena);
    for (uint32_t i = 0; i < units->place_count; i++) {
        points_put(probe, units->places[i], code_of(units, score, i));
        if (units->places[i].kind == POINTS_OF_RANGE)
            decay_put(probe, units->places[i].group, units->places[i].rule, (struct decay){0});
    }
    if (trial != NULL) try_half_life(probe, trial);
    add_witness(probe, arena);
    return probe;
}

/* ---- Reading it off. ---- */

/* One feature for each rule of the probe, the disabled ones too, so that a rule's number is its column. */
static struct feature_plan plan_of(const struct score *probe, struct arena *arena)
{
    struct feature_plan plan = {0};
    for (uint32_t g = 0; g < probe->group_count; g++) plan.count += probe->groups[g].rule_count;
    plan.features = ARENA_ARRAY(arena, struct feature, plan.count);
    for (uint32_t r = 0; r < plan.count; r++)
        plan.features[r] = (struct feature){.kind = FEATURE_RULE, .property = INTERN_NONE, .rule = r};
    return plan;
}

/* Where the columns are read: the rule's number, and the code that means it. */
struct reading {
    uint32_t rule;
    int32_t code; /* 0: the amount itself */
    double most;  /* of an amount: where the rule's limit ends it */
};

static double limit_of(const struct rule *rule)
{
    if (rule->points > 0 && rule->clamp.has_max) return fmax(0, (double)rule->clamp.max / rule->points);
    if (rule->points < 0 && rule->clamp.has_min) return fmax(0, (double)rule->clamp.min / rule->points);
    return INFINITY;
}

static void find_readings(const struct rule_units *units, const struct score *score, struct arena *arena,
                          struct reading *out)
{
    uint32_t *first = ARENA_ARRAY(arena, uint32_t, (size_t)score->group_count + 1);
    for (uint32_t g = 0; g < score->group_count; g++) first[g + 1] = first[g] + score->groups[g].rule_count;
    for (uint32_t i = 0; i < units->place_count; i++) {
        struct points_place at = units->places[i];
        const struct rule *rule = &score->groups[at.group].rules[at.rule];
        bool amount = rule->kind == RULE_EVENT;
        out[i] = (struct reading){.rule = first[at.group] + at.rule,
                                  .code = amount ? 0 : code_of(units, score, i),
                                  .most = amount ? limit_of(rule) : INFINITY};
    }
    for (uint32_t i = units->place_count; i < units->columns; i++) {
        uint32_t rollup = i - units->place_count;
        out[i] = (struct reading){first[units->rollup_group[rollup]] + units->rollup_rule[rollup], 0, INFINITY};
    }
}

static float read_off(const struct reading *reading, const float *row)
{
    double value = (double)row[reading->rule];
    if (reading->code != 0) return lround(value) == reading->code ? 1 : 0;
    return (float)fmin(value, reading->most);
}

void rule_units_compute(const struct rule_units *units, const struct feature_source *source,
                        const struct half_life_trial *trial, const struct training_example *examples, uint64_t count,
                        unsigned threads, stop_flag stop, float *value, uint8_t *in_scope)
{
    AUTO_ARENA arena = arena_new();
    struct definitions set;
    const struct score *score = source->set->scores[source->score];
    const struct score *probe = make_probe(units, score, trial, arena);
    definitions_with(source->set, source->score, probe, arena, &set);
    struct scan *scan = scan_new(&set, source->history, NULL);
    struct feature_source asked = {.history = source->history,
                                   .catalog = source->catalog,
                                   .object = source->object,
                                   .scan = scan,
                                   .set = &set,
                                   .score = source->score};
    struct feature_plan plan = plan_of(probe, arena);
    struct reading *readings = ARENA_ARRAY(arena, struct reading, units->columns);
    float *rows = memory_array((size_t)ROWS_AT_ONCE * plan.count, sizeof *rows);
    const struct watch watch = {.stop = stop};
    find_readings(units, score, arena, readings);
    for (uint64_t first = 0; first < count && !is_stopped(stop); first += ROWS_AT_ONCE) {
        uint64_t some = count - first < ROWS_AT_ONCE ? count - first : ROWS_AT_ONCE;
        features_compute(&plan, &asked, examples + first, some, threads, &watch, rows);
        for (uint64_t r = 0; r < some; r++) {
            const float *row = rows + r * plan.count;
            in_scope[first + r] = row[plan.count - 1] > 0;
            for (uint32_t c = 0; c < units->columns; c++)
                value[(first + r) * units->columns + c] = read_off(&readings[c], row);
        }
    }
    memory_free(rows);
    scan_free(scan);
}

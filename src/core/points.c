/* points.c — see points.h. */
// SPDX-License-Identifier: Apache-2.0
#include "core/points.h"

#include <string.h>

#include "base/buf.h"

#define WORDS_BYTES_MAX 4096

static uint32_t most_of_rule(const struct rule *rule)
{
    return 2 + rule->case_count + rule->range_count;
}

static uint32_t places_of_rule(const struct rule *rule, struct points_place at, struct points_place *out)
{
    uint32_t count = 0;
    bool single = rule->kind == RULE_WHEN || rule->kind == RULE_EVENT;
    if (!rule->enabled || rule->kind == RULE_ROLLUP) return 0;
    if (single) out[count++] = (struct points_place){at.group, at.rule, POINTS_OF_RULE, 0};
    for (uint32_t i = 0; i < rule->case_count; i++)
        out[count++] = (struct points_place){at.group, at.rule, POINTS_OF_CASE, i};
    for (uint32_t i = 0; i < rule->range_count; i++)
        out[count++] = (struct points_place){at.group, at.rule, POINTS_OF_RANGE, i};
    if (rule->has_otherwise) out[count++] = (struct points_place){at.group, at.rule, POINTS_OTHERWISE, 0};
    if (rule->has_unknown) out[count++] = (struct points_place){at.group, at.rule, POINTS_UNKNOWN, 0};
    return count;
}

uint32_t points_places(const struct score *score, struct arena *arena, struct points_place **out)
{
    uint32_t most = 0, count = 0;
    for (uint32_t g = 0; g < score->group_count; g++)
        for (uint32_t r = 0; r < score->groups[g].rule_count; r++) most += most_of_rule(&score->groups[g].rules[r]);
    *out = ARENA_ARRAY(arena, struct points_place, most);
    for (uint32_t g = 0; g < score->group_count; g++)
        for (uint32_t r = 0; r < score->groups[g].rule_count; r++)
            count +=
                places_of_rule(&score->groups[g].rules[r], (struct points_place){.group = g, .rule = r}, *out + count);
    return count;
}

/* Where the number stands. */
static const int32_t *number_at(const struct score *score, struct points_place place)
{
    const struct rule *rule = &score->groups[place.group].rules[place.rule];
    switch (place.kind) {
    case POINTS_OF_RULE: return &rule->points;
    case POINTS_OTHERWISE: return &rule->otherwise;
    case POINTS_UNKNOWN: return &rule->unknown;
    case POINTS_OF_CASE: return &rule->cases[place.index].points;
    case POINTS_OF_RANGE: return &rule->ranges[place.index].points;
    }
    INVARIANT(!"a kind of points");
    return NULL;
}

int32_t points_at(const struct score *score, struct points_place place)
{
    return *number_at(score, place);
}

/* "in Software, IT services" */
static struct str words_of_test(const struct test *test, struct arena *arena)
{
    AUTO_BUF words = BUF_INIT(WORDS_BYTES_MAX);
    for (const char *c = operator_name(test->op); *c != '\0'; c++) buf_append_char(&words, *c == '_' ? ' ' : *c);
    for (uint32_t i = 0; i < test->argument_count; i++) {
        buf_append_c(&words, i > 0 ? ", " : " ");
        buf_append(&words, test->arguments[i].text);
    }
    return arena_str(arena, buf_str(&words));
}

struct str points_words(const struct score *score, struct points_place place, struct arena *arena)
{
    const struct rule *rule = &score->groups[place.group].rules[place.rule];
    switch (place.kind) {
    case POINTS_OF_RULE: return STR("");
    case POINTS_OTHERWISE: return STR("otherwise");
    case POINTS_UNKNOWN: return STR("unknown");
    case POINTS_OF_CASE: return words_of_test(&rule->cases[place.index].test, arena);
    case POINTS_OF_RANGE: {
        const struct range *range = &rule->ranges[place.index];
        if (range->to == UINT32_MAX) return arena_format(arena, "%u or more", range->from);
        return arena_format(arena, "%u to %u", range->from, range->to);
    }
    }
    INVARIANT(!"a kind of points");
    return STR("");
}

static void *copied(struct arena *arena, const void *array, size_t count, size_t element_bytes)
{
    void *copy = arena_array(arena, count, element_bytes);
    if (count > 0) memcpy(copy, array, count * element_bytes);
    return copy;
}

struct score *score_copy(const struct score *score, struct arena *arena)
{
    struct score *copy = copied(arena, score, 1, sizeof *score);
    struct group *groups = copied(arena, score->groups, score->group_count, sizeof *groups);
    for (uint32_t g = 0; g < score->group_count; g++) {
        struct rule *rules = copied(arena, groups[g].rules, groups[g].rule_count, sizeof *rules);
        for (uint32_t r = 0; r < groups[g].rule_count; r++) {
            rules[r].cases = copied(arena, rules[r].cases, rules[r].case_count, sizeof *rules[r].cases);
            rules[r].ranges = copied(arena, rules[r].ranges, rules[r].range_count, sizeof *rules[r].ranges);
        }
        groups[g].rules = rules;
    }
    copy->groups = groups;
    return copy;
}

/* What stands in a copy is its own, so it may be written. */
void points_put(struct score *copy, struct points_place place, int32_t points)
{
    *(int32_t *)(uintptr_t)number_at(copy, place) = points;
}

void limit_put(struct score *copy, uint32_t group, uint32_t rule, int32_t limit)
{
    struct clamp *clamp = (struct clamp *)(uintptr_t)&copy->groups[group].rules[rule].clamp;
    *(limit > 0 ? &clamp->max : &clamp->min) = limit;
}

void decay_put(struct score *copy, uint32_t group, uint32_t rule, struct decay decay)
{
    ((struct rule *)(uintptr_t)&copy->groups[group].rules[rule])->decay = decay;
}

void rule_disable(struct score *copy, uint32_t group, uint32_t rule)
{
    ((struct rule *)(uintptr_t)&copy->groups[group].rules[rule])->enabled = false;
}

void definitions_with(const struct definitions *set, uint32_t index, const struct score *score, struct arena *arena,
                      struct definitions *out)
{
    *out = *set;
    out->scores = copied(arena, set->scores, set->score_count, sizeof *out->scores);
    out->scores[index] = score;
}

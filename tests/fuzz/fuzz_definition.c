/* fuzz_definition.c — any text as a file of definitions: read, checked, bound, and what was said of it drawn; with other points
 * it is still one, and has those. */
// SPDX-License-Identifier: Apache-2.0
#include "core/definition_edit.h"

#define RENDERED_BYTES ((size_t)1024 * 1024)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_clamp(const struct clamp *clamp)
{
    INVARIANT(!clamp->has_min || !clamp->has_max || clamp->min <= clamp->max);
}

static void check_rule(const struct definitions *set, const struct rule *rule)
{
    INVARIANT(rule->name.len > 0 && rule->at.line > 0);
    check_clamp(&rule->clamp);
    INVARIANT(rule->kind != RULE_WHEN || rule->when != NULL);
    INVARIANT(rule->kind != RULE_VALUES || rule->case_count > 0);
    INVARIANT(rule->kind != RULE_RANGES || rule->range_count > 0);
    for (uint32_t i = 0; i < rule->range_count; i++) {
        INVARIANT(rule->ranges[i].from >= 1 && rule->ranges[i].from <= rule->ranges[i].to);
        INVARIANT(i == 0 || rule->ranges[i - 1].to < rule->ranges[i].from);
    }
    if (rule->kind != RULE_ROLLUP) return;
    INVARIANT(rule->score < set->score_count && set->scores[rule->score]->object == rule->over);
    INVARIANT(rule->take != TAKE_TOP || rule->top > 0);
}

static void check_score(const struct definitions *set, const struct score *score)
{
    INVARIANT(score->name.len > 0 && score->title.len > 0);
    check_clamp(&score->total);
    for (uint32_t i = 0; i < score->band_count; i++) {
        INVARIANT(score->bands[i].until <= score->bands[i].from);
        INVARIANT(i == 0 || score->bands[i].from < score->bands[i - 1].from);
    }
    INVARIANT((score->grade_count[CATEGORY_FIT] > 0) == (score->grade_count[CATEGORY_ENGAGEMENT] > 0));
    for (uint32_t g = 0; g < score->group_count; g++) {
        check_clamp(&score->groups[g].clamp);
        for (uint32_t r = 0; r < score->groups[g].rule_count; r++) check_rule(set, &score->groups[g].rules[r]);
    }
}

/* Is `order` each score once, every rollup's score before the one that takes it? */
static void check_order(const struct definitions *set, struct arena *arena)
{
    uint32_t *position = ARENA_ARRAY(arena, uint32_t, set->score_count);
    for (uint32_t i = 0; i < set->score_count; i++) {
        INVARIANT(set->order[i] < set->score_count && position[set->order[i]] == 0);
        position[set->order[i]] = i + 1;
    }
    for (uint32_t i = 0; i < set->score_count; i++) {
        const struct score *score = set->scores[i];
        for (uint32_t g = 0; g < score->group_count; g++)
            for (uint32_t r = 0; r < score->groups[g].rule_count; r++) {
                const struct rule *rule = &score->groups[g].rules[r];
                if (rule->kind == RULE_ROLLUP) INVARIANT(position[rule->score] < position[i]);
            }
    }
}

static void render(const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        AUTO_BUF text = BUF_INIT(RENDERED_BYTES);
        INVARIANT(diagnostics->item[i].message.len > 0);
        diagnostic_render(&diagnostics->item[i], i % 2 == 0, &text);
        INVARIANT(!text.failed && text.len > 0);
    }
}

/* Every number of points becomes another in the text, and every half-life; nothing else that is read of it changes. */
static void check_edits(const struct score *score, struct str text, struct arena *arena)
{
    struct points_place *places = NULL;
    uint32_t count = points_places(score, arena, &places), decayed = 0;
    struct points_edit *edits = ARENA_ARRAY(arena, struct points_edit, count);
    struct decay_edit *decays = ARENA_ARRAY(arena, struct decay_edit, count);
    struct catalog *catalog = catalog_new();
    struct diagnostics diagnostics;
    struct definitions set;
    struct source source = {STR("edited.yaml"), {0}};
    for (uint32_t i = 0; i < count; i++) {
        const struct rule *rule = &score->groups[places[i].group].rules[places[i].rule];
        edits[i] = (struct points_edit){places[i], 1 + (int32_t)i % 89, 0};
        if (rule->kind != RULE_EVENT || rule->decay.shape == DECAY_NONE) continue;
        bool listed = false;
        for (uint32_t d = 0; d < decayed; d++)
            listed |= decays[d].group == places[i].group && decay_equal(&decays[d].from, &rule->decay);
        if (!listed) decays[decayed++] = (struct decay_edit){places[i].group, rule->decay, 60};
    }
    struct definition_edits all = {edits, count, decays, decayed};
    enum err e = definition_edit(text, score, &all, arena, &source.text, NULL, NULL);
    INVARIANT(e == ERR_OK);
    diagnostics_init(&diagnostics, arena);
    definitions_init(&set, arena, catalog);
    INVARIANT(definitions_parse(&set, &source, &diagnostics));
    uint32_t found = definitions_find_score(&set, score->name);
    INVARIANT(found != UINT32_MAX);
    for (uint32_t i = 0; i < count; i++) INVARIANT(points_at(set.scores[found], places[i]) == edits[i].points);
    catalog_free(catalog);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    AUTO_ARENA arena = arena_new();
    struct catalog *catalog = catalog_new();
    const struct source source = {STR("fuzz.yaml"), {(const char *)data, size}};
    struct diagnostics diagnostics;
    struct definitions set;
    diagnostics_init(&diagnostics, arena);
    definitions_init(&set, arena, catalog);

    bool parsed = definitions_parse(&set, &source, &diagnostics);
    INVARIANT(parsed == (diagnostics.errors == 0));
    bool good = definitions_check(&set, &diagnostics);
    INVARIANT(good == (diagnostics.errors == 0));
    for (uint32_t id = 0; id < catalog_count(catalog); id++) catalog_resolve(catalog, id, TYPE_OPEN);
    bool bound = definitions_bind(&set, NULL, &diagnostics);
    INVARIANT(bound == (diagnostics.errors == 0));
    if (good) {
        for (uint32_t i = 0; i < set.score_count; i++) check_score(&set, set.scores[i]);
        for (uint32_t i = 0; i < set.segment_count; i++) INVARIANT(set.segments[i]->when != NULL);
        check_order(&set, arena);
        for (uint32_t i = 0; i < set.score_count; i++)
            if (!set.scores[i]->anonymous) check_edits(set.scores[i], source.text, arena);
    }
    render(&diagnostics);
    catalog_free(catalog);
    return 0;
}

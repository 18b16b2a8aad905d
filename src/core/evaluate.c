/* evaluate.c — rules, groups, categories, total: one column operation each.
 *
 * All arithmetic is in whole micro-points. Invariants that keep it inside int64:
 *   1. |points| <= 10,000, a decay factor <= 1,000,000 ppm;
 *   2. a contribution is cut at CONTRIBUTION_MAX = 10^14 before anything is added;
 *   3. a definition of at most 4 MiB has fewer than 90,000 rules, so sums stay below
 *      9 * 10^18. Adjustments are cut the same way. */
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluate.h"

#include "core/band.h"

struct block *block_new(struct arena *arena, const struct program *program)
{
    struct block *block = ARENA_NEW(arena, struct block);
    block->signals = arena_array(arena, program->signal_count, sizeof *block->signals);
    block->leaves = arena_array(arena, program->leaf_count, sizeof *block->leaves);
    block->matches = arena_array(arena, program->match_count, sizeof *block->matches);
    block->rollups = arena_array(arena, program->rollup_count, sizeof *block->rollups);
    block->scores = arena_array(arena, program->score_count, sizeof *block->scores);
    block->scores_known = arena_array(arena, program->score_count, sizeof *block->scores_known);
    return block;
}

struct trace *trace_new(struct arena *arena, const struct program *program)
{
    struct trace *trace = ARENA_NEW(arena, struct trace);
    trace->contribution = ARENA_ARRAY(arena, int64_t, program->rule_count);
    trace->rule = ARENA_ARRAY(arena, int64_t, program->rule_count);
    trace->applied = ARENA_ARRAY(arena, bool, program->rule_count);
    trace->group_sum = ARENA_ARRAY(arena, int64_t, program->score->group_count);
    trace->group = ARENA_ARRAY(arena, int64_t, program->score->group_count);
    return trace;
}

/* ---- Conditions ---- */

static void test_score(const struct program *program, const struct block *block, const struct node *node,
                       uint8_t out[BLOCK_RECORDS])
{
    (void)program;
    for (int i = 0; i < BLOCK_RECORDS; i++) {
        struct value points = {.type = TYPE_NUMBER, .number = (double)points_shown(block->scores[node->input][i])};
        out[i] = test_passes(node->test, block->scores_known[node->input][i] ? &points : NULL, 0);
    }
}

static void evaluate_condition(const struct program *program, const struct block *block, uint32_t index,
                               uint8_t out[BLOCK_RECORDS])
{
    const struct node *node = &program->nodes[index];
    uint8_t child[BLOCK_RECORDS];
    switch (node->kind) {
    case NODE_ALL:
    case NODE_ANY:
        for (int i = 0; i < BLOCK_RECORDS; i++) out[i] = node->kind == NODE_ALL;
        for (uint32_t at = index + 1; at < index + node->span; at += program->nodes[at].span) {
            evaluate_condition(program, block, at, child);
            if (node->kind == NODE_ALL)
                for (int i = 0; i < BLOCK_RECORDS; i++) out[i] &= child[i];
            else
                for (int i = 0; i < BLOCK_RECORDS; i++) out[i] |= child[i];
        }
        break;
    case NODE_NOT:
        evaluate_condition(program, block, index + 1, child);
        for (int i = 0; i < BLOCK_RECORDS; i++) out[i] = !child[i];
        break;
    case NODE_LEAF:
        for (int i = 0; i < BLOCK_RECORDS; i++) out[i] = block->leaves[node->input][i];
        break;
    case NODE_SIGNAL:
        for (int i = 0; i < BLOCK_RECORDS; i++) {
            uint64_t count = block->signals[node->input][i];
            out[i] = count >= node->at_least && (node->at_most == UINT32_MAX || count <= node->at_most);
        }
        break;
    case NODE_SCORE: test_score(program, block, node, out); break;
    }
}

void evaluate_scope(const struct program *program, const struct block *block, uint8_t out[BLOCK_RECORDS])
{
    if (program->scope != NO_INDEX) {
        evaluate_condition(program, block, program->scope, out);
        return;
    }
    for (int i = 0; i < BLOCK_RECORDS; i++) out[i] = 1;
}

/* ---- What a rule contributes, before its clamp ---- */

/* points * sum_ppm, cut at CONTRIBUTION_MAX. */
static inline int64_t contribution(int64_t points, uint64_t sum_ppm)
{
    int64_t size = points < 0 ? -points : points;
    uint64_t enough = size == 0 ? 0 : (uint64_t)(CONTRIBUTION_MAX / size) + 1; /* more changes nothing */
    int64_t product = size * (int64_t)(sum_ppm < enough ? sum_ppm : enough);
    product = product < CONTRIBUTION_MAX ? product : CONTRIBUTION_MAX;
    return points < 0 ? -product : product;
}

static void rule_when(const struct program *program, const struct block *block, const struct program_rule *pr,
                      int64_t micro[BLOCK_RECORDS], uint8_t applied[BLOCK_RECORDS])
{
    const struct rule *rule = pr->rule;
    const int64_t points = rule->points * MICRO_PER_POINT;
    const int64_t otherwise = rule->otherwise * MICRO_PER_POINT;
    uint8_t holds[BLOCK_RECORDS];
    evaluate_condition(program, block, pr->condition, holds);
    for (int i = 0; i < BLOCK_RECORDS; i++) micro[i] = holds[i] ? points : otherwise;
    for (int i = 0; i < BLOCK_RECORDS; i++) applied[i] = holds[i] | (uint8_t)rule->has_otherwise;
}

static void rule_values(const struct block *block, const struct program_rule *pr, int64_t micro[BLOCK_RECORDS],
                        uint8_t applied[BLOCK_RECORDS])
{
    const struct rule *rule = pr->rule;
    const uint16_t *match = block->matches[pr->match];
    const uint32_t cases = rule->case_count;
    for (int i = 0; i < BLOCK_RECORDS; i++) {
        int32_t points = match[i] < cases                     ? rule->cases[match[i]].points
                         : match[i] == cases + MATCH_OTHERWISE ? rule->otherwise
                                                               : rule->unknown;
        micro[i] = points * MICRO_PER_POINT;
        applied[i] = match[i] < cases || (match[i] == cases + MATCH_OTHERWISE ? rule->has_otherwise : rule->has_unknown);
    }
}

static void rule_event(const struct block *block, const struct program_rule *pr, int64_t micro[BLOCK_RECORDS],
                       uint8_t applied[BLOCK_RECORDS])
{
    const int64_t points = pr->rule->points;
    if (pr->rule->once) {
        const uint64_t *latest = block->signals[pr->latest_signal];
        for (int i = 0; i < BLOCK_RECORDS; i++) micro[i] = points * (int64_t)(latest[i] - (latest[i] != 0));
        for (int i = 0; i < BLOCK_RECORDS; i++) applied[i] = latest[i] != 0;
    } else if (pr->sum_signal != NO_INDEX) {
        const uint64_t *sum = block->signals[pr->sum_signal];
        const uint64_t *count = block->signals[pr->count_signal != NO_INDEX ? pr->count_signal : pr->sum_signal];
        for (int i = 0; i < BLOCK_RECORDS; i++) micro[i] = contribution(points, sum[i]);
        for (int i = 0; i < BLOCK_RECORDS; i++) applied[i] = count[i] != 0;
    } else {
        const uint64_t *count = block->signals[pr->count_signal];
        for (int i = 0; i < BLOCK_RECORDS; i++) micro[i] = contribution(points, count[i] * PPM_ONE);
        for (int i = 0; i < BLOCK_RECORDS; i++) applied[i] = count[i] != 0;
    }
}

static void rule_ranges(const struct block *block, const struct program_rule *pr, int64_t micro[BLOCK_RECORDS],
                        uint8_t applied[BLOCK_RECORDS])
{
    const struct rule *rule = pr->rule;
    const uint64_t *count = block->signals[pr->count_signal];
    for (int i = 0; i < BLOCK_RECORDS; i++) micro[i] = 0;
    for (uint32_t r = 0; r < rule->range_count; r++) {
        const struct range *range = &rule->ranges[r];
        for (int i = 0; i < BLOCK_RECORDS; i++) {
            bool inside = count[i] >= range->from && (range->to == UINT32_MAX || count[i] <= range->to);
            micro[i] += inside ? range->points : 0;
        }
    }
    const uint64_t *latest = pr->latest_signal != NO_INDEX ? block->signals[pr->latest_signal] : NULL;
    for (int i = 0; i < BLOCK_RECORDS; i++) {
        int64_t ppm = latest == NULL ? PPM_ONE : (int64_t)(latest[i] - (latest[i] != 0));
        micro[i] *= ppm;
        applied[i] = count[i] != 0;
    }
}

static void rule_rollup(const struct block *block, const struct program_rule *pr, int64_t micro[BLOCK_RECORDS],
                        uint8_t applied[BLOCK_RECORDS])
{
    const struct rollup_value *value = block->rollups[pr->rollup];
    for (int i = 0; i < BLOCK_RECORDS; i++) {
        int64_t m = value[i].micro;
        m = m < CONTRIBUTION_MAX ? m : CONTRIBUTION_MAX;
        micro[i] = m > -CONTRIBUTION_MAX ? m : -CONTRIBUTION_MAX;
        applied[i] = value[i].records != 0;
    }
}

/* ---- Adding up ---- */

static void apply_clamp(const struct clamp *clamp, int64_t micro[BLOCK_RECORDS])
{
    if (clamp->has_min) {
        const int64_t min = clamp->min * MICRO_PER_POINT;
        for (int i = 0; i < BLOCK_RECORDS; i++) micro[i] = micro[i] < min ? min : micro[i];
    }
    if (clamp->has_max) {
        const int64_t max = clamp->max * MICRO_PER_POINT;
        for (int i = 0; i < BLOCK_RECORDS; i++) micro[i] = micro[i] > max ? max : micro[i];
    }
}

static void add_column(int64_t sum[BLOCK_RECORDS], const int64_t column[BLOCK_RECORDS])
{
    for (int i = 0; i < BLOCK_RECORDS; i++) sum[i] += column[i];
}

static void rule_contribution(const struct program *program, const struct block *block, const struct program_rule *pr,
                              int64_t micro[BLOCK_RECORDS], uint8_t applied[BLOCK_RECORDS])
{
    switch (pr->rule->kind) {
    case RULE_WHEN: rule_when(program, block, pr, micro, applied); break;
    case RULE_VALUES: rule_values(block, pr, micro, applied); break;
    case RULE_EVENT: rule_event(block, pr, micro, applied); break;
    case RULE_RANGES: rule_ranges(block, pr, micro, applied); break;
    case RULE_ROLLUP: rule_rollup(block, pr, micro, applied); break;
    }
}

/* Sum of the group's rules, each clamped; marks in `touched` who was touched. */
static void evaluate_group(const struct program *program, const struct block *block, uint32_t group,
                           uint32_t first_rule, int64_t sum[BLOCK_RECORDS], uint8_t touched[BLOCK_RECORDS],
                           struct trace *trace)
{
    int64_t micro[BLOCK_RECORDS];
    uint8_t applied[BLOCK_RECORDS];
    for (int i = 0; i < BLOCK_RECORDS; i++) sum[i] = 0;
    for (uint32_t r = first_rule; r < first_rule + program->group_rules[group]; r++) {
        const struct program_rule *pr = &program->rules[r];
        rule_contribution(program, block, pr, micro, applied);
        for (int i = 0; i < BLOCK_RECORDS; i++) touched[i] |= applied[i];
        if (trace != NULL) {
            trace->contribution[r] = micro[0];
            trace->applied[r] = applied[0] != 0;
        }
        apply_clamp(&pr->rule->clamp, micro);
        if (trace != NULL) trace->rule[r] = micro[0];
        add_column(sum, micro);
    }
}

/* No rule left a line: `no_match` decides. Out of scope: unknown. */
static void settle(const struct program *program, const struct block *block, const uint8_t touched[BLOCK_RECORDS],
                   struct block_result *out)
{
    evaluate_scope(program, block, out->known);
    if (program->scope == NO_INDEX && !program->presence_matters) return;
    for (int i = 0; i < BLOCK_RECORDS; i++) {
        bool nothing = program->presence_matters && !touched[i];
        if (nothing && program->score->no_match == NO_MATCH_UNKNOWN) out->known[i] = 0;
        if (!nothing && out->known[i]) continue;
        out->total[i] = out->part[CATEGORY_FIT][i] = out->part[CATEGORY_ENGAGEMENT][i] = 0;
    }
}

void evaluate_block(const struct program *program, const struct block *block, struct block_result *out,
                    struct trace *trace)
{
    const struct score *score = program->score;
    uint8_t touched[BLOCK_RECORDS];
    int64_t sum[BLOCK_RECORDS];
    for (int i = 0; i < BLOCK_RECORDS; i++) {
        out->total[i] = block->adjustment[i];
        out->part[CATEGORY_FIT][i] = out->part[CATEGORY_ENGAGEMENT][i] = 0;
        touched[i] = block->adjustments[i] != 0;
    }
    for (uint32_t g = 0, rule = 0; g < score->group_count; rule += program->group_rules[g], g++) {
        evaluate_group(program, block, g, rule, sum, touched, trace);
        if (trace != NULL) trace->group_sum[g] = sum[0];
        apply_clamp(&score->groups[g].clamp, sum);
        if (trace != NULL) trace->group[g] = sum[0];
        add_column(out->part[score->groups[g].category], sum);
    }
    for (int c = 0; c < CATEGORY_COUNT; c++) {
        if (trace != NULL) trace->category_sum[c] = out->part[c][0];
        apply_clamp(&score->category[c], out->part[c]);
        add_column(out->total, out->part[c]);
    }
    apply_clamp(&score->total, out->total);
    if (trace != NULL) trace->touched = touched[0] != 0;
    settle(program, block, touched, out);
}

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
    block->signals = ARENA_ARRAY(arena, uint64_t *, program->signal_count);
    for (uint32_t s = 0; s < program->signal_count; s++)
        block->signals[s] = ARENA_ARRAY(arena, uint64_t, BLOCK_RECORDS);
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

/* points * sum, cut at CONTRIBUTION_MAX; for sums of any size. */
static int64_t contribution(int64_t points, uint64_t sum_ppm)
{
    int64_t size = points < 0 ? -points : points;
    uint64_t enough = size == 0 ? 0 : (uint64_t)(CONTRIBUTION_MAX / size) + 1; /* more changes nothing */
    int64_t product = size * (int64_t)(sum_ppm < enough ? sum_ppm : enough);
    product = product < CONTRIBUTION_MAX ? product : CONTRIBUTION_MAX;
    return points < 0 ? -product : product;
}

/* Where a contribution goes: into a column of its own, or, when nothing else is asked of
 * it, straight onto a sum. A constant wherever it is inlined. */
enum put { PUT_SET, PUT_ADD };

static ALWAYS_INLINE void put_micro(enum put put, int64_t *out, int64_t micro)
{
    *out = put == PUT_ADD ? *out + micro : micro;
}

/* points * in[i] * unit_ppm. Numbers of everyday size (no product is then cut) need only
 * 32-bit factors, which vector registers multiply. */
static ALWAYS_INLINE void multiply(int32_t points, uint32_t unit_ppm, const uint64_t in[BLOCK_RECORDS], enum put put,
                                   int64_t out[BLOCK_RECORDS])
{
    const uint32_t size = (uint32_t)(points < 0 ? -points : points);
    const int64_t sign = points < 0 ? -1 : 0;
    uint64_t all = 0;
    for (int i = 0; i < BLOCK_RECORDS; i++) all |= in[i];
    if (unit_ppm == 1 && all <= UINT32_MAX) {
        for (int i = 0; i < BLOCK_RECORDS; i++) {
            int64_t product = (int64_t)((uint64_t)(uint32_t)in[i] * size);
            put_micro(put, &out[i], (product ^ sign) - sign);
        }
    } else if (all < 1 << 13) { /* times 10,000 points: within 27 bits; times 10^6: within 10^14 */
        for (int i = 0; i < BLOCK_RECORDS; i++) {
            int64_t product = (int64_t)((uint64_t)((uint32_t)in[i] * size) * unit_ppm);
            put_micro(put, &out[i], (product ^ sign) - sign);
        }
    } else {
        for (int i = 0; i < BLOCK_RECORDS; i++) put_micro(put, &out[i], contribution(points, in[i] * unit_ppm));
    }
}

static ALWAYS_INLINE void mark_nonzero(const uint64_t in[BLOCK_RECORDS], uint8_t applied[BLOCK_RECORDS])
{
    for (int i = 0; i < BLOCK_RECORDS; i++) applied[i] = in[i] != 0;
}

/* The decay factor in a MEASURE_LATEST signal, ppm. */
static ALWAYS_INLINE uint64_t latest_ppm(uint64_t latest)
{
    return latest - (latest != 0);
}

static ALWAYS_INLINE void rule_when(const struct program *program, const struct block *block,
                                    const struct program_rule *pr, enum put put, int64_t out[BLOCK_RECORDS],
                                    uint8_t applied[BLOCK_RECORDS])
{
    const struct rule *rule = pr->rule;
    const int64_t otherwise = rule->otherwise * MICRO_PER_POINT;
    const int64_t difference = rule->points * MICRO_PER_POINT - otherwise;
    const struct node *node = &program->nodes[pr->condition];
    uint8_t tree[BLOCK_RECORDS];
    const uint8_t *holds = node->kind == NODE_LEAF ? block->leaves[node->input] : tree;
    if (holds == tree) evaluate_condition(program, block, pr->condition, tree);
    for (int i = 0; i < BLOCK_RECORDS; i++) put_micro(put, &out[i], otherwise + (-(int64_t)holds[i] & difference));
    for (int i = 0; i < BLOCK_RECORDS; i++) applied[i] = holds[i] | (uint8_t)rule->has_otherwise;
}

static ALWAYS_INLINE void rule_values(const struct block *block, const struct program_rule *pr, enum put put,
                                      int64_t out[BLOCK_RECORDS], uint8_t applied[BLOCK_RECORDS])
{
    const uint16_t *match = block->matches[pr->match];
    for (int i = 0; i < BLOCK_RECORDS; i++) put_micro(put, &out[i], pr->match_micro[match[i]]);
    for (int i = 0; i < BLOCK_RECORDS; i++) applied[i] = pr->match_applied[match[i]];
}

static ALWAYS_INLINE void rule_event(const struct block *block, const struct program_rule *pr, enum put put,
                                     int64_t out[BLOCK_RECORDS], uint8_t applied[BLOCK_RECORDS])
{
    const int32_t points = pr->rule->points;
    if (pr->rule->once) {
        const uint64_t *latest = block->signals[pr->latest_signal];
        uint64_t ppm[BLOCK_RECORDS];
        for (int i = 0; i < BLOCK_RECORDS; i++) ppm[i] = latest_ppm(latest[i]);
        multiply(points, 1, ppm, put, out);
        mark_nonzero(latest, applied);
    } else if (pr->sum_signal != NO_INDEX) {
        multiply(points, 1, block->signals[pr->sum_signal], put, out);
        mark_nonzero(block->signals[pr->count_signal != NO_INDEX ? pr->count_signal : pr->sum_signal], applied);
    } else {
        multiply(points, PPM_ONE, block->signals[pr->count_signal], put, out);
        mark_nonzero(block->signals[pr->count_signal], applied);
    }
}

static ALWAYS_INLINE void rule_ranges(const struct block *block, const struct program_rule *pr, enum put put,
                                      int64_t out[BLOCK_RECORDS], uint8_t applied[BLOCK_RECORDS])
{
    const struct rule *rule = pr->rule;
    const uint64_t *count = block->signals[pr->count_signal];
    const bool decays = pr->latest_signal != NO_INDEX;
    int64_t points[BLOCK_RECORDS]; /* or micro-points, when nothing decays */
    for (int i = 0; i < BLOCK_RECORDS; i++) points[i] = 0;
    for (uint32_t r = 0; r < rule->range_count; r++) {
        const int64_t from = rule->ranges[r].from;
        const int64_t to = rule->ranges[r].to == UINT32_MAX ? INT64_MAX : rule->ranges[r].to;
        const int64_t worth = rule->ranges[r].points * (decays ? 1 : MICRO_PER_POINT);
        for (int i = 0; i < BLOCK_RECORDS; i++) {
            int64_t inside = -(int64_t)(((int64_t)count[i] >= from) & ((int64_t)count[i] <= to));
            points[i] += inside & worth;
        }
    }
    if (decays) {
        const uint64_t *latest = block->signals[pr->latest_signal];
        for (int i = 0; i < BLOCK_RECORDS; i++) points[i] *= (int64_t)latest_ppm(latest[i]);
    }
    for (int i = 0; i < BLOCK_RECORDS; i++) put_micro(put, &out[i], points[i]);
    mark_nonzero(count, applied);
}

static ALWAYS_INLINE void rule_rollup(const struct block *block, const struct program_rule *pr, enum put put,
                                      int64_t out[BLOCK_RECORDS], uint8_t applied[BLOCK_RECORDS])
{
    const struct rollup_value *value = block->rollups[pr->rollup];
    for (int i = 0; i < BLOCK_RECORDS; i++) {
        int64_t micro = value[i].micro;
        micro = micro < CONTRIBUTION_MAX ? micro : CONTRIBUTION_MAX;
        put_micro(put, &out[i], micro > -CONTRIBUTION_MAX ? micro : -CONTRIBUTION_MAX);
        applied[i] = value[i].records != 0;
    }
}

/* ---- Adding up ---- */

static ALWAYS_INLINE void apply_clamp(const struct clamp *clamp, int64_t micro[BLOCK_RECORDS])
{
    if (clamp->has_min) {
        const int64_t min = clamp->min * MICRO_PER_POINT;
        for (int i = 0; i < BLOCK_RECORDS; i++) micro[i] = micro[i] > min ? micro[i] : min;
    }
    if (clamp->has_max) {
        const int64_t max = clamp->max * MICRO_PER_POINT;
        for (int i = 0; i < BLOCK_RECORDS; i++) micro[i] = micro[i] < max ? micro[i] : max;
    }
}

static ALWAYS_INLINE void add_column(int64_t sum[BLOCK_RECORDS], const int64_t column[BLOCK_RECORDS])
{
    for (int i = 0; i < BLOCK_RECORDS; i++) sum[i] += column[i];
}

static ALWAYS_INLINE void rule_contribution(const struct program *program, const struct block *block,
                                            const struct program_rule *pr, enum put put, int64_t out[BLOCK_RECORDS],
                                            uint8_t applied[BLOCK_RECORDS])
{
    switch (pr->rule->kind) {
    case RULE_WHEN: rule_when(program, block, pr, put, out, applied); break;
    case RULE_VALUES: rule_values(block, pr, put, out, applied); break;
    case RULE_EVENT: rule_event(block, pr, put, out, applied); break;
    case RULE_RANGES: rule_ranges(block, pr, put, out, applied); break;
    case RULE_ROLLUP: rule_rollup(block, pr, put, out, applied); break;
    }
}

/* Sum of the group's rules, each clamped. Marks in `touched` who was touched, where that
 * is asked for. */
static ALWAYS_INLINE void evaluate_group(const struct program *program, const struct block *block, uint32_t group,
                                         uint32_t first_rule, bool presence, int64_t sum[BLOCK_RECORDS],
                                         uint8_t touched[BLOCK_RECORDS], struct trace *trace)
{
    int64_t micro[BLOCK_RECORDS];
    uint8_t applied[BLOCK_RECORDS];
    for (int i = 0; i < BLOCK_RECORDS; i++) sum[i] = 0;
    for (uint32_t r = first_rule; r < first_rule + program->group_rules[group]; r++) {
        const struct program_rule *pr = &program->rules[r];
        const struct clamp *clamp = &pr->rule->clamp;
        if (trace == NULL && !clamp->has_min && !clamp->has_max) {
            rule_contribution(program, block, pr, PUT_ADD, sum, applied);
        } else {
            rule_contribution(program, block, pr, PUT_SET, micro, applied);
            if (trace != NULL) {
                trace->contribution[r] = micro[0];
                trace->applied[r] = applied[0] != 0;
            }
            apply_clamp(clamp, micro);
            if (trace != NULL) trace->rule[r] = micro[0];
            add_column(sum, micro);
        }
        if (presence)
            for (int i = 0; i < BLOCK_RECORDS; i++) touched[i] |= applied[i];
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

static ALWAYS_INLINE void evaluate(const struct program *program, const struct block *block, bool presence,
                                   struct block_result *out, struct trace *trace)
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
        evaluate_group(program, block, g, rule, presence, sum, touched, trace);
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

VECTORISED static void evaluate_plain(const struct program *program, const struct block *block,
                                      struct block_result *out)
{
    evaluate(program, block, false, out, NULL);
}

void evaluate_block(const struct program *program, const struct block *block, struct block_result *out,
                    struct trace *trace)
{
    if (trace == NULL && !program->presence_matters) evaluate_plain(program, block, out);
    else evaluate(program, block, true, out, trace);
}

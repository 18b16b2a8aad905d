/* evaluate.c — rules, groups, categories, total: one column operation each.
 *
 * All arithmetic is in whole micro-points. Invariants that keep it inside int64:
 *   1. |points| <= 10,000, a decay factor <= 1,000,000 ppm;
 *   2. a contribution is cut at CONTRIBUTION_MAX = 10^14 before anything is added;
 *   3. a definition of at most 4 MiB has fewer than 90,000 rules, so sums stay below
 *      9 * 10^18. Adjustments are cut the same way.
 *
 * Most contributions are small, and 32-bit numbers are added and multiplied twice as many
 * at a time. So a rule's column says how it is measured: in whole points or micro-points
 * of 32 bits, with a bound that no lane exceeds, or *wide*, in micro-points of 64 bits.
 * A group adds up columns of each measure by themselves, and moves a 32-bit sum to the
 * wide one when the bounds of what it holds no longer fit. */
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluate.h"

#include "core/band.h"

struct block *block_new(struct arena *arena, const struct program *program)
{
    struct block *block = ARENA_NEW(arena, struct block);
    block->signals = ARENA_ARRAY(arena, struct signal_column, program->signal_count);
    for (uint32_t s = 0; s < program->signal_count; s++) {
        block->signals[s].low = ARENA_ARRAY(arena, uint32_t, BLOCK_RECORDS);
        block->signals[s].room = ARENA_ARRAY(arena, uint32_t, BLOCK_RECORDS);
    }
    block->leaves = arena_array(arena, program->leaf_count, sizeof *block->leaves);
    block->matches = arena_array(arena, program->match_count, sizeof *block->matches);
    block->folds = arena_array(arena, program->fold_count, sizeof *block->folds);
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

static ALWAYS_INLINE int64_t size_of(int64_t number)
{
    return number < 0 ? -number : number;
}

static ALWAYS_INLINE int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- Signals ---- */

/* The signal where it is less than 2^32, else UINT32_MAX, which no count asked for reaches. */
static ALWAYS_INLINE void cut_signal(const struct signal_column *in, uint32_t out[BLOCK_RECORDS])
{
    for (int i = 0; i < BLOCK_RECORDS; i++) out[i] = in->low[i];
    for (int i = 0; i < BLOCK_RECORDS && in->high != NULL; i++)
        if (in->high[i] != 0) out[i] = UINT32_MAX;
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

static void test_count(const struct signal_column *signal, const struct node *node, uint8_t out[BLOCK_RECORDS])
{
    uint32_t count[BLOCK_RECORDS];
    cut_signal(signal, count);
    for (int i = 0; i < BLOCK_RECORDS; i++) out[i] = count[i] >= node->at_least && count[i] <= node->at_most;
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
    case NODE_SIGNAL: test_count(&block->signals[node->input], node, out); break;
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

/* ---- Columns ---- */

enum measured { IN_POINTS, IN_MICRO, WIDE };

static const int64_t micro_per_unit[] = {[IN_POINTS] = MICRO_PER_POINT, [IN_MICRO] = 1};

/* What a rule contributes. */
struct column {
    enum measured as;
    int64_t bound; /* unless WIDE: no lane is beyond it, either sign; at most INT32_MAX */
    int32_t narrow[BLOCK_RECORDS];
    int64_t wide[BLOCK_RECORDS];
    uint8_t applied[BLOCK_RECORDS]; /* it leaves a line; known where presence is asked for */
};

/* What the rules of a group contribute so far: the sum of all three. */
struct sums {
    int64_t wide[BLOCK_RECORDS];
    int32_t narrow[2][BLOCK_RECORDS];
    int64_t bound[2];
};

/* Micro-points of all lanes onto `wide`. */
static ALWAYS_INLINE void add_wide(int64_t wide[BLOCK_RECORDS], const int32_t narrow[BLOCK_RECORDS], enum measured as)
{
    const int64_t micro = micro_per_unit[as];
    for (int i = 0; i < BLOCK_RECORDS; i++) wide[i] += narrow[i] * micro;
}

static ALWAYS_INLINE void widen(struct column *column)
{
    for (int i = 0; i < BLOCK_RECORDS; i++) column->wide[i] = 0;
    add_wide(column->wide, column->narrow, column->as);
    column->as = WIDE;
}

static int64_t micro_of_first(const struct column *column)
{
    return column->as == WIDE ? column->wide[0] : column->narrow[0] * micro_per_unit[column->as];
}

static ALWAYS_INLINE void empty(struct sums *sums, enum measured as)
{
    if (sums->bound[as] == 0) return;
    add_wide(sums->wide, sums->narrow[as], as);
    for (int i = 0; i < BLOCK_RECORDS; i++) sums->narrow[as][i] = 0;
    sums->bound[as] = 0;
}

static ALWAYS_INLINE void make_room(struct sums *sums, enum measured as, int64_t bound)
{
    if (sums->bound[as] + bound > INT32_MAX) empty(sums, as);
    sums->bound[as] += bound;
}

static ALWAYS_INLINE void add_column(struct sums *sums, const struct column *column)
{
    if (column->as == WIDE) {
        for (int i = 0; i < BLOCK_RECORDS; i++) sums->wide[i] += column->wide[i];
        return;
    }
    make_room(sums, column->as, column->bound);
    int32_t *sum = sums->narrow[column->as];
    for (int i = 0; i < BLOCK_RECORDS; i++) sum[i] += column->narrow[i];
}

static ALWAYS_INLINE void clamp_wide(const struct clamp *clamp, int64_t micro[BLOCK_RECORDS])
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

/* An end of a clamp may be where no lane is, and then moves all there: it counts in the bound. */
static ALWAYS_INLINE void clamp_column(const struct clamp *clamp, struct column *column)
{
    if (!clamp->has_min && !clamp->has_max) return;
    if (column->as != WIDE) {
        const int64_t units = MICRO_PER_POINT / micro_per_unit[column->as];
        const int64_t min = clamp->has_min ? clamp->min * units : INT32_MIN;
        const int64_t max = clamp->has_max ? clamp->max * units : INT32_MAX;
        if (clamp->has_min) column->bound = larger(column->bound, size_of(min));
        if (clamp->has_max) column->bound = larger(column->bound, size_of(max));
        if (column->bound <= INT32_MAX) {
            int32_t *narrow = column->narrow;
            for (int i = 0; i < BLOCK_RECORDS; i++) {
                int32_t raised = narrow[i] > (int32_t)min ? narrow[i] : (int32_t)min;
                narrow[i] = raised < (int32_t)max ? raised : (int32_t)max;
            }
            return;
        }
        widen(column);
    }
    clamp_wide(clamp, column->wide);
}

/* ---- What a rule contributes, before its clamp ---- */

/* points * sum, cut at CONTRIBUTION_MAX; for sums of any size. */
static int64_t contribution(int64_t points, uint64_t sum_ppm)
{
    int64_t size = size_of(points);
    uint64_t enough = size == 0 ? 0 : (uint64_t)(CONTRIBUTION_MAX / size) + 1; /* more changes nothing */
    int64_t product = size * (int64_t)(sum_ppm < enough ? sum_ppm : enough);
    product = product < CONTRIBUTION_MAX ? product : CONTRIBUTION_MAX;
    return points < 0 ? -product : product;
}

/* points * in[i], of counts IN_POINTS, of sums of ppm IN_MICRO, as long as none is cut. */
static ALWAYS_INLINE void multiply(int32_t points, const struct signal_column *in, enum measured as, struct column *out)
{
    const int64_t size = size_of(points), most = as == IN_POINTS ? CONTRIBUTION_MAX / MICRO_PER_POINT : INT32_MAX;
    const uint32_t *low = in->low;
    uint32_t bits = 0; /* no lane is greater, unless it has a high half */
    for (int i = 0; i < BLOCK_RECORDS; i++) bits |= low[i];
    out->as = in->high == NULL && bits * size <= most ? as : WIDE;
    out->bound = bits * size;
    if (out->as != WIDE) {
        for (int i = 0; i < BLOCK_RECORDS; i++) out->narrow[i] = (int32_t)low[i] * points;
    } else if (in->high == NULL && as == IN_MICRO) { /* times 10,000 points: within 10^14 */
        for (int i = 0; i < BLOCK_RECORDS; i++) out->wide[i] = low[i] * (int64_t)points;
    } else {
        for (uint32_t i = 0; i < BLOCK_RECORDS; i++)
            out->wide[i] = contribution(points, signal_at(in, i) * (uint64_t)micro_per_unit[as]);
    }
}

static ALWAYS_INLINE void mark_nonzero(const struct signal_column *in, uint8_t applied[BLOCK_RECORDS])
{
    for (int i = 0; i < BLOCK_RECORDS; i++) applied[i] = in->low[i] != 0;
    for (int i = 0; i < BLOCK_RECORDS && in->high != NULL; i++) applied[i] |= in->high[i] != 0;
}

/* The decay factors in a MEASURE_LATEST signal, ppm: they fit the low halves. */
static ALWAYS_INLINE void latest_ppm(const struct signal_column *latest, uint32_t ppm[BLOCK_RECORDS])
{
    for (int i = 0; i < BLOCK_RECORDS; i++) ppm[i] = latest->low[i] - (latest->low[i] != 0);
}

static ALWAYS_INLINE void rule_when(const struct program *program, const struct block *block,
                                    const struct program_rule *pr, bool presence, struct column *out)
{
    const struct rule *rule = pr->rule;
    const int32_t otherwise = rule->otherwise, difference = rule->points - otherwise;
    const struct node *node = &program->nodes[pr->condition];
    uint8_t tree[BLOCK_RECORDS];
    const uint8_t *holds = node->kind == NODE_LEAF ? block->leaves[node->input] : tree;
    if (holds == tree) evaluate_condition(program, block, pr->condition, tree);
    out->as = IN_POINTS;
    out->bound = POINTS_MAX;
    for (int i = 0; i < BLOCK_RECORDS; i++) out->narrow[i] = otherwise + (-(int32_t)holds[i] & difference);
    for (int i = 0; i < BLOCK_RECORDS && presence; i++) out->applied[i] = holds[i] | (uint8_t)rule->has_otherwise;
}

static ALWAYS_INLINE void rule_values(const struct block *block, const struct program_rule *pr, bool presence,
                                      struct column *out)
{
    const uint16_t *match = block->matches[pr->match];
    out->as = IN_POINTS;
    out->bound = POINTS_MAX;
    for (int i = 0; i < BLOCK_RECORDS; i++) out->narrow[i] = pr->match_points[match[i]];
    for (int i = 0; i < BLOCK_RECORDS && presence; i++) out->applied[i] = pr->match_applied[match[i]];
}

static ALWAYS_INLINE void rule_event(const struct block *block, const struct program_rule *pr, bool presence,
                                     struct column *out)
{
    const struct signal_column *signals = block->signals;
    if (pr->rule->once) {
        uint32_t ppm[BLOCK_RECORDS];
        latest_ppm(&signals[pr->latest_signal], ppm);
        multiply(pr->rule->points, &(struct signal_column){.low = ppm}, IN_MICRO, out);
        if (presence) mark_nonzero(&signals[pr->latest_signal], out->applied);
    } else if (pr->sum_signal != NO_INDEX) {
        multiply(pr->rule->points, &signals[pr->sum_signal], IN_MICRO, out);
        if (presence)
            mark_nonzero(&signals[pr->count_signal != NO_INDEX ? pr->count_signal : pr->sum_signal], out->applied);
    } else {
        multiply(pr->rule->points, &signals[pr->count_signal], IN_POINTS, out);
        if (presence) mark_nonzero(&signals[pr->count_signal], out->applied);
    }
}

/* The points of the range that holds the count, 0 outside all. */
static ALWAYS_INLINE void points_of_ranges(const struct rule *rule, const struct signal_column *signal,
                                           int32_t points[BLOCK_RECORDS])
{
    uint32_t count[BLOCK_RECORDS];
    cut_signal(signal, count);
    for (int i = 0; i < BLOCK_RECORDS; i++) points[i] = 0;
    for (uint32_t r = 0; r < rule->range_count; r++) {
        const uint32_t from = rule->ranges[r].from, width = rule->ranges[r].to - from;
        for (int i = 0; i < BLOCK_RECORDS; i++)
            points[i] += -(int32_t)(count[i] - from <= width) & rule->ranges[r].points;
    }
}

static ALWAYS_INLINE void rule_ranges(const struct block *block, const struct program_rule *pr, bool presence,
                                      struct column *out)
{
    out->as = IN_POINTS;
    out->bound = POINTS_MAX;
    points_of_ranges(pr->rule, &block->signals[pr->count_signal], out->narrow);
    if (presence) mark_nonzero(&block->signals[pr->count_signal], out->applied);
    if (pr->latest_signal == NO_INDEX) return;
    uint32_t ppm[BLOCK_RECORDS];
    latest_ppm(&block->signals[pr->latest_signal], ppm);
    out->as = WIDE;
    for (int i = 0; i < BLOCK_RECORDS; i++) out->wide[i] = out->narrow[i] * (int64_t)ppm[i];
}

static ALWAYS_INLINE void rule_rollup(const struct block *block, const struct program_rule *pr, bool presence,
                                      struct column *out)
{
    const struct rollup_value *value = block->rollups[pr->rollup];
    out->as = WIDE;
    for (int i = 0; i < BLOCK_RECORDS; i++) {
        int64_t micro = value[i].micro;
        micro = micro < CONTRIBUTION_MAX ? micro : CONTRIBUTION_MAX;
        out->wide[i] = micro > -CONTRIBUTION_MAX ? micro : -CONTRIBUTION_MAX;
    }
    for (int i = 0; i < BLOCK_RECORDS && presence; i++) out->applied[i] = value[i].records != 0;
}

static ALWAYS_INLINE void rule_contribution(const struct program *program, const struct block *block,
                                            const struct program_rule *pr, bool presence, struct column *out)
{
    switch (pr->rule->kind) {
    case RULE_WHEN: rule_when(program, block, pr, presence, out); break;
    case RULE_VALUES: rule_values(block, pr, presence, out); break;
    case RULE_EVENT: rule_event(block, pr, presence, out); break;
    case RULE_RANGES: rule_ranges(block, pr, presence, out); break;
    case RULE_ROLLUP: rule_rollup(block, pr, presence, out); break;
    }
}

/* ---- Adding up ---- */

static ALWAYS_INLINE void add_fold(struct sums *sums, const int16_t fold[BLOCK_RECORDS])
{
    make_room(sums, IN_POINTS, FOLD_POINTS_MAX);
    for (int i = 0; i < BLOCK_RECORDS; i++) sums->narrow[IN_POINTS][i] += fold[i] >> 1;
}

/* Sum of the group's rules, each clamped. Marks in `touched` who was touched, where that
 * is asked for. */
static ALWAYS_INLINE void evaluate_group(const struct program *program, const struct block *block, uint32_t group,
                                         uint32_t first_rule, bool presence, struct sums *sums,
                                         uint8_t touched[BLOCK_RECORDS], struct trace *trace)
{
    struct column column;
    *sums = (struct sums){0};
    for (uint32_t r = first_rule; r < first_rule + program->group_rules[group]; r++) {
        const struct program_rule *pr = &program->rules[r];
        if (trace == NULL && pr->fold != NO_INDEX) {
            const int16_t *fold = block->folds[pr->fold];
            if (program->folds[pr->fold].first_rule != r) continue; /* added with the first */
            add_fold(sums, fold);
            for (int i = 0; i < BLOCK_RECORDS && presence; i++) touched[i] |= (uint8_t)(fold[i] & 1);
            continue;
        }
        rule_contribution(program, block, pr, presence, &column);
        if (trace != NULL) {
            trace->contribution[r] = micro_of_first(&column);
            trace->applied[r] = column.applied[0] != 0;
        }
        clamp_column(&pr->rule->clamp, &column);
        if (trace != NULL) trace->rule[r] = micro_of_first(&column);
        add_column(sums, &column);
        for (int i = 0; i < BLOCK_RECORDS && presence; i++) touched[i] |= column.applied[i];
    }
    empty(sums, IN_POINTS);
    empty(sums, IN_MICRO);
}

void evaluate_fold(const struct program *program, const struct block *block, uint32_t fold, int16_t out[BLOCK_RECORDS])
{
    struct sums sums = {0};
    struct column column;
    uint8_t touched[BLOCK_RECORDS] = {0};
    for (uint32_t r = program->folds[fold].first_rule; r < program->folds[fold].end_rule; r++) {
        const struct program_rule *pr = &program->rules[r];
        if (pr->fold != fold) continue;
        rule_contribution(program, block, pr, true, &column);
        clamp_column(&pr->rule->clamp, &column);
        add_column(&sums, &column);
        for (int i = 0; i < BLOCK_RECORDS; i++) touched[i] |= column.applied[i];
    }
    empty(&sums, IN_POINTS);
    for (int i = 0; i < BLOCK_RECORDS; i++) out[i] = (int16_t)(sums.wide[i] / MICRO_PER_POINT * 2 + touched[i]);
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

static ALWAYS_INLINE void add_micro(int64_t sum[BLOCK_RECORDS], const int64_t micro[BLOCK_RECORDS])
{
    for (int i = 0; i < BLOCK_RECORDS; i++) sum[i] += micro[i];
}

static ALWAYS_INLINE void evaluate(const struct program *program, const struct block *block, bool presence,
                                   struct block_result *out, struct trace *trace)
{
    const struct score *score = program->score;
    uint8_t touched[BLOCK_RECORDS];
    struct sums sums;
    for (int i = 0; i < BLOCK_RECORDS; i++) {
        out->total[i] = block->adjustment[i];
        out->part[CATEGORY_FIT][i] = out->part[CATEGORY_ENGAGEMENT][i] = 0;
        touched[i] = block->adjustments[i] != 0;
    }
    for (uint32_t g = 0, rule = 0; g < score->group_count; rule += program->group_rules[g], g++) {
        evaluate_group(program, block, g, rule, presence, &sums, touched, trace);
        if (trace != NULL) trace->group_sum[g] = sums.wide[0];
        clamp_wide(&score->groups[g].clamp, sums.wide);
        if (trace != NULL) trace->group[g] = sums.wide[0];
        add_micro(out->part[score->groups[g].category], sums.wide);
    }
    for (int c = 0; c < CATEGORY_COUNT; c++) {
        if (trace != NULL) trace->category_sum[c] = out->part[c][0];
        clamp_wide(&score->category[c], out->part[c]);
        add_micro(out->total, out->part[c]);
    }
    clamp_wide(&score->total, out->total);
    if (trace != NULL) trace->touched = touched[0] != 0;
    settle(program, block, touched, out);
}

VECTORISED static void evaluate_plain(const struct program *program, const struct block *block,
                                      struct block_result *out)
{
    if (program->presence_matters) evaluate(program, block, true, out, NULL);
    else evaluate(program, block, false, out, NULL);
}

void evaluate_block(const struct program *program, const struct block *block, struct block_result *out,
                    struct trace *trace)
{
    if (trace == NULL) evaluate_plain(program, block, out);
    else evaluate(program, block, true, out, trace);
}

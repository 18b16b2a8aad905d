/* program.c — definition to program in one walk.
 *
 * Equal inputs are shared: two rules about the same events in the same window read one
 * signal. Equality is decided on a key, a text of everything that matters, which also
 * tells whether a signal of a former definition is still good. */
// SPDX-License-Identifier: Apache-2.0
#include "core/program.h"

#include "base/intern.h"
#include "base/list.h"
#include "base/unicode.h"

#define KEY_BYTES_MAX ((size_t)1 << 24)

/* ---- Keys ---- */

static void key_test(const struct test *test, struct buf *out)
{
    buf_format(out, "%d%s%s", test->op, test->ever ? "e" : "", test->or_unknown ? "u" : "");
    buf_format(out, " %u*%u", test->duration.count, test->duration.unit_minutes);
    for (uint32_t i = 0; i < test->argument_count; i++) {
        const struct argument *argument = &test->arguments[i];
        buf_format(out, " %zu%c", argument->text.len, argument->plain ? 'p' : 'q');
        buf_append(out, argument->text);
    }
}

static void key_condition(const struct condition *condition, struct buf *out)
{
    buf_format(out, "(%d", condition->kind);
    for (uint32_t i = 0; i < condition->child_count; i++) key_condition(condition->children[i], out);
    if (condition->kind == CONDITION_PROPERTY) {
        buf_format(out, " %u ", condition->property);
        key_test(condition->test, out);
    }
    buf_append_char(out, ')');
}

static void key_selector(const struct selector *selector, struct buf *out)
{
    const struct selection *selection = selector->selection;
    buf_format(out, "%zu:", selector->event.len);
    buf_append(out, selector->event);
    buf_format(out, " %lld %u %u %d", (long long)selection->within_minutes, selection->per_day, selection->at_most,
               selection->include_bots);
    if (selector->decay.shape != DECAY_NONE)
        buf_format(out, " %d %a %u*%u", selector->decay.shape, selector->decay.percent, selector->decay.period,
                   selector->decay.unit_minutes);
    buf_append_char(out, ' ');
    if (selection->where != NULL) key_condition(selection->where, out);
}

void signal_key(const struct program *program, const struct signal *signal, struct buf *out)
{
    if (program->score != NULL) {
        buf_append(out, program->score->name);
        buf_append_char(out, '/');
    }
    buf_format(out, "%d/", signal->measure);
    key_selector(&program->selectors[signal->selector], out);
}

/* ---- The compiler ---- */

struct compiler {
    struct arena *arena;
    const struct definitions *set;
    struct program *program;
    struct intern *selector_keys; /* code == selector index */
    /* What becomes arrays of the program: */
    LIST(struct selector) selectors;
    LIST(struct signal) signals;
    LIST(struct leaf) leaves;
    LIST(struct score_input) scores;
    LIST(struct node) nodes;
};

static uint32_t add_selector(struct compiler *c, const struct selection *selection, const struct decay *decay)
{
    struct selector selector;
    selector_init(&selector, c->arena, selection, decay);
    AUTO_BUF key = BUF_INIT(KEY_BYTES_MAX);
    key_selector(&selector, &key);
    INVARIANT(!key.failed);
    uint32_t index = intern_add(c->selector_keys, buf_str(&key));
    if (index == c->selectors.count) *LIST_ADD(&c->selectors) = selector;
    return index;
}

static uint32_t add_signal(struct compiler *c, uint32_t selector, enum measure measure)
{
    for (uint32_t i = 0; i < c->signals.count; i++)
        if (c->signals.at[i].selector == selector && c->signals.at[i].measure == measure) return i;
    *LIST_ADD(&c->signals) = (struct signal){.selector = selector, .measure = measure};
    return (uint32_t)c->signals.count - 1;
}

static uint32_t add_score_input(struct compiler *c, uint32_t score, enum score_part part)
{
    for (uint32_t i = 0; i < c->scores.count; i++)
        if (c->scores.at[i].score == score && c->scores.at[i].part == part) return i;
    *LIST_ADD(&c->scores) = (struct score_input){.score = score, .part = part};
    return (uint32_t)c->scores.count - 1;
}

/* ---- Conditions ---- */

static uint32_t compile_condition(struct compiler *c, const struct condition *condition)
{
    /* A segment stands for its condition. */
    while (condition->kind == CONDITION_SEGMENT) condition = c->set->segments[condition->target]->when;
    static const struct decay no_decay = {.shape = DECAY_NONE, .period = 1, .unit_minutes = 1440};
    struct node node = {0};
    switch (condition->kind) {
    case CONDITION_ALL: node.kind = NODE_ALL; break;
    case CONDITION_ANY: node.kind = NODE_ANY; break;
    case CONDITION_NOT: node.kind = NODE_NOT; break;
    case CONDITION_PROPERTY:
    case CONDITION_LIST:
        node.kind = NODE_LEAF;
        *LIST_ADD(&c->leaves) = (struct leaf){
            .property = condition->property, .hop = condition->hop, .test = condition->test, .fold = NO_INDEX};
        node.input = (uint32_t)c->leaves.count - 1;
        break;
    case CONDITION_EVENT:
        node.kind = NODE_SIGNAL;
        node.at_least = condition->at_least;
        node.at_most = condition->at_most;
        node.input = add_signal(c, add_selector(c, &condition->selection, &no_decay), MEASURE_COUNT);
        break;
    case CONDITION_SCORE:
        node.kind = NODE_SCORE;
        node.test = condition->test;
        node.input = add_score_input(c, condition->target, condition->part);
        break;
    case CONDITION_SEGMENT: break; /* not reached: followed above */
    }
    uint32_t index = (uint32_t)c->nodes.count;
    *LIST_ADD(&c->nodes) = node;
    for (uint32_t i = 0; i < condition->child_count; i++) compile_condition(c, condition->children[i]);
    c->nodes.at[index].span = (uint32_t)c->nodes.count - index;
    return index;
}

/* ---- Rules ---- */

static void compile_event_rule(struct compiler *c, const struct rule *rule, struct program_rule *out)
{
    out->selector = add_selector(c, &rule->selection, &rule->decay);
    bool decays = rule->decay.shape != DECAY_NONE;
    if (rule->kind == RULE_RANGES) {
        out->count_signal = add_signal(c, out->selector, MEASURE_COUNT);
        if (decays) out->latest_signal = add_signal(c, out->selector, MEASURE_LATEST);
    } else if (rule->once) {
        out->latest_signal = add_signal(c, out->selector, MEASURE_LATEST);
    } else {
        if (decays) out->sum_signal = add_signal(c, out->selector, MEASURE_SUM);
        if (!decays || c->program->presence_matters) out->count_signal = add_signal(c, out->selector, MEASURE_COUNT);
    }
}

static void compile_values_rule(struct compiler *c, const struct rule *rule, struct program_rule *out)
{
    const uint32_t cases = rule->case_count;
    int32_t *points = ARENA_ARRAY(c->arena, int32_t, (size_t)cases + 2);
    uint8_t *applied = ARENA_ARRAY(c->arena, uint8_t, (size_t)cases + 2);
    for (uint32_t i = 0; i < cases; i++) {
        points[i] = rule->cases[i].points;
        applied[i] = 1;
    }
    points[cases + MATCH_OTHERWISE] = rule->otherwise;
    applied[cases + MATCH_OTHERWISE] = rule->has_otherwise;
    points[cases + MATCH_UNKNOWN] = rule->unknown;
    applied[cases + MATCH_UNKNOWN] = rule->has_unknown;
    out->match = c->program->match_count;
    out->match_points = points;
    out->match_applied = applied;
    c->program->match_fold[c->program->match_count] = NO_INDEX;
    c->program->matches[c->program->match_count++] = rule;
}

static void compile_rule(struct compiler *c, const struct rule *rule, struct program_rule *out)
{
    *out = (struct program_rule){
        .rule = rule,
        .condition = NO_INDEX,
        .match = NO_INDEX,
        .count_signal = NO_INDEX,
        .sum_signal = NO_INDEX,
        .latest_signal = NO_INDEX,
        .selector = NO_INDEX,
        .rollup = NO_INDEX,
        .fold = NO_INDEX,
    };
    switch (rule->kind) {
    case RULE_WHEN: out->condition = compile_condition(c, rule->when); break;
    case RULE_VALUES: compile_values_rule(c, rule, out); break;
    case RULE_EVENT:
    case RULE_RANGES: compile_event_rule(c, rule, out); break;
    case RULE_ROLLUP:
        out->rollup = c->program->rollup_count;
        c->program->rollups[c->program->rollup_count++] = rule;
        break;
    }
}

static bool clamp_leaves_out_zero(const struct clamp *clamp)
{
    return (clamp->has_min && clamp->min > 0) || (clamp->has_max && clamp->max < 0);
}

static bool does_presence_matter(const struct score *score)
{
    bool matters = score->no_match == NO_MATCH_UNKNOWN || clamp_leaves_out_zero(&score->total);
    for (int i = 0; i < CATEGORY_COUNT; i++) matters = matters || clamp_leaves_out_zero(&score->category[i]);
    for (uint32_t g = 0; g < score->group_count; g++) {
        const struct group *group = &score->groups[g];
        matters = matters || clamp_leaves_out_zero(&group->clamp);
        for (uint32_t r = 0; r < group->rule_count; r++)
            matters = matters || clamp_leaves_out_zero(&group->rules[r].clamp);
    }
    return matters;
}

static void compile_rules(struct compiler *c, const struct score *score)
{
    struct program *program = c->program;
    uint32_t all = 0;
    for (uint32_t g = 0; g < score->group_count; g++) all += score->groups[g].rule_count;
    program->rules = ARENA_ARRAY(c->arena, struct program_rule, all);
    program->matches = ARENA_ARRAY(c->arena, const struct rule *, all);
    program->match_fold = ARENA_ARRAY(c->arena, uint32_t, all);
    program->rollups = ARENA_ARRAY(c->arena, const struct rule *, all);
    program->group_rules = ARENA_ARRAY(c->arena, uint32_t, score->group_count);
    for (uint32_t g = 0; g < score->group_count; g++) {
        const struct group *group = &score->groups[g];
        for (uint32_t r = 0; r < group->rule_count; r++) {
            if (!group->rules[r].enabled) continue;
            compile_rule(c, &group->rules[r], &program->rules[program->rule_count++]);
            program->group_rules[g]++;
        }
    }
}

#define KEEP(c, list, count_)                                                                   \
    do {                                                                                        \
        (c)->program->count_ = (uint32_t)(c)->list.count;                                       \
        (c)->program->list = arena_array((c)->arena, (c)->list.count, sizeof *(c)->list.at);    \
        for (uint64_t i = 0; i < (c)->list.count; i++) (c)->program->list[i] = (c)->list.at[i]; \
        LIST_RELEASE(&(c)->list);                                                               \
    } while (0)

/* What was found becomes the program's. */
static void finish(struct compiler *c)
{
    KEEP(c, selectors, selector_count);
    KEEP(c, signals, signal_count);
    KEEP(c, leaves, leaf_count);
    KEEP(c, scores, score_count);
    KEEP(c, nodes, node_count);
    intern_free(c->selector_keys);
}

const struct program *program_compile(struct arena *arena, const struct definitions *set, uint32_t index)
{
    const struct score *score = set->scores[index];
    struct program *program = ARENA_NEW(arena, struct program);
    struct compiler c = {.arena = arena, .set = set, .program = program, .selector_keys = intern_new()};
    program->score = score;
    program->presence_matters = does_presence_matter(score);
    program->scope = score->scope != NULL ? compile_condition(&c, score->scope) : NO_INDEX;
    compile_rules(&c, score);
    finish(&c);
    program_fold(program, arena);
    return program;
}

const struct program *program_compile_segment(struct arena *arena, const struct definitions *set, uint32_t segment)
{
    struct program *program = ARENA_NEW(arena, struct program);
    struct compiler c = {.arena = arena, .set = set, .program = program, .selector_keys = intern_new()};
    program->scope = compile_condition(&c, set->segments[segment]->when);
    finish(&c);
    return program;
}

/* definition_order.c — what builds on what, without circles and within bounds.
 *
 * A walk in depth over the uses, with a stack of its own, because nobody limits how
 * many scores a file has. A use of something that is still on the stack closes a circle.
 * When a definition is left, everything it uses was left before: that is the order.
 *
 * Segments are woven into the conditions that name them, so a few lines could ask for
 * billions of tests; their sum has a ceiling. So has the depth, because evaluation of
 * conditions inside conditions goes down the machine's stack. */
// SPDX-License-Identifier: Apache-2.0
#include "core/definition_internal.h"

#define DEPTH_MAX 50                     /* definitions that build on one another */
#define CONDITIONS_MAX UINT64_C(2000000) /* in all scores, with the segments woven in */
#define CIRCLE_BYTES 600                 /* of a circle in a message */

enum state { STATE_NEW, STATE_OPEN, STATE_DONE };

struct visit {
    uint32_t definition;
    size_t next; /* its next use to follow */
};

struct walk {
    struct definitions *set;
    struct diagnostics *diagnostics;
    const struct use *uses;
    size_t *first;     /* [definitions + 1] into uses */
    enum state *state; /* by definition, as are: */
    uint32_t *depth;
    uint64_t *conditions; /* its own; with those of its segments once done */
    struct visit *stack;
    uint32_t stack_count;
    uint32_t *order;
    uint32_t order_count;
    uint64_t conditions_in_all;
};

/* Nothing for the score behind a rollup's inner rule: its owner stands before it. */
static struct str visible_name(const struct definitions *set, uint32_t definition)
{
    if (definition >= set->score_count) return set->segments[definition - set->score_count]->name;
    const struct score *score = set->scores[definition];
    return score->anonymous ? (struct str){0} : score->name;
}

static void complain_circle(const struct walk *walk, const struct use *closing)
{
    AUTO_BUF names = BUF_INIT(CIRCLE_BYTES);
    uint32_t begin = walk->stack_count;
    while (begin > 0 && walk->stack[begin - 1].definition != closing->to) begin--;
    INVARIANT(begin > 0);
    for (uint32_t i = begin - 1; i < walk->stack_count; i++) {
        struct str name = visible_name(walk->set, walk->stack[i].definition);
        if (name.len == 0) continue;
        buf_append(&names, name);
        buf_append_c(&names, " -> ");
    }
    buf_append(&names, visible_name(walk->set, closing->to));
    diagnostics_error(walk->diagnostics, closing->source, closing->at,
                      "scores and segments may not build on one another in a circle: " STR_FMT "%s",
                      STR_ARG(buf_str(&names)), names.failed ? "..." : "");
}

static void complain_at(const struct walk *walk, uint32_t definition, const char *sentence, unsigned long long limit)
{
    const struct definitions *set = walk->set;
    bool is_score = definition < set->score_count;
    const struct score *score = is_score ? set->scores[definition] : NULL;
    const struct segment *segment = is_score ? NULL : set->segments[definition - set->score_count];
    diagnostics_error(walk->diagnostics, is_score ? score->source : segment->source, is_score ? score->at : segment->at,
                      "%s; at most %llu are taken", sentence, limit);
}

static uint64_t add_capped(uint64_t a, uint64_t b)
{
    uint64_t sum = a + b;
    return sum < CONDITIONS_MAX + 1 ? sum : CONDITIONS_MAX + 1;
}

static void leave(struct walk *walk, uint32_t definition)
{
    uint32_t deepest = 0;
    for (size_t i = walk->first[definition]; i < walk->first[definition + 1]; i++) {
        uint32_t to = walk->uses[i].to;
        if (walk->state[to] != STATE_DONE) continue; /* a circle */
        if (walk->depth[to] > deepest) deepest = walk->depth[to];
        if (to >= walk->set->score_count)
            walk->conditions[definition] = add_capped(walk->conditions[definition], walk->conditions[to]);
    }
    walk->state[definition] = STATE_DONE;
    walk->depth[definition] = deepest + 1;
    if (walk->depth[definition] == DEPTH_MAX + 1)
        complain_at(walk, definition, "too many scores and segments build on one another", DEPTH_MAX);
    if (definition >= walk->set->score_count) return;
    walk->order[walk->order_count++] = definition;
    bool fitted = walk->conditions_in_all <= CONDITIONS_MAX;
    walk->conditions_in_all = add_capped(walk->conditions_in_all, walk->conditions[definition]);
    if (fitted && walk->conditions_in_all > CONDITIONS_MAX)
        complain_at(walk, definition, "too many conditions, counting those of segments wherever they are used",
                    CONDITIONS_MAX);
}

static void enter(struct walk *walk, uint32_t definition)
{
    walk->state[definition] = STATE_OPEN;
    walk->stack[walk->stack_count++] = (struct visit){definition, walk->first[definition]};
}

static void visit_from(struct walk *walk, uint32_t definition)
{
    enter(walk, definition);
    while (walk->stack_count > 0) {
        struct visit *visit = &walk->stack[walk->stack_count - 1];
        if (visit->next == walk->first[visit->definition + 1]) {
            leave(walk, visit->definition);
            walk->stack_count--;
            continue;
        }
        const struct use *use = &walk->uses[visit->next++];
        if (walk->state[use->to] == STATE_OPEN) complain_circle(walk, use);
        else if (walk->state[use->to] == STATE_NEW) enter(walk, use->to);
    }
}

void definitions_sort(struct definitions *set, const struct use *uses, size_t count, uint64_t *conditions,
                      struct diagnostics *diagnostics)
{
    uint32_t all = set->score_count + set->segment_count;
    struct walk walk = {
        .set = set,
        .diagnostics = diagnostics,
        .uses = uses,
        .first = ARENA_ARRAY(set->arena, size_t, (size_t)all + 1),
        .state = ARENA_ARRAY(set->arena, enum state, all),
        .depth = ARENA_ARRAY(set->arena, uint32_t, all),
        .conditions = conditions,
        .stack = ARENA_ARRAY(set->arena, struct visit, all),
        .order = ARENA_ARRAY(set->arena, uint32_t, set->score_count),
    };
    for (uint32_t i = 0, use = 0; i < all; i++) {
        while (use < count && uses[use].from == i) use++;
        walk.first[i + 1] = use;
    }
    for (uint32_t i = 0; i < all; i++)
        if (walk.state[i] == STATE_NEW) visit_from(&walk, i);
    set->order = walk.order;
}

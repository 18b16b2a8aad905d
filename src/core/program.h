/* program.h — a score compiled: what must be known of a record, and how to add it up.
 *
 * A program asks for *inputs* about a record and says nothing of where they come from:
 *
 *   signals   counts, decayed sums and latest factors of selected events
 *   leaves    tests on one property: 0 or 1
 *   matches   which entry of a `values` rule a property's value takes
 *   rollups   a value taken over associated records
 *   scores    parts of other scores of the same record
 *
 * Rules that depend on the value of one property are also *folded*: what they contribute
 * together may be looked up by value instead of asking for their leaves and matches.
 *
 * Points, clamps, bands and grades appear in no input, so editing them leaves all
 * inputs valid. Segments are woven into the conditions that name them. Immutable:
 * threads share it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_PROGRAM_H
#define PLUMB_CORE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/definition.h"
#include "core/select.h"

/* What is measured of a selector's events. */
enum measure {
    MEASURE_COUNT,  /* how many are selected */
    MEASURE_SUM,    /* sum of their decay factors, ppm */
    MEASURE_LATEST, /* 1 + the decay factor, ppm, of the latest; 0 without any */
};

struct signal {
    uint32_t selector;
    enum measure measure;
};

/* A test on one property inside a condition. */
struct leaf {
    uint32_t property;
    enum hop hop;
    const struct test *test;
    uint32_t fold; /* that its rule is in, or NO_INDEX */
};

struct score_input {
    uint32_t score; /* index into the set; of the same object */
    enum score_part part;
};

#define NO_INDEX UINT32_MAX

/* A match is the index of an entry of `values`, or the number of entries plus one of these. */
#define MATCH_OTHERWISE 0
#define MATCH_UNKNOWN 1

/* A condition with its inputs by index; children follow in `nodes`. */
enum node_kind { NODE_ALL, NODE_ANY, NODE_NOT, NODE_LEAF, NODE_SIGNAL, NODE_SCORE };

struct node {
    enum node_kind kind;
    uint32_t span;     /* nodes of this subtree, itself included; children follow */
    uint32_t input;    /* leaf, signal or score input */
    uint32_t at_least; /* signal: count between at_least and at_most */
    uint32_t at_most;
    const struct test *test; /* score: on whole points */
};

struct program_rule {
    const struct rule *rule;
    uint32_t condition;           /* when: first node in `nodes` */
    uint32_t match;               /* values: index of its match column */
    const int32_t *match_points;  /* values: points of each match, see MATCH_OTHERWISE */
    const uint8_t *match_applied; /* values: does that match leave a ledger line */
    uint32_t count_signal;        /* event rules; NO_INDEX where not measured */
    uint32_t sum_signal;
    uint32_t latest_signal;
    uint32_t selector; /* event rules, else NO_INDEX */
    uint32_t rollup;   /* rollup: index of its rollup column */
    uint32_t fold;     /* when, values: the fold that it is in, or NO_INDEX */
};

/* Rules of one group that ask for nothing but the value of one property (see fold.c). */
struct fold {
    uint32_t property;
    enum hop hop;                  /* own or company */
    uint32_t first_rule, end_rule; /* its rules are among these: those whose `fold` it is */
    int32_t points;                /* no value gives or takes more; at most FOLD_POINTS_MAX */
};

#define FOLD_POINTS_MAX 16000 /* twice that, and one, fits 16 bits */

struct program {
    const struct score *score; /* NULL for a segment's program */
    struct selector *selectors;
    uint32_t selector_count;
    struct signal *signals;
    uint32_t signal_count;
    struct leaf *leaves;
    uint32_t leaf_count;
    struct score_input *scores;
    uint32_t score_count;
    struct node *nodes;
    uint32_t node_count;
    uint32_t scope;             /* `for`, or the segment's condition: first node, or NO_INDEX */
    struct program_rule *rules; /* enabled ones, in the definition's order */
    uint32_t rule_count;
    uint32_t *group_rules;       /* [group_count]: how many of `rules` belong to each group */
    const struct rule **matches; /* values rules */
    uint32_t *match_fold;        /* [match_count] the fold that its rule is in, or NO_INDEX */
    uint32_t match_count;
    struct fold *folds;
    uint32_t fold_count;
    const struct rule **rollups;
    uint32_t rollup_count;
    /* It matters whether any rule left a line: `unknown` is possible, or a clamp leaves
     * out 0. Else a record that nothing touched gets 0 by plain arithmetic. */
    bool presence_matters;
};

/* Compile one score, or one segment, of a checked and bound set, by its index there. All in `arena`. */
const struct program *program_compile(struct arena *arena, const struct definitions *set, uint32_t index);
const struct program *program_compile_segment(struct arena *arena, const struct definitions *set, uint32_t segment);

/* Find the folds of a compiled score. */
void program_fold(struct program *program, struct arena *arena);

/* Write all that decides a signal's value, except the facts and as_of: two signals with
 * equal keys are equal. */
void signal_key(const struct program *program, const struct signal *signal, struct buf *out);

#endif

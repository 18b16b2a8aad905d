/* evaluate.h — the one evaluator: from inputs to a score and its ledger (semantics 5).
 *
 * It works on a block of records at once, column by column, so that one record and a
 * million take the same path: an explanation is a block of one that is traced. Pure;
 * allocates nothing; threads share the program. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_EVALUATE_H
#define PLUMB_CORE_EVALUATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ledger.h"
#include "core/program.h"

#define BLOCK_RECORDS 64 /* records of a block; columns below are [input][BLOCK_RECORDS] */

/* Ceiling of one rule's contribution, either sign: with at most 4 MiB of definition no
 * sum of rules can then leave int64. */
#define CONTRIBUTION_MAX (INT64_C(100000000) * MICRO_PER_POINT)

/* What a rollup takes over the associated records of one record. */
struct rollup_value {
    int64_t micro;    /* sum, average, ...; 0 without a known value */
    uint32_t records; /* associated at as_of */
    uint32_t known;   /* of them, with a known score */
};

/* A signal of each record: numbers of 64 bits in halves, the high ones only where they matter. */
struct signal_column {
    uint32_t *low;  /* [BLOCK_RECORDS]; the caller may put in its own */
    uint32_t *high; /* `room`, or NULL: all 0 */
    uint32_t *room;
};

static inline uint64_t signal_at(const struct signal_column *column, uint32_t lane)
{
    return column->low[lane] | (column->high != NULL ? (uint64_t)column->high[lane] << 32 : 0);
}

static inline void signal_set(struct signal_column *column, uint32_t lane, uint64_t value)
{
    column->low[lane] = (uint32_t)value;
    if (column->high == NULL && value > UINT32_MAX) {
        column->high = column->room;
        for (uint32_t i = 0; i < BLOCK_RECORDS; i++) column->high[i] = 0;
    }
    if (column->high != NULL) column->high[lane] = (uint32_t)(value >> 32);
}

struct block {
    struct signal_column *signals;
    uint8_t (*leaves)[BLOCK_RECORDS];
    uint16_t (*matches)[BLOCK_RECORDS]; /* index of an entry of `values`, or MATCH_... */
    int16_t (*folds)[BLOCK_RECORDS];    /* what evaluate_fold says of the record's value */
    struct rollup_value (*rollups)[BLOCK_RECORDS];
    int64_t (*scores)[BLOCK_RECORDS];       /* micro-points of the part */
    uint8_t (*scores_known)[BLOCK_RECORDS]; /* 0: that score is unknown, tests on it are false */
    int64_t adjustment[BLOCK_RECORDS];      /* micro-points */
    uint32_t adjustments[BLOCK_RECORDS];    /* how many events it sums */
};

struct block_result {
    int64_t total[BLOCK_RECORDS]; /* micro-points; 0 where unknown */
    int64_t part[CATEGORY_COUNT][BLOCK_RECORDS];
    uint8_t known[BLOCK_RECORDS];
};

/* Where record 0 of a block is explained: filled by evaluate_block when given. */
struct trace {
    int64_t *contribution; /* [rule_count] before the rule's clamp */
    int64_t *rule;         /* [rule_count] after it */
    bool *applied;         /* [rule_count] it leaves a ledger line (event rules: see their tally) */
    int64_t *group_sum;    /* [group_count] before the group's clamp */
    int64_t *group;
    int64_t category_sum[CATEGORY_COUNT];
    bool touched; /* any line at all; exact where program->presence_matters */
};

/* Block memory for one thread, in `arena`, zeroed. */
struct block *block_new(struct arena *arena, const struct program *program);
struct trace *trace_new(struct arena *arena, const struct program *program);

/* Evaluate all lanes of the block (unused lanes may hold anything valid, such as 0). The
 * leaves and matches of folded rules are asked for only with `trace`, and folds only without. */
void evaluate_block(const struct program *program, const struct block *block, struct block_result *out,
                    struct trace *trace);

/* What the rules of a fold contribute, for each lane a value of the property, whose leaves
 * and matches are in the block: twice the points, plus one where a rule leaves a line. */
void evaluate_fold(const struct program *program, const struct block *block, uint32_t fold, int16_t out[BLOCK_RECORDS]);

/* Is the program's scope (`for`, or a segment's condition) true, per lane? */
void evaluate_scope(const struct program *program, const struct block *block, uint8_t out[BLOCK_RECORDS]);

/* An adjustment event, for the ledger. */
struct adjustment {
    int64_t at_ms;
    int64_t micro;
};

/* The ledger of the traced record. `tallies` by selector, `rollups` of lane 0 in block.
 * The lines sum to result->total[0]; an unknown record has none. In `arena`. */
void ledger_from_trace(const struct program *program, const struct block *block, const struct trace *trace,
                       const struct block_result *result, const struct tally *tallies,
                       const struct adjustment *adjustments, uint32_t adjustment_count, struct arena *arena,
                       struct ledger *out);

#endif

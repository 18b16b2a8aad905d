/* ledger.c — a traced evaluation told line by line.
 *
 * Invariant, checked: the lines sum to the total. */
// SPDX-License-Identifier: Apache-2.0
#include "core/evaluate.h"

static void add_line(struct ledger *ledger, struct ledger_line line)
{
    ledger->lines[ledger->count++] = line;
}

static void add_clamp(struct ledger *ledger, int category, const struct group *group, const struct rule *rule,
                      int64_t difference)
{
    if (difference == 0) return;
    add_line(ledger, (struct ledger_line){.kind = LEDGER_CLAMP,
                                          .category = category,
                                          .group = group,
                                          .rule = rule,
                                          .micro = difference,
                                          .latest_ms = LEDGER_NO_TIME});
}

static void add_rule(const struct program *program, const struct block *block, const struct trace *trace,
                     const struct tally *tallies, const struct group *group, uint32_t index, struct ledger *out)
{
    const struct program_rule *pr = &program->rules[index];
    struct ledger_line line = {.kind = LEDGER_RULE,
                               .category = (int)group->category,
                               .group = group,
                               .rule = pr->rule,
                               .micro = trace->contribution[index],
                               .latest_ms = LEDGER_NO_TIME};
    if (pr->selector != NO_INDEX && tallies[pr->selector].count > 0) {
        line.events = tallies[pr->selector].count;
        line.latest_ms = tallies[pr->selector].latest_ms;
    }
    if (pr->rollup != NO_INDEX) line.events = block->rollups[pr->rollup][0].known;
    /* An unapplied rule contributes 0 by definition, but its clamp may still move it. */
    bool applied = pr->selector != NO_INDEX ? tallies[pr->selector].count > 0 : trace->applied[index];
    if (applied) add_line(out, line);
    add_clamp(out, (int)group->category, group, pr->rule, trace->rule[index] - trace->contribution[index]);
}

void ledger_from_trace(const struct program *program, const struct block *block, const struct trace *trace,
                       const struct block_result *result, const struct tally *tallies,
                       const struct adjustment *adjustments, uint32_t adjustment_count, struct arena *arena,
                       struct ledger *out)
{
    const struct score *score = program->score;
    size_t most = (size_t)2 * program->rule_count + score->group_count + CATEGORY_COUNT + adjustment_count + 1;
    *out = (struct ledger){.lines = ARENA_ARRAY(arena, struct ledger_line, most)};
    if (!result->known[0] || (program->presence_matters && !trace->touched)) return;
    for (uint32_t g = 0, rule = 0; g < score->group_count; g++) {
        const struct group *group = &score->groups[g];
        for (uint32_t end = rule + program->group_rules[g]; rule < end; rule++)
            add_rule(program, block, trace, tallies, group, rule, out);
        add_clamp(out, (int)group->category, group, NULL, trace->group[g] - trace->group_sum[g]);
    }
    int64_t before_clamp = block->adjustment[0];
    for (int c = 0; c < CATEGORY_COUNT; c++) {
        add_clamp(out, c, NULL, NULL, result->part[c][0] - trace->category_sum[c]);
        before_clamp += result->part[c][0];
    }
    for (uint32_t i = 0; i < adjustment_count; i++)
        add_line(out, (struct ledger_line){.kind = LEDGER_ADJUSTMENT,
                                           .category = -1,
                                           .micro = adjustments[i].micro,
                                           .events = 1,
                                           .latest_ms = adjustments[i].at_ms});
    add_clamp(out, -1, NULL, NULL, result->total[0] - before_clamp);
    int64_t sum = 0;
    for (uint32_t i = 0; i < out->count; i++) sum += out->lines[i].micro;
    INVARIANT(sum == result->total[0]);
}

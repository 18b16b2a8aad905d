/* explain.c — one record at any instant, with every reason: a block of one, traced. */
// SPDX-License-Identifier: Apache-2.0
#include <stdatomic.h>

#include "history/scan_internal.h"

#define STRETCH 4096 /* records a thread takes at a time */

/* Everything that evaluating one record of one program needs. */
struct single {
    struct view view;
    struct block *block;
    struct tally *tallies;
    struct specials specials;
};

/* Tables and snapshot of the last run, when it was of the same instant. */
static void reuse_run(struct view *view, uint32_t score)
{
    const struct scan *scan = view->scan;
    if (scan->snapshot == NULL || scan->as_of_ms != view->as_of_ms) return;
    view->snapshot = scan->snapshot;
    if (score != NO_INDEX) view->tables = scan->tables[score];
}

static void make_room(struct single *one, struct arena *arena)
{
    one->block = block_new(arena, one->view.program);
    one->tallies = ARENA_ARRAY(arena, struct tally, one->view.program->selector_count);
}

static void load_inputs(struct single *one, uint32_t record)
{
    struct view *view = &one->view;
    const struct program *program = view->program;
    for (uint32_t s = 0; s < program->selector_count; s++)
        record_tally(view, &program->selectors[s], view->tables != NULL ? view->tables->class_match[s] : NULL, record,
                     one->specials.engagement_after_ms, &one->tallies[s]);
    for (uint32_t s = 0; s < program->signal_count; s++)
        signal_set(&one->block->signals[s], 0,
                   signal_of_tally(program->signals[s].measure, &one->tallies[program->signals[s].selector]));
    for (uint32_t l = 0; l < program->leaf_count; l++)
        one->block->leaves[l][0] = record_leaf(view, &program->leaves[l], record);
    for (uint32_t m = 0; m < program->match_count; m++)
        one->block->matches[m][0] = record_match(view, program->matches[m], record);
    for (uint32_t r = 0; r < program->rollup_count; r++)
        one->block->rollups[r][0] = record_rollup(view, program->rollups[r], record);
    for (uint32_t s = 0; s < program->score_count; s++)
        one->block->scores_known[s][0] = score_part_at(view->scan, program->scores[s].score, record, view->as_of_ms,
                                                       program->scores[s].part, &one->block->scores[s][0]);
    one->block->adjustment[0] = one->specials.adjustment_micro;
    one->block->adjustments[0] = one->specials.adjustment_count;
}

void scan_explain(const struct scan *scan, uint32_t score, uint32_t record, int64_t as_of_ms, struct arena *arena,
                  struct explanation *out)
{
    const struct program *program = scan->programs[score];
    struct single one = {.view = {.scan = scan,
                                  .history = scan->history,
                                  .program = program,
                                  .object = program->score->object,
                                  .as_of_ms = as_of_ms,
                                  .arena = arena}};
    reuse_run(&one.view, score);
    one.specials = record_specials(&one.view, record);
    make_room(&one, arena);
    load_inputs(&one, record);
    struct trace *trace = trace_new(arena, program);
    struct block_result result;
    evaluate_block(program, one.block, &result, trace);
    *out = (struct explanation){
        .known = result.known[0],
        .total = result.total[0],
        .fit = result.part[CATEGORY_FIT][0],
        .engagement = result.part[CATEGORY_ENGAGEMENT][0],
    };
    ledger_from_trace(program, one.block, trace, &result, one.tallies, one.specials.adjustments,
                      one.specials.adjustment_count, arena, &out->ledger);
    view_release(&one.view);
}

static int64_t part_of(enum score_part part, int64_t total, int64_t fit, int64_t engagement)
{
    return part == PART_FIT ? fit : part == PART_ENGAGEMENT ? engagement : total;
}

bool explain_part(const struct scan *scan, uint32_t score, uint32_t record, int64_t as_of_ms, enum score_part part,
                  int64_t *micro)
{
    AUTO_ARENA arena = arena_new();
    struct explanation explanation;
    scan_explain(scan, score, record, as_of_ms, arena, &explanation);
    *micro = part_of(part, explanation.total, explanation.fit, explanation.engagement);
    return explanation.known;
}

bool score_part_at(const struct scan *scan, uint32_t score, uint32_t record, int64_t as_of_ms, enum score_part part,
                   int64_t *micro)
{
    if (!scan->done[score] || scan->as_of_ms != as_of_ms || record >= scan->results[score].count)
        return explain_part(scan, score, record, as_of_ms, part, micro);
    const struct score_column *column = &scan->results[score];
    *micro = part_of(part, column->total[record], column->fit[record], column->engagement[record]);
    return column->known[record] != 0;
}

/* ---- Segments. ---- */

static struct single single_of_segment(const struct scan *scan, uint32_t segment, int64_t as_of_ms,
                                       struct arena *scratch, struct arena *arena)
{
    struct single one = {.view = {.scan = scan,
                                  .history = scan->history,
                                  .program = scan->segments[segment],
                                  .object = scan->set->segments[segment]->object,
                                  .as_of_ms = as_of_ms,
                                  .arena = scratch},
                         .specials = {.engagement_after_ms = INT64_MIN}};
    reuse_run(&one.view, NO_INDEX);
    make_room(&one, arena);
    return one;
}

static bool is_inside(struct single *one, uint32_t record)
{
    uint8_t inside[BLOCK_RECORDS];
    load_inputs(one, record);
    evaluate_scope(one->view.program, one->block, inside);
    return inside[0] != 0;
}

bool scan_in_segment(const struct scan *scan, uint32_t segment, uint32_t record, int64_t as_of_ms)
{
    AUTO_ARENA arena = arena_new();
    struct single one = single_of_segment(scan, segment, as_of_ms, arena, arena);
    bool inside = is_inside(&one, record);
    view_release(&one.view);
    return inside;
}

/* What all threads of scan_members share. */
struct gathering {
    const struct scan *scan;
    uint32_t segment, records;
    uint8_t *out;
    atomic_uint next;
};

static void *gather_members(void *context)
{
    struct gathering *g = context;
    AUTO_ARENA arena = arena_new();
    AUTO_ARENA scratch = arena_new();
    struct single one = single_of_segment(g->scan, g->segment, g->scan->as_of_ms, scratch, arena);
    for (uint32_t first; (first = atomic_fetch_add(&g->next, STRETCH)) < g->records;)
        for (uint32_t r = first; r < g->records && r - first < STRETCH; r++) {
            g->out[r] = is_inside(&one, r);
            arena_reset(scratch);
        }
    view_release(&one.view);
    return NULL;
}

void scan_members(const struct scan *scan, uint32_t segment, unsigned threads, uint8_t *out)
{
    enum entity object = scan->set->segments[segment]->object;
    struct gathering g = {
        .scan = scan, .segment = segment, .records = history_records(scan->history, object), .out = out};
    run_threads(threads, gather_members, &g);
}

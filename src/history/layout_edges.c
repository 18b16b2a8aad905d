/* layout_edges.c — associations sorted from either end.
 *
 * Sorting is by counting: edges are dealt out to the records they belong to. Dealt to
 * `to` from a list that is in the order of `from`, they come out by (to, from). */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "history/builder_internal.h"

static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Of edges with the same `from`. */
static int by_to_and_time(const void *a, const void *b)
{
    const struct edge *left = a, *right = b;
    int order = compare_u32(left->to, right->to);
    return order != 0 ? order : compare_i64(left->from_ms, right->from_ms);
}

static int by_time_and_to(const void *a, const void *b)
{
    const struct edge *left = a, *right = b;
    int order = compare_i64(left->from_ms, right->from_ms);
    return order != 0 ? order : compare_u32(left->to, right->to);
}

static uint32_t end_of(const struct edge *edge, bool backward)
{
    return backward ? edge->to : edge->from;
}

/* Deal `count` edges out to `dealt`, in the order of one end and else as they come.
 * Returns where each record's begin, [records + 1]. */
static uint32_t *deal_out(const struct edge *edges, uint32_t count, bool backward, uint32_t records, struct edge *dealt)
{
    uint32_t *first = memory_array((size_t)records + 2, sizeof *first);
    for (uint32_t i = 0; i < count; i++) first[end_of(&edges[i], backward) + 2]++;
    for (uint32_t i = 0; i < records; i++) first[i + 2] += first[i + 1];
    /* first[r + 1] is where the next of record r goes, and in the end where those of r + 1 begin. */
    for (uint32_t i = 0; i < count; i++) dealt[first[end_of(&edges[i], backward) + 1]++] = edges[i];
    return first;
}

/* One edge for each (from, to), the earliest; then by time. Returns how many are left. */
static uint32_t keep_earliest(struct edge *edges, uint32_t count)
{
    if (count < 2) return count;
    qsort(edges, count, sizeof *edges, by_to_and_time);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || edges[i].to != edges[i - 1].to) edges[kept++] = edges[i];
    qsort(edges, kept, sizeof *edges, by_time_and_to);
    return kept;
}

/* Close the gaps that keep_earliest leaves, record by record. */
static uint32_t keep_each_once(struct edge *edges, uint32_t *first, uint32_t records)
{
    uint32_t kept = 0;
    uint32_t begin = first[0];
    for (uint32_t r = 0; r < records; r++) {
        uint32_t end = first[r + 1];
        uint32_t here = keep_earliest(edges + begin, end - begin);
        first[r] = kept;
        for (uint32_t i = 0; i < here; i++) edges[kept++] = edges[begin + i];
        begin = end;
    }
    first[records] = kept;
    return kept;
}

/* The words of runs that begin at first[record] and end at first[record + 1]; takes `first`. */
static uint64_t *runs_between(uint32_t *first, uint32_t records)
{
    uint64_t *runs = memory_array(records, sizeof *runs);
    for (uint32_t r = 0; r < records; r++) {
        INVARIANT(first[r + 1] - first[r] <= RUN_COUNT_MAX);
        runs[r] = run_word(first[r], first[r + 1] - first[r]);
    }
    memory_free(first);
    return runs;
}

static void layout_kind(struct edge_stage *stage, const struct record_table *from, const struct record_table *to,
                        struct edges *out)
{
    INVARIANT(stage->count < UINT32_MAX); /* 64 GiB of them */
    uint32_t staged = (uint32_t)stage->count;
    for (uint32_t i = 0; i < staged; i++) {
        stage->edges[i].from = from->named[stage->edges[i].from];
        stage->edges[i].to = to->named[stage->edges[i].to];
    }
    out->forward = memory_array(staged, sizeof *out->forward);
    uint32_t *first = deal_out(stage->edges, staged, false, from->count, out->forward);
    memory_free(stage->edges);
    *stage = (struct edge_stage){0};
    out->count = keep_each_once(out->forward, first, from->count);
    out->forward_run = runs_between(first, from->count);
    out->backward = memory_array(out->count, sizeof *out->backward);
    out->backward_run = runs_between(deal_out(out->forward, out->count, true, to->count, out->backward), to->count);
    out->all_forever = true;
    for (uint32_t i = 0; i < out->count; i++) out->all_forever &= out->forward[i].from_ms == FOREVER;
}

void layout_edges(struct layout *layout)
{
    const struct record_table *records = layout->history->records;
    for (size_t i = 0; i < ASSOCIATION_COUNT; i++)
        layout_kind(&layout->builder->edges[i], &records[association_ends[i][0]], &records[association_ends[i][1]],
                    &layout->history->edges[i]);
}

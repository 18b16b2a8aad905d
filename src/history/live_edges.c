/* live_edges.c — associations, kept from either end. */
// SPDX-License-Identifier: Apache-2.0
#include "history/live_internal.h"

/* ---- One end. ---- */

/* Where in a run the edge with this other end is; run.count when nowhere. */
static uint32_t find_edge(const struct edge *edges, struct run run, uint32_t other, bool forward)
{
    uint32_t i = 0;
    while (i < run.count && (forward ? edges[run.first + i].to : edges[run.first + i].from) != other) i++;
    return i;
}

/* Forward: by the time they began, then by the id of the other end. */
static bool begins_before(const struct live *live, enum association kind, const struct edge *a, const struct edge *b)
{
    if (a->from_ms != b->from_ms) return a->from_ms < b->from_ms;
    const enum entity to = association_ends[kind][1];
    return str_compare(history_record_id(&live->history, to, a->to), history_record_id(&live->history, to, b->to)) < 0;
}

static void insert_forward(struct live *live, enum association kind, const struct edge *edge)
{
    struct edges *edges = &live->history.edges[kind];
    uint64_t *word = &edges->forward_run[edge->from];
    struct run run = run_of(*word);
    uint32_t at = run.count;
    while (at > 0 && begins_before(live, kind, edge, &edges->forward[run.first + at - 1])) at--;
    struct run_edit edit = run_edit(&live->forward[kind], *word, at, 0, 1);
    edges->forward[edit.place] = *edge;
    live_swing(live, &live->forward[kind], word, edit.word);
}

/* Backward: as they come, so that a company of many contacts is not copied for each. */
static void append_backward(struct live *live, enum association kind, const struct edge *edge)
{
    struct edges *edges = &live->history.edges[kind];
    uint64_t *word = &edges->backward_run[edge->to];
    struct run_edit edit = run_edit(&live->backward[kind], *word, run_of(*word).count, 0, 1);
    edges->backward[edit.place] = *edge;
    live_swing(live, &live->backward[kind], word, edit.word);
}

/* ---- Both ends. ---- */

bool live_dissociate(struct live *live, enum association kind, uint32_t from, uint32_t to)
{
    struct edges *edges = &live->history.edges[kind];
    uint64_t *forward = &edges->forward_run[from], *backward = &edges->backward_run[to];
    uint32_t at = find_edge(edges->forward, run_of(*forward), to, true);
    if (at == run_of(*forward).count) return false;
    uint32_t back = find_edge(edges->backward, run_of(*backward), from, false);
    INVARIANT(back < run_of(*backward).count);
    live_swing(live, &live->forward[kind], forward, run_edit(&live->forward[kind], *forward, at, 1, 0).word);
    live_swing(live, &live->backward[kind], backward, run_edit(&live->backward[kind], *backward, back, 1, 0).word);
    word_publish(&edges->count, edges->count - 1);
    return true;
}

bool live_associate(struct live *live, enum association kind, uint32_t from, uint32_t to, int64_t from_ms)
{
    struct edges *edges = &live->history.edges[kind];
    INVARIANT(from < live->history.records[association_ends[kind][0]].count);
    INVARIANT(to < live->history.records[association_ends[kind][1]].count);
    struct run run = run_of(edges->forward_run[from]);
    uint32_t at = find_edge(edges->forward, run, to, true);
    if (at < run.count) {
        if (edges->forward[run.first + at].from_ms <= from_ms) return false;
        live_dissociate(live, kind, from, to);
    }
    const struct edge edge = {.from = from, .to = to, .from_ms = from_ms};
    insert_forward(live, kind, &edge);
    append_backward(live, kind, &edge);
    word_publish(&edges->count, edges->count + 1);
    return true;
}

/* ---- All of one record. ---- */

static void tell_run(const struct edge *edges, struct run run, enum association kind,
                     void (*tell)(void *context, enum association kind, uint32_t from, uint32_t to, int64_t from_ms),
                     void *context)
{
    for (uint32_t i = 0; i < run.count; i++) {
        const struct edge *edge = &edges[run.first + i];
        tell(context, kind, edge->from, edge->to, edge->from_ms);
    }
}

void live_associations(const struct live *live, enum entity object, uint32_t record,
                       void (*tell)(void *context, enum association kind, uint32_t from, uint32_t to, int64_t from_ms),
                       void *context)
{
    for (int k = 0; k < ASSOCIATION_COUNT; k++) {
        const struct edges *edges = &live->history.edges[k];
        const enum association kind = (enum association)k;
        if (association_ends[k][0] == object)
            tell_run(edges->forward, run_of(edges->forward_run[record]), kind, tell, context);
        if (association_ends[k][1] == object)
            tell_run(edges->backward, run_of(edges->backward_run[record]), kind, tell, context);
    }
}

/* The last edge of a run that is emptied from its end, since while nobody looks runs change in place. False: there is
 * none left. */
static bool last_edge(const struct edge *edges, const uint64_t *word, struct edge *out)
{
    struct run run = run_of(*word);
    if (run.count == 0) return false;
    *out = edges[run.first + run.count - 1];
    return true;
}

static void merge_forward(struct live *live, enum association kind, uint32_t stays, uint32_t goes)
{
    const struct edges *edges = &live->history.edges[kind];
    for (struct edge edge; last_edge(edges->forward, &edges->forward_run[goes], &edge);) {
        live_dissociate(live, kind, goes, edge.to);
        live_associate(live, kind, stays, edge.to, edge.from_ms);
    }
}

/* Take the edge from `from` to `to` out of its forward run. False: there is none; else *from_ms is when it began. */
static bool take_forward(struct live *live, enum association kind, uint32_t from, uint32_t to, int64_t *from_ms)
{
    struct edges *edges = &live->history.edges[kind];
    uint64_t *word = &edges->forward_run[from];
    struct run run = run_of(*word);
    uint32_t at = find_edge(edges->forward, run, to, true);
    if (at == run.count) return false;
    *from_ms = edges->forward[run.first + at].from_ms;
    live_swing(live, &live->forward[kind], word, run_edit(&live->forward[kind], *word, at, 1, 0).word);
    return true;
}

/* What leads to `goes` leads to `stays`; of two from one record the earlier counts. The run of who stays is written once:
 * a company may have more contacts than could be copied for each of them. */
static void merge_backward(struct live *live, enum association kind, uint32_t stays, uint32_t goes)
{
    struct edges *edges = &live->history.edges[kind];
    uint64_t *to = &edges->backward_run[stays], *from = &edges->backward_run[goes];
    struct run a = run_of(*to), b = run_of(*from);
    if (b.count == 0) return;
    const uint64_t first = run_edit(&live->backward[kind], 0, 0, 0, a.count + b.count).place;
    uint32_t kept = a.count;
    for (uint32_t i = 0; i < b.count; i++) {
        struct edge edge = edges->backward[b.first + i];
        int64_t began_ms = 0;
        bool there = take_forward(live, kind, edge.from, goes, &edge.from_ms);
        INVARIANT(there);
        bool both = take_forward(live, kind, edge.from, stays, &began_ms);
        if (both && began_ms < edge.from_ms) edge.from_ms = began_ms;
        edge.to = stays;
        insert_forward(live, kind, &edge);
        if (!both) edges->backward[first + kept++] = edge;
    }
    for (uint32_t i = 0; i < a.count; i++) {
        struct edge *edge = &edges->backward[first + i];
        *edge = edges->backward[a.first + i];
        struct run run = run_of(edges->forward_run[edge->from]);
        edge->from_ms = edges->forward[run.first + find_edge(edges->forward, run, stays, true)].from_ms;
    }
    word_publish(&edges->count, edges->count - (a.count + b.count - kept));
    live_swing(live, &live->backward[kind], to, run_word(first, kept));
    live_swing(live, &live->backward[kind], from, 0);
}

void live_merge_edges(struct live *live, enum entity object, uint32_t stays, uint32_t goes)
{
    for (int k = 0; k < ASSOCIATION_COUNT; k++) {
        if (association_ends[k][0] == object) merge_forward(live, (enum association)k, stays, goes);
        if (association_ends[k][1] == object) merge_backward(live, (enum association)k, stays, goes);
    }
}

void live_forget_edges(struct live *live, enum entity object, uint32_t record)
{
    for (int k = 0; k < ASSOCIATION_COUNT; k++) {
        const struct edges *edges = &live->history.edges[k];
        struct edge edge;
        while (association_ends[k][0] == object && last_edge(edges->forward, &edges->forward_run[record], &edge))
            live_dissociate(live, (enum association)k, record, edge.to);
        while (association_ends[k][1] == object && last_edge(edges->backward, &edges->backward_run[record], &edge))
            live_dissociate(live, (enum association)k, edge.from, record);
    }
}

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
static bool begins_before(const struct live *live, int kind, const struct edge *a, const struct edge *b)
{
    if (a->from_ms != b->from_ms) return a->from_ms < b->from_ms;
    const enum entity to = association_ends[kind][1];
    return str_compare(history_record_id(&live->history, to, a->to), history_record_id(&live->history, to, b->to)) < 0;
}

static void insert_forward(struct live *live, int kind, const struct edge *edge)
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
static void append_backward(struct live *live, int kind, const struct edge *edge)
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
    insert_forward(live, (int)kind, &edge);
    append_backward(live, (int)kind, &edge);
    word_publish(&edges->count, edges->count + 1);
    return true;
}

/* ---- All of one record. ---- */

void live_associations(const struct live *live, uint32_t contact,
                       void (*tell)(void *context, enum association kind, uint32_t from, uint32_t to, int64_t from_ms),
                       void *context)
{
    const struct edges *edges = live->history.edges;
    struct run run = run_of(edges[ASSOCIATION_CONTACT_COMPANY].forward_run[contact]);
    for (uint32_t i = 0; i < run.count; i++) {
        const struct edge *edge = &edges[ASSOCIATION_CONTACT_COMPANY].forward[run.first + i];
        tell(context, ASSOCIATION_CONTACT_COMPANY, edge->from, edge->to, edge->from_ms);
    }
    run = run_of(edges[ASSOCIATION_DEAL_CONTACT].backward_run[contact]);
    for (uint32_t i = 0; i < run.count; i++) {
        const struct edge *edge = &edges[ASSOCIATION_DEAL_CONTACT].backward[run.first + i];
        tell(context, ASSOCIATION_DEAL_CONTACT, edge->from, edge->to, edge->from_ms);
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

void live_merge_edges(struct live *live, uint32_t stays, uint32_t goes)
{
    const struct edges *companies = &live->history.edges[ASSOCIATION_CONTACT_COMPANY];
    const struct edges *deals = &live->history.edges[ASSOCIATION_DEAL_CONTACT];
    for (struct edge edge; last_edge(companies->forward, &companies->forward_run[goes], &edge);) {
        live_dissociate(live, ASSOCIATION_CONTACT_COMPANY, goes, edge.to);
        live_associate(live, ASSOCIATION_CONTACT_COMPANY, stays, edge.to, edge.from_ms);
    }
    for (struct edge edge; last_edge(deals->backward, &deals->backward_run[goes], &edge);) {
        live_dissociate(live, ASSOCIATION_DEAL_CONTACT, edge.from, goes);
        live_associate(live, ASSOCIATION_DEAL_CONTACT, edge.from, stays, edge.from_ms);
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

/* outcome.c — see outcome.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/outcome.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "base/instant.h"
#include "history/threads.h"

#define STRETCH 256 /* records a thread takes at a time */

struct finding {
    const struct scan *scan;
    const struct history *history;
    enum entity object;
    uint32_t segment, records;
    stop_flag stop;
    struct lifetime *out;
    atomic_uint next;
};

static struct lifetime life_of(const struct finding *f, uint32_t record, int64_t *instants)
{
    struct lifetime life = {.began_ms = history_first_fact(f->history, f->object, record), .happened_ms = NEVER};
    uint32_t count = history_fact_times(f->history, f->object, record, instants, OUTCOME_FACTS_MAX);
    /* An instant before every dated fact: only what always held is seen. */
    if (scan_in_segment(f->scan, f->segment, record, EVENT_MIN_MS - 1)) life.happened_ms = FOREVER;
    for (uint32_t i = 0; i < count && life.happened_ms == NEVER; i++)
        if (scan_in_segment(f->scan, f->segment, record, instants[i])) life.happened_ms = instants[i];
    return life;
}

static void *find_some(void *context)
{
    struct finding *f = context;
    int64_t *instants = memory_array(OUTCOME_FACTS_MAX, sizeof *instants);
    for (uint32_t first; !is_stopped(f->stop) && (first = atomic_fetch_add(&f->next, STRETCH)) < f->records;)
        for (uint32_t r = first; r < f->records && r - first < STRETCH; r++) f->out[r] = life_of(f, r, instants);
    memory_free(instants);
    return NULL;
}

void outcome_find(const struct scan *scan, const struct definitions *set, const struct history *history,
                  uint32_t segment, unsigned threads, stop_flag stop, struct lifetime *out)
{
    INVARIANT(segment < set->segment_count && threads >= 1);
    enum entity object = set->segments[segment]->object;
    struct finding finding = {.scan = scan,
                              .history = history,
                              .object = object,
                              .segment = segment,
                              .records = history_records(history, object),
                              .stop = stop,
                              .out = out};
    run_threads(threads, find_some, &finding);
}

/* ---- What only columns of dates tell. ---- */

void outcome_date_lives(const struct history *history, const struct record_dates *dates, enum entity object,
                        struct lifetime *lives)
{
    for (uint32_t r = 0; r < history_records(history, object); r++) {
        lives[r].began_ms = record_began(history, dates, object, r);
        if (object != ENTITY_DEAL) continue;
        const struct deal_life *deal = &dates->deals[r];
        if (deal->ended_ms != INT64_MAX && !deal->won) lives[r].over_ms = deal->ended_ms;
    }
}

static void add_won(const struct deal_life *deal, struct lifetime *life)
{
    if (deal->won && deal->ended_ms < life->happened_ms) life->happened_ms = deal->ended_ms;
}

void outcome_add_won_deals(const struct history *history, const struct record_dates *dates, enum entity object,
                           struct lifetime *lives)
{
    uint32_t deals[OUTCOME_DEALS_MAX];
    for (uint32_t r = 0; r < history_records(history, object); r++) {
        if (object == ENTITY_DEAL) {
            add_won(&dates->deals[r], &lives[r]);
            continue;
        }
        uint32_t count = history_associated(history, object, r, ENTITY_DEAL, EVENT_MAX_MS, deals, OUTCOME_DEALS_MAX);
        for (uint32_t i = 0; i < count && i < OUTCOME_DEALS_MAX; i++) add_won(&dates->deals[deals[i]], &lives[r]);
    }
}

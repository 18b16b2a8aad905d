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
    struct lifetime *out;
    atomic_uint next;
    struct shared_work work;
};

static struct lifetime life_of(const struct finding *f, uint32_t record, int64_t *instants)
{
    struct lifetime life = {.began_ms = history_first_fact(f->history, f->object, record), .happened_ms = NEVER};
    uint32_t count = history_fact_times(f->history, f->object, record, instants, OUTCOME_FACTS_MAX);
    /* An instant before every dated fact: only what always held is seen. */
    if (scan_in_segment(f->scan, f->segment, record, EVENT_MIN_MS - 1)) life.happened_ms = FOREVER;
    for (uint32_t i = 0; i < count && life.happened_ms == NEVER && !is_watch_over(f->work.watch); i++)
        if (scan_in_segment(f->scan, f->segment, record, instants[i])) life.happened_ms = instants[i];
    return life;
}

static void *find_some(void *context)
{
    struct finding *f = context;
    int64_t *instants = memory_array(OUTCOME_FACTS_MAX, sizeof *instants);
    for (uint32_t first, end; (first = atomic_fetch_add(&f->next, STRETCH)) < f->records;) {
        end = f->records - first < STRETCH ? f->records : first + STRETCH;
        for (uint32_t r = first; r < end; r++) f->out[r] = life_of(f, r, instants);
        if (!shared_work_did(&f->work, end - first)) break;
    }
    memory_free(instants);
    return NULL;
}

void outcome_find(const struct scan *scan, const struct definitions *set, const struct history *history,
                  uint32_t segment, unsigned threads, const struct watch *watch, struct lifetime *out)
{
    INVARIANT(segment < set->segment_count && threads >= 1);
    enum entity object = set->segments[segment]->object;
    struct finding finding = {.scan = scan,
                              .history = history,
                              .object = object,
                              .segment = segment,
                              .records = history_records(history, object),
                              .out = out,
                              .work = SHARED_WORK(watch, "finding outcomes", history_records(history, object))};
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

/* scan_internal.h — how the files of the scan share their work. Never outside src/history.
 *
 *   history.c      versions of one record, beside what history.h has
 *   snapshot.c     properties, companies and open deals as they were at one instant
 *   tables.c       predicates evaluated once per event class and per property value
 *   record.c       the inputs of one record, by the general way
 *   slots.c        the event signals of many records, by the fast way
 *   scan.c         blocks, threads, results, kept signals
 *   explain.c      one record with its ledger
 *   scorer.c       one record's scores, again and again */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_SCAN_INTERNAL_H
#define PLUMB_HISTORY_SCAN_INTERNAL_H

#include "base/instant.h"
#include "base/list.h"
#include "core/evaluate.h"
#include "history/history_internal.h"
#include "history/scan.h"
#include "history/scorer.h"
#include "history/threads.h"

/* ---- history.c ---- */

/* The code of a property at as_of. */
uint32_t code_at(const struct history *history, uint32_t property, uint32_t record, int64_t as_of_ms);

/* The instant of an event. */
static inline int64_t event_ms(const struct history *history, uint64_t event)
{
    return history->minute[event] * MS_PER_MINUTE + history->ms[event];
}

/* The versions of one record: a part of column->versions. */
const struct version *versions_of(const struct property_column *column, uint32_t record, uint64_t *count);

const struct value *column_value(const struct property_column *column, uint32_t code); /* NULL for 0 */

/* ---- snapshot.c ---- */

/* The state of all records at as_of, resolved where versions make that worth it. */
struct snapshot {
    const struct history *history;
    int64_t as_of_ms;
    const uint32_t **codes;             /* [property_count]; NULL: ask code_at */
    uint32_t *company_of[OBJECT_COUNT]; /* of contacts and deals; NULL: ask primary_company */
    bool *deal_is_open;                 /* [deals]; NULL: ask deal_is_open */
    struct arena *arena;
};

struct snapshot *snapshot_new(const struct history *history, int64_t as_of_ms);
/* Resolve what the programs read and is not resolved yet. */
void snapshot_resolve(struct snapshot *snapshot, const struct program *const *programs, uint32_t program_count);
void snapshot_free(struct snapshot *snapshot); /* NULL is fine */

/* RECORD_NONE without one. `object` is contact or deal. */
uint32_t primary_company(const struct history *history, enum entity object, uint32_t record, int64_t as_of_ms);

/* Records of `over` associated with a record of `object`: edges of which those with
 * from_ms <= as_of hold; edge_end names the other record. */
struct association_view {
    const struct edge *edges;
    uint32_t count;
    bool forward;
};
struct association_view associated(const struct history *history, enum entity object, uint32_t record,
                                   enum entity over);
static inline uint32_t edge_end(const struct association_view *view, uint32_t i)
{
    return view->forward ? view->edges[i].to : view->edges[i].from;
}

bool deal_is_open(const struct history *history, uint32_t deal, int64_t as_of_ms);

/* ---- tables.c ---- */

enum { CLASS_NO = 0, CLASS_YES = 1, CLASS_ASK = 2 }; /* ask: it depends on a row value */

/* Predicates of one program at one instant, evaluated once per class and value. */
struct tables {
    struct arena *arena;
    bool for_any_instant;  /* no predicate compares with as_of */
    uint32_t class_count;  /* classes they know: a live history may have more by now */
    uint8_t **class_match; /* [selector][class] */
    uint8_t **leaf;        /* [leaf][code]; NULL: depends on versions, ask per record */
    uint16_t **match;      /* [match][code]; NULL likewise */
    int16_t **fold;        /* [fold][code] as evaluate_fold says; its leaves and matches have no tables */
    uint32_t *fold_level;  /* [fold] code from which all entries are the same */
    uint8_t *special;      /* [class]: adjusts or resets this score; NULL when no class does */
};

struct tables *tables_new(const struct history *history, const struct program *program, int64_t as_of_ms,
                          unsigned threads);
void tables_free(struct tables *tables); /* NULL is fine */

uint8_t class_matches(const struct history *history, const struct selector *selector, uint32_t class_id,
                      int64_t as_of_ms);
bool event_matches(const struct history *history, const struct selector *selector, uint64_t event, int64_t as_of_ms);
/* May an event of this class adjust or reset the score? For certain only with its `score`. */
bool class_is_special(const struct history *history, const struct score *score, uint32_t class_id);
uint16_t match_of_value(const struct rule *rule, const struct value *value, int64_t as_of_ms);
bool match_needs_versions(const struct rule *rule);
bool test_needs_as_of(const struct test *test);
bool where_needs_as_of(const struct condition *where);
const struct value *event_value(const struct history *history, uint64_t event, uint32_t property);

/* ---- record.c ---- */

/* A LIST of instants. */
struct moments {
    int64_t *at;
    uint64_t count, capacity;
};

/* What the general way needs to look at one record of one program. */
struct view {
    const struct scan *scan;
    const struct history *history;
    const struct program *program;
    enum entity object;
    int64_t as_of_ms;
    const struct snapshot *snapshot; /* may be NULL: ask the history */
    const struct tables *tables;     /* may be NULL: evaluate on the fly */
    struct scorer *scorer;           /* asked for other scores; NULL: the scan is */
    struct arena *arena;             /* scratch that grows (explanations); the caller resets it */
    struct moments moments;          /* scratch: of one selector's events */
    int64_t *values;                 /* scratch: of one rollup */
    size_t value_capacity;
    uint32_t seen;      /* contact + 1 whose word of events was read last, so that all selectors see */
    uint64_t seen_word; /* the same events of a history that grows; 0: read it anew */
};

/* What resets and adjustments say about one record and score. */
struct specials {
    int64_t engagement_after_ms;    /* events at or before it are not seen; INT64_MIN */
    struct adjustment *adjustments; /* in time order, those that count */
    uint32_t adjustment_count;
    int64_t adjustment_micro;
};

void view_release(struct view *view);
/* The contact's events; their word is read once for all that is asked of one record. */
struct run record_events(struct view *view, uint32_t contact);
bool record_leaf(const struct view *view, const struct leaf *leaf, uint32_t record);
uint16_t record_match(const struct view *view, const struct rule *rule, uint32_t record);
struct specials record_specials(struct view *view, uint32_t record);
void record_tally(struct view *view, const struct selector *selector, const uint8_t *class_match, uint32_t record,
                  int64_t after_ms, struct tally *out);
struct rollup_value record_rollup(struct view *view, const struct rule *rule, uint32_t record);
static inline uint64_t signal_of_tally(enum measure measure, const struct tally *tally)
{
    switch (measure) {
    case MEASURE_COUNT: return tally->count;
    case MEASURE_SUM: return tally->sum_ppm;
    case MEASURE_LATEST: return tally->count > 0 ? (uint64_t)tally->latest_ppm + 1 : 0;
    }
    return 0;
}

/* ---- slots.c ---- */

struct slots; /* a program's fast signals, folded into one table; opaque */

/* Fold the wanted signals ([signal_count], plus the special classes' count) into tables.
 * Signals that cannot be folded are left out: see slots_has. */
struct slots *slots_new(const struct history *history, const struct program *program, const struct tables *tables,
                        int64_t as_of_ms, const bool *wanted);
void slots_free(struct slots *slots); /* NULL is fine */
bool slots_has(const struct slots *slots, uint32_t signal);

/* Per-thread sums of a block. */
struct slot_sums;
struct slot_sums *slot_sums_new(struct arena *arena, const struct slots *slots);
void slot_sums_clear(struct slot_sums *sums, const struct slots *slots);
/* Add the events [first, last) of one contact to lane `lane`. */
void slots_add(const struct slots *slots, struct slot_sums *sums, const struct history *history, uint64_t first,
               uint64_t last, uint32_t lane);
/* The same for lanes 0..count-1: neighbouring contacts. At once where their events lie together.
 * Returns how many events they have. */
uint64_t slots_add_contacts(const struct slots *slots, struct slot_sums *sums, const struct history *history,
                            uint32_t first_contact, uint32_t count);
/* Take what is still queued; before this the columns are not complete. */
void slots_finish(const struct slots *slots, struct slot_sums *sums);
/* Put the sums of a signal that slots_has into a block's column; borrowed until the next slot_sums_clear.
 * Signal number program->signal_count counts the special events (resets, adjustments). */
void slots_column(const struct slots *slots, const struct slot_sums *sums, uint32_t signal, struct signal_column *out);

/* ---- scan.c ---- */

struct kept_signals {
    uint32_t **columns; /* [signal_count + 1], the last counts special events; NULL: not kept */
};

#define KEPT_ASK UINT32_MAX /* did not fit 32 bits: ask the events */

struct scan {
    const struct definitions *set;
    const struct history *history;
    struct arena *arena;
    const struct program **programs; /* [score_count] */
    const struct program **segments; /* [segment_count] */
    struct score_column *results;    /* [score_count] */
    bool *done;                      /* [score_count] results of the current as_of are there */
    int64_t as_of_ms;                /* of results and kept signals */
    struct kept_signals *kept;       /* [score_count] */
    struct snapshot *snapshot;       /* of the last scan_run */
    bool snapshot_holds;             /* it was taken over, and is as good as a new one at as_of_ms */
    struct tables **tables;          /* [score_count] of the last scan_run */
    struct arena *run_arena;
    uint64_t events_read;
};

/* ---- scorer.c ---- */

/* The part of a score of a record at as_of. False: unknown. */
bool scorer_part(struct scorer *scorer, uint32_t score, uint32_t record, int64_t as_of_ms, enum score_part part,
                 int64_t *micro);

/* ---- explain.c ---- */

/* One record's score without results at hand; micro-points. False: unknown. */
bool explain_part(const struct scan *scan, uint32_t score, uint32_t record, int64_t as_of_ms, enum score_part part,
                  int64_t *micro);
/* The part of a score of a record at as_of, from results when they are of that instant. */
bool score_part_at(const struct scan *scan, uint32_t score, uint32_t record, int64_t as_of_ms, enum score_part part,
                   int64_t *micro);

#endif

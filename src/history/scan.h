/* scan.h — scores for everybody at an instant, and for one record with its reasons.
 *
 * One evaluator (core/evaluate.h) consumes *signals*: counts and decayed sums of
 * selected events, tests on properties. Here they are read from the columns: in one
 * parallel pass for all contacts, or record by record where a definition or a history
 * asks for more (see scan.c). Both ways give the same micro-points. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_SCAN_H
#define PLUMB_HISTORY_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/definition.h"
#include "core/ledger.h"
#include "history/history.h"

struct score_column {
    uint32_t count; /* records of the score's object */
    int64_t *total; /* micro-points; 0 where unknown */
    int64_t *fit;
    int64_t *engagement;
    uint8_t *known; /* 0: unknown */
};

struct scan; /* a set of definitions compiled against a history; opaque */

/* Compile `set` (parsed, checked and bound) for `history`. Both are borrowed and must
 * outlive *out. Keeps what a re-score after an edit of points, clamps or bands can use:
 * pass the scan of the former definitions as `former` (may be NULL; consumed: freed here)
 * to take over the event signals that are still valid, and at the same instant the state of
 * properties and associations. */
struct scan *scan_new(const struct definitions *set, const struct history *history, struct scan *former);
void scan_free(struct scan *scan); /* NULL is fine */

struct scan_options {
    int64_t as_of_ms;
    unsigned threads;   /* at least 1 */
    bool keep_signals;  /* for a later scan_new(former): 4 bytes a record and signal */
    const bool *wanted; /* [score_count] only these are scored, and what they build on; NULL: all */
    /* Called from time to time by one thread with records done and in all; may be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t all);
    void *progress_context;
};

/* Score every record with every score of the set, in dependency order. Cannot fail. */
void scan_run(struct scan *scan, const struct scan_options *options);

/* Results of the last scan_run for the score with this index in the set. Borrowed. */
const struct score_column *scan_results(const struct scan *scan, uint32_t score);

/* Events read from the columns by the last scan_run (0 when all signals were kept). */
uint64_t scan_events_read(const struct scan *scan);

struct explanation {
    bool known;
    int64_t total, fit, engagement; /* micro-points */
    struct ledger ledger;           /* empty when unknown */
};

/* One record, one score, any instant, with the ledger; independent of scan_run. Memory in
 * `arena`. Threads may call it at once with arenas of their own. */
void scan_explain(const struct scan *scan, uint32_t score, uint32_t record, int64_t as_of_ms, struct arena *arena,
                  struct explanation *out);

/* Who belongs to a segment of the set at the instant of the last scan_run: [records of its object] 1 or 0. */
void scan_members(const struct scan *scan, uint32_t segment, unsigned threads, uint8_t *out);

/* Does a record belong to a segment of the set at as_of? */
bool scan_in_segment(const struct scan *scan, uint32_t segment, uint32_t record, int64_t as_of_ms);

#endif

/* assignment.c — see assignment.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/assignment.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "history/threads.h"

#define STRETCH 256 /* records a thread takes at a time */

struct finding {
    const struct scan *scan;
    const struct history *history;
    const struct assignment_rules *rules;
    enum entity object;
    uint32_t records;
    struct assignment *out; /* [records] */
    atomic_uint next;
};

static bool takes_part(const struct finding *f, uint32_t record, int64_t at_ms)
{
    return f->rules->who == SEGMENT_NONE || scan_in_segment(f->scan, f->rules->who, record, at_ms);
}

/* The first instant at which the record takes part; NULL without any. `instants` are the start, and those of its facts
 * after it. */
static const int64_t *find_start(const struct finding *f, uint32_t record, const int64_t *instants, uint32_t count)
{
    const struct assignment_rules *rules = f->rules;
    bool known = history_first_fact(f->history, f->object, record) <= rules->from_ms;
    if (known && takes_part(f, record, instants[0])) return rules->existing ? &instants[0] : NULL;
    for (uint32_t i = 1; i < count && instants[i] <= rules->to_ms; i++)
        if (takes_part(f, record, instants[i])) return &instants[i];
    return NULL;
}

static uint32_t arm_of(const struct finding *f, uint32_t record, int64_t at_ms)
{
    const struct assignment_rules *rules = f->rules;
    if (rules->pilot == SEGMENT_NONE)
        return experiment_arm(rules->seed, history_record_id(f->history, f->object, record), rules->share_b);
    return scan_in_segment(f->scan, rules->pilot, record, at_ms) ? ARM_B : ARM_A;
}

/* `instants` has room for ASSIGNMENT_FACTS_MAX + 1. */
static struct assignment assign(const struct finding *f, uint32_t record, int64_t *instants)
{
    const struct assignment_rules *rules = f->rules;
    struct assignment none = {.record = record, .arm = ARM_NONE};
    if (rules->from_ms > rules->to_ms || rules->from_ms > rules->now_ms) return none;
    uint32_t known = history_fact_times(f->history, f->object, record, instants + 1, ASSIGNMENT_FACTS_MAX);
    uint32_t skip = 0;
    while (skip < known && instants[1 + skip] <= rules->from_ms) skip++;
    while (known > skip && instants[known] > rules->now_ms) known--;
    instants[skip] = rules->from_ms;
    const int64_t *end = instants + known + 1, *start = find_start(f, record, instants + skip, known - skip + 1);
    if (start == NULL || scan_in_segment(f->scan, rules->outcome, record, *start)) return none;
    struct assignment found = {.record = record, .arm = arm_of(f, record, *start), .at_ms = *start};
    int64_t until_ms = *start + rules->horizon_ms;
    found.over = until_ms <= rules->now_ms;
    for (const int64_t *at = start + 1; at < end && *at <= until_ms && !found.converted; at++)
        found.converted = scan_in_segment(f->scan, rules->outcome, record, *at);
    return found;
}

struct assignment assignment_of(const struct scan *scan, const struct history *history, enum entity object,
                                const struct assignment_rules *rules, uint32_t record)
{
    struct finding finding = {.scan = scan, .history = history, .rules = rules, .object = object};
    int64_t *instants = memory_array(ASSIGNMENT_FACTS_MAX + 1, sizeof *instants);
    struct assignment found = assign(&finding, record, instants);
    memory_free(instants);
    return found;
}

static bool is_known(const struct finding *f, uint32_t record)
{
    if (history_is_listed(f->history, f->object, record)) return true;
    return f->rules->put_away != NULL && f->rules->put_away[record];
}

static void *find_some(void *context)
{
    struct finding *f = context;
    int64_t *instants = memory_array(ASSIGNMENT_FACTS_MAX + 1, sizeof *instants);
    for (uint32_t first; (first = atomic_fetch_add(&f->next, STRETCH)) < f->records;)
        for (uint32_t r = first; r < f->records && r - first < STRETCH; r++)
            f->out[r] = is_known(f, r) ? assign(f, r, instants) : (struct assignment){.record = r, .arm = ARM_NONE};
    memory_free(instants);
    return NULL;
}

static int by_instant(const void *a, const void *b, void *context)
{
    const struct assignment *x = a, *y = b;
    const struct finding *f = context;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return str_compare(history_record_id(f->history, f->object, x->record),
                       history_record_id(f->history, f->object, y->record));
}

uint64_t assignments_find(const struct scan *scan, const struct history *history, enum entity object,
                          const struct assignment_rules *rules, unsigned threads, struct assignment **out)
{
    INVARIANT(rules->horizon_ms > 0 && threads >= 1);
    struct finding finding = {.scan = scan,
                              .history = history,
                              .rules = rules,
                              .object = object,
                              .records = history_records(history, object)};
    finding.out = memory_array(finding.records, sizeof *finding.out);
    run_threads(threads, find_some, &finding);
    uint64_t count = 0;
    for (uint32_t r = 0; r < finding.records; r++)
        if (finding.out[r].arm != ARM_NONE) finding.out[count++] = finding.out[r];
    if (count > 1) qsort_r(finding.out, count, sizeof *finding.out, by_instant, &finding);
    *out = finding.out;
    return count;
}

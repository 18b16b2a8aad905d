/* calls.c — see calls.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/calls.h"

#include <math.h>
#include <stdlib.h>

#define Z95 1.959963984540054 /* of the normal distribution, for 95 % */

static void add_record(struct call_runs *runs, const struct backtest *b, const int64_t *thresholds, uint32_t record)
{
    uint32_t called = 0; /* thresholds that have called it so far: the lowest ones */
    for (uint32_t i = 0; i < b->instants; i++) {
        int64_t micro = backtest_micro(b, i, record);
        uint32_t now = called;
        if (micro == SCORE_CLOSED) continue;
        bool converts = backtest_converts(b, i, record);
        runs->converts[record] |= converts;
        while (now < runs->thresholds && micro >= thresholds[now]) now++;
        if (now > called) *LIST_ADD(&runs->runs) = (struct call_run){(uint16_t)called, (uint16_t)(now - 1), converts};
        called = now;
    }
}

void call_runs_init(struct call_runs *runs, const struct backtest *backtest, const int64_t *thresholds, uint32_t count)
{
    INVARIANT(count <= BACKTEST_THRESHOLDS_MAX);
    *runs = (struct call_runs){.start = memory_array((size_t)backtest->records + 1, sizeof *runs->start),
                               .converts = memory_array(backtest->records, sizeof *runs->converts),
                               .records = backtest->records,
                               .thresholds = count,
                               .weeks = backtest_weeks(backtest)};
    for (uint32_t t = 1; t < count; t++) INVARIANT(thresholds[t] > thresholds[t - 1]);
    for (uint32_t r = 0; r < backtest->records; r++) {
        add_record(runs, backtest, thresholds, r);
        runs->start[r + 1] = runs->runs.count;
    }
}

void call_runs_release(struct call_runs *runs)
{
    LIST_RELEASE(&runs->runs);
    memory_free(runs->start);
    memory_free(runs->converts);
}

/* Of counts that change at a threshold, the counts from there on; and what follows from them. */
static void finish(const struct call_runs *runs, uint64_t converters, struct backtest_calls *out)
{
    for (uint32_t t = 0; t < runs->thresholds; t++) {
        struct backtest_calls *calls = &out[t];
        if (t > 0) {
            calls->called += out[t - 1].called;
            calls->converted += out[t - 1].converted;
            calls->missed += converters - out[t - 1].missed;
        }
        double both = (double)calls->converted, called = (double)calls->called;
        calls->converters = converters;
        calls->missed = converters - calls->missed;
        calls->conversion = interval_wilson(both, called, Z95);
        calls->precision = called > 0 ? both / called : NAN;
        calls->recall = converters > 0 ? both / (double)converters : NAN;
        calls->f1 = called + (double)converters > 0 ? 2 * both / (called + (double)converters) : NAN;
        calls->calls_a_week = called / runs->weeks;
    }
}

/* `weight` may be one that is taken away: sums wrap round. */
static void add_run(const struct call_run *run, bool converts, uint64_t weight, struct backtest_calls *out)
{
    out->called += weight;
    out->converted += run->converted ? weight : 0;
    out->missed += converts ? weight : 0; /* those called, until finish */
}

void call_runs_count(const struct call_runs *runs, const uint32_t *times, struct backtest_calls *out)
{
    uint64_t converters = 0;
    for (uint32_t t = 0; t < runs->thresholds; t++) out[t] = (struct backtest_calls){0};
    for (uint32_t r = 0; r < runs->records; r++) {
        uint64_t weight = times != NULL ? times[r] : 1;
        if (weight == 0) continue;
        converters += runs->converts[r] ? weight : 0;
        for (uint64_t i = runs->start[r]; i < runs->start[r + 1]; i++) {
            const struct call_run *run = &runs->runs.at[i];
            add_run(run, runs->converts[r] != 0, weight, &out[run->first]);
            if (run->last + 1U < runs->thresholds) add_run(run, runs->converts[r] != 0, -weight, &out[run->last + 1]);
        }
    }
    finish(runs, converters, out);
}

void backtest_calls(const struct backtest *backtest, const int64_t *thresholds, uint32_t count,
                    struct backtest_calls *out)
{
    struct call_runs runs;
    call_runs_init(&runs, backtest, thresholds, count);
    call_runs_count(&runs, NULL, out);
    call_runs_release(&runs);
}

/* ---- Who was missed. ---- */

static int highest_first(const void *a, const void *b)
{
    const struct backtest_missed *x = a, *y = b;
    if (x->best_micro != y->best_micro) return x->best_micro > y->best_micro ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

uint32_t backtest_missed(const struct backtest *backtest, int64_t threshold, struct backtest_missed *out, uint32_t most)
{
    LIST(struct backtest_missed) missed = {0};
    for (uint32_t r = 0; r < backtest->records; r++) {
        int64_t best = SCORE_CLOSED;
        bool converts = false;
        for (uint32_t i = 0; i < backtest->instants; i++) {
            int64_t micro = backtest_micro(backtest, i, r);
            if (micro == SCORE_CLOSED) continue;
            if (micro > best) best = micro;
            converts |= backtest_converts(backtest, i, r);
        }
        if (converts && best < threshold)
            *LIST_ADD(&missed) = (struct backtest_missed){r, best, backtest->lives[r].happened_ms};
    }
    uint32_t count = (uint32_t)missed.count;
    if (count > 0) qsort(missed.at, count, sizeof *missed.at, highest_first);
    for (uint32_t i = 0; i < count && i < most; i++) out[i] = missed.at[i];
    LIST_RELEASE(&missed);
    return count;
}

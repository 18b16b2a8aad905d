/* calls.h — of each record and each of several thresholds: when it is called, and whether it then converts.
 *
 * A record whose best score so far rises step by step is called earlier from a lower threshold. So it falls into few
 * *runs* of neighbouring thresholds that call it at the same instant. Never outside src/predict. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_CALLS_H
#define PLUMB_PREDICT_CALLS_H

#include "base/list.h"
#include "predict/backtest.h"

struct call_run {
    uint16_t first, last; /* thresholds that call it then */
    uint8_t converted;    /* within the horizon after the call */
};

struct call_runs {
    LIST(struct call_run) runs; /* by record */
    uint64_t *start;            /* [records + 1] in runs */
    uint8_t *converts;          /* [records] at any instant */
    uint32_t records, thresholds;
    double weeks;
};

void call_runs_init(struct call_runs *runs, const struct backtest *backtest, const int64_t *thresholds, uint32_t count);
void call_runs_release(struct call_runs *runs);

/* Each record counted `times` [records] (NULL: once each), into out[thresholds]. */
void call_runs_count(const struct call_runs *runs, const uint32_t *times, struct backtest_calls *out);

#endif

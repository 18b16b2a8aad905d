/* backtest.h — what a score would have said, and what came of it.
 *
 * At each of several past instants everybody is scored as things stood then (history/scan.h). A record takes part in an
 * instant while it is *open*: it was heard of, and its outcome had not come. It *converts* there when the
 * outcome came within the horizon after it. Instants whose horizon is not over are left out.
 *
 * Two ways to look at it:
 *
 *     snapshots   every open record at every instant: does a higher score convert more often?
 *     calls       who calls from a threshold on calls each record once, the first time it is there: how many are
 *                 called, do they convert within the horizon after the call, and who converted uncalled?
 *
 * Nothing but what came of it is from after an instant. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_BACKTEST_H
#define PLUMB_PREDICT_BACKTEST_H

#include "history/scan.h"
#include "predict/outcome.h"
#include "predict/quality.h"

#define BACKTEST_INSTANTS_MAX 1000
#define BACKTEST_CELLS_MAX (UINT64_C(1) << 28) /* instants * records: 2 GB */
#define BACKTEST_THRESHOLDS_MAX 1000

#define SCORE_CLOSED INT64_MIN        /* takes no part in the instant */
#define SCORE_UNKNOWN (INT64_MIN + 1) /* below every score */

struct backtest_options {
    int64_t from_ms, to_ms; /* the first instant, and where the last one may be */
    int64_t step_ms;        /* between instants; more than 0 */
    int64_t horizon_ms;     /* more than 0 */
    int64_t end_ms;         /* the last instant of which facts are known */
    unsigned threads;
    stop_flag stop;                                               /* looked at between instants */
    void (*progress)(void *context, uint64_t done, uint64_t all); /* instants; may be NULL */
    void *progress_context;
};

struct backtest {
    uint32_t records, instants;
    enum entity object;
    int64_t horizon_ms, step_ms;
    int64_t *at_ms;               /* [instants] ascending */
    int64_t *micro;               /* [instants][records] micro-points, SCORE_UNKNOWN, SCORE_CLOSED */
    const struct lifetime *lives; /* borrowed */
};

/* `lives` [records of the score's object] from outcome_find.
 * Errors   ERR_INVALID: no instant has its horizon over, or no fact a time; ERR_TOO_BIG; ERR_UNAVAILABLE: stopped. *out is
 *          then empty.
 * Release with backtest_release. Cost: a scan of everybody for each instant. */
MUST_CHECK enum err backtest_run(struct scan *scan, const struct definitions *set, uint32_t score,
                                 const struct history *history, const struct lifetime *lives,
                                 const struct backtest_options *options, struct backtest *out, struct err_info *why);
void backtest_release(struct backtest *backtest);

static inline int64_t backtest_micro(const struct backtest *backtest, uint32_t instant, uint32_t record)
{
    return backtest->micro[(uint64_t)instant * backtest->records + record];
}

/* Of an open record. */
static inline bool backtest_converts(const struct backtest *backtest, uint32_t instant, uint32_t record)
{
    int64_t happened_ms = backtest->lives[record].happened_ms;
    return happened_ms != NEVER && happened_ms - backtest->at_ms[instant] <= backtest->horizon_ms;
}

/* The time of the latest fact about a record of the object up to `until_ms`; EVENT_MIN_MS without any. */
int64_t backtest_latest_fact(const struct history *history, enum entity object, int64_t until_ms);

double backtest_weeks(const struct backtest *backtest);

/* ---- Snapshots. ---- */

/* How well the score orders: only the figures about order have a meaning (ROC AUC, PR AUC, lift, base rate). */
void backtest_quality(const struct backtest *backtest, const struct bootstrap *how, struct interval out[FIGURE_COUNT]);
/* One minus other, on the same snapshots, drawn together by record. */
void backtest_compare(const struct backtest *one, const struct backtest *other, const struct bootstrap *how,
                      struct interval out[FIGURE_COUNT]);

/* Snapshots with scores from `from_micro` up to, not including, the bin's before it. */
struct backtest_bin {
    int64_t from_micro; /* SCORE_UNKNOWN: those without a score, too */
    uint64_t snapshots, converted;
    struct interval conversion; /* Wilson, 95 % */
    double lift;                /* against everybody's conversion; NAN without any */
};
/* out[i].from_micro is given, falling; the last one SCORE_UNKNOWN. */
void backtest_bins(const struct backtest *backtest, struct backtest_bin *out, uint32_t count);
/* Lower ends of up to `most` bins of about as many snapshots each, falling; the last is SCORE_UNKNOWN. Whole points. */
uint32_t backtest_bin_ends(const struct backtest *backtest, uint32_t most, int64_t *out);

/* ---- Calls. ---- */

struct backtest_calls {
    uint64_t called;
    uint64_t converted;           /* of them, within the horizon after the call */
    uint64_t converters;          /* records that converted at any instant, called or not */
    uint64_t missed;              /* of them, never called before their outcome */
    double precision, recall, f1; /* of called and converted; NAN where nobody is asked */
    struct interval conversion;   /* Wilson, 95 % */
    double calls_a_week;
};
/* For each threshold (micro-points, rising; at most BACKTEST_THRESHOLDS_MAX). */
void backtest_calls(const struct backtest *backtest, const int64_t *thresholds, uint32_t count,
                    struct backtest_calls *out);

/* Who converted without ever having been at the threshold: the highest first, at most `most` into out; returns how many
 * there are. */
struct backtest_missed {
    uint32_t record;
    int64_t best_micro; /* SCORE_UNKNOWN: never had one */
    int64_t happened_ms;
};
uint32_t backtest_missed(const struct backtest *backtest, int64_t threshold, struct backtest_missed *out,
                         uint32_t most);

#endif

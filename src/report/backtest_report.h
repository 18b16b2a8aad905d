/* backtest_report.h — a backtest as one answer: what each range of scores was worth, from where to call, who was missed.
 *
 * predict/backtest.h and predict/advise.h find single things; here is chosen which ones are told (which ranges, which
 * thresholds), of one definition, or of two on the same snapshots. The command and the server tell the same. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_BACKTEST_REPORT_H
#define PLUMB_REPORT_BACKTEST_REPORT_H

#include "predict/advise.h"

#define BACKTESTED_MAX 2
#define BACKTEST_BINS_MAX 10
#define BACKTEST_BANDS_MAX 64
#define BACKTEST_MISSED_MAX 1000
#define BACKTEST_THRESHOLDS_TOLD_MAX 128

#define BACKTEST_HORIZON_DAYS 90 /* what is asked when nobody says */
#define BACKTEST_STEP_DAYS 7
#define BACKTEST_SPAN_DAYS 182
#define BACKTEST_REACH 0.8
#define BACKTEST_DAYS_MAX 3660 /* of a horizon or a step */
#define BACKTEST_MONEY_MAX 1000000000

struct backtest_question {
    struct {
        struct str called; /* what to call the definition: its file, "draft" */
        const struct definitions *set;
        uint32_t score;
    } of[BACKTESTED_MAX]; /* scores of one object */
    uint32_t count;
    struct str outcome_words;
    const struct lifetime *lives; /* [records of that object] from outcome_find */
    const struct history *history;
    int64_t end_ms;         /* the last instant of which facts are known */
    int64_t from_ms, to_ms; /* the first and last instant; FOREVER: BACKTEST_SPAN_DAYS up to the last possible one */
    uint32_t horizon_days;
    uint32_t step_days; /* 0: BACKTEST_STEP_DAYS, or more where that would be too many instants */
    uint64_t cells_max; /* records * instants; at most BACKTEST_CELLS_MAX */
    struct goals goals;
    bool asked[GOAL_COUNT]; /* the best F1 and the reach always are */
    uint32_t missed;        /* most of them; up to BACKTEST_MISSED_MAX */
    uint64_t seed;
    unsigned threads; /* change nothing */
    stop_flag stop;
    /* Told as it goes on; NULL: nobody wants to know. One phase is counted, and only rises; of the others all is 0. */
    void (*progress)(void *context, const char *phase, uint64_t done, uint64_t all);
    void *progress_context;
};

/* A label of a buyer's way: who is below MQL seldom buys, who is at SQL is to be called. */
enum stage { STAGE_NONE, STAGE_MQL, STAGE_SQL };
const char *stage_name(enum stage stage); /* "MQL"; "" of none */

/* One definition, tested. */
struct backtested {
    struct str called;
    const struct score *score;
    struct backtest backtest;
    uint64_t snapshots;
    struct interval figures[FIGURE_COUNT];
    struct backtest_bin bins[BACKTEST_BINS_MAX]; /* of about as many snapshots each */
    uint32_t bin_count;
    struct backtest_bin bands[BACKTEST_BANDS_MAX + 1]; /* of the score's own bands, the best first; then "in none" */
    uint32_t band_count;                               /* 0: it has none */
    int64_t thresholds[BACKTEST_THRESHOLDS_TOLD_MAX];  /* rising, micro-points */
    struct backtest_calls calls[BACKTEST_THRESHOLDS_TOLD_MAX];
    uint32_t threshold_count;
    bool asked[GOAL_COUNT];
    struct advice advice[GOAL_COUNT]; /* of the goals that were asked for */
    enum stage stage[GOAL_COUNT];     /* which stage begins at the goal's threshold */
    int64_t missed_below;             /* the threshold of `missed`: where SQL begins, else the lowest one */
    struct backtest_missed *missed;
    uint32_t missed_count, missed_told;
};

struct backtest_report {
    struct backtested of[BACKTESTED_MAX];
    uint32_t count;
    struct interval apart[FIGURE_COUNT]; /* the second minus the first; with two */
    struct str outcome_words;
    enum entity object;
    struct goals goals;
    const struct history *history; /* borrowed, as everything the question named */
};

/* Errors   ERR_INVALID: there is nothing to test, in a sentence; ERR_TOO_BIG; ERR_UNAVAILABLE: stopped.
 * Release in either case. Memory: 8 bytes for each record, instant and definition; for each change of a record's score
 * 100 more while intervals are drawn. Cost: a scan of everybody for each instant, and 500 passes over those changes. */
MUST_CHECK enum err backtest_report_make(const struct backtest_question *question, struct backtest_report *out,
                                         struct err_info *why);
void backtest_report_release(struct backtest_report *report);

/* Where the score's own band of this label begins, micro-points; false: it has none. */
bool backtested_band(const struct backtested *tested, struct str label, int64_t *from_micro);

#endif

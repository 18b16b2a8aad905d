/* backtest_output.h — what a backtest found, as a page for people and as lines for programs. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_BACKTEST_OUTPUT_H
#define PLUMB_APP_BACKTEST_OUTPUT_H

#include "app/output.h"
#include "predict/advise.h"

#define TESTED_MAX 2
#define TESTED_BINS_MAX 10
#define TESTED_MISSED_MAX 1000
#define THRESHOLDS_SHOWN_MAX 64

/* One definition, tested. */
struct tested {
    const char *path; /* of its file */
    const struct score *score;
    struct backtest backtest;
    struct interval figures[FIGURE_COUNT];
    struct backtest_bin bins[TESTED_BINS_MAX];
    uint32_t bin_count;
    int64_t thresholds[THRESHOLDS_SHOWN_MAX]; /* rising, micro-points */
    struct backtest_calls calls[THRESHOLDS_SHOWN_MAX];
    uint32_t threshold_count;
    bool asked[GOAL_COUNT];
    struct advice advice[GOAL_COUNT]; /* of the goals that were asked for */
    int64_t missed_below;             /* the threshold of `missed`: that of the first goal that is met */
    struct backtest_missed missed[TESTED_MISSED_MAX];
    uint32_t missed_count, missed_shown;
};

struct tested_all {
    struct tested tested[TESTED_MAX];
    uint32_t count;
    struct interval apart[FIGURE_COUNT]; /* the second minus the first; with two */
    struct str outcome;
    struct goals goals;
    const struct history *history;
};

void backtest_page(const struct tested_all *all, const struct page *page);
/* JSON Lines: "summary", "bin", "threshold", "advice", "missed" of each definition, "comparison" of two. */
void backtest_lines(const struct tested_all *all, FILE *to);

#endif

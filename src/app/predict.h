/* predict.h — `plumb predict` and what it tells: who is likely, and why. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_PREDICT_H
#define PLUMB_APP_PREDICT_H

#include "app/options.h"
#include "app/output.h"
#include "predict/priority.h"
#include "predict/reasons.h"

#define PREDICT_REASONS 4 /* of either side */

enum predict_format { PREDICT_TABLE, PREDICT_CSV, PREDICT_JSONL, PREDICT_JSON };

/* Ask a model of histories about files of records and events (predict_history.c). Returns a STATUS_. */
int predict_from_history(struct app *app, const struct arguments *arguments);

/* Ask a model of a table about another (predict_table.c). Returns a STATUS_. */
int predict_from_table(struct app *app, const struct arguments *arguments);

/* One record as it is told; all borrowed. */
struct told_forecast {
    struct str id, name; /* name: empty, or how people call it */
    double probability;  /* of one that is closed won: 1 */
    enum priority priority;
    const struct reasons *reasons; /* NULL: not asked for */
};

/* What all were, for the page's head. */
struct told_forecasts {
    struct str outcome;
    enum entity object;
    int64_t horizon_ms, as_of_ms;
    uint64_t open, won, shown;
    double expected; /* sum of the open ones' probabilities */
};

void predict_page_head(const struct told_forecasts *all, const struct page *page);
void predict_page_line(const struct told_forecast *one, const struct page *page);
void predict_page_end(uint64_t shown, uint64_t all, const struct page *page);

/* Lines for programs, in any of these formats; `number` counts from 0. */
void predict_lines_begin(enum predict_format format, struct buf *out);
void predict_line(enum predict_format format, uint64_t number, const struct told_forecast *one, struct buf *out);
void predict_lines_end(enum predict_format format, struct buf *out);

#endif

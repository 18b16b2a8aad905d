/* train.h — `plumb train` and what it tells. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_TRAIN_H
#define PLUMB_APP_TRAIN_H

#include "app/options.h"
#include "app/output.h"
#include "predict/training.h"

enum train_format { TRAIN_TABLE, TRAIN_JSON };

/* Learn from files of records and events (train_history.c). Returns a STATUS_. */
int train_from_history(struct app *app, const struct arguments *arguments);

/* Learn from a table, one row a lead (train_table.c). Returns a STATUS_. */
int train_from_table(struct app *app, const struct arguments *arguments);

/* A model and where it comes from; all borrowed. */
struct told_model {
    const struct trained *trained;
    const struct str *subjects; /* what it looks at */
    uint32_t subject_count;
    struct str score; /* judged on the same leads; empty: none */
    struct str kept;  /* the file the model was written to; empty: none */
};

/* Parts of both: what any model has. `judged_on`: "later leads". */
void train_page_verdict(const struct learned *learned, uint32_t features, struct str kept, const struct page *page);
void train_page_quality(const struct learned *learned, const char *judged_on, const struct page *page);
void train_page_names(const char *words, const struct str *names, uint32_t count, const struct page *page);
void train_page_leak(struct str sentence, const struct page *page);
struct json_writer;
void train_json_quality(struct json_writer *json, const struct learned *learned); /* figures, differences, tenths */

void train_page(const struct told_model *told, const struct page *page);
void train_json(const struct told_model *told, FILE *to); /* one line */

#endif

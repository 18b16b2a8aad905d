/* flat_training.h — one model of one column of a table, with figures on rows that it had not seen.
 *
 *     1. rows with an outcome, in the order of the file or, with a column of times, of those
 *     2. columns: without the outcome, the id, those excluded, those that the law protects, and those that look as
 *        if they came of the outcome (flat_leak.h)
 *     3. figures   at random: the rows in folds, each judged by what was learnt from the others;
 *                  in time: the last third, judged by what was learnt from the first two
 *     4. the model itself learns from all rows in the same way (cross_fit.h)
 *
 * So the figures are those of the way of learning on fewer rows than the model has. The same table, options and seed give the
 * same model and figures. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FLAT_TRAINING_H
#define PLUMB_PREDICT_FLAT_TRAINING_H

#include "predict/flat_leak.h"
#include "predict/flat_plan.h"
#include "predict/learning.h"
#include "predict/priority.h"

#define FLAT_FOLDS_MAX 20
#define FLAT_LEARNT_OF 3 /* in time: the last of so many parts is held out */

struct flat_training_options {
    struct str outcome;
    struct str positive; /* the text that means it came; empty: 1, yes, true or won, beside one other */
    struct str time;     /* empty: none */
    struct str id;       /* empty: the first column of texts that are all different, if there is one */
    const struct str *exclude;
    size_t exclude_count;
    bool in_time;   /* with `time` */
    uint32_t folds; /* 2 to FLAT_FOLDS_MAX; at random */
    bool keep_leaks, protected_too;
    struct learning_options learning;
};

enum flat_without {
    FLAT_WITHOUT_VALUE,
    FLAT_WITHOUT_VARIETY, /* it says the same everywhere */
    FLAT_WITHOUT_REPEAT,  /* nearly everybody has another */
    FLAT_IS_CLOCK,
    FLAT_IS_LEAK,
    FLAT_IS_PROTECTED,
};
#define FLAT_WITHOUT_COUNT 6
const char *flat_without_words(enum flat_without why); /* "always says the same" */

struct flat_column_left_out {
    struct str name;
    enum flat_without why;
};

struct flat_trained {
    struct learned learned;
    struct flat_plan plan;
    struct str outcome, positive;
    struct str id;     /* empty: rows are told by their numbers */
    struct str *empty; /* texts that mean "no value" */
    uint32_t empty_count;
    bool in_time;
    uint32_t folds;
    uint64_t seed;
    uint64_t rows, positives;
    uint64_t without_outcome, without_time;     /* rows that say nothing */
    int64_t begins_ms, test_begins_ms, ends_ms; /* with a time */
    struct flat_leaks leaks;
    struct flat_column_left_out *left_out;
    uint32_t left_out_count;
    struct priority_cuts cuts; /* of the rows it was judged on */
};

/* *out is filled also where the verdict is that there is no model.
 * Errors   ERR_NOT_FOUND: a column that is not there; ERR_INVALID: which text is the good one cannot be told, or no column
 *          is left; those of learn_crossed.
 * Memory   what *out points to in `arena`, the trees but released by flat_trained_release. */
MUST_CHECK enum err flat_train(const struct flat *flat, const struct flat_training_options *options,
                               struct arena *arena, struct flat_trained *out, struct err_info *why);
void flat_trained_release(struct flat_trained *trained);

/* The fold of each of `rows` examples, into fold[rows]: both outcomes are dealt out in the order of the first draw of
 * chance_of(seed, row), those where it did not come first. */
void flat_deal(const uint8_t *happened, uint32_t rows, uint32_t folds, uint64_t seed, uint8_t *fold);

/* The column that tells rows apart; FLAT_NONE: there is none. */
uint32_t flat_find_id(const struct flat *flat);

#endif

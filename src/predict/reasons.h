/* reasons.h — why a record is forecast as it is, in words.
 *
 * What each number adds to the log-odds (learning.h) is put together by what it is about: eight numbers of "pricing" are one
 * reason. Each says what is so, how much that adds, and what the probability would be without it.
 * Nothing is left out of the sum:
 *
 *     base + all reasons told + rest = log_odds
 *
 * `base` is what is said of nobody in particular; `rest` what the reasons that are not told add together. The
 * probability is the log-odds after calibration, which keeps the order. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_REASONS_H
#define PLUMB_PREDICT_REASONS_H

#include "predict/training.h"

#define REASONS_MAX 10       /* for, and as many against */
#define REASON_LEAST 0.00005 /* log-odds: a smaller one is not worth a word */

struct reason {
    struct str subject; /* "pricing", "company.industry", "rule Web / Pricing" */
    struct str words;   /* "pricing 3 times in 30 days, the last 2 days ago" */
    double log_odds;    /* what it adds; below 0 it speaks against */
    double without;     /* the probability if it added nothing */
};

struct reasons {
    double base, log_odds, rest;
    double probability;
    uint32_t for_count, against_count;
    struct reason in_favour[REASONS_MAX], against[REASONS_MAX]; /* the greatest first */
};

/* What the numbers about one subject add together. */
struct reason_part {
    uint32_t subject;
    double adds;
};

/* Tell the greatest `most` on either side, in the words of `put` (subject and words; the rest is filled already), and
 * add up the others: out->base and out->log_odds are there. Sorts `parts`. */
void reasons_choose(const struct learned *learned, struct reason_part *parts, uint32_t count, uint32_t most,
                    void (*put)(void *context, uint32_t subject, struct reason *out), void *context,
                    struct reasons *out);

/* Of one row of features by the model's plan. `most`: reasons of either side, up to REASONS_MAX. `catalog` is that of the
 * model's properties. Memory in `arena`. Errors: those of learned_reasons. */
MUST_CHECK enum err reasons_find(const struct trained *trained, struct catalog *catalog, const float *value,
                                 uint32_t most, struct arena *arena, struct reasons *out, struct err_info *why);

/* What the model looks at: the subjects of its features, each once, in the plan's order; without those that add nothing to
 * anybody in a regression. Memory in `arena`. */
void reasons_subjects(const struct trained *trained, struct catalog *catalog, struct arena *arena, struct str **out,
                      uint32_t *count);

#endif

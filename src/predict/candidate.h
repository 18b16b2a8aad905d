/* candidate.h — one way to learn: fitted to a table, asked about rows. Never outside src/predict. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_CANDIDATE_H
#define PLUMB_PREDICT_CANDIDATE_H

#include "predict/learning.h"

/* A way to learn, or what was learnt by it. */
struct candidate {
    enum model_kind kind;
    int64_t half_life_ms; /* an example so much older than the latest counts half; 0: age is of no account */
    double penalty;       /* of a regression */
    /* of trees: */
    uint32_t depth;
    double learning_rate; /* 0: BOOST_DEFAULT's */
    uint32_t rounds;      /* when nothing is watched; filled with how many were grown */
    struct encoding encoding;
    struct logistic logistic;
    struct boost *boost;
};

/* `watched`: trees grow until it gets no better; NULL: as many as candidate->rounds says. Memory in `arena`; release the trees. */
MUST_CHECK enum err candidate_fit(struct candidate *candidate, const struct table *table, const struct table *watched,
                                  const struct learning_options *options, struct arena *arena, struct err_info *why);
/* Log-odds, into out[rows]. */
MUST_CHECK enum err candidate_margins(const struct candidate *candidate, const float *value, uint32_t columns,
                                      uint64_t rows, double *out, struct err_info *why);

/* What each column of one row adds to its log-odds: base + sum of out[columns] are they. */
MUST_CHECK enum err candidate_reasons(const struct candidate *candidate, const float *value, uint32_t columns,
                                      double *base, double *out, struct err_info *why);

#endif

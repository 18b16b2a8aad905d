/* training_internal.h — rows of one side, and models that learn from them. Never outside src/predict.
 *
 *   training.c     the steps of train_model
 *   candidate.c    fitting one model, and asking it */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_TRAINING_INTERNAL_H
#define PLUMB_PREDICT_TRAINING_INTERNAL_H

#include "predict/training.h"

/* Examples with their features, in order of time. */
struct table {
    uint64_t rows;
    uint32_t features;
    float *value;      /* [rows][features] */
    uint8_t *happened; /* [rows] */
    double *weight;    /* [rows] */
    uint32_t *record;  /* [rows] */
    int64_t *at_ms;    /* [rows] */
};

/* Some consecutive rows; what it points to is the table's. */
struct table table_part(const struct table *table, uint64_t first, uint64_t rows);

/* A way to learn, or what was learnt by it. */
struct candidate {
    enum model_kind kind;
    double penalty; /* of a regression */
    uint32_t depth; /* of trees */
    struct encoding encoding;
    struct logistic logistic;
    struct boost *boost;
};

/* `watched`: trees grow until it gets no better. Memory in `arena`; release the trees. */
MUST_CHECK enum err candidate_fit(struct candidate *candidate, const struct feature_plan *plan,
                                  const struct table *table, const struct table *watched,
                                  const struct training_options *options, struct arena *arena, struct err_info *why);
/* Log-odds, into out[rows]. */
MUST_CHECK enum err candidate_margins(const struct candidate *candidate, const float *value, uint32_t features,
                                      uint64_t rows, double *out, struct err_info *why);

/* What each feature of one row adds to its log-odds: base + sum of out[features] are they. */
MUST_CHECK enum err candidate_reasons(const struct candidate *candidate, const float *value, uint32_t features,
                                      double *base, double *out, struct err_info *why);

#endif

/* cross_fit.h — learning from one table that is too small to be cut into sides.
 *
 * Its rows are in blocks. Each block is judged by what was learnt from the others (or, in order of time, from
 * those before it), so every row is learnt from and judged, and never judged by what learnt from it:
 *
 *     1. candidates: logistic regressions of several penalties, trees of two depths, held against each other on the judged
 *        rows. Trees only replace the regression where they are better beyond doubt
 *     2. the log-odds of rows, each judged by what was learnt from the other blocks, become probabilities: as they are, by
 *        Platt's curve or by a staircase, whichever does best on each block, fitted on the other ones
 *     3. the chosen way learns from all rows; trees grow as long as they did for the blocks
 *
 * What that is worth is measured on other rows (learned_judge). The same table, options and seed give the same model, whatever
 * the number of threads. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_CROSS_FIT_H
#define PLUMB_PREDICT_CROSS_FIT_H

#include "predict/learning.h"

#define CROSS_BLOCKS_MAX 20

struct crossing {
    const uint8_t *block; /* [rows] 0 to blocks - 1 */
    uint32_t blocks;      /* 2 to CROSS_BLOCKS_MAX */
    bool in_order;        /* a block is judged by those before it, from the middle one on */
};

/* out->sides[SIDE_TRAIN] is filled, and has enough of both outcomes; its verdict and figures are left to learned_judge.
 * Errors   ERR_UNAVAILABLE: given up, or trees alone are wanted and XGBoost is not there; those of boost_train and logistic_fit.
 * Memory   of *out in `arena`, the trees but released by learned_release; a copy of the table for each thread, up to 2 GB. */
MUST_CHECK enum err learn_crossed(const struct table *table, const struct crossing *crossing,
                                  const struct learning_options *options, struct arena *arena, struct learned *out,
                                  struct err_info *why);

#endif

/* promotion.h — may a challenger take the champion's place?
 *
 * Both forecast the same later leads, of which neither has learnt. The challenger replaces the champion when its Brier score
 * and its ROC AUC are both better and neither interval of the difference, drawn by record, holds zero. One of
 * them alone is not enough: a model that orders better and exaggerates, or is
 * calibrated and blind, is no better to work with. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_PROMOTION_H
#define PLUMB_PREDICT_PROMOTION_H

#include <stdbool.h>

#include "base/err.h"
#include "predict/quality.h"

#define PROMOTION_POSITIVES_MIN 10 /* and negatives, among the later leads; with fewer nothing is replaced */

struct promotion {
    bool replaces;
    uint64_t examples, positives;
    double challenger[FIGURE_COUNT], champion[FIGURE_COUNT];
    struct interval brier, auc;       /* challenger minus champion */
    char sentence[ERR_MESSAGE_BYTES]; /* why, with its numbers */
};

/* `challenger` with its outcomes; what the champion says of the same examples. */
void promotion_judge(const struct prediction *challenger, const double *champion_probability,
                     const struct bootstrap *how, struct promotion *out);

#endif

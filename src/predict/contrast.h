/* contrast.h — how often a thing is met in one group against another, and whether chance alone would do that.
 *
 * Everybody is counted once, in one group. Pure; threads may share everything. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_CONTRAST_H
#define PLUMB_PREDICT_CONTRAST_H

#include "predict/quality.h"

struct contrast {
    uint32_t with, group;        /* who have it, of how many */
    uint32_t other_with, others; /* of the other group likewise */
};

/* How many times as often: the ratio of the two shares, with the interval of its logarithm (Katz, Baptista, Azen and Pike,
 * "Obtaining confidence intervals for the risk ratio in cohort studies", 1978) at the quantile z of the normal distribution.
 * Where nobody of a group has it, half a record is added to each count (Pettigrew, Gart and Thomas 1986), so that it stays a
 * number. Both groups have somebody. */
struct interval contrast_ratio(const struct contrast *contrast, double z);

/* Fisher's exact test, two-sided: how likely a table as unlikely as this one or more so is, were both groups alike. */
double contrast_p(const struct contrast *contrast);

/* Each p-value becomes the least rate of false discoveries at which it would still be one, among all `count` that
 * were looked at (Benjamini and Hochberg, "Controlling the false discovery rate", 1995). In place. */
void p_values_adjust(double *p, uint32_t count);

#endif

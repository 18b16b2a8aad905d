/* normal.h — the standard normal distribution. Pure. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_NORMAL_H
#define PLUMB_PREDICT_NORMAL_H

/* The share that lies below z, to the last digits of a double also far out. */
double normal_below(double z);

/* The z below which the share p lies, 0 < p < 1; 1.96 of 0.975. Relative error about 1e-16 (Wichura, "Algorithm AS 241:
 * The percentage points of the normal distribution", 1988, PPND16). */
double normal_quantile(double p);

#endif

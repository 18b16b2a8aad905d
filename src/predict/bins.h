/* bins.h — how well a few bins foresee the outcome: the rate of each is learnt on one half of the examples and asked on the
 * other half, and the other way round, so that chance does not look like knowledge. Never outside src/predict. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_BINS_H
#define PLUMB_PREDICT_BINS_H

#include <stdbool.h>
#include <stdint.h>

#define BINS_MAX 256

struct bin {
    double positive, negative; /* weights */
    double rate;               /* as the other half says */
};

struct bins {
    struct bin half[2][BINS_MAX];
    uint32_t count; /* 1 to BINS_MAX */
};

/* `half`: 0 or 1; examples of one record are in the same one. */
void bins_add(struct bins *bins, uint32_t half, uint32_t bin, bool happened, double weight);

/* The mean AUC of both halves; NAN with one outcome only. The bins are in disorder after it. */
double bins_auc(struct bins *bins);

#endif

/* logit.h — between probabilities and log-odds, without overflow at either end. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_LOGIT_H
#define PLUMB_PREDICT_LOGIT_H

#include <math.h>
#include <stdbool.h>

/* The probability of log-odds z. */
static inline double sigmoid(double z)
{
    double e = exp(-fabs(z));
    return (z >= 0 ? 1 : e) / (1 + e);
}

/* ln(1 + exp(z)): the loss of log-odds z where it did not happen; of -z where it did. */
static inline double softplus(double z)
{
    return fmax(z, 0) + log1p(exp(-fabs(z)));
}

/* The loss of log-odds z for what happened or did not, and their probability: softplus and sigmoid with one exponential. */
static inline double loss_and_probability(double z, bool happened, double *probability)
{
    double e = exp(-fabs(z));
    *probability = (z >= 0 ? 1 : e) / (1 + e);
    return fmax(happened ? -z : z, 0) + log1p(e);
}

/* Of a probability within (0, 1). */
static inline double log_odds(double probability)
{
    return log(probability) - log1p(-probability);
}

#endif

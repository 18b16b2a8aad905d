/* calibrate.h — from a model's score to a probability that may be taken at its word.
 *
 * Fitted on examples that the model was not trained on. Both ways keep the order of the scores:
 *
 *     isotonic  the best rising staircase through the outcomes, joined by straight lines. Takes any
 *               shape, but wants a few hundred examples of the rarer outcome.
 *     Platt     a logistic curve of two numbers: for little data.
 *
 * A base rate that has moved since is corrected in log-odds, without fitting anew.
 * Pure; threads may share everything. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_CALIBRATE_H
#define PLUMB_PREDICT_CALIBRATE_H

#include <stdint.h>

#include "base/arena.h"

/* Scores and what came of them; all borrowed. */
struct outcomes {
    uint64_t count;          /* 1 or more */
    const double *score;     /* finite; probabilities, log-odds, points: greater is likelier */
    const uint8_t *happened; /* 0 or 1 */
    const double *weight;    /* finite, not negative, some above 0; NULL: 1 each */
};

/* ---- Isotonic. ---- */

/* A curve through `count` knots: straight between them, level outside. */
struct isotonic {
    uint32_t count;      /* 1 or more */
    double *score;       /* [count] rising */
    double *probability; /* [count] not falling, within (0, 1) */
};

/* Steps come from pooling adjacent violators (Ayer, Brunk, Ewing, Reid and Silverman, "An empirical
 * distribution function for sampling with incomplete information", 1955). Nobody is told 0 or 100 percent:
 * a first step where it never happened is lifted to Laplace's estimate 1 / (2 + w), w being its weight, but
 * not above the next step; a last step where it always happened is lowered to (1 + w) / (2 + w) likewise.
 * Memory   in `arena`. */
void isotonic_fit(const struct outcomes *outcomes, struct arena *arena, struct isotonic *out);
double isotonic_probability(const struct isotonic *isotonic, double score);

/* ---- Platt. ---- */

/* Probability = 1 / (1 + exp(-(slope * score + offset))). */
struct platt {
    double slope, offset;
};

/* Lin, Lin and Weng, "A note on Platt's probabilistic outputs for support vector machines", 2007: Newton's
 * method with their targets, (n+ + 1) / (n+ + 2) and 1 / (n- + 2), where n are sums of weights. When the scores
 * point the wrong way the slope is negative; when they are all equal it is 0. */
void platt_fit(const struct outcomes *outcomes, struct platt *out);
double platt_probability(const struct platt *platt, double score);

/* ---- A base rate that moved. ---- */

/* What `probability` becomes when the base rate is `now` and was `then` (each within (0, 1)), and who will and who will not look as
 * they did: its log-odds move by the difference of those of the base rates. */
double prior_shifted(double probability, double then, double now);

/* The base rate of leads whose outcome is not known yet, from their probabilities under the base rate `then`: the most
 * likely one, to which expectation and maximisation climb (Saerens, Latinne and Decaestecker, "Adjusting the outputs of a
 * classifier to new a priori probabilities", 2002). `count` 1 or more; weight NULL: 1 each. Within [1e-6, 1 - 1e-6]. */
double prior_estimate(const double *probability, const double *weight, uint64_t count, double then);

#endif

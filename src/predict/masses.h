/* masses.h — a forecast as piles of equal probability, from which every figure follows.
 *
 * Sorting is done once (struct ranking); weights may be changed afterwards, as a bootstrap
 * does, and are piled up again in one pass. Never outside src/predict. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_MASSES_H
#define PLUMB_PREDICT_MASSES_H

#include "predict/quality.h"

/* All examples of one probability. */
struct mass {
    double probability;
    double weight;   /* more than 0 */
    double positive; /* of that weight: those who did */
};

/* Examples in ascending order of probability. */
struct ranking {
    uint64_t count;
    double *probability; /* [count] */
    double *weight;      /* [count] */
    uint32_t *group;     /* [count] which record, dense from 0 */
    uint8_t *happened;   /* [count] */
    uint32_t groups;
};

void ranking_init(struct ranking *ranking, const struct prediction *forecast);
void ranking_release(struct ranking *ranking);

/* Pile up, each weight times the multiple of its group (NULL: 1). `out` has room for ranking->count; returns how many. */
uint64_t ranking_masses(const struct ranking *ranking, const uint32_t *multiples, struct mass *out);

/* What lies in one of several parts of equal weight. */
struct share {
    double weight, positive;
    double forecast;          /* sum of weight * probability */
    double forecast_square;   /* sum of weight * probability^2 */
    double forecast_positive; /* sum of positive * probability */
};

/* Cut ascending masses into `parts` of equal weight, from the greatest probability down; one that lies across a border
 * is divided. */
void masses_share_out(const struct mass *masses, uint64_t count, uint32_t parts, struct share *out);

/* All figures; NAN where one has no meaning. */
void masses_figures(const struct mass *masses, uint64_t count, double out[FIGURE_COUNT]);

#endif

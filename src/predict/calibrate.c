/* calibrate.c — staircases, logistic curves and moved base rates. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/calibrate.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "predict/logit.h"

#define BASE_RATE_LEAST 1e-6
#define HALVINGS_MAX 33 /* of a step that leads up */

static double weight_of(const struct outcomes *outcomes, uint64_t i)
{
    return outcomes->weight != NULL ? outcomes->weight[i] : 1;
}

/* ---- Isotonic. ---- */

/* Neighbouring examples that share one probability. */
struct step {
    double first, last; /* scores */
    double weight, positive;
};

static int by_score(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

static struct step pooled(const struct step *lower, const struct step *upper)
{
    return (struct step){lower->first, upper->last, lower->weight + upper->weight, lower->positive + upper->positive};
}

static double height(const struct step *step)
{
    return step->positive / step->weight;
}

/* Equal scores are one step to begin with. Returns how many are left of `count`. */
static uint64_t pool_equal_scores(struct step *steps, uint64_t count)
{
    uint64_t kept = 0;
    qsort(steps, count, sizeof *steps, by_score);
    for (uint64_t i = 0; i < count; i++) {
        if (kept > 0 && steps[kept - 1].last == steps[i].first) steps[kept - 1] = pooled(&steps[kept - 1], &steps[i]);
        else steps[kept++] = steps[i];
    }
    return kept;
}

/* Whoever stands below the step before it is pooled with it, and so on downwards. */
static uint64_t pool_violators(struct step *steps, uint64_t count)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < count; i++) {
        steps[kept++] = steps[i];
        while (kept > 1 && height(&steps[kept - 2]) >= height(&steps[kept - 1])) {
            steps[kept - 2] = pooled(&steps[kept - 2], &steps[kept - 1]);
            kept--;
        }
    }
    return kept;
}

static double careful_height(const struct step *steps, uint64_t count, uint64_t i)
{
    double weight = steps[i].weight, plain = height(&steps[i]);
    if (steps[i].positive <= 0) {
        double careful = 1 / (2 + weight);
        return i + 1 < count ? fmin(careful, height(&steps[i + 1])) : careful;
    }
    if (steps[i].positive >= weight) {
        double careful = (1 + weight) / (2 + weight);
        return i > 0 ? fmax(careful, height(&steps[i - 1])) : careful;
    }
    return plain;
}

void isotonic_fit(const struct outcomes *outcomes, struct arena *arena, struct isotonic *out)
{
    uint64_t count = 0;
    struct step *steps = memory_array(outcomes->count, sizeof *steps);
    for (uint64_t i = 0; i < outcomes->count; i++) {
        double weight = weight_of(outcomes, i), score = outcomes->score[i];
        INVARIANT(isfinite(score) && isfinite(weight) && weight >= 0);
        if (weight > 0) steps[count++] = (struct step){score, score, weight, outcomes->happened[i] ? weight : 0};
    }
    INVARIANT(count > 0);
    count = pool_violators(steps, pool_equal_scores(steps, count));
    INVARIANT(count <= UINT32_MAX / 2);
    *out = (struct isotonic){.score = ARENA_ARRAY(arena, double, 2 * count),
                             .probability = ARENA_ARRAY(arena, double, 2 * count)};
    for (uint64_t i = 0; i < count; i++) {
        double probability = careful_height(steps, count, i);
        out->score[out->count] = steps[i].first;
        out->probability[out->count++] = probability;
        if (steps[i].last == steps[i].first) continue;
        out->score[out->count] = steps[i].last;
        out->probability[out->count++] = probability;
    }
    memory_free(steps);
}

double isotonic_probability(const struct isotonic *isotonic, double score)
{
    uint32_t low = 0, high = isotonic->count; /* the first knot above the score */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (isotonic->score[middle] <= score) low = middle + 1;
        else high = middle;
    }
    if (low == 0) return isotonic->probability[0];
    if (low == isotonic->count) return isotonic->probability[low - 1];
    double left = isotonic->score[low - 1], from = isotonic->probability[low - 1];
    double part = (score - left) / (isotonic->score[low] - left);
    return from + part * (isotonic->probability[low] - from);
}

/* ---- Platt. ---- */

/* What is minimised: the cross entropy between targets and curve, of scores with mean 0 and deviation 1. */
struct platt_fitting {
    const struct outcomes *outcomes;
    double mean, deviation;
    double target[2]; /* of what did not and did happen */
    double weight;    /* all */
};

static double standard_score(const struct platt_fitting *fitting, uint64_t i)
{
    return (fitting->outcomes->score[i] - fitting->mean) / fitting->deviation;
}

static double platt_loss(const struct platt_fitting *fitting, struct platt at)
{
    double sum = 0;
    for (uint64_t i = 0; i < fitting->outcomes->count; i++) {
        double z = at.slope * standard_score(fitting, i) + at.offset;
        double target = fitting->target[fitting->outcomes->happened[i]];
        sum += weight_of(fitting->outcomes, i) * (softplus(z) - target * z);
    }
    return sum / fitting->weight;
}

/* The direction of Newton's step, and how steeply the loss falls along it (negative). */
static struct platt newton_direction(const struct platt_fitting *fitting, struct platt at, double *descent)
{
    double gs = 0, go = 0, hss = 1e-12, hso = 0, hoo = 1e-12;
    for (uint64_t i = 0; i < fitting->outcomes->count; i++) {
        double x = standard_score(fitting, i), weight = weight_of(fitting->outcomes, i) / fitting->weight;
        double p = sigmoid(at.slope * x + at.offset);
        double error = weight * (p - fitting->target[fitting->outcomes->happened[i]]);
        double bend = weight * p * (1 - p);
        gs += error * x;
        go += error;
        hss += bend * x * x;
        hso += bend * x;
        hoo += bend;
    }
    double determinant = hss * hoo - hso * hso;
    struct platt step = {.slope = -(hoo * gs - hso * go) / determinant, .offset = -(hss * go - hso * gs) / determinant};
    *descent = gs * step.slope + go * step.offset;
    return step;
}

static void descend(const struct platt_fitting *fitting, struct platt *at)
{
    double loss = platt_loss(fitting, *at);
    for (int round = 0; round < 100; round++) {
        double descent;
        bool moved = false;
        struct platt step = newton_direction(fitting, *at, &descent);
        if (!(descent < -1e-16)) return;
        for (int halvings = 0; halvings <= HALVINGS_MAX && !moved; halvings++) {
            double part = ldexp(1, -halvings);
            struct platt next = {at->slope + part * step.slope, at->offset + part * step.offset};
            double next_loss = platt_loss(fitting, next);
            if (next_loss > loss + 1e-4 * part * descent) continue;
            *at = next;
            loss = next_loss;
            moved = true;
        }
        if (!moved) return; /* as near as doubles come */
    }
}

/* Mean and deviation of the scores, targets of the outcomes. */
static struct platt_fitting prepare_platt(const struct outcomes *outcomes)
{
    struct platt_fitting fitting = {.outcomes = outcomes};
    double positives = 0, squares = 0;
    for (uint64_t i = 0; i < outcomes->count; i++) {
        double weight = weight_of(outcomes, i);
        fitting.weight += weight;
        fitting.mean += weight * outcomes->score[i];
        if (outcomes->happened[i]) positives += weight;
    }
    INVARIANT(fitting.weight > 0);
    fitting.mean /= fitting.weight;
    for (uint64_t i = 0; i < outcomes->count; i++) {
        double off = outcomes->score[i] - fitting.mean;
        squares += weight_of(outcomes, i) * off * off;
    }
    fitting.deviation = sqrt(squares / fitting.weight);
    fitting.target[0] = 1 / (fitting.weight - positives + 2);
    fitting.target[1] = (positives + 1) / (positives + 2);
    return fitting;
}

void platt_fit(const struct outcomes *outcomes, struct platt *out)
{
    struct platt_fitting fitting = prepare_platt(outcomes);
    double positives = 0;
    for (uint64_t i = 0; i < outcomes->count; i++)
        if (outcomes->happened[i]) positives += weight_of(outcomes, i);
    double share = positives / fitting.weight;
    double target = share * fitting.target[1] + (1 - share) * fitting.target[0];
    struct platt at = {.slope = 0, .offset = log_odds(target)};
    if (fitting.deviation <= 1e-12 * fabs(fitting.mean)) { /* all alike but for rounding */
        *out = at;
        return;
    }
    descend(&fitting, &at);
    *out = (struct platt){.slope = at.slope / fitting.deviation,
                          .offset = at.offset - at.slope * fitting.mean / fitting.deviation};
}

double platt_probability(const struct platt *platt, double score)
{
    return sigmoid(platt->slope * score + platt->offset);
}

/* ---- A base rate that moved. ---- */

double prior_shifted(double probability, double then, double now)
{
    INVARIANT(then > 0 && then < 1 && now > 0 && now < 1);
    if (probability <= 0 || probability >= 1) return probability;
    return sigmoid(log_odds(probability) + log_odds(now) - log_odds(then));
}

/* How the likelihood of a base rate changes with it: falling, since the logarithm of a sum of likelihoods is concave. */
static double likelihood_slope(const double *probability, const double *weight, uint64_t count, double then,
                               double rate)
{
    double slope = 0;
    for (uint64_t i = 0; i < count; i++) {
        double will = probability[i] / then, will_not = (1 - probability[i]) / (1 - then);
        slope += (weight != NULL ? weight[i] : 1) * (will - will_not) / (rate * will + (1 - rate) * will_not);
    }
    return slope;
}

/* The concave likelihood has one top: halving finds it faster than climbing does. */
double prior_estimate(const double *probability, const double *weight, uint64_t count, double then)
{
    INVARIANT(then > 0 && then < 1);
    double low = BASE_RATE_LEAST, high = 1 - BASE_RATE_LEAST;
    for (int round = 0; round < 60; round++) {
        double middle = low + (high - low) / 2;
        if (likelihood_slope(probability, weight, count, then, middle) > 0) low = middle;
        else high = middle;
    }
    return low + (high - low) / 2;
}

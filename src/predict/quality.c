/* quality.c — the figures of a forecast, and how sure they are.
 *
 * A bootstrap draw only changes how often each record counts: the ranking is made once
 * and piled up anew for each draw (masses.c). */
// SPDX-License-Identifier: Apache-2.0
#include "predict/quality.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/chance.h"
#include "history/threads.h"
#include "predict/masses.h"

#define Z_95 1.959963984540054 /* 97.5 % of a normal distribution lie below */

const char *figure_name(enum figure figure)
{
    static const char *const names[FIGURE_COUNT] = {"roc_auc", "pr_auc",          "log_loss", "brier",
                                                    "ece",     "lift_top_decile", "base_rate"};
    return names[figure];
}

/* ---- The examples as they are. ---- */

static void fill_tenths(const struct share *shares, struct quality *out)
{
    double weight = 0, positive = 0;
    for (int t = 0; t < TENTHS; t++) {
        const struct share *share = &shares[t];
        struct tenth *tenth = &out->tenths[t];
        struct interval around = interval_wilson(share->positive, share->weight, Z_95);
        weight += share->weight;
        positive += share->positive;
        *tenth = (struct tenth){
            .weight = share->weight,
            .forecast = share->forecast / share->weight,
            .observed = share->positive / share->weight,
            .low = around.low,
            .high = around.high,
            .lift = (positive / weight) / (out->positives / out->weight),
            .gain = positive / out->positives,
        };
    }
}

static void fill_brier_parts(const struct share *shares, struct quality *out)
{
    struct brier_parts parts = {0};
    double base_rate = out->positives / out->weight;
    for (int t = 0; t < TENTHS; t++) {
        const struct share *share = &shares[t];
        if (share->weight <= 0) continue;
        double forecast = share->forecast / share->weight, observed = share->positive / share->weight;
        parts.reliability += share->weight * (forecast - observed) * (forecast - observed);
        parts.resolution += share->weight * (observed - base_rate) * (observed - base_rate);
        parts.spread += share->forecast_square - share->weight * forecast * forecast;
        parts.spread -= 2 * (share->forecast_positive - share->weight * forecast * observed);
    }
    parts.reliability /= out->weight;
    parts.resolution /= out->weight;
    parts.spread /= out->weight;
    parts.uncertainty = base_rate * (1 - base_rate);
    out->brier = parts;
}

void quality_measure(const struct prediction *forecast, struct quality *out)
{
    struct ranking ranking;
    struct share shares[TENTHS];
    *out = (struct quality){.examples = forecast->count};
    ranking_init(&ranking, forecast);
    struct mass *masses = memory_array(ranking.count, sizeof *masses);
    uint64_t count = ranking_masses(&ranking, NULL, masses);
    masses_figures(masses, count, out->figures);
    masses_share_out(masses, count, TENTHS, shares);
    for (uint64_t i = 0; i < count; i++) {
        out->weight += masses[i].weight;
        out->positives += masses[i].positive;
    }
    fill_tenths(shares, out);
    fill_brier_parts(shares, out);
    memory_free(masses);
    ranking_release(&ranking);
}

void quality_confusion(const struct prediction *forecast, double threshold, struct confusion *out)
{
    struct confusion c = {0};
    for (uint64_t i = 0; i < forecast->count; i++) {
        double weight = forecast->weight != NULL ? forecast->weight[i] : 1;
        bool called = forecast->probability[i] >= threshold;
        double *cell = forecast->happened[i] ? (called ? &c.true_positive : &c.false_negative)
                                             : (called ? &c.false_positive : &c.true_negative);
        *cell += weight;
    }
    double called = c.true_positive + c.false_positive, did = c.true_positive + c.false_negative;
    c.precision = called > 0 ? c.true_positive / called : NAN;
    c.recall = did > 0 ? c.true_positive / did : NAN;
    c.f1 = called + did > 0 ? 2 * c.true_positive / (called + did) : NAN;
    *out = c;
}

struct interval interval_wilson(double positives, double weight, double z)
{
    if (weight <= 0) return (struct interval){NAN, NAN, NAN};
    double share = positives / weight, zz = z * z / weight;
    double middle = (share + zz / 2) / (1 + zz);
    double half = z / (1 + zz) * sqrt(share * (1 - share) / weight + zz / (4 * weight));
    return (struct interval){share, fmax(middle - half, 0), fmin(middle + half, 1)};
}

/* ---- Bootstrap. ---- */

/* What all threads share: one ranking, or two of the same examples. */
struct drawing {
    const struct bootstrap *how;
    struct ranking one, other;
    bool paired;
    double *results; /* [FIGURE_COUNT][draws] */
    atomic_uint next;
};

static void figures_of(const struct drawing *d, const uint32_t *multiples, struct mass *masses,
                       double out[FIGURE_COUNT])
{
    masses_figures(masses, ranking_masses(&d->one, multiples, masses), out);
    if (!d->paired) return;
    double other[FIGURE_COUNT];
    masses_figures(masses, ranking_masses(&d->other, multiples, masses), other);
    for (int f = 0; f < FIGURE_COUNT; f++) out[f] -= other[f];
}

static void *draw_some(void *context)
{
    struct drawing *d = context;
    uint32_t groups = d->one.groups;
    uint32_t *multiples = memory_array(groups, sizeof *multiples);
    struct mass *masses = memory_array(d->one.count, sizeof *masses);
    for (uint32_t draw; !is_stopped(d->how->stop) && (draw = atomic_fetch_add(&d->next, 1)) < d->how->draws;) {
        struct chance chance = chance_of(d->how->seed, draw);
        memset(multiples, 0, groups * sizeof *multiples);
        for (uint32_t g = 0; g < groups; g++) multiples[chance_below(&chance, groups)]++;
        double figures[FIGURE_COUNT];
        figures_of(d, multiples, masses, figures);
        for (uint32_t f = 0; f < FIGURE_COUNT; f++) d->results[(size_t)f * d->how->draws + draw] = figures[f];
    }
    memory_free(masses);
    memory_free(multiples);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Between the two nearest of sorted numbers, linearly: the default of R and NumPy. */
static double quantile(const double *sorted, uint32_t count, double at)
{
    double place = at * (count - 1);
    uint32_t below = (uint32_t)place;
    if (below + 1 >= count) return sorted[count - 1];
    return sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
}

/* Sorts the draws of one figure. */
static struct interval interval_of(double value, double *draws, const struct bootstrap *how)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < how->draws; i++)
        if (!isnan(draws[i])) draws[count++] = draws[i];
    if (isnan(value) || count * UINT64_C(2) < how->draws) return (struct interval){value, NAN, NAN};
    qsort(draws, count, sizeof *draws, by_size);
    double tail = (1 - how->confidence) / 2;
    return (struct interval){value, quantile(draws, count, tail), quantile(draws, count, 1 - tail)};
}

static void draw_all(struct drawing *d, struct interval out[FIGURE_COUNT])
{
    const struct bootstrap *how = d->how;
    INVARIANT(how->draws >= 1 && how->draws <= BOOTSTRAP_DRAWS_MAX && how->threads >= 1);
    INVARIANT(how->confidence > 0 && how->confidence < 1);
    double value[FIGURE_COUNT];
    struct mass *masses = memory_array(d->one.count, sizeof *masses);
    figures_of(d, NULL, masses, value);
    memory_free(masses);
    d->results = memory_array((size_t)FIGURE_COUNT * how->draws, sizeof *d->results);
    run_threads(how->threads, draw_some, d);
    for (uint32_t f = 0; f < FIGURE_COUNT; f++)
        out[f] = interval_of(value[f], d->results + (size_t)f * how->draws, how);
    memory_free(d->results);
    ranking_release(&d->one);
    ranking_release(&d->other);
}

void quality_intervals(const struct prediction *forecast, const struct bootstrap *how,
                       struct interval out[FIGURE_COUNT])
{
    struct drawing d = {.how = how};
    ranking_init(&d.one, forecast);
    draw_all(&d, out);
}

void quality_compare(const struct prediction *one, const double *other_probability, const struct bootstrap *how,
                     struct interval out[FIGURE_COUNT])
{
    struct drawing d = {.how = how, .paired = true};
    struct prediction other = *one;
    other.probability = other_probability;
    ranking_init(&d.one, one);
    ranking_init(&d.other, &other);
    draw_all(&d, out);
}

/* drift.c — see drift.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/drift.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

/* Each bin but the first begins behind a value that has a tenth, or before one: at most two for each tenth. */
#define EDGES_MAX (2 * DRIFT_BINS)
#define NORMAL_999 3.090232306167813 /* 99.9 % quantile of the normal distribution */

const char *drift_name(enum drift drift)
{
    static const char *const names[] = {"none", "some", "much"};
    return names[drift];
}

/* ---- Bins. ---- */

struct bins {
    float edge[EDGES_MAX]; /* greatest value of each bin but the last, rising */
    uint32_t edges;
    /* By bin: those with values, and behind them "no value". */
    double then[EDGES_MAX + 2], now[EDGES_MAX + 2];
};

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Values that are known, sorted; *known of them. */
static float *sorted(const struct drift_column *column, uint64_t *known)
{
    float *out = memory_array(column->count, sizeof *out);
    *known = 0;
    for (uint64_t i = 0; i < column->count; i++)
        if (!isnan(column->value[i * column->stride])) out[(*known)++] = column->value[i * column->stride];
    qsort(out, *known, sizeof *out, by_size);
    return out;
}

static void choose_edges(const float *value, uint64_t count, struct bins *bins)
{
    uint64_t begun = 0; /* first value of the bin under way */
    for (uint64_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && value[end] == value[first];) end++;
        bool stands_alone = (end - first) * DRIFT_BINS >= count;
        if (stands_alone && first > begun) bins->edge[bins->edges++] = value[first - 1];
        if (stands_alone && first > begun) begun = first;
        if ((end - begun) * DRIFT_BINS < count || end == count) continue;
        bins->edge[bins->edges++] = value[first];
        begun = end;
    }
}

static uint32_t bin_of(const struct bins *bins, float value)
{
    uint32_t bin = 0;
    if (isnan(value)) return bins->edges + 1;
    while (bin < bins->edges && value > bins->edge[bin]) bin++;
    return bin;
}

static void fill(const struct bins *bins, const struct drift_column *column, double *shares)
{
    for (uint64_t i = 0; i < column->count; i++)
        shares[bin_of(bins, column->value[i * column->stride])] += 1 / (double)column->count;
}

/* The 99.9 % quantile of chi-square (Wilson and Hilferty, "The distribution of chi-square", 1931). */
static double chi_square_999(uint32_t freedom)
{
    double part = 2 / (9.0 * freedom), root = 1 - part + NORMAL_999 * sqrt(part);
    return freedom * root * root * root;
}

/* A share of nobody has no logarithm. */
static double at_least_half(double share, const struct drift_column *column)
{
    return fmax(share, fmax(PSI_SHARE_MIN, 0.5 / (double)column->count));
}

void psi_measure(const struct drift_column *then, const struct drift_column *now, struct psi *out)
{
    *out = (struct psi){0};
    if (then->count == 0 || now->count == 0) return;
    struct bins bins = {0};
    uint64_t known;
    float *value = sorted(then, &known);
    choose_edges(value, known, &bins);
    memory_free(value);
    fill(&bins, then, bins.then);
    fill(&bins, now, bins.now);
    for (uint32_t b = 0; b < bins.edges + 2; b++) {
        if (bins.then[b] == 0 && bins.now[b] == 0) continue;
        double before = at_least_half(bins.then[b], then), after = at_least_half(bins.now[b], now);
        out->value += (after - before) * log(after / before);
        out->bins++;
    }
    if (out->bins > 1)
        out->by_chance = chi_square_999(out->bins - 1) * (1 / (double)then->count + 1 / (double)now->count);
    if (out->value > out->by_chance && out->value >= PSI_SOME)
        out->drift = out->value >= PSI_MUCH ? DRIFT_MUCH : DRIFT_SOME;
}

/* ---- Calibration. ---- */

void calibration_drift_measure(const struct prediction *forecast, struct calibration_drift *out)
{
    double variance = 0;
    *out = (struct calibration_drift){.count = forecast->count};
    for (uint64_t i = 0; i < forecast->count; i++) {
        double p = forecast->probability[i];
        out->announced += p;
        out->came += forecast->happened[i];
        variance += p * (1 - p);
    }
    if (variance > 0) out->z = (out->came - out->announced) / sqrt(variance);
    bool much = out->came > out->announced * CALIBRATION_RATIO || out->came * CALIBRATION_RATIO < out->announced;
    out->drifted = fabs(out->z) > CALIBRATION_Z && much;
}

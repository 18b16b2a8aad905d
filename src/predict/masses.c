/* masses.c — ranking a forecast, piling it up, and the figures of the piles. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/masses.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

/* ---- Ranking. ---- */

struct ranked {
    double probability;
    uint64_t example;
};

/* Examples of one probability stay in the order in which they came, so that sums are always added alike. */
static int ascending(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->probability != y->probability) return x->probability < y->probability ? -1 : 1;
    return (x->example > y->example) - (x->example < y->example);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The different records, ascending; returns how many. */
static uint32_t different_records(const struct prediction *forecast, uint32_t *out)
{
    for (uint64_t i = 0; i < forecast->count; i++) out[i] = forecast->record[i];
    qsort(out, forecast->count, sizeof *out, by_number);
    uint32_t kept = 0;
    for (uint64_t i = 0; i < forecast->count; i++)
        if (kept == 0 || out[kept - 1] != out[i]) out[kept++] = out[i];
    return kept;
}

static void number_groups(struct ranking *ranking, const struct prediction *forecast, const struct ranked *order)
{
    if (forecast->record == NULL) {
        for (uint64_t i = 0; i < ranking->count; i++) ranking->group[i] = (uint32_t)order[i].example;
        ranking->groups = (uint32_t)ranking->count;
        return;
    }
    uint32_t *records = memory_array(ranking->count, sizeof *records);
    ranking->groups = different_records(forecast, records);
    for (uint64_t i = 0; i < ranking->count; i++) {
        const uint32_t *found =
            bsearch(&forecast->record[order[i].example], records, ranking->groups, sizeof *records, by_number);
        ranking->group[i] = (uint32_t)(found - records);
    }
    memory_free(records);
}

void ranking_init(struct ranking *ranking, const struct prediction *forecast)
{
    INVARIANT(forecast->count <= PREDICTION_EXAMPLES_MAX);
    uint64_t count = forecast->count;
    struct ranked *order = memory_array(count, sizeof *order);
    *ranking = (struct ranking){
        .count = count,
        .probability = memory_array(count, sizeof *ranking->probability),
        .weight = memory_array(count, sizeof *ranking->weight),
        .group = memory_array(count, sizeof *ranking->group),
        .happened = memory_array(count, sizeof *ranking->happened),
    };
    for (uint64_t i = 0; i < count; i++) {
        INVARIANT(forecast->probability[i] >= 0 && forecast->probability[i] <= 1 && forecast->happened[i] <= 1);
        order[i] = (struct ranked){forecast->probability[i], i};
    }
    qsort(order, count, sizeof *order, ascending);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t example = order[i].example;
        ranking->probability[i] = order[i].probability;
        ranking->weight[i] = forecast->weight != NULL ? forecast->weight[example] : 1;
        ranking->happened[i] = forecast->happened[example];
        INVARIANT(isfinite(ranking->weight[i]) && ranking->weight[i] >= 0);
    }
    number_groups(ranking, forecast, order);
    memory_free(order);
}

void ranking_release(struct ranking *ranking)
{
    memory_free(ranking->probability);
    memory_free(ranking->weight);
    memory_free(ranking->group);
    memory_free(ranking->happened);
    *ranking = (struct ranking){0};
}

uint64_t ranking_masses(const struct ranking *ranking, const uint32_t *multiples, struct mass *out)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < ranking->count; i++) {
        double weight = ranking->weight[i];
        if (multiples != NULL) weight *= multiples[ranking->group[i]];
        if (weight <= 0) continue;
        if (count == 0 || out[count - 1].probability != ranking->probability[i])
            out[count++] = (struct mass){.probability = ranking->probability[i]};
        out[count - 1].weight += weight;
        if (ranking->happened[i]) out[count - 1].positive += weight;
    }
    return count;
}

/* ---- Parts of equal weight. ---- */

static double total_weight(const struct mass *masses, uint64_t count)
{
    double weight = 0;
    for (uint64_t i = 0; i < count; i++) weight += masses[i].weight;
    return weight;
}

static void take(struct share *share, const struct mass *mass, double weight)
{
    double positive = mass->positive * (weight / mass->weight);
    share->weight += weight;
    share->positive += positive;
    share->forecast += weight * mass->probability;
    share->forecast_square += weight * mass->probability * mass->probability;
    share->forecast_positive += positive * mass->probability;
}

void masses_share_out(const struct mass *masses, uint64_t count, uint32_t parts, struct share *out)
{
    const double all = total_weight(masses, count);
    const double crumb = all * 1e-12; /* what rounding leaves of a part is no room */
    double used = 0;
    uint32_t part = 0;
    for (uint32_t p = 0; p < parts; p++) out[p] = (struct share){0};
    for (uint64_t i = count; i-- > 0;) {
        double left = masses[i].weight;
        while (left > 0) {
            double room = all * (part + 1) / parts - used;
            if (part + 1 == parts || left <= room) room = left;
            else if (room <= crumb) room = 0;
            if (room > 0) take(&out[part], &masses[i], room);
            used += room;
            left -= room;
            if (left > 0) part++;
        }
    }
}

/* ---- Figures. ---- */

static double roc_auc(const struct mass *masses, uint64_t count, double positives, double negatives)
{
    double below = 0, sum = 0; /* negatives of lesser probability; pairs in the right order */
    for (uint64_t i = 0; i < count; i++) {
        double negative = masses[i].weight - masses[i].positive;
        sum += masses[i].positive * (below + negative / 2);
        below += negative;
    }
    return sum / (positives * negatives);
}

static double average_precision(const struct mass *masses, uint64_t count, double positives)
{
    double found = 0, called = 0, sum = 0;
    for (uint64_t i = count; i-- > 0;) {
        found += masses[i].positive;
        called += masses[i].weight;
        sum += masses[i].positive * (found / called);
    }
    return sum / positives;
}

static double clipped_log(double probability)
{
    return log(fmax(probability, LOG_LOSS_FLOOR));
}

/* A negative weight can be left of equal ones by rounding. */
static double negatives_of(const struct mass *mass)
{
    return fmax(mass->weight - mass->positive, 0);
}

static double log_loss(const struct mass *masses, uint64_t count, double weight)
{
    double sum = 0;
    for (uint64_t i = 0; i < count; i++)
        sum -= masses[i].positive * clipped_log(masses[i].probability) +
               negatives_of(&masses[i]) * clipped_log(1 - masses[i].probability);
    return sum / weight;
}

static double brier(const struct mass *masses, uint64_t count, double weight)
{
    double sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        double p = masses[i].probability;
        sum += masses[i].positive * (1 - p) * (1 - p) + negatives_of(&masses[i]) * p * p;
    }
    return sum / weight;
}

void masses_figures(const struct mass *masses, uint64_t count, double out[FIGURE_COUNT])
{
    double weight = total_weight(masses, count), positives = 0, negatives = 0;
    for (uint64_t i = 0; i < count; i++) {
        positives += masses[i].positive;
        negatives += negatives_of(&masses[i]);
    }
    for (int f = 0; f < FIGURE_COUNT; f++) out[f] = NAN;
    if (count == 0) return;
    struct share tenths[TENTHS];
    masses_share_out(masses, count, TENTHS, tenths);
    double gap = 0;
    for (int t = 0; t < TENTHS; t++) gap += fabs(tenths[t].forecast - tenths[t].positive);
    out[FIGURE_LOG_LOSS] = log_loss(masses, count, weight);
    out[FIGURE_BRIER] = brier(masses, count, weight);
    out[FIGURE_ECE] = gap / weight;
    out[FIGURE_BASE_RATE] = positives / weight;
    if (positives <= 0) return;
    out[FIGURE_PR_AUC] = average_precision(masses, count, positives);
    out[FIGURE_LIFT] = tenths[0].positive / tenths[0].weight / (positives / weight);
    if (negatives <= 0) return;
    out[FIGURE_ROC_AUC] = roc_auc(masses, count, positives, negatives);
}

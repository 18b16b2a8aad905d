/* leak_auc.c — how well one thing foresees the outcome, all alone.
 *
 * Its values are put into bins: the values of a category, else up to BINS parts of the numbers with equal shares, and
 * one for "missing". The rate of each bin is learnt on half of the records and asked on the other half, and the
 * other way round. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>

#include "base/chance.h"
#include "predict/leak.h"

#define BINS 64
#define BINS_MAX 256     /* of a category */
#define PRIOR_EXAMPLES 2 /* that each bin is believed to have had, of the base rate */

struct bin {
    double positive, negative; /* weights */
    double rate;               /* as the other half says */
};

struct bins {
    struct bin half[2][BINS_MAX];
    uint32_t count;
};

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static int likeliest_first(const void *a, const void *b)
{
    const struct bin *x = a, *y = b;
    return (x->rate < y->rate) - (x->rate > y->rate);
}

static double number_at(const struct leak_rows *rows, uint32_t features, uint64_t row, uint32_t feature)
{
    return (double)rows->value[row * features + feature];
}

static void add_row(struct bins *bins, const struct leak_rows *rows, uint64_t row, uint32_t bin)
{
    struct bin *to = &bins->half[chance_mix(rows->record[row]) & 1][bin];
    *(rows->happened[row] ? &to->positive : &to->negative) += rows->weight[row];
}

/* The bins' AUC on one half, its bins sorted by what the other half says; NAN with one outcome only. */
static double auc_of_half(struct bin *half, uint32_t count)
{
    double positive = 0, negative = 0, below, area = 0;
    qsort(half, count, sizeof *half, likeliest_first);
    for (uint32_t b = 0; b < count; b++) positive += half[b].positive, negative += half[b].negative;
    below = negative;
    for (uint32_t first = 0, end; first < count; first = end) {
        double here = 0, in = 0;
        for (end = first; end < count && half[end].rate >= half[first].rate; end++) {
            here += half[end].positive;
            in += half[end].negative;
        }
        below -= in;
        area += here * (below + in / 2);
    }
    return positive > 0 && negative > 0 ? area / (positive * negative) : NAN;
}

static double auc_of(struct bins *bins)
{
    for (int h = 0; h < 2; h++) {
        double positive = 0, all = 0;
        const struct bin *other = bins->half[1 - h];
        for (uint32_t b = 0; b < bins->count; b++) {
            positive += other[b].positive;
            all += other[b].positive + other[b].negative;
        }
        for (uint32_t b = 0; b < bins->count && all > 0; b++)
            bins->half[h][b].rate = (other[b].positive + PRIOR_EXAMPLES * positive / all) /
                                    (other[b].positive + other[b].negative + PRIOR_EXAMPLES);
    }
    /* Sorting one half leaves the rates of the other as they are. */
    return (auc_of_half(bins->half[0], bins->count) + auc_of_half(bins->half[1], bins->count)) / 2;
}

/* ---- Into bins. ---- */

static bool is_of_category(const struct feature *feature)
{
    return feature->kind == FEATURE_IS || feature->kind == FEATURE_OTHER;
}

static double auc_of_category(const struct feature_plan *plan, const struct leak_rows *rows, uint32_t first,
                              uint32_t count)
{
    struct bins bins = {.count = count + 1};
    INVARIANT(bins.count <= BINS_MAX);
    for (uint64_t r = 0; r < rows->rows; r++) {
        uint32_t bin = 0;
        for (uint32_t f = 0; f < count && bin == 0; f++)
            if (number_at(rows, plan->count, r, first + f) == 1) bin = f + 1;
        add_row(&bins, rows, r, bin);
    }
    return auc_of(&bins);
}

static double auc_of_number(const struct feature_plan *plan, const struct leak_rows *rows, uint32_t feature)
{
    struct bins bins = {.count = BINS + 1};
    float *sorted = memory_array(rows->rows, sizeof *sorted), edges[BINS] = {0};
    uint64_t known = 0;
    for (uint64_t r = 0; r < rows->rows; r++) {
        float number = rows->value[r * plan->count + feature];
        if (!isnan(number)) sorted[known++] = number;
    }
    qsort(sorted, known, sizeof *sorted, ascending);
    for (uint64_t e = 0; e < BINS && known > 0; e++) edges[e] = sorted[e * known / BINS];
    for (uint64_t r = 0; r < rows->rows; r++) {
        float number = rows->value[r * plan->count + feature];
        uint32_t bin = 0;
        if (!isnan(number))
            while (bin < BINS && edges[bin] <= number) bin++;
        add_row(&bins, rows, r, bin);
    }
    memory_free(sorted);
    return auc_of(&bins);
}

double leak_auc(const struct feature_plan *plan, const struct leak_rows *rows, uint32_t first, uint32_t count)
{
    uint64_t positives = 0;
    double best = NAN;
    for (uint64_t r = 0; r < rows->rows; r++) positives += rows->happened[r];
    if (positives < LEAK_SUPPORT_MIN || rows->rows - positives < LEAK_SUPPORT_MIN) return NAN;
    bool is_category = false;
    for (uint32_t f = 0; f < count; f++) is_category |= is_of_category(&plan->features[first + f]);
    if (is_category) return auc_of_category(plan, rows, first, count);
    for (uint32_t f = 0; f < count; f++) best = fmax(best, auc_of_number(plan, rows, first + f));
    return best;
}

/* leak_auc.c — how well one thing foresees the outcome, all alone.
 *
 * Its values are put into bins: the values of a category, else up to BINS parts of the numbers with equal shares, and
 * one for "missing". */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>

#include "base/chance.h"
#include "predict/bins.h"
#include "predict/leak.h"

#define BINS 64

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double number_at(const struct leak_rows *rows, uint32_t features, uint64_t row, uint32_t feature)
{
    return (double)rows->value[row * features + feature];
}

static void add_row(struct bins *bins, const struct leak_rows *rows, uint64_t row, uint32_t bin)
{
    bins_add(bins, chance_mix(rows->record[row]) & 1, bin, rows->happened[row], rows->weight[row]);
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
    return bins_auc(&bins);
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
    return bins_auc(&bins);
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

/* bins.c — see bins.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/bins.h"

#include <math.h>
#include <stdlib.h>

#define PRIOR_EXAMPLES 2 /* that each bin is believed to have had, of the base rate */

void bins_add(struct bins *bins, uint32_t half, uint32_t bin, bool happened, double weight)
{
    struct bin *to = &bins->half[half][bin];
    *(happened ? &to->positive : &to->negative) += weight;
}

static int likeliest_first(const void *a, const void *b)
{
    const struct bin *x = a, *y = b;
    return (x->rate < y->rate) - (x->rate > y->rate);
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

double bins_auc(struct bins *bins)
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

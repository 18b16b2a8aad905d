/* contrast.c — see contrast.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/contrast.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

#define TIE 1e-7 /* tables this near in likelihood are equally likely: sums are made in another order */

struct interval contrast_ratio(const struct contrast *contrast, double z)
{
    double more = contrast->with == 0 || contrast->other_with == 0 ? 0.5 : 0;
    double with = contrast->with + more, group = contrast->group + more;
    double other_with = contrast->other_with + more, others = contrast->others + more;
    double ratio = with / group / (other_with / others);
    double error = sqrt(fmax(0, 1 / with - 1 / group + 1 / other_with - 1 / others));
    return (struct interval){ratio, ratio * exp(-z * error), ratio * exp(z * error)};
}

/* ---- Fisher's exact test. ---- */

/* With the sums of the table given, its first cell says all. How likely one value of it is against the next. */
struct hypergeometric {
    double group, all_with, all;
    double least, most; /* values of the first cell */
};

static double step_up(const struct hypergeometric *h, double with)
{
    return (h->all_with - with) * (h->group - with) / ((with + 1) * (h->all - h->all_with - h->group + with + 1));
}

/* The likelihood of `with` against that of the likeliest one, `mode`. */
static double likelihood(const struct hypergeometric *h, double mode, double with)
{
    double product = 1;
    double k = mode;
    while (k < with && product > 0) product *= step_up(h, k++);
    while (k > with && product > 0) product /= step_up(h, --k);
    return product;
}

static void add(double weight, double found, double *all, double *rare)
{
    *all += weight;
    if (weight <= found * (1 + TIE)) *rare += weight;
}

double contrast_p(const struct contrast *contrast)
{
    struct hypergeometric h = {.group = contrast->group,
                               .all_with = (double)contrast->with + contrast->other_with,
                               .all = (double)contrast->group + contrast->others};
    h.least = fmax(0, h.group + h.all_with - h.all);
    h.most = fmin(h.group, h.all_with);
    double mode = fmin(h.most, fmax(h.least, floor((h.group + 1) * (h.all_with + 1) / (h.all + 2))));
    double found = likelihood(&h, mode, contrast->with), all = 0, rare = 0, weight = 1;
    /* From the likeliest outwards, until nothing is added any more. */
    double k = mode;
    while (k <= h.most && weight > 0) {
        add(weight, found, &all, &rare);
        weight *= step_up(&h, k++);
    }
    weight = 1;
    k = mode;
    while (k > h.least && weight > 0) {
        weight /= step_up(&h, --k);
        add(weight, found, &all, &rare);
    }
    return fmin(1, rare / all);
}

/* ---- Many at once. ---- */

struct ranked {
    double p;
    uint32_t place;
};

static int greatest_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->p > y->p || x->p < y->p) return x->p > y->p ? -1 : 1;
    return (x->place < y->place) - (x->place > y->place);
}

void p_values_adjust(double *p, uint32_t count)
{
    struct ranked *ranked = memory_array(count, sizeof *ranked);
    double least = 1;
    for (uint32_t i = 0; i < count; i++) ranked[i] = (struct ranked){p[i], i};
    qsort(ranked, count, sizeof *ranked, greatest_first);
    for (uint32_t i = 0; i < count; i++) {
        least = fmin(least, ranked[i].p * count / (count - i));
        p[ranked[i].place] = least;
    }
    memory_free(ranked);
}

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
    int64_t group, all_with, all;
    int64_t least, most; /* values of the first cell */
};

static double step_up(const struct hypergeometric *h, int64_t with)
{
    double up = (double)(h->all_with - with) * (double)(h->group - with);
    return up / ((double)(with + 1) * (double)(h->all - h->all_with - h->group + with + 1));
}

/* The likelihood of `with` against that of the likeliest one, `mode`. */
static double likelihood(const struct hypergeometric *h, int64_t mode, int64_t with)
{
    double product = 1;
    for (int64_t k = mode; k < with && product > 0; k++) product *= step_up(h, k);
    for (int64_t k = mode; k > with && product > 0; k--) product /= step_up(h, k - 1);
    return product;
}

static void add(double weight, double found, double *all, double *rare)
{
    *all += weight;
    if (weight <= found * (1 + TIE)) *rare += weight;
}

static int64_t clamped(int64_t number, int64_t least, int64_t most)
{
    return number < least ? least : number > most ? most : number;
}

double contrast_p(const struct contrast *contrast)
{
    struct hypergeometric h = {.group = contrast->group,
                               .all_with = (int64_t)contrast->with + contrast->other_with,
                               .all = (int64_t)contrast->group + contrast->others};
    h.least = h.group + h.all_with > h.all ? h.group + h.all_with - h.all : 0;
    h.most = h.group < h.all_with ? h.group : h.all_with;
    int64_t mode = clamped((h.group + 1) * (h.all_with + 1) / (h.all + 2), h.least, h.most);
    double found = likelihood(&h, mode, contrast->with), all = 0, rare = 0, weight = 1;
    /* From the likeliest outwards, until nothing is added any more. */
    for (int64_t k = mode; k <= h.most && weight > 0; k++) {
        add(weight, found, &all, &rare);
        weight *= step_up(&h, k);
    }
    weight = 1;
    for (int64_t k = mode; k > h.least && weight > 0; k--) {
        weight /= step_up(&h, k - 1);
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

/* profile.c — see profile.h; cohort.c says who is looked at, and when. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/profile.h"

#include <math.h>
#include <stdlib.h>

#include "base/chance.h"
#include "predict/cohort.h"

#define Z95 1.959963984540054 /* of the normal distribution, for 95 % */

struct profiling {
    const struct feature_source *source;
    const struct lifetime *lives;
    const struct profile_options *options;
    struct arena *arena;
    struct profile *out;
    struct cohort cohort;
    float *value; /* [cohort.count][features] */
};

/* ---- What they have. ---- */

static void compute_rows(struct profiling *p)
{
    struct examples chosen = {.at = p->cohort.at, .count = p->cohort.count, .positives = p->cohort.customers};
    struct feature_plan *plan = &p->out->plan;
    feature_plan_choose(p->source, &chosen, NULL, p->arena, plan);
    p->value = memory_array((size_t)p->cohort.count * plan->count, sizeof *p->value);
    features_compute(plan, p->source, p->cohort.at, p->cohort.count, p->options->threads, p->options->watch, p->value);
}

static void find_leaks(struct profiling *p)
{
    uint8_t *happened = memory_array(p->cohort.count, sizeof *happened);
    double *weight = memory_array(p->cohort.count, sizeof *weight);
    uint32_t *record = memory_array(p->cohort.count, sizeof *record);
    for (uint32_t r = 0; r < p->cohort.count; r++) {
        happened[r] = p->cohort.at[r].happened;
        weight[r] = 1;
        record[r] = p->cohort.at[r].record;
    }
    struct leak_rows rows = {p->cohort.count, p->value, happened, weight, record};
    leaks_find(&p->out->plan, p->source, p->lives, &rows, p->arena, &p->out->leaks);
    memory_free(happened);
    memory_free(weight);
    memory_free(record);
}

/* ---- What tells them apart. ---- */

static void count_trait(const struct profiling *p, struct finding *finding)
{
    finding->count = (struct contrast){.group = p->cohort.customers, .others = p->cohort.others};
    for (uint32_t r = 0; r < p->cohort.count; r++) {
        if (!trait_holds(&finding->trait, p->value + (size_t)r * p->out->plan.count)) continue;
        finding->holders = chance_mix(finding->holders ^ r);
        if (p->cohort.at[r].happened) finding->count.with++;
        else finding->count.other_with++;
    }
}

static void judge(struct finding *finding)
{
    const struct contrast *count = &finding->count;
    finding->share = interval_wilson(count->with, count->group, Z95);
    finding->other_share = interval_wilson(count->other_with, count->others, Z95);
    finding->ratio = contrast_ratio(count, Z95);
    finding->p = contrast_p(count);
}

static void test_traits(struct profiling *p)
{
    struct profile *out = p->out;
    struct trait *traits = NULL;
    uint32_t chosen = traits_choose(&out->plan, p->source, p->cohort.at, p->value, p->cohort.count, p->arena, &traits);
    out->findings = ARENA_ARRAY(p->arena, struct finding, chosen);
    for (uint32_t t = 0; t < chosen && !is_watch_over(p->options->watch); t++) {
        struct finding *finding = &out->findings[out->count];
        watch_tell(p->options->watch, "comparing", t, chosen);
        if (out->leaks.features[traits[t].feature]) continue;
        *finding = (struct finding){.trait = traits[t]};
        count_trait(p, finding);
        uint32_t with = finding->count.with + finding->count.other_with;
        if (with < PROFILE_SUPPORT_MIN || p->cohort.count - with < PROFILE_SUPPORT_MIN) continue;
        judge(finding);
        out->count++;
    }
    double *q = memory_array(out->count, sizeof *q);
    for (uint32_t i = 0; i < out->count; i++) q[i] = out->findings[i].p;
    p_values_adjust(q, out->count);
    for (uint32_t i = 0; i < out->count; i++) {
        out->findings[i].q = q[i];
        out->findings[i].found = q[i] <= PROFILE_FALSE_MAX;
        out->found += out->findings[i].found;
    }
    memory_free(q);
}

static void mark_best(struct profile *out)
{
    for (uint32_t i = 0; i < out->count; i++) {
        struct finding *finding = &out->findings[i];
        finding->best = true;
        for (uint32_t k = 0; k < out->count && finding->best; k++) {
            const struct finding *other = &out->findings[k];
            if (k == i) continue;
            if (other->trait.family == finding->trait.family)
                finding->best = finding->p < other->p || (finding->p <= other->p && i < k);
            else finding->best = other->holders != finding->holders || i < k;
        }
    }
}

/* How far the ratio is from 1 at least, as far as the interval tells: of twice and of half as often the same. */
static double strength(const struct finding *finding)
{
    double low = log(finding->ratio.low), high = log(finding->ratio.high);
    return finding->ratio.value >= 1 ? fmax(low, 0) : fmax(-high, 0);
}

static int strongest_first(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    double of_x = strength(x), of_y = strength(y);
    if (x->found != y->found) return x->found ? -1 : 1;
    if (of_x < of_y || of_x > of_y) return of_x > of_y ? -1 : 1;
    if (x->p < y->p || x->p > y->p) return x->p < y->p ? -1 : 1;
    return str_compare(x->trait.words, y->trait.words);
}

enum err profile_find(const struct feature_source *source, const struct lifetime *lives,
                      const struct profile_options *options, struct arena *arena, struct profile *out,
                      struct err_info *why)
{
    struct profiling p = {.source = source, .lives = lives, .options = options, .arena = arena, .out = out};
    struct cohort_options how = {options->end_ms, options->horizon_ms, options->seed};
    INVARIANT(options->horizon_ms > 0 && options->threads >= 1);
    *out = (struct profile){0};
    enum err e = cohort_choose(source->history, source->object, lives, &how, &p.cohort, why);
    out->customers = p.cohort.customers;
    out->others = p.cohort.others;
    if (e == ERR_OK) {
        compute_rows(&p);
        if (!is_watch_over(options->watch)) find_leaks(&p);
        if (!is_watch_over(options->watch)) test_traits(&p);
        if (is_watch_over(options->watch)) e = err_set(why, ERR_UNAVAILABLE, "it was stopped");
        mark_best(out);
        qsort(out->findings, out->count, sizeof *out->findings, strongest_first);
    }
    cohort_release(&p.cohort);
    memory_free(p.value);
    return e;
}

/* experiment_size.c — who is in which arm, and how many it takes. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "predict/experiment_internal.h"
#include "predict/normal.h"

#define RECORDS_ENOUGH 1e15 /* more than anybody has: an effect too small to be seen */

uint32_t experiment_arm(uint64_t seed, struct str id, double share_b)
{
    return (double)(str_hash(id, seed) >> 11) * 0x1p-53 < share_b ? ARM_B : ARM_A;
}

const char *analysis_name(enum analysis analysis)
{
    static const char *const names[ANALYSIS_COUNT] = {"always", "planned"};
    return names[analysis];
}

static void check(const struct experiment_plan *plan)
{
    double rate_b = plan->base_rate + plan->effect;
    INVARIANT(plan->base_rate > 0 && plan->base_rate < 1 && rate_b > 0 && rate_b < 1 && plan->effect != 0);
    INVARIANT(plan->share_b > 0 && plan->share_b < 1 && plan->alpha > 0 && plan->alpha < 1);
    INVARIANT(plan->power > 0 && plan->power < 1);
}

/* Times the number of records of both arms: the variance of the difference of the rates ... */
static double variance_apart(const struct experiment_plan *plan)
{
    double a = plan->base_rate, b = a + plan->effect;
    return a * (1 - a) / (1 - plan->share_b) + b * (1 - b) / plan->share_b;
}

/* ... and the same when both arms have one rate. */
static double variance_together(const struct experiment_plan *plan)
{
    double rate = plan->base_rate + plan->effect * plan->share_b;
    return rate * (1 - rate) / (1 - plan->share_b) / plan->share_b;
}

/* The mixture's variance over the difference's at which the interval of all times is narrowest, all but exactly (Waudby-Smith and
 * others, appendix B.2). */
static double best_ratio(double alpha)
{
    double level = -2 * log(alpha);
    return level + log1p(level);
}

struct experiment_size experiment_size(const struct experiment_plan *plan)
{
    check(plan);
    double alpha = normal_quantile(1 - plan->alpha / 2), power = normal_quantile(plan->power);
    double ratio = best_ratio(plan->alpha);
    double reach =
        sqrt((1 + 1 / ratio) * (log1p(ratio) - 2 * log(plan->alpha))); /* in standard errors; see take_look */
    double once = alpha * sqrt(variance_together(plan)) + power * sqrt(variance_apart(plan));
    double any_time = (reach + power) * sqrt(variance_apart(plan));
    double square = plan->effect * plan->effect;
    return (struct experiment_size){.planned =
                                        (uint64_t)fmin(ceil(fmax(once, 0) * fmax(once, 0) / square), RECORDS_ENOUGH),
                                    .always = (uint64_t)fmin(ceil(any_time * any_time / square), RECORDS_ENOUGH)};
}

double experiment_mixture(const struct experiment_plan *plan)
{
    return best_ratio(plan->alpha) * variance_apart(plan) / (double)experiment_size(plan).always;
}

uint64_t experiment_needed(const struct experiment_plan *plan)
{
    struct experiment_size size = experiment_size(plan);
    return plan->analysis == ANALYSIS_ALWAYS ? size.always : size.planned;
}

double experiment_power(const struct experiment_plan *plan, uint64_t records)
{
    check(plan);
    double alpha = normal_quantile(1 - plan->alpha / 2);
    return normal_below((sqrt((double)records) * fabs(plan->effect) - alpha * sqrt(variance_together(plan))) /
                        sqrt(variance_apart(plan)));
}

double experiment_detectable(const struct experiment_plan *plan, uint64_t records)
{
    double least = 0, most = 1 - plan->base_rate;
    struct experiment_plan tried = *plan;
    for (int i = 0; i < 60; i++) { /* power rises with the effect: halve */
        tried.effect = (least + most) / 2;
        if (tried.effect <= 0 || tried.base_rate + tried.effect >= 1) break;
        if (experiment_power(&tried, records) >= plan->power) most = tried.effect;
        else least = tried.effect;
    }
    return most < 1 - plan->base_rate ? most : NAN;
}

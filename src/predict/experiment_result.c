/* experiment_result.c — one look at two arms, and a look after every record that may not fool anybody. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "predict/experiment_internal.h"
#include "predict/normal.h"

struct counts {
    uint64_t records[ARM_COUNT], converted[ARM_COUNT];
};

const char *experiment_verdict_name(enum experiment_verdict verdict)
{
    static const char *const names[EXPERIMENT_VERDICT_COUNT] = {"waiting", "a_better", "b_better", "alike"};
    return names[verdict];
}

/* ---- One look. ---- */

static struct interval newcombe(const struct interval rate[ARM_COUNT])
{
    const struct interval *a = &rate[ARM_A], *b = &rate[ARM_B];
    double difference = b->value - a->value;
    return (struct interval){difference, difference - hypot(b->value - b->low, a->high - a->value),
                             difference + hypot(b->high - b->value, a->value - a->low)};
}

static struct interval katz(const struct counts *c, double z)
{
    double n[ARM_COUNT], x[ARM_COUNT];
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        n[arm] = (double)c->records[arm];
        x[arm] = (double)c->converted[arm];
    }
    if (x[ARM_A] <= 0 || x[ARM_B] <= 0) return (struct interval){NAN, NAN, NAN};
    double ratio = x[ARM_B] / n[ARM_B] / (x[ARM_A] / n[ARM_A]);
    double reach = exp(z * sqrt(1 / x[ARM_A] - 1 / n[ARM_A] + 1 / x[ARM_B] - 1 / n[ARM_B]));
    return (struct interval){ratio, ratio / reach, ratio * reach};
}

static double z_test(const struct counts *c)
{
    double a = (double)c->records[ARM_A], b = (double)c->records[ARM_B];
    double rate = (double)(c->converted[ARM_A] + c->converted[ARM_B]) / (a + b);
    double difference = (double)c->converted[ARM_B] / b - (double)c->converted[ARM_A] / a;
    double error = sqrt(rate * (1 - rate) * (1 / a + 1 / b));
    return error > 0 ? 2 * normal_below(-fabs(difference) / error) : NAN;
}

static void look_at(const struct counts *c, double alpha, struct experiment_look *out)
{
    double z = normal_quantile(1 - alpha / 2);
    *out = (struct experiment_look){.difference = {NAN, NAN, NAN}, .ratio = {NAN, NAN, NAN}, .p = NAN};
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        out->records[arm] = c->records[arm];
        out->converted[arm] = c->converted[arm];
        out->rate[arm] = interval_wilson((double)c->converted[arm], (double)c->records[arm], z);
    }
    if (c->records[ARM_A] == 0 || c->records[ARM_B] == 0) return;
    out->difference = newcombe(out->rate);
    out->ratio = katz(c, z);
    out->p = z_test(c);
}

/* ---- A look after every record. ---- */

static bool has_enough(const struct counts *c)
{
    for (int arm = 0; arm < ARM_COUNT; arm++)
        if (c->converted[arm] < EXPERIMENT_OUTCOMES_MIN ||
            c->records[arm] - c->converted[arm] < EXPERIMENT_OUTCOMES_MIN)
            return false;
    return true;
}

/* Of the difference of the rates. */
static double variance(const struct counts *c)
{
    double sum = 0;
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        double n = (double)c->records[arm], rate = (double)c->converted[arm] / n;
        sum += rate * (1 - rate) / n;
    }
    return sum;
}

static double difference(const struct counts *c)
{
    return (double)c->converted[ARM_B] / (double)c->records[ARM_B] -
           (double)c->converted[ARM_A] / (double)c->records[ARM_A];
}

/* What a difference spread by the mixture makes of what was seen, against no difference, is
 *     sqrt(v / (v + m)) exp(d^2 m / (2 v (v + m))),
 * with d the difference, v its variance and m the mixture's. The interval is of those differences against which it is less
 * than 1 / alpha. `strongest` is the greatest logarithm so far. */
static void take_look(const struct counts *c, double alpha, double mixture, double *strongest,
                      struct experiment_result *out)
{
    double v = variance(c), d = difference(c), spread = log1p(mixture / v);
    double strength = (d * d * mixture / (v * (v + mixture)) - spread) / 2;
    double reach = sqrt(v * (1 + v / mixture) * (spread - 2 * log(alpha)));
    if (strength > *strongest) *strongest = strength;
    if (out->always_at == 0 && strength > -log(alpha)) {
        out->always_at = c->records[ARM_A] + c->records[ARM_B];
        out->always_b = d > 0;
    }
    struct interval now = {d, d - reach, d + reach};
    struct interval both = {d, fmax(now.low, out->always.low), fmin(now.high, out->always.high)};
    if (both.low > both.high) out->drifted = true;
    out->always = both.low > both.high ? now : both;
}

/* ---- The draw. ---- */

static double lots_p(const uint64_t drawn[ARM_COUNT], double share_b)
{
    double all = (double)(drawn[ARM_A] + drawn[ARM_B]);
    if (all <= 0) return NAN;
    double z = ((double)drawn[ARM_B] - all * share_b) / sqrt(all * share_b * (1 - share_b));
    return 2 * normal_below(-fabs(z));
}

/* ---- All of it. ---- */

static enum experiment_verdict winner(bool b)
{
    return b ? EXPERIMENT_B_BETTER : EXPERIMENT_A_BETTER;
}

static enum experiment_verdict judge(const struct experiment_plan *plan, const struct experiment_result *result,
                                     uint64_t count)
{
    if (plan->analysis == ANALYSIS_ALWAYS && result->always_at > 0) return winner(result->always_b);
    bool looked = plan->analysis == ANALYSIS_PLANNED || isfinite(result->always.low);
    if (count < result->needed || !looked) return EXPERIMENT_WAITING;
    if (plan->analysis == ANALYSIS_PLANNED && result->planned.p < plan->alpha)
        return winner(result->planned.difference.value > 0);
    return EXPERIMENT_ALIKE;
}

void experiment_analyse(const struct experiment_plan *plan, const struct experiment_record *records, uint64_t count,
                        const uint64_t drawn[ARM_COUNT], struct experiment_result *out)
{
    struct experiment_size size = experiment_size(plan);
    struct counts c = {0};
    double mixture = experiment_mixture(plan), strongest = 0;
    *out = (struct experiment_result){.always = {NAN, -INFINITY, INFINITY},
                                      .lots_p = lots_p(drawn, plan->share_b),
                                      .needed = experiment_needed(plan)};
    look_at(&c, plan->alpha, &out->planned);
    for (uint64_t i = 0; i < count; i++) {
        c.records[records[i].arm]++;
        c.converted[records[i].arm] += records[i].converted;
        if (i + 1 == size.planned) look_at(&c, plan->alpha, &out->planned);
        if (has_enough(&c)) take_look(&c, plan->alpha, mixture, &strongest, out);
    }
    out->always_p = exp(-strongest);
    out->planned_reached = count >= size.planned;
    look_at(&c, plan->alpha, &out->all);
    out->verdict = judge(plan, out, count);
}

/* advise.c — see advise.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/advise.h"

#include <math.h>
#include <stdlib.h>

#include "base/chance.h"
#include "predict/calls.h"

#define NONE UINT32_MAX

/* ---- Choosing. ---- */

static double profit_of(const struct backtest_calls *calls, const struct goals *goals)
{
    return goals->value * (double)calls->converted - goals->cost * (double)calls->called;
}

/* The threshold where a number is greatest; of equal ones the highest, which calls fewest. */
static uint32_t greatest(const struct backtest_calls *calls, uint32_t count, const struct goals *goals, enum goal goal)
{
    uint32_t best = NONE;
    double most = -INFINITY;
    for (uint32_t t = 0; t < count; t++) {
        double number = goal == GOAL_F1 ? calls[t].f1 : profit_of(&calls[t], goals);
        bool idle = goal == GOAL_F1 ? calls[t].converted == 0 : number <= 0; /* better not to call at all */
        if (idle || isnan(number) || number < most) continue;
        most = number;
        best = t;
    }
    return best;
}

/* From the highest down, as long as the goal holds; who is hardly called stands in nobody's way. */
static uint32_t lowest(const struct backtest_calls *calls, uint32_t count, const struct goals *goals, enum goal goal)
{
    uint32_t best = NONE;
    for (uint32_t t = count; t-- > 0;) {
        if (goal == GOAL_CALLS) {
            if (calls[t].calls_a_week > goals->calls_a_week) break;
        } else {
            if (calls[t].called < ADVISE_CALLED_MIN) continue;
            if (calls[t].precision < goals->conversion) break;
        }
        best = t;
    }
    return best;
}

static uint32_t choose(const struct backtest_calls *calls, uint32_t count, const struct goals *goals, enum goal goal)
{
    return goal == GOAL_F1 || goal == GOAL_PROFIT ? greatest(calls, count, goals, goal)
                                                  : lowest(calls, count, goals, goal);
}

/* ---- How sure. ---- */

static void draw_records(struct chance chance, uint32_t records, uint32_t *times)
{
    for (uint32_t r = 0; r < records; r++) times[r] = 0;
    for (uint32_t r = 0; r < records; r++) times[chance_below(&chance, records)]++;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The share of a sorted list; NAN of an empty one. */
static double quantile(const double *sorted, uint32_t count, double share)
{
    return count == 0 ? NAN : sorted[(uint32_t)lround(share * (count - 1))];
}

static struct interval interval_of(double value, double *drawn, uint32_t count, double confidence)
{
    qsort(drawn, count, sizeof *drawn, rising);
    return (struct interval){value, quantile(drawn, count, (1 - confidence) / 2),
                             quantile(drawn, count, (1 + confidence) / 2)};
}

struct drawn {
    double *threshold, *precision, *calls_a_week;
    uint32_t thresholds, precisions; /* how many of the draws gave one */
};

static void draw_all(const struct call_runs *runs, const int64_t *thresholds, const struct goals *goals, enum goal goal,
                     uint32_t chosen, const struct bootstrap *how, struct drawn *out)
{
    struct backtest_calls *calls = memory_array(runs->thresholds, sizeof *calls);
    uint32_t *times = memory_array(runs->records, sizeof *times);
    for (uint32_t d = 0; d < how->draws; d++) {
        draw_records(chance_of(how->seed, d), runs->records, times);
        call_runs_count(runs, times, calls);
        uint32_t again = choose(calls, runs->thresholds, goals, goal);
        if (again != NONE) out->threshold[out->thresholds++] = (double)thresholds[again];
        if (!isnan(calls[chosen].precision)) out->precision[out->precisions++] = calls[chosen].precision;
        out->calls_a_week[d] = calls[chosen].calls_a_week;
    }
    memory_free(calls);
    memory_free(times);
}

static void tell_how_sure(const struct call_runs *runs, const int64_t *thresholds, const struct goals *goals,
                          enum goal goal, uint32_t chosen, const struct bootstrap *how, struct advice *out)
{
    struct drawn drawn = {.threshold = memory_array(how->draws, sizeof(double)),
                          .precision = memory_array(how->draws, sizeof(double)),
                          .calls_a_week = memory_array(how->draws, sizeof(double))};
    draw_all(runs, thresholds, goals, goal, chosen, how, &drawn);
    struct interval threshold = interval_of((double)out->micro, drawn.threshold, drawn.thresholds, how->confidence);
    out->low_micro = drawn.thresholds > 0 ? (int64_t)threshold.low : out->micro;
    out->high_micro = drawn.thresholds > 0 ? (int64_t)threshold.high : out->micro;
    out->precision = interval_of(out->calls.precision, drawn.precision, drawn.precisions, how->confidence);
    out->calls_a_week = interval_of(out->calls.calls_a_week, drawn.calls_a_week, how->draws, how->confidence);
    out->met_share = (double)drawn.thresholds / how->draws;
    memory_free(drawn.threshold);
    memory_free(drawn.precision);
    memory_free(drawn.calls_a_week);
}

void backtest_advise(const struct backtest *backtest, const int64_t *thresholds, uint32_t count,
                     const struct goals *goals, enum goal goal, const struct bootstrap *how, struct advice *out)
{
    INVARIANT(count > 0 && how->draws >= 1 && how->draws <= BOOTSTRAP_DRAWS_MAX);
    struct call_runs runs;
    struct backtest_calls *calls = memory_array(count, sizeof *calls);
    call_runs_init(&runs, backtest, thresholds, count);
    call_runs_count(&runs, NULL, calls);
    uint32_t chosen = choose(calls, count, goals, goal);
    *out = (struct advice){.met = chosen != NONE};
    if (out->met) {
        out->micro = thresholds[chosen];
        out->calls = calls[chosen];
        out->profit = profit_of(&calls[chosen], goals);
        tell_how_sure(&runs, thresholds, goals, goal, chosen, how, out);
    }
    call_runs_release(&runs);
    memory_free(calls);
}

/* ---- Candidates. ---- */

static int rising_micro(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The best score of each record decides whether it is called at all. */
static uint32_t best_points(const struct backtest *backtest, int64_t *out)
{
    uint32_t count = 0;
    for (uint32_t r = 0; r < backtest->records; r++) {
        int64_t best = SCORE_CLOSED;
        for (uint32_t i = 0; i < backtest->instants; i++)
            if (backtest_micro(backtest, i, r) > best) best = backtest_micro(backtest, i, r);
        if (best <= SCORE_UNKNOWN) continue;
        int64_t rest = best % MICRO_PER_POINT;
        out[count++] = best - (rest < 0 ? rest + MICRO_PER_POINT : rest);
    }
    return count;
}

uint32_t backtest_candidates(const struct backtest *backtest, uint32_t most, int64_t *out)
{
    int64_t *points = memory_array(backtest->records, sizeof *points);
    uint32_t count = best_points(backtest, points), different = 0, chosen = 0;
    qsort(points, count, sizeof *points, rising_micro);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || points[i] != points[different - 1]) points[different++] = points[i];
    uint32_t wanted = different < most ? different : most;
    for (uint32_t i = 0; i < wanted; i++)
        out[chosen++] = points[wanted == 1 ? 0 : (uint64_t)i * (different - 1) / (wanted - 1)];
    memory_free(points);
    return chosen;
}

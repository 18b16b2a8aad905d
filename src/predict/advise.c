/* advise.c — see advise.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/advise.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/chance.h"
#include "history/threads.h"
#include "predict/calls.h"

#define NONE UINT32_MAX

const char *goal_name(enum goal goal)
{
    static const char *const names[GOAL_COUNT] = {"f1", "conversion", "calls", "profit", "reach"};
    return names[goal];
}

/* ---- Choosing. ---- */

static double reach_of(const struct backtest_calls *calls)
{
    return calls->converters > 0 ? 1 - (double)calls->missed / (double)calls->converters : NAN;
}

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

/* Whoever was at a threshold was at all lower ones, so the first from above that reaches enough is the highest. */
static uint32_t first_to_reach(const struct backtest_calls *calls, uint32_t count, const struct goals *goals)
{
    for (uint32_t t = count; t-- > 0;)
        if (reach_of(&calls[t]) >= goals->reach) return t;
    return NONE;
}

static uint32_t choose(const struct backtest_calls *calls, uint32_t count, const struct goals *goals, enum goal goal)
{
    switch (goal) {
    case GOAL_F1:
    case GOAL_PROFIT: return greatest(calls, count, goals, goal);
    case GOAL_REACH: return first_to_reach(calls, count, goals);
    case GOAL_CONVERSION:
    case GOAL_CALLS: break;
    }
    return lowest(calls, count, goals, goal);
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

/* What all threads share. Each draw has a place of its own: NAN where it gave no number. */
struct drawing {
    const struct call_runs *runs;
    const int64_t *thresholds;
    const struct goals *goals;
    enum goal goal;
    uint32_t chosen;
    const struct bootstrap *how;
    double *threshold, *precision, *calls_a_week, *reach; /* [draws] */
    atomic_uint next;
};

static void *draw_some(void *context)
{
    struct drawing *d = context;
    const struct call_runs *runs = d->runs;
    struct backtest_calls *calls = memory_array(runs->thresholds, sizeof *calls);
    uint32_t *times = memory_array(runs->records, sizeof *times);
    for (uint32_t draw; !is_stopped(d->how->stop) && (draw = atomic_fetch_add(&d->next, 1)) < d->how->draws;) {
        draw_records(chance_of(d->how->seed, draw), runs->records, times);
        call_runs_count(runs, times, calls);
        uint32_t again = choose(calls, runs->thresholds, d->goals, d->goal);
        d->threshold[draw] = again != NONE ? (double)d->thresholds[again] : NAN;
        d->precision[draw] = calls[d->chosen].precision;
        d->calls_a_week[draw] = calls[d->chosen].calls_a_week;
        d->reach[draw] = reach_of(&calls[d->chosen]);
    }
    memory_free(calls);
    memory_free(times);
    return NULL;
}

/* How many of the draws gave a number; those come first, rising. */
static uint32_t sort_drawn(double *drawn, uint32_t draws)
{
    uint32_t count = 0;
    for (uint32_t d = 0; d < draws; d++)
        if (!isnan(drawn[d])) drawn[count++] = drawn[d];
    qsort(drawn, count, sizeof *drawn, rising);
    return count;
}

static struct interval interval_of(double value, double *drawn, const struct bootstrap *how)
{
    uint32_t count = sort_drawn(drawn, how->draws);
    return (struct interval){value, quantile(drawn, count, (1 - how->confidence) / 2),
                             quantile(drawn, count, (1 + how->confidence) / 2)};
}

static void tell_how_sure(struct drawing *d, struct advice *out)
{
    const struct bootstrap *how = d->how;
    double *drawn = memory_array((size_t)how->draws * 4, sizeof *drawn);
    d->threshold = drawn;
    d->precision = drawn + how->draws;
    d->calls_a_week = drawn + (size_t)how->draws * 2;
    d->reach = drawn + (size_t)how->draws * 3;
    run_threads(how->threads, draw_some, d);
    uint32_t met = sort_drawn(d->threshold, how->draws);
    out->low_micro = met > 0 ? (int64_t)quantile(d->threshold, met, (1 - how->confidence) / 2) : out->micro;
    out->high_micro = met > 0 ? (int64_t)quantile(d->threshold, met, (1 + how->confidence) / 2) : out->micro;
    out->met_share = (double)met / how->draws;
    out->precision = interval_of(out->calls.precision, d->precision, how);
    out->calls_a_week = interval_of(out->calls.calls_a_week, d->calls_a_week, how);
    out->reach = interval_of(reach_of(&out->calls), d->reach, how);
    memory_free(drawn);
}

void backtest_advise(const struct backtest *backtest, const int64_t *thresholds, uint32_t count,
                     const struct goals *goals, enum goal goal, const struct bootstrap *how, struct advice *out)
{
    INVARIANT(count > 0 && how->draws >= 1 && how->draws <= BOOTSTRAP_DRAWS_MAX && how->threads >= 1);
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
        struct drawing drawing = {
            .runs = &runs, .thresholds = thresholds, .goals = goals, .goal = goal, .chosen = chosen, .how = how};
        tell_how_sure(&drawing, out);
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

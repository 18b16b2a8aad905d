/* suggest_points.c — from log-odds to points: one factor for all, so that sums spread as widely as now, and the nearest
 * number of the scale; what says nothing gets none, and what nobody can tell stays. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "predict/suggest_internal.h"

int32_t fibonacci_points(double points)
{
    static const int32_t steps[] = {0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89};
    double size = fmin(fabs(points), 1000);
    size_t best = 0;
    for (size_t i = 1; i < COUNT_OF(steps); i++)
        if (fabs(size - steps[i]) < fabs(size - steps[best])) best = i;
    return points < 0 ? -steps[best] : steps[best];
}

/* The standard deviation over the examples of a sum of columns, each times its factor. */
static double spread_of(const struct table *table, const double *factors, uint32_t count)
{
    double weight = 0, sum = 0, square = 0;
    for (uint64_t r = 0; r < table->rows; r++) {
        double score = 0;
        for (uint32_t c = 0; c < count; c++) score += factors[c] * (double)table->value[r * table->columns + c];
        weight += table->weight[r];
        sum += table->weight[r] * score;
        square += table->weight[r] * score * score;
    }
    return sqrt(fmax(0, square / weight - sum / weight * (sum / weight)));
}

static void choose_scale(struct suggesting *s)
{
    const struct table *learn = &s->tables[PART_LEARN];
    struct suggestion *out = s->out;
    double *weighed = ARENA_ARRAY(s->arena, double, out->count);
    for (uint32_t i = 0; i < out->count; i++) weighed[i] = out->points[i].weighed;
    double spread = s->options->spread > 0 ? s->options->spread : spread_of(learn, s->claims, out->count);
    double of_log_odds = spread_of(learn, weighed, out->count);
    out->points_a_log_odds = of_log_odds > 0 ? spread / of_log_odds : 0;
}

static bool holds(const struct interval *interval, double number)
{
    return !(interval->low > number || interval->high < number); /* one that nobody knows holds all */
}

static enum said said_of(const struct suggested_points *points, double points_a_log_odds)
{
    double claimed = points_a_log_odds > 0 ? points->now / points_a_log_odds : 0;
    if (points->said == SAID_TOO_RARELY) return SAID_TOO_RARELY;
    if (!holds(&points->log_odds, 0)) return SAID_SOMETHING;
    return points->now != 0 && holds(&points->log_odds, claimed) ? SAID_TOO_LITTLE : SAID_NOTHING;
}

static int32_t points_of(const struct suggesting *s, const struct suggested_points *points)
{
    int32_t nearest = fibonacci_points(s->out->points_a_log_odds * points->weighed);
    if (s->options->from_nothing) return nearest;
    if (points->said == SAID_NOTHING) return 0;
    bool stays = points->said != SAID_SOMETHING || nearest == fibonacci_points(points->now);
    return stays ? points->now : nearest;
}

/* A rule that may give 12 at 4 each counts three times: it still does at 8 each, and then may give 24. */
static void move_limit(struct suggesting *s, struct suggested_points *points)
{
    const struct rule *rule = &s->score->groups[points->place.group].rules[points->place.rule];
    bool up = points->now > 0, limited = up ? rule->clamp.has_max : rule->clamp.has_min;
    int32_t limit = up ? rule->clamp.max : rule->clamp.min;
    if (rule->kind != RULE_EVENT || !limited || points->now == 0 || limit % points->now != 0) return;
    if (points->then == points->now) return;
    if ((points->then > 0) != up) points->then = 0; /* its limit is on the other side */
    else if (points->then != 0) {
        points->limit_now = limit;
        points->limit_then = limit / points->now * points->then;
    }
    if (points->limit_then != 0) limit_put(s->draft, points->place.group, points->place.rule, points->limit_then);
}

void suggest_choose_points(struct suggesting *s)
{
    struct suggestion *out = s->out;
    choose_scale(s);
    for (uint32_t i = 0; i < out->count; i++) {
        out->points[i].said = said_of(&out->points[i], out->points_a_log_odds);
        out->said += out->points[i].said == SAID_SOMETHING;
    }
    for (uint32_t i = 0; i < out->count; i++) {
        struct suggested_points *points = &out->points[i];
        points->then = out->said == 0 && !s->options->from_nothing ? points->now : points_of(s, points);
        if (!s->options->from_nothing) move_limit(s, points);
        points_put(s->draft, points->place, points->then);
    }
}

/* suggest_fit.c — see suggest_fit.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/suggest_fit.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/chance.h"
#include "history/threads.h"
#include "predict/logit.h"

/* Rows that are mostly 0, as such. */
struct units {
    struct sparse sparse; /* a view */
    uint64_t *start;
    uint32_t *column;
    float *value;
};

static void units_init(struct units *units, const struct table *table, uint32_t columns)
{
    uint64_t entries = 0, at = 0;
    for (uint64_t i = 0; i < table->rows * table->columns; i++) entries += fabsf(table->value[i]) > 0;
    units->start = memory_array(table->rows + 1, sizeof *units->start);
    units->column = memory_array(entries, sizeof *units->column);
    units->value = memory_array(entries, sizeof *units->value);
    for (uint64_t r = 0; r < table->rows; r++) {
        for (uint32_t c = 0; c < columns; c++) {
            float value = table->value[r * table->columns + c];
            if (!(fabsf(value) > 0)) continue;
            units->column[at] = c;
            units->value[at++] = value;
        }
        units->start[r + 1] = at;
    }
    units->sparse = (struct sparse){table->rows, columns, units->start, units->column, units->value};
}

static void units_release(struct units *units)
{
    memory_free(units->start);
    memory_free(units->column);
    memory_free(units->value);
    *units = (struct units){0};
}

enum err units_forecast(const struct table *learn, const struct table *judged, uint32_t columns, double penalty,
                        unsigned threads, double *probability, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct units units;
    struct logistic logistic;
    struct logistic_options how = {.penalty = penalty, .threads = threads};
    units_init(&units, learn, columns);
    enum err e = logistic_fit(&units.sparse, learn->happened, learn->weight, &how, arena, &logistic, why);
    units_release(&units);
    if (e != ERR_OK) return e;
    units_init(&units, judged, columns);
    for (uint64_t r = 0; r < judged->rows; r++) probability[r] = sigmoid(logistic_margin(&logistic, &units.sparse, r));
    units_release(&units);
    return ERR_OK;
}

double units_log_loss(const struct table *judged, const double *probability)
{
    struct quality quality;
    struct prediction forecast = {judged->rows, probability, judged->happened, judged->weight, judged->record};
    quality_measure(&forecast, &quality);
    return quality.figures[FIGURE_LOG_LOSS];
}

/* ---- Draws of the records. ---- */

struct drawing {
    const struct table *learn;
    const struct drawn *how;
    struct units units;
    uint32_t columns, groups;
    const double *shares;
    uint32_t *group;  /* [rows] whose it is, dense from 0 */
    double *estimate; /* [columns][draws]; NAN: the draw had one outcome only */
    atomic_uint next;
    struct shared_work work;
};

static double of_column(const struct drawing *d, const struct logistic *logistic, uint32_t column)
{
    double last = d->shares != NULL ? logistic->coefficient[d->columns - 1] * d->shares[column] : 0;
    return logistic->coefficient[column] + last;
}

/* Numbers records from 0 in the order in which they are met. */
static void number_records(struct drawing *d)
{
    uint32_t most = 0;
    for (uint64_t r = 0; r < d->learn->rows; r++)
        if (d->learn->record[r] > most) most = d->learn->record[r];
    uint32_t *number = memory_array((size_t)most + 1, sizeof *number);
    d->group = memory_array(d->learn->rows, sizeof *d->group);
    for (uint64_t r = 0; r < d->learn->rows; r++) {
        uint32_t *of = &number[d->learn->record[r]];
        if (*of == 0) *of = ++d->groups;
        d->group[r] = *of - 1;
    }
    memory_free(number);
}

static void fit_draw(struct drawing *d, uint32_t draw, uint32_t *multiples, double *weight, struct arena *arena)
{
    struct chance chance = chance_of(d->how->seed, draw);
    struct logistic logistic;
    struct logistic_options how = {.penalty = d->how->penalty, .threads = 1};
    for (uint32_t g = 0; g < d->groups; g++) multiples[g] = 0;
    for (uint32_t g = 0; g < d->groups; g++) multiples[chance_below(&chance, d->groups)]++;
    for (uint64_t r = 0; r < d->learn->rows; r++) weight[r] = d->learn->weight[r] * multiples[d->group[r]];
    arena_reset(arena);
    enum err e = logistic_fit(&d->units.sparse, d->learn->happened, weight, &how, arena, &logistic, NULL);
    for (uint32_t c = 0; c < d->columns; c++)
        d->estimate[(size_t)c * d->how->draws + draw] = e == ERR_OK ? of_column(d, &logistic, c) : NAN;
}

static void *draw_some(void *context)
{
    struct drawing *d = context;
    AUTO_ARENA arena = arena_new();
    uint32_t *multiples = memory_array(d->groups, sizeof *multiples);
    double *weight = memory_array(d->learn->rows, sizeof *weight);
    bool goes_on = true;
    for (uint32_t draw; goes_on && (draw = atomic_fetch_add(&d->next, 1)) < d->how->draws;) {
        fit_draw(d, draw, multiples, weight, arena);
        goes_on = shared_work_did(&d->work, 1);
    }
    memory_free(multiples);
    memory_free(weight);
    return NULL;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The middle 95 % of the draws that gave a number. */
static void fill_interval(double *estimates, uint32_t draws, struct interval *out)
{
    uint32_t known = 0;
    for (uint32_t i = 0; i < draws; i++)
        if (!isnan(estimates[i])) estimates[known++] = estimates[i];
    out->low = out->high = NAN;
    if (known * 2 < draws) return;
    qsort(estimates, known, sizeof *estimates, ascending);
    out->low = estimates[(uint32_t)(0.025 * (known - 1))];
    out->high = estimates[(uint32_t)ceil(0.975 * (known - 1))];
}

enum err units_coefficients(const struct table *learn, uint32_t columns, const double *shares, const struct drawn *how,
                            struct interval *out, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct drawing d = {.learn = learn,
                        .how = how,
                        .columns = columns,
                        .shares = shares,
                        .work = SHARED_WORK(how->watch, "drawing records anew", how->draws)};
    struct logistic logistic;
    struct logistic_options fit = {.penalty = how->penalty, .threads = how->threads};
    units_init(&d.units, learn, columns);
    enum err e = logistic_fit(&d.units.sparse, learn->happened, learn->weight, &fit, arena, &logistic, why);
    if (e == ERR_OK) {
        number_records(&d);
        d.estimate = memory_array((size_t)columns * how->draws, sizeof *d.estimate);
        run_threads(how->threads, draw_some, &d);
        for (uint32_t c = 0; c < columns; c++) {
            out[c].value = of_column(&d, &logistic, c);
            fill_interval(d.estimate + (size_t)c * how->draws, how->draws, &out[c]);
        }
    }
    memory_free(d.group);
    memory_free(d.estimate);
    units_release(&d.units);
    return e;
}

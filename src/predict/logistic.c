/* logistic.c — Newton's method on the penalised loss.
 *
 * Work is shared out by rows where a row's own number is wanted, and by columns where a sum
 * over rows is wanted: each sum is made by one thread in one order. The intercept is the last of
 * the coefficients, as if there were a column of ones. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/logistic.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "history/threads.h"
#include "predict/cholesky.h"
#include "predict/design.h"
#include "predict/logit.h"

#define ROUNDS_MAX 100
#define TASKS_OF_THREAD 4 /* that the columns are shared out in; one thread alone does them all at once */
#define STRETCH 4096      /* rows of one partial sum of the loss */
#define NEARLY 1e-12      /* of the total weight: what another step would gain when the last one is taken */
#define HALVINGS_MAX 26   /* of a step that leads up */

struct fitting {
    const struct design *design;
    const uint8_t *happened;
    const double *weight; /* may be NULL */
    unsigned threads;
    uint32_t tasks;     /* that the columns are shared out in */
    uint32_t size;      /* columns of the design, plus one */
    double *penalty;    /* [size - 1] of scaled columns */
    double *at;         /* [size] coefficients of scaled columns, and the intercept */
    double *step;       /* [size] where they might go */
    double *trial;      /* [size] at + part of step */
    double *residual;   /* [rows] weight * (probability - outcome) */
    double *bend;       /* [rows] weight * probability * (1 - probability) */
    double *gradient;   /* [size] */
    double *curvature;  /* [size][size] lower triangle */
    double *losses;     /* of each stretch */
    const double *here; /* which coefficients the rows are computed for */
    atomic_uint next;   /* stretch or column */
};

static double weight_of(const struct fitting *f, uint64_t row)
{
    return f->weight != NULL ? f->weight[row] : 1;
}

/* ---- Rows: loss, residual, bend. ---- */

static double row_margin(const struct fitting *f, uint64_t row)
{
    const struct design *d = f->design;
    double margin = f->here[f->size - 1];
    for (uint64_t e = d->row_start[row]; e < d->row_start[row + 1]; e++)
        margin += f->here[d->row_column[e]] * (double)d->row_value[e];
    return margin;
}

static void *compute_rows(void *context)
{
    struct fitting *f = context;
    uint64_t rows = f->design->rows;
    for (uint64_t stretch; (stretch = atomic_fetch_add(&f->next, 1)) * STRETCH < rows;) {
        double loss = 0;
        for (uint64_t r = stretch * STRETCH; r < rows && r < (stretch + 1) * STRETCH; r++) {
            double weight = weight_of(f, r), probability;
            if (!(weight > 0)) continue; /* its residual and bend are 0 from the beginning */
            loss += weight * loss_and_probability(row_margin(f, r), f->happened[r], &probability);
            f->residual[r] = weight * (probability - f->happened[r]);
            f->bend[r] = weight * probability * (1 - probability);
        }
        f->losses[stretch] = loss;
    }
    return NULL;
}

/* The penalised loss of `here`; residuals and bends are then of it, too. */
static double loss_at(struct fitting *f, const double *here)
{
    double loss = 0;
    f->here = here;
    atomic_store(&f->next, 0);
    run_threads(f->threads, compute_rows, f);
    for (uint64_t s = 0; s * STRETCH < f->design->rows; s++) loss += f->losses[s];
    for (uint32_t k = 0; k + 1 < f->size; k++) loss += f->penalty[k] / 2 * here[k] * here[k];
    return loss;
}

/* ---- Columns: gradient and curvature. ---- */

/* The columns of a task: their shares of the lower triangle are about equal. */
static uint32_t task_begin(const struct fitting *f, uint32_t task)
{
    return (uint32_t)((double)(f->size - 1) * sqrt((double)task / f->tasks));
}

/* What a row adds to the columns `from` to `to`: its entries stand in the order of their columns. `wide` [size] is scratch. */
static void add_row(struct fitting *f, uint64_t row, uint32_t from, uint32_t to, double *wide)
{
    const struct design *d = f->design;
    const uint32_t *column = d->row_column + d->row_start[row];
    const float *value = d->row_value + d->row_start[row];
    const uint32_t count = (uint32_t)(d->row_start[row + 1] - d->row_start[row]);
    double *with_intercept = f->curvature + (size_t)(f->size - 1) * f->size;
    for (uint32_t e = 0; e < count && column[e] < to; e++) {
        const uint32_t k = column[e];
        wide[e] = (double)value[e];
        if (k < from) continue;
        double *row_of_curvature = f->curvature + (size_t)k * f->size, pull = f->bend[row] * wide[e];
        f->gradient[k] += f->residual[row] * wide[e];
        with_intercept[k] += pull;
        for (uint32_t i = 0; i <= e; i++) row_of_curvature[column[i]] += pull * wide[i];
    }
}

/* All rows pass by once for each task, so that a row is read as it lies; each sum is one thread's, in the order of rows. */
static void *compute_columns(void *context)
{
    struct fitting *f = context;
    double *wide = memory_array(f->size, sizeof *wide);
    for (uint32_t left; (left = (uint32_t)atomic_fetch_add(&f->next, 1)) < f->tasks;) {
        uint32_t task = f->tasks - 1 - left, from = task_begin(f, task), to = task_begin(f, task + 1);
        for (uint32_t k = from; k < to; k++) {
            memset(f->curvature + (size_t)k * f->size, 0, ((size_t)k + 1) * sizeof *f->curvature);
            f->gradient[k] = f->curvature[(size_t)(f->size - 1) * f->size + k] = 0;
        }
        for (uint64_t row = 0; row < f->design->rows; row++) add_row(f, row, from, to, wide);
        for (uint32_t k = from; k < to; k++) {
            f->gradient[k] += f->penalty[k] * f->at[k];
            f->curvature[(size_t)k * f->size + k] += f->penalty[k];
        }
    }
    memory_free(wide);
    return NULL;
}

static void derive(struct fitting *f)
{
    double gradient = 0, curvature = 0;
    atomic_store(&f->next, 0);
    run_threads(f->threads, compute_columns, f);
    for (uint64_t r = 0; r < f->design->rows; r++) {
        gradient += f->residual[r];
        curvature += f->bend[r];
    }
    f->gradient[f->size - 1] = gradient;
    f->curvature[(size_t)f->size * f->size - 1] = curvature;
}

/* ---- Newton. ---- */

/* Half as far again and again until it pays. False: no step of any length does, as near as doubles come. */
static bool walk(struct fitting *f, double *loss, double descent)
{
    for (int halvings = 0; halvings <= HALVINGS_MAX; halvings++) {
        double part = ldexp(1, -halvings);
        for (uint32_t k = 0; k < f->size; k++) f->trial[k] = f->at[k] + part * f->step[k];
        double there = loss_at(f, f->trial);
        if (!(there <= *loss + 1e-4 * part * descent)) continue;
        memcpy(f->at, f->trial, f->size * sizeof *f->at);
        *loss = there;
        return true;
    }
    return false;
}

static enum err descend(struct fitting *f, const struct logistic_options *options, uint32_t *rounds,
                        struct err_info *why)
{
    double loss = loss_at(f, f->at);
    for (*rounds = 0; *rounds < ROUNDS_MAX; ++*rounds) {
        double descent = 0;
        if (options->go_on != NULL && !options->go_on(options->go_on_context))
            return err_set(why, ERR_UNAVAILABLE, "training was given up");
        derive(f);
        if (!cholesky_factor(f->curvature, f->size)) break; /* everybody's probability is 0 or 1 to the last bit */
        for (uint32_t k = 0; k < f->size; k++) f->step[k] = -f->gradient[k];
        cholesky_solve(f->curvature, f->size, f->step);
        for (uint32_t k = 0; k < f->size; k++) descent += f->gradient[k] * f->step[k];
        if (-descent <= NEARLY * f->design->weight) { /* so near that the whole step is right */
            for (uint32_t k = 0; k < f->size; k++) f->at[k] += f->step[k];
            break;
        }
        if (!walk(f, &loss, descent)) break;
    }
    return ERR_OK;
}

/* ---- From scaled columns to those of the examples. ---- */

static void tell_coefficients(const struct fitting *f, struct logistic *out)
{
    const struct design *d = f->design;
    out->intercept = f->at[f->size - 1];
    for (uint32_t k = 0; k < d->columns; k++) {
        out->coefficient[d->source[k]] = f->at[k] / d->deviation[k];
        out->intercept -= f->at[k] * d->centre[k] / d->deviation[k];
    }
}

static void tell_covariance(struct fitting *f, struct arena *arena, struct logistic *out)
{
    const struct design *d = f->design;
    const uint32_t size = f->size, last = size - 1;
    const size_t width = (size_t)out->columns + 1;
    loss_at(f, f->at);
    derive(f);
    if (!cholesky_factor(f->curvature, size)) return; /* nothing can be said */
    double *inverse = memory_array((size_t)size * size, sizeof *inverse);
    cholesky_inverse(f->curvature, size, inverse);
    /* The true intercept is that of the scaled columns less centre / deviation of each coefficient: first by rows ... */
    for (uint32_t k = 0; k < last; k++)
        for (uint32_t i = 0; i < size; i++)
            inverse[(size_t)last * size + i] -= d->centre[k] / d->deviation[k] * inverse[(size_t)k * size + i];
    for (uint32_t i = 0; i < size; i++) /* ... then by columns */
        for (uint32_t k = 0; k < last; k++)
            inverse[(size_t)i * size + last] -= d->centre[k] / d->deviation[k] * inverse[(size_t)i * size + k];
    out->covariance = ARENA_ARRAY(arena, double, width *width);
    for (uint32_t i = 0; i < size; i++)
        for (uint32_t k = 0; k < size; k++) {
            size_t row = i < last ? d->source[i] : out->columns, column = k < last ? d->source[k] : out->columns;
            double scale = (i < last ? d->deviation[i] : 1) * (k < last ? d->deviation[k] : 1);
            out->covariance[row * width + column] = inverse[(size_t)i * size + k] / scale;
        }
    memory_free(inverse);
}

static void *numbers(size_t count)
{
    return memory_array(count, sizeof(double));
}

static enum err fit_design(const struct design *design, const uint8_t *happened, const double *weight,
                           const struct logistic_options *options, struct arena *arena, struct logistic *out,
                           struct err_info *why)
{
    const uint32_t size = design->columns + 1;
    struct fitting f = {.design = design,
                        .happened = happened,
                        .weight = weight,
                        .threads = options->threads,
                        .tasks = options->threads == 1 ? 1 : TASKS_OF_THREAD * options->threads,
                        .size = size,
                        .penalty = numbers(size),
                        .at = numbers(size),
                        .step = numbers(size),
                        .trial = numbers(size),
                        .gradient = numbers(size),
                        .curvature = numbers((size_t)size * size),
                        .residual = numbers(design->rows),
                        .bend = numbers(design->rows),
                        .losses = numbers(design->rows / STRETCH + 1)};
    double positives = 0;
    for (uint32_t k = 0; k < design->columns; k++) {
        bool is_level = options->is_level != NULL && options->is_level[design->source[k]];
        f.penalty[k] = is_level ? options->penalty / (design->deviation[k] * design->deviation[k]) : options->penalty;
    }
    for (uint64_t r = 0; r < design->rows; r++) positives += happened[r] ? weight_of(&f, r) : 0;
    enum err err = ERR_OK;
    if (!(positives > 0 && positives < design->weight)) {
        err = err_set(why, ERR_INVALID, "all examples have one outcome: there is nothing to tell apart");
    } else {
        f.at[size - 1] = log_odds(positives / design->weight);
        err = descend(&f, options, &out->rounds, why);
    }
    if (err == ERR_OK) tell_coefficients(&f, out);
    if (err == ERR_OK && options->covariance) tell_covariance(&f, arena, out);
    double *const all[] = {f.penalty, f.at, f.step, f.trial, f.gradient, f.curvature, f.residual, f.bend, f.losses};
    for (size_t i = 0; i < COUNT_OF(all); i++) memory_free(all[i]);
    return err;
}

enum err logistic_fit(const struct sparse *examples, const uint8_t *happened, const double *weight,
                      const struct logistic_options *options, struct arena *arena, struct logistic *out,
                      struct err_info *why)
{
    INVARIANT(options->penalty > 0 && options->threads >= 1);
    if (examples->columns > LOGISTIC_COLUMNS_MAX)
        return err_set(why, ERR_TOO_BIG, "%u columns are more than the %d that a logistic regression takes",
                       examples->columns, LOGISTIC_COLUMNS_MAX);
    struct logistic model = {
        .columns = examples->columns,
        .coefficient = ARENA_ARRAY(arena, double, examples->columns),
        .mean = ARENA_ARRAY(arena, double, examples->columns),
        .deviation = ARENA_ARRAY(arena, double, examples->columns),
    };
    struct design design;
    enum err err = design_init(&design, examples, weight, model.mean, model.deviation, why);
    if (err == ERR_OK) err = fit_design(&design, happened, weight, options, arena, &model, why);
    design_release(&design);
    if (err == ERR_OK) *out = model;
    return err;
}

/* ---- Using it. ---- */

double logistic_margin(const struct logistic *model, const struct sparse *rows, uint64_t row)
{
    double margin = model->intercept;
    INVARIANT(rows->columns == model->columns);
    for (uint64_t e = rows->start[row]; e < rows->start[row + 1]; e++)
        margin += model->coefficient[rows->column[e]] * (double)rows->value[e];
    return margin;
}

double logistic_margin_error(const struct logistic *model, const struct sparse *rows, uint64_t row, double *scratch)
{
    const uint32_t size = model->columns + 1;
    INVARIANT(rows->columns == model->columns && model->covariance != NULL);
    for (uint32_t k = 0; k < model->columns; k++) scratch[k] = 0;
    for (uint64_t e = rows->start[row]; e < rows->start[row + 1]; e++)
        scratch[rows->column[e]] = (double)rows->value[e];
    scratch[model->columns] = 1;
    double square = 0;
    for (uint32_t i = 0; i < size; i++) {
        if (scratch[i] == 0) continue;
        double sum = 0;
        for (uint32_t k = 0; k < size; k++) sum += model->covariance[(size_t)i * size + k] * scratch[k];
        square += scratch[i] * sum;
    }
    return sqrt(fmax(square, 0));
}

void logistic_contributions(const struct logistic *model, const struct sparse *rows, uint64_t row, double *base,
                            double *out)
{
    INVARIANT(rows->columns == model->columns);
    *base = model->intercept;
    for (uint32_t k = 0; k < model->columns; k++) {
        *base += model->coefficient[k] * model->mean[k];
        out[k] = -model->coefficient[k] * model->mean[k];
    }
    for (uint64_t e = rows->start[row]; e < rows->start[row + 1]; e++)
        out[rows->column[e]] += model->coefficient[rows->column[e]] * (double)rows->value[e];
}

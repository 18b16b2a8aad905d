/* design.c — see design.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/design.h"

#include <math.h>
#include <string.h>

#define CONSTANT_BELOW 1e-7 /* a deviation that is this little of the mean is rounding */

static double weight_at(const double *weight, uint64_t row)
{
    return weight != NULL ? weight[row] : 1;
}

static enum err check_numbers(const struct sparse *examples, const double *weight, struct err_info *why)
{
    INVARIANT(examples->rows <= SPARSE_ROWS_MAX);
    for (uint64_t r = 0; r < examples->rows; r++) {
        double w = weight_at(weight, r);
        if (!isfinite(w) || w < 0)
            return err_set(why, ERR_INVALID, "the weight of example %llu is not a number from 0 on",
                           (unsigned long long)r + 1);
        if (w > DESIGN_NUMBER_MAX)
            return err_set(why, ERR_TOO_BIG, "the weight of example %llu is over %g", (unsigned long long)r + 1,
                           DESIGN_NUMBER_MAX);
        for (uint64_t e = examples->start[r]; e < examples->start[r + 1]; e++) {
            INVARIANT(examples->column[e] < examples->columns);
            INVARIANT(e == examples->start[r] || examples->column[e - 1] < examples->column[e]);
            if (!isfinite(examples->value[e]))
                return err_set(why, ERR_INVALID, "column %u of example %llu is not a finite number",
                               examples->column[e] + 1, (unsigned long long)r + 1);
            if (fabsf(examples->value[e]) > (float)DESIGN_NUMBER_MAX)
                return err_set(why, ERR_TOO_BIG, "column %u of example %llu is over %g", examples->column[e] + 1,
                               (unsigned long long)r + 1, DESIGN_NUMBER_MAX);
        }
    }
    return ERR_OK;
}

/* Means, deviations, and the weight of the examples in which a column is not zero. */
static void measure_columns(const struct sparse *examples, const double *weight, double all, double *mean,
                            double *deviation, double *met)
{
    const uint32_t columns = examples->columns;
    for (uint32_t c = 0; c < columns; c++) mean[c] = deviation[c] = met[c] = 0;
    for (uint64_t r = 0; r < examples->rows; r++)
        for (uint64_t e = examples->start[r]; e < examples->start[r + 1]; e++) {
            mean[examples->column[e]] += weight_at(weight, r) * (double)examples->value[e];
            met[examples->column[e]] += weight_at(weight, r);
        }
    for (uint32_t c = 0; c < columns && all > 0; c++) mean[c] /= all;
    for (uint64_t r = 0; r < examples->rows; r++)
        for (uint64_t e = examples->start[r]; e < examples->start[r + 1]; e++) {
            double off = (double)examples->value[e] - mean[examples->column[e]];
            deviation[examples->column[e]] += weight_at(weight, r) * off * off;
        }
    for (uint32_t c = 0; c < columns && all > 0; c++) {
        double squares = deviation[c] + fmax(all - met[c], 0) * mean[c] * mean[c];
        deviation[c] = sqrt(squares / all);
        if (deviation[c] <= CONSTANT_BELOW * fabs(mean[c])) deviation[c] = 0;
    }
}

/* Which columns stay, and how each is told. `place` of a column is its new number plus one; 0: left out. */
static void choose_columns(struct design *design, const struct sparse *examples, const double *mean,
                           const double *deviation, const double *met, uint32_t *place)
{
    for (uint32_t c = 0; c < examples->columns; c++) {
        if (deviation[c] <= 0) continue;
        uint32_t k = design->columns++;
        design->source[k] = c;
        design->deviation[k] = deviation[c];
        design->centre[k] = met[c] > design->weight / 2 ? mean[c] : 0;
        place[c] = k + 1;
    }
}

/* One row, brought to scale, into values[columns]; `filled` are the columns that have an entry. */
static uint64_t scale_row(const struct design *design, const struct sparse *examples, uint64_t row,
                          const uint32_t *place, uint32_t *column, float *value)
{
    uint64_t e = examples->start[row], end = examples->start[row + 1], count = 0;
    for (uint32_t k = 0; k < design->columns; k++) {
        while (e < end && place[examples->column[e]] < k + 1) e++; /* columns that are left out */
        bool here = e < end && examples->column[e] == design->source[k];
        if (!here && design->centre[k] == 0) continue;
        double whole = here ? (double)examples->value[e] : 0;
        column[count] = k;
        value[count++] = (float)((whole - design->centre[k]) / design->deviation[k]);
    }
    return count;
}

static void fill_rows(struct design *design, const struct sparse *examples, const double *weight, const uint32_t *place)
{
    uint64_t capacity = 0, count = 0;
    for (uint64_t r = 0; r < design->rows; r++) {
        if (count + design->columns > capacity) {
            capacity = (count + design->columns) * 3 / 2 + 64;
            design->row_column = memory_resize(design->row_column, capacity, sizeof *design->row_column);
            design->row_value = memory_resize(design->row_value, capacity, sizeof *design->row_value);
        }
        design->row_start[r] = count;
        if (!(weight_at(weight, r) > 0)) continue;
        count += scale_row(design, examples, r, place, design->row_column + count, design->row_value + count);
    }
    design->row_start[design->rows] = count;
}

enum err design_init(struct design *out, const struct sparse *examples, const double *weight, double *mean,
                     double *deviation, struct err_info *why)
{
    *out = (struct design){0};
    enum err err = check_numbers(examples, weight, why);
    if (err != ERR_OK) return err;
    *out = (struct design){
        .rows = examples->rows,
        .source = memory_array(examples->columns, sizeof *out->source),
        .centre = memory_array(examples->columns, sizeof *out->centre),
        .deviation = memory_array(examples->columns, sizeof *out->deviation),
        .row_start = memory_array(examples->rows + 1, sizeof *out->row_start),
    };
    for (uint64_t r = 0; r < out->rows; r++) out->weight += weight_at(weight, r);
    double *met = memory_array(examples->columns, sizeof *met);
    uint32_t *place = memory_array(examples->columns, sizeof *place);
    measure_columns(examples, weight, out->weight, mean, deviation, met);
    choose_columns(out, examples, mean, deviation, met, place);
    fill_rows(out, examples, weight, place);
    memory_free(place);
    memory_free(met);
    return ERR_OK;
}

void design_release(struct design *design)
{
    memory_free(design->source);
    memory_free(design->centre);
    memory_free(design->deviation);
    memory_free(design->row_start);
    memory_free(design->row_column);
    memory_free(design->row_value);
    *design = (struct design){0};
}

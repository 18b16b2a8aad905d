/* encoding.c — see encoding.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/encoding.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "predict/logistic.h"

#define EXTREME 100 /* a number is taken within the values that one in so many is below, or above */
#define ANY_SIDE (double)FLT_MAX

double encoding_number(const struct encoded_column *column, double number)
{
    if (column->how == ENCODE_MISSING) return isnan(number);
    if (isnan(number)) return column->fill;
    number = fmax(column->low, fmin(number, column->high));
    return column->how == ENCODE_LOG ? copysign(log1p(fabs(number)), number) : number;
}

/* ---- Choosing. ---- */

struct choosing {
    const float *value;
    const double *weight;
    uint64_t rows;
    uint32_t features;
    struct encoding *out;
    float *sorted; /* [rows] scratch */
};

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The known numbers of a feature, sorted into scratch; returns how many. */
static uint64_t sort_known(const struct choosing *c, uint32_t feature)
{
    uint64_t known = 0;
    for (uint64_t r = 0; r < c->rows; r++) {
        float number = c->value[r * c->features + feature];
        if (!isnan(number)) c->sorted[known++] = number;
    }
    qsort(c->sorted, known, sizeof *c->sorted, ascending);
    return known;
}

static double mean_encoded(const struct choosing *c, const struct encoded_column *column)
{
    double sum = 0, weight = 0;
    for (uint64_t r = 0; r < c->rows; r++) {
        double number = (double)c->value[r * c->features + column->feature];
        double w = c->weight != NULL ? c->weight[r] : 1;
        if (isnan(number)) continue;
        sum += w * encoding_number(column, number);
        weight += w;
    }
    return weight > 0 ? sum / weight : 0;
}

static void add_column(const struct choosing *c, struct encoded_column column)
{
    if (c->out->count == LOGISTIC_COLUMNS_MAX) return;
    column.fill = column.how == ENCODE_MISSING ? 0 : mean_encoded(c, &column);
    c->out->columns[c->out->count++] = column;
}

/* A feature that may be missing and is of any size. */
static void add_number(const struct choosing *c, uint32_t feature, bool plain, bool log)
{
    uint64_t known = sort_known(c, feature);
    struct encoded_column column = {.feature = feature, .low = 0, .high = 0};
    if (known > 0) {
        column.low = (double)c->sorted[known / EXTREME];
        column.high = (double)c->sorted[known - 1 - known / EXTREME];
    }
    if (plain) add_column(c, column);
    column.how = ENCODE_LOG;
    if (log) add_column(c, column);
    column.how = ENCODE_MISSING;
    if (known < c->rows) add_column(c, column);
}

static void add_columns(const struct choosing *c, uint32_t feature, enum column_kind kind)
{
    struct encoded_column count = {.feature = feature, .how = ENCODE_LOG, .low = 0, .high = ANY_SIDE};
    struct encoded_column sign = {.feature = feature, .low = -ANY_SIDE, .high = ANY_SIDE};
    switch (kind) {
    case COLUMN_SIGN:
    case COLUMN_LEVEL: add_column(c, sign); break;
    case COLUMN_COUNT: add_column(c, count); break;
    case COLUMN_LINEAR: add_number(c, feature, true, false); break;
    case COLUMN_SINCE: add_number(c, feature, false, true); break;
    case COLUMN_NUMBER: add_number(c, feature, true, true); break;
    }
}

void encoding_choose(const enum column_kind *kinds, uint32_t features, const float *value, const double *weight,
                     uint64_t rows, struct arena *arena, struct encoding *out)
{
    *out = (struct encoding){.columns = ARENA_ARRAY(arena, struct encoded_column, LOGISTIC_COLUMNS_MAX)};
    struct choosing c = {value, weight, rows, features, out, memory_array(rows, sizeof *c.sorted)};
    for (uint32_t f = 0; f < features; f++) add_columns(&c, f, kinds[f]);
    memory_free(c.sorted);
}

/* ---- Applying. ---- */

void encoding_apply(const struct encoding *encoding, const float *value, uint32_t features, uint64_t rows,
                    struct encoded *out)
{
    *out = (struct encoded){.start = memory_array(rows + 1, sizeof *out->start)};
    for (uint64_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < encoding->count; c++) {
            const struct encoded_column *column = &encoding->columns[c];
            float number = (float)encoding_number(column, (double)value[r * features + column->feature]);
            if (number == 0) continue;
            *LIST_ADD(&out->column) = c;
            *LIST_ADD(&out->value) = number;
        }
        out->start[r + 1] = out->column.count;
    }
    out->sparse = (struct sparse){rows, encoding->count, out->start, out->column.at, out->value.at};
}

void encoded_release(struct encoded *encoded)
{
    LIST_RELEASE(&encoded->column);
    LIST_RELEASE(&encoded->value);
    memory_free(encoded->start);
    *encoded = (struct encoded){0};
}

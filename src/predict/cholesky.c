/* cholesky.c — see cholesky.h. Rows are what is read in the inner loops: they lie together. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/cholesky.h"

#include <math.h>
#include <stddef.h>

/* Four sums at once, which the compiler may keep in one register without changing the result. */
static double dot(const double *a, const double *b, uint32_t count)
{
    double sums[4] = {0};
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (uint32_t k = 0; k < 4; k++) sums[k] += a[i + k] * b[i + k];
    for (; i < count; i++) sums[0] += a[i] * b[i];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

bool cholesky_factor(double *matrix, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        double *row = matrix + (size_t)i * size;
        for (uint32_t j = 0; j < i; j++) {
            const double *above = matrix + (size_t)j * size;
            row[j] = (row[j] - dot(row, above, j)) / above[j];
        }
        double whole = row[i], left = whole - dot(row, row, i);
        if (!(left > whole * 1e-14)) return false; /* also when it is NAN */
        row[i] = sqrt(left);
    }
    return true;
}

void cholesky_solve(const double *factor, uint32_t size, double *x)
{
    for (uint32_t i = 0; i < size; i++) {
        const double *row = factor + (size_t)i * size;
        x[i] = (x[i] - dot(row, x, i)) / row[i];
    }
    for (uint32_t i = size; i-- > 0;) {
        const double *row = factor + (size_t)i * size;
        x[i] /= row[i];
        for (uint32_t j = 0; j < i; j++) x[j] -= row[j] * x[i];
    }
}

void cholesky_inverse(const double *factor, uint32_t size, double *inverse)
{
    for (uint32_t i = 0; i < size; i++) {
        double *row = inverse + (size_t)i * size;
        for (uint32_t j = 0; j < size; j++) row[j] = i == j;
        cholesky_solve(factor, size, row); /* a row is a column: the inverse is symmetric */
    }
}

/* cholesky.h — equations with a symmetric positive definite matrix.
 *
 * Matrices are full squares, row by row; of a symmetric one only the lower triangle is read.
 * Sums are always added in one order, so that results are the same to the bit. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_CHOLESKY_H
#define PLUMB_PREDICT_CHOLESKY_H

#include <stdbool.h>
#include <stdint.h>

/* Replace the lower triangle of `matrix` by its factor L, matrix = L times L transposed. False: not positive
 * definite, as far as doubles can tell; the matrix is then spoilt. */
bool cholesky_factor(double *matrix, uint32_t size);

/* Solve for `x` in place, given the factor: at first the right side, then the solution. */
void cholesky_solve(const double *factor, uint32_t size, double *x);

/* The inverse, whole, given the factor. */
void cholesky_inverse(const double *factor, uint32_t size, double *inverse);

#endif

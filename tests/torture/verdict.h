/* verdict.h — did the server keep its word? Called while nothing is being sent. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_TORTURE_VERDICT_H
#define PLUMB_TESTS_TORTURE_VERDICT_H

#include "load.h"

/* The definitions that the scores of everybody are held against. */
extern const char torture_lead[]; /* with bands; nothing in it fades */
extern const char torture_heat[]; /* fades */

/* In the store: every acknowledged event once, with its time, and no event twice or unknown; nothing was refused; each
 * record's bands follow one another. Fails the test when not. */
void verdict_of_store(const struct load *load, const char *data);

/* When everything was acknowledged: everybody's scores as the server answers them are those of a plain evaluation of
 * the same facts, and everybody stands in the band of that score. */
void verdict_of_scores(const struct load *load, uint16_t port, struct str token);

#endif

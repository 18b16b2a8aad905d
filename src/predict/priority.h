/* priority.h — whom to call first: the open records in quarters of their probabilities.
 *
 * A probability tells how likely it is, a priority where a record stands among the others. Equal probabilities have equal
 * priorities: a group of them belongs to the quarter in which its middle lies. Pure. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_PRIORITY_H
#define PLUMB_PREDICT_PRIORITY_H

#include <stdint.h>

enum priority {
    PRIORITY_VERY_HIGH, /* the best quarter of the open records */
    PRIORITY_HIGH,
    PRIORITY_MEDIUM,
    PRIORITY_LOW,
    PRIORITY_CLOSED_WON, /* not open: the outcome has come */
};
#define PRIORITY_COUNT 5
#define QUARTERS 4

const char *priority_name(enum priority priority); /* "very high", ..., "closed won" */

/* The least probability of each quarter but the last; INFINITY of one that holds nobody, nor do those above it. */
struct priority_cuts {
    double least[QUARTERS - 1];
};

/* From the probabilities of all open records; sorts them. `count` may be 0: then everybody is of low priority. */
void priority_cuts_find(double *probability, uint64_t count, struct priority_cuts *out);

/* Of an open record. */
enum priority priority_of(const struct priority_cuts *cuts, double probability);

#endif

/* thinning.h — fewer examples that say nearly the same: all of the rarer outcome, some of the other, which count for the rest.
 *
 * Where one in a hundred buys, those who did not are many alike: leaving out most of them costs little (King and Zeng,
 * "Logistic regression in rare events data", 2001), and weights keep the base rate. Who is kept follows from the order of the
 * examples alone, evenly over it: of examples in order of time, evenly over time. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_THINNING_H
#define PLUMB_PREDICT_THINNING_H

#include <stdbool.h>

#include "predict/table.h"

/* By outcome: 0 it did not happen, 1 it did. */
struct thinning {
    uint64_t all[2], kept[2], seen[2];
};

/* At most `most` (2 or more) of those are kept; of either outcome at least half of that, if there are as many. */
void thinning_init(struct thinning *thinning, uint64_t negatives, uint64_t positives, uint64_t most);
/* Is the next example, of this outcome, kept? */
bool thinning_keeps(struct thinning *thinning, bool happened);
/* How many examples a kept one counts for. */
double thinning_weight(const struct thinning *thinning, bool happened);

/* A table of at most so many rows. True: *out is a copy, to be released; false: it is a view of all of `table`. */
bool table_thin(const struct table *table, uint64_t most, struct table *out);

#endif

/* flat_world.h — leads of a made-up company as a table, by a law that the tests know. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_PREDICT_FLAT_WORLD_H
#define PLUMB_TESTS_PREDICT_FLAT_WORLD_H

#include "predict/flat.h"

/* Columns: id, came (date, a lead a day), source (ads, web, fair), visits (number), noise (number), note, stage, last, again, won.
 *
 * The log-odds of `won` are strength * (1 for fair, 0 for web, -1 for ads) + crossed * (visits over 5 but not of the web). `note`
 * says how it ended for half of them, `stage` is filled only of those who won, `last` tells nothing, and `again` is `last` but where
 * somebody wrote "edited" over it: mostly of those who won. */
struct flat_law {
    double strength, crossed, base;
};
#define FLAT_WORLD_COLUMNS 10
void flat_world(struct flat *flat, const struct flat_law *law, uint32_t rows, uint64_t seed);

#endif

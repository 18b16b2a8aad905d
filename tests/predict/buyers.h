/* buyers.h — a made-up world in which people read, and some buy, by a law that a model may find.
 *
 * Each has region, branch and a number that means nothing; reads `pricing` more in spells, `blog` whenever. The outcome is the
 * event `bought`; the day after, `told` is filled. Leaks may be planted. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_PREDICT_BUYERS_H
#define PLUMB_TESTS_PREDICT_BUYERS_H

#include "predict/training.h"
#include "score_helper.h"

#define DAYS 400
#define BEGIN "2025-01-01T00:00:00Z"

struct law {
    uint32_t people;
    double interest, fit; /* how much either matters for buying, in log-odds of a day */
    double either;        /* how much it matters to fit and be of the north, or neither */
    double a_day;         /* log-odds of buying on a day without either */
    int quoted_days;      /* so long before they buy, `quote` is filled; 0: never */
    bool stamped;         /* `stamp` says who will buy, as if it had always held */
};

struct product *buyers_world(const struct law *law, uint64_t seed); /* product_free */

/* A horizon of 60 days, an example each 30. */
struct training_options buyers_options(bool without_trees, unsigned threads);

/* The model lives in the product's arena; its trees are released by trained_release. */
struct trained buyers_train(struct product *product, struct training_options options);

#endif

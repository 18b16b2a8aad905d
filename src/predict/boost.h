/* boost.h — gradient-boosted trees: XGBoost behind a face of ours.
 *
 * Where a logistic regression adds up columns, trees also find thresholds and what only holds
 * together. They want more examples for it. A number that is missing is NAN; each split has a side of
 * its own for it.
 *
 * Training grows a tree a round and watches examples that it does not learn from: the model is cut at the
 * round after which their log loss was least. The same examples, options and seed give the
 * same bytes. The number of threads is no exception as long as XGBoost's histograms are exact: sums, in doubles, of
 * gradients in floats, which holds for millions of examples whose probabilities are not all near 0 or 1.
 *
 * A model may be asked by many threads; they take turns. To score on several at once, load it as often. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_BOOST_H
#define PLUMB_PREDICT_BOOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define BOOST_COLUMNS_MAX 5000
#define BOOST_CELLS_MAX (UINT64_C(1) << 31) /* rows * columns of one set: 8 GB */
#define BOOST_ROUNDS_MAX 5000
#define BOOST_THREADS_MAX 64
#define BOOST_BYTES_MAX ((size_t)256 << 20) /* of a model */

/* Examples, row by row; all borrowed. */
struct boost_set {
    uint64_t rows;
    const float *value;      /* [rows][columns] finite or NAN */
    const uint8_t *happened; /* [rows] 0 or 1 */
    const double *weight;    /* [rows] finite, not negative; NULL: 1 each */
};

struct boost_options {
    uint32_t rounds_max;    /* 1 to BOOST_ROUNDS_MAX */
    uint32_t patience;      /* rounds without a better log loss of the watched examples before training ends */
    uint32_t depth;         /* of a tree: 1 to 16 */
    double learning_rate;   /* above 0, up to 1 */
    double leaf_weight_min; /* least sum of weight * p * (1 - p) in a leaf */
    double l2;              /* penalty on what a leaf adds */
    double row_share;       /* of the examples drawn for each tree: above 0, up to 1 */
    double column_share;    /* of the columns, likewise */
    uint32_t seed;
    uint32_t threads; /* 1 to BOOST_THREADS_MAX; more than there are free cores makes it slower, and not a little */
    /* Asked once a round with the share of rounds that are done; false gives up. May be NULL. */
    bool (*go_on)(void *context, double done);
    void *go_on_context;
};
#define BOOST_DEFAULT                              \
    ((struct boost_options){.rounds_max = 1000,    \
                            .patience = 30,        \
                            .depth = 4,            \
                            .learning_rate = 0.05, \
                            .leaf_weight_min = 2,  \
                            .l2 = 1,               \
                            .row_share = 0.8,      \
                            .column_share = 0.8,   \
                            .seed = 1,             \
                            .threads = 1})

struct boost; /* opaque; see boost.c */

bool boost_is_there(void); /* XGBoost is on this machine */

/* Once, before there are threads: OpenMP's threads, which wait for each other at every step of a tree, spin for a moment
 * only, unless the environment's GOMP_SPINCOUNT says otherwise. It is read when XGBoost is loaded. */
void boost_spin_briefly(void);

/* Grow trees on `train`; `watched` (rows 0: none, then rounds_max trees) decides when to stop.
 * Errors   ERR_INVALID: one outcome only, a value that is infinite, an option outside its limits;
 *          ERR_TOO_BIG; ERR_UNAVAILABLE: XGBoost is not there, or go_on gave up; ERR_INTERNAL: XGBoost's own words. */
MUST_CHECK enum err boost_train(const struct boost_set *train, const struct boost_set *watched, uint32_t columns,
                                const struct boost_options *options, struct boost **out, struct err_info *why);
void boost_free(struct boost *model); /* NULL is fine */

uint32_t boost_columns(const struct boost *model);
uint32_t boost_rounds(const struct boost *model); /* trees */

/* The log-odds of each row, into out[rows]. Errors as above. */
MUST_CHECK enum err boost_margins(struct boost *model, const float *value, uint64_t rows, float *out,
                                  struct err_info *why);

/* What each column adds to the log-odds of each row, and last what everybody has: out[rows][columns + 1]. Exact Shapley
 * values (Lundberg and others, "From local explanations to global understanding with explainable AI for trees", 2020); each row's
 * sum is its log-odds but for rounding in float. About half a millisecond a row. */
MUST_CHECK enum err boost_contributions(struct boost *model, const float *value, uint64_t rows, float *out,
                                        struct err_info *why);

/* The model as bytes, appended. Equal bytes give equal answers, to the bit. */
MUST_CHECK enum err boost_save(struct boost *model, struct buf *out, struct err_info *why);

/* Bytes of boost_save. Their checksum guards against damage, not against malice: XGBoost's reader is trusted
 * with what this program wrote, and with nothing else.
 * Errors   ERR_INVALID: these bytes are not a model, or damaged. */
MUST_CHECK enum err boost_load(struct str bytes, struct boost **out, struct err_info *why);

#endif

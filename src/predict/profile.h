/* profile.h — the ideal customer: what those who bought had, before they did, more often than others.
 *
 * Each record is looked at once: a customer some time before the outcome, anybody else when it had been known for
 * as long (cohort.h). Nothing later is seen, and since nobody counts twice, the tests may be taken at their word:
 *
 *     share     of customers and of others who have a trait, with Wilson's interval
 *     ratio     how many times as often, with the interval of its logarithm
 *     p, q      Fisher's exact test; and corrected for having looked at all those traits
 *
 * What looks as if it came of the outcome (leak.h) is named and left out. That customers have a thing more often does not
 * say that it makes customers. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_PROFILE_H
#define PLUMB_PREDICT_PROFILE_H

#include "predict/contrast.h"
#include "predict/leak.h"
#include "predict/trait.h"

#define PROFILE_SUPPORT_MIN 10 /* records that have a trait, and that have it not; else it is not tested */
#define PROFILE_FALSE_MAX 0.05 /* q: of what is found, so much may be chance */

struct profile_options {
    int64_t end_ms;     /* the last instant of which facts are known */
    int64_t horizon_ms; /* how soon before the outcome a customer is looked at; more than 0 */
    uint64_t seed;
    unsigned threads;
    const struct watch *watch; /* may be NULL; hears of "reading facts" and of "comparing" */
};

struct finding {
    struct trait trait;
    struct contrast count;
    struct interval share, other_share, ratio; /* 95 % */
    double p, q;
    bool found;       /* q is at most PROFILE_FALSE_MAX */
    bool best;        /* of its family the one with the least p, and the first of those that the same records have */
    uint64_t holders; /* a hash of the records that have it */
};

struct profile {
    uint32_t customers, others; /* that were looked at */
    struct feature_plan plan;   /* the traits' features */
    struct finding *findings;   /* found ones first, then by how sure and how strong the difference is */
    uint32_t count;
    uint32_t found;
    struct leaks leaks;
};

/* `lives` from outcome_find.
 * Errors   ERR_INVALID: too few customers or others (cohort.h); the sentence says what is missing. ERR_UNAVAILABLE: stopped.
 * Memory   *out in `arena`; 8 bytes a feature and record that is looked at while it runs. */
MUST_CHECK enum err profile_find(const struct feature_source *source, const struct lifetime *lives,
                                 const struct profile_options *options, struct arena *arena, struct profile *out,
                                 struct err_info *why);

#endif

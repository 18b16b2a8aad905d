/* cohort.h — customers and others, each looked at once, in a way that makes them comparable.
 *
 * A customer as it was at an instant within the horizon before the outcome; anybody else when it had been known for as
 * long as some customer then: who is known for longer has done more, whether it buys or not. (A nested study of
 * cases and controls, matched by time since entry: Breslow and Day, "Statistical methods in cancer research", volume 1, 1980.)
 * Facts after those instants decide nothing but who is which. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_COHORT_H
#define PLUMB_PREDICT_COHORT_H

#include "predict/examples.h"

#define COHORT_MIN 10            /* customers, and others */
#define COHORT_RECORDS_MAX 20000 /* of customers, and of others: spread evenly over all */

struct cohort_options {
    int64_t end_ms;     /* the last instant of which facts are known: what came later has not come */
    int64_t horizon_ms; /* how soon before the outcome a customer is looked at; more than 0 */
    uint64_t seed;
};

struct cohort {
    struct training_example *at; /* [count] by time; happened: a customer */
    uint32_t count, customers, others;
};

/* `lives` from outcome_find. Release with cohort_release in either case.
 * Errors   ERR_INVALID: fewer than COHORT_MIN customers or others; the sentence says what is missing. */
MUST_CHECK enum err cohort_choose(const struct history *history, enum entity object, const struct lifetime *lives,
                                  const struct cohort_options *options, struct cohort *out, struct err_info *why);
void cohort_release(struct cohort *cohort);

#endif

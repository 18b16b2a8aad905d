/* suggest_internal.h — what the steps of advice on points share. Never outside src/predict.
 *
 *   suggest.c              examples, the penalty, what each number says, and the order of the steps
 *   suggest_half_lives.c   decays that foresee better
 *   suggest_points.c       from log-odds to points */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_SUGGEST_INTERNAL_H
#define PLUMB_PREDICT_SUGGEST_INTERNAL_H

#include "predict/suggest.h"
#include "predict/suggest_fit.h"

enum part { PART_LEARN, PART_JUDGE };
#define PART_COUNT 2

struct suggesting {
    const struct feature_source *source;
    const struct suggest_options *options;
    const struct score *score;
    struct arena *arena;
    struct suggestion *out;
    struct rule_units units;
    struct training_example *examples[PART_COUNT];
    struct table
        tables[PART_COUNT]; /* units by the score's own decays, or those chosen so far; last, the present sum */
    uint32_t columns;       /* that are learnt from: without the sum, where it is no belief */
    double *claims;         /* [units.columns + 1] points of one unit now; last, of the sum, 0 */
    struct score *draft;
    uint32_t decays_done; /* of out->half_lives */
};

/* The present sum of each row, into its last column. */
void suggest_add_up(const struct suggesting *s, struct table *table);
/* There is something to choose by, and nobody has stopped. */
bool suggest_goes_on(const struct suggesting *s);

/* Into out->half_lives; those that are sure are in the tables and the draft, too. Errors   those of units_forecast. */
MUST_CHECK enum err suggest_choose_half_lives(struct suggesting *s, struct err_info *why);
/* Into out->points and the draft, of what out->points says already. */
void suggest_choose_points(struct suggesting *s);

#endif

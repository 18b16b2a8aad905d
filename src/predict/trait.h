/* trait.h — what somebody has or has not, made of a plan's features: for words and for rules of points.
 *
 * A model weighs numbers; a person thinks in "software companies" and "three looks at the prices in a month". So a
 * feature becomes one trait or several, each of them a range of its number:
 *
 *     "industry is Software"                  a value, a member, a kind of e-mail address, "is missing"
 *     "company.employees is 50 to 199"        a fifth or so of the known numbers, its ends rounded
 *     "created is 30 to 89 days ago"          likewise of a date's age
 *     "pricing: 3 or more in 30 days"         how often within how long
 *
 * Where the ranges lie depends on all records alike, never on who became a customer, so their p-values stay true. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_TRAIT_H
#define PLUMB_PREDICT_TRAIT_H

#include "predict/feature_plan.h"

#define TRAIT_BINS_MAX 5
#define TRAITS_OF_FEATURE_MAX TRAIT_BINS_MAX

struct trait {
    uint32_t feature;   /* in the plan */
    double from, until; /* it is had by whose number is from `from` up to, not including, `until` */
    uint32_t family;    /* equal: the same behaviour, told by how often and how long; every other trait is alone */
    struct str words;
};

/* Rows [rows][plan->count] of the examples that ranges are chosen by; `examples` [rows] tell how a value is written.
 * Memory in `arena`. Returns how many. */
uint32_t traits_choose(const struct feature_plan *plan, const struct feature_source *source,
                       const struct training_example *examples, const float *value, uint64_t rows, struct arena *arena,
                       struct trait **out);

static inline bool trait_holds(const struct trait *trait, const float *row)
{
    double number = (double)row[trait->feature];
    return number >= trait->from && number < trait->until; /* a missing number has none */
}

#endif

/* model_terms.h — what a model asks, compiled: its outcome, and what it may look at.
 *
 * An outcome is a condition in the language of definitions; what is meant without one: see hindsight.h. *Terms* are compiled once, beside the definitions in force, and hold until those change or a property is met that they do
 * not know. A *ground* is everybody's facts, frozen, with a scan by these terms: for training, or for the rows of a few. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_MODEL_TERMS_H
#define PLUMB_ENGINE_MODEL_TERMS_H

#include "engine/draft.h"
#include "predict/feature_plan.h"

/* What is asked; borrowed. */
struct model_question {
    enum entity object;
    struct str outcome; /* a condition in YAML or JSON */
    struct str score;   /* of the same object, whose rules are features; empty: none */
    bool use_protected; /* sex, age, origin and the like (predict/column_words.h) are features, too */
};

struct model_terms {
    enum entity object;
    struct draft draft;            /* its set has the outcome, its catalog the types of all properties */
    const struct edition *edition; /* that was in force */
    uint32_t properties;           /* of the engine's catalog, that were known */
    uint32_t outcome;              /* a segment of the set */
    uint32_t score;                /* of the set; UINT32_MAX: none */
    bool *left_out;                /* [properties of the draft's catalog] */
};

/* Release with model_terms_free. Errors   ERR_INVALID: the outcome is no condition about such a record (with its place), or the
 * score is not in force or of another object. */
MUST_CHECK enum err model_terms_compile(struct engine *engine, const struct model_question *question,
                                        struct model_terms **out, struct err_info *why);
void model_terms_free(struct model_terms *terms); /* NULL is fine */

/* Nothing that they were compiled from has changed. */
bool model_terms_hold(struct engine *engine, const struct model_terms *terms);

struct model_ground {
    const struct model_terms *terms; /* borrowed */
    struct history *history;         /* frozen */
    struct scan *scan;               /* for scan_in_segment and features */
    struct feature_source source;
};

/* Cost: 8 bytes copied a record and kind of association. Any thread. */
void model_ground_open(struct engine *engine, const struct model_terms *terms, struct model_ground *out);
void model_ground_close(struct model_ground *ground);

#endif

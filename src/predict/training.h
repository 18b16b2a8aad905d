/* training.h — one model of one outcome, from a history to figures on later leads.
 *
 *     1. examples on three sides: train, calibrate, test (examples.h)
 *        more than memory holds are thinned (thinning.h)
 *     2. the plan of features, from the side of training
 *        without what looks as if it came of the outcome (leak.h)
 *     3. tables of numbers, and what is learnt from them (learning.h)
 *     4. what a page tells of the test: thresholds, segments, the manual score (quality_report.h)
 *
 * The same history, options and seed give the same model and figures. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_TRAINING_H
#define PLUMB_PREDICT_TRAINING_H

#include "predict/feature_plan.h"
#include "predict/leak.h"
#include "predict/learning.h"
#include "predict/quality_report.h"

#define TRAINING_BYTES ((uint64_t)2 << 30) /* that tables and what is made of them may take, when nothing is said */
#define TRAINING_ROWS_MIN 1000             /* are kept all the same */

/* Segments of the report: values of a property of the object or, of_company, of its company. */
struct report_property {
    uint32_t property;
    bool of_company;
};

struct training_options {
    struct str outcome; /* in words, to be told with the model; may be empty */
    struct example_options examples;
    struct split_options split;           /* its horizon is that of examples */
    bool without_trees, without_logistic; /* not both */
    bool keep_leaks; /* what looks like a leak is told, and used all the same; else it is dropped */
    uint64_t seed;
    unsigned threads;
    uint32_t bootstrap_draws;
    uint64_t memory_bytes; /* 0: TRAINING_BYTES */
    const struct report_property
        *by; /* [by_count], fewer than REPORT_PROPERTIES_MAX: bands of the score come of themselves */
    uint32_t by_count;
    bool (*go_on)(void *context, double done); /* false gives up; may be NULL. Any thread, one at a time */
    void *go_on_context;
    stop_flag stop; /* gives up, too: looked at where go_on is not asked */
};

struct training_memory {
    uint64_t examples, kept; /* on the three sides, and how many of them rows were made of */
    uint64_t bytes;          /* about so many at most */
};

struct trained {
    struct learned learned;
    struct training_memory memory; /* of the training; not kept in an image */
    struct quality_report report;
    /* what it foresees, of whom, and from when: */
    struct str outcome;
    enum entity object;
    int64_t horizon_ms;
    int64_t begins_ms, ends_ms; /* first instant of an example, last instant of which facts were known */
    int64_t test_begins_ms;
    uint64_t seed;
    struct feature_plan plan;
    struct leaks leaks;   /* found in training; which features they meant is not kept in an image */
    uint64_t rules_print; /* of the score whose rules are features (rules_print.h); 0: none are */
    bool rules_changed;   /* read from an image: that score gives other points now than the model learnt from */
};

/* `lives` from outcome_find. *out is filled also where the verdict is that there is no model.
 * Errors   ERR_UNAVAILABLE: given up; those of learn.
 * Memory   what *out points to in `arena`, the trees but released by trained_release. */
MUST_CHECK enum err train_model(const struct feature_source *source, const struct lifetime *lives,
                                const struct training_options *options, struct arena *arena, struct trained *out,
                                struct err_info *why);
void trained_release(struct trained *trained);

#endif

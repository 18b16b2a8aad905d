/* model_train.h — a model of the past: learnt, held against another on the same later leads, and watched for drift.
 *
 * Which records are only tested with is drawn by their ids and one seed for all versions of all models, so no version has ever
 * learnt from a record of the test. That is why a challenger and a champion may be judged together the moment the
 * challenger is there, and again with every later day. Nothing that drift asks is kept: the history still knows what
 * everybody was when the model was trained. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_MODEL_TRAIN_H
#define PLUMB_ENGINE_MODEL_TRAIN_H

#include "engine/hindsight.h"
#include "predict/drift.h"
#include "predict/promotion.h"
#include "predict/training.h"

#define MODEL_SEED 1
#define MODEL_DRAWS 400    /* of the bootstrap */
#define DRIFT_SAMPLE 20000 /* records of either side that are compared */
#define DRIFT_TOLD_MAX 10  /* features */

struct model_task {
    const struct hindsight *past; /* with its lives */
    struct str outcome;           /* in words, to be told with the model */
    uint32_t horizon_days;
    unsigned threads;
    bool (*go_on)(void *context, double done); /* of train_model; may be NULL */
    void *context;
    stop_flag stop; /* gives up any of what follows, with ERR_UNAVAILABLE */
};

/* Errors and memory: those of train_model. */
MUST_CHECK enum err model_train(const struct model_task *task, struct arena *arena, struct trained *out,
                                struct err_info *why);

/* Both on the examples of test records that are later than what either learnt from. */
MUST_CHECK enum err model_compare(const struct model_task *task, const struct trained *challenger,
                                  const struct trained *champion, struct promotion *out, struct err_info *why);

struct feature_drift {
    uint32_t feature; /* of the model's plan */
    struct psi psi;
};

struct model_drift {
    int64_t at_ms;
    uint64_t then, now; /* open records that were compared: at the end of training, and now */
    struct psi scores;
    uint32_t drifted;                              /* features with much drift */
    struct feature_drift features[DRIFT_TOLD_MAX]; /* those with some or much, the greatest first */
    uint32_t feature_count;
    struct calibration_drift calibration; /* of forecasts after training whose horizon is over; count 0: none is yet */
    bool retrain;                         /* so much that it should be trained anew */
};
MUST_CHECK enum err model_drift_measure(const struct model_task *task, const struct trained *trained,
                                        struct model_drift *out, struct err_info *why);

/* Probabilities of records as they are at an instant, into out[count]. */
MUST_CHECK enum err model_forecast(const struct model_ground *ground, const struct trained *trained,
                                   const uint32_t *records, uint64_t count, int64_t at_ms, unsigned threads,
                                   double *out, struct err_info *why);

#endif

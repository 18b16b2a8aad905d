/* model_work.h — what a training and a review have in common: a model, compiled against everybody as they are now. Never
 * outside of job_training.c and job_review.c. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_MODEL_WORK_H
#define PLUMB_SERVER_MODEL_WORK_H

#include "server/jobs.h"
#include "server/models.h"

struct model_work {
    struct job_run *run;
    struct models *models;
    struct arena *arena;
    struct model_info info;
    struct model_terms *terms;
    struct hindsight past;
    struct model_task task; /* of `past` */
    struct trained trained; /* what is learnt, or the champion; released by model_work_end */
};

/* Of the model that the job's wish names; finds when its outcome came to whom. To be ended in either case. */
MUST_CHECK enum err model_work_begin(struct model_work *work, struct job_run *run, struct err_info *why);
void model_work_end(struct model_work *work);

/* A version by these terms; its trees are released by trained_release. Errors: those of model_image_read. */
MUST_CHECK enum err model_work_version(const struct model_work *work, uint32_t number, struct trained *out,
                                       struct err_info *why);

#endif

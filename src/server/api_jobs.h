/* api_jobs.h — how a handler begins a job. See jobs.h. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_API_JOBS_H
#define PLUMB_SERVER_API_JOBS_H

#include "server/api.h"
#include "server/jobs.h"

/* The job is the asking actor's, and the answer 202 with it; 503 when too many wait. Takes over the order's arena. */
void api_job_begin(struct request *request, struct job *job, struct job_order order);

/* "outcome" of a body, as hindsight_wish.outcome: a segment's name, or a condition as text or object; empty when absent. 400. */
bool api_read_outcome(struct request *request, const struct json_item *body, struct str *out);

#endif

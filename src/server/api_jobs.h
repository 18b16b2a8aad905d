/* api_jobs.h — how a handler begins a job. See jobs.h. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_API_JOBS_H
#define PLUMB_SERVER_API_JOBS_H

#include "server/api.h"
#include "server/jobs.h"

/* The job is the asking actor's, and the answer 202 with it; 503 when too many wait. Takes over the order's arena. */
void api_job_begin(struct request *request, struct job *job, struct job_order order);

#endif

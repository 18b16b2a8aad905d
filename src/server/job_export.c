/* job_export.c — what `plumb export` writes, by the same writer (files/export.h), into the file of a job. */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "server/jobs.h"
#include "server/server.h"

struct exporting {
    struct jobs *jobs;
    struct job *job;
};

static bool watch(void *context, uint64_t done, uint64_t all)
{
    const struct exporting *x = context;
    x->job->done = done;
    x->job->all = all;
    return jobs_progress(x->jobs, x->job);
}

enum err job_export(struct server *server, struct jobs *jobs, struct job *job, FILE *to, struct err_info *why)
{
    struct exporting x = {jobs, job};
    struct progress progress;
    progress_init(&progress, NULL, server->clock);
    progress.watch = watch;
    progress.context = &x;
    const struct export export = {.engine = server->engine,
                                  .store = server->store,
                                  .subject = job->subject,
                                  .format = job->format,
                                  .as_of_ms = job->now ? server->clock->now_ms(server->clock) : job->as_of_ms,
                                  .now = job->now,
                                  .threads = server->scan_threads,
                                  .progress = &progress};
    enum err e = export_write(&export, to, &job->taken, why);
    if (e == ERR_OK && (fflush(to) != 0 || ferror(to)))
        e = err_set(why, ERR_UNAVAILABLE, "the file cannot be written: %s", strerror(errno));
    if (e == ERR_OK) job->done = job->all;
    return e;
}

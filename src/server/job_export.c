/* job_export.c — what `plumb export` writes, by the same writer (files/export.h), into the file of a job. */
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "server/job_kinds.h"
#include "server/server.h"

static bool watch(void *context, uint64_t done, uint64_t all)
{
    struct job_run *run = context;
    run->job->done = done;
    run->job->all = all;
    return jobs_progress(run);
}

static enum err write_lines(struct job_run *run, struct err_info *why)
{
    const struct server *server = run->server;
    const struct export_wish *wish = run->wish;
    struct progress progress;
    progress_init(&progress, NULL, server->clock);
    progress.watch = watch;
    progress.context = run;
    const struct export export = {.engine = server->engine,
                                  .store = server->store,
                                  .subject = wish->subject,
                                  .format = wish->format,
                                  .as_of_ms = wish->now ? server->clock->now_ms(server->clock) : wish->as_of_ms,
                                  .now = wish->now,
                                  .threads = server->scan_threads,
                                  .progress = &progress};
    enum err e = export_write(&export, run->to, &run->job->taken, why);
    if (e == ERR_OK && (fflush(run->to) != 0 || ferror(run->to)))
        e = err_set(why, ERR_UNAVAILABLE, "the file cannot be written: %s", strerror(errno));
    if (e == ERR_OK) run->job->done = run->job->all;
    return e;
}

const struct job_kind job_export = {.name = "export",
                                    .lane = LANE_FILES,
                                    .sees = PERM_READ_RECORDS,
                                    .reads = PERM_EXPORT_RECORDS,
                                    .names = true,
                                    .clears = PERM_WRITE_RECORDS,
                                    .work = write_lines};

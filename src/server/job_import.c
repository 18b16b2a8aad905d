/* job_import.c — a file that came in a request is read as `plumb import` reads it (files/import.h).
 *
 * What it takes and refuses, and why, is therefore the same in both; so is that it can be sent again. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <time.h>

#include "base/unicode.h"
#include "files/import.h"
#include "server/job_kinds.h"
#include "server/server.h"

#define FACTS_MAX 1000 /* handed to the engine at once: events that come meanwhile wait no longer than for these */
#define TRIES_MAX 100  /* while the engine has no room */
#define TRY_NS 50000000
#define CANCELLED "it was cancelled"

struct importing {
    struct job_run *run;
    struct rejects *rejects;
    struct import_summary summary;
};

static void copy_text(char *to, size_t room, struct str text)
{
    if (text.len >= room) text.len = room - 1;
    text.len = unicode_valid_length(text); /* a long one was cut, maybe within a character */
    snprintf(to, room, STR_FMT, STR_ARG(text));
}

/* What can be told by now. */
static void count(struct importing *i)
{
    struct job *job = i->run->job;
    size_t kept;
    const struct reject *reject = rejects_kept(i->rejects, &kept);
    job->taken = job->duplicate = 0;
    for (int kind = 0; kind < ENTITY_COUNT; kind++) {
        job->duplicate += i->summary.known[kind];
        job->taken += i->summary.load.rows[kind] - i->summary.known[kind];
    }
    job->refused = rejects_count(i->rejects);
    for (; job->refusal_count < kept && job->refusal_count < JOB_REFUSALS_MAX; job->refusal_count++) {
        const struct reject *one = &reject[job->refusal_count];
        struct job_refusal *refusal = &job->refusals[job->refusal_count];
        refusal->line = one->line;
        copy_text(refusal->column, sizeof refusal->column, one->column);
        copy_text(refusal->reason, sizeof refusal->reason, str_from_c(reject_reason_word(one->reason)));
        copy_text(refusal->message, sizeof refusal->message, one->message);
    }
}

static bool watch(void *context, uint64_t done, uint64_t all)
{
    (void)all;
    struct importing *i = context;
    i->run->job->done = done;
    count(i);
    return jobs_progress(i->run);
}

/* The engine may be full for a moment. */
static enum err take(void *context, struct fact *facts, struct fact_result *results, size_t fact_count,
                     struct err_info *why)
{
    struct importing *i = context;
    count(i);
    for (int tries = 0; jobs_progress(i->run); tries++) {
        struct err_info failed = {0};
        enum err e = engine_take(i->run->server->engine, facts, results, fact_count, &failed);
        if (e == ERR_OK) return ERR_OK;
        if (e != ERR_UNAVAILABLE || tries == TRIES_MAX) return err_set(why, e, "%s", failed.msg);
        nanosleep(&(struct timespec){.tv_nsec = TRY_NS}, NULL);
    }
    return err_set(why, ERR_UNAVAILABLE, CANCELLED);
}

static enum err read_rows(struct importing *i, struct input *input, struct err_info *why)
{
    const struct import_wish *wish = i->run->wish;
    const struct clock *clock = i->run->server->clock;
    struct catalog *catalog = catalog_new();
    struct progress progress;
    progress_init(&progress, NULL, clock);
    progress.watch = watch;
    progress.context = i;
    const struct load_options options = {.id_column = wish->id_column,
                                         .id_option = "the query's id",
                                         .one_thread = true,
                                         .keep_all = true,
                                         .progress = &progress};
    const struct import_sink sink = {.most = FACTS_MAX, .take = take, .context = i};
    enum err e =
        import_input(&options, input, wish->object, catalog, i->rejects, &sink, clock->now_ms(clock), &i->summary, why);
    catalog_free(catalog);
    return e;
}

static enum err take_file(struct job_run *run, struct err_info *why)
{
    const struct import_wish *wish = run->wish;
    struct importing i = {.run = run, .rejects = rejects_new(false)};
    struct input *input = NULL;
    rejects_write_to(i.rejects, run->refused, JOB_REFUSED_ROWS_MAX);
    enum err e = input_open_as(run->body, str_from_c(wish->name), &input, why);
    if (e == ERR_OK) e = read_rows(&i, input, why);
    input_close(input);
    if (e == ERR_OK) e = rejects_finish(i.rejects, why);
    if (e == ERR_OK) run->job->done = run->job->all;
    count(&i);
    rejects_free(i.rejects);
    return e;
}

const struct job_kind job_import = {.name = "import",
                                    .lane = LANE_FILES,
                                    .sees = PERM_READ_RECORDS,
                                    .reads = PERM_WRITE_RECORDS,
                                    .names = true,
                                    .clears = PERM_WRITE_RECORDS,
                                    .work = take_file};

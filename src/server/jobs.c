/* jobs.c — a ring of jobs under a lock, and the threads that do them, one for each lane.
 *
 * A job's counts are the worker's own while it runs; whoever looks gets a copy that was taken at the last
 * jobs_progress. */
// SPDX-License-Identifier: Apache-2.0
#include "server/jobs.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/thread.h"
#include "server/hub.h"
#include "server/job_files.h"
#include "server/server.h"

#define JOB_BYTES_MAX ((size_t)64 * 1024) /* of a job as JSON */
#define ANALYSIS_NICE 10 /* a tenth of the processor that intake gets where both want it, a third of a question's */

struct kept {
    struct job job;
    struct job_order order; /* its arena; the wish ends with the work */
    int64_t told_ms;
    atomic_bool cancelled;
    bool outdated; /* somebody was erased while it was at work */
};

struct lane {
    struct jobs *jobs;
    enum job_lane which;
    pthread_t thread;
    bool runs;
};

struct jobs {
    struct server *server;
    struct arena *arena; /* of `folder` */
    const char *folder;
    struct lane lanes[JOB_LANES];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct kept *at[JOBS_KEPT_MAX]; /* oldest first */
    struct job seen[JOBS_KEPT_MAX]; /* as others see them */
    uint32_t count;
    uint64_t last_number;
    bool ends;
};

static int64_t now_ms(const struct jobs *jobs)
{
    return jobs->server->clock->now_ms(jobs->server->clock);
}

static void tell(struct jobs *jobs, const struct job *job)
{
    if (hub_is_empty(jobs->server->hub)) return;
    AUTO_BUF json = BUF_INIT(JOB_BYTES_MAX);
    struct json_writer writer = {.out = &json};
    job_write(&writer, job);
    if (!json.failed) hub_send(jobs->server->hub, STR("job"), buf_str(&json));
}

/* ---- The list. All under the lock. ---- */

static uint32_t find(const struct jobs *jobs, uint64_t number)
{
    for (uint32_t i = 0; i < jobs->count; i++)
        if (jobs->at[i]->job.number == number) return i;
    return UINT32_MAX;
}

static bool is_over(const struct job *job)
{
    return job->state != JOB_WAITING && job->state != JOB_RUNNING;
}

static void show(struct jobs *jobs, const struct job *job)
{
    uint32_t i = find(jobs, job->number);
    INVARIANT(i != UINT32_MAX);
    jobs->seen[i] = *job;
}

static void forget(struct jobs *jobs, uint32_t i)
{
    struct kept *kept = jobs->at[i];
    job_files_drop(jobs->folder, kept->job.number);
    arena_free(kept->order.arena);
    memory_free(kept);
    jobs->count--;
    memmove(&jobs->at[i], &jobs->at[i + 1], (jobs->count - i) * sizeof *jobs->at);
    memmove(&jobs->seen[i], &jobs->seen[i + 1], (jobs->count - i) * sizeof *jobs->seen);
}

/* A job that did not begin, or has ended. */
static void end(struct jobs *jobs, struct kept *kept, enum job_state state)
{
    AUTO_ARENA arena = arena_new();
    (void)unlink(job_file_path(jobs->folder, arena, kept->job.number, JOB_BODY));
    arena_free(kept->order.arena);
    kept->order = (struct job_order){0};
    kept->job.state = state;
    if (state == JOB_DONE) kept->job.done = kept->job.all;
    kept->job.ended_ms = now_ms(jobs);
    show(jobs, &kept->job);
}

/* Nothing of a job that is over names anybody any more. */
static void clear_names(struct jobs *jobs, struct kept *kept)
{
    AUTO_ARENA arena = arena_new();
    struct job *job = &kept->job;
    (void)unlink(job_file_path(jobs->folder, arena, job->number, JOB_RESULT));
    (void)unlink(job_file_path(jobs->folder, arena, job->number, JOB_REFUSED));
    memset(job->refusals, 0, sizeof job->refusals);
    job->refusal_count = 0;
    snprintf(job->why, sizeof job->why, "somebody was erased since, so that what named people is gone: ask anew");
    show(jobs, job);
}

/* Room for one more; false when too many wait. */
static bool make_room(struct jobs *jobs, enum job_lane lane)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < jobs->count; i++)
        waiting += jobs->at[i]->job.state == JOB_WAITING && jobs->at[i]->job.kind->lane == lane;
    if (waiting >= JOBS_WAITING_MAX || jobs->ends) return false;
    if (jobs->count < JOBS_KEPT_MAX) return true;
    for (uint32_t i = 0; i < jobs->count; i++) {
        if (!is_over(&jobs->at[i]->job)) continue;
        forget(jobs, i);
        return true;
    }
    return false;
}

static enum err refuse(const struct job *job, struct err_info *why)
{
    return err_set(why, ERR_UNAVAILABLE, "too many %s wait already",
                   job->kind->lane == LANE_FILES ? "imports and exports" : "questions of the past");
}

/* Room, and a number in it, for one more. */
static enum err reserve(struct jobs *jobs, struct job *job, struct err_info *why)
{
    pthread_mutex_lock(&jobs->lock);
    bool has_room = make_room(jobs, job->kind->lane);
    if (has_room) job->number = ++jobs->last_number;
    pthread_mutex_unlock(&jobs->lock);
    return has_room ? ERR_OK : refuse(job, why);
}

static enum err keep(struct jobs *jobs, struct job *job, struct job_order order, struct err_info *why)
{
    pthread_mutex_lock(&jobs->lock);
    bool has_room = make_room(jobs, job->kind->lane); /* others may have come meanwhile */
    if (has_room) {
        job->made_ms = now_ms(jobs);
        job->state = JOB_WAITING;
        struct kept *kept = memory_alloc(sizeof *kept);
        kept->job = *job;
        kept->order = (struct job_order){.arena = order.arena, .wish = order.wish};
        jobs->at[jobs->count++] = kept;
        show(jobs, job);
        pthread_cond_broadcast(&jobs->changed);
    }
    pthread_mutex_unlock(&jobs->lock);
    return has_room ? ERR_OK : refuse(job, why);
}

enum err jobs_add(struct jobs *jobs, struct job *job, struct job_order order, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    enum err e = reserve(jobs, job, why);
    const char *path = job_file_path(jobs->folder, arena, job->number, JOB_BODY);
    if (e == ERR_OK && order.body.len > 0) e = job_file_write(jobs->folder, path, order.body, why);
    if (e == ERR_OK) {
        e = keep(jobs, job, order, why);
        if (e != ERR_OK) (void)unlink(path);
    }
    if (e != ERR_OK) arena_free(order.arena);
    return e;
}

bool jobs_look(struct jobs *jobs, uint64_t number, struct job *out)
{
    pthread_mutex_lock(&jobs->lock);
    uint32_t i = find(jobs, number);
    if (i != UINT32_MAX) *out = jobs->seen[i];
    pthread_mutex_unlock(&jobs->lock);
    return i != UINT32_MAX;
}

uint32_t jobs_list(struct jobs *jobs, struct job *out, uint32_t most)
{
    pthread_mutex_lock(&jobs->lock);
    uint32_t count = jobs->count < most ? jobs->count : most;
    for (uint32_t i = 0; i < count; i++) out[i] = jobs->seen[jobs->count - 1 - i];
    pthread_mutex_unlock(&jobs->lock);
    return count;
}

bool jobs_cancel(struct jobs *jobs, uint64_t number)
{
    pthread_mutex_lock(&jobs->lock);
    uint32_t i = find(jobs, number);
    if (i != UINT32_MAX) {
        struct kept *kept = jobs->at[i];
        if (is_over(&kept->job)) forget(jobs, i);
        else if (kept->job.state == JOB_WAITING) end(jobs, kept, JOB_CANCELLED);
        else atomic_store(&kept->cancelled, true);
    }
    pthread_mutex_unlock(&jobs->lock);
    return i != UINT32_MAX;
}

void jobs_forget_people(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    for (uint32_t i = 0; i < jobs->count; i++) {
        struct kept *kept = jobs->at[i];
        if (!kept->job.kind->names || kept->job.state == JOB_WAITING) continue;
        if (is_over(&kept->job)) {
            clear_names(jobs, kept);
            continue;
        }
        kept->outdated = true;
        if (kept->job.result != RESULT_NONE) atomic_store(&kept->cancelled, true);
    }
    pthread_mutex_unlock(&jobs->lock);
}

static int open_file(struct jobs *jobs, uint64_t number, enum job_file file, uint64_t *bytes)
{
    AUTO_ARENA arena = arena_new();
    pthread_mutex_lock(&jobs->lock);
    uint32_t i = find(jobs, number);
    bool is_there = i != UINT32_MAX && is_over(&jobs->at[i]->job);
    int fd = is_there ? job_file_open(job_file_path(jobs->folder, arena, number, file), bytes) : -1;
    pthread_mutex_unlock(&jobs->lock);
    return fd;
}

int jobs_open_result(struct jobs *jobs, uint64_t number, uint64_t *bytes)
{
    return open_file(jobs, number, JOB_RESULT, bytes);
}

int jobs_open_refused(struct jobs *jobs, uint64_t number, uint64_t *bytes)
{
    return open_file(jobs, number, JOB_REFUSED, bytes);
}

/* ---- The work. ---- */

bool jobs_progress(struct job_run *run)
{
    struct jobs *jobs = run->jobs;
    int64_t now = now_ms(jobs);
    pthread_mutex_lock(&jobs->lock);
    show(jobs, run->job);
    struct kept *kept = jobs->at[find(jobs, run->job->number)];
    bool tells = now - kept->told_ms >= 1000 || now < kept->told_ms;
    if (tells) kept->told_ms = now;
    pthread_mutex_unlock(&jobs->lock);
    if (tells) tell(jobs, run->job);
    return !is_stopped(run->stop);
}

bool jobs_phase(struct job_run *run, const char *phase, uint64_t all)
{
    snprintf(run->job->phase, sizeof run->job->phase, "%s", phase);
    if (all > 0) run->job->done = 0;
    if (all > 0) run->job->all = all;
    return jobs_progress(run);
}

static void on_progress(void *context, const char *phase, uint64_t done, uint64_t all)
{
    struct job_run *run = context;
    bool counts = run->counted != NULL && strcmp(run->counted, phase) == 0;
    if (strcmp(run->job->phase, phase) != 0) (void)jobs_phase(run, phase, counts ? all : 0);
    if (!counts || all == 0) return; /* who computes looks at run->stop */
    run->job->done = done;
    run->job->all = all;
    (void)jobs_progress(run);
}

struct watch jobs_watch(struct job_run *run, const char *counted)
{
    run->counted = counted;
    return (struct watch){.stop = run->stop, .progress = on_progress, .context = run};
}

enum err job_answer(struct job_run *run, const struct buf *document, struct err_info *why)
{
    if (document->failed) return err_set(why, ERR_TOO_BIG, "the result is larger than %zu bytes", JOB_ANSWER_MAX);
    if (fwrite(document->at, 1, document->len, run->to) == document->len && fflush(run->to) == 0) return ERR_OK;
    return err_set(why, ERR_UNAVAILABLE, "the result cannot be written: %s", strerror(errno));
}

static enum err work_into_file(struct job_run *run, const char *path, struct err_info *why)
{
    int fd = -1;
    enum err e = job_file_create(run->jobs->folder, path, &fd, why);
    if (e != ERR_OK) return e;
    run->to = fdopen(fd, "w");
    INVARIANT(run->to != NULL);
    e = run->job->kind->work(run, why);
    if (fclose(run->to) != 0 && e == ERR_OK)
        e = err_set(why, ERR_UNAVAILABLE, "'%s' cannot be written: %s", path, strerror(errno));
    if (e != ERR_OK) (void)unlink(path);
    return e;
}

static enum err work_on(struct jobs *jobs, struct kept *kept, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    uint64_t number = kept->job.number;
    struct job_run run = {.server = jobs->server,
                          .jobs = jobs,
                          .job = &kept->job,
                          .wish = kept->order.wish,
                          .stop = &kept->cancelled,
                          .body = job_file_path(jobs->folder, arena, number, JOB_BODY),
                          .refused = job_file_path(jobs->folder, arena, number, JOB_REFUSED)};
    if (kept->job.result == RESULT_NONE) return kept->job.kind->work(&run, why);
    return work_into_file(&run, job_file_path(jobs->folder, arena, number, JOB_RESULT), why);
}

static void run(struct jobs *jobs, struct kept *kept)
{
    struct err_info why = {0};
    tell(jobs, &kept->job);
    enum err e = work_on(jobs, kept, &why);
    pthread_mutex_lock(&jobs->lock);
    bool cancelled = atomic_load(&kept->cancelled), in_vain = kept->outdated && kept->job.result != RESULT_NONE;
    if (e != ERR_OK && !cancelled) snprintf(kept->job.why, sizeof kept->job.why, "%s", why.msg);
    end(jobs, kept, e == ERR_OK && !in_vain ? JOB_DONE : cancelled ? JOB_CANCELLED : JOB_FAILED);
    if (kept->outdated) clear_names(jobs, kept);
    struct job seen = kept->job;
    pthread_mutex_unlock(&jobs->lock);
    tell(jobs, &seen);
}

static struct kept *next_waiting(struct jobs *jobs, enum job_lane lane)
{
    for (uint32_t i = 0; i < jobs->count; i++)
        if (jobs->at[i]->job.state == JOB_WAITING && jobs->at[i]->job.kind->lane == lane) return jobs->at[i];
    return NULL;
}

static void *work(void *context)
{
    const struct lane *lane = context;
    struct jobs *jobs = lane->jobs;
    /* Of this thread alone, and inherited by those that it starts. A system that refuses is only less polite. */
    if (lane->which == LANE_ANALYSES) (void)setpriority(PRIO_PROCESS, (id_t)gettid(), ANALYSIS_NICE);
    for (;;) {
        pthread_mutex_lock(&jobs->lock);
        struct kept *kept;
        while ((kept = next_waiting(jobs, lane->which)) == NULL && !jobs->ends)
            pthread_cond_wait(&jobs->changed, &jobs->lock);
        bool ends = jobs->ends;
        if (!ends) {
            kept->job.state = JOB_RUNNING;
            show(jobs, &kept->job);
        }
        pthread_mutex_unlock(&jobs->lock);
        if (ends) return NULL;
        run(jobs, kept);
    }
}

enum err jobs_start(struct server *server, struct jobs **out, struct err_info *why)
{
    struct jobs *jobs = memory_alloc(sizeof *jobs);
    jobs->server = server;
    jobs->arena = arena_new();
    jobs->folder = arena_format(jobs->arena, STR_FMT "/jobs", STR_ARG(server->config->data)).at;
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->changed, NULL);
    job_files_empty(jobs->folder);
    static const char *const names[JOB_LANES] = {[LANE_FILES] = "plumb-files", [LANE_ANALYSES] = "plumb-analyses"};
    bool all_run = true;
    for (enum job_lane which = 0; which < JOB_LANES; which++) {
        struct lane *lane = &jobs->lanes[which];
        *lane = (struct lane){.jobs = jobs, .which = which};
        lane->runs = thread_start(&lane->thread, work, lane, "%s", names[which]) == 0;
        all_run &= lane->runs;
    }
    if (all_run) {
        *out = jobs;
        return ERR_OK;
    }
    jobs_stop(jobs);
    return err_set(why, ERR_UNAVAILABLE, "a thread could not be started");
}

void jobs_stop(struct jobs *jobs)
{
    if (jobs == NULL) return;
    pthread_mutex_lock(&jobs->lock);
    jobs->ends = true;
    for (uint32_t i = 0; i < jobs->count; i++) atomic_store(&jobs->at[i]->cancelled, true);
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
    for (enum job_lane which = 0; which < JOB_LANES; which++)
        if (jobs->lanes[which].runs) pthread_join(jobs->lanes[which].thread, NULL);
    while (jobs->count > 0) forget(jobs, jobs->count - 1);
    pthread_cond_destroy(&jobs->changed);
    pthread_mutex_destroy(&jobs->lock);
    arena_free(jobs->arena);
    memory_free(jobs);
}

/* jobs.c — a ring of jobs under a lock, and the thread that does them.
 *
 * A job's counts are the worker's own while it runs; whoever looks gets a copy that was taken at the last
 * jobs_progress. */
// SPDX-License-Identifier: Apache-2.0
#include "server/jobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/api_json.h"
#include "server/hub.h"
#include "server/server.h"

#define JOB_BYTES_MAX ((size_t)64 * 1024) /* of a job as JSON */
#define FILE_PREFIX "job-"

struct jobs {
    struct server *server;
    struct arena *arena; /* of `folder` */
    const char *folder;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct job *at[JOBS_KEPT_MAX];  /* oldest first */
    struct job seen[JOBS_KEPT_MAX]; /* as others see them */
    uint32_t count;
    uint64_t last_number;
    int64_t told_ms;
    bool ends;
};

static int64_t now_ms(const struct jobs *jobs)
{
    return jobs->server->clock->now_ms(jobs->server->clock);
}

/* ---- To read. ---- */

static const char *const states[] = {[JOB_WAITING] = "waiting",
                                     [JOB_RUNNING] = "running",
                                     [JOB_DONE] = "done",
                                     [JOB_FAILED] = "failed",
                                     [JOB_CANCELLED] = "cancelled"};

const char *job_what(const struct job *job)
{
    return job->kind == JOB_EXPORT ? export_subjects[job->subject] : entity_plural(job->object);
}

void job_write(struct json_writer *writer, const struct job *job)
{
    json_begin_object(writer);
    api_write_count(writer, "id", job->number);
    api_write_text(writer, "kind", job->kind == JOB_IMPORT ? STR("import") : STR("export"));
    api_write_text(writer, "what", str_from_c(job_what(job)));
    api_write_text(writer, "state", str_from_c(states[job->state]));
    api_write_text(writer, "actor", str_from_c(job->actor));
    api_write_count(writer, "done", job->done);
    api_write_count(writer, "all", job->all);
    api_write_count(writer, "taken", job->taken);
    api_write_count(writer, "duplicate", job->duplicate);
    api_write_count(writer, "refused", job->refused);
    json_key(writer, "refusals");
    json_begin_array(writer);
    for (uint32_t i = 0; i < job->refusal_count; i++) {
        json_begin_object(writer);
        api_write_count(writer, "line", job->refusals[i].line);
        if (job->refusals[i].column[0] != '\0') api_write_text(writer, "column", str_from_c(job->refusals[i].column));
        api_write_text(writer, "reason", str_from_c(job->refusals[i].reason));
        api_write_text(writer, "message", str_from_c(job->refusals[i].message));
        json_end_object(writer);
    }
    json_end_array(writer);
    api_write_instant(writer, "made", job->made_ms);
    if (job->ended_ms != 0) api_write_instant(writer, "ended", job->ended_ms);
    if (job->why[0] != '\0') api_write_text(writer, "why", str_from_c(job->why));
    json_end_object(writer);
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
        if (jobs->at[i]->number == number) return i;
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

static const char *path_of(const struct jobs *jobs, struct arena *arena, uint64_t number, enum job_file file)
{
    static const char *const endings[JOB_FILES] = {
        [JOB_BODY] = "body", [JOB_REFUSED] = "refused.csv", [JOB_RESULT] = "result"};
    return arena_format(arena, "%s/" FILE_PREFIX "%llu.%s", jobs->folder, (unsigned long long)number, endings[file]).at;
}

static void forget(struct jobs *jobs, uint32_t i)
{
    AUTO_ARENA arena = arena_new();
    struct job *job = jobs->at[i];
    for (enum job_file file = 0; file < JOB_FILES; file++) (void)unlink(path_of(jobs, arena, job->number, file));
    memory_free(job);
    jobs->count--;
    memmove(&jobs->at[i], &jobs->at[i + 1], (jobs->count - i) * sizeof *jobs->at);
    memmove(&jobs->seen[i], &jobs->seen[i + 1], (jobs->count - i) * sizeof *jobs->seen);
}

/* A job that did not begin, or has ended. */
static void end(struct jobs *jobs, struct job *job, enum job_state state)
{
    AUTO_ARENA arena = arena_new();
    (void)unlink(path_of(jobs, arena, job->number, JOB_BODY));
    job->state = state;
    job->ended_ms = now_ms(jobs);
    show(jobs, job);
}

/* Room for one more; false when too many wait. */
static bool make_room(struct jobs *jobs)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < jobs->count; i++) waiting += jobs->at[i]->state == JOB_WAITING;
    if (waiting >= JOBS_WAITING_MAX || jobs->ends) return false;
    if (jobs->count < JOBS_KEPT_MAX) return true;
    for (uint32_t i = 0; i < jobs->count; i++) {
        if (!is_over(jobs->at[i])) continue;
        forget(jobs, i);
        return true;
    }
    return false;
}

/* A file of the job, open for writing; -1: *why. */
static int create(const struct jobs *jobs, const char *path, struct err_info *why)
{
    if (mkdir(jobs->folder, 0700) != 0 && errno != EEXIST) {
        (void)!err_set(why, ERR_UNAVAILABLE, "the folder '%s' cannot be made: %s", jobs->folder, strerror(errno));
        return -1;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) (void)!err_set(why, ERR_UNAVAILABLE, "'%s' cannot be written: %s", path, strerror(errno));
    return fd;
}

static enum err write_body(const struct jobs *jobs, const char *path, struct str body, struct err_info *why)
{
    int fd = create(jobs, path, why);
    if (fd < 0) return ERR_UNAVAILABLE;
    size_t at = 0;
    while (at < body.len) {
        ssize_t written = write(fd, body.at + at, body.len - at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        at += (size_t)written;
    }
    int failure = errno;
    if (close(fd) == 0 && at == body.len) return ERR_OK;
    (void)unlink(path);
    return err_set(why, ERR_UNAVAILABLE, "'%s' cannot be written: %s", path, strerror(failure));
}

/* Room, and a number in it, for one more. */
static enum err reserve(struct jobs *jobs, struct job *job, struct err_info *why)
{
    pthread_mutex_lock(&jobs->lock);
    bool has_room = make_room(jobs);
    if (has_room) job->number = ++jobs->last_number;
    pthread_mutex_unlock(&jobs->lock);
    return has_room ? ERR_OK : err_set(why, ERR_UNAVAILABLE, "too many imports and exports wait already");
}

enum err jobs_add(struct jobs *jobs, struct job *job, struct str body, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    enum err e = reserve(jobs, job, why);
    const char *path = path_of(jobs, arena, job->number, JOB_BODY);
    if (e == ERR_OK && body.len > 0) e = write_body(jobs, path, body, why);
    if (e != ERR_OK) return e;
    pthread_mutex_lock(&jobs->lock);
    bool has_room = make_room(jobs); /* others may have come meanwhile */
    if (has_room) {
        job->made_ms = now_ms(jobs);
        job->state = JOB_WAITING;
        struct job *kept = memory_alloc(sizeof *kept);
        *kept = *job;
        jobs->at[jobs->count++] = kept;
        show(jobs, kept);
        pthread_cond_broadcast(&jobs->changed);
    }
    pthread_mutex_unlock(&jobs->lock);
    if (has_room) return ERR_OK;
    (void)unlink(path);
    return err_set(why, ERR_UNAVAILABLE, "too many imports and exports wait already");
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
        struct job *job = jobs->at[i];
        if (is_over(job)) forget(jobs, i);
        else if (job->state == JOB_WAITING) end(jobs, job, JOB_CANCELLED);
        else atomic_store(&job->cancelled, true);
    }
    pthread_mutex_unlock(&jobs->lock);
    return i != UINT32_MAX;
}

int jobs_open(struct jobs *jobs, uint64_t number, enum job_file file, uint64_t *bytes)
{
    AUTO_ARENA arena = arena_new();
    struct stat about;
    pthread_mutex_lock(&jobs->lock);
    uint32_t i = find(jobs, number);
    bool is_there = i != UINT32_MAX && is_over(jobs->at[i]);
    int fd = is_there ? open(path_of(jobs, arena, number, file), O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    pthread_mutex_unlock(&jobs->lock);
    if (fd >= 0 && fstat(fd, &about) != 0) {
        close(fd);
        return -1;
    }
    if (fd >= 0) *bytes = (uint64_t)about.st_size;
    return fd;
}

/* ---- The work. ---- */

bool jobs_progress(struct jobs *jobs, struct job *job)
{
    pthread_mutex_lock(&jobs->lock);
    show(jobs, job);
    bool goes_on = !jobs->ends && !atomic_load(&job->cancelled);
    pthread_mutex_unlock(&jobs->lock);
    int64_t now = now_ms(jobs);
    if (now - jobs->told_ms >= 1000 || now < jobs->told_ms) tell(jobs, job);
    if (now - jobs->told_ms >= 1000 || now < jobs->told_ms) jobs->told_ms = now;
    return goes_on;
}

static enum err export_to_file(struct jobs *jobs, struct job *job, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    const char *path = path_of(jobs, arena, job->number, JOB_RESULT);
    int fd = create(jobs, path, why);
    if (fd < 0) return ERR_UNAVAILABLE;
    FILE *to = fdopen(fd, "w");
    INVARIANT(to != NULL);
    enum err e = job_export(jobs->server, jobs, job, to, why);
    if (fclose(to) != 0 && e == ERR_OK)
        e = err_set(why, ERR_UNAVAILABLE, "'%s' cannot be written: %s", path, strerror(errno));
    if (e != ERR_OK) (void)unlink(path);
    return e;
}

static enum err work_on(struct jobs *jobs, struct job *job, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    if (job->kind == JOB_EXPORT) return export_to_file(jobs, job, why);
    return job_import(jobs->server, jobs, job, path_of(jobs, arena, job->number, JOB_BODY),
                      path_of(jobs, arena, job->number, JOB_REFUSED), why);
}

static void run(struct jobs *jobs, struct job *job)
{
    struct err_info why = {0};
    tell(jobs, job);
    enum err e = work_on(jobs, job, &why);
    pthread_mutex_lock(&jobs->lock);
    bool cancelled = jobs->ends || atomic_load(&job->cancelled);
    if (e != ERR_OK && !cancelled) snprintf(job->why, sizeof job->why, "%s", why.msg);
    end(jobs, job, e == ERR_OK ? JOB_DONE : cancelled ? JOB_CANCELLED : JOB_FAILED);
    struct job seen = *job;
    pthread_mutex_unlock(&jobs->lock);
    tell(jobs, &seen);
}

static struct job *next_waiting(struct jobs *jobs)
{
    for (uint32_t i = 0; i < jobs->count; i++)
        if (jobs->at[i]->state == JOB_WAITING) return jobs->at[i];
    return NULL;
}

static void *work(void *context)
{
    struct jobs *jobs = context;
    for (;;) {
        pthread_mutex_lock(&jobs->lock);
        struct job *job;
        while ((job = next_waiting(jobs)) == NULL && !jobs->ends) pthread_cond_wait(&jobs->changed, &jobs->lock);
        bool ends = jobs->ends;
        if (!ends) {
            job->state = JOB_RUNNING;
            show(jobs, job);
        }
        pthread_mutex_unlock(&jobs->lock);
        if (ends) return NULL;
        run(jobs, job);
    }
}

/* Results of a former start are nobody's any more. */
static void empty_folder(const struct jobs *jobs)
{
    DIR *folder = opendir(jobs->folder);
    if (folder == NULL) return;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strncmp(entry->d_name, FILE_PREFIX, strlen(FILE_PREFIX)) == 0)
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}

enum err jobs_start(struct server *server, struct jobs **out, struct err_info *why)
{
    struct jobs *jobs = memory_alloc(sizeof *jobs);
    jobs->server = server;
    jobs->arena = arena_new();
    jobs->folder = arena_format(jobs->arena, STR_FMT "/jobs", STR_ARG(server->config->data)).at;
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->changed, NULL);
    empty_folder(jobs);
    if (pthread_create(&jobs->thread, NULL, work, jobs) == 0) {
        *out = jobs;
        return ERR_OK;
    }
    pthread_cond_destroy(&jobs->changed);
    pthread_mutex_destroy(&jobs->lock);
    arena_free(jobs->arena);
    memory_free(jobs);
    return err_set(why, ERR_UNAVAILABLE, "a thread could not be started");
}

void jobs_stop(struct jobs *jobs)
{
    if (jobs == NULL) return;
    pthread_mutex_lock(&jobs->lock);
    jobs->ends = true;
    pthread_cond_broadcast(&jobs->changed);
    pthread_mutex_unlock(&jobs->lock);
    pthread_join(jobs->thread, NULL);
    while (jobs->count > 0) forget(jobs, jobs->count - 1);
    pthread_cond_destroy(&jobs->changed);
    pthread_mutex_destroy(&jobs->lock);
    arena_free(jobs->arena);
    memory_free(jobs);
}

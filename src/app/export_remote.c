/* export_remote.c — see export_remote.h: a job is made, looked at until it is over, and its file fetched. */
// SPDX-License-Identifier: Apache-2.0
#include "app/export_remote.h"

#include <time.h>

#include "base/instant.h"

#define BUSY_TRIES 30                         /* seconds that a busy server is waited for */
#define LOOK_AGAIN_NS INT64_C(20000000)       /* at first */
#define LOOK_AGAIN_MOST_NS INT64_C(500000000) /* in the end */
#define UNREADABLE "the server's answer cannot be read; is it another version of Plumb?"

static struct str text_of(const struct json_item *object, const char *name)
{
    const struct json_item *item =
        object != NULL && object->kind == JSON_OBJECT ? json_member(object, str_from_c(name)) : NULL;
    bool has_text = item != NULL && (item->kind == JSON_STRING || item->kind == JSON_NUMBER);
    return has_text ? item->text : STR("");
}

static uint64_t number_of(const struct json_item *object, const char *name)
{
    uint64_t number;
    return str_to_u64(text_of(object, name), &number) ? number : 0;
}

static void write_wish(const struct export *export, struct buf *out)
{
    struct json_writer writer = {.out = out};
    AUTO_BUF as_of = BUF_INIT(64);
    instant_format(&as_of, export->as_of_ms);
    json_begin_object(&writer);
    json_key(&writer, "what");
    json_string(&writer, str_from_c(export_subjects[export->subject]));
    json_key(&writer, "format");
    json_string(&writer, export->format == LINES_CSV ? STR("csv") : STR("jsonl"));
    if (!export->now) json_key(&writer, "as_of");
    if (!export->now) json_string(&writer, buf_str(&as_of));
    json_end_object(&writer);
}

/* The path of the job. */
static enum err ask(struct remote *remote, const struct export *export, struct arena *arena, struct str *job,
                    struct err_info *why)
{
    static const struct timespec second = {.tv_sec = 1};
    AUTO_BUF wish = BUF_INIT(4096);
    write_wish(export, &wish);
    const struct json_item *answer = NULL;
    struct err_info trouble = {0};
    enum err e = ERR_UNAVAILABLE;
    for (int tries = 0; e == ERR_UNAVAILABLE && tries < BUSY_TRIES; tries++) {
        if (tries > 0) nanosleep(&second, NULL);
        trouble = (struct err_info){0};
        e = remote_call(remote, "POST", "/api/v1/exports", buf_str(&wish), &answer, &trouble);
        if (answer == NULL && e == ERR_UNAVAILABLE) break; /* nobody is there */
    }
    if (e != ERR_OK) return err_set(why, e, "%s", trouble.msg);
    uint64_t number = number_of(answer, "id");
    *job = arena_format(arena, "/api/v1/jobs/%llu", (unsigned long long)number);
    return number > 0 ? ERR_OK : err_set(why, ERR_INVALID, UNREADABLE);
}

enum err export_remote_make(struct app *app, struct remote *remote, const struct export *export, struct arena *arena,
                            struct str *job, struct err_info *why)
{
    enum err e = ask(remote, export, arena, job, why);
    if (e != ERR_OK) return e;
    struct progress progress;
    progress_init(&progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
    progress_begin(&progress, "exporting", "lines", 0);
    const struct json_item *answer = NULL;
    struct str state = STR("waiting");
    for (int64_t wait_ns = LOOK_AGAIN_NS; e == ERR_OK; wait_ns = wait_ns < LOOK_AGAIN_MOST_NS ? 2 * wait_ns : wait_ns) {
        e = remote_call(remote, "GET", job->at, STR(""), &answer, why);
        state = e == ERR_OK ? text_of(answer, "state") : STR("");
        if (!str_equal(state, STR("waiting")) && !str_equal(state, STR("running"))) break;
        progress.all = number_of(answer, "all");
        progress_update(&progress, number_of(answer, "done"));
        nanosleep(&(struct timespec){.tv_nsec = (long)wait_ns}, NULL);
    }
    progress_end(&progress);
    if (e != ERR_OK || str_equal(state, STR("done"))) return e;
    if (str_equal(state, STR("failed")))
        return err_set(why, ERR_UNAVAILABLE, "the server says: " STR_FMT, STR_ARG(text_of(answer, "why")));
    return err_set(why, ERR_UNAVAILABLE, "the export was cancelled on the server");
}

enum err export_remote_fetch(struct remote *remote, struct str job, FILE *to, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    const struct json_item *answer;
    struct err_info kept = {0}; /* what cannot be forgotten now is at the server's next start */
    enum err e = remote_fetch(remote, arena_format(arena, STR_FMT "/result", STR_ARG(job)).at, to, why);
    if (e == ERR_OK) (void)!remote_call(remote, "DELETE", job.at, STR(""), &answer, &kept);
    return e;
}

/* job_import.c — JSON Lines become facts, some hundred at a time.
 *
 * Each line is parsed alone first, so that one that is no JSON refuses itself only; those that are make up one array,
 * whose items then live as long as the facts that borrow from them. Records are as POST /api/v1/contacts/batch takes
 * them, events are calls of Segment's tracking API. */
// SPDX-License-Identifier: Apache-2.0
#include <time.h>

#include "engine/call.h"
#include "server/api_record_body.h"
#include "server/jobs.h"
#include "server/server.h"

#define LINES_AT_ONCE 500
#define LINE_BYTES_MAX ((size_t)1024 * 1024)
#define TRIES_MAX 100 /* while the engine has no room */
#define TRY_NS 50000000

struct importing {
    struct server *server;
    struct jobs *jobs;
    struct job *job;
    struct json_parser *alone, *together;
    struct buf array;
    struct str lines[LINES_AT_ONCE];
    uint64_t numbers[LINES_AT_ONCE]; /* of those lines, then of the facts */
    size_t count;
    uint64_t line; /* the last one read */
};

/* Gather lines that are JSON. False: there are no more. */
static bool gather(struct importing *i, struct str *rest)
{
    static const char padding[JSON_PADDING] = {0};
    i->count = 0;
    buf_clear(&i->array);
    buf_append_char(&i->array, '[');
    while (rest->len > 0 && i->count < LINES_AT_ONCE) {
        struct str line = str_trim(str_cut(rest, '\n'));
        const struct json_item *item;
        struct err_info why = {0};
        i->line++;
        if (line.len == 0) continue;
        if (line.len > LINE_BYTES_MAX) {
            job_refuse(i->job, i->line, "too_big", "a line has at most 1 MB");
        } else if (json_parse(i->alone, line, &item, &why) != ERR_OK) {
            job_refuse(i->job, i->line, "bad_json", why.msg);
        } else if (item->kind != JSON_OBJECT) {
            job_refuse(i->job, i->line, "bad_json", "a line is a JSON object");
        } else {
            if (i->count > 0) buf_append_char(&i->array, ',');
            buf_append(&i->array, line);
            i->lines[i->count] = line;
            i->numbers[i->count++] = i->line;
        }
    }
    buf_append_char(&i->array, ']');
    size_t length = i->array.len;
    buf_append(&i->array, (struct str){padding, sizeof padding});
    i->array.len = length;
    return i->count > 0 || rest->len > 0;
}

/* False: refused. */
static bool read_fact(struct importing *i, const struct json_item *item, struct str line, struct arena *arena,
                      struct fact *fact, struct fact_result *result)
{
    int64_t now_ms = i->server->clock->now_ms(i->server->clock);
    struct str source = arena_format(arena, "import:%s", i->job->actor);
    const struct call_setting setting = {
        .origin = CALL_OF_FILE, .kind = CALL_NONE, .received_ms = now_ms, .source = source};
    *result = (struct fact_result){0};
    bool good = i->job->object == ENTITY_EVENT ? call_read(item, line, &setting, arena, fact, result)
                                               : record_body_read(item, i->job->object, now_ms, arena, fact, result);
    if (good && fact->identifier_count == 0) {
        *result = (struct fact_result){.state = FACT_REFUSED, .reason = "no_id", .message = "it has no id"};
        good = false;
    }
    fact->received_ms = now_ms;
    fact->source = source;
    fact->body = line;
    return good;
}

/* The engine may be full for a moment. */
static enum err take(struct importing *i, struct fact *facts, struct fact_result *results, size_t count,
                     struct err_info *why)
{
    for (int tries = 0;; tries++) {
        struct err_info failed = {0};
        enum err e = engine_take(i->server->engine, facts, results, count, &failed);
        if (e == ERR_OK) return ERR_OK;
        if (e != ERR_UNAVAILABLE || tries == TRIES_MAX || !jobs_progress(i->jobs, i->job))
            return err_set(why, e, "%s", failed.msg);
        nanosleep(&(struct timespec){.tv_nsec = TRY_NS}, NULL);
    }
}

static enum err take_lines(struct importing *i, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    const struct json_item *root;
    struct fact *facts = ARENA_ARRAY(arena, struct fact, LINES_AT_ONCE);
    struct fact_result *results = ARENA_ARRAY(arena, struct fact_result, LINES_AT_ONCE);
    size_t count = 0, at = 0;
    enum err e = json_parse(i->together, buf_str(&i->array), &root, why);
    if (e != ERR_OK) return e; /* too many values at once */
    for (const struct json_item *item = json_first(root); item != NULL; item = json_next(root, item), at++) {
        if (read_fact(i, item, i->lines[at], arena, &facts[count], &results[count]))
            i->numbers[count++] = i->numbers[at];
        else job_refuse(i->job, i->numbers[at], results[count].reason, results[count].message);
    }
    for (size_t r = 0; r < count; r++) results[r] = (struct fact_result){0};
    if (count > 0) e = take(i, facts, results, count, why);
    for (size_t r = 0; e == ERR_OK && r < count; r++) {
        if (results[r].state == FACT_REFUSED) job_refuse(i->job, i->numbers[r], results[r].reason, results[r].message);
        i->job->taken += results[r].state == FACT_TAKEN;
        i->job->duplicate += results[r].state == FACT_DUPLICATE;
    }
    return e;
}

enum err job_import(struct server *server, struct jobs *jobs, struct job *job, struct err_info *why)
{
    struct importing i = {.server = server,
                          .jobs = jobs,
                          .job = job,
                          .alone = json_parser_new(),
                          .together = json_parser_new(),
                          .array = BUF_INIT(LINES_AT_ONCE * (LINE_BYTES_MAX + 1) + 4096)};
    struct str rest = {job->body, job->bytes};
    enum err e = ERR_OK;
    while (e == ERR_OK && gather(&i, &rest)) {
        if (i.count > 0) e = take_lines(&i, why);
        job->done = job->bytes - rest.len;
        if (e == ERR_OK && !jobs_progress(jobs, job)) e = err_set(why, ERR_UNAVAILABLE, "it was cancelled");
    }
    if (e == ERR_OK) job->done = job->bytes;
    json_parser_free(i.alone);
    json_parser_free(i.together);
    buf_release(&i.array);
    return e;
}

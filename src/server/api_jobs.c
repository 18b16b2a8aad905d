/* api_jobs.c — imports and exports are begun here, and jobs of every kind asked about. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "server/api_json.h"
#include "server/api_jobs.h"
#include "server/job_kinds.h"

#define ID_COLUMN_MAX 256 /* bytes */

static bool object_of(struct str name, enum entity *out)
{
    *out = ENTITY_EVENT;
    return str_equal(name, STR("events")) || str_equal(name, STR("event")) || api_object_named(name, out);
}

static bool subject_of(struct str name, enum export_subject *out)
{
    for (*out = EXPORT_CONTACTS; export_subjects[*out] != NULL; (*out)++)
        if (str_equal(name, str_from_c(export_subjects[*out]))) return true;
    return false;
}

static void answer_job(struct request *request, unsigned status, const struct job *job)
{
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    job_write(&writer, job);
    request_answer(request, status, &json);
}

void api_job_begin(struct request *request, struct job *job, struct job_order order)
{
    struct err_info why = {0};
    snprintf(job->actor, sizeof job->actor, STR_FMT, STR_ARG(request->actor->text));
    if (jobs_add(request->server->jobs, job, order, &why) != ERR_OK) {
        request_unavailable(request, 10, why.msg);
        return;
    }
    struct job seen = *job;
    (void)jobs_look(request->server->jobs, job->number, &seen);
    answer_job(request, 202, &seen);
}

/* What files that come in requests are called: told by content, as they are read. */
static const char *ending_of(struct str body)
{
    return str_starts_with(str_trim(body), STR("{")) ? "jsonl" : "csv";
}

void api_import_create(struct request *request)
{
    struct import_wish wish = {0};
    struct str body = http_body(request->exchange), kind = http_query(request->exchange, "kind");
    struct str id = str_trim(http_query(request->exchange, "id"));
    if (!object_of(kind, &wish.object)) {
        api_refuse(request, 400, "bad_query", STR("kind"), "kind is contacts, companies, deals or events");
    } else if (id.len > ID_COLUMN_MAX) {
        api_refuse(request, 400, "bad_query", STR("id"), "id is the name of a column, of at most %d bytes",
                   ID_COLUMN_MAX);
    } else if (body.len == 0) {
        api_refuse(request, 400, "no_lines", STR(""), "the body is a file: CSV, or a JSON object on each line");
    } else {
        struct job_order order = {.arena = arena_new(), .body = body};
        struct job job = {.kind = &job_import, .all = body.len};
        snprintf(job.what, sizeof job.what, "%s", entity_plural(wish.object));
        wish.name = arena_format(order.arena, "%s.%s", job.what, ending_of(body)).at;
        if (id.len > 0) wish.id_column = arena_str(order.arena, id).at;
        struct import_wish *kept = ARENA_NEW(order.arena, struct import_wish);
        *kept = wish;
        order.wish = kept;
        api_job_begin(request, &job, order);
    }
}

void api_export_create(struct request *request)
{
    const struct json_item *body;
    struct export_wish wish = {.as_of_ms = FOREVER};
    struct str what = {0}, format = STR("jsonl");
    if (!api_body(request, &body) || !api_member_text(request, body, "what", &what) ||
        !api_member_text(request, body, "format", &format) ||
        !api_member_instant(request, body, "as_of", &wish.as_of_ms))
        return;
    wish.now = wish.as_of_ms == FOREVER;
    wish.format = str_equal(format, STR("csv")) ? LINES_CSV : LINES_JSONL;
    if (!subject_of(what, &wish.subject)) {
        api_refuse(request, 400, "wrong_type", STR("what"),
                   "what is contacts, companies, deals, events, scores or ledgers");
    } else if (wish.format != LINES_CSV && !str_equal(format, STR("jsonl"))) {
        api_refuse(request, 400, "wrong_type", STR("format"), "format is jsonl or csv");
    } else {
        struct job_order order = {.arena = arena_new()};
        struct job job = {.kind = &job_export, .result = wish.format == LINES_CSV ? RESULT_CSV : RESULT_JSONL};
        snprintf(job.what, sizeof job.what, "%s", export_subjects[wish.subject]);
        struct export_wish *kept = ARENA_NEW(order.arena, struct export_wish);
        *kept = wish;
        order.wish = kept;
        api_job_begin(request, &job, order);
    }
}

void api_job_index(struct request *request)
{
    struct job *all = memory_array(JOBS_KEPT_MAX, sizeof *all);
    uint32_t count = jobs_list(request->server->jobs, all, JOBS_KEPT_MAX);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (uint32_t i = 0; i < count; i++)
        if (may(request->actor, all[i].kind->sees)) job_write(&writer, &all[i]);
    json_end_array(&writer);
    json_end_object(&writer);
    memory_free(all);
    request_answer(request, 200, &json);
}

static bool forbid(struct request *request, const char *sentence, enum permission permission)
{
    return api_refuse(request, 403, "not_allowed", STR("id"), "%s, and you may not %s", sentence,
                      permission_help(permission));
}

static bool find_job(struct request *request, struct job *out)
{
    struct str text = request_path(request, "id");
    uint64_t number;
    if (!str_to_u64(text, &number) || !jobs_look(request->server->jobs, number, out))
        return api_refuse(request, 404, "not_found", STR("id"), "there is no job '" STR_FMT "'", STR_ARG(text));
    enum permission sees = out->kind->sees;
    return may(request->actor, sees) || forbid(request, "the job is of a kind that you may not see", sees);
}

void api_job_show(struct request *request)
{
    struct job job = {0};
    if (find_job(request, &job)) answer_job(request, 200, &job);
}

void api_job_delete(struct request *request)
{
    struct job job = {0};
    if (!find_job(request, &job)) return;
    INVARIANT(job.kind != NULL);
    bool is_own = str_equal(request->actor->text, str_from_c(job.actor));
    if (!is_own && !may(request->actor, job.kind->clears)) {
        forbid(request, "the job is another's", job.kind->clears);
        return;
    }
    (void)jobs_cancel(request->server->jobs, job.number);
    http_answer(request->exchange, 204, "application/json", STR(""));
}

static const char *type_of(enum job_result result)
{
    if (result == RESULT_JSON) return "application/json";
    return result == RESULT_CSV ? "text/csv" : "application/x-ndjson";
}

void api_job_result(struct request *request)
{
    struct job job = {0};
    uint64_t bytes = 0;
    if (!find_job(request, &job)) return;
    if (job.result != RESULT_NONE && !may(request->actor, job.kind->reads)) {
        forbid(request, "the result is not for everybody", job.kind->reads);
        return;
    }
    int fd = job.result != RESULT_NONE ? jobs_open_result(request->server->jobs, job.number, &bytes) : -1;
    if (fd < 0) {
        api_refuse(request, 409, "no_result", STR("id"), "the job has no result: %s",
                   job.result == RESULT_NONE ? "an import gives none"
                   : job.why[0] != '\0'      ? job.why
                                             : "it is not done");
        return;
    }
    if (job.result != RESULT_JSON)
        http_set_header(
            request->exchange, "Content-Disposition",
            arena_format(request->arena, "attachment; filename=\"%s.%s\"", job.what, job_result_ending(job.result)));
    http_answer_file(request->exchange, 200, type_of(job.result), fd, bytes);
}

void api_job_refused(struct request *request)
{
    struct job job = {0};
    uint64_t bytes = 0;
    if (!find_job(request, &job)) return;
    int fd = jobs_open_refused(request->server->jobs, job.number, &bytes);
    if (fd < 0) {
        api_refuse(request, 409, "no_result", STR("id"),
                   "the job has no refused rows: only an import that is over and refused some has them");
        return;
    }
    http_set_header(request->exchange, "Content-Disposition", STR("attachment; filename=\"refused.csv\""));
    http_answer_file(request->exchange, 200, "text/csv", fd, bytes);
}

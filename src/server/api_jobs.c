/* api_jobs.c — imports and exports are begun here, and asked about. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "server/api.h"
#include "server/api_json.h"
#include "server/jobs.h"

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

static void begin(struct request *request, struct job *job, struct str body)
{
    struct err_info why = {0};
    snprintf(job->actor, sizeof job->actor, STR_FMT, STR_ARG(request->actor->text));
    if (jobs_add(request->server->jobs, job, body, &why) != ERR_OK) {
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
    struct job job = {.kind = JOB_IMPORT};
    struct str body = http_body(request->exchange), kind = http_query(request->exchange, "kind");
    struct str id = str_trim(http_query(request->exchange, "id"));
    if (!object_of(kind, &job.object)) {
        api_refuse(request, 400, "bad_query", STR("kind"), "kind is contacts, companies, deals or events");
    } else if (id.len >= sizeof job.id_column) {
        api_refuse(request, 400, "bad_query", STR("id"), "id is the name of a column, of at most %zu bytes",
                   sizeof job.id_column - 1);
    } else if (body.len == 0) {
        api_refuse(request, 400, "no_lines", STR(""), "the body is a file: CSV, or a JSON object on each line");
    } else {
        job.all = body.len;
        snprintf(job.name, sizeof job.name, "%s.%s", entity_plural(job.object), ending_of(body));
        snprintf(job.id_column, sizeof job.id_column, STR_FMT, STR_ARG(id));
        begin(request, &job, body);
    }
}

void api_export_create(struct request *request)
{
    const struct json_item *body;
    struct job job = {.kind = JOB_EXPORT, .as_of_ms = FOREVER};
    struct str what = {0}, format = STR("jsonl");
    if (!api_body(request, &body) || !api_member_text(request, body, "what", &what) ||
        !api_member_text(request, body, "format", &format) ||
        !api_member_instant(request, body, "as_of", &job.as_of_ms))
        return;
    job.now = job.as_of_ms == FOREVER;
    job.format = str_equal(format, STR("csv")) ? LINES_CSV : LINES_JSONL;
    if (!subject_of(what, &job.subject))
        api_refuse(request, 400, "wrong_type", STR("what"),
                   "what is contacts, companies, deals, events, scores or ledgers");
    else if (job.format != LINES_CSV && !str_equal(format, STR("jsonl")))
        api_refuse(request, 400, "wrong_type", STR("format"), "format is jsonl or csv");
    else begin(request, &job, STR(""));
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
    for (uint32_t i = 0; i < count; i++) job_write(&writer, &all[i]);
    json_end_array(&writer);
    json_end_object(&writer);
    memory_free(all);
    request_answer(request, 200, &json);
}

static bool find_job(struct request *request, struct job *out)
{
    struct str text = request_path(request, "id");
    uint64_t number;
    if (str_to_u64(text, &number) && jobs_look(request->server->jobs, number, out)) return true;
    return api_refuse(request, 404, "not_found", STR("id"), "there is no job '" STR_FMT "'", STR_ARG(text));
}

void api_job_show(struct request *request)
{
    struct job job = {0};
    if (find_job(request, &job)) answer_job(request, 200, &job);
}

/* Whoever asked for a job may always take it back. */
void api_job_delete(struct request *request)
{
    struct job job = {0};
    if (!find_job(request, &job)) return;
    bool is_own = str_equal(request->actor->text, str_from_c(job.actor));
    if (!is_own && !may(request->actor, PERM_WRITE_RECORDS)) {
        api_refuse(request, 403, "forbidden", STR("id"), "the job is another's, and you may not %s",
                   permission_help(PERM_WRITE_RECORDS));
        return;
    }
    (void)jobs_cancel(request->server->jobs, job.number);
    http_answer(request->exchange, 204, "application/json", STR(""));
}

void api_job_result(struct request *request)
{
    struct job job = {0};
    uint64_t bytes = 0;
    if (!find_job(request, &job)) return;
    int fd = jobs_open(request->server->jobs, job.number, JOB_RESULT, &bytes);
    if (fd < 0) {
        api_refuse(request, 409, "no_result", STR("id"), "the job has no result: only an export that is done has one");
        return;
    }
    bool as_csv = job.format == LINES_CSV;
    struct str name =
        arena_format(request->arena, "attachment; filename=\"%s.%s\"", job_what(&job), as_csv ? "csv" : "jsonl");
    http_set_header(request->exchange, "Content-Disposition", name);
    http_answer_file(request->exchange, 200, as_csv ? "text/csv" : "application/x-ndjson", fd, bytes);
}

void api_job_refused(struct request *request)
{
    struct job job = {0};
    uint64_t bytes = 0;
    if (!find_job(request, &job)) return;
    int fd = jobs_open(request->server->jobs, job.number, JOB_REFUSED, &bytes);
    if (fd < 0) {
        api_refuse(request, 409, "no_result", STR("id"),
                   "the job has no refused rows: only an import that is over and refused some has them");
        return;
    }
    http_set_header(request->exchange, "Content-Disposition", STR("attachment; filename=\"refused.csv\""));
    http_answer_file(request->exchange, 200, "text/csv", fd, bytes);
}

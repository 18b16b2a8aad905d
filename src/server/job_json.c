/* job_json.c — a job as answers and the stream tell it. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api_json.h"
#include "server/jobs.h"

static const char *const states[] = {[JOB_WAITING] = "waiting",
                                     [JOB_RUNNING] = "running",
                                     [JOB_DONE] = "done",
                                     [JOB_FAILED] = "failed",
                                     [JOB_CANCELLED] = "cancelled"};

const char *job_result_ending(enum job_result result)
{
    static const char *const endings[] = {
        [RESULT_NONE] = "", [RESULT_CSV] = "csv", [RESULT_JSONL] = "jsonl", [RESULT_JSON] = "json"};
    return endings[result];
}

static void write_refusal(struct json_writer *writer, const struct job_refusal *refusal)
{
    json_begin_object(writer);
    api_write_count(writer, "line", refusal->line);
    if (refusal->column[0] != '\0') api_write_text(writer, "column", str_from_c(refusal->column));
    api_write_text(writer, "reason", str_from_c(refusal->reason));
    api_write_text(writer, "message", str_from_c(refusal->message));
    json_end_object(writer);
}

void job_write(struct json_writer *writer, const struct job *job)
{
    json_begin_object(writer);
    api_write_count(writer, "id", job->number);
    api_write_text(writer, "kind", str_from_c(job->kind->name));
    api_write_text(writer, "what", str_from_c(job->what));
    api_write_text(writer, "state", str_from_c(states[job->state]));
    api_write_text(writer, "actor", str_from_c(job->actor));
    if (job->phase[0] != '\0') api_write_text(writer, "phase", str_from_c(job->phase));
    api_write_count(writer, "done", job->done);
    api_write_count(writer, "all", job->all);
    api_write_count(writer, "taken", job->taken);
    api_write_count(writer, "duplicate", job->duplicate);
    api_write_count(writer, "refused", job->refused);
    json_key(writer, "refusals");
    json_begin_array(writer);
    for (uint32_t i = 0; i < job->refusal_count; i++) write_refusal(writer, &job->refusals[i]);
    json_end_array(writer);
    api_write_instant(writer, "made", job->made_ms);
    if (job->ended_ms != 0) api_write_instant(writer, "ended", job->ended_ms);
    if (job->why[0] != '\0') api_write_text(writer, "why", str_from_c(job->why));
    json_end_object(writer);
}

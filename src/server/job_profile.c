/* job_profile.c — what customers had, before they were, more often than others (predict/profile.h), over the facts of the moment
 * in which its turn came. */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"
#include "predict/profile.h"
#include "report/profile_json.h"
#include "server/api_json.h"
#include "server/job_kinds.h"
#include "server/server.h"

static void write_findings(struct json_writer *json, const struct profile *profile)
{
    json_key(json, "findings");
    json_begin_array(json);
    for (uint32_t i = 0; i < profile->count; i++) {
        json_begin_object(json);
        profile_json_finding(json, &profile->findings[i]);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "left_out");
    json_begin_array(json);
    for (uint32_t i = 0; i < profile->leaks.count; i++) {
        json_begin_object(json);
        profile_json_left_out(json, &profile->leaks.at[i]);
        json_end_object(json);
    }
    json_end_array(json);
}

static enum err answer(struct job_run *run, const struct hindsight *hindsight, const struct profile *profile,
                       struct err_info *why)
{
    const struct profile_wish *wish = run->wish;
    AUTO_BUF document = BUF_INIT(JOB_ANSWER_MAX);
    struct json_writer json = {.out = &document};
    json_begin_object(&json);
    api_write_instant(&json, "as_of", hindsight->as_of_ms);
    api_write_count(&json, "seed", wish->seed);
    api_write_text(&json, "object", str_from_c(entity_name(wish->question.object)));
    api_write_text(&json, "outcome", hindsight_words(&wish->question));
    api_write_count(&json, "horizon_days", wish->horizon_days);
    profile_json_summary(&json, profile);
    write_findings(&json, profile);
    json_end_object(&json);
    return job_answer(run, &document, why);
}

static enum err ask(struct job_run *run, const struct hindsight *hindsight, struct err_info *why)
{
    const struct profile_wish *wish = run->wish;
    AUTO_ARENA arena = arena_new();
    struct profile profile;
    struct feature_source source = hindsight->ground.source;
    const struct watch watch = jobs_watch(run, "reading facts");
    const struct profile_options options = {.end_ms = hindsight->end_ms,
                                            .horizon_ms = (int64_t)wish->horizon_days * MS_PER_DAY,
                                            .seed = wish->seed,
                                            .threads = run->server->scan_threads,
                                            .watch = &watch};
    source.dates = &hindsight->dates;
    if (!jobs_progress(run)) return err_set(why, ERR_UNAVAILABLE, "it was stopped");
    enum err e = profile_find(&source, hindsight->lives, &options, arena, &profile, why);
    return e == ERR_OK ? answer(run, hindsight, &profile, why) : e;
}

static enum err profile(struct job_run *run, struct err_info *why)
{
    const struct server *server = run->server;
    const struct profile_wish *wish = run->wish;
    struct model_terms *terms = NULL;
    struct hindsight hindsight = {0};
    enum err e = hindsight_compile(server->engine, &wish->question, &terms, why);
    if (e == ERR_OK) {
        const struct watch watch = jobs_watch(run, "reading facts");
        (void)jobs_phase(run, "finding outcomes", 0);
        hindsight_open(server->engine, terms, &wish->question, server->clock->now_ms(server->clock), &hindsight);
        hindsight_find_lives(&hindsight, server->scan_threads, &watch);
        e = ask(run, &hindsight, why);
        hindsight_close(&hindsight);
    }
    model_terms_free(terms);
    return e;
}

const struct job_kind job_profile = {.name = "profile",
                                     .lane = LANE_ANALYSES,
                                     .sees = PERM_READ_SCORES,
                                     .reads = PERM_READ_SCORES,
                                     .clears = PERM_EDIT_SCORES,
                                     .work = profile};

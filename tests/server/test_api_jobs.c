/* test_api_jobs.c — imports and exports run beside requests, tell what became of them, and end with the server. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <time.h>

#include "api_client.h"
#include "harness.h"
#include "server/jobs.h"

static struct site *open_site(void)
{
    return site_open((struct site_options){0});
}

/* The job when it is over. */
static struct reply wait_for(struct site *site, struct reply begun)
{
    const char *line = arena_format(site->arena, "GET /api/v1/jobs/" STR_FMT, STR_ARG(api_at(site, begun, "id"))).at;
    for (;;) {
        struct reply now = api_call(site, line, "", 200);
        struct str state = api_at(site, now, "state");
        if (!str_equal(state, STR("waiting")) && !str_equal(state, STR("running"))) return now;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

static struct reply import(struct site *site, const char *kind, const char *lines)
{
    const char *line = arena_format(site->arena, "POST /api/v1/imports?kind=%s", kind).at;
    return wait_for(site, api_call(site, line, lines, 202));
}

TEST(an_import_takes_good_lines_and_tells_the_bad_ones_by_number)
{
    struct site *site = open_site();
    struct reply job = import(site, "contacts",
                              "{'id':'ada','properties':{'age':41}}\n\n{'id':\n{'properties':{}}\n[1]\n"
                              "{'email':'ben@acme.example','company':'acme'}\r\n{'id':'cem','properties':3}");
    CHECK_STR(api_at(site, job, "state"), STR("done"));
    CHECK_STR(api_at(site, job, "taken"), STR("2"));
    CHECK_STR(api_at(site, job, "refused"), STR("4"));
    CHECK_STR(api_at(site, job, "refusals.0.line"), STR("3"));
    CHECK_STR(api_at(site, job, "refusals.0.reason"), STR("bad_json"));
    CHECK_STR(api_at(site, job, "done"), api_at(site, job, "all"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/contacts/ada", "", 200), "properties.age"), STR("41"));
    api_call(site, "GET /api/v1/contacts/email:ben@acme.example", "", 200);
    site_close(site);
}

TEST(events_are_imported_as_segment_calls_and_each_message_once)
{
    struct site *site = open_site();
    const char *line = "{'type':'track','userId':'u1','event':'seen','messageId':'m1',"
                       "'timestamp':'2026-01-01T00:00:00Z'}\n";
    const char *twice = arena_format(site->arena, "%s%s", line, line).at;
    struct reply job = import(site, "events", twice);
    CHECK_STR(api_at(site, job, "taken"), STR("1"));
    CHECK_STR(api_at(site, job, "duplicate"), STR("1"));
    CHECK_INT(site_events(site), 1);
    site_close(site);
}

TEST(more_lines_than_fit_one_batch_are_all_taken)
{
    struct site *site = open_site();
    AUTO_BUF lines = BUF_INIT((size_t)1 << 20);
    for (int i = 0; i < 1234; i++) buf_format(&lines, "{'id':'c%d'}\n", i);
    buf_append_char(&lines, '\0');
    CHECK_STR(api_at(site, import(site, "companies", lines.at), "taken"), STR("1234"));
    site_close(site);
}

TEST(an_export_holds_every_record_with_its_properties_and_scores)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/scores/lead/publish",
             "{'text':'score: lead\\nbands: [{label: MQL, from: 1}]\\ngroups: [{name: g, category: fit, rules: [{name: "
             "r, when: {property: age, gte: 18}, points: 5}]}]\\n'}",
             200);
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','properties':{'age':41,'note':'a, b'}}", 201);
    api_call(site, "POST /api/v1/contacts", "{'id':'ben'}", 201);
    struct reply csv =
        wait_for(site, api_call(site, "POST /api/v1/exports", "{'what':'contacts','format':'csv'}", 202));
    CHECK_STR(api_at(site, csv, "state"), STR("done"));
    struct reply file = api_call(site, "GET /api/v1/jobs/1/result", "", 200);
    CHECK_STR(reply_header(file, "Content-Type"), STR("text/csv"));
    CHECK_STR(file.body, STR("id,age,note,score.lead,band.lead\r\nada,41,\"a, b\",5,MQL\r\nben,,,0,\r\n"));
    wait_for(site, api_call(site, "POST /api/v1/exports", "{'what':'contacts'}", 202));
    file = api_call(site, "GET /api/v1/jobs/2/result", "", 200);
    CHECK_CONTAINS(file.body, STR("\"scores\":[{\"score\":\"lead\",\"micro\":5000000,\"band\":\"MQL\"}]}\n"));
    site_close(site);
}

TEST(a_job_that_was_forgotten_is_not_there_and_neither_is_its_file)
{
    struct site *site = open_site();
    wait_for(site, api_call(site, "POST /api/v1/exports", "{'what':'deals'}", 202));
    api_call(site, "DELETE /api/v1/jobs/1", "", 204);
    api_call(site, "GET /api/v1/jobs/1", "", 404);
    api_call(site, "GET /api/v1/jobs/1/result", "", 404);
    site_close(site);
}

TEST(what_cannot_be_done_is_refused_at_once)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/imports?kind=planets", "{}", 400);
    api_call(site, "POST /api/v1/imports?kind=contacts", "", 400);
    api_call_with(site, "POST /api/v1/imports?kind=contacts", "Content-Type: text/csv\r\n", "id\nada\n", 415);
    api_call(site, "POST /api/v1/exports", "{'what':'events'}", 400);
    api_call(site, "POST /api/v1/exports", "{'what':'deals','format':'xml'}", 400);
    api_call(site, "GET /api/v1/jobs/7", "", 404);
    wait_for(site, api_call(site, "POST /api/v1/imports?kind=deals", "{'id':'d'}", 202));
    api_call(site, "GET /api/v1/jobs/1/result", "", 409);
    site_close(site);
}

TEST(a_stop_among_jobs_waits_for_none_of_them)
{
    struct site *site = open_site();
    AUTO_BUF lines = BUF_INIT((size_t)1 << 24);
    for (int i = 0; i < 100000; i++) buf_format(&lines, "{\"id\":\"c%d\"}\n", i);
    for (int i = 0; i < 3; i++) {
        struct job job = {.kind = JOB_IMPORT, .object = ENTITY_COMPANY, .bytes = lines.len, .all = lines.len};
        job.body = memory_alloc(lines.len + JSON_PADDING);
        memcpy(job.body, lines.at, lines.len);
        CHECK_TRUE(jobs_add(site->server->jobs, &job));
    }
    site_close(site);
}

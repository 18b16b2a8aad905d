/* test_api_jobs.c — imports and exports run beside requests, tell what became of them, and end with the server. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "api_client.h"
#include "harness.h"
#include "server/access.h"
#include "server/job_kinds.h"

#define EVENTS_SENT 300

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

TEST(a_csv_file_is_imported_with_the_rules_of_plumb_import)
{
    struct site *site = open_site();
    const char *file = "id,email,age,company\nada,ada@acme.example,41,acme\nben,\"ben@acme.example\",,\n,x,1,\n"
                       "ada,other@acme.example,42,\ncem,cem@acme.example,7\n";
    struct reply job = import(site, "contacts", file);
    CHECK_STR(api_at(site, job, "state"), STR("done"));
    CHECK_STR(api_at(site, job, "taken"), STR("2"));
    CHECK_STR(api_at(site, job, "refused"), STR("3"));
    CHECK_STR(api_at(site, job, "refusals.0.line"), STR("4"));
    CHECK_STR(api_at(site, job, "refusals.0.column"), STR("id"));
    CHECK_STR(api_at(site, job, "refusals.0.reason"), STR("no_id"));
    CHECK_STR(api_at(site, job, "refusals.1.reason"), STR("repeated_id"));
    CHECK_STR(api_at(site, job, "refusals.1.message"), STR("'ada' is already on line 2"));
    CHECK_STR(api_at(site, job, "refusals.2.reason"), STR("field_count"));
    struct reply ada = api_call(site, "GET /api/v1/contacts/email:ada@acme.example", "", 200);
    CHECK_STR(api_at(site, ada, "id"), STR("ada"));
    CHECK_STR(api_at(site, ada, "properties.age"), STR("41"));
    struct reply versions = api_call(site, "GET /api/v1/contacts/ada/properties/age/history", "", 200);
    CHECK_STR(api_at(site, versions, "results.0.from"), STR("null"));
    site_close(site);
}

TEST(refused_rows_of_an_import_can_be_fetched_with_their_lines)
{
    struct site *site = open_site();
    import(site, "contacts", "id,plan\nada,pro\n,\"free, of course\"\n");
    struct reply file = api_call(site, "GET /api/v1/jobs/1/refused", "", 200);
    CHECK_STR(reply_header(file, "Content-Type"), STR("text/csv"));
    CHECK_STR(file.body, STR("file,line,column,reason,row\n"
                             "contacts.csv,3,id,the row has no id,\",\"\"free, of course\"\"\"\n"));
    import(site, "contacts", "id,plan\nada,pro\n");
    api_call(site, "GET /api/v1/jobs/2/refused", "", 409);
    api_call(site, "DELETE /api/v1/jobs/1", "", 204);
    api_call(site, "GET /api/v1/jobs/1/refused", "", 404);
    site_close(site);
}

TEST(companies_deals_and_events_come_as_csv_too)
{
    struct site *site = open_site();
    import(site, "companies", "id,name\nacme,Acme\n");
    import(site, "contacts", "id,email,company\nada,ada@acme.example,acme\n");
    CHECK_STR(api_at(site, import(site, "deals", "id,company,contacts\nd1,acme,ada;ben\n"), "taken"), STR("1"));
    struct reply job = import(site, "events",
                              "contact,event,time,path\nada@acme.example,page_viewed,2026-01-01T10:00:00Z,/pricing\n"
                              "nobody,page_viewed,2026-01-01T10:00:00Z,/pricing\nada,page_viewed,soon,/\n");
    CHECK_STR(api_at(site, job, "taken"), STR("1"));
    CHECK_STR(api_at(site, job, "refusals.0.reason"), STR("bad_time"));
    CHECK_STR(api_at(site, job, "refusals.1.reason"), STR("not_found"));
    CHECK_STR(api_at(site, job, "refusals.1.message"), STR("nobody is known by this id or e-mail address"));
    struct reply events = api_call(site, "GET /api/v1/contacts/ada/events", "", 200);
    CHECK_STR(api_at(site, events, "results.0.properties.path"), STR("/pricing"));
    site_close(site);
}

TEST(the_same_file_sent_again_changes_nothing)
{
    struct site *site = open_site();
    const char *contacts = "id,plan\nada,pro\n",
               *events = "contact,event,time\nada,seen,2026-01-01\nada,seen,2026-01-01\n";
    import(site, "contacts", contacts);
    CHECK_STR(api_at(site, import(site, "events", events), "taken"), STR("2"));
    import(site, "contacts", contacts);
    struct reply again = import(site, "events", events);
    CHECK_STR(api_at(site, again, "taken"), STR("0"));
    CHECK_STR(api_at(site, again, "duplicate"), STR("2"));
    CHECK_INT(site_events(site), 2);
    struct reply versions = api_call(site, "GET /api/v1/contacts/ada/properties/plan/history", "", 200);
    CHECK_STR(api_at(site, versions, "results.1.value"), STR("(absent)"));
    site_close(site);
}

TEST(the_ids_of_a_file_may_stand_in_another_column)
{
    struct site *site = open_site();
    struct reply job =
        wait_for(site, api_call(site, "POST /api/v1/imports?kind=contacts&id=Lead", "Lead,plan\nl-1,pro\n", 202));
    CHECK_STR(api_at(site, job, "taken"), STR("1"));
    api_call(site, "GET /api/v1/contacts/l-1", "", 200);
    job = import(site, "contacts", "Lead,plan\nl-2,pro\n");
    CHECK_STR(api_at(site, job, "state"), STR("failed"));
    CHECK_STR(api_at(site, job, "why"),
              STR("contacts.csv has no column 'id' (another can be named with the query's id); "
                  "its columns are Lead, plan"));
    site_close(site);
}

TEST(lines_that_an_export_wrote_are_imported_as_they_are)
{
    struct site *site = open_site();
    struct reply job = import(site, "contacts", "{'id':'ada','company':'acme','email':'ada@acme.example','age':41}\n");
    CHECK_STR(api_at(site, job, "taken"), STR("1"));
    struct reply ada = api_call(site, "GET /api/v1/contacts/email:ada@acme.example", "", 200);
    CHECK_STR(api_at(site, ada, "properties.age"), STR("41"));
    job = import(site, "events", "{'contact':'ada','event':'seen','time':'2026-01-01T10:00:00Z'}\n");
    CHECK_STR(api_at(site, job, "taken"), STR("1"));
    site_close(site);
}

TEST(what_is_no_file_of_rows_fails_with_a_sentence)
{
    struct site *site = open_site();
    struct reply job = import(site, "contacts", "<html>hello</html>");
    CHECK_STR(api_at(site, job, "state"), STR("failed"));
    CHECK_CONTAINS(api_at(site, job, "why"), STR("'contacts.csv' is a web page"));
    job = import(site, "deals", "[{'id':'d1'}]");
    CHECK_CONTAINS(api_at(site, job, "why"), STR("deals.csv holds a JSON array"));
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

static struct reply export(struct site *site, const char *wish)
{
    struct reply job = wait_for(site, api_call(site, "POST /api/v1/exports", wish, 202));
    CHECK_STR(api_at(site, job, "state"), STR("done"));
    CHECK_STR(api_at(site, job, "done"), api_at(site, job, "all"));
    const char *line =
        arena_format(site->arena, "GET /api/v1/jobs/" STR_FMT "/result", STR_ARG(api_at(site, job, "id"))).at;
    return api_call(site, line, "", 200);
}

static void fill(struct site *site)
{
    api_call(site, "POST /api/v1/scores/lead/publish",
             "{'text':'score: lead\\nbands: [{label: MQL, from: 1}]\\ngroups: [{name: g, category: fit, rules: [{name: "
             "r, when: {property: age, gte: 18}, points: 5}]}]\\n'}",
             200);
    api_call(site, "POST /api/v1/contacts", "{'id':'ada','properties':{'age':41,'note':'a, b'},'company':'acme'}", 201);
    api_call(site, "POST /api/v1/contacts", "{'id':'ben'}", 201);
    api_call(site, "POST /api/v1/deals", "{'id':'d1','company':'acme','contacts':['ada','ben']}", 201);
    import(site, "events",
           "contact,event,time,id,path\nada,seen,2026-01-01T10:00:00Z,m1,/\n"
           "ben,seen,2026-01-02T10:00:00Z,m2,\n");
}

TEST(nothing_that_jobs_left_names_anybody_once_somebody_was_erased)
{
    struct site *site = open_site();
    struct reply refused = import(site, "contacts", "id,email\nada,ada@acme.example\nada,ada2@acme.example\n");
    CHECK_STR(api_at(site, refused, "refused"), STR("1"));
    struct reply job = wait_for(site, api_call(site, "POST /api/v1/exports", "{'what':'contacts'}", 202));
    CHECK_STR(api_at(site, job, "state"), STR("done"));
    api_call(site, "GET /api/v1/jobs/1/refused", "", 200);
    api_call(site, "GET /api/v1/jobs/2/result", "", 200);
    api_call(site, "DELETE /api/v1/contacts/ada?erase=true", "", 204);
    api_call(site, "GET /api/v1/jobs/1/refused", "", 409);
    CHECK_CONTAINS(api_at(site, api_call(site, "GET /api/v1/jobs/2/result", "", 409), "detail"),
                   STR("somebody was erased since"));
    struct reply jobs = api_call(site, "GET /api/v1/jobs", "", 200);
    CHECK_FALSE(reply_has(jobs, "ada"));
    CHECK_TRUE(reply_has(jobs, "\"refused\":1,\"refusals\":[]"));
    struct reply anew = wait_for(site, api_call(site, "POST /api/v1/exports", "{'what':'contacts'}", 202));
    CHECK_STR(api_at(site, anew, "state"), STR("done"));
    site_close(site);
}

TEST(an_export_of_records_and_events_is_a_file_that_an_import_takes)
{
    struct site *site = open_site();
    fill(site);
    struct reply file = export(site, "{'what':'contacts','format':'csv'}");
    CHECK_STR(reply_header(file, "Content-Type"), STR("text/csv"));
    CHECK_STR(file.body, STR("id,company,age,note\nada,acme,41,\"a, b\"\nben,,,\n"));
    file = export(site, "{'what':'contacts'}");
    CHECK_STR(reply_header(file, "Content-Type"), STR("application/x-ndjson"));
    CHECK_STR(file.body, STR("{\"id\":\"ada\",\"company\":\"acme\",\"age\":41,\"note\":\"a, b\"}\n{\"id\":\"ben\"}\n"));
    CHECK_STR(export(site, "{'what':'deals','format':'csv'}").body, STR("id,company,contacts\nd1,acme,ada;ben\n"));
    CHECK_STR(export(site, "{'what':'companies','format':'csv'}").body, STR("id\nacme\n"));
    CHECK_STR(export(site, "{'what':'events','format':'csv'}").body,
              STR("contact,event,time,id,bot,path\nada,seen,2026-01-01T10:00:00Z,m1,,/\n"
                  "ben,seen,2026-01-02T10:00:00Z,m2,,\n"));
    CHECK_STR(export(site, "{'what':'events','as_of':'2026-01-01T12:00:00Z'}").body,
              STR("{\"contact\":\"ada\",\"event\":\"seen\",\"time\":\"2026-01-01T10:00:00Z\",\"id\":\"m1\",\"path\":\"/"
                  "\"}\n"));
    site_close(site);
}

/* Somebody who sends an event of somebody new, again and again. */
static void *send_events(void *of_site)
{
    struct site mine = *(struct site *)of_site;
    mine.arena = arena_new();
    for (int i = 0; i < EVENTS_SENT; i++) {
        struct str call = arena_format(mine.arena,
                                       "{\"event\":\"seen\",\"userId\":\"u%d\",\"messageId\":\"n%d\","
                                       "\"properties\":{\"p%d\":\"x\"}}",
                                       i, i, i % 20);
        CHECK_INT(site_try(&mine, "/v1/track", call.at).status, 200);
    }
    arena_free(mine.arena);
    return NULL;
}

static int count_whole_lines(struct str text)
{
    int lines = 0;
    for (; text.len > 0; lines++) {
        struct str line = str_cut(&text, '\n');
        if (!str_starts_with(line, STR("{")) || !str_ends_with(line, STR("}")))
            FAIL("a line is " STR_FMT, STR_ARG(line));
    }
    return lines;
}

TEST(exports_while_events_come_have_whole_lines_and_never_fewer_than_before)
{
    struct site *site = open_site();
    fill(site);
    pthread_t sender;
    CHECK_INT(pthread_create(&sender, NULL, send_events, site), 0);
    static const char *const wishes[] = {"{'what':'contacts'}", "{'what':'events'}", "{'what':'scores'}"};
    int before[COUNT_OF(wishes)] = {0};
    for (bool last = false;; last = site_events(site) == 2 + EVENTS_SENT) {
        for (size_t i = 0; i < COUNT_OF(wishes); i++) {
            int lines = count_whole_lines(export(site, wishes[i]).body);
            CHECK_TRUE(lines >= before[i]);
            before[i] = lines;
        }
        if (last) break;
    }
    CHECK_INT(pthread_join(sender, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(wishes); i++) CHECK_INT(before[i], 2 + EVENTS_SENT);
    site_close(site);
}

TEST(an_export_of_scores_has_bands_and_one_of_ledgers_every_reason)
{
    struct site *site = open_site();
    fill(site);
    struct reply file = export(site, "{'what':'scores','format':'csv'}");
    CHECK_STR(file.body, STR("id,score,value,micro,fit_micro,engagement_micro,band,grade\n"
                             "ada,lead,5,5000000,5000000,0,MQL,\nben,lead,0,0,0,0,,\n"));
    file = export(site, "{'what':'ledgers'}");
    CHECK_CONTAINS(file.body, STR("\"id\":\"ada\",\"score\":\"lead\",\"value\":5"));
    CHECK_CONTAINS(file.body, STR("\"rule\":\"r\""));
    site_close(site);
}

TEST(an_export_of_scores_that_nobody_published_fails_with_a_sentence)
{
    struct site *site = open_site();
    struct reply job = wait_for(site, api_call(site, "POST /api/v1/exports", "{'what':'scores'}", 202));
    CHECK_STR(api_at(site, job, "state"), STR("failed"));
    CHECK_CONTAINS(api_at(site, job, "why"), STR("no score is in force yet"));
    api_call(site, "GET /api/v1/jobs/1/result", "", 409);
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

/* From now on the site asks with a token of these scopes. */
static void ask_with(struct site *site, uint32_t scopes)
{
    struct secret secret;
    uint64_t number;
    struct err_info why = {0};
    CHECK_OK(access_add_token(site->server->access, STR("narrow"), scopes, STR("cli"), &secret, &number, &why), why);
    site->token = arena_str(site->arena, secret_str(&secret));
}

TEST(who_may_not_write_records_takes_back_only_jobs_of_their_own)
{
    struct site *site = open_site();
    wait_for(site, api_call(site, "POST /api/v1/exports", "{'what':'contacts'}", 202));
    ask_with(site, UINT32_C(1) << SCOPE_records_read | UINT32_C(1) << SCOPE_records_export);
    api_call(site, "DELETE /api/v1/jobs/1", "", 403);
    wait_for(site, api_call(site, "POST /api/v1/exports", "{'what':'contacts'}", 202));
    api_call(site, "DELETE /api/v1/jobs/2", "", 204);
    api_call(site, "GET /api/v1/jobs/2", "", 404);
    api_call(site, "GET /api/v1/jobs/1", "", 200);
    site_close(site);
}

TEST(what_cannot_be_done_is_refused_at_once)
{
    struct site *site = open_site();
    api_call(site, "POST /api/v1/imports?kind=planets", "{}", 400);
    api_call(site, "POST /api/v1/imports?kind=contacts", "", 400);
    api_call(site, arena_format(site->arena, "POST /api/v1/imports?kind=deals&id=%0300d", 1).at, "{}", 400);
    api_call(site, "POST /api/v1/exports", "{'what':'planets'}", 400);
    api_call(site, "POST /api/v1/exports", "{'what':'events','as_of':'soon'}", 400);
    api_call(site, "POST /api/v1/exports", "{'what':'deals','format':'xml'}", 400);
    api_call(site, "GET /api/v1/jobs/7", "", 404);
    wait_for(site, api_call(site, "POST /api/v1/imports?kind=deals", "{'id':'d'}", 202));
    api_call(site, "GET /api/v1/jobs/1/result", "", 409);
    site_close(site);
}

TEST(an_import_that_waits_or_runs_can_be_cancelled_and_what_it_took_stays)
{
    struct site *site = open_site();
    AUTO_BUF rows = BUF_INIT((size_t)1 << 24);
    buf_append_c(&rows, "id\n");
    for (int i = 0; i < 300000; i++) buf_format(&rows, "c%d\n", i);
    buf_append_char(&rows, '\0');
    struct reply runs = api_call(site, "POST /api/v1/imports?kind=companies", rows.at, 202);
    struct reply waits = api_call(site, "POST /api/v1/imports?kind=companies", "id\nlate\n", 202);
    api_call(site, "DELETE /api/v1/jobs/2", "", 204);
    CHECK_STR(api_at(site, wait_for(site, waits), "state"), STR("cancelled"));
    api_call(site, "DELETE /api/v1/jobs/1", "", 204);
    struct reply job = wait_for(site, runs);
    CHECK_STR(api_at(site, job, "state"), STR("cancelled"));
    uint64_t taken;
    CHECK_TRUE(str_to_u64(api_at(site, job, "taken"), &taken) && taken < 300000);
    api_call(site, "GET /api/v1/companies/late", "", 404);
    site_close(site);
}

TEST(a_stop_among_jobs_waits_for_none_of_them)
{
    struct site *site = open_site();
    AUTO_BUF lines = BUF_INIT((size_t)1 << 24);
    for (int i = 0; i < 100000; i++) buf_format(&lines, "{\"id\":\"c%d\"}\n", i);
    for (int i = 0; i < 3; i++) {
        struct err_info why = {0};
        struct job_order order = {.arena = arena_new(), .body = buf_str(&lines)};
        struct import_wish *wish = ARENA_NEW(order.arena, struct import_wish);
        *wish = (struct import_wish){.object = ENTITY_COMPANY, .name = "companies.jsonl"};
        order.wish = wish;
        struct job job = {.kind = &job_import, .all = lines.len};
        CHECK_OK(jobs_add(site->server->jobs, &job, order, &why), why);
    }
    site_close(site);
}

/* ---- Analyses: of a kind that only tests have. ---- */

/* Counts until it is let go, or cancelled; its wish is the number that it answers. */
static atomic_bool lets_go;

static enum err count_on(struct job_run *run, struct err_info *why)
{
    AUTO_BUF document = BUF_INIT(JOB_ANSWER_MAX);
    if (!jobs_phase(run, "counting", 3)) return err_set(why, ERR_UNAVAILABLE, "cancelled");
    while (!atomic_load(&lets_go)) {
        if (!jobs_progress(run)) return err_set(why, ERR_UNAVAILABLE, "cancelled");
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    buf_format(&document, "{\"number\":%d}", *(const int *)run->wish);
    if (!jobs_phase(run, "writing", 0)) return err_set(why, ERR_UNAVAILABLE, "cancelled");
    return job_answer(run, &document, why);
}

static const struct job_kind counting = {.name = "counting",
                                         .lane = LANE_ANALYSES,
                                         .sees = PERM_READ_SCORES,
                                         .reads = PERM_READ_SCORES,
                                         .clears = PERM_EDIT_SCORES,
                                         .work = count_on};

static enum err begin_counting(struct site *site, int number)
{
    struct err_info why = {0};
    struct job job = {.kind = &counting, .result = RESULT_JSON, .what = "lead", .actor = "token:77"};
    struct job_order order = {.arena = arena_new()};
    int *wish = ARENA_NEW(order.arena, int);
    *wish = number;
    order.wish = wish;
    return jobs_add(site->server->jobs, &job, order, &why);
}

static struct reply wait_for_number(struct site *site, int number)
{
    const char *line = arena_format(site->arena, "GET /api/v1/jobs/%d", number).at;
    return wait_for(site, api_call(site, line, "", 200));
}

static void wait_until_it_runs(struct site *site, const char *line)
{
    while (!str_equal(api_at(site, api_call(site, line, "", 200), "state"), STR("running")))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

TEST(an_analysis_has_one_json_document_as_its_result_tells_its_phase_and_is_wholly_done_in_the_end)
{
    struct site *site = open_site();
    atomic_store(&lets_go, true);
    CHECK_INT(begin_counting(site, 42), ERR_OK);
    struct reply job = wait_for_number(site, 1);
    CHECK_STR(api_at(site, job, "state"), STR("done"));
    CHECK_STR(api_at(site, job, "kind"), STR("counting"));
    CHECK_STR(api_at(site, job, "phase"), STR("writing"));
    CHECK_STR(api_at(site, job, "done"), STR("3"));
    CHECK_STR(api_at(site, job, "all"), STR("3"));
    struct reply result = api_call(site, "GET /api/v1/jobs/1/result", "", 200);
    CHECK_STR(reply_header(result, "Content-Type"), STR("application/json"));
    CHECK_STR(result.body, STR("{\"number\":42}"));
    site_close(site);
}

TEST(imports_do_not_wait_for_an_analysis_and_analyses_wait_for_one_another)
{
    struct site *site = open_site();
    atomic_store(&lets_go, false);
    CHECK_INT(begin_counting(site, 1), ERR_OK);
    wait_until_it_runs(site, "GET /api/v1/jobs/1");
    for (int i = 0; i < JOBS_WAITING_MAX; i++) CHECK_INT(begin_counting(site, 2), ERR_OK);
    CHECK_INT(begin_counting(site, 3), ERR_UNAVAILABLE);
    CHECK_STR(api_at(site, import(site, "contacts", "id\nada\n"), "state"), STR("done"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/jobs/1", "", 200), "state"), STR("running"));
    CHECK_STR(api_at(site, api_call(site, "GET /api/v1/jobs/2", "", 200), "state"), STR("waiting"));
    api_call(site, "GET /api/v1/jobs/1/result", "", 409);
    api_call(site, "DELETE /api/v1/jobs/1", "", 204);
    CHECK_STR(api_at(site, wait_for_number(site, 1), "state"), STR("cancelled"));
    api_call(site, "GET /api/v1/jobs/1/result", "", 409);
    atomic_store(&lets_go, true);
    CHECK_STR(api_at(site, wait_for_number(site, 5), "state"), STR("done"));
    site_close(site);
}

TEST(a_stop_of_the_server_waits_for_no_analysis)
{
    struct site *site = open_site();
    atomic_store(&lets_go, false);
    CHECK_INT(begin_counting(site, 1), ERR_OK);
    CHECK_INT(begin_counting(site, 2), ERR_OK);
    wait_until_it_runs(site, "GET /api/v1/jobs/1");
    site_close(site);
}

TEST(jobs_of_a_kind_that_one_may_not_see_are_neither_listed_nor_told)
{
    struct site *site = open_site();
    atomic_store(&lets_go, true);
    import(site, "contacts", "id\nada\n");
    CHECK_INT(begin_counting(site, 1), ERR_OK);
    wait_for_number(site, 2);
    ask_with(site, UINT32_C(1) << SCOPE_scores_read);
    struct reply list = api_call(site, "GET /api/v1/jobs", "", 200);
    CHECK_STR(api_at(site, list, "results.0.kind"), STR("counting"));
    CHECK_STR(api_at(site, list, "results.1"), STR("(absent)"));
    api_call(site, "GET /api/v1/jobs/1", "", 403);
    api_call(site, "DELETE /api/v1/jobs/1", "", 403);
    api_call(site, "GET /api/v1/jobs/2/result", "", 200);
    api_call(site, "DELETE /api/v1/jobs/2", "", 403);
    ask_with(site, UINT32_C(1) << SCOPE_scores_read | UINT32_C(1) << SCOPE_scores_write);
    api_call(site, "DELETE /api/v1/jobs/2", "", 204);
    site_close(site);
}

TEST(whoever_may_read_records_but_not_take_them_out_gets_no_file_of_an_export)
{
    struct site *site = open_site();
    wait_for(site, api_call(site, "POST /api/v1/exports", "{'what':'contacts'}", 202));
    ask_with(site, UINT32_C(1) << SCOPE_records_read);
    api_call(site, "GET /api/v1/jobs/1", "", 200);
    api_call(site, "GET /api/v1/jobs/1/result", "", 403);
    site_close(site);
}

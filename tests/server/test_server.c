/* test_server.c — how the server is, how it stops, and what it keeps. */
// SPDX-License-Identifier: Apache-2.0
#include "server/server.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "site.h"

TEST(it_is_healthy_and_ready)
{
    struct site *site = site_open((struct site_options){0});
    struct reply health = site_ask(site, "GET /healthz", "", STR(""));
    CHECK_INT(health.status, 200);
    CHECK_STR(health.body, STR("ok\n"));
    struct reply ready = site_ask(site, "GET /readyz", "", STR(""));
    CHECK_INT(ready.status, 200);
    CHECK_STR(ready.body, STR("{\"phase\":\"ready\",\"events_loaded\":0,\"events_to_load\":0}"));
    site_close(site);
}

static void *send_while_loading(void *context)
{
    struct site mine = *(struct site *)context;
    AUTO_ARENA arena = arena_new();
    mine.arena = arena;
    struct reply reply = site_try(&mine, "/v1/track", "{\"userId\":\"ada\",\"event\":\"a\"}");
    return (void *)(uintptr_t)reply.status;
}

/* A snapshot that is a pipe keeps the engine loading until somebody writes to it. */
TEST(while_everything_is_being_loaded_events_are_taken_and_answered_when_it_is)
{
    AUTO_ARENA arena = arena_new();
    const char *pipe = arena_format(arena, "%s/snapshot-pipe", harness_tmpdir()).at;
    CHECK_INT(mkfifo(pipe, 0600), 0);
    struct site *site = site_open((struct site_options){.snapshot = pipe});
    struct reply ready = site_ask(site, "GET /readyz", "", STR(""));
    CHECK_INT(ready.status, 503);
    CHECK_TRUE(reply_has(ready, "\"phase\":\"loading\""));
    CHECK_INT(site_get(site, "/api/v1/contacts").status, 503);
    pthread_t thread;
    pthread_create(&thread, NULL, send_while_loading, site);
    while (engine_counts(site->server->engine).waiting == 0) sched_yield();
    int fd = open(pipe, O_WRONLY);
    CHECK_TRUE(fd >= 0);
    close(fd);
    void *status = NULL;
    pthread_join(thread, &status);
    CHECK_INT((uintptr_t)status, 200);
    CHECK_INT(site_events(site), 1);
    CHECK_INT(site_ask(site, "GET /readyz", "", STR("")).status, 200);
    site_close(site);
}

TEST(metrics_count_requests_by_route_and_what_the_engine_did)
{
    struct site *site = site_open((struct site_options){0});
    CHECK_INT(site_send(site, "/v1/track", "{\"userId\":\"u\",\"event\":\"a\"}").status, 200);
    CHECK_INT(site_send(site, "/v1/t", "{\"userId\":\"u\",\"event\":\"a\"}").status, 200);
    CHECK_INT(site_send(site, "/v1/track", "{\"event\":\"a\"}").status, 200);
    CHECK_INT(site_get(site, "/nowhere").status, 404);
    CHECK_INT(site_ask(site, "GET /metrics", "", STR("")).status, 401);
    struct reply reply = site_get(site, "/metrics");
    CHECK_INT(reply.status, 200);
    CHECK_TRUE(reply_has(reply, "plumb_http_requests_total{route=\"segment_track\",status=\"200\"} 3\n"));
    CHECK_TRUE(reply_has(reply, "plumb_http_request_seconds_count{route=\"segment_track\"} 3\n"));
    CHECK_TRUE(reply_has(reply, "plumb_http_requests_total{route=\"none\",status=\"404\"} 1\n"));
    CHECK_TRUE(reply_has(reply, "plumb_http_requests_total{route=\"ops_metrics\",status=\"401\"} 1\n"));
    CHECK_TRUE(reply_has(reply, "plumb_facts_total{outcome=\"taken\"} 2\n"));
    CHECK_TRUE(reply_has(reply, "plumb_facts_total{outcome=\"refused\"} 1\n"));
    CHECK_TRUE(reply_has(reply, "plumb_records{object=\"contact\"} 1\n"));
    CHECK_TRUE(reply_has(reply, "plumb_ready 1\n"));
    CHECK_TRUE(reply_has(reply, "plumb_store_bytes "));
    site_close(site);
}

TEST(what_was_answered_is_there_after_a_restart)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/restart.db", harness_tmpdir()).at;
    struct site *site = site_open((struct site_options){.database = path});
    CHECK_INT(site_send(site, "/v1/identify", "{\"userId\":\"ada\",\"traits\":{\"email\":\"a@b.example\"}}").status,
              200);
    CHECK_INT(site_send(site, "/v1/track", "{\"userId\":\"ada\",\"event\":\"a\",\"messageId\":\"m\"}").status, 200);
    site_close(site);
    site = site_open((struct site_options){.database = path});
    CHECK_STR(site_ask(site, "GET /readyz", "", STR("")).body,
              STR("{\"phase\":\"ready\",\"events_loaded\":1,\"events_to_load\":1}"));
    CHECK_INT(site_events(site), 1);
    CHECK_TRUE(engine_find_contact(site->server->engine, IDENTIFIER_EMAIL, STR("a@b.example")) != RECORD_NONE);
    CHECK_INT(site_send(site, "/v1/track", "{\"userId\":\"ada\",\"event\":\"a\",\"messageId\":\"m\"}").status, 200);
    CHECK_INT(site_events(site), 1);
    site_close(site);
}

TEST(a_port_that_is_taken_is_told)
{
    struct site *site = site_open((struct site_options){0});
    struct err_info why = {0};
    struct store *store;
    CHECK_OK(store_open(&(struct store_options){.clock = &site->clock}, &store, &why), why);
    const struct server_options options = {.store = store,
                                           .clock = &site->clock,
                                           .config = &site->config,
                                           .address = "127.0.0.1",
                                           .port = server_port(site->server)};
    struct server *second = NULL;
    CHECK_INT(server_start(&options, &second, &why), ERR_UNAVAILABLE);
    CHECK_TRUE(strlen(why.msg) > 0);
    store_close(store);
    site_close(site);
}

/* No file may grow any more, as on a full disk. */
static void let_files_grow(bool allowed)
{
    struct rlimit limit;
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = allowed ? limit.rlim_max : 1;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST(a_full_disk_is_answered_by_503_and_all_goes_on_when_there_is_room)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/full.db", harness_tmpdir()).at;
    struct site *site = site_open((struct site_options){.database = path});
    signal(SIGXFSZ, SIG_IGN);
    CHECK_INT(site_send(site, "/v1/track", "{\"userId\":\"u\",\"event\":\"a\",\"messageId\":\"1\"}").status, 200);
    let_files_grow(false);
    struct reply reply = site_send(site, "/v1/track", "{\"userId\":\"u\",\"event\":\"a\",\"messageId\":\"2\"}");
    struct reply read = site_get(site, "/api/v1/rejects");
    let_files_grow(true);
    CHECK_INT(reply.status, 503);
    CHECK_STR(reply_header(reply, "Retry-After"), STR("2"));
    CHECK_INT(read.status, 200);
    CHECK_INT(site_events(site), 1);
    CHECK_INT(site_send(site, "/v1/track", "{\"userId\":\"u\",\"event\":\"a\",\"messageId\":\"2\"}").status, 200);
    CHECK_INT(site_events(site), 2);
    site_close(site);
}

TEST(the_script_for_websites_is_packed_and_sent_once_to_a_browser_that_keeps_it)
{
    struct site *site = site_open((struct site_options){0});
    struct reply plain = site_ask(site, "GET /plumb.js", "", STR(""));
    CHECK_INT(plain.status, 200);
    CHECK_STR(reply_header(plain, "Content-Type"), STR("text/javascript; charset=utf-8"));
    CHECK_CONTAINS(reply_header(plain, "Cache-Control"), STR("max-age=3600"));
    CHECK_TRUE(reply_has(plain, "v1/b"));
    struct reply packed = site_ask(site, "GET /plumb.js", "Accept-Encoding: br, gzip;q=0.5\r\n", STR(""));
    CHECK_STR(reply_header(packed, "Content-Encoding"), STR("gzip"));
    CHECK_TRUE(packed.body.len < plain.body.len && str_starts_with(packed.body, STR("\x1f\x8b")));
    struct reply none = site_ask(site, "GET /plumb.js", "Accept-Encoding: gzip;q=0\r\n", STR(""));
    CHECK_TRUE(reply_header(none, "Content-Encoding").at == NULL);
    struct str etag = reply_header(plain, "ETag");
    const char *kept = arena_format(site->arena, "If-None-Match: " STR_FMT "\r\n", STR_ARG(etag)).at;
    struct reply again = site_ask(site, "GET /plumb.js", kept, STR(""));
    CHECK_INT(again.status, 304);
    CHECK_INT(again.body.len, 0);
    site_close(site);
}

/* ---- Many at once, and a stop among them. ---- */

#define SENDERS 8
#define SENT_EACH 25

struct sender {
    pthread_t thread;
    struct site site; /* its own arena for replies; the rest is shared */
    int number;
    unsigned taken, turned_away, cut_off;
};

static void *send_events(void *context)
{
    struct sender *sender = context;
    for (int i = 0; i < SENT_EACH; i++) {
        const char *body =
            arena_format(sender->site.arena, "{\"userId\":\"u%d\",\"event\":\"a\",\"messageId\":\"%d-%d\"}", i % 5,
                         sender->number, i)
                .at;
        struct reply reply = site_try(&sender->site, "/v1/track", body);
        if (reply.status == 200) sender->taken++;
        else if (reply.status == 503) sender->turned_away++;
        else sender->cut_off++;
    }
    return NULL;
}

static void start_senders(struct site *site, struct sender *senders)
{
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){.site = *site, .number = i};
        senders[i].site.arena = arena_new();
        CHECK_INT(pthread_create(&senders[i].thread, NULL, send_events, &senders[i]), 0);
    }
}

static unsigned join_senders(struct sender *senders)
{
    unsigned taken = 0;
    for (int i = 0; i < SENDERS; i++) {
        CHECK_INT(pthread_join(senders[i].thread, NULL), 0);
        arena_free(senders[i].site.arena);
        taken += senders[i].taken;
    }
    return taken;
}

TEST(many_senders_at_once_lose_nothing)
{
    struct site *site = site_open((struct site_options){0});
    struct sender senders[SENDERS];
    start_senders(site, senders);
    CHECK_INT(join_senders(senders), SENDERS * SENT_EACH);
    CHECK_INT(site_events(site), SENDERS * SENT_EACH);
    CHECK_INT(engine_counts(site->server->engine).records[ENTITY_CONTACT], 5);
    site_close(site);
}

TEST(a_stop_among_senders_keeps_all_that_was_answered)
{
    AUTO_ARENA arena = arena_new();
    const char *path = arena_format(arena, "%s/stop.db", harness_tmpdir()).at;
    struct site *site = site_open((struct site_options){.database = path});
    struct sender senders[SENDERS];
    start_senders(site, senders);
    while (site_events(site) < SENT_EACH) {} /* they are at work */
    site_close(site);
    unsigned taken = join_senders(senders);
    site = site_open((struct site_options){.database = path});
    CHECK_TRUE(taken >= 1 && site_events(site) >= taken);
    site_close(site);
}

/* test_api_stream.c — whoever listens hears what happens, and whoever does not read is cut off. */
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api_client.h"
#include "harness.h"
#include "server/hub.h"
#include "server/models.h"

#define HEARD_MAX ((size_t)8 * 1024 * 1024)

/* A browser that listens. */
struct listener {
    int fd;
    struct buf heard;
};

static struct listener listen_to(struct site *site)
{
    struct listener listener = {.fd = socket(AF_INET, SOCK_STREAM, 0), .heard = BUF_INIT(HEARD_MAX)};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(site->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timeval patience = {.tv_sec = 30};
    CHECK_INT(setsockopt(listener.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    CHECK_INT(connect(listener.fd, (const struct sockaddr *)&address, sizeof address), 0);
    struct str head = arena_format(
        site->arena, "GET /api/v1/stream HTTP/1.1\r\nHost: plumb\r\nAuthorization: Bearer " STR_FMT "\r\n\r\n",
        STR_ARG(site->token));
    CHECK_INT(send(listener.fd, head.at, head.len, MSG_NOSIGNAL), head.len);
    return listener;
}

/* Wait until this was heard; fails the test when the stream ends, or nothing comes for long. */
static void hear(struct listener *listener, const char *what)
{
    char piece[65536];
    while (!str_contains(buf_str(&listener->heard), str_from_c(what))) {
        ssize_t got = recv(listener->fd, piece, sizeof piece, 0);
        if (got <= 0) FAIL("the stream ended before '%s': " STR_FMT, what, STR_ARG(buf_str(&listener->heard)));
        buf_append(&listener->heard, (struct str){piece, (size_t)got});
    }
}

static void stop_listening(struct listener *listener)
{
    close(listener->fd);
    buf_release(&listener->heard);
}

static struct site *open_site(void)
{
    struct site *site = site_open((struct site_options){0});
    api_call(site, "POST /api/v1/scores/lead/publish",
             "{'text':'score: lead\\nbands: [{label: MQL, from: 1}]\\ngroups: [{name: g, category: engagement, rules: "
             "[{name: r, event: seen, points: 5}]}]\\n'}",
             200);
    api_call(site, "POST /api/v1/segments/active/publish", "{'text':'segment: active\\nwhen: {event: seen}\\n'}", 200);
    return site;
}

static void see(struct site *site)
{
    CHECK_INT(site_send(site, "/v1/track", "{\"userId\":\"u1\",\"event\":\"seen\"}").status, 200);
}

TEST(bands_segments_and_jobs_are_heard_as_they_happen)
{
    struct site *site = open_site();
    struct listener listener = listen_to(site);
    hear(&listener, "\r\n\r\n");
    see(site);
    hear(&listener, "event: band\ndata: {\"object\":\"contact\",\"id\":\"u1\",\"score\":\"lead\",\"band\":\"MQL\"");
    hear(&listener,
         "event: member\ndata: {\"object\":\"contact\",\"id\":\"u1\",\"segment\":\"active\",\"entered\":true");
    api_call(site, "POST /api/v1/imports?kind=companies", "{'id':'acme'}", 202);
    hear(&listener, "\"state\":\"done\"");
    CHECK_TRUE(str_contains(buf_str(&listener.heard), STR("event: job\n")));
    stop_listening(&listener);
    site_close(site);
}

/* What a training leaves, but that nothing was learnt. */
static void add_version(struct site *site, enum model_state state)
{
    struct err_info why = {0};
    uint32_t number;
    const struct model_version_row row = {
        .model = STR("close"), .state = state, .figures = STR("{}"), .image_bytes = 1, .trained_ms = SITE_NOW_MS};
    CHECK_OK(models_add_version(site->server->models, &row, STR("x"), &number, &why), why);
}

TEST(who_becomes_champion_of_a_model_is_heard_and_who_was_it_before_and_why)
{
    struct site *site = open_site();
    struct listener listener = listen_to(site);
    hear(&listener, "\r\n\r\n");
    api_call(site, "PUT /api/v1/models/close", "{'horizon_days': 60, 'outcome': {'event': 'bought'}}", 201);
    add_version(site, MODEL_CHAMPION);
    hear(&listener, "event: champion\ndata: {\"model\":\"close\",\"champion\":1,\"former\":null,");
    hear(&listener, "\"cause\":\"trained\"");
    add_version(site, MODEL_CHALLENGER); /* is none, and not told */
    api_call(site, "POST /api/v1/models/close/versions/2/promote", "{}", 200);
    hear(&listener, "event: champion\ndata: {\"model\":\"close\",\"champion\":2,\"former\":1,");
    hear(&listener, "\"cause\":\"promoted\"");
    api_call(site, "POST /api/v1/models/close/rollback", "{}", 200);
    hear(&listener, "\"champion\":1,\"former\":2,");
    hear(&listener, "\"cause\":\"rolled_back\"");
    api_call(site, "PUT /api/v1/models/close", "{'horizon_days': 30, 'outcome': {'event': 'bought'}}", 200);
    hear(&listener, "\"champion\":null,\"former\":1,");
    hear(&listener, "\"cause\":\"redefined\"");
    CHECK_FALSE(str_contains(buf_str(&listener.heard), STR("\"champion\":2,\"former\":2")));
    stop_listening(&listener);
    site_close(site);
}

TEST(everybody_who_listens_hears_the_same)
{
    struct site *site = open_site();
    struct listener one = listen_to(site), other = listen_to(site);
    hear(&one, "\r\n\r\n");
    hear(&other, "\r\n\r\n");
    see(site);
    hear(&one, "\"band\":\"MQL\"");
    hear(&other, "\"band\":\"MQL\"");
    stop_listening(&one);
    stop_listening(&other);
    site_close(site);
}

TEST(a_listener_that_does_not_read_is_cut_off_and_hinders_nobody)
{
    struct site *site = open_site();
    struct listener slow = listen_to(site);
    while (hub_is_empty(site->server->hub)) {} /* until it was let in */
    char *text = arena_alloc(site->arena, 1000000);
    memset(text, 'x', 1000000);
    int sent = 0;
    for (; sent < 1000 && !hub_is_empty(site->server->hub); sent++)
        hub_send(site->server->hub, STR("ping"), (struct str){text, 1000000});
    CHECK_TRUE(sent > 1 && sent < 1000); /* what fits into its queue and the system's buffers */
    see(site);
    stop_listening(&slow);
    site_close(site);
}

TEST(who_listens_while_nothing_happens_hears_a_comment_now_and_then)
{
    struct site *site = open_site();
    struct listener one = listen_to(site), other = listen_to(site);
    hear(&one, "\r\n\r\n");
    hear(&other, "\r\n\r\n");
    see(site);
    hear(&one, "\"entered\":true");
    hear(&other, "\"entered\":true");
    CHECK_FALSE(str_contains(buf_str(&one.heard), STR("\n\n:\n\n")));
    __atomic_add_fetch(&site->clock.fixed_ms, 15000, __ATOMIC_RELAXED); /* others look at it */
    hear(&one, ":\n\n");
    hear(&other, ":\n\n");
    stop_listening(&one);
    stop_listening(&other);
    site_close(site);
}

TEST(a_stranger_may_not_listen)
{
    struct site *site = open_site();
    CHECK_INT(site_ask(site, "GET /api/v1/stream", "", STR("")).status, 401);
    site_close(site);
}

TEST(who_may_listen_no_more_is_cut_off_and_the_others_are_not)
{
    struct site *site = open_site();
    struct site other = *site;
    other.token = api_at(
        site, api_call(site, "POST /api/v1/tokens", "{'name': 'screen', 'scopes': ['scores.read']}", 201), "secret");
    struct listener stays = listen_to(site), goes = listen_to(&other);
    while (hub_count(site->server->hub) < 2) {} /* until both were let in */
    api_call(site, "DELETE /api/v1/tokens/2", "", 204);
    hear(&goes, "\r\n0\r\n\r\n"); /* the last piece of an answer in pieces */
    CHECK_INT(hub_count(site->server->hub), 1);
    api_call(site, "POST /api/v1/events", "{'events': [{'type': 'track', 'event': 'seen', 'userId': 'u'}]}", 200);
    hear(&stays, "event: band");
    stop_listening(&goes);
    stop_listening(&stays);
    site_close(site);
}

/* test_client.c — the load generator of the benchmarks: what it asks, and that it hides no pause of a server. */
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../bench/client.h"
#include "base/arena.h"
#include "harness.h"

/* ---- A server of one connection that answers as it is told. ---- */

struct scene {
    int listener;
    uint16_t port;
    int64_t pause_ms;   /* before the first answer */
    const char *status; /* of every answer */
    pthread_t thread;
};

static void answer_until_closed(int peer, const struct scene *scene)
{
    char request[4096];
    size_t bytes = 0;
    int64_t pause_ms = scene->pause_ms;
    for (;;) {
        ssize_t more = recv(peer, request + bytes, sizeof request - 1 - bytes, 0);
        if (more <= 0) return;
        bytes += (size_t)more;
        request[bytes] = '\0';
        /* Every body here ends in "}}", and nothing else does. */
        if (bytes < 2 || memcmp(request + bytes - 2, "}}", 2) != 0) continue;
        nanosleep(&(struct timespec){.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000}, NULL);
        pause_ms = 0;
        bytes = 0;
        char text[256];
        int length = snprintf(text, sizeof text, "HTTP/1.1 %s\r\ncontent-length: 2\r\n\r\n{}", scene->status);
        if (send(peer, text, (size_t)length, MSG_NOSIGNAL) < 0) return;
    }
}

static void *serve(void *context)
{
    const struct scene *scene = context;
    int peer = accept(scene->listener, NULL, NULL);
    answer_until_closed(peer, scene);
    close(peer);
    return NULL;
}

static void scene_open(struct scene *scene)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    scene->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    INVARIANT(bind(scene->listener, (struct sockaddr *)&at, sizeof at) == 0 && listen(scene->listener, 1) == 0);
    INVARIANT(getsockname(scene->listener, (struct sockaddr *)&at, &size) == 0);
    scene->port = ntohs(at.sin_port);
    INVARIANT(pthread_create(&scene->thread, NULL, serve, scene) == 0);
}

/* Runs the load against it: `rate` a second for a second, or as fast as it goes until there were `most` requests. */
static struct client_result run(struct scene *scene, uint64_t rate, uint64_t most)
{
    scene_open(scene);
    const struct request_options asked = {.path = "/v1/track", .contacts = 10, .events_each = 1};
    struct requests *requests = requests_new(&asked);
    const struct client_options options = {.port = scene->port,
                                           .connections = 1,
                                           .seconds = rate > 0 ? 1 : 60,
                                           .rate = rate,
                                           .requests_most = most,
                                           .requests = requests};
    struct client_result result;
    client_run(&options, &result);
    pthread_join(scene->thread, NULL);
    close(scene->listener);
    requests_free(requests);
    return result;
}

TEST(a_pause_of_the_server_shows_in_every_request_that_was_due_meanwhile)
{
    struct scene scene = {.pause_ms = 1000, .status = "200 OK"};
    struct client_result result = run(&scene, 100, 0);
    CHECK_INT((int64_t)result.answered, 100);
    /* Due 10 ms apart while the server stood still for all of their second: half of them waited for over half of it. */
    CHECK_TRUE(client_percentile_ms(&result, 500000) >= 480);
    CHECK_TRUE(client_percentile_ms(&result, 1000000) >= 1000);
    client_result_free(&result);
}

TEST(without_a_rate_a_connection_asks_when_it_was_answered_and_a_pause_shows_once)
{
    struct scene scene = {.pause_ms = 300, .status = "200 OK"};
    struct client_result result = run(&scene, 0, 50);
    CHECK_INT((int64_t)result.answered, 50);
    uint64_t slow = 0;
    for (uint64_t i = 0; i < result.answered; i++) slow += result.latency_us[i] >= 300000;
    CHECK_TRUE(slow >= 1);
    CHECK_TRUE(result.latency_us[49] >= 300000);
    client_result_free(&result);
}

TEST(an_answer_that_refuses_is_an_error_and_no_latency)
{
    struct scene scene = {.status = "503 Service Unavailable"};
    struct client_result result = run(&scene, 0, 7);
    CHECK_INT((int64_t)result.answered, 0);
    CHECK_INT((int64_t)result.errors, 7);
    CHECK_INT((int64_t)result.unanswered, 0);
    client_result_free(&result);
}

/* ---- What is asked. ---- */

static struct str body_of(const struct buf *request)
{
    struct str all = buf_str(request);
    const char *end = memmem(all.at, all.len, "\r\n\r\n", 4);
    INVARIANT(end != NULL);
    return (struct str){end + 4, all.len - (size_t)(end + 4 - all.at)};
}

static struct str value_of(struct str body, const char *begin, size_t bytes)
{
    const char *at = memmem(body.at, body.len, begin, strlen(begin));
    INVARIANT(at != NULL);
    return (struct str){at + strlen(begin), bytes};
}

TEST(every_request_has_a_message_id_of_its_own_and_everybody_is_met_once_before_anybody_again)
{
    enum { PEOPLE = 50 };
    AUTO_ARENA arena = arena_new();
    AUTO_BUF request = BUF_INIT(REQUEST_BYTES_MAX);
    const struct request_options asked = {.path = "/v1/track", .contacts = PEOPLE, .events_each = 1};
    struct requests *requests = requests_new(&asked);
    bool met[PEOPLE] = {false};
    struct str ids[PEOPLE];
    for (size_t i = 0; i < PEOPLE; i++) {
        buf_clear(&request);
        requests_write(requests, &request);
        struct str body = body_of(&request);
        int64_t contact = -1;
        CHECK_TRUE(str_to_i64(value_of(body, "\"userId\":\"c", 8), &contact) && contact >= 0 && contact < PEOPLE);
        CHECK_FALSE(met[contact]);
        met[contact] = true;
        ids[i] = arena_str(arena, value_of(body, "\"messageId\":\"", 21));
        for (size_t k = 0; k < i; k++) CHECK_FALSE(str_equal(ids[k], ids[i]));
    }
    requests_free(requests);
}

TEST(a_body_that_is_given_has_another_number_in_each_request)
{
    AUTO_BUF request = BUF_INIT(REQUEST_BYTES_MAX);
    const struct request_options asked = {
        .path = "/preview", .contacts = 1, .events_each = 1, .body = STR("{\"points\": %%}")};
    struct requests *requests = requests_new(&asked);
    requests_write(requests, &request);
    CHECK_STR(body_of(&request), STR("{\"points\": 10}"));
    buf_clear(&request);
    requests_write(requests, &request);
    CHECK_STR(body_of(&request), STR("{\"points\": 11}"));
    requests_free(requests);
}

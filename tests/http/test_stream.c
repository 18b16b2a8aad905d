/* test_stream.c — events reach a browser in order; who does not read is cut off. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/arena.h"
#include "harness.h"
#include "http/http_internal.h"
#include "peers.h"

#define EVENTS 20000

TEST(events_are_sent_as_they_come)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, GET("/stream")));
    struct http_stream *stream = held_stream();
    CHECK_TRUE(peer_sees(peer, STR("\r\nContent-Type: text/event-stream\r\n")));
    CHECK_TRUE(peer_sees(peer, STR("\r\nCache-Control: no-store\r\n")));
    CHECK_TRUE(http_stream_send(stream, STR("score"), STR("{\"a\":1}")));
    CHECK_TRUE(peer_sees(peer, STR("event: score\ndata: {\"a\":1}\n\n")));
    CHECK_TRUE(http_stream_send(stream, STR(""), STR("again")));
    CHECK_TRUE(peer_sees(peer, STR("data: again\n\n")));
    http_stream_close(stream);
    CHECK_TRUE(peer_sees(peer, STR("\r\n0\r\n\r\n")));
    peer_close(peer);
    server_stop(server);
}

TEST(a_text_of_several_lines_stays_one_event)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, GET("/stream")));
    struct http_stream *stream = held_stream();
    CHECK_TRUE(http_stream_send(stream, STR("e\nevil: 1"), STR("one\ntwo\r\nthree\rfour")));
    CHECK_TRUE(peer_sees(peer, STR("event: e\ndata: one\ndata: two\ndata: three\ndata: four\n\n")));
    CHECK_TRUE(http_stream_send(stream, STR(""), STR("")));
    CHECK_TRUE(peer_sees(peer, STR("data: \n\n")));
    http_stream_close(stream);
    peer_close(peer);
    server_stop(server);
}

TEST(many_events_arrive_all_and_in_order)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    AUTO_ARENA arena = arena_new();
    CHECK_TRUE(peer_send(peer, GET("/stream")));
    struct http_stream *stream = held_stream();
    size_t head_len = peer_reply_to_head(peer).head.len;
    for (int i = 0; i < EVENTS; i++) {
        CHECK_TRUE(http_stream_send(stream, STR(""), arena_format(arena, "number %d.", i)));
        if (i % 500 == 499) CHECK_TRUE(peer_sees_in_chunks(peer, arena_format(arena, "number %d.", i)));
    }
    http_stream_close(stream);
    AUTO_BUF all = BUF_INIT(SIZE_MAX);
    for (int i = 0; i < EVENTS; i++) buf_format(&all, "data: number %d.\n\n", i);
    CHECK_FALSE(peer_sees_in_chunks(peer, STR("none of them"))); /* ends */
    CHECK_STR(((struct str){peer->taken.at + head_len, peer->taken.len - head_len}), buf_str(&all));
    peer_close(peer);
    server_stop(server);
}

TEST(a_reader_that_does_not_read_is_cut_off)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    AUTO_ARENA arena = arena_new();
    char *text = arena_alloc(arena, 10000);
    memset(text, 'x', 10000);
    CHECK_TRUE(peer_send(peer, GET("/stream")));
    struct http_stream *stream = held_stream();
    int sent = 0;
    while (sent < 10000 && http_stream_send(stream, STR(""), (struct str){text, 10000})) sent++;
    CHECK_TRUE(sent < 10000); /* what fits into the queue and the system's buffers */
    CHECK_FALSE(http_stream_send(stream, STR(""), STR("more")));
    peer_rest(peer); /* ends */
    done_wait(1);
    http_stream_close(stream);
    peer_close(peer);
    server_stop(server);
}

TEST(the_sender_learns_that_the_reader_has_gone)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, GET("/stream")));
    struct http_stream *stream = held_stream();
    CHECK_TRUE(peer_sees(peer, STR("\r\n\r\n")));
    peer_close(peer);
    while (http_stream_send(stream, STR(""), STR("anybody there"))) continue; /* the system takes a text or two yet */
    http_stream_close(stream);
    server_stop(server);
}

TEST(a_reader_that_goes_while_nothing_is_sent_harms_nobody)
{
    struct http_server *server = server_start(server_options());
    for (int i = 0; i < 20; i++) {
        struct peer *peer = peer_open(server);
        CHECK_TRUE(peer_send(peer, GET("/stream")));
        struct http_stream *stream = held_stream();
        if (i % 2 == 0) CHECK_TRUE(peer_sees(peer, STR("\r\n\r\n")));
        peer_close(peer);
        http_stream_close(stream);
    }
    server_stop(server);
}

/* The server's threads look at it meanwhile. */
static void pass(struct clock *clock, int64_t ms)
{
    __atomic_add_fetch(&clock->fixed_ms, ms, __ATOMIC_RELAXED);
}

TEST(a_stream_that_was_quiet_for_a_quarter_of_a_minute_gets_a_comment_and_no_sooner)
{
    struct clock clock = clock_fixed(1000000);
    struct http_options options = server_options();
    options.clock = &clock;
    struct http_server *server = server_start(options);
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, GET("/stream")));
    struct http_stream *stream = held_stream();
    CHECK_TRUE(peer_sees(peer, STR("\r\n\r\n")));
    pass(&clock, 14999);
    streams_keep_awake(server);
    CHECK_TRUE(http_stream_send(stream, STR(""), STR("first")));
    CHECK_TRUE(peer_sees(peer, STR("data: first\n\n")));
    CHECK_FALSE(str_contains(buf_str(&peer->in), STR(":\n\n")));
    pass(&clock, 14999); /* what was sent began it anew */
    streams_keep_awake(server);
    CHECK_TRUE(http_stream_send(stream, STR(""), STR("second")));
    CHECK_TRUE(peer_sees(peer, STR("data: second\n\n")));
    CHECK_FALSE(str_contains(buf_str(&peer->in), STR(":\n\n")));
    pass(&clock, 15000); /* the server looks around once a second */
    CHECK_TRUE(peer_sees(peer, STR(":\n\n")));
    http_stream_close(stream);
    peer_close(peer);
    server_stop(server);
}

TEST(a_reader_who_has_gone_is_noticed_though_nothing_happens)
{
    struct clock clock = clock_fixed(1000000);
    struct http_options options = server_options();
    options.clock = &clock;
    struct http_server *server = server_start(options);
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, GET("/stream")));
    struct http_stream *stream = held_stream();
    CHECK_TRUE(peer_sees(peer, STR("\r\n\r\n")));
    peer_close(peer);
    while (done_count() == 0) { /* the system takes a comment or two yet */
        pass(&clock, 15000);
        streams_keep_awake(server);
    }
    while (http_stream_send(stream, STR(""), STR("anybody there"))) continue; /* it ends a moment after its exchange */
    http_stream_close(stream);
    server_stop(server);
}

TEST(a_server_about_to_stop_ends_its_streams)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, GET("/stream")));
    struct http_stream *stream = held_stream();
    CHECK_TRUE(http_stream_send(stream, STR(""), STR("last")));
    http_quiesce(server, 30000);
    CHECK_FALSE(http_stream_send(stream, STR(""), STR("too late")));
    CHECK_TRUE(peer_sees(peer, STR("data: last\n\n")));
    CHECK_TRUE(peer_sees(peer, STR("\r\n0\r\n\r\n")));
    CHECK_FALSE(str_contains(buf_str(&peer->in), STR("too late")));
    server_stop(server);
    http_stream_close(stream); /* after the server: it is the sender's to the end */
    peer_close(peer);
}

TEST(a_stream_is_also_for_readers_of_http_1_0)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, STR("GET /stream HTTP/1.0\r\n\r\n")));
    struct http_stream *stream = held_stream();
    CHECK_TRUE(http_stream_send(stream, STR(""), STR("one")));
    CHECK_TRUE(peer_sees(peer, STR("data: one\n\n")));
    http_stream_close(stream);
    CHECK_CONTAINS(peer_rest(peer), STR("\r\n\r\ndata: one\n\n"));
    peer_close(peer);
    server_stop(server);
}

/* One thread, no timeouts, and a connection that is idle for longer than any other: nothing else wakes the server. */
static struct http_server *quiet_server(struct peer **idle)
{
    struct http_options options = server_options();
    options.threads = 1;
    options.idle_s = 0;
    struct http_server *server = server_start(options);
    *idle = peer_open(server);
    CHECK_INT(peer_ask(*idle, GET("/now")).status, 200);
    return server;
}

TEST(a_stream_ends_for_its_reader_as_soon_as_it_is_closed_however_quiet_the_server)
{
    static const struct str requests[] = {STR_INIT("GET /stream HTTP/1.0\r\n\r\n"),
                                          STR_INIT("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")};
    struct peer *idle;
    struct http_server *server = quiet_server(&idle);
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        struct peer *peer = peer_open(server);
        CHECK_TRUE(peer_send(peer, requests[i]));
        struct http_stream *stream = held_stream();
        CHECK_TRUE(peer_sees(peer, STR("\r\n\r\n")));
        http_stream_close(stream);
        peer_rest(peer);
        peer_close(peer);
    }
    peer_close(idle);
    server_stop(server);
}

TEST(a_reader_who_is_cut_off_makes_room_at_once)
{
    struct http_options options = server_options();
    options.threads = 1;
    options.idle_s = 0;
    options.connections_max = 2;
    struct http_server *server = server_start(options);
    struct peer *idle = peer_open(server);
    CHECK_INT(peer_ask(idle, GET("/now")).status, 200);
    AUTO_ARENA arena = arena_new();
    char *text = arena_alloc(arena, TEST_QUEUE_MAX);
    memset(text, 'x', TEST_QUEUE_MAX);
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, GET("/stream")));
    struct http_stream *stream = held_stream();
    CHECK_TRUE(peer_sees(peer, STR("\r\n\r\n")));
    CHECK_FALSE(http_stream_send(stream, STR(""), (struct str){text, TEST_QUEUE_MAX})); /* more than it holds */
    peer_rest(peer);
    done_wait(2);
    unsigned status = 0; /* who comes in the moment in which the other is let go is refused yet */
    for (int i = 0; i < 1000 && status == 0; i++) {
        struct peer *next = peer_open(server);
        status = peer_ask(next, GET("/now")).status;
        peer_close(next);
    }
    CHECK_INT(status, 200);
    http_stream_close(stream);
    peer_close(peer);
    peer_close(idle);
    server_stop(server);
}

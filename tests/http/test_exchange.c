/* test_exchange.c — every request is answered once, whenever and by whomever. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "base/arena.h"
#include "harness.h"
#include "peers.h"

#define PEERS 64
#define ROUNDS 50
#define MANY 1000

TEST(a_request_is_answered_at_once)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    struct reply reply = peer_ask(peer, GET("/now?q=a%20b"));
    CHECK_INT(reply.status, 200);
    CHECK_STR(reply.body, STR("0 /now q=a b"));
    CHECK_STR(reply_header(reply, "Content-Type"), STR("text/plain"));
    peer_close(peer);
    server_stop(server);
    CHECK_INT(done_count(), 1);
    CHECK_INT(done_status(), 200);
}

TEST(a_request_is_answered_later_by_another_thread)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    struct reply reply = peer_ask(peer, GET("/later?q=1"));
    CHECK_INT(reply.status, 200);
    CHECK_STR(reply.body, STR("0 /later q=1"));
    peer_close(peer);
    server_stop(server);
}

TEST(what_is_put_aside_is_done_when_the_thread_has_nothing_else_to_do)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    for (int i = 0; i < ROUNDS; i++) CHECK_STR(peer_ask(peer, GET("/aside?q=1")).body, STR("0 /aside q=1"));
    peer_close(peer);
    server_stop(server);
}

TEST(a_thread_that_always_has_more_to_do_sees_to_what_was_put_aside_nevertheless)
{
    struct http_options options = server_options();
    options.threads = 1;
    struct http_server *server = server_start(options);
    AUTO_BUF many = BUF_INIT(SIZE_MAX);
    for (int i = 0; i < MANY; i++) buf_append(&many, GET("/now?q=1"));
    struct peer *peer = peer_open(server);
    unsigned before = rested_count();
    CHECK_TRUE(peer_send(peer, buf_str(&many)));
    for (int i = 0; i < MANY; i++) CHECK_INT(peer_reply(peer).status, 200);
    CHECK_TRUE(rested_count() - before >= MANY / 20);
    peer_close(peer);
    server_stop(server);
}

TEST(a_connection_serves_request_after_request)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    for (int i = 0; i < ROUNDS; i++) {
        CHECK_STR(peer_ask(peer, GET("/now?q=1")).body, STR("0 /now q=1"));
        CHECK_STR(peer_ask(peer, GET("/later?q=2")).body, STR("0 /later q=2"));
        CHECK_STR(peer_ask(peer, STR("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")).body,
                  STR("hello"));
    }
    peer_close(peer);
    server_stop(server);
    CHECK_INT(done_count(), 3 * ROUNDS);
}

TEST(sixty_four_wait_at_the_same_time_and_each_gets_its_own_answer)
{
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    struct peer *peers[PEERS];
    for (int i = 0; i < PEERS; i++) peers[i] = peer_open(server);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PEERS; i++)
            CHECK_TRUE(
                peer_send(peers[i], arena_format(arena, "GET /later?q=%d.%d HTTP/1.1\r\nHost: x\r\n\r\n", round, i)));
        for (int i = 0; i < PEERS; i++)
            CHECK_STR(peer_reply(peers[i]).body, arena_format(arena, "0 /later q=%d.%d", round, i));
    }
    for (int i = 0; i < PEERS; i++) CHECK_TRUE(peer_send(peers[i], GET("/hold")));
    held_wait(PEERS);
    held_answer();
    for (int i = 0; i < PEERS; i++) {
        CHECK_STR(peer_reply(peers[i]).body, STR("held"));
        peer_close(peers[i]);
    }
    server_stop(server);
    CHECK_INT(done_count(), PEERS * ROUNDS + PEERS);
}

TEST(requests_sent_without_waiting_are_answered_in_their_order)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, STR("GET /later?q=1 HTTP/1.1\r\nHost: x\r\n\r\n"
                                   "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo"
                                   "GET /now?q=3 HTTP/1.1\r\nHost: x\r\n\r\n"
                                   "GET /later?q=4 HTTP/1.1\r\nHost: x\r\n\r\n")));
    CHECK_STR(peer_reply(peer).body, STR("0 /later q=1"));
    CHECK_STR(peer_reply(peer).body, STR("two"));
    CHECK_STR(peer_reply(peer).body, STR("0 /now q=3"));
    CHECK_STR(peer_reply(peer).body, STR("0 /later q=4"));
    peer_close(peer);
    server_stop(server);
}

TEST(a_client_that_goes_away_while_it_waits_harms_nobody)
{
    struct http_server *server = server_start(server_options());
    for (int i = 0; i < PEERS; i++) {
        struct peer *peer = peer_open(server);
        CHECK_TRUE(peer_send(peer, GET("/hold")));
        held_wait((size_t)i + 1);
        peer_close(peer);
    }
    struct peer *peer = peer_open(server);
    CHECK_INT(peer_ask(peer, GET("/now")).status, 200);
    held_answer();
    CHECK_INT(peer_ask(peer, GET("/later")).status, 200);
    peer_close(peer);
    server_stop(server);
    CHECK_INT(done_count(), PEERS + 2);
}

TEST(the_answer_to_head_has_no_body_but_its_length)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, STR("HEAD /now HTTP/1.1\r\nHost: x\r\n\r\n")));
    struct reply reply = peer_reply_to_head(peer);
    CHECK_INT(reply.status, 200);
    CHECK_STR(reply_header(reply, "Content-Length"), STR("9"));
    CHECK_STR(peer_ask(peer, GET("/now")).body, STR("0 /now q="));
    peer_close(peer);
    server_stop(server);
}

TEST(an_answer_may_have_no_body)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_INT(peer_ask(peer, GET("/nothing")).status, 204);
    CHECK_INT(peer_ask(peer, GET("/now")).status, 200);
    peer_close(peer);
    server_stop(server);
}

TEST(methods_reach_the_handler_as_what_they_are)
{
    static const struct {
        const char *name;
        enum http_method method;
    } row[] = {
        {"GET", HTTP_GET},       {"POST", HTTP_POST},       {"PUT", HTTP_PUT},     {"PATCH", HTTP_PATCH},
        {"DELETE", HTTP_DELETE}, {"OPTIONS", HTTP_OPTIONS}, {"TRACE", HTTP_OTHER}, {"get", HTTP_OTHER},
    };
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    struct peer *peer = peer_open(server);
    for (size_t i = 0; i < COUNT_OF(row); i++)
        CHECK_STR(peer_ask(peer, arena_format(arena, "%s /now HTTP/1.1\r\nHost: x\r\n\r\n", row[i].name)).body,
                  arena_format(arena, "%d /now q=", (int)row[i].method));
    peer_close(peer);
    server_stop(server);
}

TEST(headers_and_cookies_of_a_request_are_known_and_its_peer)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    struct reply reply = peer_ask(peer, STR("GET /headers HTTP/1.1\r\nHost: x\r\nX-Something: some thing\r\n"
                                            "Cookie: a=b; session=s3cret\r\n\r\n"));
    CHECK_STR(reply.body, STR("cookie=s3cret header=some thing peer=127.0.0.1 secure=0"));
    peer_close(peer);
    server_stop(server);
}

TEST(every_answer_keeps_browsers_from_mischief_unless_it_says_otherwise)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    struct reply reply = peer_ask(peer, GET("/now"));
    CHECK_STR(reply_header(reply, "X-Content-Type-Options"), STR("nosniff"));
    CHECK_STR(reply_header(reply, "Referrer-Policy"), STR("no-referrer"));
    CHECK_STR(reply_header(reply, "Content-Security-Policy"), STR("default-src 'none'; frame-ancestors 'none'"));
    CHECK_STR(reply_header(reply, "Cache-Control"), STR("no-store"));
    CHECK_TRUE(reply_header(reply, "Strict-Transport-Security").at == NULL);
    CHECK_TRUE(reply_header(reply, "Server").at == NULL);
    reply = peer_ask(peer, GET("/headers"));
    CHECK_STR(reply_header(reply, "Cache-Control"), STR("max-age=60"));
    CHECK_FALSE(str_contains(reply.head, STR("no-store")));
    CHECK_STR(reply_header(reply, "X-Content-Type-Options"), STR("nosniff"));
    peer_close(peer);
    server_stop(server);
}

TEST(a_header_set_twice_has_its_last_value_but_cookies_add_up)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    struct reply reply = peer_ask(peer, GET("/headers"));
    CHECK_STR(reply_header(reply, "X-Twice"), STR("second"));
    CHECK_FALSE(str_contains(reply.head, STR("first")));
    CHECK_CONTAINS(reply.head, STR("Set-Cookie: a=1\r\n"));
    CHECK_CONTAINS(reply.head, STR("Set-Cookie: b=2\r\n"));
    peer_close(peer);
    server_stop(server);
}

TEST(what_a_client_sent_cannot_begin_a_header_of_its_own)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    struct reply reply = peer_ask(peer, GET("/headers?q=x%0d%0aSet-Cookie:%20evil=1"));
    CHECK_STR(reply_header(reply, "X-Echo"), STR("x  Set-Cookie: evil=1"));
    peer_close(peer);
    server_stop(server);
}

TEST(a_proxy_may_ask_with_the_whole_address)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_STR(peer_ask(peer, GET("http://x:80/now?q=1")).body, STR("0 /now q=1"));
    CHECK_STR(peer_ask(peer, GET("HTTPS://x/now")).body, STR("0 /now q="));
    peer_close(peer);
    server_stop(server);
}

TEST(an_answer_goes_out_when_whoever_works_on_the_request_has_let_go_of_it)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    for (unsigned i = 1; i <= 50; i++) {
        CHECK_CONTAINS(peer_ask(peer, GET("/worker?q=1")).body, STR("/worker q=1"));
        CHECK_INT(worked_count(), i);
    }
    peer_close(peer);
    /* One that has gone meanwhile is worked on to the end all the same. */
    peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, GET("/worker")));
    peer_close(peer);
    server_stop(server);
}

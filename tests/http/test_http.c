/* test_http.c — a server starts or says why not, and ends without leaving anybody without an answer. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include "base/arena.h"
#include "harness.h"
#include "peers.h"

static enum err start_fails(struct http_options options, struct err_info *why)
{
    struct http_server *server = NULL;
    enum err e = http_start(&options, &server, why);
    CHECK_TRUE(server == NULL);
    return e;
}

TEST(a_port_that_is_taken_is_said_so)
{
    struct http_server *server = server_start(server_options());
    struct http_options options = server_options();
    options.port = http_port(server);
    struct err_info why = {0};
    AUTO_ARENA arena = arena_new();
    CHECK_INT(start_fails(options, &why), ERR_UNAVAILABLE);
    CHECK_STR(str_from_c(why.msg),
              arena_format(arena, "cannot listen on 127.0.0.1 port %d: Address already in use", http_port(server)));
    server_stop(server);
}

TEST(an_address_that_is_not_ours_or_none_at_all_is_said_so)
{
    struct http_options options = server_options();
    struct err_info foreign = {0}, word = {0};
    options.address = "192.0.2.1";
    CHECK_INT(start_fails(options, &foreign), ERR_UNAVAILABLE);
    CHECK_CONTAINS(str_from_c(foreign.msg), STR("cannot listen on 192.0.2.1 port 0: "));
    options.address = "localhost";
    CHECK_INT(start_fails(options, &word), ERR_INVALID);
    CHECK_STR(str_from_c(word.msg), STR("'localhost' is not an IP address to listen on"));
}

TEST(a_certificate_that_is_none_is_said_so)
{
    struct http_options options = server_options();
    options.tls_cert = "no certificate";
    options.tls_key = "no key";
    struct err_info why = {0};
    CHECK_INT(start_fails(options, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("cannot use the TLS certificate and key: "));
}

TEST(a_port_is_free_again_once_its_server_has_stopped)
{
    struct http_options options = server_options();
    for (int i = 0; i < 3; i++) {
        struct http_server *server = server_start(options);
        options.port = http_port(server);
        struct peer *peer = peer_open(server);
        CHECK_INT(peer_ask(peer, GET("/now")).status, 200);
        server_stop(server);
        peer_close(peer);
    }
}

TEST(one_thread_is_enough)
{
    struct http_options options = server_options();
    options.threads = 1;
    struct http_server *server = server_start(options);
    struct peer *peers[16];
    for (int i = 0; i < 16; i++) peers[i] = peer_open(server);
    for (int i = 0; i < 16; i++) CHECK_TRUE(peer_send(peers[i], GET("/later")));
    for (int i = 0; i < 16; i++) {
        CHECK_INT(peer_reply(peers[i]).status, 200);
        peer_close(peers[i]);
    }
    server_stop(server);
}

TEST(answers_that_are_nearly_alike_are_never_taken_for_each_other)
{
    struct http_options options = server_options();
    options.threads = 1; /* what a thread keeps of one answer is there for the next */
    struct http_server *server = server_start(options);
    struct peer *peer = peer_open(server);
    for (int i = 0; i < 3; i++) {
        for (int again = 0; again < 2; again++) {
            struct reply plain = peer_ask(peer, GET("/now?q=1"));
            CHECK_CONTAINS(plain.body, STR("q=1"));
            CHECK_STR(reply_header(plain, "Cache-Control"), STR("no-store"));
        }
        CHECK_CONTAINS(peer_ask(peer, GET("/now?q=2")).body, STR("q=2"));
        CHECK_CONTAINS(peer_ask(peer, GET("/later?q=1")).body, STR("q=1"));
        CHECK_INT(peer_ask(peer, GET("/refuse")).status, 409);
        CHECK_STR(reply_header(peer_ask(peer, GET("/headers")), "Cache-Control"), STR("max-age=60"));
    }
    peer_close(peer);
    server_stop(server);
}

static void *quiesce(void *server)
{
    http_quiesce(server, 30000);
    return NULL;
}

TEST(a_server_about_to_stop_answers_what_is_under_way_and_takes_nothing_new)
{
    struct http_server *server = server_start(server_options());
    struct peer *waiting = peer_open(server);
    struct peer *idle = peer_open(server);
    CHECK_INT(peer_ask(idle, GET("/now")).status, 200);
    CHECK_TRUE(peer_send(waiting, GET("/hold")));
    held_wait(1);
    http_quiesce(server, 0); /* nothing new from here on */
    pthread_t thread;
    pthread_create(&thread, NULL, quiesce, server);
    struct reply late = peer_ask(idle, GET("/now"));
    CHECK_INT(late.status, 503);
    CHECK_STR(reply_header(late, "Connection"), STR("close"));
    held_answer();
    pthread_join(thread, NULL);
    struct reply reply = peer_reply(waiting);
    CHECK_INT(reply.status, 200);
    CHECK_STR(reply.body, STR("held"));
    CHECK_STR(reply_header(reply, "Connection"), STR("close"));
    peer_close(waiting);
    peer_close(idle);
    server_stop(server);
}

TEST(no_thread_rests_after_the_server_said_that_it_is_about_to_stop)
{
    struct http_server *server = server_start(server_options());
    struct peer *peers[8];
    for (size_t i = 0; i < COUNT_OF(peers); i++) {
        peers[i] = peer_open(server);
        CHECK_INT(peer_ask(peers[i], GET("/now")).status, 200);
    }
    http_quiesce(server, 0);
    unsigned rested = rested_count();
    for (size_t i = 0; i < COUNT_OF(peers); i++) { /* which keeps the threads awake */
        CHECK_INT(peer_ask(peers[i], GET("/now")).status, 503);
        peer_close(peers[i]);
    }
    server_stop(server);
    CHECK_INT(rested_count(), rested);
}

TEST(a_request_whose_body_comes_when_the_server_is_about_to_stop_is_not_handled)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, STR("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
                                   "Expect: 100-continue\r\n\r\n")));
    CHECK_INT(peer_reply(peer).status, 100);
    http_quiesce(server, 0);
    struct reply reply = peer_ask(peer, STR("late"));
    CHECK_INT(reply.status, 503);
    CHECK_STR(reply_header(reply, "Connection"), STR("close"));
    peer_close(peer);
    server_stop(server);
}

TEST(waiting_for_answers_that_do_not_come_ends)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, GET("/hold")));
    held_wait(1);
    http_quiesce(server, 20);
    CHECK_INT(held_count(), 1);
    held_answer();
    CHECK_STR(peer_reply(peer).body, STR("held"));
    peer_close(peer);
    server_stop(server);
}

/* A handler that answers /said alone. It tells that it was called for others, and leaves /slow only when it may. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned called;
    bool may_return;
} mute = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void say_nothing(void *context, struct http_exchange *exchange)
{
    (void)context;
    if (str_equal(http_path(exchange), STR("/said"))) {
        http_answer(exchange, 200, "text/plain", STR("said"));
        return;
    }
    pthread_mutex_lock(&mute.lock);
    mute.called++;
    pthread_cond_broadcast(&mute.changed);
    if (str_equal(http_path(exchange), STR("/slow")))
        while (!mute.may_return) pthread_cond_wait(&mute.changed, &mute.lock);
    pthread_mutex_unlock(&mute.lock);
}

static struct http_server *mute_server(void)
{
    struct http_options options = server_options();
    options.handle = say_nothing;
    options.done = NULL;
    options.idle_s = 0;
    mute.called = 0;
    mute.may_return = false;
    struct http_server *server = NULL;
    struct err_info why = {0};
    CHECK_OK(http_start(&options, &server, &why), why);
    return server;
}

/* Waits until the handler was called for `called` requests. */
static void ask_the_mute(struct peer *peer, struct str request, unsigned called)
{
    CHECK_TRUE(peer_send(peer, request));
    pthread_mutex_lock(&mute.lock);
    while (mute.called < called) pthread_cond_wait(&mute.changed, &mute.lock);
    pthread_mutex_unlock(&mute.lock);
}

static void *stop(void *server)
{
    http_stop(server);
    return NULL;
}

/* A server that knew no better would wait for last_answers_ms, which is longer. */
static void stops(pthread_t thread)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    if (pthread_timedjoin_np(thread, NULL, &until) != 0) FAIL("the server has not stopped after 20 s");
}

TEST(a_server_that_stops_answers_for_who_never_did)
{
    struct http_server *server = mute_server();
    struct peer *peer = peer_open(server);
    ask_the_mute(peer, GET("/now"), 1);
    http_stop(server);
    CHECK_INT(peer_reply(peer).status, 503);
    peer_close(peer);
    http_stop(NULL);
}

TEST(a_server_that_stops_answers_for_a_handler_that_comes_back_without_an_answer_only_then)
{
    struct http_server *server = mute_server();
    struct peer *slow = peer_open(server);
    ask_the_mute(slow, GET("/slow"), 1);
    struct peer *other = peer_open(server); /* which the other thread takes */
    ask_the_mute(other, GET("/now"), 2);
    pthread_t thread;
    pthread_create(&thread, NULL, stop, server);
    CHECK_INT(peer_reply(other).status, 503);
    pthread_mutex_lock(&mute.lock);
    mute.may_return = true;
    pthread_cond_broadcast(&mute.changed);
    pthread_mutex_unlock(&mute.lock);
    CHECK_INT(peer_reply(slow).status, 503);
    stops(thread);
    peer_close(slow);
    peer_close(other);
}

TEST(a_server_that_stops_does_not_wait_for_an_answer_to_clients_that_have_gone)
{
    struct http_server *server = mute_server();
    for (unsigned i = 1; i <= 10; i++) {
        struct peer *peer = peer_open(server);
        CHECK_INT(peer_ask(peer, GET("/said")).status, 200);
        ask_the_mute(peer, GET("/now"), i);
        struct linger at_once = {.l_onoff = 1};
        setsockopt(peer->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        peer_close(peer);
    }
    pthread_t thread;
    pthread_create(&thread, NULL, stop, server);
    stops(thread);
}

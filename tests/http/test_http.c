/* test_http.c — a server starts or says why not, and ends without leaving anybody without an answer. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

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

static struct http_exchange *kept;
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t kept_now = PTHREAD_COND_INITIALIZER;

static void keep(void *context, struct http_exchange *exchange)
{
    (void)context;
    pthread_mutex_lock(&kept_lock);
    kept = exchange;
    pthread_cond_signal(&kept_now);
    pthread_mutex_unlock(&kept_lock);
}

TEST(a_server_that_stops_answers_for_who_never_did)
{
    struct http_options options = server_options();
    options.handle = keep;
    options.done = NULL;
    struct http_server *server = NULL;
    struct err_info why = {0};
    CHECK_OK(http_start(&options, &server, &why), why);
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, GET("/now")));
    pthread_mutex_lock(&kept_lock);
    while (kept == NULL) pthread_cond_wait(&kept_now, &kept_lock);
    pthread_mutex_unlock(&kept_lock);
    http_stop(server);
    CHECK_INT(peer_reply(peer).status, 503);
    peer_close(peer);
    http_stop(NULL);
}

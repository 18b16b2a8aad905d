/* test_limits.c — what a stranger may send has its bounds, and who oversteps them harms nobody else. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "harness.h"
#include "peers.h"

/* A request to /echo with `head` and then `body`. */
static struct reply post(struct http_server *server, const char *head, struct str body)
{
    static struct peer *peer;
    if (peer != NULL) peer_close(peer); /* the reply before last is not looked at any more */
    peer = peer_open(server);
    AUTO_BUF request = BUF_INIT(SIZE_MAX);
    buf_format(&request, "POST /echo HTTP/1.1\r\nHost: x\r\n%s\r\n", head);
    buf_append(&request, body);
    return peer_ask(peer, buf_str(&request));
}

static struct reply post_sized(struct http_server *server, const char *head, struct str body)
{
    AUTO_ARENA arena = arena_new();
    return post(server, arena_format(arena, "%sContent-Length: %zu\r\n", head, body.len).at, body);
}

static void still_serves(struct http_server *server)
{
    struct peer *peer = peer_open(server);
    CHECK_INT(peer_ask(peer, GET("/now")).status, 200);
    peer_close(peer);
}

/* `count` times `c`. */
static struct str run_of(struct arena *arena, char c, size_t count)
{
    char *at = arena_alloc(arena, count);
    memset(at, c, count);
    return (struct str){at, count};
}

static struct str chunked(struct arena *arena, struct str body, size_t piece)
{
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    while (body.len > 0) {
        size_t n = body.len < piece ? body.len : piece;
        buf_format(&out, "%zx\r\n", n);
        buf_append(&out, (struct str){body.at, n});
        buf_append_c(&out, "\r\n");
        body = (struct str){body.at + n, body.len - n};
    }
    buf_append_c(&out, "0\r\n\r\n");
    return arena_str(arena, buf_str(&out));
}

static struct str gzipped(struct arena *arena, struct str plain)
{
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)plain.at, .avail_in = (unsigned)plain.len};
    CHECK_INT(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    size_t bound = deflateBound(&stream, (unsigned long)plain.len);
    char *at = arena_alloc(arena, bound);
    stream.next_out = (unsigned char *)at;
    stream.avail_out = (unsigned)bound;
    CHECK_INT(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return (struct str){at, bound - stream.avail_out};
}

TEST(a_body_of_the_largest_size_is_taken_and_one_byte_more_is_not)
{
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    struct str largest = run_of(arena, 'x', TEST_BODY_MAX);
    CHECK_STR(post_sized(server, "", largest).body, largest);
    CHECK_STR(post(server, "Transfer-Encoding: chunked\r\n", chunked(arena, largest, 1000)).body, largest);
    struct str more = run_of(arena, 'x', TEST_BODY_MAX + 1);
    CHECK_INT(post_sized(server, "", more).status, 413);
    struct reply reply = post(server, "Transfer-Encoding: chunked\r\n", chunked(arena, more, 1000));
    CHECK_INT(reply.status, 413);
    CHECK_CONTAINS(reply.body, STR("\"detail\":\"the body is larger than 65536 bytes\""));
    still_serves(server);
    server_stop(server);
}

static bool trusts(void *context, struct http_exchange *exchange)
{
    (void)context;
    return http_header(exchange, "X-Known").at != NULL;
}

/* Whoever may come from anywhere must not make us keep much, however the bytes come. */
TEST(a_stranger_may_send_less_than_somebody_whom_the_server_trusts)
{
    struct http_options options = server_options();
    options.body_stranger_max = 1000;
    options.trusts = trusts;
    struct http_server *server = server_start(options);
    AUTO_ARENA arena = arena_new();
    struct str little = run_of(arena, 'x', 1000), more = run_of(arena, 'x', 1001), packed = gzipped(arena, more);
    CHECK_STR(post_sized(server, "", little).body, little);
    struct reply reply = post_sized(server, "", more);
    CHECK_INT(reply.status, 413);
    CHECK_CONTAINS(reply.body, STR("\"detail\":\"the body is larger than 1000 bytes\""));
    CHECK_INT(post(server, "Transfer-Encoding: chunked\r\n", chunked(arena, more, 100)).status, 413);
    CHECK_INT(post_sized(server, "Content-Encoding: gzip\r\n", packed).status, 413);
    CHECK_STR(post_sized(server, "X-Known: 1\r\n", more).body, more);
    CHECK_STR(post(server, "X-Known: 1\r\nTransfer-Encoding: chunked\r\n", chunked(arena, more, 100)).body, more);
    CHECK_STR(post_sized(server, "X-Known: 1\r\nContent-Encoding: gzip\r\n", packed).body, more);
    CHECK_INT(post_sized(server, "X-Known: 1\r\n", run_of(arena, 'x', TEST_BODY_MAX + 1)).status, 413);
    server_stop(server);
}

TEST(a_body_announced_too_large_is_refused_before_it_is_sent)
{
    struct http_server *server = server_start(server_options());
    struct reply reply = post(server, "Content-Length: 999999999999\r\n", STR(""));
    CHECK_INT(reply.status, 413);
    CHECK_CONTAINS(reply.body, STR("\"code\":\"body_too_large\""));
    CHECK_STR(reply_header(reply, "Connection"), STR("close"));
    reply = post(server, "Expect: 100-continue\r\nContent-Length: 999999999999\r\n", STR(""));
    CHECK_INT(reply.status, 413);
    server_stop(server);
}

TEST(who_asks_before_sending_a_body_is_told_to_go_on)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    peer_send(peer, STR("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
    CHECK_INT(peer_reply(peer).status, 100);
    CHECK_STR(peer_ask(peer, STR("ok")).body, STR("ok"));
    peer_close(peer);
    server_stop(server);
}

TEST(chunks_without_end_are_cut_off)
{
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    struct str piece = chunked(arena, run_of(arena, 'x', 60000), 60000);
    piece.len -= strlen("0\r\n\r\n");
    struct peer *peer = peer_open(server);
    CHECK_TRUE(peer_send(peer, STR("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")));
    int sent = 0;
    while (sent < 100000 && peer_send(peer, piece)) sent++;
    CHECK_TRUE(sent < 100000);
    peer_close(peer);
    still_serves(server);
    server_stop(server);
}

TEST(a_gzipped_body_is_unpacked)
{
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    struct str packed = gzipped(arena, STR("{\"a\":1}"));
    CHECK_STR(post_sized(server, "Content-Encoding: gzip\r\n", packed).body, STR("{\"a\":1}"));
    CHECK_STR(post_sized(server, "Content-Encoding: X-GZIP\r\n", packed).body, STR("{\"a\":1}"));
    CHECK_STR(post_sized(server, "Content-Encoding: identity\r\n", STR("plain")).body, STR("plain"));
    CHECK_STR(post_sized(server, "Content-Encoding: gzip\r\n", gzipped(arena, STR(""))).body, STR(""));
    struct str largest = run_of(arena, 'x', TEST_BODY_MAX);
    CHECK_STR(post_sized(server, "Content-Encoding: gzip\r\n", gzipped(arena, largest)).body, largest);
    server_stop(server);
}

TEST(a_gzipped_body_may_have_several_members)
{
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    AUTO_BUF both = BUF_INIT(SIZE_MAX);
    buf_append(&both, gzipped(arena, STR("one ")));
    buf_append(&both, gzipped(arena, STR("two")));
    CHECK_STR(post_sized(server, "Content-Encoding: gzip\r\n", buf_str(&both)).body, STR("one two"));
    server_stop(server);
}

TEST(a_small_body_that_unpacks_to_a_huge_one_is_refused)
{
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    struct str bomb = gzipped(arena, run_of(arena, 0, (size_t)50 * 1024 * 1024));
    CHECK_TRUE(bomb.len < TEST_BODY_MAX);
    struct reply reply = post_sized(server, "Content-Encoding: gzip\r\n", bomb);
    CHECK_INT(reply.status, 413);
    CHECK_CONTAINS(reply.body, STR("the unpacked body is larger than 65536 bytes"));
    CHECK_INT(
        post_sized(server, "Content-Encoding: gzip\r\n", gzipped(arena, run_of(arena, 0, TEST_BODY_MAX + 1))).status,
        413);
    still_serves(server);
    server_stop(server);
}

TEST(a_body_that_is_not_the_gzip_it_says_is_refused)
{
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    struct str packed = gzipped(arena, STR("a text of some length, a text of some length"));
    struct str cut = {packed.at, packed.len - 1};
    AUTO_BUF more = BUF_INIT(SIZE_MAX);
    buf_append(&more, packed);
    buf_append_c(&more, "trailing");
    CHECK_INT(post_sized(server, "Content-Encoding: gzip\r\n", STR("not gzip")).status, 400);
    CHECK_INT(post_sized(server, "Content-Encoding: gzip\r\n", STR("")).status, 400);
    CHECK_INT(post_sized(server, "Content-Encoding: gzip\r\n", cut).status, 400);
    CHECK_INT(post_sized(server, "Content-Encoding: gzip\r\n", buf_str(&more)).status, 400);
    CHECK_INT(post_sized(server, "Content-Encoding: br\r\n", STR("x")).status, 415);
    CHECK_INT(post_sized(server, "Content-Encoding: gzip, gzip\r\n", STR("x")).status, 415);
    still_serves(server);
    server_stop(server);
}

TEST(a_head_that_is_too_large_is_refused)
{
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    static const size_t sizes[] = {4000, 8192, 10000, 10800, 11200, 11600, 12000, 12288, 12500, 13000, 40000, 200000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct str filler = run_of(arena, 'x', sizes[i]);
        struct peer *peer = peer_open(server);
        unsigned status = peer_ask(peer, arena_format(arena, "GET /now HTTP/1.1\r\nHost: x\r\nX: " STR_FMT "\r\n\r\n",
                                                      STR_ARG(filler)))
                              .status;
        CHECK_TRUE(status == (sizes[i] < 10000 ? 200 : 431) || (sizes[i] >= 10000 && (status == 200 || status == 0)));
        peer_close(peer);
        peer = peer_open(server);
        status =
            peer_ask(peer, arena_format(arena, "GET /now?" STR_FMT " HTTP/1.1\r\nHost: x\r\n\r\n", STR_ARG(filler)))
                .status;
        CHECK_TRUE(status == 200 || status == 414 || status == 431 || status == 0);
        peer_close(peer);
    }
    still_serves(server);
    server_stop(server);
}

TEST(a_request_that_is_not_http_is_refused_or_dropped)
{
    static const struct {
        struct str request;
        unsigned status; /* 0: the connection just ends */
    } row[] = {
        {STR_INIT("\r\n\r\n\r\n\r\nrubbish\r\n\r\n"), 0},
        {STR_INIT("GET\r\n\r\n"), 0},
        {STR_INIT("GET /now HTTP/1.1\r\n\r\n"), 400}, /* no Host */
        {STR_INIT("GET /now HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"), 400},
        {STR_INIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 1\r\n\r\n"), 400},
        {STR_INIT("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"), 400},
        {STR_INIT("GET /now HTTP/1.0\r\n\r\n"), 200}, /* which knew no Host */
        {STR_INIT("GET /now HTTP/9.9\r\nHost: x\r\n\r\n"), 505},
        {STR_INIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"), 400},
        {STR_INIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\nx"), 400},
        {STR_INIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n"), 413},
        {STR_INIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), 400},
        {STR_INIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
         400},
        {STR_INIT("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501},
        {STR_INIT("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"), 400},
        {STR_INIT("GET /now HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"), 200},
        {STR_INIT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), 0}, /* TLS to a plain port */
    };
    struct http_server *server = server_start(server_options());
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct peer *peer = peer_open(server);
        peer_send(peer, row[i].request);
        shutdown(peer->socket, SHUT_WR);
        unsigned status = peer_reply(peer).status;
        if (status != row[i].status) FAIL("request %zu was answered %u, expected %u", i, status, row[i].status);
        peer_close(peer);
    }
    still_serves(server);
    server_stop(server);
}

TEST(what_is_wrong_with_a_head_is_told_as_a_problem_that_a_browser_makes_nothing_of)
{
    static const struct str requests[] = {
        STR_INIT("GET /now HTTP/1.1\r\n\r\n"),
        STR_INIT("GET /now HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
        STR_INIT("GET /now?a b HTTP/1.1\r\nHost: x\r\n\r\n"),
        STR_INIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        STR_INIT("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n"),
    };
    struct http_server *server = server_start(server_options());
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        struct peer *peer = peer_open(server);
        struct reply reply = peer_ask(peer, requests[i]);
        CHECK_STR(reply_header(reply, "Content-Type"), STR("application/problem+json"));
        CHECK_STR(reply_header(reply, "X-Content-Type-Options"), STR("nosniff"));
        CHECK_STR(reply_header(reply, "Content-Security-Policy"), STR("default-src 'none'; frame-ancestors 'none'"));
        CHECK_STR(reply_header(reply, "Connection"), STR("close"));
        peer_close(peer);
    }
    server_stop(server);
}

/* What libmicrohttpd refuses by itself, in words that it lets nobody change. */
TEST(a_refusal_in_the_words_of_the_library_repeats_nothing_of_the_request_and_is_the_connections_last)
{
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    struct str filler = run_of(arena, 'x', 40000);
    const struct {
        struct str request;
        unsigned status;
    } row[] = {
        {STR("GET /<b>MINE HTTP/9.9\r\nHost: MINE\r\nX: <b>MINE\r\n\r\n"), 505},
        {STR("GET /<b>MINE HTTP/MINE\r\nHost: MINE\r\n\r\n"), 400},
        {STR("GET /<b>MINE HTTP/1.1\r\n<b>MINE\r\n\r\n"), 400},
        {STR("POST /<b>MINE HTTP/1.1\r\nHost: MINE\r\nContent-Length: <b>MINE\r\n\r\n"), 400},
        {STR("POST /<b>MINE HTTP/1.1\r\nHost: MINE\r\nContent-Length: 99999999999999999999\r\n\r\n"), 413},
        {STR("POST /<b>MINE HTTP/1.1\r\nHost: MINE\r\nTransfer-Encoding: chunked\r\n\r\n<b>MINE\r\n"), 400},
        {arena_format(arena, "GET /<b>MINE" STR_FMT, STR_ARG(filler)), 414},
        {arena_format(arena, "GET /<b>MINE HTTP/1.1\r\nHost: MINE\r\nX: <b>MINE" STR_FMT, STR_ARG(filler)), 431},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct peer *peer = peer_open(server);
        peer_send(peer, row[i].request);
        struct str all = peer_rest(peer);
        CHECK_TRUE(str_starts_with(all, arena_format(arena, "HTTP/1.1 %u ", row[i].status)));
        CHECK_CONTAINS(all, STR("\r\nConnection: close\r\n"));
        CHECK_CONTAINS(all, STR("<html><head><title>"));
        CHECK_FALSE(str_contains(all, STR("MINE")));
        peer_close(peer);
    }
    still_serves(server);
    server_stop(server);
}

TEST(a_body_is_followed_by_the_room_a_parser_of_json_needs)
{
    /* Under AddressSanitizer /echo's copy would not notice, but a parser does: see base/json.h. */
    struct http_server *server = server_start(server_options());
    AUTO_ARENA arena = arena_new();
    for (size_t size = 190; size < 200; size++) {
        struct str body = run_of(arena, '1', size);
        CHECK_STR(post_sized(server, "", body).body, body);
    }
    server_stop(server);
}

TEST(who_sends_nothing_is_shown_out)
{
    struct http_options options = server_options();
    options.idle_s = 1;
    struct http_server *server = server_start(options);
    struct peer *silent = peer_open(server);
    struct peer *halfway = peer_open(server);
    CHECK_TRUE(peer_send(halfway, STR("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")));
    CHECK_STR(peer_rest(silent), STR(""));
    peer_rest(halfway);
    peer_close(silent);
    peer_close(halfway);
    still_serves(server);
    server_stop(server);
}

/* Bytes one by one, each before idle_s is over: the peer's clock is the server's patience, 10 ms a byte. */
static void trickle(struct http_server *server, const char *head, const char *repeated)
{
    struct peer *peer = peer_open(server);
    struct timeval pause = {.tv_usec = 10000};
    setsockopt(peer->socket, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    peer_send(peer, str_from_c(head));
    char byte;
    int rounds = 0;
    while (rounds < 3000 && peer_send(peer, str_from_c(repeated)) && recv(peer->socket, &byte, 1, 0) < 0) rounds++;
    CHECK_TRUE(rounds < 3000);
    peer_close(peer);
}

TEST(who_sends_a_byte_now_and_then_is_shown_out_too)
{
    struct http_options options = server_options();
    options.idle_s = 1;
    struct http_server *server = server_start(options);
    trickle(server, "GET /now HTTP/1.1\r\nHost: x\r\nX: ", "a");
    trickle(server, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n", "a");
    trickle(server, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n");
    still_serves(server);
    server_stop(server);
}

TEST(one_connection_too_many_is_refused_and_the_others_are_served)
{
    struct http_options options = server_options();
    options.connections_max = 8;
    struct http_server *server = server_start(options);
    struct peer *peers[8];
    for (int i = 0; i < 8; i++) {
        peers[i] = peer_open(server);
        CHECK_INT(peer_ask(peers[i], GET("/now")).status, 200);
    }
    struct peer *ninth = peer_open(server);
    CHECK_INT(peer_ask(ninth, GET("/now")).status, 0);
    peer_close(ninth);
    for (int i = 0; i < 8; i++) CHECK_INT(peer_ask(peers[i], GET("/later")).status, 200);
    for (int i = 0; i < 8; i++) peer_close(peers[i]);
    server_stop(server);
}

TEST(one_address_may_not_take_all_connections)
{
    struct http_options options = server_options();
    options.connections_per_address_max = 4;
    struct http_server *server = server_start(options);
    struct peer *peers[4];
    for (int i = 0; i < 4; i++) {
        peers[i] = peer_open(server);
        CHECK_INT(peer_ask(peers[i], GET("/now")).status, 200);
    }
    struct peer *fifth = peer_open(server);
    CHECK_INT(peer_ask(fifth, GET("/now")).status, 0);
    peer_close(fifth);
    for (int i = 0; i < 4; i++) CHECK_INT(peer_ask(peers[i], GET("/now")).status, 200);
    for (int i = 0; i < 4; i++) peer_close(peers[i]);
    server_stop(server);
}

TEST(a_server_that_ran_out_of_files_takes_who_waits_as_soon_as_there_are_some)
{
    struct http_options options = server_options();
    options.threads = 1;
    options.idle_s = 0;
    struct http_server *server = server_start(options);
    struct peer *first = peer_open(server);
    CHECK_INT(peer_ask(first, GET("/now")).status, 200);
    struct peer *second = peer_unconnected();
    struct rlimit before, none = {0};
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
    none.rlim_max = before.rlim_max; /* what is open stays */
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
    peer_connect(second, server); /* by the system; the server cannot take it */
    CHECK_TRUE(peer_send(second, GET("/now")));
    CHECK_INT(peer_ask(first, GET("/now")).status, 200);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
    peer_close(first);
    CHECK_INT(peer_reply(second).status, 200);
    peer_close(second);
    server_stop(server);
}

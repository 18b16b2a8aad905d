/* test_problem.c — a refusal can be branched on by a program and read by a person. */
// SPDX-License-Identifier: Apache-2.0
#include "harness.h"
#include "peers.h"

TEST(a_problem_is_a_document_of_rfc_9457)
{
    struct http_server *server = server_start(server_options());
    struct peer *peer = peer_open(server);
    struct reply reply = peer_ask(peer, GET("/refuse"));
    CHECK_INT(reply.status, 409);
    CHECK_STR(reply_header(reply, "Content-Type"), STR("application/problem+json"));
    CHECK_STR(reply.body,
              STR("{\"type\":\"/problems/version\",\"title\":\"Conflict\",\"status\":409,"
                  "\"detail\":\"it is \\\"version 3\\\" by now\",\"code\":\"version\",\"at\":\"rules[2]\"}\n"));
    peer_close(peer);
    server_stop(server);
}

TEST(each_error_of_ours_has_a_status)
{
    CHECK_INT(http_status_of(ERR_INVALID), 400);
    CHECK_INT(http_status_of(ERR_NOT_FOUND), 404);
    CHECK_INT(http_status_of(ERR_CONFLICT), 409);
    CHECK_INT(http_status_of(ERR_TOO_BIG), 413);
    CHECK_INT(http_status_of(ERR_UNAVAILABLE), 503);
    CHECK_INT(http_status_of(ERR_INTERNAL), 500);
}

static void refuse(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct err_info why = {0};
    struct place place = {.line = 3, .column = 7};
    struct str path = http_path(exchange);
    if (str_equal(path, STR("/place"))) err_set_at(&why, ERR_INVALID, place, "expected a number");
    else if (str_equal(path, STR("/line")))
        err_set_at(&why, ERR_TOO_BIG, (struct place){.line = 3}, "a line is longer than 10 bytes");
    else err_set(&why, ERR_NOT_FOUND, "there is no contact 'ada'");
    if (str_equal(path, STR("/blank"))) http_problem(exchange, 500, "", STR(""), "no code \xff, %0*d", 3000, 0);
    else http_problem_of(exchange, &why);
}

TEST(an_error_of_ours_becomes_a_problem_with_its_place)
{
    struct http_options options = server_options();
    options.handle = refuse;
    struct http_server *server = server_start(options);
    struct peer *peer = peer_open(server);
    CHECK_STR(
        peer_ask(peer, GET("/place")).body,
        STR("{\"type\":\"/problems/invalid\",\"title\":\"Bad Request\",\"status\":400,\"detail\":\"expected a number\","
            "\"code\":\"invalid\",\"at\":\"line 3, column 7\"}\n"));
    struct reply reply = peer_ask(peer, GET("/line"));
    CHECK_INT(reply.status, 413);
    CHECK_CONTAINS(reply.body, STR("\"code\":\"too_big\",\"at\":\"line 3\"}"));
    reply = peer_ask(peer, GET("/other"));
    CHECK_INT(reply.status, 404);
    CHECK_CONTAINS(reply.body, STR("\"detail\":\"there is no contact 'ada'\",\"code\":\"not_found\"}"));
    peer_close(peer);
    server_stop(server);
}

TEST(a_problem_without_a_code_is_about_blank_and_a_long_detail_is_cut)
{
    struct http_options options = server_options();
    options.handle = refuse;
    struct http_server *server = server_start(options);
    struct peer *peer = peer_open(server);
    struct reply reply = peer_ask(peer, GET("/blank"));
    CHECK_INT(reply.status, 500);
    CHECK_TRUE(
        str_starts_with(reply.body, STR("{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500,"
                                        "\"detail\":\"no code \xef\xbf\xbd, 000")));
    CHECK_TRUE(reply.body.len > 1000 && reply.body.len < 1200);
    peer_close(peer);
    server_stop(server);
}

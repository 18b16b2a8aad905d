/* peers.h — a server for tests, and clients that may behave as badly as a test wants.
 *
 * The server's handler knows these paths:
 *
 *     /now      answers at once: 200, a text that names method, path and query member "q"
 *     /later    is answered the same by another thread
 *     /aside    is answered when a thread rests
 *     /worker   is answered by another thread that holds it and works on for a while
 *     /echo     sends the body back
 *     /hold     is kept until held_answer
 *     /stream   becomes a stream of events, see held_stream
 *     /refuse   a problem document: 409
 *     /headers  sets headers of its own */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_HTTP_PEERS_H
#define PLUMB_TESTS_HTTP_PEERS_H

#include "base/buf.h"
#include "http/http.h"

#define TEST_BODY_MAX ((size_t)64 * 1024)
#define TEST_QUEUE_MAX ((size_t)256 * 1024)

struct http_options server_options(void); /* 2 threads, 1000 connections, idle_s 30, the bodies above */
struct http_server *server_start(struct http_options options); /* on a free port; fails the test when it cannot */
/* Answers everything that is held, then stops it; a test ends with this. */
void server_stop(struct http_server *server);

/* What /hold holds. Waits until there are `count`. */
void held_wait(size_t count);
size_t held_count(void);
void held_answer(void); /* all of them: 200, "held" */

/* How many /worker are done with, behind their answers. */
unsigned worked_count(void);

/* How often a thread has rested. */
unsigned rested_count(void);

/* The stream that the last /stream became; waits for it. The caller closes it. */
struct http_stream *held_stream(void);

/* What `done` was told: how many answers, and the last's status. */
unsigned done_count(void);
unsigned done_status(void);
void done_wait(unsigned count);

struct peer {
    int socket;
    struct buf in;    /* read and not yet taken */
    struct buf taken; /* the last answer, which replies point into */
};

struct reply {
    unsigned status; /* 0: the connection ended before an answer */
    struct str head; /* with the blank line */
    struct str body; /* chunks are joined */
};

struct peer *peer_open(struct http_server *server); /* on 127.0.0.1 */
struct peer *peer_unconnected(void);                /* its two steps: a socket, */
void peer_connect(struct peer *peer, struct http_server *server);
void peer_close(struct peer *peer);
bool peer_send(struct peer *peer, struct str bytes); /* false: the other side has closed */
struct reply peer_reply(struct peer *peer);          /* to anything but HEAD */
struct reply peer_reply_to_head(struct peer *peer);
struct reply peer_ask(struct peer *peer, struct str request); /* send, then reply */
/* Everything until the other side closes. */
struct str peer_rest(struct peer *peer);
/* Read until `text` has come (true) or the other side closes. What was read stays for peer_rest. */
bool peer_sees(struct peer *peer, struct str text);
/* After peer_reply_to_head: the same for a chunked body, in which a chunk may end in the middle of `text`. Whole chunks
 * are moved behind the head in peer->taken. */
bool peer_sees_in_chunks(struct peer *peer, struct str text);
struct str reply_header(struct reply reply, const char *name); /* at == NULL: it has none */

/* Several lines of a request at once. */
#define GET(target) STR("GET " target " HTTP/1.1\r\nHost: x\r\n\r\n")

#endif

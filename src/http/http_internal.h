/* http_internal.h — a server, its connections, and the one exchange each of them has at a time.
 *
 * Life of an exchange, by the thread that may touch it:
 *
 *     READING    the connection's thread gathers head and body
 *     HANDLING   the handler was called; it, or a thread it handed the exchange to
 *     WAITING    the handler returned without an answer: the connection sleeps
 *     ANSWERED   the connection's thread again: it builds the answer, sends it, and starts over
 *
 * http_answer moves to ANSWERED in one atomic step, and whoever finds what stood there before
 * knows whose turn it is: HANDLING, the connection's thread looks once more before it sleeps;
 * WAITING, it must be woken. The exchange belongs to its connection and is used for one request
 * after the other, with its arena and its body's memory. libmicrohttpd does not notice that a
 * sleeping connection's client has gone, so an exchange lives until it is answered. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HTTP_HTTP_INTERNAL_H
#define PLUMB_HTTP_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "http/http.h"

/* Bytes libmicrohttpd has for a request's head and an answer's; a longer head is refused by it with 431 or 414. */
#define CONNECTION_MEMORY_BYTES ((size_t)32 * 1024)
/* What a connection keeps of its arena and its body's buffer for the next request. */
#define KEPT_BYTES ((size_t)64 * 1024)

enum exchange_state { READING, HANDLING, WAITING, ANSWERED };

struct answer_header {
    struct answer_header *next;
    const char *name; /* both live in the arena */
    const char *value;
};

struct answer {
    unsigned status;
    const char *content_type; /* NULL: none */
    struct str body;          /* lives in the arena */
    struct answer_header *headers;
    struct http_stream *stream; /* instead of a body; NULL: none */
    bool closes;                /* the connection, afterwards */
};

struct http_exchange {
    struct connection *connection;
    struct arena *arena;
    _Atomic(enum exchange_state) state;
    enum http_method method;
    struct str path, query; /* live in the arena */
    struct buf body;        /* as it was sent */
    struct buf unpacked;    /* when it came gzipped */
    bool head_seen;
    bool gzipped;
    bool body_too_large; /* what comes is dropped; the answer is 413 */
    bool counted;        /* in server->under_way */
    uint64_t body_seen;  /* bytes received, dropped ones too */
    int64_t head_ms;     /* when the head was complete, see now_ms */
    int64_t began_ns;
    void *attached;
    struct answer answer;
};

struct connection {
    struct http_server *server;
    struct MHD_Connection *mhd;
    int socket;
    struct connection *before, *after; /* of server->connections, under its lock */
    _Atomic(int64_t) deadline_ms;      /* when it is cut off, see now_ms; 0: it may take its time */
    char peer[INET6_ADDRSTRLEN];
    struct http_exchange exchange;
};

struct http_server {
    struct http_options options; /* its texts are not used after http_start */
    bool secure;
    uint16_t port;
    struct MHD_Daemon *daemon;
    int listener;                      /* ours again once quiesced; else MHD_INVALID_SOCKET */
    char complaint[ERR_MESSAGE_BYTES]; /* libmicrohttpd's first while it starts */
    _Atomic(bool) started;
    _Atomic(bool) quiescing;
    _Atomic(unsigned) connection_count;
    _Atomic(unsigned) under_way; /* handed to the handler and not yet sent */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* under_way became 0 while quiescing, or the watch shall end */
    struct connection *connections;
    struct http_stream *streams;
    pthread_t watch;
    bool watch_ends;
};

/* Milliseconds of a clock that never goes back, cheap and some milliseconds coarse. */
int64_t now_ms(void);

/* ---- listen.c ---- */
MUST_CHECK enum err listen_on(const struct http_options *options, int *out, uint16_t *port, struct err_info *why);

/* ---- watch.c: cuts off connections past their deadline, and keeps streams awake. ---- */
void watch_start(struct http_server *server);
void watch_stop(struct http_server *server);
void connection_must_by(struct connection *connection, int64_t start_ms, uint64_t bytes);

/* ---- exchange.c: what libmicrohttpd calls. ---- */
enum MHD_Result on_accept(void *server, const struct sockaddr *address, socklen_t length);
void on_connection(void *server, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code);
void *on_uri(void *server, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result on_request(void *server, struct MHD_Connection *mhd, const char *url, const char *method,
                           const char *version, const char *data, size_t *size, void **context);
void on_completed(void *server, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code);
size_t leave_escaped(void *context, struct MHD_Connection *mhd, char *text);
void connections_wake(struct http_server *server);
void exchange_answered(struct http_exchange *exchange); /* exchange->answer is filled; afterwards it is gone */

/* ---- body.c ---- */
/* What the head says of the body; false when it was refused: the exchange is answered then. */
bool body_announced(struct http_exchange *exchange);
/* The next bytes; false when the connection must be cut off. */
bool body_take(struct http_exchange *exchange, struct str bytes);
/* All is there: unpack and pad it; false when it was refused: the exchange is answered then. */
bool body_finish(struct http_exchange *exchange);
/* Unpack gzip, of one member or several, behind *out. Z_OK, Z_DATA_ERROR, Z_MEM_ERROR, or Z_BUF_ERROR when *out
 * would grow beyond `unpacked_max` bytes; its ceiling is not less. */
int gzip_unpack(struct str packed, size_t unpacked_max, struct buf *out);
void body_reset(struct http_exchange *exchange);

/* ---- answer.c ---- */
enum MHD_Result answer_queue(struct http_exchange *exchange);

/* ---- stream.c ---- */
struct MHD_Response *stream_response(struct http_stream *stream);
void streams_keep_awake(struct http_server *server);
void streams_end(struct http_server *server);

#endif

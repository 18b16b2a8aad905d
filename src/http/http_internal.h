/* http_internal.h — a server, its loops, their connections, and the one exchange each of them has at a time.
 *
 * Life of an exchange:
 *
 *     READING    its loop's thread gathers head and body
 *     HANDLING   the handler was called
 *     WAITING    it returned without an answer, which some thread will give: the loop looks for it after each wake
 *     SLEEPING   for long: libmicrohttpd has put the connection aside, which costs four system calls more
 *     ANSWERED   the loop's turn again: it sends the answer, and starts over
 *     ORPHANED   the client went while it waited: it is freed by whoever answers it
 *
 * http_answer moves to ANSWERED in one atomic step, and what stood there before says what is left to do. An exchange is
 * used for one request of its connection after the other, with its arena and its body's memory. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HTTP_HTTP_INTERNAL_H
#define PLUMB_HTTP_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "http/http.h"

/* Bytes libmicrohttpd has for a request's head and an answer's; a longer head is refused by it with 431 or 414. It
 * clears them all after each request, about one and a half times, so they are not plenty. */
#define CONNECTION_MEMORY_BYTES ((size_t)10 * 1024)
/* What a connection keeps of its arena and its body's buffer for the next request. */
#define KEPT_BYTES ((size_t)64 * 1024)

enum exchange_state { READING, HANDLING, WAITING, SLEEPING, ANSWERED, ORPHANED };

struct header {
    struct header *next;
    struct str name, value; /* each followed by a zero byte */
};

struct answer {
    unsigned status;
    const char *content_type;   /* lives in the arena; NULL: none */
    struct str body;            /* the same */
    struct header *headers;     /* the same */
    struct http_stream *stream; /* instead of a body; NULL: none */
    bool is_file;               /* instead of a body: */
    int fd;                     /* libmicrohttpd closes it once queued */
    uint64_t file_bytes;
    bool closes; /* the connection, afterwards */
    bool queued; /* libmicrohttpd has it */
};

struct http_exchange {
    struct loop *loop;
    struct connection *connection;        /* for the loop's thread alone; gone when ORPHANED */
    struct MHD_Connection *sleeper;       /* its connection, for who wakes it; set before the handler is called */
    struct http_exchange *before, *after; /* of server->orphans, under its lock */
    struct arena *arena;
    _Atomic(enum exchange_state) state;
    atomic_uint holds;    /* the answer that is owed, and each http_hold: with the last of them it is ANSWERED */
    atomic_bool answered; /* so its answer is there, while others may hold it yet */
    bool polled;          /* counted in loop->waiting */
    bool head_seen;
    bool needs_host; /* HTTP/1.1 */
    bool gzipped;
    bool body_too_large; /* what comes is dropped; the answer is 413 */
    bool trust_asked;    /* see http_options.trusts; its answer is in body_most */
    bool counted;        /* in server->under_way */
    enum http_method method;
    char peer[INET6_ADDRSTRLEN];
    struct str path, query; /* live in the arena */
    struct header *headers; /* the same */
    struct buf body;        /* as it was sent */
    struct buf unpacked;    /* when it came gzipped */
    size_t body_most;       /* bytes that the body may have, also unpacked */
    uint64_t body_seen;     /* bytes received, dropped ones too */
    int64_t head_ms;        /* when the head was complete, see now_ms */
    int64_t handed_ms;      /* when the handler was called */
    int64_t began_ns;
    void *attached;
    struct answer answer;
};

struct connection {
    struct loop *loop;
    struct MHD_Connection *mhd;
    struct http_exchange *exchange; /* NULL once orphaned: the connection is about to end */
    int socket;
    struct connection *before, *after; /* of server->connections, under its lock */
    struct connection *neighbour;      /* in the same bucket of server->by_address, under its lock */
    uint64_t address_hash;
    _Atomic(int64_t) deadline_ms; /* when it is cut off, see now_ms; 0: it may take its time */
};

/* A thread and its share of the connections, which only it touches. */
struct loop {
    struct http_server *server;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    int epoll;           /* waits for `wake` and for libmicrohttpd's own epoll */
    int wake;            /* an eventfd */
    _Atomic(bool) woken; /* and has not looked around since */
    size_t waiting;      /* exchanges WAITING */
    unsigned passes;     /* since it rested last */
    bool busy;           /* libmicrohttpd has more to do than it says */
    bool quiesced;
    struct kept_answer *kept; /* see answer.c; NULL: none */
};

#define ADDRESS_BUCKETS 1024

struct http_server {
    struct http_options options; /* its texts are not used after http_start */
    bool secure;
    uint16_t port;
    int listener;
    struct loop *loops;                /* options.threads */
    char complaint[ERR_MESSAGE_BYTES]; /* libmicrohttpd's first while it starts */
    _Atomic(bool) started;
    _Atomic(bool) quiescing;
    _Atomic(bool) gives_up; /* whatever is not answered is answered by the server itself */
    _Atomic(bool) ends;
    _Atomic(bool) restless;      /* `rests` is called no more */
    _Atomic(unsigned) resting;   /* threads that look at `restless` or call it */
    _Atomic(unsigned) under_way; /* handed to the handler and not yet sent */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* under_way became 0 while quiescing, or the watch shall end */
    struct connection *connections;
    struct connection *by_address[ADDRESS_BUCKETS];
    unsigned connection_count;
    struct http_exchange *orphans;
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
void connection_idles(struct connection *connection);
void connection_must_by(struct connection *connection, int64_t start_ms, uint64_t bytes);

/* ---- loop.c ---- */
/* Start a thread for each loop. False: libmicrohttpd did not want to, see server->complaint; nothing is left behind. */
MUST_CHECK bool loops_start(struct http_server *server);
void loops_stop(struct http_server *server);
void loops_rest_no_more(struct http_server *server);             /* any thread; see http_options.rests */
void loop_wake(struct loop *loop);                               /* any thread */
void loop_resume(struct loop *loop, struct MHD_Connection *mhd); /* any thread; `mhd` was suspended */
/* On its thread: `mhd`, whose request has just ended, shall be closed now. */
void loop_see_off(struct loop *loop, struct MHD_Connection *mhd);

/* ---- What libmicrohttpd calls; each first argument is a loop. ---- */
enum MHD_Result on_accept(void *loop, const struct sockaddr *address, socklen_t length);
void on_connection(void *loop, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code);
void *on_uri(void *loop, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result on_request(void *loop, struct MHD_Connection *mhd, const char *url, const char *method,
                           const char *version, const char *data, size_t *size, void **context);
void on_completed(void *loop, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code);

/* ---- exchange.c ---- */
struct http_exchange *exchange_new(struct connection *connection);
void exchange_free(struct http_exchange *exchange);
void exchange_answered(struct http_exchange *exchange); /* exchange->answer is filled; afterwards it is gone */
void exchanges_give_up(struct http_server *server);     /* answer what nobody has answered */
void exchanges_forget(struct http_server *server);      /* free orphans that nobody answers any more */

/* ---- body.c ---- */
/* Note the headers, and what they say of the body; false when it was refused: the exchange is answered then. */
bool head_take(struct http_exchange *exchange);
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
void kept_answer_drop(struct loop *loop); /* when its thread has ended */

/* ---- stream.c ---- */
/* The connection takes its hold of the stream. */
struct MHD_Response *stream_response(struct http_stream *stream, struct connection *connection);
void stream_abandon(struct http_stream *stream); /* it never will */
void streams_keep_awake(struct http_server *server);
void streams_end(struct http_server *server);

#endif

/* http.h — a thin, safe face on libmicrohttpd. It knows nothing of leads.
 *
 * A server calls one handler for each request, when all of its body is there. The handler
 * answers at once, or keeps the exchange and answers later from another thread: until
 * then the connection sleeps and costs no thread. Every exchange is answered exactly once.
 *
 * What a stranger may send is limited here: bytes of a head, bytes of a body (also of what it
 * unpacks to; more for whom the server trusts), connections in all and from one address, seconds for a request. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HTTP_HTTP_H
#define PLUMB_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

struct http_server;
struct http_exchange; /* a request and its answer */

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_OTHER };

struct http_options {
    const char *address; /* "127.0.0.1", "::1" */
    uint16_t port;       /* 0: any free one, see http_port */
    unsigned threads;    /* that read, call the handler and write; at least 1 */
    unsigned connections_max, connections_per_address_max;
    unsigned idle_s;           /* without a byte, before a connection is closed; 0: never */
    unsigned last_answers_ms;  /* that http_stop waits at most for clients to take theirs */
    size_t body_max;           /* bytes; a larger body gets 413 before it is read */
    size_t body_stranger_max;  /* the same of requests that `trusts` does not know; at most body_max */
    const struct clock *clock; /* by which streams have been quiet; borrowed, outlives the server. NULL: the system's */
    const char *tls_cert, *tls_key; /* PEM texts; NULL: plain. TLS 1.2 and later */
    /* Called on one of the threads, at most once a request, when its head is there and its body is larger than
     * body_stranger_max: may it have body_max? It does not answer. NULL: every one may. */
    bool (*trusts)(void *context, struct http_exchange *exchange);
    /* Called on one of the threads, once a request; must lead to one http_answer. */
    void (*handle)(void *context, struct http_exchange *exchange);
    /* Called on each thread when it has called the handler for all that has come, before it waits; a thread that always
     * has more to do says so now and then. What handlers put aside, to be done together, is due. Must not block. Not
     * called any more once http_quiesce has returned. May be NULL. */
    void (*rests)(void *context);
    void *context;
    /* Called once a request, after its answer was sent or could not be, for logs and metrics; may be NULL. Mostly on one
     * of the threads; on the answering one when the client had gone. Requests refused here are told too. */
    void (*done)(void *context, const struct http_exchange *exchange, unsigned status, uint64_t took_us);
};

/* Listen. Errors: ERR_UNAVAILABLE (the port is taken, an address that is not ours), ERR_INVALID (certificate). */
MUST_CHECK enum err http_start(const struct http_options *options, struct http_server **out, struct err_info *why);
uint16_t http_port(const struct http_server *server);
/* No new connections or requests; what the handler was called for is answered. Returns when all is, or after wait_ms. */
void http_quiesce(struct http_server *server, unsigned wait_ms);
/* Answers what nobody has answered: from its call on, no exchange may be. NULL is fine. */
void http_stop(struct http_server *server);

/* ---- The request. Views live until the answer. ---- */

enum http_method http_method(const struct http_exchange *exchange);
struct str http_path(const struct http_exchange *exchange); /* as sent, without the query; still percent-encoded */
struct str http_query(const struct http_exchange *exchange, const char *name); /* decoded; at == NULL when absent */
struct str http_query_name(const struct http_exchange *exchange,
                           size_t index); /* of each member; at == NULL behind the last */
struct str http_header(const struct http_exchange *exchange, const char *name); /* any case; at == NULL when absent */
/* As it was sent, without quotes around it; at == NULL when absent. */
struct str http_cookie(const struct http_exchange *exchange, const char *name);
/* Unpacked when it came gzipped; followed by JSON_PADDING readable bytes. */
struct str http_body(const struct http_exchange *exchange);
struct str http_peer(const struct http_exchange *exchange); /* the address, without a port */
bool http_is_secure(const struct http_exchange *exchange);
struct arena *http_arena(struct http_exchange *exchange); /* for whatever the answer needs */
/* Something of the handler's that goes with the exchange, for `done` to find; NULL when nothing was attached. */
void http_attach(struct http_exchange *exchange, void *what);
void *http_attached(const struct http_exchange *exchange);

/* ---- The answer. ---- */

/* Copied; control characters become blanks. Replaces what was set or is sent by default under that name (an empty value:
 * sends none), but Set-Cookie adds. Defaults are Cache-Control: no-store, Content-Security-Policy for an answer that is
 * no page, Referrer-Policy, X-Content-Type-Options and, when secure, Strict-Transport-Security. */
void http_set_header(struct http_exchange *exchange, const char *name, struct str value);
/* Whoever handles a request on a thread of their own holds it: then it stays until they release it, even when it was
 * answered meanwhile, and the answer goes out with the last release. The first hold is taken before the handler returns. */
void http_hold(struct http_exchange *exchange);
void http_release(struct http_exchange *exchange);

/* Send. `body` is copied. Any thread; afterwards the exchange is gone, unless it is held. */
void http_answer(struct http_exchange *exchange, unsigned status, const char *content_type, struct str body);

/* Send `bytes` of a file from its beginning, as they are read. `fd` is closed by the server in any case. */
void http_answer_file(struct http_exchange *exchange, unsigned status, const char *content_type, int fd,
                      uint64_t bytes);

/* RFC 9457: {"type","title","status","detail","code","at"}. `code` is a word for programs, `detail` a
 * sentence, `place` the field or the line ("" for none). */
void http_problem(struct http_exchange *exchange, unsigned status, const char *code, struct str place,
                  const char *format, ...) PRINTF_LIKE(5, 6);
/* The same with members of its own, as RFC 9457 lets a problem have; each `json` is a value. */
struct http_problem_member {
    const char *key;
    struct str json;
};
void http_problem_with(struct http_exchange *exchange, unsigned status, const char *code, struct str place,
                       struct str detail, const struct http_problem_member *members, size_t count);
/* The status that an error of ours means: ERR_INVALID 400, ERR_NOT_FOUND 404, ERR_CONFLICT 409, ERR_TOO_BIG 413,
 * ERR_UNAVAILABLE 503, else 500. */
unsigned http_status_of(enum err code);
void http_problem_of(struct http_exchange *exchange, const struct err_info *why);

/* A stream of events for a browser (text/event-stream), open until either side closes it. */
struct http_stream;
/* Answers the exchange. Texts sent later are queued, at most `queue_max` bytes: a slower reader is cut off. */
struct http_stream *http_answer_stream(struct http_exchange *exchange, size_t queue_max);
/* False when the reader has gone or the server is about to stop: then close it. An empty `event` is the default one. A
 * comment is sent by itself when nothing else was for 15 s, so a reader that has gone is noticed. Any thread. */
bool http_stream_send(struct http_stream *stream, struct str event, struct str data);
void http_stream_close(struct http_stream *stream); /* exactly once; also after http_stop */

#endif

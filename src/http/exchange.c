/* exchange.c — from a connection's first byte to the answer's last: what libmicrohttpd calls, in this order.
 *
 *     on_accept      somebody connects: is there room?
 *     on_connection  the connection exists: make what we know of it
 *     on_uri         a request's first line is there, its target as it was sent
 *     on_request     its head is there; then once for each piece of its body; then once more: the handler's turn.
 *                    Then until there is an answer
 *     on_completed   the answer was sent, or the client is gone: the exchange is new again
 *     on_connection  the connection ends
 *
 * All of these run on the thread of the connection's loop. While an answer is awaited on_request is asked again after
 * each wake; see loop.c. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "http/http_internal.h"

#define PATIENCE_MS 20                   /* an answer that takes longer lets its connection sleep */
#define LARGE_PIECE_BYTES ((size_t)4096) /* of a body, at once */

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- Requests. ---- */

/* "http://host/path" is how a proxy asks; "/path" is what was asked for. */
static struct str without_host(struct str target)
{
    size_t scheme = 0;
    if (target.len >= 7 && strncasecmp(target.at, "http://", 7) == 0) scheme = 7;
    if (target.len >= 8 && strncasecmp(target.at, "https://", 8) == 0) scheme = 8;
    if (scheme == 0) return target;
    while (scheme < target.len && target.at[scheme] != '/' && target.at[scheme] != '?') scheme++;
    return (struct str){target.at + scheme, target.len - scheme};
}

void *on_uri(void *loop, const char *uri, struct MHD_Connection *mhd)
{
    (void)loop;
    struct connection *connection = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct http_exchange *exchange = connection->exchange;
    exchange->query = arena_str(exchange->arena, without_host(str_from_c(uri)));
    exchange->path = str_cut(&exchange->query, '?');
    return exchange;
}

static enum http_method method_of(const char *name)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET",     [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",       [HTTP_PUT] = "PUT",
        [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
    };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(name, names[i]) == 0) return (enum http_method)i;
    return HTTP_OTHER;
}

static void count_under_way(struct http_exchange *exchange)
{
    exchange->counted = true;
    atomic_fetch_add(&exchange->loop->server->under_way, 1);
}

static void count_done(struct http_exchange *exchange)
{
    if (!exchange->counted) return;
    struct http_server *server = exchange->loop->server;
    exchange->counted = false;
    if (atomic_fetch_sub(&server->under_way, 1) != 1 || !atomic_load(&server->quiescing)) return;
    pthread_mutex_lock(&server->lock);
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

static void set_polled(struct http_exchange *exchange, bool polled)
{
    if (polled && !exchange->polled) exchange->loop->waiting++;
    if (!polled && exchange->polled) exchange->loop->waiting--;
    exchange->polled = polled;
}

struct http_exchange *exchange_new(struct connection *connection)
{
    struct http_exchange *exchange = memory_alloc(sizeof *exchange);
    exchange->connection = connection;
    exchange->loop = connection->loop;
    exchange->arena = arena_new();
    exchange->holds = 1;
    body_reset(exchange);
    return exchange;
}

void exchange_free(struct http_exchange *exchange)
{
    if (exchange == NULL) return;
    arena_free(exchange->arena);
    buf_release(&exchange->body);
    buf_release(&exchange->unpacked);
    memory_free(exchange);
}

/* The answer was sent, or never will be. */
static void exchange_end(struct http_exchange *exchange)
{
    const struct http_options *options = &exchange->loop->server->options;
    const struct answer *answer = &exchange->answer;
    if (answer->stream != NULL && !answer->queued) stream_abandon(answer->stream);
    if (answer->is_file && !answer->queued) close(answer->fd);
    if (options->done != NULL && answer->status != 0)
        options->done(options->context, exchange, answer->status, (uint64_t)(now_ns() - exchange->began_ns) / 1000);
    count_done(exchange);
}

/* ---- Orphans. ---- */

/* The client has gone while another thread has the exchange. False: it was answered just now. */
static bool orphan(struct http_exchange *exchange)
{
    struct http_server *server = exchange->loop->server;
    if (atomic_load(&exchange->state) != WAITING) return false; /* mostly: it is its loop alone that makes it wait */
    pthread_mutex_lock(&server->lock);
    enum exchange_state expected = WAITING;
    bool orphaned = atomic_compare_exchange_strong(&exchange->state, &expected, ORPHANED);
    if (orphaned) {
        exchange->connection->exchange = NULL;
        exchange->connection = NULL;
        exchange->after = server->orphans;
        if (exchange->after != NULL) exchange->after->before = exchange;
        server->orphans = exchange;
    }
    pthread_mutex_unlock(&server->lock);
    return orphaned;
}

static void bury(struct http_exchange *exchange)
{
    struct http_server *server = exchange->loop->server;
    pthread_mutex_lock(&server->lock);
    if (exchange->after != NULL) exchange->after->before = exchange->before;
    *(exchange->before != NULL ? &exchange->before->after : &server->orphans) = exchange->after;
    pthread_mutex_unlock(&server->lock);
    exchange_end(exchange);
    exchange_free(exchange);
}

void exchanges_forget(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    struct http_exchange *exchange = server->orphans;
    server->orphans = NULL;
    pthread_mutex_unlock(&server->lock);
    while (exchange != NULL) {
        struct http_exchange *after = exchange->after;
        exchange_end(exchange);
        exchange_free(exchange);
        exchange = after;
    }
}

/* It has its answer, and nobody looks at it any more. */
static void hand_back(struct http_exchange *exchange)
{
    struct loop *loop = exchange->loop;
    struct MHD_Connection *sleeper = exchange->sleeper;
    switch (atomic_exchange(&exchange->state, ANSWERED)) {
    case HANDLING: break;                 /* by the handler itself, mostly: on_complete looks */
    case WAITING: loop_wake(loop); break; /* it may be gone already */
    case SLEEPING: loop_resume(loop, sleeper); break;
    case ORPHANED: bury(exchange); break;
    default: INVARIANT(!"an exchange is handed back exactly once");
    }
}

void http_hold(struct http_exchange *exchange)
{
    atomic_fetch_add(&exchange->holds, 1);
}

void http_release(struct http_exchange *exchange)
{
    if (atomic_fetch_sub(&exchange->holds, 1) == 1) hand_back(exchange);
}

void exchange_answered(struct http_exchange *exchange)
{
    INVARIANT(!atomic_exchange(&exchange->answered, true)); /* exactly once */
    http_release(exchange);
}

/* The exchange is counted before it looks, and http_quiesce says so before it counts: none is handed out behind it. */
static bool refused_at_the_end(struct http_exchange *exchange)
{
    if (!atomic_load(&exchange->loop->server->quiescing)) return false;
    http_problem(exchange, 503, "stopping", STR(""), "the server is about to stop; try again in a moment");
    return true;
}

/* The head is there. Refuse what needs no body to be refused. */
static enum MHD_Result on_head(struct http_exchange *exchange, const char *method, const char *version)
{
    struct http_server *server = exchange->loop->server;
    exchange->head_seen = true;
    exchange->head_ms = now_ms();
    if (server->options.done != NULL) exchange->began_ns = now_ns();
    exchange->method = method_of(method);
    exchange->needs_host = strcmp(version, MHD_HTTP_VERSION_1_0) != 0;
    connection_must_by(exchange->connection, exchange->head_ms, 0);
    atomic_store_explicit(&exchange->state, HANDLING, memory_order_relaxed);
    count_under_way(exchange);
    if (refused_at_the_end(exchange) || !head_take(exchange)) return answer_queue(exchange);
    count_done(exchange);
    atomic_store_explicit(&exchange->state, READING, memory_order_relaxed);
    return MHD_YES;
}

/* All is there. */
static enum MHD_Result on_complete(struct http_exchange *exchange)
{
    const struct http_options *options = &exchange->loop->server->options;
    atomic_store_explicit(&exchange->connection->deadline_ms, 0, memory_order_relaxed);
    atomic_store_explicit(&exchange->state, HANDLING, memory_order_relaxed);
    count_under_way(exchange);
    exchange->handed_ms = now_ms();
    exchange->sleeper = exchange->connection->mhd;
    if (!refused_at_the_end(exchange) && body_finish(exchange)) options->handle(options->context, exchange);
    enum exchange_state expected = HANDLING;
    if (!atomic_compare_exchange_strong(&exchange->state, &expected, WAITING)) return answer_queue(exchange);
    set_polled(exchange, true);
    if (atomic_load(&exchange->loop->server->gives_up)) exchanges_give_up(exchange->loop->server);
    return MHD_YES;
}

/* Still no answer. */
static enum MHD_Result on_waiting(struct http_exchange *exchange)
{
    if (now_ms() - exchange->handed_ms < PATIENCE_MS) return MHD_YES;
    struct MHD_Connection *mhd = exchange->connection->mhd;
    set_polled(exchange, false);
    MHD_suspend_connection(mhd);
    enum exchange_state expected = WAITING;
    if (!atomic_compare_exchange_strong(&exchange->state, &expected, SLEEPING)) loop_resume(exchange->loop, mhd);
    return MHD_YES;
}

enum MHD_Result on_request(void *loop, struct MHD_Connection *mhd, const char *url, const char *method,
                           const char *version, const char *data, size_t *size, void **context)
{
    (void)mhd, (void)url;
    struct http_exchange *exchange = *context;
    if (!exchange->head_seen) return on_head(exchange, method, version);
    if (*size > 0) {
        bool taken = body_take(exchange, (struct str){data, *size});
        if (*size >= LARGE_PIECE_BYTES) ((struct loop *)loop)->busy = true; /* there is probably more */
        *size = 0;
        return taken ? MHD_YES : MHD_NO;
    }
    switch (atomic_load_explicit(&exchange->state, memory_order_acquire)) {
    case READING: return on_complete(exchange);
    case WAITING: return on_waiting(exchange);
    case ANSWERED: set_polled(exchange, false); return answer_queue(exchange);
    default: INVARIANT(!"who sleeps is not called"); return MHD_NO;
    }
}

static void exchange_reset(struct http_exchange *exchange)
{
    if (arena_bytes(exchange->arena) > KEPT_BYTES) {
        arena_free(exchange->arena);
        exchange->arena = arena_new();
    } else {
        arena_reset(exchange->arena);
    }
    body_reset(exchange);
    exchange->path = exchange->query = (struct str){0};
    exchange->headers = NULL;
    exchange->head_seen = false;
    exchange->attached = NULL;
    exchange->answer = (struct answer){0};
    atomic_store_explicit(&exchange->holds, 1, memory_order_relaxed);
    atomic_store_explicit(&exchange->answered, false, memory_order_relaxed);
    atomic_store_explicit(&exchange->state, READING, memory_order_relaxed);
}

void on_completed(void *loop, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code)
{
    struct http_exchange *exchange = *context;
    if (exchange == NULL) return;
    if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK || exchange->answer.stream != NULL) loop_see_off(loop, mhd);
    struct connection *connection = exchange->connection;
    *context = NULL;
    set_polled(exchange, false);
    if (orphan(exchange)) return;
    exchange_end(exchange);
    exchange_reset(exchange);
    connection_idles(connection);
}

/* Those without an answer. One that is with its handler now comes here again when the handler has not answered. */
void exchanges_give_up(struct http_server *server)
{
    atomic_store(&server->gives_up, true);
    pthread_mutex_lock(&server->lock);
    for (struct connection *connection = server->connections; connection != NULL; connection = connection->after) {
        struct http_exchange *exchange = connection->exchange;
        enum exchange_state before = exchange == NULL ? READING : atomic_load(&exchange->state);
        if ((before == WAITING || before == SLEEPING) && !atomic_load(&exchange->answered))
            http_problem(exchange, 503, "stopping", STR(""), "the server has stopped before it could answer");
    }
    pthread_mutex_unlock(&server->lock);
}

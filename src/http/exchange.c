/* exchange.c — from a connection's first byte to the answer's last: what libmicrohttpd calls, in this order.
 *
 *     on_accept      somebody connects: is there room?
 *     on_connection  the connection exists: make what we know of it
 *     on_uri         a request's first line is there, its target as it was sent
 *     on_request     its head is there; then once for each piece of its body; then once more: the handler's turn.
 *                    After a sleep once more again, to send the answer
 *     on_completed   the answer was sent, or the client is gone: the exchange is new again
 *     on_connection  the connection ends
 *
 * All of these run on the one thread that has the connection. */
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "http/http_internal.h"

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- Connections. ---- */

enum MHD_Result on_accept(void *server, const struct sockaddr *address, socklen_t length)
{
    (void)address, (void)length;
    const struct http_server *s = server;
    return atomic_load(&s->connection_count) < s->options.connections_max ? MHD_YES : MHD_NO;
}

static void write_peer(struct connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info->client_addr;
    if (address == NULL) return;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;
        inet_ntop(AF_INET, &v4->sin_addr, connection->peer, sizeof connection->peer);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)address;
        bool mapped = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
        inet_ntop(mapped ? AF_INET : AF_INET6, &v6->sin6_addr.s6_addr[mapped ? 12 : 0], connection->peer,
                  sizeof connection->peer);
    }
}

static struct connection *connection_open(struct http_server *server, struct MHD_Connection *mhd)
{
    struct connection *connection = memory_alloc(sizeof *connection);
    connection->server = server;
    connection->mhd = mhd;
    connection->socket = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    write_peer(connection);
    struct http_exchange *exchange = &connection->exchange;
    exchange->connection = connection;
    exchange->arena = arena_new();
    body_reset(exchange);
    connection_must_by(connection, now_ms() + (int64_t)server->options.idle_s * 1000, 0);
    atomic_fetch_add(&server->connection_count, 1);
    pthread_mutex_lock(&server->lock);
    connection->after = server->connections;
    if (connection->after != NULL) connection->after->before = connection;
    server->connections = connection;
    pthread_mutex_unlock(&server->lock);
    return connection;
}

static void connection_close(struct connection *connection)
{
    struct http_server *server = connection->server;
    pthread_mutex_lock(&server->lock);
    if (connection->after != NULL) connection->after->before = connection->before;
    *(connection->before != NULL ? &connection->before->after : &server->connections) = connection->after;
    pthread_mutex_unlock(&server->lock);
    atomic_fetch_sub(&server->connection_count, 1);
    arena_free(connection->exchange.arena);
    buf_release(&connection->exchange.body);
    buf_release(&connection->exchange.unpacked);
    memory_free(connection);
}

void on_connection(void *server, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = connection_open(server, mhd);
    } else if (*context != NULL) {
        connection_close(*context);
        *context = NULL;
    }
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

void *on_uri(void *server, const char *uri, struct MHD_Connection *mhd)
{
    (void)server;
    struct connection *connection = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct http_exchange *exchange = &connection->exchange;
    exchange->query = arena_str(exchange->arena, without_host(str_from_c(uri)));
    exchange->path = str_cut(&exchange->query, '?');
    return exchange;
}

size_t leave_escaped(void *context, struct MHD_Connection *mhd, char *text)
{
    (void)context, (void)mhd;
    return strlen(text);
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
    atomic_fetch_add(&exchange->connection->server->under_way, 1);
}

static void count_done(struct http_exchange *exchange)
{
    if (!exchange->counted) return;
    struct http_server *server = exchange->connection->server;
    exchange->counted = false;
    if (atomic_fetch_sub(&server->under_way, 1) != 1 || !atomic_load(&server->quiescing)) return;
    pthread_mutex_lock(&server->lock);
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

void exchange_answered(struct http_exchange *exchange)
{
    struct MHD_Connection *mhd = exchange->connection->mhd;
    enum exchange_state before = atomic_exchange(&exchange->state, ANSWERED);
    INVARIANT(before == HANDLING || before == WAITING); /* answered exactly once */
    if (before == WAITING) MHD_resume_connection(mhd);
}

/* The head is there. Refuse what needs no body to be refused. */
static enum MHD_Result on_head(struct http_exchange *exchange, const char *method)
{
    struct http_server *server = exchange->connection->server;
    exchange->head_seen = true;
    exchange->head_ms = now_ms();
    if (server->options.done != NULL) exchange->began_ns = now_ns();
    exchange->method = method_of(method);
    connection_must_by(exchange->connection, exchange->head_ms, 0);
    atomic_store_explicit(&exchange->state, HANDLING, memory_order_relaxed);
    count_under_way(exchange);
    if (atomic_load(&server->quiescing)) {
        http_problem(exchange, 503, "stopping", STR(""), "the server is about to stop; try again in a moment");
        return answer_queue(exchange);
    }
    if (!body_announced(exchange)) return answer_queue(exchange);
    count_done(exchange);
    atomic_store_explicit(&exchange->state, READING, memory_order_relaxed);
    return MHD_YES;
}

/* All is there. */
static enum MHD_Result on_complete(struct http_exchange *exchange)
{
    struct connection *connection = exchange->connection;
    const struct http_options *options = &connection->server->options;
    atomic_store_explicit(&connection->deadline_ms, 0, memory_order_relaxed);
    atomic_store_explicit(&exchange->state, HANDLING, memory_order_relaxed);
    count_under_way(exchange);
    if (body_finish(exchange)) options->handle(options->context, exchange);
    if (atomic_load_explicit(&exchange->state, memory_order_acquire) == ANSWERED) return answer_queue(exchange);
    MHD_suspend_connection(connection->mhd);
    enum exchange_state expected = HANDLING;
    if (!atomic_compare_exchange_strong(&exchange->state, &expected,
                                        WAITING)) /* answered just now: we are called again */
        MHD_resume_connection(connection->mhd);
    return MHD_YES;
}

enum MHD_Result on_request(void *server, struct MHD_Connection *mhd, const char *url, const char *method,
                           const char *version, const char *data, size_t *size, void **context)
{
    (void)server, (void)mhd, (void)url, (void)version;
    struct http_exchange *exchange = *context;
    if (!exchange->head_seen) return on_head(exchange, method);
    if (*size > 0) {
        bool taken = body_take(exchange, (struct str){data, *size});
        *size = 0;
        return taken ? MHD_YES : MHD_NO;
    }
    switch (atomic_load_explicit(&exchange->state, memory_order_acquire)) {
    case READING: return on_complete(exchange);
    case ANSWERED: return answer_queue(exchange);
    default: INVARIANT(!"a sleeping connection is not called"); return MHD_NO;
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
    exchange->head_seen = false;
    exchange->answer = (struct answer){0};
    atomic_store_explicit(&exchange->state, READING, memory_order_relaxed);
}

void on_completed(void *server, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code)
{
    (void)mhd, (void)code;
    const struct http_server *s = server;
    struct http_exchange *exchange = *context;
    if (exchange == NULL) return;
    if (s->options.done != NULL && exchange->answer.status != 0)
        s->options.done(s->options.context, exchange, exchange->answer.status,
                        (uint64_t)(now_ns() - exchange->began_ns) / 1000);
    count_done(exchange);
    exchange_reset(exchange);
    connection_must_by(exchange->connection, now_ms() + (int64_t)s->options.idle_s * 1000, 0);
    *context = NULL;
}

/* Answer what nobody has answered, so that no connection sleeps. */
void connections_wake(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    for (struct connection *connection = server->connections; connection != NULL; connection = connection->after) {
        struct http_exchange *exchange = &connection->exchange;
        enum exchange_state expected = WAITING;
        if (!atomic_compare_exchange_strong(&exchange->state, &expected, HANDLING)) continue;
        http_problem(exchange, 503, "stopping", STR(""), "the server has stopped before it could answer");
        MHD_resume_connection(connection->mhd);
    }
    pthread_mutex_unlock(&server->lock);
}

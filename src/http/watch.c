/* watch.c — one thread that looks around once a second.
 *
 * libmicrohttpd closes a connection on which nothing moves. It does not mind one that moves a byte now and then, so
 * each has a deadline by which its request must be there, or its answer be taken, that a slow but honest line keeps:
 * idle_s, and a millisecond more for each byte. Past it the socket is shut down, which its thread then notices. */
// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <time.h>

#include "base/thread.h"
#include "http/http_internal.h"

#define BYTES_PER_MS 1 /* the slowest line that is served, beyond idle_s */

void connection_must_by(struct connection *connection, int64_t start_ms, uint64_t bytes)
{
    int64_t idle_ms = (int64_t)connection->loop->server->options.idle_s * 1000;
    int64_t deadline_ms = idle_ms == 0 ? 0 : start_ms + idle_ms + (int64_t)(bytes / BYTES_PER_MS);
    atomic_store_explicit(&connection->deadline_ms, deadline_ms, memory_order_relaxed);
}

/* It may be idle for as long as libmicrohttpd lets it, and take as long again for its next request's head. */
void connection_idles(struct connection *connection)
{
    connection_must_by(connection, now_ms() + (int64_t)connection->loop->server->options.idle_s * 1000, 0);
}

static void cut_overdue(struct http_server *server)
{
    int64_t now = now_ms();
    for (struct connection *connection = server->connections; connection != NULL; connection = connection->after) {
        int64_t deadline_ms = atomic_load_explicit(&connection->deadline_ms, memory_order_relaxed);
        if (deadline_ms != 0 && deadline_ms < now) shutdown(connection->socket, SHUT_RDWR);
    }
}

static void *watch(void *context)
{
    struct http_server *server = context;
    pthread_mutex_lock(&server->lock);
    while (!server->watch_ends) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        pthread_cond_timedwait(&server->changed, &server->lock, &until);
        cut_overdue(server);
        pthread_mutex_unlock(&server->lock);
        streams_keep_awake(server);
        pthread_mutex_lock(&server->lock);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

void watch_start(struct http_server *server)
{
    int failed = thread_start(&server->watch, watch, server, "plumb-http-wait");
    INVARIANT(failed == 0);
}

void watch_stop(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->watch_ends = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->watch, NULL);
}

/* http.c — starting and ending a server.
 *
 * libmicrohttpd may be stopped only when no connection sleeps, so http_stop answers what nobody else has. */
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/http_internal.h"

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static _Noreturn void on_panic(void *context, const char *file, unsigned line, const char *reason)
{
    (void)context;
    invariant_failed(reason != NULL ? reason : "libmicrohttpd cannot go on", file, (int)line);
}

static void server_free(struct http_server *server)
{
    close(server->listener);
    pthread_mutex_destroy(&server->lock);
    pthread_cond_destroy(&server->changed);
    memory_free(server);
}

static struct http_server *server_new(const struct http_options *options, int listener, uint16_t port)
{
    struct http_server *server = memory_alloc(sizeof *server);
    server->options = *options;
    server->secure = options->tls_cert != NULL;
    server->listener = listener;
    server->port = port;
    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return server;
}

enum err http_start(const struct http_options *options, struct http_server **out, struct err_info *why)
{
    INVARIANT(options->threads >= 1 && options->connections_max >= 1 && options->handle != NULL);
    INVARIANT((options->tls_cert == NULL) == (options->tls_key == NULL));
    int listener;
    uint16_t port;
    enum err e = listen_on(options, &listener, &port, why);
    if (e != ERR_OK) return e;
    struct http_server *server = server_new(options, listener, port);
    MHD_set_panic_func(on_panic, NULL);

    sigset_t all, before; /* signals are for the threads that the program made itself */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = loops_start(server);
    if (started) watch_start(server);
    pthread_sigmask(SIG_SETMASK, &before, NULL);

    if (!started) {
        const char *cause = server->complaint[0] != 0 ? server->complaint : "no reason was given";
        e = server->secure ? err_set(why, ERR_INVALID, "cannot use the TLS certificate and key: %s", cause)
                           : err_set(why, ERR_UNAVAILABLE, "cannot start to serve: %s", cause);
        server_free(server);
        return e;
    }
    server->options.address = server->options.tls_cert = server->options.tls_key = NULL;
    atomic_store(&server->started, true);
    *out = server;
    return ERR_OK;
}

uint16_t http_port(const struct http_server *server)
{
    return server->port;
}

static struct timespec from_now(unsigned ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

void http_quiesce(struct http_server *server, unsigned wait_ms)
{
    if (!atomic_exchange(&server->quiescing, true)) {
        /* A listening socket that nobody accepts from would let clients wait: who comes now is refused by the system. */
        shutdown(server->listener, SHUT_RDWR);
        for (unsigned i = 0; i < server->options.threads; i++) loop_wake(&server->loops[i]);
    }
    streams_end(server);
    struct timespec until = from_now(wait_ms);
    pthread_mutex_lock(&server->lock);
    while (atomic_load(&server->under_way) > 0)
        if (pthread_cond_timedwait(&server->changed, &server->lock, &until) != 0) break;
    pthread_mutex_unlock(&server->lock);
    loops_rest_no_more(server);
}

void http_stop(struct http_server *server)
{
    if (server == NULL) return;
    http_quiesce(server, 0);
    exchanges_give_up(server);
    exchanges_forget(server);
    http_quiesce(server, server->options.last_answers_ms);
    watch_stop(server);
    loops_stop(server);
    INVARIANT(server->connections == NULL && server->streams == NULL);
    exchanges_forget(server);
    server_free(server);
}

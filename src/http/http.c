/* http.c — starting and ending a server.
 *
 * libmicrohttpd's own threads wait with epoll on their share of the connections. It may be
 * stopped only when no connection sleeps, so http_stop answers what nobody else has. */
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/http_internal.h"

/* TLS 1.2 and later, forward secret, nothing that is known to be weak. */
#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-SHA1"
#define OPTIONS_MAX 16
#define LAST_ANSWERS_MS 500 /* for those that http_stop gives itself to get out */

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

/* Only what libmicrohttpd says while it starts is of use: why a certificate is not good. */
static void on_complaint(void *context, const char *format, va_list arguments)
{
    struct http_server *server = context;
    if (atomic_load(&server->started) || server->complaint[0] != 0) return;
    vsnprintf(server->complaint, sizeof server->complaint, format, arguments);
    server->complaint[strcspn(server->complaint, "\r\n")] = 0;
}

static struct MHD_Daemon *start_daemon(struct http_server *server, int listener)
{
    const struct http_options *options = &server->options;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem more[OPTIONS_MAX] = {0};
    size_t count = 0;
    if (options->threads > 1)
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)options->threads, NULL};
    if (options->connections_per_address_max > 0)
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                                                (intptr_t)options->connections_per_address_max, NULL};
    if (server->secure) {
        flags |= MHD_USE_TLS;
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->tls_cert};
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->tls_key};
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES};
    }
    more[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    /* on_accept keeps to connections_max and refuses at once. libmicrohttpd would let further ones wait unanswered, and
     * divides its limit among its threads: it gets one that is never reached. */
    unsigned limit = (options->connections_max + options->threads) * options->threads;
    return MHD_start_daemon(flags, 0, on_accept, server, on_request, server,             //
                            MHD_OPTION_EXTERNAL_LOGGER, on_complaint, server,            //
                            MHD_OPTION_LISTEN_SOCKET, listener,                          //
                            MHD_OPTION_CONNECTION_LIMIT, limit,                          //
                            MHD_OPTION_CONNECTION_TIMEOUT, options->idle_s,              //
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, //
                            MHD_OPTION_STRICT_FOR_CLIENT, 1,                             //
                            MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,                 //
                            MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,           //
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,         //
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,           //
                            MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

static void server_free(struct http_server *server)
{
    pthread_mutex_destroy(&server->lock);
    pthread_cond_destroy(&server->changed);
    memory_free(server);
}

static struct http_server *server_new(const struct http_options *options)
{
    struct http_server *server = memory_alloc(sizeof *server);
    server->options = *options;
    server->secure = options->tls_cert != NULL;
    server->listener = MHD_INVALID_SOCKET;
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
    struct http_server *server = server_new(options);
    server->port = port;
    MHD_set_panic_func(on_panic, NULL);

    sigset_t all, before; /* signals are for the threads that the program made itself */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    server->daemon = start_daemon(server, listener);
    if (server->daemon != NULL) watch_start(server);
    pthread_sigmask(SIG_SETMASK, &before, NULL);

    if (server->daemon == NULL) {
        const char *cause = server->complaint[0] != 0 ? server->complaint : "no reason was given";
        e = server->secure ? err_set(why, ERR_INVALID, "cannot use the TLS certificate and key: %s", cause)
                           : err_set(why, ERR_UNAVAILABLE, "cannot start to serve: %s", cause);
        close(listener);
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
        server->listener = MHD_quiesce_daemon(server->daemon);
        /* A listening socket that nobody accepts from would let clients wait: who comes now is refused by the system. */
        if (server->listener != MHD_INVALID_SOCKET) shutdown(server->listener, SHUT_RDWR);
    }
    streams_end(server);
    struct timespec until = from_now(wait_ms);
    pthread_mutex_lock(&server->lock);
    while (atomic_load(&server->under_way) > 0)
        if (pthread_cond_timedwait(&server->changed, &server->lock, &until) != 0) break;
    pthread_mutex_unlock(&server->lock);
}

void http_stop(struct http_server *server)
{
    if (server == NULL) return;
    http_quiesce(server, 0);
    watch_stop(server);
    connections_wake(server);
    http_quiesce(server, LAST_ANSWERS_MS);
    MHD_stop_daemon(server->daemon);
    INVARIANT(server->connections == NULL);
    if (server->listener != MHD_INVALID_SOCKET) close(server->listener);
    server_free(server);
}

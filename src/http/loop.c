/* loop.c — a thread that waits for its share of the connections and for answers to them.
 *
 * libmicrohttpd could bring threads of its own. It then wants each connection put aside while its answer is awaited and
 * taken up again after: two epoll_ctl, a recv and a write to an eventfd for every request. With a loop of ours a
 * connection just stays where it is, and libmicrohttpd asks on_request after each wake whether the answer is there;
 * one write wakes a loop for as many answers as came meanwhile. Only an answer that takes longer than PATIENCE_MS puts
 * its connection aside, so few are ever asked about. */
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/thread.h"
#include "http/http_internal.h"

/* TLS 1.2 and later, forward secret, nothing that is known to be weak. */
#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-SHA1"
#define OPTIONS_MAX 8
#define PASSES_MAX 16 /* that find more to do, before what was put aside is due */
#define NAP_MS 1      /* while answers are awaited: libmicrohttpd does not say whether it has other things to do */
#define DAY_S 86400u  /* longer than any idle_s */

/* Only what libmicrohttpd says while it starts is of use: why a certificate is not good. */
static void on_complaint(void *context, const char *format, va_list arguments)
{
    struct http_server *server = context;
    if (atomic_load(&server->started) || server->complaint[0] != 0) return;
    vsnprintf(server->complaint, sizeof server->complaint, format, arguments);
    server->complaint[strcspn(server->complaint, "\r\n")] = 0;
}

static size_t leave_escaped(void *context, struct MHD_Connection *mhd, char *text)
{
    (void)context, (void)mhd;
    return strlen(text);
}

static struct MHD_OptionItem option_text(enum MHD_OPTION option, const char *text)
{
    return (struct MHD_OptionItem){option, 0, (void *)(uintptr_t)text};
}

/* NULL: see server->complaint. Takes `listener`. */
static struct MHD_Daemon *start_daemon(struct loop *loop, int listener)
{
    struct http_server *server = loop->server;
    const struct http_options *options = &server->options;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem more[OPTIONS_MAX] = {0};
    size_t count = 0;
    if (server->secure) {
        flags |= MHD_USE_TLS;
        more[count++] = option_text(MHD_OPTION_HTTPS_MEM_CERT, options->tls_cert);
        more[count++] = option_text(MHD_OPTION_HTTPS_MEM_KEY, options->tls_key);
        more[count++] = option_text(MHD_OPTION_HTTPS_PRIORITIES, TLS_PRIORITIES);
    }
    more[count] = option_text(MHD_OPTION_END, NULL);
    /* on_accept keeps to connections_max and refuses at once; libmicrohttpd would let further ones wait unanswered, and
     * gets a limit that is never reached. */
    unsigned limit = options->connections_max + options->threads;
    struct MHD_Daemon *daemon = MHD_start_daemon(flags, 0, on_accept, loop, on_request, loop,                 //
                                                 MHD_OPTION_EXTERNAL_LOGGER, on_complaint, server,            //
                                                 MHD_OPTION_LISTEN_SOCKET, listener,                          //
                                                 MHD_OPTION_CONNECTION_LIMIT, limit,                          //
                                                 MHD_OPTION_CONNECTION_TIMEOUT, options->idle_s,              //
                                                 MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, //
                                                 MHD_OPTION_URI_LOG_CALLBACK, on_uri, loop,                   //
                                                 MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,           //
                                                 MHD_OPTION_NOTIFY_CONNECTION, on_connection, loop,           //
                                                 MHD_OPTION_NOTIFY_COMPLETED, on_completed, loop,             //
                                                 MHD_OPTION_ARRAY, more, MHD_OPTION_END);
    if (daemon == NULL) close(listener);
    return daemon;
}

void loop_wake(struct loop *loop)
{
    if (atomic_exchange(&loop->woken, true)) return;
    uint64_t one = 1;
    ssize_t written = write(loop->wake, &one, sizeof one);
    INVARIANT(written == sizeof one);
}

/* libmicrohttpd looks for who was resumed before it looks for events, among them that somebody was resumed: one that is
 * resumed in between would sleep until something else happens. */
void loop_resume(struct loop *loop, struct MHD_Connection *mhd)
{
    MHD_resume_connection(mhd);
    loop_wake(loop);
}

/* A connection that libmicrohttpd closes while it prepares an answer's next bytes is dropped from those it looks at, not
 * yet closed, and not spoken of: its client would wait until it is the longest idle of all. One with a timeout of its
 * own is looked at in every run, and the next one comes at once. */
void loop_see_off(struct loop *loop, struct MHD_Connection *mhd)
{
    (void)MHD_set_connection_option(mhd, MHD_CONNECTION_OPTION_TIMEOUT, loop->server->options.idle_s + DAY_S);
    loop->busy = true;
}

static int wait_ms_of(const struct loop *loop)
{
    if (loop->busy) return 0;
    if (loop->waiting > 0) return NAP_MS;
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    if (MHD_get_timeout(loop->daemon, &timeout_ms) != MHD_YES) return -1; /* until somebody wakes it */
    return timeout_ms < INT_MAX ? (int)timeout_ms : INT_MAX;
}

static void quiesce(struct loop *loop)
{
    loop->quiesced = true;
    int listener = MHD_quiesce_daemon(loop->daemon);
    if (listener != MHD_INVALID_SOCKET) close(listener);
}

static bool something_comes(struct loop *loop, int wait_ms)
{
    struct epoll_event events[2]; /* what happened is looked for anyway */
    return epoll_wait(loop->epoll, events, COUNT_OF(events), wait_ms) > 0;
}

static void rest(struct http_server *server)
{
    atomic_fetch_add(&server->resting, 1);
    if (server->options.rests != NULL && !atomic_load(&server->restless))
        server->options.rests(server->options.context);
    atomic_fetch_sub(&server->resting, 1);
}

void loops_rest_no_more(struct http_server *server)
{
    atomic_store(&server->restless, true);
    while (atomic_load(&server->resting) > 0) sched_yield(); /* a moment: it does not block */
}

/* While requests come as fast as they are read, more of them are put aside together. */
static void wait_for_more(struct loop *loop)
{
    int wait_ms = wait_ms_of(loop);
    bool more = wait_ms == 0 || something_comes(loop, 0);
    if (!more || ++loop->passes >= PASSES_MAX) {
        loop->passes = 0;
        rest(loop->server);
    }
    if (!more) (void)something_comes(loop, wait_ms);
    (void)atomic_exchange(&loop->woken, false); /* and see what was done before it was set */
}

static void *run(void *context)
{
    struct loop *loop = context;
    struct http_server *server = loop->server;
    while (!atomic_load(&server->ends)) {
        if (!loop->quiesced && atomic_load(&server->quiescing)) quiesce(loop);
        loop->busy = false;
        MHD_run(loop->daemon);
        wait_for_more(loop);
    }
    return NULL;
}

static void watch_over(struct loop *loop, int socket, uint32_t events)
{
    int failed = epoll_ctl(loop->epoll, EPOLL_CTL_ADD, socket, &(struct epoll_event){.events = events});
    INVARIANT(failed == 0);
}

static bool loop_open(struct loop *loop, struct http_server *server)
{
    loop->server = server;
    loop->epoll = loop->wake = -1;
    int listener = fcntl(server->listener, F_DUPFD_CLOEXEC, 0); /* libmicrohttpd closes its own */
    if (listener < 0) return false;
    loop->daemon = start_daemon(loop, listener);
    if (loop->daemon == NULL) return false;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->epoll < 0 || loop->wake < 0) return false;
    watch_over(loop, MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, EPOLLIN);
    watch_over(loop, loop->wake, EPOLLIN | EPOLLET); /* each write is told once, and need not be read */
    return true;
}

static void loop_close(struct loop *loop)
{
    kept_answer_drop(loop);
    if (loop->daemon != NULL) MHD_stop_daemon(loop->daemon);
    if (loop->epoll >= 0) close(loop->epoll);
    if (loop->wake >= 0) close(loop->wake);
}

bool loops_start(struct http_server *server)
{
    unsigned count = server->options.threads;
    server->loops = memory_array(count, sizeof server->loops[0]);
    unsigned opened = 0;
    while (opened < count && loop_open(&server->loops[opened], server)) opened++;
    if (opened < count) {
        for (unsigned i = 0; i <= opened; i++) loop_close(&server->loops[i]);
        memory_free(server->loops);
        server->loops = NULL;
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        int failed = thread_start(&server->loops[i].thread, run, &server->loops[i], "plumb-http-%u", i);
        INVARIANT(failed == 0);
    }
    return true;
}

void loops_stop(struct http_server *server)
{
    atomic_store(&server->ends, true);
    for (unsigned i = 0; i < server->options.threads; i++) {
        loop_wake(&server->loops[i]);
        pthread_join(server->loops[i].thread, NULL);
    }
    exchanges_give_up(server); /* those handed out a moment ago: nobody may sleep when libmicrohttpd is stopped */
    for (unsigned i = 0; i < server->options.threads; i++) loop_close(&server->loops[i]);
    memory_free(server->loops);
}

/* client.c — see client.h. A connection is busy from its request to the last byte of the answer; idle ones lie on a stack.
 * What is due is counted, not queued: request number n is due at the start + n / rate. */
// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"

#define HEAD_MAX 8192                 /* bytes of an answer's head */
#define DRAIN_NS INT64_C(10000000000) /* how long answers are waited for after the end */
#define NS_PER_S INT64_C(1000000000)

struct connection {
    int socket;
    bool busy, waits_to_send;
    int64_t due_ns; /* when its request was to be sent */
    struct buf out; /* what of it is not sent yet begins at `sent` */
    size_t sent;
    char head[HEAD_MAX + 1]; /* of the answer, until it is whole */
    size_t head_bytes;
    int64_t body_left; /* bytes of the answer to come; -1: the head is not whole */
    int status;
};

struct load {
    struct client_options options;
    int poll;
    struct connection *connections;
    uint32_t *idle; /* a stack */
    size_t idle_count;
    int64_t start_ns, end_ns;
    uint64_t begun; /* requests sent, or due and next: number begun is due at start + begun / rate */
    struct client_result result;
    size_t latency_room;
};

void client_give_up(const char *what, const char *why)
{
    fprintf(stderr, "bench_client: %s%s%s\n", what, why[0] != '\0' ? ": " : "", why);
    exit(1);
}

static int64_t now_ns(void)
{
    const struct clock *clock = clock_system();
    return clock->monotonic_ns(clock);
}

/* ---- Connections. ---- */

static void connection_open(struct load *load, uint32_t number)
{
    struct connection *c = &load->connections[number];
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(load->options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&to, sizeof to) != 0)
        client_give_up("cannot connect", strerror(errno));
    int on = 1;
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = number};
    if (epoll_ctl(load->poll, EPOLL_CTL_ADD, c->socket, &event) != 0) client_give_up("epoll", strerror(errno));
    c->waits_to_send = false;
}

static void connection_rests(struct load *load, uint32_t number)
{
    load->connections[number].busy = false;
    load->idle[load->idle_count++] = number;
}

/* Send what the socket takes; the rest when it takes more. */
static bool connection_send(struct load *load, struct connection *c)
{
    while (c->sent < c->out.len) {
        ssize_t bytes = send(c->socket, c->out.at + c->sent, c->out.len - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes < 0 && errno != EAGAIN) return false;
        if (bytes < 0) break;
        c->sent += (size_t)bytes;
    }
    bool waits = c->sent < c->out.len;
    if (waits == c->waits_to_send) return true;
    c->waits_to_send = waits;
    struct epoll_event event = {.events = waits ? EPOLLIN | EPOLLOUT : EPOLLIN,
                                .data.u32 = (uint32_t)(c - load->connections)};
    return epoll_ctl(load->poll, EPOLL_CTL_MOD, c->socket, &event) == 0;
}

static void ask(struct load *load, int64_t due_ns)
{
    struct connection *c = &load->connections[load->idle[--load->idle_count]];
    c->busy = true;
    c->due_ns = due_ns;
    c->sent = c->head_bytes = 0;
    c->body_left = -1;
    buf_clear(&c->out);
    requests_write(load->options.requests, &c->out);
    load->begun++;
    if (!connection_send(load, c)) client_give_up("cannot send", strerror(errno));
}

/* ---- Answers. ---- */

static void remember(struct load *load, const struct connection *c, int64_t at_ns)
{
    if (c->status < 200 || c->status > 299) {
        load->result.errors++;
        return;
    }
    if (load->result.answered == load->latency_room) {
        load->latency_room = load->latency_room == 0 ? 1 << 16 : load->latency_room * 2;
        load->result.latency_us =
            realloc(load->result.latency_us, load->latency_room * sizeof *load->result.latency_us);
        if (load->result.latency_us == NULL) client_give_up("no memory", "");
    }
    load->result.latency_us[load->result.answered++] = (uint32_t)((at_ns - c->due_ns) / 1000);
    load->result.in_time += at_ns <= load->end_ns;
}

/* The head is whole: which status, and how many bytes follow it. */
static void read_head(struct connection *c, const char *end)
{
    static const char length[] = "\r\nContent-Length:";
    const char *at = c->head;
    c->status = c->head_bytes > 12 ? (int)strtol(c->head + 9, NULL, 10) : 0;
    while (at < end && strncasecmp(at, length, sizeof length - 1) != 0) at++;
    if (at >= end) client_give_up("an answer without Content-Length", "");
    c->body_left = strtol(at + sizeof length - 1, NULL, 10) - (c->head + c->head_bytes - (end + 4));
}

/* False: the server closed the connection. */
static bool receive(struct connection *c)
{
    static char thrown_away[65536];
    while (c->body_left != 0) {
        bool in_head = c->body_left < 0;
        ssize_t bytes = in_head ? recv(c->socket, c->head + c->head_bytes, HEAD_MAX - c->head_bytes, MSG_DONTWAIT)
                                : recv(c->socket, thrown_away, sizeof thrown_away, MSG_DONTWAIT);
        if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) return true;
        if (bytes <= 0) return false;
        if (!in_head) {
            c->body_left -= bytes;
            continue;
        }
        c->head_bytes += (size_t)bytes;
        c->head[c->head_bytes] = '\0';
        const char *end = strstr(c->head, "\r\n\r\n");
        if (end != NULL) read_head(c, end);
        if (end == NULL && c->head_bytes == HEAD_MAX) client_give_up("an answer's head of over 8 KB", "");
    }
    return true;
}

static void take_event(struct load *load, const struct epoll_event *event)
{
    struct connection *c = &load->connections[event->data.u32];
    bool open = true;
    if (c->busy && c->waits_to_send) open = connection_send(load, c);
    if (open && c->busy) open = receive(c);
    if (open && c->busy && c->body_left == 0) {
        remember(load, c, now_ns());
        connection_rests(load, event->data.u32);
    } else if (!open || !c->busy) { /* the server closed it: amid an answer, or because it rested for long */
        close(c->socket);
        connection_open(load, event->data.u32);
        if (!c->busy) return;
        load->result.errors++;
        connection_rests(load, event->data.u32);
    }
}

/* ---- The course. ---- */

static int64_t due_ns(const struct load *load)
{
    const uint64_t rate = load->options.rate;
    return load->start_ns +
           (int64_t)(load->begun / rate * (uint64_t)NS_PER_S + load->begun % rate * (uint64_t)NS_PER_S / rate);
}

static bool more(const struct load *load, int64_t at_ns)
{
    if (load->options.requests_most > 0 && load->begun == load->options.requests_most) return false;
    return load->options.rate > 0 ? due_ns(load) < load->end_ns : at_ns < load->end_ns;
}

/* Ask what is due. Returns how long the next one may be waited for. */
static int64_t ask_what_is_due(struct load *load)
{
    int64_t at_ns = now_ns();
    while (load->idle_count > 0 && more(load, at_ns)) {
        if (load->options.rate > 0 && due_ns(load) > at_ns) return due_ns(load) - at_ns;
        ask(load, load->options.rate > 0 ? due_ns(load) : at_ns);
        at_ns = now_ns();
    }
    return NS_PER_S / 10;
}

static void run(struct load *load)
{
    struct epoll_event events[256];
    load->start_ns = now_ns();
    load->end_ns = load->start_ns + load->options.seconds * NS_PER_S;
    for (;;) {
        int64_t wait_ns = ask_what_is_due(load), at_ns = now_ns();
        bool all_idle = load->idle_count == load->options.connections;
        if ((all_idle && !more(load, at_ns)) || at_ns > load->end_ns + DRAIN_NS) return;
        struct timespec wait = {.tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S};
        int count = epoll_pwait2(load->poll, events, (int)COUNT_OF(events), &wait, NULL);
        if (count < 0 && errno != EINTR) client_give_up("epoll", strerror(errno));
        for (int i = 0; i < count; i++) take_event(load, &events[i]);
    }
}

/* ---- The result. ---- */

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

double client_percentile_ms(const struct client_result *result, uint64_t per_million)
{
    if (result->answered == 0) return 0;
    uint64_t rank = (result->answered * per_million + 999999) / 1000000;
    return result->latency_us[rank > 0 ? rank - 1 : 0] / 1000.0;
}

void client_run(const struct client_options *options, struct client_result *out)
{
    AUTO_ARENA arena = arena_new();
    struct load load = {.options = *options};
    load.connections = ARENA_ARRAY(arena, struct connection, options->connections);
    load.idle = ARENA_ARRAY(arena, uint32_t, options->connections);
    load.poll = epoll_create1(EPOLL_CLOEXEC);
    if (load.poll < 0) client_give_up("epoll", strerror(errno));
    prctl(PR_SET_TIMERSLACK, 1); /* a request is due to the microsecond */
    for (uint32_t i = 0; i < options->connections; i++) {
        load.connections[i].out = (struct buf)BUF_INIT(REQUEST_BYTES_MAX);
        connection_open(&load, i);
        connection_rests(&load, i);
    }
    run(&load);
    load.result.took_ns = now_ns() - load.start_ns;
    /* Also those were due that found no connection free until all was over. */
    while (options->rate > 0 && more(&load, load.end_ns)) load.begun++;
    load.result.unanswered = load.begun - load.result.answered - load.result.errors;
    if (load.result.answered > 0)
        qsort(load.result.latency_us, load.result.answered, sizeof *load.result.latency_us, ascending);
    for (uint32_t i = 0; i < options->connections; i++) {
        close(load.connections[i].socket);
        buf_release(&load.connections[i].out);
    }
    close(load.poll);
    *out = load.result;
}

void client_result_free(struct client_result *result)
{
    free(result->latency_us);
    *result = (struct client_result){0};
}

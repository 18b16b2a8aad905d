/* bench_client.c — load for a server on this machine, and how long its answers take.
 *
 *     AUTHORIZATION='Basic …' bench_client port=7420 path=/v1/track connections=64 seconds=5
 *     ... rate=5000          a request every 200 us, whether or not the former ones were answered
 *     ... events=100         so many in each request        contacts=200000     whom they are about
 *     ... requests=2000      end after so many              body=FILE           send this instead (requests.h)
 *
 * Without a rate every connection asks again as soon as it was answered: that finds out how much the server takes. With
 * one, requests are due at fixed instants, and a latency counts from the instant at which a request was due, also when
 * it had to wait because all connections were waiting for answers. A server that stops for a second thereby shows a
 * second in every request that was due meanwhile, and not in one ("coordinated omission" is what hides them).
 *
 * One thread, HTTP/1.1 connections that are kept. Prints one JSON object; `answered` counts answers of 200 to 299 only. */
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/input.h"
#include "requests.h"

#define CONNECTIONS_MAX 4096
#define HEAD_MAX 8192 /* bytes of an answer's head */
#define BODY_FILE_MAX ((size_t)512 * 1024)
#define DRAIN_NS INT64_C(10000000000) /* how long answers are waited for after the end */
#define NS_PER_S INT64_C(1000000000)

struct options {
    uint64_t port, connections, seconds, rate, requests, events, contacts;
    const char *path, *body;
};

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
    struct options options;
    struct requests *requests;
    int poll;
    struct connection *connections;
    uint32_t *idle; /* a stack */
    size_t idle_count;
    int64_t start_ns, end_ns;
    uint64_t begun; /* requests sent, or due and next: number begun is due at start + begun / rate */
    uint64_t answered, in_time, errors; /* in time: before end_ns */
    uint32_t *latency_us;               /* [answered] */
    size_t latency_room;
};

static _Noreturn void give_up(const char *what, const char *why)
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
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)load->options.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&to, sizeof to) != 0)
        give_up("cannot connect", strerror(errno));
    int on = 1;
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = number};
    if (epoll_ctl(load->poll, EPOLL_CTL_ADD, c->socket, &event) != 0) give_up("epoll", strerror(errno));
    c->busy = c->waits_to_send = false;
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
    requests_write(load->requests, &c->out);
    load->begun++;
    if (!connection_send(load, c)) give_up("cannot send", strerror(errno));
}

/* ---- Answers. ---- */

static void remember(struct load *load, const struct connection *c, int64_t at_ns)
{
    if (c->status < 200 || c->status > 299) {
        load->errors++;
        return;
    }
    if (load->answered == load->latency_room) {
        load->latency_room = load->latency_room == 0 ? 1 << 16 : load->latency_room * 2;
        load->latency_us = realloc(load->latency_us, load->latency_room * sizeof *load->latency_us);
        if (load->latency_us == NULL) give_up("no memory", "");
    }
    load->latency_us[load->answered++] = (uint32_t)((at_ns - c->due_ns) / 1000);
    load->in_time += at_ns <= load->end_ns;
}

/* The head is whole: which status, and how many bytes follow it. */
static void read_head(struct connection *c, const char *end)
{
    static const char length[] = "\r\nContent-Length:";
    const char *at = c->head;
    c->status = c->head_bytes > 12 ? (int)strtol(c->head + 9, NULL, 10) : 0;
    while (at < end && strncasecmp(at, length, sizeof length - 1) != 0) at++;
    if (at >= end) give_up("an answer without Content-Length", "");
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
        if (end == NULL && c->head_bytes == HEAD_MAX) give_up("an answer's head of over 8 KB", "");
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
        c->busy = false;
        load->idle[load->idle_count++] = event->data.u32;
    } else if (!open || !c->busy) { /* closed amid an answer, or while nothing was asked */
        if (!c->busy) give_up("the server closed a connection that was kept", "");
        load->errors++;
        close(c->socket);
        connection_open(load, event->data.u32);
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
    if (load->options.requests > 0 && load->begun == load->options.requests) return false;
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
    load->end_ns = load->start_ns + (int64_t)load->options.seconds * NS_PER_S;
    for (;;) {
        int64_t wait_ns = ask_what_is_due(load), at_ns = now_ns();
        bool all_idle = load->idle_count == load->options.connections;
        if ((all_idle && !more(load, at_ns)) || at_ns > load->end_ns + DRAIN_NS) return;
        struct timespec wait = {.tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S};
        int count = epoll_pwait2(load->poll, events, (int)COUNT_OF(events), &wait, NULL);
        if (count < 0 && errno != EINTR) give_up("epoll", strerror(errno));
        for (int i = 0; i < count; i++) take_event(load, &events[i]);
    }
}

/* ---- The report. ---- */

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The latency that `per_million` of all do not exceed. */
static double percentile_ms(const struct load *load, uint64_t per_million)
{
    if (load->answered == 0) return 0;
    uint64_t rank = (load->answered * per_million + 999999) / 1000000;
    return load->latency_us[rank > 0 ? rank - 1 : 0] / 1000.0;
}

static void report(struct load *load, int64_t took_ns)
{
    qsort(load->latency_us, load->answered, sizeof *load->latency_us, ascending);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu_us = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
                    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    double seconds = load->options.requests > 0 ? (double)took_ns / 1e9 : (double)load->options.seconds;
    uint64_t due = load->begun; /* and those that found no connection free until all was over */
    while (load->options.rate > 0 && more(load, load->end_ns)) due = ++load->begun;
    printf("{\"per_s\": %.1f, \"answered\": %llu, \"unanswered\": %llu, \"errors\": %llu, \"p50_ms\": %.3f, "
           "\"p99_ms\": %.3f, \"p999_ms\": %.3f, \"most_ms\": %.3f, \"client_us_each\": %.2f}\n",
           (double)load->in_time / seconds, (unsigned long long)load->answered,
           (unsigned long long)(due - load->answered - load->errors), (unsigned long long)load->errors,
           percentile_ms(load, 500000), percentile_ms(load, 990000), percentile_ms(load, 999000),
           percentile_ms(load, 1000000), load->answered > 0 ? cpu_us / (double)load->answered : 0);
}

static void read_options(int argc, char **argv, struct options *out)
{
    const struct {
        const char *name;
        uint64_t *number;
        const char **text;
    } known[] = {
        {"port=", &out->port, NULL}, {"connections=", &out->connections, NULL}, {"seconds=", &out->seconds, NULL},
        {"rate=", &out->rate, NULL}, {"events=", &out->events, NULL},           {"contacts=", &out->contacts, NULL},
        {"path=", NULL, &out->path}, {"requests=", &out->requests, NULL},       {"body=", NULL, &out->body}};
    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        while (k < COUNT_OF(known) && strncmp(argv[i], known[k].name, strlen(known[k].name)) != 0) k++;
        if (k == COUNT_OF(known)) give_up("unknown option", argv[i]);
        const char *value = argv[i] + strlen(known[k].name);
        if (known[k].text != NULL) *known[k].text = value;
        else if (!str_to_u64(str_from_c(value), known[k].number)) give_up("not a whole number", argv[i]);
    }
    if (out->port == 0 || out->port > UINT16_MAX) give_up("port=1..65535 is needed", "");
    if (out->connections == 0 || out->connections > CONNECTIONS_MAX) give_up("connections=1..4096", "");
    if (out->contacts == 0 || out->contacts > 99999999) give_up("contacts=1..99999999", "");
    if (out->events == 0 || out->events > 1000) give_up("events=1..1000", "");
    if (out->seconds == 0 || out->seconds > 3600) give_up("seconds=1..3600", "");
}

int main(int argc, char **argv)
{
    static struct load load = {
        .options = {.connections = 64, .seconds = 5, .events = 1, .contacts = 200000, .path = "/v1/track"}};
    read_options(argc, argv, &load.options);
    AUTO_ARENA arena = arena_new();
    struct request_options asked = {.path = load.options.path,
                                    .authorization = getenv("AUTHORIZATION"),
                                    .contacts = (uint32_t)load.options.contacts,
                                    .events_each = (uint32_t)load.options.events};
    struct err_info why = {0};
    if (load.options.body != NULL &&
        input_read_all(load.options.body, BODY_FILE_MAX, arena, &asked.body, &why) != ERR_OK)
        give_up("cannot read what to send", why.msg);
    load.requests = requests_new(&asked);
    load.connections = ARENA_ARRAY(arena, struct connection, load.options.connections);
    load.idle = ARENA_ARRAY(arena, uint32_t, load.options.connections);
    load.poll = epoll_create1(EPOLL_CLOEXEC);
    if (load.poll < 0) give_up("epoll", strerror(errno));
    prctl(PR_SET_TIMERSLACK, 1); /* a request is due to the microsecond */
    for (uint32_t i = 0; i < load.options.connections; i++) {
        load.connections[i].out = (struct buf)BUF_INIT(REQUEST_BYTES_MAX);
        connection_open(&load, i);
    }
    int64_t start_ns = now_ns();
    run(&load);
    report(&load, now_ns() - start_ns);
    for (uint32_t i = 0; i < load.options.connections; i++) buf_release(&load.connections[i].out);
    requests_free(load.requests);
    free(load.latency_us);
    return 0;
}

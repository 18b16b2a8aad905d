/* peers.c — see peers.h. Every wait ends after WAIT_S and fails the test. */
// SPDX-License-Identifier: Apache-2.0
#include "peers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "harness.h"

#define WAIT_S 30
#define HELD_MAX 4096

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct http_exchange *held[HELD_MAX], *later[HELD_MAX], *aside[HELD_MAX];
    size_t held_count, later_count, aside_count;
    struct http_stream *stream;
    unsigned done_count, done_status, worked, rested;
    bool ends;
    pthread_t later_thread;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

unsigned worked_count(void)
{
    pthread_mutex_lock(&state.lock);
    unsigned count = state.worked;
    pthread_mutex_unlock(&state.lock);
    return count;
}

unsigned rested_count(void)
{
    pthread_mutex_lock(&state.lock);
    unsigned count = state.rested;
    pthread_mutex_unlock(&state.lock);
    return count;
}

/* ---- The server. ---- */

static void say(struct http_exchange *exchange)
{
    struct str query = http_query(exchange, "q");
    struct str text = arena_format(http_arena(exchange), "%d " STR_FMT " q=" STR_FMT, (int)http_method(exchange),
                                   STR_ARG(http_path(exchange)), STR_ARG(query));
    http_answer(exchange, 200, "text/plain", text);
}

static void keep(struct http_exchange *exchange, struct http_exchange **list, size_t *count)
{
    pthread_mutex_lock(&state.lock);
    INVARIANT(*count < HELD_MAX);
    list[(*count)++] = exchange;
    pthread_cond_broadcast(&state.changed);
    pthread_mutex_unlock(&state.lock);
}

static void open_stream(struct http_exchange *exchange)
{
    struct http_stream *stream = http_answer_stream(exchange, TEST_QUEUE_MAX);
    pthread_mutex_lock(&state.lock);
    INVARIANT(state.stream == NULL);
    state.stream = stream;
    pthread_cond_broadcast(&state.changed);
    pthread_mutex_unlock(&state.lock);
}

static void show_what_was_sent(struct http_exchange *exchange)
{
    struct str cookie = http_cookie(exchange, "session");
    struct str header = http_header(exchange, "x-SOMETHING");
    http_set_header(exchange, "Cache-Control", STR("max-age=60"));
    http_set_header(exchange, "X-Twice", STR("first"));
    http_set_header(exchange, "x-twice", STR("second"));
    http_set_header(exchange, "Set-Cookie", STR("a=1"));
    http_set_header(exchange, "Set-Cookie", STR("b=2"));
    http_set_header(exchange, "X-Echo", http_query(exchange, "q"));
    http_answer(exchange, 200, "text/html",
                arena_format(http_arena(exchange), "cookie=" STR_FMT " header=" STR_FMT " peer=" STR_FMT " secure=%d",
                             STR_ARG(cookie), STR_ARG(header), STR_ARG(http_peer(exchange)), http_is_secure(exchange)));
}

static void handle(void *context, struct http_exchange *exchange)
{
    (void)context;
    struct str path = http_path(exchange);
    if (str_equal(path, STR("/later"))) {
        keep(exchange, state.later, &state.later_count);
    } else if (str_equal(path, STR("/hold"))) {
        keep(exchange, state.held, &state.held_count);
    } else if (str_equal(path, STR("/aside"))) {
        keep(exchange, state.aside, &state.aside_count);
    } else if (str_equal(path, STR("/worker"))) {
        http_hold(exchange);
        keep(exchange, state.later, &state.later_count);
    } else if (str_equal(path, STR("/echo"))) {
        http_answer(exchange, 200, "application/octet-stream", http_body(exchange));
    } else if (str_equal(path, STR("/stream"))) {
        open_stream(exchange);
    } else if (str_equal(path, STR("/refuse"))) {
        http_problem(exchange, 409, "version", STR("rules[2]"), "it is \"%s\" by now", "version 3");
    } else if (str_equal(path, STR("/nothing"))) {
        http_answer(exchange, 204, NULL, STR(""));
    } else if (str_equal(path, STR("/headers"))) {
        show_what_was_sent(exchange);
    } else {
        say(exchange);
    }
}

/* Take one of what is put aside; NULL: nothing is. */
static struct http_exchange *take_aside(void)
{
    pthread_mutex_lock(&state.lock);
    struct http_exchange *exchange = state.aside_count > 0 ? state.aside[--state.aside_count] : NULL;
    pthread_mutex_unlock(&state.lock);
    return exchange;
}

static void rests(void *context)
{
    (void)context;
    for (struct http_exchange *exchange = take_aside(); exchange != NULL; exchange = take_aside()) say(exchange);
    pthread_mutex_lock(&state.lock);
    state.rested++;
    pthread_mutex_unlock(&state.lock);
}

static void done(void *context, const struct http_exchange *exchange, unsigned status, uint64_t took_us)
{
    (void)context, (void)took_us;
    INVARIANT(http_path(exchange).len > 0);
    pthread_mutex_lock(&state.lock);
    state.done_count++;
    state.done_status = status;
    pthread_cond_broadcast(&state.changed);
    pthread_mutex_unlock(&state.lock);
}

/* Whoever holds an exchange may use all of it behind the answer, and is done with it before the client has that. */
static void work(struct http_exchange *exchange)
{
    say(exchange);
    struct str again = arena_str(http_arena(exchange), http_path(exchange));
    INVARIANT(str_equal(again, STR("/worker")));
    pthread_mutex_lock(&state.lock);
    state.worked++;
    pthread_mutex_unlock(&state.lock);
    http_release(exchange);
}

static void *answer_later(void *context)
{
    (void)context;
    pthread_mutex_lock(&state.lock);
    while (!state.ends || state.later_count > 0) {
        if (state.later_count == 0) {
            pthread_cond_wait(&state.changed, &state.lock);
            continue;
        }
        struct http_exchange *exchange = state.later[--state.later_count];
        pthread_mutex_unlock(&state.lock);
        if (str_equal(http_path(exchange), STR("/worker"))) work(exchange);
        else say(exchange);
        pthread_mutex_lock(&state.lock);
    }
    pthread_mutex_unlock(&state.lock);
    return NULL;
}

struct http_options server_options(void)
{
    return (struct http_options){
        .address = "127.0.0.1",
        .threads = 2,
        .connections_max = 1000,
        .idle_s = 30,
        .last_answers_ms = WAIT_S * 1000,
        .body_max = TEST_BODY_MAX,
        .handle = handle,
        .rests = rests,
        .done = done,
    };
}

struct http_server *server_start(struct http_options options)
{
    struct http_server *server = NULL;
    struct err_info why = {0};
    state.ends = false; /* before there are threads that look at it */
    state.done_count = state.done_status = state.worked = state.rested = 0;
    state.held_count = state.later_count = state.aside_count = 0;
    state.stream = NULL;
    CHECK_OK(http_start(&options, &server, &why), why);
    pthread_create(&state.later_thread, NULL, answer_later, NULL);
    return server;
}

void server_stop(struct http_server *server)
{
    held_answer();
    http_quiesce(server, WAIT_S * 1000);
    pthread_mutex_lock(&state.lock);
    state.ends = true;
    pthread_cond_broadcast(&state.changed);
    pthread_mutex_unlock(&state.lock);
    pthread_join(state.later_thread, NULL);
    http_stop(server);
}

/* Wait, holding the lock, for a change; false when WAIT_S have passed since `since`. */
static bool wait_for_change(const struct timespec *until)
{
    return pthread_cond_timedwait(&state.changed, &state.lock, until) == 0;
}

static struct timespec patience(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    return until;
}

void held_wait(size_t count)
{
    struct timespec until = patience();
    pthread_mutex_lock(&state.lock);
    while (state.held_count < count && wait_for_change(&until)) continue;
    size_t found = state.held_count;
    pthread_mutex_unlock(&state.lock);
    CHECK_INT(found, count);
}

size_t held_count(void)
{
    pthread_mutex_lock(&state.lock);
    size_t found = state.held_count;
    pthread_mutex_unlock(&state.lock);
    return found;
}

void held_answer(void)
{
    static struct http_exchange *taken[HELD_MAX];
    pthread_mutex_lock(&state.lock);
    size_t count = state.held_count;
    memcpy(taken, state.held, count * sizeof taken[0]);
    state.held_count = 0;
    pthread_mutex_unlock(&state.lock);
    for (size_t i = 0; i < count; i++) http_answer(taken[i], 200, "text/plain", STR("held"));
}

struct http_stream *held_stream(void)
{
    struct timespec until = patience();
    pthread_mutex_lock(&state.lock);
    while (state.stream == NULL && wait_for_change(&until)) continue;
    struct http_stream *stream = state.stream;
    state.stream = NULL;
    pthread_mutex_unlock(&state.lock);
    CHECK_TRUE(stream != NULL);
    return stream;
}

unsigned done_count(void)
{
    pthread_mutex_lock(&state.lock);
    unsigned count = state.done_count;
    pthread_mutex_unlock(&state.lock);
    return count;
}

unsigned done_status(void)
{
    pthread_mutex_lock(&state.lock);
    unsigned status = state.done_status;
    pthread_mutex_unlock(&state.lock);
    return status;
}

void done_wait(unsigned count)
{
    struct timespec until = patience();
    pthread_mutex_lock(&state.lock);
    while (state.done_count < count && wait_for_change(&until)) continue;
    unsigned found = state.done_count;
    pthread_mutex_unlock(&state.lock);
    CHECK_INT(found, count);
}

/* ---- Clients. ---- */

struct peer *peer_unconnected(void)
{
    struct peer *peer = memory_alloc(sizeof *peer);
    peer->in.ceiling = peer->taken.ceiling = SIZE_MAX;
    peer->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval wait = {.tv_sec = WAIT_S};
    setsockopt(peer->socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(peer->socket, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    return peer;
}

void peer_connect(struct peer *peer, struct http_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(http_port(server))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_INT(connect(peer->socket, (struct sockaddr *)&address, sizeof address), 0);
}

struct peer *peer_open(struct http_server *server)
{
    struct peer *peer = peer_unconnected();
    peer_connect(peer, server);
    return peer;
}

void peer_close(struct peer *peer)
{
    close(peer->socket);
    buf_release(&peer->in);
    buf_release(&peer->taken);
    memory_free(peer);
}

bool peer_send(struct peer *peer, struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(peer->socket, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent < 0) return false;
        bytes = (struct str){bytes.at + sent, bytes.len - (size_t)sent};
    }
    return true;
}

/* More bytes; false when the other side has closed. */
static bool read_more(struct peer *peer)
{
    char piece[16 * 1024];
    ssize_t got = recv(peer->socket, piece, sizeof piece, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) FAIL("nothing came for %d s", WAIT_S);
    if (got <= 0) return false;
    buf_append(&peer->in, (struct str){piece, (size_t)got});
    return true;
}

static size_t find(struct str whole, struct str part)
{
    const char *hit = whole.len == 0 ? NULL : memmem(whole.at, whole.len, part.at, part.len);
    return hit == NULL ? SIZE_MAX : (size_t)(hit - whole.at);
}

/* What comes now and then, as a quiet stream's comments do, would keep recv's own time limit from ever being reached. */
static void fail_when_late(const struct timespec *until, struct str text)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec > until->tv_sec) FAIL("\"" STR_FMT "\" did not come in %d s", STR_ARG(text), WAIT_S);
}

bool peer_sees(struct peer *peer, struct str text)
{
    struct timespec until = patience();
    while (find(buf_str(&peer->in), text) == SIZE_MAX) {
        if (!read_more(peer)) return false;
        fail_when_late(&until, text);
    }
    return true;
}

struct str peer_rest(struct peer *peer)
{
    while (read_more(peer)) continue;
    return buf_str(&peer->in);
}

struct str reply_header(struct reply reply, const char *name)
{
    struct str rest = reply.head;
    while (rest.len > 0) {
        struct str value = str_trim(str_cut(&rest, '\n'));
        struct str key = str_cut(&value, ':');
        if (key.len == strlen(name) && strncasecmp(key.at, name, key.len) == 0 && value.at != NULL)
            return str_trim(value);
    }
    return (struct str){NULL, 0};
}

/* Move the first `count` bytes that came behind *to; false when they do not come. */
static bool take(struct peer *peer, size_t count, struct buf *to)
{
    while (peer->in.len < count)
        if (!read_more(peer)) return false;
    buf_append(to, (struct str){peer->in.at, count});
    memmove(peer->in.at, peer->in.at + count, peer->in.len - count);
    peer->in.len -= count;
    return true;
}

/* The next chunk's bytes behind peer->taken. False when there is none: *ended says whether that was said. */
static bool take_chunk(struct peer *peer, bool *ended)
{
    *ended = false;
    if (!peer_sees(peer, STR("\r\n"))) return false;
    AUTO_BUF line = BUF_INIT(SIZE_MAX);
    take(peer, find(buf_str(&peer->in), STR("\r\n")) + 2, &line);
    size_t size = strtoul(line.at, NULL, 16);
    if (!take(peer, size, &peer->taken) || !take(peer, 2, &line)) return false;
    *ended = size == 0;
    return size > 0;
}

static bool take_chunks(struct peer *peer)
{
    bool ended;
    while (take_chunk(peer, &ended)) continue;
    return ended;
}

bool peer_sees_in_chunks(struct peer *peer, struct str text)
{
    struct timespec until = patience();
    bool ended;
    while (find(buf_str(&peer->taken), text) == SIZE_MAX) {
        if (!take_chunk(peer, &ended)) return false;
        fail_when_late(&until, text);
    }
    return true;
}

static struct reply read_reply(struct peer *peer, bool has_body)
{
    struct reply reply = {0};
    buf_clear(&peer->taken);
    if (!peer_sees(peer, STR("\r\n\r\n"))) return reply;
    size_t head_len = find(buf_str(&peer->in), STR("\r\n\r\n")) + 4;
    CHECK_TRUE(take(peer, head_len, &peer->taken));
    reply.head = (struct str){peer->taken.at, head_len};
    uint64_t length = 0;
    struct str announced = reply_header(reply, "Content-Length");
    if (has_body && announced.at != NULL) {
        CHECK_TRUE(str_to_u64(announced, &length));
        CHECK_TRUE(take(peer, length, &peer->taken));
    } else if (has_body && str_equal(reply_header(reply, "Transfer-Encoding"), STR("chunked"))) {
        CHECK_TRUE(take_chunks(peer));
    }
    reply.head = (struct str){peer->taken.at, head_len};
    reply.body = (struct str){peer->taken.at + head_len, peer->taken.len - head_len};
    struct str rest = reply.head;
    str_cut(&rest, ' ');
    uint64_t status = 0;
    CHECK_TRUE(str_to_u64(str_cut(&rest, ' '), &status));
    reply.status = (unsigned)status;
    return reply;
}

struct reply peer_reply(struct peer *peer)
{
    return read_reply(peer, true);
}

struct reply peer_reply_to_head(struct peer *peer)
{
    return read_reply(peer, false);
}

struct reply peer_ask(struct peer *peer, struct str request)
{
    peer_send(peer, request);
    return peer_reply(peer);
}

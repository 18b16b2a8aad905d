/* stream.c — events for a browser: a queue between whoever sends and the connection's thread.
 *
 * An empty queue puts the connection to sleep; the next text wakes it. Two hold a stream, the sender until
 * http_stream_close and the connection until it ends; the last to let go frees it. `connection` is only set while
 * the connection sends the stream, so that nobody touches it before or after.
 *
 * Order of locks: the server's, then a stream's. libmicrohttpd calls from_queue and let_go holding none of its own. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <sys/socket.h>

#include "http/http_internal.h"

#define PIECE_BYTES ((size_t)8 * 1024)
#define QUIET_MS 15000 /* then a comment is sent: proxies keep the line, and who has gone is noticed */

struct http_stream {
    pthread_mutex_t lock;
    struct connection *connection;
    struct http_server *server;
    struct http_stream *before, *after; /* of server->streams, under the server's lock */
    struct buf queue;
    size_t sent;   /* bytes of the queue that are on their way */
    bool asleep;   /* the connection waits to be woken */
    bool ends;     /* after what is queued */
    bool gone;     /* the reader */
    bool overrun;  /* more was sent than the queue holds: ends now */
    unsigned held; /* by sender and connection */
    int64_t last_ms;
};

static int64_t quiet_now_ms(const struct http_server *server)
{
    const struct clock *clock = server->options.clock;
    return clock != NULL ? clock->monotonic_ns(clock) / 1000000 : now_ms();
}

static void release(struct http_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    unsigned held = --stream->held;
    pthread_mutex_unlock(&stream->lock);
    if (held > 0) return;
    pthread_mutex_destroy(&stream->lock);
    buf_release(&stream->queue);
    memory_free(stream);
}

/* Wake the connection if it sleeps, and unlock: until then it cannot end, nor its loop. */
static void wake_and_unlock(struct http_stream *stream)
{
    if (stream->asleep) {
        INVARIANT(stream->connection != NULL);
        loop_resume(stream->connection->loop, stream->connection->mhd);
    }
    stream->asleep = false;
    pthread_mutex_unlock(&stream->lock);
}

static ssize_t from_queue(void *context, uint64_t position, char *out, size_t max)
{
    (void)position;
    struct http_stream *stream = context;
    ssize_t result = 0;
    pthread_mutex_lock(&stream->lock);
    size_t left = stream->queue.len - stream->sent;
    if (stream->overrun) {
        result = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (left > 0) {
        size_t n = left < max ? left : max;
        memcpy(out, stream->queue.at + stream->sent, n);
        stream->sent += n;
        result = (ssize_t)n;
    } else if (stream->ends) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        stream->asleep = true;
        MHD_suspend_connection(stream->connection->mhd);
    }
    pthread_mutex_unlock(&stream->lock);
    return result;
}

static void let_go(void *context)
{
    struct http_stream *stream = context;
    struct http_server *server = stream->server;
    pthread_mutex_lock(&server->lock);
    if (stream->after != NULL) stream->after->before = stream->before;
    *(stream->before != NULL ? &stream->before->after : &server->streams) = stream->after;
    pthread_mutex_unlock(&server->lock);
    pthread_mutex_lock(&stream->lock);
    stream->connection = NULL;
    stream->gone = true;
    pthread_mutex_unlock(&stream->lock);
    release(stream);
}

void stream_abandon(struct http_stream *stream)
{
    let_go(stream);
}

struct MHD_Response *stream_response(struct http_stream *stream, struct connection *connection)
{
    pthread_mutex_lock(&stream->lock);
    stream->connection = connection;
    pthread_mutex_unlock(&stream->lock);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_BYTES, from_queue, stream, let_go);
}

struct http_stream *http_answer_stream(struct http_exchange *exchange, size_t queue_max)
{
    struct http_server *server = exchange->loop->server;
    struct http_stream *stream = memory_alloc(sizeof *stream);
    pthread_mutex_init(&stream->lock, NULL);
    stream->server = server;
    stream->queue.ceiling = queue_max;
    stream->held = 2;
    stream->last_ms = quiet_now_ms(server);
    pthread_mutex_lock(&server->lock);
    stream->ends = atomic_load(&server->quiescing);
    stream->after = server->streams;
    if (stream->after != NULL) stream->after->before = stream;
    server->streams = stream;
    pthread_mutex_unlock(&server->lock);
    exchange->answer.status = MHD_HTTP_OK;
    exchange->answer.content_type = "text/event-stream";
    exchange->answer.stream = stream;
    exchange->answer.closes = true;
    exchange_answered(exchange);
    return stream;
}

/* The next line of *rest, which may end in CR, LF or both. */
static struct str cut_line(struct str *rest)
{
    size_t len = 0;
    while (len < rest->len && rest->at[len] != '\n' && rest->at[len] != '\r') len++;
    struct str line = {rest->at, len};
    size_t skip = len < rest->len ? len + 1 : len;
    if (skip < rest->len && rest->at[len] == '\r' && rest->at[skip] == '\n') skip++;
    *rest = (struct str){rest->at + skip, rest->len - skip};
    return line;
}

static void append_event(struct buf *queue, struct str event, struct str data)
{
    if (event.len > 0) {
        buf_append_c(queue, "event: ");
        buf_append(queue, cut_line(&event));
        buf_append_char(queue, '\n');
    }
    do {
        buf_append_c(queue, "data: ");
        buf_append(queue, cut_line(&data));
        buf_append_char(queue, '\n');
    } while (data.len > 0);
    buf_append_char(queue, '\n');
}

/* Drop what was sent, so that the ceiling counts what is waiting. */
static void compact(struct http_stream *stream)
{
    struct buf *queue = &stream->queue;
    if (stream->sent == 0) return;
    queue->len -= stream->sent;
    memmove(queue->at, queue->at + stream->sent, queue->len);
    stream->sent = 0;
}

static bool is_open(const struct http_stream *stream)
{
    return !stream->gone && !stream->ends && !stream->overrun;
}

bool http_stream_send(struct http_stream *stream, struct str event, struct str data)
{
    pthread_mutex_lock(&stream->lock);
    bool sent = is_open(stream);
    if (sent) {
        compact(stream);
        append_event(&stream->queue, event, data);
        stream->last_ms = quiet_now_ms(stream->server);
        if (stream->queue.failed) {
            sent = false;
            stream->overrun = true;
            /* Its loop may be waiting for the reader to take what was sent before. */
            if (stream->connection != NULL) shutdown(stream->connection->socket, SHUT_RDWR);
        }
    }
    wake_and_unlock(stream);
    return sent;
}

void http_stream_close(struct http_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    stream->ends = true;
    wake_and_unlock(stream);
    release(stream);
}

void streams_keep_awake(struct http_server *server)
{
    int64_t now = quiet_now_ms(server);
    pthread_mutex_lock(&server->lock);
    for (struct http_stream *stream = server->streams; stream != NULL; stream = stream->after) {
        pthread_mutex_lock(&stream->lock);
        if (is_open(stream) && stream->asleep && now - stream->last_ms >= QUIET_MS) {
            compact(stream);
            buf_append_c(&stream->queue, ":\n\n");
            stream->last_ms = now;
            wake_and_unlock(stream);
        } else {
            pthread_mutex_unlock(&stream->lock);
        }
    }
    pthread_mutex_unlock(&server->lock);
}

void streams_end(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    for (struct http_stream *stream = server->streams; stream != NULL; stream = stream->after) {
        pthread_mutex_lock(&stream->lock);
        stream->ends = true;
        wake_and_unlock(stream);
    }
    pthread_mutex_unlock(&server->lock);
}

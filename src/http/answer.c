/* answer.c — what is sent back, and the headers that keep a browser from mischief.
 *
 * An answer is written down in the exchange's arena by whoever answers; libmicrohttpd's own form of it is made by
 * the connection's thread just before it is sent, and sends the body from the arena. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <strings.h>

#include "http/http_internal.h"

/* Of every answer that does not set them itself. A page of ours says in its own policy what it loads. */
static const struct {
    const char *name, *value;
    bool secure_only;
} defaults[] = {
    {"Cache-Control", "no-store", false},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'", false},
    {"Referrer-Policy", "no-referrer", false},
    {"X-Content-Type-Options", "nosniff", false},
    {"Strict-Transport-Security", "max-age=31536000", true},
};

/* A copy whose control characters are blanks: a value cannot begin a header of its own. */
static struct str one_line(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = (unsigned char)text.at[i] < ' ' || text.at[i] == 127 ? ' ' : text.at[i];
    return (struct str){copy, text.len};
}

void http_set_header(struct http_exchange *exchange, const char *name, struct str value)
{
    struct header **place = &exchange->answer.headers;
    bool repeats = strcasecmp(name, "Set-Cookie") == 0;
    while (*place != NULL && (repeats || strcasecmp((*place)->name.at, name) != 0)) place = &(*place)->next;
    if (*place == NULL) {
        *place = ARENA_NEW(exchange->arena, struct header);
        (*place)->name = arena_str(exchange->arena, str_from_c(name));
    }
    (*place)->value = one_line(exchange->arena, str_trim(value));
}

void http_answer(struct http_exchange *exchange, unsigned status, const char *content_type, struct str body)
{
    struct answer *answer = &exchange->answer;
    answer->status = status;
    if (content_type != NULL) answer->content_type = arena_str(exchange->arena, str_from_c(content_type)).at;
    if (body.len > 0) answer->body = arena_str(exchange->arena, body);
    exchange_answered(exchange);
}

void http_answer_file(struct http_exchange *exchange, unsigned status, const char *content_type, int fd, uint64_t bytes)
{
    struct answer *answer = &exchange->answer;
    answer->status = status;
    answer->content_type = arena_str(exchange->arena, str_from_c(content_type)).at;
    answer->is_file = true;
    answer->fd = fd;
    answer->file_bytes = bytes;
    exchange_answered(exchange);
}

static bool is_set(const struct answer *answer, const char *name)
{
    for (const struct header *header = answer->headers; header != NULL; header = header->next)
        if (strcasecmp(header->name.at, name) == 0) return true;
    return false;
}

/* An empty value is how a caller takes a default away. */
static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (value[0] != 0) (void)MHD_add_response_header(response, name, value);
}

enum MHD_Result answer_queue(struct http_exchange *exchange)
{
    struct connection *connection = exchange->connection;
    const struct http_server *server = connection->loop->server;
    struct answer *answer = &exchange->answer;
    struct MHD_Response *response =
        answer->stream != NULL ? stream_response(answer->stream, connection)
        : answer->is_file      ? MHD_create_response_from_fd64(answer->file_bytes, answer->fd)
                               : MHD_create_response_from_buffer(answer->body.len, (void *)(uintptr_t)answer->body.at,
                                                                 MHD_RESPMEM_PERSISTENT);
    INVARIANT(response != NULL); /* else out of memory */
    if (answer->content_type != NULL) add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->content_type);
    for (const struct header *header = answer->headers; header != NULL; header = header->next)
        add_header(response, header->name.at, header->value.at);
    for (size_t i = 0; i < COUNT_OF(defaults); i++) {
        if (defaults[i].secure_only && !server->secure) continue;
        if (answer->headers == NULL || !is_set(answer, defaults[i].name))
            add_header(response, defaults[i].name, defaults[i].value);
    }
    if (answer->closes || atomic_load_explicit(&server->quiescing, memory_order_relaxed))
        add_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (answer->stream == NULL)
        connection_must_by(connection, now_ms(), answer->is_file ? answer->file_bytes : answer->body.len);
    answer->queued = true;
    enum MHD_Result queued = MHD_queue_response(connection->mhd, answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

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

/* ---- The same answer again. ----
 *
 * libmicrohttpd's form of an answer costs three allocations a header. Most answers of a busy server are one and the
 * same, so each loop keeps its last small one, with what it was made of. */

#define KEPT_ANSWER_BYTES 1024

struct kept_answer {
    struct MHD_Response *response;
    size_t count;
    char made_of[KEPT_ANSWER_BYTES]; /* see describe */
};

/* Append `text` and a zero byte; a text with a zero byte in it might be taken for two, so there may be none. */
static bool add_text(struct kept_answer *kept, struct str text)
{
    if (text.len >= sizeof kept->made_of - kept->count || memchr(text.at, 0, text.len) != NULL) return false;
    memcpy(kept->made_of + kept->count, text.at, text.len);
    kept->count += text.len;
    kept->made_of[kept->count++] = 0;
    return true;
}

/* All that the answer's form depends on. False: it is no small text. */
static bool describe(const struct answer *answer, struct kept_answer *out)
{
    out->count = 0;
    if (answer->stream != NULL || answer->is_file || answer->closes || answer->body.len == 0) return false;
    if (!add_text(out, str_from_c(answer->content_type != NULL ? answer->content_type : ""))) return false;
    for (const struct header *header = answer->headers; header != NULL; header = header->next)
        if (!add_text(out, header->name) || !add_text(out, header->value)) return false;
    return add_text(out, answer->body);
}

static struct MHD_Response *make_response(const struct http_exchange *exchange, enum MHD_ResponseMemoryMode memory)
{
    struct connection *connection = exchange->connection;
    const struct http_server *server = connection->loop->server;
    const struct answer *answer = &exchange->answer;
    struct MHD_Response *response =
        answer->stream != NULL ? stream_response(answer->stream, connection)
        : answer->is_file
            ? MHD_create_response_from_fd64(answer->file_bytes, answer->fd)
            : MHD_create_response_from_buffer(answer->body.len, (void *)(uintptr_t)answer->body.at, memory);
    INVARIANT(response != NULL); /* else out of memory */
    if (answer->content_type != NULL) add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->content_type);
    for (const struct header *header = answer->headers; header != NULL; header = header->next)
        add_header(response, header->name.at, header->value.at);
    for (size_t i = 0; i < COUNT_OF(defaults); i++) {
        if (defaults[i].secure_only && !server->secure) continue;
        if (answer->headers == NULL || !is_set(answer, defaults[i].name))
            add_header(response, defaults[i].name, defaults[i].value);
    }
    return response;
}

void kept_answer_drop(struct loop *loop)
{
    if (loop->kept == NULL) return;
    MHD_destroy_response(loop->kept->response);
    memory_free(loop->kept);
    loop->kept = NULL;
}

/* The loop's kept answer when it is the same, else a new one that it keeps; NULL: this one is not kept. */
static struct MHD_Response *kept_response(const struct http_exchange *exchange)
{
    struct loop *loop = exchange->loop;
    struct kept_answer asked;
    if (!describe(&exchange->answer, &asked)) return NULL;
    if (loop->kept != NULL && loop->kept->count == asked.count &&
        memcmp(loop->kept->made_of, asked.made_of, asked.count) == 0)
        return loop->kept->response;
    kept_answer_drop(loop);
    loop->kept = memory_alloc(sizeof *loop->kept);
    *loop->kept = asked;
    loop->kept->response = make_response(exchange, MHD_RESPMEM_MUST_COPY);
    return loop->kept->response;
}

enum MHD_Result answer_queue(struct http_exchange *exchange)
{
    struct connection *connection = exchange->connection;
    struct answer *answer = &exchange->answer;
    bool ends = answer->closes || atomic_load_explicit(&connection->loop->server->quiescing, memory_order_relaxed);
    struct MHD_Response *kept = ends ? NULL : kept_response(exchange);
    struct MHD_Response *response = kept != NULL ? kept : make_response(exchange, MHD_RESPMEM_PERSISTENT);
    if (ends) add_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (answer->stream == NULL)
        connection_must_by(connection, now_ms(), answer->is_file ? answer->file_bytes : answer->body.len);
    answer->queued = true;
    enum MHD_Result queued = MHD_queue_response(connection->mhd, answer->status, response);
    if (kept == NULL) MHD_destroy_response(response);
    return queued;
}

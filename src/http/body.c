/* body.c — a request's body, bounded in what is kept, in what it unpacks to and in time.
 *
 * A length that is announced and too large is refused before a byte is read. One that grows too large in chunks
 * is read on for a while and dropped, since an answer can be given only behind it; then the connection is cut off. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/json.h"
#include "http/http_internal.h"

#define DROPPED_MAX ((uint64_t)1024 * 1024) /* bytes read on behind a body that is too large */
#define GZIP_WINDOW_BITS (15 + 16)          /* the largest window, and a gzip header */

static const char padding[JSON_PADDING];

/* Headers are copied: libmicrohttpd's own end with the connection, which a waiting exchange may outlive. */
struct heads {
    struct arena *arena;
    struct header **end;
};

static enum MHD_Result note_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                   const char *value, size_t value_len)
{
    (void)kind;
    struct heads *heads = context;
    struct header *header = ARENA_NEW(heads->arena, struct header);
    header->name = arena_str(heads->arena, (struct str){name, name_len});
    header->value = arena_str(heads->arena, (struct str){value, value != NULL ? value_len : 0});
    *heads->end = header;
    heads->end = &header->next;
    return MHD_YES;
}

/* What a head says of its body, and what is wrong with it. */
struct announced {
    unsigned hosts, lengths, encodings; /* headers of these names */
    bool blank_name;                    /* "Name : value", which a proxy may have read otherwise */
    struct str length, transfer, content;
};

static bool is_named(const struct header *header, struct str name)
{
    return header->name.len == name.len && strncasecmp(header->name.at, name.at, name.len) == 0;
}

static struct announced announced_by(const struct header *headers)
{
    struct announced announced = {0};
    for (const struct header *header = headers; header != NULL; header = header->next) {
        struct str name = header->name;
        if (name.len > 0 && (name.at[name.len - 1] == ' ' || name.at[name.len - 1] == '\t'))
            announced.blank_name = true;
        if (is_named(header, STR("Host"))) announced.hosts++;
        if (is_named(header, STR("Content-Encoding"))) announced.content = header->value;
        if (is_named(header, STR("Content-Length"))) {
            announced.lengths++;
            announced.length = header->value;
        }
        if (is_named(header, STR("Transfer-Encoding"))) {
            announced.encodings++;
            announced.transfer = header->value;
        }
    }
    return announced;
}

static bool is_word(struct str text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.at, word, text.len) == 0;
}

static bool refuse_too_large(struct http_exchange *exchange, const char *what)
{
    http_problem(exchange, 413, "body_too_large", STR(""), "%s is larger than %zu bytes", what, exchange->body_most);
    return false;
}

/* Memory for a stranger's body is there before anybody knows who it is, so they get little of it. */
static bool may_have(struct http_exchange *exchange, uint64_t bytes)
{
    const struct http_options *options = &exchange->loop->server->options;
    if (bytes <= exchange->body_most) return true;
    if (!exchange->trust_asked) {
        exchange->trust_asked = true;
        if (options->trusts == NULL || options->trusts(options->context, exchange))
            exchange->body_most = options->body_max;
    }
    return bytes <= exchange->body_most;
}

static bool has_blank(struct str text)
{
    return text.len > 0 && memchr(text.at, ' ', text.len) != NULL;
}

/* What libmicrohttpd cannot read it refuses before it calls anything of ours, with a page that no option changes: always
 * the same, without our headers, and the last of its connection. What it lets pass is refused here in our own way. */
bool head_take(struct http_exchange *exchange)
{
    struct heads heads = {exchange->arena, &exchange->headers};
    MHD_get_connection_values_n(exchange->connection->mhd, MHD_HEADER_KIND, note_header, &heads);
    struct announced announced = announced_by(exchange->headers);
    uint64_t length = 0;
    exchange->answer.closes = true; /* of those below: who is not understood here is not listened to further */
    if (announced.hosts == 0 && exchange->needs_host) {
        http_problem(exchange, 400, "bad_request", STR(""), "the header Host is missing");
        return false;
    }
    if (has_blank(exchange->path) || has_blank(exchange->query)) {
        http_problem(exchange, 400, "bad_request", STR(""),
                     "the path or the query holds a blank, which is written %%20");
        return false;
    }
    if (announced.hosts > 1 || announced.blank_name) {
        http_problem(exchange, 400, "bad_request", STR(""), "a header is not well formed, or Host is given twice");
        return false;
    }
    if (announced.lengths > 1 || announced.encodings > 1 || (announced.lengths > 0 && announced.encodings > 0)) {
        http_problem(exchange, 400, "bad_request", STR(""), "the length of the body is given twice");
        return false;
    }
    if (announced.encodings > 0 && !is_word(announced.transfer, "chunked")) {
        http_problem(exchange, 501, "bad_request", STR(""), "the only Transfer-Encoding understood is chunked");
        return false;
    }
    if (announced.lengths > 0 && !str_to_u64(announced.length, &length)) {
        http_problem(exchange, 400, "bad_request", STR(""), "Content-Length is not a number of bytes");
        return false;
    }
    if (!may_have(exchange, length)) return refuse_too_large(exchange, "the body");
    if (announced.content.at != NULL && !is_word(announced.content, "identity")) {
        exchange->gzipped = is_word(announced.content, "gzip") || is_word(announced.content, "x-gzip");
        if (!exchange->gzipped) {
            http_problem(exchange, 415, "bad_encoding", STR(""), "the only Content-Encoding understood is gzip");
            return false;
        }
    }
    exchange->answer.closes = false;
    return true;
}

bool body_take(struct http_exchange *exchange, struct str bytes)
{
    exchange->body_seen += bytes.len;
    connection_must_by(exchange->connection, exchange->head_ms, exchange->body_seen);
    if (exchange->body_too_large || !may_have(exchange, exchange->body_seen)) {
        exchange->body_too_large = true;
        buf_release(&exchange->body);
        return exchange->body_seen <= exchange->body_most + DROPPED_MAX;
    }
    buf_append(&exchange->body, bytes);
    INVARIANT(!exchange->body.failed); /* its ceiling is body_max and the padding */
    return true;
}

/* Unpack one member after the other of *packed; Z_OK: all was good, Z_BUF_ERROR: it became too large. */
static int unpack_members(z_stream *stream, struct buf *out, size_t body_max)
{
    unsigned char piece[16 * 1024];
    for (;;) {
        stream->next_out = piece;
        stream->avail_out = sizeof piece;
        int result = inflate(stream, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END) return Z_DATA_ERROR; /* also: cut short */
        size_t made = sizeof piece - stream->avail_out;
        if (made > body_max - out->len) return Z_BUF_ERROR;
        buf_append(out, (struct str){(const char *)piece, made});
        if (result != Z_STREAM_END) continue;
        if (stream->avail_in == 0) return Z_OK;
        if (inflateReset(stream) != Z_OK) return Z_DATA_ERROR;
    }
}

int gzip_unpack(struct str packed, size_t unpacked_max, struct buf *out)
{
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)packed.at, .avail_in = (unsigned)packed.len};
    if (packed.len > UINT32_MAX || inflateInit2(&stream, GZIP_WINDOW_BITS) != Z_OK) return Z_MEM_ERROR;
    int result = unpack_members(&stream, out, unpacked_max);
    inflateEnd(&stream);
    return result;
}

static void pad(struct buf *body)
{
    buf_append(body, (struct str){padding, sizeof padding});
    INVARIANT(!body->failed);
}

/* Whom we trust it turns out when what there is has become too large for a stranger: then it is unpacked once more. */
static int unpack(struct http_exchange *exchange)
{
    struct str packed = buf_str(&exchange->body);
    int result = gzip_unpack(packed, exchange->body_most, &exchange->unpacked);
    if (result != Z_BUF_ERROR || !may_have(exchange, exchange->body_most + 1)) return result;
    buf_clear(&exchange->unpacked);
    return gzip_unpack(packed, exchange->body_most, &exchange->unpacked);
}

bool body_finish(struct http_exchange *exchange)
{
    if (exchange->body_too_large) return refuse_too_large(exchange, "the body");
    if (exchange->gzipped) {
        switch (unpack(exchange)) {
        case Z_OK: break;
        case Z_BUF_ERROR: return refuse_too_large(exchange, "the unpacked body");
        case Z_DATA_ERROR:
            http_problem(exchange, 400, "bad_gzip", STR(""), "the body is not gzip, or cut short");
            return false;
        default: http_problem(exchange, 503, "no_memory", STR(""), "the body cannot be unpacked now"); return false;
        }
        pad(&exchange->unpacked);
    }
    pad(&exchange->body);
    return true;
}

static void reset(struct buf *buf, size_t ceiling)
{
    buf->ceiling = ceiling;
    if (buf->capacity > KEPT_BYTES) buf_release(buf);
    else buf_clear(buf);
}

void body_reset(struct http_exchange *exchange)
{
    const struct http_options *options = &exchange->loop->server->options;
    size_t ceiling = options->body_max + JSON_PADDING;
    reset(&exchange->body, ceiling);
    reset(&exchange->unpacked, ceiling);
    exchange->gzipped = exchange->body_too_large = exchange->trust_asked = false;
    exchange->body_most = options->trusts != NULL ? options->body_stranger_max : options->body_max;
    exchange->body_seen = 0;
}

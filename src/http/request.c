/* request.c — what a handler may ask about a request. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "http/http_internal.h"
#include "http/percent.h"

enum http_method http_method(const struct http_exchange *exchange)
{
    return exchange->method;
}

struct str http_path(const struct http_exchange *exchange)
{
    return exchange->path;
}

struct str http_query(const struct http_exchange *exchange, const char *name)
{
    return query_value(exchange->query, str_from_c(name), exchange->arena);
}

struct str http_query_name(const struct http_exchange *exchange, size_t index)
{
    return query_name(exchange->query, index, exchange->arena);
}

struct str http_header(const struct http_exchange *exchange, const char *name)
{
    size_t len = strlen(name);
    for (const struct header *header = exchange->headers; header != NULL; header = header->next)
        if (header->name.len == len && strncasecmp(header->name.at, name, len) == 0) return header->value;
    return (struct str){NULL, 0};
}

struct str http_cookie(const struct http_exchange *exchange, const char *name)
{
    return cookie_value(http_header(exchange, MHD_HTTP_HEADER_COOKIE), str_from_c(name));
}

struct str http_body(const struct http_exchange *exchange)
{
    const struct buf *body = exchange->gzipped ? &exchange->unpacked : &exchange->body;
    INVARIANT(body->len >= JSON_PADDING); /* body_finish */
    return (struct str){body->at, body->len - JSON_PADDING};
}

struct str http_peer(const struct http_exchange *exchange)
{
    return str_from_c(exchange->peer);
}

bool http_is_secure(const struct http_exchange *exchange)
{
    return exchange->loop->server->secure;
}

struct arena *http_arena(struct http_exchange *exchange)
{
    return exchange->arena;
}

void http_attach(struct http_exchange *exchange, void *what)
{
    exchange->attached = what;
}

void *http_attached(const struct http_exchange *exchange)
{
    return exchange->attached;
}

/* request.h — what a handler is given, and the few things that every handler does with it.
 *
 *     void api_contact_show(struct request *request)
 *     {
 *         struct str ref = request_path(request, "ref");
 *         ...
 *         request_answer(request, 200, &json);
 *     }
 *
 * A handler answers once: at once, or later from another thread. It is called by a worker, and may wait; only those of
 * write keys and of public pages are called on a thread of the HTTP floor, and may not. After the answer the request is
 * gone, with everything in its arena, as soon as a worker's handler has returned. Helpers here that return false have
 * answered already: return then. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_REQUEST_H
#define PLUMB_SERVER_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "http/http.h"
#include "http/route.h"
#include "server/access_http.h"
#include "server/routes.h"
#include "server/workers.h"

struct server; /* server.h */

#define REQUEST_JSON_MAX ((size_t)64 * 1024 * 1024) /* bytes of an answer; AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX) */

struct request {
    struct server *server;
    struct http_exchange *exchange;
    struct arena *arena; /* the exchange's */
    const struct endpoint *endpoint;
    struct visitor visitor;    /* who asks; ACTOR_NOBODY for PERM_PUBLIC and PERM_WRITE_KEY */
    const struct actor *actor; /* the visitor's */
    struct route_match match;  /* what the path says, see request_path */
    int64_t received_ms;
    uint64_t ticket;            /* of answers.h; 0: the answer is not kept */
    struct json_parser *parser; /* lent by the server from request_json to the answer */
    struct work work;           /* for a worker, unless it is quick */
};

/* The value of {name} in the route's pattern, decoded. The name must be there. */
struct str request_path(const struct request *request, const char *name);

/* The body as JSON; items live until the answer. False: it was answered by 400, with the line and column. */
bool request_json(struct request *request, const struct json_item **out);

/* A whole number of the query, or `otherwise`. False: it was answered by 400. */
bool request_query_number(struct request *request, const char *name, uint64_t least, uint64_t most, uint64_t otherwise,
                          uint64_t *out);

/* Answer by JSON, never cached. A buffer that failed becomes 500. */
void request_answer(struct request *request, unsigned status, const struct buf *json);
/* The same for an answer with a secret in it, which is sent this once. `again` is what a repetition of the request by its
 * Idempotency-Key is answered, without the secret; NULL: it is a request of its own. */
void request_answer_once(struct request *request, unsigned status, const struct buf *json, const struct buf *again);
/* What the route's pattern names last, "version"; empty when it names nothing. */
struct str request_last_name(const struct request *request);
/* Answer by the problem that `why` tells; what was not found is what the path names last. */
void request_fail(struct request *request, const struct err_info *why);
/* 503 and when to come again. */
void request_unavailable(struct request *request, unsigned retry_after_s, const char *sentence);

#endif

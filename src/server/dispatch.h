/* dispatch.h — from a request to its handler: route, who asks, may they, and only then the work. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_DISPATCH_H
#define PLUMB_SERVER_DISPATCH_H

#include "http/http.h"

struct server;
struct router; /* opaque; never changes, so threads share it */

struct router *router_new(void);
void router_free(struct router *router); /* NULL is fine */

/* What http_options.trusts, .handle, .rests and .done are; `server` is a struct server. */
bool dispatch_trusts(void *server, struct http_exchange *exchange);
void dispatch(void *server, struct http_exchange *exchange);
void dispatch_rests(void *server); /* events that have come together go to the writer together */
void dispatch_done(void *server, const struct http_exchange *exchange, unsigned status, uint64_t took_us);

#endif

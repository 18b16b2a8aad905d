/* dispatch.c — one order of questions for every request, so that no handler can forget one.
 *
 *   1. which endpoint       404, 405 with what is allowed, OPTIONS
 *   2. is everything loaded 503, but for how the server is, and for events, which wait for it
 *   3. who asks             401
 *   4. may they             403; also a change by a browser that a page of another site sent
 *   5. does the query only have names that the endpoint knows    400
 *   6. was it done already, by its Idempotency-Key
 *   7. the handler
 *
 * From the second question on, all but what is quick is asked by a worker (workers.h). */
// SPDX-License-Identifier: Apache-2.0
#include "server/dispatch.h"

#include "base/log.h"
#include "http/route.h"
#include "server/access_http.h"
#include "server/answers.h"
#include "server/metrics.h"
#include "server/names.h"
#include "server/parsers.h"
#include "server/request.h"
#include "server/server.h"

#define IDEMPOTENCY_KEY_MAX 256
#define PREFLIGHT_S "86400" /* how long a browser may remember what a write key's path allows */

struct router {
    struct route *rows; /* [endpoint_count]; id is the endpoint's index */
    struct route_table *table;
};

struct router *router_new(void)
{
    struct router *router = memory_alloc(sizeof *router);
    router->rows = memory_array(endpoint_count, sizeof *router->rows);
    for (size_t i = 0; i < endpoint_count; i++)
        router->rows[i] = (struct route){endpoints[i].method, endpoints[i].pattern, (int)i};
    router->table = route_table_new(router->rows, endpoint_count);
    return router;
}

void router_free(struct router *router)
{
    if (router == NULL) return;
    route_table_free(router->table);
    memory_free(router->rows);
    memory_free(router);
}

/* ---- Which endpoint. ---- */

/* Does a write key open this path, whatever the method? Then any site's pages may call it. */
static bool is_of_write_keys(const struct router *router, struct http_exchange *exchange, unsigned allowed)
{
    struct route_match match;
    for (unsigned method = 0; method < HTTP_OTHER; method++)
        if ((allowed & (1U << method)) != 0 && route_match(router->table, (enum http_method)method, http_path(exchange),
                                                           http_arena(exchange), &match) == ROUTE_FOUND)
            return endpoints[match.row->id].permission == PERM_WRITE_KEY;
    return false;
}

static void allow_any_origin(struct http_exchange *exchange)
{
    http_set_header(exchange, "Access-Control-Allow-Origin", STR("*"));
    http_set_header(exchange, "Access-Control-Expose-Headers", STR("Retry-After, X-RateLimit-Reset"));
}

static void answer_options(const struct router *router, struct http_exchange *exchange, unsigned allowed)
{
    struct str methods = route_allow(allowed, http_arena(exchange));
    http_set_header(exchange, "Allow", methods);
    if (is_of_write_keys(router, exchange, allowed)) {
        allow_any_origin(exchange);
        http_set_header(exchange, "Access-Control-Allow-Methods", methods);
        http_set_header(exchange, "Access-Control-Allow-Headers", STR("Authorization, Content-Type, Content-Encoding"));
        http_set_header(exchange, "Access-Control-Max-Age", STR(PREFLIGHT_S));
    }
    http_answer(exchange, 204, NULL, STR(""));
}

/* False: it was answered. */
static bool find_endpoint(struct request *request)
{
    struct http_exchange *exchange = request->exchange;
    const struct router *router = request->server->router;
    enum http_method method = http_method(exchange);
    switch (route_match(router->table, method, http_path(exchange), request->arena, &request->match)) {
    case ROUTE_FOUND: request->endpoint = &endpoints[request->match.row->id]; return true;
    case ROUTE_NO_PATH: http_problem(exchange, 404, "no_path", STR(""), "there is nothing at this path"); break;
    case ROUTE_BAD_PATH: http_problem(exchange, 400, "bad_path", STR(""), "the path is not well encoded"); break;
    case ROUTE_NO_METHOD:
        if (method == HTTP_OPTIONS) {
            answer_options(router, exchange, request->match.allowed);
            break;
        }
        struct str methods = route_allow(request->match.allowed, request->arena);
        http_set_header(exchange, "Allow", methods);
        http_problem(exchange, 405, "no_method", STR(""), "this path takes " STR_FMT, STR_ARG(methods));
        break;
    }
    return false;
}

/* ---- Is everything loaded? ---- */

static bool is_ready(struct request *request)
{
    bool is_public = request->endpoint->permission == PERM_PUBLIC && request->endpoint->method == HTTP_GET;
    if (is_public || request->endpoint->permission == PERM_READ_METRICS) return true;
    struct server *server = request->server;
    if (atomic_load_explicit(&server->loaded, memory_order_relaxed)) return true;
    struct engine_progress progress = engine_progress(server->engine);
    if (progress.phase == ENGINE_READY) {
        atomic_store_explicit(&server->loaded, true, memory_order_relaxed);
        return true;
    }
    if (progress.phase == ENGINE_FAILED) request_unavailable(request, 60, progress.why.msg);
    else if (request->endpoint->permission == PERM_WRITE_KEY) return true; /* events wait in the writer's queue */
    else request_unavailable(request, 1, "everything is being loaded; /readyz tells how far it is");
    return false;
}

/* ---- Who asks, and may they? ---- */

static bool is_allowed(struct request *request)
{
    int permission = request->endpoint->permission;
    if (permission == PERM_PUBLIC || permission == PERM_WRITE_KEY) return true;
    struct access *access = request->server->access;
    if (permission != PERM_SIGNED_IN)
        return access_http_enter(access, request->exchange, (enum permission)permission, &request->visitor);
    if (!access_http_visitor(access, request->exchange, &request->visitor)) return false;
    if (request->visitor.actor.kind != ACTOR_NOBODY) return true;
    http_problem(request->exchange, 401, "not_signed_in", STR(""), "sign in first");
    return false;
}

/* ---- Was it done already? ---- */

/* False: it was, or is being done, and is answered so. */
static bool is_first_time(struct request *request)
{
    struct http_exchange *exchange = request->exchange;
    struct answers_request asked = {.actor = request->actor->text,
                                    .key = http_header(exchange, "Idempotency-Key"),
                                    .body = http_body(exchange),
                                    .now_ms = request->received_ms};
    if (asked.key.at == NULL || request->endpoint->method == HTTP_GET) return true;
    if (asked.key.len == 0 || asked.key.len > IDEMPOTENCY_KEY_MAX) {
        http_problem(exchange, 400, "bad_header", STR("Idempotency-Key"), "a key has 1 to %d bytes",
                     IDEMPOTENCY_KEY_MAX);
        return false;
    }
    asked.line =
        arena_format(request->arena, "%d " STR_FMT, (int)request->endpoint->method, STR_ARG(http_path(exchange)));
    unsigned status = 0;
    struct str body = {0};
    switch (answers_begin(request->server->answers, &asked, request->arena, &request->ticket, &status, &body)) {
    case ANSWERS_NEW: return true;
    case ANSWERS_KEPT:
        http_set_header(exchange, "Idempotency-Replayed", STR("true"));
        http_answer(exchange, status, "application/json", body);
        break;
    case ANSWERS_UNDER_WAY:
        http_problem(exchange, 409, "under_way", STR("Idempotency-Key"), "the request with this key is being done");
        break;
    case ANSWERS_OTHER:
        http_problem(exchange, 422, "key_reused", STR("Idempotency-Key"), "this key was used for another request");
        break;
    }
    return false;
}

/* ---- On whose time. ---- */

/* Events only wait in the writer's queue, and pages are there: a thread of http does these itself. */
static bool is_quick(const struct endpoint *endpoint)
{
    if (endpoint->permission == PERM_WRITE_KEY || endpoint->permission == PERM_READ_METRICS) return true;
    return endpoint->permission == PERM_PUBLIC && endpoint->method == HTTP_GET;
}

static bool may_be_handled(struct request *request)
{
    return is_ready(request) && is_allowed(request) && names_of_query_are_known(request) && is_first_time(request);
}

static void handle_as_visitor(struct request *request)
{
    struct visit visit;
    engine_visit(request->server->engine, &visit);
    request->endpoint->handle(request);
    engine_leave(request->server->engine, &visit);
}

static void handle_at_leisure(void *context)
{
    struct request *request = context;
    struct server *server = request->server;
    if (may_be_handled(request)) handle_as_visitor(request);
    http_release(request->exchange);
    atomic_fetch_sub(&server->handling, 1);
}

static void hand_to_workers(struct request *request)
{
    request->work = (struct work){.run = handle_at_leisure, .context = request};
    http_hold(request->exchange);
    if (workers_add(request->server->workers, &request->work)) return;
    request_unavailable(request, 1, "too many requests are waiting; try again in a second");
    http_release(request->exchange);
    atomic_fetch_sub(&request->server->handling, 1);
}

void dispatch(void *server, struct http_exchange *exchange)
{
    struct server *s = server;
    struct request *request = ARENA_NEW(http_arena(exchange), struct request);
    request->server = s;
    request->exchange = exchange;
    request->arena = http_arena(exchange);
    request->actor = &request->visitor.actor; /* zeroed, it is ACTOR_NOBODY */
    request->received_ms = s->clock->now_ms(s->clock);
    http_attach(exchange, request);
    if (!find_endpoint(request)) return;
    if (request->endpoint->permission == PERM_WRITE_KEY) allow_any_origin(exchange);
    atomic_fetch_add(&s->handling, 1);
    if (!is_quick(request->endpoint)) {
        hand_to_workers(request);
        return;
    }
    if (may_be_handled(request)) request->endpoint->handle(request);
    atomic_fetch_sub(&s->handling, 1);
}

bool dispatch_trusts(void *server, struct http_exchange *exchange)
{
    struct server *s = server;
    struct route_match match;
    if (route_match(s->router->table, http_method(exchange), http_path(exchange), http_arena(exchange), &match) !=
        ROUTE_FOUND)
        return false;
    int permission = endpoints[match.row->id].permission;
    return permission != PERM_PUBLIC && permission != PERM_WRITE_KEY && access_http_knows(s->access, exchange);
}

void dispatch_rests(void *server)
{
    engine_hand_over(((struct server *)server)->engine);
}

/* ---- Afterwards. ---- */

/* Events that were taken are counted and not told: there are too many of them. Nor is a path or query told, as they
 * may hold an address or a key. */
static void tell(const struct request *request, const struct http_exchange *exchange, unsigned status, uint64_t took_us)
{
    const struct endpoint *endpoint = request->endpoint;
    if (endpoint != NULL && endpoint->permission == PERM_WRITE_KEY && status < 400) return;
    log_info("request", LOG_STR("route", str_from_c(endpoint != NULL ? endpoint->name : "none")),
             LOG_INT("status", status), LOG_INT("took_us", (int64_t)took_us), LOG_STR("actor", request->actor->text),
             LOG_STR("peer", http_peer(exchange)));
}

void dispatch_done(void *server, const struct http_exchange *exchange, unsigned status, uint64_t took_us)
{
    struct server *s = server;
    struct request *request = http_attached(exchange);
    metrics_count(s->metrics, request != NULL ? request->endpoint : NULL, status, took_us);
    if (request == NULL) return;                                         /* refused before it was a request */
    if (request->ticket != 0) answers_drop(s->answers, request->ticket); /* unless it was kept */
    if (s->config->log_requests) tell(request, exchange, status, took_us);
    if (request->parser != NULL) parsers_return(s->parsers, request->parser, http_body(exchange).len);
    request->parser = NULL;
}

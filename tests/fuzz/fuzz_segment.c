/* fuzz_segment.c — whatever a body holds, an endpoint of Segment's API answers once, and as promised.
 *
 * The first byte picks the endpoint, the rest is the body. The HTTP floor, the engine and the keys are played by this
 * file: every key is good, and every fact is looked at before it is taken. */
// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/unicode.h"
#include "server/access.h"
#include "server/intake.h"
#include "server/parsers.h"
#include "server/rates.h"
#include "server/server.h"

#define INPUT_MAX ((size_t)600 * 1024)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct http_exchange {
    struct str body; /* followed by JSON_PADDING bytes */
    struct str agent;
    unsigned answers, status;
    bool submitted;
};

/* ---- The HTTP floor. ---- */

struct str http_body(const struct http_exchange *exchange)
{
    return exchange->body;
}

struct str http_header(const struct http_exchange *exchange, const char *name)
{
    if (strcmp(name, "User-Agent") == 0) return exchange->agent;
    if (strcmp(name, "Authorization") == 0) return STR("Basic cGx1bWJfa2V5X3g6"); /* plumb_key_x: */
    return (struct str){NULL, 0};
}

struct str http_query(const struct http_exchange *exchange, const char *name)
{
    (void)exchange, (void)name;
    return (struct str){NULL, 0};
}

void http_set_header(struct http_exchange *exchange, const char *name, struct str value)
{
    (void)name, (void)value;
    INVARIANT(exchange->answers == 0);
}

static void note_answer(struct http_exchange *exchange, unsigned status)
{
    exchange->answers++;
    exchange->status = status;
}

void http_answer(struct http_exchange *exchange, unsigned status, const char *content_type, struct str body)
{
    (void)content_type;
    INVARIANT(str_equal(body, STR("{\"success\":true}")));
    note_answer(exchange, status);
}

void http_problem(struct http_exchange *exchange, unsigned status, const char *code, struct str place,
                  const char *format, ...)
{
    char detail[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    INVARIANT(length > 0 && code[0] != 0 && (place.len == 0 || place.at != NULL));
    note_answer(exchange, status);
}

void http_problem_of(struct http_exchange *exchange, const struct err_info *why)
{
    INVARIANT(why->code == ERR_TOO_BIG && why->msg[0] != 0); /* more items than JSON may have */
    note_answer(exchange, 413);
}

/* ---- Keys. ---- */

uint64_t access_version(const struct access *access)
{
    (void)access;
    return 1;
}

enum err access_key(struct access *access, struct str secret, struct arena *arena, struct actor *out,
                    struct err_info *why)
{
    (void)access, (void)arena, (void)why;
    INVARIANT(str_equal(secret, STR("plumb_key_x")));
    *out = (struct actor){.kind = ACTOR_KEY, .number = 1, .text = STR("key:1")};
    return ERR_OK;
}

/* ---- The engine. ---- */

static bool is_within(struct str part, struct str whole)
{
    return part.at >= whole.at && part.at + part.len <= whole.at + whole.len;
}

static void check_fact(const struct fact *fact, const struct fact_result *result, struct str body)
{
    INVARIANT(fact->body.len > 0 && is_within(fact->body, body));
    INVARIANT(str_equal(fact->source, STR("key:1")));
    if (result->state == FACT_REFUSED) {
        INVARIANT(result->reason != NULL && result->message[0] != 0);
        INVARIANT(unicode_valid(str_from_c(result->message), NULL));
        return;
    }
    INVARIANT(fact->body.len <= INTAKE_CALL_BYTES_MAX);
    INVARIANT(fact->identifier_count >= 1 && fact->identifier_count <= FACT_IDENTIFIERS_MAX);
    INVARIANT(fact->at_ms <= fact->received_ms);
}

enum err engine_submit(struct engine *engine, struct submission *submission, struct err_info *why)
{
    (void)engine;
    struct request *request = submission->context;
    struct str body = request->exchange->body;
    INVARIANT(submission->count >= 1 && submission->count <= INTAKE_CALLS_MAX && !request->exchange->submitted);
    request->exchange->submitted = true;
    for (size_t i = 0; i < submission->count; i++) {
        check_fact(&submission->facts[i], &submission->results[i], body);
        if (i > 0) INVARIANT(submission->facts[i].body.at > submission->facts[i - 1].body.at);
    }
    if (body.len % 7 == 0) return err_set(why, ERR_UNAVAILABLE, "too much is waiting");
    struct err_info full = {.code = ERR_UNAVAILABLE, .msg = "no room"};
    submission->done(submission, body.len % 5 == 0 ? ERR_UNAVAILABLE : ERR_OK, &full);
    return ERR_OK;
}

/* ---- The endpoint. ---- */

static void ask(struct server *server, void (*handle)(struct request *request), struct http_exchange *exchange)
{
    AUTO_ARENA arena = arena_new();
    struct request request = {
        .server = server, .exchange = exchange, .arena = arena, .received_ms = INT64_C(1767607200000)};
    handle(&request);
    INVARIANT(exchange->answers == 1);
    switch (exchange->status) {
    case 200: break;
    case 400:
    case 413: INVARIANT(!exchange->submitted); break;
    case 503: INVARIANT(exchange->submitted); break;
    default: INVARIANT(!"a status that nothing here leads to");
    }
    if (request.parser != NULL) parsers_return(server->parsers, request.parser, exchange->body.len);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static void (*const handlers[])(struct request * request) = {
        segment_batch, segment_identify, segment_track, segment_page, segment_screen, segment_group, segment_alias};
    static struct config config;
    static struct clock clock;
    static struct server server;
    if (server.parsers == NULL) {
        config = config_default();
        clock = clock_fixed(0);
        server = (struct server){.config = &config, .clock = &clock, .parsers = parsers_new(), .rates = rates_new(0)};
    }
    if (size == 0 || size > INPUT_MAX) return 0;
    char *body = memory_alloc(size - 1 + JSON_PADDING);
    memcpy(body, data + 1, size - 1);
    struct http_exchange exchange = {.body = {body, size - 1}, .agent = STR("Mozilla/5.0")};
    ask(&server, handlers[data[0] % COUNT_OF(handlers)], &exchange);
    memory_free(body);
    return 0;
}

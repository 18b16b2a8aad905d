/* segment.c — Segment's tracking API, as its SDKs speak it.
 *
 * The answer {"success":true} comes when the facts are durable and scored, from the writer's thread: meanwhile the
 * connection sleeps. What SDKs make of an answer decides what it is: they drop what got 400, so that is for what can
 * never be taken (no JSON, too large); everything else they send again. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>

#include "server/intake.h"
#include "server/rates.h"
#include "server/server.h"
#include "server/write_key.h"

#define RETRY_AFTER_S 2

static const struct str success = STR_INIT("{\"success\":true}");

static void on_done(struct submission *submission, enum err outcome, const struct err_info *why)
{
    struct request *request = submission->context;
    if (outcome == ERR_OK) http_answer(request->exchange, 200, "application/json", success);
    else request_unavailable(request, RETRY_AFTER_S, why->msg);
}

/* False: it was answered by 429. */
static bool within_rate(struct request *request, const struct actor *key, size_t count)
{
    const struct server *server = request->server;
    uint32_t wait_ms = 0;
    if (rates_take(server->rates, key->number, (uint32_t)count, server->clock->monotonic_ns(server->clock), &wait_ms))
        return true;
    struct str seconds = arena_format(request->arena, "%u", (wait_ms + 999) / 1000);
    http_set_header(request->exchange, "Retry-After", seconds);
    http_set_header(request->exchange, "X-RateLimit-Reset", seconds);
    http_problem(request->exchange, 429, "too_fast", STR(""),
                 "this write key may send %lld events a second; come again in " STR_FMT " second%s",
                 (long long)server->config->key_events_per_second, STR_ARG(seconds), wait_ms > 1000 ? "s" : "");
    return false;
}

static void submit(struct request *request, struct intake_calls *calls, const struct json_item *root)
{
    struct actor key;
    if (!write_key_find(request, json_member_text(root, STR("writeKey")), &key)) return;
    size_t count = intake_count(calls);
    if (!within_rate(request, &key, count)) return;
    if (count == 0) {
        http_answer(request->exchange, 200, "application/json", success);
        return;
    }
    calls->source = key.text;
    struct submission *submission = ARENA_NEW(request->arena, struct submission);
    intake_read(request, calls, submission);
    submission->done = on_done;
    struct err_info why = {0};
    if (engine_submit(request->server->engine, submission, &why) != ERR_OK)
        request_unavailable(request, RETRY_AFTER_S, why.msg);
}

/* The body within its ceiling, and an object. False: it was answered. */
static bool read_body(struct request *request, size_t bytes_max, const struct json_item **root)
{
    size_t bytes = http_body(request->exchange).len;
    if (bytes > bytes_max) {
        http_problem(request->exchange, 413, "too_big", STR(""), "the body has %zu bytes, and may have at most %zu",
                     bytes, bytes_max);
        return false;
    }
    if (!request_json(request, root)) return false;
    if ((*root)->kind == JSON_OBJECT) return true;
    http_problem(request->exchange, 400, "bad_json", STR(""), "the body must be a JSON object");
    return false;
}

static void take_call(struct request *request, enum call_kind kind)
{
    const struct json_item *root;
    if (!read_body(request, INTAKE_CALL_BYTES_MAX, &root)) return;
    struct intake_calls calls = {.container = root, .one = true, .kind = kind};
    submit(request, &calls, root);
}

void segment_identify(struct request *request)
{
    take_call(request, CALL_IDENTIFY);
}

void segment_track(struct request *request)
{
    take_call(request, CALL_TRACK);
}

void segment_page(struct request *request)
{
    take_call(request, CALL_PAGE);
}

void segment_screen(struct request *request)
{
    take_call(request, CALL_SCREEN);
}

void segment_group(struct request *request)
{
    take_call(request, CALL_GROUP);
}

void segment_alias(struct request *request)
{
    take_call(request, CALL_ALIAS);
}

/* The last member called "batch", as json_member has it. */
static bool find_batch(const struct json_item *root, struct intake_calls *calls)
{
    uint32_t place = 0;
    for (const struct json_item *item = json_first(root); item != NULL; item = json_next(root, item), place++) {
        if (!str_equal(item->key, STR("batch"))) continue;
        calls->container = item;
        calls->member = place;
    }
    return calls->container != NULL && calls->container->kind == JSON_ARRAY;
}

void segment_batch(struct request *request)
{
    const struct json_item *root;
    if (!read_body(request, INTAKE_BATCH_BYTES_MAX, &root)) return;
    struct intake_calls calls = {.kind = CALL_NONE,
                                 .sent_at = json_member_text(root, STR("sentAt")),
                                 .context = json_member(root, STR("context"))};
    if (!find_batch(root, &calls)) {
        http_problem(request->exchange, 400, "no_batch", STR("batch"), "'batch' must be a list of calls");
        return;
    }
    size_t count = intake_count(&calls);
    if (count > INTAKE_CALLS_MAX) {
        http_problem(request->exchange, 400, "too_many", STR("batch"),
                     "the batch has %zu calls, and may have at most %d", count, INTAKE_CALLS_MAX);
        return;
    }
    submit(request, &calls, root);
}

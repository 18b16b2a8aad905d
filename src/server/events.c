/* events.c — facts through our own API, where each gets its own answer; and what was refused.
 *
 *     POST /api/v1/events   {"events": [CALL, ...]}     calls as Segment's, each with its `type`
 *     GET /api/v1/rejects   ?limit=100&after=NUMBER     newest first */
// SPDX-License-Identifier: Apache-2.0
#include "base/instant.h"
#include "server/intake.h"
#include "server/server.h"

#define EVENTS_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define REJECTS_DEFAULT 100
#define REJECTS_MAX 1000

static void write_member(struct json_writer *writer, const char *key, struct str text)
{
    json_key(writer, key);
    json_string(writer, text);
}

static void write_contact(struct json_writer *writer, struct request *request, uint32_t contact)
{
    json_key(writer, "contact");
    if (contact == RECORD_NONE) {
        json_null(writer);
        return;
    }
    struct record_info info;
    engine_record(request->server->engine, ENTITY_CONTACT, contact, request->arena, &info);
    json_string(writer, info.id);
}

static void write_result(struct json_writer *writer, struct request *request, size_t index,
                         const struct fact_result *result)
{
    static const char *const states[] = {
        [FACT_TAKEN] = "taken", [FACT_DUPLICATE] = "duplicate", [FACT_REFUSED] = "refused"};
    json_begin_object(writer);
    json_key(writer, "index");
    json_i64(writer, (int64_t)index);
    write_member(writer, "status", str_from_c(states[result->state]));
    if (result->state != FACT_REFUSED) {
        write_contact(writer, request, result->record);
    } else {
        write_member(writer, "reason", str_from_c(result->reason));
        if (result->place.len > 0) write_member(writer, "place", result->place);
        write_member(writer, "message", str_from_c(result->message));
    }
    json_end_object(writer);
}

static void answer_results(struct request *request, const struct submission *submission)
{
    AUTO_BUF out = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &out};
    size_t counts[FACT_REFUSED + 1] = {0};
    for (size_t i = 0; i < submission->count; i++) counts[submission->results[i].state]++;
    json_begin_object(&writer);
    json_key(&writer, "taken");
    json_i64(&writer, (int64_t)counts[FACT_TAKEN]);
    json_key(&writer, "duplicate");
    json_i64(&writer, (int64_t)counts[FACT_DUPLICATE]);
    json_key(&writer, "refused");
    json_i64(&writer, (int64_t)counts[FACT_REFUSED]);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < submission->count; i++) write_result(&writer, request, i, &submission->results[i]);
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &out);
}

/* The list of calls: the body itself, or its member "events". False: it was answered. */
static bool find_calls(struct request *request, struct intake_calls *calls)
{
    size_t bytes = http_body(request->exchange).len;
    if (bytes > EVENTS_BYTES_MAX) {
        http_problem(request->exchange, 413, "too_big", STR(""), "the body has %zu bytes, and may have at most %zu",
                     bytes, EVENTS_BYTES_MAX);
        return false;
    }
    const struct json_item *root;
    if (!request_json(request, &root)) return false;
    uint32_t place = 0;
    for (const struct json_item *item = json_first(root); item != NULL && root->kind == JSON_OBJECT;
         item = json_next(root, item), place++) {
        if (!str_equal(item->key, STR("events"))) continue;
        calls->container = item;
        calls->member = place;
    }
    if (calls->container == NULL || calls->container->kind != JSON_ARRAY) {
        http_problem(request->exchange, 400, "no_events", STR("events"), "'events' must be a list of calls");
        return false;
    }
    size_t count = intake_count(calls);
    if (count <= INTAKE_CALLS_MAX) return true;
    http_problem(request->exchange, 400, "too_many", STR("events"), "there are %zu calls, and may be at most %d", count,
                 INTAKE_CALLS_MAX);
    return false;
}

void api_event_create(struct request *request)
{
    struct intake_calls calls = {.kind = CALL_NONE, .source = request->actor->text};
    if (!find_calls(request, &calls)) return;
    struct submission submission;
    intake_read(request, &calls, &submission);
    struct err_info why = {0};
    if (submission.count > 0 &&
        engine_take(request->server->engine, submission.facts, submission.results, submission.count, &why) != ERR_OK)
        request_fail(request, &why);
    else answer_results(request, &submission);
}

static void write_reject(struct json_writer *writer, const struct reject_row *row)
{
    AUTO_BUF at = BUF_INIT(64);
    instant_format(&at, row->fact.at_ms);
    json_begin_object(writer);
    json_key(writer, "number");
    json_i64(writer, (int64_t)row->number);
    write_member(writer, "at", buf_str(&at));
    write_member(writer, "source", row->fact.source);
    write_member(writer, "reason", row->fact.reason);
    write_member(writer, "place", row->fact.place);
    write_member(writer, "message", row->fact.message);
    write_member(writer, "body", row->fact.body);
    json_end_object(writer);
}

void api_reject_index(struct request *request)
{
    uint64_t limit, after;
    if (!request_query_number(request, "limit", 1, REJECTS_MAX, REJECTS_DEFAULT, &limit) ||
        !request_query_number(request, "after", 1, INT64_MAX, 0, &after))
        return;
    struct reject_row *rows = NULL;
    size_t count = 0;
    struct err_info why = {0};
    if (store_rejects(request->server->store, after, limit, request->arena, &rows, &count, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    AUTO_BUF out = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) write_reject(&writer, &rows[i]);
    json_end_array(&writer);
    json_key(&writer, "next");
    if (count == limit) json_i64(&writer, (int64_t)rows[count - 1].number);
    else json_null(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &out);
}

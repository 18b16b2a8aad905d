/* api_import.c — whole facts, as an import makes them of the rows of files; each with its result. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api.h"
#include "server/api_json.h"
#include "server/fact_json.h"

struct import {
    struct fact *facts; /* those that could be read */
    struct fact_result *results;
    struct fact_result *all; /* [count] in the order of the request */
    uint32_t *fact_of;       /* [count] its place in facts; UINT32_MAX: refused before */
    uint32_t fact_count, count;
};

static bool read_facts(struct request *request, const struct json_item *body, struct import *out)
{
    const struct json_item *list = json_member(body, STR("facts"));
    if (list == NULL || list->kind != JSON_ARRAY)
        return api_refuse(request, 400, "wrong_type", STR("facts"), "facts is a list of up to %d", FACTS_AT_ONCE_MAX);
    size_t all = 0;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one)) all++;
    if (all > FACTS_AT_ONCE_MAX)
        return api_refuse(request, 413, "too_big", STR("facts"), "a batch has at most %d facts", FACTS_AT_ONCE_MAX);
    out->facts = ARENA_ARRAY(request->arena, struct fact, all);
    out->results = ARENA_ARRAY(request->arena, struct fact_result, all);
    out->all = ARENA_ARRAY(request->arena, struct fact_result, all);
    out->fact_of = ARENA_ARRAY(request->arena, uint32_t, all);
    int64_t now_ms = api_now_ms(request);
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one)) {
        struct fact *fact = &out->facts[out->fact_count];
        bool readable = fact_json_read(one, now_ms, request->arena, fact, &out->all[out->count]);
        fact->source = request->actor->text;
        out->fact_of[out->count++] = readable ? out->fact_count++ : UINT32_MAX;
    }
    return true;
}

static void write_result(struct json_writer *writer, const struct fact_result *result, uint32_t index)
{
    static const char *const states[] = {
        [FACT_TAKEN] = "taken", [FACT_DUPLICATE] = "duplicate", [FACT_REFUSED] = "refused"};
    json_begin_object(writer);
    api_write_count(writer, "index", index);
    api_write_text(writer, "status", str_from_c(states[result->state]));
    if (result->state == FACT_REFUSED) {
        api_write_text(writer, "reason", str_from_c(result->reason));
        if (result->place.len > 0) api_write_text(writer, "place", result->place);
        api_write_text(writer, "message", str_from_c(result->message));
    }
    json_end_object(writer);
}

void api_import(struct request *request)
{
    const struct json_item *body;
    struct import import = {0};
    struct err_info why = {0};
    if (!api_body(request, &body) || !read_facts(request, body, &import)) return;
    if (import.fact_count > 0 &&
        engine_take(request->server->engine, import.facts, import.results, import.fact_count, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    uint64_t counts[FACT_REFUSED + 1] = {0};
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (uint32_t i = 0; i < import.count; i++) {
        if (import.fact_of[i] != UINT32_MAX) import.all[i] = import.results[import.fact_of[i]];
        counts[import.all[i].state]++;
        write_result(&writer, &import.all[i], i);
    }
    json_end_array(&writer);
    api_write_count(&writer, "taken", counts[FACT_TAKEN]);
    api_write_count(&writer, "duplicate", counts[FACT_DUPLICATE]);
    api_write_count(&writer, "refused", counts[FACT_REFUSED]);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

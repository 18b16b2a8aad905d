/* api_record_batch.c — up to a thousand records in one request, each with a result of its own.
 *
 * One that is refused hinders no other. The results stand in the order of the records. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "engine/record_body.h"
#include "server/api.h"
#include "server/api_json.h"
#include "server/names.h"

struct batch_item {
    struct fact_result result;
    uint32_t fact; /* among those that were sent on; UINT32_MAX: refused before */
};

struct batch_request {
    struct fact *facts;
    struct fact_result *results;
    uint32_t fact_count;
    struct batch_item *items;
    uint32_t item_count;
};

static bool read_expect(struct request *request, const struct json_item *body, enum fact_if *out)
{
    struct str mode = STR("upsert");
    if (!api_member_text(request, body, "mode", &mode)) return false;
    if (str_equal(mode, STR("upsert"))) *out = FACT_UPSERT;
    else if (str_equal(mode, STR("create"))) *out = FACT_CREATE;
    else if (str_equal(mode, STR("update"))) *out = FACT_UPDATE;
    else return api_refuse(request, 400, "wrong_type", STR("mode"), "mode is upsert, create or update");
    return true;
}

static bool read_batch(struct request *request, const struct json_item *body, struct batch_request *out)
{
    enum fact_if expect = FACT_UPSERT;
    const struct json_item *list = json_member(body, STR("records"));
    if (list == NULL || list->kind != JSON_ARRAY)
        return api_refuse(request, 400, "wrong_type", STR("records"), "records is a list of up to %d", API_BATCH_MAX);
    if (!read_expect(request, body, &expect)) return false;
    out->facts = ARENA_ARRAY(request->arena, struct fact, API_BATCH_MAX);
    out->results = ARENA_ARRAY(request->arena, struct fact_result, API_BATCH_MAX);
    out->items = ARENA_ARRAY(request->arena, struct batch_item, API_BATCH_MAX);
    int64_t now_ms = api_now_ms(request);
    enum entity object = api_object(request);
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one)) {
        if (out->item_count == API_BATCH_MAX)
            return api_refuse(request, 413, "too_big", STR("records"), "a batch has at most %d records", API_BATCH_MAX);
        struct batch_item *item = &out->items[out->item_count++];
        struct fact *fact = &out->facts[out->fact_count];
        item->fact = UINT32_MAX;
        if (!record_body_read(one, object, now_ms, request->arena, fact, &item->result)) continue;
        struct str unknown = names_unknown_member(STR("RecordWrite"), one);
        if (unknown.at != NULL) {
            item->result = (struct fact_result){.state = FACT_REFUSED, .reason = "unknown_member", .place = unknown};
            snprintf(item->result.message, sizeof item->result.message, "'" STR_FMT "' is not known here",
                     STR_ARG(unknown));
            continue;
        }
        if (fact->identifier_count == 0) {
            item->result = (struct fact_result){
                .state = FACT_REFUSED, .reason = "no_id", .place = STR("id"), .message = "it has no id"};
            continue;
        }
        fact->expect = expect;
        fact->source = request->actor->text;
        item->fact = out->fact_count++;
    }
    return true;
}

static void write_item(struct json_writer *writer, struct request *request, const struct batch_item *item,
                       uint32_t index)
{
    enum entity object = api_object(request);
    json_begin_object(writer);
    api_write_count(writer, "index", index);
    bool taken = item->result.state != FACT_REFUSED;
    api_write_count(writer, "status", taken ? 200 : api_status_of_reason(item->result.reason));
    if (taken) {
        api_write_text(writer, "id",
                       history_record_id(engine_history(request->server->engine), object, item->result.record));
    } else {
        api_write_text(writer, "code", str_from_c(item->result.reason));
        api_write_text(writer, "detail", str_from_c(item->result.message));
        if (item->result.place.len > 0) api_write_text(writer, "at", item->result.place);
    }
    json_end_object(writer);
}

void api_record_batch(struct request *request)
{
    const struct json_item *body;
    struct batch_request batch = {0};
    struct err_info why = {0};
    if (!api_body(request, &body) || !read_batch(request, body, &batch)) return;
    if (batch.fact_count > 0 &&
        engine_take(request->server->engine, batch.facts, batch.results, batch.fact_count, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    uint32_t refused = 0;
    for (uint32_t i = 0; i < batch.item_count; i++) {
        struct batch_item *item = &batch.items[i];
        if (item->fact != UINT32_MAX) item->result = batch.results[item->fact];
        refused += item->result.state == FACT_REFUSED;
        write_item(&writer, request, item, i);
    }
    json_end_array(&writer);
    api_write_count(&writer, "taken", batch.item_count - refused);
    api_write_count(&writer, "refused", refused);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

/* api_records.c — contacts, companies and deals: make, read, change, list, put away, unite, erase. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/record_body.h"
#include "server/api.h"
#include "server/api_json.h"
#include "server/jobs.h"

static void write_scores(struct json_writer *writer, struct request *request, enum entity object, uint32_t record,
                         int64_t as_of_ms, bool now)
{
    struct engine *engine = request->server->engine;
    const struct edition *edition = engine_edition(engine);
    json_key(writer, "scores");
    json_begin_array(writer);
    for (uint32_t s = 0; s < edition->set.score_count; s++) {
        if (edition->set.scores[s]->anonymous || edition->set.scores[s]->object != object) continue;
        const struct api_score line = {.engine = engine,
                                       .edition = edition,
                                       .score = s,
                                       .record = record,
                                       .as_of_ms = as_of_ms,
                                       .remembered = now};
        api_write_score(writer, &line);
    }
    json_end_array(writer);
    edition_release(edition);
}

/* A record with its scores. */
static void answer_record(struct request *request, unsigned status, enum entity object, uint32_t record)
{
    struct engine *engine = request->server->engine;
    int64_t as_of_ms, now_ms = api_now_ms(request);
    if (!api_query_instant(request, "as_of", now_ms, &as_of_ms)) return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    api_begin_record(&writer, engine, engine_history(engine), object, record, as_of_ms);
    write_scores(&writer, request, object, record, as_of_ms, as_of_ms == now_ms);
    json_end_object(&writer);
    request_answer(request, status, &json);
}

void api_record_show(struct request *request)
{
    enum entity object;
    uint32_t record;
    if (api_find_path(request, &object, &record)) answer_record(request, 200, object, record);
}

/* ---- Lists. ---- */

void api_record_index(struct request *request)
{
    struct engine *engine = request->server->engine;
    const struct history *history = engine_history(engine);
    enum entity object = api_object(request);
    uint64_t limit, after;
    bool archived;
    if (!request_query_number(request, "limit", 1, API_PAGE_MAX, API_PAGE_DEFAULT, &limit) ||
        !request_query_number(request, "after", 0, RECORDS_MAX, 0, &after) ||
        !api_query_flag(request, "archived", &archived))
        return;
    AUTO_ARENA arena = arena_new();
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    int64_t now_ms = api_now_ms(request);
    uint32_t count = history_records(history, object);
    uint32_t record = (uint32_t)after;
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (uint64_t shown = 0; record < count && shown < limit; record++) {
        if (history_is_listed(history, object, record) == archived) continue;
        if (archived) { /* not listed may also mean: merged, erased, or never named */
            struct record_info info;
            engine_record(engine, object, record, arena, &info);
            bool put_away = info.archived && info.merged_into == RECORD_NONE;
            arena_reset(arena);
            if (!put_away) continue;
        }
        api_begin_record(&writer, engine, history, object, record, now_ms);
        json_end_object(&writer);
        shown++;
    }
    json_end_array(&writer);
    json_key(&writer, "next");
    if (record < count) json_string(&writer, arena_format(arena, "%u", record));
    else json_null(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

/* ---- Writing. ---- */

static bool refuse_fact(struct request *request, const struct fact_result *refusal)
{
    return api_refuse(request, api_status_of_reason(refusal->reason), refusal->reason, refusal->place, "%s",
                      refusal->message);
}

/* Another contact than `record` that is known by one of the fact's identifiers; RECORD_NONE. */
static uint32_t known_already(struct engine *engine, const struct fact *fact, uint32_t record)
{
    for (uint32_t i = 0; i < fact->identifier_count; i++) {
        struct fact_identifier who = fact->identifiers[i];
        uint32_t found = who.kind == IDENTIFIER_ID ? engine_find(engine, fact->object, who.text)
                                                   : engine_find_contact(engine, who.kind, who.text);
        if (found != RECORD_NONE && found != record) return found;
    }
    return RECORD_NONE;
}

void api_record_create(struct request *request)
{
    struct engine *engine = request->server->engine;
    enum entity object = api_object(request);
    const struct json_item *body;
    struct fact fact;
    struct fact_result result;
    if (!api_body(request, &body)) return;
    if (!record_body_read(body, object, api_now_ms(request), request->arena, &fact, &result)) {
        refuse_fact(request, &result);
        return;
    }
    if (fact.identifier_count == 0) {
        api_refuse(request, 400, "no_id", STR("id"), "%s",
                   object == ENTITY_CONTACT ? "a contact needs an id, email, userId or anonymousId"
                                            : "a company or deal needs an id");
        return;
    }
    uint32_t known = known_already(engine, &fact, RECORD_NONE);
    if (known != RECORD_NONE) {
        api_refuse(request, 409, "exists", STR("id"), "there is a %s with this identifier already: '" STR_FMT "'",
                   entity_name(object), STR_ARG(history_record_id(engine_history(engine), object, known)));
        return;
    }
    bool by_id = fact.identifiers[0].kind == IDENTIFIER_ID;
    fact.expect = by_id ? FACT_CREATE : FACT_UPSERT;
    fact.source = request->actor->text;
    fact.body = http_body(request->exchange);
    if (api_take(request, &fact, &result)) answer_record(request, 201, object, result.record);
}

/* The fact is about this record, whatever identifiers it had. */
static void aim_at(struct fact *fact, struct str id)
{
    uint32_t kept = 1;
    struct fact_identifier all[FACT_IDENTIFIERS_MAX] = {{IDENTIFIER_ID, id}};
    for (uint32_t i = 0; i < fact->identifier_count && kept < FACT_IDENTIFIERS_MAX; i++)
        if (fact->identifiers[i].kind != IDENTIFIER_ID) all[kept++] = fact->identifiers[i];
    for (uint32_t i = 0; i < kept; i++) fact->identifiers[i] = all[i];
    fact->identifier_count = kept;
    fact->expect = FACT_UPDATE;
}

void api_record_update(struct request *request)
{
    struct engine *engine = request->server->engine;
    enum entity object;
    uint32_t record;
    const struct json_item *body;
    struct fact fact;
    struct fact_result result;
    if (!api_find_path(request, &object, &record) || !api_body(request, &body)) return;
    if (!record_body_read(body, object, api_now_ms(request), request->arena, &fact, &result)) {
        refuse_fact(request, &result);
        return;
    }
    uint32_t other = known_already(engine, &fact, record);
    if (other != RECORD_NONE) {
        api_refuse(request, 409, "exists", STR(""),
                   "an identifier in this change belongs to '" STR_FMT "'; merge the two when they are one",
                   STR_ARG(history_record_id(engine_history(engine), object, other)));
        return;
    }
    aim_at(&fact, history_record_id(engine_history(engine), object, record));
    fact.source = request->actor->text;
    fact.body = http_body(request->exchange);
    if (api_take(request, &fact, &result)) answer_record(request, 200, object, result.record);
}

/* ---- Putting away, uniting, erasing. ---- */

static void set_archived(struct request *request, bool archived)
{
    struct engine *engine = request->server->engine;
    enum entity object;
    uint32_t record;
    struct err_info why = {0};
    if (!api_find_path(request, &object, &record)) return;
    if (engine_archive(engine, object, record, archived, request->actor->text, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    answer_record(request, 200, object, record);
}

static void erase(struct request *request)
{
    enum entity object;
    uint32_t record;
    struct err_info why = {0};
    if (!may(request->actor, PERM_ERASE)) {
        api_refuse(request, 403, "forbidden", STR("erase"), "you may not %s", permission_help(PERM_ERASE));
        return;
    }
    if (!api_find_path(request, &object, &record)) return;
    if (object != ENTITY_CONTACT) {
        api_refuse(request, 400, "wrong_type", STR("erase"), "only people are erased; archive the %s",
                   entity_name(object));
        return;
    }
    if (engine_erase(request->server->engine, record, request->actor->text, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    jobs_forget_people(request->server->jobs);
    http_answer(request->exchange, 204, "application/json", STR(""));
}

void api_record_delete(struct request *request)
{
    bool for_good;
    if (!api_query_flag(request, "erase", &for_good)) return;
    if (for_good) erase(request);
    else set_archived(request, true);
}

void api_record_restore(struct request *request)
{
    set_archived(request, false);
}

void api_record_merge(struct request *request)
{
    struct engine *engine = request->server->engine;
    enum entity object;
    uint32_t record, other, stays;
    const struct json_item *body;
    struct str with = {0};
    struct err_info why = {0};
    if (!api_find_path(request, &object, &record) || !api_body(request, &body) ||
        !api_member_text(request, body, "with", &with))
        return;
    if (with.len == 0) {
        api_refuse(request, 400, "no_reference", STR("with"), "with is the other %s: {\"with\": \"an id\"}",
                   entity_name(object));
        return;
    }
    if (!api_find(request, object, with, &other)) return;
    if (engine_merge(engine, object, record, other, request->actor->text, &stays, &why) != ERR_OK)
        request_fail(request, &why);
    else answer_record(request, 200, object, stays);
}

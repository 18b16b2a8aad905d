/* api_events.c — what somebody did, newest first; and everything about one person. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>

#include "server/api.h"
#include "server/api_json.h"

#define EXPORT_EVENTS_AT_ONCE 5000
#define EXPORT_VALUES_AT_ONCE 1000

/* Append `most` events from the `skip`-th newest on. False: answered. *shown is how many there were. */
static bool write_events(struct json_writer *writer, struct request *request, uint32_t contact, uint32_t skip,
                         uint32_t most, uint32_t *shown)
{
    AUTO_ARENA arena = arena_new();
    struct event_fact_row *events = NULL;
    struct err_info why = {0};
    uint32_t *rows = ARENA_ARRAY(arena, uint32_t, most);
    *shown = engine_event_rows(request->server->engine, contact, skip, most, rows);
    if (store_events(request->server->store, rows, *shown, arena, &events, &why) != ERR_OK) {
        request_fail(request, &why);
        return false;
    }
    for (uint32_t i = 0; i < *shown; i++)
        if (events[i].number != UINT32_MAX) api_write_event(writer, request->server->engine, &events[i]);
    return true;
}

void api_event_timeline(struct request *request)
{
    enum entity object;
    uint32_t record, shown;
    uint64_t limit, after;
    if (!request_query_number(request, "limit", 1, API_PAGE_MAX, API_PAGE_DEFAULT, &limit) ||
        !request_query_number(request, "after", 0, UINT32_MAX, 0, &after) || !api_find_path(request, &object, &record))
        return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    uint32_t total = engine_event_count(request->server->engine, record);
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    if (!write_events(&writer, request, record, (uint32_t)after, (uint32_t)limit, &shown)) return;
    json_end_array(&writer);
    api_write_count(&writer, "total", total);
    json_key(&writer, "next");
    if (after + shown < total) json_string(&writer, arena_format(request->arena, "%" PRIu64, after + shown));
    else json_null(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

static void write_all_scores(struct json_writer *writer, struct request *request, uint32_t contact, int64_t now_ms)
{
    struct engine *engine = request->server->engine;
    const struct edition *edition = engine_edition(engine);
    json_key(writer, "scores");
    json_begin_array(writer);
    for (uint32_t s = 0; s < edition->set.score_count; s++) {
        if (edition->set.scores[s]->anonymous || edition->set.scores[s]->object != ENTITY_CONTACT) continue;
        const struct api_score line = {.engine = engine,
                                       .edition = edition,
                                       .score = s,
                                       .record = contact,
                                       .as_of_ms = now_ms,
                                       .remembered = true,
                                       .explain = true};
        api_write_score(writer, &line);
    }
    json_end_array(writer);
    edition_release(edition);
}

static void write_values(struct json_writer *writer, const struct history *history, uint32_t property, uint32_t contact)
{
    struct dated_value values[EXPORT_VALUES_AT_ONCE];
    for (uint32_t skip = 0, count = EXPORT_VALUES_AT_ONCE; count == EXPORT_VALUES_AT_ONCE; skip += count) {
        count = history_versions(history, property, contact, skip, EXPORT_VALUES_AT_ONCE, values);
        for (uint32_t i = 0; i < count; i++)
            api_write_dated(writer, &values[i], catalog_at(history_catalog(history), property));
    }
}

/* What each property was over time. */
static void write_history(struct json_writer *writer, const struct history *history, uint32_t contact)
{
    struct catalog *catalog = history_catalog(history);
    uint32_t properties = catalog_count(catalog);
    json_key(writer, "history");
    json_begin_array(writer);
    for (uint32_t p = 0; p < properties; p++) {
        const struct property *property = catalog_at(catalog, p);
        struct dated_value any;
        if (property->entity != ENTITY_CONTACT || catalog_is_reserved(ENTITY_CONTACT, property->name) ||
            history_versions(history, p, contact, 0, 1, &any) == 0)
            continue;
        json_begin_object(writer);
        api_write_text(writer, "property", property->name);
        json_key(writer, "values");
        json_begin_array(writer);
        write_values(writer, history, p, contact);
        json_end_array(writer);
        json_end_object(writer);
    }
    json_end_array(writer);
}

/* Of all contacts that this person ever was. False: answered. */
static bool write_bands(struct json_writer *writer, struct request *request, uint32_t contact)
{
    uint32_t *family = NULL;
    uint32_t count = engine_family(request->server->engine, contact, request->arena, &family);
    json_key(writer, "bands");
    json_begin_array(writer);
    for (uint32_t i = 0; i < count; i++)
        if (!api_write_bands(writer, request, ENTITY_CONTACT, family[i])) return false;
    json_end_array(writer);
    return true;
}

static bool write_all_events(struct json_writer *writer, struct request *request, uint32_t contact)
{
    uint32_t shown;
    json_key(writer, "events");
    json_begin_array(writer);
    for (uint32_t skip = 0;; skip += shown) {
        if (!write_events(writer, request, contact, skip, EXPORT_EVENTS_AT_ONCE, &shown)) return false;
        if (shown < EXPORT_EVENTS_AT_ONCE || writer->out->failed) break;
    }
    json_end_array(writer);
    return true;
}

void api_contact_export(struct request *request)
{
    struct engine *engine = request->server->engine;
    const struct history *history = engine_history(engine);
    enum entity object;
    uint32_t contact;
    if (!api_find_path(request, &object, &contact)) return;
    int64_t now_ms = api_now_ms(request);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    api_begin_record(&writer, engine, history, object, contact, now_ms);
    write_history(&writer, history, contact);
    json_key(&writer, "associations");
    (void)api_write_associations(&writer, history, object, contact, now_ms);
    write_all_scores(&writer, request, contact, now_ms);
    if (!write_bands(&writer, request, contact) || !write_all_events(&writer, request, contact)) return;
    json_end_object(&writer);
    http_set_header(request->exchange, "Content-Disposition", STR("attachment; filename=\"person.json\""));
    request_answer(request, 200, &json);
}

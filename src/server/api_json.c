/* api_json.c — see api_json.h. Everything is written in the order in which a person would ask. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api_json.h"

#include <math.h>

#include "base/instant.h"
#include "report/value_json.h"

#define INSTANT_BYTES 64

void api_write_instant(struct json_writer *writer, const char *name, int64_t at_ms)
{
    AUTO_BUF text = BUF_INIT(INSTANT_BYTES);
    json_key(writer, name);
    if (at_ms == FOREVER) json_null(writer);
    else instant_format(&text, at_ms);
    if (at_ms != FOREVER) json_string(writer, buf_str(&text));
}

void api_write_text(struct json_writer *writer, const char *name, struct str text)
{
    json_key(writer, name);
    json_string(writer, text);
}

void api_write_count(struct json_writer *writer, const char *name, uint64_t count)
{
    json_key(writer, name);
    json_i64(writer, (int64_t)count);
}

void api_write_number(struct json_writer *writer, const char *name, double value)
{
    json_key(writer, name);
    if (isfinite(value)) json_double(writer, value);
    else json_null(writer);
}

void api_write_interval(struct json_writer *writer, const char *name, struct interval interval)
{
    json_key(writer, name);
    json_begin_object(writer);
    api_write_number(writer, "value", interval.value);
    api_write_number(writer, "low", interval.low);
    api_write_number(writer, "high", interval.high);
    json_end_object(writer);
}

static void write_properties(struct json_writer *writer, const struct history *history, enum entity object,
                             uint32_t record, int64_t as_of_ms)
{
    struct catalog *catalog = history_catalog(history);
    uint32_t count = catalog_count(catalog);
    json_key(writer, "properties");
    json_begin_object(writer);
    for (uint32_t p = 0; p < count; p++) {
        const struct property *property = catalog_at(catalog, p);
        if (property->entity != object || catalog_is_reserved(object, property->name)) continue;
        const struct value *value = history_value(history, p, record, as_of_ms);
        if (value == NULL) continue;
        AUTO_BUF name = BUF_INIT(PROPERTY_NAME_MAX + 1);
        buf_append(&name, property->name);
        buf_append_char(&name, '\0');
        json_key(writer, name.at);
        value_json(writer, value, property);
    }
    json_end_object(writer);
}

/* Those it is on at that instant. */
static void write_lists(struct json_writer *writer, const struct history *history, enum entity object, uint32_t record,
                        int64_t as_of_ms)
{
    struct catalog *catalog = history_catalog(history);
    uint32_t count = catalog_count(catalog);
    json_key(writer, "lists");
    json_begin_array(writer);
    for (uint32_t p = 0; p < count; p++) {
        const struct property *property = catalog_at(catalog, p);
        struct str list = catalog_list_name(property);
        if (property->entity == object && list.len > 0 && history_value(history, p, record, as_of_ms) != NULL)
            json_string(writer, list);
    }
    json_end_array(writer);
}

static void write_identifiers(struct json_writer *writer, const struct record_info *info)
{
    static const struct str kinds[IDENTIFIER_KINDS] = {[IDENTIFIER_ID] = STR_INIT("id"),
                                                       [IDENTIFIER_USER] = STR_INIT("userId"),
                                                       [IDENTIFIER_ANONYMOUS] = STR_INIT("anonymousId"),
                                                       [IDENTIFIER_EMAIL] = STR_INIT("email")};
    json_key(writer, "identifiers");
    json_begin_array(writer);
    for (uint32_t i = 0; i < info->identifier_count; i++) {
        json_begin_object(writer);
        api_write_text(writer, "kind", kinds[info->identifiers[i].kind]);
        api_write_text(writer, "value", info->identifiers[i].text);
        json_end_object(writer);
    }
    json_end_array(writer);
}

void api_begin_record(struct json_writer *writer, struct engine *engine, const struct history *history,
                      enum entity object, uint32_t record, int64_t as_of_ms)
{
    AUTO_ARENA arena = arena_new();
    struct record_info info;
    engine_record(engine, object, record, arena, &info);
    json_begin_object(writer);
    api_write_text(writer, "id", info.id);
    api_write_text(writer, "object", str_from_c(entity_name(object)));
    api_write_instant(writer, "created", info.created_ms);
    json_key(writer, "archived");
    json_bool(writer, info.archived);
    if (object == ENTITY_CONTACT) write_identifiers(writer, &info);
    write_properties(writer, history, object, record, as_of_ms);
    write_lists(writer, history, object, record, as_of_ms);
}

void api_write_dated(struct json_writer *writer, const struct dated_value *dated, const struct property *property)
{
    json_begin_object(writer);
    api_write_instant(writer, "from", dated->from_ms);
    json_key(writer, "value");
    if (dated->value == NULL) json_null(writer);
    else value_json(writer, dated->value, property);
    json_end_object(writer);
}

void api_write_event(struct json_writer *writer, struct engine *engine, const struct event_fact_row *event)
{
    json_begin_object(writer);
    api_write_text(writer, "name", event->name);
    api_write_instant(writer, "at", event->at_ms);
    api_write_instant(writer, "received", event->received_ms);
    api_write_text(writer, "message_id", event->message_id);
    json_key(writer, "source");
    if (event->source.len > 0) json_string(writer, event->source);
    else json_null(writer);
    json_key(writer, "bot");
    json_bool(writer, engine_is_bot(engine, event));
    json_key(writer, "properties");
    json_raw(writer, event->properties.len > 0 ? event->properties : STR("{}"));
    json_key(writer, "context");
    json_raw(writer, event->context.len > 0 ? event->context : STR("{}"));
    json_end_object(writer);
}

void api_write_score(struct json_writer *writer, const struct api_score *line)
{
    AUTO_ARENA arena = arena_new();
    const struct score *score = line->edition->set.scores[line->score];
    struct explanation found;
    scan_explain(line->edition->scan, line->score, line->record, line->as_of_ms, arena, &found);
    struct result result = {.record = line->record,
                            .known = found.known,
                            .total = found.total,
                            .fit = found.fit,
                            .engagement = found.engagement};
    result_settle(&result, score, BAND_NONE);
    if (line->remembered && found.known)
        result.band = engine_band(line->engine, line->edition, line->score, line->record);
    AUTO_BUF text = BUF_INIT(writer->out->ceiling);
    score_json(score_shape_new(arena, score),
               history_record_id(engine_history(line->engine), score->object, line->record), &result,
               line->explain ? &found.ledger : NULL, &text);
    if (text.failed) writer->out->failed = true;
    json_raw(writer, buf_str(&text));
}

static void write_members(struct json_writer *writer, const struct json_item *container)
{
    for (const struct json_item *child = json_first(container); child != NULL; child = json_next(container, child)) {
        if (container->kind == JSON_OBJECT) {
            AUTO_BUF key = BUF_INIT(writer->out->ceiling);
            buf_append(&key, child->key);
            buf_append_char(&key, '\0');
            json_key(writer, key.at);
        }
        api_write_item(writer, child);
    }
}

void api_write_item(struct json_writer *writer, const struct json_item *item)
{
    switch (item->kind) {
    case JSON_NULL: json_null(writer); return;
    case JSON_BOOL: json_bool(writer, item->boolean); return;
    case JSON_NUMBER: json_raw(writer, item->text); return;
    case JSON_STRING: json_string(writer, item->text); return;
    case JSON_ARRAY:
        json_begin_array(writer);
        write_members(writer, item);
        json_end_array(writer);
        return;
    case JSON_OBJECT:
        json_begin_object(writer);
        write_members(writer, item);
        json_end_object(writer);
        return;
    }
    INVARIANT(!"a kind of JSON that is not there");
}

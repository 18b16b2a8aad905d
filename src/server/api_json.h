/* api_json.h — records, events and scores as every answer of the API spells them. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_API_JSON_H
#define PLUMB_SERVER_API_JSON_H

#include "base/json.h"
#include "engine/engine.h"
#include "predict/quality.h"
#include "report/score_json.h"

/* "name": "2026-01-05T10:00:00Z"; null for FOREVER. */
void api_write_instant(struct json_writer *writer, const char *name, int64_t at_ms);
void api_write_text(struct json_writer *writer, const char *name, struct str text);
void api_write_count(struct json_writer *writer, const char *name, uint64_t count);
void api_write_number(struct json_writer *writer, const char *name, double value); /* null for what is not finite */
/* {"value", "low", "high"}, null where they are not finite. */
void api_write_interval(struct json_writer *writer, const char *name, struct interval interval);

/* {"id", "object", "created", "archived", "identifiers" (of contacts), "properties"}; values as they stand at as_of. The
 * object stays open, for the caller to add to. */
void api_begin_record(struct json_writer *writer, struct engine *engine, const struct history *history,
                      enum entity object, uint32_t record, int64_t as_of_ms);

/* {"from", "value"}. */
void api_write_dated(struct json_writer *writer, const struct dated_value *dated, const struct property *property);

/* [{"object", "id"}] of at most a thousand of each object; returns how many there are. */
uint64_t api_write_associations(struct json_writer *writer, const struct history *history, enum entity object,
                                uint32_t record, int64_t as_of_ms);

/* {"name", "at", "received", "message_id", "bot", "properties", "context"}. */
void api_write_event(struct json_writer *writer, struct engine *engine, const struct event_fact_row *event);

/* The line that `plumb score --format jsonl` writes. The band is the remembered one when `remembered`, else as the
 * numbers alone say. `explain`: with the ledger. */
struct api_score {
    struct engine *engine;
    const struct edition *edition;
    uint32_t score, record;
    int64_t as_of_ms;
    bool remembered, explain;
};
void api_write_score(struct json_writer *writer, const struct api_score *line);

/* Every band that the record entered or left, newest first, each as GET .../bands tells it. False: answered. */
struct request;
bool api_write_bands(struct json_writer *writer, struct request *request, enum entity object, uint32_t record);

/* A parsed item as JSON again. */
void api_write_item(struct json_writer *writer, const struct json_item *item);

#endif

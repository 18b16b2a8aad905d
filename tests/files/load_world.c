/* load_world.c — looks into the finished history, columns and all. */
// SPDX-License-Identifier: Apache-2.0
#include "load_world.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/intern.h"
#include "history/history_internal.h"

#define TEXT_MAX ((size_t)1024 * 1024)

struct world world_new(const char *schema)
{
    struct world world = {.arena = arena_new(), .catalog = catalog_new(), .rejects = rejects_new(false)};
    struct err_info why = {0};
    if (schema[0] == '\0') return world;
    struct diagnostics *diagnostics = ARENA_NEW(world.arena, struct diagnostics);
    diagnostics_init(diagnostics, world.arena);
    const char *path = world_file(&world, ENTITY_EVENT, "schema.yaml", schema);
    world.options.event_file_count = 0;
    CHECK_OK(load_schema(path, world.catalog, diagnostics, &why), why);
    CHECK_INT(diagnostics->errors, 0);
    return world;
}

void world_free(struct world *world)
{
    history_free(world->history);
    rejects_free(world->rejects);
    catalog_free(world->catalog);
    arena_free(world->arena);
}

void world_property(struct world *world, enum entity entity, const char *name)
{
    (void)catalog_property(world->catalog, entity, str_from_c(name));
}

const char *world_bytes(struct world *world, enum entity entity, const char *name, struct str bytes)
{
    const char *path = arena_format(world->arena, "%s/%s", harness_tmpdir(), name).at;
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes.at, 1, bytes.len, file) != bytes.len || fclose(file) != 0)
        FAIL("cannot write '%s'", path);
    if (entity == ENTITY_CONTACT) world->options.contacts = path;
    if (entity == ENTITY_COMPANY) world->options.companies = path;
    if (entity == ENTITY_DEAL) world->options.deals = path;
    if (entity == ENTITY_EVENT) {
        CHECK_TRUE(world->options.event_file_count < WORLD_EVENT_FILES);
        world->events[world->options.event_file_count++] = path;
    }
    return path;
}

const char *world_file(struct world *world, enum entity entity, const char *name, const char *text)
{
    return world_bytes(world, entity, name, str_from_c(text));
}

void world_load(struct world *world)
{
    world->options.events = world->events;
    world->code = load_history(&world->options, world->catalog, world->rejects, &world->history, &world->seen,
                               &world->summary, &world->why);
    CHECK_TRUE((world->code == ERR_OK) == (world->history != NULL));
}

void world_load_well(struct world *world)
{
    world_load(world);
    CHECK_OK(world->code, world->why);
}

struct str world_value_at(struct world *world, enum entity object, const char *id, const char *property,
                          const char *when)
{
    int64_t at_ms = 0;
    CHECK_TRUE(instant_parse(str_from_c(when), &at_ms));
    uint32_t record = history_find(world->history, object, str_from_c(id));
    uint32_t column = catalog_find(world->catalog, object, str_from_c(property));
    if (record == RECORD_NONE) return STR("nobody");
    if (column == INTERN_NONE) return STR("unknown property");
    const struct value *value = history_value(world->history, column, record, at_ms);
    return value == NULL ? STR("-") : value->raw;
}

struct str world_value(struct world *world, enum entity object, const char *id, const char *property)
{
    return world_value_at(world, object, id, property, "9999-12-31T23:59:59Z");
}

static void append_event(struct world *world, uint64_t event, struct buf *out)
{
    const struct history *history = world->history;
    const struct event_class *class = &history->classes[history->class_id[event]];
    const char *before = "{";
    instant_format(out, history->minute[event] * MS_PER_MINUTE + history->ms[event]);
    buf_format(out, " " STR_FMT "%s", STR_ARG(class->name), class->bot ? " bot" : "");
    for (uint32_t property = 0; property < history->property_count; property++) {
        const struct event_column *column = &history->event_properties[property];
        uint32_t code = 0;
        for (uint32_t i = 0; i < class->property_count; i++)
            if (class->properties[i].property == property) code = class->properties[i].code;
        for (uint64_t i = 0; i < column->row_count; i++)
            if (column->rows[i].event == event) code = column->rows[i].code;
        if (code == 0) continue;
        buf_format(out, "%s" STR_FMT "=" STR_FMT, before, STR_ARG(catalog_at(world->catalog, property)->name),
                   STR_ARG(dictionary_at(&column->values, code)->raw));
        before = ",";
    }
    buf_append_c(out, before[0] == '{' ? "" : "}");
}

struct str world_events(struct world *world, const char *contact)
{
    uint32_t record = history_find(world->history, ENTITY_CONTACT, str_from_c(contact));
    if (record == RECORD_NONE) return STR("nobody");
    AUTO_BUF out = BUF_INIT(TEXT_MAX);
    struct run events = events_of_contact(world->history, record);
    for (uint64_t e = events.first; e < events.first + events.count; e++) {
        if (out.len > 0) buf_append_char(&out, ' ');
        append_event(world, e, &out);
    }
    return arena_str(world->arena, buf_str(&out));
}

struct str world_associated(struct world *world, enum association kind, const char *from)
{
    enum entity object = kind == ASSOCIATION_CONTACT_COMPANY ? ENTITY_CONTACT : ENTITY_DEAL;
    enum entity other = kind == ASSOCIATION_DEAL_CONTACT ? ENTITY_CONTACT : ENTITY_COMPANY;
    const struct edges *edges = &world->history->edges[kind];
    uint32_t record = history_find(world->history, object, str_from_c(from));
    AUTO_BUF out = BUF_INIT(TEXT_MAX);
    for (uint32_t i = 0; i < edges->count; i++) {
        if (edges->forward[i].from != record) continue;
        if (out.len > 0) buf_append_char(&out, ' ');
        buf_append(&out, history_record_id(world->history, other, edges->forward[i].to));
    }
    return arena_str(world->arena, buf_str(&out));
}

struct str world_listed(struct world *world, enum entity object)
{
    AUTO_BUF out = BUF_INIT(TEXT_MAX);
    for (uint32_t i = 0; i < history_records(world->history, object); i++) {
        if (!history_is_listed(world->history, object, i)) continue;
        if (out.len > 0) buf_append_char(&out, ' ');
        buf_append(&out, history_record_id(world->history, object, i));
    }
    return arena_str(world->arena, buf_str(&out));
}

struct str world_reject(struct world *world, size_t index)
{
    size_t count = 0;
    const struct reject *kept = rejects_kept(world->rejects, &count);
    if (index >= count) return STR("");
    struct reject reject = kept[index];
    size_t folder = strlen(harness_tmpdir()) + 1;
    CHECK_TRUE(reject.file.len > folder);
    reject.file = (struct str){reject.file.at + folder, reject.file.len - folder};
    AUTO_BUF out = BUF_INIT(TEXT_MAX);
    reject_render(&reject, &out);
    return arena_str(world->arena, buf_str(&out));
}

/* export_lines.c — see export_lines.h. */
// SPDX-License-Identifier: Apache-2.0
#include "files/export_lines.h"

#include "base/csv.h"
#include "base/instant.h"
#include "base/json.h"
#include "report/value_json.h"

#define LINE_BYTES_MAX ((size_t)1024 * 1024 * 1024)
#define NEIGHBOURS_MAX 1000  /* contacts of a deal */
#define RECORDS_A_ROUND 1000 /* between two words of how far it is */
#define EVENTS_A_ROUND 20000 /* read in one go: while the store is read, its log cannot be emptied */

/* The properties that stand as columns, but for those that the line has anyway. */
struct columns {
    struct catalog *catalog;
    uint32_t *property;
    uint32_t count;
};

static bool is_one_of(struct str name, const struct str *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(name, names[i])) return true;
    return false;
}

static struct columns choose_columns(struct arena *arena, struct engine *engine, enum entity entity,
                                     const struct str *own, size_t own_count)
{
    struct columns columns = {.catalog = engine_catalog(engine)};
    uint32_t all = catalog_count(columns.catalog);
    columns.property = ARENA_ARRAY(arena, uint32_t, all);
    for (uint32_t p = 0; p < all; p++) {
        const struct property *property = catalog_at(columns.catalog, p);
        if (catalog_is_reserved(entity, property->name)) continue; /* an import could not take it */
        if (property->entity == entity && !is_one_of(property->name, own, own_count))
            columns.property[columns.count++] = p;
    }
    return columns;
}

/* "id,company,age" */
static void put_header(const struct columns *columns, const struct str *own, size_t own_count, struct buf *line)
{
    for (size_t i = 0; i < own_count; i++) {
        if (i > 0) buf_append_char(line, ',');
        csv_append_field(line, own[i], ',');
    }
    for (uint32_t i = 0; i < columns->count; i++) {
        buf_append_char(line, ',');
        csv_append_field(line, catalog_at(columns->catalog, columns->property[i])->name, ',');
    }
    buf_append_char(line, '\n');
}

static void end_line(struct buf *line, FILE *to)
{
    INVARIANT(!line->failed);
    (void)fwrite(line->at, 1, line->len, to); /* the caller asks ferror */
    buf_clear(line);
}

/* ---- How far it is. ---- */

static void begin(const struct export *export, uint64_t all)
{
    if (export->progress != NULL) progress_begin(export->progress, "writing", "lines", all);
}

/* False: nobody wants the rest, or it cannot be written. */
static bool goes_on(const struct export *export, FILE *to, uint64_t done)
{
    return !ferror(to) && (export->progress == NULL || progress_update(export->progress, done));
}

static void end(const struct export *export)
{
    if (export->progress != NULL) progress_end(export->progress);
}

/* ---- Records. ---- */

/* Ids of the associated records, divided by ';': all, or only the one whose association began last. */
static void find_neighbours(struct engine *engine, enum entity object, uint32_t record, enum entity over,
                            int64_t as_of_ms, bool last_only, struct buf *out)
{
    uint32_t found[NEIGHBOURS_MAX];
    const struct history *history = engine_history(engine);
    uint32_t count = history_associated(history, object, record, over, as_of_ms, found, NEIGHBOURS_MAX);
    if (count > NEIGHBOURS_MAX) count = NEIGHBOURS_MAX;
    buf_clear(out);
    for (uint32_t i = last_only && count > 0 ? count - 1 : 0; i < count; i++) {
        if (out->len > 0) buf_append_char(out, ';');
        buf_append(out, history_record_id(history, over, found[i]));
    }
}

/* Numbers, yes and no, and sets as JSON has them; all else, dates too, as it came. */
static void put_json_value(struct json_writer *writer, const struct value *value, const struct property *property)
{
    enum type type = property->type != TYPE_OPEN ? property->type : property->inferred;
    if (type == TYPE_NUMBER || type == TYPE_BOOLEAN || type == TYPE_SET) value_json(writer, value, property);
    else json_string(writer, value->raw);
}

static void json_text_member(struct json_writer *writer, struct arena *arena, struct str name, struct str text)
{
    if (text.len == 0) return;
    json_key(writer, arena_str(arena, name).at);
    json_string(writer, text);
}

/* A record under way: what its line has beside properties. */
struct framed {
    struct str own[3]; /* names: id, company, contacts */
    struct str text[3];
    size_t count;
};

static void put_csv_record(const struct columns *columns, const struct framed *framed, const struct history *history,
                           uint32_t record, int64_t as_of_ms, struct buf *line)
{
    for (size_t i = 0; i < framed->count; i++) {
        if (i > 0) buf_append_char(line, ',');
        csv_append_field(line, framed->text[i], ',');
    }
    for (uint32_t i = 0; i < columns->count; i++) {
        const struct value *value = history_value(history, columns->property[i], record, as_of_ms);
        buf_append_char(line, ',');
        if (value != NULL) csv_append_field(line, value->raw, ',');
    }
}

static void put_json_record(const struct columns *columns, const struct framed *framed, const struct history *history,
                            uint32_t record, int64_t as_of_ms, struct buf *line)
{
    AUTO_ARENA arena = arena_new();
    struct json_writer writer = {.out = line};
    json_begin_object(&writer);
    for (size_t i = 0; i < framed->count; i++) json_text_member(&writer, arena, framed->own[i], framed->text[i]);
    for (uint32_t i = 0; i < columns->count; i++) {
        const struct value *value = history_value(history, columns->property[i], record, as_of_ms);
        if (value == NULL) continue;
        const struct property *property = catalog_at(columns->catalog, columns->property[i]);
        json_key(&writer, arena_str(arena, property->name).at);
        put_json_value(&writer, value, property);
    }
    json_end_object(&writer);
}

/* A new visit for the next round, so that an export of an hour keeps nothing for an hour. */
static void come_again(struct engine *engine, struct visit *visit)
{
    engine_leave(engine, visit);
    engine_visit(engine, visit);
}

uint64_t export_records(const struct export *export, enum entity object, FILE *to)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF line = BUF_INIT(LINE_BYTES_MAX);
    AUTO_BUF company = BUF_INIT(LINE_BYTES_MAX);
    AUTO_BUF contacts = BUF_INIT(LINE_BYTES_MAX);
    struct engine *engine = export->engine;
    struct visit visit;
    engine_visit(engine, &visit);
    const struct history *history = engine_history(engine);
    uint32_t records = history_records(history, object);
    uint64_t lines = 0;
    struct framed framed = {.own = {STR("id"), STR("company"), STR("contacts")},
                            .count = object == ENTITY_COMPANY   ? 1
                                     : object == ENTITY_CONTACT ? 2
                                                                : 3};
    struct columns columns = choose_columns(arena, engine, object, framed.own, framed.count);
    begin(export, records);
    if (export->format == LINES_CSV) put_header(&columns, framed.own, framed.count, &line);
    for (uint32_t r = 0; r < records && (r % RECORDS_A_ROUND != 0 || goes_on(export, to, r)); r++) {
        if (r % RECORDS_A_ROUND == 0) come_again(engine, &visit);
        if (!history_is_listed(history, object, r)) continue;
        if (framed.count > 1) find_neighbours(engine, object, r, ENTITY_COMPANY, export->as_of_ms, true, &company);
        if (framed.count > 2) find_neighbours(engine, object, r, ENTITY_CONTACT, export->as_of_ms, false, &contacts);
        framed.text[0] = history_record_id(history, object, r);
        framed.text[1] = buf_str(&company);
        framed.text[2] = buf_str(&contacts);
        if (export->format == LINES_CSV) put_csv_record(&columns, &framed, history, r, export->as_of_ms, &line);
        else put_json_record(&columns, &framed, history, r, export->as_of_ms, &line);
        buf_append_char(&line, '\n');
        end_line(&line, to);
        lines++;
    }
    engine_leave(engine, &visit);
    if (line.len > 0) end_line(&line, to);
    end(export);
    return lines;
}

/* ---- Events. ---- */

struct events {
    const struct export *export;
    FILE *to;
    struct columns columns;
    struct json_parser *parser;
    struct buf line, padded; /* padded: what the parser wants */
    struct arena *arena;
    uint32_t next, until; /* numbers of events: that is read next, that is left out with all behind it */
    uint32_t round;       /* read in this one */
    bool enough;          /* which ended it, and no error */
    uint64_t lines;
};

static const struct str event_frame[] = {STR_INIT("contact"), STR_INIT("event"), STR_INIT("time"), STR_INIT("id"),
                                         STR_INIT("bot")};

/* Whoever was merged away is called by the one that stayed. */
static struct str contact_id(const struct events *events, uint32_t contact)
{
    struct engine *engine = events->export->engine;
    struct visit visit;
    engine_visit(engine, &visit);
    const struct history *history = engine_history(engine);
    struct str id = history_record_id(history, ENTITY_CONTACT, contact);
    if (!history_is_listed(history, ENTITY_CONTACT, contact)) {
        uint32_t stays = engine_find(engine, ENTITY_CONTACT, id);
        if (stays != RECORD_NONE) id = history_record_id(history, ENTITY_CONTACT, stays);
    }
    engine_leave(engine, &visit);
    return id;
}

static const struct json_item *parse(struct events *events, struct str json, enum err *e, struct err_info *why)
{
    static const char padding[JSON_PADDING] = {0};
    const struct json_item *object = NULL;
    buf_clear(&events->padded);
    buf_append(&events->padded, json.len > 0 ? json : STR("{}"));
    size_t len = events->padded.len;
    buf_append(&events->padded, (struct str){padding, sizeof padding});
    *e = json_parse(events->parser, (struct str){events->padded.at, len}, &object, why);
    return object;
}

static void put_csv_event(struct events *events, const struct str *frame, const struct json_item *properties)
{
    struct buf *line = &events->line;
    for (size_t i = 0; i < COUNT_OF(event_frame); i++) {
        if (i > 0) buf_append_char(line, ',');
        csv_append_field(line, frame[i], ',');
    }
    for (uint32_t i = 0; i < events->columns.count; i++) {
        const struct property *property = catalog_at(events->columns.catalog, events->columns.property[i]);
        const struct json_item *value = json_member(properties, property->name);
        buf_append_char(line, ',');
        if (value != NULL) csv_append_field(line, value->text, ',');
    }
}

static void put_json_event(struct events *events, const struct str *frame, const struct json_item *properties)
{
    struct json_writer writer = {.out = &events->line};
    json_begin_object(&writer);
    for (size_t i = 0; i < COUNT_OF(event_frame); i++)
        json_text_member(&writer, events->arena, event_frame[i], frame[i]);
    for (const struct json_item *one = json_first(properties); one != NULL; one = json_next(properties, one))
        if (!is_one_of(one->key, event_frame, COUNT_OF(event_frame)))
            json_text_member(&writer, events->arena, one->key, one->text);
    json_end_object(&writer);
}

static enum err put_event(void *context, const struct event_fact_row *event, struct err_info *why)
{
    struct events *events = context;
    enum err e;
    events->enough = event->number >= events->until || events->round == EVENTS_A_ROUND;
    if (events->enough) return err_set(why, ERR_CONFLICT, "enough");
    events->round++;
    events->next = event->number + 1;
    if (event->at_ms > events->export->as_of_ms) return ERR_OK;
    const struct json_item *properties = parse(events, event->properties, &e, why);
    if (e != ERR_OK) return e;
    AUTO_BUF time = BUF_INIT(64);
    instant_format(&time, event->at_ms);
    bool bot = engine_is_bot(events->export->engine, event);
    const struct str frame[COUNT_OF(event_frame)] = {contact_id(events, event->contact), event->name, buf_str(&time),
                                                     event->message_id, bot ? STR("true") : STR("")};
    if (events->export->format == LINES_CSV) put_csv_event(events, frame, properties);
    else put_json_event(events, frame, properties);
    buf_append_char(&events->line, '\n');
    end_line(&events->line, events->to);
    arena_reset(events->arena);
    events->lines++;
    return ERR_OK;
}

/* Round by round; a round that is not full was the last one. */
static enum err put_events(struct events *events, struct err_info *why)
{
    do {
        struct err_info failed = {0};
        const struct store_reader reader = {.context = events, .events_from = events->next, .event = put_event};
        events->round = 0;
        enum err e = store_read(events->export->store, &reader, &failed);
        if (e != ERR_OK && !events->enough) return err_set(why, e, "%s", failed.msg);
    } while (events->round == EVENTS_A_ROUND && goes_on(events->export, events->to, events->next));
    return ERR_OK;
}

enum err export_events(const struct export *export, FILE *to, uint64_t *lines, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct events events = {.export = export,
                            .to = to,
                            .columns =
                                choose_columns(arena, export->engine, ENTITY_EVENT, event_frame, COUNT_OF(event_frame)),
                            .parser = json_parser_new(),
                            .line = BUF_INIT(LINE_BYTES_MAX),
                            .padded = BUF_INIT(LINE_BYTES_MAX),
                            .arena = arena_new(),
                            .until = store_next_event(export->store)};
    begin(export, events.until);
    if (export->format == LINES_CSV) {
        put_header(&events.columns, event_frame, COUNT_OF(event_frame), &events.line);
        end_line(&events.line, to);
    }
    enum err e = put_events(&events, why);
    end(export);
    *lines = events.lines;
    json_parser_free(events.parser);
    buf_release(&events.line);
    buf_release(&events.padded);
    arena_free(events.arena);
    return e;
}

/* call_reader.c — parsing with single quotes, and facts in words. */
// SPDX-License-Identifier: Apache-2.0
#include "call_reader.h"

#include <string.h>

#include "base/instant.h"
#include "harness.h"

#define LINE_MAX ((size_t)4 << 20)

struct reader reader_new(void)
{
    return (struct reader){.arena = arena_new(),
                           .parser = json_parser_new(),
                           .context_parser = json_parser_new(),
                           .setting = {.kind = CALL_NONE, .received_ms = NOON, .source = STR("key:1")}};
}

void reader_free(struct reader *reader)
{
    json_parser_free(reader->parser);
    json_parser_free(reader->context_parser);
    arena_free(reader->arena);
}

static const struct json_item *parse(struct reader *reader, struct json_parser *parser, struct str bytes)
{
    const struct json_item *items = NULL;
    struct err_info why = {0};
    char *text = arena_alloc(reader->arena, bytes.len + JSON_PADDING);
    memcpy(text, bytes.at, bytes.len);
    CHECK_OK(json_parse(parser, (struct str){text, bytes.len}, &items, &why), why);
    return items;
}

static struct str with_double_quotes(struct reader *reader, const char *text)
{
    struct str copy = arena_str(reader->arena, str_from_c(text));
    char *at = arena_alloc(reader->arena, copy.len);
    for (size_t i = 0; i < copy.len; i++) at[i] = copy.at[i] == '\'' ? '"' : copy.at[i];
    return (struct str){at, copy.len};
}

void reader_read_bytes(struct reader *reader, struct str call)
{
    const struct json_item *items = parse(reader, reader->parser, call);
    reader->taken = call_read(items, call, &reader->setting, reader->arena, &reader->fact, &reader->result);
    CHECK_INT(reader->taken, reader->result.state == FACT_TAKEN);
}

void reader_read(struct reader *reader, const char *call)
{
    reader_read_bytes(reader, with_double_quotes(reader, call));
}

void reader_context(struct reader *reader, const char *context)
{
    reader->setting.context = parse(reader, reader->context_parser, with_double_quotes(reader, context));
}

static void write_values(struct buf *out, const struct fact_value *values, uint32_t count)
{
    buf_append_char(out, '{');
    for (uint32_t i = 0; i < count; i++)
        buf_format(out, "%s" STR_FMT "=" STR_FMT, i == 0 ? "" : ",", STR_ARG(values[i].name), STR_ARG(values[i].text));
    buf_append_char(out, '}');
}

struct str reader_fact(struct reader *reader)
{
    static const char *const kinds[IDENTIFIER_KINDS] = {"id", "user", "anonymous", "email"};
    const struct fact *fact = &reader->fact;
    AUTO_BUF out = BUF_INIT(LINE_MAX);
    if (!reader->taken) {
        buf_format(&out, "%s " STR_FMT ": %s", reader->result.reason, STR_ARG(reader->result.place),
                   reader->result.message);
        return arena_str(reader->arena, buf_str(&out));
    }
    for (uint32_t i = 0; i < fact->identifier_count; i++)
        buf_format(&out, "%s%s:" STR_FMT, i == 0 ? "" : " ", kinds[fact->identifiers[i].kind],
                   STR_ARG(fact->identifiers[i].text));
    if (fact->lists) buf_append_c(&out, " lists");
    if (fact->bot) buf_append_c(&out, " bot");
    if (fact->event.len > 0) {
        buf_format(&out, " " STR_FMT, STR_ARG(fact->event));
        if (fact->event_value_count > 0) write_values(&out, fact->event_values, fact->event_value_count);
    }
    if (fact->value_count > 0) {
        buf_append_c(&out, " has");
        write_values(&out, fact->values, fact->value_count);
    }
    if (fact->company.len > 0) buf_format(&out, " company:" STR_FMT, STR_ARG(fact->company));
    if (fact->company_value_count > 0) write_values(&out, fact->company_values, fact->company_value_count);
    return arena_str(reader->arena, buf_str(&out));
}

struct str reader_time(struct reader *reader)
{
    AUTO_BUF out = BUF_INIT(64);
    instant_format(&out, reader->fact.at_ms);
    return arena_str(reader->arena, buf_str(&out));
}

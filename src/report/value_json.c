/* value_json.c — see value_json.h. */
// SPDX-License-Identifier: Apache-2.0
#include "report/value_json.h"

#include "base/instant.h"

#define INSTANT_BYTES 64

static void write_instant(struct json_writer *writer, int64_t at_ms, bool date_only)
{
    AUTO_BUF text = BUF_INIT(INSTANT_BYTES);
    if (date_only) instant_format_date(&text, at_ms);
    else instant_format(&text, at_ms);
    json_string(writer, buf_str(&text));
}

/* The members as they were written: folding is for comparing. */
static void write_set(struct json_writer *writer, struct str raw)
{
    json_begin_array(writer);
    while (raw.len > 0) {
        struct str element = str_trim(str_cut(&raw, ';'));
        if (element.len > 0) json_string(writer, element);
    }
    json_end_array(writer);
}

void value_json(struct json_writer *writer, const struct value *value, const struct property *property)
{
    AUTO_ARENA arena = arena_new();
    enum type type = property->type != TYPE_OPEN ? property->type : property->inferred;
    struct value read;
    if (value_read_as(arena, type, value, &read)) value = &read;
    switch (value->type) {
    case TYPE_BOOLEAN: json_bool(writer, value->boolean); return;
    case TYPE_NUMBER: json_double(writer, value->number); return;
    case TYPE_DATE: write_instant(writer, value->instant_ms, true); return;
    case TYPE_DATETIME: write_instant(writer, value->instant_ms, false); return;
    case TYPE_SET: write_set(writer, value->raw); return;
    case TYPE_OPEN:
    case TYPE_STRING:
    case TYPE_ENUMERATION: json_string(writer, value->raw); return;
    }
    INVARIANT(!"a type that is not there");
}

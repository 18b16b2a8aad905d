/* json.c — walking the items of json.cpp, and writing JSON. */
// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include "base/unicode.h"

const struct json_item *json_first(const struct json_item *container)
{
    bool has_children = (container->kind == JSON_OBJECT || container->kind == JSON_ARRAY) && container->span > 1;
    return has_children ? container + 1 : NULL;
}

const struct json_item *json_next(const struct json_item *container, const struct json_item *child)
{
    const struct json_item *next = child + child->span;
    return next < container + container->span ? next : NULL;
}

const struct json_item *json_member(const struct json_item *object, struct str key)
{
    if (object == NULL || object->kind != JSON_OBJECT) return NULL;
    const struct json_item *found = NULL; /* the last wins */
    for (const struct json_item *child = json_first(object); child != NULL; child = json_next(object, child))
        if (str_equal(child->key, key)) found = child;
    return found;
}

struct str json_member_text(const struct json_item *object, struct str key)
{
    const struct json_item *member = json_member(object, key);
    return member != NULL && member->kind == JSON_STRING ? member->text : (struct str){0};
}

/* ---- Writing. ---- */

static void begin_value(struct json_writer *writer)
{
    if (writer->need_comma) buf_append_char(writer->out, ',');
    writer->need_comma = true;
}

static void begin_container(struct json_writer *writer, char bracket)
{
    begin_value(writer);
    buf_append_char(writer->out, bracket);
    writer->need_comma = false;
}

static void end_container(struct json_writer *writer, char bracket)
{
    buf_append_char(writer->out, bracket);
    writer->need_comma = true;
}

void json_begin_object(struct json_writer *writer)
{
    begin_container(writer, '{');
}

void json_end_object(struct json_writer *writer)
{
    end_container(writer, '}');
}

void json_begin_array(struct json_writer *writer)
{
    begin_container(writer, '[');
}

void json_end_array(struct json_writer *writer)
{
    end_container(writer, ']');
}

static void append_escaped(struct buf *out, unsigned char c)
{
    switch (c) {
    case '"': buf_append(out, STR("\\\"")); break;
    case '\\': buf_append(out, STR("\\\\")); break;
    case '\n': buf_append(out, STR("\\n")); break;
    case '\r': buf_append(out, STR("\\r")); break;
    case '\t': buf_append(out, STR("\\t")); break;
    default: buf_format(out, "\\u%04x", (unsigned)c);
    }
}

/* Text of valid UTF-8 in runs between the bytes that must be escaped. */
static void append_valid(struct buf *out, struct str s)
{
    if (s.len == 0) return; /* s.at may be NULL then */
    size_t run = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_append(out, (struct str){s.at + run, i - run});
        append_escaped(out, c);
        run = i + 1;
    }
    buf_append(out, (struct str){s.at + run, s.len - run});
}

static void append_quoted(struct buf *out, struct str s)
{
    buf_append_char(out, '"');
    bool valid = unicode_valid(s, NULL);
    while (!valid) {
        size_t good = unicode_valid_length(s);
        append_valid(out, (struct str){s.at, good});
        valid = good == s.len;
        if (!valid) buf_append(out, STR("\xef\xbf\xbd"));
        good += !valid; /* the bad byte itself */
        s = (struct str){s.at + good, s.len - good};
    }
    append_valid(out, s);
    buf_append_char(out, '"');
}

void json_key(struct json_writer *writer, const char *key)
{
    begin_value(writer);
    append_quoted(writer->out, str_from_c(key));
    buf_append_char(writer->out, ':');
    writer->need_comma = false;
}

void json_string(struct json_writer *writer, struct str s)
{
    begin_value(writer);
    append_quoted(writer->out, s);
}

void json_i64(struct json_writer *writer, int64_t value)
{
    begin_value(writer);
    buf_append_i64(writer->out, value);
}

void json_double(struct json_writer *writer, double value)
{
    begin_value(writer);
    buf_append_double(writer->out, value);
}

void json_bool(struct json_writer *writer, bool value)
{
    begin_value(writer);
    buf_append(writer->out, value ? STR("true") : STR("false"));
}

void json_null(struct json_writer *writer)
{
    begin_value(writer);
    buf_append(writer->out, STR("null"));
}

void json_raw(struct json_writer *writer, struct str json)
{
    begin_value(writer);
    buf_append(writer->out, json);
}

void json_newline(struct json_writer *writer)
{
    buf_append_char(writer->out, '\n');
    writer->need_comma = false;
}

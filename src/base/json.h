/* json.h — JSON in (simdjson behind a C face) and JSON out (a writer over a buffer). */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_JSON_H
#define PLUMB_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JSON_DEPTH_MAX 64
#define JSON_ITEMS_MAX 1000000 /* values of one text */
#define JSON_PADDING 64        /* readable bytes that must follow a text handed to json_parse */

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* A document is an array of items in the order of the text (pre-order): an object's
 * members and an array's elements follow it; `span` leads past them. */
struct json_item {
    enum json_kind kind;
    bool boolean;
    uint32_t span;   /* items of this value, itself included: item + span is its next sibling */
    struct str key;  /* inside an object; else empty with at == NULL */
    struct str text; /* of a string unescaped; of a number as it was written; of a boolean "true"/"false" */
    double number;   /* of a number; finite */
};

struct json_parser; /* opaque; one thread at a time, reused for many texts */

struct json_parser *json_parser_new(void);
void json_parser_free(struct json_parser *parser); /* NULL is fine */

/* Parse one JSON text. `text` must be followed by JSON_PADDING readable bytes.
 * Errors   ERR_INVALID with why->at where that is known: not JSON, invalid UTF-8, a
 *          whole number beyond 64 bits, a number too large for a double; ERR_TOO_BIG:
 *          the ceilings above. A duplicate key is no error (json_member finds the last).
 * Memory   *items live in the parser until the next json_parse; their texts there or
 *          in `text`, which is borrowed as long as they are used. */
MUST_CHECK enum err json_parse(struct json_parser *parser, struct str text, const struct json_item **items,
                               struct err_info *why);

/* The member of an object by its key; NULL when `object` is not an object or has none. */
const struct json_item *json_member(const struct json_item *object, struct str key);
/* The same, but only a string's text; the empty view otherwise. */
struct str json_member_text(const struct json_item *object, struct str key);

/* Walk children: for (c = json_first(v); c; c = json_next(v, c)). */
const struct json_item *json_first(const struct json_item *container);
const struct json_item *json_next(const struct json_item *container, const struct json_item *child);

/* ---- Writing. Commas are set by the writer; the caller keeps the order sane. ---- */
struct json_writer {
    struct buf *out; /* borrowed */
    bool need_comma;
};

void json_begin_object(struct json_writer *writer);
void json_end_object(struct json_writer *writer);
void json_begin_array(struct json_writer *writer);
void json_end_array(struct json_writer *writer);
void json_key(struct json_writer *writer, const char *key);
void json_string(struct json_writer *writer, struct str s); /* invalid UTF-8 is written as U+FFFD */
void json_i64(struct json_writer *writer, int64_t value);
void json_double(struct json_writer *writer, double value);
void json_bool(struct json_writer *writer, bool value);
void json_null(struct json_writer *writer);
void json_raw(struct json_writer *writer, struct str json); /* a value that is encoded already */
void json_newline(struct json_writer *writer);              /* ends a line of JSON Lines */

#ifdef __cplusplus
}
#endif

#endif

/* value.h — a property's value and its type (semantics 4.2, 4.5).
 *
 * Values come as text (a CSV field, a JSON token), are parsed once per different
 * text, and then only compared. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_VALUE_H
#define PLUMB_CORE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum type {
    TYPE_OPEN, /* nothing said about it yet */
    TYPE_BOOLEAN,
    TYPE_NUMBER,
    TYPE_DATE,
    TYPE_DATETIME,
    TYPE_STRING,
    TYPE_ENUMERATION,
    TYPE_SET, /* multi-checkbox: texts separated by ';' */
};

const char *type_name(enum type type); /* "number" */
bool type_from_name(struct str name, enum type *out);

#define VALUE_TEXT_MAX ((size_t)64 * 1024) /* bytes of one property value */
#define SET_MEMBERS_MAX 1000

struct value {
    enum type type;
    bool boolean;
    double number;             /* finite */
    int64_t instant_ms;        /* of date (00:00 UTC) and datetime */
    struct str raw;            /* the text as it came, trimmed of ASCII white space */
    struct str folded;         /* of string and enumeration: what is compared */
    const struct str *members; /* of a set: folded, sorted, each once */
    uint32_t member_count;
};

/* Parse `text` as `type`. Booleans: true/false, yes/no, 1/0 (any case). Numbers: as
 * str_to_double. Dates: instant_parse_date, or a datetime at 00:00 UTC; datetimes:
 * instant_parse_loose. TYPE_OPEN parses as a string. An empty (or only blank) text
 * is no value: the caller does not ask.
 * Errors   ERR_INVALID "'abc' is not a number", ERR_TOO_BIG.
 * Memory   in `arena`; `text` is borrowed and must outlive *out. */
MUST_CHECK enum err value_parse(struct arena *arena, enum type type, struct str text, struct value *out,
                                struct err_info *why);

/* A value that is still a text, because nothing has settled its property's type, read as `type`: *out is then in
 * `arena`. One of that kind already is *out itself. False: its text does not parse. */
bool value_read_as(struct arena *arena, enum type type, const struct value *value, struct value *out);

/* Inference over all values of a column: start with TYPE_OPEN, feed each text. Boolean
 * (only true/false), number (one that can be told as a number without changing: not "007", not a whole one of more than
 * 15 digits), datetime (RFC 3339, at least a date), else string. */
enum type type_infer(enum type so_far, struct str text);

#endif

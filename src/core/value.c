/* value.c — from the text in a file to a value that can be compared. */
// SPDX-License-Identifier: Apache-2.0
#include "core/value.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/unicode.h"

#define QUOTED_CELLS 60     /* of an offending value in a message */
#define WHOLE_DIGITS_MAX 15 /* a double holds every whole number of so many */

static const char *const type_names[] = {
    [TYPE_OPEN] = "open",         [TYPE_BOOLEAN] = "boolean", [TYPE_NUMBER] = "number",           [TYPE_DATE] = "date",
    [TYPE_DATETIME] = "datetime", [TYPE_STRING] = "string",   [TYPE_ENUMERATION] = "enumeration", [TYPE_SET] = "set",
};

const char *type_name(enum type type)
{
    return type_names[type];
}

bool type_from_name(struct str name, enum type *out)
{
    for (size_t i = TYPE_OPEN + 1; i < COUNT_OF(type_names); i++) {
        if (!str_equal(name, str_from_c(type_names[i]))) continue;
        *out = (enum type)i;
        return true;
    }
    return false;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* `word` is in lower case. */
static bool is_word(struct str text, struct str word)
{
    if (text.len != word.len) return false;
    for (size_t i = 0; i < text.len; i++)
        if (lower(text.at[i]) != word.at[i]) return false;
    return true;
}

static bool parse_boolean(struct str text, bool *out)
{
    bool yes = is_word(text, STR("true")) || is_word(text, STR("yes")) || is_word(text, STR("1"));
    bool no = is_word(text, STR("false")) || is_word(text, STR("no")) || is_word(text, STR("0"));
    if (yes || no) *out = yes;
    return yes || no;
}

static bool parse_date(struct str text, int64_t *out_ms)
{
    int64_t at_ms;
    if (!instant_parse_date(text, &at_ms) && !instant_parse_loose(text, &at_ms)) return false;
    if (floor_div(at_ms, MS_PER_DAY) * MS_PER_DAY != at_ms) return false;
    *out_ms = at_ms;
    return true;
}

static int compare_members(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Split at ';', fold, leave out what is blank, sort, keep each once. */
static MUST_CHECK enum err parse_set(struct arena *arena, struct str text, struct value *out, struct err_info *why)
{
    size_t pieces = 1;
    for (size_t i = 0; i < text.len; i++) pieces += text.at[i] == ';';
    if (pieces > SET_MEMBERS_MAX) return err_set(why, ERR_TOO_BIG, "a set of more than %d members", SET_MEMBERS_MAX);
    struct str *members = ARENA_ARRAY(arena, struct str, pieces);
    uint32_t count = 0;
    while (text.len > 0) {
        struct str folded = unicode_fold(arena, str_cut(&text, ';'));
        if (folded.len > 0) members[count++] = folded;
    }
    if (count > 1) qsort(members, count, sizeof *members, compare_members);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || !str_equal(members[kept - 1], members[i])) members[kept++] = members[i];
    out->members = members;
    out->member_count = kept;
    return ERR_OK;
}

static enum err refuse(struct str text, const char *expected, struct err_info *why)
{
    struct str shown = unicode_cut(text, QUOTED_CELLS);
    const char *more = shown.len < text.len ? "..." : "";
    return err_set(why, ERR_INVALID, "'" STR_FMT "%s' is not %s", STR_ARG(shown), more, expected);
}

enum err value_parse(struct arena *arena, enum type type, struct str text, struct value *out, struct err_info *why)
{
    if (type == TYPE_OPEN) type = TYPE_STRING;
    struct value value = {.type = type, .raw = str_trim(text)};
    if (text.len > VALUE_TEXT_MAX)
        return err_set(why, ERR_TOO_BIG, "a value of %zu bytes; at most %zu are taken", text.len, VALUE_TEXT_MAX);
    switch (type) {
    case TYPE_BOOLEAN:
        if (!parse_boolean(value.raw, &value.boolean)) return refuse(value.raw, "a boolean (true or false)", why);
        break;
    case TYPE_NUMBER:
        if (!str_to_double(value.raw, &value.number)) return refuse(value.raw, "a number", why);
        break;
    case TYPE_DATE:
        if (!parse_date(value.raw, &value.instant_ms)) return refuse(value.raw, "a date (2026-01-05)", why);
        break;
    case TYPE_DATETIME:
        if (!instant_parse_loose(value.raw, &value.instant_ms))
            return refuse(value.raw, "a date and time (2026-01-05T10:00:00Z)", why);
        break;
    case TYPE_SET: {
        enum err e = parse_set(arena, value.raw, &value, why);
        if (e != ERR_OK) return e;
        break;
    }
    case TYPE_OPEN:
    case TYPE_STRING:
    case TYPE_ENUMERATION: value.folded = unicode_fold(arena, value.raw); break;
    }
    *out = value;
    return ERR_OK;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What would be another text when told as a number is none: "01234" is a postal code, "0170 555" a telephone, and of a whole
 * number with more digits than a double holds the last ones would change. */
static bool looks_like_number(struct str text)
{
    if (!is_digit(text.at[0]) && text.at[0] != '-' && text.at[0] != '.') return false;
    size_t first = text.at[0] == '-', end = first;
    while (end < text.len && is_digit(text.at[end])) end++;
    size_t digits = end - first;
    if (digits > WHOLE_DIGITS_MAX || (digits > 1 && text.at[first] == '0')) return false;
    double number; /* of a whole number, the common case, nobody asks for it */
    return (digits > 0 && end == text.len) || str_to_double(text, &number);
}

static bool looks_like_instant(struct str text)
{
    int64_t at_ms;
    return text.len >= 10 && is_digit(text.at[0]) && text.at[4] == '-' && instant_parse(text, &at_ms);
}

static bool looks_like_boolean(struct str text)
{
    char first = lower(text.at[0]);
    return (first == 't' && is_word(text, STR("true"))) || (first == 'f' && is_word(text, STR("false")));
}

bool value_read_as(struct arena *arena, enum type type, const struct value *value, struct value *out)
{
    *out = *value;
    if (value->type == type || type == TYPE_OPEN) return true;
    return value_parse(arena, type, value->raw, out, NULL) == ERR_OK;
}

enum type type_infer(enum type so_far, struct str text)
{
    if (so_far == TYPE_STRING) return TYPE_STRING;
    text = str_trim(text);
    if (text.len == 0) return so_far;
    switch (so_far) {
    case TYPE_BOOLEAN: return looks_like_boolean(text) ? TYPE_BOOLEAN : TYPE_STRING;
    case TYPE_NUMBER: return looks_like_number(text) ? TYPE_NUMBER : TYPE_STRING;
    case TYPE_DATETIME: return looks_like_instant(text) ? TYPE_DATETIME : TYPE_STRING;
    default: break;
    }
    if (looks_like_instant(text)) return TYPE_DATETIME;
    if (looks_like_number(text)) return TYPE_NUMBER;
    return looks_like_boolean(text) ? TYPE_BOOLEAN : TYPE_STRING;
}

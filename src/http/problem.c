/* problem.c — RFC 9457: a refusal that a program can branch on and a person can read. */
// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>

#include "base/json.h"
#include "http/http_internal.h"

#define DETAIL_BYTES 1024
#define PROBLEM_BYTES_MAX ((size_t)16 * 1024)

static const char *title_of(unsigned status)
{
    const char *title = MHD_get_reason_phrase_for(status);
    return title != NULL ? title : "Unknown";
}

static void write_member(struct json_writer *writer, const char *key, struct str text)
{
    json_key(writer, key);
    json_string(writer, text);
}

void http_problem_with(struct http_exchange *exchange, unsigned status, const char *code, struct str place,
                       struct str detail, const struct http_problem_member *members, size_t count)
{
    size_t ceiling = PROBLEM_BYTES_MAX;
    for (size_t i = 0; i < count; i++) ceiling += members[i].json.len;
    AUTO_BUF text = BUF_INIT(ceiling);
    struct json_writer writer = {.out = &text};
    json_begin_object(&writer);
    write_member(&writer, "type",
                 code[0] != 0 ? arena_format(exchange->arena, "/problems/%s", code) : STR("about:blank"));
    write_member(&writer, "title", str_from_c(title_of(status)));
    json_key(&writer, "status");
    json_i64(&writer, status);
    write_member(&writer, "detail", detail);
    if (code[0] != 0) write_member(&writer, "code", str_from_c(code));
    if (place.len > 0) write_member(&writer, "at", place);
    for (size_t i = 0; i < count; i++) {
        json_key(&writer, members[i].key);
        json_raw(&writer, members[i].json);
    }
    json_end_object(&writer);
    json_newline(&writer);
    http_answer(exchange, status, "application/problem+json",
                text.failed ? STR("{\"type\":\"about:blank\"}\n") : buf_str(&text));
}

static void answer_problem(struct http_exchange *exchange, unsigned status, const char *code, struct str place,
                           struct str detail)
{
    http_problem_with(exchange, status, code, place, detail, NULL, 0);
}

void http_problem(struct http_exchange *exchange, unsigned status, const char *code, struct str place,
                  const char *format, ...)
{
    char detail[DETAIL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    INVARIANT(length >= 0);
    size_t len = (size_t)length < sizeof detail ? (size_t)length : sizeof detail - 1;
    answer_problem(exchange, status, code, place, (struct str){detail, len});
}

unsigned http_status_of(enum err code)
{
    switch (code) {
    case ERR_INVALID: return 400;
    case ERR_NOT_FOUND: return 404;
    case ERR_CONFLICT: return 409;
    case ERR_TOO_BIG: return 413;
    case ERR_UNAVAILABLE: return 503;
    default: return 500;
    }
}

void http_problem_of(struct http_exchange *exchange, const struct err_info *why)
{
    static const char *const codes[] = {
        [ERR_INVALID] = "invalid", [ERR_NOT_FOUND] = "not_found",     [ERR_CONFLICT] = "conflict",
        [ERR_TOO_BIG] = "too_big", [ERR_UNAVAILABLE] = "unavailable", [ERR_INTERNAL] = "internal",
    };
    const char *code = (size_t)why->code < COUNT_OF(codes) && codes[why->code] != NULL ? codes[why->code] : "internal";
    struct str place = {0};
    if (why->at.line > 0)
        place = why->at.column > 0 ? arena_format(exchange->arena, "line %u, column %u", why->at.line, why->at.column)
                                   : arena_format(exchange->arena, "line %u", why->at.line);
    answer_problem(exchange, http_status_of(why->code), code, place, str_from_c(why->msg));
}

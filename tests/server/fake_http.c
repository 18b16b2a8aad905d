/* fake_http.c — as much of http.h as access_http.c calls. */
// SPDX-License-Identifier: Apache-2.0
#include "fake_http.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum http_method http_method(const struct http_exchange *exchange)
{
    return exchange->method;
}

struct str http_header(const struct http_exchange *exchange, const char *name)
{
    const struct {
        const char *name, *value;
    } sent[] = {
        {"Authorization", exchange->authorization},
        {"Sec-Fetch-Site", exchange->fetch_site},
        {"Origin", exchange->origin},
        {"Host", exchange->host},
        {"X-CSRF-Token", exchange->csrf},
    };
    for (size_t i = 0; i < COUNT_OF(sent); i++)
        if (strcmp(sent[i].name, name) == 0) return str_from_c(sent[i].value);
    return STR("");
}

struct str http_cookie(const struct http_exchange *exchange, const char *name)
{
    return strcmp(name, "plumb_session") == 0 ? str_from_c(exchange->cookie) : STR("");
}

struct arena *http_arena(struct http_exchange *exchange)
{
    return exchange->arena;
}

void http_set_header(struct http_exchange *exchange, const char *name, struct str value)
{
    exchange->headers =
        arena_format(exchange->arena, STR_FMT "%s: " STR_FMT "\n", STR_ARG(exchange->headers), name, STR_ARG(value));
}

void http_problem(struct http_exchange *exchange, unsigned status, const char *code, struct str place,
                  const char *format, ...)
{
    char sentence[1024];
    va_list values;
    va_start(values, format);
    vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    INVARIANT(exchange->status == 0 && place.len == 0); /* answered once */
    exchange->status = status;
    exchange->code = str_from_c(code);
    exchange->sentence = arena_str(exchange->arena, str_from_c(sentence));
}

void http_problem_of(struct http_exchange *exchange, const struct err_info *why)
{
    http_problem(exchange, why->code == ERR_UNAVAILABLE ? 503 : 500, err_name(why->code), STR(""), "%s", why->msg);
}

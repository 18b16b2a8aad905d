/* request.c — what every handler does with its request. */
// SPDX-License-Identifier: Apache-2.0
#include "server/request.h"

#include <stdio.h>
#include <string.h>

#include "server/answers.h"
#include "server/parsers.h"
#include "server/server.h"

struct str request_path(const struct request *request, const char *name)
{
    return route_parameter(&request->match, name);
}

bool request_json(struct request *request, const struct json_item **out)
{
    struct str body = http_body(request->exchange);
    struct err_info why = {0};
    if (request->parser == NULL) request->parser = parsers_borrow(request->server->parsers);
    if (json_parse(request->parser, body, out, &why) == ERR_OK) return true;
    if (why.code == ERR_INVALID && str_trim(body).len == 0) {
        http_problem(request->exchange, 400, "no_json", STR(""), "the body is empty, and must be JSON");
        return false;
    }
    if (why.code == ERR_INVALID) {
        struct str place =
            why.at.line == 0 ? STR("") : arena_format(request->arena, "line %u, column %u", why.at.line, why.at.column);
        struct str said = str_from_c(why.msg), again = STR("not JSON: ");
        if (str_starts_with(said, again)) said = (struct str){said.at + again.len, said.len - again.len};
        http_problem(request->exchange, 400, "bad_json", place, "the body is not JSON: " STR_FMT, STR_ARG(said));
        return false;
    }
    http_problem_of(request->exchange, &why);
    return false;
}

bool request_query_number(struct request *request, const char *name, uint64_t least, uint64_t most, uint64_t otherwise,
                          uint64_t *out)
{
    struct str text = http_query(request->exchange, name);
    *out = otherwise;
    if (text.at == NULL) return true;
    if (str_to_u64(text, out) && *out >= least && *out <= most) return true;
    http_problem(request->exchange, 400, "bad_query", str_from_c(name), "%s must be a whole number from %llu to %llu",
                 name, (unsigned long long)least, (unsigned long long)most);
    return false;
}

void request_answer(struct request *request, unsigned status, const struct buf *json)
{
    if (json->failed) {
        http_problem(request->exchange, 500, "too_big", STR(""), "the answer is larger than %zu bytes", json->ceiling);
        return;
    }
    if (request->ticket != 0 && status < 300)
        answers_keep(request->server->answers, request->ticket, status, buf_str(json));
    http_answer(request->exchange, status, "application/json", buf_str(json));
}

void request_answer_once(struct request *request, unsigned status, const struct buf *json, const struct buf *again)
{
    struct answers *answers = request->server->answers;
    if (request->ticket != 0 && again != NULL) answers_keep(answers, request->ticket, status, buf_str(again));
    else if (request->ticket != 0) answers_drop(answers, request->ticket);
    request->ticket = 0;
    request_answer(request, status, json);
}

struct str request_last_name(const struct request *request)
{
    const char *begins = strrchr(request->endpoint->pattern, '{');
    if (begins == NULL) return STR("");
    return (struct str){begins + 1, (size_t)(strchr(begins, '}') - begins) - 1};
}

/* What was not found is what the path names last. */
void request_fail(struct request *request, const struct err_info *why)
{
    if (why->code == ERR_UNAVAILABLE) request_unavailable(request, 1, why->msg);
    else if (why->code == ERR_NOT_FOUND)
        http_problem(request->exchange, 404, "not_found", request_last_name(request), "%s", why->msg);
    else http_problem_of(request->exchange, why);
}

void request_unavailable(struct request *request, unsigned retry_after_s, const char *sentence)
{
    char seconds[16];
    int length = snprintf(seconds, sizeof seconds, "%u", retry_after_s);
    http_set_header(request->exchange, "Retry-After", (struct str){seconds, (size_t)length});
    http_problem(request->exchange, 503, "unavailable", STR(""), "%s", sentence);
}

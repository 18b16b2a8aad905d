/* api_client.c — see api_client.h. */
// SPDX-License-Identifier: Apache-2.0
#include "api_client.h"

#include <string.h>

#include "harness.h"

struct reply api_call_with(struct site *site, const char *line, const char *headers, const char *body, unsigned status)
{
    size_t length = strlen(body);
    char *json = ARENA_ARRAY(site->arena, char, length + 1);
    for (size_t i = 0; i < length; i++) json[i] = body[i] == '\'' ? '"' : body[i];
    struct str all =
        arena_format(site->arena, "Authorization: Bearer " STR_FMT "\r\n%s", STR_ARG(site->token), headers);
    struct reply reply = site_ask(site, line, all.at, (struct str){json, length});
    if (reply.status != status)
        FAIL("%s answered %u, expected %u: " STR_FMT, line, reply.status, status, STR_ARG(reply.body));
    return reply;
}

struct reply api_call(struct site *site, const char *line, const char *body, unsigned status)
{
    return api_call_with(site, line, "", body, status);
}

const struct json_item *api_read(struct site *site, struct reply reply)
{
    char *padded = ARENA_ARRAY(site->arena, char, reply.body.len + JSON_PADDING);
    memcpy(padded, reply.body.at, reply.body.len);
    static struct json_parser *parser; /* one of the process: freed when the next one is made, or at exit */
    json_parser_free(parser);
    parser = json_parser_new();
    const struct json_item *items = NULL;
    struct err_info why = {0};
    CHECK_OK(json_parse(parser, (struct str){padded, reply.body.len}, &items, &why), why);
    return items;
}

struct str api_at(struct site *site, struct reply reply, const char *path)
{
    const struct json_item *item = api_read(site, reply);
    struct str rest = str_from_c(path);
    while (rest.len > 0 && item != NULL) {
        struct str step = str_cut(&rest, '.');
        uint64_t index;
        if (item->kind == JSON_ARRAY && str_to_u64(step, &index)) {
            const struct json_item *element = json_first(item);
            while (element != NULL && index-- > 0) element = json_next(item, element);
            item = element;
        } else {
            item = json_member(item, step);
        }
    }
    if (item == NULL) return STR("(absent)");
    if (item->kind == JSON_NULL) return STR("null");
    return arena_str(site->arena, item->text);
}

/* api_bots.c — exceptions from what is judged automatic: told, made, taken back. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api.h"
#include "server/api_json.h"

void api_bot_exception_index(struct request *request)
{
    struct bot_exception *list = NULL;
    size_t count = 0;
    engine_bot_exceptions(request->server->engine, request->arena, &list, &count);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(&writer);
        api_write_count(&writer, "number", list[i].number);
        api_write_text(&writer, "kind", str_from_c(bot_exception_kind_name(list[i].kind)));
        api_write_text(&writer, "value", list[i].text);
        api_write_text(&writer, "by", list[i].actor);
        api_write_instant(&writer, "made", list[i].made_ms);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

static void answer_change(struct request *request, unsigned status, uint64_t number, uint64_t changed)
{
    AUTO_BUF json = BUF_INIT(1024);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    api_write_count(&writer, "number", number);
    api_write_count(&writer, "changed", changed);
    json_end_object(&writer);
    request_answer(request, status, &json);
}

void api_bot_exception_create(struct request *request)
{
    const struct json_item *body;
    struct str texts[BOT_EXCEPTION_KINDS] = {{0}};
    unsigned named = 0;
    enum bot_exception_kind kind = BOT_EXCEPTION_RULE;
    if (!api_body(request, &body)) return;
    for (enum bot_exception_kind k = 0; k < BOT_EXCEPTION_KINDS; k++) {
        if (!api_member_text(request, body, bot_exception_kind_name(k), &texts[k])) return;
        if (texts[k].at == NULL) continue;
        kind = k;
        named++;
    }
    if (named != 1) {
        api_refuse(request, 400, "wrong_type", STR("rule"),
                   "an exception names one of rule, user_agent and source, such as key:3");
        return;
    }
    uint64_t number = 0, changed = 0;
    struct err_info why = {0};
    if (engine_add_bot_exception(request->server->engine, kind, str_trim(texts[kind]), request->actor->text, &number,
                                 &changed, &why) != ERR_OK)
        request_fail(request, &why);
    else answer_change(request, 201, number, changed);
}

void api_bot_exception_delete(struct request *request)
{
    uint64_t number = 0, changed = 0;
    struct err_info why = {0};
    if (!str_to_u64(request_path(request, "number"), &number)) {
        api_refuse(request, 400, "bad_path", STR("number"), "an exception is named by its number");
        return;
    }
    if (engine_drop_bot_exception(request->server->engine, number, request->actor->text, &changed, &why) != ERR_OK)
        request_fail(request, &why);
    else answer_change(request, 200, number, changed);
}

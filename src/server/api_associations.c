/* api_associations.c — who belongs to which company, and who takes part in which deal. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "server/api.h"
#include "server/api_json.h"

#define ASSOCIATED_MAX 1000 /* shown of each object */

void api_associate(struct request *request)
{
    enum entity object;
    uint32_t from, to;
    struct err_info why = {0};
    bool with_contact = strstr(request->endpoint->pattern, "{contact}") != NULL;
    enum entity other = with_contact ? ENTITY_CONTACT : ENTITY_COMPANY;
    if (!api_find_path(request, &object, &from) ||
        !api_find(request, other, request_path(request, with_contact ? "contact" : "company"), &to))
        return;
    enum association kind = with_contact               ? ASSOCIATION_DEAL_CONTACT
                            : object == ENTITY_CONTACT ? ASSOCIATION_CONTACT_COMPANY
                                                       : ASSOCIATION_DEAL_COMPANY;
    bool ended = request->endpoint->method == HTTP_DELETE;
    if (engine_associate(request->server->engine, kind, from, to, ended, request->actor->text, &why) != ERR_OK)
        request_fail(request, &why);
    else http_answer(request->exchange, 204, "application/json", STR(""));
}

uint64_t api_write_associations(struct json_writer *writer, const struct history *history, enum entity object,
                                uint32_t record, int64_t as_of_ms)
{
    AUTO_ARENA arena = arena_new();
    uint32_t *others = ARENA_ARRAY(arena, uint32_t, ASSOCIATED_MAX);
    uint64_t total = 0;
    json_begin_array(writer);
    for (enum entity over = ENTITY_CONTACT; over <= ENTITY_DEAL; over++) {
        if (over == object) continue;
        uint32_t count = history_associated(history, object, record, over, as_of_ms, others, ASSOCIATED_MAX);
        total += count;
        for (uint32_t i = 0; i < count && i < ASSOCIATED_MAX; i++) {
            json_begin_object(writer);
            api_write_text(writer, "object", str_from_c(entity_name(over)));
            api_write_text(writer, "id", history_record_id(history, over, others[i]));
            json_end_object(writer);
        }
    }
    json_end_array(writer);
    return total;
}

void api_association_index(struct request *request)
{
    const struct history *history = engine_history(request->server->engine);
    enum entity object;
    uint32_t record;
    int64_t as_of_ms;
    if (!api_find_path(request, &object, &record) ||
        !api_query_instant(request, "as_of", api_now_ms(request), &as_of_ms))
        return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    uint64_t total = api_write_associations(&writer, history, object, record, as_of_ms);
    api_write_count(&writer, "total", total);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

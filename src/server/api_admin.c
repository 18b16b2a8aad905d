/* api_admin.c — who did what. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api.h"
#include "server/api_json.h"

/* ---- Pages of what the store keeps in order. ---- */

struct page {
    uint64_t limit, before;
};

static bool read_page(struct request *request, struct page *out)
{
    return request_query_number(request, "limit", 1, API_PAGE_MAX, API_PAGE_DEFAULT, &out->limit) &&
           request_query_number(request, "after", 0, INT64_MAX, 0, &out->before);
}

/* Ends the list of results; `last` is the number of the last row shown. */
static void end_page(struct json_writer *writer, struct request *request, const struct page *page, size_t count,
                     uint64_t last)
{
    json_end_array(writer);
    json_key(writer, "next");
    if (count == page->limit && last > 0)
        json_string(writer, arena_format(request->arena, "%llu", (unsigned long long)last));
    else json_null(writer);
    json_end_object(writer);
}

void api_audit_index(struct request *request)
{
    struct page page;
    struct audit_row *rows = NULL;
    size_t count = 0;
    struct err_info why = {0};
    if (!read_page(request, &page)) return;
    if (store_audits(request->server->store, page.before, page.limit, request->arena, &rows, &count, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        const struct audit_fact *fact = &rows[i].fact;
        json_begin_object(&writer);
        api_write_instant(&writer, "at", fact->at_ms);
        api_write_text(&writer, "actor", fact->actor);
        api_write_text(&writer, "action", fact->action);
        api_write_text(&writer, "target", fact->target);
        json_key(&writer, "detail");
        json_raw(&writer, fact->detail.len > 0 ? fact->detail : STR("null"));
        json_end_object(&writer);
    }
    end_page(&writer, request, &page, count, count > 0 ? rows[count - 1].number : 0);
    request_answer(request, 200, &json);
}

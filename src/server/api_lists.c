/* api_lists.c — lists: segments whose members somebody names, and which conditions ask for by {list: NAME}.
 *
 *     POST /api/v1/lists                {"name": "fair_2026", "object": "contact", "title": "Met at the fair"}
 *     POST /api/v1/lists/{name}/members {"add": ["email:ada@acme.example"], "remove": ["ben"]}
 *
 * The engine keeps who is on it (engine/lists.c). What people call a list stands in a small text of the store, "list/NAME". */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "server/api.h"
#include "server/api_json.h"

#define LISTS_MAX 200
#define LIST_TITLE_MAX 200
#define KEY_PREFIX "list/"
#define REMOVED_AT_ONCE 10000 /* of a list that is dropped */

struct named_list {
    struct str name, title;
    enum entity object;
};

static struct str key_of(struct request *request, struct str name)
{
    return arena_format(request->arena, KEY_PREFIX STR_FMT, STR_ARG(name));
}

/* ERR_NOT_FOUND. Memory of the request. */
static enum err load(struct request *request, struct str name, struct named_list *out, struct err_info *why)
{
    const struct catalog *catalog = engine_catalog(request->server->engine);
    *out = (struct named_list){.name = name};
    while (out->object < OBJECT_COUNT && !catalog_has_list(catalog, out->object, name)) out->object++;
    if (out->object == OBJECT_COUNT) return err_set(why, ERR_NOT_FOUND, "there is no such list");
    enum err e = store_get_text(request->server->store, key_of(request, name), request->arena, &out->title, why);
    return e == ERR_NOT_FOUND ? ERR_OK : e; /* without a title */
}

static bool find_list(struct request *request, struct named_list *out)
{
    struct err_info why = {0};
    struct str name = request_path(request, "name");
    enum err e = load(request, name, out, &why);
    if (e == ERR_OK) return true;
    if (e == ERR_NOT_FOUND)
        return api_refuse(request, 404, "not_found", STR("name"), "no list is called '" STR_FMT "'", STR_ARG(name));
    request_fail(request, &why);
    return false;
}

static void write_list(struct json_writer *writer, const struct named_list *list)
{
    json_begin_object(writer);
    api_write_text(writer, "name", list->name);
    api_write_text(writer, "title", list->title);
    api_write_text(writer, "object", str_from_c(entity_name(list->object)));
    json_end_object(writer);
}

static int by_name(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* By name; memory of the request. */
static struct str *list_names(struct request *request, size_t *count)
{
    struct catalog *catalog = engine_catalog(request->server->engine);
    uint32_t all = catalog_count(catalog);
    struct str *names = ARENA_ARRAY(request->arena, struct str, all);
    *count = 0;
    for (uint32_t p = 0; p < all; p++) {
        struct str name = catalog_list_name(catalog_at(catalog, p));
        if (name.len > 0) names[(*count)++] = name;
    }
    if (*count > 0) qsort(names, *count, sizeof *names, by_name);
    return names;
}

void api_list_index(struct request *request)
{
    size_t count = 0;
    struct err_info why = {0};
    struct str *names = list_names(request, &count);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        struct named_list list = {0};
        if (load(request, names[i], &list, &why) == ERR_OK) write_list(&writer, &list);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

static bool take_off_all(struct request *request, const struct named_list *list);

/* The list, its title, and nobody on it: somebody may be left of one that was dropped half. */
static bool make(struct request *request, const struct named_list *list)
{
    struct server *server = request->server;
    struct err_info why = {0};
    if (!take_off_all(request, list)) return false;
    if (store_put_text(server->store, key_of(request, list->name), list->title, &why) == ERR_OK &&
        engine_list_make(server->engine, list->name, list->object, request->actor->text, &why) == ERR_OK)
        return true;
    request_fail(request, &why);
    return false;
}

void api_list_create(struct request *request)
{
    const struct json_item *body;
    struct named_list list = {0};
    struct str object = STR("contact");
    size_t count = 0;
    struct err_info why = {0};
    if (!api_body(request, &body) || !api_member_text(request, body, "name", &list.name) ||
        !api_member_text(request, body, "title", &list.title) || !api_member_text(request, body, "object", &object))
        return;
    (void)list_names(request, &count);
    if (!api_is_name(list.name))
        api_refuse(request, 400, "bad_name", STR("name"),
                   "a list's name has small letters a-z, digits and '_', begins with a letter, and is at most %d long",
                   LIST_NAME_MAX);
    else if (!api_object_named(object, &list.object))
        api_refuse(request, 400, "wrong_type", STR("object"), "object is contact, company or deal");
    else if (list.title.len > LIST_TITLE_MAX)
        api_refuse(request, 400, "too_long", STR("title"), "a title has at most %d bytes", LIST_TITLE_MAX);
    else if (count >= LISTS_MAX)
        api_refuse(request, 409, "too_many", STR("name"), "there are %d lists already", LISTS_MAX);
    else if (load(request, list.name, &(struct named_list){0}, &why) == ERR_OK)
        api_refuse(request, 409, "exists", STR("name"), "there is a list called '" STR_FMT "'", STR_ARG(list.name));
    else if (make(request, &list)) {
        AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
        struct json_writer writer = {.out = &json};
        write_list(&writer, &list);
        request_answer(request, 201, &json);
    }
}

/* ---- Members. ---- */

/* The records that a list of references names. */
static bool read_members(struct request *request, const struct json_item *body, const char *name, enum entity object,
                         struct list_change *out)
{
    const struct json_item *refs = json_member(body, str_from_c(name));
    if (refs == NULL || refs->kind == JSON_NULL) return true;
    if (refs->kind != JSON_ARRAY)
        return api_refuse(request, 400, "wrong_type", str_from_c(name), "%s is a list of references", name);
    uint32_t *records = ARENA_ARRAY(request->arena, uint32_t, API_BATCH_MAX);
    for (const struct json_item *ref = json_first(refs); ref != NULL; ref = json_next(refs, ref)) {
        if (ref->kind != JSON_STRING)
            return api_refuse(request, 400, "wrong_type", str_from_c(name), "a reference is a text");
        if (out->count == API_BATCH_MAX)
            return api_refuse(request, 413, "too_many", str_from_c(name), "more than %d references", API_BATCH_MAX);
        if (!api_find(request, object, ref->text, &records[out->count])) return false;
        out->count++;
    }
    out->records = records;
    return true;
}

static bool change(struct request *request, struct list_change *change)
{
    struct err_info why = {0};
    if (change->count == 0 || engine_list_change(request->server->engine, change, &why) == ERR_OK) return true;
    request_fail(request, &why);
    return false;
}

void api_list_change(struct request *request)
{
    struct named_list list = {0};
    const struct json_item *body;
    if (!find_list(request, &list) || !api_body(request, &body)) return;
    struct list_change add = {.list = list.name, .object = list.object, .member = true, .actor = request->actor->text};
    struct list_change remove = {.list = list.name, .object = list.object, .actor = request->actor->text};
    if (!read_members(request, body, "add", list.object, &add) ||
        !read_members(request, body, "remove", list.object, &remove) || !change(request, &add) ||
        !change(request, &remove))
        return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    api_write_count(&writer, "added", add.changed);
    api_write_count(&writer, "removed", remove.changed);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

void api_list_members(struct request *request)
{
    struct engine *engine = request->server->engine;
    const struct history *history = engine_history(engine);
    struct named_list list = {0};
    uint64_t limit, after, shown = 0;
    if (!find_list(request, &list) ||
        !request_query_number(request, "limit", 1, API_PAGE_MAX, API_PAGE_DEFAULT, &limit) ||
        !request_query_number(request, "after", 0, RECORDS_MAX, 0, &after))
        return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    uint32_t count = history_records(history, list.object), record = (uint32_t)after;
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (; record < count && shown < limit; record++) {
        if (!engine_in_list(engine, list.name, list.object, record)) continue;
        api_begin_record(&writer, engine, history, list.object, record, api_now_ms(request));
        json_end_object(&writer);
        shown++;
    }
    json_end_array(&writer);
    json_key(&writer, "next");
    if (record < count) json_string(&writer, arena_format(request->arena, "%u", record));
    else json_null(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

/* In pieces, between which others have their turn. */
static bool take_off_all(struct request *request, const struct named_list *list)
{
    struct engine *engine = request->server->engine;
    uint32_t count = history_records(engine_history(engine), list->object);
    uint32_t *members = ARENA_ARRAY(request->arena, uint32_t, REMOVED_AT_ONCE);
    struct list_change remove = {
        .list = list->name, .object = list->object, .records = members, .actor = request->actor->text};
    for (uint32_t record = 0; record < count; record++) {
        if (engine_in_list(engine, list->name, list->object, record)) members[remove.count++] = record;
        if (remove.count < REMOVED_AT_ONCE && record + 1 < count) continue;
        if (!change(request, &remove)) return false;
        remove.count = 0;
    }
    return true;
}

void api_list_delete(struct request *request)
{
    struct server *server = request->server;
    struct named_list list = {0};
    struct err_info why = {0};
    if (!find_list(request, &list)) return;
    enum err e = engine_list_drop(server->engine, list.name, list.object, request->actor->text, &why);
    if (e == ERR_CONFLICT) {
        api_refuse(request, 409, "in_use", STR("name"), "%s", why.msg);
        return;
    }
    if (e == ERR_OK && !take_off_all(request, &list)) return;
    if (e == ERR_OK) e = store_put_text(server->store, key_of(request, list.name), STR(""), &why);
    if (e != ERR_OK) request_fail(request, &why);
    else http_answer(request->exchange, 204, "application/json", STR(""));
}

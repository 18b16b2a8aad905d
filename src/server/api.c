/* api.c — references, instants, members of bodies: the small steps of every handler. */
// SPDX-License-Identifier: Apache-2.0
#include "server/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/log.h"
#include "server/names.h"

#define DETAIL_BYTES 512

bool api_refuse(struct request *request, unsigned status, const char *code, struct str place, const char *format, ...)
{
    char detail[DETAIL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    http_problem(request->exchange, status, code, place, "%s", detail);
    return false;
}

/* ---- Who. ---- */

bool api_object_named(struct str name, enum entity *out)
{
    for (int i = 0; i < OBJECT_COUNT; i++) {
        enum entity object = (enum entity)i;
        if (!str_equal(name, str_from_c(entity_name(object))) && !str_equal(name, str_from_c(entity_plural(object))))
            continue;
        *out = object;
        return true;
    }
    return false;
}

bool api_is_name(struct str name)
{
    if (name.len == 0 || name.len > LIST_NAME_MAX || name.at[0] < 'a' || name.at[0] > 'z') return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9')) return false;
    }
    return true;
}

enum entity api_object(const struct request *request)
{
    static const struct str prefix = STR_INIT("/api/v1/");
    struct str path = str_from_c(request->endpoint->pattern);
    INVARIANT(str_starts_with(path, prefix));
    struct str rest = {path.at + prefix.len, path.len - prefix.len};
    enum entity object;
    bool is_object = api_object_named(str_cut(&rest, '/'), &object);
    INVARIANT(is_object);
    return object;
}

/* "userId:u-1"; without a prefix the text is an id, and *told_kind false. False: not well formed. */
static bool read_reference(enum entity object, struct str ref, struct fact_identifier *out, bool *told_kind)
{
    static const struct {
        struct str prefix;
        enum identifier_kind kind;
    } kinds[] = {{STR_INIT("email:"), IDENTIFIER_EMAIL},
                 {STR_INIT("userId:"), IDENTIFIER_USER},
                 {STR_INIT("anonymousId:"), IDENTIFIER_ANONYMOUS},
                 {STR_INIT("id:"), IDENTIFIER_ID}};
    *out = (struct fact_identifier){IDENTIFIER_ID, ref};
    *told_kind = false;
    for (size_t i = 0; object == ENTITY_CONTACT && i < COUNT_OF(kinds) && !*told_kind; i++) {
        if (!str_starts_with(ref, kinds[i].prefix)) continue;
        *out = (struct fact_identifier){kinds[i].kind, {ref.at + kinds[i].prefix.len, ref.len - kinds[i].prefix.len}};
        *told_kind = true;
    }
    out->text = str_trim(out->text);
    return out->text.len > 0 && out->text.len <= FACT_ID_MAX;
}

/* Whether a contact is called after its userId depends on what was heard of it first, so that a reference without a
 * prefix may be either. */
uint32_t api_look_up(struct engine *engine, enum entity object, struct str ref, bool *well_formed)
{
    struct fact_identifier who;
    bool told_kind, reads = read_reference(object, ref, &who, &told_kind);
    if (well_formed != NULL) *well_formed = reads;
    if (!reads) return RECORD_NONE;
    if (who.kind != IDENTIFIER_ID) return engine_find_contact(engine, who.kind, who.text);
    uint32_t found = engine_find(engine, object, who.text);
    if (told_kind || object != ENTITY_CONTACT) return found;
    if (found == RECORD_NONE) found = engine_find_contact(engine, IDENTIFIER_USER, who.text);
    if (found == RECORD_NONE) found = engine_find_contact(engine, IDENTIFIER_EMAIL, who.text);
    return found;
}

bool api_find(struct request *request, enum entity object, struct str ref, uint32_t *out)
{
    bool well_formed;
    *out = api_look_up(request->server->engine, object, ref, &well_formed);
    if (!well_formed)
        return api_refuse(request, 400, "bad_reference", STR("ref"), "a reference has 1 to %d bytes", FACT_ID_MAX);
    if (*out != RECORD_NONE) return true;
    return api_refuse(request, 404, "not_found", STR("ref"), "there is no %s '" STR_FMT "'", entity_name(object),
                      STR_ARG(ref));
}

bool api_find_path(struct request *request, enum entity *object, uint32_t *record)
{
    *object = api_object(request);
    return api_find(request, *object, request_path(request, "ref"), record);
}

bool api_find_score(struct request *request, const struct edition *edition, enum entity object, uint32_t *out)
{
    struct str name = request_path(request, "score");
    *out = definitions_find_score(&edition->set, name);
    if (*out == UINT32_MAX || edition->set.scores[*out]->anonymous)
        return api_refuse(request, 404, "not_found", STR("score"), "no score in force is called '" STR_FMT "'",
                          STR_ARG(name));
    if (edition->set.scores[*out]->object == object) return true;
    return api_refuse(request, 404, "not_found", STR("score"), "'" STR_FMT "' scores %s, not %s", STR_ARG(name),
                      entity_plural(edition->set.scores[*out]->object), entity_plural(object));
}

/* ---- When. ---- */

int64_t api_now_ms(const struct request *request)
{
    return request->server->clock->now_ms(request->server->clock);
}

static bool check_instant(struct request *request, struct str text, const char *name, int64_t *out)
{
    int64_t at_ms;
    if (!instant_parse(text, &at_ms))
        return api_refuse(request, 400, "bad_time", str_from_c(name),
                          "'" STR_FMT "' is no instant; write 2026-01-05T10:00:00Z", STR_ARG(text));
    if (at_ms < EVENT_MIN_MS || at_ms > EVENT_MAX_MS)
        return api_refuse(request, 400, "bad_time", str_from_c(name), "%s must lie between 1900 and 5999", name);
    *out = at_ms;
    return true;
}

bool api_query_instant(struct request *request, const char *name, int64_t otherwise, int64_t *out)
{
    struct str text = http_query(request->exchange, name);
    *out = otherwise;
    return text.at == NULL || check_instant(request, text, name, out);
}

bool api_query_flag(struct request *request, const char *name, bool *out)
{
    struct str text = http_query(request->exchange, name);
    *out = str_equal(text, STR("true"));
    if (text.at == NULL || *out || str_equal(text, STR("false"))) return true;
    return api_refuse(request, 400, "bad_query", str_from_c(name), "%s is true or false", name);
}

/* ---- Bodies. ---- */

bool api_body(struct request *request, const struct json_item **out)
{
    if (!request_json(request, out)) return false;
    if ((*out)->kind == JSON_OBJECT) return names_of_body_are_known(request, *out);
    return api_refuse(request, 400, "bad_json", STR(""), "the body must be a JSON object");
}

/* The member when it is there and not null. */
static const struct json_item *member(const struct json_item *object, const char *name)
{
    const struct json_item *item = json_member(object, str_from_c(name));
    return item == NULL || item->kind == JSON_NULL ? NULL : item;
}

bool api_member_text(struct request *request, const struct json_item *object, const char *name, struct str *out)
{
    const struct json_item *item = member(object, name);
    if (item == NULL) return true;
    if (item->kind != JSON_STRING)
        return api_refuse(request, 400, "wrong_type", str_from_c(name), "%s must be a text", name);
    *out = item->text;
    return true;
}

bool api_member_number(struct request *request, const struct json_item *object, const char *name, int64_t least,
                       int64_t most, int64_t *out)
{
    const struct json_item *item = member(object, name);
    if (item == NULL) return true;
    int64_t number;
    if (item->kind != JSON_NUMBER || !str_to_i64(item->text, &number) || number < least || number > most)
        return api_refuse(request, 400, "wrong_type", str_from_c(name), "%s must be a whole number from %lld to %lld",
                          name, (long long)least, (long long)most);
    *out = number;
    return true;
}

bool api_member_flag(struct request *request, const struct json_item *object, const char *name, bool *out)
{
    const struct json_item *item = member(object, name);
    if (item == NULL) return true;
    if (item->kind != JSON_BOOL)
        return api_refuse(request, 400, "wrong_type", str_from_c(name), "%s must be true or false", name);
    *out = item->boolean;
    return true;
}

bool api_member_instant(struct request *request, const struct json_item *object, const char *name, int64_t *out)
{
    struct str text = {0};
    if (!api_member_text(request, object, name, &text)) return false;
    return text.at == NULL || check_instant(request, text, name, out);
}

/* ---- Facts. ---- */

unsigned api_status_of_reason(const char *reason)
{
    if (strcmp(reason, "exists") == 0) return 409;
    if (strcmp(reason, "not_found") == 0) return 404;
    return strcmp(reason, "too_many") == 0 ? 413 : 400;
}

bool api_take(struct request *request, struct fact *fact, struct fact_result *result)
{
    struct err_info why = {0};
    *result = (struct fact_result){0};
    if (engine_take(request->server->engine, fact, result, 1, &why) != ERR_OK) {
        request_fail(request, &why);
        return false;
    }
    if (result->state != FACT_REFUSED) return true;
    return api_refuse(request, api_status_of_reason(result->reason), result->reason, result->place, "%s",
                      result->message);
}

bool api_take_event(struct request *request, uint32_t contact, struct str event, struct fact_value *values,
                    uint32_t value_count, int64_t at_ms)
{
    struct str id = history_record_id(engine_history(request->server->engine), ENTITY_CONTACT, contact);
    struct fact_result result;
    struct fact fact = {
        .object = ENTITY_CONTACT,
        .identifiers = {{IDENTIFIER_ID, id}},
        .identifier_count = 1,
        .expect = FACT_UPDATE,
        .lists = true,
        .at_ms = at_ms,
        .received_ms = api_now_ms(request),
        .event = event,
        .event_values = values,
        .event_value_count = value_count,
        .source = request->actor->text,
        .body = http_body(request->exchange),
    };
    return api_take(request, &fact, &result);
}

void api_note(struct request *request, const struct actor *actor, const char *action, struct str target,
              struct str detail)
{
    struct err_info why = {0};
    struct str what = str_from_c(action);
    if (engine_audit(request->server->engine, actor->text, what, target, detail, &why) != ERR_OK)
        log_error("audit_failed", LOG_STR("action", what), LOG_STR("why", str_from_c(why.msg)));
}

/* ---- Everybody. ---- */

bool api_enter(struct request *request)
{
    if (atomic_fetch_add(&request->server->scans, 1) < API_SCANS_AT_ONCE) return true;
    atomic_fetch_sub(&request->server->scans, 1);
    request_unavailable(request, 1, "other questions over all records are being answered; ask again in a second");
    return false;
}

void api_leave(struct request *request)
{
    atomic_fetch_sub(&request->server->scans, 1);
}

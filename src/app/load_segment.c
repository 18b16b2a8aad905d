/* load_segment.c — a line that is a call of Segment's tracking API.
 *
 *     track     an event of that name           identify  traits: property versions
 *     page      the event page_viewed           group     a company, its traits, an association
 *     screen    the event screen_viewed         alias     two identifiers are one person
 *
 * A call is by a userId, an anonymousId or both; both join them (joins.h). Calls make
 * contacts: unlike in a plain file, an unknown id is somebody new. An e-mail address
 * in traits.email, or as userId, joins with the one contact that has it in its file. */
// SPDX-License-Identifier: Apache-2.0
#include "app/load_internal.h"

#include <strings.h>

#include "base/instant.h"
#include "base/intern.h"
#include "base/unicode.h"

enum call_kind { CALL_TRACK, CALL_PAGE, CALL_SCREEN, CALL_IDENTIFY, CALL_GROUP, CALL_ALIAS, CALL_NONE };

static const struct str call_names[CALL_NONE] = {
    [CALL_TRACK] = STR_INIT("track"),       [CALL_PAGE] = STR_INIT("page"),   [CALL_SCREEN] = STR_INIT("screen"),
    [CALL_IDENTIFY] = STR_INIT("identify"), [CALL_GROUP] = STR_INIT("group"), [CALL_ALIAS] = STR_INIT("alias"),
};

struct call {
    enum call_kind kind;
    const struct json_item *json;
    struct str user_id, anonymous_id;
    struct str message_id;
    struct str email; /* folded; empty: none */
    int64_t at_ms;
};

/* NULL also of no object at all. */
static const struct json_item *member_of(const struct json_item *object, struct str key)
{
    return object == NULL ? NULL : json_member(object, key);
}

/* A string's or number's text, trimmed; else empty. */
static struct str text_of(const struct json_item *object, struct str key)
{
    const struct json_item *member = member_of(object, key);
    if (member == NULL || (member->kind != JSON_STRING && member->kind != JSON_NUMBER)) return STR("");
    return str_trim(member->text);
}

static enum call_kind kind_of(const struct json_item *object)
{
    struct str type = text_of(object, STR("type"));
    for (enum call_kind kind = CALL_TRACK; kind < CALL_NONE; kind++)
        if (type.len == call_names[kind].len && strncasecmp(type.at, call_names[kind].at, type.len) == 0) return kind;
    return CALL_NONE;
}

bool load_is_segment_call(const struct json_item *object)
{
    return json_member(object, STR("contact")) == NULL && kind_of(object) != CALL_NONE;
}

/* ---- When. ---- */

enum time_state { TIME_ABSENT, TIME_READ, TIME_BAD };

static enum time_state read_time(const struct json_item *call, struct str key, int64_t *out)
{
    const struct json_item *member = json_member(call, key);
    if (member == NULL || member->kind == JSON_NULL) return TIME_ABSENT;
    if (member->kind == JSON_STRING && str_trim(member->text).len == 0) return TIME_ABSENT;
    return instant_parse_loose(text_of(call, key), out) ? TIME_READ : TIME_BAD;
}

/* `timestamp`; else when the client made the call, corrected by how wrong its clock was
 * when it sent it; else what is left. False after refusing. */
static bool read_times(struct loader *loader, const struct row *row, struct call *call, enum err *failed,
                       struct err_info *why)
{
    static const struct str keys[] = {STR_INIT("timestamp"), STR_INIT("originalTimestamp"), STR_INIT("sentAt"),
                                      STR_INIT("receivedAt")};
    int64_t at_ms[COUNT_OF(keys)];
    bool read[COUNT_OF(keys)];
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        enum time_state state = read_time(call->json, keys[i], &at_ms[i]);
        read[i] = state == TIME_READ;
        if (state != TIME_BAD) continue;
        *failed = load_refuse(loader, row, REJECT_BAD_TIME, keys[i], why, "it is not a time like 2026-01-05T10:00:00Z");
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (!read[i]) continue;
        call->at_ms = at_ms[i];
        if (i == 1 && read[2] && read[3]) call->at_ms = at_ms[3] - (at_ms[2] - at_ms[1]);
        return true;
    }
    *failed = load_refuse(loader, row, REJECT_BAD_TIME, keys[0], why, "the call has no time");
    return false;
}

/* ---- Who. ---- */

static bool check_ids(struct loader *loader, const struct row *row, const struct call *call, enum err *failed,
                      struct err_info *why)
{
    if (call->user_id.len == 0 && call->anonymous_id.len == 0) {
        *failed =
            load_refuse(loader, row, REJECT_NO_ID, STR("userId"), why, "the call has no userId and no anonymousId");
        return false;
    }
    if (call->message_id.len > LOAD_ID_MAX) {
        *failed = load_refuse(loader, row, REJECT_TOO_BIG, STR("messageId"), why,
                              "the messageId is longer than %d bytes", LOAD_ID_MAX);
        return false;
    }
    struct str ids[] = {call->user_id, call->anonymous_id};
    static const struct str keys[] = {STR_INIT("userId"), STR_INIT("anonymousId")};
    for (size_t i = 0; i < COUNT_OF(ids); i++)
        if (ids[i].len > 0 && !load_check_id(loader, row, ids[i], keys[i], failed, why)) return false;
    return true;
}

/* The builder's number of an identifier, and its number among the joins. */
static MUST_CHECK enum err identify(struct loader *loader, struct str id, bool user, uint32_t *contact,
                                    uint32_t *identifier, struct err_info *why)
{
    enum err failed = load_record_number(loader, ENTITY_CONTACT, id, false, contact, why);
    if (failed == ERR_OK) *identifier = joins_id(loader->joins, id, *contact, user);
    return failed;
}

/* Join an identifier with the one row that has this e-mail address. */
static void join_email(struct loader *loader, uint32_t identifier, struct str email, int64_t at_ms)
{
    uint32_t row = email.len > LOAD_ID_MAX ? RECORD_NONE : lookup_find(loader->emails, loader->scratch, email);
    if (row == RECORD_NONE || row == LOOKUP_SEVERAL) return;
    struct str folded = unicode_fold(loader->scratch, email);
    if (folded.len > LOAD_ID_MAX) return;
    joins_add(loader->joins, identifier, joins_email(loader->joins, folded, row), at_ms);
}

/* The contact of the call, in the builder; its identifiers joined. */
static MUST_CHECK enum err settle_contact(struct loader *loader, const struct call *call, uint32_t *contact,
                                          struct err_info *why)
{
    uint32_t identifier = 0;
    uint32_t other = 0;
    uint32_t other_contact = RECORD_NONE;
    bool by_user = call->user_id.len > 0;
    struct str id = by_user ? call->user_id : call->anonymous_id;
    enum err failed = identify(loader, id, by_user, contact, &identifier, why);
    if (failed != ERR_OK) return failed;
    if (by_user && call->anonymous_id.len > 0) {
        failed = identify(loader, call->anonymous_id, false, &other_contact, &other, why);
        if (failed != ERR_OK) return failed;
        joins_add(loader->joins, identifier, other, call->at_ms);
    }
    if (by_user && !load_is_listed(loader, ENTITY_CONTACT, *contact))
        join_email(loader, identifier, call->user_id, call->at_ms);
    if (call->kind == CALL_IDENTIFY)
        join_email(loader, identifier, text_of(json_member(call->json, STR("traits")), STR("email")), call->at_ms);
    return ERR_OK;
}

/* ---- What. ---- */

static MUST_CHECK enum err set_versions(struct loader *loader, const struct row *row, const struct call *call,
                                        uint32_t record, struct err_info *why)
{
    for (uint32_t i = 0; i < row->value_count; i++) {
        const struct event_property *value = &row->values[i];
        enum err failed = history_builder_property(loader->builder, value->property, record, call->at_ms, value->text,
                                                   call->message_id, why);
        INVARIANT(failed == ERR_OK); /* load_check_values asked the same */
    }
    return ERR_OK;
}

static MUST_CHECK enum err take_identify(struct loader *loader, struct row *row, const struct call *call,
                                         struct err_info *why)
{
    enum err failed = ERR_OK;
    uint32_t contact = RECORD_NONE;
    row_add_json_values(row, loader->names[ENTITY_CONTACT], json_member(call->json, STR("traits")));
    if (!load_check_values(loader, row, &failed, why)) return failed;
    failed = settle_contact(loader, call, &contact, why);
    return failed == ERR_OK ? set_versions(loader, row, call, contact, why) : failed;
}

static MUST_CHECK enum err take_group(struct loader *loader, struct row *row, const struct call *call,
                                      struct err_info *why)
{
    enum err failed = ERR_OK;
    uint32_t contact = RECORD_NONE;
    uint32_t company = RECORD_NONE;
    struct str group_id = text_of(call->json, STR("groupId"));
    if (!load_check_id(loader, row, group_id, STR("groupId"), &failed, why)) return failed;
    row_add_json_values(row, loader->names[ENTITY_COMPANY], json_member(call->json, STR("traits")));
    if (!load_check_values(loader, row, &failed, why)) return failed;
    failed = settle_contact(loader, call, &contact, why);
    if (failed == ERR_OK) failed = load_record_number(loader, ENTITY_COMPANY, group_id, true, &company, why);
    if (failed != ERR_OK) return failed;
    history_builder_associate(loader->builder, ASSOCIATION_CONTACT_COMPANY, contact, company, call->at_ms);
    return set_versions(loader, row, call, company, why);
}

static MUST_CHECK enum err take_alias(struct loader *loader, struct row *row, const struct call *call,
                                      struct err_info *why)
{
    enum err failed = ERR_OK;
    uint32_t contact = RECORD_NONE;
    uint32_t previous_contact = RECORD_NONE;
    uint32_t identifier = 0;
    uint32_t previous = 0;
    struct str previous_id = text_of(call->json, STR("previousId"));
    if (!load_check_id(loader, row, previous_id, STR("previousId"), &failed, why)) return failed;
    failed = settle_contact(loader, call, &contact, why);
    if (failed != ERR_OK) return failed;
    bool by_user = call->user_id.len > 0;
    failed = identify(loader, by_user ? call->user_id : call->anonymous_id, by_user, &contact, &identifier, why);
    if (failed == ERR_OK) failed = identify(loader, previous_id, false, &previous_contact, &previous, why);
    if (failed == ERR_OK) joins_add(loader->joins, identifier, previous, call->at_ms);
    return failed;
}

/* ---- Events. ---- */

/* What stands behind the host of a URL, or of a path itself, before '?' and '#'. */
static struct str path_of_url(struct str url)
{
    struct str rest = url;
    for (size_t i = 0; i + 2 < rest.len; i++) {
        if (rest.at[i] == '/' || rest.at[i] == '?' || rest.at[i] == '#') break;
        if (rest.at[i] != ':' || rest.at[i + 1] != '/' || rest.at[i + 2] != '/') continue;
        rest = (struct str){rest.at + i + 3, rest.len - i - 3};
        while (rest.len > 0 && rest.at[0] != '/' && rest.at[0] != '?' && rest.at[0] != '#')
            rest = (struct str){rest.at + 1, rest.len - 1};
        if (rest.len == 0 || rest.at[0] != '/') return STR("/");
        break;
    }
    size_t len = 0;
    while (len < rest.len && rest.at[len] != '?' && rest.at[len] != '#') len++;
    return (struct str){rest.at, len};
}

/* Set a property of the event where the call itself said nothing. */
static void set_missing(struct loader *loader, struct row *row, struct str key, struct str text)
{
    uint32_t property = names_get(loader->names[ENTITY_EVENT], key)->property;
    if (property == INTERN_NONE || text.len == 0) return;
    uint32_t place = row->place[property];
    if (place == 0 || row->values[place - 1].text.len == 0) row_set(row, property, text);
}

/* Name and category stand beside the properties; a browser's page stands in the context. */
static void add_page(struct loader *loader, struct row *row, const struct call *call)
{
    const struct json_item *properties = json_member(call->json, STR("properties"));
    set_missing(loader, row, STR("name"), text_of(call->json, STR("name")));
    set_missing(loader, row, STR("category"), text_of(call->json, STR("category")));
    if (call->kind != CALL_PAGE) return;
    const struct json_item *page = member_of(json_member(call->json, STR("context")), STR("page"));
    static const struct str keys[] = {STR_INIT("url"), STR_INIT("title"), STR_INIT("referrer"), STR_INIT("path")};
    for (size_t i = 0; i < COUNT_OF(keys); i++) set_missing(loader, row, keys[i], text_of(page, keys[i]));
    struct str url = text_of(properties, STR("url"));
    if (url.len == 0) url = text_of(page, STR("url"));
    set_missing(loader, row, STR("path"), path_of_url(url));
}

static bool read_bot(struct loader *loader, const struct row *row, const struct call *call, bool *bot, enum err *failed,
                     struct err_info *why)
{
    const struct json_item *member = member_of(json_member(call->json, STR("properties")), STR("bot"));
    struct value value = {0};
    struct err_info bad = {.code = ERR_OK};
    *bot = false;
    if (member == NULL || member->kind == JSON_NULL || str_trim(member->text).len == 0) return true;
    if (value_parse(loader->scratch, TYPE_BOOLEAN, str_trim(member->text), &value, &bad) == ERR_OK) {
        *bot = value.boolean;
        return true;
    }
    *failed = load_refuse(loader, row, REJECT_WRONG_TYPE, STR("properties.bot"), why, "%s", bad.msg);
    return false;
}

static MUST_CHECK enum err take_event(struct loader *loader, struct row *row, const struct call *call,
                                      struct err_info *why)
{
    enum err failed = ERR_OK;
    struct event_fact fact = {.at_ms = call->at_ms, .id = call->message_id};
    fact.name = call->kind == CALL_PAGE ? STR("page_viewed") : STR("screen_viewed");
    if (call->kind == CALL_TRACK) fact.name = text_of(call->json, STR("event"));
    if (fact.name.len == 0)
        return load_refuse(loader, row, REJECT_NO_EVENT, STR("event"), why, "the call names no event");
    if (fact.name.len > LOAD_ID_MAX)
        return load_refuse(loader, row, REJECT_TOO_BIG, STR("event"), why, "the event's name is longer than %d bytes",
                           LOAD_ID_MAX);
    if (!read_bot(loader, row, call, &fact.bot, &failed, why)) return failed;
    row_add_json_values(row, loader->names[ENTITY_EVENT], json_member(call->json, STR("properties")));
    if (call->kind != CALL_TRACK) add_page(loader, row, call);
    if (!load_check_values(loader, row, &failed, why)) return failed;
    struct str id = call->user_id.len > 0 ? call->user_id : call->anonymous_id;
    uint64_t events = loader->summary->events;
    failed = load_record_number(loader, ENTITY_CONTACT, id, false, &fact.contact, why);
    if (failed == ERR_OK) failed = load_event(loader, row, &fact, why);
    if (failed != ERR_OK || loader->summary->events == events) return failed; /* refused: it joins nobody */
    return settle_contact(loader, call, &fact.contact, why);
}

enum err load_segment_call(struct loader *loader, struct row *row, struct err_info *why)
{
    struct call call = {
        .kind = kind_of(row->json),
        .json = row->json,
        .user_id = text_of(row->json, STR("userId")),
        .anonymous_id = text_of(row->json, STR("anonymousId")),
        .message_id = text_of(row->json, STR("messageId")),
    };
    enum err failed = ERR_OK;
    uint64_t refused = rejects_count(loader->rejects);
    if (!check_ids(loader, row, &call, &failed, why)) return failed;
    if (!read_times(loader, row, &call, &failed, why)) return failed;
    switch (call.kind) {
    case CALL_IDENTIFY: failed = take_identify(loader, row, &call, why); break;
    case CALL_GROUP: failed = take_group(loader, row, &call, why); break;
    case CALL_ALIAS: failed = take_alias(loader, row, &call, why); break;
    case CALL_TRACK:
    case CALL_PAGE:
    case CALL_SCREEN: return take_event(loader, row, &call, why);
    case CALL_NONE: INVARIANT(call.kind != CALL_NONE); /* load_is_segment_call was asked */
    }
    if (failed == ERR_OK && rejects_count(loader->rejects) == refused) loader->summary->rows[ENTITY_EVENT]++;
    return failed;
}

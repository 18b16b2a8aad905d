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

/* The members of a call that are read. */
enum key {
    KEY_TYPE,
    KEY_CONTACT, /* has one: it is a plain event, whatever its type */
    KEY_USER_ID,
    KEY_ANONYMOUS_ID,
    KEY_PREVIOUS_ID,
    KEY_GROUP_ID,
    KEY_MESSAGE_ID,
    KEY_TIMESTAMP, /* the times in the order in which they are asked */
    KEY_ORIGINAL_TIMESTAMP,
    KEY_SENT_AT,
    KEY_RECEIVED_AT,
    KEY_EVENT,
    KEY_NAME,
    KEY_CATEGORY,
    KEY_PROPERTIES,
    KEY_TRAITS,
    KEY_CONTEXT,
    KEY_COUNT
};

static const struct str keys[KEY_COUNT] = {
    [KEY_TYPE] = STR_INIT("type"),
    [KEY_CONTACT] = STR_INIT("contact"),
    [KEY_USER_ID] = STR_INIT("userId"),
    [KEY_ANONYMOUS_ID] = STR_INIT("anonymousId"),
    [KEY_PREVIOUS_ID] = STR_INIT("previousId"),
    [KEY_GROUP_ID] = STR_INIT("groupId"),
    [KEY_MESSAGE_ID] = STR_INIT("messageId"),
    [KEY_TIMESTAMP] = STR_INIT("timestamp"),
    [KEY_ORIGINAL_TIMESTAMP] = STR_INIT("originalTimestamp"),
    [KEY_SENT_AT] = STR_INIT("sentAt"),
    [KEY_RECEIVED_AT] = STR_INIT("receivedAt"),
    [KEY_EVENT] = STR_INIT("event"),
    [KEY_NAME] = STR_INIT("name"),
    [KEY_CATEGORY] = STR_INIT("category"),
    [KEY_PROPERTIES] = STR_INIT("properties"),
    [KEY_TRAITS] = STR_INIT("traits"),
    [KEY_CONTEXT] = STR_INIT("context"),
};

struct call {
    enum call_kind kind;
    const struct json_item *member[KEY_COUNT]; /* NULL: the call has none */
    struct str user_id, anonymous_id;
    struct str message_id;
    int64_t at_ms;
};

/* A string's or number's text, trimmed; else empty. */
static struct str text_of(const struct json_item *item)
{
    if (item == NULL || (item->kind != JSON_STRING && item->kind != JSON_NUMBER)) return STR("");
    return str_trim(item->text);
}

/* NULL also of no object at all. */
static const struct json_item *member_of(const struct json_item *object, struct str key)
{
    return object == NULL ? NULL : json_member(object, key);
}

static enum call_kind kind_of(struct str type)
{
    for (enum call_kind kind = CALL_TRACK; kind < CALL_NONE; kind++)
        if (type.len == call_names[kind].len && strncasecmp(type.at, call_names[kind].at, type.len) == 0) return kind;
    return CALL_NONE;
}

bool load_is_segment_call(const struct json_item *object)
{
    return kind_of(text_of(json_member(object, keys[KEY_TYPE]))) != CALL_NONE &&
           json_member(object, keys[KEY_CONTACT]) == NULL;
}

static void read_members(const struct json_item *object, struct call *call)
{
    for (const struct json_item *member = json_first(object); member != NULL; member = json_next(object, member))
        for (enum key key = 0; key < KEY_COUNT; key++)
            if (member->key.len == keys[key].len && str_equal(member->key, keys[key])) call->member[key] = member;
}

/* ---- When. ---- */

enum time_state { TIME_ABSENT, TIME_READ, TIME_BAD };

static enum time_state read_time(const struct json_item *item, int64_t *out)
{
    if (item == NULL || item->kind == JSON_NULL) return TIME_ABSENT;
    if (item->kind == JSON_STRING && str_trim(item->text).len == 0) return TIME_ABSENT;
    return instant_parse_loose(text_of(item), out) ? TIME_READ : TIME_BAD;
}

/* `timestamp`; else when the client made the call, corrected by how wrong its clock was
 * when it sent it; else what is left. False after refusing. */
static bool read_times(struct loader *loader, const struct row *row, struct call *call, enum err *failed,
                       struct err_info *why)
{
    int64_t at_ms[KEY_COUNT];
    bool read[KEY_COUNT] = {false};
    for (enum key key = KEY_TIMESTAMP; key <= KEY_RECEIVED_AT; key++) {
        enum time_state state = read_time(call->member[key], &at_ms[key]);
        read[key] = state == TIME_READ;
        if (state != TIME_BAD) continue;
        *failed =
            load_refuse(loader, row, REJECT_BAD_TIME, keys[key], why, "it is not a time like 2026-01-05T10:00:00Z");
        return false;
    }
    for (enum key key = KEY_TIMESTAMP; key <= KEY_RECEIVED_AT; key++) {
        if (!read[key]) continue;
        call->at_ms = at_ms[key];
        if (key == KEY_ORIGINAL_TIMESTAMP && read[KEY_SENT_AT] && read[KEY_RECEIVED_AT])
            call->at_ms = at_ms[KEY_RECEIVED_AT] - (at_ms[KEY_SENT_AT] - at_ms[KEY_ORIGINAL_TIMESTAMP]);
        return true;
    }
    *failed = load_refuse(loader, row, REJECT_BAD_TIME, keys[KEY_TIMESTAMP], why, "the call has no time");
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
    if (call->user_id.len > 0 && !load_check_id(loader, row, call->user_id, keys[KEY_USER_ID], failed, why))
        return false;
    return call->anonymous_id.len == 0 ||
           load_check_id(loader, row, call->anonymous_id, keys[KEY_ANONYMOUS_ID], failed, why);
}

/* The builder's number of an identifier. */
static MUST_CHECK enum err find_contact(struct loader *loader, struct str id, uint32_t *contact, struct err_info *why)
{
    *contact = id_index_find(loader->contacts, id);
    return *contact != RECORD_NONE ? ERR_OK : load_record_number(loader, ENTITY_CONTACT, id, false, contact, why);
}

/* The identifier by which a call is made: its userId before its anonymousId. */
static struct str first_id(const struct call *call)
{
    return call->user_id.len > 0 ? call->user_id : call->anonymous_id;
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

/* Join what the call says of its contact, whose number and first identifier are known. */
static MUST_CHECK enum err join_contact(struct loader *loader, const struct call *call, uint32_t contact,
                                        struct err_info *why)
{
    bool by_user = call->user_id.len > 0;
    bool listed = load_is_listed(loader, ENTITY_CONTACT, contact);
    bool two_ids = by_user && call->anonymous_id.len > 0;
    struct str email = text_of(member_of(call->member[KEY_TRAITS], STR("email")));
    bool by_email = call->kind == CALL_IDENTIFY && email.len > 0;
    if (listed && !two_ids && !by_email && call->kind != CALL_ALIAS) return ERR_OK;
    uint32_t identifier = joins_id(loader->joins, first_id(call), contact, by_user);
    if (by_user && !listed) join_email(loader, identifier, call->user_id, call->at_ms);
    if (by_email) join_email(loader, identifier, email, call->at_ms);
    struct str others[] = {two_ids ? call->anonymous_id : STR(""),
                           call->kind == CALL_ALIAS ? text_of(call->member[KEY_PREVIOUS_ID]) : STR("")};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        uint32_t other = RECORD_NONE;
        if (others[i].len == 0) continue;
        enum err failed = find_contact(loader, others[i], &other, why);
        if (failed != ERR_OK) return failed;
        joins_add(loader->joins, identifier, joins_id(loader->joins, others[i], other, false), call->at_ms);
    }
    return ERR_OK;
}

/* The contact of the call in the builder, joined. */
static MUST_CHECK enum err settle_contact(struct loader *loader, const struct call *call, uint32_t *contact,
                                          struct err_info *why)
{
    enum err failed = find_contact(loader, first_id(call), contact, why);
    return failed == ERR_OK ? join_contact(loader, call, *contact, why) : failed;
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
    row_add_json_values(row, loader->names[ENTITY_CONTACT], call->member[KEY_TRAITS]);
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
    struct str group_id = text_of(call->member[KEY_GROUP_ID]);
    if (!load_check_id(loader, row, group_id, STR("groupId"), &failed, why)) return failed;
    row_add_json_values(row, loader->names[ENTITY_COMPANY], call->member[KEY_TRAITS]);
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
    struct str previous_id = text_of(call->member[KEY_PREVIOUS_ID]);
    if (!load_check_id(loader, row, previous_id, keys[KEY_PREVIOUS_ID], &failed, why)) return failed;
    return settle_contact(loader, call, &contact, why);
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
    const struct json_item *properties = call->member[KEY_PROPERTIES];
    set_missing(loader, row, STR("name"), text_of(call->member[KEY_NAME]));
    set_missing(loader, row, STR("category"), text_of(call->member[KEY_CATEGORY]));
    if (call->kind != CALL_PAGE) return;
    const struct json_item *page = member_of(call->member[KEY_CONTEXT], STR("page"));
    static const struct str of_page[] = {STR_INIT("url"), STR_INIT("title"), STR_INIT("referrer"), STR_INIT("path")};
    for (size_t i = 0; i < COUNT_OF(of_page); i++)
        set_missing(loader, row, of_page[i], text_of(member_of(page, of_page[i])));
    struct str url = text_of(member_of(properties, STR("url")));
    if (url.len == 0) url = text_of(member_of(page, STR("url")));
    set_missing(loader, row, STR("path"), path_of_url(url));
}

static bool read_bot(struct loader *loader, const struct row *row, const struct call *call, bool *bot, enum err *failed,
                     struct err_info *why)
{
    const struct json_item *member = member_of(call->member[KEY_PROPERTIES], STR("bot"));
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
    if (call->kind == CALL_TRACK) fact.name = text_of(call->member[KEY_EVENT]);
    if (fact.name.len == 0)
        return load_refuse(loader, row, REJECT_NO_EVENT, STR("event"), why, "the call names no event");
    if (fact.name.len > LOAD_ID_MAX)
        return load_refuse(loader, row, REJECT_TOO_BIG, STR("event"), why, "the event's name is longer than %d bytes",
                           LOAD_ID_MAX);
    if (!read_bot(loader, row, call, &fact.bot, &failed, why)) return failed;
    row_add_json_values(row, loader->names[ENTITY_EVENT], call->member[KEY_PROPERTIES]);
    if (call->kind != CALL_TRACK) add_page(loader, row, call);
    if (!load_check_values(loader, row, &failed, why)) return failed;
    uint64_t events = loader->summary->events;
    failed = find_contact(loader, first_id(call), &fact.contact, why);
    if (failed == ERR_OK) failed = load_event(loader, row, &fact, why);
    if (failed != ERR_OK || loader->summary->events == events) return failed; /* refused: it joins nobody */
    return join_contact(loader, call, fact.contact, why);
}

enum err load_segment_call(struct loader *loader, struct row *row, struct err_info *why)
{
    struct call call = {.kind = CALL_NONE};
    read_members(row->json, &call);
    call.kind = kind_of(text_of(call.member[KEY_TYPE]));
    call.user_id = text_of(call.member[KEY_USER_ID]);
    call.anonymous_id = text_of(call.member[KEY_ANONYMOUS_ID]);
    call.message_id = text_of(call.member[KEY_MESSAGE_ID]);
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

/* call.c — who, when and what a call tells, in this order, each with its own refusals. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/instant.h"
#include "base/unicode.h"
#include "core/catalog.h"
#include "engine/bot.h"
#include "engine/call_context.h"
#include "engine/fact_values.h"
#include "engine/flatten.h"
#include "engine/identifier.h"
#include "history/history.h"

#define SHOWN_MAX 100 /* bytes of a client's text in a sentence */

static const struct str kinds[CALL_NONE] = {
    [CALL_TRACK] = STR_INIT("track"),       [CALL_PAGE] = STR_INIT("page"),   [CALL_SCREEN] = STR_INIT("screen"),
    [CALL_IDENTIFY] = STR_INIT("identify"), [CALL_GROUP] = STR_INIT("group"), [CALL_ALIAS] = STR_INIT("alias"),
};

/* The members of a call that are read. */
enum key {
    KEY_TYPE,
    KEY_USER_ID,
    KEY_ANONYMOUS_ID,
    KEY_PREVIOUS_ID,
    KEY_GROUP_ID,
    KEY_MESSAGE_ID,
    KEY_TIMESTAMP,
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

struct reading {
    const struct call_setting *setting;
    struct arena *arena;
    enum call_kind kind;
    const struct json_item *member[KEY_COUNT]; /* NULL: the call has none */
    struct fact *fact;
    struct fact_result *result;
};

static PRINTF_LIKE(4, 5) bool refuse(struct reading *r, const char *reason, struct str place, const char *format, ...)
{
    struct fact_result *result = r->result;
    result->state = FACT_REFUSED;
    result->reason = reason;
    result->place = place;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(result->message, sizeof(result->message), format, arguments);
    va_end(arguments);
    INVARIANT(length > 0 && (size_t)length < sizeof(result->message)); /* SHOWN_MAX leaves room */
    return false;
}

/* As much of a client's text as a sentence holds. */
static struct str shown(struct str text)
{
    if (text.len <= SHOWN_MAX) return text;
    return (struct str){text.at, unicode_valid_length((struct str){text.at, SHOWN_MAX})};
}

enum call_kind call_kind_of(struct str type)
{
    for (enum call_kind kind = CALL_TRACK; kind < CALL_NONE; kind++)
        if (type.len == kinds[kind].len && strncasecmp(type.at, kinds[kind].at, type.len) == 0) return kind;
    return CALL_NONE;
}

/* The last one of a name, as json_member has it, and all in one walk. */
static void read_members(struct reading *r, const struct json_item *object)
{
    for (const struct json_item *member = json_first(object); member != NULL; member = json_next(object, member))
        for (enum key key = 0; key < KEY_COUNT; key++)
            if (member->key.len == keys[key].len && str_equal(member->key, keys[key])) r->member[key] = member;
}

/* A member of the call's context, else of the batch's. */
static const struct json_item *context_member(const struct reading *r, struct str key)
{
    const struct json_item *own = json_member(r->member[KEY_CONTEXT], key);
    return own != NULL && own->kind != JSON_NULL ? own : json_member(r->setting->context, key);
}

/* ---- When. ---- */

enum time_state { TIME_ABSENT, TIME_READ, TIME_BAD };

/* A batch says of all its calls when they were sent. */
static struct str told_time(const struct reading *r, enum key key)
{
    struct str of_batch = r->setting->sent_at;
    return key == KEY_SENT_AT && of_batch.len > 0 ? of_batch : flatten_text(r->member[key]);
}

static enum time_state read_time(const struct reading *r, enum key key, int64_t *out)
{
    const struct json_item *item = r->member[key];
    struct str told = told_time(r, key);
    if (told.len == 0 && (item == NULL || item->kind == JSON_NULL || item->kind == JSON_STRING)) return TIME_ABSENT;
    return instant_parse_loose(told, out) ? TIME_READ : TIME_BAD;
}

static bool refuse_time(struct reading *r, enum key key)
{
    struct str told = shown(told_time(r, key));
    if (told.len == 0) return refuse(r, "bad_time", keys[key], "it is not a time like 2026-01-05T10:00:00Z");
    return refuse(r, "bad_time", keys[key], "'" STR_FMT "' is not a time like 2026-01-05T10:00:00Z", STR_ARG(told));
}

struct times {
    bool has[KEY_COUNT]; /* of KEY_TIMESTAMP to KEY_RECEIVED_AT */
    int64_t at_ms[KEY_COUNT];
};

static bool read_times(struct reading *r, struct times *times)
{
    bool from_file = r->setting->origin == CALL_OF_FILE;
    for (enum key key = KEY_TIMESTAMP; key <= KEY_RECEIVED_AT; key++) {
        if (key == KEY_RECEIVED_AT && !from_file) continue; /* when we received it is for us to say */
        enum time_state state = read_time(r, key, &times->at_ms[key]);
        times->has[key] = state == TIME_READ;
        if (state == TIME_BAD) return refuse_time(r, key);
    }
    if (from_file) return true;
    times->has[KEY_RECEIVED_AT] = true;
    times->at_ms[KEY_RECEIVED_AT] = r->setting->received_ms;
    return true;
}

/* By how much the client's clock is behind ours, the way of the call through the net included; 0 when unknown. */
static int64_t skew_ms(const struct times *times)
{
    if (!times->has[KEY_SENT_AT] || !times->has[KEY_RECEIVED_AT]) return 0;
    return times->at_ms[KEY_RECEIVED_AT] - times->at_ms[KEY_SENT_AT];
}

/* The key whose time is the call's, and that time; KEY_COUNT without any. */
static enum key choose_time(const struct times *times, bool from_file, int64_t *at_ms)
{
    int64_t skew = skew_ms(times);
    bool wrong = skew > CALL_SKEW_MS || skew < -CALL_SKEW_MS;
    for (enum key key = KEY_TIMESTAMP; key <= KEY_RECEIVED_AT; key++) {
        if (!times->has[key]) continue;
        *at_ms = times->at_ms[key];
        if (key == KEY_ORIGINAL_TIMESTAMP) *at_ms += skew;
        if (from_file) return key;
        if (key == KEY_TIMESTAMP && wrong && !times->has[KEY_ORIGINAL_TIMESTAMP]) *at_ms += skew;
        if (key == KEY_SENT_AT && wrong) *at_ms += skew;
        return key;
    }
    return KEY_COUNT;
}

static bool settle_time(struct reading *r)
{
    struct times times = {0};
    bool from_file = r->setting->origin == CALL_OF_FILE;
    if (!read_times(r, &times)) return false;
    int64_t at_ms = 0;
    enum key key = choose_time(&times, from_file, &at_ms);
    if (key == KEY_COUNT) return refuse(r, "bad_time", keys[KEY_TIMESTAMP], "the call has no time");
    if (!from_file && at_ms > r->setting->received_ms) at_ms = r->setting->received_ms;
    if (at_ms < EVENT_MIN_MS || at_ms > EVENT_MAX_MS)
        return refuse(r, "bad_time", keys[key], "the time is outside the years 1900 to 5999");
    r->fact->at_ms = at_ms;
    r->fact->received_ms = from_file ? at_ms : r->setting->received_ms;
    return true;
}

/* ---- Who. ---- */

/* The id in a member of the call; empty without one. */
static bool read_id(struct reading *r, enum key key, struct str *out)
{
    static const char *const kinds_of_json[] = {
        [JSON_BOOL] = "true or false", [JSON_ARRAY] = "a list", [JSON_OBJECT] = "an object"};
    const struct json_item *member = r->member[key];
    *out = flatten_text(member);
    if (member != NULL && (member->kind == JSON_BOOL || member->kind == JSON_ARRAY || member->kind == JSON_OBJECT))
        return refuse(r, "wrong_type", keys[key], "it is %s; an id is a text", kinds_of_json[member->kind]);
    if (identifier_is_blank(*out))
        return refuse(r, "no_id", keys[key], "'" STR_FMT "' is what a program writes when it has no id", STR_ARG(*out));
    if (out->len > FACT_ID_MAX)
        return refuse(r, "id_too_long", keys[key], "an id of %zu bytes; it may have at most %d", out->len, FACT_ID_MAX);
    return true;
}

static bool add_identifier(struct reading *r, enum identifier_kind kind, struct str text, struct str place)
{
    struct fact *fact = r->fact;
    if (text.len > FACT_ID_MAX)
        return refuse(r, "id_too_long", place, "an address of %zu bytes; it may have at most %d", text.len,
                      FACT_ID_MAX);
    for (uint32_t i = 0; i < fact->identifier_count; i++)
        if (fact->identifiers[i].kind == kind && str_equal(fact->identifiers[i].text, text)) return true;
    INVARIANT(fact->identifier_count < FACT_IDENTIFIERS_MAX);
    fact->identifiers[fact->identifier_count++] = (struct fact_identifier){.kind = kind, .text = text};
    return true;
}

/* An id that may be an address. */
static bool add_user(struct reading *r, struct str text, struct str place)
{
    if (!add_identifier(r, IDENTIFIER_USER, text, place)) return false;
    return !identifier_is_address(text) || add_identifier(r, IDENTIFIER_EMAIL, text, place);
}

/* The address that a call carries beside its ids: an alias speaks of two people, so of nobody's. */
static bool add_email(struct reading *r)
{
    if (r->kind == CALL_ALIAS) return true;
    struct str place = STR("traits.email");
    struct str email = STR("");
    if (r->kind == CALL_IDENTIFY) email = flatten_text(json_member(r->member[KEY_TRAITS], STR("email")));
    if (email.len == 0) {
        place = STR("context.traits.email");
        email = flatten_text(json_member(context_member(r, STR("traits")), STR("email")));
    }
    return !identifier_is_address(email) || add_identifier(r, IDENTIFIER_EMAIL, email, place);
}

static bool read_who(struct reading *r)
{
    struct fact *fact = r->fact;
    struct str user_id, anonymous_id, previous_id;
    if (!read_id(r, KEY_USER_ID, &user_id) || !read_id(r, KEY_ANONYMOUS_ID, &anonymous_id)) return false;
    if (user_id.len == 0 && anonymous_id.len == 0)
        return refuse(r, "no_id", keys[KEY_USER_ID], "the call has no userId and no anonymousId");
    if (user_id.len > 0 && !add_user(r, user_id, keys[KEY_USER_ID])) return false;
    if (anonymous_id.len > 0 && !add_identifier(r, IDENTIFIER_ANONYMOUS, anonymous_id, keys[KEY_ANONYMOUS_ID]))
        return false;
    if (r->kind == CALL_ALIAS) {
        if (!read_id(r, KEY_PREVIOUS_ID, &previous_id)) return false;
        if (previous_id.len == 0) return refuse(r, "no_id", keys[KEY_PREVIOUS_ID], "the call has no previousId");
        if (!add_user(r, previous_id, keys[KEY_PREVIOUS_ID])) return false;
        if (!add_identifier(r, IDENTIFIER_ANONYMOUS, previous_id, keys[KEY_PREVIOUS_ID])) return false;
    }
    if (!add_email(r)) return false;
    for (uint32_t i = 0; i < fact->identifier_count; i++)
        if (fact->identifiers[i].kind == IDENTIFIER_EMAIL) fact->lists = true;
    if (user_id.len > 0) fact->lists = true;
    fact->message_id = flatten_text(r->member[KEY_MESSAGE_ID]);
    if (fact->message_id.len > FACT_ID_MAX)
        return refuse(r, "id_too_long", keys[KEY_MESSAGE_ID], "the messageId is longer than %d bytes", FACT_ID_MAX);
    return true;
}

/* ---- Which company. ---- */

static bool set_company(struct reading *r, struct str id, struct str place)
{
    if (id.len > FACT_ID_MAX)
        return refuse(r, "id_too_long", place, "an id of %zu bytes; it may have at most %d", id.len, FACT_ID_MAX);
    r->fact->company = id;
    return true;
}

/* Is the member an object, or none? An empty list is what PHP makes of an empty object. */
static bool check_object(struct reading *r, enum key key)
{
    const struct json_item *member = r->member[key];
    if (member == NULL || member->kind == JSON_OBJECT || member->kind == JSON_NULL) return true;
    if (member->kind == JSON_ARRAY && json_first(member) == NULL) return true;
    return refuse(r, "wrong_type", keys[key], "it is no object like {\"plan\": \"pro\"}");
}

/* Values that were collected, or why they cannot be taken. */
static bool check_values(struct reading *r, const struct fact_values *values, struct str place)
{
    if (values->too_many) return refuse(r, "too_many_values", place, "there are more than %d values", FACT_VALUES_MAX);
    if (values->name_too_long && r->setting->origin == CALL_OF_CLIENT)
        return refuse(r, "name_too_long", place, "a name in it is longer than %d bytes", PROPERTY_NAME_MAX);
    return true;
}

static bool read_company_values(struct reading *r, const struct json_item *object, struct str place)
{
    struct fact_values values = fact_values_new(r->arena);
    fact_values_add(&values, object);
    r->fact->company_values = values.at;
    r->fact->company_value_count = values.count;
    return check_values(r, &values, place);
}

/* Segment's events of somebody who is not of the account that their context names any more. */
static bool tells_of_leaving(struct str event)
{
    return str_equal(event, STR("Account Removed User")) || str_equal(event, STR("Account Deleted"));
}

/* Of a group its own; of an identify the one among the traits; else the account that the context names. A company
 * without an id is only what the traits say. */
static bool read_company(struct reading *r)
{
    if (r->kind == CALL_GROUP) {
        struct str id;
        if (!read_id(r, KEY_GROUP_ID, &id)) return false;
        if (id.len == 0) return refuse(r, "no_id", keys[KEY_GROUP_ID], "the call has no groupId");
        return check_object(r, KEY_TRAITS) && set_company(r, id, keys[KEY_GROUP_ID]) &&
               read_company_values(r, r->member[KEY_TRAITS], STR("traits"));
    }
    if (r->kind == CALL_IDENTIFY) {
        const struct json_item *company = json_member(r->member[KEY_TRAITS], STR("company"));
        struct str id = flatten_text(json_member(company, STR("id")));
        if (id.len > 0 && !identifier_is_blank(id))
            return set_company(r, id, STR("traits.company.id")) &&
                   read_company_values(r, company, STR("traits.company"));
    }
    struct str account = flatten_text(context_member(r, keys[KEY_GROUP_ID]));
    if (r->kind == CALL_TRACK && tells_of_leaving(flatten_text(r->member[KEY_EVENT]))) return true;
    return identifier_is_blank(account) || set_company(r, account, STR("context.groupId"));
}

/* ---- What. ---- */

static bool read_traits(struct reading *r)
{
    if (!check_object(r, KEY_TRAITS)) return false;
    struct fact_values values = fact_values_new(r->arena);
    fact_values_add(&values, r->member[KEY_TRAITS]);
    r->fact->values = values.at;
    r->fact->value_count = values.count;
    return check_values(r, &values, keys[KEY_TRAITS]);
}

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

/* Name and category stand beside the properties; a browser's page stands in the context. */
static void add_page(struct reading *r, struct fact_values *values)
{
    fact_values_set_missing(values, STR("name"), flatten_text(r->member[KEY_NAME]));
    fact_values_set_missing(values, STR("category"), flatten_text(r->member[KEY_CATEGORY]));
    if (r->kind != CALL_PAGE) return;
    static const struct str of_page[] = {STR_INIT("url"),      STR_INIT("path"),   STR_INIT("title"),
                                         STR_INIT("referrer"), STR_INIT("search"), STR_INIT("keywords")};
    const struct json_item *page = context_member(r, STR("page"));
    for (size_t i = 0; i < COUNT_OF(of_page); i++)
        fact_values_set_missing(values, of_page[i], flatten_text(json_member(page, of_page[i])));
    struct str url = flatten_text(json_member(r->member[KEY_PROPERTIES], STR("url")));
    if (url.len == 0) url = flatten_text(json_member(page, STR("url")));
    fact_values_set_missing(values, STR("path"), path_of_url(url));
}

/* A client may say of itself that it is none of the people. */
static bool read_bot(struct reading *r)
{
    const struct json_item *member = json_member(r->member[KEY_PROPERTIES], STR("bot"));
    struct value value = {0};
    struct str text = member == NULL ? STR("") : str_trim(member->text);
    if (text.len == 0) return true;
    if (value_parse(r->arena, TYPE_BOOLEAN, text, &value, NULL) != ERR_OK)
        return refuse(r, "wrong_type", STR("properties.bot"), "'" STR_FMT "' is neither true nor false",
                      STR_ARG(shown(text)));
    r->fact->bot = value.boolean;
    return true;
}

/* Is the event automatic, and what were the circumstances? Evidence of the request comes first, it was there first. */
static void add_context(struct reading *r)
{
    struct call_circumstances circumstances = {.user_agent = flatten_text(context_member(r, STR("userAgent")))};
    struct str bot = r->setting->bot;
    if (bot.len == 0) bot = bot_of_user_agent(circumstances.user_agent);
    if (bot.len == 0 && r->fact->bot) bot = STR("it says so itself");
    if (bot.len > 0) r->fact->bot = true;
    if (r->setting->origin == CALL_OF_FILE) return;
    circumstances.bot = bot;
    circumstances.campaign = context_member(r, STR("campaign"));
    circumstances.referrer = context_member(r, STR("referrer"));
    circumstances.page_referrer = flatten_text(json_member(context_member(r, STR("page")), STR("referrer")));
    if (circumstances.user_agent.len == 0) circumstances.user_agent = r->setting->user_agent;
    r->fact->context = call_context(&circumstances, r->arena);
}

static bool read_name(struct reading *r)
{
    struct str name = r->kind == CALL_PAGE ? STR("page_viewed") : STR("screen_viewed");
    if (r->kind == CALL_TRACK) name = flatten_text(r->member[KEY_EVENT]);
    if (name.len == 0) return refuse(r, "no_event", keys[KEY_EVENT], "the call names no event");
    if (name.len > FACT_ID_MAX)
        return refuse(r, "name_too_long", keys[KEY_EVENT], "the event's name is longer than %d bytes", FACT_ID_MAX);
    if (r->setting->origin == CALL_OF_CLIENT && str_starts_with(unicode_fold(r->arena, name), STR("plumb.")))
        return refuse(r, "reserved", keys[KEY_EVENT], "names of events that begin with 'plumb.' are Plumb's own");
    r->fact->event = name;
    return true;
}

static bool read_event(struct reading *r)
{
    if (!read_name(r) || !check_object(r, KEY_PROPERTIES) || !read_bot(r)) return false;
    struct fact_values values = fact_values_new(r->arena);
    fact_values_add(&values, r->member[KEY_PROPERTIES]);
    if (r->kind != CALL_TRACK) add_page(r, &values);
    fact_values_drop_empty(&values);
    r->fact->event_values = values.at;
    r->fact->event_value_count = values.count;
    add_context(r);
    return check_values(r, &values, keys[KEY_PROPERTIES]);
}

static bool read_what(struct reading *r)
{
    switch (r->kind) {
    case CALL_TRACK:
    case CALL_PAGE:
    case CALL_SCREEN: return read_event(r);
    case CALL_IDENTIFY: return read_traits(r);
    case CALL_GROUP:
    case CALL_ALIAS:
    case CALL_NONE: break;
    }
    return true;
}

static bool read_type(struct reading *r)
{
    struct str type = shown(flatten_text(r->member[KEY_TYPE]));
    r->kind = call_kind_of(type);
    if (r->kind != CALL_NONE) return true;
    if (type.len == 0)
        return refuse(r, "unknown_type", keys[KEY_TYPE],
                      "the call does not say its type: track, page, screen, identify, group or alias");
    return refuse(r, "unknown_type", keys[KEY_TYPE],
                  "'" STR_FMT "' is not track, page, screen, identify, group or alias", STR_ARG(type));
}

bool call_read(const struct json_item *item, struct str body, const struct call_setting *setting, struct arena *arena,
               struct fact *fact, struct fact_result *result)
{
    *fact = (struct fact){.object = ENTITY_CONTACT, .expect = FACT_UPSERT, .body = body, .source = setting->source};
    *result = (struct fact_result){.record = RECORD_NONE};
    fact->at_ms = fact->received_ms = setting->received_ms;
    struct reading r = {.setting = setting, .arena = arena, .kind = setting->kind, .fact = fact, .result = result};
    if (item->kind != JSON_OBJECT) return refuse(&r, "wrong_type", STR(""), "the call is not a JSON object");
    read_members(&r, item);
    if (r.kind == CALL_NONE && !read_type(&r)) return false;
    return read_who(&r) && settle_time(&r) && read_company(&r) && read_what(&r);
}

/* fact_json.c — see fact_json.h. What texts may be is for the writer of the engine to judge, who sees all facts. */
// SPDX-License-Identifier: Apache-2.0
#include "server/fact_json.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/instant.h"
#include "history/history.h"
#include "server/api.h"

#define CONTACTS_MAX 1000 /* of one deal */
#define ALWAYS "always"

static const struct str kinds[IDENTIFIER_KINDS] = {[IDENTIFIER_ID] = STR_INIT("id"),
                                                   [IDENTIFIER_USER] = STR_INIT("userId"),
                                                   [IDENTIFIER_ANONYMOUS] = STR_INIT("anonymousId"),
                                                   [IDENTIFIER_EMAIL] = STR_INIT("email")};
static const struct str modes[] = {
    [FACT_UPSERT] = STR_INIT("upsert"), [FACT_CREATE] = STR_INIT("create"), [FACT_UPDATE] = STR_INIT("update")};

/* ---- Writing. ---- */

static void write_text(struct json_writer *writer, const char *name, struct str text)
{
    if (text.len == 0) return;
    json_key(writer, name);
    json_string(writer, text);
}

static void write_flag(struct json_writer *writer, const char *name, bool flag)
{
    if (!flag) return;
    json_key(writer, name);
    json_bool(writer, true);
}

static void write_values(struct json_writer *writer, const char *name, const struct fact_value *values, uint32_t count)
{
    if (count == 0) return;
    AUTO_ARENA arena = arena_new();
    json_key(writer, name);
    json_begin_object(writer);
    for (uint32_t i = 0; i < count; i++) {
        json_key(writer, arena_str(arena, values[i].name).at);
        json_string(writer, values[i].text);
    }
    json_end_object(writer);
}

static void write_at(struct json_writer *writer, int64_t at_ms)
{
    AUTO_BUF text = BUF_INIT(64);
    json_key(writer, "at");
    if (at_ms == FOREVER) buf_append_c(&text, ALWAYS);
    else instant_format(&text, at_ms);
    json_string(writer, buf_str(&text));
}

void fact_json_write(struct json_writer *writer, const struct fact *fact)
{
    json_begin_object(writer);
    write_text(writer, "object", str_from_c(entity_name(fact->object)));
    json_key(writer, "identifiers");
    json_begin_array(writer);
    for (uint32_t i = 0; i < fact->identifier_count; i++) {
        json_begin_object(writer);
        write_text(writer, "kind", kinds[fact->identifiers[i].kind]);
        write_text(writer, "value", fact->identifiers[i].text);
        json_end_object(writer);
    }
    json_end_array(writer);
    if (fact->expect != FACT_UPSERT) write_text(writer, "mode", modes[fact->expect]);
    write_flag(writer, "lists", fact->lists);
    write_at(writer, fact->at_ms);
    write_text(writer, "message_id", fact->message_id);
    write_text(writer, "event", fact->event);
    write_flag(writer, "bot", fact->bot);
    write_values(writer, "event_properties", fact->event_values, fact->event_value_count);
    write_values(writer, "properties", fact->values, fact->value_count);
    write_text(writer, "company", fact->company);
    write_flag(writer, "company_is_mentioned", fact->mentions);
    write_values(writer, "company_properties", fact->company_values, fact->company_value_count);
    if (fact->contact_count > 0) json_key(writer, "contacts");
    if (fact->contact_count > 0) json_begin_array(writer);
    for (uint32_t i = 0; i < fact->contact_count; i++) json_string(writer, fact->contacts[i]);
    if (fact->contact_count > 0) json_end_array(writer);
    json_end_object(writer);
}

/* ---- Reading. ---- */

struct reading {
    const struct json_item *item;
    struct arena *arena;
    struct fact_result *refusal;
};

PRINTF_LIKE(4, 5)
static bool refuse(const struct reading *r, const char *reason, const char *place, const char *format, ...)
{
    *r->refusal = (struct fact_result){
        .state = FACT_REFUSED, .record = RECORD_NONE, .reason = reason, .place = str_from_c(place)};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(r->refusal->message, sizeof r->refusal->message, format, arguments);
    va_end(arguments);
    return false;
}

static bool is_absent(const struct json_item *item)
{
    return item == NULL || item->kind == JSON_NULL;
}

static bool read_text(const struct reading *r, const char *name, struct str *out)
{
    const struct json_item *item = json_member(r->item, str_from_c(name));
    if (is_absent(item)) return true;
    if (item->kind != JSON_STRING) return refuse(r, "wrong_type", name, "'%s' is a text", name);
    *out = item->text;
    return true;
}

static bool read_flag(const struct reading *r, const char *name, bool *out)
{
    const struct json_item *item = json_member(r->item, str_from_c(name));
    if (is_absent(item)) return true;
    if (item->kind != JSON_BOOL) return refuse(r, "wrong_type", name, "'%s' is true or false", name);
    *out = item->boolean;
    return true;
}

/* How many a container has, or one more than `most`: what they become is allocated for those that are there. */
static size_t count_of(const struct json_item *container, size_t most)
{
    size_t count = 0;
    for (const struct json_item *one = json_first(container); one != NULL && count <= most;
         one = json_next(container, one))
        count++;
    return count;
}

static bool read_values(const struct reading *r, const char *name, const struct fact_value **out, uint32_t *count)
{
    const struct json_item *object = json_member(r->item, str_from_c(name));
    if (is_absent(object)) return true;
    if (object->kind != JSON_OBJECT) return refuse(r, "wrong_type", name, "'%s' is an object of texts", name);
    size_t all = count_of(object, FACT_VALUES_MAX);
    if (all > FACT_VALUES_MAX)
        return refuse(r, "too_many_values", name, "it has more than %d properties", FACT_VALUES_MAX);
    struct fact_value *values = ARENA_ARRAY(r->arena, struct fact_value, all);
    *out = values;
    for (const struct json_item *one = json_first(object); one != NULL; one = json_next(object, one)) {
        if (one->kind != JSON_STRING) return refuse(r, "wrong_type", name, "'%s' is an object of texts", name);
        values[(*count)++] = (struct fact_value){.name = one->key, .text = one->text};
    }
    return true;
}

static bool read_identifier(const struct reading *r, const struct json_item *one, struct fact *fact)
{
    const struct json_item *kind = one->kind == JSON_OBJECT ? json_member(one, STR("kind")) : NULL;
    const struct json_item *value = one->kind == JSON_OBJECT ? json_member(one, STR("value")) : NULL;
    if (kind == NULL || value == NULL || kind->kind != JSON_STRING || value->kind != JSON_STRING)
        return refuse(r, "wrong_type", "identifiers", "an identifier is {\"kind\": \"id\", \"value\": \"c-1\"}");
    if (fact->identifier_count == FACT_IDENTIFIERS_MAX)
        return refuse(r, "too_many_values", "identifiers", "there are more than %d", FACT_IDENTIFIERS_MAX);
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        if (!str_equal(kind->text, kinds[k])) continue;
        fact->identifiers[fact->identifier_count++] =
            (struct fact_identifier){(enum identifier_kind)k, str_trim(value->text)};
        return true;
    }
    return refuse(r, "unknown_type", "identifiers", "a kind of identifier is id, userId, anonymousId or email");
}

static bool read_who(const struct reading *r, struct fact *fact)
{
    struct str object = STR("contact"), mode = modes[FACT_UPSERT];
    const struct json_item *list = json_member(r->item, STR("identifiers"));
    if (!read_text(r, "object", &object) || !read_text(r, "mode", &mode)) return false;
    for (fact->object = ENTITY_CONTACT; !str_equal(object, str_from_c(entity_name(fact->object))); fact->object++)
        if (fact->object == ENTITY_DEAL)
            return refuse(r, "unknown_type", "object", "an object is contact, company or deal");
    for (fact->expect = FACT_UPSERT; !str_equal(mode, modes[fact->expect]); fact->expect++)
        if (fact->expect == FACT_UPDATE) return refuse(r, "wrong_type", "mode", "mode is upsert, create or update");
    if (list == NULL || list->kind != JSON_ARRAY)
        return refuse(r, "no_id", "identifiers", "it does not say who it is about");
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one))
        if (!read_identifier(r, one, fact)) return false;
    if (fact->object == ENTITY_CONTACT) return true;
    if (fact->identifier_count == 1 && fact->identifiers[0].kind == IDENTIFIER_ID) return true;
    return refuse(r, "no_id", "identifiers", "a %s has its id and nothing else", entity_name(fact->object));
}

static bool read_when(const struct reading *r, struct fact *fact)
{
    struct str at = {0};
    if (!read_text(r, "at", &at)) return false;
    if (at.len == 0) return true; /* now */
    if (str_equal(at, STR(ALWAYS))) fact->at_ms = FOREVER;
    else if (!instant_parse(at, &fact->at_ms) || fact->at_ms < EVENT_MIN_MS || fact->at_ms > EVENT_MAX_MS)
        return refuse(r, "bad_time", "at", "an instant from 1900 to 5999 such as 2026-01-05T10:00:00Z, or " ALWAYS);
    return true;
}

static bool read_contacts(const struct reading *r, struct fact *fact)
{
    const struct json_item *list = json_member(r->item, STR("contacts"));
    if (is_absent(list)) return true;
    if (list->kind != JSON_ARRAY) return refuse(r, "wrong_type", "contacts", "the list of ids of a deal's contacts");
    size_t all = count_of(list, CONTACTS_MAX);
    if (all > CONTACTS_MAX)
        return refuse(r, "too_many_values", "contacts", "there are more than %d contacts", CONTACTS_MAX);
    struct str *contacts = ARENA_ARRAY(r->arena, struct str, all);
    fact->contacts = contacts;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one)) {
        if (one->kind != JSON_STRING) return refuse(r, "wrong_type", "contacts", "a contact's id is a text");
        contacts[fact->contact_count++] = one->text;
    }
    return true;
}

bool fact_json_read(const struct json_item *item, int64_t now_ms, struct arena *arena, struct fact *fact,
                    struct fact_result *refusal)
{
    const struct reading r = {item, arena, refusal};
    *fact = (struct fact){.at_ms = now_ms, .received_ms = now_ms};
    if (item->kind != JSON_OBJECT) return refuse(&r, "wrong_type", "", "a fact is an object");
    return read_who(&r, fact) && read_when(&r, fact) && read_flag(&r, "lists", &fact->lists) &&
           read_text(&r, "message_id", &fact->message_id) && read_text(&r, "event", &fact->event) &&
           read_flag(&r, "bot", &fact->bot) &&
           read_values(&r, "event_properties", &fact->event_values, &fact->event_value_count) &&
           read_values(&r, "properties", &fact->values, &fact->value_count) &&
           read_text(&r, "company", &fact->company) && read_flag(&r, "company_is_mentioned", &fact->mentions) &&
           read_values(&r, "company_properties", &fact->company_values, &fact->company_value_count) &&
           read_contacts(&r, fact);
}

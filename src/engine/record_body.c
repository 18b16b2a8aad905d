/* record_body.c — which members there are, of which kind, and what each adds to the fact. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/record_body.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/instant.h"
#include "engine/fact_values.h"
#include "engine/flatten.h"
#include "engine/identifier.h"
#include "history/history.h"

#define CONTACTS_MAX 1000 /* of one deal in one body */

struct reading {
    enum entity object;
    struct arena *arena;
    struct fact *fact;
    struct fact_result *refusal;
};

PRINTF_LIKE(4, 5)
static bool refuse(const struct reading *r, const char *reason, struct str place, const char *format, ...)
{
    *r->refusal = (struct fact_result){
        .state = FACT_REFUSED, .record = RECORD_NONE, .reason = reason, .place = place, .message = ""};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(r->refusal->message, sizeof r->refusal->message, format, arguments);
    va_end(arguments);
    return false;
}

static bool add_identifier(const struct reading *r, enum identifier_kind kind, struct str text, struct str place)
{
    struct fact *fact = r->fact;
    text = str_trim(text);
    if (text.len == 0) return refuse(r, "no_id", place, "an identifier is not empty");
    if (identifier_is_blank(text))
        return refuse(r, "no_id", place, "'" STR_FMT "' is what a program writes when it has no id", STR_ARG(text));
    if (text.len > FACT_ID_MAX)
        return refuse(r, "id_too_long", place, "an identifier has at most %d bytes", FACT_ID_MAX);
    for (uint32_t i = 0; i < fact->identifier_count; i++)
        if (fact->identifiers[i].kind == kind && str_equal(fact->identifiers[i].text, text)) return true;
    INVARIANT(fact->identifier_count < FACT_IDENTIFIERS_MAX);
    fact->identifiers[fact->identifier_count++] = (struct fact_identifier){kind, text};
    return true;
}

static bool read_identifiers(const struct reading *r, const struct json_item *item)
{
    static const struct {
        struct str name;
        enum identifier_kind kind;
    } members[] = {{STR_INIT("id"), IDENTIFIER_ID},
                   {STR_INIT("userId"), IDENTIFIER_USER},
                   {STR_INIT("anonymousId"), IDENTIFIER_ANONYMOUS},
                   {STR_INIT("email"), IDENTIFIER_EMAIL}};
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct json_item *member = json_member(item, members[i].name);
        if (member == NULL || member->kind == JSON_NULL) continue;
        if (r->object != ENTITY_CONTACT && members[i].kind != IDENTIFIER_ID)
            return refuse(r, "wrong_type", members[i].name, "only contacts have this identifier");
        if (member->kind != JSON_STRING && member->kind != JSON_NUMBER)
            return refuse(r, "wrong_type", members[i].name, "an identifier is a text");
        bool only_a_value = members[i].kind == IDENTIFIER_EMAIL && !identifier_is_address(str_trim(member->text));
        if (!only_a_value && !add_identifier(r, members[i].kind, member->text, members[i].name)) return false;
    }
    return true;
}

/* A text that is no address, "n/a" say, is what many contacts have: it names none of them. */
static bool check_named(const struct reading *r, const struct json_item *item)
{
    struct str email = flatten_text(json_member(item, STR("email")));
    if (r->fact->identifier_count > 0 || email.len == 0) return true;
    return refuse(r, "no_id", STR("email"), "this is no e-mail address, and there is no other identifier");
}

static bool read_values(const struct reading *r, const struct json_item *item)
{
    const struct json_item *object = json_member(item, STR("properties"));
    if (object != NULL && object->kind != JSON_OBJECT)
        return refuse(r, "wrong_type", STR("properties"), "properties are an object: {\"plan\": \"pro\"}");
    struct fact_values values = fact_values_new(r->arena);
    fact_values_add(&values, object);
    if (r->object == ENTITY_CONTACT) {
        struct str email = flatten_text(json_member(item, STR("email")));
        fact_values_set_missing(&values, STR("email"), email);
        struct str property = flatten_text(json_member(object, STR("email")));
        if (identifier_is_address(property) && !add_identifier(r, IDENTIFIER_EMAIL, property, STR("properties.email")))
            return false;
    }
    if (values.too_many)
        return refuse(r, "too_many_values", STR("properties"), "there are more than %d values", FACT_VALUES_MAX);
    if (values.name_too_long)
        return refuse(r, "name_too_long", STR("properties"), "a property's name has at most %d bytes",
                      PROPERTY_NAME_MAX);
    r->fact->values = values.at;
    r->fact->value_count = values.count;
    return true;
}

static bool read_company(const struct reading *r, const struct json_item *item)
{
    const struct json_item *company = json_member(item, STR("company"));
    if (company == NULL || company->kind == JSON_NULL) return true;
    if (r->object == ENTITY_COMPANY || (company->kind != JSON_STRING && company->kind != JSON_NUMBER))
        return refuse(r, "wrong_type", STR("company"), "the id of the company of a contact or deal");
    r->fact->company = str_trim(company->text);
    return true;
}

static bool read_contacts(const struct reading *r, const struct json_item *item)
{
    const struct json_item *list = json_member(item, STR("contacts"));
    if (list == NULL || list->kind == JSON_NULL) return true;
    if (r->object != ENTITY_DEAL || list->kind != JSON_ARRAY)
        return refuse(r, "wrong_type", STR("contacts"), "the list of ids of a deal's contacts");
    size_t most = 0;
    for (const struct json_item *one = json_first(list); one != NULL && most <= CONTACTS_MAX;
         one = json_next(list, one))
        most++;
    if (most > CONTACTS_MAX)
        return refuse(r, "too_many_values", STR("contacts"), "there are more than %d contacts", CONTACTS_MAX);
    struct str *contacts = ARENA_ARRAY(r->arena, struct str, most);
    uint32_t count = 0;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one)) {
        struct str id = flatten_text(one);
        if (id.len == 0) return refuse(r, "wrong_type", STR("contacts"), "a contact's id is a text");
        contacts[count++] = id;
    }
    r->fact->contacts = contacts;
    r->fact->contact_count = count;
    return true;
}

static bool read_time(const struct reading *r, const struct json_item *item)
{
    const struct json_item *at = json_member(item, STR("at"));
    if (at == NULL || at->kind == JSON_NULL) return true;
    if (at->kind != JSON_STRING || !instant_parse(at->text, &r->fact->at_ms))
        return refuse(r, "bad_time", STR("at"), "the instant from which this holds, as 2026-01-05T10:00:00Z");
    if (r->fact->at_ms > r->fact->received_ms)
        return refuse(r, "bad_time", STR("at"), "an instant that has not come yet");
    return true;
}

bool record_body_read(const struct json_item *item, enum entity object, int64_t now_ms, struct arena *arena,
                      struct fact *fact, struct fact_result *refusal)
{
    *fact = (struct fact){.object = object, .lists = true, .at_ms = now_ms, .received_ms = now_ms};
    struct reading r = {object, arena, fact, refusal};
    if (item->kind != JSON_OBJECT) return refuse(&r, "wrong_type", STR(""), "a record is an object");
    return read_identifiers(&r, item) && read_values(&r, item) && read_company(&r, item) && read_contacts(&r, item) &&
           read_time(&r, item) && check_named(&r, item);
}

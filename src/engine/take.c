/* take.c — one fact: who it is about, whether it is sound, and then into the columns.
 *
 * Everything that can be wrong is looked at before anything is changed, so a refused fact
 * leaves no trace but its line in the reject log. The order is: identifiers found, values
 * checked, duplicates told, contacts joined or made, then values, company, event. */
// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/unicode.h"
#include "engine/bot.h"
#include "engine/bot_judge.h"
#include "engine/engine_internal.h"

#define BODY_KEPT ((size_t)32 * 1024) /* bytes of a refused fact */
#define SOURCE_KEPT 100               /* bytes of an event's source: file names can be long */
#define FACT_ID_BYTES 17              /* '~' and 16 digits */
#define FACT_ID_SHIFT 20              /* as many ids as 1 << this are made in one millisecond */

/* A fact under way. */
struct taking {
    struct engine *engine;
    const struct fact *fact;
    struct fact_result *result;
    struct str texts[FACT_IDENTIFIERS_MAX]; /* normal forms of the identifiers */
    uint32_t found[FACT_IDENTIFIERS_MAX];   /* contact of each; RECORD_NONE */
    uint32_t record;                        /* of the fact's object */
    uint32_t company;
    struct str message_id;
    struct str fact_id; /* of its values, see fact_id_of */
    uint32_t hash;
    bool bot; /* the event is judged automatic, by whoever read it or by the watch */
    struct str context;
};

static bool refuse(struct taking *t, const char *reason, struct str place, const char *format, ...) PRINTF_LIKE(4, 5);
static bool refuse(struct taking *t, const char *reason, struct str place, const char *format, ...)
{
    t->result->state = FACT_REFUSED;
    t->result->reason = reason;
    t->result->place = place;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(t->result->message, sizeof t->result->message, format, arguments);
    va_end(arguments);
    return false;
}

/* A text with a zero byte in it would end there wherever C reads it: as a name it would be another's. */
static bool check_name(struct taking *t, struct str name, struct str place)
{
    if (name.len == 0 || memchr(name.at, '\0', name.len) == NULL) return true;
    return refuse(t, "wrong_type", place, "it holds a zero byte");
}

/* ---- Who. ---- */

static bool find_people(struct taking *t)
{
    const struct fact *fact = t->fact;
    for (uint32_t i = 0; i < fact->identifier_count; i++) {
        const struct fact_identifier *identifier = &fact->identifiers[i];
        t->texts[i] = people_normal(identifier->kind, identifier->text, t->engine->batch.arena);
        if (t->texts[i].len == 0) return refuse(t, "no_id", STR(""), "an identifier is empty");
        if (t->texts[i].len > FACT_ID_MAX)
            return refuse(t, "id_too_long", STR(""), "an identifier is longer than %d bytes", FACT_ID_MAX);
        if (!check_name(t, t->texts[i], STR("id"))) return false;
        t->found[i] = people_find(t->engine->people, identifier->kind, t->texts[i]);
        if (t->record == RECORD_NONE) t->record = t->found[i];
        else if (t->found[i] != RECORD_NONE)
            t->record = people_elder(t->engine->people, ENTITY_CONTACT, t->record, t->found[i]);
    }
    return true;
}

static bool find_record(struct taking *t)
{
    const struct fact *fact = t->fact;
    t->record = RECORD_NONE;
    if (fact->identifier_count == 0) return refuse(t, "no_id", STR(""), "it does not say who it is about");
    if (fact->object == ENTITY_CONTACT) {
        if (!find_people(t)) return false;
    } else {
        t->texts[0] = str_trim(fact->identifiers[0].text);
        if (t->texts[0].len == 0) return refuse(t, "no_id", STR("id"), "the id is empty");
        if (t->texts[0].len > FACT_ID_MAX)
            return refuse(t, "id_too_long", STR("id"), "the id is longer than %d bytes", FACT_ID_MAX);
        if (!check_name(t, t->texts[0], STR("id"))) return false;
        t->record = history_find(live_history(t->engine->live), fact->object, t->texts[0]);
    }
    if (fact->expect == FACT_CREATE && t->record != RECORD_NONE)
        return refuse(t, "exists", STR("id"), "there is a %s with this identifier already", entity_name(fact->object));
    if (fact->expect == FACT_UPDATE && t->record == RECORD_NONE)
        return refuse(t, "not_found", STR("id"), "there is no %s with this identifier", entity_name(fact->object));
    return true;
}

/* ---- Is it sound? ---- */

static bool check_value(struct taking *t, enum entity entity, const struct fact_value *value)
{
    struct engine *engine = t->engine;
    struct str name = str_trim(value->name);
    if (name.len == 0) return refuse(t, "no_name", STR(""), "a property without a name");
    if (name.len > PROPERTY_NAME_MAX)
        return refuse(t, "name_too_long", STR(""), "a property's name is longer than %d bytes", PROPERTY_NAME_MAX);
    if (!check_name(t, name, STR("properties"))) return false;
    if (catalog_is_reserved(entity, name))
        return refuse(t, "reserved", value->name,
                      "names of properties that begin with '" RESERVED_PREFIX "' are Plumb's own");
    uint32_t property = catalog_find(engine->catalog, entity, name);
    if (property == INTERN_NONE && engine->options.catalog_locked)
        return refuse(t, "catalog_locked", value->name, "no %s has a property of this name, and the catalog is locked",
                      entity_name(entity));
    if (property == INTERN_NONE && catalog_is_full(engine->catalog))
        return refuse(t, "too_many", value->name, "there are %d properties already", PROPERTIES_MAX);
    struct str text = str_trim(value->text);
    if (text.len > VALUE_TEXT_MAX)
        return refuse(t, "value_too_long", value->name, "the value is longer than %zu bytes", VALUE_TEXT_MAX);
    if (text.len == 0 || property == INTERN_NONE) return true;
    struct err_info why = {0};
    if (live_check(engine->live, property, text, &why) == ERR_OK) return true;
    return refuse(t, "wrong_type", value->name, "%s", why.msg);
}

static bool check_values(struct taking *t, enum entity entity, const struct fact_value *values, uint32_t count)
{
    if (count > FACT_VALUES_MAX)
        return refuse(t, "too_many_values", STR(""), "it has more than %d properties", FACT_VALUES_MAX);
    for (uint32_t i = 0; i < count; i++)
        if (!check_value(t, entity, &values[i])) return false;
    return true;
}

static bool check_event(struct taking *t)
{
    const struct fact *fact = t->fact;
    if (fact->event.len > FACT_ID_MAX)
        return refuse(t, "name_too_long", STR("event"), "the event's name is longer than %d bytes", FACT_ID_MAX);
    if (t->message_id.len > FACT_ID_MAX)
        return refuse(t, "id_too_long", STR("messageId"), "the messageId is longer than %d bytes", FACT_ID_MAX);
    if (fact->event.len > 0 && (fact->at_ms < EVENT_MIN_MS || fact->at_ms > EVENT_MAX_MS))
        return refuse(t, "bad_time", STR("timestamp"), "the time lies outside the years 1900 to 5999");
    if (fact->event.len > 0 && fact->object != ENTITY_CONTACT)
        return refuse(t, "no_id", STR("event"), "events are a contact's, not a %s's", entity_name(fact->object));
    return check_name(t, fact->event, STR("event")) && check_name(t, t->message_id, STR("messageId"));
}

static bool check_ids(struct taking *t)
{
    const struct fact *fact = t->fact;
    if (fact->company.len > FACT_ID_MAX)
        return refuse(t, "id_too_long", STR("company"), "the company's id is longer than %d bytes", FACT_ID_MAX);
    for (uint32_t i = 0; i < fact->contact_count; i++)
        if (fact->contacts[i].len == 0 || fact->contacts[i].len > FACT_ID_MAX)
            return refuse(t, "id_too_long", STR("contacts"), "a contact's id is empty or longer than %d bytes",
                          FACT_ID_MAX);
    for (uint32_t i = 0; i < fact->contact_count; i++)
        if (!check_name(t, fact->contacts[i], STR("contacts"))) return false;
    return check_name(t, fact->company, STR("company"));
}

static bool is_sound(struct taking *t)
{
    const struct fact *fact = t->fact;
    return check_ids(t) && check_event(t) && check_values(t, fact->object, fact->values, fact->value_count) &&
           check_values(t, ENTITY_COMPANY, fact->company_values, fact->company_value_count) &&
           check_values(t, ENTITY_EVENT, fact->event_values, fact->event_value_count);
}

/* ---- Was it here before? ---- */

uint32_t message_hash(const struct engine *engine, struct str message_id)
{
    uint32_t hash = (uint32_t)(str_hash(message_id, engine->hash_seed) >> 32);
    return hash == 0 ? 1 : hash;
}

/* Does the event with this number have the message id of the fact? */
static bool same_message(void *context, uint32_t number)
{
    const struct taking *t = context;
    const struct batch *batch = &t->engine->batch;
    if (number >= batch->next_event_before)
        return str_equal(batch->events.at[number - batch->next_event_before].message_id, t->message_id);
    AUTO_ARENA arena = arena_new();
    struct str message_id = {0};
    struct err_info why = {0};
    if (store_message_id(t->engine->store, number, arena, &message_id, &why) != ERR_OK) return false;
    return str_equal(message_id, t->message_id);
}

/* An event that came without a messageId gets one, so that it can be told from another when it comes back in an export. */
static void settle_message_id(struct taking *t)
{
    t->message_id = str_trim(t->fact->message_id);
    if (t->message_id.len == 0 && t->fact->event.len > 0) t->message_id = take_fact_id(t->engine);
    t->hash = t->message_id.len > 0 ? message_hash(t->engine, t->message_id) : 0;
}

static bool is_duplicate(struct taking *t)
{
    if (t->fact->event.len == 0 || t->hash == 0) return false;
    for (uint32_t i = 0; i < t->fact->identifier_count; i++)
        if (t->found[i] != RECORD_NONE && live_has_event(t->engine->live, t->found[i], t->hash, same_message, t))
            return true;
    return false;
}

/* ---- Records. ---- */

static uint32_t add_record(struct engine *engine, enum entity object, struct str id, bool listed, int64_t at_ms)
{
    id = arena_str(engine->batch.arena, id);
    uint32_t number = live_add_record(engine->live, object, id, listed);
    if (number == RECORD_NONE) return RECORD_NONE;
    *LIST_ADD(&engine->archived[object]) = false;
    people_add(engine->people, object, number, at_ms);
    *LIST_ADD(&engine->batch.records) =
        (struct record_fact){.object = object, .number = number, .id = id, .listed = listed, .created_ms = at_ms};
    return number;
}

static void add_identifier(struct engine *engine, enum identifier_kind kind, struct str text, uint32_t contact,
                           int64_t at_ms)
{
    if (!people_identify(engine->people, kind, text, contact)) return;
    *LIST_ADD(&engine->batch.identifiers) =
        (struct identifier_fact){.kind = kind, .text = text, .contact = contact, .since_ms = at_ms};
}

/* What a new contact is called: its own id, else its userId, else one that we make. */
static struct str id_for(struct taking *t)
{
    struct engine *engine = t->engine;
    for (enum identifier_kind kind = IDENTIFIER_ID; kind <= IDENTIFIER_USER; kind++)
        for (uint32_t i = 0; i < t->fact->identifier_count; i++)
            if (t->fact->identifiers[i].kind == kind &&
                people_find(engine->people, IDENTIFIER_ID, t->texts[i]) == RECORD_NONE)
                return t->texts[i];
    uint32_t number = history_records(live_history(engine->live), ENTITY_CONTACT);
    struct str id = arena_format(engine->batch.arena, "ct-%u", number + 1);
    for (uint32_t i = 1; people_find(engine->people, IDENTIFIER_ID, id) != RECORD_NONE; i++)
        id = arena_format(engine->batch.arena, "ct-%u-%u", number + 1, i);
    return id;
}

static uint32_t add_contact(struct engine *engine, struct str id, bool listed, int64_t at_ms)
{
    uint32_t contact = add_record(engine, ENTITY_CONTACT, id, listed, at_ms);
    if (contact == RECORD_NONE) return RECORD_NONE;
    add_identifier(engine, IDENTIFIER_ID, history_record_id(live_history(engine->live), ENTITY_CONTACT, contact),
                   contact, at_ms);
    return contact;
}

/* One that was put away stays so until it is taken back. */
void take_list_record(struct engine *engine, enum entity object, uint32_t record)
{
    if (history_is_listed(live_history(engine->live), object, record)) return;
    if (engine->archived[object].at[record]) return;
    live_list_record(engine->live, object, record, true);
    *LIST_ADD(&engine->batch.changes) = (struct record_change){.object = object, .number = record, .listed = true};
}

/* The contact of the fact: found, made, or joined of several. */
static bool settle_contact(struct taking *t)
{
    struct engine *engine = t->engine;
    const struct fact *fact = t->fact;
    if (t->record == RECORD_NONE) t->record = add_contact(engine, id_for(t), fact->lists, fact->received_ms);
    if (t->record == RECORD_NONE) return refuse(t, "too_many", STR(""), "there are %u contacts already", RECORDS_MAX);
    for (uint32_t i = 0; i < fact->identifier_count; i++) {
        uint32_t other = people_find(engine->people, fact->identifiers[i].kind, t->texts[i]);
        if (other == RECORD_NONE)
            add_identifier(engine, fact->identifiers[i].kind, t->texts[i], t->record, fact->at_ms);
        else if (other != t->record) t->record = merge_records(engine, ENTITY_CONTACT, t->record, other, fact->at_ms);
    }
    if (fact->lists) take_list_record(engine, ENTITY_CONTACT, t->record);
    return true;
}

static bool settle_record(struct taking *t)
{
    if (t->fact->object == ENTITY_CONTACT) return settle_contact(t);
    if (t->record == RECORD_NONE)
        t->record = add_record(t->engine, t->fact->object, t->texts[0], true, t->fact->received_ms);
    else take_list_record(t->engine, t->fact->object, t->record);
    if (t->record != RECORD_NONE) return true;
    return refuse(t, "too_many", STR(""), "there are %u %s already", RECORDS_MAX, entity_plural(t->fact->object));
}

/* ---- What. ---- */

/* A value that always held, and is known already, is nothing new, whoever tells it. */
static bool is_held(const struct engine *engine, uint32_t property, uint32_t record, int64_t from_ms, struct str text)
{
    if (from_ms != FOREVER) return false;
    const struct value *held = history_value(live_history(engine->live), property, record, FOREVER);
    return held != NULL && str_equal(held->raw, text);
}

/* Of several values at one instant the one of the greatest id holds. A client that sends no id means the order in which
 * it sends: each gets one that is greater than all before it, those of an earlier start included. Values that always
 * held (a file's columns) have none, so that the order of rows decides nothing. */
struct str take_fact_id(struct engine *engine)
{
    uint64_t now = (uint64_t)engine_now(engine) << FACT_ID_SHIFT;
    engine->last_fact_id = now > engine->last_fact_id ? now : engine->last_fact_id + 1;
    return arena_format(engine->batch.arena, "~%016llx", (unsigned long long)engine->last_fact_id);
}

void take_note_fact_id(struct engine *engine, struct str id)
{
    uint64_t number = 0;
    if (id.len != FACT_ID_BYTES || id.at[0] != '~') return;
    for (size_t i = 1; i < id.len; i++) {
        char c = id.at[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) return; /* somebody else's */
        number = number << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    int64_t latest_ms = engine->clock->now_ms(engine->clock) + CLOCK_STEP_HELD_MS;
    bool ours = number >> FACT_ID_SHIFT <= (uint64_t)latest_ms; /* a client's id may only look so */
    if (ours && number > engine->last_fact_id) engine->last_fact_id = number;
}

static struct str fact_id_of(const struct taking *t)
{
    bool has_values = t->fact->value_count > 0 || t->fact->company_value_count > 0;
    if (t->message_id.len > 0 || t->fact->at_ms == FOREVER || !has_values) return t->message_id;
    return take_fact_id(t->engine);
}

static void set_values(struct taking *t, enum entity object, uint32_t record, const struct fact_value *values,
                       uint32_t count)
{
    struct engine *engine = t->engine;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t property = catalog_property(engine->catalog, object, values[i].name);
        struct str text = str_trim(values[i].text);
        if (is_held(engine, property, record, t->fact->at_ms, text)) continue;
        if (!live_set(engine->live, property, record, t->fact->at_ms, text, t->fact_id)) continue;
        *LIST_ADD(&engine->batch.versions) = (struct version_fact_row){
            .object = object,
            .record = record,
            .property = catalog_at(engine->catalog, property)->name,
            .from_ms = t->fact->at_ms,
            .text = text,
            .fact_id = t->fact_id,
        };
    }
}

static void associate(struct engine *engine, enum association kind, uint32_t from, uint32_t to, int64_t from_ms)
{
    if (!live_associate(engine->live, kind, from, to, from_ms)) return;
    *LIST_ADD(&engine->batch.associations) =
        (struct association_fact){.kind = (int32_t)kind, .from = from, .to = to, .from_ms = from_ms};
}

static void set_company(struct taking *t)
{
    struct engine *engine = t->engine;
    const struct fact *fact = t->fact;
    struct str id = str_trim(fact->company);
    if (id.len == 0 || fact->object == ENTITY_COMPANY) return;
    uint32_t company = history_find(live_history(engine->live), ENTITY_COMPANY, id);
    if (company == RECORD_NONE) company = add_record(engine, ENTITY_COMPANY, id, !fact->mentions, fact->received_ms);
    if (company == RECORD_NONE) return;
    if (!fact->mentions) take_list_record(engine, ENTITY_COMPANY, company);
    associate(engine, fact->object == ENTITY_DEAL ? ASSOCIATION_DEAL_COMPANY : ASSOCIATION_CONTACT_COMPANY, t->record,
              company, fact->at_ms);
    set_values(t, ENTITY_COMPANY, company, fact->company_values, fact->company_value_count);
    batch_touch(engine, ENTITY_COMPANY, company);
}

static void set_contacts(struct taking *t)
{
    struct engine *engine = t->engine;
    for (uint32_t i = 0; t->fact->object == ENTITY_DEAL && i < t->fact->contact_count; i++) {
        struct str id = t->fact->contacts[i];
        uint32_t contact = people_find(engine->people, IDENTIFIER_ID, id);
        if (contact == RECORD_NONE) contact = add_contact(engine, id, false, t->fact->received_ms);
        if (contact == RECORD_NONE) return;
        associate(engine, ASSOCIATION_DEAL_CONTACT, t->record, contact, t->fact->at_ms);
        batch_touch(engine, ENTITY_CONTACT, contact);
    }
}

struct str event_text_of(const struct fact *fact, struct arena *arena)
{
    if (fact->event_value_count == 0) return STR("");
    AUTO_BUF out = BUF_INIT(SIZE_MAX);
    struct json_writer writer = {.out = &out};
    json_begin_object(&writer);
    for (uint32_t i = 0; i < fact->event_value_count; i++) {
        struct str text = str_trim(fact->event_values[i].text);
        if (text.len == 0) continue;
        struct str name = arena_str(arena, str_trim(fact->event_values[i].name)); /* ends in a zero byte */
        json_key(&writer, name.at);
        json_string(&writer, text);
    }
    json_end_object(&writer);
    return arena_str(arena, buf_str(&out));
}

/* What only shows beside the contact's events before this one. */
static void judge_event(struct taking *t)
{
    t->bot = t->fact->bot;
    t->context = t->fact->context;
    if (t->bot) return;
    struct str evidence = bot_judge(t->engine->watch, t->record, t->fact);
    if (evidence.len == 0) return;
    t->bot = true;
    t->context = bot_context(t->engine->batch.arena, t->context, evidence);
}

static struct str source_of(const struct taking *t)
{
    struct str source = t->fact->source;
    if (source.len <= SOURCE_KEPT) return source;
    return (struct str){source.at, unicode_valid_length((struct str){source.at, SOURCE_KEPT})};
}

static bool add_event(struct taking *t, struct str event_text)
{
    struct engine *engine = t->engine;
    const struct fact *fact = t->fact;
    struct event_property *properties =
        ARENA_ARRAY(engine->batch.arena, struct event_property, fact->event_value_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < fact->event_value_count; i++) {
        struct str text = str_trim(fact->event_values[i].text);
        if (text.len == 0) continue;
        uint32_t property = catalog_property(engine->catalog, ENTITY_EVENT, fact->event_values[i].name);
        properties[count++] = (struct event_property){.property = property, .text = text};
    }
    judge_event(t);
    const struct event_fact event = {.contact = t->record,
                                     .at_ms = fact->at_ms,
                                     .name = fact->event,
                                     .bot = bots_marks(engine, t->bot, t->context, source_of(t)),
                                     .properties = properties,
                                     .property_count = count};
    struct err_info why = {0};
    if (live_event(engine->live, &event, t->hash, engine->next_event, NULL, &why) != ERR_OK)
        return refuse(t, why.code == ERR_TOO_BIG ? "too_many" : "wrong_type", STR("event"), "%s", why.msg);
    if (t->bot) *LIST_ADD(&engine->judged) = engine->next_event;
    *LIST_ADD(&engine->batch.events) = (struct event_fact_row){
        .number = engine->next_event++,
        .contact = t->record,
        .at_ms = fact->at_ms,
        .received_ms = fact->received_ms,
        .name = fact->event,
        .message_id = t->message_id,
        .bot = t->bot,
        .properties = event_text,
        .context = t->context,
        .source = source_of(t),
    };
    return true;
}

/* ---- The fact. ---- */

static bool take(struct taking *t, struct str event_text)
{
    const struct fact *fact = t->fact;
    settle_message_id(t);
    if (!find_record(t) || !is_sound(t)) return false;
    bool again = is_duplicate(t);
    if (!settle_record(t)) return false;
    if (again) t->result->state = FACT_DUPLICATE;
    if (!again && fact->event.len > 0 && !add_event(t, event_text)) return false;
    t->fact_id = fact_id_of(t);
    set_values(t, fact->object, t->record, fact->values, fact->value_count);
    set_company(t);
    set_contacts(t);
    batch_touch(t->engine, fact->object, t->record);
    return true;
}

static void log_reject(struct taking *t)
{
    const struct fact *fact = t->fact;
    struct str body = fact->body.len > BODY_KEPT ? (struct str){fact->body.at, BODY_KEPT} : fact->body;
    *LIST_ADD(&t->engine->batch.rejects) = (struct reject_fact){
        .at_ms = fact->received_ms,
        .source = fact->source,
        .reason = str_from_c(t->result->reason),
        .place = t->result->place,
        .message = arena_str(t->engine->batch.arena, str_from_c(t->result->message)),
        .body = body,
    };
}

void take_fact(struct engine *engine, const struct fact *fact, struct str event_text, struct fact_result *result)
{
    struct taking t = {.engine = engine, .fact = fact, .result = result, .record = RECORD_NONE};
    pthread_rwlock_wrlock(&engine->people_lock);
    bool refused_before = result->state == FACT_REFUSED; /* by whoever read it: only its line is wanted */
    if (!refused_before) result->state = FACT_TAKEN;
    if (refused_before || !take(&t, event_text)) log_reject(&t);
    result->record = t.record;
    pthread_rwlock_unlock(&engine->people_lock);
}

/* load_segment.c — a line that is a call of Segment's tracking API (engine/call.h reads it).
 *
 * A call is by a userId, an anonymousId or both; both join them (joins.h). Calls make
 * contacts: unlike in a plain file, an unknown id is somebody new. An e-mail address
 * that a call carries joins with the one contact that has it in its file. */
// SPDX-License-Identifier: Apache-2.0
#include "files/load_internal.h"

#include "base/intern.h"
#include "base/unicode.h"
#include "engine/call.h"
#include "engine/flatten.h"

bool load_is_segment_call(const struct json_item *object)
{
    return call_kind_of(flatten_text(json_member(object, STR("type")))) != CALL_NONE &&
           json_member(object, STR("contact")) == NULL; /* with one it is a plain event, whatever its type */
}

enum reject_reason load_reason_of(struct str reason)
{
    static const struct {
        struct str word;
        enum reject_reason reason;
    } reasons[] = {
        {STR_INIT("no_id"), REJECT_NO_ID},
        {STR_INIT("no_event"), REJECT_NO_EVENT},
        {STR_INIT("bad_time"), REJECT_BAD_TIME},
        {STR_INIT("wrong_type"), REJECT_WRONG_TYPE},
        {STR_INIT("not_found"), REJECT_UNKNOWN_CONTACT},
        {STR_INIT("catalog_locked"), REJECT_NOT_DECLARED},
    };
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (str_equal(reasons[i].word, reason)) return reasons[i].reason;
    return REJECT_TOO_BIG; /* an id, a name, too many values */
}

/* ---- Who. ---- */

/* The builder's number of an identifier. */
static MUST_CHECK enum err find_contact(struct loader *loader, struct str id, uint32_t *contact, struct err_info *why)
{
    *contact = id_index_find(loader->contacts, id);
    return *contact != RECORD_NONE ? ERR_OK : load_record_number(loader, ENTITY_CONTACT, id, false, contact, why);
}

/* Join an identifier with the one row that has this e-mail address. */
static void join_email(struct loader *loader, uint32_t identifier, struct str email, int64_t at_ms)
{
    uint32_t row = lookup_find(loader->emails, loader->scratch, email);
    if (row == RECORD_NONE || row == LOOKUP_SEVERAL) return;
    struct str folded = unicode_fold(loader->scratch, email);
    if (folded.len > LOAD_ID_MAX) return;
    joins_add(loader->joins, identifier, joins_email(loader->joins, folded, row), at_ms);
}

/* Join what the call says of its contact, whose number is known: everything it carries with what it is by. A listed
 * id that looks like an address is that row's, whoever else has the address. */
static MUST_CHECK enum err join_contact(struct loader *loader, const struct fact *fact, uint32_t contact,
                                        struct err_info *why)
{
    const struct fact_identifier *first = &fact->identifiers[0];
    bool listed = load_is_listed(loader, ENTITY_CONTACT, contact);
    if (listed && fact->identifier_count == 1) return ERR_OK;
    uint32_t identifier = joins_id(loader->joins, first->text, contact, first->kind == IDENTIFIER_USER);
    for (uint32_t i = 1; i < fact->identifier_count; i++) {
        const struct fact_identifier *other = &fact->identifiers[i];
        bool same = str_equal(other->text, first->text);
        uint32_t number = RECORD_NONE;
        if (other->kind == IDENTIFIER_EMAIL) {
            if (!same || !listed) join_email(loader, identifier, other->text, fact->at_ms);
        } else if (!same) {
            enum err failed = find_contact(loader, other->text, &number, why);
            if (failed != ERR_OK) return failed;
            joins_add(loader->joins, identifier, joins_id(loader->joins, other->text, number, false), fact->at_ms);
        }
    }
    return ERR_OK;
}

/* ---- What. ---- */

static void set_versions(struct loader *loader, const struct fact *fact, uint32_t record,
                         const struct event_property *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        enum err failed = history_builder_property(loader->builder, values[i].property, record, fact->at_ms,
                                                   values[i].text, fact->message_id, NULL);
        INVARIANT(failed == ERR_OK); /* load_check_values asked the same */
    }
}

/* The company that the call ties its contact to, with its values: those of the row from `first` on. */
static MUST_CHECK enum err take_company(struct loader *loader, const struct row *row, const struct fact *fact,
                                        uint32_t contact, uint32_t first, struct err_info *why)
{
    uint32_t company = RECORD_NONE;
    if (fact->company.len == 0) return ERR_OK;
    enum err failed = load_record_number(loader, ENTITY_COMPANY, fact->company, true, &company, why);
    if (failed != ERR_OK) return failed;
    history_builder_associate(loader->builder, ASSOCIATION_CONTACT_COMPANY, contact, company, fact->at_ms);
    if (row->value_count > first) set_versions(loader, fact, company, row->values + first, row->value_count - first);
    return ERR_OK;
}

/* A call without an event: the contact's values stand in the row before the company's. */
static MUST_CHECK enum err take_record(struct loader *loader, struct row *row, const struct fact *fact,
                                       struct err_info *why)
{
    enum err failed = ERR_OK;
    uint32_t contact = RECORD_NONE;
    row_add_fact_values(row, loader->names[ENTITY_CONTACT], fact->values, fact->value_count);
    uint32_t of_contact = row->value_count;
    row_add_fact_values(row, loader->names[ENTITY_COMPANY], fact->company_values, fact->company_value_count);
    if (!load_check_values(loader, row, &failed, why)) return failed;
    failed = find_contact(loader, fact->identifiers[0].text, &contact, why);
    if (failed == ERR_OK) failed = join_contact(loader, fact, contact, why);
    if (failed == ERR_OK) failed = take_company(loader, row, fact, contact, of_contact, why);
    if (failed != ERR_OK) return failed;
    set_versions(loader, fact, contact, row->values, of_contact);
    loader->summary->rows[ENTITY_EVENT]++;
    return ERR_OK;
}

static MUST_CHECK enum err take_event(struct loader *loader, struct row *row, const struct fact *fact,
                                      struct err_info *why)
{
    enum err failed = ERR_OK;
    struct event_fact event = {.at_ms = fact->at_ms, .id = fact->message_id, .name = fact->event, .bot = fact->bot};
    row_add_fact_values(row, loader->names[ENTITY_EVENT], fact->event_values, fact->event_value_count);
    if (!load_check_values(loader, row, &failed, why)) return failed;
    uint64_t events = loader->summary->events;
    failed = find_contact(loader, fact->identifiers[0].text, &event.contact, why);
    if (failed == ERR_OK) failed = load_event(loader, row, &event, why);
    if (failed != ERR_OK || loader->summary->events == events) return failed; /* refused: it joins nobody */
    failed = join_contact(loader, fact, event.contact, why);
    return failed == ERR_OK ? take_company(loader, row, fact, event.contact, row->value_count, why) : failed;
}

enum err load_segment_call(struct loader *loader, struct row *row, struct err_info *why)
{
    static const struct call_setting setting = {.origin = CALL_OF_FILE, .kind = CALL_NONE};
    struct fact fact;
    struct fact_result result;
    if (!call_read(row->json, row->text, &setting, loader->scratch, &fact, &result))
        return load_refuse(loader, row, load_reason_of(str_from_c(result.reason)), result.place, why, "%s",
                           result.message);
    return fact.event.len > 0 ? take_event(loader, row, &fact, why) : take_record(loader, row, &fact, why);
}

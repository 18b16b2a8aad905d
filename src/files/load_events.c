/* load_events.c — rows of events: who, what, when, and the event's properties.
 *
 * `contact` is the id of a row of the contacts file, or an e-mail address that exactly
 * one row has. Nobody is made from a plain event: a typing error in an id would
 * become a person. */
// SPDX-License-Identifier: Apache-2.0
#include "files/load_internal.h"

#include "base/instant.h"
#include "base/unicode.h"

#define ROWS_AHEAD 8   /* as many rows take as long as one wait for memory */
#define CELLS_SHOWN 60 /* of a text from a file in a sentence */

enum err load_check_event_columns(const struct loader *loader, struct err_info *why)
{
    static const enum role needed[] = {ROLE_CONTACT, ROLE_EVENT, ROLE_TIME};
    for (size_t i = 0; i < COUNT_OF(needed); i++) {
        if (rows_have(loader->rows, needed[i])) continue;
        AUTO_BUF columns = BUF_INIT(ERR_MESSAGE_BYTES);
        load_list_columns(loader->rows, &columns);
        return err_set(why, ERR_INVALID,
                       STR_FMT " has no column '" STR_FMT "' (events need contact, event and time); " STR_FMT,
                       STR_ARG(loader->file), STR_ARG(names_of_role(loader->names[ENTITY_EVENT], needed[i])),
                       STR_ARG(buf_str(&columns)));
    }
    return ERR_OK;
}

/* Texts of JSON may be empty, which is no value. */
static void drop_empty(struct row *row)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < row->value_count; i++) {
        row->place[row->values[i].property] = 0;
        if (row->values[i].text.len > 0) row->values[kept++] = row->values[i];
    }
    row->value_count = kept;
}

static MUST_CHECK enum err refuse_event(struct loader *loader, const struct row *row, uint32_t property,
                                        const struct err_info *bad, struct err_info *why)
{
    struct str column = STR("");
    enum reject_reason reason = bad->code == ERR_TOO_BIG ? REJECT_TOO_BIG : REJECT_WRONG_TYPE;
    if (property < row->property_count) column = catalog_at(loader->catalog, property)->name;
    return load_refuse(loader, row, reason, column, why, "%s", bad->msg);
}

enum err load_event(struct loader *loader, struct row *row, struct event_fact *fact, struct err_info *why)
{
    if (loader->summary->events >= EVENTS_MAX)
        return err_set(why, ERR_TOO_BIG, "there are more than %llu events", (unsigned long long)EVENTS_MAX);
    if (fact->at_ms < EVENT_MIN_MS || fact->at_ms > EVENT_MAX_MS)
        return load_refuse(loader, row, REJECT_BAD_TIME, names_of_role(loader->names[ENTITY_EVENT], ROLE_TIME), why,
                           "the time is outside the years 1900 to 5999");
    if (row->json != NULL) drop_empty(row);
    fact->properties = row->values;
    fact->property_count = row->value_count;
    uint32_t bad_property = RECORD_NONE;
    struct err_info bad;
    bad.code = ERR_OK; /* the rest is only read after a failure, which fills it */
    if (history_builder_event(loader->builder, fact, &bad_property, &bad) != ERR_OK)
        return refuse_event(loader, row, bad_property, &bad, why);
    loader->summary->events++;
    loader->summary->rows[ENTITY_EVENT]++;
    return ERR_OK;
}

/* True, yes, 1 and their opposites; empty is false. False after refusing. */
static bool read_bot(struct loader *loader, const struct row *row, bool *bot, enum err *failed, struct err_info *why)
{
    struct str text = row->role[ROLE_BOT];
    *bot = false;
    if (text.len == 0) return true;
    struct value value = {0};
    struct err_info bad = {.code = ERR_OK};
    if (value_parse(loader->scratch, TYPE_BOOLEAN, text, &value, &bad) == ERR_OK) {
        *bot = value.boolean;
        return true;
    }
    *failed = load_refuse(loader, row, REJECT_WRONG_TYPE, STR("bot"), why, "%s", bad.msg);
    return false;
}

/* Name, message id and time, or why not. */
static bool read_frame(struct loader *loader, const struct row *row, struct event_fact *fact, enum err *failed,
                       struct err_info *why)
{
    struct str time = row->role[ROLE_TIME];
    fact->name = row->role[ROLE_EVENT];
    fact->id = row->role[ROLE_ID];
    if (fact->name.len == 0) {
        *failed = load_refuse(loader, row, REJECT_NO_EVENT, STR("event"), why, "the event has no name");
    } else if (fact->name.len > LOAD_ID_MAX) {
        *failed = load_refuse(loader, row, REJECT_TOO_BIG, STR("event"), why,
                              "the event's name is longer than %d bytes", LOAD_ID_MAX);
    } else if (fact->id.len > LOAD_ID_MAX) {
        *failed =
            load_refuse(loader, row, REJECT_TOO_BIG, STR("id"), why, "the id is longer than %d bytes", LOAD_ID_MAX);
    } else if (time.len == 0) {
        *failed = load_refuse(loader, row, REJECT_BAD_TIME, STR("time"), why, "the event has no time");
    } else if (!instant_parse_loose(time, &fact->at_ms)) {
        struct str shown = unicode_cut(time, CELLS_SHOWN);
        *failed = load_refuse(loader, row, REJECT_BAD_TIME, STR("time"), why,
                              "'" STR_FMT "' is not a time like 2026-01-05T10:00:00Z, nor seconds or milliseconds "
                              "since 1970",
                              STR_ARG(shown));
    } else {
        return true;
    }
    return false;
}

static MUST_CHECK enum err refuse_contact(struct loader *loader, const struct row *row, uint32_t found,
                                          struct err_info *why)
{
    struct str contact = unicode_cut(row->role[ROLE_CONTACT], CELLS_SHOWN);
    if (found == LOOKUP_SEVERAL)
        return load_refuse(loader, row, REJECT_UNKNOWN_CONTACT, STR("contact"), why,
                           "several contacts have the e-mail address '" STR_FMT "'", STR_ARG(contact));
    if (loader->options->contacts == NULL)
        return load_refuse(loader, row, REJECT_UNKNOWN_CONTACT, STR("contact"), why,
                           "no contact '" STR_FMT "', for there is no contacts file", STR_ARG(contact));
    return load_refuse(loader, row, REJECT_UNKNOWN_CONTACT, STR("contact"), why, "no contact '" STR_FMT "' in %s",
                       STR_ARG(contact), loader->options->contacts);
}

bool load_read_event(struct loader *loader, struct row *row, struct event_fact *fact, enum err *failed,
                     struct err_info *why)
{
    if (row->json != NULL) row_add_json(row, loader->names[ENTITY_EVENT], row->json);
    if (row->json != NULL && row->role[ROLE_CONTACT].len == 0 && row->role[ROLE_EVENT].len == 0) {
        *failed = load_refuse(loader, row, REJECT_NOT_A_CALL, STR(""), why,
                              "neither an event (contact, event, time) nor a Segment call of type track, page, "
                              "screen, identify, group or alias");
        return false;
    }
    return load_check_id(loader, row, row->role[ROLE_CONTACT], STR("contact"), failed, why) &&
           read_frame(loader, row, fact, failed, why) && read_bot(loader, row, &fact->bot, failed, why);
}

enum err load_event_row(struct loader *loader, struct row *row, struct err_info *why)
{
    if (row->json != NULL && load_is_segment_call(row->json)) return load_segment_call(loader, row, why);
    enum err failed = ERR_OK;
    struct event_fact fact = {0};
    if (!load_read_event(loader, row, &fact, &failed, why)) return failed;
    id_index_prefetch(loader->contacts, rows_ahead(loader->rows, ROLE_CONTACT, ROWS_AHEAD));
    fact.contact = load_find_contact(loader, row->role[ROLE_CONTACT]);
    if (fact.contact == RECORD_NONE || fact.contact == LOOKUP_SEVERAL)
        return refuse_contact(loader, row, fact.contact, why);
    return load_event(loader, row, &fact, why);
}

/* import.c — see import.h. The loader reads and checks rows and knows who is who among them; here they become facts.
 *
 * E-mail addresses follow behind the last contact: only then is it known which of them are one contact's alone. */
// SPDX-License-Identifier: Apache-2.0
#include "files/import.h"

#include <string.h>

#include "base/list.h"
#include "engine/call.h"
#include "engine/record_body.h"
#include "files/load_internal.h"

#define BATCH_BYTES_MAX ((size_t)8 * 1024 * 1024) /* of rows, after which a batch is handed on */

/* The row that a fact came from; line 0: none. */
struct origin {
    struct str file;
    uint64_t line;
    enum entity entity;
};

struct address {
    uint32_t contact;
    struct str text;
};

struct importing {
    struct loader *loader;
    const struct import_sink *sink;
    struct import_summary *summary;
    int64_t now_ms;
    struct str file; /* that is read, in names: its input is closed before the last batch of it is handed on */
    struct arena *names;
    struct str run;      /* beside values: of two that always held, those of the later import hold */
    struct arena *arena; /* of the batch: whatever its facts point to */
    size_t bytes;        /* of rows in it */
    LIST(struct fact) facts;
    LIST(struct origin) origins;
    LIST(struct fact_result) results;
    LIST(struct address) addresses; /* of contacts, not yet told */
    struct arena *address_arena;
};

/* ---- Handing on. ---- */

static enum err count_result(struct importing *i, size_t index, struct err_info *why)
{
    const struct fact_result *result = &i->results.at[index];
    const struct fact *fact = &i->facts.at[index];
    const struct origin *origin = &i->origins.at[index];
    struct load_summary *load = i->loader->summary;
    if (origin->line == 0) return ERR_OK;
    if (result->state != FACT_REFUSED) {
        load->rows[origin->entity]++;
        if (fact->event.len > 0) load->events++;
        if (result->state == FACT_DUPLICATE) i->summary->known[origin->entity]++;
        return ERR_OK;
    }
    bool is_stranger = origin->entity == ENTITY_EVENT && strcmp(result->reason, "not_found") == 0;
    struct reject reject = {.file = origin->file,
                            .line = origin->line,
                            .column = is_stranger ? STR("contact") : result->place,
                            .reason = load_reason_of(str_from_c(result->reason)),
                            .message = is_stranger ? STR("nobody is known by this id or e-mail address")
                                                   : str_from_c(result->message),
                            .row = fact->body};
    load->refused[origin->entity]++;
    return rejects_add(i->loader->rejects, &reject, why);
}

static enum err hand_on(struct importing *i, struct err_info *why)
{
    enum err e = ERR_OK;
    if (i->facts.count == 0) return ERR_OK;
    i->results.count = 0;
    while (i->results.count < i->facts.count) *LIST_ADD(&i->results) = (struct fact_result){.record = RECORD_NONE};
    e = i->sink->take(i->sink->context, i->facts.at, i->results.at, i->facts.count, why);
    for (size_t k = 0; e == ERR_OK && k < i->facts.count; k++) e = count_result(i, k, why);
    i->facts.count = i->origins.count = 0;
    i->bytes = 0;
    arena_reset(i->arena);
    return e;
}

static enum err add_fact(struct importing *i, const struct fact *fact, uint64_t line, struct err_info *why)
{
    enum entity entity = i->loader->entity;
    bool other_object = i->facts.count > 0 && i->facts.at[0].object != fact->object;
    INVARIANT(!other_object); /* begin_batch saw to it */
    *LIST_ADD(&i->facts) = *fact;
    *LIST_ADD(&i->origins) = (struct origin){.file = i->file, .line = line, .entity = entity};
    i->bytes += fact->body.len;
    return i->facts.count >= i->sink->most || i->bytes >= BATCH_BYTES_MAX ? hand_on(i, why) : ERR_OK;
}

/* Facts of one object go together: hand on those of another. */
static enum err begin_batch(struct importing *i, enum entity object, struct err_info *why)
{
    return i->facts.count > 0 && i->facts.at[0].object != object ? hand_on(i, why) : ERR_OK;
}

/* ---- A fact's parts, in the batch's arena. ---- */

static struct str keep(struct importing *i, struct str text)
{
    return text.len == 0 ? (struct str){0} : arena_str(i->arena, text);
}

/* The row's values but for empty ones. */
static const struct fact_value *keep_row_values(struct importing *i, const struct row *row, uint32_t *count)
{
    struct fact_value *values = ARENA_ARRAY(i->arena, struct fact_value, row->value_count);
    *count = 0;
    for (uint32_t k = 0; k < row->value_count; k++) {
        const struct event_property *value = &row->values[k];
        if (value->text.len == 0) continue;
        values[(*count)++] = (struct fact_value){.name = catalog_at(i->loader->catalog, value->property)->name,
                                                 .text = arena_str(i->arena, value->text)};
    }
    return values;
}

static const struct str *keep_texts(struct importing *i, const struct str *from, uint32_t count)
{
    struct str *texts = ARENA_ARRAY(i->arena, struct str, count);
    for (uint32_t k = 0; k < count; k++) texts[k] = keep(i, from[k]);
    return texts;
}

static const struct fact_value *keep_values(struct importing *i, const struct fact_value *from, uint32_t count)
{
    struct fact_value *values = ARENA_ARRAY(i->arena, struct fact_value, count);
    for (uint32_t k = 0; k < count; k++)
        values[k] = (struct fact_value){.name = keep(i, from[k].name), .text = keep(i, from[k].text)};
    return values;
}

static struct fact begin_fact(struct importing *i, enum entity object, const struct row *row)
{
    return (struct fact){.object = object,
                         .at_ms = FOREVER,
                         .received_ms = i->now_ms,
                         .body = keep(i, row->text),
                         .source = arena_format(i->arena, "import:" STR_FMT, STR_ARG(i->loader->file))};
}

/* A fact that borrows from the row, with what an import adds to it. */
static struct fact keep_fact(struct importing *i, const struct fact *read, const struct row *row)
{
    struct fact fact = *read;
    struct fact frame = begin_fact(i, read->object, row);
    fact.received_ms = frame.received_ms;
    fact.body = frame.body;
    fact.source = frame.source;
    for (uint32_t k = 0; k < fact.identifier_count; k++) fact.identifiers[k].text = keep(i, read->identifiers[k].text);
    fact.message_id = keep(i, read->message_id);
    fact.event = keep(i, read->event);
    fact.event_values = keep_values(i, read->event_values, read->event_value_count);
    fact.values = keep_values(i, read->values, read->value_count);
    fact.company = keep(i, read->company);
    fact.company_values = keep_values(i, read->company_values, read->company_value_count);
    fact.contacts = keep_texts(i, read->contacts, read->contact_count);
    return fact;
}

static void add_identifier(struct fact *fact, enum identifier_kind kind, struct str text)
{
    INVARIANT(fact->identifier_count < FACT_IDENTIFIERS_MAX);
    fact->identifiers[fact->identifier_count++] = (struct fact_identifier){kind, text};
}

/* The same row on the same line is the same event, whenever and from wherever it is read. */
static struct str message_id_of(struct importing *i, const struct row *row)
{
    return arena_format(i->arena, "row-%016llx%016llx-%llu", (unsigned long long)str_hash(row->text, 1),
                        (unsigned long long)str_hash(row->text, 2), (unsigned long long)row->line);
}

/* ---- Addresses. ---- */

static void note_address(struct importing *i, uint32_t contact, struct str text)
{
    if (text.len == 0 || text.len > FACT_ID_MAX || memchr(text.at, '@', text.len) == NULL) return;
    *LIST_ADD(&i->addresses) = (struct address){contact, arena_str(i->address_arena, text)};
}

/* Those that are one contact's alone. */
static enum err tell_addresses(struct importing *i, struct err_info *why)
{
    struct loader *loader = i->loader;
    enum err e = begin_batch(i, ENTITY_CONTACT, why);
    for (size_t k = 0; e == ERR_OK && k < i->addresses.count; k++) {
        const struct address *address = &i->addresses.at[k];
        if (lookup_find(loader->emails, loader->scratch, address->text) != address->contact) continue;
        struct fact fact = {
            .object = ENTITY_CONTACT, .expect = FACT_UPDATE, .at_ms = FOREVER, .received_ms = i->now_ms};
        add_identifier(&fact, IDENTIFIER_ID, history_builder_id(loader->builder, ENTITY_CONTACT, address->contact));
        add_identifier(&fact, IDENTIFIER_EMAIL, address->text);
        e = add_fact(i, &fact, 0, why);
    }
    if (e == ERR_OK) e = hand_on(i, why);
    i->addresses.count = 0;
    arena_reset(i->address_arena);
    return e;
}

/* ---- Rows of records. ---- */

/* The company that the row means, told by its id. One that no file lists is only mentioned. */
static enum err set_company(struct importing *i, const struct row *row, struct fact *fact, struct err_info *why)
{
    struct loader *loader = i->loader;
    uint32_t company;
    if (row->role[ROLE_COMPANY].len == 0) return ERR_OK;
    enum err e = load_find_company(loader, row->role[ROLE_COMPANY], &company, why);
    if (e != ERR_OK) return e;
    fact->company = history_builder_id(loader->builder, ENTITY_COMPANY, company);
    fact->mentions = !load_is_listed(loader, ENTITY_COMPANY, company);
    return ERR_OK;
}

static void set_contacts(struct importing *i, const struct row *row, struct fact *fact)
{
    struct str rest = row->role[ROLE_CONTACTS];
    size_t most = rest.len > 0; /* load_check_record saw that they are not too many */
    for (size_t k = 0; k < rest.len; k++) most += rest.at[k] == ';';
    struct str *contacts = ARENA_ARRAY(i->arena, struct str, most);
    while (rest.len > 0) {
        struct str text = str_trim(str_cut(&rest, ';'));
        if (text.len == 0) continue;
        uint32_t contact = load_find_contact(i->loader, text);
        bool known = contact != RECORD_NONE && contact != LOOKUP_SEVERAL;
        contacts[fact->contact_count++] =
            known ? history_builder_id(i->loader->builder, ENTITY_CONTACT, contact) : keep(i, text);
    }
    fact->contacts = contacts;
}

static enum err take_record(struct importing *i, struct row *row, struct err_info *why)
{
    struct loader *loader = i->loader;
    enum err e = ERR_OK;
    uint32_t record;
    if (!load_check_record(loader, row, &e, why)) return e;
    e = load_list_record(loader, row, &record, why);
    if (e != ERR_OK) return e;
    struct str id = history_builder_id(loader->builder, loader->entity, record);
    struct fact fact = begin_fact(i, loader->entity, row);
    add_identifier(&fact, IDENTIFIER_ID, id);
    if (loader->entity == ENTITY_CONTACT) {
        add_identifier(&fact, IDENTIFIER_USER, id);
        note_address(i, record, row->role[ROLE_EMAIL]);
        note_address(i, record, id);
    }
    fact.lists = true;
    fact.message_id = i->run;
    fact.values = keep_row_values(i, row, &fact.value_count);
    e = set_company(i, row, &fact, why);
    if (loader->entity == ENTITY_DEAL) set_contacts(i, row, &fact);
    return e == ERR_OK ? add_fact(i, &fact, row->line, why) : e;
}

/* With `properties`, or by another identifier than an id of its own. */
static bool is_record_body(const struct json_item *line)
{
    static const struct str others[] = {STR_INIT("email"), STR_INIT("userId"), STR_INIT("anonymousId")};
    if (json_member(line, STR("properties")) != NULL) return true;
    if (json_member(line, STR("id")) != NULL) return false;
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (json_member(line, others[i]) != NULL) return true;
    return false;
}

static enum err take_body(struct importing *i, struct row *row, struct err_info *why)
{
    struct loader *loader = i->loader;
    struct fact read;
    struct fact_result refusal = {0};
    if (!record_body_read(row->json, loader->entity, i->now_ms, loader->scratch, &read, &refusal))
        return load_refuse(loader, row, load_reason_of(str_from_c(refusal.reason)), refusal.place, why, "%s",
                           refusal.message);
    if (read.identifier_count == 0)
        return load_refuse(loader, row, REJECT_NO_ID, STR(""), why, "the row has no identifier");
    struct fact fact = keep_fact(i, &read, row);
    const struct json_item *at = json_member(row->json, STR("at"));
    if (at == NULL || at->kind == JSON_NULL) fact.at_ms = FOREVER;
    fact.message_id = i->run;
    return add_fact(i, &fact, row->line, why);
}

/* ---- Rows of events. ---- */

/* Whoever the files do not list may still be known where the facts go. */
static bool set_contact(struct importing *i, const struct row *row, struct fact *fact, enum err *failed,
                        struct err_info *why)
{
    struct str text = row->role[ROLE_CONTACT];
    uint32_t contact = load_find_contact(i->loader, text);
    fact->expect = FACT_UPDATE;
    if (contact == LOOKUP_SEVERAL) {
        *failed = load_refuse(i->loader, row, REJECT_UNKNOWN_CONTACT, STR("contact"), why,
                              "several contacts have this e-mail address");
        return false;
    }
    if (contact != RECORD_NONE)
        add_identifier(fact, IDENTIFIER_ID, history_builder_id(i->loader->builder, ENTITY_CONTACT, contact));
    else add_identifier(fact, memchr(text.at, '@', text.len) != NULL ? IDENTIFIER_EMAIL : IDENTIFIER_ID, keep(i, text));
    return true;
}

static enum err take_event(struct importing *i, struct row *row, struct err_info *why)
{
    enum err e = ERR_OK;
    struct event_fact event = {0};
    if (!load_read_event(i->loader, row, &event, &e, why)) return e;
    struct fact fact = begin_fact(i, ENTITY_CONTACT, row);
    if (!set_contact(i, row, &fact, &e, why)) return e;
    fact.at_ms = event.at_ms;
    fact.event = keep(i, event.name);
    fact.bot = event.bot;
    fact.message_id = event.id.len > 0 ? keep(i, event.id) : message_id_of(i, row);
    fact.event_values = keep_row_values(i, row, &fact.event_value_count);
    return add_fact(i, &fact, row->line, why);
}

static enum err take_call(struct importing *i, struct row *row, struct err_info *why)
{
    static const struct call_setting setting = {.origin = CALL_OF_FILE, .kind = CALL_NONE};
    struct fact read;
    struct fact_result result;
    if (!call_read(row->json, row->text, &setting, i->loader->scratch, &read, &result))
        return load_refuse(i->loader, row, load_reason_of(str_from_c(result.reason)), result.place, why, "%s",
                           result.message);
    struct fact fact = keep_fact(i, &read, row);
    if (fact.message_id.len == 0) fact.message_id = message_id_of(i, row);
    return add_fact(i, &fact, row->line, why);
}

static enum err take_row(struct loader *loader, struct row *row, struct err_info *why)
{
    struct importing *i = loader->taker;
    enum entity object = loader->entity == ENTITY_EVENT ? ENTITY_CONTACT : loader->entity;
    enum err e = ERR_OK;
    if (loader->entity != ENTITY_CONTACT && i->addresses.count > 0) e = tell_addresses(i, why);
    if (!str_equal(i->file, loader->file)) i->file = arena_str(i->names, loader->file);
    if (e == ERR_OK) e = begin_batch(i, object, why);
    if (e != ERR_OK) return e;
    bool as_api = row->json != NULL && loader->options->id_column == NULL && is_record_body(row->json);
    if (loader->entity != ENTITY_EVENT) return as_api ? take_body(i, row, why) : take_record(i, row, why);
    return row->json != NULL && load_is_segment_call(row->json) ? take_call(i, row, why) : take_event(i, row, why);
}

static void begin_import(struct importing *i, const struct load_options *options, struct catalog *catalog,
                         struct rejects *rejects, const struct import_sink *sink, int64_t now_ms,
                         struct import_summary *summary)
{
    INVARIANT(options->keep_all);
    *summary = (struct import_summary){0};
    *i = (struct importing){.loader = loader_new(options, catalog, rejects, &summary->load),
                            .sink = sink,
                            .summary = summary,
                            .now_ms = now_ms,
                            .names = arena_new(),
                            .arena = arena_new(),
                            .address_arena = arena_new()};
    i->run = arena_format(i->names, "import-%015lld", (long long)now_ms);
    i->loader->take = take_row;
    i->loader->taker = i;
}

/* Everything was read; or reading ended with e. */
static enum err end_import(struct importing *i, enum err e, struct err_info *why)
{
    if (e == ERR_OK) e = hand_on(i, why);
    if (e == ERR_OK) e = tell_addresses(i, why);
    loader_free(i->loader);
    arena_free(i->names);
    arena_free(i->arena);
    arena_free(i->address_arena);
    LIST_RELEASE(&i->facts);
    LIST_RELEASE(&i->origins);
    LIST_RELEASE(&i->results);
    LIST_RELEASE(&i->addresses);
    return e;
}

enum err import_files(const struct load_options *options, struct catalog *catalog, struct rejects *rejects,
                      const struct import_sink *sink, int64_t now_ms, struct import_summary *summary,
                      struct err_info *why)
{
    struct importing i;
    begin_import(&i, options, catalog, rejects, sink, now_ms, summary);
    return end_import(&i, load_files(i.loader, why), why);
}

enum err import_input(const struct load_options *options, struct input *input, enum entity entity,
                      struct catalog *catalog, struct rejects *rejects, const struct import_sink *sink, int64_t now_ms,
                      struct import_summary *summary, struct err_info *why)
{
    struct importing i;
    begin_import(&i, options, catalog, rejects, sink, now_ms, summary);
    summary->load.files = 1;
    return end_import(&i, load_input(i.loader, entity, input, why), why);
}

/* memory_append.c — a batch is looked through for conflicts, then taken; and a person is taken out again. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "store/memory/memory_store.h"

/* ---- Conflicts. ---- */

static bool id_is_taken(const struct memory_store *store, enum entity object, struct str id)
{
    uint32_t code = intern_find(store->ids[object], id);
    return code != INTERN_NONE && store->id_taken[object].at[code];
}

/* The same id earlier in the batch. Batches of tests are small, and those of programs have no doubles to find. */
static bool id_repeats(const struct store_batch *batch, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (batch->records[i].object == batch->records[index].object &&
            str_equal(batch->records[i].id, batch->records[index].id))
            return true;
    return false;
}

static bool same_version(const struct definition_fact *a, const struct definition_fact *b)
{
    return a->kind == b->kind && a->version == b->version && str_equal(a->name, b->name);
}

static MUST_CHECK enum err find_conflict(const struct memory_store *store, const struct store_batch *batch,
                                         struct err_info *why)
{
    for (size_t i = 0; i < batch->record_count; i++)
        if (id_is_taken(store, batch->records[i].object, batch->records[i].id) || id_repeats(batch, i))
            return err_set(why, ERR_CONFLICT, "it is there already (record.id)");
    for (size_t i = 0; i < batch->definition_count; i++) {
        for (size_t k = 0; k < store->definitions.count; k++)
            if (same_version(&store->definitions.at[k], &batch->definitions[i]))
                return err_set(why, ERR_CONFLICT, "it is there already (definition.version)");
        for (size_t k = 0; k < i; k++)
            if (same_version(&batch->definitions[k], &batch->definitions[i]))
                return err_set(why, ERR_CONFLICT, "it is there already (definition.version)");
    }
    return ERR_OK;
}

/* ---- Taking. ---- */

static struct str keep(struct memory_store *store, struct str text)
{
    return arena_str(store->arena, text);
}

static void take_property(struct memory_store *store, const struct property_fact *fact)
{
    struct property_fact *to = NULL;
    for (size_t i = 0; i < store->properties.count && to == NULL; i++) {
        struct property_fact *known = &store->properties.at[i];
        if (known->entity == fact->entity && str_equal(known->name, fact->name)) to = known;
    }
    if (to == NULL) to = LIST_ADD(&store->properties);
    *to = *fact;
    to->name = keep(store, fact->name);
    to->options = keep(store, fact->options);
}

static void set_taken(struct memory_store *store, enum entity object, struct str id, bool taken)
{
    uint32_t code = intern_add(store->ids[object], id);
    while (store->id_taken[object].count <= code) *LIST_ADD(&store->id_taken[object]) = false;
    store->id_taken[object].at[code] = taken;
}

static void take_records(struct memory_store *store, const struct store_batch *batch)
{
    for (size_t i = 0; i < batch->property_count; i++) take_property(store, &batch->properties[i]);
    for (size_t i = 0; i < batch->record_count; i++) {
        const struct record_fact *fact = &batch->records[i];
        struct memory_record *to = LIST_ADD(&store->records[fact->object]);
        *to = (struct memory_record){.fact = *fact};
        to->fact.id = keep(store, fact->id);
        set_taken(store, fact->object, fact->id, true);
    }
    for (size_t i = 0; i < batch->change_count; i++) {
        const struct record_change *change = &batch->changes[i];
        struct memory_record *of = &store->records[change->object].at[change->number];
        of->fact.listed = change->listed;
        of->archived = change->archived;
    }
}

static void take_history(struct memory_store *store, const struct store_batch *batch)
{
    for (size_t i = 0; i < batch->identifier_count; i++) {
        struct identifier_fact *to = LIST_ADD(&store->identifiers);
        *to = batch->identifiers[i];
        to->text = keep(store, to->text);
    }
    for (size_t i = 0; i < batch->merge_count; i++) *LIST_ADD(&store->merges) = batch->merges[i];
    for (size_t i = 0; i < batch->version_count; i++) {
        struct version_fact_row *to = LIST_ADD(&store->versions);
        *to = batch->versions[i];
        to->property = keep(store, to->property);
        to->text = keep(store, to->text);
        to->fact_id = keep(store, to->fact_id);
    }
    for (size_t i = 0; i < batch->association_count; i++) *LIST_ADD(&store->associations) = batch->associations[i];
    for (size_t i = 0; i < batch->event_count; i++) {
        struct event_fact_row *to = LIST_ADD(&store->events);
        *to = batch->events[i];
        to->name = keep(store, to->name);
        to->message_id = keep(store, to->message_id);
        to->properties = keep(store, to->properties);
        to->context = keep(store, to->context);
        to->source = keep(store, to->source);
    }
}

static void take_decisions(struct memory_store *store, const struct store_batch *batch)
{
    for (size_t i = 0; i < batch->definition_count; i++) {
        struct definition_fact *to = LIST_ADD(&store->definitions);
        *to = batch->definitions[i];
        to->name = keep(store, to->name);
        to->text = keep(store, to->text);
        to->author = keep(store, to->author);
        to->note = keep(store, to->note);
    }
    for (size_t i = 0; i < batch->band_count; i++) {
        struct band_row *to = LIST_ADD(&store->bands);
        *to = (struct band_row){++store->last_band, batch->bands[i]};
        to->fact.score = keep(store, to->fact.score);
        to->fact.band = keep(store, to->fact.band);
        to->fact.former = keep(store, to->fact.former);
    }
    for (size_t i = 0; i < batch->reject_count; i++) {
        struct reject_row *to = LIST_ADD(&store->rejects);
        *to = (struct reject_row){++store->last_reject, batch->rejects[i]};
        to->fact.source = keep(store, to->fact.source);
        to->fact.reason = keep(store, to->fact.reason);
        to->fact.place = keep(store, to->fact.place);
        to->fact.message = keep(store, to->fact.message);
        to->fact.body = keep(store, to->fact.body);
    }
    for (size_t i = 0; i < batch->audit_count; i++) {
        struct audit_row *to = LIST_ADD(&store->audits);
        *to = (struct audit_row){++store->last_audit, batch->audits[i]};
        to->fact.actor = keep(store, to->fact.actor);
        to->fact.action = keep(store, to->fact.action);
        to->fact.target = keep(store, to->fact.target);
        to->fact.detail = keep(store, to->fact.detail);
    }
}

enum err memory_append(struct store *base, const struct store_batch *batch, struct err_info *why)
{
    struct memory_store *store = memory_enter(base);
    enum err e = find_conflict(store, batch, why);
    if (e == ERR_OK) {
        take_records(store, batch);
        take_history(store, batch);
        take_decisions(store, batch);
    }
    return memory_leave(store, e);
}

/* ---- Erasing. ---- */

/* Take out each element of `list_` for which `condition_` holds of `fact`. */
#define REMOVE_IF(list_, type_, condition_)         \
    for (size_t at_ = (list_).count; at_-- > 0;) {  \
        const type_ *fact = &(list_).at[at_];       \
        if (condition_) LIST_REMOVE(&(list_), at_); \
    }

static bool is_association_of(const struct association_fact *fact, uint32_t contact)
{
    return (fact->kind == ASSOCIATION_CONTACT_COMPANY && fact->from == contact) ||
           (fact->kind == ASSOCIATION_DEAL_CONTACT && fact->to == contact);
}

/* Rejects first: they are found by the names that go afterwards. */
static void erase_rejects(struct memory_store *store, uint32_t contact)
{
    AUTO_ARENA scratch = arena_new();
    for (size_t at = store->rejects.count; at-- > 0;) {
        const struct reject_fact *reject = &store->rejects.at[at].fact;
        struct str id = store->records[ENTITY_CONTACT].at[contact].fact.id;
        bool named = person_mentioned(reject->body, id, scratch) || person_mentioned(reject->message, id, scratch);
        for (size_t i = 0; i < store->identifiers.count && !named; i++) {
            const struct identifier_fact *fact = &store->identifiers.at[i];
            named = fact->contact == contact && (person_mentioned(reject->body, fact->text, scratch) ||
                                                 person_mentioned(reject->message, fact->text, scratch));
        }
        if (named) LIST_REMOVE(&store->rejects, at);
        arena_reset(scratch);
    }
}

enum err memory_erase(struct store *base, struct contact_set person, const struct audit_fact *audit, bool *gone,
                      struct err_info *why)
{
    (void)why;
    struct memory_store *store = memory_enter(base);
    for (size_t i = 0; i < person.count; i++) {
        uint32_t contact = person.at[i];
        erase_rejects(store, contact);
        REMOVE_IF(store->identifiers, struct identifier_fact, fact->contact == contact);
        REMOVE_IF(store->versions, struct version_fact_row, fact->object == ENTITY_CONTACT && fact->record == contact);
        REMOVE_IF(store->associations, struct association_fact, is_association_of(fact, contact));
        REMOVE_IF(store->events, struct event_fact_row, fact->contact == contact);
        REMOVE_IF(store->bands, struct band_row, fact->fact.object == ENTITY_CONTACT && fact->fact.record == contact);
        struct memory_record *record = &store->records[ENTITY_CONTACT].at[contact];
        if (record->fact.id.len > 0) set_taken(store, ENTITY_CONTACT, record->fact.id, false);
        *record = (struct memory_record){.fact = {.object = ENTITY_CONTACT, .number = contact}, .archived = true};
    }
    take_decisions(store, &(struct store_batch){.audits = audit, .audit_count = audit != NULL});
    *gone = true;
    return memory_leave(store, ERR_OK);
}

/* batch.c — does a batch keep the promises of store.h?
 *
 * Numbers are dense and records exist, so no database has to look that up for each row.
 * What is wrong here is a mistake of our own; it is told, not taken. */
// SPDX-License-Identifier: Apache-2.0
#include "store/store_internal.h"

/* The numbers that will come next when what was looked at so far is there. */
struct expected {
    uint32_t record[OBJECT_COUNT];
    uint32_t event;
};

static bool is_object(enum entity object)
{
    return (unsigned)object < OBJECT_COUNT;
}

static bool exists(const struct expected *next, enum entity object, uint32_t number)
{
    return is_object(object) && number < next->record[object];
}

static enum err unknown(struct err_info *why, const char *what, size_t index)
{
    return err_set(why, ERR_INTERNAL, "%s %zu of the batch is of a record that does not exist, or of an unknown kind",
                   what, index);
}

static MUST_CHECK enum err check_number(uint32_t number, uint32_t expected, const char *what, struct err_info *why)
{
    if (number < expected) return err_set(why, ERR_CONFLICT, "%s %u is there already", what, (unsigned)number);
    if (number > expected)
        return err_set(why, ERR_INTERNAL, "%s %u comes before %u", what, (unsigned)number, (unsigned)expected);
    if (number >= UINT32_MAX - 1) return err_set(why, ERR_TOO_BIG, "there is no number left for another %s", what);
    return ERR_OK;
}

static MUST_CHECK enum err check_records(const struct store_batch *batch, struct expected *next, struct err_info *why)
{
    for (size_t i = 0; i < batch->property_count; i++)
        if ((unsigned)batch->properties[i].entity >= ENTITY_COUNT || batch->properties[i].name.len == 0)
            return unknown(why, "property", i);
    for (size_t i = 0; i < batch->record_count; i++) {
        const struct record_fact *fact = &batch->records[i];
        if (!is_object(fact->object) || fact->id.len == 0) return unknown(why, "record", i);
        enum err e = check_number(fact->number, next->record[fact->object], entity_name(fact->object), why);
        if (e != ERR_OK) return e;
        next->record[fact->object]++;
    }
    for (size_t i = 0; i < batch->change_count; i++)
        if (!exists(next, batch->changes[i].object, batch->changes[i].number)) return unknown(why, "change", i);
    return ERR_OK;
}

static MUST_CHECK enum err check_identity(const struct store_batch *batch, const struct expected *next,
                                          struct err_info *why)
{
    for (size_t i = 0; i < batch->identifier_count; i++) {
        const struct identifier_fact *fact = &batch->identifiers[i];
        if ((unsigned)fact->kind >= IDENTIFIER_KINDS || !exists(next, ENTITY_CONTACT, fact->contact))
            return unknown(why, "identifier", i);
    }
    for (size_t i = 0; i < batch->merge_count; i++) {
        const struct merge_fact *fact = &batch->merges[i];
        if (fact->stays == fact->goes || !exists(next, fact->object, fact->stays) ||
            !exists(next, fact->object, fact->goes))
            return unknown(why, "merge", i);
    }
    return ERR_OK;
}

static MUST_CHECK enum err check_history(const struct store_batch *batch, struct expected *next, struct err_info *why)
{
    for (size_t i = 0; i < batch->version_count; i++)
        if (!exists(next, batch->versions[i].object, batch->versions[i].record)) return unknown(why, "value", i);
    for (size_t i = 0; i < batch->association_count; i++) {
        const struct association_fact *fact = &batch->associations[i];
        if (fact->kind < 0 || fact->kind >= ASSOCIATION_COUNT ||
            !exists(next, association_ends[fact->kind][0], fact->from) ||
            !exists(next, association_ends[fact->kind][1], fact->to))
            return unknown(why, "association", i);
    }
    for (size_t i = 0; i < batch->event_count; i++) {
        enum err e = check_number(batch->events[i].number, next->event, "event", why);
        if (e != ERR_OK) return e;
        if (!exists(next, ENTITY_CONTACT, batch->events[i].contact)) return unknown(why, "event", i);
        next->event++;
    }
    return ERR_OK;
}

enum err batch_check(const struct store *store, const struct store_batch *batch, struct err_info *why)
{
    struct expected next = {.event = store->next_event};
    for (int object = 0; object < OBJECT_COUNT; object++) next.record[object] = store->next_record[object];
    enum err e = check_records(batch, &next, why);
    if (e == ERR_OK) e = check_identity(batch, &next, why);
    if (e == ERR_OK) e = check_history(batch, &next, why);
    if (e != ERR_OK) return e;
    for (size_t i = 0; i < batch->definition_count; i++) {
        const struct definition_fact *fact = &batch->definitions[i];
        if (fact->kind < 0 || fact->kind > 1 || fact->version == 0 || fact->name.len == 0)
            return unknown(why, "definition", i);
    }
    for (size_t i = 0; i < batch->band_count; i++)
        if (!exists(&next, batch->bands[i].object, batch->bands[i].record)) return unknown(why, "band", i);
    return ERR_OK;
}

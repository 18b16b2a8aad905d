/* seal.c — one hash of a row: its numbers first, then each text on top. */
// SPDX-License-Identifier: Apache-2.0
#include "store/seal.h"

const char *seal_part_name(enum seal_part part)
{
    static const char *const names[SEAL_PARTS] = {"property", "record",      "identifier", "merge",
                                                  "version",  "association", "event",      "definition",
                                                  "band",     "reject",      "audit",      "batch"};
    return names[part];
}

static uint64_t of_numbers(const int64_t *numbers, size_t bytes)
{
    return str_hash((struct str){(const char *)numbers, bytes}, 0);
}

/* Lengths go in through the hash itself, so "a","bc" and "ab","c" differ. */
static uint64_t with(uint64_t hash, struct str text)
{
    return text.len == 0 ? hash * UINT64_C(0x9E3779B97F4A7C15) + 1 : str_hash(text, hash);
}

uint64_t seal_of_property(const struct property_fact *fact)
{
    int64_t numbers[] = {(int64_t)fact->entity, fact->type, fact->declared};
    return with(with(of_numbers(numbers, sizeof numbers), fact->name), fact->options);
}

uint64_t seal_of_record(const struct record_fact *fact, bool archived)
{
    int64_t numbers[] = {(int64_t)fact->object, fact->number, fact->listed, archived, fact->created_ms};
    return with(of_numbers(numbers, sizeof numbers), fact->id);
}

uint64_t seal_of_identifier(const struct identifier_fact *fact)
{
    int64_t numbers[] = {(int64_t)fact->kind, fact->contact, fact->since_ms};
    return with(of_numbers(numbers, sizeof numbers), fact->text);
}

uint64_t seal_of_merge(const struct merge_fact *fact)
{
    int64_t numbers[] = {fact->stays, fact->goes, fact->at_ms, (int64_t)fact->object};
    size_t known = fact->object == ENTITY_CONTACT ? 3 : 4; /* until format 3 all were contacts */
    return of_numbers(numbers, known * sizeof numbers[0]);
}

uint64_t seal_of_version(const struct version_fact_row *fact)
{
    int64_t numbers[] = {(int64_t)fact->object, fact->record, fact->from_ms};
    return with(with(with(of_numbers(numbers, sizeof numbers), fact->property), fact->text), fact->fact_id);
}

uint64_t seal_of_association(const struct association_fact *fact)
{
    int64_t numbers[] = {fact->kind, fact->from, fact->to, fact->from_ms, fact->ended};
    return of_numbers(numbers, sizeof numbers);
}

uint64_t seal_of_event(const struct event_fact_row *fact)
{
    int64_t numbers[] = {fact->number, fact->contact, fact->at_ms, fact->received_ms, fact->bot};
    uint64_t hash = with(with(of_numbers(numbers, sizeof numbers), fact->name), fact->message_id);
    hash = with(with(hash, fact->properties), fact->context);
    return fact->source.len > 0 ? with(hash, fact->source) : hash; /* those of format 1 have none */
}

uint64_t seal_of_definition(const struct definition_fact *fact)
{
    int64_t numbers[] = {fact->kind, fact->version, fact->at_ms};
    uint64_t hash = with(with(of_numbers(numbers, sizeof numbers), fact->name), fact->text);
    return with(with(hash, fact->author), fact->note);
}

uint64_t seal_of_band(const struct band_fact *fact)
{
    int64_t numbers[] = {(int64_t)fact->object, fact->record, fact->at_ms, fact->micro, fact->version, fact->cause};
    return with(with(with(of_numbers(numbers, sizeof numbers), fact->score), fact->band), fact->former);
}

uint64_t seal_of_reject(const struct reject_fact *fact)
{
    uint64_t hash = with(with(of_numbers(&fact->at_ms, sizeof fact->at_ms), fact->source), fact->reason);
    return with(with(with(hash, fact->place), fact->message), fact->body);
}

uint64_t seal_of_audit(const struct audit_fact *fact)
{
    uint64_t hash = with(with(of_numbers(&fact->at_ms, sizeof fact->at_ms), fact->actor), fact->action);
    return with(with(hash, fact->target), fact->detail);
}

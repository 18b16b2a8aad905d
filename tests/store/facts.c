/* facts.c — batches drawn at random, and a store as one text to compare. */
// SPDX-License-Identifier: Apache-2.0
#include "facts.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#define DUMP_BYTES ((size_t)1 << 30)

struct facts facts_new(uint64_t seed)
{
    return (struct facts){.state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1};
}

/* SplitMix64. */
uint32_t facts_draw(struct facts *facts, uint32_t below)
{
    uint64_t x = facts->state += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return below == 0 ? 0 : (uint32_t)((x ^ (x >> 31)) % below);
}

static struct str word(struct facts *facts, struct arena *arena)
{
    static const char *const words[] = {"",          "pricing", "demo requested",   "K\xc3\xb6ln", "o'hara \"x\"",
                                        "a;b;c",     "42",      "\xf0\x9f\x90\xa6", "line\nbreak", "%s%n",
                                        "{\"a\":1}", "NULL"};
    uint32_t n = facts_draw(facts, COUNT_OF(words) + 2);
    if (n == COUNT_OF(words)) { /* longer than a page */
        size_t bytes = 5000 + facts_draw(facts, 5000);
        char *at = arena_alloc(arena, bytes);
        memset(at, 'x', bytes);
        return (struct str){at, bytes};
    }
    if (n > COUNT_OF(words)) return (struct str){"nul\0inside", 10};
    return str_from_c(words[n]);
}

static struct str name(struct facts *facts, const char *what, uint32_t kinds, struct arena *arena)
{
    return arena_format(arena, "%s_%u", what, (unsigned)facts_draw(facts, kinds));
}

static int64_t moment(struct facts *facts)
{
    return INT64_C(1767607200000) + (int64_t)facts_draw(facts, 1000000000) - 500000000;
}

static uint32_t anybody(struct facts *facts, enum entity object)
{
    return facts_draw(facts, facts->records[object]);
}

static enum entity scored(struct facts *facts)
{
    enum entity object = (enum entity)facts_draw(facts, OBJECT_COUNT);
    return facts->records[object] > 0 ? object : ENTITY_CONTACT;
}

static void draw_records(struct facts *facts, uint32_t size, struct arena *arena, struct store_batch *batch)
{
    struct property_fact *properties = ARENA_ARRAY(arena, struct property_fact, size);
    struct record_fact *records = ARENA_ARRAY(arena, struct record_fact, size + 1);
    struct record_change *changes = ARENA_ARRAY(arena, struct record_change, size);
    batch->properties = properties;
    batch->records = records;
    batch->changes = changes;
    for (uint32_t i = facts_draw(facts, size / 4 + 1); i-- > 0;)
        properties[batch->property_count++] =
            (struct property_fact){.entity = (enum entity)facts_draw(facts, ENTITY_COUNT),
                                   .name = name(facts, "property", 20, arena),
                                   .type = (int32_t)facts_draw(facts, 8) - 1,
                                   .declared = facts_draw(facts, 2) != 0,
                                   .options = word(facts, arena)};
    uint32_t count = facts_draw(facts, size / 2 + 1);
    if (facts->records[ENTITY_CONTACT] == 0) count++;
    for (uint32_t i = 0; i < count; i++) {
        enum entity object =
            facts->records[ENTITY_CONTACT] == 0 ? ENTITY_CONTACT : (enum entity)facts_draw(facts, OBJECT_COUNT);
        uint32_t number = facts->records[object]++;
        records[batch->record_count++] =
            (struct record_fact){.object = object,
                                 .number = number,
                                 .id = arena_format(arena, "%08x-%s-%u", (unsigned)facts_draw(facts, UINT32_MAX),
                                                    entity_name(object), (unsigned)number),
                                 .listed = facts_draw(facts, 2) != 0,
                                 .created_ms = moment(facts)};
    }
    for (uint32_t i = facts_draw(facts, size / 4 + 1); i-- > 0;) {
        enum entity object = scored(facts);
        changes[batch->change_count++] = (struct record_change){.object = object,
                                                                .number = anybody(facts, object),
                                                                .listed = facts_draw(facts, 2) != 0,
                                                                .archived = facts_draw(facts, 2) != 0};
    }
}

static void draw_identity(struct facts *facts, uint32_t size, struct arena *arena, struct store_batch *batch)
{
    struct identifier_fact *identifiers = ARENA_ARRAY(arena, struct identifier_fact, size);
    struct merge_fact *merges = ARENA_ARRAY(arena, struct merge_fact, 1);
    batch->identifiers = identifiers;
    batch->merges = merges;
    for (uint32_t i = facts_draw(facts, size / 2 + 1); i-- > 0;)
        identifiers[batch->identifier_count++] =
            (struct identifier_fact){.kind = (enum identifier_kind)facts_draw(facts, IDENTIFIER_KINDS),
                                     .text = name(facts, "known-as", 1000, arena),
                                     .contact = anybody(facts, ENTITY_CONTACT),
                                     .since_ms = moment(facts)};
    enum entity object = scored(facts);
    uint32_t stays = anybody(facts, object), goes = anybody(facts, object);
    if (stays != goes && facts_draw(facts, 4) == 0)
        merges[batch->merge_count++] = (struct merge_fact){object, stays, goes, moment(facts)};
}

static void draw_history(struct facts *facts, uint32_t size, struct arena *arena, struct store_batch *batch)
{
    struct version_fact_row *versions = ARENA_ARRAY(arena, struct version_fact_row, size);
    struct association_fact *associations = ARENA_ARRAY(arena, struct association_fact, size);
    struct event_fact_row *events = ARENA_ARRAY(arena, struct event_fact_row, size);
    batch->versions = versions;
    batch->associations = associations;
    batch->events = events;
    for (uint32_t i = facts_draw(facts, size); i-- > 0;) {
        enum entity object = scored(facts);
        versions[batch->version_count++] = (struct version_fact_row){.object = object,
                                                                     .record = anybody(facts, object),
                                                                     .property = name(facts, "property", 20, arena),
                                                                     .from_ms = moment(facts),
                                                                     .text = word(facts, arena),
                                                                     .fact_id = word(facts, arena)};
    }
    for (uint32_t i = facts_draw(facts, size / 4 + 1); i-- > 0 && facts->records[ENTITY_COMPANY] > 0;)
        associations[batch->association_count++] = (struct association_fact){.kind = 0,
                                                                             .from = anybody(facts, ENTITY_CONTACT),
                                                                             .to = anybody(facts, ENTITY_COMPANY),
                                                                             .from_ms = moment(facts),
                                                                             .ended = facts_draw(facts, 3) == 0};
    for (uint32_t i = facts_draw(facts, size); i-- > 0;)
        events[batch->event_count++] = (struct event_fact_row){.number = facts->events++,
                                                               .contact = anybody(facts, ENTITY_CONTACT),
                                                               .at_ms = moment(facts),
                                                               .received_ms = moment(facts),
                                                               .name = name(facts, "event", 10, arena),
                                                               .message_id = word(facts, arena),
                                                               .bot = facts_draw(facts, 8) == 0,
                                                               .properties = word(facts, arena),
                                                               .context = word(facts, arena),
                                                               .source = word(facts, arena)};
}

static void draw_decisions(struct facts *facts, uint32_t size, struct arena *arena, struct store_batch *batch)
{
    struct definition_fact *definition = ARENA_NEW(arena, struct definition_fact);
    struct band_fact *bands = ARENA_ARRAY(arena, struct band_fact, size);
    struct reject_fact *reject = ARENA_NEW(arena, struct reject_fact);
    struct audit_fact *audit = ARENA_NEW(arena, struct audit_fact);
    batch->definitions = definition;
    batch->bands = bands;
    batch->rejects = reject;
    batch->audits = audit;
    batch->definition_count = batch->reject_count = batch->audit_count = 1;
    *definition = (struct definition_fact){.name = STR("lead_score"),
                                           .kind = (int32_t)(facts->batches % 2),
                                           .version = facts->batches / 2 + 1,
                                           .text = word(facts, arena),
                                           .author = word(facts, arena),
                                           .note = word(facts, arena),
                                           .at_ms = moment(facts)};
    *reject = (struct reject_fact){moment(facts),      STR("key:1"),       STR("no_id"),
                                   word(facts, arena), word(facts, arena), word(facts, arena)};
    *audit =
        (struct audit_fact){moment(facts), STR("cli"), STR("score.publish"), word(facts, arena), word(facts, arena)};
    for (uint32_t i = facts_draw(facts, size / 2 + 1); i-- > 0;) {
        enum entity object = scored(facts);
        bands[batch->band_count++] = (struct band_fact){.object = object,
                                                        .record = anybody(facts, object),
                                                        .score = name(facts, "score", 3, arena),
                                                        .band = word(facts, arena),
                                                        .former = word(facts, arena),
                                                        .at_ms = moment(facts),
                                                        .micro = moment(facts),
                                                        .version = 1 + facts_draw(facts, 9),
                                                        .cause = (int32_t)facts_draw(facts, 4)};
    }
}

struct store_batch facts_batch(struct facts *facts, uint32_t size, struct arena *arena)
{
    struct store_batch batch = {0};
    draw_records(facts, size, arena, &batch);
    draw_identity(facts, size, arena, &batch);
    draw_history(facts, size, arena, &batch);
    draw_decisions(facts, size, arena, &batch);
    facts->batches++;
    return batch;
}

void facts_refused(struct facts *facts, const struct store_batch *batch)
{
    for (size_t i = 0; i < batch->record_count; i++) facts->records[batch->records[i].object]--;
    facts->events -= (uint32_t)batch->event_count;
    facts->batches--;
}

/* ---- A store as a text. ---- */

static enum err dump_property(void *context, const struct property_fact *f, struct err_info *why)
{
    (void)why;
    buf_format(context, "property %d %d %d ", (int)f->entity, (int)f->type, f->declared);
    buf_append(context, f->name), buf_append_char(context, ' '), buf_append(context, f->options);
    buf_append_char(context, '\n');
    return ERR_OK;
}

static enum err dump_record(void *context, const struct record_fact *f, bool archived, struct err_info *why)
{
    (void)why;
    buf_format(context, "record %d %u %d %d %lld ", (int)f->object, (unsigned)f->number, f->listed, archived,
               (long long)f->created_ms);
    buf_append(context, f->id);
    buf_append_char(context, '\n');
    return ERR_OK;
}

static enum err dump_identifier(void *context, const struct identifier_fact *f, struct err_info *why)
{
    (void)why;
    buf_format(context, "identifier %d %u %lld ", (int)f->kind, (unsigned)f->contact, (long long)f->since_ms);
    buf_append(context, f->text);
    buf_append_char(context, '\n');
    return ERR_OK;
}

static enum err dump_merge(void *context, const struct merge_fact *f, struct err_info *why)
{
    (void)why;
    buf_format(context, "merge %d %u %u %lld\n", (int)f->object, (unsigned)f->stays, (unsigned)f->goes,
               (long long)f->at_ms);
    return ERR_OK;
}

static enum err dump_version(void *context, const struct version_fact_row *f, struct err_info *why)
{
    (void)why;
    buf_format(context, "version %d %u %lld ", (int)f->object, (unsigned)f->record, (long long)f->from_ms);
    buf_append(context, f->property), buf_append_char(context, ' ');
    buf_append(context, f->text), buf_append_char(context, ' '), buf_append(context, f->fact_id);
    buf_append_char(context, '\n');
    return ERR_OK;
}

static enum err dump_association(void *context, const struct association_fact *f, struct err_info *why)
{
    (void)why;
    buf_format(context, "association %d %u %u %lld %d\n", (int)f->kind, (unsigned)f->from, (unsigned)f->to,
               (long long)f->from_ms, f->ended);
    return ERR_OK;
}

static enum err dump_event(void *context, const struct event_fact_row *f, struct err_info *why)
{
    (void)why;
    buf_format(context, "event %u %u %lld %lld %d ", (unsigned)f->number, (unsigned)f->contact, (long long)f->at_ms,
               (long long)f->received_ms, f->bot);
    buf_append(context, f->name), buf_append_char(context, ' '), buf_append(context, f->message_id);
    buf_append_char(context, ' '), buf_append(context, f->properties);
    buf_append_char(context, ' '), buf_append(context, f->context);
    if (f->source.len > 0) buf_append_char(context, ' ');
    buf_append(context, f->source);
    buf_append_char(context, '\n');
    return ERR_OK;
}

static enum err dump_definition(void *context, const struct definition_fact *f, struct err_info *why)
{
    (void)why;
    buf_format(context, "definition %d %u %lld ", (int)f->kind, (unsigned)f->version, (long long)f->at_ms);
    buf_append(context, f->name), buf_append_char(context, ' '), buf_append(context, f->text);
    buf_append_char(context, ' '), buf_append(context, f->author), buf_append_char(context, ' ');
    buf_append(context, f->note), buf_append_char(context, '\n');
    return ERR_OK;
}

static enum err dump_band(void *context, const struct band_fact *f, struct err_info *why)
{
    (void)why;
    buf_format(context, "band %d %u %lld %lld %u %d ", (int)f->object, (unsigned)f->record, (long long)f->at_ms,
               (long long)f->micro, (unsigned)f->version, (int)f->cause);
    buf_append(context, f->score), buf_append_char(context, ' '), buf_append(context, f->band);
    buf_append_char(context, ' '), buf_append(context, f->former), buf_append_char(context, '\n');
    return ERR_OK;
}

static void dump_questions(struct store *store, struct buf *out, struct arena *arena)
{
    struct err_info why = {0};
    struct reject_row *rejects;
    struct audit_row *audits;
    struct band_row *bands;
    size_t count;
    CHECK_OK(store_rejects(store, 0, SIZE_MAX, arena, &rejects, &count, &why), why);
    for (size_t i = 0; i < count; i++) {
        buf_format(out, "reject %lld ", (long long)rejects[i].fact.at_ms);
        buf_append(out, rejects[i].fact.source), buf_append(out, rejects[i].fact.reason);
        buf_append(out, rejects[i].fact.place), buf_append(out, rejects[i].fact.message);
        buf_append(out, rejects[i].fact.body), buf_append_char(out, '\n');
    }
    CHECK_OK(store_audits(store, 0, SIZE_MAX, arena, &audits, &count, &why), why);
    for (size_t i = 0; i < count; i++) {
        buf_format(out, "audit %llu %lld ", (unsigned long long)audits[i].number, (long long)audits[i].fact.at_ms);
        buf_append(out, audits[i].fact.actor), buf_append(out, audits[i].fact.action);
        buf_append(out, audits[i].fact.target), buf_append(out, audits[i].fact.detail), buf_append_char(out, '\n');
    }
    for (int object = 0; object < OBJECT_COUNT; object++) {
        CHECK_OK(store_bands(store, (enum entity)object, UINT32_MAX, 0, SIZE_MAX, arena, &bands, &count, &why), why);
        for (size_t i = 0; i < count; i++) CHECK_OK(dump_band(out, &bands[i].fact, &why), why);
    }
}

struct str store_dump(struct store *store, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(DUMP_BYTES);
    struct store_reader reader = {.context = &out,
                                  .property = dump_property,
                                  .record = dump_record,
                                  .identifier = dump_identifier,
                                  .merge = dump_merge,
                                  .version = dump_version,
                                  .association = dump_association,
                                  .event = dump_event,
                                  .definition = dump_definition,
                                  .band = dump_band};
    struct err_info why = {0};
    CHECK_OK(store_read(store, &reader, &why), why);
    dump_questions(store, &out, arena);
    CHECK_FALSE(out.failed);
    return arena_str(arena, buf_str(&out));
}

static void add_finding(void *context, const char *sentence)
{
    buf_append_c(context, sentence);
    buf_append_char(context, '\n');
}

struct str store_findings(struct store *store, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(DUMP_BYTES);
    struct err_info why = {0};
    CHECK_OK(store_check(store, add_finding, &out, &why), why);
    return arena_str(arena, buf_str(&out));
}

/* ---- Files. ---- */

const char *fresh_path(struct arena *arena)
{
    static int count;
    return arena_format(arena, "%s/store-%d.db", harness_tmpdir(), count++).at;
}

struct store *open_file(const char *path)
{
    struct store *store = NULL;
    struct err_info why = {0};
    CHECK_OK(store_open(&(struct store_options){.path = path, .clock = clock_system()}, &store, &why), why);
    return store;
}

void append_ada(struct store *store)
{
    struct err_info why = {0};
    struct record_fact ada = {.object = ENTITY_CONTACT, .id = STR("ada"), .listed = true, .created_ms = 1000};
    CHECK_OK(store_append(store, &(struct store_batch){.records = &ada, .record_count = 1}, &why), why);
}

enum err append_visits(struct store *store, uint32_t first, uint32_t count, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct event_fact_row *events = ARENA_ARRAY(arena, struct event_fact_row, count);
    for (uint32_t i = 0; i < count; i++)
        events[i] = (struct event_fact_row){.number = first + i,
                                            .at_ms = 1000 + first + i,
                                            .received_ms = 2000 + first + i,
                                            .name = STR("page_viewed"),
                                            .message_id = arena_format(arena, "message-%u", (unsigned)(first + i)),
                                            .properties = STR("{\"path\":\"/pricing\"}")};
    return store_append(store, &(struct store_batch){.events = events, .event_count = count}, why);
}

/* startup.c — everything from the store into columns, people and bands, once, before the first batch.
 *
 * Facts come in the order in which they can be taken again. Those of records that were
 * merged away are given to the one that stayed; of two events with one message id the first is kept, as
 * it was when they merged.
 *
 * A snapshot knows events and values up to some place; then only what lies behind it is taken, and
 * merges that it does not know are made at the end, as they were made after those events.
 *
 * All is read as of one moment, since a server may write the store that is only read here. Then its
 * snapshot may be replaced, too, or removed because somebody was erased: all begins anew. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <sys/random.h>

#include "base/intern.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/engine_internal.h"
#include "history/image.h"

#define TOLD_EVERY 65536 /* events between two words of how far it is */
#define HASH_SEED "hash_seed"
#define TRIES_MAX 3 /* with a snapshot that is replaced meanwhile */

struct loading {
    struct engine *engine;
    struct json_parser *parser;
    struct buf text; /* of an event's properties, with the padding that the parser wants */
    LIST(struct event_property) properties;
    LIST(bool) has_merged;                    /* [contacts] somebody was merged into it */
    LIST(struct definition_fact) definitions; /* the latest of each name */
    struct arena *arena;
    struct blob_reader image;          /* of the snapshot, until it was read */
    struct snapshot_position snapshot; /* of zeroes: there is none */
    uint32_t merges;                   /* met */
    bool quick;                        /* there is a snapshot */
    bool unfit;                        /* but not of what the store has: all begins anew without it */
    bool replaced;                     /* or it is not there any more: all begins anew */
    bool last;                         /* only associations are read once more, see read_associations */
    LIST(struct merge_fact) later;     /* merges that the snapshot does not know */
    struct intern *messages;           /* contact and message id of each event of those */
    struct buf message;
};

/* ---- The catalog. ---- */

static enum err load_property(void *context, const struct property_fact *fact, struct err_info *why)
{
    struct loading *l = context;
    struct catalog *catalog = l->engine->catalog;
    if (fact->type < TYPE_OPEN || fact->type > TYPE_SET)
        return err_set(why, ERR_INVALID,
                       "the store has a property '" STR_FMT "' of type %d, which this Plumb does not know",
                       STR_ARG(fact->name), fact->type);
    uint32_t number = catalog_property(catalog, fact->entity, fact->name);
    struct property *property = catalog_at(catalog, number);
    property->type = (enum type)fact->type;
    property->declared = fact->declared;
    lists_note(l->engine, number);
    if (fact->options.len > 0) catalog_set_options(catalog, number, fact->options);
    while (l->engine->stored_properties.count <= number)
        *LIST_ADD(&l->engine->stored_properties) = (struct property_fact){.name = {0}};
    l->engine->stored_properties.at[number] = (struct property_fact){
        .entity = fact->entity, .name = property->name, .type = fact->type, .declared = fact->declared};
    return ERR_OK;
}

/* ---- Records. ---- */

static enum err load_record(void *context, const struct record_fact *fact, bool archived, struct err_info *why)
{
    struct loading *l = context;
    struct engine *engine = l->engine;
    uint32_t number = live_add_record(engine->live, fact->object, fact->id, fact->listed && !archived);
    if (number != fact->number)
        return err_set(why, ERR_INVALID, "the store is damaged: %s number %u is missing", entity_name(fact->object),
                       number);
    *LIST_ADD(&engine->archived[fact->object]) = archived;
    people_add(engine->people, fact->object, number, fact->created_ms);
    if (fact->object == ENTITY_CONTACT) *LIST_ADD(&l->has_merged) = false;
    return ERR_OK;
}

static enum err check_contact(const struct loading *l, uint32_t contact, struct err_info *why)
{
    if (contact < l->has_merged.count) return ERR_OK;
    return err_set(why, ERR_INVALID, "the store is damaged: it speaks of a contact number %u that it does not have",
                   contact);
}

static enum err load_identifier(void *context, const struct identifier_fact *fact, struct err_info *why)
{
    struct loading *l = context;
    enum err e = check_contact(l, fact->contact, why);
    if (e == ERR_OK) people_identify(l->engine->people, fact->kind, fact->text, fact->contact);
    return e;
}

static bool never_same(void *context, uint32_t a, uint32_t b)
{
    (void)context, (void)a, (void)b;
    return false; /* no event is there yet */
}

/* Of records that are one by other merges already nothing is left to do. */
static void make_merge(struct loading *l, const struct merge_fact *fact,
                       bool (*same)(void *context, uint32_t a, uint32_t b), void *context)
{
    struct people *people = l->engine->people;
    uint32_t stays = people_root(people, fact->object, fact->stays),
             goes = people_root(people, fact->object, fact->goes);
    if (stays == goes) return;
    people_merge(people, fact->object, stays, goes);
    live_merge(l->engine->live, fact->object, stays, goes, same, context);
    if (fact->object == ENTITY_CONTACT) l->has_merged.at[stays] = true;
}

static enum err load_merge(void *context, const struct merge_fact *fact, struct err_info *why)
{
    struct loading *l = context;
    if ((unsigned)fact->object >= OBJECT_COUNT)
        return err_set(why, ERR_INVALID, "the store is damaged: a merge of an unknown object");
    uint32_t records = history_records(live_history(l->engine->live), fact->object);
    if (fact->stays >= records || fact->goes >= records)
        return err_set(why, ERR_INVALID, "the store is damaged: it merged a %s that it does not have",
                       entity_name(fact->object));
    if (l->merges++ >= l->snapshot.merges && l->quick) {
        *LIST_ADD(&l->later) = *fact;
        return ERR_OK;
    }
    make_merge(l, fact, never_same, NULL);
    return ERR_OK;
}

static bool same_as_stored(void *context, uint32_t a, uint32_t b)
{
    const struct engine *engine = context;
    AUTO_ARENA arena = arena_new();
    struct str ids[2] = {{0}, {0}};
    struct err_info why = {0};
    return store_message_id(engine->store, a, arena, &ids[0], &why) == ERR_OK &&
           store_message_id(engine->store, b, arena, &ids[1], &why) == ERR_OK && str_equal(ids[0], ids[1]);
}

static void make_later_merges(struct loading *l)
{
    for (size_t i = 0; i < l->later.count; i++) make_merge(l, &l->later.at[i], same_as_stored, l->engine);
}

/* ---- What is known of them. ---- */

static uint32_t settled(const struct loading *l, enum entity object, uint32_t record)
{
    return people_root(l->engine->people, object, record);
}

static enum err load_version(void *context, const struct version_fact_row *fact, struct err_info *why)
{
    struct loading *l = context;
    struct engine *engine = l->engine;
    if (fact->record >= history_records(live_history(engine->live), fact->object))
        return err_set(why, ERR_INVALID, "the store is damaged: a value of a %s number %u that it does not have",
                       entity_name(fact->object), fact->record);
    take_note_fact_id(engine, fact->fact_id);
    uint32_t property = catalog_property(engine->catalog, fact->object, fact->property);
    /* One that came before its property was declared otherwise is kept, and is no value. */
    live_set(engine->live, property, settled(l, fact->object, fact->record), fact->from_ms, fact->text, fact->fact_id);
    return ERR_OK;
}

static enum err load_association(void *context, const struct association_fact *fact, struct err_info *why)
{
    struct loading *l = context;
    struct live *live = l->engine->live;
    if (l->later.count > 0 && !l->last) return ERR_OK; /* after those merges */
    if (fact->kind < 0 || fact->kind >= ASSOCIATION_COUNT)
        return err_set(why, ERR_INVALID, "the store is damaged: an association of kind %d", fact->kind);
    enum association kind = (enum association)fact->kind;
    if (fact->from >= history_records(live_history(live), association_ends[kind][0]) ||
        fact->to >= history_records(live_history(live), association_ends[kind][1])) {
        if (l->last && l->engine->options.read_only) return ERR_OK; /* of a record that came after the moment */
        return err_set(why, ERR_INVALID, "the store is damaged: an association with a record that it does not have");
    }
    uint32_t from = settled(l, association_ends[kind][0], fact->from),
             to = settled(l, association_ends[kind][1], fact->to);
    if (fact->ended) {
        merge_note_left(l->engine, kind, from, to);
        live_dissociate(live, kind, from, to);
    } else live_associate(live, kind, from, to, fact->from_ms);
    return ERR_OK;
}

/* ---- Events. ---- */

/* Was this message of a contact that is several met already? The store may not be asked while it reads. */
static bool met_before(struct loading *l, uint32_t contact, struct str message_id)
{
    if (message_id.len == 0 || !l->has_merged.at[contact]) return false;
    buf_clear(&l->message);
    buf_append(&l->message, (struct str){(const char *)&contact, sizeof contact});
    buf_append(&l->message, message_id);
    uint32_t known = intern_count(l->messages);
    return intern_add(l->messages, buf_str(&l->message)) < known;
}

static enum err read_properties(struct loading *l, struct str json, struct err_info *why)
{
    static const char padding[JSON_PADDING] = {0};
    l->properties.count = 0;
    if (json.len == 0) return ERR_OK;
    buf_clear(&l->text);
    buf_append(&l->text, json);
    buf_append(&l->text, (struct str){padding, sizeof padding});
    const struct json_item *object = NULL;
    enum err e = json_parse(l->parser, (struct str){l->text.at, json.len}, &object, why);
    if (e != ERR_OK) return e;
    for (const struct json_item *member = json_first(object); member != NULL; member = json_next(object, member))
        *LIST_ADD(&l->properties) = (struct event_property){
            .property = catalog_property(l->engine->catalog, ENTITY_EVENT, member->key), .text = member->text};
    return ERR_OK;
}

static void advance(struct engine *engine, uint32_t number)
{
    if (number % TOLD_EVERY != 0) return;
    pthread_mutex_lock(&engine->queue_lock);
    engine->loaded = number;
    pthread_mutex_unlock(&engine->queue_lock);
}

static enum err load_event(void *context, const struct event_fact_row *fact, struct err_info *why)
{
    struct loading *l = context;
    struct engine *engine = l->engine;
    enum err e = check_contact(l, fact->contact, why);
    if (e == ERR_OK) e = read_properties(l, fact->properties, why);
    if (e != ERR_OK) return e;
    uint32_t contact = settled(l, ENTITY_CONTACT, fact->contact);
    uint32_t hash = fact->message_id.len > 0 ? message_hash(engine, fact->message_id) : 0;
    advance(engine, fact->number);
    take_note_fact_id(engine, fact->message_id);
    engine_noted_at(engine, fact->received_ms);
    if (fact->bot) *LIST_ADD(&engine->judged) = fact->number;
    if (met_before(l, contact, fact->message_id)) return ERR_OK;
    const struct event_fact event = {.contact = contact,
                                     .at_ms = fact->at_ms,
                                     .name = fact->name,
                                     .bot = bots_marks(engine, fact->bot, fact->context, fact->source),
                                     .properties = l->properties.at,
                                     .property_count = (uint32_t)l->properties.count};
    return live_event(engine->live, &event, hash, fact->number, NULL, why);
}

/* ---- Definitions and bands. ---- */

static enum err load_definition(void *context, const struct definition_fact *fact, struct err_info *why)
{
    (void)why;
    struct loading *l = context;
    struct definition_fact copy = *fact;
    copy.name = arena_str(l->arena, fact->name);
    copy.text = arena_str(l->arena, fact->text);
    copy.author = copy.note = (struct str){0};
    for (size_t i = 0; i < l->definitions.count; i++) {
        struct definition_fact *known = &l->definitions.at[i];
        if (known->kind != fact->kind || !str_equal(known->name, fact->name)) continue;
        if (fact->version > known->version) *known = copy;
        return ERR_OK;
    }
    *LIST_ADD(&l->definitions) = copy;
    return ERR_OK;
}

static enum err load_band(void *context, const struct band_fact *fact, struct err_info *why)
{
    (void)why;
    struct loading *l = context;
    engine_noted_at(l->engine, fact->at_ms);
    if (fact->record < RECORDS_MAX)
        bands_put(l->engine->bands, bands_score(l->engine->bands, fact->object, fact->score), fact->record, fact->band);
    return ERR_OK;
}

/* ---- All of it. ---- */

/* The store's own seed of message ids' hashes, so that nobody outside can make two of them collide. */
static enum err settle_seed(struct engine *engine, struct arena *arena, struct err_info *why)
{
    struct str text = {0};
    struct err_info absent = {0};
    enum err e = store_get_text(engine->store, STR(HASH_SEED), arena, &text, &absent);
    if (e == ERR_OK && str_to_u64(text, &engine->hash_seed)) return ERR_OK;
    if (e != ERR_OK && e != ERR_NOT_FOUND) return err_set(why, e, "%s", absent.msg);
    if (engine->options.read_only) return ERR_OK; /* without facts of a server, of which hashes would be asked */
    if (getrandom(&engine->hash_seed, sizeof engine->hash_seed, 0) != (ssize_t)sizeof engine->hash_seed)
        return err_set(why, ERR_UNAVAILABLE, "the system gives no random bytes");
    return store_put_text(engine->store, STR(HASH_SEED),
                          arena_format(arena, "%llu", (unsigned long long)engine->hash_seed), why);
}

/* The columns of the snapshot, into records that are there. */
static enum err take_image(void *context, struct err_info *why)
{
    struct loading *l = context;
    if (!l->quick) return ERR_OK;
    l->unfit = live_image_read(l->engine->live, &l->image, why) != ERR_OK;
    return l->unfit ? err_set(why, ERR_INVALID, "it does not fit the records of the store") : ERR_OK;
}

/* Who there is, and what is known of them behind the snapshot. */
static enum err read_facts(struct loading *l, struct err_info *why)
{
    const struct store_reader reader = {
        .context = l,
        .versions_after = l->snapshot.last_version,
        .events_from = l->snapshot.next_event,
        .property = load_property,
        .record = load_record,
        .identifier = load_identifier,
        .merge = load_merge,
        .facts_follow = take_image,
        .version = load_version,
        .association = load_association,
        .event = load_event,
        .definition = load_definition,
        .band = load_band,
    };
    return store_read(l->engine->store, &reader, why);
}

/* Associations are told again after a merge when one of the two had left a company: whoever takes them must have made all
 * merges before. */
static enum err read_associations(struct loading *l, struct err_info *why)
{
    const struct store_reader reader = {.context = l, .association = load_association};
    l->last = true;
    return store_read(l->engine->store, &reader, why);
}

static enum err read_all(struct loading *l, struct err_info *why)
{
    struct engine *engine = l->engine;
    struct store_size size;
    enum err e = store_measure(engine->store, &size, why);
    if (e != ERR_OK) return e;
    pthread_mutex_lock(&engine->queue_lock);
    engine->to_load = size.events;
    pthread_mutex_unlock(&engine->queue_lock);
    l->quick = snapshot_open(engine, &l->image, &l->snapshot);
    if (!l->quick) l->snapshot = (struct snapshot_position){0};
    engine->last_fact_id = l->snapshot.last_fact_id;
    live_begin_alone(engine->live);
    people_begin(engine->people);
    bands_begin(engine->bands);
    e = read_facts(l, why);
    l->replaced = l->quick && engine->options.read_only && blob_was_replaced(&l->image, engine->options.snapshot_path);
    if (e == ERR_OK) make_later_merges(l);
    if (e == ERR_OK && l->later.count > 0) e = read_associations(l, why);
    blob_close(&l->image);
    live_commit(engine->live);
    people_commit(engine->people);
    bands_commit(engine->bands);
    engine->next_event = store_next_event(engine->store); /* the last ones may have been erased */
    engine->merge_count = l->merges;
    engine->snapshot_events = l->snapshot.next_event;
    if (l->unfit || l->replaced) return ERR_OK;
    return e != ERR_OK ? e : editions_load(engine, l->definitions.at, l->definitions.count, why);
}

/* *again: what was loaded is to be forgotten, and everything to be loaded once more. */
static enum err load(struct engine *engine, struct arena *arena, bool *again, struct err_info *why)
{
    struct loading l = {.engine = engine,
                        .parser = json_parser_new(),
                        .text = BUF_INIT(SIZE_MAX),
                        .arena = arena,
                        .messages = intern_new(),
                        .message = BUF_INIT(SIZE_MAX)};
    struct err_info trouble = {0};
    enum err e = read_all(&l, &trouble);
    *again = l.unfit || l.replaced;
    if (l.unfit) {
        snapshot_ignored(engine, trouble.msg);
        snapshot_forget(engine);
        engine->options.snapshot_path = engine->options.read_only ? NULL : engine->options.snapshot_path;
    }
    json_parser_free(l.parser);
    intern_free(l.messages);
    buf_release(&l.text);
    buf_release(&l.message);
    LIST_RELEASE(&l.properties);
    LIST_RELEASE(&l.has_merged);
    LIST_RELEASE(&l.definitions);
    LIST_RELEASE(&l.later);
    return e == ERR_OK ? ERR_OK : err_set(why, e, "%s", trouble.msg);
}

enum err startup_load(struct engine *engine, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    bool again = true;
    enum err e = settle_seed(engine, arena, why);
    if (e == ERR_OK) e = bots_load(engine, why);
    for (int tries = 0; e == ERR_OK && again; tries++) {
        if (tries > 0) engine_forget_columns(engine);
        if (tries == TRIES_MAX) engine->options.snapshot_path = NULL;
        e = load(engine, arena, &again, why);
    }
    return e;
}

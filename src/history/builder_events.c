/* builder_events.c — an event at the door: checked, then 24 bytes of staging.
 *
 * An event is taken in two passes over its properties, so that nothing is kept of a
 * refused one: first every text is looked up, and checked when it is new; then new texts
 * are interned. Name, bot mark and properties become one provisional class. A property
 * that has shown more than EVENT_CLASS_VALUES_MAX values is *demoted*: from then on its
 * values are staged as rows beside the events. That is only to bound memory; what lives
 * where in the end is settled by counts alone (layout_classes.c). */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "history/builder_internal.h"

#define NEW_TEXT 0 /* staged code of a text not yet interned */
#define FIRST_CHUNK_EVENTS 256

void builder_events_init(struct event_stage *events, uint64_t seed)
{
    *events = (struct event_stage){
        .names = intern_new(),
        .name_cache = memory_alloc(sizeof *events->name_cache),
        .classes_max = PROVISIONAL_CLASSES_MAX,
    };
    tuple_set_init(&events->classes, seed);
}

void builder_events_release(struct event_stage *events)
{
    intern_free(events->names);
    memory_free(events->name_cache);
    tuple_set_release(&events->classes);
    memory_free(events->kinds);
    memory_free(events->plain);
    for (uint64_t i = 0; i < events->chunk_count; i++) memory_free(events->chunks[i]);
    memory_free(events->chunks);
    memory_free(events->rows);
    memory_free(events->pairs);
    memory_free(events->words);
}

/* ---- First pass: may it enter? ---- */

static MUST_CHECK enum err check_name(struct history_builder *builder, const struct event_fact *fact, uint32_t *name,
                                      struct err_info *why)
{
    struct event_stage *events = &builder->events;
    *name = text_cache_code(events->name_cache, events->names, fact->name, false);
    enum name_kind kind;
    if (*name != INTERN_NONE) {
        kind = (enum name_kind)events->kinds[*name];
    } else {
        enum err e = door_name(intern_count(events->names), why);
        if (e != ERR_OK) return e;
        kind = door_name_kind(builder->scratch, fact->name);
    }
    return door_parts(builder->scratch, builder->catalog, fact, kind, why);
}

/* Look up each property's text; pairs[i] belongs to fact->properties[i], with NEW_TEXT
 * where the text is not known yet. */
static MUST_CHECK enum err look_up(struct history_builder *builder, const struct event_fact *fact,
                                   uint32_t *bad_property, struct err_info *why)
{
    struct event_stage *events = &builder->events;
    if (events->pair_capacity < fact->property_count) {
        events->pair_capacity = (uint64_t)fact->property_count * 2;
        events->pairs = memory_resize(events->pairs, events->pair_capacity, sizeof *events->pairs);
    }
    for (uint32_t i = 0; i < fact->property_count; i++) {
        uint32_t property = fact->properties[i].property;
        struct str text = str_trim(fact->properties[i].text);
        struct column_stage *column = builder_column(builder, property);
        INVARIANT(column->entity == ENTITY_EVENT);
        uint32_t known = text_cache_code(column->cache, column->texts, text, false);
        events->pairs[i] = (struct event_pair){property, known == INTERN_NONE ? NEW_TEXT : known + 1, i};
        if (known != INTERN_NONE || text.len == 0) continue;
        enum err e = builder_check_text(builder, property, column, text, why);
        if (e == ERR_OK) continue;
        if (bad_property != NULL) *bad_property = property;
        return e;
    }
    return ERR_OK;
}

/* ---- Second pass: keep it. ---- */

/* Intern what is new and leave out what is empty. Returns how many pairs are left. */
static uint32_t keep_texts(struct history_builder *builder, const struct event_fact *fact)
{
    struct event_pair *pairs = builder->events.pairs;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < fact->property_count; i++) {
        struct event_pair pair = pairs[i];
        if (pair.code == NEW_TEXT) {
            struct str text = str_trim(fact->properties[i].text);
            if (text.len == 0) continue;
            struct column_stage *column = &builder->columns[pair.property];
            pair.code = intern_add(column->texts, text) + 1;
            column->demoted = pair.code > EVENT_CLASS_VALUES_MAX;
        }
        pairs[kept++] = pair;
    }
    return kept;
}

static void append_row_words(struct event_stage *events, uint32_t a, uint32_t b)
{
    events->rows = list_grown(events->rows, events->row_words + 1, &events->row_capacity, sizeof *events->rows);
    events->rows[events->row_words++] = a;
    events->rows[events->row_words++] = b;
}

/* Stage the demoted ones (of a pressed event: all) as rows; the others stay in pairs. */
static uint32_t split_rows(struct history_builder *builder, uint32_t count, bool pressed)
{
    struct event_stage *events = &builder->events;
    uint32_t kept = 0;
    uint64_t head = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct event_pair pair = events->pairs[i];
        if (!pressed && !builder->columns[pair.property].demoted) {
            events->pairs[kept++] = pair;
            continue;
        }
        if (head == 0) {
            if (events->row_words == 0) append_row_words(events, 0, 0);
            head = events->row_words;
            append_row_words(events, (uint32_t)events->count, pressed ? ROWS_PRESSED : 0);
        }
        append_row_words(events, pair.property, pair.code);
        events->rows[head + 1]++;
    }
    return kept;
}

static struct tuple class_tuple(struct event_stage *events, uint32_t name, bool bot, uint32_t count)
{
    uint32_t words = 1 + 2 * count;
    if (events->word_capacity < words) {
        events->word_capacity = (uint64_t)words * 2;
        events->words = memory_resize(events->words, events->word_capacity, sizeof *events->words);
    }
    events->words[0] = name * 2 + bot;
    for (uint32_t i = 0; i < count; i++) {
        events->words[1 + 2 * i] = events->pairs[i].property;
        events->words[2 + 2 * i] = events->pairs[i].code;
    }
    return (struct tuple){events->words, words};
}

static uint32_t add_class(struct event_stage *events, struct tuple tuple, bool plain)
{
    uint32_t known = events->classes.count;
    uint32_t class = tuple_set_add(&events->classes, tuple);
    if (class == known) {
        events->plain = list_grown(events->plain, class, &events->plain_capacity, sizeof *events->plain);
        events->plain[class] = 0;
    }
    if (plain) events->plain[class] = 1;
    return class;
}

static bool classes_full(const struct event_stage *events)
{
    return events->classes.count >= events->classes_max || tuple_set_bytes(&events->classes) >= PROVISIONAL_BYTES_MAX;
}

/* The provisional class of `count` pairs; some or all of them become rows. */
static uint32_t class_of(struct history_builder *builder, uint32_t name, bool bot, uint32_t count)
{
    struct event_stage *events = &builder->events;
    bool full = classes_full(events);
    bool any_demoted = false;
    for (uint32_t i = 0; i < count; i++) any_demoted |= builder->columns[events->pairs[i].property].demoted;
    if (!any_demoted) {
        struct tuple tuple = class_tuple(events, name, bot, count);
        if (!full || count == 0 || tuple_set_find(&events->classes, tuple) != TUPLE_NONE)
            return add_class(events, tuple, true);
    }
    if (full) events->pressed = true;
    count = split_rows(builder, count, full);
    return add_class(events, class_tuple(events, name, bot, count), !full);
}

/* Room for an event more. */
static void grow_chunks(struct event_stage *events)
{
    if (events->count == 0 || events->room == CHUNK_EVENTS) {
        events->chunks =
            list_grown(events->chunks, events->chunk_count, &events->chunk_capacity, sizeof *events->chunks);
        events->chunks[events->chunk_count++] = NULL;
        events->room = events->count == 0 ? FIRST_CHUNK_EVENTS : CHUNK_EVENTS;
    } else {
        events->room *= 2;
    }
    struct staged_event **last = &events->chunks[events->chunk_count - 1];
    *last = memory_resize(*last, events->room, sizeof **last);
}

static void stage(struct event_stage *events, struct staged_event event)
{
    uint64_t place = events->count & (CHUNK_EVENTS - 1);
    if (place == events->room || place == 0) grow_chunks(events);
    events->chunks[events->chunk_count - 1][place] = event;
    events->count++;
}

static uint64_t id_hash(const struct history_builder *builder, struct str id)
{
    if (id.len == 0) return 0;
    uint64_t hash = str_hash(id, builder->hash_seed);
    return hash == 0 ? 1 : hash;
}

enum err history_builder_event(struct history_builder *builder, const struct event_fact *fact, uint32_t *bad_property,
                               struct err_info *why)
{
    struct event_stage *events = &builder->events;
    enum err e = door_event(fact, events->count, why);
    if (e != ERR_OK) return e;
    INVARIANT(fact->contact < intern_count(builder->records[ENTITY_CONTACT].names));
    uint32_t name;
    e = check_name(builder, fact, &name, why);
    if (e == ERR_OK) e = look_up(builder, fact, bad_property, why);
    if (e != ERR_OK) return e;

    if (name == INTERN_NONE) {
        name = intern_add(events->names, fact->name);
        events->kinds = list_grown(events->kinds, name, &events->kind_capacity, sizeof *events->kinds);
        events->kinds[name] = (uint8_t)door_name_kind(builder->scratch, fact->name);
    }
    uint32_t count = door_sort_pairs(events->pairs, keep_texts(builder, fact));
    struct staged_event event = {
        .at_ms = fact->at_ms,
        .hash = id_hash(builder, fact->id),
        .contact = fact->contact,
        .class = class_of(builder, name, fact->bot, count),
    };
    events->any_id |= event.hash != 0;
    stage(events, event);
    return ERR_OK;
}

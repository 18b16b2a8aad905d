/* live_properties.c — values: each different text once, and versions of records over time.
 *
 * While nothing needs a property its values are texts, and the catalog remembers what they have in
 * common; once a definition needs it they are read as its type, which stays. A version remembers the id of
 * the fact that told it, because of several at one instant the greatest id holds. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "history/live_internal.h"

/* ---- Dictionaries. ---- */

static struct dictionary *values_of(const struct live *live, uint32_t property)
{
    const struct history *history = &live->history;
    return catalog_at(live->catalog, property)->entity == ENTITY_EVENT ? &history->event_properties[property].values
                                                                       : &history->properties[property].values;
}

static enum type door_of(const struct live *live, uint32_t property)
{
    const struct property *known = catalog_at(live->catalog, property);
    if (!known->declared && known->need == NEED_NONE)
        return TYPE_OPEN; /* no definition would miss what does not parse */
    return known->type != TYPE_OPEN ? known->type : catalog_door_type(live->catalog, property);
}

uint32_t live_known_code(const struct live *live, uint32_t property, struct str text)
{
    const struct intern *texts = live->columns[property].texts;
    uint32_t known = texts != NULL ? intern_find(texts, text) : INTERN_NONE;
    return known == INTERN_NONE ? 0 : known + 1;
}

enum err live_check_new(const struct live *live, uint32_t property, struct str text, struct err_info *why)
{
    return door_text(live->scratch, catalog_at(live->catalog, property), door_of(live, property), text, why);
}

/* It came before the property was of a type that it does not parse as. Who had it may have been erased: that a text is known
 * is no reason to take it, or a restart would change what is taken. */
static bool is_unreadable(const struct live *live, uint32_t property, uint32_t code)
{
    return door_of(live, property) != TYPE_OPEN && dictionary_at(values_of(live, property), code)->type == TYPE_OPEN;
}

enum err live_check(const struct live *live, uint32_t property, struct str text, struct err_info *why)
{
    text = str_trim(text);
    uint32_t known = live_known_code(live, property, text);
    if (text.len == 0 || (known != 0 && !is_unreadable(live, property, known))) return ERR_OK;
    return live_check_new(live, property, text, why);
}

static void append_value(struct live *live, struct dictionary *values, const struct value *value)
{
    uint32_t code = values->count;
    struct segment_place place = segment_place(code);
    if (values->segments[place.segment] == NULL)
        values->segments[place.segment] = ARENA_ARRAY(live->arena, struct value, segment_size(place.segment));
    ((struct value *)values->segments[place.segment])[place.at] = *value;
    word_publish(&values->count, code + 1);
}

/* What a text means as `type`; one that does not parse keeps its text and is no value (an empty folded text). What is
 * read while the type is open is compared as a text, and known as open. */
static struct value read_as(struct live *live, uint32_t property, enum type type, struct str text, uint32_t *unreadable)
{
    struct value value;
    const struct property *known = catalog_at(live->catalog, property);
    if (value_parse(live->arena, type, text, &value, NULL) == ERR_OK &&
        (type != TYPE_ENUMERATION || door_option(known, &value, NULL) == ERR_OK)) {
        if (type == TYPE_OPEN) value.type = TYPE_OPEN;
        return value;
    }
    (*unreadable)++;
    return (struct value){.type = TYPE_OPEN, .raw = text};
}

uint32_t live_code(struct live *live, uint32_t property, struct dictionary *values, struct str text)
{
    struct live_column *column = live_column(live, property);
    if (column->texts == NULL) {
        column->texts = intern_new();
        append_value(live, values, &(struct value){0});
    }
    uint32_t known = intern_count(column->texts);
    uint32_t code = intern_add(column->texts, text) + 1;
    if (code <= known) return code;
    enum type type = catalog_at(live->catalog, property)->type;
    if (type == TYPE_OPEN) catalog_meet(live->catalog, property, text);
    uint32_t unreadable = 0;
    struct value value = read_as(live, property, type, intern_at(column->texts, code - 1), &unreadable);
    append_value(live, values, &value);
    return code;
}

/* Every value anew, as of this type. Returns how many are none. */
static uint32_t read_anew(struct live *live, uint32_t property, enum type type)
{
    struct dictionary *values = values_of(live, property);
    uint32_t unreadable = 0;
    for (uint32_t s = 0; s < SEGMENTS_MAX && segment_begin(s) < values->count; s++) {
        struct value *segment = ARENA_ARRAY(live->arena, struct value, segment_size(s));
        for (uint32_t i = 0; i < segment_size(s) && segment_begin(s) + i < values->count; i++)
            if (segment_begin(s) + i > 0)
                segment[i] = read_as(live, property, type, values->segments[s][i].raw, &unreadable);
        __atomic_store_n(&values->segments[s], segment, __ATOMIC_RELEASE); /* the former stays for its readers */
    }
    return unreadable;
}

uint32_t live_settle(struct live *live, uint32_t property, enum type type)
{
    struct property *known = catalog_at(live->catalog, property);
    if (known->type != TYPE_OPEN) return 0;
    uint32_t unreadable = read_anew(live, property, type);
    __atomic_store_n(&known->type, type, __ATOMIC_RELEASE);
    return unreadable;
}

void live_reread(struct live *live, uint32_t property)
{
    read_anew(live, property, catalog_at(live->catalog, property)->type);
}

uint32_t live_contradicting(const struct live *live, const struct property *as, uint32_t property)
{
    AUTO_ARENA scratch = arena_new();
    const struct dictionary *values = values_of(live, property);
    uint32_t contradicting = 0;
    for (uint32_t code = 1; code < values->count; code++)
        contradicting += door_text(scratch, as, as->type, dictionary_at(values, code)->raw, NULL) != ERR_OK;
    return contradicting;
}

/* ---- Ids of facts. ---- */

static struct str fact_id(const struct live *live, uint32_t fact)
{
    const char *at = (const char *)live->fact_ids.at + (uint64_t)fact * sizeof(uint32_t);
    uint32_t length;
    memcpy(&length, at, sizeof length);
    return (struct str){at + sizeof length, length};
}

/* Facts come with several values each: the last id is kept once. */
static uint32_t keep_fact_id(struct live *live, struct str id)
{
    if (id.len == 0) return 0;
    if (str_equal(fact_id(live, live->last_fact_id), id)) return live->last_fact_id;
    uint32_t length = (uint32_t)id.len;
    uint64_t begin = live->fact_id_end, bytes = (sizeof length + id.len + 3) / 4 * 4;
    reserve_open(&live->fact_ids, begin + bytes);
    char *at = (char *)live->fact_ids.at + begin;
    memcpy(at, &length, sizeof length);
    memcpy(at + sizeof length, id.at, id.len);
    live->fact_id_end = begin + bytes;
    return live->last_fact_id = (uint32_t)(begin / sizeof(uint32_t));
}

/* ---- Versions. ---- */

static uint64_t *word_of(struct live *live, uint32_t property, uint32_t record)
{
    struct property_column *column = &live->history.properties[property];
    struct reserve *words = &live_column(live, property)->words;
    if (record >= column->word_count) {
        if (words->at == NULL) {
            reserve_init(words, RECORDS_MAX * sizeof *column->words);
            column->versions = live->versions.columns[0].at;
            column->words = words->at;
        }
        reserve_open(words, ((uint64_t)record + 1) * sizeof *column->words);
        uint64_t count = words->open_bytes / sizeof *column->words;
        word_publish(&column->word_count, count < RECORDS_MAX ? (uint32_t)count : RECORDS_MAX);
    }
    return &column->words[record];
}

static struct str text_of(const struct property_column *column, uint32_t code)
{
    return code == 0 ? (struct str){0} : dictionary_at(&column->values, code)->raw;
}

/* Of two versions of one instant: does `a` hold rather than `b`? */
static bool holds_rather(const struct live *live, const struct property_column *column, const struct version *a,
                         const struct version *b)
{
    int order = a->fact == b->fact ? 0 : str_compare(fact_id(live, a->fact), fact_id(live, b->fact));
    if (order == 0) order = str_compare(text_of(column, a->code), text_of(column, b->code));
    return order > 0;
}

/* False when the record has this or a greater version of that instant. */
static bool put_version(struct live *live, uint32_t property, uint32_t record, const struct version *version)
{
    const struct property_column *column = &live->history.properties[property];
    uint64_t *word = word_of(live, property, record);
    struct run run = run_of(*word);
    const struct version *versions = column->versions + run.first;
    uint32_t at = run.count;
    while (at > 0 && versions[at - 1].from_ms >= version->from_ms) at--;
    bool replaces = at < run.count && versions[at].from_ms == version->from_ms;
    if (replaces && !holds_rather(live, column, version, &versions[at])) return false;
    struct run_edit edit = run_edit(&live->versions, *word, at, replaces, 1);
    column->versions[edit.place] = *version;
    live_swing(live, &live->versions, word, edit.word);
    return true;
}

bool live_set(struct live *live, uint32_t property, uint32_t record, int64_t from_ms, struct str text, struct str fact)
{
    const enum entity object = catalog_at(live->catalog, property)->entity;
    INVARIANT(object != ENTITY_EVENT && record < live->history.records[object].count);
    text = str_trim(text);
    if (from_ms == FOREVER && text.len == 0 && fact.len == 0) return false; /* less than any other fact */
    struct version version = {.from_ms = from_ms, .fact = keep_fact_id(live, fact)};
    if (text.len > 0) version.code = live_code(live, property, &live->history.properties[property].values, text);
    return put_version(live, property, record, &version);
}

bool live_put_versions(struct live *live, uint32_t property, uint32_t record, const void *versions, uint32_t count,
                       uint32_t values)
{
    uint64_t *word = word_of(live, property, record);
    if (run_of(*word).count != 0 || !run_pool_has_room(&live->versions, count)) return false;
    struct run_edit edit = run_edit(&live->versions, *word, 0, 0, count);
    struct version *at = live->history.properties[property].versions + edit.place;
    memcpy(at, versions, count * sizeof *at);
    for (uint32_t i = 0; i < count; i++)
        if ((at[i].code > 0 && at[i].code >= values) || at[i].fact * (uint64_t)sizeof(uint32_t) >= live->fact_id_end)
            return false;
    live_swing(live, &live->versions, word, edit.word);
    return true;
}

/* The record's run of versions; NULL without any. */
static uint64_t *versions_word(struct live *live, uint32_t property, uint32_t record)
{
    struct property_column *column = &live->history.properties[property];
    return record < column->word_count && run_of(column->words[record]).count > 0 ? &column->words[record] : NULL;
}

void live_merge_versions(struct live *live, enum entity object, uint32_t stays, uint32_t goes)
{
    for (uint32_t p = 0; p < catalog_count(live->catalog); p++) {
        uint64_t *word = catalog_at(live->catalog, p)->entity == object ? versions_word(live, p, goes) : NULL;
        if (word == NULL) continue;
        struct run run = run_of(*word);
        for (uint32_t i = 0; i < run.count; i++)
            put_version(live, p, stays, &live->history.properties[p].versions[run.first + i]);
        live_swing(live, &live->versions, word, 0);
    }
}

void live_forget_versions(struct live *live, enum entity object, uint32_t record)
{
    for (uint32_t p = 0; p < catalog_count(live->catalog); p++) {
        uint64_t *word = catalog_at(live->catalog, p)->entity == object ? versions_word(live, p, record) : NULL;
        if (word != NULL) live_swing(live, &live->versions, word, 0);
    }
}

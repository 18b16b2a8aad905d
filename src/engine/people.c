/* people.c — identifiers as numbered texts, owners beside them, and a log to undo with.
 *
 * Each different identifier has a code. Codes of one contact form a chain (first, next), so
 * what somebody is known by needs no search, and a merge walks the chain of the one that goes.
 * All that changes are words of four arrays; the log keeps which and what they were. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/people.h"

#include <string.h>

#include "base/list.h"
#include "base/unicode.h"
#include "history/history.h"

enum column { OWNER, NEXT, FIRST, MERGED, COLUMNS = MERGED + OBJECT_COUNT }; /* MERGED + object */

struct undo {
    enum column column;
    uint32_t index, was;
};

struct words {
    uint32_t *at;
    uint32_t count, capacity;
};

struct people {
    struct intern *texts;         /* kind as a letter, then the text */
    struct words column[COLUMNS]; /* OWNER and NEXT by code, FIRST by contact, MERGED by record */
    LIST(int64_t) created_ms[OBJECT_COUNT];
    LIST(struct undo) log;
    size_t records_before[OBJECT_COUNT]; /* of people_begin */
};

struct people *people_new(void)
{
    struct people *people = memory_alloc(sizeof *people);
    people->texts = intern_new();
    return people;
}

void people_free(struct people *people)
{
    if (people == NULL) return;
    intern_free(people->texts);
    for (int c = 0; c < COLUMNS; c++) memory_free(people->column[c].at);
    for (int o = 0; o < OBJECT_COUNT; o++) LIST_RELEASE(&people->created_ms[o]);
    LIST_RELEASE(&people->log);
    memory_free(people);
}

/* ---- Words that remember. ---- */

static uint32_t get(const struct people *people, enum column column, uint32_t index)
{
    const struct words *words = &people->column[column];
    return index < words->count ? words->at[index] : RECORD_NONE;
}

static void put(struct people *people, enum column column, uint32_t index, uint32_t value)
{
    struct words *words = &people->column[column];
    if (index >= words->capacity) {
        uint32_t capacity = words->capacity == 0 ? 64 : words->capacity;
        while (capacity <= index) capacity *= 2;
        words->at = memory_resize(words->at, capacity, sizeof *words->at);
        words->capacity = capacity;
    }
    while (words->count <= index) words->at[words->count++] = RECORD_NONE;
    *LIST_ADD(&people->log) = (struct undo){column, index, words->at[index]};
    words->at[index] = value;
}

void people_begin(struct people *people)
{
    people->log.count = 0;
    for (int o = 0; o < OBJECT_COUNT; o++) people->records_before[o] = people->created_ms[o].count;
}

void people_commit(struct people *people)
{
    people->log.count = 0;
}

void people_rollback(struct people *people)
{
    while (people->log.count > 0) {
        struct undo undo = people->log.at[--people->log.count];
        people->column[undo.column].at[undo.index] = undo.was;
    }
    for (int o = 0; o < OBJECT_COUNT; o++) people->created_ms[o].count = people->records_before[o];
}

/* ---- Identifiers. ---- */

#define KEY_BYTES (1 + FACT_ID_MAX * 4) /* folding may lengthen a text */

/* The key of an identifier in `bytes`; empty when it is too long to be one. */
static struct str key_of(enum identifier_kind kind, struct str text, char bytes[static KEY_BYTES])
{
    if (text.len == 0 || text.len > KEY_BYTES - 1) return (struct str){0};
    bytes[0] = (char)('0' + (int)kind);
    memcpy(bytes + 1, text.at, text.len);
    return (struct str){bytes, 1 + text.len};
}

struct str people_normal(enum identifier_kind kind, struct str text, struct arena *arena)
{
    text = str_trim(text);
    return kind == IDENTIFIER_EMAIL ? unicode_fold(arena, text) : text;
}

static enum column merged(enum entity object)
{
    return (enum column)(MERGED + (int)object);
}

void people_add(struct people *people, enum entity object, uint32_t record, int64_t created_ms)
{
    INVARIANT(record == people->created_ms[object].count);
    *LIST_ADD(&people->created_ms[object]) = created_ms;
    if (object == ENTITY_CONTACT) put(people, FIRST, record, RECORD_NONE);
    put(people, merged(object), record, RECORD_NONE);
}

uint32_t people_root(const struct people *people, enum entity object, uint32_t record)
{
    for (uint32_t next; (next = get(people, merged(object), record)) != RECORD_NONE;) record = next;
    return record;
}

uint32_t people_find(const struct people *people, enum identifier_kind kind, struct str text)
{
    char bytes[KEY_BYTES];
    struct str key = key_of(kind, text, bytes);
    uint32_t code = key.len == 0 ? INTERN_NONE : intern_find(people->texts, key);
    return code == INTERN_NONE ? RECORD_NONE : get(people, OWNER, code);
}

void people_look_ahead(const struct people *people, enum identifier_kind kind, struct str text, enum intern_step step)
{
    char bytes[KEY_BYTES];
    struct str key = key_of(kind, text, bytes);
    if (key.len > 0) intern_look_ahead(people->texts, key, step);
}

static void unlink_code(struct people *people, uint32_t contact, uint32_t code)
{
    uint32_t at = get(people, FIRST, contact);
    if (at == code) {
        put(people, FIRST, contact, get(people, NEXT, code));
        return;
    }
    while (at != RECORD_NONE && get(people, NEXT, at) != code) at = get(people, NEXT, at);
    INVARIANT(at != RECORD_NONE);
    put(people, NEXT, at, get(people, NEXT, code));
}

static void give(struct people *people, uint32_t code, uint32_t contact)
{
    put(people, OWNER, code, contact);
    put(people, NEXT, code, get(people, FIRST, contact));
    put(people, FIRST, contact, code);
}

bool people_identify(struct people *people, enum identifier_kind kind, struct str text, uint32_t contact)
{
    char bytes[KEY_BYTES];
    struct str key = key_of(kind, text, bytes);
    INVARIANT(key.len > 0);
    uint32_t code = intern_add(people->texts, key);
    uint32_t owner = get(people, OWNER, code);
    if (owner == contact) return false;
    if (owner != RECORD_NONE) unlink_code(people, owner, code);
    give(people, code, contact);
    return true;
}

static void give_all(struct people *people, uint32_t goes, uint32_t stays)
{
    for (uint32_t code = get(people, FIRST, goes); code != RECORD_NONE;) {
        uint32_t next = get(people, NEXT, code);
        give(people, code, stays);
        code = next;
    }
    put(people, FIRST, goes, RECORD_NONE);
}

void people_merge(struct people *people, enum entity object, uint32_t stays, uint32_t goes)
{
    INVARIANT(stays != goes && people_root(people, object, stays) == stays &&
              people_root(people, object, goes) == goes);
    if (object == ENTITY_CONTACT) give_all(people, goes, stays);
    put(people, merged(object), goes, stays);
}

uint32_t people_elder(const struct people *people, enum entity object, uint32_t a, uint32_t b)
{
    int64_t a_ms = people_created_ms(people, object, a), b_ms = people_created_ms(people, object, b);
    if (a_ms != b_ms) return a_ms < b_ms ? a : b;
    return a < b ? a : b;
}

int64_t people_created_ms(const struct people *people, enum entity object, uint32_t record)
{
    INVARIANT(record < people->created_ms[object].count);
    return people->created_ms[object].at[record];
}

uint32_t people_identifiers(const struct people *people, uint32_t contact, struct arena *arena,
                            struct fact_identifier **out)
{
    uint32_t count = 0;
    for (uint32_t code = get(people, FIRST, contact); code != RECORD_NONE; code = get(people, NEXT, code)) count++;
    *out = ARENA_ARRAY(arena, struct fact_identifier, count);
    uint32_t i = 0;
    for (uint32_t code = get(people, FIRST, contact); code != RECORD_NONE; code = get(people, NEXT, code)) {
        struct str key = intern_at(people->texts, code);
        (*out)[i++] = (struct fact_identifier){(enum identifier_kind)(key.at[0] - '0'), {key.at + 1, key.len - 1}};
    }
    return count;
}

void people_forget(struct people *people, uint32_t contact)
{
    for (uint32_t code = get(people, FIRST, contact); code != RECORD_NONE;) {
        uint32_t next = get(people, NEXT, code);
        put(people, OWNER, code, RECORD_NONE);
        put(people, NEXT, code, RECORD_NONE);
        code = next;
    }
    put(people, FIRST, contact, RECORD_NONE);
    people->created_ms[ENTITY_CONTACT].at[contact] = 0;
}

uint32_t people_family(const struct people *people, uint32_t contact, struct arena *arena, uint32_t **out)
{
    const uint32_t all = (uint32_t)people->created_ms[ENTITY_CONTACT].count;
    uint32_t count = 1;
    for (uint32_t c = 0; c < all; c++) count += c != contact && people_root(people, ENTITY_CONTACT, c) == contact;
    uint32_t *family = ARENA_ARRAY(arena, uint32_t, count);
    *out = family;
    *family++ = contact;
    for (uint32_t c = 0; c < all; c++)
        if (c != contact && people_root(people, ENTITY_CONTACT, c) == contact) *family++ = c;
    return count;
}

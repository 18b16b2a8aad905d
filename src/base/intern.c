/* intern.c — an open-addressed table of hashes over texts that never move.
 *
 * Three parts: blocks that hold the texts, each as its length (4 bytes), its bytes and
 * a zero byte; pointers into them by code, in segments that never move; and the slots, (32
 * bits of the hash, code + 1) pairs probed in a row. A text's home slot is its hash scaled to
 * the table's size, so the slots are nearly sorted by hash and growing the table walks old
 * and new one from front to back, without touching a text.
 *
 * A slot is one 64-bit word, written with release order when text and pointer are in place, and a
 * larger table is published likewise when it is filled. So a reader finds a text or does not, and
 * never waits. A shared intern keeps outgrown tables, in which readers may still be looking.
 *
 * The hash is seeded with an address, so that a file cannot be written to collide.
 * Codes do not depend on it: they follow the order of appearance. */
// SPDX-License-Identifier: Apache-2.0
#include "base/intern.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/segment.h"

#define FIRST_SLOTS 64
#define FIRST_BLOCK_BYTES ((size_t)4 * 1024)
#define LARGEST_BLOCK_BYTES ((size_t)1024 * 1024)

struct table {
    struct table *older; /* outgrown, of a shared intern */
    size_t slot_count;
    uint64_t slots[]; /* hash << 32 | code + 1; 0: free */
};

struct block {
    struct block *older;
    char memory[];
};

struct intern {
    struct table *table;
    const char **texts[SEGMENTS_MAX]; /* by code; each points at the length before the text's bytes */
    uint32_t count;
    bool shared;
    struct block *newest;
    char *at; /* free bytes of the newest block */
    size_t left;
    size_t block_bytes; /* size of the newest */
    size_t bytes;       /* of blocks, segments and tables */
    uint64_t seed;
};

static struct table *table_new(struct intern *intern, size_t slot_count)
{
    size_t bytes = sizeof(struct table) + slot_count * sizeof(uint64_t);
    struct table *table = memory_alloc(bytes);
    table->slot_count = slot_count;
    intern->bytes += bytes;
    return table;
}

struct intern *intern_new(void)
{
    struct intern *intern = memory_alloc(sizeof *intern);
    intern->table = table_new(intern, FIRST_SLOTS);
    intern->seed = (uint64_t)(uintptr_t)intern;
    return intern;
}

struct intern *intern_new_shared(void)
{
    struct intern *intern = intern_new();
    intern->shared = true;
    return intern;
}

void intern_free(struct intern *intern)
{
    if (intern == NULL) return;
    struct block *older;
    for (struct block *block = intern->newest; block != NULL; block = older) {
        older = block->older;
        memory_free(block);
    }
    struct table *outgrown;
    for (struct table *table = intern->table; table != NULL; table = outgrown) {
        outgrown = table->older;
        memory_free(table);
    }
    for (size_t i = 0; i < SEGMENTS_MAX; i++) memory_free(intern->texts[i]);
    memory_free(intern);
}

static uint32_t hash_of(const struct intern *intern, struct str s)
{
    return (uint32_t)(str_hash(s, intern->seed) >> 32);
}

static size_t home_of(const struct table *table, uint32_t hash)
{
    return (size_t)(((uint64_t)hash * table->slot_count) >> 32);
}

static struct str text_at(const char *stored)
{
    uint32_t length;
    memcpy(&length, stored, sizeof length);
    return (struct str){stored + sizeof length, length};
}

static struct str text_of(const struct intern *intern, uint32_t code)
{
    struct segment_place place = segment_place(code);
    return text_at(intern->texts[place.segment][place.at]);
}

/* The code + 1 of `s` and its slot; 0 and the free slot where it belongs. */
static uint32_t find_slot(const struct intern *intern, const struct table *table, struct str s, uint32_t hash,
                          size_t *at)
{
    size_t i = home_of(table, hash);
    for (;;) {
        uint64_t slot = __atomic_load_n(&table->slots[i], __ATOMIC_ACQUIRE);
        *at = i;
        if (slot == 0) return 0;
        if (slot >> 32 == hash && str_equal(text_of(intern, (uint32_t)slot - 1), s)) return (uint32_t)slot;
        if (++i == table->slot_count) i = 0;
    }
}

void intern_look_ahead(const struct intern *intern, struct str s, enum intern_step step)
{
    const struct table *table = intern->table;
    const uint32_t hash = hash_of(intern, s);
    size_t i = home_of(table, hash);
    if (step == INTERN_SLOT) {
        __builtin_prefetch(&table->slots[i]);
        return;
    }
    for (; table->slots[i] != 0; i = i + 1 < table->slot_count ? i + 1 : 0) {
        if (table->slots[i] >> 32 != hash) continue;
        struct segment_place place = segment_place((uint32_t)table->slots[i] - 1);
        const char *const *at = &intern->texts[place.segment][place.at];
        __builtin_prefetch(step == INTERN_PLACE ? (const void *)at : *at);
        return;
    }
}

static void grow_slots(struct intern *intern)
{
    struct table *old = intern->table;
    INVARIANT(old->slot_count <= (size_t)UINT32_MAX + 1); /* so that hash * slot_count fits 64 bits */
    struct table *table = table_new(intern, old->slot_count * 2);
    for (size_t o = 0; o < old->slot_count; o++) {
        if (old->slots[o] == 0) continue;
        size_t i = home_of(table, (uint32_t)(old->slots[o] >> 32));
        while (table->slots[i] != 0)
            if (++i == table->slot_count) i = 0;
        table->slots[i] = old->slots[o];
    }
    if (intern->shared) table->older = old;
    __atomic_store_n(&intern->table, table, __ATOMIC_RELEASE);
    if (intern->shared) return;
    intern->bytes -= sizeof *old + old->slot_count * sizeof *old->slots;
    memory_free(old);
}

/* Room for a text; a long one gets a block of its own behind the newest. */
static char *take(struct intern *intern, size_t bytes)
{
    if (bytes <= intern->left) {
        char *room = intern->at;
        intern->at += bytes;
        intern->left -= bytes;
        return room;
    }
    size_t grown = intern->block_bytes == 0 ? FIRST_BLOCK_BYTES : intern->block_bytes * 2;
    if (grown > LARGEST_BLOCK_BYTES) grown = LARGEST_BLOCK_BYTES;
    bool alone = bytes > grown / 4;
    size_t size = alone ? bytes : grown;
    struct block *block = memory_resize(NULL, sizeof *block + size, 1);
    intern->bytes += sizeof *block + size;
    if (alone && intern->newest != NULL) {
        block->older = intern->newest->older;
        intern->newest->older = block;
        return block->memory;
    }
    block->older = intern->newest;
    intern->newest = block;
    intern->at = block->memory + bytes;
    intern->left = size - bytes;
    if (!alone) intern->block_bytes = grown;
    return block->memory;
}

static const char *store_text(struct intern *intern, struct str s)
{
    INVARIANT(s.len < UINT32_MAX);
    uint32_t length = (uint32_t)s.len;
    char *stored = take(intern, sizeof length + s.len + 1);
    memcpy(stored, &length, sizeof length);
    if (s.len > 0) memcpy(stored + sizeof length, s.at, s.len);
    stored[sizeof length + s.len] = 0;
    return stored;
}

static void append_text(struct intern *intern, uint32_t code, const char *stored)
{
    struct segment_place place = segment_place(code);
    if (place.at == 0) {
        uint32_t size = segment_size(place.segment);
        intern->texts[place.segment] = memory_array(size, sizeof *intern->texts[0]);
        intern->bytes += size * sizeof *intern->texts[0];
    }
    intern->texts[place.segment][place.at] = stored;
}

uint32_t intern_add(struct intern *intern, struct str s)
{
    uint32_t hash = hash_of(intern, s);
    size_t at;
    uint32_t known = find_slot(intern, intern->table, s, hash, &at);
    if (known != 0) return known - 1;
    INVARIANT(intern->count < INTERN_NONE - 1);
    uint32_t code = intern->count;
    append_text(intern, code, store_text(intern, s));
    __atomic_store_n(&intern->count, code + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&intern->table->slots[at], (uint64_t)hash << 32 | (code + 1), __ATOMIC_RELEASE);
    if (intern->count > intern->table->slot_count / 4 * 3) grow_slots(intern);
    return code;
}

uint32_t intern_find(const struct intern *intern, struct str s)
{
    const struct table *table = __atomic_load_n(&intern->table, __ATOMIC_ACQUIRE);
    size_t at;
    uint32_t known = find_slot(intern, table, s, hash_of(intern, s), &at);
    return known == 0 ? INTERN_NONE : known - 1;
}

struct str intern_at(const struct intern *intern, uint32_t code)
{
    INVARIANT(code < intern_count(intern));
    return text_of(intern, code);
}

uint32_t intern_count(const struct intern *intern)
{
    return __atomic_load_n(&intern->count, __ATOMIC_ACQUIRE);
}

size_t intern_bytes(const struct intern *intern)
{
    return sizeof *intern + intern->bytes;
}

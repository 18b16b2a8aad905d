/* intern.c — an open-addressed table of hashes over texts that never move.
 *
 * Three parts: blocks that hold the texts, each as its length (4 bytes), its bytes and
 * a zero byte; texts[code], a pointer into a block; and the slots, (32 bits of the hash,
 * code + 1) pairs probed in a row. A text's home slot is its hash scaled to the table's
 * size, so the slots are nearly sorted by hash and growing the table walks old and new
 * one from front to back, without touching a text.
 *
 * The hash is seeded with an address, so that a file cannot be written to collide.
 * Codes do not depend on it: they follow the order of appearance. */
// SPDX-License-Identifier: Apache-2.0
#include "base/intern.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"

#define FIRST_SLOTS 64
#define FIRST_BLOCK_BYTES ((size_t)4 * 1024)
#define LARGEST_BLOCK_BYTES ((size_t)1024 * 1024)

struct slot {
    uint32_t hash;
    uint32_t code_plus_1; /* 0: free */
};

struct block {
    struct block *older;
    char memory[];
};

struct intern {
    struct slot *slots;
    size_t slot_count;
    const char **texts; /* by code; each points at the length before the text's bytes */
    uint32_t count;
    size_t text_capacity;
    struct block *newest;
    char *at; /* free bytes of the newest block */
    size_t left;
    size_t block_bytes;  /* size of the newest */
    size_t blocks_bytes; /* of all */
    uint64_t seed;
};

struct intern *intern_new(void)
{
    struct intern *intern = memory_alloc(sizeof *intern);
    intern->slot_count = FIRST_SLOTS;
    intern->slots = memory_array(intern->slot_count, sizeof *intern->slots);
    intern->seed = (uint64_t)(uintptr_t)intern;
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
    memory_free(intern->slots);
    memory_free(intern->texts);
    memory_free(intern);
}

static uint32_t hash_of(const struct intern *intern, struct str s)
{
    return (uint32_t)(str_hash(s, intern->seed) >> 32);
}

static size_t home_of(const struct intern *intern, uint32_t hash)
{
    return (size_t)(((uint64_t)hash * intern->slot_count) >> 32);
}

static struct str text_at(const char *stored)
{
    uint32_t length;
    memcpy(&length, stored, sizeof length);
    return (struct str){stored + sizeof length, length};
}

/* The slot that holds `s`, or the free one where it belongs. */
static size_t find_slot(const struct intern *intern, struct str s, uint32_t hash)
{
    size_t i = home_of(intern, hash);
    for (;;) {
        struct slot slot = intern->slots[i];
        if (slot.code_plus_1 == 0) return i;
        if (slot.hash == hash && str_equal(text_at(intern->texts[slot.code_plus_1 - 1]), s)) return i;
        if (++i == intern->slot_count) i = 0;
    }
}

static void grow_slots(struct intern *intern)
{
    struct slot *old = intern->slots;
    size_t old_count = intern->slot_count;
    INVARIANT(old_count <= (size_t)UINT32_MAX + 1); /* so that hash * slot_count fits 64 bits */
    intern->slot_count = old_count * 2;
    intern->slots = memory_array(intern->slot_count, sizeof *intern->slots);
    for (size_t o = 0; o < old_count; o++) {
        if (old[o].code_plus_1 == 0) continue;
        size_t i = home_of(intern, old[o].hash);
        while (intern->slots[i].code_plus_1 != 0)
            if (++i == intern->slot_count) i = 0;
        intern->slots[i] = old[o];
    }
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
    intern->blocks_bytes += sizeof *block + size;
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

uint32_t intern_add(struct intern *intern, struct str s)
{
    uint32_t hash = hash_of(intern, s);
    size_t i = find_slot(intern, s, hash);
    if (intern->slots[i].code_plus_1 != 0) return intern->slots[i].code_plus_1 - 1;
    INVARIANT(intern->count < INTERN_NONE - 1);
    if (intern->count == intern->text_capacity) {
        intern->text_capacity = intern->text_capacity == 0 ? FIRST_SLOTS : intern->text_capacity * 2;
        intern->texts = memory_resize(intern->texts, intern->text_capacity, sizeof *intern->texts);
    }
    uint32_t code = intern->count++;
    intern->texts[code] = store_text(intern, s);
    intern->slots[i] = (struct slot){hash, code + 1};
    if (intern->count > intern->slot_count / 4 * 3) grow_slots(intern);
    return code;
}

uint32_t intern_find(const struct intern *intern, struct str s)
{
    struct slot slot = intern->slots[find_slot(intern, s, hash_of(intern, s))];
    return slot.code_plus_1 == 0 ? INTERN_NONE : slot.code_plus_1 - 1;
}

struct str intern_at(const struct intern *intern, uint32_t code)
{
    INVARIANT(code < intern->count);
    return text_at(intern->texts[code]);
}

uint32_t intern_count(const struct intern *intern)
{
    return intern->count;
}

size_t intern_bytes(const struct intern *intern)
{
    return sizeof *intern + intern->blocks_bytes + intern->slot_count * sizeof *intern->slots +
           intern->text_capacity * sizeof *intern->texts;
}

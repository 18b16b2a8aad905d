/* id_index.c — open addressing over slots of 16, 32 or 64 bytes.
 *
 *     slot: record + 1 (4 bytes, 0: free), length of the id (1 byte), the id
 *
 * All slots are as large as the longest id so far asks for, and aligned to their size, so
 * that a look-up touches one cache line. At most half of them are taken. */
// SPDX-License-Identifier: Apache-2.0
#include "files/id_index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"

#define HEAD_BYTES 5
#define LINE_BYTES ((size_t)64)
#define HUGE_PAGE_BYTES ((size_t)2 * 1024 * 1024)
#define FIRST_SLOTS ((size_t)1024)

struct id_index {
    char *slots;
    size_t slot_bytes;
    size_t slot_count; /* a power of two */
    size_t used;
    uint64_t seed;
};

/* Aligned to what the processor fetches at once; a large table to what it maps at once, or each
 * look-up would wait for its page table as well. */
static void make_slots(struct id_index *index, size_t slot_bytes, size_t slot_count)
{
    size_t bytes = slot_bytes * slot_count;
    size_t alignment = bytes < HUGE_PAGE_BYTES ? LINE_BYTES : HUGE_PAGE_BYTES;
    void *slots = NULL;
    INVARIANT(posix_memalign(&slots, alignment, bytes) == 0); /* out of memory stops the process, as everywhere */
    if (alignment == HUGE_PAGE_BYTES) (void)madvise(slots, bytes, MADV_HUGEPAGE);
    index->slots = memset(slots, 0, bytes);
    index->slot_bytes = slot_bytes;
    index->slot_count = slot_count;
}

struct id_index *id_index_new(void)
{
    struct id_index *index = memory_alloc(sizeof *index);
    index->seed = (uint64_t)(uintptr_t)index; /* so that a file cannot be written to collide */
    make_slots(index, 16, FIRST_SLOTS);
    return index;
}

void id_index_free(struct id_index *index)
{
    if (index == NULL) return;
    free(index->slots);
    memory_free(index);
}

static uint32_t record_plus_1(const char *slot)
{
    uint32_t number;
    memcpy(&number, slot, sizeof number);
    return number;
}

/* The slot that holds `id`, or the free one where it belongs. */
static char *find_slot(const struct id_index *index, struct str id)
{
    size_t mask = index->slot_count - 1;
    for (size_t i = (size_t)str_hash(id, index->seed) & mask;; i = (i + 1) & mask) {
        char *slot = index->slots + i * index->slot_bytes;
        if (record_plus_1(slot) == 0) return slot;
        if ((unsigned char)slot[4] == id.len && memcmp(slot + HEAD_BYTES, id.at, id.len) == 0) return slot;
    }
}

static void put(struct id_index *index, struct str id, uint32_t number_plus_1)
{
    char *slot = find_slot(index, id);
    memcpy(slot, &number_plus_1, sizeof number_plus_1);
    slot[4] = (char)id.len;
    memcpy(slot + HEAD_BYTES, id.at, id.len);
}

static void rebuild(struct id_index *index, size_t slot_bytes, size_t slot_count)
{
    struct id_index old = *index;
    make_slots(index, slot_bytes, slot_count);
    for (size_t i = 0; i < old.slot_count; i++) {
        const char *slot = old.slots + i * old.slot_bytes;
        struct str id = {slot + HEAD_BYTES, (unsigned char)slot[4]};
        if (record_plus_1(slot) != 0) put(index, id, record_plus_1(slot));
    }
    free(old.slots);
}

void id_index_add(struct id_index *index, struct str id, uint32_t record)
{
    if (id.len == 0 || id.len > ID_INDEX_LONGEST) return;
    size_t slot_bytes = index->slot_bytes;
    while (id.len + HEAD_BYTES > slot_bytes) slot_bytes *= 2;
    size_t slot_count = index->used * 2 >= index->slot_count ? index->slot_count * 2 : index->slot_count;
    if (slot_bytes != index->slot_bytes || slot_count != index->slot_count) rebuild(index, slot_bytes, slot_count);
    put(index, id, record + 1);
    index->used++;
}

uint32_t id_index_find(const struct id_index *index, struct str id)
{
    if (id.len == 0 || id.len + HEAD_BYTES > index->slot_bytes) return RECORD_NONE;
    uint32_t number_plus_1 = record_plus_1(find_slot(index, id));
    return number_plus_1 == 0 ? RECORD_NONE : number_plus_1 - 1;
}

void id_index_prefetch(const struct id_index *index, struct str id)
{
    if (id.len == 0 || id.len + HEAD_BYTES > index->slot_bytes) return;
    size_t i = (size_t)str_hash(id, index->seed) & (index->slot_count - 1);
    __builtin_prefetch(index->slots + i * index->slot_bytes);
}

/* tuple_set.c — a probed table whose slots lead straight to the words.
 *
 * The number of a tuple stands before its words, so finding it touches one slot and one
 * tuple and nothing else: a door that meets thousands of classes at random pays for
 * each place in memory it has to visit. */
// SPDX-License-Identifier: Apache-2.0
#include "history/tuple_set.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#define TUPLE_STEP 2 /* words; so that 2^32 steps hold 32 GiB */
#define HEAD 2
#define FIRST_SLOTS 64

void tuple_set_init(struct tuple_set *set, uint64_t seed)
{
    *set = (struct tuple_set){.seed = seed, .slot_count = FIRST_SLOTS, .word_count = TUPLE_STEP};
    set->slots = memory_array(set->slot_count, sizeof *set->slots);
    set->word_capacity = FIRST_SLOTS;
    set->words = memory_array(set->word_capacity, sizeof *set->words);
}

void tuple_set_release(struct tuple_set *set)
{
    memory_free(set->words);
    memory_free(set->starts);
    memory_free(set->slots);
    *set = (struct tuple_set){0};
}

static uint32_t hash_of(const struct tuple_set *set, struct tuple tuple)
{
    return (uint32_t)str_hash((struct str){(const char *)tuple.words, tuple.count * sizeof *tuple.words}, set->seed);
}

/* The slot that holds the tuple, or the free one where it belongs. */
static struct tuple_slot *find_slot(const struct tuple_set *set, struct tuple tuple, uint32_t hash)
{
    for (size_t i = hash & (set->slot_count - 1);; i = (i + 1) & (set->slot_count - 1)) {
        struct tuple_slot *slot = &set->slots[i];
        if (slot->at == 0) return slot;
        if (slot->hash != hash) continue;
        const uint32_t *stored = set->words + (uint64_t)slot->at * TUPLE_STEP;
        if (stored[1] == tuple.count && memcmp(stored + HEAD, tuple.words, tuple.count * sizeof *stored) == 0)
            return slot;
    }
}

static void grow_slots(struct tuple_set *set)
{
    struct tuple_slot *old = set->slots;
    size_t old_count = set->slot_count;
    set->slot_count = old_count * 2;
    set->slots = memory_array(set->slot_count, sizeof *set->slots);
    for (size_t o = 0; o < old_count; o++) {
        if (old[o].at == 0) continue;
        size_t i = old[o].hash & (set->slot_count - 1);
        while (set->slots[i].at != 0) i = (i + 1) & (set->slot_count - 1);
        set->slots[i] = old[o];
    }
    memory_free(old);
}

static uint32_t store(struct tuple_set *set, struct tuple tuple)
{
    uint64_t begin = set->word_count;
    uint64_t end = begin + HEAD + (tuple.count + TUPLE_STEP - 1) / TUPLE_STEP * TUPLE_STEP;
    INVARIANT(begin / TUPLE_STEP <= UINT32_MAX); /* callers have a ceiling of their own */
    if (end > set->word_capacity) {
        set->word_capacity = end * 2;
        set->words = memory_resize(set->words, set->word_capacity, sizeof *set->words);
    }
    set->words[begin] = set->count;
    set->words[begin + 1] = tuple.count;
    set->words[end - 1] = 0;
    memcpy(set->words + begin + HEAD, tuple.words, tuple.count * sizeof *set->words);
    set->word_count = end;
    return (uint32_t)(begin / TUPLE_STEP);
}

uint32_t tuple_set_add(struct tuple_set *set, struct tuple tuple)
{
    uint32_t hash = hash_of(set, tuple);
    struct tuple_slot *slot = find_slot(set, tuple, hash);
    if (slot->at != 0) return set->words[(uint64_t)slot->at * TUPLE_STEP];
    *slot = (struct tuple_slot){hash, store(set, tuple)};
    if (set->count == set->start_capacity) {
        set->start_capacity = set->start_capacity == 0 ? FIRST_SLOTS : set->start_capacity * 2;
        set->starts = memory_resize(set->starts, set->start_capacity, sizeof *set->starts);
    }
    set->starts[set->count++] = slot->at;
    if (set->count > set->slot_count / 2) grow_slots(set);
    return set->count - 1;
}

uint32_t tuple_set_find(const struct tuple_set *set, struct tuple tuple)
{
    const struct tuple_slot *slot = find_slot(set, tuple, hash_of(set, tuple));
    return slot->at == 0 ? TUPLE_NONE : set->words[(uint64_t)slot->at * TUPLE_STEP];
}

struct tuple tuple_set_at(const struct tuple_set *set, uint32_t number)
{
    INVARIANT(number < set->count);
    const uint32_t *stored = set->words + (uint64_t)set->starts[number] * TUPLE_STEP;
    return (struct tuple){stored + HEAD, stored[1]};
}

size_t tuple_set_bytes(const struct tuple_set *set)
{
    return set->word_capacity * sizeof *set->words + set->start_capacity * sizeof *set->starts +
           set->slot_count * sizeof *set->slots;
}

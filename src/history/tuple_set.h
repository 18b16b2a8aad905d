/* tuple_set.h — each different row of words once, known by a small number.
 *
 * As base/intern.h is for texts: numbers are dense from 0 in order of appearance. A
 * class of events is such a tuple. Never outside src/history. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_TUPLE_SET_H
#define PLUMB_HISTORY_TUPLE_SET_H

#include <stddef.h>
#include <stdint.h>

#define TUPLE_NONE UINT32_MAX

struct tuple {
    const uint32_t *words; /* valid until the next tuple_set_add */
    uint32_t count;
};

struct tuple_slot {
    uint32_t hash;
    uint32_t at; /* of the tuple in words, in steps of TUPLE_STEP; 0: free */
};

struct tuple_set {
    uint32_t *words; /* per tuple: its number, its count of words, the words, filled up to a whole step */
    uint64_t word_count, word_capacity;
    uint32_t *starts; /* [count] by number, in steps */
    uint64_t start_capacity;
    uint32_t count;
    struct tuple_slot *slots;
    size_t slot_count; /* a power of two, more than twice the count */
    uint64_t seed;
};

/* `seed` keeps files from being written to collide. */
void tuple_set_init(struct tuple_set *set, uint64_t seed);
void tuple_set_release(struct tuple_set *set);

uint32_t tuple_set_add(struct tuple_set *set, struct tuple tuple);        /* its number */
uint32_t tuple_set_find(const struct tuple_set *set, struct tuple tuple); /* TUPLE_NONE when absent */
struct tuple tuple_set_at(const struct tuple_set *set, uint32_t number);
size_t tuple_set_bytes(const struct tuple_set *set);

#endif

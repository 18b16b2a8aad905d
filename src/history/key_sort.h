/* key_sort.h — sorting by a 64-bit key, with equal keys settled by the caller.
 *
 * Events, property versions and texts all have a number that orders nearly all of
 * them, so the whole comparison is rarely asked for. Never outside src/history. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_KEY_SORT_H
#define PLUMB_HISTORY_KEY_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"

struct keyed {
    uint64_t key;   /* sorted by this, ascending */
    uint64_t value; /* the caller's */
    uint64_t hash;  /* the caller's */
};

/* Memory for merging, kept between sorts, and how equal keys are settled. */
struct key_sorter {
    /* Does `a` belong before `b`? Asked only for equal keys; NULL: their order stays. */
    bool (*before)(const void *context, const struct keyed *a, const struct keyed *b);
    const void *context;
    struct keyed *scratch;
    size_t capacity;
};

/* Stable; n log n at worst, n when the items are in order already. */
void key_sort(struct key_sorter *sorter, struct keyed *items, size_t count);
void key_sorter_release(struct key_sorter *sorter);

/* Sort codes of different texts by the bytes of their texts. */
void sort_texts(const struct intern *texts, uint32_t *codes, size_t count);

#endif

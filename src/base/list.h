/* list.h — an array that grows, of any type.
 *
 *     LIST(struct edge) edges = {0};
 *     *LIST_ADD(&edges) = (struct edge){from, to};
 *     for (size_t i = 0; i < edges.count; i++) use(&edges.at[i]);
 *     LIST_RELEASE(&edges);
 *
 * Zeroed is empty. Emptied by count = 0, which keeps the memory. Elements move when it grows. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_LIST_H
#define PLUMB_BASE_LIST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

#define LIST(type)                \
    struct {                      \
        type *at;                 \
        uint64_t count, capacity; \
    }

/* The array with room for one element more. */
static inline void *list_grown(void *at, uint64_t count, uint64_t *capacity, size_t element_bytes)
{
    if (count < *capacity) return at;
    *capacity = *capacity == 0 ? 16 : *capacity * 2;
    return memory_resize(at, *capacity, element_bytes);
}

/* A pointer to a new last element, not yet written. */
#define LIST_ADD(list)                                                                          \
    ((list)->at = list_grown((list)->at, (list)->count, &(list)->capacity, sizeof *(list)->at), \
     &(list)->at[(list)->count++])

/* Take out element `index`; the others keep their order. */
#define LIST_REMOVE(list, index) list_close_gap((list)->at, (index), --(list)->count, sizeof *(list)->at)

static inline void list_close_gap(void *at, uint64_t index, uint64_t count, size_t element_bytes)
{
    char *gap = (char *)at + index * element_bytes;
    memmove(gap, gap + element_bytes, (count - index) * element_bytes);
}

#define LIST_RELEASE(list)                    \
    do {                                      \
        memory_free((list)->at);              \
        (list)->at = NULL;                    \
        (list)->count = (list)->capacity = 0; \
    } while (0)

#endif

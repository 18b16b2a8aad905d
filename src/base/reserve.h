/* reserve.h — arrays that never move: address space now, memory when it is used.
 *
 * A reserve takes addresses for all that an array may ever hold and gives them memory
 * step by step. Memory is zeroed, and pages that nobody touches cost nothing. So readers may look at
 * what is there while one thread makes the array longer. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_RESERVE_H
#define PLUMB_BASE_RESERVE_H

#include <stddef.h>

struct reserve {
    void *at;          /* at least aligned to a cache line */
    size_t all_bytes;  /* reserved */
    size_t open_bytes; /* usable so far */
};

/* Stops the process when the addresses are not to be had. */
void reserve_init(struct reserve *reserve, size_t all_bytes);
void reserve_release(struct reserve *reserve); /* an empty or zeroed one is fine */

/* Make at least the first `bytes` usable; never more than all_bytes. One thread. */
void reserve_open_slowly(struct reserve *reserve, size_t bytes);
static inline void reserve_open(struct reserve *reserve, size_t bytes)
{
    if (bytes > reserve->open_bytes) reserve_open_slowly(reserve, bytes);
}

#endif

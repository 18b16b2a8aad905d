/* reserve.c — mmap without access, opened from the front by mprotect.
 *
 * Pages without access are counted by no limit on memory, not even where the system
 * promises only what it has. What is opened grows by a quarter at a time, so that a long array
 * needs few calls. */
// SPDX-License-Identifier: Apache-2.0
#include "base/reserve.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/macros.h"

#define STEP_BYTES ((size_t)64 * 1024) /* a multiple of every page size */

static _Noreturn void refused(size_t bytes)
{
    fprintf(stderr, "plumb: out of memory: %zu more bytes are not to be had\n", bytes);
    abort();
}

static size_t whole_steps(size_t bytes)
{
    return (bytes + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
}

void reserve_init(struct reserve *reserve, size_t all_bytes)
{
    size_t bytes = whole_steps(all_bytes);
    void *at = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) refused(bytes);
    *reserve = (struct reserve){.at = at, .all_bytes = bytes};
}

void reserve_release(struct reserve *reserve)
{
    if (reserve->at != NULL) munmap(reserve->at, reserve->all_bytes);
    *reserve = (struct reserve){0};
}

void reserve_open_slowly(struct reserve *reserve, size_t bytes)
{
    INVARIANT(bytes <= reserve->all_bytes);
    size_t wanted = whole_steps(bytes);
    size_t ahead = whole_steps(reserve->open_bytes + reserve->open_bytes / 4);
    if (ahead > wanted) wanted = ahead;
    if (wanted > reserve->all_bytes) wanted = reserve->all_bytes;
    char *from = (char *)reserve->at + reserve->open_bytes;
    if (mprotect(from, wanted - reserve->open_bytes, PROT_READ | PROT_WRITE) != 0) refused(wanted);
    reserve->open_bytes = wanted;
}

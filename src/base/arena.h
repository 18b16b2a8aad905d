/* arena.h — memory with one lifetime, given back all at once.
 *
 * Nothing inside is freed alone. Out of memory stops the process: that is honest
 * because every input has a ceiling at the door. One thread at a time. Unused
 * bytes are poisoned under AddressSanitizer. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_ARENA_H
#define PLUMB_BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct arena; /* opaque; see arena.c */

struct arena *arena_new(void);
void arena_free(struct arena *arena);          /* NULL is fine */
void arena_reset(struct arena *arena);         /* empty again; keeps its largest block for reuse */
size_t arena_bytes(const struct arena *arena); /* taken from the system so far */

/* `bytes` of zeroed memory aligned for any type; of 0 bytes a valid pointer. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* An array of `count` zeroed elements; stops the process when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t element_bytes);
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))

struct str arena_str(struct arena *arena, struct str s); /* a copy, followed by a zero byte that len does not count */
struct str arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* malloc family that stops the process instead of returning NULL, for memory that
 * grows and lives long. */
void *memory_alloc(size_t bytes);                                      /* zeroed */
void *memory_array(size_t count, size_t element_bytes);                /* zeroed */
void *memory_resize(void *memory, size_t count, size_t element_bytes); /* new part not zeroed */
void memory_free(void *memory);

/* Freed when the variable goes out of scope: AUTO_ARENA arena = arena_new(); */
static inline void arena_auto_free(struct arena **arena)
{
    arena_free(*arena);
}
#define AUTO_ARENA __attribute__((cleanup(arena_auto_free))) struct arena *

#endif

/* arena.c — a chain of blocks, each twice the one before up to a limit.
 *
 *     struct arena -> newest block -> older block -> ...
 *
 * Only the newest block is filled; what does not fit opens another. A request larger
 * than a quarter of a block gets a block of its own *behind* the newest, so that the
 * space left in the newest is not lost. Invariants: at <= end, both inside the newest
 * block; under AddressSanitizer everything from `at` on is poisoned, and a few poisoned
 * bytes follow each allocation. */
// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif

#ifdef ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#define POISON(at, bytes) ASAN_POISON_MEMORY_REGION((at), (bytes))
#define UNPOISON(at, bytes) ASAN_UNPOISON_MEMORY_REGION((at), (bytes))
#define GAP_BYTES 16
#else
#define POISON(at, bytes) ((void)(at), (void)(bytes))
#define UNPOISON(at, bytes) ((void)(at), (void)(bytes))
#define GAP_BYTES 0
#endif

#define ALIGNMENT _Alignof(max_align_t)
#define FIRST_BLOCK_BYTES ((size_t)4 * 1024)
#define LARGEST_BLOCK_BYTES ((size_t)1024 * 1024)

struct block {
    struct block *older;
    size_t bytes; /* usable, behind this header */
    _Alignas(ALIGNMENT) char memory[];
};

struct arena {
    struct block *newest;
    char *at;  /* first free byte of the newest block */
    char *end; /* behind its last */
    size_t taken_bytes;
};

static _Noreturn void out_of_memory(size_t bytes)
{
    fprintf(stderr, "plumb: out of memory: %zu more bytes are not to be had\n", bytes);
    abort();
}

void *memory_alloc(size_t bytes)
{
    return memory_array(bytes, 1);
}

void *memory_array(size_t count, size_t element_bytes)
{
    void *memory = calloc(count > 0 ? count : 1, element_bytes > 0 ? element_bytes : 1);
    if (memory == NULL) out_of_memory(count * element_bytes);
    return memory;
}

void *memory_resize(void *memory, size_t count, size_t element_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, element_bytes, &bytes)) out_of_memory(SIZE_MAX);
    void *moved = realloc(memory, bytes > 0 ? bytes : 1);
    if (moved == NULL) out_of_memory(bytes);
    return moved;
}

void memory_free(void *memory)
{
    free(memory);
}

static struct block *block_new(struct arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2) out_of_memory(bytes);
    struct block *block = malloc(sizeof *block + bytes);
    if (block == NULL) out_of_memory(bytes);
    block->older = NULL;
    block->bytes = bytes;
    arena->taken_bytes += sizeof *block + bytes;
    POISON(block->memory, bytes);
    return block;
}

static void block_free(struct arena *arena, struct block *block)
{
    arena->taken_bytes -= sizeof *block + block->bytes;
    UNPOISON(block->memory, block->bytes);
    free(block);
}

static void begin_at(struct arena *arena, struct block *block)
{
    arena->newest = block;
    arena->at = block->memory;
    arena->end = block->memory + block->bytes;
}

struct arena *arena_new(void)
{
    struct arena *arena = memory_alloc(sizeof *arena);
    arena->taken_bytes = sizeof *arena;
    begin_at(arena, block_new(arena, FIRST_BLOCK_BYTES));
    return arena;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL) return;
    struct block *older;
    for (struct block *block = arena->newest; block != NULL; block = older) {
        older = block->older;
        block_free(arena, block);
    }
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *largest = arena->newest;
    for (struct block *block = largest->older; block != NULL; block = block->older)
        if (block->bytes > largest->bytes) largest = block;
    struct block *older;
    for (struct block *block = arena->newest; block != NULL; block = older) {
        older = block->older;
        if (block != largest) block_free(arena, block);
    }
    largest->older = NULL;
    POISON(largest->memory, largest->bytes);
    begin_at(arena, largest);
}

size_t arena_bytes(const struct arena *arena)
{
    return arena->taken_bytes;
}

/* `bytes` that did not fit into the newest block: from a block of their own, or from
 * a new newest one. Both are aligned for any type. */
static char *take_from_new_block(struct arena *arena, size_t bytes)
{
    size_t grown = arena->newest->bytes < LARGEST_BLOCK_BYTES / 2 ? arena->newest->bytes * 2 : LARGEST_BLOCK_BYTES;
    if (bytes > grown / 4) {
        struct block *own = block_new(arena, bytes);
        own->older = arena->newest->older;
        arena->newest->older = own;
        return own->memory;
    }
    struct block *block = block_new(arena, grown);
    block->older = arena->newest;
    begin_at(arena, block);
    arena->at += bytes + GAP_BYTES;
    return block->memory;
}

/* Room for `bytes` at a multiple of `alignment`, not zeroed. */
static char *take(struct arena *arena, size_t bytes, size_t alignment)
{
    size_t skip = (size_t)(-(uintptr_t)arena->at & (alignment - 1));
    size_t left = (size_t)(arena->end - arena->at);
    char *memory;
    if (bytes < left && skip + GAP_BYTES <= left - bytes) {
        memory = arena->at + skip;
        arena->at = memory + bytes + GAP_BYTES;
    } else {
        memory = take_from_new_block(arena, bytes);
    }
    UNPOISON(memory, bytes);
    return memory;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    return memset(take(arena, bytes, ALIGNMENT), 0, bytes);
}

void *arena_array(struct arena *arena, size_t count, size_t element_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, element_bytes, &bytes)) out_of_memory(SIZE_MAX);
    return arena_alloc(arena, bytes);
}

struct str arena_str(struct arena *arena, struct str s)
{
    char *copy = take(arena, s.len + 1, 1);
    if (s.len > 0) memcpy(copy, s.at, s.len);
    copy[s.len] = 0;
    return (struct str){copy, s.len};
}

struct str arena_format(struct arena *arena, const char *format, ...)
{
    char small[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    INVARIANT(length >= 0);
    struct str text = {small, (size_t)length};
    if (text.len < sizeof small) return arena_str(arena, text);
    char *room = take(arena, text.len + 1, 1);
    va_start(arguments, format);
    vsnprintf(room, text.len + 1, format, arguments);
    va_end(arguments);
    return (struct str){room, text.len};
}

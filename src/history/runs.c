/* runs.c — the one way in which a run becomes another.
 *
 * While readers may look, a run that does not just grow at its end is copied, and where it was
 * stays as it was, for ever. While nobody looks (a history that is being loaded) it is changed
 * in place, and places it has outgrown are given to others, so that nothing is left behind. */
// SPDX-License-Identifier: Apache-2.0
#include "history/runs.h"

#include <string.h>

#include "base/arena.h"
#include "base/macros.h"

void run_pool_init(struct run_pool *pool, uint64_t all, const uint32_t *bytes)
{
    INVARIANT(all <= RUN_FIRST_MAX);
    *pool = (struct run_pool){.all = all};
    for (; bytes[pool->column_count] != 0; pool->column_count++) {
        INVARIANT(pool->column_count < POOL_COLUMNS_MAX);
        pool->bytes[pool->column_count] = bytes[pool->column_count];
        reserve_init(&pool->columns[pool->column_count], all * bytes[pool->column_count]);
    }
}

void run_pool_release(struct run_pool *pool)
{
    for (uint32_t c = 0; c < pool->column_count; c++) reserve_release(&pool->columns[c]);
    for (size_t i = 0; i < COUNT_OF(pool->outgrown); i++) memory_free(pool->outgrown[i].first);
}

/* Elements that a run of `count` has room for: count rounded up to a power of two. */
static uint64_t room_of(uint32_t count)
{
    return count <= 1 ? count : UINT64_C(1) << (32 - __builtin_clz(count - 1));
}

bool run_pool_has_room(const struct run_pool *pool, uint64_t count)
{
    return count <= RUN_COUNT_MAX && room_of((uint32_t)count) <= pool->all - pool->end;
}

/* Places for a run of `count`: outgrown ones, else new ones at the end. */
static uint64_t take_places(struct run_pool *pool, uint32_t count)
{
    uint64_t room = room_of(count);
    struct free_places *outgrown = room > 0 ? &pool->outgrown[__builtin_ctzll(room)] : NULL;
    if (pool->alone && room > 0 && outgrown->count > 0) return outgrown->first[--outgrown->count];
    INVARIANT(run_pool_has_room(pool, count));
    uint64_t first = pool->end;
    pool->end += room;
    for (uint32_t c = 0; c < pool->column_count; c++) reserve_open(&pool->columns[c], pool->end * pool->bytes[c]);
    return first;
}

static void give_places(struct run_pool *pool, uint64_t first, uint64_t room)
{
    struct free_places *outgrown = &pool->outgrown[__builtin_ctzll(room)];
    if (outgrown->count == outgrown->capacity) {
        outgrown->capacity = outgrown->capacity == 0 ? 16 : outgrown->capacity * 2;
        outgrown->first = memory_resize(outgrown->first, outgrown->capacity, sizeof *outgrown->first);
    }
    outgrown->first[outgrown->count++] = first;
}

/* A run that is changed in place keeps the room of its new count: give the upper halves of the old. */
static void shrink(struct run_pool *pool, struct run old, uint32_t count)
{
    uint64_t room = room_of(old.count);
    for (; room > 1 && room > room_of(count); room /= 2) give_places(pool, old.first + room / 2, room / 2);
    if (room > 0 && count == 0) give_places(pool, old.first, room);
}

/* Move the `count` elements at `from` to `to`, which may overlap. */
static void move(const struct run_pool *pool, uint64_t from, uint64_t to, uint64_t count)
{
    for (uint32_t c = 0; c < pool->column_count && count > 0; c++) {
        char *at = pool->columns[c].at;
        memmove(at + to * pool->bytes[c], at + from * pool->bytes[c], count * pool->bytes[c]);
    }
}

struct run_edit run_edit(struct run_pool *pool, uint64_t word, uint32_t at, uint32_t remove, uint32_t insert)
{
    struct run old = run_of(word);
    INVARIANT(at <= old.count && remove <= old.count - at);
    const uint64_t count = (uint64_t)old.count - remove + insert, behind = old.count - at - remove;
    INVARIANT(count <= RUN_COUNT_MAX);
    if (count <= room_of(old.count) && (at == old.count || pool->alone)) {
        if (remove != insert) move(pool, old.first + at + remove, old.first + at + insert, behind);
        if (pool->alone) shrink(pool, old, (uint32_t)count);
        return (struct run_edit){run_word(old.first, (uint32_t)count), old.first + at};
    }
    uint64_t first = take_places(pool, (uint32_t)count);
    move(pool, old.first, first, at);
    move(pool, old.first + at + remove, first + at + insert, behind);
    if (pool->alone && old.count > 0) give_places(pool, old.first, room_of(old.count));
    return (struct run_edit){run_word(first, (uint32_t)count), first + at};
}

uint64_t run_renew(struct run_pool *pool, uint64_t word)
{
    struct run run = run_of(word);
    if (room_of(run.count) == run.count) return word;
    struct run_edit edit = run_edit(pool, 0, 0, 0, run.count);
    move(pool, run.first, edit.place, run.count);
    return edit.word;
}

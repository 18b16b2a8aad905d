/* runs.c — the one way in which a run becomes another.
 *
 * While readers may look, a run that does not just grow at its end is copied, and where it was
 * stays as it was until nobody can see it. While nobody looks (a history that is being loaded) it is
 * changed in place. Either way places that are left are given to others. */
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
    for (size_t i = 0; i < COUNT_OF(pool->spare); i++) memory_free(pool->spare[i].first);
    LIST_RELEASE(&pool->outgrown);
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

/* Places for a run of `count`: free ones, else new ones at the end. */
static uint64_t take_places(struct run_pool *pool, uint32_t count)
{
    uint64_t room = room_of(count);
    if (room > 0) {
        struct free_places *spare = &pool->spare[__builtin_ctzll(room)];
        if (spare->count > 0) return spare->first[--spare->count];
    }
    INVARIANT(run_pool_has_room(pool, count));
    uint64_t first = pool->end;
    pool->end += room;
    for (uint32_t c = 0; c < pool->column_count; c++) reserve_open(&pool->columns[c], pool->end * pool->bytes[c]);
    return first;
}

static void give_places(struct run_pool *pool, uint64_t first, uint64_t room)
{
    struct free_places *spare = &pool->spare[__builtin_ctzll(room)];
    if (spare->count == spare->capacity) {
        spare->capacity = spare->capacity == 0 ? 16 : spare->capacity * 2;
        spare->first = memory_resize(spare->first, spare->capacity, sizeof *spare->first);
    }
    spare->first[spare->count++] = first;
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

void run_pool_outgrow(struct run_pool *pool, uint64_t word, uint64_t turn)
{
    if (run_of(word).count > 0) *LIST_ADD(&pool->outgrown) = (struct outgrown){word, turn};
}

void run_pool_reuse(struct run_pool *pool, uint64_t before)
{
    size_t at = pool->outgrown_first, count = pool->outgrown.count;
    for (; at < count && pool->outgrown.at[at].turn < before; at++) {
        struct run run = run_of(pool->outgrown.at[at].word);
        give_places(pool, run.first, room_of(run.count));
    }
    if (at * 2 > count) { /* what is left moves to the front */
        memmove(pool->outgrown.at, pool->outgrown.at + at, (count - at) * sizeof *pool->outgrown.at);
        pool->outgrown.count = count - at;
        at = 0;
    }
    pool->outgrown_first = at;
}

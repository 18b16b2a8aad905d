/* runs.c — the one way in which a run becomes another. */
// SPDX-License-Identifier: Apache-2.0
#include "history/runs.h"

#include <string.h>

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

static void copy(const struct run_pool *pool, uint64_t from, uint64_t to, uint64_t count)
{
    for (uint32_t c = 0; c < pool->column_count && count > 0; c++) {
        char *at = pool->columns[c].at;
        memcpy(at + to * pool->bytes[c], at + from * pool->bytes[c], count * pool->bytes[c]);
    }
}

struct run_edit run_edit(struct run_pool *pool, uint64_t word, uint32_t at, uint32_t remove, uint32_t insert)
{
    struct run old = run_of(word);
    INVARIANT(at <= old.count && remove <= old.count - at);
    uint64_t count = (uint64_t)old.count - remove + insert;
    if (at == old.count && count <= room_of(old.count))
        return (struct run_edit){run_word(old.first, (uint32_t)count), old.first + at};
    INVARIANT(run_pool_has_room(pool, count));
    uint64_t first = pool->end;
    pool->end += room_of((uint32_t)count);
    for (uint32_t c = 0; c < pool->column_count; c++) reserve_open(&pool->columns[c], pool->end * pool->bytes[c]);
    copy(pool, old.first, first, at);
    copy(pool, old.first + at + remove, first + at + insert, old.count - at - remove);
    return (struct run_edit){run_word(first, (uint32_t)count), first + at};
}

uint64_t run_renew(struct run_pool *pool, uint64_t word)
{
    struct run run = run_of(word);
    if (room_of(run.count) == run.count) return word;
    struct run_edit edit = run_edit(pool, 0, 0, 0, run.count);
    copy(pool, run.first, edit.place, run.count);
    return edit.word;
}

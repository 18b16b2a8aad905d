/* runs.h — what belongs to one owner: a sorted stretch of a pool, named by one word.
 *
 *     word = {first: 34 bits, count: 30 bits}      pool: [... | a a a a . . . . | b b | ...]
 *
 * A word is read and written whole. Whoever read one owns a view of a run that never
 * changes: the writer only appends behind what a word names, or makes a copy at the
 * pool's end and swings the word. Where the run was, is used again when nobody sees it any more. A
 * copied run has room for its count rounded up to a power of two, so its room is known from its
 * count alone. Never outside src/history. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_RUNS_H
#define PLUMB_HISTORY_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/reserve.h"

#define RUN_COUNT_BITS 30
#define RUN_COUNT_MAX ((UINT32_C(1) << RUN_COUNT_BITS) - 1)
#define RUN_FIRST_MAX ((UINT64_C(1) << (64 - RUN_COUNT_BITS)) - 1)

struct run {
    uint64_t first; /* place in the pool */
    uint32_t count;
};

static inline uint64_t run_word(uint64_t first, uint32_t count)
{
    return first << RUN_COUNT_BITS | count;
}

static inline struct run run_of(uint64_t word)
{
    return (struct run){word >> RUN_COUNT_BITS, (uint32_t)(word & RUN_COUNT_MAX)};
}

/* The run that a word names now: any thread. */
static inline struct run run_at(const uint64_t *word)
{
    return run_of(__atomic_load_n(word, __ATOMIC_ACQUIRE));
}

/* ---- The writer's side. ---- */

#define POOL_COLUMNS_MAX 5

/* The run of a word that was swung away. */
struct outgrown {
    uint64_t word;
    uint64_t turn; /* see base/visits.h */
};

/* Elements in columns side by side, in reserved memory: column i of element p is at
 * columns[i].at + p * bytes[i]. */
struct run_pool {
    struct reserve columns[POOL_COLUMNS_MAX];
    uint32_t bytes[POOL_COLUMNS_MAX]; /* of an element of each column */
    uint32_t column_count;
    uint64_t end; /* places taken */
    uint64_t all; /* places there can be */
    bool alone;   /* nobody reads: runs may be changed where they are */
    struct free_places {
        uint64_t *first;
        uint64_t count, capacity;
    } spare[RUN_COUNT_BITS + 1];    /* by room: 1, 2, 4, ... */
    LIST(struct outgrown) outgrown; /* places that somebody may still see, by turn */
    size_t outgrown_first;          /* those before were given back */
};

/* `bytes` ends with 0. */
void run_pool_init(struct run_pool *pool, uint64_t all, const uint32_t *bytes);
void run_pool_release(struct run_pool *pool);

/* A run that is not published yet, and where its new elements go. */
struct run_edit {
    uint64_t word;
    uint64_t place; /* of the first new element */
};

/* May a run with up to `count` elements be made? */
bool run_pool_has_room(const struct run_pool *pool, uint64_t count);

/* The run of `word` without the `remove` elements from number `at` on, and with a gap of `insert`
 * elements in their place. The caller fills the gap, then publishes. Linear in the run unless it
 * appends and there is room. While the pool is `alone` the old word is void from then on. */
struct run_edit run_edit(struct run_pool *pool, uint64_t word, uint32_t at, uint32_t remove, uint32_t insert);

/* The same run in a place that nobody has seen, so that what was written behind it can be
 * written again; the run itself when it has no room behind it. */
uint64_t run_renew(struct run_pool *pool, uint64_t word);

/* No word names this run any more since that turn; turns never fall. */
void run_pool_outgrow(struct run_pool *pool, uint64_t word, uint64_t turn);
/* What was outgrown in earlier turns than that may be used again. */
void run_pool_reuse(struct run_pool *pool, uint64_t before);

static inline void run_publish(uint64_t *at, uint64_t word)
{
    __atomic_store_n(at, word, __ATOMIC_RELEASE);
}

#endif

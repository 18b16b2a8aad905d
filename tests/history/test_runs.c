/* test_runs.c — a run grows, is cut and replaced; who holds its old word sees it unchanged. */
// SPDX-License-Identifier: Apache-2.0
#include "history/runs.h"

#include "base/macros.h"
#include "harness.h"

static struct run_pool new_pool(void)
{
    struct run_pool pool;
    run_pool_init(&pool, 1 << 20, (const uint32_t[]){sizeof(uint32_t), sizeof(uint16_t), 0});
    return pool;
}

static uint32_t value_at(const struct run_pool *pool, uint64_t place)
{
    uint32_t value = ((const uint32_t *)pool->columns[0].at)[place];
    CHECK_INT(((const uint16_t *)pool->columns[1].at)[place], (uint16_t)value);
    return value;
}

static void put(struct run_pool *pool, uint64_t place, uint32_t value)
{
    ((uint32_t *)pool->columns[0].at)[place] = value;
    ((uint16_t *)pool->columns[1].at)[place] = (uint16_t)value;
}

static void insert(struct run_pool *pool, uint64_t *word, uint32_t at, uint32_t value)
{
    struct run_edit edit = run_edit(pool, *word, at, 0, 1);
    put(pool, edit.place, value);
    run_publish(word, edit.word);
}

static void check_run(const struct run_pool *pool, uint64_t word, const uint32_t *expected, uint32_t count)
{
    struct run run = run_of(word);
    CHECK_INT(run.count, count);
    for (uint32_t i = 0; i < count && i < run.count; i++) CHECK_INT(value_at(pool, run.first + i), expected[i]);
}

TEST(a_word_holds_the_largest_place_and_count)
{
    struct run run = run_of(run_word(RUN_FIRST_MAX, RUN_COUNT_MAX));
    CHECK_TRUE(run.first == RUN_FIRST_MAX);
    CHECK_INT(run.count, RUN_COUNT_MAX);
    CHECK_INT(run_of(0).count, 0);
}

TEST(what_is_appended_in_order_is_copied_only_when_its_room_is_full)
{
    struct run_pool pool = new_pool();
    uint64_t word = 0;
    uint32_t copies = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        uint64_t before = run_of(word).first;
        insert(&pool, &word, i, i);
        copies += run_of(word).first != before;
    }
    CHECK_INT(copies, 10); /* to room for 2, 4, ... 1024; the first lies at place 0 */
    for (uint32_t i = 0; i < 1000; i++) CHECK_INT(value_at(&pool, run_of(word).first + i), i);
    run_pool_release(&pool);
}

TEST(a_reader_of_an_old_word_keeps_its_run)
{
    struct run_pool pool = new_pool();
    uint64_t word = 0;
    for (uint32_t i = 0; i < 3; i++) insert(&pool, &word, i, 10 + i);
    uint64_t old = word;
    insert(&pool, &word, 3, 13);                /* in place, behind what the old word names */
    insert(&pool, &word, 1, 99);                /* in the middle: a copy */
    word = run_edit(&pool, word, 0, 1, 0).word; /* without the first: a copy */
    check_run(&pool, old, (const uint32_t[]){10, 11, 12}, 3);
    check_run(&pool, word, (const uint32_t[]){99, 11, 12, 13}, 4);
    run_pool_release(&pool);
}

TEST(an_element_is_replaced_in_a_copy)
{
    struct run_pool pool = new_pool();
    uint64_t word = 0;
    for (uint32_t i = 0; i < 3; i++) insert(&pool, &word, i, i);
    uint64_t old = word;
    struct run_edit edit = run_edit(&pool, word, 2, 1, 1);
    put(&pool, edit.place, 7);
    check_run(&pool, old, (const uint32_t[]){0, 1, 2}, 3);
    check_run(&pool, edit.word, (const uint32_t[]){0, 1, 7}, 3);
    run_pool_release(&pool);
}

static void edit_at_random(bool alone)
{
    enum { OWNERS = 20, MOST = 64 };
    struct run_pool pool = new_pool();
    pool.alone = alone;
    uint64_t words[OWNERS] = {0}, state = harness_seed();
    uint32_t plain[OWNERS][MOST], counts[OWNERS] = {0};
    for (uint32_t i = 0; i < 4000; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint32_t dice = (uint32_t)(state >> 33), owner = dice % OWNERS, at = dice / OWNERS % (counts[owner] + 1);
        bool remove = at < counts[owner] && (counts[owner] == MOST || dice % 3 == 0);
        if (!remove && counts[owner] == MOST) continue;
        if (remove) {
            run_publish(&words[owner], run_edit(&pool, words[owner], at, 1, 0).word);
            counts[owner]--;
            for (uint32_t k = at; k < counts[owner]; k++) plain[owner][k] = plain[owner][k + 1];
        } else {
            insert(&pool, &words[owner], at, i);
            for (uint32_t k = counts[owner]++; k > at; k--) plain[owner][k] = plain[owner][k - 1];
            plain[owner][at] = i;
        }
        check_run(&pool, words[owner], plain[owner], counts[owner]);
    }
    for (uint32_t o = 0; o < OWNERS; o++) check_run(&pool, words[o], plain[o], counts[o]);
    if (alone) CHECK_TRUE(pool.end <= OWNERS * 2 * MOST); /* whatever was outgrown was used again */
    run_pool_release(&pool);
}

/* Of many owners: against plain arrays. */
TEST(random_edits_of_many_runs_are_those_of_plain_arrays)
{
    edit_at_random(false);
}

TEST(while_nobody_looks_runs_change_in_place_and_outgrown_places_are_used_again)
{
    edit_at_random(true);
}

TEST(a_full_pool_says_so)
{
    struct run_pool pool;
    run_pool_init(&pool, 6, (const uint32_t[]){sizeof(uint32_t), 0});
    CHECK_TRUE(run_pool_has_room(&pool, 4));
    CHECK_FALSE(run_pool_has_room(&pool, 5)); /* it takes room for 8 */
    (void)run_edit(&pool, 0, 0, 0, 4);
    CHECK_TRUE(run_pool_has_room(&pool, 2));
    CHECK_FALSE(run_pool_has_room(&pool, 3));
    run_pool_release(&pool);
}

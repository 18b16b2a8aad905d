/* test_tuple_set.c — each tuple once, by a number that stays. */
// SPDX-License-Identifier: Apache-2.0
#include "history/tuple_set.h"

#include "harness.h"

#define TUPLES 20000

/* The i-th of many different tuples of 1 to 5 words, some the beginning of others. */
static struct tuple tuple_of(uint32_t i, uint32_t words[5])
{
    for (uint32_t k = 0; k < 5; k++) words[k] = i / 5 * (k + 1);
    return (struct tuple){words, i % 5 + 1};
}

TEST(tuples_are_numbered_in_the_order_of_their_first_appearance)
{
    struct tuple_set set;
    uint32_t words[5];
    tuple_set_init(&set, 7);
    for (uint32_t i = 0; i < TUPLES; i++) CHECK_INT(tuple_set_add(&set, tuple_of(i, words)), i);
    for (uint32_t i = 0; i < TUPLES; i++) CHECK_INT(tuple_set_add(&set, tuple_of(i, words)), i);
    CHECK_INT(set.count, TUPLES);
    for (uint32_t i = 0; i < TUPLES; i++) {
        struct tuple expected = tuple_of(i, words);
        struct tuple stored = tuple_set_at(&set, i);
        CHECK_INT(tuple_set_find(&set, expected), i);
        CHECK_INT(stored.count, expected.count);
        for (uint32_t k = 0; k < stored.count; k++) CHECK_INT(stored.words[k], words[k]);
    }
    CHECK_INT(tuple_set_find(&set, tuple_of(TUPLES, words)), TUPLE_NONE);
    CHECK_TRUE(tuple_set_bytes(&set) >= TUPLES * sizeof(uint32_t));
    tuple_set_release(&set);
}

TEST(an_empty_set_finds_nothing)
{
    struct tuple_set set;
    uint32_t words[] = {1, 2, 3};
    tuple_set_init(&set, 0);
    CHECK_INT(tuple_set_find(&set, (struct tuple){words, 3}), TUPLE_NONE);
    tuple_set_release(&set);
}

/* test_key_sort.c — sorting by key agrees with the plainest sort, and texts come by bytes. */
// SPDX-License-Identifier: Apache-2.0
#include "history/key_sort.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "harness.h"

#define ITEMS 3000

static uint32_t below(uint64_t *state, uint32_t limit)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % limit;
}

static bool greater_value_first(const void *context, const struct keyed *a, const struct keyed *b)
{
    (void)context;
    return a->value > b->value;
}

/* Keys ascend; among equal keys values fall when settled so, else they rise as they were given. */
static void check_sorted(const struct keyed *items, size_t count, bool falling)
{
    for (size_t i = 1; i < count; i++) {
        const struct keyed *a = &items[i - 1], *b = &items[i];
        CHECK_TRUE(a->key < b->key || (a->key == b->key && (falling ? a->value > b->value : a->value < b->value)));
        CHECK_TRUE(b->hash == b->key + b->value); /* moved as a whole */
    }
}

TEST(items_are_sorted_by_key_and_equal_keys_as_the_caller_settles)
{
    static struct keyed items[ITEMS];
    uint64_t state = harness_seed();
    struct key_sorter sorter = {0};
    for (int round = 0; round < 400; round++) {
        size_t count = below(&state, round % 10 == 0 ? ITEMS : 60);
        uint32_t keys = 1 + below(&state, 200);
        for (size_t i = 0; i < count; i++) {
            uint64_t key = round % 4 == 0 ? i / 2 : (uint64_t)below(&state, keys) << 40;
            items[i] = (struct keyed){key, i, key + i};
        }
        sorter.before = round % 2 == 0 ? NULL : greater_value_first;
        key_sort(&sorter, items, count);
        check_sorted(items, count, round % 2 != 0);
    }
    key_sorter_release(&sorter);
}

static void check_texts(const char *const *texts, size_t count)
{
    struct intern *intern = intern_new();
    uint32_t codes[16];
    for (size_t i = 0; i < count; i++) codes[i] = intern_add(intern, str_from_c(texts[i]));
    sort_texts(intern, codes, count);
    for (size_t i = 1; i < count; i++)
        CHECK_TRUE(str_compare(intern_at(intern, codes[i - 1]), intern_at(intern, codes[i])) < 0);
    intern_free(intern);
}

TEST(texts_are_sorted_by_their_bytes_however_they_begin)
{
    static const char *const alike[] = {"contact_2", "contact_10",   "contact_1",
                                        "contact_",  "contact_\xff", "contact_a"};
    static const char *const mixed[] = {"b", "", "ba", "a\x01", "a", "abcdefgh", "abcdefghi", "abcdefg", "\x80"};
    check_texts(alike, COUNT_OF(alike));
    check_texts(mixed, COUNT_OF(mixed));
    check_texts(mixed, 1);
    check_texts(mixed, 0);
}

TEST(a_text_that_ends_comes_before_one_that_goes_on_with_zero_bytes)
{
    struct intern *intern = intern_new();
    uint32_t codes[] = {intern_add(intern, (struct str){"a\0\0", 3}), intern_add(intern, (struct str){"a", 1}),
                        intern_add(intern, (struct str){"a\0", 2})};
    sort_texts(intern, codes, 3);
    for (size_t i = 0; i < 3; i++) CHECK_INT(intern_at(intern, codes[i]).len, i + 1);
    intern_free(intern);
}

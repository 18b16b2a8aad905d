/* test_arena.c — memory that is given back all at once. */
// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <string.h>

#include "harness.h"

static bool is_zero(const unsigned char *at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (at[i] != 0) return false;
    return true;
}

TEST(every_allocation_is_zeroed_aligned_and_its_own)
{
    AUTO_ARENA arena = arena_new();
    enum { COUNT = 3000 };
    unsigned char *at[COUNT];
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            at[i] = arena_alloc(arena, i);
            CHECK_INT((uintptr_t)at[i] % _Alignof(max_align_t), 0);
            CHECK_TRUE(is_zero(at[i], i));
            memset(at[i], (int)(i % 255 + 1), i);
        }
        for (size_t i = 1; i < COUNT; i++) {
            CHECK_INT(at[i][0], i % 255 + 1);
            CHECK_INT(at[i][i - 1], i % 255 + 1);
        }
        arena_reset(arena);
    }
}

TEST(a_reset_arena_holds_one_block)
{
    AUTO_ARENA arena = arena_new();
    arena_alloc(arena, (size_t)5 * 1024 * 1024);
    for (int i = 0; i < 1000; i++) arena_alloc(arena, 10000);
    size_t before = arena_bytes(arena);
    arena_reset(arena);
    CHECK_TRUE(arena_bytes(arena) < before && arena_bytes(arena) > (size_t)5 * 1024 * 1024);
    before = arena_bytes(arena);
    for (int i = 0; i < 100; i++) arena_alloc(arena, 10000);
    CHECK_INT(arena_bytes(arena), before);
}

TEST(a_copied_text_ends_in_a_zero_byte)
{
    AUTO_ARENA arena = arena_new();
    struct str copy = arena_str(arena, STR("abc"));
    CHECK_STR(copy, STR("abc"));
    CHECK_INT(copy.at[3], 0);
    struct str empty = arena_str(arena, (struct str){0});
    CHECK_INT(empty.len, 0);
    CHECK_INT(empty.at[0], 0);
}

TEST(a_formatted_text_may_be_of_any_length)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(arena_format(arena, "%d of %s", 3, "10"), STR("3 of 10"));
    for (int length = 250; length < 260; length++) {
        struct str text = arena_format(arena, "%0*d", length, 7);
        CHECK_INT(text.len, length);
        CHECK_INT(text.at[length - 1], '7');
        CHECK_INT(text.at[length], 0);
    }
}

/* test_id_index.c — ids of all lengths are found again, and nobody else is. */
// SPDX-License-Identifier: Apache-2.0
#include "files/id_index.h"

#include <inttypes.h>

#include "base/arena.h"
#include "harness.h"

TEST(every_id_up_to_the_ceiling_is_found_whatever_came_before_and_after)
{
    AUTO_ARENA arena = arena_new();
    struct id_index *index = id_index_new();
    for (uint32_t i = 0; i < 20000; i++) {
        int width = 1 + (int)(i / 300);
        id_index_add(index, arena_format(arena, "%0*" PRIu32, width, i), i);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        struct str id = arena_format(arena, "%0*" PRIu32, 1 + (int)(i / 300), i);
        CHECK_INT(id_index_find(index, id), id.len <= ID_INDEX_LONGEST ? i : RECORD_NONE);
        CHECK_INT(id_index_find(index, arena_format(arena, "x%" PRIu32, i)), RECORD_NONE);
    }
    CHECK_INT(id_index_find(index, STR("")), RECORD_NONE);
    id_index_free(index);
}

TEST(ids_that_begin_alike_are_different_ids)
{
    struct id_index *index = id_index_new();
    id_index_add(index, STR("a"), 1);
    id_index_add(index, STR("ab"), 2);
    id_index_add(index, STR("abcdefghijkl"), 3);
    CHECK_INT(id_index_find(index, STR("a")), 1);
    CHECK_INT(id_index_find(index, STR("ab")), 2);
    CHECK_INT(id_index_find(index, STR("abc")), RECORD_NONE);
    CHECK_INT(id_index_find(index, STR("abcdefghijkl")), 3);
    CHECK_INT(id_index_find(index, STR("abcdefghijkm")), RECORD_NONE);
    id_index_free(index);
}

/* test_intern.c — each text once, in the order of appearance. */
// SPDX-License-Identifier: Apache-2.0
#include "base/intern.h"

#include <stdio.h>

#include "base/arena.h"
#include "harness.h"

TEST(codes_follow_the_order_of_first_appearance)
{
    struct intern *intern = intern_new();
    CHECK_INT(intern_add(intern, STR("page_viewed")), 0);
    CHECK_INT(intern_add(intern, STR("")), 1);
    CHECK_INT(intern_add(intern, STR("page_viewed")), 0);
    CHECK_INT(intern_add(intern, (struct str){0}), 1);
    CHECK_INT(intern_add(intern, STR("page")), 2);
    CHECK_INT(intern_count(intern), 3);
    CHECK_INT(intern_find(intern, STR("page")), 2);
    CHECK_INT(intern_find(intern, STR("pages")), INTERN_NONE);
    intern_free(intern);
}

TEST(texts_stay_where_they_are_while_thousands_are_added)
{
    enum { COUNT = 200000 };
    struct intern *intern = intern_new();
    const char **first_at = memory_array(COUNT, sizeof *first_at);
    char text[32];
    for (uint32_t i = 0; i < COUNT; i++) {
        int length = snprintf(text, sizeof text, "contact-%u", i);
        CHECK_INT(intern_add(intern, (struct str){text, (size_t)length}), i);
        first_at[i] = intern_at(intern, i).at;
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        int length = snprintf(text, sizeof text, "contact-%u", i);
        struct str s = {text, (size_t)length};
        CHECK_INT(intern_find(intern, s), i);
        CHECK_STR(intern_at(intern, i), s);
        CHECK_TRUE(intern_at(intern, i).at == first_at[i]);
        CHECK_INT(intern_at(intern, i).at[length], 0);
    }
    memory_free(first_at);
    intern_free(intern);
}

TEST(a_text_of_megabytes_has_a_code_as_well)
{
    struct intern *intern = intern_new();
    size_t length = (size_t)3 * 1024 * 1024;
    char *text = memory_alloc(length);
    CHECK_INT(intern_add(intern, STR("small")), 0);
    CHECK_INT(intern_add(intern, (struct str){text, length}), 1);
    CHECK_INT(intern_add(intern, (struct str){text, length - 1}), 2);
    CHECK_INT(intern_add(intern, (struct str){text, length}), 1);
    CHECK_INT(intern_add(intern, STR("small too")), 3);
    CHECK_STR(intern_at(intern, 0), STR("small"));
    CHECK_TRUE(intern_bytes(intern) > 2 * length);
    memory_free(text);
    intern_free(intern);
}

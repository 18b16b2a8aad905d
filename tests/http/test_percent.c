/* test_percent.c — what stands in paths, queries and cookies, however it was encoded. */
// SPDX-License-Identifier: Apache-2.0
#include "http/percent.h"

#include "harness.h"

static struct str query(struct str text, struct str name)
{
    static struct arena *arena;
    arena_free(arena);
    arena = arena_new();
    return query_value(text, name, arena);
}

TEST(a_value_of_a_query_is_decoded)
{
    CHECK_STR(query(STR("a=1&name=Ada%20L.+%26+Co&b=2"), STR("name")), STR("Ada L. & Co"));
    CHECK_STR(query(STR("a=1=2"), STR("a")), STR("1=2"));
}

TEST(the_names_of_a_query_are_told_one_by_one)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(query_name(STR("a=1&&first%5Fname=x&b"), 0, arena), STR("a"));
    CHECK_STR(query_name(STR("a=1&&first%5Fname=x&b"), 1, arena), STR("first_name"));
    CHECK_STR(query_name(STR("a=1&&first%5Fname=x&b"), 2, arena), STR("b"));
    CHECK_TRUE(query_name(STR("a=1&&first%5Fname=x&b"), 3, arena).at == NULL);
    CHECK_TRUE(query_name(STR(""), 0, arena).at == NULL);
}

TEST(a_name_of_a_query_may_be_encoded)
{
    CHECK_STR(query(STR("first%5Fname=x&first_name=y"), STR("first_name")), STR("x"));
}

TEST(a_member_without_a_value_is_empty_and_one_that_is_not_there_has_no_place)
{
    CHECK_TRUE(query(STR("a&b="), STR("a")).at != NULL);
    CHECK_STR(query(STR("a&b="), STR("a")), STR(""));
    CHECK_TRUE(query(STR("a&b="), STR("b")).at != NULL);
    CHECK_TRUE(query(STR("a&b="), STR("c")).at == NULL);
    CHECK_TRUE(query(STR(""), STR("c")).at == NULL);
    CHECK_TRUE(query(STR("&&&"), STR("c")).at == NULL);
}

TEST(a_value_of_a_query_that_is_not_well_encoded_is_given_as_it_came)
{
    CHECK_STR(query(STR("a=100%"), STR("a")), STR("100%"));
    CHECK_STR(query(STR("a=%4x+y"), STR("a")), STR("%4x+y"));
    CHECK_STR(query(STR("a=x%00y"), STR("a")), STR("x%00y"));
}

TEST(a_cookie_is_found_among_others)
{
    struct str header = STR("theme=dark; session=\"a=b c\" ;empty=; last=1");
    CHECK_STR(cookie_value(header, STR("session")), STR("a=b c"));
    CHECK_STR(cookie_value(header, STR("theme")), STR("dark"));
    CHECK_STR(cookie_value(header, STR("last")), STR("1"));
    CHECK_TRUE(cookie_value(header, STR("empty")).at != NULL);
    CHECK_TRUE(cookie_value(header, STR("ession")).at == NULL);
    CHECK_TRUE(cookie_value(STR(""), STR("session")).at == NULL);
}

TEST(what_is_encoded_is_decoded_as_it_was)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF out = BUF_INIT(256);
    struct str back, text = STR("ada/lovelace?#%20 \"\xc3\xa4-._~");
    percent_encode(text, &out);
    CHECK_STR(buf_str(&out), STR("ada%2Flovelace%3F%23%2520%20%22%C3%A4-._~"));
    CHECK_TRUE(percent_decode(buf_str(&out), arena, &back));
    CHECK_STR(back, text);
}

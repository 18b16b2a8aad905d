/* test_fact_values.c — the values of one fact, each name once. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/fact_values.h"

#include "harness.h"

TEST(the_last_value_of_a_name_holds_in_the_place_of_the_first)
{
    AUTO_ARENA arena = arena_new();
    struct fact_values values = fact_values_new(arena);
    fact_values_set(&values, STR("a"), STR("1"));
    fact_values_set(&values, STR("b"), STR("2"));
    fact_values_set(&values, STR("a"), STR("3"));
    CHECK_INT(values.count, 2);
    CHECK_STR(values.at[0].name, STR("a"));
    CHECK_STR(values.at[0].text, STR("3"));
}

TEST(what_is_missing_is_filled_and_what_is_there_stays)
{
    AUTO_ARENA arena = arena_new();
    struct fact_values values = fact_values_new(arena);
    fact_values_set(&values, STR("a"), STR("1"));
    fact_values_set(&values, STR("b"), STR(""));
    fact_values_set_missing(&values, STR("a"), STR("2"));
    fact_values_set_missing(&values, STR("b"), STR("2"));
    fact_values_set_missing(&values, STR("c"), STR("2"));
    fact_values_set_missing(&values, STR("d"), STR(""));
    CHECK_INT(values.count, 3);
    CHECK_STR(values.at[0].text, STR("1"));
    CHECK_STR(values.at[1].text, STR("2"));
    CHECK_STR(values.at[2].text, STR("2"));
}

TEST(empty_values_can_be_dropped)
{
    AUTO_ARENA arena = arena_new();
    struct fact_values values = fact_values_new(arena);
    fact_values_drop_empty(&values);
    CHECK_INT(values.count, 0);
    fact_values_set(&values, STR("a"), STR(""));
    fact_values_set(&values, STR("b"), STR("2"));
    fact_values_drop_empty(&values);
    CHECK_INT(values.count, 1);
    CHECK_STR(values.at[0].name, STR("b"));
}

TEST(any_number_of_names_is_kept_apart_up_to_the_ceiling)
{
    AUTO_ARENA arena = arena_new();
    struct fact_values values = fact_values_new(arena);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < FACT_VALUES_MAX; i++)
            fact_values_set(&values, arena_format(arena, "name %d", i), arena_format(arena, "%d", i + round));
    CHECK_INT(values.count, FACT_VALUES_MAX);
    CHECK_FALSE(values.too_many);
    CHECK_STR(values.at[700].name, STR("name 700"));
    CHECK_STR(values.at[700].text, STR("701"));
    fact_values_set(&values, STR("one more"), STR("x"));
    CHECK_TRUE(values.too_many);
    CHECK_INT(values.count, FACT_VALUES_MAX);
}

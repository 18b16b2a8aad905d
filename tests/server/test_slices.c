/* test_slices.c — each element of a list is found as it was written. */
// SPDX-License-Identifier: Apache-2.0
#include "server/slices.h"

#include "base/macros.h"
#include "harness.h"

TEST(each_element_is_the_text_between_its_commas)
{
    struct str slices[4];
    struct str text = STR(" [ {\"a\":[1,2],\"b\":\"]},\\\"\"} , 17,\n\"x,y\" ,null ] ");
    CHECK_TRUE(slices_find(text, SLICES_OF_ROOT, slices, 4));
    CHECK_STR(slices[0], STR("{\"a\":[1,2],\"b\":\"]},\\\"\"}"));
    CHECK_STR(slices[1], STR("17"));
    CHECK_STR(slices[2], STR("\"x,y\""));
    CHECK_STR(slices[3], STR("null"));
}

TEST(the_list_is_the_member_at_its_place_whatever_its_name_is)
{
    struct str slices[2];
    struct str text = STR("{\"sentAt\":\"{[\", \"context\" : {\"batch\":[9]},\"b\\u0061tch\": [ {} , [] ] }");
    CHECK_TRUE(slices_find(text, 2, slices, 2));
    CHECK_STR(slices[0], STR("{}"));
    CHECK_STR(slices[1], STR("[]"));
}

TEST(a_list_without_elements_has_none)
{
    CHECK_TRUE(slices_find(STR("{\"batch\":[ ]}"), 0, NULL, 0));
    CHECK_TRUE(slices_find(STR("[]"), SLICES_OF_ROOT, NULL, 0));
}

TEST(a_text_that_is_not_as_promised_is_told_and_not_left)
{
    static const struct {
        struct str text;
        uint32_t member;
        size_t count;
    } row[] = {
        {STR_INIT(""), SLICES_OF_ROOT, 0},      {STR_INIT("{"), 0, 1},
        {STR_INIT("[1"), SLICES_OF_ROOT, 1},    {STR_INIT("[1]"), SLICES_OF_ROOT, 2},
        {STR_INIT("[1,2]"), SLICES_OF_ROOT, 1}, {STR_INIT("{\"a\":[1]}"), 1, 1},
        {STR_INIT("{\"a\":1}"), 0, 1},          {STR_INIT("[\"\\"), SLICES_OF_ROOT, 1},
    };
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct str slices[2];
        CHECK_FALSE(slices_find(row[i].text, row[i].member, slices, row[i].count));
    }
}

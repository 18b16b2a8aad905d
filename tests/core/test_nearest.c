/* test_nearest.c — suggestions that help, and none that puzzle. */
// SPDX-License-Identifier: Apache-2.0
#include "core/nearest.h"

#include "harness.h"

static const char *const keys[] = {"points", "property", "within", "is", "is_not", "per_day", "event", NULL};

static void check_nearest(const char *word, const char *expected)
{
    const char *found = nearest(str_from_c(word), keys);
    CHECK_STR(str_from_c(found), str_from_c(expected));
}

TEST(a_typing_mistake_leads_to_the_word_that_was_meant)
{
    check_nearest("point", "points");
    check_nearest("poinst", "points");
    check_nearest("poimts", "points");
    check_nearest("Points", "points");
    check_nearest("PROPERTY", "property");
    check_nearest("propperty", "property");
    check_nearest("perday", "per_day");
    check_nearest("isnot", "is_not");
    check_nearest("si", "is");
    check_nearest("events", "event");
}

TEST(a_word_far_from_all_gets_no_suggestion)
{
    check_nearest("", NULL);
    check_nearest("x", NULL);
    check_nearest("colour", NULL);
    check_nearest("pointless_exercise", NULL);
    check_nearest("a_word_of_more_than_forty_eight_bytes_is_not_compared_at_all", NULL);
}

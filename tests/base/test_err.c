/* test_err.c — the first failure wins, and its sentence can be shown anywhere. */
// SPDX-License-Identifier: Apache-2.0
#include "base/err.h"

#include <string.h>

#include "base/unicode.h"
#include "harness.h"

TEST(the_first_failure_wins)
{
    struct err_info why = {0};
    CHECK_INT(err_set_at(&why, ERR_INVALID, (struct place){3, 5, 2}, "first %d", 1), ERR_INVALID);
    CHECK_INT(err_set(&why, ERR_TOO_BIG, "second"), ERR_TOO_BIG);
    CHECK_INT(why.code, ERR_INVALID);
    CHECK_INT(why.at.line, 3);
    CHECK_STR(str_from_c(why.msg), STR("first 1"));
}

TEST(nobody_has_to_ask_why)
{
    CHECK_INT(err_set(NULL, ERR_NOT_FOUND, "x"), ERR_NOT_FOUND);
}

TEST(a_sentence_that_is_too_long_is_cut_between_characters)
{
    for (int shift = 0; shift < 4; shift++) {
        char text[ERR_MESSAGE_BYTES * 2] = "xxxx";
        size_t end = (size_t)shift;
        for (; end + 4 < sizeof text; end += 2) memcpy(text + end, "\xc5\x82", 2);
        text[end] = 0;
        struct err_info why = {0};
        err_set(&why, ERR_INVALID, "%s", text);
        struct str msg = str_from_c(why.msg);
        CHECK_TRUE(msg.len < ERR_MESSAGE_BYTES && msg.len > ERR_MESSAGE_BYTES - 8);
        CHECK_TRUE(str_ends_with(msg, STR("\x82...")));
        CHECK_TRUE(unicode_valid(msg, NULL));
    }
}

TEST(a_sentence_that_just_fits_is_whole)
{
    char text[ERR_MESSAGE_BYTES];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    struct err_info why = {0};
    err_set(&why, ERR_INVALID, "%s", text);
    CHECK_STR(str_from_c(why.msg), str_from_c(text));
}

TEST(what_a_file_holds_cannot_command_the_terminal_or_break_the_encoding)
{
    struct err_info why = {0};
    err_set(&why, ERR_INVALID, "'%s'", "a\x1b[31m\n\xff\xc2\x85\xed\xa0\x80\xc5\x82");
    CHECK_STR(str_from_c(why.msg), STR("'a [31m ??????\xc5\x82'"));
}

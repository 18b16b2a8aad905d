/* test_identifier.c — a text that many people share names none of them. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/identifier.h"

#include "harness.h"

TEST(an_address_is_what_a_mail_server_would_take)
{
    static const char *const good[] = {"a@b.c", "Ann.Lee+x@Acme.example", "\xc3\xa9@b.example", "o'neil@b.example"};
    static const char *const bad[] = {"",     "a",    "@",       "n/a",     "a@",        "@b.c",        "a@b",
                                      "a@.c", "a@b.", "a b@c.d", "a@b@c.d", "{{email}}", "Ann <a@b.c>", "a@b.c,d@e.f"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) CHECK_TRUE(identifier_is_address(str_from_c(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) CHECK_FALSE(identifier_is_address(str_from_c(bad[i])));
}

TEST(an_id_is_blank_when_it_is_how_a_language_writes_that_there_is_none)
{
    static const char *const blank[] = {"undefined",       "NULL", "None", "nil", "(null)", "NaN",
                                        "[object Object]", "False"};
    static const char *const good[] = {"", "0", "nullable", "guest", "no", "None-7"};
    for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++) CHECK_TRUE(identifier_is_blank(str_from_c(blank[i])));
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) CHECK_FALSE(identifier_is_blank(str_from_c(good[i])));
}

/* test_mail.c — private addresses, functions and companies. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/mail.h"

#include "harness.h"

TEST(an_e_mail_address_tells_only_whether_it_is_free_or_a_functions)
{
    static const struct {
        struct str address;
        bool free, role;
    } row[] = {
        {STR_INIT("ada@gmail.com"), true, false},          {STR_INIT("info@acme.example"), false, true},
        {STR_INIT("bea@yahoo.co.uk"), true, false},        {STR_INIT("sales@web.de"), true, true},
        {STR_INIT("cid@gmail.acme.example"), true, false}, {STR_INIT("infomat@live-music.example"), false, false}};
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        CHECK_TRUE(mail_is_address(row[i].address));
        CHECK_INT(mail_is_free(row[i].address), row[i].free);
        CHECK_INT(mail_is_of_role(row[i].address), row[i].role);
    }
    CHECK_FALSE(mail_is_address(STR("ada")));
    CHECK_FALSE(mail_is_address(STR("@web.de")));
    CHECK_FALSE(mail_is_address(STR("a@b@c.de")));
}

/* test_access_session.c — people sign in, stay for a while, and are gone when they or an admin say so. */
// SPDX-License-Identifier: Apache-2.0
#include "access_world.h"
#include "harness.h"

#define WRONG "the e-mail address or the password is wrong"

TEST(who_signs_in_acts_under_the_own_address_and_role)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number = add_user(w, ADA, ROLE_marketer, ADA_PASSWORD);
    struct secret session = sign_in(w, " Ada@ACME.example ", ADA_PASSWORD);
    struct actor actor = session_actor(w, &session);
    CHECK_INT(actor.kind, ACTOR_USER);
    CHECK_INT(actor.number, number);
    CHECK_STR(actor.name, STR("ada"));
    CHECK_STR(actor.text, STR("user:ada@acme.example"));
    CHECK_INT(actor.role, ROLE_marketer);
    CHECK_TRUE(may(&actor, PERM_PUBLISH_SCORES));
    CHECK_FALSE(may(&actor, PERM_MANAGE_USERS));
}

TEST(an_unknown_account_a_wrong_password_and_a_disabled_user_get_the_same_words)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number = add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    add_user(w, "eve@acme.example", ROLE_reader, "");
    CHECK_STR(refusal(w, ADA, "correct house"), STR(WRONG));
    CHECK_STR(refusal(w, "nobody@acme.example", ADA_PASSWORD), STR(WRONG));
    CHECK_STR(refusal(w, "not an address", ADA_PASSWORD), STR(WRONG));
    CHECK_STR(refusal(w, "eve@acme.example", ""), STR(WRONG));
    struct err_info why = {0};
    CHECK_OK(set_disabled(w, number, true, &why), why);
    CHECK_STR(refusal(w, ADA, ADA_PASSWORD), STR(WRONG));
}

TEST(who_guesses_passwords_of_an_account_waits_also_with_the_right_one)
{
    AUTO_WORLD w = access_world_new();
    add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    for (int i = 0; i < 6; i++) CHECK_STR(refusal(w, ADA, "guess"), STR(WRONG));
    CHECK_STR(refusal(w, ADA, ADA_PASSWORD), STR("too many tries; try again in 1 second"));
    w->clock.fixed_ms += 1000;
    CHECK_STR(refusal(w, ADA, "guess"), STR(WRONG));
    CHECK_STR(refusal(w, "ADA@acme.example", ADA_PASSWORD), STR("too many tries; try again in 2 seconds"));
    w->clock.fixed_ms += 2000;
    CHECK_STR(refusal(w, ADA, ADA_PASSWORD), STR(""));
    CHECK_STR(refusal(w, ADA, "guess"), STR(WRONG)); /* and all is forgiven */
}

TEST(an_unknown_account_is_throttled_like_a_known_one)
{
    AUTO_WORLD w = access_world_new();
    for (int i = 0; i < 6; i++) CHECK_STR(refusal(w, "nobody@acme.example", "guess"), STR(WRONG));
    CHECK_STR(refusal(w, "nobody@acme.example", "guess"), STR("too many tries; try again in 1 second"));
}

TEST(one_address_cannot_try_many_accounts_for_long_not_even_from_all_of_its_ipv6_addresses)
{
    AUTO_WORLD w = access_world_new();
    uint32_t wait_s = 0;
    int tried = 0;
    struct err_info why = {0};
    for (; tried < 30 && wait_s == 0; tried++) {
        struct secret session;
        struct actor actor;
        struct sign_in how = {.email = arena_format(w->arena, "user%d@acme.example", tried),
                              .password = STR("guess"),
                              .address = arena_format(w->arena, "2001:db8::%x", tried)};
        why = (struct err_info){0};
        enum err e = access_sign_in(w->access, &how, w->arena, &session, &actor, &wait_s, &why);
        CHECK_TRUE(e == ERR_INVALID || e == ERR_UNAVAILABLE);
    }
    CHECK_INT(tried, 22); /* 20 free, one more, and the wait begins */
    CHECK_STR(str_from_c(why.msg), STR("too many tries; try again in 1 second"));
}

TEST(a_session_slides_for_14_days_and_ends_after_90)
{
    AUTO_WORLD w = access_world_new();
    add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    struct secret idle = sign_in(w, ADA, ADA_PASSWORD), used = sign_in(w, ADA, ADA_PASSWORD);
    for (int day = 0; day < 89; day++) {
        w->clock.fixed_ms += MS_PER_DAY;
        CHECK_TRUE(session_holds(w, &used));
        if (day == 13) CHECK_FALSE(session_holds(w, &idle));
    }
    w->clock.fixed_ms += MS_PER_DAY - 1;
    CHECK_TRUE(session_holds(w, &used));
    w->clock.fixed_ms += 1;
    CHECK_FALSE(session_holds(w, &used));
    w->clock.fixed_ms -= MS_PER_DAY; /* it is gone, not only old */
    CHECK_FALSE(session_holds(w, &used));
}

TEST(a_session_outlives_a_restart_and_is_kept_only_as_a_hash)
{
    AUTO_WORLD w = access_world_new();
    add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    struct secret session = sign_in(w, ADA, ADA_PASSWORD);
    access_world_restart(w);
    CHECK_TRUE(session_holds(w, &session));
    struct session_row row;
    struct err_info why = {0};
    CHECK_INT(store_find_session(w->store, secret_str(&session), w->arena, &row, &why), ERR_NOT_FOUND);
}

TEST(signing_out_ends_this_session_alone)
{
    AUTO_WORLD w = access_world_new();
    add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    struct secret one = sign_in(w, ADA, ADA_PASSWORD), two = sign_in(w, ADA, ADA_PASSWORD);
    struct err_info why = {0};
    CHECK_OK(access_sign_out(w->access, secret_str(&one), &why), why);
    CHECK_OK(access_sign_out(w->access, secret_str(&one), &why), why);
    CHECK_OK(access_sign_out(w->access, STR("anything"), &why), why);
    CHECK_FALSE(session_holds(w, &one));
    CHECK_TRUE(session_holds(w, &two));
}

TEST(a_change_of_the_password_ends_all_other_sessions)
{
    AUTO_WORLD w = access_world_new();
    add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    struct secret here = sign_in(w, ADA, ADA_PASSWORD), elsewhere = sign_in(w, ADA, ADA_PASSWORD), fresh;
    struct err_info why = {0};
    uint32_t wait_s;
    CHECK_INT(access_change_password(w->access, secret_str(&here), STR("wrong old"), STR("battery staple"), &fresh,
                                     &wait_s, &why),
              ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("the old password is wrong"));
    why = (struct err_info){0};
    CHECK_INT(
        access_change_password(w->access, secret_str(&here), STR(ADA_PASSWORD), STR("short"), &fresh, &wait_s, &why),
        ERR_INVALID);
    why = (struct err_info){0};
    CHECK_TRUE(session_holds(w, &elsewhere));
    CHECK_OK(access_change_password(w->access, secret_str(&here), STR(ADA_PASSWORD), STR("battery staple"), &fresh,
                                    &wait_s, &why),
             why);
    CHECK_FALSE(session_holds(w, &here));
    CHECK_FALSE(session_holds(w, &elsewhere));
    CHECK_TRUE(session_holds(w, &fresh));
    CHECK_STR(refusal(w, ADA, ADA_PASSWORD), STR(WRONG));
    access_world_restart(w);
    CHECK_FALSE(session_holds(w, &elsewhere));
    CHECK_TRUE(session_holds(w, &fresh));
    CHECK_STR(refusal(w, ADA, "battery staple"), STR(""));
}

TEST(a_password_set_by_an_admin_ends_all_sessions)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number = add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    struct secret session = sign_in(w, ADA, ADA_PASSWORD);
    struct err_info why = {0};
    CHECK_OK(access_set_password(w->access, number, STR("battery staple"), &why), why);
    CHECK_FALSE(session_holds(w, &session));
    struct secret fresh = sign_in(w, ADA, "battery staple"); /* in the same millisecond */
    CHECK_TRUE(session_holds(w, &fresh));
}

TEST(a_disabled_user_is_out_at_once_and_old_sessions_do_not_come_back)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number = add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    struct secret session = sign_in(w, ADA, ADA_PASSWORD);
    struct err_info why = {0};
    CHECK_OK(set_disabled(w, number, true, &why), why);
    CHECK_OK(set_disabled(w, number, false, &why), why);
    CHECK_FALSE(session_holds(w, &session));
    session = sign_in(w, ADA, ADA_PASSWORD);
    CHECK_TRUE(session_holds(w, &session));
}

TEST(a_new_role_holds_from_the_next_request_on)
{
    AUTO_WORLD w = access_world_new();
    uint64_t number = add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    struct secret session = sign_in(w, ADA, ADA_PASSWORD);
    struct err_info why = {0};
    CHECK_OK(set_role(w, number, ROLE_admin, &why), why);
    struct actor actor = session_actor(w, &session);
    CHECK_TRUE(may(&actor, PERM_MANAGE_USERS));
}

TEST(the_text_against_forged_requests_belongs_to_one_session)
{
    struct secret one, two;
    secret_new(SECRET_SESSION, &one);
    secret_new(SECRET_SESSION, &two);
    char text[ACCESS_CSRF_TEXT + 1];
    access_csrf(secret_str(&one), text);
    CHECK_TRUE(access_csrf_fits(secret_str(&one), str_from_c(text)));
    CHECK_FALSE(access_csrf_fits(secret_str(&two), str_from_c(text)));
    CHECK_FALSE(access_csrf_fits(secret_str(&one), STR("")));
    text[0] = text[0] == '0' ? '1' : '0';
    CHECK_FALSE(access_csrf_fits(secret_str(&one), str_from_c(text)));
    CHECK_FALSE(access_csrf_fits(STR(""), str_from_c(text)));
}

/* test_access_users.c — the first admin comes by a link, and there is always one from then on. */
// SPDX-License-Identifier: Apache-2.0
#include "access_world.h"
#include "harness.h"

static struct str first_link(struct access_world *w)
{
    AUTO_BUF link = BUF_INIT(256);
    struct err_info why = {0};
    CHECK_OK(access_first_link(w->access, STR("http://127.0.0.1:8080"), &link, &why), why);
    CHECK_TRUE(str_starts_with(buf_str(&link), STR("http://127.0.0.1:8080/start#plumb_start_")));
    struct str secret = arena_str(w->arena, buf_str(&link));
    str_cut(&secret, '#');
    return secret;
}

static enum err use_link(struct access_world *w, struct str secret, const char *password, struct err_info *why)
{
    struct new_user user = {.email = STR(ADA), .role = ROLE_reader, .password = str_from_c(password)};
    uint64_t number;
    *why = (struct err_info){0};
    return access_first_admin(w->access, secret, &user, &number, why);
}

TEST(the_first_link_makes_an_admin_once)
{
    AUTO_WORLD w = access_world_new();
    struct err_info why;
    struct str secret = first_link(w);
    CHECK_OK(use_link(w, secret, ADA_PASSWORD, &why), why);
    struct secret session = sign_in(w, ADA, ADA_PASSWORD);
    CHECK_INT(session_actor(w, &session).role, ROLE_admin);
    CHECK_INT(use_link(w, secret, ADA_PASSWORD, &why), ERR_NOT_FOUND);
    AUTO_BUF link = BUF_INIT(256);
    CHECK_INT(access_first_link(w->access, STR("http://x"), &link, NULL), ERR_CONFLICT);
}

TEST(the_first_link_outlives_a_bad_password_and_a_restart_but_not_a_day)
{
    AUTO_WORLD w = access_world_new();
    struct err_info why;
    struct str secret = first_link(w);
    CHECK_INT(use_link(w, secret, "short", &why), ERR_INVALID);
    CHECK_INT(use_link(w, secret, "", &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("the first admin needs a password"));
    w->clock.fixed_ms += FIRST_LINK_MS;
    CHECK_INT(use_link(w, secret, ADA_PASSWORD, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("this link was used, replaced, or is too old; start Plumb again for another"));
    w->clock.fixed_ms -= 1;
    access_world_restart(w);
    CHECK_OK(use_link(w, secret, ADA_PASSWORD, &why), why);
}

TEST(a_new_first_link_replaces_the_one_before_and_a_guess_opens_nothing)
{
    AUTO_WORLD w = access_world_new();
    struct err_info why;
    struct secret guess;
    secret_new(SECRET_START, &guess);
    CHECK_INT(use_link(w, secret_str(&guess), ADA_PASSWORD, &why), ERR_NOT_FOUND);
    struct str former = first_link(w), latter = first_link(w);
    CHECK_INT(use_link(w, former, ADA_PASSWORD, &why), ERR_NOT_FOUND);
    CHECK_INT(use_link(w, secret_str(&guess), ADA_PASSWORD, &why), ERR_NOT_FOUND);
    CHECK_INT(use_link(w, STR("plumb_start_x"), ADA_PASSWORD, &why), ERR_INVALID);
    CHECK_OK(use_link(w, latter, ADA_PASSWORD, &why), why);
}

TEST(the_last_admin_cannot_be_demoted_or_disabled)
{
    AUTO_WORLD w = access_world_new();
    uint64_t ada = add_user(w, ADA, ROLE_admin, ""), bob = add_user(w, "bob@acme.example", ROLE_admin, "");
    struct err_info why = {0};
    CHECK_OK(set_disabled(w, bob, true, &why), why);
    CHECK_INT(set_role(w, ada, ROLE_sales, &why), ERR_CONFLICT);
    CHECK_STR(str_from_c(why.msg), STR("this is the last admin: make somebody else an admin first"));
    CHECK_INT(set_disabled(w, ada, true, NULL), ERR_CONFLICT);
    why = (struct err_info){0};
    CHECK_OK(set_role(w, bob, ROLE_reader, &why), why); /* disabled: no admin is lost */
    CHECK_OK(set_role(w, ada, ROLE_admin, &why), why);
    CHECK_OK(set_role(w, bob, ROLE_admin, &why), why);
    CHECK_OK(set_disabled(w, bob, false, &why), why);
    CHECK_OK(set_role(w, ada, ROLE_sales, &why), why);
    CHECK_INT(set_role(w, bob, ROLE_sales, NULL), ERR_CONFLICT);
    CHECK_INT(set_role(w, 99, ROLE_sales, NULL), ERR_NOT_FOUND);
}

TEST(an_address_belongs_to_one_person_whatever_its_case)
{
    AUTO_WORLD w = access_world_new();
    add_user(w, ADA, ROLE_reader, "");
    struct new_user again = {.email = STR("  ADA@Acme.Example"), .role = ROLE_admin};
    struct err_info why = {0};
    uint64_t number = 0;
    CHECK_INT(access_add_user(w->access, &again, &number, &why), ERR_CONFLICT);
    CHECK_STR(str_from_c(why.msg), STR("there is a user 'ada@acme.example' already"));
    CHECK_INT(number, 0);
}

TEST(what_is_no_address_is_refused)
{
    static const char *const row[] = {"",        "ada",           "@acme.example",      "ada@",   "a@b@c",
                                      "a b@c.d", "a\n@c.example", "<ada@acme.example>", "a@b,c@d"};
    AUTO_WORLD w = access_world_new();
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct new_user user = {.email = str_from_c(row[i])};
        uint64_t number;
        struct err_info why = {0};
        CHECK_INT(access_add_user(w->access, &user, &number, &why), ERR_INVALID);
        CHECK_CONTAINS(str_from_c(why.msg), STR("is not an e-mail address"));
    }
}

TEST(people_are_listed_without_their_hashes)
{
    AUTO_WORLD w = access_world_new();
    add_user(w, ADA, ROLE_admin, ADA_PASSWORD);
    add_user(w, "bob@acme.example", ROLE_sales, "");
    struct user_view *views, found;
    size_t count;
    access_users(w->access, w->arena, &views, &count);
    CHECK_INT(count, 2);
    CHECK_STR(views[0].email, STR(ADA));
    CHECK_TRUE(views[0].has_password);
    CHECK_STR(views[1].name, STR("bob"));
    CHECK_INT(views[1].role, ROLE_sales);
    CHECK_FALSE(views[1].has_password);
    struct err_info why = {0};
    CHECK_OK(access_find_user(w->access, STR("Bob@acme.example"), w->arena, &found, &why), why);
    CHECK_INT(found.number, views[1].number);
    CHECK_INT(access_find_user(w->access, STR("eve@acme.example"), w->arena, &found, &why), ERR_NOT_FOUND);
    CHECK_STR(str_from_c(why.msg), STR("there is no user 'eve@acme.example'"));
}

TEST(a_link_of_a_user_outlives_a_restart_and_is_kept_only_as_a_hash)
{
    AUTO_WORLD w = access_world_new();
    uint64_t ada = add_user(w, ADA, ROLE_reader, ADA_PASSWORD);
    struct secret link;
    int64_t until_ms;
    struct err_info why = {0};
    CHECK_OK(access_make_link(w->access, ada, &link, &until_ms, &why), why);
    CHECK_STR(refusal(w, ADA, ADA_PASSWORD), STR("the e-mail address or the password is wrong"));
    struct str *names, text, email = {0};
    size_t count;
    CHECK_OK(store_text_names(w->store, STR("access.link."), w->arena, &names, &count, &why), why);
    CHECK_INT(count, 1);
    CHECK_OK(store_get_text(w->store, names[0], w->arena, &text, &why), why);
    CHECK_FALSE(str_contains(text, secret_str(&link)));
    access_world_restart(w);
    CHECK_OK(access_use_link(w->access, secret_str(&link), STR("battery staple"), w->arena, &email, &why), why);
    CHECK_STR(email, STR(ADA));
    CHECK_STR(refusal(w, ADA, "battery staple"), STR(""));
    CHECK_INT(store_get_text(w->store, names[0], w->arena, &text, &why), ERR_NOT_FOUND);
}

TEST(a_change_is_made_whole_or_not_at_all)
{
    AUTO_WORLD w = access_world_new();
    uint64_t ada = add_user(w, ADA, ROLE_admin, ADA_PASSWORD);
    struct secret session = sign_in(w, ADA, ADA_PASSWORD);
    const struct str name = STR("Countess");
    const enum role role = ROLE_sales;
    const bool disabled = true;
    struct user_view view;
    struct err_info why = {0};
    const struct user_change change = {.name = &name, .role = &role, .disabled = &disabled};
    CHECK_INT(access_change_user(w->access, ada, &change, &why), ERR_CONFLICT);
    why = (struct err_info){0};
    CHECK_OK(access_get_user(w->access, ada, w->arena, &view, &why), why);
    CHECK_STR(view.name, STR("ada"));
    CHECK_TRUE(session_holds(w, &session));
    CHECK_OK(access_change_user(w->access, ada, &(struct user_change){.name = &name}, &why), why);
    CHECK_OK(access_find_user(w->access, STR("1"), w->arena, &view, &why), why);
    CHECK_STR(view.name, STR("Countess"));
    CHECK_INT(view.role, ROLE_admin);
}

TEST(nothing_of_somebody_who_was_deleted_opens_anything)
{
    AUTO_WORLD w = access_world_new();
    add_user(w, ADA, ROLE_admin, ADA_PASSWORD);
    uint64_t bob = add_user(w, "bob@acme.example", ROLE_reader, ADA_PASSWORD);
    struct secret session = sign_in(w, "bob@acme.example", ADA_PASSWORD), link;
    uint64_t eve = add_user(w, "eve@acme.example", ROLE_reader, "");
    int64_t until_ms;
    struct str email = {0};
    struct err_info why = {0};
    CHECK_OK(access_make_link(w->access, eve, &link, &until_ms, &why), why);
    CHECK_OK(access_delete_user(w->access, bob, &why), why);
    CHECK_OK(access_delete_user(w->access, eve, &why), why);
    access_world_restart(w);
    CHECK_FALSE(session_holds(w, &session));
    CHECK_INT(access_use_link(w->access, secret_str(&link), STR(ADA_PASSWORD), w->arena, &email, &why), ERR_NOT_FOUND);
    CHECK_STR(refusal(w, "bob@acme.example", ADA_PASSWORD), STR("the e-mail address or the password is wrong"));
    CHECK_TRUE(add_user(w, "bob@acme.example", ROLE_reader, "") > eve);
}

/* test_role.c — one table, and everything that follows from it agrees. */
// SPDX-License-Identifier: Apache-2.0
#include "server/role.h"

#include <string.h>

#include "base/arena.h"
#include "base/input.h"
#include "harness.h"

static bool role_may(enum role role, enum permission permission)
{
    struct actor actor = {.kind = ACTOR_USER, .role = role, .permissions = role_permissions(role)};
    return may(&actor, permission);
}

static bool scopes_may(const char *scopes, enum permission permission)
{
    uint32_t mask;
    struct err_info why = {0};
    CHECK_OK(scopes_parse(str_from_c(scopes), &mask, &why), why);
    struct actor actor = {.kind = ACTOR_TOKEN, .permissions = scope_permissions(mask)};
    return may(&actor, permission);
}

TEST(an_admin_may_everything_and_nobody_nothing)
{
    struct actor nobody = {.kind = ACTOR_NOBODY};
    struct actor cli = actor_cli(), plumb = actor_plumb();
    for (enum permission p = 0; p < PERM_COUNT; p++) {
        CHECK_TRUE(role_may(ROLE_admin, p));
        CHECK_TRUE(scopes_may("admin", p));
        CHECK_TRUE(may(&cli, p));
        CHECK_TRUE(may(&plumb, p));
        CHECK_FALSE(may(&nobody, p));
    }
}

TEST(a_marketer_publishes_scores_and_a_sales_person_works_leads)
{
    CHECK_TRUE(role_may(ROLE_marketer, PERM_PUBLISH_SCORES));
    CHECK_TRUE(role_may(ROLE_sales, PERM_WORK_LEADS));
    CHECK_TRUE(role_may(ROLE_sales, PERM_WRITE_RECORDS));
    CHECK_FALSE(role_may(ROLE_sales, PERM_EDIT_SCORES));
    CHECK_FALSE(role_may(ROLE_sales, PERM_EXPORT_RECORDS));
}

TEST(a_reader_changes_nothing)
{
    for (enum permission p = 0; p < PERM_COUNT; p++)
        CHECK_INT(role_may(ROLE_reader, p), p == PERM_READ_RECORDS || p == PERM_READ_SCORES);
}

TEST(power_over_others_is_an_admins_alone)
{
    static const enum permission power[] = {PERM_MANAGE_USERS, PERM_MANAGE_KEYS, PERM_READ_AUDIT, PERM_ERASE,
                                            PERM_OPERATE};
    for (size_t i = 0; i < COUNT_OF(power); i++) {
        for (enum role role = ROLE_admin + 1; role < ROLE_COUNT; role++) CHECK_FALSE(role_may(role, power[i]));
        for (enum scope scope = SCOPE_everything + 1; scope < SCOPE_COUNT; scope++)
            CHECK_FALSE(scopes_may(scope_name(scope), power[i]));
    }
}

TEST(a_write_key_may_send_events_and_nothing_else)
{
    struct actor key = {.kind = ACTOR_KEY, .permissions = key_permissions()};
    for (enum permission p = 0; p < PERM_COUNT; p++) CHECK_INT(may(&key, p), p == PERM_SEND_EVENTS);
}

TEST(scopes_add_up)
{
    CHECK_TRUE(scopes_may("records.read events.write", PERM_READ_RECORDS));
    CHECK_TRUE(scopes_may("records.read,events.write", PERM_SEND_EVENTS));
    CHECK_FALSE(scopes_may("records.read, events.write", PERM_WRITE_RECORDS));
    CHECK_FALSE(scopes_may("scores.write", PERM_PUBLISH_SCORES));
}

TEST(scopes_are_written_in_the_order_of_the_table)
{
    uint32_t mask;
    struct err_info why = {0};
    CHECK_OK(scopes_parse(STR(" scores.read,records.read  records.read "), &mask, &why), why);
    AUTO_BUF text = BUF_INIT(256);
    scopes_append(&text, mask);
    CHECK_STR(buf_str(&text), STR("records.read scores.read"));
}

TEST(a_mistyped_role_or_scope_is_answered_with_what_there_is)
{
    enum role role;
    uint32_t mask;
    struct err_info why = {0};
    CHECK_INT(role_parse(STR("boss"), &role, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("there is no role 'boss'; it is admin, marketer, sales or reader"));
    why = (struct err_info){0};
    CHECK_INT(scopes_parse(STR("record.read"), &mask, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("there is no scope 'record.read'; did you mean 'records.read'?"));
    why = (struct err_info){0};
    CHECK_INT(scopes_parse(STR(" , "), &mask, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("a token without a scope may do nothing: name at least one"));
}

TEST(each_role_is_read_by_its_name)
{
    for (enum role role = 0; role < ROLE_COUNT; role++) {
        enum role back = ROLE_COUNT;
        struct err_info why = {0};
        CHECK_OK(role_parse(str_from_c(role_name(role)), &back, &why), why);
        CHECK_INT(back, role);
        CHECK_TRUE(strlen(role_help(role)) > 5);
    }
}

/* Write it anew from what a failure prints. */
TEST(docs_permissions_md_says_what_the_table_says)
{
    AUTO_ARENA arena = arena_new();
    AUTO_BUF doc = BUF_INIT(SIZE_MAX);
    permissions_append_doc(&doc);
    struct str here = STR(__FILE__);
    struct str root = {here.at, here.len - strlen("tests/server/test_role.c")};
    const char *path = arena_format(arena, STR_FMT "docs/permissions.md", STR_ARG(root)).at;
    struct str text;
    struct err_info why = {0};
    if (input_read_all(path, 100000, arena, &text, &why) == ERR_NOT_FOUND) harness_skip("the sources are not here");
    CHECK_STR(text, buf_str(&doc));
}

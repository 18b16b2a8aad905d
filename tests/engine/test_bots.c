/* test_bots.c — who is judged to be a program stays so or not over failures, merges, erasures and starts. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "../store/fault_vfs.h"
#include "engine_fixture.h"
#include "harness.h"

static const char lead_score[] =
    "score: lead\n"
    "groups:\n"
    "  - {name: Web, category: engagement, rules: [{name: Pages, event: page_viewed, points: 1}]}\n";

static enum err try_page(struct fixture *f, const char *user, int64_t at_ms, const char *message_id,
                         const char *why_bot)
{
    AUTO_ARENA arena = arena_new();
    struct fact fact = {.object = ENTITY_CONTACT,
                        .identifiers = {{IDENTIFIER_USER, str_from_c(user)}},
                        .identifier_count = 1,
                        .lists = true,
                        .at_ms = at_ms,
                        .received_ms = at_ms,
                        .event = STR("page_viewed"),
                        .message_id = str_from_c(message_id),
                        .source = STR("test"),
                        .body = STR("{}")};
    if (why_bot != NULL) {
        fact.bot = true;
        fact.context = arena_format(arena, "{\"bot\":\"%s\"}", why_bot);
    }
    struct fact_result result = {0};
    struct err_info why = {0};
    return engine_take(f->engine, &fact, &result, 1, &why);
}

static void page(struct fixture *f, const char *user, int64_t at_ms, const char *message_id, const char *why_bot)
{
    CHECK_INT(try_page(f, user, at_ms, message_id, why_bot), ERR_OK);
}

static int64_t points(struct fixture *f, const char *who)
{
    return fixture_score(f, "lead", fixture_contact(f, who)) / 1000000;
}

static uint64_t except(struct fixture *f, const char *rule)
{
    uint64_t number, changed;
    struct err_info why = {0};
    CHECK_OK(
        engine_add_bot_exception(f->engine, BOT_EXCEPTION_RULE, str_from_c(rule), STR("cli"), &number, &changed, &why),
        why);
    return changed;
}

static uint64_t drop(struct fixture *f, uint64_t number)
{
    uint64_t changed;
    struct err_info why = {0};
    CHECK_OK(engine_drop_bot_exception(f->engine, number, STR("cli"), &changed, &why), why);
    return changed;
}

TEST(pages_that_the_disk_refused_and_that_are_sent_again_are_no_burst)
{
    AUTO_ARENA arena = arena_new();
    struct fixture f;
    fault_register();
    fixture_open_on(&f, arena_format(arena, "%s/refused.db", harness_tmpdir()).at, FAULT_VFS);
    fixture_publish(&f, lead_score, PUBLISH_NET);
    for (int i = 0; i < 8; i++) {
        fault_set(FAULT_NO_ROOM, 1);
        CHECK_INT(try_page(&f, "ada", MONDAY, "m1", NULL), ERR_UNAVAILABLE);
        fault_set(FAULT_ONCE, 0);
    }
    page(&f, "ada", MONDAY, "m1", NULL);
    CHECK_INT(points(&f, "user:ada"), 1);
    fixture_close(&f);
}

TEST(an_exception_reaches_events_of_contacts_that_were_merged)
{
    struct fixture f;
    fixture_open(&f, NULL);
    fixture_publish(&f, lead_score, PUBLISH_NET);
    page(&f, "ada", MONDAY, "m1", "a crawler: X");
    page(&f, "bob", MONDAY, "m2", "a crawler: X");
    page(&f, "bob", MONDAY, "m3", "a monitor: Y");
    uint32_t stays;
    struct err_info why = {0};
    CHECK_OK(engine_merge(f.engine, ENTITY_CONTACT, fixture_contact(&f, "user:ada"), fixture_contact(&f, "user:bob"),
                          STR("cli"), &stays, &why),
             why);
    CHECK_INT(except(&f, "a crawler"), 2);
    CHECK_INT(points(&f, "user:bob"), 2);
    CHECK_INT(drop(&f, 1), 2);
    CHECK_INT(points(&f, "user:ada"), 0);
    fixture_close(&f);
}

TEST(an_erased_persons_events_trouble_no_exception)
{
    struct fixture f;
    fixture_open(&f, NULL);
    fixture_publish(&f, lead_score, PUBLISH_NET);
    page(&f, "ada", MONDAY, "m1", "a crawler: X");
    page(&f, "bob", MONDAY, "m2", "a crawler: X");
    struct err_info why = {0};
    CHECK_OK(engine_erase(f.engine, fixture_contact(&f, "user:ada"), STR("cli"), &why), why);
    CHECK_INT(except(&f, "a crawler: X"), 1);
    CHECK_INT(points(&f, "user:bob"), 1);
    fixture_close(&f);
}

TEST(a_snapshot_that_was_taken_under_other_exceptions_is_not_believed)
{
    AUTO_ARENA arena = arena_new();
    struct fixture f;
    struct err_info why = {0};
    fixture_open(&f, arena_format(arena, "%s/exceptions.db", harness_tmpdir()).at);
    f.snapshot = arena_format(arena, "%s/exceptions.snapshot", harness_tmpdir()).at;
    fixture_reopen(&f);
    fixture_publish(&f, lead_score, PUBLISH_NET);
    page(&f, "ada", MONDAY, "m1", "a crawler: X");
    page(&f, "ada", MONDAY, "m2", NULL);
    CHECK_OK(engine_snapshot(f.engine, &why), why);
    CHECK_INT(except(&f, "a crawler"), 1);
    fixture_reopen(&f);
    CHECK_INT(points(&f, "user:ada"), 2);
    CHECK_OK(engine_snapshot(f.engine, &why), why);
    fixture_reopen(&f); /* quick: what was judged before the snapshot is known from it */
    CHECK_INT(points(&f, "user:ada"), 2);
    CHECK_INT(drop(&f, 1), 1);
    CHECK_INT(points(&f, "user:ada"), 1);
    fixture_close(&f);
}

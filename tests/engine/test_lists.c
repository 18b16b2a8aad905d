/* test_lists.c — who is put on a list, and what conditions see of that. */
// SPDX-License-Identifier: Apache-2.0
#include "../store/fault_vfs.h"
#include "engine_fixture.h"
#include "harness.h"

static const char fair[] = "score: lead\n"
                           "bands: [{label: MQL, from: 10}]\n"
                           "groups:\n"
                           "  - name: Who\n"
                           "    category: fit\n"
                           "    rules:\n"
                           "      - {name: Met, when: {list: fair}, points: 10}\n"
                           "      - {name: Not invited, when: {not: {list: invited}}, points: 1}\n";

static const struct str actor = STR_INIT("user:1");

static void make(struct fixture *f, const char *list)
{
    struct err_info why = {0};
    CHECK_OK(engine_list_make(f->engine, str_from_c(list), ENTITY_CONTACT, actor, &why), why);
}

/* How many were not so before. */
static uint32_t put(struct fixture *f, const char *list, uint32_t contact, bool on)
{
    struct err_info why = {0};
    struct list_change change = {.list = str_from_c(list),
                                 .object = ENTITY_CONTACT,
                                 .records = &contact,
                                 .count = 1,
                                 .member = on,
                                 .actor = actor};
    CHECK_OK(engine_list_change(f->engine, &change, &why), why);
    return change.changed;
}

static uint32_t open_with_ada(struct fixture *f, const char *path)
{
    fixture_open(f, path);
    make(f, "fair");
    make(f, "invited");
    fixture_publish(f, fair, PUBLISH_NET);
    fixture_set(f, "user:ada", MONDAY, "plan", "pro");
    return fixture_contact(f, "user:ada");
}

static enum err publish_refused(struct fixture *f, const char *text, struct err_info *why)
{
    const struct publish publish = {.text = str_from_c(text), .source = STR("x.yaml"), .author = actor};
    struct published published;
    *why = (struct err_info){0};
    return engine_publish(f->engine, &publish, NULL, &published, why);
}

TEST(who_is_put_on_a_list_is_scored_at_once_and_again_when_taken_off)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    uint32_t ada = open_with_ada(&f, NULL);
    CHECK_INT(fixture_score(&f, "lead", ada), 1000000);
    CHECK_INT(put(&f, "fair", ada, true), 1);
    CHECK_INT(put(&f, "fair", ada, true), 0);
    CHECK_INT(fixture_score(&f, "lead", ada), 11000000);
    CHECK_STR(fixture_band(&f, "lead", ada), STR("MQL"));
    CHECK_INT(put(&f, "fair", ada, false), 1);
    CHECK_STR(fixture_band(&f, "lead", ada), STR(""));
    CHECK_STR(fixture_band_log(&f, ada, arena), STR("<-MQL:listed MQL<-:listed"));
    CHECK_INT(put(&f, "invited", ada, true), 1);
    CHECK_INT(fixture_score(&f, "lead", ada), 0);
    fixture_close(&f);
}

TEST(a_score_asked_for_in_the_past_sees_who_was_on_the_list_then)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    uint32_t ada = open_with_ada(&f, NULL);
    put(&f, "fair", ada, true);
    f.clock.fixed_ms += 2 * DAY;
    put(&f, "fair", ada, false);
    f.clock.fixed_ms += 2 * DAY;
    static const int64_t expected[] = {11000000, 11000000, 1000000, 1000000};
    const struct edition *edition = engine_edition(f.engine);
    struct explanation explanation;
    for (int day = 0; day < 4; day++) {
        scan_explain(edition->scan, 0, ada, MONDAY + day * DAY, arena, &explanation);
        CHECK_INT(explanation.total, expected[day]);
    }
    scan_explain(edition->scan, 0, ada, MONDAY - 1, arena, &explanation);
    CHECK_INT(explanation.total, 1000000);
    edition_release(edition);
    fixture_close(&f);
}

TEST(the_last_word_about_a_member_holds_within_one_instant_and_over_restarts)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    uint32_t ada = open_with_ada(&f, arena_format(arena, "%s/lists.db", harness_tmpdir()).at);
    put(&f, "fair", ada, true);
    fixture_reopen(&f); /* the clock stands */
    CHECK_INT(put(&f, "fair", ada, false), 1);
    CHECK_FALSE(engine_in_list(f.engine, STR("fair"), ENTITY_CONTACT, ada));
    put(&f, "fair", ada, true);
    put(&f, "fair", ada, false);
    f.snapshot = arena_format(arena, "%s.snapshot", f.path).at;
    fixture_reopen(&f);
    CHECK_FALSE(engine_in_list(f.engine, STR("fair"), ENTITY_CONTACT, ada));
    struct err_info why = {0};
    CHECK_OK(engine_snapshot(f.engine, &why), why);
    fixture_reopen(&f); /* from the snapshot, which has to know the last id */
    CHECK_INT(put(&f, "fair", ada, true), 1);
    CHECK_TRUE(engine_in_list(f.engine, STR("fair"), ENTITY_CONTACT, ada));
    CHECK_INT(fixture_score(&f, "lead", ada), 11000000);
    CHECK_INT(put(&f, "fair", ada, false), 1);
    fixture_reopen(&f);
    CHECK_FALSE(engine_in_list(f.engine, STR("fair"), ENTITY_CONTACT, ada));
    fixture_close(&f);
}

TEST(a_definition_that_asks_for_a_list_that_is_not_there_is_refused_with_what_was_perhaps_meant)
{
    struct fixture f;
    struct err_info why = {0};
    (void)open_with_ada(&f, NULL);
    CHECK_INT(publish_refused(&f, "segment: s\nwhen: {list: fairs}\n", &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("there is no list 'fairs'; did you mean 'fair'?"));
    CHECK_INT(publish_refused(&f, "segment: s\nobject: company\nwhen: {list: fair}\n", &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("list 'fair' is one of contacts, but here companies are tested"));
    fixture_close(&f);
}

TEST(a_list_that_a_definition_in_force_asks_for_cannot_be_dropped_until_it_asks_no_more)
{
    struct fixture f;
    struct err_info why = {0};
    uint32_t ada = open_with_ada(&f, NULL);
    put(&f, "fair", ada, true);
    CHECK_INT(engine_list_drop(f.engine, STR("fair"), ENTITY_CONTACT, actor, &why), ERR_CONFLICT);
    CHECK_STR(str_from_c(why.msg), STR("a definition in force asks who is on the list 'fair'"));
    why = (struct err_info){0};
    CHECK_INT(fixture_score(&f, "lead", ada), 11000000);
    fixture_publish(&f, "score: lead\ngroups: []\n", PUBLISH_NET);
    CHECK_OK(engine_list_drop(f.engine, STR("fair"), ENTITY_CONTACT, actor, &why), why);
    CHECK_INT(engine_list_drop(f.engine, STR("fair"), ENTITY_CONTACT, actor, &why), ERR_NOT_FOUND);
    CHECK_INT(publish_refused(&f, fair, &why), ERR_INVALID);
    fixture_close(&f);
}

TEST(a_list_that_the_disk_refused_to_keep_is_none_and_leaves_no_trace)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    fault_register();
    fixture_open_on(&f, arena_format(arena, "%s/refused.db", harness_tmpdir()).at, FAULT_VFS);
    fixture_set(&f, "user:ada", MONDAY, "plan", "pro");
    put(&f, "fair", fixture_contact(&f, "user:ada"), true);
    struct catalog *catalog = engine_catalog(f.engine);
    uint32_t property = catalog_find_list(catalog, ENTITY_CONTACT, STR("fair"));
    fault_set(FAULT_NO_ROOM, 1);
    CHECK_INT(engine_list_make(f.engine, STR("fair"), ENTITY_CONTACT, actor, &why), ERR_UNAVAILABLE);
    fault_set(FAULT_ONCE, 0);
    CHECK_FALSE(catalog_has_list(catalog, ENTITY_CONTACT, STR("fair")));
    CHECK_INT(catalog_at(catalog, property)->type, TYPE_OPEN);
    make(&f, "fair");
    CHECK_INT(catalog_at(catalog, property)->type, TYPE_BOOLEAN);
    fixture_close(&f);
}

TEST(two_who_are_one_are_on_a_list_by_what_was_last_said_of_either)
{
    struct fixture f;
    struct err_info why = {0};
    uint32_t ada = open_with_ada(&f, NULL);
    f.clock.fixed_ms += DAY;
    fixture_set(&f, "user:eve", MONDAY, "plan", "free");
    uint32_t eve = fixture_contact(&f, "user:eve");
    put(&f, "fair", eve, true);
    put(&f, "invited", ada, true);
    f.clock.fixed_ms += DAY;
    put(&f, "invited", ada, false);
    CHECK_OK(engine_merge(f.engine, ENTITY_CONTACT, ada, eve, actor, NULL, &why), why);
    CHECK_TRUE(engine_in_list(f.engine, STR("fair"), ENTITY_CONTACT, ada));
    CHECK_FALSE(engine_in_list(f.engine, STR("fair"), ENTITY_CONTACT, eve));
    CHECK_FALSE(engine_in_list(f.engine, STR("invited"), ENTITY_CONTACT, ada));
    CHECK_INT(fixture_score(&f, "lead", ada), 11000000);
    fixture_reopen(&f);
    CHECK_INT(fixture_score(&f, "lead", ada), 11000000);
    fixture_close(&f);
}

TEST(nobody_gets_on_a_list_by_sending_or_declaring_the_property_behind_it)
{
    struct fixture f;
    struct err_info why = {0};
    uint32_t contradicting = 0;
    (void)open_with_ada(&f, NULL);
    CHECK_INT(fixture_set(&f, "user:ada", MONDAY, "plumb.list.fair", "true"), FACT_REFUSED);
    CHECK_STR(str_from_c(f.last.reason), STR("reserved"));
    const struct declaration declaration = {
        .entity = ENTITY_CONTACT, .name = STR("plumb.list.mine"), .type = TYPE_BOOLEAN, .actor = actor};
    CHECK_INT(engine_declare(f.engine, &declaration, &contradicting, &why), ERR_INVALID);
    CHECK_INT(publish_refused(&f, "segment: s\nwhen: {property: plumb.list.fair, is: true}\n", &why), ERR_INVALID);
    fixture_close(&f);
}

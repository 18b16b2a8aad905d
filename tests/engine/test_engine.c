/* test_engine.c — facts in, scores current, bands entered once, nothing lost over a restart. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "engine_fixture.h"
#include "harness.h"
#include "look.h"

static const char lead_score[] =
    "score: lead\n"
    "bands:\n"
    "  - {label: SQL, from: 20}\n"
    "  - {label: MQL, from: 10, until: 8}\n"
    "groups:\n"
    "  - name: Who\n"
    "    category: fit\n"
    "    rules:\n"
    "      - {name: Pro, when: {property: plan, is: pro}, points: 5}\n"
    "      - {name: Software, when: {property: company.industry, is: Software}, points: 4}\n"
    "  - name: Web\n"
    "    category: engagement\n"
    "    rules:\n"
    "      - {name: Pricing, event: page_viewed, where: {property: path, is: /pricing}, "
    "points: 3, within: 30d}\n"
    "      - {name: Demo, event: demo_requested, points: 10, within: 30d}\n";

static void open_with_score(struct fixture *fixture)
{
    fixture_open(fixture, NULL);
    fixture_publish(fixture, lead_score, PUBLISH_NET);
}

TEST(a_score_is_current_the_moment_an_event_is_taken)
{
    struct fixture f;
    open_with_score(&f);
    CHECK_INT(fixture_event(&f, "user:ada", "page_viewed", MONDAY, NULL, "path", "/pricing"), FACT_TAKEN);
    uint32_t ada = fixture_contact(&f, "user:ada");
    CHECK_INT(fixture_score(&f, "lead", ada), 3000000);
    CHECK_INT(fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL), FACT_TAKEN);
    CHECK_INT(fixture_score(&f, "lead", ada), 13000000);
    CHECK_STR(fixture_band(&f, "lead", ada), STR("MQL"));
    fixture_close(&f);
}

TEST(a_band_is_entered_once_and_left_once)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    open_with_score(&f);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    fixture_event(&f, "user:ada", "page_viewed", MONDAY, NULL, "path", "/pricing");
    fixture_event(&f, "user:ada", "page_viewed", MONDAY, NULL, "path", "/blog");
    uint32_t ada = fixture_contact(&f, "user:ada");
    CHECK_STR(fixture_band_log(&f, ada, arena), STR("MQL<-:fact"));
    f.clock.fixed_ms = MONDAY + 31 * DAY;
    uint64_t changes = 0;
    struct err_info why = {0};
    CHECK_OK(engine_sweep(f.engine, &changes, &why), why);
    CHECK_INT(changes, 1);
    CHECK_OK(engine_sweep(f.engine, &changes, &why), why);
    CHECK_INT(changes, 0);
    CHECK_STR(fixture_band_log(&f, ada, arena), STR("<-MQL:time MQL<-:fact"));
    CHECK_INT(fixture_score(&f, "lead", ada), 0);
    fixture_close(&f);
}

TEST(whoever_is_in_a_band_stays_in_it_down_to_its_until)
{
    struct fixture f;
    open_with_score(&f);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    uint32_t ada = fixture_contact(&f, "user:ada");
    fixture_set(&f, "user:ada", MONDAY, "plan", "pro");
    fixture_event(&f, "user:ada", "page_viewed", MONDAY + 20 * DAY, NULL, "path", "/pricing");
    f.clock.fixed_ms = MONDAY + 31 * DAY; /* the demo is too long ago: 8 are left, as much as `until` asks */
    struct err_info why = {0};
    CHECK_OK(engine_sweep(f.engine, NULL, &why), why);
    CHECK_INT(fixture_score(&f, "lead", ada), 8000000);
    CHECK_STR(fixture_band(&f, "lead", ada), STR("MQL"));
    fixture_set(&f, "user:ada", f.clock.fixed_ms, "plan", "free");
    CHECK_STR(fixture_band(&f, "lead", ada), STR(""));
    fixture_close(&f);
}

TEST(the_same_message_twice_is_one_event_for_ever)
{
    struct fixture f;
    open_with_score(&f);
    CHECK_INT(fixture_event(&f, "user:ada", "page_viewed", MONDAY, "m1", "path", "/pricing"), FACT_TAKEN);
    CHECK_INT(fixture_event(&f, "user:ada", "page_viewed", MONDAY, "m1", "path", "/pricing"), FACT_DUPLICATE);
    CHECK_INT(fixture_event(&f, "user:eve", "page_viewed", MONDAY, "m1", "path", "/pricing"), FACT_TAKEN);
    fixture_reopen(&f);
    CHECK_INT(fixture_event(&f, "user:ada", "page_viewed", MONDAY + DAY, "m1", "path", "/pricing"), FACT_DUPLICATE);
    CHECK_INT(fixture_score(&f, "lead", fixture_contact(&f, "user:ada")), 3000000);
    fixture_close(&f);
}

TEST(what_a_visitor_did_before_signing_up_counts_from_then_on)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    open_with_score(&f);
    fixture_event(&f, "anon:a1", "demo_requested", MONDAY - DAY, NULL, NULL, NULL);
    uint32_t visitor = fixture_contact(&f, "anon:a1");
    CHECK_STR(fixture_band(&f, "lead", visitor), STR("")); /* nobody to call yet */
    CHECK_FALSE(history_is_listed(look_at(f.engine), ENTITY_CONTACT, visitor));
    fixture_set(&f, "anon:a1 user:ada email:Ada@Acme.example", MONDAY, "plan", "pro");
    uint32_t ada = fixture_contact(&f, "email:ada@acme.example");
    CHECK_INT(ada, visitor);
    CHECK_INT(fixture_score(&f, "lead", ada), 15000000);
    CHECK_STR(fixture_band_log(&f, ada, arena), STR("MQL<-:fact"));
    fixture_close(&f);
}

TEST(an_event_that_is_told_again_with_one_identifier_more_joins_whichever_comes_first)
{
    for (int swapped = 0; swapped < 2; swapped++) {
        struct fixture f = {0};
        fixture_open(&f, NULL);
        (void)fixture_event(&f, swapped ? "anon:a1 user:u1" : "anon:a1", "page_viewed", MONDAY, "m1", NULL, NULL);
        CHECK_INT(fixture_event(&f, swapped ? "anon:a1" : "anon:a1 user:u1", "page_viewed", MONDAY, "m1", NULL, NULL),
                  FACT_DUPLICATE);
        CHECK_TRUE(fixture_contact(&f, "user:u1") != RECORD_NONE);
        CHECK_INT(fixture_contact(&f, "user:u1"), fixture_contact(&f, "anon:a1"));
        CHECK_INT(engine_counts(f.engine).events, 1);
        fixture_close(&f);
    }
}

TEST(two_who_turn_out_to_be_one_are_merged_into_the_older)
{
    struct fixture f;
    open_with_score(&f);
    fixture_event(&f, "user:old", "page_viewed", MONDAY, "m1", "path", "/pricing");
    f.clock.fixed_ms += DAY;
    fixture_event(&f, "user:new", "demo_requested", MONDAY + DAY, "m2", NULL, NULL);
    fixture_event(&f, "user:new", "page_viewed", MONDAY, "m1", "path", "/pricing"); /* told twice, of one person */
    uint32_t older = fixture_contact(&f, "user:old"), newer = fixture_contact(&f, "user:new");
    CHECK_STR(fixture_band(&f, "lead", newer), STR("MQL"));
    fixture_set(&f, "user:old user:new", f.clock.fixed_ms, "plan", "free");
    for (int round = 0; round < 2; round++) {
        CHECK_INT(fixture_contact(&f, "user:new"), older);
        CHECK_INT(fixture_score(&f, "lead", older), 13000000);
        CHECK_STR(fixture_band(&f, "lead", older), STR("MQL"));
        CHECK_STR(fixture_band(&f, "lead", newer), STR(""));
        CHECK_INT(fixture_event(&f, "user:new", "demo_requested", MONDAY + DAY, "m2", NULL, NULL), FACT_DUPLICATE);
        fixture_reopen(&f);
    }
    fixture_close(&f);
}

TEST(what_the_company_is_counts_for_its_people)
{
    struct fixture f;
    open_with_score(&f);
    fixture_event(&f, "user:ada", "page_viewed", MONDAY, NULL, "path", "/pricing");
    CHECK_INT(fixture_company(&f, "user:ada", "acme", "industry", "Software"), FACT_TAKEN);
    uint32_t ada = fixture_contact(&f, "user:ada");
    CHECK_INT(fixture_score(&f, "lead", ada), 7000000);
    CHECK_TRUE(engine_find(f.engine, ENTITY_COMPANY, STR("acme")) != RECORD_NONE);
    fixture_reopen(&f);
    CHECK_INT(fixture_score(&f, "lead", ada), 7000000);
    fixture_close(&f);
}

TEST(a_fact_that_is_wrong_is_refused_alone_with_its_reason)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    open_with_score(&f);
    fixture_publish(&f,
                    "score: size\ngroups:\n  - {name: G, category: fit, rules: [{name: R, when: {property: employees, "
                    "gt: 5}, points: 1}]}\n",
                    PUBLISH_NET);
    CHECK_INT(fixture_set(&f, "user:ada", MONDAY, "employees", "many"), FACT_REFUSED);
    CHECK_STR(str_from_c(f.last.reason), STR("wrong_type"));
    CHECK_STR(f.last.place, STR("employees"));
    CHECK_CONTAINS(str_from_c(f.last.message), STR("'many' is not a number"));
    CHECK_INT(fixture_contact(&f, "user:ada"), RECORD_NONE);
    struct reject_row *rows = NULL;
    size_t count = 0;
    struct err_info why = {0};
    CHECK_OK(store_rejects(f.store, 0, 10, arena, &rows, &count, &why), why);
    CHECK_INT(count, 1);
    CHECK_STR(rows[0].fact.reason, STR("wrong_type"));
    fixture_close(&f);
}

TEST(a_restart_finds_everything_as_it_was)
{
    struct fixture f;
    char path[256];
    snprintf(path, sizeof path, "%s/restart.db", harness_tmpdir());
    fixture_open(&f, path);
    fixture_publish(&f, lead_score, PUBLISH_NET);
    fixture_event(&f, "user:ada anon:a1", "demo_requested", MONDAY, "m1", "form", "demo");
    fixture_set(&f, "user:ada email:ada@acme.example", MONDAY, "plan", "pro");
    uint32_t ada = fixture_contact(&f, "user:ada");
    fixture_reopen(&f);
    CHECK_INT(fixture_contact(&f, "email:ada@acme.example"), ada);
    CHECK_INT(fixture_score(&f, "lead", ada), 15000000);
    CHECK_STR(fixture_band(&f, "lead", ada), STR("MQL"));
    CHECK_INT(fixture_event(&f, "anon:a1", "demo_requested", MONDAY, "m1", "form", "demo"), FACT_DUPLICATE);
    fixture_close(&f);
}

TEST(an_archived_contact_is_in_no_band_until_it_is_restored)
{
    struct fixture f;
    open_with_score(&f);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    uint32_t ada = fixture_contact(&f, "user:ada");
    struct err_info why = {0};
    CHECK_OK(engine_archive(f.engine, ENTITY_CONTACT, ada, true, STR("user:1"), &why), why);
    CHECK_STR(fixture_band(&f, "lead", ada), STR(""));
    CHECK_OK(engine_archive(f.engine, ENTITY_CONTACT, ada, false, STR("user:1"), &why), why);
    CHECK_STR(fixture_band(&f, "lead", ada), STR("MQL"));
    fixture_close(&f);
}

TEST(an_erased_person_is_known_to_nobody_and_may_come_again_as_somebody_new)
{
    struct fixture f;
    open_with_score(&f);
    fixture_event(&f, "user:ada email:ada@acme.example", "demo_requested", MONDAY, "m1", NULL, NULL);
    uint32_t ada = fixture_contact(&f, "user:ada");
    struct err_info why = {0};
    CHECK_OK(engine_erase(f.engine, ada, STR("user:1"), &why), why);
    for (int round = 0; round < 2; round++) {
        CHECK_INT(fixture_contact(&f, "user:ada"), RECORD_NONE);
        CHECK_INT(fixture_contact(&f, "email:ada@acme.example"), RECORD_NONE);
        CHECK_STR(fixture_band(&f, "lead", ada), STR(""));
        fixture_reopen(&f);
    }
    CHECK_INT(fixture_event(&f, "user:ada", "demo_requested", MONDAY, "m1", NULL, NULL), FACT_TAKEN);
    CHECK_TRUE(fixture_contact(&f, "user:ada") != ada);
    fixture_close(&f);
}

TEST(a_value_that_always_held_may_be_told_again_and_is_there_after_a_restart)
{
    struct fixture f;
    fixture_open(&f, NULL);
    for (int told = 0; told < 2; told++) fixture_set(&f, "id:ann", FOREVER, "plan", "pro");
    fixture_reopen(&f);
    uint32_t ann = fixture_contact(&f, "id:ann");
    uint32_t plan = catalog_find(engine_catalog(f.engine), ENTITY_CONTACT, STR("plan"));
    CHECK_STR(history_value(look_at(f.engine), plan, ann, 0)->raw, STR("pro"));
    fixture_close(&f);
}

/* test_resilience.c — what an engine holds when the disk refuses, the clock steps, it restarts, or many talk at once. */
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdio.h>

#include "../store/facts.h"
#include "../store/fault_vfs.h"
#include "engine_dump.h"
#include "harness.h"
#include "look.h"

static const char lead[] = "score: lead\n"
                           "bands:\n"
                           "  - {label: SQL, from: 20}\n"
                           "  - {label: MQL, from: 10}\n"
                           "groups:\n"
                           "  - name: Who\n"
                           "    category: fit\n"
                           "    rules:\n"
                           "      - {name: Large, when: {property: company.employees, gte: 50}, points: 4}\n"
                           "  - name: Web\n"
                           "    category: engagement\n"
                           "    rules:\n"
                           "      - {name: Pricing, event: page_viewed, points: 3, within: 30d}\n"
                           "      - {name: Demo, event: demo_requested, points: 10, within: 30d}\n";

static const char no_bands_reached[] = "score: lead\n"
                                       "bands: [{label: MQL, from: 1000}]\n"
                                       "groups:\n"
                                       "  - {name: Web, category: engagement, rules: [{name: Demo, event: "
                                       "demo_requested, points: 1}]}\n";

static const struct str actor = STR_INIT("user:1");

static void open_on_faulty_disk(struct fixture *f, struct arena *arena)
{
    fault_register();
    fault_set(FAULT_ONCE, 0);
    fixture_open_on(f, fresh_path(arena), FAULT_VFS);
    fixture_publish(f, lead, PUBLISH_NET);
}

static enum err try_demo(struct fixture *f, const char *user, struct err_info *why)
{
    struct fact fact = {.identifiers = {{IDENTIFIER_USER, str_from_c(user)}},
                        .identifier_count = 1,
                        .lists = true,
                        .at_ms = f->clock.fixed_ms,
                        .received_ms = f->clock.fixed_ms,
                        .message_id = STR("demo"),
                        .event = STR("demo_requested")};
    struct fact_result result = {0};
    return engine_take(f->engine, &fact, &result, 1, why);
}

static uint32_t erase_known(struct fixture *f, const char *who)
{
    struct err_info why = {0};
    uint32_t contact = fixture_contact(f, who);
    CHECK_OK(engine_erase(f->engine, contact, actor, &why), why);
    return contact;
}

/* ---- The disk. ---- */

TEST(what_a_failing_disk_refuses_changes_no_score_no_band_and_nobody_and_it_recovers_by_itself)
{
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        struct fixture f;
        AUTO_ARENA arena = arena_new();
        struct err_info why = {0};
        open_on_faulty_disk(&f, arena);
        fixture_event(&f, "user:ada anon:a1", "page_viewed", MONDAY, NULL, NULL, NULL);
        struct str before = engine_dump(&f, arena);
        fault_set((enum fault_kind)kind, 1);
        CHECK_INT(try_demo(&f, "ada", &why), ERR_UNAVAILABLE);
        if (kind != FAULT_ONCE) CHECK_INT(try_demo(&f, "eve", &why), ERR_UNAVAILABLE);
        check_same_dump(before, engine_dump(&f, arena), "a refusal");
        CHECK_INT(fixture_contact(&f, "user:eve"), RECORD_NONE);
        fault_set(FAULT_ONCE, 0);
        why = (struct err_info){0};
        CHECK_OK(try_demo(&f, "ada", &why), why);
        uint32_t ada = fixture_contact(&f, "user:ada");
        CHECK_STR(fixture_band_log(&f, ada, arena), STR("MQL<-:fact"));
        struct str after = engine_dump(&f, arena);
        fixture_reopen(&f);
        check_same_dump(after, engine_dump(&f, arena), "a restart");
        fixture_close(&f);
    }
}

TEST(a_publish_that_the_disk_refuses_leaves_the_former_definitions_in_force)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    open_on_faulty_disk(&f, arena);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    struct str before = engine_dump(&f, arena);
    const struct publish publish = {.text = str_from_c(no_bands_reached), .source = STR("test.yaml"), .author = actor};
    struct published published;
    struct err_info why = {0};
    fault_set(FAULT_NO_ROOM, 1);
    CHECK_INT(engine_publish(f.engine, &publish, NULL, &published, &why), ERR_UNAVAILABLE);
    fault_set(FAULT_ONCE, 0);
    check_same_dump(before, engine_dump(&f, arena), "a refusal");
    fixture_publish(&f, no_bands_reached, PUBLISH_NET);
    CHECK_STR(fixture_band(&f, "lead", fixture_contact(&f, "user:ada")), STR(""));
    fixture_close(&f);
}

/* Wherever the disk fails, columns and store agree on whether the person is there. */
TEST(a_person_is_erased_whole_or_not_at_all)
{
    for (int n = 1; n < 12; n++) {
        struct fixture f;
        AUTO_ARENA arena = arena_new();
        struct err_info why = {0};
        open_on_faulty_disk(&f, arena);
        fixture_event(&f, "user:ada anon:a1", "demo_requested", MONDAY, NULL, NULL, NULL);
        uint32_t ada = fixture_contact(&f, "user:ada");
        fault_set(FAULT_LASTING, n);
        enum err e = engine_erase(f.engine, ada, actor, &why);
        fault_set(FAULT_ONCE, 0);
        if (e != ERR_OK && e != ERR_UNAVAILABLE) FAIL("erasing on a failing disk says %s", why.msg);
        struct str before = engine_dump(&f, arena);
        fixture_reopen(&f);
        check_same_dump(before, engine_dump(&f, arena), "a restart");
        why = (struct err_info){0};
        CHECK_OK(engine_erase(f.engine, ada, actor, &why), why);
        CHECK_INT(fixture_contact(&f, "user:ada"), RECORD_NONE);
        struct audit_row *rows = NULL;
        size_t count = 0, erasures = 0;
        CHECK_OK(store_audits(f.store, 0, 100, arena, &rows, &count, &why), why);
        for (size_t i = 0; i < count; i++) erasures += str_equal(rows[i].fact.action, STR("contact.erase"));
        CHECK_INT(erasures, 1);
        fixture_close(&f);
    }
}

/* ---- Restarts. ---- */

TEST(after_two_people_were_erased_the_engine_still_starts)
{
    struct fixture f;
    fixture_open(&f, NULL);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    fixture_event(&f, "user:ben anon:b1", "demo_requested", MONDAY, NULL, NULL, NULL);
    erase_known(&f, "user:ada");
    erase_known(&f, "user:ben");
    fixture_reopen(&f);
    CHECK_INT(engine_find(f.engine, ENTITY_CONTACT, STR("")), RECORD_NONE);
    CHECK_INT(fixture_contact(&f, "user:ben"), RECORD_NONE);
    fixture_close(&f);
}

TEST(nothing_is_done_to_a_person_who_was_erased)
{
    struct fixture f;
    struct err_info why = {0};
    fixture_open(&f, NULL);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    fixture_event(&f, "user:ben", "demo_requested", MONDAY, NULL, NULL, NULL);
    uint32_t ada = erase_known(&f, "user:ada"), ben = fixture_contact(&f, "user:ben");
    CHECK_INT(engine_merge(f.engine, ENTITY_CONTACT, ben, ada, actor, NULL, &why), ERR_NOT_FOUND);
    CHECK_INT(engine_archive(f.engine, ENTITY_CONTACT, ada, false, actor, &why), ERR_NOT_FOUND);
    fixture_close(&f);
}

TEST(who_is_put_away_by_the_name_of_one_merged_away_is_the_one_who_stayed)
{
    struct fixture f;
    struct err_info why = {0};
    uint32_t stays = 0;
    fixture_open(&f, NULL);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    fixture_event(&f, "user:eve", "demo_requested", MONDAY, NULL, NULL, NULL);
    uint32_t ada = fixture_contact(&f, "user:ada"), eve = fixture_contact(&f, "user:eve");
    CHECK_OK(engine_merge(f.engine, ENTITY_CONTACT, ada, eve, actor, &stays, &why), why);
    CHECK_INT(stays, ada);
    CHECK_OK(engine_archive(f.engine, ENTITY_CONTACT, eve, true, actor, &why), why);
    CHECK_FALSE(history_is_listed(look_at(f.engine), ENTITY_CONTACT, ada));
    CHECK_OK(engine_archive(f.engine, ENTITY_CONTACT, eve, false, actor, &why), why);
    CHECK_TRUE(history_is_listed(look_at(f.engine), ENTITY_CONTACT, ada));
    CHECK_FALSE(history_is_listed(look_at(f.engine), ENTITY_CONTACT, eve));
    fixture_close(&f);
}

TEST(a_company_that_one_of_two_merged_people_had_left_is_still_the_others_after_a_restart)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    fixture_open(&f, NULL);
    fixture_publish(&f, lead, PUBLISH_NET);
    fixture_company(&f, "user:ada", "acme", "employees", "70");
    fixture_company(&f, "user:eve", "acme", "employees", "70");
    uint32_t ada = fixture_contact(&f, "user:ada"), eve = fixture_contact(&f, "user:eve");
    uint32_t acme = engine_find(f.engine, ENTITY_COMPANY, STR("acme"));
    CHECK_OK(engine_associate(f.engine, ASSOCIATION_CONTACT_COMPANY, eve, acme, true, actor, &why), why);
    CHECK_OK(engine_merge(f.engine, ENTITY_CONTACT, ada, eve, actor, NULL, &why), why);
    CHECK_INT(fixture_score(&f, "lead", ada), 4000000);
    struct str before = engine_dump(&f, arena);
    fixture_reopen(&f);
    check_same_dump(before, engine_dump(&f, arena), "a restart");
    fixture_close(&f);
}

TEST(an_erased_person_leaves_no_band_of_a_score_that_was_retired_before)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    struct published published;
    fixture_open(&f, NULL);
    fixture_publish(&f, lead, PUBLISH_NET);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    const struct publish retire = {.retire = STR("lead"), .author = actor};
    CHECK_OK(engine_publish(f.engine, &retire, NULL, &published, &why), why);
    uint32_t ada = erase_known(&f, "user:ada");
    fixture_publish(&f, lead, PUBLISH_NET);
    CHECK_STR(fixture_band_log(&f, ada, arena), STR(""));
    fixture_close(&f);
}

static size_t associations_of(struct fixture *f, struct arena *arena)
{
    struct str dump = store_dump(f->store, arena);
    size_t count = 0;
    while (dump.len > 0) count += str_starts_with(str_cut(&dump, '\n'), STR("association"));
    return count;
}

TEST(a_merge_that_the_disk_refused_does_not_make_later_ones_tell_associations_again)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    open_on_faulty_disk(&f, arena);
    fixture_company(&f, "user:ada", "acme", "employees", "70");
    fixture_company(&f, "user:eve", "acme", "employees", "70");
    fixture_company(&f, "user:bob", "acme", "employees", "70");
    uint32_t ada = fixture_contact(&f, "user:ada"), eve = fixture_contact(&f, "user:eve");
    uint32_t acme = engine_find(f.engine, ENTITY_COMPANY, STR("acme"));
    CHECK_OK(engine_associate(f.engine, ASSOCIATION_CONTACT_COMPANY, eve, acme, true, actor, &why), why);
    fault_set(FAULT_ONCE, 1);
    CHECK_INT(engine_merge(f.engine, ENTITY_CONTACT, ada, eve, actor, NULL, &why), ERR_UNAVAILABLE);
    size_t before = associations_of(&f, arena);
    CHECK_OK(engine_merge(f.engine, ENTITY_CONTACT, ada, fixture_contact(&f, "user:bob"), actor, NULL, &why), why);
    CHECK_INT(associations_of(&f, arena), before);
    fixture_close(&f);
}

TEST(a_company_that_two_merged_people_left_does_not_come_back_with_a_snapshot_from_before)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    fixture_open(&f, fresh_path(arena));
    f.snapshot = arena_format(arena, "%s.snapshot", f.path).at;
    fixture_reopen(&f);
    fixture_publish(&f, lead, PUBLISH_NET);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    fixture_company(&f, "user:eve", "acme", "employees", "70");
    uint32_t ada = fixture_contact(&f, "user:ada"), eve = fixture_contact(&f, "user:eve");
    uint32_t acme = engine_find(f.engine, ENTITY_COMPANY, STR("acme"));
    CHECK_OK(engine_snapshot(f.engine, &why), why);
    CHECK_OK(engine_merge(f.engine, ENTITY_CONTACT, ada, eve, actor, NULL, &why), why);
    CHECK_INT(fixture_score(&f, "lead", ada), 14000000);
    CHECK_OK(engine_associate(f.engine, ASSOCIATION_CONTACT_COMPANY, ada, acme, true, actor, &why), why);
    struct str before = engine_dump(&f, arena);
    fixture_reopen(&f);
    CHECK_INT(fixture_score(&f, "lead", ada), 10000000);
    check_same_dump(before, engine_dump(&f, arena), "a restart");
    fixture_close(&f);
}

TEST(a_band_that_a_replay_takes_away_stays_away_after_a_restart)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    fixture_open(&f, NULL);
    fixture_publish(&f, lead, PUBLISH_NET);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    uint32_t ada = fixture_contact(&f, "user:ada");
    fixture_publish(&f, no_bands_reached, PUBLISH_REPLAY);
    CHECK_STR(fixture_band_log(&f, ada, arena), STR("<-MQL:replayed MQL<-:fact"));
    fixture_reopen(&f);
    CHECK_STR(fixture_band(&f, "lead", ada), STR(""));
    fixture_close(&f);
}

TEST(a_property_that_no_definition_asks_for_any_more_takes_any_text_again)
{
    struct fixture f;
    fixture_open(&f, NULL);
    fixture_publish(&f,
                    "score: lead\ngroups: [{name: g, category: fit, rules: [{name: r, when: {property: size, gte: 5}, "
                    "points: 1}]}]\n",
                    PUBLISH_NET);
    CHECK_INT(fixture_set(&f, "user:ada", MONDAY, "size", "large"), FACT_REFUSED);
    fixture_publish(&f, no_bands_reached, PUBLISH_NET);
    CHECK_INT(fixture_set(&f, "user:ada", MONDAY, "size", "large"), FACT_TAKEN);
    fixture_reopen(&f);
    CHECK_INT(fixture_set(&f, "user:ada", MONDAY + 1, "size", "larger"), FACT_TAKEN);
    fixture_close(&f);
}

/* ---- The clock. ---- */

TEST(a_clock_that_steps_back_moves_nobody_out_of_a_band)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    fixture_open(&f, NULL);
    fixture_publish(&f, lead, PUBLISH_NET);
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    uint32_t ada = fixture_contact(&f, "user:ada");
    for (int round = 0; round < 2; round++) {
        f.clock.fixed_ms = MONDAY - 10 * 60000;
        fixture_event(&f, "user:ada", "email_opened", f.clock.fixed_ms, NULL, NULL, NULL);
        CHECK_OK(engine_sweep(f.engine, NULL, &why), why);
        CHECK_STR(fixture_band_log(&f, ada, arena), STR("MQL<-:fact"));
        fixture_reopen(&f); /* nor does a restart while it is wrong */
    }
    f.clock.fixed_ms = MONDAY + 1;
    CHECK_INT(fixture_score(&f, "lead", ada), 10000000);
    CHECK_STR(fixture_band_log(&f, ada, arena), STR("MQL<-:fact"));
    fixture_close(&f);
}

TEST(a_clock_that_was_years_ahead_is_believed_when_it_is_put_right)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    fixture_open(&f, NULL);
    fixture_publish(&f, lead, PUBLISH_NET);
    f.clock.fixed_ms = MONDAY + 3000 * DAY;
    CHECK_OK(engine_sweep(f.engine, NULL, &why), why);
    f.clock.fixed_ms = MONDAY;
    fixture_event(&f, "user:ada", "demo_requested", MONDAY, NULL, NULL, NULL);
    CHECK_STR(fixture_band_log(&f, fixture_contact(&f, "user:ada"), arena), STR("MQL<-:fact"));
    fixture_close(&f);
}

/* ---- Many at once. ---- */

#define TELLERS 4
#define TOLD 150
#define SHARED 12 /* contacts of whom all speak */

struct teller {
    struct fixture *fixture;
    unsigned number;
    pthread_t thread;
    unsigned taken, duplicates;
};

/* Everybody tells the same messages: each is taken once, from whoever comes first. */
static void *tell(void *context)
{
    struct teller *teller = context;
    for (unsigned i = 0; i < TOLD; i++) {
        char user[32], id[32];
        struct err_info why = {0};
        struct fact_result result = {0};
        snprintf(user, sizeof user, "u%u", i % SHARED);
        snprintf(id, sizeof id, "m%u", i);
        struct fact fact = {.identifiers = {{IDENTIFIER_USER, str_from_c(user)}},
                            .identifier_count = 1,
                            .lists = true,
                            .at_ms = MONDAY - i,
                            .received_ms = MONDAY,
                            .message_id = str_from_c(id),
                            .event = STR("page_viewed"),
                            .company = STR("acme")};
        if (engine_take(teller->fixture->engine, &fact, &result, 1, &why) != ERR_OK) continue;
        teller->taken += result.state == FACT_TAKEN;
        teller->duplicates += result.state == FACT_DUPLICATE;
    }
    return NULL;
}

static void look_around(struct fixture *f, int i)
{
    struct err_info why = {0};
    struct everybody everybody;
    engine_everybody(f->engine, MONDAY, &everybody);
    everybody_release(&everybody);
    if (i % 4 == 0) CHECK_OK(engine_sweep(f->engine, NULL, &why), why);
    if (i % 10 == 5) fixture_publish(f, i % 20 == 5 ? no_bands_reached : lead, PUBLISH_NET);
    uint32_t contact = fixture_contact(f, "user:u3");
    if (contact != RECORD_NONE) fixture_score(f, "lead", contact);
}

TEST(many_who_tell_the_same_at_once_are_believed_once)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    fixture_open(&f, fresh_path(arena));
    fixture_publish(&f, lead, PUBLISH_NET);
    struct teller tellers[TELLERS];
    unsigned taken = 0, duplicates = 0;
    for (unsigned t = 0; t < TELLERS; t++) {
        tellers[t] = (struct teller){.fixture = &f, .number = t};
        CHECK_INT(pthread_create(&tellers[t].thread, NULL, tell, &tellers[t]), 0);
    }
    for (int i = 0; i < 20; i++) look_around(&f, i);
    for (unsigned t = 0; t < TELLERS; t++) {
        pthread_join(tellers[t].thread, NULL);
        taken += tellers[t].taken;
        duplicates += tellers[t].duplicates;
    }
    CHECK_INT(taken, TOLD);
    CHECK_INT(duplicates, (TELLERS - 1) * TOLD);
    CHECK_INT(engine_counts(f.engine).events, TOLD);
    CHECK_INT(engine_counts(f.engine).records[ENTITY_CONTACT], SHARED);
    struct str before = engine_dump(&f, arena);
    fixture_reopen(&f);
    check_same_dump(before, engine_dump(&f, arena), "a restart");
    fixture_close(&f);
}

struct last_word {
    struct fact fact;
    struct fact_result result;
    struct submission submission;
    struct arena *arena;
};

static void note_outcome(struct submission *submission, enum err outcome, const struct err_info *why)
{
    (void)why;
    *(enum err *)submission->context = outcome;
}

TEST(what_was_submitted_before_the_engine_closes_is_taken_and_told)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    enum err outcomes[50];
    fixture_open(&f, NULL);
    for (unsigned i = 0; i < 50; i++) {
        struct err_info why = {0};
        struct last_word *word = ARENA_NEW(arena, struct last_word);
        outcomes[i] = ERR_INTERNAL;
        word->fact = (struct fact){.identifiers = {{IDENTIFIER_USER, STR("ada")}},
                                   .identifier_count = 1,
                                   .lists = true,
                                   .at_ms = MONDAY + i,
                                   .received_ms = MONDAY + i,
                                   .message_id = arena_format(arena, "m%u", i),
                                   .event = STR("page_viewed")};
        word->submission = (struct submission){.facts = &word->fact,
                                               .results = &word->result,
                                               .count = 1,
                                               .arena = arena,
                                               .done = note_outcome,
                                               .context = &outcomes[i]};
        CHECK_OK(engine_submit(f.engine, &word->submission, &why), why);
    }
    engine_hand_over(f.engine);
    fixture_reopen(&f);
    for (unsigned i = 0; i < 50; i++) CHECK_INT(outcomes[i], ERR_OK);
    CHECK_INT(engine_counts(f.engine).events, 50);
    fixture_close(&f);
}

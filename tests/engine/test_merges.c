/* test_merges.c — two companies are one, two deals are one: who stays, what is known of it, and what endures. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "../store/facts.h"
#include "../store/fault_vfs.h"
#include "engine_dump.h"
#include "engine_fixture.h"
#include "harness.h"
#include "look.h"

static const char definitions[] =
    "score: lead\n"
    "bands: [{label: MQL, from: 4}]\n"
    "groups:\n"
    "  - name: Who\n"
    "    category: fit\n"
    "    rules:\n"
    "      - {name: Large, when: {property: company.employees, gte: 50}, points: 4}\n"
    "---\n"
    "score: account\n"
    "object: company\n"
    "bands: [{label: Hot, from: 15}]\n"
    "groups:\n"
    "  - name: Deals\n"
    "    category: fit\n"
    "    rules:\n"
    "      - {name: Won, over: deals, take: sum, rule: {when: {property: stage, is: won}, points: 10}}\n"
    "      - {name: Large, when: {property: employees, gte: 50}, points: 5}\n"
    "---\n"
    "score: worth\n"
    "object: deal\n"
    "bands: [{label: Good, from: 5}]\n"
    "groups:\n"
    "  - name: Deal\n"
    "    category: fit\n"
    "    rules:\n"
    "      - {name: Large, when: {property: amount, gte: 500}, points: 6}\n"
    "      - {name: Visited, over: contacts, take: sum, rule: {event: page_viewed, points: 1, within: 30d}}\n"
    "---\n"
    "segment: large\n"
    "object: company\n"
    "when: {property: employees, gte: 50}\n";

static const struct str actor = STR_INIT("user:1");

/* One fact about a company or deal; NULL: without a property, company or contact. */
static enum fact_state tell(struct fixture *f, enum entity object, const char *id, const char *property,
                            const char *value, const char *company, const char *contact)
{
    struct str contacts[] = {contact == NULL ? STR("") : str_from_c(contact)};
    struct fact_value one = {property == NULL ? STR("") : str_from_c(property),
                             value == NULL ? STR("") : str_from_c(value)};
    struct fact fact = {.object = object,
                        .identifiers = {{IDENTIFIER_ID, str_from_c(id)}},
                        .identifier_count = 1,
                        .lists = true,
                        .at_ms = f->clock.fixed_ms,
                        .received_ms = f->clock.fixed_ms,
                        .values = &one,
                        .value_count = property != NULL,
                        .company = company == NULL ? STR("") : str_from_c(company),
                        .contacts = contacts,
                        .contact_count = contact != NULL,
                        .source = STR("test")};
    struct err_info why = {0};
    f->last = (struct fact_result){0};
    CHECK_OK(engine_take(f->engine, &fact, &f->last, 1, &why), why);
    return f->last.state;
}

static uint32_t company(struct fixture *f, const char *id)
{
    return engine_find(f->engine, ENTITY_COMPANY, str_from_c(id));
}

static uint32_t deal(struct fixture *f, const char *id)
{
    return engine_find(f->engine, ENTITY_DEAL, str_from_c(id));
}

static uint32_t merge(struct fixture *f, enum entity object, const char *a, const char *b)
{
    struct err_info why = {0};
    uint32_t stays = RECORD_NONE;
    CHECK_OK(engine_merge(f->engine, object, engine_find(f->engine, object, str_from_c(a)),
                          engine_find(f->engine, object, str_from_c(b)), actor, &stays, &why),
             why);
    return stays;
}

static bool works_at(struct fixture *f, const char *who, uint32_t at)
{
    uint32_t found[8];
    uint32_t count = history_associated(look_at(f->engine), ENTITY_CONTACT, fixture_contact(f, who), ENTITY_COMPANY,
                                        f->clock.fixed_ms, found, 8);
    for (uint32_t i = 0; i < count; i++)
        if (found[i] == at) return true;
    return false;
}

/* acme, and a day later acme-inc with 70 employees. ada works at acme, eve at acme-inc; d1 is acme's, d2 is acme-inc's,
 * both are won. */
static void open_with_two(struct fixture *f, const char *path, const char *vfs)
{
    fault_register();
    fault_set(FAULT_ONCE, 0);
    fixture_open_on(f, path, vfs);
    fixture_publish(f, definitions, PUBLISH_NET);
    fixture_company(f, "user:ada", "acme", "industry", "Software");
    tell(f, ENTITY_DEAL, "d1", "stage", "won", "acme", NULL);
    f->clock.fixed_ms += DAY;
    fixture_company(f, "user:eve", "acme-inc", "employees", "70");
    tell(f, ENTITY_DEAL, "d2", "stage", "won", "acme-inc", NULL);
}

/* ---- What is so at once. ---- */

TEST(of_two_companies_the_older_stays_and_all_scores_follow_in_the_same_commit)
{
    struct fixture f;
    open_with_two(&f, NULL, NULL);
    uint32_t acme = company(&f, "acme"), gone = company(&f, "acme-inc");
    CHECK_STR(fixture_band(&f, "lead", fixture_contact(&f, "user:ada")), STR(""));
    CHECK_INT(merge(&f, ENTITY_COMPANY, "acme-inc", "acme"), acme);
    CHECK_INT(company(&f, "acme-inc"), acme);
    CHECK_INT(fixture_score(&f, "account", acme), 25000000);
    CHECK_STR(fixture_band(&f, "account", acme), STR("Hot"));
    CHECK_STR(fixture_band(&f, "lead", fixture_contact(&f, "user:ada")), STR("MQL"));
    CHECK_TRUE(works_at(&f, "user:eve", acme));
    CHECK_TRUE(works_at(&f, "user:ada", acme));
    CHECK_FALSE(works_at(&f, "user:eve", gone));
    CHECK_FALSE(history_is_listed(look_at(f.engine), ENTITY_COMPANY, gone));
    CHECK_STR(fixture_band(&f, "account", gone), STR(""));
    CHECK_TRUE(engine_is_member(f.engine, ENTITY_COMPANY, STR("large"), acme));
    CHECK_FALSE(engine_is_member(f.engine, ENTITY_COMPANY, STR("large"), gone));
    fixture_close(&f);
}

TEST(of_two_deals_the_older_stays_with_the_contacts_and_values_of_both)
{
    struct fixture f;
    open_with_two(&f, NULL, NULL);
    fixture_event(&f, "id:c1", "page_viewed", MONDAY, NULL, NULL, NULL);
    fixture_event(&f, "id:c2", "page_viewed", MONDAY, NULL, NULL, NULL);
    tell(&f, ENTITY_DEAL, "d1", NULL, NULL, NULL, "c1");
    tell(&f, ENTITY_DEAL, "d2", "amount", "900", NULL, "c2");
    uint32_t d1 = deal(&f, "d1");
    CHECK_INT(fixture_score(&f, "worth", d1), 1000000);
    CHECK_INT(merge(&f, ENTITY_DEAL, "d2", "d1"), d1);
    CHECK_INT(fixture_score(&f, "worth", d1), 8000000);
    CHECK_STR(fixture_band(&f, "worth", d1), STR("Good"));
    CHECK_INT(fixture_score(&f, "account", company(&f, "acme")), 10000000); /* one deal, of both companies */
    CHECK_INT(fixture_score(&f, "account", company(&f, "acme-inc")), 15000000);
    fixture_close(&f);
}

TEST(facts_that_name_a_company_by_either_id_are_the_stayers)
{
    struct fixture f;
    open_with_two(&f, NULL, NULL);
    uint32_t acme = merge(&f, ENTITY_COMPANY, "acme", "acme-inc");
    CHECK_INT(tell(&f, ENTITY_COMPANY, "acme-inc", "employees", "30", NULL, NULL), FACT_TAKEN);
    CHECK_INT(f.last.record, acme);
    CHECK_INT(fixture_score(&f, "account", acme), 20000000);
    fixture_company(&f, "user:bob", "acme-inc", "industry", "Films");
    CHECK_TRUE(works_at(&f, "user:bob", acme));
    CHECK_INT(tell(&f, ENTITY_DEAL, "d3", "stage", "won", "acme-inc", NULL), FACT_TAKEN);
    CHECK_INT(fixture_score(&f, "account", acme), 30000000);
    CHECK_INT(history_records(look_at(f.engine), ENTITY_COMPANY), 2);
    fixture_close(&f);
}

TEST(two_companies_that_are_one_are_on_a_list_by_what_was_last_said_of_either)
{
    struct fixture f;
    struct err_info why = {0};
    open_with_two(&f, NULL, NULL);
    uint32_t acme = company(&f, "acme"), gone = company(&f, "acme-inc");
    CHECK_OK(engine_list_make(f.engine, STR("target"), ENTITY_COMPANY, actor, &why), why);
    struct list_change change = {
        .list = STR("target"), .object = ENTITY_COMPANY, .records = &gone, .count = 1, .member = true, .actor = actor};
    CHECK_OK(engine_list_change(f.engine, &change, &why), why);
    merge(&f, ENTITY_COMPANY, "acme", "acme-inc");
    CHECK_TRUE(engine_in_list(f.engine, STR("target"), ENTITY_COMPANY, acme));
    CHECK_FALSE(engine_in_list(f.engine, STR("target"), ENTITY_COMPANY, gone));
    change.member = false; /* by the number that somebody still holds */
    CHECK_OK(engine_list_change(f.engine, &change, &why), why);
    CHECK_FALSE(engine_in_list(f.engine, STR("target"), ENTITY_COMPANY, acme));
    fixture_close(&f);
}

/* ---- What is refused. ---- */

static void check_refused(struct fixture *f, enum entity object, uint32_t a, uint32_t b, enum err expected,
                          const char *sentence)
{
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    struct str before = engine_dump(f, arena);
    CHECK_INT(engine_merge(f->engine, object, a, b, actor, NULL, &why), expected);
    CHECK_STR(str_from_c(why.msg), str_from_c(sentence));
    check_same_dump(before, engine_dump(f, arena), "a refusal");
}

TEST(a_company_is_not_merged_with_itself_nor_twice_nor_with_one_that_is_unknown_or_archived)
{
    struct fixture f;
    struct err_info why = {0};
    open_with_two(&f, NULL, NULL);
    tell(&f, ENTITY_COMPANY, "old", "employees", "3", NULL, NULL);
    uint32_t acme = company(&f, "acme"), gone = company(&f, "acme-inc"), old = company(&f, "old");
    check_refused(&f, ENTITY_COMPANY, acme, acme, ERR_CONFLICT, "they are one and the same already");
    check_refused(&f, ENTITY_COMPANY, acme, 77, ERR_NOT_FOUND, "there is no such company");
    check_refused(&f, ENTITY_DEAL, 77, 0, ERR_NOT_FOUND, "there is no such deal");
    CHECK_OK(engine_archive(f.engine, ENTITY_COMPANY, old, true, actor, &why), why);
    check_refused(&f, ENTITY_COMPANY, acme, old, ERR_CONFLICT,
                  "the company 'old' is archived: restore it before merging");
    merge(&f, ENTITY_COMPANY, "acme", "acme-inc");
    check_refused(&f, ENTITY_COMPANY, acme, gone, ERR_CONFLICT, "they are one and the same already");
    check_refused(&f, ENTITY_COMPANY, gone, acme, ERR_CONFLICT, "they are one and the same already");
    CHECK_OK(engine_archive(f.engine, ENTITY_COMPANY, old, false, actor, &why), why);
    CHECK_INT(merge(&f, ENTITY_COMPANY, "old", "acme-inc"), acme); /* by the name of one that went before */
    CHECK_INT(company(&f, "old"), acme);
    fixture_close(&f);
}

/* ---- What endures. ---- */

/* Close, open, and know the same; then once more by a snapshot that knows it. */
static void check_endures(struct fixture *f)
{
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    struct str before = engine_dump(f, arena);
    fixture_reopen(f);
    check_same_dump(before, engine_dump(f, arena), "a restart");
    CHECK_OK(engine_snapshot(f->engine, &why), why);
    fixture_reopen(f);
    check_same_dump(before, engine_dump(f, arena), "a restart by a snapshot");
    CHECK_STR(store_findings(f->store, arena), STR(""));
}

TEST(companies_and_deals_that_are_one_are_so_after_a_restart_with_or_without_a_snapshot)
{
    for (int when = 0; when < 3; when++) { /* no snapshot, one from before the merges, one between them */
        struct fixture f;
        AUTO_ARENA arena = arena_new();
        struct err_info why = {0};
        open_with_two(&f, fresh_path(arena), NULL);
        f.snapshot = arena_format(arena, "%s.snapshot", f.path).at;
        fixture_reopen(&f);
        if (when == 1) CHECK_OK(engine_snapshot(f.engine, &why), why);
        merge(&f, ENTITY_DEAL, "d1", "d2");
        if (when == 2) CHECK_OK(engine_snapshot(f.engine, &why), why);
        merge(&f, ENTITY_COMPANY, "acme", "acme-inc");
        tell(&f, ENTITY_COMPANY, "acme-inc", "industry", "Films", NULL, NULL);
        fixture_company(&f, "user:bob", "acme-inc", "employees", "80");
        check_endures(&f);
        CHECK_INT(company(&f, "acme-inc"), company(&f, "acme"));
        CHECK_INT(fixture_score(&f, "account", company(&f, "acme-inc")), 15000000);
        fixture_close(&f);
    }
}

TEST(a_contact_who_left_one_of_two_companies_before_they_were_one_is_still_the_others_after_a_restart)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    open_with_two(&f, fresh_path(arena), NULL);
    f.snapshot = arena_format(arena, "%s.snapshot", f.path).at;
    fixture_reopen(&f);
    fixture_company(&f, "user:ada", "acme-inc", "industry", "Films");
    CHECK_OK(engine_associate(f.engine, ASSOCIATION_CONTACT_COMPANY, fixture_contact(&f, "user:ada"),
                              company(&f, "acme"), true, actor, &why),
             why);
    uint32_t acme = merge(&f, ENTITY_COMPANY, "acme", "acme-inc");
    CHECK_TRUE(works_at(&f, "user:ada", acme));
    check_endures(&f);
    CHECK_TRUE(works_at(&f, "user:ada", acme));
    CHECK_OK(engine_associate(f.engine, ASSOCIATION_CONTACT_COMPANY, fixture_contact(&f, "user:ada"),
                              company(&f, "acme-inc"), true, actor, &why),
             why);
    check_endures(&f);
    CHECK_FALSE(works_at(&f, "user:ada", acme));
    fixture_close(&f);
}

TEST(a_merge_of_companies_that_the_disk_refuses_changes_nothing_and_goes_well_later)
{
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        struct fixture f;
        AUTO_ARENA arena = arena_new();
        struct err_info why = {0};
        open_with_two(&f, fresh_path(arena), FAULT_VFS);
        struct str before = engine_dump(&f, arena);
        fault_set((enum fault_kind)kind, 1);
        CHECK_INT(
            engine_merge(f.engine, ENTITY_COMPANY, company(&f, "acme"), company(&f, "acme-inc"), actor, NULL, &why),
            ERR_UNAVAILABLE);
        fault_set(FAULT_ONCE, 0);
        check_same_dump(before, engine_dump(&f, arena), "a refusal by the disk");
        CHECK_TRUE(company(&f, "acme") != company(&f, "acme-inc"));
        CHECK_INT(merge(&f, ENTITY_COMPANY, "acme", "acme-inc"), company(&f, "acme"));
        check_endures(&f);
        fixture_close(&f);
    }
}

/* Numbers count per object: the merge of companies 0 and 1 is none of contacts 0 and 1. */
TEST(who_is_erased_takes_nobody_along_whose_company_was_merged)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    open_with_two(&f, fresh_path(arena), NULL);
    uint32_t acme = merge(&f, ENTITY_COMPANY, "acme", "acme-inc");
    CHECK_OK(engine_erase(f.engine, fixture_contact(&f, "user:ada"), actor, &why), why);
    CHECK_INT(fixture_contact(&f, "user:ada"), RECORD_NONE);
    CHECK_TRUE(works_at(&f, "user:eve", acme));
    CHECK_INT(company(&f, "acme-inc"), acme);
    check_endures(&f);
    CHECK_TRUE(works_at(&f, "user:eve", acme));
    fixture_close(&f);
}

TEST(the_audit_says_who_merged_which_company)
{
    struct fixture f;
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    struct audit_row *rows = NULL;
    size_t count = 0;
    open_with_two(&f, NULL, NULL);
    merge(&f, ENTITY_COMPANY, "acme-inc", "acme");
    merge(&f, ENTITY_DEAL, "d1", "d2");
    CHECK_OK(store_audits(f.store, 0, 2, arena, &rows, &count, &why), why);
    CHECK_INT(count, 2);
    CHECK_STR(rows[0].fact.action, STR("deal.merge"));
    CHECK_STR(rows[0].fact.target, STR("d1"));
    CHECK_STR(rows[1].fact.action, STR("company.merge"));
    CHECK_STR(rows[1].fact.target, STR("acme"));
    CHECK_STR(rows[1].fact.actor, actor);
    fixture_close(&f);
}

/* test_people.c — identifiers, joins and what a rollback leaves. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/people.h"
#include "harness.h"
#include "history/history.h"

static struct people *three_contacts(void)
{
    struct people *people = people_new();
    people_begin(people);
    people_add(people, ENTITY_CONTACT, 0, 300);
    people_add(people, ENTITY_CONTACT, 1, 100);
    people_add(people, ENTITY_CONTACT, 2, 100);
    people_identify(people, IDENTIFIER_USER, STR("ada"), 0);
    people_identify(people, IDENTIFIER_EMAIL, STR("ada@acme.example"), 1);
    people_identify(people, IDENTIFIER_ANONYMOUS, STR("ada"), 2);
    people_commit(people);
    return people;
}

TEST(the_same_text_as_a_userId_and_as_an_anonymousId_means_two_people)
{
    struct people *people = three_contacts();
    CHECK_INT(people_find(people, IDENTIFIER_USER, STR("ada")), 0);
    CHECK_INT(people_find(people, IDENTIFIER_ANONYMOUS, STR("ada")), 2);
    CHECK_INT(people_find(people, IDENTIFIER_ID, STR("ada")), RECORD_NONE);
    people_free(people);
}

TEST(of_two_contacts_the_older_stays_and_of_equally_old_ones_the_first)
{
    struct people *people = three_contacts();
    CHECK_INT(people_elder(people, ENTITY_CONTACT, 0, 1), 1);
    CHECK_INT(people_elder(people, ENTITY_CONTACT, 2, 1), 1);
    people_free(people);
}

TEST(a_merged_contact_is_found_by_all_that_either_was_known_by)
{
    struct people *people = three_contacts();
    people_begin(people);
    people_merge(people, ENTITY_CONTACT, 1, 0);
    people_merge(people, ENTITY_CONTACT, 1, 2);
    people_commit(people);
    CHECK_INT(people_find(people, IDENTIFIER_USER, STR("ada")), 1);
    CHECK_INT(people_find(people, IDENTIFIER_ANONYMOUS, STR("ada")), 1);
    CHECK_INT(people_root(people, ENTITY_CONTACT, 0), 1);
    AUTO_ARENA arena = arena_new();
    struct fact_identifier *identifiers = NULL;
    CHECK_INT(people_identifiers(people, 1, arena, &identifiers), 3);
    CHECK_INT(people_identifiers(people, 0, arena, &identifiers), 0);
    uint32_t *family = NULL;
    CHECK_INT(people_family(people, 1, arena, &family), 3);
    CHECK_INT(family[0], 1);
    people_free(people);
}

TEST(a_chain_of_merges_leads_to_the_one_that_stayed)
{
    struct people *people = three_contacts();
    people_begin(people);
    people_merge(people, ENTITY_CONTACT, 2, 0);
    people_merge(people, ENTITY_CONTACT, 1, 2);
    people_commit(people);
    CHECK_INT(people_root(people, ENTITY_CONTACT, 0), 1);
    CHECK_INT(people_find(people, IDENTIFIER_USER, STR("ada")), 1);
    people_free(people);
}

/* Numbers count per object. */
TEST(companies_that_are_one_are_no_contacts_that_are_one)
{
    struct people *people = three_contacts();
    people_begin(people);
    people_add(people, ENTITY_COMPANY, 0, 900);
    people_add(people, ENTITY_COMPANY, 1, 800);
    CHECK_INT(people_elder(people, ENTITY_COMPANY, 0, 1), 1);
    people_merge(people, ENTITY_COMPANY, 1, 0);
    CHECK_INT(people_root(people, ENTITY_COMPANY, 0), 1);
    CHECK_INT(people_root(people, ENTITY_CONTACT, 0), 0);
    CHECK_INT(people_root(people, ENTITY_DEAL, 0), 0);
    CHECK_INT(people_find(people, IDENTIFIER_USER, STR("ada")), 0);
    people_rollback(people);
    people_begin(people);
    people_add(people, ENTITY_COMPANY, 0, 700);
    CHECK_INT(people_root(people, ENTITY_COMPANY, 0), 0);
    people_commit(people);
    people_free(people);
}

TEST(a_rollback_takes_back_contacts_identifiers_and_merges)
{
    struct people *people = three_contacts();
    people_begin(people);
    people_add(people, ENTITY_CONTACT, 3, 400);
    people_identify(people, IDENTIFIER_EMAIL, STR("new@acme.example"), 3);
    people_identify(people, IDENTIFIER_USER, STR("ada"), 3);
    people_merge(people, ENTITY_CONTACT, 1, 2);
    people_rollback(people);
    CHECK_INT(people_find(people, IDENTIFIER_EMAIL, STR("new@acme.example")), RECORD_NONE);
    CHECK_INT(people_find(people, IDENTIFIER_USER, STR("ada")), 0);
    CHECK_INT(people_find(people, IDENTIFIER_ANONYMOUS, STR("ada")), 2);
    CHECK_INT(people_root(people, ENTITY_CONTACT, 2), 2);
    people_begin(people);
    people_add(people, ENTITY_CONTACT, 3, 500); /* the number is free again */
    people_commit(people);
    CHECK_INT(people_created_ms(people, ENTITY_CONTACT, 3), 500);
    people_free(people);
}

TEST(whoever_is_forgotten_is_known_by_nothing)
{
    struct people *people = three_contacts();
    people_begin(people);
    people_forget(people, 1);
    people_commit(people);
    CHECK_INT(people_find(people, IDENTIFIER_EMAIL, STR("ada@acme.example")), RECORD_NONE);
    people_begin(people);
    CHECK_TRUE(people_identify(people, IDENTIFIER_EMAIL, STR("ada@acme.example"), 0));
    CHECK_FALSE(people_identify(people, IDENTIFIER_EMAIL, STR("ada@acme.example"), 0));
    people_commit(people);
    CHECK_INT(people_find(people, IDENTIFIER_EMAIL, STR("ada@acme.example")), 0);
    people_free(people);
}

TEST(an_email_address_is_the_same_in_capitals_and_with_blanks_around_it)
{
    AUTO_ARENA arena = arena_new();
    CHECK_STR(people_normal(IDENTIFIER_EMAIL, STR("  Ada@ACME.example "), arena), STR("ada@acme.example"));
    CHECK_STR(people_normal(IDENTIFIER_USER, STR(" Ada "), arena), STR("Ada"));
}

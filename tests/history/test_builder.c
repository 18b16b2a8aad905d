/* test_builder.c — records, their properties and associations: what the door takes and refuses, and what
 * becomes of it. */
// SPDX-License-Identifier: Apache-2.0
#include "history/builder.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "world.h"

/* ---- Records. ---- */

TEST(records_are_numbered_in_the_order_of_their_ids_bytes)
{
    struct world world = world_new();
    static const char *const ids[] = {"b", "contact_10", "a", "contact_9", "B", "contact_1", "\xc5\x81", "aa"};
    static const char *const sorted[] = {"B", "a", "aa", "b", "contact_1", "contact_10", "contact_9", "\xc5\x81"};
    for (size_t i = 0; i < COUNT_OF(ids); i++) add_contact(&world, ids[i]);
    world_finish(&world);
    CHECK_INT(history_records(world.history, ENTITY_CONTACT), COUNT_OF(sorted));
    for (uint32_t i = 0; i < COUNT_OF(sorted); i++) {
        CHECK_STR(history_record_id(world.history, ENTITY_CONTACT, i), str_from_c(sorted[i]));
        CHECK_INT(history_find(world.history, ENTITY_CONTACT, str_from_c(sorted[i])), i);
    }
    CHECK_INT(history_find(world.history, ENTITY_CONTACT, STR("nobody")), RECORD_NONE);
    CHECK_INT(history_find(world.history, ENTITY_DEAL, STR("a")), RECORD_NONE);
    world_free(&world);
}

TEST(many_ids_that_begin_alike_are_sorted_too)
{
    struct world world = world_new();
    char id[40];
    for (int i = 0; i < 5000; i++) {
        snprintf(id, sizeof id, "contact-of-the-year-%d", (i * 1237) % 5000);
        add_contact(&world, id);
    }
    world_finish(&world);
    CHECK_INT(history_records(world.history, ENTITY_CONTACT), 5000);
    world_free(&world);
}

TEST(a_record_once_listed_stays_listed)
{
    struct world world = world_new();
    add_stranger(&world, "mentioned");
    add_stranger(&world, "listed");
    add_contact(&world, "listed");
    add_stranger(&world, "listed");
    CHECK_INT(history_builder_find(world.builder, ENTITY_CONTACT, STR("listed")), 1);
    CHECK_INT(history_builder_find(world.builder, ENTITY_CONTACT, STR("nobody")), RECORD_NONE);
    world_finish(&world);
    CHECK_TRUE(history_is_listed(world.history, ENTITY_CONTACT, 0));
    CHECK_FALSE(history_is_listed(world.history, ENTITY_CONTACT, 1));
    world_free(&world);
}

TEST(an_empty_builder_gives_an_empty_history)
{
    struct world world = world_new();
    world_finish(&world);
    CHECK_INT(history_events(world.history), 0);
    CHECK_INT(history_records(world.history, ENTITY_CONTACT), 0);
    CHECK_INT(history_read_columns(world.history, 4), 0);
    CHECK_TRUE(history_catalog(world.history) == world.catalog);
    world_free(&world);
}

TEST(a_finished_builder_is_empty_and_can_be_used_again)
{
    struct world world = world_new();
    set_property(&world, "city", add_contact(&world, "a"), FOREVER, "Brno", "");
    world_finish(&world);
    history_free(world.history);
    world_finish(&world);
    CHECK_INT(history_records(world.history, ENTITY_CONTACT), 0);
    world_free(&world);
}

/* ---- Property values. ---- */

TEST(a_version_holds_from_its_time_until_the_next)
{
    struct world world = world_new();
    uint32_t a = add_contact(&world, "a");
    set_property(&world, "city", a, 2000,
                 "Wroc\xc5\x82"
                 "aw",
                 "m2");
    set_property(&world, "city", a, FOREVER, "Brno", "");
    set_property(&world, "city", a, 1000, "Delft", "m1");
    set_property(&world, "city", a, 3000, "", "m3");
    world_finish(&world);
    CHECK_STR(text_at(&world, "city", "a", 999), STR("Brno"));
    CHECK_STR(text_at(&world, "city", "a", 1000), STR("Delft"));
    CHECK_STR(text_at(&world, "city", "a", 1999), STR("Delft"));
    CHECK_STR(text_at(&world, "city", "a", 2000), STR("Wroc\xc5\x82"
                                                      "aw"));
    CHECK_STR(text_at(&world, "city", "a", 3000), STR(""));
    world_free(&world);
}

TEST(of_versions_at_one_instant_the_greatest_id_then_text_holds)
{
    struct world world = world_new();
    uint32_t a = add_contact(&world, "a");
    set_property(&world, "city", a, 1000, "Zwolle", "m1");
    set_property(&world, "city", a, 1000, "Delft", "m2");
    set_property(&world, "city", a, 1000, "Arnhem", "m2");
    set_property(&world, "role", a, FOREVER, "buyer", "");
    set_property(&world, "role", a, FOREVER, "analyst", "");
    set_property(&world, "team", a, FOREVER, "sales", "");
    set_property(&world, "team", a, FOREVER, "labs", "m1");
    set_property(&world, "size", a, FOREVER, "5", "");
    set_property(&world, "size", a, FOREVER, "", "m1");
    world_finish(&world);
    CHECK_STR(text_at(&world, "city", "a", 1000), STR("Delft"));
    CHECK_STR(text_at(&world, "role", "a", 1000), STR("buyer"));
    CHECK_STR(text_at(&world, "team", "a", 1000), STR("labs"));
    CHECK_STR(text_at(&world, "size", "a", 1000), STR(""));
    world_free(&world);
}

TEST(a_rare_property_of_many_records_needs_no_column_of_its_own)
{
    struct world world = world_new();
    char id[16];
    for (int i = 0; i < 10000; i++) {
        snprintf(id, sizeof id, "c%05d", i);
        add_contact(&world, id);
    }
    set_property(&world, "rare", 77, FOREVER, "first", "");
    set_property(&world, "rare", 77, FOREVER, "second", "");
    set_property(&world, "rare", 77, 5000, "later", "m");
    set_property(&world, "rare", 9000, FOREVER, "other", "");
    set_property(&world, "rare", 9001, FOREVER, "hidden", "");
    set_property(&world, "rare", 9001, INSTANT_MIN, "shown", "m");
    world_finish(&world);
    uint32_t rare = catalog_find(world.catalog, ENTITY_CONTACT, STR("rare"));
    CHECK_TRUE(world.history->properties[rare].base == NULL);
    CHECK_STR(text_at(&world, "rare", "c00077", INSTANT_MIN), STR("second"));
    CHECK_STR(text_at(&world, "rare", "c00077", 4999), STR("second"));
    CHECK_STR(text_at(&world, "rare", "c00077", 5000), STR("later"));
    CHECK_STR(text_at(&world, "rare", "c09000", 0), STR("other"));
    CHECK_STR(text_at(&world, "rare", "c09001", 0), STR("shown"));
    CHECK_STR(text_at(&world, "rare", "c00078", 0), STR(""));
    world_free(&world);
}

TEST(a_text_that_is_not_of_its_type_is_refused_and_leaves_no_trace)
{
    struct world world = world_new();
    uint32_t employees = catalog_property(world.catalog, ENTITY_CONTACT, STR("employees"));
    struct property *declared = catalog_at(world.catalog, employees);
    declared->declared = true;
    declared->type = TYPE_NUMBER;
    uint32_t a = add_contact(&world, "a");
    for (int again = 0; again < 2; again++) {
        struct err_info why = {0};
        CHECK_INT(history_builder_property(world.builder, employees, a, FOREVER, STR("many"), STR(""), &why),
                  ERR_INVALID);
        CHECK_STR(str_from_c(why.msg), STR("'many' is not a number"));
    }
    set_property(&world, "employees", a, FOREVER, " 50 ", "");
    world_finish(&world);
    CHECK_INT(world.history->properties[employees].values.count, 2);
    CHECK_STR(text_at(&world, "employees", "a", 0), STR("50"));
    CHECK_DOUBLE(dictionary_at(&world.history->properties[employees].values, 1)->number, 50.0);
    world_free(&world);
}

TEST(an_enumeration_takes_only_its_options)
{
    struct world world = world_new();
    static const struct str options[] = {STR_INIT("free"), STR_INIT("pro")};
    uint32_t plan = catalog_property(world.catalog, ENTITY_CONTACT, STR("plan"));
    struct property *declared = catalog_at(world.catalog, plan);
    *declared = (struct property){.entity = declared->entity,
                                  .name = declared->name,
                                  .declared = true,
                                  .type = TYPE_ENUMERATION,
                                  .options = options,
                                  .option_count = 2};
    set_property(&world, "plan", add_contact(&world, "a"), FOREVER, "PRO", "");
    struct err_info why = {0};
    CHECK_INT(history_builder_property(world.builder, plan, 0, FOREVER, STR("gold"), STR(""), &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("'gold' is not one of the property's options"));
    world_finish(&world);
    CHECK_STR(text_at(&world, "plan", "a", 0), STR("PRO"));
    world_free(&world);
}

TEST(a_text_over_the_ceiling_is_refused_with_a_sentence_that_names_it)
{
    struct world world = world_new();
    static char big[VALUE_TEXT_MAX + 1];
    memset(big, 'x', sizeof big);
    uint32_t bio = catalog_property(world.catalog, ENTITY_CONTACT, STR("bio"));
    struct err_info why = {0};
    CHECK_INT(history_builder_property(world.builder, bio, add_contact(&world, "a"), FOREVER,
                                       (struct str){big, sizeof big}, STR(""), &why),
              ERR_TOO_BIG);
    CHECK_CONTAINS(str_from_c(why.msg), STR("65536"));
    struct err_info none = {0};
    CHECK_INT(history_builder_property(world.builder, bio, RECORD_NONE, FOREVER, STR("x"), STR(""), &none),
              ERR_TOO_BIG);
    CHECK_STR(str_from_c(none.msg), STR("more than 200000000 contacts"));
    world_finish(&world);
    world_free(&world);
}

TEST(open_columns_get_the_type_their_values_have)
{
    struct world world = world_new();
    uint32_t a = add_contact(&world, "a"), b = add_contact(&world, "b");
    set_property(&world, "n", a, FOREVER, "5", "");
    set_property(&world, "n", b, FOREVER, "-2.5", "");
    set_property(&world, "flag", a, FOREVER, "true", "");
    set_property(&world, "born", a, FOREVER, "2026-01-05", "");
    set_property(&world, "mixed", a, FOREVER, "5", "");
    set_property(&world, "mixed", b, FOREVER, "five", "");
    catalog_property(world.catalog, ENTITY_CONTACT, STR("nothing"));
    const bool *seen = NULL;
    world.history = history_builder_finish(world.builder, &seen);
    static const enum type expected[] = {TYPE_NUMBER, TYPE_BOOLEAN, TYPE_DATETIME, TYPE_STRING, TYPE_STRING};
    for (uint32_t i = 0; i < COUNT_OF(expected); i++) {
        CHECK_INT(catalog_at(world.catalog, i)->type, expected[i]);
        CHECK_INT(seen[i], i < 4);
        if (i < 4) CHECK_INT(dictionary_at(&world.history->properties[i].values, 1)->type, expected[i]);
    }
    world_free(&world);
}

/* ---- Identity. ---- */

TEST(of_joined_contacts_the_listed_stays_then_the_earliest_then_the_lesser_id)
{
    struct world world = world_new();
    uint32_t a1 = add_stranger(&world, "a1"), a2 = add_contact(&world, "a2");
    uint32_t b1 = add_stranger(&world, "b1"), b2 = add_stranger(&world, "b2");
    uint32_t c1 = add_stranger(&world, "c1"), c2 = add_stranger(&world, "c2");
    send_event(&world, a1, 1000, "visit", "", NULL, NULL);
    send_event(&world, b1, 3000, "visit", "", NULL, NULL);
    set_property(&world, "city", b2, 2000, "Brno", "");
    history_builder_join(world.builder, a1, a2);
    history_builder_join(world.builder, b1, b2);
    history_builder_join(world.builder, c2, c1);
    history_builder_join(world.builder, c2, c2);
    world_finish(&world);
    static const char *const stay[] = {"a2", "b2", "c1"};
    static const char *const aliases[] = {"a1", "b1", "c2"};
    CHECK_INT(history_records(world.history, ENTITY_CONTACT), 3);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_STR(history_record_id(world.history, ENTITY_CONTACT, i), str_from_c(stay[i]));
        CHECK_INT(history_find(world.history, ENTITY_CONTACT, str_from_c(aliases[i])), i);
    }
    CHECK_TRUE(history_is_listed(world.history, ENTITY_CONTACT, 0));
    CHECK_INT(events_of(&world, "a2"), 1);
    CHECK_STR(text_at(&world, "city", "b1", 2000), STR("Brno"));
    world_free(&world);
}

TEST(an_association_is_a_fact_about_both_its_ends)
{
    struct world world = world_new();
    uint32_t a1 = add_stranger(&world, "a1"), a2 = add_stranger(&world, "a2");
    uint32_t b1 = add_stranger(&world, "b1"), b2 = add_stranger(&world, "b2");
    uint32_t deal = history_builder_record(world.builder, ENTITY_DEAL, STR("d"), true);
    send_event(&world, a1, 1000, "visit", "", NULL, NULL);
    send_event(&world, b1, 1000, "visit", "", NULL, NULL);
    history_builder_associate(world.builder, ASSOCIATION_DEAL_CONTACT, deal, a2, 500);
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, b2, add_company(&world, "acme"), FOREVER);
    history_builder_join(world.builder, a1, a2);
    history_builder_join(world.builder, b1, b2);
    world_finish(&world);
    CHECK_STR(history_record_id(world.history, ENTITY_CONTACT, 0), STR("a2"));
    CHECK_STR(history_record_id(world.history, ENTITY_CONTACT, 1), STR("b2"));
    world_free(&world);
}

TEST(associations_are_found_from_both_ends_each_once)
{
    struct world world = world_new();
    uint32_t a = add_contact(&world, "a"), b = add_contact(&world, "b"), alias = add_stranger(&world, "x");
    uint32_t acme = add_company(&world, "acme"), zeta = add_company(&world, "zeta");
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, a, zeta, 3000);
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, a, acme, 2000);
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, alias, zeta, 1000);
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, b, acme, FOREVER);
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, b, RECORD_NONE, FOREVER);
    history_builder_join(world.builder, a, alias);
    world_finish(&world);
    const struct edges *edges = &world.history->edges[ASSOCIATION_CONTACT_COMPANY];
    CHECK_INT(edges->count, 3);
    CHECK_FALSE(edges->all_forever);
    static const struct edge expected[] = {{0, 1, 1000}, {0, 0, 2000}, {1, 0, FOREVER}};
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_INT(edges->forward[i].from, expected[i].from);
        CHECK_INT(edges->forward[i].to, expected[i].to);
        CHECK_INT(edges->forward[i].from_ms, expected[i].from_ms);
    }
    CHECK_INT(run_of(edges->backward_run[0]).count, 2);
    CHECK_INT(edges->backward[2].from, 0);
    CHECK_TRUE(world.history->edges[ASSOCIATION_DEAL_CONTACT].all_forever);
    world_free(&world);
}

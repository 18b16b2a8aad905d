/* test_builder.c — what the door takes and refuses, and what becomes of it. */
// SPDX-License-Identifier: Apache-2.0
#include "history/builder.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "harness.h"
#include "history/builder_internal.h"
#include "history_equal.h"

struct world {
    struct catalog *catalog;
    struct history_builder *builder;
    struct history *history;
};

static struct world world_new(void)
{
    struct world world = {.catalog = catalog_new()};
    world.builder = history_builder_new(world.catalog);
    return world;
}

static void finish(struct world *world)
{
    world->history = history_builder_finish(world->builder, NULL);
    check_invariants(world->history);
}

static void world_free(struct world *world)
{
    history_free(world->history);
    history_builder_free(world->builder);
    catalog_free(world->catalog);
}

static uint32_t contact(struct world *world, const char *id)
{
    return history_builder_record(world->builder, ENTITY_CONTACT, str_from_c(id), true);
}

static uint32_t stranger(struct world *world, const char *id)
{
    return history_builder_record(world->builder, ENTITY_CONTACT, str_from_c(id), false);
}

static uint32_t company(struct world *world, const char *id)
{
    return history_builder_record(world->builder, ENTITY_COMPANY, str_from_c(id), false);
}

static void set(struct world *world, const char *property, uint32_t record, int64_t from_ms, const char *text,
                const char *fact_id)
{
    struct err_info why = {0};
    uint32_t id = catalog_property(world->catalog, ENTITY_CONTACT, str_from_c(property));
    CHECK_OK(history_builder_property(world->builder, id, record, from_ms, str_from_c(text), str_from_c(fact_id), &why),
             why);
}

/* The text of a contact's property at an instant; "" without a value. */
static struct str text_at(const struct world *world, const char *property, const char *id, int64_t as_of_ms)
{
    uint32_t record = history_find(world->history, ENTITY_CONTACT, str_from_c(id));
    CHECK_TRUE(record != RECORD_NONE);
    uint32_t column = catalog_find(world->catalog, ENTITY_CONTACT, str_from_c(property));
    const struct value *value = history_value(world->history, column, record, as_of_ms);
    return value == NULL ? STR("") : value->raw;
}

static enum err send_with(struct world *world, uint32_t who, int64_t at_ms, const char *name, const char *id,
                          const char *property, const char *text, struct err_info *why)
{
    struct event_property given = {0};
    if (property != NULL) {
        given.property = catalog_property(world->catalog, ENTITY_EVENT, str_from_c(property));
        given.text = str_from_c(text);
    }
    struct event_fact fact = {
        .contact = who,
        .at_ms = at_ms,
        .name = str_from_c(name),
        .id = str_from_c(id),
        .properties = &given,
        .property_count = property != NULL,
    };
    return history_builder_event(world->builder, &fact, NULL, why);
}

static void send(struct world *world, uint32_t who, int64_t at_ms, const char *name, const char *id,
                 const char *property, const char *text)
{
    struct err_info why = {0};
    CHECK_OK(send_with(world, who, at_ms, name, id, property, text, &why), why);
}

static void expect_refused(struct world *world, int64_t at_ms, const char *name, const char *property,
                           const char *text, const char *sentence)
{
    struct err_info why = {0};
    CHECK_INT(send_with(world, contact(world, "a"), at_ms, name, "", property, text, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), str_from_c(sentence));
}

static uint32_t events_of(const struct world *world, const char *id)
{
    uint32_t record = history_find(world->history, ENTITY_CONTACT, str_from_c(id));
    CHECK_TRUE(record != RECORD_NONE);
    return (uint32_t)(world->history->event_first[record + 1] - world->history->event_first[record]);
}

/* ---- Records. ---- */

TEST(records_are_numbered_in_the_order_of_their_ids_bytes)
{
    struct world world = world_new();
    static const char *const ids[] = {"b", "contact_10", "a", "contact_9", "B", "contact_1", "\xc5\x81", "aa"};
    static const char *const sorted[] = {"B", "a", "aa", "b", "contact_1", "contact_10", "contact_9", "\xc5\x81"};
    for (size_t i = 0; i < COUNT_OF(ids); i++) contact(&world, ids[i]);
    finish(&world);
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
        contact(&world, id);
    }
    finish(&world);
    CHECK_INT(history_records(world.history, ENTITY_CONTACT), 5000);
    world_free(&world);
}

TEST(a_record_once_listed_stays_listed)
{
    struct world world = world_new();
    stranger(&world, "mentioned");
    stranger(&world, "listed");
    contact(&world, "listed");
    stranger(&world, "listed");
    CHECK_INT(history_builder_find(world.builder, ENTITY_CONTACT, STR("listed")), 1);
    CHECK_INT(history_builder_find(world.builder, ENTITY_CONTACT, STR("nobody")), RECORD_NONE);
    finish(&world);
    CHECK_TRUE(history_is_listed(world.history, ENTITY_CONTACT, 0));
    CHECK_FALSE(history_is_listed(world.history, ENTITY_CONTACT, 1));
    world_free(&world);
}

TEST(an_empty_builder_gives_an_empty_history)
{
    struct world world = world_new();
    finish(&world);
    CHECK_INT(history_events(world.history), 0);
    CHECK_INT(history_records(world.history, ENTITY_CONTACT), 0);
    CHECK_INT(history_read_events(world.history, 4), 0);
    CHECK_TRUE(history_catalog(world.history) == world.catalog);
    world_free(&world);
}

TEST(a_finished_builder_is_empty_and_can_be_used_again)
{
    struct world world = world_new();
    set(&world, "city", contact(&world, "a"), FOREVER, "Brno", "");
    finish(&world);
    history_free(world.history);
    finish(&world);
    CHECK_INT(history_records(world.history, ENTITY_CONTACT), 0);
    world_free(&world);
}

/* ---- Property values. ---- */

TEST(a_version_holds_from_its_time_until_the_next)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a");
    set(&world, "city", a, 2000, "Wroc\xc5\x82" "aw", "m2");
    set(&world, "city", a, FOREVER, "Brno", "");
    set(&world, "city", a, 1000, "Delft", "m1");
    set(&world, "city", a, 3000, "", "m3");
    finish(&world);
    CHECK_STR(text_at(&world, "city", "a", 999), STR("Brno"));
    CHECK_STR(text_at(&world, "city", "a", 1000), STR("Delft"));
    CHECK_STR(text_at(&world, "city", "a", 1999), STR("Delft"));
    CHECK_STR(text_at(&world, "city", "a", 2000), STR("Wroc\xc5\x82" "aw"));
    CHECK_STR(text_at(&world, "city", "a", 3000), STR(""));
    world_free(&world);
}

TEST(of_versions_at_one_instant_the_greatest_id_then_text_holds)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a");
    set(&world, "city", a, 1000, "Zwolle", "m1");
    set(&world, "city", a, 1000, "Delft", "m2");
    set(&world, "city", a, 1000, "Arnhem", "m2");
    set(&world, "role", a, FOREVER, "buyer", "");
    set(&world, "role", a, FOREVER, "analyst", "");
    set(&world, "team", a, FOREVER, "sales", "");
    set(&world, "team", a, FOREVER, "labs", "m1");
    set(&world, "size", a, FOREVER, "5", "");
    set(&world, "size", a, FOREVER, "", "m1");
    finish(&world);
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
        contact(&world, id);
    }
    set(&world, "rare", 77, FOREVER, "first", "");
    set(&world, "rare", 77, FOREVER, "second", "");
    set(&world, "rare", 77, 5000, "later", "m");
    set(&world, "rare", 9000, FOREVER, "other", "");
    set(&world, "rare", 9001, FOREVER, "hidden", "");
    set(&world, "rare", 9001, INSTANT_MIN, "shown", "m");
    finish(&world);
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
    uint32_t a = contact(&world, "a");
    for (int again = 0; again < 2; again++) {
        struct err_info why = {0};
        CHECK_INT(history_builder_property(world.builder, employees, a, FOREVER, STR("many"), STR(""), &why),
                  ERR_INVALID);
        CHECK_STR(str_from_c(why.msg), STR("'many' is not a number"));
    }
    set(&world, "employees", a, FOREVER, " 50 ", "");
    finish(&world);
    CHECK_INT(world.history->properties[employees].value_count, 2);
    CHECK_STR(text_at(&world, "employees", "a", 0), STR("50"));
    CHECK_DOUBLE(world.history->properties[employees].values[1].number, 50.0);
    world_free(&world);
}

TEST(an_enumeration_takes_only_its_options)
{
    struct world world = world_new();
    static const struct str options[] = {STR_INIT("free"), STR_INIT("pro")};
    uint32_t plan = catalog_property(world.catalog, ENTITY_CONTACT, STR("plan"));
    struct property *declared = catalog_at(world.catalog, plan);
    *declared = (struct property){declared->entity, declared->name, true, TYPE_ENUMERATION, options, 2,
                                  NEED_NONE,        TYPE_OPEN,      NULL, {0}};
    set(&world, "plan", contact(&world, "a"), FOREVER, "PRO", "");
    struct err_info why = {0};
    CHECK_INT(history_builder_property(world.builder, plan, 0, FOREVER, STR("gold"), STR(""), &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("'gold' is not one of the property's options"));
    finish(&world);
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
    CHECK_INT(history_builder_property(world.builder, bio, contact(&world, "a"), FOREVER, (struct str){big, sizeof big},
                                       STR(""), &why),
              ERR_TOO_BIG);
    CHECK_CONTAINS(str_from_c(why.msg), STR("65536"));
    struct err_info none = {0};
    CHECK_INT(history_builder_property(world.builder, bio, RECORD_NONE, FOREVER, STR("x"), STR(""), &none),
              ERR_TOO_BIG);
    CHECK_STR(str_from_c(none.msg), STR("more than 200000000 contacts"));
    finish(&world);
    world_free(&world);
}

TEST(open_columns_get_the_type_their_values_have)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a"), b = contact(&world, "b");
    set(&world, "n", a, FOREVER, "5", "");
    set(&world, "n", b, FOREVER, "-2.5", "");
    set(&world, "flag", a, FOREVER, "true", "");
    set(&world, "born", a, FOREVER, "2026-01-05", "");
    set(&world, "mixed", a, FOREVER, "5", "");
    set(&world, "mixed", b, FOREVER, "five", "");
    catalog_property(world.catalog, ENTITY_CONTACT, STR("nothing"));
    const bool *seen = NULL;
    world.history = history_builder_finish(world.builder, &seen);
    static const enum type expected[] = {TYPE_NUMBER, TYPE_BOOLEAN, TYPE_DATETIME, TYPE_STRING, TYPE_STRING};
    for (uint32_t i = 0; i < COUNT_OF(expected); i++) {
        CHECK_INT(catalog_at(world.catalog, i)->type, expected[i]);
        CHECK_INT(seen[i], i < 4);
        if (i < 4) CHECK_INT(world.history->properties[i].values[1].type, expected[i]);
    }
    world_free(&world);
}

/* ---- Events. ---- */

TEST(events_lie_with_their_contact_in_the_order_of_time)
{
    struct world world = world_new();
    uint32_t b = contact(&world, "b"), a = contact(&world, "a");
    send(&world, b, 120001, "visit", "", NULL, NULL);
    send(&world, a, -1, "visit", "", NULL, NULL);
    send(&world, b, 60000, "visit", "", NULL, NULL);
    send(&world, a, EVENT_MAX_MS, "visit", "", NULL, NULL);
    send(&world, a, EVENT_MIN_MS, "visit", "", NULL, NULL);
    finish(&world);
    const struct history *h = world.history;
    CHECK_INT(events_of(&world, "a"), 3);
    CHECK_INT(events_of(&world, "b"), 2);
    static const int64_t expected[] = {EVENT_MIN_MS, -1, EVENT_MAX_MS, 60000, 120001};
    for (size_t i = 0; i < COUNT_OF(expected); i++) CHECK_INT(h->minute[i] * MS_PER_MINUTE + h->ms[i], expected[i]);
    CHECK_INT(h->minute[1], -1);
    CHECK_INT(h->ms[1], 59999);
    CHECK_INT(h->earliest_ms, EVENT_MIN_MS);
    CHECK_INT(h->latest_ms, EVENT_MAX_MS);
    world_free(&world);
}

TEST(a_class_is_a_name_the_bot_mark_and_properties_with_few_values)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a");
    uint32_t path = catalog_property(world.catalog, ENTITY_EVENT, STR("path"));
    uint32_t medium = catalog_property(world.catalog, ENTITY_EVENT, STR("medium"));
    struct event_property given[] = {{path, STR(" /pricing ")}, {medium, STR("mail")}};
    struct event_property turned[] = {{medium, STR("mail")}, {path, STR("/pricing")}};
    struct err_info why = {0};
    struct event_fact fact = {.contact = a, .at_ms = 1, .name = STR("Page Viewed"), .properties = given,
                              .property_count = 2};
    CHECK_OK(history_builder_event(world.builder, &fact, NULL, &why), why);
    fact.at_ms = 2, fact.properties = turned;
    CHECK_OK(history_builder_event(world.builder, &fact, NULL, &why), why);
    fact.at_ms = 3, fact.bot = true;
    CHECK_OK(history_builder_event(world.builder, &fact, NULL, &why), why);
    send(&world, a, 4, "PLUMB.note", "", NULL, NULL);
    finish(&world);
    const struct history *h = world.history;
    CHECK_INT(history_event_classes(h), 3);
    CHECK_INT(h->class_id[0], h->class_id[1]);
    const struct event_class *viewed = &h->classes[h->class_id[0]];
    CHECK_STR(viewed->name, STR("Page Viewed"));
    CHECK_STR(viewed->folded, STR("page viewed"));
    CHECK_FALSE(viewed->bot || viewed->reserved);
    CHECK_INT(viewed->property_count, 2);
    CHECK_STR(event_text(h, 0, path), STR("/pricing"));
    CHECK_STR(event_text(h, 0, medium), STR("mail"));
    CHECK_TRUE(h->classes[h->class_id[2]].bot);
    CHECK_TRUE(h->classes[h->class_id[3]].reserved);
    world_free(&world);
}

TEST(a_property_with_too_many_values_lies_beside_the_events)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a");
    char text[16];
    for (int i = 0; i < 3000; i++) {
        snprintf(text, sizeof text, "s%d", i / 2);
        send(&world, a, 1000 * i, "visit", "", "session", text);
        send(&world, a, 1000 * i + 1, "visit", "", "path", i % 2 ? "/a" : "/b");
    }
    finish(&world);
    const struct history *h = world.history;
    uint32_t session = catalog_find(world.catalog, ENTITY_EVENT, STR("session"));
    uint32_t path = catalog_find(world.catalog, ENTITY_EVENT, STR("path"));
    CHECK_INT(history_event_classes(h), 3); /* visit, visit /a, visit /b */
    CHECK_INT(h->event_properties[session].row_count, 3000);
    CHECK_INT(h->event_properties[path].row_count, 0);
    for (uint32_t i = 0; i < 6000; i += 100) {
        snprintf(text, sizeof text, "s%u", i / 4);
        CHECK_STR(event_text(h, i, session), str_from_c(text));
        CHECK_STR(event_text(h, i + 1, path), i / 2 % 2 ? STR("/a") : STR("/b"));
    }
    world_free(&world);
}

TEST(exactly_the_ceiling_of_values_still_fits_into_classes)
{
    for (int values = EVENT_CLASS_VALUES_MAX; values <= EVENT_CLASS_VALUES_MAX + 1; values++) {
        struct world world = world_new();
        uint32_t a = contact(&world, "a");
        char text[16];
        for (int i = 0; i < values; i++) {
            snprintf(text, sizeof text, "%d", i);
            send(&world, a, i, "visit", "", "n", text);
        }
        finish(&world);
        CHECK_INT(history_event_classes(world.history), values == EVENT_CLASS_VALUES_MAX ? values : 1);
        CHECK_INT(world.history->event_properties[0].row_count, values == EVENT_CLASS_VALUES_MAX ? 0 : values);
        world_free(&world);
    }
}

/* An event with each combination of 10 x 80 x 90 values; classes_max 0: the builder's own. */
static struct history *combinations(struct world *world, uint32_t classes_max)
{
    static const char *const names[] = {"few", "more", "most"};
    static const int values[] = {10, 80, 90};
    uint32_t a = contact(world, "a");
    if (classes_max > 0) world->builder->events.classes_max = classes_max;
    for (int i = 0; i < 72000; i++) {
        char text[3][16];
        struct event_property given[3];
        int rest = i;
        for (int k = 0; k < 3; k++) {
            snprintf(text[k], sizeof text[k], "%d", rest % values[k]);
            rest /= values[k];
            uint32_t property = catalog_property(world->catalog, ENTITY_EVENT, str_from_c(names[k]));
            given[k] = (struct event_property){property, str_from_c(text[k])};
        }
        struct event_fact fact = {.contact = a, .at_ms = i, .name = STR("visit"), .properties = given,
                                  .property_count = 3};
        struct err_info why = {0};
        CHECK_OK(history_builder_event(world->builder, &fact, NULL, &why), why);
    }
    finish(world);
    return world->history;
}

TEST(too_many_classes_demote_the_property_with_the_most_values)
{
    struct world world = world_new();
    const struct history *h = combinations(&world, 0);
    CHECK_INT(history_event_classes(h), 800);
    uint32_t few = catalog_find(world.catalog, ENTITY_EVENT, STR("few"));
    uint32_t more = catalog_find(world.catalog, ENTITY_EVENT, STR("more"));
    uint32_t most = catalog_find(world.catalog, ENTITY_EVENT, STR("most"));
    CHECK_INT(h->event_properties[few].row_count, 0);
    CHECK_INT(h->event_properties[more].row_count, 0);
    CHECK_INT(h->event_properties[most].row_count, 72000);
    CHECK_STR(event_text(h, 71999, most), STR("89"));
    CHECK_STR(event_text(h, 71999, more), STR("79"));
    struct world pressed = world_new();
    check_equal(h, combinations(&pressed, 1000));
    world_free(&pressed);
    world_free(&world);
}

TEST(the_same_message_id_of_one_contact_is_one_event)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a"), b = contact(&world, "b");
    for (int i = 0; i < 40; i++) send(&world, a, 5000, "visit", "m1", NULL, NULL);
    send(&world, b, 5000, "visit", "m1", NULL, NULL);
    send(&world, b, 5000, "visit", "m2", NULL, NULL);
    finish(&world);
    CHECK_INT(events_of(&world, "a"), 1);
    CHECK_INT(events_of(&world, "b"), 2);
    world_free(&world);
}

TEST(events_without_an_id_are_never_duplicates)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a");
    for (int i = 0; i < 40; i++) send(&world, a, 5000, "visit", "", NULL, NULL);
    finish(&world);
    CHECK_INT(events_of(&world, "a"), 40);
    world_free(&world);
}

TEST(of_duplicates_the_earliest_stays_then_the_least_content)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a"), b = contact(&world, "b");
    send(&world, a, 9000, "alpha", "m1", NULL, NULL);
    send(&world, a, 5000, "zeta", "m1", NULL, NULL);
    send(&world, b, 5000, "visit", "m1", "path", "/b");
    send(&world, b, 5000, "visit", "m1", "path", "/a");
    send(&world, b, 5000, "visitor", "m1", NULL, NULL);
    finish(&world);
    const struct history *h = world.history;
    CHECK_INT(history_events(h), 2);
    CHECK_STR(h->classes[h->class_id[0]].name, STR("zeta"));
    CHECK_STR(h->classes[h->class_id[1]].name, STR("visit"));
    CHECK_STR(event_text(h, 1, 0), STR("/a"));
    world_free(&world);
}

TEST(duplicates_are_found_after_contacts_were_joined)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a"), anonymous = stranger(&world, "anon");
    send(&world, a, 5000, "visit", "m1", NULL, NULL);
    send(&world, anonymous, 4000, "visit", "m1", NULL, NULL);
    send(&world, anonymous, 3000, "visit", "m2", NULL, NULL);
    history_builder_join(world.builder, anonymous, a);
    finish(&world);
    CHECK_INT(history_records(world.history, ENTITY_CONTACT), 1);
    CHECK_INT(events_of(&world, "a"), 2);
    CHECK_INT(events_of(&world, "anon"), 2);
    CHECK_INT(world.history->ms[1], 4000);
    world_free(&world);
}

TEST(a_time_outside_the_calendar_is_refused)
{
    struct world world = world_new();
    expect_refused(&world, EVENT_MIN_MS - 1, "visit", NULL, NULL, "outside the years 1900 to 5999");
    expect_refused(&world, EVENT_MAX_MS + 1, "visit", NULL, NULL, "outside the years 1900 to 5999");
    finish(&world);
    CHECK_INT(history_events(world.history), 0);
    CHECK_INT(history_event_classes(world.history), 0);
    world_free(&world);
}

TEST(a_refused_event_leaves_no_trace_and_names_its_property)
{
    struct world world = world_new();
    uint32_t path = catalog_property(world.catalog, ENTITY_EVENT, STR("path"));
    uint32_t seconds = catalog_property(world.catalog, ENTITY_EVENT, STR("seconds"));
    catalog_at(world.catalog, seconds)->declared = true;
    catalog_at(world.catalog, seconds)->type = TYPE_NUMBER;
    struct event_property given[] = {{path, STR("/pricing")}, {seconds, STR("long")}};
    struct event_fact fact = {.contact = contact(&world, "a"), .at_ms = 1, .name = STR("visit"), .properties = given,
                              .property_count = 2};
    struct err_info why = {0};
    uint32_t bad = 99;
    CHECK_INT(history_builder_event(world.builder, &fact, &bad, &why), ERR_INVALID);
    CHECK_INT(bad, seconds);
    CHECK_STR(str_from_c(why.msg), STR("'long' is not a number"));
    const bool *seen = NULL;
    world.history = history_builder_finish(world.builder, &seen);
    CHECK_FALSE(seen[path] || seen[seconds]);
    CHECK_INT(history_event_classes(world.history), 0);
    world_free(&world);
}

TEST(reserved_events_need_their_parts)
{
    struct world world = world_new();
    expect_refused(&world, 1, "plumb.score_adjusted", NULL, NULL, "plumb.score_adjusted needs 'score'");
    expect_refused(&world, 1, "Plumb.Score_Adjusted", "score", "lead", "needs 'points', a whole number");
    expect_refused(&world, 1, "plumb.score_reset", "score", "lead", "needs 'category', engagement or all");
    static const struct { const char *name, *part, *text; bool good; } rows[] = {
        {"plumb.score_adjusted", "points", "10000", true},   {"plumb.score_adjusted", "points", "-10000", true},
        {"plumb.score_adjusted", "points", "10001", false},  {"plumb.score_adjusted", "points", "1.5", false},
        {"plumb.score_reset", "category", "all", true},      {"plumb.score_reset", "category", "engagement", true},
        {"plumb.score_reset", "category", "fit", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct event_property given[] = {
            {catalog_property(world.catalog, ENTITY_EVENT, STR("score")), STR("lead")},
            {catalog_property(world.catalog, ENTITY_EVENT, str_from_c(rows[i].part)), str_from_c(rows[i].text)},
        };
        struct event_fact fact = {.contact = contact(&world, "a"), .at_ms = 1, .name = str_from_c(rows[i].name),
                                  .properties = given, .property_count = 2};
        CHECK_INT(history_builder_event(world.builder, &fact, NULL, NULL), rows[i].good ? ERR_OK : ERR_INVALID);
    }
    finish(&world);
    CHECK_INT(history_events(world.history), 4);
    world_free(&world);
}

TEST(too_many_event_names_are_refused_with_a_sentence)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a");
    char name[16];
    for (int i = 0; i < EVENT_CLASSES_MAX / 2; i++) {
        snprintf(name, sizeof name, "e%d", i);
        send(&world, a, i, name, "", NULL, NULL);
    }
    struct err_info why = {0};
    CHECK_INT(send_with(&world, a, 1, "one more", "", NULL, NULL, &why), ERR_TOO_BIG);
    CHECK_STR(str_from_c(why.msg), STR("more than 32767 different event names"));
    send(&world, a, 1, "e7", "", NULL, NULL);
    finish(&world);
    CHECK_INT(history_event_classes(world.history), EVENT_CLASSES_MAX / 2);
    world_free(&world);
}

TEST(of_a_property_twice_in_one_event_the_last_stays)
{
    struct world world = world_new();
    uint32_t path = catalog_property(world.catalog, ENTITY_EVENT, STR("path"));
    struct event_property given[40];
    for (size_t i = 0; i < COUNT_OF(given); i++) {
        given[i] = (struct event_property){path, i + 1 == COUNT_OF(given) ? STR("/last") : STR("/first")};
    }
    struct event_fact fact = {.contact = contact(&world, "a"), .at_ms = 1, .name = STR("visit"), .properties = given,
                              .property_count = COUNT_OF(given)};
    struct err_info why = {0};
    CHECK_OK(history_builder_event(world.builder, &fact, NULL, &why), why);
    fact.properties = given + 37, fact.property_count = 3;
    CHECK_OK(history_builder_event(world.builder, &fact, NULL, &why), why);
    finish(&world);
    CHECK_INT(history_event_classes(world.history), 1);
    CHECK_STR(event_text(world.history, 0, path), STR("/last"));
    world_free(&world);
}

/* ---- Identity. ---- */

TEST(of_joined_contacts_the_listed_stays_then_the_earliest_then_the_lesser_id)
{
    struct world world = world_new();
    uint32_t a1 = stranger(&world, "a1"), a2 = contact(&world, "a2");
    uint32_t b1 = stranger(&world, "b1"), b2 = stranger(&world, "b2");
    uint32_t c1 = stranger(&world, "c1"), c2 = stranger(&world, "c2");
    send(&world, a1, 1000, "visit", "", NULL, NULL);
    send(&world, b1, 3000, "visit", "", NULL, NULL);
    set(&world, "city", b2, 2000, "Brno", "");
    history_builder_join(world.builder, a1, a2);
    history_builder_join(world.builder, b1, b2);
    history_builder_join(world.builder, c2, c1);
    history_builder_join(world.builder, c2, c2);
    finish(&world);
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

TEST(associations_are_found_from_both_ends_each_once)
{
    struct world world = world_new();
    uint32_t a = contact(&world, "a"), b = contact(&world, "b"), alias = stranger(&world, "x");
    uint32_t acme = company(&world, "acme"), zeta = company(&world, "zeta");
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, a, zeta, 3000);
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, a, acme, 2000);
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, alias, zeta, 1000);
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, b, acme, FOREVER);
    history_builder_associate(world.builder, ASSOCIATION_CONTACT_COMPANY, b, RECORD_NONE, FOREVER);
    history_builder_join(world.builder, a, alias);
    finish(&world);
    const struct edges *edges = &world.history->edges[ASSOCIATION_CONTACT_COMPANY];
    CHECK_INT(edges->count, 3);
    CHECK_FALSE(edges->all_forever);
    static const struct edge expected[] = {{0, 1, 1000}, {0, 0, 2000}, {1, 0, FOREVER}};
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_INT(edges->forward[i].from, expected[i].from);
        CHECK_INT(edges->forward[i].to, expected[i].to);
        CHECK_INT(edges->forward[i].from_ms, expected[i].from_ms);
    }
    CHECK_INT(edges->backward_first[1], 2);
    CHECK_INT(edges->backward[2].from, 0);
    CHECK_TRUE(world.history->edges[ASSOCIATION_DEAL_CONTACT].all_forever);
    world_free(&world);
}

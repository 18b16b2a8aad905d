/* test_builder_events.c — events at the door, their classes, their order, and each once. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "base/instant.h"
#include "history/builder_internal.h"
#include "world.h"

static void expect_refused(struct world *world, int64_t at_ms, const char *name, const char *property, const char *text,
                           const char *sentence)
{
    struct err_info why = {0};
    CHECK_INT(try_event(world, add_contact(world, "a"), at_ms, name, "", property, text, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), str_from_c(sentence));
}

TEST(events_lie_with_their_contact_in_the_order_of_time)
{
    struct world world = world_new();
    uint32_t b = add_contact(&world, "b"), a = add_contact(&world, "a");
    send_event(&world, b, 120001, "visit", "", NULL, NULL);
    send_event(&world, a, -1, "visit", "", NULL, NULL);
    send_event(&world, b, 60000, "visit", "", NULL, NULL);
    send_event(&world, a, EVENT_MAX_MS, "visit", "", NULL, NULL);
    send_event(&world, a, EVENT_MIN_MS, "visit", "", NULL, NULL);
    world_finish(&world);
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
    uint32_t a = add_contact(&world, "a");
    uint32_t path = catalog_property(world.catalog, ENTITY_EVENT, STR("path"));
    uint32_t medium = catalog_property(world.catalog, ENTITY_EVENT, STR("medium"));
    struct event_property given[] = {{path, STR(" /pricing ")}, {medium, STR("mail")}};
    struct event_property turned[] = {{medium, STR("mail")}, {path, STR("/pricing")}};
    struct err_info why = {0};
    struct event_fact fact = {
        .contact = a, .at_ms = 1, .name = STR("Page Viewed"), .properties = given, .property_count = 2};
    CHECK_OK(history_builder_event(world.builder, &fact, NULL, &why), why);
    fact.at_ms = 2, fact.properties = turned;
    CHECK_OK(history_builder_event(world.builder, &fact, NULL, &why), why);
    fact.at_ms = 3, fact.bot = true;
    CHECK_OK(history_builder_event(world.builder, &fact, NULL, &why), why);
    send_event(&world, a, 4, "PLUMB.note", "", NULL, NULL);
    world_finish(&world);
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
    uint32_t a = add_contact(&world, "a");
    char text[16];
    for (int i = 0; i < 3000; i++) {
        snprintf(text, sizeof text, "s%d", i / 2);
        send_event(&world, a, 1000 * i, "visit", "", "session", text);
        send_event(&world, a, 1000 * i + 1, "visit", "", "path", i % 2 ? "/a" : "/b");
    }
    world_finish(&world);
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
        uint32_t a = add_contact(&world, "a");
        char text[16];
        for (int i = 0; i < values; i++) {
            snprintf(text, sizeof text, "%d", i);
            send_event(&world, a, i, "visit", "", "n", text);
        }
        world_finish(&world);
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
    uint32_t a = add_contact(world, "a");
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
        struct event_fact fact = {
            .contact = a, .at_ms = i, .name = STR("visit"), .properties = given, .property_count = 3};
        struct err_info why = {0};
        CHECK_OK(history_builder_event(world->builder, &fact, NULL, &why), why);
    }
    world_finish(world);
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
    uint32_t a = add_contact(&world, "a"), b = add_contact(&world, "b");
    for (int i = 0; i < 40; i++) send_event(&world, a, 5000, "visit", "m1", NULL, NULL);
    send_event(&world, b, 5000, "visit", "m1", NULL, NULL);
    send_event(&world, b, 5000, "visit", "m2", NULL, NULL);
    world_finish(&world);
    CHECK_INT(events_of(&world, "a"), 1);
    CHECK_INT(events_of(&world, "b"), 2);
    world_free(&world);
}

TEST(events_without_an_id_are_never_duplicates)
{
    struct world world = world_new();
    uint32_t a = add_contact(&world, "a");
    for (int i = 0; i < 40; i++) send_event(&world, a, 5000, "visit", "", NULL, NULL);
    world_finish(&world);
    CHECK_INT(events_of(&world, "a"), 40);
    world_free(&world);
}

TEST(of_duplicates_the_earliest_stays_then_the_least_content)
{
    struct world world = world_new();
    uint32_t a = add_contact(&world, "a"), b = add_contact(&world, "b");
    send_event(&world, a, 9000, "alpha", "m1", NULL, NULL);
    send_event(&world, a, 5000, "zeta", "m1", NULL, NULL);
    send_event(&world, b, 5000, "visit", "m1", "path", "/b");
    send_event(&world, b, 5000, "visit", "m1", "path", "/a");
    send_event(&world, b, 5000, "visitor", "m1", NULL, NULL);
    world_finish(&world);
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
    uint32_t a = add_contact(&world, "a"), anonymous = add_stranger(&world, "anon");
    send_event(&world, a, 5000, "visit", "m1", NULL, NULL);
    send_event(&world, anonymous, 4000, "visit", "m1", NULL, NULL);
    send_event(&world, anonymous, 3000, "visit", "m2", NULL, NULL);
    history_builder_join(world.builder, anonymous, a);
    world_finish(&world);
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
    world_finish(&world);
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
    struct event_fact fact = {.contact = add_contact(&world, "a"),
                              .at_ms = 1,
                              .name = STR("visit"),
                              .properties = given,
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
    static const struct {
        const char *name, *part, *text;
        bool good;
    } rows[] = {
        {"plumb.score_adjusted", "points", "10000", true},  {"plumb.score_adjusted", "points", "-10000", true},
        {"plumb.score_adjusted", "points", "10001", false}, {"plumb.score_adjusted", "points", "1.5", false},
        {"plumb.score_reset", "category", "all", true},     {"plumb.score_reset", "category", "engagement", true},
        {"plumb.score_reset", "category", "fit", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct event_property given[] = {
            {catalog_property(world.catalog, ENTITY_EVENT, STR("score")), STR("lead")},
            {catalog_property(world.catalog, ENTITY_EVENT, str_from_c(rows[i].part)), str_from_c(rows[i].text)},
        };
        struct event_fact fact = {.contact = add_contact(&world, "a"),
                                  .at_ms = 1,
                                  .name = str_from_c(rows[i].name),
                                  .properties = given,
                                  .property_count = 2};
        CHECK_INT(history_builder_event(world.builder, &fact, NULL, NULL), rows[i].good ? ERR_OK : ERR_INVALID);
    }
    world_finish(&world);
    CHECK_INT(history_events(world.history), 4);
    world_free(&world);
}

TEST(too_many_event_names_are_refused_with_a_sentence)
{
    struct world world = world_new();
    uint32_t a = add_contact(&world, "a");
    char name[16];
    for (int i = 0; i < EVENT_CLASSES_MAX / 2; i++) {
        snprintf(name, sizeof name, "e%d", i);
        send_event(&world, a, i, name, "", NULL, NULL);
    }
    struct err_info why = {0};
    CHECK_INT(try_event(&world, a, 1, "one more", "", NULL, NULL, &why), ERR_TOO_BIG);
    CHECK_STR(str_from_c(why.msg), STR("more than 32767 different event names"));
    send_event(&world, a, 1, "e7", "", NULL, NULL);
    world_finish(&world);
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
    struct event_fact fact = {.contact = add_contact(&world, "a"),
                              .at_ms = 1,
                              .name = STR("visit"),
                              .properties = given,
                              .property_count = COUNT_OF(given)};
    struct err_info why = {0};
    CHECK_OK(history_builder_event(world.builder, &fact, NULL, &why), why);
    fact.properties = given + 37, fact.property_count = 3;
    CHECK_OK(history_builder_event(world.builder, &fact, NULL, &why), why);
    world_finish(&world);
    CHECK_INT(history_event_classes(world.history), 1);
    CHECK_STR(event_text(world.history, 0, path), STR("/last"));
    world_free(&world);
}

/* test_live.c — a history that grows: late facts, repeated ones, undone ones; one person, nobody. */
// SPDX-License-Identifier: Apache-2.0
#include "history/live.h"

#include <stdio.h>

#include "base/instant.h"
#include "harness.h"
#include "history/history_internal.h"

struct grown {
    struct catalog *catalog;
    struct live *live;
    const struct history *history;
    uint32_t next_row;
    const char *ids[64]; /* message ids by row */
    const char *asked;
};

static struct grown begun(void)
{
    struct grown g = {.catalog = catalog_new()};
    g.live = live_new(g.catalog);
    g.history = live_history(g.live);
    live_begin(g.live);
    return g;
}

static void end(struct grown *g)
{
    live_free(g->live);
    catalog_free(g->catalog);
}

static uint32_t contact(struct grown *g, const char *id)
{
    return live_add_record(g->live, ENTITY_CONTACT, str_from_c(id), true);
}

static uint32_t find(const struct grown *g, const char *id)
{
    return history_find(g->history, ENTITY_CONTACT, str_from_c(id));
}

static enum err try_event(struct grown *g, uint32_t who, int64_t at_ms, const char *name, const char *property,
                          const char *text, struct err_info *why)
{
    struct event_property given = {0};
    if (property != NULL)
        given =
            (struct event_property){catalog_property(g->catalog, ENTITY_EVENT, str_from_c(property)), str_from_c(text)};
    struct event_fact fact = {.contact = who,
                              .at_ms = at_ms,
                              .name = str_from_c(name),
                              .properties = &given,
                              .property_count = property != NULL};
    enum err e = live_event(g->live, &fact, 0, g->next_row, NULL, why);
    if (e == ERR_OK) g->next_row++;
    return e;
}

static void event(struct grown *g, uint32_t who, int64_t at_ms, const char *name)
{
    struct err_info why = {0};
    CHECK_OK(try_event(g, who, at_ms, name, NULL, NULL, &why), why);
}

/* All ids have one hash: they collide. */
static void message(struct grown *g, uint32_t who, int64_t at_ms, const char *id)
{
    struct event_fact fact = {.contact = who, .at_ms = at_ms, .name = STR("visit")};
    struct err_info why = {0};
    g->ids[g->next_row] = id;
    CHECK_OK(live_event(g->live, &fact, 7, g->next_row++, NULL, &why), why);
}

static bool is_asked(void *context, uint32_t row)
{
    const struct grown *g = context;
    return str_equal(str_from_c(g->ids[row]), str_from_c(g->asked));
}

static bool same_message(void *context, uint32_t a, uint32_t b)
{
    const struct grown *g = context;
    return str_equal(str_from_c(g->ids[a]), str_from_c(g->ids[b]));
}

static bool has_message(struct grown *g, uint32_t who, const char *id)
{
    g->asked = id;
    return live_has_event(g->live, who, 7, is_asked, g);
}

static uint32_t set(struct grown *g, const char *property, uint32_t who, int64_t from_ms, const char *text,
                    const char *fact_id)
{
    uint32_t id = catalog_property(g->catalog, ENTITY_CONTACT, str_from_c(property));
    struct err_info why = {0};
    CHECK_OK(live_check(g->live, id, str_from_c(text), &why), why);
    return live_set(g->live, id, who, from_ms, str_from_c(text), str_from_c(fact_id));
}

static struct str text_at(const struct grown *g, const char *property, uint32_t who, int64_t as_of_ms)
{
    uint32_t id = catalog_find(g->catalog, ENTITY_CONTACT, str_from_c(property));
    const struct value *value = history_value(g->history, id, who, as_of_ms);
    return value == NULL ? STR("") : value->raw;
}

/* The names of a contact's events with their seconds: "a1 b2". */
static struct str events_of(const struct history *history, uint32_t who)
{
    static char text[256];
    size_t length = 0;
    struct run run = events_of_contact(history, who);
    for (uint64_t e = run.first; e < run.first + run.count; e++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s%d", length > 0 ? " " : "",
                                   history->classes[history->class_id[e]].name.at,
                                   history->minute[e] * 60 + history->ms[e] / 1000);
    return (struct str){text, length};
}

TEST(records_are_numbered_as_they_come_and_found_by_their_ids)
{
    struct grown g = begun();
    CHECK_INT(contact(&g, "zoe"), 0);
    CHECK_INT(contact(&g, "ada"), 1);
    CHECK_INT(find(&g, "ada"), 1);
    CHECK_INT(find(&g, "bob"), RECORD_NONE);
    CHECK_STR(history_record_id(g.history, ENTITY_CONTACT, 0), STR("zoe"));
    CHECK_TRUE(history_is_listed(g.history, ENTITY_CONTACT, 0));
    live_list_record(g.live, ENTITY_CONTACT, 0, false);
    CHECK_FALSE(history_is_listed(g.history, ENTITY_CONTACT, 0));
    end(&g);
}

TEST(late_events_and_events_of_one_instant_stand_in_the_order_of_time)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada"), bob = contact(&g, "bob");
    event(&g, ada, 5000, "c");
    event(&g, bob, 1000, "x");
    event(&g, ada, 9000, "d");
    event(&g, ada, 2000, "a");
    event(&g, ada, 5000, "c");
    event(&g, ada, 3000, "b");
    live_place_late(g.live);
    CHECK_STR(events_of(g.history, ada), STR("a2 b3 c5 c5 d9"));
    CHECK_STR(events_of(g.history, bob), STR("x1"));
    uint32_t rows[8];
    CHECK_INT(live_event_rows(g.live, ada, 0, 8, rows), 5);
    CHECK_INT(rows[0], 2); /* the latest first */
    CHECK_INT(rows[1], 4); /* of one instant the later row first */
    CHECK_INT(rows[2], 0);
    CHECK_INT(live_event_rows(g.live, ada, 4, 8, rows), 1);
    CHECK_INT(rows[0], 3);
    CHECK_INT(live_event_rows(g.live, ada, 5, 8, rows), 0);
    CHECK_INT(live_event_count(g.live, ada), 5);
    CHECK_INT(history_events(g.history), 6);
    end(&g);
}

TEST(a_message_is_known_by_its_id_and_not_by_its_hash_alone)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada"), bob = contact(&g, "bob");
    message(&g, ada, 1000, "m1");
    message(&g, ada, 2000, "m2");
    CHECK_TRUE(has_message(&g, ada, "m1"));
    CHECK_FALSE(has_message(&g, ada, "m3"));
    CHECK_FALSE(has_message(&g, bob, "m1"));
    CHECK_FALSE(live_has_event(g.live, ada, 0, is_asked, &g));
    end(&g);
}

TEST(a_value_holds_from_its_time_on_whenever_it_was_told)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada");
    CHECK_TRUE(set(&g, "city", ada, 3000, "Rome", "m3"));
    CHECK_TRUE(set(&g, "city", ada, 1000, "Oslo", "m1"));
    CHECK_TRUE(set(&g, "city", ada, FOREVER, "Bonn", ""));
    CHECK_TRUE(set(&g, "city", ada, 4000, "", "m4"));
    CHECK_STR(text_at(&g, "city", ada, 0), STR("Bonn"));
    CHECK_STR(text_at(&g, "city", ada, 2999), STR("Oslo"));
    CHECK_STR(text_at(&g, "city", ada, 3000), STR("Rome"));
    CHECK_STR(text_at(&g, "city", ada, 4000), STR(""));
    end(&g);
}

TEST(of_several_values_of_one_instant_the_greatest_fact_holds_in_any_order)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada");
    CHECK_TRUE(set(&g, "city", ada, 1000, "Oslo", "m2"));
    CHECK_FALSE(set(&g, "city", ada, 1000, "Oslo", "m2"));
    CHECK_FALSE(set(&g, "city", ada, 1000, "Rome", "m1"));
    CHECK_FALSE(set(&g, "city", ada, 1000, "Bonn", "m2"));
    CHECK_TRUE(set(&g, "city", ada, 1000, "Paris", "m2"));
    CHECK_STR(text_at(&g, "city", ada, 1000), STR("Paris"));
    CHECK_FALSE(set(&g, "vip", ada, FOREVER, "", "")); /* nothing at all is less than any fact */
    end(&g);
}

/* Found by ThreadSanitizer: a reader that knew the number of a record that was rolled back asked for its next bearer's name
 * before it was there. */
TEST(a_number_that_is_given_again_always_has_a_name)
{
    struct grown g = begun();
    uint32_t first = contact(&g, "ada");
    live_rollback(g.live);
    CHECK_STR(history_record_id(g.history, ENTITY_CONTACT, first), STR("ada")); /* as a reader may, who saw it */
    live_begin(g.live);
    CHECK_INT(contact(&g, "eve"), first);
    CHECK_STR(history_record_id(g.history, ENTITY_CONTACT, first), STR("eve"));
    end(&g);
}

TEST(a_property_takes_any_text_until_it_is_settled_and_remembers_what_its_texts_have_in_common)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada");
    set(&g, "seats", ada, 1000, "5", "");
    uint32_t seats = catalog_find(g.catalog, ENTITY_CONTACT, STR("seats"));
    CHECK_INT(catalog_at(g.catalog, seats)->type, TYPE_OPEN);
    CHECK_INT(catalog_at(g.catalog, seats)->inferred, TYPE_NUMBER);
    set(&g, "seats", ada, 2000, "many", "");
    CHECK_INT(catalog_at(g.catalog, seats)->inferred, TYPE_STRING);
    end(&g);
}

TEST(a_settled_property_is_read_as_its_type_and_what_does_not_parse_is_no_value)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada"), eve = contact(&g, "eve");
    set(&g, "seats", ada, 1000, "5", "");
    set(&g, "seats", eve, 1000, "many", "");
    uint32_t seats = catalog_find(g.catalog, ENTITY_CONTACT, STR("seats"));
    CHECK_INT(live_settle(g.live, seats, TYPE_NUMBER), 1);
    CHECK_INT(live_settle(g.live, seats, TYPE_STRING), 0); /* settled is settled */
    CHECK_INT(catalog_at(g.catalog, seats)->type, TYPE_NUMBER);
    CHECK_DOUBLE(history_value(g.history, seats, ada, 1000)->number, 5.0);
    CHECK_INT(history_value(g.history, seats, eve, 1000)->type, TYPE_OPEN);
    CHECK_STR(history_value(g.history, seats, eve, 1000)->raw, STR("many"));
    set(&g, "seats", eve, 2000, "7", "");
    CHECK_DOUBLE(history_value(g.history, seats, eve, 2000)->number, 7.0);
    end(&g);
}

TEST(a_property_that_is_declared_or_needed_refuses_what_does_not_parse)
{
    struct grown g = begun();
    uint32_t seats = catalog_property(g.catalog, ENTITY_CONTACT, STR("seats"));
    catalog_at(g.catalog, seats)->declared = true;
    catalog_at(g.catalog, seats)->type = TYPE_NUMBER;
    struct err_info why = {0};
    CHECK_INT(live_check(g.live, seats, STR("many"), &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("'many' is not a number"));
    CHECK_INT(live_check(g.live, seats, STR(" 7 "), &why), ERR_OK);
    CHECK_INT(live_check(g.live, seats, STR("  "), &why), ERR_OK);
    end(&g);
}

TEST(what_a_needed_property_refuses_it_also_refuses_from_whom_it_was_taken_before)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada");
    struct err_info why = {0};
    set(&g, "seats", ada, 1000, "many", "");
    set(&g, "seats", ada, 2000, "5", "");
    uint32_t seats = catalog_find(g.catalog, ENTITY_CONTACT, STR("seats"));
    CHECK_INT(live_check(g.live, seats, STR("many"), &why), ERR_OK);
    const struct property asked = {.need = NEED_STRONG, .needed = TYPE_NUMBER};
    catalog_put_need(g.catalog, seats, &asked);
    (void)live_settle(g.live, seats, TYPE_NUMBER);
    CHECK_INT(live_check(g.live, seats, STR("5"), &why), ERR_OK);
    CHECK_INT(live_check(g.live, seats, STR("many"), &why), ERR_INVALID);
    end(&g);
}

TEST(a_refused_event_leaves_nothing)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada");
    struct err_info why = {0};
    CHECK_OK(try_event(&g, ada, 1000, "page", "seconds", "5", &why), why);
    uint32_t seconds = catalog_find(g.catalog, ENTITY_EVENT, STR("seconds"));
    live_settle(g.live, seconds, TYPE_NUMBER);
    catalog_at(g.catalog, seconds)->declared = true;
    uint32_t classes = history_event_classes(g.history);
    CHECK_INT(try_event(&g, ada, 2000, "other", "seconds", "long", &why), ERR_INVALID);
    why = (struct err_info){0};
    CHECK_INT(try_event(&g, ada, EVENT_MAX_MS + 1, "page", NULL, NULL, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("the time lies outside the years 1900 to 5999"));
    why = (struct err_info){0};
    CHECK_INT(try_event(&g, ada, 2000, "plumb.score_reset", NULL, NULL, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("plumb.score_reset needs 'score', the name of a score"));
    CHECK_INT(try_event(&g, RECORD_NONE, 2000, "page", NULL, NULL, &why), ERR_TOO_BIG);
    CHECK_INT(history_event_classes(g.history), classes);
    CHECK_INT(history_events(g.history), 1);
    end(&g);
}

TEST(event_names_have_a_ceiling_and_pressing_keeps_every_value)
{
    enum { VALUES = EVENT_CLASS_VALUES_MAX + 500 };
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada");
    struct err_info why = {0};
    char text[16];
    for (int i = 0; i < VALUES; i++) {
        snprintf(text, sizeof text, "/p%d", i);
        CHECK_OK(try_event(&g, ada, i * 1000, "page", "path", text, &why), why);
    }
    uint32_t path = catalog_find(g.catalog, ENTITY_EVENT, STR("path"));
    CHECK_INT(g.history->event_properties[path].row_count, VALUES - EVENT_CLASS_VALUES_MAX);
    CHECK_TRUE(history_event_classes(g.history) <= EVENT_CLASS_VALUES_MAX + 2);
    for (int i = 0; i < 40000 && why.code == ERR_OK; i++) {
        snprintf(text, sizeof text, "n%d", i);
        if (try_event(&g, ada, (VALUES + i) * 1000, text, NULL, NULL, &why) != ERR_OK) break;
    }
    CHECK_INT(why.code, ERR_TOO_BIG);
    CHECK_TRUE(history_event_classes(g.history) <= EVENT_CLASSES_MAX);
    end(&g);
}

TEST(a_rollback_leaves_no_trace)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada"), bob = contact(&g, "bob");
    uint32_t acme = live_add_record(g.live, ENTITY_COMPANY, STR("acme"), true);
    set(&g, "city", ada, 1000, "Oslo", "m1");
    event(&g, ada, 1000, "a");
    event(&g, ada, 2000, "b");
    event(&g, ada, 3000, "c");
    live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, acme, 1000);
    live_commit(g.live);

    live_begin(g.live);
    uint32_t cid = contact(&g, "cid");
    set(&g, "city", ada, 1000, "Rome", "m2");
    set(&g, "city", cid, 1000, "Bonn", "m3");
    event(&g, ada, 4000, "d");
    event(&g, ada, 1500, "e");
    live_merge(g.live, ENTITY_CONTACT, bob, ada, same_message, &g);
    live_dissociate(g.live, ASSOCIATION_CONTACT_COMPANY, bob, acme);
    live_list_record(g.live, ENTITY_CONTACT, bob, false);
    live_erase(g.live, ENTITY_COMPANY, acme);
    CHECK_INT(find(&g, "ada"), bob);
    live_rollback(g.live);

    CHECK_INT(history_records(g.history, ENTITY_CONTACT), 2);
    CHECK_INT(find(&g, "cid"), RECORD_NONE);
    CHECK_INT(find(&g, "ada"), ada);
    CHECK_INT(history_find(g.history, ENTITY_COMPANY, STR("acme")), acme);
    CHECK_STR(history_record_id(g.history, ENTITY_COMPANY, acme), STR("acme"));
    CHECK_TRUE(history_is_listed(g.history, ENTITY_CONTACT, ada));
    CHECK_TRUE(history_is_listed(g.history, ENTITY_CONTACT, bob));
    CHECK_STR(text_at(&g, "city", ada, 5000), STR("Oslo"));
    CHECK_STR(text_at(&g, "city", bob, 5000), STR(""));
    CHECK_STR(events_of(g.history, ada), STR("a1 b2 c3"));
    CHECK_INT(live_event_count(g.live, bob), 0);
    CHECK_INT(history_events(g.history), 3);
    CHECK_INT(g.history->edges[ASSOCIATION_CONTACT_COMPANY].count, 1);
    CHECK_INT(run_of(g.history->edges[ASSOCIATION_CONTACT_COMPANY].forward_run[ada]).count, 1);
    CHECK_INT(run_of(g.history->edges[ASSOCIATION_CONTACT_COMPANY].backward_run[acme]).count, 1);

    live_begin(g.live);
    CHECK_INT(contact(&g, "dan"), cid); /* the number was never anybody's */
    CHECK_STR(history_record_id(g.history, ENTITY_CONTACT, cid), STR("dan"));
    CHECK_STR(text_at(&g, "city", cid, 5000), STR(""));
    CHECK_INT(contact(&g, "cid"), cid + 1);
    CHECK_INT(find(&g, "cid"), cid + 1);
    end(&g);
}

TEST(what_a_reader_saw_of_a_batch_that_is_rolled_back_stays_as_it_was)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada");
    for (int i = 0; i < 5; i++) event(&g, ada, i * 1000, "a");
    live_commit(g.live);
    live_begin(g.live);
    event(&g, ada, 5000, "b");
    struct run seen = events_of_contact(g.history, ada);
    uint16_t class_id = g.history->class_id[seen.first + 5];
    live_rollback(g.live);
    live_begin(g.live);
    event(&g, ada, 6000, "c");
    CHECK_INT(g.history->class_id[seen.first + 5], class_id);
    CHECK_STR(events_of(g.history, ada), STR("a0 a1 a2 a3 a4 c6"));
    end(&g);
}

TEST(a_reader_of_an_old_word_keeps_its_events)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada");
    for (int i = 1; i <= 3; i++) event(&g, ada, i * 60000, "a");
    struct run old = events_of_contact(g.history, ada);
    event(&g, ada, 30000, "b");
    event(&g, ada, 240000, "c");
    live_erase(g.live, ENTITY_CONTACT, ada);
    CHECK_INT(old.count, 3);
    for (uint32_t i = 0; i < 3; i++) CHECK_INT(g.history->minute[old.first + i], i + 1);
    end(&g);
}

TEST(a_merge_unites_two_people_and_keeps_each_message_once)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada"), visitor = contact(&g, "visitor-1"), older = contact(&g, "visitor-0");
    uint32_t acme = live_add_record(g.live, ENTITY_COMPANY, STR("acme"), true);
    uint32_t deal = live_add_record(g.live, ENTITY_DEAL, STR("d1"), true);
    message(&g, visitor, 1000, "m1");
    message(&g, visitor, 2000, "m2");
    message(&g, ada, 3000, "m3");
    message(&g, ada, 2000, "m2");
    message(&g, older, 500, "m0");
    set(&g, "city", ada, 1000, "Oslo", "m1");
    set(&g, "city", visitor, 2000, "Rome", "m1");
    set(&g, "city", visitor, 1000, "Bonn", "m0");
    live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, visitor, acme, 500);
    live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, acme, 900);
    live_associate(g.live, ASSOCIATION_DEAL_CONTACT, deal, visitor, 700);
    live_merge(g.live, ENTITY_CONTACT, visitor, older, same_message, &g);
    live_merge(g.live, ENTITY_CONTACT, ada, visitor, same_message, &g);
    CHECK_STR(events_of(g.history, ada), STR("visit0 visit1 visit2 visit3"));
    CHECK_INT(history_events(g.history), 4);
    CHECK_INT(live_event_count(g.live, visitor), 0);
    CHECK_STR(text_at(&g, "city", ada, 1000), STR("Oslo"));
    CHECK_STR(text_at(&g, "city", ada, 2000), STR("Rome"));
    CHECK_STR(text_at(&g, "city", visitor, 9000), STR(""));
    const struct edges *companies = &g.history->edges[ASSOCIATION_CONTACT_COMPANY];
    struct run run = run_of(companies->forward_run[ada]);
    CHECK_INT(run.count, 1);
    CHECK_INT(companies->forward[run.first].from_ms, 500);
    CHECK_INT(run_of(companies->backward_run[acme]).count, 1);
    CHECK_INT(run_of(g.history->edges[ASSOCIATION_DEAL_CONTACT].backward_run[ada]).count, 1);
    CHECK_INT(find(&g, "visitor-1"), ada);
    CHECK_INT(find(&g, "visitor-0"), ada); /* an alias of an alias */
    CHECK_FALSE(history_is_listed(g.history, ENTITY_CONTACT, visitor));
    end(&g);
}

/* The rows of ada's events that bear the mark, in the order of their run. */
static uint32_t marked_rows(const struct grown *g, uint32_t who, uint32_t *rows)
{
    struct run run = events_of_contact(g->history, who);
    uint32_t count = 0;
    for (uint64_t e = run.first; e < run.first + run.count; e++)
        if (g->history->classes[g->history->class_id[e]].bot) rows[count++] = g->history->row[e];
    return count;
}

/* Those of one instant are sorted by their classes, which a mark changes. */
static void check_sorted(const struct grown *g, uint32_t who, uint32_t count)
{
    struct run run = events_of_contact(g->history, who);
    CHECK_INT(run.count, count);
    for (uint64_t e = run.first + 1; e < run.first + run.count; e++) {
        const struct history *h = g->history;
        bool later = h->minute[e - 1] < h->minute[e] || (h->minute[e - 1] == h->minute[e] && h->ms[e - 1] < h->ms[e]);
        CHECK_TRUE(later || h->class_id[e - 1] < h->class_id[e] ||
                   (h->class_id[e - 1] == h->class_id[e] && h->row[e - 1] < h->row[e]));
    }
}

TEST(an_event_may_be_judged_automatic_afterwards_and_back_and_a_rollback_undoes_it)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada"), rows[8] = {0};
    for (int i = 0; i < 3; i++) event(&g, ada, 60000, "a");
    event(&g, ada, 60000, "b");
    event(&g, ada, 120000, "a");
    live_commit(g.live);
    live_begin(g.live);
    CHECK_TRUE(live_mark_event(g.live, ada, 0, true));
    CHECK_TRUE(!live_mark_event(g.live, ada, 0, true));
    CHECK_TRUE(live_mark_event(g.live, ada, 2, true));
    CHECK_TRUE(live_mark_event(g.live, ada, 4, true));
    CHECK_TRUE(!live_mark_event(g.live, ada, 99, true));
    check_sorted(&g, ada, 5);
    CHECK_INT(marked_rows(&g, ada, rows), 3);
    CHECK_INT(rows[0] + 10 * rows[1] + 100 * rows[2], 420);
    live_commit(g.live);
    live_begin(g.live);
    CHECK_TRUE(live_mark_event(g.live, ada, 0, false));
    check_sorted(&g, ada, 5);
    CHECK_INT(marked_rows(&g, ada, rows), 2);
    live_rollback(g.live);
    check_sorted(&g, ada, 5);
    CHECK_INT(marked_rows(&g, ada, rows), 3);
    CHECK_INT(history_events(g.history), 5);
    end(&g);
}

TEST(who_is_erased_is_nobody_and_may_come_back_as_somebody_new)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada"), visitor = contact(&g, "visitor");
    uint32_t acme = live_add_record(g.live, ENTITY_COMPANY, STR("acme"), true);
    live_merge(g.live, ENTITY_CONTACT, ada, visitor, same_message, &g);
    event(&g, ada, 1000, "a");
    set(&g, "city", ada, 1000, "Oslo", "");
    live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, acme, 1000);
    live_erase(g.live, ENTITY_CONTACT, ada);
    CHECK_INT(find(&g, "ada"), RECORD_NONE);
    CHECK_INT(find(&g, "visitor"), RECORD_NONE);
    CHECK_STR(history_record_id(g.history, ENTITY_CONTACT, ada), STR(""));
    CHECK_FALSE(history_is_listed(g.history, ENTITY_CONTACT, ada));
    CHECK_INT(live_event_count(g.live, ada), 0);
    CHECK_INT(history_events(g.history), 0);
    CHECK_STR(text_at(&g, "city", ada, 5000), STR(""));
    CHECK_INT(run_of(g.history->edges[ASSOCIATION_CONTACT_COMPANY].backward_run[acme]).count, 0);
    CHECK_INT(history_records(g.history, ENTITY_CONTACT), 2);
    CHECK_INT(contact(&g, "visitor"), 2);
    CHECK_INT(find(&g, "visitor"), 2);
    CHECK_INT(find(&g, "ada"), RECORD_NONE);
    end(&g);
}

TEST(an_association_counts_from_its_earliest_telling_and_the_last_begun_is_primary)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada");
    uint32_t zeta = live_add_record(g.live, ENTITY_COMPANY, STR("zeta"), true);
    uint32_t acme = live_add_record(g.live, ENTITY_COMPANY, STR("acme"), true);
    CHECK_TRUE(live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, zeta, 2000));
    CHECK_TRUE(live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, acme, 1000));
    CHECK_FALSE(live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, zeta, 3000));
    CHECK_TRUE(live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, zeta, 1000));
    const struct edges *edges = &g.history->edges[ASSOCIATION_CONTACT_COMPANY];
    struct run run = run_of(edges->forward_run[ada]);
    CHECK_INT(run.count, 2);
    CHECK_INT(edges->forward[run.first].to, acme); /* of one instant the greatest id is last */
    CHECK_INT(edges->forward[run.first + 1].to, zeta);
    CHECK_TRUE(live_dissociate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, zeta));
    CHECK_FALSE(live_dissociate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, zeta));
    CHECK_INT(edges->count, 1);
    end(&g);
}

TEST(a_frozen_history_stays_while_the_writer_goes_on)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada"), bob = contact(&g, "bob");
    uint32_t acme = live_add_record(g.live, ENTITY_COMPANY, STR("acme"), true);
    event(&g, ada, 1000, "a");
    event(&g, ada, 2000, "b");
    live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, acme, 1000);
    struct history *frozen = live_freeze(g.live);
    event(&g, ada, 3000, "c");
    event(&g, ada, 1500, "d");
    live_dissociate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, acme);
    live_list_record(g.live, ENTITY_CONTACT, bob, false);
    contact(&g, "cid");
    live_merge(g.live, ENTITY_CONTACT, bob, ada, same_message, &g);
    CHECK_STR(events_of(frozen, ada), STR("a1 b2"));
    CHECK_STR(events_of(frozen, bob), STR(""));
    CHECK_INT(history_records(frozen, ENTITY_CONTACT), 2);
    CHECK_INT(history_find(frozen, ENTITY_CONTACT, STR("cid")), RECORD_NONE);
    CHECK_TRUE(history_is_listed(frozen, ENTITY_CONTACT, bob));
    CHECK_INT(history_events(frozen), 2);
    CHECK_INT(run_of(frozen->edges[ASSOCIATION_CONTACT_COMPANY].forward_run[ada]).count, 1);
    CHECK_STR(events_of(g.history, bob), STR("a1 d1 b2 c3"));
    history_free(frozen);
    end(&g);
}

TEST(an_event_costs_sixteen_bytes)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada");
    uint64_t before = history_event_bytes(g.history);
    for (int i = 0; i < 1000; i++) event(&g, ada, i, "a");
    CHECK_INT(history_event_bytes(g.history) - before, 16000);
    end(&g);
}

/* test_live_late.c — events that come late wait for one another, cost their contact's run one copy, and leave nothing behind. */
// SPDX-License-Identifier: Apache-2.0
#include "harness.h"
#include "history/live_internal.h"

struct grown {
    struct catalog *catalog;
    struct live *live;
    const struct history *history;
    uint32_t next_row;
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

static void next_batch(struct grown *g)
{
    live_commit(g->live);
    live_begin(g->live);
}

/* Something of this contact in this minute; its row is its number. */
static void event(struct grown *g, uint32_t who, int minute)
{
    struct event_fact fact = {.contact = who, .at_ms = minute * INT64_C(60000), .name = STR("seen")};
    struct err_info why = {0};
    CHECK_OK(live_event(g->live, &fact, g->next_row + 1, g->next_row, NULL, &why), why);
    g->next_row++;
}

/* "1 2 9": the minutes of a contact's events. In a buffer that the next call overwrites. */
static struct str minutes(const struct grown *g, uint32_t who)
{
    static struct buf text = BUF_INIT(4096);
    struct run run = events_of_contact(g->history, who);
    buf_clear(&text);
    for (uint32_t i = 0; i < run.count; i++)
        buf_format(&text, "%s%d", i > 0 ? " " : "", g->history->minute[run.first + i]);
    return buf_str(&text);
}

static bool is_row(void *context, uint32_t row)
{
    return *(uint32_t *)context == row;
}

TEST(late_events_wait_for_one_another_and_are_there_with_the_commit)
{
    struct grown g = begun();
    uint32_t ada = live_add_record(g.live, ENTITY_CONTACT, STR("ada"), true);
    uint32_t bob = live_add_record(g.live, ENTITY_CONTACT, STR("bob"), true);
    event(&g, ada, 9);
    event(&g, bob, 9);
    next_batch(&g);
    event(&g, bob, 1);
    event(&g, ada, 2);
    event(&g, ada, 10);
    event(&g, ada, 1);
    event(&g, ada, 2);
    CHECK_STR(minutes(&g, ada), STR("9 10"));
    next_batch(&g);
    CHECK_STR(minutes(&g, ada), STR("1 2 2 9 10"));
    CHECK_STR(minutes(&g, bob), STR("1 9"));
    CHECK_INT(history_events(g.history), 7);
    event(&g, ada, 3);
    live_place_late(g.live); /* whoever scores within a batch */
    CHECK_STR(minutes(&g, ada), STR("1 2 2 3 9 10"));
    end(&g);
}

TEST(late_events_of_a_batch_that_is_rolled_back_are_gone)
{
    struct grown g = begun();
    uint32_t ada = live_add_record(g.live, ENTITY_CONTACT, STR("ada"), true);
    event(&g, ada, 9);
    next_batch(&g);
    event(&g, ada, 5);
    live_place_late(g.live);
    event(&g, ada, 4);
    live_rollback(g.live);
    live_begin(g.live);
    event(&g, ada, 3);
    next_batch(&g);
    CHECK_STR(minutes(&g, ada), STR("3 9"));
    CHECK_INT(history_events(g.history), 2);
    end(&g);
}

TEST(a_message_that_waits_is_known_already)
{
    struct grown g = begun();
    uint32_t ada = live_add_record(g.live, ENTITY_CONTACT, STR("ada"), true), row = 1;
    event(&g, ada, 9);
    event(&g, ada, 1);
    CHECK_TRUE(live_has_event(g.live, ada, row + 1, is_row, &row));
    CHECK_FALSE(live_has_event(g.live, ada, row + 2, is_row, &row));
    end(&g);
}

/* Each alone would copy the run again. */
TEST(late_events_of_one_batch_cost_their_contact_s_run_one_copy)
{
    enum { LATE = 20000, BATCH = 1000 };
    struct grown g = begun();
    uint32_t ada = live_add_record(g.live, ENTITY_CONTACT, STR("ada"), true);
    for (int i = 0; i < LATE; i++) {
        if (i % BATCH == 0) next_batch(&g);
        event(&g, ada, LATE - i);
    }
    live_commit(g.live);
    struct run run = events_of_contact(g.history, ada);
    CHECK_INT(run.count, LATE);
    for (uint32_t i = 0; i < LATE; i++) CHECK_INT(g.history->minute[run.first + i], i + 1);
    CHECK_TRUE(g.live->events.end <= UINT64_C(32768) * LATE / BATCH);
    end(&g);
}

/* Whoever has a write key could else use up all memory by a hundred thousand events that come in the wrong order. */
TEST(a_late_event_in_each_batch_leaves_nothing_behind)
{
    enum { LATE = 5000 };
    struct grown g = begun();
    uint32_t ada = live_add_record(g.live, ENTITY_CONTACT, STR("ada"), true);
    for (int i = 0; i < LATE; i++) {
        event(&g, ada, LATE - i);
        next_batch(&g);
    }
    CHECK_INT(events_of_contact(g.history, ada).count, LATE);
    CHECK_TRUE(g.live->events.end < UINT64_C(4) * 8192); /* 12.5 million places, were each old run kept */
    end(&g);
}

TEST(what_a_visitor_may_see_stays_until_the_visit_is_over)
{
    struct grown g = begun();
    uint32_t ada = live_add_record(g.live, ENTITY_CONTACT, STR("ada"), true);
    for (int minute = 10; minute < 14; minute++) event(&g, ada, minute);
    next_batch(&g);
    struct visit visit;
    live_visit(g.live, &visit);
    struct run seen = events_of_contact(g.history, ada);
    for (int minute = 9; minute > 0; minute--) {
        event(&g, ada, minute);
        next_batch(&g);
    }
    for (uint32_t i = 0; i < seen.count; i++) CHECK_INT(g.history->minute[seen.first + i], 10 + (int)i);
    live_leave(g.live, &visit);

    next_batch(&g); /* now it is given back, */
    uint32_t bob = live_add_record(g.live, ENTITY_CONTACT, STR("bob"), true);
    uint64_t places = g.live->events.end;
    for (int minute = 1; minute < 5; minute++) event(&g, bob, minute);
    CHECK_INT(g.live->events.end, places); /* and taken by somebody else */
    CHECK_STR(minutes(&g, bob), STR("1 2 3 4"));
    CHECK_STR(minutes(&g, ada), STR("1 2 3 4 5 6 7 8 9 10 11 12 13"));
    end(&g);
}

TEST(a_frozen_history_is_a_visit_until_it_is_freed)
{
    struct grown g = begun();
    uint32_t ada = live_add_record(g.live, ENTITY_CONTACT, STR("ada"), true);
    for (int minute = 5; minute < 9; minute++) event(&g, ada, minute);
    next_batch(&g);
    struct history *frozen = live_freeze(g.live);
    for (int minute = 4; minute > 0; minute--) {
        event(&g, ada, minute);
        next_batch(&g);
    }
    struct run run = events_of_contact(frozen, ada);
    CHECK_INT(run.count, 4);
    for (uint32_t i = 0; i < run.count; i++) CHECK_INT(frozen->minute[run.first + i], 5 + (int)i);
    history_free(frozen);
    end(&g);
}

TEST(a_batch_that_is_rolled_back_gives_nothing_away)
{
    struct grown g = begun();
    uint32_t ada = live_add_record(g.live, ENTITY_CONTACT, STR("ada"), true);
    for (int minute = 5; minute < 9; minute++) event(&g, ada, minute);
    next_batch(&g);
    event(&g, ada, 1);
    live_place_late(g.live);
    live_rollback(g.live);
    live_begin(g.live);
    uint32_t bob = live_add_record(g.live, ENTITY_CONTACT, STR("bob"), true);
    for (int i = 0; i < 20; i++) event(&g, bob, 100 + i);
    next_batch(&g);
    CHECK_STR(minutes(&g, ada), STR("5 6 7 8"));
    end(&g);
}

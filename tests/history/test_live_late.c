/* test_live_late.c — events that come late wait for one another, and cost their contact's run one copy. */
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

/* Each alone would copy the run again, and leave the old one behind: 20,000 of them would take 2 * 10^8 places. */
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

/* test_live_merge.c — contacts, companies and deals that are one, and who is associated with them. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "harness.h"
#include "history/live_internal.h"

#define MANY 3000 /* contacts of one company */

struct grown {
    struct catalog *catalog;
    struct live *live;
    const struct history *history;
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

/* Found by a random world: while nobody looks runs change in place, and every second association was passed over. */
TEST(a_merge_while_loading_keeps_every_association)
{
    struct grown g = begun();
    live_commit(g.live);
    live_begin_alone(g.live);
    uint32_t ada = contact(&g, "ada"), eve = contact(&g, "eve"), companies[4];
    for (int i = 0; i < 4; i++) {
        companies[i] = live_add_record(g.live, ENTITY_COMPANY, (struct str){&"abcd"[i], 1}, true);
        live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, eve, companies[i], 1000 + i);
    }
    live_merge(g.live, ENTITY_CONTACT, ada, eve, NULL, NULL);
    uint32_t found[8];
    CHECK_INT(history_associated(g.history, ENTITY_CONTACT, ada, ENTITY_COMPANY, 2000, found, 8), 4);
    CHECK_INT(history_associated(g.history, ENTITY_CONTACT, eve, ENTITY_COMPANY, 2000, found, 8), 0);
    for (int i = 0; i < 4; i++)
        CHECK_INT(history_associated(g.history, ENTITY_COMPANY, companies[i], ENTITY_CONTACT, 2000, found, 8), 1);
    live_erase(g.live, ENTITY_CONTACT, ada);
    CHECK_INT(history_associated(g.history, ENTITY_COMPANY, companies[2], ENTITY_CONTACT, 2000, found, 8), 0);
    end(&g);
}

static uint32_t company(struct grown *g, const char *id)
{
    return live_add_record(g->live, ENTITY_COMPANY, str_from_c(id), true);
}

/* From when on ada works there, seen from either end; 0: she does not. */
static int64_t works_since(const struct grown *g, uint32_t ada, uint32_t at)
{
    const struct edges *edges = &g->history->edges[ASSOCIATION_CONTACT_COMPANY];
    struct run forward = run_of(edges->forward_run[ada]), backward = run_of(edges->backward_run[at]);
    int64_t since[2] = {0, 0};
    for (uint32_t i = 0; i < forward.count; i++)
        if (edges->forward[forward.first + i].to == at) since[0] = edges->forward[forward.first + i].from_ms;
    for (uint32_t i = 0; i < backward.count; i++)
        if (edges->backward[backward.first + i].from == ada) since[1] = edges->backward[backward.first + i].from_ms;
    CHECK_INT(since[0], since[1]);
    return since[0];
}

TEST(a_merge_unites_two_companies_with_who_works_there_and_keeps_all_times)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada"), eve = contact(&g, "eve"), bob = contact(&g, "bob");
    uint32_t acme = company(&g, "acme"), inc = company(&g, "acme-inc");
    uint32_t deal = live_add_record(g.live, ENTITY_DEAL, STR("d1"), true);
    uint32_t size = catalog_property(g.catalog, ENTITY_COMPANY, STR("size"));
    live_set(g.live, size, acme, 1000, STR("10"), STR("f1"));
    live_set(g.live, size, acme, 2000, STR("20"), STR("f2"));
    live_set(g.live, size, inc, 2000, STR("30"), STR("f3")); /* of two at one instant the greater fact id */
    live_set(g.live, size, inc, 500, STR("5"), STR("f9"));
    live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, acme, 900);
    live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, ada, inc, 500);
    live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, eve, acme, 300);
    live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, eve, inc, 700);
    live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, bob, inc, 800);
    live_associate(g.live, ASSOCIATION_DEAL_COMPANY, deal, inc, 600);
    live_commit(g.live);
    for (int round = 0; round < 2; round++) { /* taken back once, then as while loading */
        if (round == 0) live_begin(g.live);
        else live_begin_alone(g.live);
        live_merge(g.live, ENTITY_COMPANY, acme, inc, NULL, NULL);
        CHECK_INT(works_since(&g, ada, acme), 500);
        CHECK_INT(works_since(&g, eve, acme), 300);
        CHECK_INT(works_since(&g, bob, acme), 800);
        CHECK_INT(works_since(&g, ada, inc), 0);
        CHECK_INT(g.history->edges[ASSOCIATION_CONTACT_COMPANY].count, 3);
        CHECK_INT(run_of(g.history->edges[ASSOCIATION_DEAL_COMPANY].backward_run[acme]).count, 1);
        CHECK_STR(history_value(g.history, size, acme, 600)->raw, STR("5"));
        CHECK_STR(history_value(g.history, size, acme, 1500)->raw, STR("10"));
        CHECK_STR(history_value(g.history, size, acme, 2000)->raw, STR("30"));
        CHECK_TRUE(history_value(g.history, size, inc, 9000) == NULL);
        CHECK_INT(history_find(g.history, ENTITY_COMPANY, STR("acme-inc")), acme);
        CHECK_FALSE(history_is_listed(g.history, ENTITY_COMPANY, inc));
        if (round == 1) break;
        live_rollback(g.live);
        CHECK_INT(works_since(&g, ada, acme), 900);
        CHECK_INT(works_since(&g, ada, inc), 500);
        CHECK_INT(works_since(&g, bob, inc), 800);
        CHECK_INT(g.history->edges[ASSOCIATION_CONTACT_COMPANY].count, 5);
        CHECK_STR(history_value(g.history, size, inc, 9000)->raw, STR("30"));
        CHECK_INT(history_find(g.history, ENTITY_COMPANY, STR("acme-inc")), inc);
        CHECK_TRUE(history_is_listed(g.history, ENTITY_COMPANY, inc));
    }
    live_commit(g.live);
    end(&g);
}

TEST(a_merge_unites_two_deals_with_their_contacts_and_companies)
{
    struct grown g = begun();
    uint32_t ada = contact(&g, "ada"), eve = contact(&g, "eve"), acme = company(&g, "acme"), found[4];
    uint32_t one = live_add_record(g.live, ENTITY_DEAL, STR("d1"), true);
    uint32_t two = live_add_record(g.live, ENTITY_DEAL, STR("d2"), true);
    live_associate(g.live, ASSOCIATION_DEAL_CONTACT, one, ada, 100);
    live_associate(g.live, ASSOCIATION_DEAL_CONTACT, two, ada, 50);
    live_associate(g.live, ASSOCIATION_DEAL_CONTACT, two, eve, 200);
    live_associate(g.live, ASSOCIATION_DEAL_COMPANY, two, acme, 300);
    live_merge(g.live, ENTITY_DEAL, one, two, NULL, NULL);
    CHECK_INT(history_associated(g.history, ENTITY_DEAL, one, ENTITY_CONTACT, 250, found, 4), 2);
    CHECK_INT(history_associated(g.history, ENTITY_DEAL, one, ENTITY_CONTACT, 60, found, 4), 1);
    CHECK_INT(found[0], ada);
    CHECK_INT(history_associated(g.history, ENTITY_DEAL, one, ENTITY_COMPANY, 299, found, 4), 0);
    CHECK_INT(history_associated(g.history, ENTITY_DEAL, one, ENTITY_COMPANY, 300, found, 4), 1);
    CHECK_INT(history_associated(g.history, ENTITY_COMPANY, acme, ENTITY_DEAL, 300, found, 4), 1);
    CHECK_INT(found[0], one);
    CHECK_INT(history_find(g.history, ENTITY_DEAL, STR("d2")), one);
    end(&g);
}

/* Else a company of very many would be copied for each of them. */
TEST(the_contacts_of_two_companies_are_written_once_when_these_merge)
{
    struct grown g = begun();
    uint32_t acme = company(&g, "acme"), inc = company(&g, "acme-inc"), found[1];
    for (uint32_t i = 0; i < MANY; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%u", i);
        uint32_t who = contact(&g, id);
        if (i % 3 != 0) live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, who, acme, 100 + i);
        if (i % 3 != 1) live_associate(g.live, ASSOCIATION_CONTACT_COMPANY, who, inc, 100 + MANY - i);
    }
    uint64_t before = g.live->backward[ASSOCIATION_CONTACT_COMPANY].end;
    live_merge(g.live, ENTITY_COMPANY, acme, inc, NULL, NULL);
    CHECK_TRUE(g.live->backward[ASSOCIATION_CONTACT_COMPANY].end - before <= 2 * MANY);
    CHECK_INT(history_associated(g.history, ENTITY_COMPANY, acme, ENTITY_CONTACT, 100 + MANY, found, 1), MANY);
    CHECK_INT(g.history->edges[ASSOCIATION_CONTACT_COMPANY].count, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        int64_t since = i % 3 == 0 ? 100 + MANY - i : i % 3 == 1 || i < MANY - i ? 100 + i : 100 + MANY - i;
        CHECK_INT(works_since(&g, i, acme), since);
    }
    end(&g);
}

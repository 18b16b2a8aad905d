/* test_scorer.c — the scores of one record, right after each fact about it. Random worlds are
 * scored in tests/reference/test_live.c. */
// SPDX-License-Identifier: Apache-2.0
#include "history/scorer.h"

#include <stdio.h>

#include "../score_helper.h"
#include "harness.h"
#include "history/live.h"

#define AS_OF "2026-01-05T10:00:00Z"
#define POINT INT64_C(1000000)

struct scored_world {
    struct product *product;
    struct live *live;
    struct scorer *scorer;
    struct scan *scan;
    uint32_t next_row;
};

static struct scored_world begun(const char *definitions)
{
    struct scored_world w = {.product = product_new("", definitions)};
    product_finish(w.product);
    w.live = live_new(w.product->catalog);
    w.scorer = scorer_new(&w.product->set, live_history(w.live));
    w.scan = scan_new(&w.product->set, live_history(w.live), NULL);
    live_begin(w.live);
    return w;
}

static void end(struct scored_world *w)
{
    scan_free(w->scan);
    scorer_free(w->scorer);
    live_free(w->live);
    product_free(w->product);
}

static void event(struct scored_world *w, uint32_t who, const char *at, const char *name, const char *property,
                  const char *text)
{
    struct event_property given = {0};
    if (property != NULL)
        given = (struct event_property){catalog_property(w->product->catalog, ENTITY_EVENT, str_from_c(property)),
                                        str_from_c(text)};
    struct event_fact fact = {.contact = who,
                              .at_ms = instant_of(at),
                              .name = str_from_c(name),
                              .properties = &given,
                              .property_count = property != NULL};
    struct err_info why = {0};
    CHECK_OK(live_event(w->live, &fact, 0, w->next_row++, NULL, &why), why);
}

static uint32_t record(struct scored_world *w, enum entity object, const char *id)
{
    return live_add_record(w->live, object, str_from_c(id), true);
}

/* The total of a score, which the scorer and an explanation agree about; INT64_MIN when unknown. */
static int64_t total(struct scored_world *w, const char *name, uint32_t who)
{
    struct score_value values[8] = {0};
    AUTO_ARENA arena = arena_new();
    struct explanation why = {0};
    uint32_t score = definitions_find_score(&w->product->set, str_from_c(name));
    live_place_late(w->live);
    scorer_score(w->scorer, w->product->set.scores[score]->object, &who, 1, instant_of(AS_OF), values);
    scan_explain(w->scan, score, who, instant_of(AS_OF), arena, &why);
    CHECK_INT(values[score].known, why.known);
    CHECK_INT(values[score].total, why.total);
    CHECK_INT(values[score].fit, why.fit);
    CHECK_INT(values[score].engagement, why.engagement);
    return values[score].known ? values[score].total : INT64_MIN;
}

static const char web[] = "score: s\n"
                          "groups:\n"
                          "  - name: Web\n"
                          "    category: engagement\n"
                          "    rules:\n"
                          "      - {name: Page, event: page, points: 3}\n"
                          "      - {name: Pricing, event: page, where: {property: path, is: /pricing}, points: 20}\n"
                          "  - name: Fit\n"
                          "    category: fit\n"
                          "    rules:\n"
                          "      - name: Industry\n"
                          "        property: industry\n"
                          "        values: [{is: IT, points: 5}, {is: Food, points: 1}]\n";

TEST(a_score_moves_with_each_fact)
{
    struct scored_world w = begun(web);
    uint32_t ada = record(&w, ENTITY_CONTACT, "ada");
    uint32_t industry = catalog_find(w.product->catalog, ENTITY_CONTACT, STR("industry"));
    CHECK_INT(total(&w, "s", ada), 0);
    event(&w, ada, "2026-01-04T10:00:00Z", "page", NULL, NULL);
    CHECK_INT(total(&w, "s", ada), 3 * POINT);
    event(&w, ada, "2026-01-03T10:00:00Z", "Page", "path", "/pricing"); /* late, and a class not met before */
    CHECK_INT(total(&w, "s", ada), 26 * POINT);
    live_set(w.live, industry, ada, instant_of("2026-01-01T00:00:00Z"), STR("Food"), STR("m1"));
    CHECK_INT(total(&w, "s", ada), 27 * POINT);
    live_set(w.live, industry, ada, instant_of("2026-01-02T00:00:00Z"), STR("IT"), STR("m2"));
    CHECK_INT(total(&w, "s", ada), 31 * POINT);
    end(&w);
}

TEST(a_property_that_leaves_its_classes_is_seen_all_the_same)
{
    struct scored_world w = begun(web);
    uint32_t ada = record(&w, ENTITY_CONTACT, "ada"), bob = record(&w, ENTITY_CONTACT, "bob");
    event(&w, ada, "2026-01-03T10:00:00Z", "page", "path", "/pricing");
    event(&w, ada, "2026-01-03T11:00:00Z", "page", NULL, NULL);
    CHECK_INT(total(&w, "s", ada), 26 * POINT);
    char text[16];
    for (int i = 0; i < EVENT_CLASS_VALUES_MAX + 10; i++) {
        snprintf(text, sizeof text, "/p%d", i);
        event(&w, bob, "2026-01-02T10:00:00Z", "page", "path", text);
    }
    event(&w, ada, "2026-01-04T10:00:00Z", "page", "path", "/pricing"); /* in a row */
    event(&w, ada, "2026-01-02T10:00:00Z", "page", "path", "/pricing"); /* copies the run */
    CHECK_INT(total(&w, "s", ada), 72 * POINT);
    end(&w);
}

TEST(rolled_back_rows_are_written_over)
{
    struct scored_world w = begun(web);
    uint32_t ada = record(&w, ENTITY_CONTACT, "ada");
    char text[16];
    for (int i = 0; i <= EVENT_CLASS_VALUES_MAX; i++) {
        snprintf(text, sizeof text, "/p%d", i);
        event(&w, ada, "2026-01-02T10:00:00Z", "page", "path", text);
    }
    int64_t before = total(&w, "s", ada);
    live_commit(w.live);
    live_begin(w.live);
    event(&w, ada, "2026-01-03T10:00:00Z", "page", "path", "/pricing");
    CHECK_INT(total(&w, "s", ada), before + 23 * POINT);
    live_rollback(w.live);
    CHECK_INT(total(&w, "s", ada), before);
    w.next_row--;
    live_begin(w.live);
    event(&w, ada, "2026-01-03T10:00:00Z", "page", "path", "/other");
    CHECK_INT(total(&w, "s", ada), before + 3 * POINT);
    end(&w);
}

TEST(resets_and_adjustments_are_honoured_from_the_moment_they_come)
{
    struct scored_world w = begun(web);
    uint32_t ada = record(&w, ENTITY_CONTACT, "ada");
    event(&w, ada, "2026-01-02T10:00:00Z", "page", NULL, NULL);
    CHECK_INT(total(&w, "s", ada), 3 * POINT);
    struct event_property parts[] = {
        {catalog_property(w.product->catalog, ENTITY_EVENT, STR("score")), STR("s")},
        {catalog_property(w.product->catalog, ENTITY_EVENT, STR("points")), STR("7")},
        {catalog_property(w.product->catalog, ENTITY_EVENT, STR("category")), STR("engagement")},
    };
    struct event_fact fact = {.contact = ada, .properties = parts};
    struct err_info why = {0};
    fact.at_ms = instant_of("2026-01-03T10:00:00Z");
    fact.name = STR("plumb.score_adjusted");
    fact.property_count = 2;
    CHECK_OK(live_event(w.live, &fact, 0, w.next_row++, NULL, &why), why);
    CHECK_INT(total(&w, "s", ada), 10 * POINT);
    fact.name = STR("plumb.score_reset");
    fact.property_count = 3;
    CHECK_OK(live_event(w.live, &fact, 0, w.next_row++, NULL, &why), why);
    CHECK_INT(total(&w, "s", ada), 7 * POINT);
    end(&w);
}

TEST(a_company_adds_up_its_contacts_and_a_score_reads_another)
{
    struct scored_world w =
        begun("score: person\n"
              "groups: [{name: g, category: engagement, rules: [{name: r, event: page, points: 3}]}]\n---\n"
              "score: hot\n"
              "groups: [{name: g, category: fit, rules: [{name: r, when: {score: person, gte: 6}, points: 1}]}]\n---\n"
              "score: firm\nobject: company\n"
              "groups: [{name: g, category: engagement, rules: [{name: r, over: contacts, score: person, take: "
              "sum}]}]\n");
    uint32_t ada = record(&w, ENTITY_CONTACT, "ada"), bob = record(&w, ENTITY_CONTACT, "bob");
    uint32_t acme = record(&w, ENTITY_COMPANY, "acme");
    event(&w, ada, "2026-01-04T10:00:00Z", "page", NULL, NULL);
    event(&w, bob, "2026-01-04T10:00:00Z", "page", NULL, NULL);
    live_associate(w.live, ASSOCIATION_CONTACT_COMPANY, ada, acme, FOREVER);
    CHECK_INT(total(&w, "firm", acme), 3 * POINT);
    live_associate(w.live, ASSOCIATION_CONTACT_COMPANY, bob, acme, FOREVER);
    CHECK_INT(total(&w, "firm", acme), 6 * POINT);
    CHECK_INT(total(&w, "hot", ada), 0);
    event(&w, ada, "2026-01-04T11:00:00Z", "page", NULL, NULL);
    CHECK_INT(total(&w, "hot", ada), POINT);
    CHECK_INT(total(&w, "firm", acme), 9 * POINT);
    end(&w);
}

TEST(a_scorer_works_on_a_built_history_too)
{
    struct product *p = product_new("", web);
    product_facts(p, "contact ada industry=IT\nevent ada page 2026-01-04T10:00:00Z\n");
    product_finish(p);
    struct scorer *scorer = scorer_new(&p->set, p->history);
    struct score_value value = {0};
    scorer_score(scorer, ENTITY_CONTACT, &(uint32_t){0}, 1, instant_of(AS_OF), &value);
    CHECK_TRUE(value.known);
    CHECK_INT(value.total, 8 * POINT);
    scorer_free(scorer);
    scorer_free(NULL);
    product_free(p);
}

/* test_history.c — asking a finished history, against the plainest way to know. */
// SPDX-License-Identifier: Apache-2.0
#include "history/history.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "harness.h"
#include "history/history_internal.h"
#include "history_equal.h"
#include "score_helper.h"

#define RECORDS 12
#define INSTANTS 8

static uint32_t below(uint64_t *state, uint32_t limit)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % limit;
}

struct told {
    uint32_t record;
    int64_t from_ms;
    char text[8];
    char fact_id[8];
};

static bool holds_rather(const struct told *a, const struct told *b)
{
    if (a->from_ms != b->from_ms) return a->from_ms > b->from_ms;
    int order = strcmp(a->fact_id, b->fact_id);
    return order != 0 ? order > 0 : strcmp(a->text, b->text) > 0;
}

/* Of all that was told up to as_of, the one that holds. */
static const char *plain_value(const struct told *facts, size_t count, uint32_t record, int64_t as_of_ms)
{
    const struct told *best = NULL;
    for (size_t i = 0; i < count; i++) {
        if (facts[i].record != record || facts[i].from_ms > as_of_ms) continue;
        if (best == NULL || holds_rather(&facts[i], best)) best = &facts[i];
    }
    return best == NULL ? "" : best->text;
}

static struct history *tell_all(struct catalog *catalog, uint32_t property, const struct told *facts, size_t count)
{
    struct history_builder *builder = history_builder_new(catalog);
    for (uint32_t i = 0; i < RECORDS; i++) {
        char id[8];
        snprintf(id, sizeof id, "r%02u", i);
        history_builder_record(builder, ENTITY_CONTACT, str_from_c(id), true);
    }
    for (size_t i = 0; i < count; i++) {
        struct err_info why = {0};
        CHECK_OK(history_builder_property(builder, property, facts[i].record, facts[i].from_ms,
                                          str_from_c(facts[i].text), str_from_c(facts[i].fact_id), &why),
                 why);
    }
    struct history *history = history_builder_finish(builder, NULL);
    history_builder_free(builder);
    return history;
}

TEST(a_value_at_an_instant_is_what_was_told_last_up_to_then)
{
    uint64_t state = harness_seed();
    for (int round = 0; round < 300; round++) {
        struct told facts[60];
        size_t count = below(&state, COUNT_OF(facts) + 1);
        for (size_t i = 0; i < count; i++) {
            facts[i] = (struct told){.record = below(&state, RECORDS), .from_ms = below(&state, INSTANTS) * 1000};
            if (below(&state, 3) == 0) facts[i].from_ms = FOREVER;
            if (below(&state, 5) != 0) snprintf(facts[i].text, sizeof facts[i].text, "t%u", below(&state, 9));
            if (below(&state, 2) == 0) snprintf(facts[i].fact_id, sizeof facts[i].fact_id, "m%u", below(&state, 3));
        }
        struct catalog *catalog = catalog_new();
        uint32_t property = catalog_property(catalog, ENTITY_CONTACT, STR("p"));
        struct history *history = tell_all(catalog, property, facts, count);
        check_invariants(history);
        for (uint32_t record = 0; record < RECORDS; record++) {
            for (int64_t as_of_ms = -500; as_of_ms < INSTANTS * 1000; as_of_ms += 500) {
                const struct value *value = history_value(history, property, record, as_of_ms);
                CHECK_STR(value == NULL ? STR("") : value->raw,
                          str_from_c(plain_value(facts, count, record, as_of_ms)));
            }
        }
        history_free(history);
        catalog_free(catalog);
    }
}

TEST(reading_all_columns_gives_the_same_sum_with_any_number_of_threads)
{
    static const uint32_t counts[] = {1, 63, 64, 65, 1000, 40000};
    uint64_t state = harness_seed();
    for (size_t n = 0; n < COUNT_OF(counts); n++) {
        struct catalog *catalog = catalog_new();
        struct history_builder *builder = history_builder_new(catalog);
        for (uint32_t i = 0; i < counts[n]; i++) {
            char id[8], name[8];
            snprintf(id, sizeof id, "r%u", below(&state, 100));
            snprintf(name, sizeof name, "e%u", below(&state, 50));
            struct event_fact fact = {
                .contact = history_builder_record(builder, ENTITY_CONTACT, str_from_c(id), false),
                .at_ms = (int64_t)below(&state, 2000000000) * 1000 - 500000000000,
                .name = str_from_c(name),
            };
            struct err_info why = {0};
            CHECK_OK(history_builder_event(builder, &fact, NULL, &why), why);
        }
        struct history *history = history_builder_finish(builder, NULL);
        uint64_t expected = 0;
        for (uint64_t i = 0; i < history->event_count; i++)
            expected += (uint64_t)(int64_t)history->minute[i] + history->ms[i] + history->class_id[i];
        static const unsigned threads[] = {0, 1, 2, 3, 7, 1000};
        for (size_t t = 0; t < COUNT_OF(threads); t++) CHECK_INT(history_read_columns(history, threads[t]), expected);
        history_free(history);
        history_builder_free(builder);
        catalog_free(catalog);
    }
}

TEST(an_event_costs_eight_bytes)
{
    struct catalog *catalog = catalog_new();
    struct history_builder *builder = history_builder_new(catalog);
    struct event_fact fact = {.contact = history_builder_record(builder, ENTITY_CONTACT, STR("a"), true),
                              .name = STR("visit")};
    for (int i = 0; i < 1000; i++) {
        fact.at_ms = i;
        struct err_info why = {0};
        CHECK_OK(history_builder_event(builder, &fact, NULL, &why), why);
    }
    struct history *history = history_builder_finish(builder, NULL);
    CHECK_INT(history_events(history), 1000);
    CHECK_INT(history_event_bytes(history), (1000 + EVENT_PADDING) * 8 + 8);
    CHECK_TRUE(history_property_bytes(history) > 0);
    history_free(history);
    history_builder_free(builder);
    catalog_free(catalog);
}

TEST(freeing_nothing_is_fine)
{
    history_free(NULL);
    history_builder_free(NULL);
}

/* ---- Events and deals. ---- */

static const char any_score[] = "score: s\nobject: contact\ngroups:\n  - name: g\n    category: fit\n    rules:\n"
                                "      - {name: r, when: {property: city, known: true}, points: 1}\n";

TEST(a_contacts_events_up_to_an_instant_are_told_in_their_order_the_latest_when_there_are_too_many)
{
    struct product *p = product_new("", any_score);
    product_facts(p, "event ada signup 2026-01-01T10:00:00Z id=a\n"
                     "event ada page_viewed 2026-01-03T10:00:00Z path=/pricing id=c\n"
                     "event ada page_viewed 2026-01-02T10:00:00Z id=b\n"
                     "event ada page_viewed 2026-01-02T11:00:00Z id=e bot\n"
                     "event ada plumb.score_reset 2026-01-02T12:00:00Z score=s category=all id=f\n"
                     "event ada signup 2026-01-04T10:00:00Z id=d\n"
                     "event bea signup 2026-01-01T10:00:00Z id=g\n");
    product_finish(p);
    struct dated_event events[8];
    uint32_t ada = history_find(p->history, ENTITY_CONTACT, STR("ada"));
    uint32_t path = catalog_find(p->catalog, ENTITY_EVENT, STR("path"));
    int64_t as_of_ms = instant_of("2026-01-03T10:00:00Z"); /* an event of that instant has happened */
    CHECK_INT(history_contact_events(p->history, ada, as_of_ms, 8, events), 5);
    CHECK_INT(events[0].at_ms, instant_of("2026-01-01T10:00:00Z"));
    CHECK_STR(history_class_name(p->history, events[0].class_id), STR("signup"));
    CHECK_STR(history_class_name(p->history, events[1].class_id), STR("page_viewed"));
    CHECK_STR(history_class_name(p->history, events[2].class_id), STR("")); /* a bot's */
    CHECK_STR(history_class_name(p->history, events[3].class_id), STR("")); /* Plumb's own */
    CHECK_STR(history_event_value(p->history, events[4].number, path)->raw, STR("/pricing"));
    CHECK_TRUE(history_event_value(p->history, events[1].number, path) == NULL);
    CHECK_INT(history_contact_events(p->history, ada, as_of_ms, 2, events), 5);
    CHECK_INT(events[1].at_ms, as_of_ms);
    CHECK_INT(events[0].at_ms, instant_of("2026-01-02T12:00:00Z"));
    CHECK_INT(history_contact_events(p->history, ada, as_of_ms - 1, 0, NULL), 4);
    CHECK_INT(history_contact_events(p->history, ada, 0, 8, events), 0);
    product_free(p);
}

TEST(a_deal_is_open_until_its_stage_says_otherwise)
{
    struct product *p = product_new("", any_score);
    product_facts(p, "from 2026-01-01T00:00:00Z deal d1 stage=qualified\n"
                     "from 2026-02-01T00:00:00Z deal d1 stage=closedwon\n");
    product_finish(p);
    uint32_t deal = history_find(p->history, ENTITY_DEAL, STR("d1"));
    CHECK_TRUE(history_deal_is_open(p->history, deal, instant_of("2026-01-31T00:00:00Z")));
    CHECK_FALSE(history_deal_is_open(p->history, deal, instant_of("2026-02-01T00:00:00Z")));
    product_free(p);
}

TEST(a_record_begins_with_its_first_fact_that_has_a_time)
{
    struct product *p = product_new("", any_score);
    product_facts(p, "contact ada city=Rome\n"
                     "company acme size=5\n"
                     "from 2020-01-01T00:00:00Z company acme size=6\n"
                     "ada in acme\n"
                     "from 2026-01-05T00:00:00Z contact ada city=Oslo\n"
                     "event ada signup 2026-01-04T00:00:00Z\n"
                     "deal d1 with ada 2026-01-03T00:00:00Z\n"
                     "contact bea city=Rome\n"
                     "bea in acme\n"
                     "company empty size=1\n");
    product_finish(p);
    const struct {
        enum entity object;
        struct str id;
        int64_t first_ms;
    } row[] = {{ENTITY_CONTACT, STR("ada"), instant_of("2026-01-03T00:00:00Z")},
               {ENTITY_CONTACT, STR("bea"), INT64_MAX}, /* her company's age is not hers */
               {ENTITY_COMPANY, STR("acme"), instant_of("2020-01-01T00:00:00Z")},
               {ENTITY_COMPANY, STR("empty"), INT64_MAX},
               {ENTITY_DEAL, STR("d1"), instant_of("2026-01-03T00:00:00Z")}};
    for (size_t i = 0; i < COUNT_OF(row); i++)
        CHECK_INT(history_first_fact(p->history, row[i].object, history_find(p->history, row[i].object, row[i].id)),
                  row[i].first_ms);
    product_free(p);
}

/* test_record_dates.c — files tell what is so today; columns of dates tell since when. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/record_dates.h"

#include <math.h>

#include "base/instant.h"
#include "harness.h"
#include "predict/column_words.h"
#include "predict/examples.h"
#include "predict/feature_plan.h"
#include "score_helper.h"

#define LIVES 16

static const char schema[] = "contact: {create_date: date, renewal: date}\n"
                             "deal: {Created: date, closed: date, stage: string}\n";
static const char facts[] = "contact ada create_date=2026-01-05\n"
                            "event ada visited 2026-02-01T00:00:00Z\n"
                            "contact bea create_date=2026-03-01\n"
                            "event bea visited 2026-02-01T00:00:00Z\n"
                            "contact cid\n"
                            "contact dan create_date=2024-01-01\n"
                            "event dan visited 2026-01-04T00:00:00Z\n"
                            "contact eve create_date=2024-01-01\n"
                            "deal d1 stage=won Created=2026-03-01 closed=2026-06-01\n"
                            "deal d1 with ada\n"
                            "deal d2 stage=lost Created=2026-02-10 closed=2026-04-01\n"
                            "deal d2 with ada\n"
                            "deal d3 stage=offer Created=2026-05-01\n"
                            "deal d3 with bea\n"
                            "deal d4 stage=won\n"
                            "deal d4 with cid\n"
                            "deal d5 Created=2026-01-01\n"
                            "from 2026-02-01T00:00:00Z deal d5 stage=offer\n"
                            "from 2026-03-01T00:00:00Z deal d5 stage=lost\n"
                            "from 2026-04-01T00:00:00Z deal d5 stage=won\n";

struct ground {
    struct product *product;
    const struct history *history;
    struct record_dates dates;
    struct lifetime lives[LIVES];
};

static struct ground ground_of(enum entity object)
{
    struct ground g = {.product = product_new(schema, "segment: none\nobject: contact\nwhen: {any: []}\n"
                                                      "---\nsegment: no_deal\nobject: deal\nwhen: {any: []}\n")};
    product_facts(g.product, facts);
    product_finish(g.product);
    g.history = g.product->history;
    record_dates_find(g.history, NULL, &g.dates);
    outcome_find(g.product->scan, &g.product->set, g.history, object == ENTITY_DEAL, 1, NULL, g.lives);
    outcome_date_lives(g.history, &g.dates, object, g.lives);
    outcome_add_won_deals(g.history, &g.dates, object, g.lives);
    return g;
}

static void clear(struct ground *g)
{
    record_dates_release(&g->dates);
    product_free(g->product);
}

static const struct deal_life *deal(const struct ground *g, const char *id)
{
    return &g->dates.deals[history_find(g->history, ENTITY_DEAL, str_from_c(id))];
}

static const struct lifetime *life(const struct ground *g, enum entity object, const char *id)
{
    return &g->lives[history_find(g->history, object, str_from_c(id))];
}

TEST(a_property_is_known_by_its_name_however_it_is_spelt)
{
    CHECK_TRUE(column_is_creation(STR("Create Date")) && column_is_creation(STR("created_at")));
    CHECK_TRUE(column_is_closing(STR("CloseDate")) && !column_is_closing(STR("close")));
    CHECK_TRUE(column_is_lifecycle(STR("Lifecycle Stage")) && !column_is_lifecycle(STR("stage")));
    CHECK_TRUE(column_is_protected(STR("Date of Birth")) && column_is_protected(STR("first_name")));
    CHECK_TRUE(column_is_standing(STR("Is Closed")) && column_is_standing(STR("deal_stage")));
    CHECK_FALSE(column_is_standing(STR("stage of growth")));
    CHECK_TRUE(column_is_reference(STR("Company ID")) && !column_is_reference(STR("company_size")));
    CHECK_FALSE(column_is_protected(STR("job_title")) || column_is_protected(STR("")) ||
                column_is_protected(STR("a|b")));
    CHECK_FALSE(column_is_protected(STR("|gender")));
}

TEST(a_deal_without_times_was_open_from_its_creation_to_its_closing_date)
{
    struct ground g = ground_of(ENTITY_CONTACT);
    const struct deal_life *d1 = deal(&g, "d1");
    CHECK_TRUE(d1->won && !deal(&g, "d2")->won && !deal(&g, "d3")->won);
    CHECK_FALSE(deal_exists(d1, instant_of("2026-02-28T00:00:00Z")));
    CHECK_TRUE(deal_is_running(d1, instant_of("2026-05-31T00:00:00Z")));
    CHECK_FALSE(deal_is_running(d1, instant_of("2026-06-01T00:00:00Z")));
    CHECK_TRUE(deal_is_running(deal(&g, "d3"), instant_of("2027-01-01T00:00:00Z")));
    CHECK_TRUE(deal(&g, "d4")->won && deal(&g, "d4")->ended_ms == FOREVER);
    clear(&g);
}

TEST(a_deal_whose_stages_have_times_ended_with_the_first_that_ends_one)
{
    struct ground g = ground_of(ENTITY_CONTACT);
    CHECK_INT(deal(&g, "d5")->ended_ms, instant_of("2026-03-01T00:00:00Z"));
    CHECK_INT(deal(&g, "d5")->began_ms, instant_of("2026-01-01T00:00:00Z"));
    clear(&g);
}

TEST(a_record_began_at_its_creation_date_or_at_an_earlier_fact_but_not_before_anything_was_recorded)
{
    struct ground g = ground_of(ENTITY_CONTACT);
    CHECK_INT(life(&g, ENTITY_CONTACT, "ada")->began_ms, instant_of("2026-01-05T00:00:00Z"));
    CHECK_INT(life(&g, ENTITY_CONTACT, "eve")->began_ms, instant_of("2026-01-04T00:00:00Z"));
    CHECK_INT(life(&g, ENTITY_CONTACT, "bea")->began_ms, instant_of("2026-02-01T00:00:00Z"));
    CHECK_INT(life(&g, ENTITY_CONTACT, "cid")->began_ms, NEVER);
    clear(&g);
}

TEST(a_won_deal_is_the_outcome_of_its_contacts_when_it_was_won)
{
    struct ground g = ground_of(ENTITY_CONTACT);
    CHECK_INT(life(&g, ENTITY_CONTACT, "ada")->happened_ms, instant_of("2026-06-01T00:00:00Z"));
    CHECK_INT(life(&g, ENTITY_CONTACT, "bea")->happened_ms, NEVER);
    CHECK_INT(life(&g, ENTITY_CONTACT, "cid")->happened_ms, FOREVER);
    clear(&g);
}

TEST(a_lost_deal_is_nobody_to_foresee_anything_of_from_then_on)
{
    struct ground g = ground_of(ENTITY_DEAL);
    struct example_options options = {.end_ms = instant_of("2026-12-01T00:00:00Z"),
                                      .horizon_ms = 30 * MS_PER_DAY,
                                      .spacing_ms = MS_PER_DAY,
                                      .per_record = 64,
                                      .seed = harness_seed()};
    struct examples examples;
    uint32_t of_d2 = 0, d2 = history_find(g.history, ENTITY_DEAL, STR("d2"));
    CHECK_INT(life(&g, ENTITY_DEAL, "d1")->happened_ms, instant_of("2026-06-01T00:00:00Z"));
    CHECK_INT(life(&g, ENTITY_DEAL, "d2")->over_ms, instant_of("2026-04-01T00:00:00Z"));
    examples_choose(g.history, ENTITY_DEAL, g.lives, &options, &examples);
    for (uint64_t i = 0; i < examples.count; i++) {
        if (examples.at[i].record != d2) continue;
        CHECK_TRUE(examples.at[i].at_ms < life(&g, ENTITY_DEAL, "d2")->over_ms && !examples.at[i].happened);
        of_d2++;
    }
    CHECK_TRUE(of_d2 > 40); /* as many as there are days */
    examples_release(&examples);
    clear(&g);
}

/* ---- Features. ---- */

static void ask(const struct ground *g, const struct feature *feature, const char *id, const char *at, float *out)
{
    struct feature_source source = {.history = g->history, .object = ENTITY_CONTACT, .dates = &g->dates};
    struct feature copy = *feature;
    struct feature_plan plan = {.features = &copy, .count = 1};
    struct training_example example = {.record = history_find(g->history, ENTITY_CONTACT, str_from_c(id)),
                                       .at_ms = instant_of(at)};
    features_compute(&plan, &source, &example, 1, 1, NULL, out);
}

TEST(deals_are_counted_from_their_creation_on_and_as_open_until_they_ended)
{
    static const struct {
        const char *at;
        float deals, open;
    } cases[] = {{"2026-02-01T00:00:00Z", 0, 0},
                 {"2026-03-15T00:00:00Z", 2, 2},
                 {"2026-05-01T00:00:00Z", 2, 1},
                 {"2026-07-01T00:00:00Z", 2, 0}};
    static const struct feature deals = {.kind = FEATURE_DEALS, .property = INTERN_NONE},
                                open = {.kind = FEATURE_OPEN_DEALS, .property = INTERN_NONE};
    struct ground g = ground_of(ENTITY_CONTACT);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        float value;
        ask(&g, &deals, "ada", cases[i].at, &value);
        CHECK_TRUE(value == cases[i].deals);
        ask(&g, &open, "ada", cases[i].at, &value);
        CHECK_TRUE(value == cases[i].open);
    }
    clear(&g);
}

TEST(a_date_after_the_instant_that_a_file_tells_was_not_known_then)
{
    struct ground g = ground_of(ENTITY_CONTACT);
    struct feature age = {.kind = FEATURE_AGE,
                          .property = catalog_find(g.product->catalog, ENTITY_CONTACT, STR("create_date"))};
    float value;
    ask(&g, &age, "ada", "2026-01-01T00:00:00Z", &value);
    CHECK_TRUE(isnan(value));
    ask(&g, &age, "ada", "2026-01-15T00:00:00Z", &value);
    CHECK_TRUE(value == 10);
    clear(&g);
}

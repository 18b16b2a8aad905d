/* test_examples.c — what is learnt from was open then, and its horizon is over now. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/examples.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "harness.h"
#include "score_helper.h"

#define LIVES 2000

static const char definitions[] = "segment: customer\nobject: contact\n"
                                  "when: {any: [{property: stage, is: customer}, {event: bought}]}\n";
static const char deal_definitions[] = "segment: won\nobject: contact\nwhen: {property: deal.amount, gt: 100}\n";

struct ground {
    struct product *product;
    struct lifetime lives[LIVES];
    struct examples examples;
};

static struct ground *ground_of(const char *segment, const char *facts)
{
    static struct ground ground;
    ground.product = product_new("", segment);
    product_facts(ground.product, facts);
    product_finish(ground.product);
    outcome_find(ground.product->scan, &ground.product->set, ground.product->history, 0, 2, NULL, ground.lives);
    return &ground;
}

static void clear(struct ground *ground)
{
    examples_release(&ground->examples);
    product_free(ground->product);
}

static const struct lifetime *life(const struct ground *ground, const char *id)
{
    return &ground->lives[history_find(ground->product->history, ENTITY_CONTACT, str_from_c(id))];
}

/* ---- Outcomes. ---- */

TEST(an_outcome_happens_at_the_first_fact_at_which_its_condition_holds)
{
    struct ground *g = ground_of(definitions, "from 2026-01-01T00:00:00Z contact ada stage=lead\n"
                                              "from 2026-03-01T00:00:00Z contact ada stage=customer\n"
                                              "from 2026-04-01T00:00:00Z contact ada stage=former\n"
                                              "event bea visited 2026-01-02T00:00:00Z\n"
                                              "event bea bought 2026-02-02T10:00:00Z\n"
                                              "event bea bought 2026-03-02T00:00:00Z\n"
                                              "event cid visited 2026-01-03T00:00:00Z\n"
                                              "contact dan stage=customer\n"
                                              "event dan visited 2026-01-03T00:00:00Z\n"
                                              "contact eve stage=lead\n");
    CHECK_INT(life(g, "ada")->began_ms, instant_of("2026-01-01T00:00:00Z"));
    CHECK_INT(life(g, "ada")->happened_ms, instant_of("2026-03-01T00:00:00Z"));
    CHECK_INT(life(g, "bea")->happened_ms, instant_of("2026-02-02T10:00:00Z"));
    CHECK_INT(life(g, "cid")->happened_ms, NEVER);
    CHECK_INT(life(g, "dan")->happened_ms, FOREVER);
    CHECK_INT(life(g, "eve")->began_ms, NEVER);
    clear(g);
}

TEST(an_outcome_may_be_a_deals)
{
    struct ground *g = ground_of(deal_definitions, "event ada visited 2026-01-01T00:00:00Z\n"
                                                   "deal d1 with ada 2026-02-01T00:00:00Z\n"
                                                   "from 2026-01-15T00:00:00Z deal d1 amount=50\n"
                                                   "from 2026-02-15T00:00:00Z deal d1 amount=500\n");
    CHECK_INT(life(g, "ada")->began_ms, instant_of("2026-01-01T00:00:00Z"));
    CHECK_INT(life(g, "ada")->happened_ms, instant_of("2026-02-15T00:00:00Z"));
    clear(g);
}

/* ---- Examples. ---- */

static struct example_options in_days(const char *end, int horizon, int spacing, uint32_t per_record)
{
    return (struct example_options){.end_ms = instant_of(end),
                                    .horizon_ms = horizon * MS_PER_DAY,
                                    .spacing_ms = spacing * MS_PER_DAY,
                                    .per_record = per_record,
                                    .seed = harness_seed()};
}

/* Many made-up lives: some never buy, some do, some were there from the start, some come late. */
static struct ground *many_lives(uint32_t records)
{
    AUTO_BUF facts = BUF_INIT((size_t)1 << 22);
    for (uint32_t i = 0; i < records; i++) {
        AUTO_BUF began = BUF_INIT(64);
        AUTO_BUF bought = BUF_INIT(64);
        int64_t first_ms = instant_of("2025-01-01T00:00:00Z") + (i * 7 % 360) * MS_PER_DAY;
        instant_format(&began, first_ms);
        instant_format(&bought, first_ms + (i * 13 % 100) * MS_PER_DAY);
        buf_format(&facts, "event c%04u visited " STR_FMT "\n", i, STR_ARG(buf_str(&began)));
        if (i % 3 == 0) buf_format(&facts, "event c%04u bought " STR_FMT "\n", i, STR_ARG(buf_str(&bought)));
    }
    buf_append_char(&facts, '\0');
    CHECK_FALSE(facts.failed);
    return ground_of(definitions, facts.at);
}

TEST(an_example_was_open_at_its_instant_and_its_whole_horizon_is_over)
{
    struct ground *g = many_lives(600);
    struct example_options options = in_days("2025-12-31T00:00:00Z", 60, 20, 5);
    examples_choose(g->product->history, ENTITY_CONTACT, g->lives, &options, &g->examples);
    CHECK_TRUE(g->examples.count > 600 && g->examples.positives > 50);
    uint64_t positives = 0;
    for (uint64_t i = 0; i < g->examples.count; i++) {
        const struct training_example *e = &g->examples.at[i];
        const struct lifetime *l = &g->lives[e->record];
        CHECK_TRUE(e->at_ms >= l->began_ms && e->at_ms < l->happened_ms);
        CHECK_TRUE(e->at_ms + options.horizon_ms <= options.end_ms);
        CHECK_INT(e->happened, l->happened_ms != NEVER && l->happened_ms <= e->at_ms + options.horizon_ms);
        CHECK_TRUE(e->weight >= 1);
        positives += e->happened;
        if (i == 0 || e[-1].record != e->record) continue;
        CHECK_INT((e->at_ms - e[-1].at_ms) % options.spacing_ms, 0);
        CHECK_TRUE(e->at_ms > e[-1].at_ms);
    }
    CHECK_INT(positives, g->examples.positives);
    clear(g);
}

/* All instants of a record count, drawn or not: its weights sum to how many there are. */
TEST(drawn_instants_stand_for_all_of_a_record)
{
    struct ground *g = many_lives(400);
    struct example_options few = in_days("2025-12-31T00:00:00Z", 30, 5, 3), all = few;
    struct examples whole;
    static double weight[LIVES], count[LIVES];
    memset(weight, 0, sizeof weight);
    memset(count, 0, sizeof count);
    all.per_record = EXAMPLES_OF_RECORD_MAX;
    examples_choose(g->product->history, ENTITY_CONTACT, g->lives, &few, &g->examples);
    examples_choose(g->product->history, ENTITY_CONTACT, g->lives, &all, &whole);
    for (uint64_t i = 0; i < g->examples.count; i++) weight[g->examples.at[i].record] += g->examples.at[i].weight;
    for (uint64_t i = 0; i < whole.count; i++) count[whole.at[i].record] += whole.at[i].weight;
    for (uint32_t r = 0; r < 400; r++) CHECK_NEAR(weight[r], count[r], 1e-9);
    CHECK_TRUE(g->examples.count <= 400 * 3 && whole.count > g->examples.count * 3);
    examples_release(&whole);
    clear(g);
}

TEST(who_is_left_out_is_counted_by_the_reason)
{
    struct ground *g = ground_of(definitions, "contact nobody_knows_when stage=lead\n"
                                              "contact always stage=customer\n"
                                              "event always visited 2025-01-01T00:00:00Z\n"
                                              "event at_once bought 2025-01-01T00:00:00Z\n"
                                              "event young visited 2025-12-20T00:00:00Z\n"
                                              "event fine visited 2025-01-01T00:00:00Z\n");
    struct example_options options = in_days("2025-12-31T00:00:00Z", 30, 10, 4);
    examples_choose(g->product->history, ENTITY_CONTACT, g->lives, &options, &g->examples);
    CHECK_INT(g->examples.unborn, 1);
    CHECK_INT(g->examples.decided, 2);
    CHECK_INT(g->examples.young, 1);
    CHECK_INT(g->examples.records, 1);
    CHECK_INT(g->examples.count, 4);
    clear(g);
}

/* Facts within the horizon change labels, and nothing else of the examples of those who stay open. */
TEST(what_happens_later_changes_labels_and_no_instant)
{
    struct ground *g = ground_of(definitions, "event ada visited 2025-01-01T00:00:00Z\n"
                                              "event bea visited 2025-01-01T00:00:00Z\n");
    struct example_options options = in_days("2025-07-01T00:00:00Z", 60, 10, 20);
    examples_choose(g->product->history, ENTITY_CONTACT, g->lives, &options, &g->examples);
    struct examples before = g->examples;
    CHECK_INT(before.positives, 0);
    g->examples = (struct examples){0};
    clear(g);
    g = ground_of(definitions, "event ada visited 2025-01-01T00:00:00Z\n"
                               "event ada bought 2025-05-10T00:00:00Z\n" /* after the last instant, 2025-05-02 */
                               "event bea visited 2025-01-01T00:00:00Z\n");
    examples_choose(g->product->history, ENTITY_CONTACT, g->lives, &options, &g->examples);
    CHECK_INT(g->examples.count, before.count);
    int64_t bought_ms = instant_of("2025-05-10T00:00:00Z");
    for (uint64_t i = 0; i < before.count; i++) {
        CHECK_INT(g->examples.at[i].at_ms, before.at[i].at_ms);
        CHECK_INT(g->examples.at[i].record, before.at[i].record);
        bool ada = g->examples.at[i].record == history_find(g->product->history, ENTITY_CONTACT, STR("ada"));
        CHECK_INT(g->examples.at[i].happened, ada && before.at[i].at_ms + options.horizon_ms >= bought_ms);
    }
    CHECK_TRUE(g->examples.positives > 2);
    examples_release(&before);
    clear(g);
}

/* ---- Sides. ---- */

TEST(no_record_is_on_two_sides_and_the_test_is_later_than_all_that_was_learnt)
{
    struct ground *g = many_lives(2000);
    struct example_options options = in_days("2025-12-31T00:00:00Z", 30, 10, 6);
    examples_choose(g->product->history, ENTITY_CONTACT, g->lives, &options, &g->examples);
    static uint8_t sides[2000 * 6], side_of[LIVES];
    memset(side_of, SIDE_NONE, sizeof side_of);
    struct split_options split = SPLIT_DEFAULT;
    split.horizon_ms = options.horizon_ms;
    int64_t begins_ms = 0;
    uint64_t count[SIDE_COUNT] = {0}, positives[SIDE_COUNT] = {0};
    examples_split(g->product->history, ENTITY_CONTACT, &g->examples, &split, sides, &begins_ms);
    for (uint64_t i = 0; i < g->examples.count; i++) {
        const struct training_example *e = &g->examples.at[i];
        count[sides[i]]++;
        positives[sides[i]] += e->happened;
        if (sides[i] == SIDE_NONE) continue;
        CHECK_TRUE(side_of[e->record] == SIDE_NONE || side_of[e->record] == sides[i]);
        side_of[e->record] = sides[i];
        if (sides[i] == SIDE_TEST) CHECK_TRUE(e->at_ms >= begins_ms);
        else CHECK_TRUE(e->at_ms + options.horizon_ms < begins_ms);
    }
    for (enum example_side s = SIDE_TRAIN; s < SIDE_COUNT; s++) CHECK_TRUE(count[s] > 300 && positives[s] > 10);
    CHECK_TRUE(count[SIDE_TRAIN] > 2 * count[SIDE_CALIBRATE]);
    clear(g);
}

TEST(a_record_more_changes_nothing_about_the_others)
{
    struct ground *g = many_lives(300);
    struct example_options options = in_days("2025-12-31T00:00:00Z", 30, 10, 4);
    examples_choose(g->product->history, ENTITY_CONTACT, g->lives, &options, &g->examples);
    struct examples before = g->examples;
    g->examples = (struct examples){0};
    clear(g);
    g = many_lives(299); /* without the last of the order of ids */
    examples_choose(g->product->history, ENTITY_CONTACT, g->lives, &options, &g->examples);
    CHECK_TRUE(g->examples.count > 0 && g->examples.count <= before.count);
    for (uint64_t i = 0; i < g->examples.count; i++) {
        CHECK_INT(g->examples.at[i].at_ms, before.at[i].at_ms);
        CHECK_INT(g->examples.at[i].record, before.at[i].record);
    }
    examples_release(&before);
    clear(g);
}

/* test_hindsight.c — what came of records: the usual outcome, by facts and by dates in columns. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/hindsight.h"

#include "engine_fixture.h"
#include "harness.h"
#include "look.h"

static struct model_terms *terms_of(struct fixture *fixture, struct hindsight_wish wish)
{
    struct model_terms *terms = NULL;
    struct err_info why = {0};
    CHECK_OK(hindsight_compile(fixture->engine, &wish, &terms, &why), why);
    return terms;
}

static enum hindsight_state state_of(struct fixture *fixture, const struct model_terms *terms, uint32_t record,
                                     int64_t at_ms)
{
    struct model_ground ground;
    model_ground_open(fixture->engine, terms, &ground);
    enum hindsight_state state = hindsight_state(&ground, true, record, at_ms);
    model_ground_close(&ground);
    return state;
}

static bool has_happened(struct fixture *fixture, const struct model_terms *terms, uint32_t record, int64_t at_ms)
{
    return state_of(fixture, terms, record, at_ms) == HINDSIGHT_HAPPENED;
}

/* When it came to the record, as all of them are looked at. */
static int64_t happened_ms(struct fixture *fixture, const struct model_terms *terms, uint32_t record)
{
    struct hindsight hindsight;
    const struct hindsight_wish wish = {.object = terms->object, .all_columns = true};
    hindsight_open(fixture->engine, terms, &wish, fixture->clock.fixed_ms, &hindsight);
    hindsight_find_lives(&hindsight, 1, NULL);
    int64_t at_ms = hindsight.lives[record].happened_ms;
    hindsight_close(&hindsight);
    return at_ms;
}

static void take(struct fixture *fixture, struct fact fact)
{
    struct fact_result result = {0};
    struct err_info why = {0};
    CHECK_OK(engine_take(fixture->engine, &fact, &result, 1, &why), why);
    CHECK_INT(result.state, FACT_TAKEN);
}

/* The deal d1 of this contact is in a stage from now on. */
static void deal(struct fixture *fixture, uint32_t contact, const char *stage)
{
    const struct fact_value values[] = {{STR("stage"), str_from_c(stage)}};
    struct str id = history_record_id(look_at(fixture->engine), ENTITY_CONTACT, contact);
    take(fixture, (struct fact){.object = ENTITY_DEAL,
                                .identifiers = {{IDENTIFIER_ID, STR("d1")}},
                                .identifier_count = 1,
                                .lists = true,
                                .at_ms = fixture->clock.fixed_ms,
                                .values = values,
                                .value_count = 1,
                                .contacts = &id,
                                .contact_count = 1});
}

TEST(a_contact_closes_when_the_lifecycle_stage_is_customer_or_a_deal_is_won)
{
    struct fixture fixture;
    fixture_open(&fixture, NULL);
    fixture_set(&fixture, "user:ada", MONDAY, "plan", "free");
    fixture_set(&fixture, "user:bob", MONDAY, "lifecycle_stage", "lead");
    uint32_t ada = fixture_contact(&fixture, "user:ada"), bob = fixture_contact(&fixture, "user:bob");
    deal(&fixture, ada, "proposal");
    fixture.clock.fixed_ms = MONDAY + DAY;
    fixture_set(&fixture, "user:bob", MONDAY + DAY, "lifecycle_stage", "customer");
    deal(&fixture, ada, "won");
    struct model_terms *terms = terms_of(&fixture, (struct hindsight_wish){.object = ENTITY_CONTACT});
    CHECK_FALSE(has_happened(&fixture, terms, ada, MONDAY + DAY - 1));
    CHECK_TRUE(has_happened(&fixture, terms, ada, MONDAY + DAY));
    CHECK_FALSE(has_happened(&fixture, terms, bob, MONDAY + DAY - 1));
    CHECK_TRUE(has_happened(&fixture, terms, bob, MONDAY + DAY));
    model_terms_free(terms);
    terms = terms_of(&fixture, (struct hindsight_wish){.object = ENTITY_DEAL});
    CHECK_FALSE(has_happened(&fixture, terms, 0, MONDAY + DAY - 1));
    CHECK_TRUE(has_happened(&fixture, terms, 0, MONDAY + DAY));
    model_terms_free(terms);
    fixture_close(&fixture);
}

TEST(the_usual_outcome_asks_only_for_options_that_a_declared_property_has)
{
    struct fixture fixture;
    struct err_info why = {0};
    uint32_t contradicting;
    fixture_open(&fixture, NULL);
    struct declaration declaration = {.entity = ENTITY_DEAL,
                                      .name = STR("stage"),
                                      .type = TYPE_ENUMERATION,
                                      .options = STR("Proposal;Won;Lost"),
                                      .actor = STR("test")};
    CHECK_OK(engine_declare(fixture.engine, &declaration, &contradicting, &why), why);
    fixture_set(&fixture, "user:ada", MONDAY, "plan", "free");
    uint32_t ada = fixture_contact(&fixture, "user:ada");
    deal(&fixture, ada, "Won");
    struct model_terms *terms = terms_of(&fixture, (struct hindsight_wish){.object = ENTITY_CONTACT});
    CHECK_TRUE(has_happened(&fixture, terms, ada, MONDAY));
    model_terms_free(terms);
    fixture_close(&fixture);
}

/* lifecycle_stage is declared so; ada comes with `value`. Did she become a customer? */
static bool declared_stage_closes(enum type type, const char *options, const char *value)
{
    struct fixture fixture;
    struct err_info why = {0};
    uint32_t contradicting;
    fixture_open(&fixture, NULL);
    struct declaration declaration = {.entity = ENTITY_CONTACT,
                                      .name = STR("lifecycle_stage"),
                                      .type = type,
                                      .options = str_from_c(options),
                                      .actor = STR("test")};
    CHECK_OK(engine_declare(fixture.engine, &declaration, &contradicting, &why), why);
    fixture_set(&fixture, "user:ada", MONDAY, "lifecycle_stage", value);
    struct model_terms *terms = terms_of(&fixture, (struct hindsight_wish){.object = ENTITY_CONTACT});
    bool closes = has_happened(&fixture, terms, fixture_contact(&fixture, "user:ada"), MONDAY);
    model_terms_free(terms);
    fixture_close(&fixture);
    return closes;
}

TEST(the_usual_outcome_asks_for_no_stage_that_a_declared_lifecycle_lacks)
{
    CHECK_TRUE(declared_stage_closes(TYPE_ENUMERATION, "Lead;Customer", "Customer"));
    CHECK_FALSE(declared_stage_closes(TYPE_ENUMERATION, "Lead;Client", "Client"));
    CHECK_FALSE(declared_stage_closes(TYPE_NUMBER, "", "3"));
    CHECK_FALSE(declared_stage_closes(TYPE_SET, "", "customer"));
}

TEST(a_deal_of_a_file_was_won_on_its_closing_date_which_nothing_has_asked_for_yet)
{
    struct fixture fixture;
    fixture_open(&fixture, NULL);
    fixture_set(&fixture, "user:ada", MONDAY - 90 * DAY, "plan", "free");
    uint32_t ada = fixture_contact(&fixture, "user:ada");
    struct str id = history_record_id(look_at(fixture.engine), ENTITY_CONTACT, ada);
    const struct fact_value values[] = {
        {STR("stage"), STR("won")}, {STR("created"), STR("2025-11-01")}, {STR("closed"), STR("2025-12-01")}};
    take(&fixture, (struct fact){.object = ENTITY_DEAL,
                                 .identifiers = {{IDENTIFIER_ID, STR("d1")}},
                                 .identifier_count = 1,
                                 .lists = true,
                                 .at_ms = FOREVER,
                                 .values = values,
                                 .value_count = 3,
                                 .contacts = &id,
                                 .contact_count = 1});
    int64_t closed_ms = MONDAY - 35 * DAY; /* 2025-12-01 */
    struct model_terms *terms = terms_of(&fixture, (struct hindsight_wish){.object = ENTITY_CONTACT});
    CHECK_INT(happened_ms(&fixture, terms, ada), closed_ms);
    CHECK_INT(state_of(&fixture, terms, ada, closed_ms - 1), HINDSIGHT_OPEN);
    CHECK_INT(state_of(&fixture, terms, ada, closed_ms), HINDSIGHT_HAPPENED);
    model_terms_free(terms);
    terms = terms_of(&fixture, (struct hindsight_wish){.object = ENTITY_DEAL});
    CHECK_INT(happened_ms(&fixture, terms, 0), closed_ms);
    CHECK_INT(state_of(&fixture, terms, 0, closed_ms), HINDSIGHT_HAPPENED);
    model_terms_free(terms);
    fixture_close(&fixture);
}

TEST(a_lost_deal_is_over_and_a_won_one_too_where_something_else_is_asked)
{
    struct fixture fixture;
    struct model_ground ground;
    fixture_open(&fixture, NULL);
    fixture_set(&fixture, "user:ada", MONDAY, "plan", "free");
    uint32_t ada = fixture_contact(&fixture, "user:ada");
    deal(&fixture, ada, "proposal");
    fixture.clock.fixed_ms = MONDAY + DAY;
    deal(&fixture, ada, "lost");
    struct model_terms *terms = terms_of(&fixture, (struct hindsight_wish){.object = ENTITY_DEAL});
    CHECK_INT(state_of(&fixture, terms, 0, MONDAY), HINDSIGHT_OPEN);
    CHECK_INT(state_of(&fixture, terms, 0, MONDAY + DAY), HINDSIGHT_OVER);
    fixture.clock.fixed_ms = MONDAY + 2 * DAY;
    deal(&fixture, ada, "won");
    model_ground_open(fixture.engine, terms, &ground);
    CHECK_INT(hindsight_state(&ground, true, 0, MONDAY + 2 * DAY), HINDSIGHT_HAPPENED);
    CHECK_INT(hindsight_state(&ground, false, 0, MONDAY + 2 * DAY), HINDSIGHT_OVER);
    model_ground_close(&ground);
    model_terms_free(terms);
    fixture_close(&fixture);
}

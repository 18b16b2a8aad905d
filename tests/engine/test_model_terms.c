/* test_model_terms.c — what a model asks, by itself or as somebody says, and what it may not look at. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/model_terms.h"

#include <stdio.h>

#include "engine_fixture.h"
#include "harness.h"
#include "look.h"

static struct model_terms *terms_of(struct fixture *fixture, struct model_question question)
{
    struct model_terms *terms = NULL;
    struct err_info why = {0};
    CHECK_OK(model_terms_compile(fixture->engine, &question, &terms, &why), why);
    return terms;
}

static bool has_happened(struct fixture *fixture, const struct model_terms *terms, uint32_t record, int64_t at_ms)
{
    struct model_ground ground;
    model_ground_open(fixture->engine, terms, &ground);
    bool happened = scan_in_segment(ground.scan, terms->outcome, record, at_ms);
    model_ground_close(&ground);
    return happened;
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
    struct model_terms *terms = terms_of(&fixture, (struct model_question){.object = ENTITY_CONTACT});
    CHECK_FALSE(has_happened(&fixture, terms, ada, MONDAY + DAY - 1));
    CHECK_TRUE(has_happened(&fixture, terms, ada, MONDAY + DAY));
    CHECK_FALSE(has_happened(&fixture, terms, bob, MONDAY + DAY - 1));
    CHECK_TRUE(has_happened(&fixture, terms, bob, MONDAY + DAY));
    model_terms_free(terms);
    terms = terms_of(&fixture, (struct model_question){.object = ENTITY_DEAL});
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
    struct model_terms *terms = terms_of(&fixture, (struct model_question){.object = ENTITY_CONTACT});
    CHECK_TRUE(has_happened(&fixture, terms, ada, MONDAY));
    model_terms_free(terms);
    fixture_close(&fixture);
}

TEST(an_outcome_may_be_any_condition)
{
    struct fixture fixture;
    fixture_open(&fixture, NULL);
    fixture_event(&fixture, "user:ada", "bought", MONDAY, "m1", NULL, NULL);
    struct model_terms *terms = terms_of(
        &fixture, (struct model_question){.object = ENTITY_CONTACT, .outcome = STR("{\"event\": \"bought\"}")});
    CHECK_TRUE(has_happened(&fixture, terms, fixture_contact(&fixture, "user:ada"), MONDAY));
    model_terms_free(terms);
    fixture_close(&fixture);
}

TEST(what_is_no_condition_is_refused_with_what_is_wrong)
{
    struct fixture fixture;
    struct err_info why = {0};
    struct model_terms *terms = NULL;
    fixture_open(&fixture, NULL);
    struct model_question question = {.object = ENTITY_CONTACT, .outcome = STR("{\"propery\": \"plan\"}")};
    CHECK_INT(model_terms_compile(fixture.engine, &question, &terms, &why), ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("propery"));
    why = (struct err_info){0};
    question = (struct model_question){.object = ENTITY_CONTACT, .score = STR("lead")};
    CHECK_INT(model_terms_compile(fixture.engine, &question, &terms, &why), ERR_INVALID);
    CHECK_STR(str_from_c(why.msg), STR("no score in force is called 'lead'"));
    fixture_close(&fixture);
}

TEST(protected_properties_are_left_out_unless_somebody_switches_them_on)
{
    struct fixture fixture;
    fixture_open(&fixture, NULL);
    fixture_set(&fixture, "user:ada", MONDAY, "Gender", "f");
    fixture_set(&fixture, "user:ada", MONDAY, "plan", "free");
    struct model_terms *terms = terms_of(&fixture, (struct model_question){.object = ENTITY_CONTACT});
    uint32_t gender = catalog_find(terms->draft.catalog, ENTITY_CONTACT, STR("Gender"));
    uint32_t plan = catalog_find(terms->draft.catalog, ENTITY_CONTACT, STR("plan"));
    CHECK_TRUE(terms->left_out[gender]);
    CHECK_FALSE(terms->left_out[plan]);
    model_terms_free(terms);
    terms = terms_of(&fixture, (struct model_question){.object = ENTITY_CONTACT, .use_protected = true});
    CHECK_FALSE(terms->left_out[gender]);
    model_terms_free(terms);
    fixture_close(&fixture);
}

TEST(numbers_that_nothing_has_asked_for_yet_are_read_as_numbers)
{
    struct fixture fixture;
    char who[32], age[32];
    fixture_open(&fixture, NULL);
    for (int i = 0; i < 30; i++) {
        snprintf(who, sizeof who, "user:u%d", i);
        snprintf(age, sizeof age, "%d", 100 + i);
        fixture_set(&fixture, who, MONDAY, "employees", age);
    }
    struct model_terms *terms = terms_of(&fixture, (struct model_question){.object = ENTITY_CONTACT});
    struct model_ground ground;
    model_ground_open(fixture.engine, terms, &ground);
    struct training_example at[30];
    for (uint32_t i = 0; i < 30; i++) at[i] = (struct training_example){.record = i, .at_ms = MONDAY};
    struct examples examples = {.at = at, .count = 30};
    AUTO_ARENA arena = arena_new();
    struct feature_plan plan;
    feature_plan_choose(&ground.source, &examples, NULL, arena, &plan);
    float *value = ARENA_ARRAY(arena, float, (size_t)30 * plan.count);
    features_compute(&plan, &ground.source, at, 30, 1, value);
    uint32_t f = 0;
    while (f < plan.count && !str_equal(plan.features[f].name, STR("employees"))) f++;
    CHECK_TRUE(f < plan.count);
    CHECK_INT(plan.features[f].kind, FEATURE_NUMBER);
    CHECK_NEAR((double)value[(size_t)7 * plan.count + f], 107, 0);
    model_ground_close(&ground);
    model_terms_free(terms);
    fixture_close(&fixture);
}

TEST(terms_hold_until_a_definition_changes_or_a_new_property_is_met)
{
    struct fixture fixture;
    fixture_open(&fixture, NULL);
    fixture_set(&fixture, "user:ada", MONDAY, "plan", "free");
    struct model_terms *terms = terms_of(&fixture, (struct model_question){.object = ENTITY_CONTACT});
    fixture_set(&fixture, "user:ada", MONDAY, "plan", "pro");
    CHECK_TRUE(model_terms_hold(fixture.engine, terms));
    fixture_set(&fixture, "user:ada", MONDAY, "color", "red");
    CHECK_FALSE(model_terms_hold(fixture.engine, terms));
    model_terms_free(terms);
    fixture_close(&fixture);
}

/* test_model_terms.c — what a model asks, by itself or as somebody says, and what it may not look at. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/model_terms.h"

#include <stdio.h>

#include "engine_fixture.h"
#include "harness.h"
#include "look.h"

#define NOBODY STR("{any: []}") /* an outcome that comes to nobody */

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
    question = (struct model_question){.object = ENTITY_CONTACT, .outcome = NOBODY, .score = STR("lead")};
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
    struct model_terms *terms =
        terms_of(&fixture, (struct model_question){.object = ENTITY_CONTACT, .outcome = NOBODY});
    uint32_t gender = catalog_find(terms->draft.catalog, ENTITY_CONTACT, STR("Gender"));
    uint32_t plan = catalog_find(terms->draft.catalog, ENTITY_CONTACT, STR("plan"));
    CHECK_TRUE(terms->left_out[gender]);
    CHECK_FALSE(terms->left_out[plan]);
    model_terms_free(terms);
    terms =
        terms_of(&fixture, (struct model_question){.object = ENTITY_CONTACT, .outcome = NOBODY, .use_protected = true});
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
    struct model_terms *terms =
        terms_of(&fixture, (struct model_question){.object = ENTITY_CONTACT, .outcome = NOBODY});
    struct model_ground ground;
    model_ground_open(fixture.engine, terms, &ground);
    struct training_example at[30];
    for (uint32_t i = 0; i < 30; i++) at[i] = (struct training_example){.record = i, .at_ms = MONDAY};
    struct examples examples = {.at = at, .count = 30};
    AUTO_ARENA arena = arena_new();
    struct feature_plan plan;
    feature_plan_choose(&ground.source, &examples, NULL, arena, &plan);
    float *value = ARENA_ARRAY(arena, float, (size_t)30 * plan.count);
    features_compute(&plan, &ground.source, at, 30, 1, NULL, value);
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
    struct model_terms *terms =
        terms_of(&fixture, (struct model_question){.object = ENTITY_CONTACT, .outcome = NOBODY});
    fixture_set(&fixture, "user:ada", MONDAY, "plan", "pro");
    CHECK_TRUE(model_terms_hold(fixture.engine, terms));
    fixture_set(&fixture, "user:ada", MONDAY, "color", "red");
    CHECK_FALSE(model_terms_hold(fixture.engine, terms));
    model_terms_free(terms);
    fixture_close(&fixture);
}

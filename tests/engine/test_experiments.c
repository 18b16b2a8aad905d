/* test_experiments.c — an experiment's conditions and scores, held against a live engine's facts. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/experiments.h"

#include <stdio.h>

#include "core/band.h"
#include "engine_fixture.h"
#include "harness.h"

#define LEAD(points)                                                                               \
    "score: lead\nbands: [{label: MQL, from: 20}]\ngroups:\n- name: Web\n  category: engagement\n" \
    "  rules:\n  - {name: Form, event: form_sent, points: " points "}\n"

static const struct experiment_conditions forms = {.outcome = STR_INIT("{\"event\": \"bought\"}"),
                                                   .who = STR_INIT("{event: form_sent}")};

/* Forty people send a form, the first ten of them twice and buy then. */
static void live(struct fixture *f)
{
    fixture_open(f, NULL);
    fixture_publish(f, LEAD("10"), PUBLISH_SILENT);
    for (int i = 0; i < 40; i++) {
        char who[32];
        snprintf(who, sizeof who, "user:u%d", i);
        (void)fixture_event(f, who, "form_sent", MONDAY + DAY + i, NULL, NULL, NULL);
        if (i >= 10) continue;
        (void)fixture_event(f, who, "form_sent", MONDAY + 2 * DAY, NULL, NULL, NULL);
        (void)fixture_event(f, who, "bought", MONDAY + 3 * DAY, NULL, NULL, NULL);
    }
    f->clock.fixed_ms = MONDAY + 20 * DAY;
}

static void open_ground(struct fixture *f, struct experiment_ground *ground)
{
    struct err_info why = {0};
    const char *which;
    CHECK_OK(experiment_ground_open(f->engine, &forms, f->clock.fixed_ms, ground, &which, &why), why);
    ground->rules.seed = 1;
    ground->rules.share_b = 0.5;
    ground->rules.from_ms = MONDAY;
    ground->rules.to_ms = ground->rules.now_ms;
    ground->rules.horizon_ms = 10 * DAY;
}

TEST(everybody_who_came_is_assigned_and_what_came_of_them_is_found)
{
    struct fixture f = {0};
    struct experiment_ground ground;
    struct assignment *found;
    live(&f);
    open_ground(&f, &ground);
    uint64_t count = experiment_assignments(&ground, 2, &found), converted = 0;
    CHECK_INT(count, 40);
    for (uint64_t i = 0; i < count; i++) converted += found[i].converted && found[i].over;
    CHECK_INT(converted, 10);
    memory_free(found);
    experiment_ground_close(&ground);
    fixture_close(&f);
}

TEST(an_arm_is_scored_by_a_definition_that_is_not_in_force)
{
    struct fixture f = {0};
    struct experiment_ground ground;
    struct experiment_score score;
    struct assignment *found;
    struct arm_figures figures;
    struct err_info why = {0};
    AUTO_ARENA arena = arena_new();
    live(&f);
    open_ground(&f, &ground);
    uint64_t count = experiment_assignments(&ground, 1, &found), in_b = 0;
    for (uint64_t i = 0; i < count; i++) in_b += found[i].arm == ARM_B;
    CHECK_OK(experiment_score_open(&ground, STR(LEAD("15")), &score, &why), why);
    experiment_score_figures(&ground, &score, ARM_B, found, count, 2, arena, &figures);
    CHECK_INT(figures.known + figures.unknown, in_b);
    CHECK_INT(figures.lowest, 15 * MICRO_PER_POINT);
    CHECK_INT(figures.highest, 30 * MICRO_PER_POINT);
    CHECK_INT(figures.band_count, 2);
    CHECK_STR(figures.bands[0].label, STR("MQL"));
    CHECK_INT(figures.bands[0].converted, figures.bands[0].records); /* whoever sent two forms bought */
    CHECK_INT(figures.bands[0].records + figures.bands[1].records, in_b);
    CHECK_INT(figures.bands[1].converted, 0);
    memory_free(found);
    experiment_score_close(&score);
    experiment_ground_close(&ground);
    fixture_close(&f);
}

TEST(a_mistake_is_told_of_the_condition_that_has_it)
{
    struct fixture f = {0};
    fixture_open(&f, NULL);
    static const struct {
        struct str outcome, who, pilot;
        const char *which;
    } row[] = {{STR_INIT("{evnt: bought}"), {0}, {0}, "outcome"},
               {STR_INIT("{event: bought}"), STR_INIT("{segment: nobody}"), {0}, "who"},
               {STR_INIT("{event: bought}"), {0}, STR_INIT("{property: plan, like: x}"), "pilot"},
               {STR_INIT("{event: bought}"), STR_INIT("{event: seen}"), STR_INIT("{all: 7}"), "pilot"}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct experiment_conditions conditions = {.outcome = row[i].outcome, .who = row[i].who, .pilot = row[i].pilot};
        struct experiment_ground ground;
        struct err_info why = {0};
        const char *which;
        CHECK_INT(experiment_ground_open(f.engine, &conditions, f.clock.fixed_ms, &ground, &which, &why), ERR_INVALID);
        CHECK_STR(str_from_c(which), str_from_c(row[i].which));
        experiment_ground_close(&ground);
    }
    fixture_close(&f);
}

TEST(a_definition_of_an_arm_has_to_be_of_the_experiments_object)
{
    struct fixture f = {0};
    struct experiment_ground ground;
    struct experiment_score score;
    struct err_info why = {0};
    live(&f);
    open_ground(&f, &ground);
    CHECK_INT(experiment_score_open(&ground, STR("score: size\nobject: company\ngroups: []\n"), &score, &why),
              ERR_INVALID);
    CHECK_CONTAINS(str_from_c(why.msg), STR("no score of a contact"));
    experiment_score_close(&score);
    CHECK_INT(experiment_score_open(&ground, STR("score: lead\ngroups: [{name: g}]\n"), &score, &why), ERR_INVALID);
    experiment_score_close(&score);
    experiment_ground_close(&ground);
    fixture_close(&f);
}

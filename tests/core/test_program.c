/* test_program.c — what a definition asks for, once compiled. */
// SPDX-License-Identifier: Apache-2.0
#include "core/program.h"
#include "definition_fixture.h"

static const struct program *compile(struct fixture *fixture, const char *text)
{
    fixture_open(fixture);
    CHECK_TRUE(fixture_parse(fixture, NULL, "", text));
    CHECK_TRUE(fixture_check(fixture));
    CHECK_TRUE(fixture_bind(fixture, NULL));
    return program_compile(fixture->arena, &fixture->set, 0);
}

TEST(rules_about_the_same_events_in_the_same_window_share_their_signals)
{
    AUTO_FIXTURE fixture;
    const struct program *program =
        compile(&fixture, "score: s\n"
                          "groups:\n"
                          "  - name: Web\n"
                          "    category: engagement\n"
                          "    rules:\n"
                          "      - {name: a, event: page_viewed, points: 1, within: 30d}\n"
                          "      - {name: b, event: ' Page_Viewed ', points: 5, within: 30d}\n"
                          "      - {name: c, event: page_viewed, points: 5, within: 31d}\n"
                          "      - {name: d, when: {event: page_viewed, within: 30d}, points: 1}\n");
    CHECK_INT(program->selector_count, 2);
    CHECK_INT(program->signal_count, 2);
}

TEST(points_and_clamps_stand_in_no_key_of_a_signal)
{
    const char *const texts[] = {
        "score: s\ngroups: [{name: g, category: engagement, rules: [{name: r, event: e, points: 1}]}]\n",
        "score: s\nmax: 5\ngroups: [{name: g, category: engagement, max: 3, rules: [{name: other, event: e, points: 9, "
        "max: 2}]}]\n",
    };
    struct buf keys[2] = {BUF_INIT(1000), BUF_INIT(1000)};
    for (int i = 0; i < 2; i++) {
        AUTO_FIXTURE fixture;
        const struct program *program = compile(&fixture, texts[i]);
        CHECK_INT(program->signal_count, 1);
        signal_key(program, &program->signals[0], &keys[i]);
    }
    CHECK_STR(buf_str(&keys[0]), buf_str(&keys[1]));
    for (int i = 0; i < 2; i++) buf_release(&keys[i]);
}

TEST(a_rule_that_is_switched_off_asks_for_nothing)
{
    AUTO_FIXTURE fixture;
    const struct program *program = compile(&fixture, "score: s\ngroups: [{name: g, category: engagement, rules: [\n"
                                                      "  {name: off, event: e, points: 1, enabled: false},\n"
                                                      "  {name: on, when: {property: p, is: x}, points: 1}]}]\n");
    CHECK_INT(program->rule_count, 1);
    CHECK_INT(program->signal_count, 0);
    CHECK_INT(program->leaf_count, 1);
}

TEST(whether_a_rule_applied_matters_only_where_the_score_could_differ)
{
    const struct {
        const char *head;
        bool matters;
    } row[] = {{"", false},
               {"max: 10\n", false},
               {"min: 1\n", true},
               {"no_match: unknown\n", true},
               {"fit: {max: -1}\n", true}};
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        AUTO_ARENA arena = arena_new();
        struct str text = arena_format(arena,
                                       "score: s\n%sgroups: [{name: g, category: fit, rules: [{name: r, when: "
                                       "{property: p, known: true}, points: 1}]}]\n",
                                       row[i].head);
        AUTO_FIXTURE fixture;
        CHECK_INT(compile(&fixture, text.at)->presence_matters, row[i].matters);
    }
}

TEST(rules_of_a_group_that_ask_for_one_property_are_folded_together)
{
    AUTO_FIXTURE fixture;
    const struct program *program = compile(
        &fixture,
        "score: s\n"
        "groups:\n"
        "  - name: Person\n"
        "    category: fit\n"
        "    rules:\n"
        "      - {name: a, when: {property: role, is: ceo}, points: 5, max: 4}\n"
        "      - {name: b, property: role, values: [{is: buyer, points: 3}], otherwise: -1}\n"
        "      - {name: c, when: {any: [{property: role, is: cto}, {not: {property: role, known: true}}]}, points: 2}\n"
        "      - {name: d, when: {property: company.role, is: ceo}, points: 1}\n"
        "      - {name: e, when: {all: [{property: role, is: cto}, {property: vip, is: true}]}, points: 1}\n"
        "      - {name: f, when: {property: role, changed_within: 30d}, points: 1}\n"
        "      - {name: g, when: {property: role, ever: {is: cto}}, points: 1}\n"
        "      - {name: h, when: {all: [{property: role, is: cto}, {event: any}]}, points: 1}\n"
        "  - name: Other\n"
        "    category: fit\n"
        "    rules: [{name: i, when: {property: role, is: ceo}, points: 1}]\n");
    CHECK_INT(program->fold_count, 3);
    CHECK_INT(program->folds[0].points, 4 + 3 + 2);
    for (uint32_t r = 0; r < 3; r++) CHECK_INT(program->rules[r].fold, 0);
    CHECK_INT(program->rules[3].fold, 1);
    for (uint32_t r = 4; r < 8; r++) CHECK_INT(program->rules[r].fold, NO_INDEX);
    CHECK_INT(program->rules[8].fold, 2);
}

TEST(a_fold_takes_no_more_points_than_its_table_holds)
{
    AUTO_FIXTURE fixture;
    const struct program *program =
        compile(&fixture, "score: s\n"
                          "groups:\n"
                          "  - name: Person\n"
                          "    category: fit\n"
                          "    rules:\n"
                          "      - {name: a, when: {property: role, is: ceo}, points: 10000}\n"
                          "      - {name: b, when: {property: role, is: cto}, points: -10000}\n"
                          "      - {name: c, when: {property: role, is: cfo}, points: 6000}\n"
                          "      - {name: d, when: {property: role, is: coo}, min: 20000, points: 1}\n");
    CHECK_INT(program->fold_count, 2);
    CHECK_INT(program->rules[1].fold, 1);
    CHECK_INT(program->rules[2].fold, 0);
    CHECK_INT(program->rules[3].fold, NO_INDEX);
}

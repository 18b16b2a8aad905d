/* test_definition_edit.c — numbers change in a definition's text, and nothing else does. */
// SPDX-License-Identifier: Apache-2.0
#include "core/definition_edit.h"

#include "definition_fixture.h"

static const char text[] = "# Größe zählt\n"
                           "score: s   # the only one\n"
                           "groups:\n"
                           "  - name: Größe\n"
                           "    category: fit\n"
                           "    rules:\n"
                           "      - name: Size\n"
                           "        property: size\n"
                           "        values: [{gt: 100, points: 12}, {gt: 10, points: 5}]  # ü, then points: 7\n"
                           "        otherwise: -3\n"
                           "        unknown: 0\n"
                           "      - {name: \"ÄÖ: \", when: {property: land, is: DE}, points: 4} # points: 4\n"
                           "      - {name: Off, enabled: false, when: {property: land, is: FR}, points: 1}\n"
                           "  - name: Web\n"
                           "    category: engagement\n"
                           "    decay: {percent: 50, every: 30d}  # half\n"
                           "    rules:\n"
                           "      - name: Visits\n"
                           "        event: visit\n"
                           "        ranges:\n"
                           "          - {from: 8, points: 6}\n"
                           "          - {to: 7, from: 3, points: 2}\n"
                           "      - {name: Demo, event: demo, points: 18, count: once, decay: {half_life: \"45d\"}}\n"
                           "      - {name: Chat, event: chat, points: 1, max: 3}\n";

static const char wanted[] =
    "# Größe zählt\n"
    "score: s   # the only one\n"
    "groups:\n"
    "  - name: Größe\n"
    "    category: fit\n"
    "    rules:\n"
    "      - name: Size\n"
    "        property: size\n"
    "        values: [{gt: 100, points: 100}, {gt: 10, points: 101}]  # ü, then points: 7\n"
    "        otherwise: 102\n"
    "        unknown: 103\n"
    "      - {name: \"ÄÖ: \", when: {property: land, is: DE}, points: 104} # points: 4\n"
    "      - {name: Off, enabled: false, when: {property: land, is: FR}, points: 1}\n"
    "  - name: Web\n"
    "    category: engagement\n"
    "    decay: {half_life: 14d}  # half\n"
    "    rules:\n"
    "      - name: Visits\n"
    "        event: visit\n"
    "        ranges:\n"
    "          - {from: 8, points: 106}\n"
    "          - {to: 7, from: 3, points: 105}\n"
    "      - {name: Demo, event: demo, points: 107, count: once, decay: {half_life: \"90d\"}}\n"
    "      - {name: Chat, event: chat, points: 108, max: 900}\n";

/* Every place gets a number of its own, from 100 on. */
static struct str edited(const struct fixture *fixture, struct str from, const struct decay_edit *decays,
                         uint32_t decay_count)
{
    struct points_place *places = NULL;
    struct points_edit edits[32];
    struct str out = {0};
    struct err_info why = {0};
    const struct score *score = fixture->set.scores[0];
    uint32_t count = points_places(score, fixture->arena, &places);
    CHECK_TRUE(count <= 32);
    for (uint32_t i = 0; i < count; i++) edits[i] = (struct points_edit){places[i], 100 + (int32_t)i, 900};
    struct definition_edits all = {edits, count, decays, decay_count};
    CHECK_OK(definition_edit(from, score, &all, fixture->arena, &out, NULL, &why), why);
    return out;
}

TEST(only_the_numbers_change_and_comments_order_and_blanks_stay)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(&fixture, "", text);
    const struct score *score = fixture.set.scores[0];
    struct decay_edit decays[] = {{1, score->groups[1].rules[2].decay, 14}, {1, score->groups[1].rules[1].decay, 90}};
    CHECK_STR(edited(&fixture, str_from_c(text), decays, 2), str_from_c(wanted));
}

TEST(what_was_edited_is_read_as_what_was_meant)
{
    AUTO_FIXTURE fixture, after;
    fixture_open(&fixture);
    fixture_open(&after);
    fixture_parse_good(&fixture, "", text);
    struct str out = edited(&fixture, str_from_c(text), NULL, 0);
    fixture_parse_good(&after, "", arena_str(fixture.arena, out).at);
    struct points_place *places = NULL;
    struct score *copy = score_copy(fixture.set.scores[0], fixture.arena);
    uint32_t count = points_places(copy, fixture.arena, &places);
    CHECK_INT(count, 9);
    for (uint32_t i = 0; i < count; i++) {
        points_put(copy, places[i], 100 + (int32_t)i);
        CHECK_INT(points_at(after.set.scores[0], places[i]), points_at(copy, places[i]));
    }
    CHECK_INT(points_at(fixture.set.scores[0], places[0]), 12); /* the first is as it was */
}

TEST(a_decay_over_several_lines_that_is_no_half_life_stays)
{
    static const char block[] =
        "score: s\ngroups:\n  - name: Web\n    category: engagement\n    decay:\n      percent: 50\n"
        "      every: 30d\n    rules:\n      - {name: Chat, event: chat, points: 1}\n";
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(&fixture, "", block);
    struct decay_edit decay = {0, fixture.set.scores[0]->groups[0].rules[0].decay, 14};
    struct str out = {0};
    uint32_t kept = 0;
    struct definition_edits edits = {.decays = &decay, .decay_count = 1};
    CHECK_INT(definition_edit(str_from_c(block), fixture.set.scores[0], &edits, fixture.arena, &out, &kept, NULL),
              ERR_OK);
    CHECK_STR(out, str_from_c(block));
    CHECK_INT(kept, 1);
}

TEST(another_text_than_the_one_that_was_parsed_is_told)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(&fixture, "", text);
    struct str out = {0};
    struct points_edit edit = {{.group = 0, .rule = 0, .kind = POINTS_OTHERWISE}, 5, 0};
    struct definition_edits edits = {.points = &edit, .point_count = 1};
    CHECK_INT(
        definition_edit(STR("score: t\ngroups: []\n"), fixture.set.scores[0], &edits, fixture.arena, &out, NULL, NULL),
        ERR_NOT_FOUND);
    CHECK_INT(
        definition_edit(STR("score: s\ngroups: []\n"), fixture.set.scores[0], &edits, fixture.arena, &out, NULL, NULL),
        ERR_NOT_FOUND);
    CHECK_INT(definition_edit(STR("score: {"), fixture.set.scores[0], &edits, fixture.arena, &out, NULL, NULL),
              ERR_INVALID);
}

/* test_definition_parse.c — scores and segments as authors write them, and the mistakes they make. */
// SPDX-License-Identifier: Apache-2.0
#include "definition_fixture.h"

static const char whole_score[] = "score: lead_score\n"
                                  "title: Lead score\n"
                                  "object: contact\n"
                                  "for: {not: {property: email, ends_with: \"@ourcompany.example\"}}\n"
                                  "no_match: unknown\n"
                                  "fit: {min: -20, max: 50}\n"
                                  "engagement: {min: 0, max: 50}\n"
                                  "min: 0\n"
                                  "max: 100\n"
                                  "bands:\n"
                                  "  - {label: SQL, from: 85}\n"
                                  "  - {label: MQL, from: 45, until: 40}\n"
                                  "grades:\n"
                                  "  fit:        [{label: A, from: 38}, {label: B, from: 24}, {label: C}]\n"
                                  "  engagement: [{label: \"1\", from: 35}, {label: \"2\", from: 18}, {label: \"3\"}]\n"
                                  "groups:\n"
                                  "  - name: Company profile\n"
                                  "    category: fit\n"
                                  "    min: -10\n"
                                  "    max: 40\n"
                                  "    rules:\n"
                                  "      - name: IT industry\n"
                                  "        when: {property: company.industry, in: [IT, Software]}\n"
                                  "        points: 2\n"
                                  "      - name: Company size\n"
                                  "        property: company.employees\n"
                                  "        values:\n"
                                  "          - {between: [5, 100], points: 5}\n"
                                  "          - {gt: 100, points: 2}\n"
                                  "        otherwise: -5\n"
                                  "        unknown: 0\n"
                                  "  - name: Website\n"
                                  "    category: engagement\n"
                                  "    decay: {half_life: 30d}\n"
                                  "    rules:\n"
                                  "      - name: Pricing page\n"
                                  "        event: page_viewed\n"
                                  "        where: {property: path, starts_with: /pricing}\n"
                                  "        points: 3\n"
                                  "        count: each\n"
                                  "        within: 90d\n"
                                  "        per_day: 1\n"
                                  "        at_most: 5\n"
                                  "        max: 12\n"
                                  "      - name: Many pages in a month\n"
                                  "        event: page_viewed\n"
                                  "        within: 30d\n"
                                  "        ranges: [{from: 10, to: 24, points: 5}, {from: 25, points: 8}]\n"
                                  "      - name: Silent for two months\n"
                                  "        when: {not: {event: any, within: 60d}}\n"
                                  "        points: -8\n";

static void check_clamp(struct clamp clamp, bool has_min, int32_t min, bool has_max, int32_t max)
{
    CHECK_INT(clamp.has_min, has_min);
    CHECK_INT(clamp.min, min);
    CHECK_INT(clamp.has_max, has_max);
    CHECK_INT(clamp.max, max);
}

TEST(a_score_s_head_is_read_as_written)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(&fixture, "", whole_score);
    CHECK_INT(fixture.set.score_count, 1);
    const struct score *score = fixture.set.scores[0];
    CHECK_STR(score->name, STR("lead_score"));
    CHECK_STR(score->title, STR("Lead score"));
    CHECK_INT(score->object, ENTITY_CONTACT);
    CHECK_INT(score->scope->kind, CONDITION_NOT);
    CHECK_INT(score->no_match, NO_MATCH_UNKNOWN);
    check_clamp(score->category[CATEGORY_FIT], true, -20, true, 50);
    check_clamp(score->category[CATEGORY_ENGAGEMENT], true, 0, true, 50);
    check_clamp(score->total, true, 0, true, 100);
    CHECK_INT(score->band_count, 2);
    CHECK_STR(score->bands[0].label, STR("SQL"));
    CHECK_INT(score->bands[0].until, 85);
    CHECK_FALSE(score->bands[0].has_until);
    CHECK_INT(score->bands[1].from, 45);
    CHECK_INT(score->bands[1].until, 40);
    CHECK_INT(score->grade_count[CATEGORY_FIT], 3);
    CHECK_INT(score->grades[CATEGORY_FIT][1].from, 24);
    CHECK_STR(score->grades[CATEGORY_ENGAGEMENT][2].label, STR("3"));
    CHECK_INT(score->grades[CATEGORY_ENGAGEMENT][2].from, INT32_MIN);
    CHECK_INT(score->at.line, 1);
    CHECK_INT(score->at.column, 8);
    CHECK_FALSE(score->anonymous);
}

TEST(a_score_s_groups_and_rules_are_read_as_written)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(&fixture, "", whole_score);
    const struct score *score = fixture.set.scores[0];
    CHECK_INT(score->group_count, 2);
    const struct group *fit = &score->groups[0], *website = &score->groups[1];
    CHECK_STR(fit->name, STR("Company profile"));
    CHECK_INT(fit->category, CATEGORY_FIT);
    check_clamp(fit->clamp, true, -10, true, 40);
    CHECK_INT(fit->rule_count, 2);
    CHECK_INT(fit->rules[0].kind, RULE_WHEN);
    CHECK_INT(fit->rules[0].points, 2);
    CHECK_FALSE(fit->rules[0].has_otherwise);
    const struct rule *size = &fit->rules[1];
    CHECK_INT(size->kind, RULE_VALUES);
    CHECK_INT(size->hop, HOP_COMPANY);
    CHECK_INT(size->case_count, 2);
    CHECK_INT(size->cases[0].test.op, OP_BETWEEN);
    CHECK_INT(size->cases[0].points, 5);
    CHECK_INT(size->cases[1].test.op, OP_GT);
    CHECK_INT(size->otherwise, -5);
    CHECK_TRUE(size->has_otherwise);
    CHECK_TRUE(size->has_unknown);
    CHECK_INT(website->category, CATEGORY_ENGAGEMENT);
    const struct rule *page = &website->rules[0], *many = &website->rules[1];
    CHECK_INT(page->kind, RULE_EVENT);
    CHECK_TRUE(page->enabled);
    CHECK_INT(page->points, 3);
    CHECK_FALSE(page->once);
    CHECK_INT(page->selection.within_minutes, 90 * 1440);
    CHECK_INT(page->selection.per_day, 1);
    CHECK_INT(page->selection.at_most, 5);
    CHECK_TRUE(page->selection.where != NULL);
    check_clamp(page->clamp, false, 0, true, 12);
    CHECK_INT(page->decay.shape, DECAY_HALF_LIFE);
    CHECK_INT(many->kind, RULE_RANGES);
    CHECK_INT(many->decay.shape, DECAY_HALF_LIFE);
    CHECK_INT(many->range_count, 2);
    CHECK_INT(many->ranges[0].to, 24);
    CHECK_INT(many->ranges[1].to, UINT32_MAX);
    CHECK_INT(many->ranges[1].points, 8);
    CHECK_INT(website->rules[2].points, -8);
}

TEST(what_is_not_written_has_its_default)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(&fixture, AROUND_RULE, "{name: R, event: e, points: +5}");
    const struct score *score = fixture.set.scores[0];
    CHECK_STR(score->title, STR("s"));
    CHECK_INT(score->object, ENTITY_CONTACT);
    CHECK_INT(score->no_match, NO_MATCH_ZERO);
    CHECK_TRUE(score->scope == NULL);
    check_clamp(score->total, false, 0, false, 0);
    CHECK_INT(score->band_count, 0);
    CHECK_INT(score->grade_count[CATEGORY_FIT], 0);
    const struct rule *rule = fixture_rule(&fixture);
    CHECK_TRUE(rule->enabled);
    CHECK_INT(rule->points, 5);
    CHECK_INT(rule->selection.within_minutes, -1);
    CHECK_INT(rule->selection.per_day, 0);
    CHECK_INT(rule->selection.at_most, 0);
    CHECK_FALSE(rule->selection.include_bots);
    CHECK_INT(rule->decay.shape, DECAY_NONE);
}

TEST(json_is_read_as_well)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(
        &fixture, "",
        "{\"score\": \"s\", \"groups\": [{\"name\": \"G\", \"category\": \"fit\", \"rules\": [{\"name\": "
        "\"R\", \"when\": {\"property\": \"a\", \"gt\": 5}, \"points\": -3, \"enabled\": false}]}]}");
    CHECK_INT(fixture_rule(&fixture)->points, -3);
    CHECK_FALSE(fixture_rule(&fixture)->enabled);
}

TEST(a_file_may_hold_several_documents)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    fixture_parse_good(&fixture, "",
                       "---\nscore: a\ngroups: []\n---\nsegment: big\nobject: company\ntitle: Big ones\n"
                       "when: {property: employees, gt: 100}\n---\nscore: b\nobject: deal\ngroups: []\n");
    CHECK_INT(fixture.set.score_count, 2);
    CHECK_INT(fixture.set.segment_count, 1);
    CHECK_INT(definitions_find_score(&fixture.set, STR("b")), 1);
    CHECK_INT(definitions_find_segment(&fixture.set, STR("big")), 0);
    CHECK_INT(definitions_find_segment(&fixture.set, STR("a")), UINT32_MAX);
    CHECK_STR(fixture.set.segments[0]->title, STR("Big ones"));
    CHECK_INT(fixture.set.segments[0]->object, ENTITY_COMPANY);
}

TEST(each_mistake_of_a_document_has_its_sentence)
{
    static const struct mistake row[] = {
        {"", "", "", "nothing is defined here; begin with 'score: NAME'"},
        {"", "# only a comment\n", "", "nothing is defined here; begin with 'score: NAME'"},
        {"", "hello", "hello",
         "a definition begins with 'score: NAME' or 'segment: NAME'; several in one file are divided by a line '---'"},
        {"", "- score: s\n", "-",
         "a definition begins with 'score: NAME' or 'segment: NAME'; several in one file are divided by a line '---'"},
        {"", "socre: s\ngroups: []\n", "socre", "unknown key 'socre'; did you mean 'score'?"},
        {"", "contact: {industry: string}\n", "c",
         "this looks like a schema of properties, not like a score; give it as the schema file"},
        {"", "{score: s, segment: t}", "{",
         "a document is a score or a segment, not both; divide them by a line '---'"},
        {"", "score: Lead Score\ngroups: []\n", "Lead Score",
         "a score's name has small letters a-z, digits and '_', and begins with a letter; write lead_score"},
        {"", "segment: 3 big ones!\nwhen: {all: []}\n", "3 big ones!",
         "a segment's name has small letters a-z, digits and '_', and begins with a letter; write big_ones"},
        {"", "score: '!'\ngroups: []\n", "'!'",
         "a score's name has small letters a-z, digits and '_', and begins with a letter"},
        {"", "score:\ngroups: []\n", "score", "'score' has no value; give it one or leave it out"},
        {"", "score: [a]\ngroups: []\n", "[", "'score' must be a text, not a list"},
        {"", "score: s\n", "s", "a score needs 'groups', as in {score: lead_score, groups: [...]}"},
        {"", "segment: s\n", "s",
         "a segment needs 'when', as in {segment: it_firms, when: {property: company.industry, is: IT}}"},
        {"", "segment: s\nwhen: {all: []}\ngroups: []\n", "groups",
         "unknown key 'groups'; a segment may have: segment, title, object, when"},
        {AROUND_SCORE, "decay: none\n", "decay", "'decay' is a group's or an event rule's, not a whole score's"},
        {AROUND_SCORE, "colour: red\n", "colour",
         "unknown key 'colour'; a score may have: score, title, object, for, no_match, bots, fit, engagement, min, "
         "max, "
         "bands, grades, groups"},
        {AROUND_SCORE, "object: event\n", "event", "'object' must be contact, company or deal, not 'event'"},
        {AROUND_SCORE, "object: Contact\n", "Contact",
         "'object' must be contact, company or deal, not 'Contact'; did you mean 'contact'?"},
        {AROUND_SCORE, "no_match: nil\n", "nil", "'no_match' must be zero or unknown, not 'nil'"},
        {AROUND_SCORE, "bots: yes\n", "yes", "'bots' must be exclude or include, not 'yes'"},
        {AROUND_SCORE, "title: [a]\n", "[", "'title' must be a text, not a list"},
        {AROUND_SCORE, "max: 1e3\n", "1e3", "'max' must be a whole number from -1000000 to 1000000, not '1e3'"},
        {AROUND_SCORE, "max: 1000001\n", "1000001",
         "'max' must be a whole number from -1000000 to 1000000, not '1000001'"},
        {AROUND_SCORE, "min: 10\nmax: 5\n", "5", "'max' is 5, below 'min', which is 10"},
        {AROUND_SCORE, "fit: 50\n", "50", "expected limits such as {min: 0, max: 50}, not '50'"},
        {AROUND_SCORE, "fit: {max: 50, mix: 3}\n", "mix", "unknown key 'mix'; did you mean 'min'?"},
        {AROUND_SCORE, "for: everyone\n", "everyone",
         "expected a condition such as {property: industry, is: IT}, not 'everyone'"},
        {"", "score: s\ngroups: {a: b}\n", "{",
         "'groups' must be a list such as [{name: ..., category: fit, rules: [...]}], not keys with values"},
        {"", "score: s\nscore: t\ngroups: []\n", "score", "the key 'score' stands twice, first in line 1"},
        {"", "score: s\ngroups: [\n", "[", "this '[' is never closed"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(each_mistake_of_bands_and_grades_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_SCORE, "bands: MQL\n", "MQL",
         "'bands' must be a list such as [{label: SQL, from: 85}, {label: MQL, from: 45}], not 'MQL'"},
        {AROUND_SCORE, "bands: [MQL]\n", "MQL", "expected a band such as {label: MQL, from: 45}, not 'MQL'"},
        {AROUND_SCORE, "bands: [{label: MQL}]\n", "{", "a band needs 'from', as in {label: MQL, from: 45}"},
        {AROUND_SCORE, "bands: [{from: 45}]\n", "{", "a band needs 'label', as in {label: MQL, from: 45}"},
        {AROUND_SCORE, "bands: [{label: MQL, from: 45, until: 46}]\n", "46",
         "'until' is 46, above 'from', which is 45: a record would leave the band as it enters"},
        {AROUND_SCORE, "bands: [{label: MQL, from: 45}, {label: SQL, from: 85}]\n", "SQL",
         "bands go from the best down: 'SQL' begins at 85, not below 45 of the band before it"},
        {AROUND_SCORE, "bands: [{label: A, from: 45}, {label: B, from: 45}]\n", "B",
         "bands go from the best down: 'B' begins at 45, not below 45 of the band before it"},
        {AROUND_SCORE, "bands: [{label: A, from: 45}, {label: A, from: 4}]\n", "A",
         "a second band 'A'; the first is in line 3"},
        {AROUND_SCORE, "grades: A\n", "A", "expected 'grades' such as {fit: [...], engagement: [...]}, not 'A'"},
        {AROUND_SCORE, "grades: {fit: [{label: A}]}\n", "{",
         "'grades' needs 'engagement', as in {fit: [...], engagement: [...]}"},
        {AROUND_SCORE, "grades: {engagement: [{label: A}]}\n", "{",
         "'grades' needs 'fit', as in {fit: [...], engagement: [...]}"},
        {AROUND_SCORE, "grades: {fit: [], engagement: [{label: A}]}\n", "[",
         "'fit' must not be empty: [{label: A, from: 38}, {label: B}]"},
        {AROUND_SCORE, "grades: {fit: [{label: A, from: 3}], engagement: [{label: A}]}\n", "A",
         "the last grade takes all that are left, so it has no 'from'; add one more label without"},
        {AROUND_SCORE, "grades: {fit: [{label: A}, {label: B}], engagement: [{label: A}]}\n", "A",
         "only the last grade goes without 'from'; as in [{label: A, from: 38}, {label: B}]"},
        {AROUND_SCORE,
         "grades: {fit: [{label: A, from: 1}, {label: B, from: 2}, {label: C}], engagement: [{label: A}]}\n", "B",
         "grades go from the best down: 'B' begins at 2, not below 1 of the grade before it"},
        {AROUND_SCORE, "grades: {fit: [{label: A, from: 1}, {label: A}], engagement: [{label: A}]}\n", "A",
         "a second grade 'A'; the first is in line 3"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(each_mistake_of_a_group_has_its_sentence)
{
    static const struct mistake row[] = {
        {AROUND_GROUP, "G\n", "G",
         "expected a group such as {name: Website, category: engagement, rules: [...]}, not 'G'"},
        {AROUND_GROUP, "{category: fit, rules: []}", "{",
         "a group needs 'name', as in {name: Website, category: engagement, rules: [...]}"},
        {AROUND_GROUP, "{name: G, rules: []}", "G",
         "a group needs 'category', as in {name: Website, category: engagement, rules: [...]}"},
        {AROUND_GROUP, "{name: G, category: fit}", "G",
         "a group needs 'rules', as in {name: Website, category: engagement, rules: [...]}"},
        {AROUND_GROUP, "{name: '', category: fit, rules: []}", "''", "'name' is empty; it needs a text"},
        {AROUND_GROUP, "{name: G, category: behaviour, rules: []}", "behaviour",
         "'category' must be fit or engagement, not 'behaviour'"},
        {AROUND_GROUP, "{name: G, category: fit, rules: []}\n  - {name: G, category: fit, rules: []}", "G",
         "a second group is named 'G'; the first is in line 3"},
        {AROUND_GROUP, "{name: G, category: fit, rules: {name: R}}", "{",
         "'rules' must be a list such as [{name: ..., when: ..., points: 5}], not keys with values"},
        {AROUND_GROUP, "{name: G, category: fit, rules: [], decay: {half_life: 3}}", "3",
         "'half_life' must be a duration such as 15m, 36h, 30d or 12w (from 1m to 100 years), not '3'"},
        {AROUND_GROUP, "{name: G, category: fit, rules: [], title: x}", "title",
         "unknown key 'title'; a group may have: name, category, min, max, decay, bots, rules"},
    };
    check_mistakes(row, COUNT_OF(row));
}

TEST(all_mistakes_of_a_file_are_shown_in_the_order_of_its_text)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    CHECK_FALSE(
        fixture_parse(&fixture, NULL, "",
                      "score: s\ngroups:\n  - name: G\n    category: ft\n    rules:\n"
                      "      - {name: R, event: e, points: x, within: y}\nmin: z\n---\nscore: T\ngroups: []\n"));
    uint32_t line = 0;
    CHECK_INT(fixture.diagnostics.count, 5);
    for (size_t i = 0; i < fixture.diagnostics.count; i++) {
        CHECK_TRUE(fixture.diagnostics.item[i].at.line >= line);
        line = fixture.diagnostics.item[i].at.line;
    }
}

TEST(a_score_with_mistakes_is_still_there_for_those_that_use_it)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    CHECK_FALSE(
        fixture_parse(&fixture, NULL, "", "score: a\nmin: x\ngroups: []\n---\nsegment: b\nwhen: {score: a, gt: 3}\n"));
    CHECK_FALSE(fixture_check(&fixture));
    CHECK_INT(fixture.diagnostics.errors, 1);
}

TEST(many_definitions_fit_into_a_set)
{
    AUTO_FIXTURE fixture;
    fixture_open(&fixture);
    AUTO_BUF text = BUF_INIT(1000000);
    for (int i = 0; i < 1000; i++) buf_format(&text, "---\nscore: s%d\ngroups: []\n", i);
    buf_append_char(&text, '\0');
    fixture_parse_good(&fixture, "", text.at);
    CHECK_INT(fixture.set.score_count, 1000);
    CHECK_INT(definitions_find_score(&fixture.set, STR("s999")), 999);
    CHECK_STR(fixture.set.scores[0]->name, STR("s0"));
}

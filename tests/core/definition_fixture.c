/* definition_fixture.c — see its header. */
// SPDX-License-Identifier: Apache-2.0
#include "definition_fixture.h"

void fixture_open(struct fixture *fixture)
{
    fixture->arena = arena_new();
    fixture->catalog = catalog_new();
    definitions_init(&fixture->set, fixture->arena, fixture->catalog);
    diagnostics_init(&fixture->diagnostics, fixture->arena);
}

void fixture_close(struct fixture *fixture)
{
    catalog_free(fixture->catalog);
    arena_free(fixture->arena);
}

bool fixture_parse(struct fixture *fixture, const char *name, const char *around, const char *text)
{
    struct source *source = ARENA_NEW(fixture->arena, struct source);
    source->name = str_from_c(name != NULL ? name : "test.yaml");
    source->text = arena_format(fixture->arena, "%s%s", around, text);
    return definitions_parse(&fixture->set, source, &fixture->diagnostics);
}

void fixture_parse_good(struct fixture *fixture, const char *around, const char *text)
{
    if (fixture_parse(fixture, NULL, around, text) && fixture->diagnostics.count == 0) return;
    struct str said = fixture->diagnostics.count > 0 ? fixture->diagnostics.item[0].message : STR("nothing was said");
    FAIL("%s: " STR_FMT, text, STR_ARG(said));
}

bool fixture_check(struct fixture *fixture)
{
    return definitions_check(&fixture->set, &fixture->diagnostics);
}

bool fixture_bind(struct fixture *fixture, const bool *seen)
{
    for (uint32_t id = 0; id < catalog_count(fixture->catalog); id++) catalog_resolve(fixture->catalog, id, TYPE_OPEN);
    return definitions_bind(&fixture->set, seen, &fixture->diagnostics);
}

const struct rule *fixture_rule(const struct fixture *fixture)
{
    const struct score *score = fixture->set.scores[fixture->set.score_count - 1];
    CHECK_INT(score->group_count, 1);
    CHECK_INT(score->groups[0].rule_count, 1);
    return &score->groups[0].rules[0];
}

const struct condition *fixture_condition(const struct fixture *fixture)
{
    const struct segment *segment = fixture->set.segments[fixture->set.segment_count - 1];
    CHECK_TRUE(segment->when != NULL);
    return segment->when;
}

struct property *fixture_property(const struct fixture *fixture, enum entity entity, const char *name)
{
    uint32_t id = catalog_find(fixture->catalog, entity, str_from_c(name));
    if (id == INTERN_NONE) FAIL("there is no %s property '%s'", entity_name(entity), name);
    return catalog_at(fixture->catalog, id);
}

/* All texts of these tests are ASCII, so a column is a byte. */
struct str fixture_underlined(const struct diagnostic *diagnostic)
{
    struct str rest = diagnostic->source->text, line = {0};
    for (uint32_t i = 0; i < diagnostic->at.line; i++) line = str_cut(&rest, '\n');
    if (diagnostic->at.line == 0) return STR("");
    size_t begin = diagnostic->at.column - 1;
    if (begin > line.len) FAIL("column %u is behind the end of line %u", diagnostic->at.column, diagnostic->at.line);
    size_t length = diagnostic->at.length < line.len - begin ? diagnostic->at.length : line.len - begin;
    return (struct str){line.at + begin, length};
}

void fixture_expect(const struct fixture *fixture, enum severity severity, const char *underlined, const char *sentence)
{
    const struct diagnostics *diagnostics = &fixture->diagnostics;
    if (diagnostics->count == 0) FAIL("nothing was said, expected: %s", sentence);
    CHECK_STR(diagnostics->item[0].message, str_from_c(sentence));
    CHECK_STR(fixture_underlined(&diagnostics->item[0]), str_from_c(underlined));
    if (diagnostics->count > 1) FAIL("after '%s' also: " STR_FMT, sentence, STR_ARG(diagnostics->item[1].message));
    CHECK_INT(diagnostics->item[0].severity, severity);
}

void check_mistakes(const struct mistake *mistakes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO_FIXTURE fixture;
        fixture_open(&fixture);
        if (fixture_parse(&fixture, NULL, mistakes[i].around, mistakes[i].text))
            FAIL("nothing was said of: %s", mistakes[i].text);
        fixture_expect(&fixture, SEVERITY_ERROR, mistakes[i].underlined, mistakes[i].sentence);
    }
}

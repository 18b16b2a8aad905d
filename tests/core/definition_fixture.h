/* definition_fixture.h — a text read as definitions, and what was said about it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_CORE_DEFINITION_FIXTURE_H
#define PLUMB_TESTS_CORE_DEFINITION_FIXTURE_H

#include "core/definition.h"
#include "harness.h"

/* What stands around a fragment, so that a table row holds only what it is about. */
#define AROUND_GROUP "score: s\ngroups:\n  - "
#define AROUND_RULE "score: s\ngroups:\n  - name: G\n    category: engagement\n    rules:\n      - "
#define AROUND_CONDITION "segment: s\nwhen: "
#define AROUND_COMPANY_CONDITION "segment: s\nobject: company\nwhen: "
#define AROUND_DEAL_CONDITION "segment: s\nobject: deal\nwhen: "
#define AROUND_SCORE "score: s\ngroups: []\n"

struct fixture {
    struct arena *arena;
    struct catalog *catalog;
    struct definitions set;
    struct diagnostics diagnostics;
};

/* One mistake: the text around it and the text, what is underlined, and the sentence. */
struct mistake {
    const char *around;
    const char *text;
    const char *underlined;
    const char *sentence;
};

void fixture_open(struct fixture *fixture);
void fixture_close(struct fixture *fixture);
#define AUTO_FIXTURE __attribute__((cleanup(fixture_close))) struct fixture

/* Parse one more source into the set; `name` may be NULL for "test.yaml". */
bool fixture_parse(struct fixture *fixture, const char *name, const char *around, const char *text);
/* Parse, and fail the test when there is anything to complain about. */
void fixture_parse_good(struct fixture *fixture, const char *around, const char *text);
bool fixture_check(struct fixture *fixture);
/* Settle all types as without data, then bind. */
bool fixture_bind(struct fixture *fixture, const bool *seen);

/* The only rule, or the only segment's condition, of what was parsed last. */
const struct rule *fixture_rule(const struct fixture *fixture);
const struct condition *fixture_condition(const struct fixture *fixture);
struct property *fixture_property(const struct fixture *fixture, enum entity entity, const char *name);

/* What a diagnostic underlines, cut out of its source. */
struct str fixture_underlined(const struct diagnostic *diagnostic);
/* There is exactly one diagnostic, and it is this. */
void fixture_expect(const struct fixture *fixture, enum severity severity, const char *underlined,
                    const char *sentence);

/* Each row alone: exactly one mistake, found while parsing, at its place, in its words. */
void check_mistakes(const struct mistake *mistakes, size_t count);

#endif

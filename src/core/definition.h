/* definition.h — scores and segments as their authors wrote them (semantics 4).
 *
 * A set holds every document of every file given. Parsing keeps the author's words
 * and places; checking resolves names, finds cycles and binds tests to types. What is
 * left is immutable: threads may share it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_DEFINITION_H
#define PLUMB_CORE_DEFINITION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/catalog.h"
#include "core/condition.h"
#include "core/decay.h"
#include "core/diagnostic.h"
#include "core/entity.h"

#define POINTS_MAX 10000 /* either sign */
#define MICRO_PER_POINT INT64_C(1000000)
#define NAME_MAX_BYTES 256

/* min and max in points; either may be absent. min <= max. */
struct clamp {
    bool has_min, has_max;
    int32_t min, max;
};

enum category { CATEGORY_FIT, CATEGORY_ENGAGEMENT };
#define CATEGORY_COUNT 2

struct band {
    struct str label;
    int32_t from;   /* points of the total */
    bool has_until; /* else `until` equals `from` */
    int32_t until;
    struct place at;
};

/* One side of the matrix; the last has no `from` and is INT32_MIN. */
struct grade {
    struct str label;
    int32_t from;
    struct place at;
};

enum rule_kind { RULE_WHEN, RULE_VALUES, RULE_EVENT, RULE_RANGES, RULE_ROLLUP };
enum take { TAKE_SUM, TAKE_AVG, TAKE_MIN, TAKE_MAX, TAKE_TOP };

struct value_case {
    struct test test;
    int32_t points;
};

struct range {
    uint32_t from, to; /* both in; to is UINT32_MAX when open */
    int32_t points;
};

struct rule {
    struct str name;
    struct place at;
    enum rule_kind kind;
    bool enabled;
    struct clamp clamp;
    int32_t points;     /* when, event */
    bool has_otherwise; /* written: it then leaves a ledger line when applied */
    int32_t otherwise;  /* when, values */
    bool has_unknown;
    int32_t unknown; /* values */
    /* when: */
    const struct condition *when;
    /* values: */
    uint32_t property; /* catalog id */
    struct place property_at;
    enum hop hop; /* HOP_OWN or HOP_COMPANY; a deal hop takes the best match of any open deal */
    struct value_case *cases;
    uint32_t case_count;
    /* event, ranges: */
    struct selection selection;
    struct decay decay; /* its own, else its group's */
    bool once;
    const struct range *ranges; /* ascending */
    uint32_t range_count;
    /* rollup: */
    enum entity over; /* whose records */
    enum take take;
    uint32_t top; /* N of top N */
    enum score_part part;
    uint32_t score;        /* index into the set: a named score, or an anonymous one made of `rule` */
    struct str score_name; /* as written; empty for `rule` */
};

struct group {
    struct str name;
    enum category category;
    struct clamp clamp;
    const struct rule *rules;
    uint32_t rule_count;
    struct place at;
};

enum no_match { NO_MATCH_ZERO, NO_MATCH_UNKNOWN };

struct score {
    struct str name;
    struct str title; /* the name when not given */
    enum entity object;
    bool anonymous;                /* made for a rollup's `rule`; never shown */
    const struct condition *scope; /* `for`; NULL: everyone */
    enum no_match no_match;
    struct clamp category[CATEGORY_COUNT];
    struct clamp total;
    const struct band *bands; /* best first, falling `from` */
    uint32_t band_count;
    const struct grade *grades[CATEGORY_COUNT]; /* best first; both or neither */
    uint32_t grade_count[CATEGORY_COUNT];
    const struct group *groups;
    uint32_t group_count;
    const struct source *source;
    struct place at;
};

struct segment {
    struct str name;
    struct str title;
    enum entity object;
    const struct condition *when;
    const struct source *source;
    struct place at;
};

struct definitions {
    struct arena *arena; /* holds everything; borrowed */
    struct catalog *catalog;
    const struct score **scores;
    uint32_t score_count;
    const struct segment **segments;
    uint32_t segment_count;
    /* After definitions_check: score indexes so that each comes after those it uses. */
    const uint32_t *order;
};

void definitions_init(struct definitions *set, struct arena *arena, struct catalog *catalog);

/* Parse all documents of `source` (YAML or JSON) into the set. A document is a score
 * (`score:`), a segment (`segment: NAME, object:, when:`); anything else, an unknown or
 * repeated key, a wrong type or range is reported with its place and what was expected
 * (and the nearest known key, when one is near). True when this source added no error. */
bool definitions_parse(struct definitions *set, const struct source *source, struct diagnostics *diagnostics);

/* After all sources, before loading data: names unique, references resolved, objects
 * fit together, no cycle (the message names it: "a -> b -> a"), ranges, bands. Sets
 * `order`. True without errors. */
bool definitions_check(struct definitions *set, struct diagnostics *diagnostics);

/* When the catalog's types are settled (catalog_resolve): bind every test. A property
 * that nobody declared and no data has ever shown (`seen` NULL: nothing is known about
 * data; else seen[property id]) gets a warning. True without errors. */
bool definitions_bind(struct definitions *set, const bool *seen, struct diagnostics *diagnostics);

uint32_t definitions_find_score(const struct definitions *set, struct str name);   /* UINT32_MAX */
uint32_t definitions_find_segment(const struct definitions *set, struct str name); /* UINT32_MAX */

#endif

/* condition.h — true or false about a record or an event (semantics 4.2).
 *
 * A condition is a tree. Its leaves are *tests* on one property, on events, on a
 * segment, on a list, on another score. Parsing keeps the words as written; binding, when the
 * types are settled, makes typed arguments of them. Testing a value is pure. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_CONDITION_H
#define PLUMB_CORE_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/yaml.h"
#include "core/catalog.h"
#include "core/decay.h"
#include "core/diagnostic.h"
#include "core/duration.h"
#include "core/value.h"

enum operator_ {
    OP_KNOWN, /* known: true; known: false is OP_UNKNOWN */
    OP_UNKNOWN,
    OP_IS,
    OP_IS_NOT,
    OP_IN,
    OP_NOT_IN,
    OP_CONTAINS,
    OP_NOT_CONTAINS,
    OP_STARTS_WITH,
    OP_ENDS_WITH,
    OP_GT,
    OP_GTE,
    OP_LT,
    OP_LTE,
    OP_BETWEEN,
    OP_NOT_BETWEEN,
    OP_HAS_ANY,
    OP_HAS_ALL,
    OP_HAS_NONE,
    OP_IS_EXACTLY,
    OP_BEFORE,
    OP_AFTER,
    OP_WITHIN,         /* of a date: in the past, 0 <= as_of - v < D */
    OP_OLDER_THAN,     /* as_of - v >= D */
    OP_IN_NEXT,        /* 0 < v - as_of <= D */
    OP_CHANGED_WITHIN, /* the version that holds at as_of began within D */
};

const char *operator_name(enum operator_ op); /* "starts_with" */

/* One argument of an operator: as written, and after binding as its type. */
struct argument {
    struct str text; /* trimmed */
    bool plain;      /* not quoted */
    struct place at;
    /* bound: */
    double number;
    bool boolean;
    struct str folded;
    int64_t instant_ms; /* when relative_to_now: an offset, else an instant */
    bool relative_to_now;
};

/* A test on one property. `contains`, `starts_with`, `ends_with` and their negatives
 * take one text or a list (any of them). */
struct test {
    enum operator_ op;
    bool ever;       /* {ever: {OP: arg}}: true if any version up to as_of passes */
    bool or_unknown; /* true also without a value */
    struct argument *arguments;
    uint32_t argument_count;
    struct duration duration; /* of within, older_than, in_next, changed_within */
    struct place at;          /* of the operator's name */
    enum type type;           /* bound: the type of the property it tests */
};

/* Where a tested property lives, seen from the record. */
enum hop { HOP_OWN, HOP_COMPANY, HOP_DEAL };

/* Which events are selected: rule or condition, the same words (semantics 4.1). */
struct selection {
    struct str event;              /* as written, trimmed; empty: `event: any` */
    const struct condition *where; /* over the event's properties; NULL: all */
    int64_t within_minutes;        /* -1: no window */
    uint32_t per_day;              /* 0: no limit */
    uint32_t at_most;              /* 0: no limit */
    bool include_bots;             /* bots: include */
};

enum condition_kind {
    CONDITION_ALL,
    CONDITION_ANY,
    CONDITION_NOT,
    CONDITION_PROPERTY,
    CONDITION_EVENT,
    CONDITION_SEGMENT,
    CONDITION_LIST,
    CONDITION_SCORE
};

enum score_part { PART_TOTAL, PART_FIT, PART_ENGAGEMENT };

struct condition {
    enum condition_kind kind;
    struct place at;
    /* all, any, not: */
    const struct condition *const *children;
    uint32_t child_count; /* `all: []` is true, `any: []` is false */
    /* property, and of a list the one that its members have: */
    uint32_t property; /* catalog id; its entity is the hop's, or ENTITY_EVENT inside `where` */
    enum hop hop;
    struct test *test;
    /* event: */
    struct selection selection;
    uint32_t at_least; /* count: default 1 */
    uint32_t at_most;  /* UINT32_MAX: no upper end */
    /* segment, list, score: by name; of segments and scores definitions_check makes an index into the set */
    struct str name;
    uint32_t target;
    enum score_part part; /* {score: NAME, part: fit, gte: 30}: whole points against `test` (number operators) */
};

/* Parse a condition. `entity` says whose properties plain names are (ENTITY_EVENT inside
 * `where`). Registers properties and needs in the catalog. Returns NULL after reporting
 * to `diagnostics`. Everything lives in `arena`; `node` may be dropped afterwards but its
 * texts are borrowed. */
const struct condition *condition_parse(struct arena *arena, struct catalog *catalog, enum entity entity,
                                        const struct yaml_node *node, const struct source *source,
                                        struct diagnostics *diagnostics);

/* A single operator with its argument as in {property: x, OP: arg} or an entry of
 * `values`: reads the operator keys of `mapping` (ignoring those in `other_keys`, a
 * NULL-ended list) into *out. False after reporting. Exactly one operator is expected;
 * two are refused with the advice to use `all`. */
bool test_parse(struct arena *arena, struct catalog *catalog, uint32_t property, const struct yaml_node *mapping,
                const char *const *other_keys, const struct source *source, struct diagnostics *diagnostics,
                struct test *out);

/* The keys event, where, within, per_day, at_most, bots of a rule or condition. */
bool selection_parse(struct arena *arena, struct catalog *catalog, const struct yaml_node *mapping,
                     const struct source *source, struct diagnostics *diagnostics, struct selection *out);

/* Make typed arguments for `type` (the property's resolved type). Reports an operator
 * that does not fit the type, or an argument that does not parse. */
bool test_bind(struct arena *arena, struct test *test, enum type type, struct str property_name,
               const struct source *source, struct diagnostics *diagnostics);
/* The same for a property of the catalog: its resolved type and, of a declared
 * enumeration, its options: another word is refused where a whole value is meant. */
bool test_bind_property(struct arena *arena, struct test *test, struct catalog *catalog, uint32_t property,
                        const struct source *source, struct diagnostics *diagnostics);
/* test_bind_property for each property leaf of a tree, with the catalog's resolved types. */
bool condition_bind(struct arena *arena, struct catalog *catalog, const struct condition *condition,
                    const struct source *source, struct diagnostics *diagnostics);

/* Does one value pass? `value` NULL is "no value". Bound tests only. OP_CHANGED_WITHIN
 * and `ever` need versions and are the caller's: here `ever` is ignored and
 * OP_CHANGED_WITHIN is an INVARIANT failure. Threads may share everything. */
bool test_passes(const struct test *test, const struct value *value, int64_t as_of_ms);

/* Does it look at more of a property than its value at as_of? */
static inline bool test_needs_versions(const struct test *test)
{
    return test->ever || test->op == OP_CHANGED_WITHIN;
}

/* The instant an argument means at as_of. */
static inline int64_t argument_instant(const struct argument *a, int64_t as_of_ms)
{
    return a->relative_to_now ? as_of_ms + a->instant_ms : a->instant_ms;
}

#endif

/* definition_keys.h — every key that a definition may hold, once.
 *
 * The parser refuses any other key; a test holds docs/definition.schema.json against
 * these tables, so what editors complete is what the parser takes. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_DEFINITION_KEYS_H
#define PLUMB_CORE_DEFINITION_KEYS_H

/* The operators, in the order of enum operator_. */
#define OPERATOR_KEYS                                                                                                 \
    "known", "unknown", "is", "is_not", "in", "not_in", "contains", "not_contains", "starts_with", "ends_with", "gt", \
        "gte", "lt", "lte", "between", "not_between", "has_any", "has_all", "has_none", "is_exactly", "before",       \
        "after", "within", "older_than", "in_next", "changed_within"

/* Those that compare numbers, for conditions on another score. */
#define NUMBER_OPERATOR_KEYS "is", "is_not", "in", "not_in", "gt", "gte", "lt", "lte", "between", "not_between"

enum keys {
    KEYS_SCORE,
    KEYS_SEGMENT,
    KEYS_CLAMP,
    KEYS_BAND,
    KEYS_GRADES,
    KEYS_GRADE,
    KEYS_GROUP,
    KEYS_DECAY,
    /* rules */
    KEYS_RULE_WHEN,
    KEYS_RULE_VALUES,
    KEYS_RULE_EVENT,
    KEYS_RULE_RANGES,
    KEYS_RULE_ROLLUP,
    KEYS_VALUE_CASE,
    KEYS_RANGE,
    KEYS_TOP,
    /* conditions */
    KEYS_IF_ALL,
    KEYS_IF_ANY,
    KEYS_IF_NOT,
    KEYS_IF_PROPERTY,
    KEYS_IF_EVENT,
    KEYS_IF_SEGMENT,
    KEYS_IF_LIST,
    KEYS_IF_SCORE,
    KEYS_COUNT_OF_EVENTS,
    KEYS_EVER,
};
#define KEYS_KINDS (KEYS_EVER + 1)

struct key_set {
    const char *def;          /* its name under "$defs" of the JSON Schema */
    const char *what;         /* for messages: "a rule with 'when'" */
    const char *example;      /* how one is written */
    const char *const *known; /* NULL-ended */
};

extern const struct key_set key_sets[KEYS_KINDS]; /* by enum keys */
extern const char *const operator_keys[];         /* NULL-ended, by enum operator_ */

#endif

/* definition_keys.c — the tables. */
// SPDX-License-Identifier: Apache-2.0
#include "core/definition_keys.h"

#include <stddef.h>

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define EVERY_RULE "name", "enabled", "min", "max"
#define SELECTION "event", "where", "within", "per_day", "at_most", "bots"

const char *const operator_keys[] = {OPERATOR_KEYS, NULL};

const struct key_set key_sets[KEYS_KINDS] = {
    [KEYS_SCORE] = {"score", "a score", "{score: lead_score, groups: [...]}",
                    KEYS("score", "title", "object", "for", "no_match", "bots", "fit", "engagement", "min", "max",
                         "bands", "grades", "groups")},
    [KEYS_SEGMENT] = {"segment", "a segment", "{segment: it_firms, when: {property: company.industry, is: IT}}",
                      KEYS("segment", "title", "object", "when")},
    [KEYS_CLAMP] = {"clamp", "limits", "{min: 0, max: 50}", KEYS("min", "max")},
    [KEYS_BAND] = {"band", "a band", "{label: MQL, from: 45}", KEYS("label", "from", "until")},
    [KEYS_GRADES] = {"grades", "'grades'", "{fit: [...], engagement: [...]}", KEYS("fit", "engagement")},
    [KEYS_GRADE] = {"grade", "a grade", "{label: A, from: 38}", KEYS("label", "from")},
    [KEYS_GROUP] = {"group", "a group", "{name: Website, category: engagement, rules: [...]}",
                    KEYS("name", "category", "min", "max", "decay", "bots", "rules")},
    [KEYS_DECAY] = {"decay", "a decay", "none, {half_life: 30d} or {percent: 50, every: 30d}",
                    KEYS("half_life", "percent", "every", "shape")},

    [KEYS_RULE_WHEN] = {"rule_when", "a rule with 'when'",
                        "{name: IT, when: {property: company.industry, is: IT}, points: 2}",
                        KEYS(EVERY_RULE, "when", "points", "otherwise")},
    [KEYS_RULE_VALUES] = {"rule_values", "a rule with 'values'",
                          "{name: Size, property: employees, values: [{gt: 100, points: 2}]}",
                          KEYS(EVERY_RULE, "property", "values", "otherwise", "unknown")},
    [KEYS_RULE_EVENT] = {"rule_event", "a rule with 'event'", "{name: Visit, event: page_viewed, points: 1}",
                         KEYS(EVERY_RULE, SELECTION, "points", "count", "decay")},
    [KEYS_RULE_RANGES] = {"rule_ranges", "a rule with 'ranges'",
                          "{name: Visits, event: page_viewed, ranges: [{from: 10, points: 5}]}",
                          KEYS(EVERY_RULE, SELECTION, "ranges", "decay")},
    [KEYS_RULE_ROLLUP] = {"rule_rollup", "a rule with 'over'",
                          "{name: Best contact, over: contacts, take: max, score: lead_score}",
                          KEYS(EVERY_RULE, "over", "take", "score", "part", "rule")},
    [KEYS_VALUE_CASE] = {"value_case", "an entry of 'values'", "{gt: 100, points: 2}",
                         KEYS("points", OPERATOR_KEYS, "ever", "or_unknown")},
    [KEYS_RANGE] = {"range", "a range", "{from: 10, to: 24, points: 5}", KEYS("from", "to", "points")},
    [KEYS_TOP] = {"top", "'take'", "sum, avg, min, max or top 3", KEYS("top")},

    [KEYS_IF_ALL] = {"if_all", "a condition with 'all'", "{all: [...]}", KEYS("all")},
    [KEYS_IF_ANY] = {"if_any", "a condition with 'any'", "{any: [...]}", KEYS("any")},
    [KEYS_IF_NOT] = {"if_not", "a condition with 'not'", "{not: {property: industry, is: IT}}", KEYS("not")},
    [KEYS_IF_PROPERTY] = {"if_property", "a condition with 'property'", "{property: industry, is: IT}",
                          KEYS("property", OPERATOR_KEYS, "ever", "or_unknown")},
    [KEYS_IF_EVENT] = {"if_event", "a condition with 'event'", "{event: page_viewed, within: 30d}",
                       KEYS("event", "where", "within", "count", "bots")},
    [KEYS_IF_SEGMENT] = {"if_segment", "a condition with 'segment'", "{segment: it_firms}", KEYS("segment")},
    [KEYS_IF_LIST] = {"if_list", "a condition with 'list'", "{list: fair_2026}", KEYS("list")},
    [KEYS_IF_SCORE] = {"if_score", "a condition with 'score'", "{score: lead_score, gte: 45}",
                       KEYS("score", "part", NUMBER_OPERATOR_KEYS, "or_unknown")},
    [KEYS_COUNT_OF_EVENTS] = {"count", "'count'", "{at_least: 3}", KEYS("at_least", "at_most")},
    [KEYS_EVER] = {"ever", "'ever'", "{is: customer}", KEYS(OPERATOR_KEYS)},
};

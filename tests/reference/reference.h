/* reference.h — what a score is, said a second time and as plainly as possible.
 *
 * A world is a list of facts; a set of definitions is a tree of plain structs. To
 * evaluate means to walk over all facts again for every question: no columns, no
 * classes, no plan, nothing kept from one question to the next, nothing shared with
 * src/core or src/history. It is slow and meant to be checked by reading it beside
 * the contract. What the product computes must agree with it to the last digit. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_REFERENCE_H
#define PLUMB_TESTS_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* ---- The world: records, properties, facts. ---- */

enum ref_entity { REF_CONTACT, REF_COMPANY, REF_DEAL, REF_EVENT };
#define REF_OBJECTS 3

enum ref_type { REF_BOOLEAN, REF_NUMBER, REF_DATE, REF_DATETIME, REF_STRING, REF_ENUMERATION, REF_SET };

#define REF_ALWAYS INT64_MIN  /* the time of a fact that always held */
#define REF_NO_TIME INT64_MIN /* "never" as the time of a latest event */
#define REF_NONE UINT32_MAX

struct ref_property {
    struct str name;
    const struct str *options; /* of an enumeration */
    enum ref_entity of;
    enum ref_type type;
    uint32_t option_count;
    bool declared; /* in the schema; else its values and tests make the type plain */
};

struct ref_record {
    struct str id;
    bool listed;
};

struct ref_list {
    struct str name;
    enum ref_entity of;
};

enum ref_fact_kind { REF_VERSION, REF_ASSOCIATION, REF_JOIN, REF_LISTING, REF_HAPPENING };

struct ref_text_value {
    uint32_t property;
    struct str text;
};

struct ref_fact {
    enum ref_fact_kind kind;
    bool dropped;  /* by the search for a smaller failing case */
    int64_t at_ms; /* or REF_ALWAYS; not of a join */
    struct str id; /* of a version, a listing or an event; may be empty */
    /* version and listing: the property's or list's record; association: from; join and event: the contact */
    uint32_t record;
    uint32_t property;
    struct str text;          /* of a version; empty: no value from then on */
    enum ref_entity from, to; /* association: contact-company, deal-company, deal-contact */
    uint32_t other;           /* association: to; join: the other contact */
    uint32_t list;            /* listing: the record is on it from then on, or not */
    bool on;
    struct str name;              /* event */
    bool bot;                     /* event */
    struct ref_text_value *value; /* event: its properties */
    uint32_t value_count;
};

struct ref_world {
    struct ref_property *property;
    uint32_t property_count;
    const struct ref_list *list;
    uint32_t list_count;
    struct ref_record *record[REF_OBJECTS];
    uint32_t record_count[REF_OBJECTS];
    struct ref_fact *fact;
    uint32_t fact_count;
    /* Found by ref_settle: */
    uint32_t *person;                    /* by contact: the least number of those joined with it */
    const struct ref_fact **association; /* all that are not dropped */
    uint32_t association_count;
    const struct ref_fact **event; /* all that are neither dropped nor repeated */
    uint32_t event_count;
};

/* Find out who is who and what happened twice; again after a fact was dropped. The lists have room
 * for all facts, `person` for all contacts. */
void ref_settle(struct ref_world *world);

/* ---- Definitions. ---- */

struct ref_duration {
    uint32_t count;
    char unit; /* m h d w */
};

enum ref_op {
    REF_KNOWN,
    REF_UNKNOWN,
    REF_IS,
    REF_IS_NOT,
    REF_IN,
    REF_NOT_IN,
    REF_CONTAINS,
    REF_NOT_CONTAINS,
    REF_STARTS_WITH,
    REF_ENDS_WITH,
    REF_GT,
    REF_GTE,
    REF_LT,
    REF_LTE,
    REF_BETWEEN,
    REF_NOT_BETWEEN,
    REF_HAS_ANY,
    REF_HAS_ALL,
    REF_HAS_NONE,
    REF_IS_EXACTLY,
    REF_BEFORE,
    REF_AFTER,
    REF_WITHIN,
    REF_OLDER_THAN,
    REF_IN_NEXT,
    REF_CHANGED_WITHIN,
};

struct ref_test {
    enum ref_op op;
    bool ever, or_unknown;
    struct str *argument;
    uint32_t argument_count;
    struct ref_duration duration;
};

struct ref_selection {
    struct str event;                  /* empty: any */
    const struct ref_condition *where; /* may be NULL */
    bool has_within;
    struct ref_duration within;
    uint32_t per_day, at_most; /* 0: no limit */
    bool include_bots;
};

enum ref_condition_kind {
    REF_ALL_OF,
    REF_ANY_OF,
    REF_NOT_OF,
    REF_PROPERTY,
    REF_EVENTS,
    REF_SEGMENT,
    REF_LIST,
    REF_SCORE
};
enum ref_part { REF_TOTAL, REF_FIT, REF_ENGAGEMENT };

struct ref_condition {
    enum ref_condition_kind kind;
    struct ref_condition **child;
    uint32_t child_count;
    uint32_t property; /* its entity tells own, one hop or the event's */
    struct ref_test test;
    struct ref_selection selection;
    bool has_at_least, has_at_most;
    uint32_t at_least, at_most;
    uint32_t target; /* segment, list or score */
    enum ref_part part;
};

struct ref_clamp {
    bool has_min, has_max;
    int32_t min, max;
};

enum ref_shape { REF_NO_DECAY, REF_HALF_LIFE, REF_LINEAR, REF_STEP, REF_COMPOUND };

struct ref_decay {
    bool written; /* of a rule: replaces its group's, also when it says none */
    enum ref_shape shape;
    double percent;
    struct ref_duration period;
};

struct ref_entry {
    struct ref_test test;
    int32_t points;
};

struct ref_range {
    uint32_t from;
    bool open; /* without `to` */
    uint32_t to;
    int32_t points;
};

enum ref_rule_kind { REF_WHEN, REF_VALUES, REF_EACH, REF_ONCE, REF_RANGES, REF_ROLLUP };
enum ref_take { REF_SUM, REF_AVG, REF_MIN, REF_MAX, REF_TOP };

struct ref_rule {
    struct str name;
    enum ref_rule_kind kind;
    bool dropped, disabled;
    struct ref_clamp clamp;
    int32_t points;
    bool has_otherwise, has_unknown;
    int32_t otherwise, unknown;
    struct ref_condition *when;
    uint32_t property;
    struct ref_entry *entry;
    uint32_t entry_count;
    struct ref_selection selection;
    struct ref_decay decay;
    struct ref_range *range;
    uint32_t range_count;
    enum ref_entity over;
    enum ref_take take;
    uint32_t top;
    struct ref_rule *inner; /* else `target` */
    uint32_t target;
    enum ref_part part;
};

struct ref_group {
    struct str name;
    bool dropped;
    enum ref_part category; /* REF_FIT or REF_ENGAGEMENT */
    struct ref_clamp clamp;
    struct ref_decay decay;
    struct ref_rule *rule;
    uint32_t rule_count;
};

struct ref_band {
    struct str label;
    int32_t from;
    bool has_until;
    int32_t until;
};

struct ref_grade {
    struct str label;
    int32_t from; /* not of the last */
};

struct ref_score {
    struct str name;
    bool dropped;
    enum ref_entity object;
    struct ref_condition *scope; /* `for`; may be NULL */
    bool no_match_unknown;
    struct ref_clamp clamp[3]; /* by enum ref_part */
    struct ref_band *band;
    uint32_t band_count;
    struct ref_grade *grade[3]; /* of REF_FIT and REF_ENGAGEMENT */
    uint32_t grade_count[3];
    struct ref_group *group;
    uint32_t group_count;
};

struct ref_segment {
    struct str name;
    enum ref_entity object;
    struct ref_condition *when;
};

struct ref_set {
    struct ref_score *score;
    uint32_t score_count;
    struct ref_segment *segment;
    uint32_t segment_count;
};

/* ---- Evaluation. ---- */

enum ref_line_kind { REF_RULE_LINE, REF_CLAMP_LINE, REF_ADJUSTMENT_LINE };

struct ref_line {
    enum ref_line_kind kind;
    enum ref_part part;     /* REF_TOTAL: of the total */
    struct str group, rule; /* empty when not of one */
    int64_t micro;
    uint64_t events;
    int64_t latest_ms; /* or REF_NO_TIME */
};

struct ref_result {
    bool known;
    int64_t micro[3]; /* by enum ref_part; 0 when unknown */
    struct ref_line *line;
    uint32_t line_count;
};

/* semantics 1: score = evaluate(definition, history of the record, as_of). */
void ref_evaluate(struct arena *arena, const struct ref_world *world, const struct ref_set *set, uint32_t score,
                  uint32_t record, int64_t as_of_ms, struct ref_result *out);
bool ref_in_segment(struct arena *arena, const struct ref_world *world, const struct ref_set *set, uint32_t segment,
                    uint32_t record, int64_t as_of_ms);

/* Index of the band, or REF_NONE; `previous` is the band the record was last in, or REF_NONE. */
uint32_t ref_band_of(const struct ref_score *score, int64_t micro, uint32_t previous);
uint32_t ref_grade_of(const struct ref_score *score, enum ref_part part, int64_t micro);

/* What is left of the points after n units, in millionths (semantics 4.3). */
int64_t ref_ppm(const struct ref_decay *decay, int64_t n);

/* ---- Between the two halves of the evaluator: condition.c answers, reference.c asks. ---- */

/* Who looks at what, and when: the record whose facts are seen, and how much of them. */
struct ref_view {
    struct arena *arena;
    const struct ref_world *world;
    const struct ref_set *set;
    enum ref_entity object;
    uint32_t record;
    int64_t as_of_ms;
    int64_t hidden_through_ms; /* events at or before it were reset; REF_NO_TIME: none */
};

int64_t ref_duration_ms(struct ref_duration d);
bool ref_associated(const struct ref_world *world, enum ref_entity of, uint32_t record, enum ref_entity with,
                    uint32_t other, int64_t as_of_ms);
bool ref_holds(const struct ref_view *view, const struct ref_condition *condition);
/* The events the record has at as_of, before any reset is applied. */
const struct ref_fact **ref_events(const struct ref_view *view, uint32_t *count);
/* The selected events, the latest first. */
const struct ref_fact **ref_select(const struct ref_view *view, const struct ref_selection *selection, uint32_t *count);
/* The text an event has for a property of this name; false without. */
bool ref_event_text(const struct ref_world *world, const struct ref_fact *event, struct str name, struct str *out);
/* The first entry that matches the property of the record (or hop); entry_count when none.
 * *known tells whether there was a value at all. */
uint32_t ref_first_entry(const struct ref_view *view, uint32_t property, const struct ref_entry *entry,
                         uint32_t entry_count, bool *known);

#endif

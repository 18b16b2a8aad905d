/* feature_plan.h — a record at an instant as a row of numbers, made by themselves of whatever facts there are.
 *
 * A *plan* says which numbers: it is chosen once, from the training examples, and then used for
 * training and for every forecast. Chosen are
 *
 *     properties    numbers; dates as days ago; booleans; each frequent value of a category or set, the
 *                   rare ones together, and "no value"; of e-mail addresses only whether they are free or a
 *                   function's. Texts that nearly everybody has another of are left out.
 *     events        of each frequent name, and of each frequent value of their properties: how many in 7, 30,
 *                   90 days and ever, days since the last, decayed sum, on how many days, trend
 *     associations  whether there is a company, how many contacts and deals, what colleagues did
 *     rules         what each rule of a score contributes, and its total
 *
 * Nothing is asked of the history but what was so at the example's instant: facts later than it
 * change no number, and no plan. A date after the instant that always held (a column of a file) was hardly known then: it
 * counts as no value. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FEATURE_PLAN_H
#define PLUMB_PREDICT_FEATURE_PLAN_H

#include "predict/examples.h"

#define FEATURES_MAX 2000
#define EVENT_KINDS_MAX 64

/* Where rows come from; all borrowed. */
struct feature_source {
    const struct history *history; /* built or frozen: it does not grow meanwhile */
    /* The properties, and the types by which their values are read; its numbers are the history's. NULL: the history's own,
     * which of a frozen one grows, and leaves open what nothing has asked for yet. */
    struct catalog *catalog;
    enum entity object;
    /* For the contributions of rules; NULL: none. */
    const struct scan *scan;
    const struct definitions *set;
    uint32_t score;                   /* in set, of the same object */
    const bool *left_out;             /* [properties of the catalog] never to be used; NULL: none */
    const struct record_dates *dates; /* when deals began and ended; NULL: as their facts tell */
};

static inline struct catalog *source_catalog(const struct feature_source *source)
{
    return source->catalog != NULL ? source->catalog : history_catalog(source->history);
}

enum feature_kind {
    FEATURE_NUMBER, /* NAN without a value; so are the next two */
    FEATURE_AGE,    /* days from the date to the instant; negative before it */
    FEATURE_BOOLEAN,
    FEATURE_IS,      /* 1: the value is `text` */
    FEATURE_OTHER,   /* 1: a value that is none of those */
    FEATURE_MISSING, /* 1: no value */
    FEATURE_HAS,     /* 1: the set has the member `text` */
    FEATURE_MEMBERS, /* how many members; NAN without a value */
    FEATURE_MAIL_FREE,
    FEATURE_MAIL_ROLE,
    FEATURE_EVENTS_7, /* events within so many days */
    FEATURE_EVENTS_30,
    FEATURE_EVENTS_90,
    FEATURE_EVENTS,
    FEATURE_EVENTS_SINCE,   /* days since the last; NAN without any */
    FEATURE_EVENTS_DECAYED, /* sum of 2^(-age / 30 days) */
    FEATURE_EVENTS_DAYS,    /* different UTC days */
    FEATURE_EVENTS_TREND,   /* ln((1 + in 30 days) / (1 + in the 30 days before)) */
    FEATURE_COMPANY,        /* 1: has one */
    FEATURE_CONTACTS,       /* of a company or deal; of a contact's company, the contact among them */
    FEATURE_COLLEAGUES,     /* events of the company's other contacts within 30 days */
    FEATURE_DEALS,
    FEATURE_OPEN_DEALS,
    FEATURE_RULE,  /* points */
    FEATURE_SCORE, /* points of the total */
};

/* Which events: all those of a name, perhaps with a property of one value. */
struct event_kind {
    struct str name;   /* folded; empty: any */
    uint32_t property; /* INTERN_NONE: whatever its properties */
    struct str text;   /* folded */
};

struct feature {
    enum feature_kind kind;
    bool of_company;   /* the property is the company's of the record */
    uint32_t property; /* INTERN_NONE when it is about none */
    struct str text;
    uint32_t events; /* in kinds */
    uint32_t rule;   /* its place among all rules of the score */
    struct str name; /* in words, different from all others: "company.industry is software" */
};

struct feature_plan {
    struct feature *features;
    uint32_t count; /* at most FEATURES_MAX */
    struct event_kind *kinds;
    uint32_t kind_count;
};

/* How a regression is to read it. */
enum column_kind feature_column_kind(enum feature_kind kind);

/* Choose from those examples whose side is SIDE_TRAIN (sides NULL: from all): at most PLAN_SAMPLE of them are looked at.
 * A value, member or kind of events must be met in at least FEATURE_SUPPORT_MIN of these, and in one of 200.
 * Memory   in `arena`. */
#define PLAN_SAMPLE 20000
#define FEATURE_SUPPORT_MIN 10
void feature_plan_choose(const struct feature_source *source, const struct examples *examples, const uint8_t *sides,
                         struct arena *arena, struct feature_plan *out);

/* A value of the history as the type that the source has for its property: in *room when it has to be read so, with memory in
 * `arena`. NULL when it does not read so, or is NULL. */
const struct value *source_value(const struct feature_source *source, uint32_t property, const struct value *value,
                                 struct arena *arena, struct value *room);

/* How a plan names what a score says: "rule GROUP / RULE", "score NAME". In `arena`. */
struct str rule_feature_name(struct arena *arena, const struct group *group, const struct rule *rule);
struct str score_feature_name(struct arena *arena, const struct score *score);

/* The rows of `count` examples (only record and at_ms are read), into out[count][plan->count]. `watch` may be NULL; it hears
 * of "reading facts", an example a unit. When it stops, rows are missing. */
void features_compute(const struct feature_plan *plan, const struct feature_source *source,
                      const struct training_example *examples, uint64_t count, unsigned threads,
                      const struct watch *watch, float *out);

#endif

/* draft.h — a whole score from nothing: groups and rules for what customers had more often or less often than others.
 *
 *     1. the ideal customer (predict/profile.h), found before the time of the test and on other records
 *     2. a rule for each thing that was found: values of a property, a condition, events with decay
 *     3. points and half-lives from history (predict/suggest.h); rules that get none, or against what was found, are left out
 *     4. bands where the best twentieth, the next tenth and the next quarter of the open records stand today
 *     5. the draft held against what came, on later leads from which nothing was learnt
 *
 * The text is an ordinary definition, for its author to read and edit. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_DRAFT_H
#define PLUMB_REPORT_DRAFT_H

#include "predict/profile.h"
#include "predict/suggest.h"

#define DRAFT_NAME "lead_score"
#define DRAFT_RULES_MAX 14      /* of a group */
#define DRAFT_ENTRIES_MAX 30    /* of a rule */
#define DRAFT_HALF_LIFE_DAYS 30 /* until a better one is found */
#define DRAFT_BYTES_MAX ((size_t)256 * 1024)

enum draft_kind { DRAFT_VALUES, DRAFT_WHEN, DRAFT_EVENT };

struct draft_entry {
    struct str words; /* of the language: an operator, a condition, an event */
    int32_t points;
    int sense; /* customers had it more often: 1, less often: -1; 0: nobody can tell */
};

struct draft_rule {
    struct str name;
    enum draft_kind kind;
    struct str property; /* of values */
    struct draft_entry entries[DRAFT_ENTRIES_MAX];
    uint32_t count;
};

struct draft_group {
    struct str name;
    bool of_events;
    struct draft_rule rules[DRAFT_RULES_MAX];
    uint32_t count;
};

enum { DRAFT_COMPANY, DRAFT_OWN, DRAFT_EVENTS, DRAFT_GROUPS };

struct draft_plan {
    enum entity object;
    struct draft_group groups[DRAFT_GROUPS];
    uint32_t half_life_days;
    int32_t bands[3]; /* where SQL, MQL and Lead begin; falling */
    uint32_t band_count;
};

/* Rules for what a profile found, one point each. In `arena`. */
void draft_of_profile(const struct profile *profile, const struct feature_source *source, struct arena *arena,
                      struct draft_plan *out);
/* Take over points and half-life: those of a suggestion for the definition that draft_text wrote of it. Points against the
 * sense of an entry become 0, there, too: what customers had more often takes nothing away, whatever it adds beside
 * all others of its kind. */
void draft_put_points(struct draft_plan *draft, struct suggestion *suggestion);
/* Leave out what has no points. False: nothing is left. */
bool draft_prune(struct draft_plan *draft);
struct str draft_text(const struct draft_plan *draft, struct arena *arena);

/* All steps. `source` is of the history alone; `lives` from outcome_find. The source's catalog comes to know the properties that
 * the draft names. */
struct drafted {
    struct str text;
    struct definitions set;       /* the text, read; its only score is the first */
    struct suggestion suggestion; /* of the rules before the points-less ones were left out */
    const struct score *asked;    /* the score it is about */
    struct suggestion_test test;
    bool tested;
    struct err_info untested; /* why not */
};

/* Errors   ERR_INVALID: too few customers, or nothing tells them from others: a sentence; ERR_INTERNAL: a draft that is none. */
MUST_CHECK enum err draft_make(const struct feature_source *source, const struct lifetime *lives,
                               const struct suggest_options *options, struct arena *arena, struct drafted *out,
                               struct err_info *why);

#endif

/* record_dates.h — when records came to be and how deals ended, where only a column tells it.
 *
 * A history knows when a value began to hold. A file of deals has one row each, as it is today: stage won, created in March, closed in
 * June. Taken as it stands that deal had always been won, and its contact would have had a won deal before anybody met. So
 * columns of dates are believed, by their names (column_words.h), where a fact has no time:
 *
 *     a record began at its creation date, if that is before its first dated fact; but not before the first
 *     one of anybody: nothing was recorded then, and what is not known looks as if it had not happened
 *     a deal ended when its stage became won or lost; one that always was, at its closing date */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_RECORD_DATES_H
#define PLUMB_PREDICT_RECORD_DATES_H

#include "core/catalog.h"
#include "history/history.h"

struct deal_life {
    int64_t began_ms; /* FOREVER: nobody knows */
    int64_t ended_ms; /* won or lost; INT64_MAX: open; FOREVER: nobody knows when */
    bool won;
};

struct record_dates {
    struct deal_life *deals;         /* [deals] */
    uint32_t creation[OBJECT_COUNT]; /* the property that tells; INTERN_NONE */
    int64_t first_fact_ms;           /* of anybody; FOREVER without any */
    struct catalog *catalog;         /* borrowed: that of the types */
};

/* `catalog` has the types by which values are read, its numbers are the history's (as feature_source.catalog); NULL: the
 * history's own, whose types are settled. Release with record_dates_release. */
void record_dates_find(const struct history *history, struct catalog *catalog, struct record_dates *out);
/* The same of one deal alone. */
struct deal_life deal_life_find(const struct history *history, struct catalog *catalog, uint32_t deal);
void record_dates_release(struct record_dates *dates);

/* The first dated fact, or the creation date if that is earlier; INT64_MAX: nobody knows. */
int64_t record_began(const struct history *history, const struct record_dates *dates, enum entity object,
                     uint32_t record);

static inline bool deal_exists(const struct deal_life *deal, int64_t at_ms)
{
    return deal->began_ms <= at_ms;
}

static inline bool deal_is_running(const struct deal_life *deal, int64_t at_ms)
{
    return deal->began_ms <= at_ms && at_ms < deal->ended_ms;
}

/* The property of an object by what its name is; INTERN_NONE. The first one. */
uint32_t property_by_words(const struct catalog *catalog, enum entity object, bool (*is)(struct str name));

#endif

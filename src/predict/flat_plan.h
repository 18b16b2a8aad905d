/* flat_plan.h — a row of a table as numbers, made by themselves of whatever its columns hold.
 *
 * What a column is, is found out from the rows one learns from: at least 95 of 100 cells that have a value say it.
 *
 *     number      as it is
 *     date        days since 1970 or, in a table with a time, days from the date to the row's time; and the weekday
 *     yes or no   1 or 0
 *     e-mail      only whether it is of a free provider, or a function's
 *     list        texts with ';': each frequent member, and how many
 *     category    each frequent text, the rare ones together, and "no value"
 *
 * Left out, and said so: columns without a value, those that always say the same, texts that nearly everybody has
 * another of, and in a table with a time numbers that only rise with it: whoever comes later lies beyond all that was learnt. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FLAT_PLAN_H
#define PLUMB_PREDICT_FLAT_PLAN_H

#include "predict/flat.h"
#include "predict/table.h"

#define FLAT_FEATURES_MAX 2000
#define FLAT_SUPPORT_MIN 10 /* rows that a value must be met in, and one in a thousand */
#define FLAT_VALUES_MAX 50  /* of a category or list, by name */

enum flat_kind {
    FLAT_NUMBER, /* NAN without a value; so are the next two */
    FLAT_DAYS,
    FLAT_YES,
    FLAT_WEEKDAY, /* 1: the date is a `text` (Monday, ...) */
    FLAT_IS,      /* 1: the value is `text` */
    FLAT_OTHER,   /* 1: a value that is none of those */
    FLAT_MISSING, /* 1: no value */
    FLAT_HAS,     /* 1: the list has the member `text` */
    FLAT_MEMBERS, /* how many members; 0 without a value */
    FLAT_MAIL_FREE,
    FLAT_MAIL_ROLE,
};
#define FLAT_KIND_COUNT 11

struct flat_feature {
    enum flat_kind kind;
    uint32_t input;  /* of the plan */
    struct str text; /* folded */
    struct str name; /* in words: "Lead Source is google" */
};

/* Why a column is not looked at. */
enum flat_left_out {
    FLAT_USED,
    FLAT_NO_VALUE,
    FLAT_CONSTANT,
    FLAT_EACH_ANOTHER,
    FLAT_TELLS_TIME,
};

struct flat_plan {
    struct str *inputs; /* names of the columns that features are about; those of one input stand together */
    uint32_t input_count;
    struct flat_feature *features;
    uint32_t count;
    struct str time; /* the column of a row's time; empty: dates are days since 1970 */
};

/* Of the columns that `looked_at` says [column_count], from the rows `row` [rows]. `time_ms` [flat->rows], and the column `time`;
 * NULL and FLAT_NONE: the table has none. `why_not` [column_count] is filled for those that are looked at.
 * Memory   of *out in `arena`. */
void flat_plan_choose(const struct flat *flat, const bool *looked_at, const uint32_t *row, uint32_t rows, uint32_t time,
                      const int64_t *time_ms, struct arena *arena, struct flat_plan *out, enum flat_left_out *why_not);

/* Which columns of a table the inputs are, into inputs[plan->input_count]; *time likewise, FLAT_NONE without one.
 * Errors   ERR_NOT_FOUND: it lacks one. */
MUST_CHECK enum err flat_plan_bind(const struct flat_plan *plan, const struct flat *flat, uint32_t *inputs,
                                   uint32_t *time, struct err_info *why);

/* The rows `row` [rows] as numbers, into out[rows][plan->count]. `inputs` from flat_plan_bind; time_ms [flat->rows], NULL
 * without a time, FLAT_NO_TIME where a row has none. */
void flat_rows_compute(const struct flat_plan *plan, const struct flat *flat, const uint32_t *inputs,
                       const int64_t *time_ms, const uint32_t *row, uint32_t rows, float *out);
#define FLAT_NO_TIME INT64_MIN

/* The times of all rows, into out[flat->rows]; FLAT_NO_TIME where there is none, or none that can be read. Returns how many. */
uint32_t flat_times(const struct flat *flat, uint32_t column, int64_t *out);

enum column_kind flat_column_kind(enum flat_kind kind);

/* ---- What a text says. Never outside src/predict. ---- */

bool flat_is_yes(struct str folded);
bool flat_is_no(struct str folded);
struct str flat_weekday(int64_t at_ms); /* "Monday" */

#endif

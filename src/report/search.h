/* search.h — the records for which a condition holds, in an order, a page at a time.
 *
 * The condition is one of the definition language's. It is compiled as the `for` of a score
 * without rules, so one parallel pass decides for everybody; an index could only be faster,
 * not more right. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_REPORT_SEARCH_H
#define PLUMB_REPORT_SEARCH_H

#include "engine/draft.h"
#include "history/scan.h"

struct search_question {
    const struct everybody *everybody; /* a frozen history and the scores in force at its instant */
    struct catalog *catalog;           /* for reading */
    unsigned threads;
    enum entity object;
    struct str where; /* YAML in flow style, or JSON; empty: everyone */
    struct str sort;  /* a score in force or a property; empty: in the order in which records came */
    bool descending;
    uint64_t skip, most;
};

struct search_answer {
    uint32_t *records; /* at most `most` */
    uint64_t count;
    uint64_t total;       /* records for which it holds; only listed ones are looked at */
    struct str *warnings; /* sentences: what the condition asks for and nobody has */
    uint32_t warning_count;
    bool bad_sort; /* of ERR_INVALID: it was not the condition, but nothing is called as `sort` says */
};

/* Records without a value or score to sort by come last, equal ones in the order in which they came.
 * Errors   ERR_INVALID: the condition does not compile, or nothing is called as `sort` says.
 * Memory   in `arena`. Cost: a scan; with `sort` n log n over the records found. */
MUST_CHECK enum err search_run(const struct search_question *question, struct arena *arena, struct search_answer *out,
                               struct err_info *why);

#endif

/* results.h — what a run of the scan found, in the order in which it is shown.
 *
 * The lines for programs (score_lines.h) and the page (app/output.h) read only this. The
 * order is decided here: by id, or the highest first and equal ones by id. Ids are
 * numbered in byte order by the history, so neither threads nor the order of a file's
 * lines can show. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_RESULTS_H
#define PLUMB_FILES_RESULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/definition.h"
#include "files/progress.h"
#include "history/scan.h"
#include "report/score_json.h"

/* Everything an output needs; all borrowed. */
struct results {
    const struct definitions *set;
    const struct history *history;
    const struct scan *scan;
    int64_t as_of_ms;
    bool explain;
    uint64_t top;              /* 0: everyone */
    unsigned threads;          /* at least 1 */
    struct progress *progress; /* of writing lines; NULL: none */
    /* The band that a record is in, by its index, BAND_NONE; NULL: as computed without memory. Threads call it at once. */
    uint32_t (*band)(const void *context, uint32_t score, uint32_t record);
    const void *band_context;
};

struct result result_of(const struct results *results, uint32_t score, uint32_t record);
/* The same from an explanation, where no scan ran. */
struct result result_explained(const struct results *results, uint32_t score, uint32_t record,
                               const struct explanation *explanation);

enum ranking { RANKING_BY_ID, RANKING_HIGHEST_FIRST };

/* The numbers of the listed records, at most `most` (0: all). RANKING_HIGHEST_FIRST puts
 * the greatest totals first, equal ones by id, unknown ones last; with a limit unknown
 * ones are left out, because nobody can be among the highest without a number.
 * Memory   in `arena`. Cost n log n at most. */
const uint32_t *results_ranked(const struct results *results, uint32_t score, enum ranking ranking, uint64_t most,
                               struct arena *arena, uint64_t *count);

/* The shown scores of the set are those that are not anonymous. */
uint32_t results_first_score(const struct results *results);
uint32_t results_next_score(const struct results *results, uint32_t score); /* UINT32_MAX after the last */

#endif

/* flat_leak.h — which columns of a table know the outcome because they came of it.
 *
 * A table says of nothing when it was written. Four signs give such a column away all the same:
 *
 *     tells all    alone it foresees the outcome nearly perfectly, on rows other than those its rates are from
 *     filled       it has a value almost only where the outcome came, or almost only where it did not: "reason lost"
 *     decides      some of its values stand almost only where it came, others almost only where it did not, and both are
 *                  frequent: it reads like a note of how it ended. What is known beforehand may make one end all but
 *                  sure, hardly both
 *     overwritten  it is another column, but for one value that has taken the place of what stood there, and whether it has
 *                  depends on the outcome: "last activity" and its second edition, "modified"
 *
 * What is found is told, and may be left out. Whether it *is* a leak only its owner knows. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FLAT_LEAK_H
#define PLUMB_PREDICT_FLAT_LEAK_H

#include "predict/flat.h"

#define FLAT_LEAK_AUC 0.95
#define FLAT_LEAK_FILLED_MAX 0.1    /* share of cells with a value, of the one outcome against that of the other */
#define FLAT_LEAK_DECIDED_MAX 0.1   /* share of the other outcome with such a value, against that of all rows */
#define FLAT_LEAK_DECIDED_MIN 0.05  /* share of all rows that such values must have, on either side */
#define FLAT_LEAK_SAME_MIN 0.5      /* share of rows in which two columns say the same */
#define FLAT_LEAK_CHI_SQUARED 15.14 /* of one degree of freedom: by chance once in 10,000 */
#define FLAT_LEAK_ROWS_MAX 20000    /* rows that are looked at */

enum flat_leak_kind { FLAT_LEAK_TELLS_ALL, FLAT_LEAK_FILLED, FLAT_LEAK_DECIDES, FLAT_LEAK_OVERWRITTEN };
const char *flat_leak_name(enum flat_leak_kind kind); /* "tells_all" */

struct flat_leak {
    enum flat_leak_kind kind;
    struct str column;
    struct str sentence;
};

struct flat_leaks {
    struct flat_leak *at; /* at most one for each column, in their order */
    uint32_t count;
};

/* Of the columns that `looked_at` says; `happened` [rows] of the rows `row` [rows]. leaky [column_count] is set for those found.
 * Memory of *out in `arena`. Cost: for each column sorting FLAT_LEAK_ROWS_MAX rows, for two categories a pass over them. */
void flat_leaks_find(const struct flat *flat, const bool *looked_at, const uint32_t *row, const uint8_t *happened,
                     uint32_t rows, struct arena *arena, struct flat_leaks *out, bool *leaky);

#endif

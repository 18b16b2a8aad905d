/* flat.h — a file with one row a lead, as columns of texts.
 *
 * A cell is a number: the code of its text in the column's dictionary, so that a text is
 * looked at once however often it stands there. What a column means is found out later
 * (flat_plan.h). */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_PREDICT_FLAT_H
#define PLUMB_PREDICT_FLAT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/intern.h"

#define FLAT_COLUMNS_MAX 2000
#define FLAT_ROWS_MAX 20000000
#define FLAT_CELLS_MAX (UINT64_C(1) << 32) /* 16 GB of codes */
#define FLAT_EMPTY INTERN_NONE             /* the code of a cell without a value */
#define FLAT_NONE UINT32_MAX               /* no column */

struct flat_column {
    struct str name;
    struct intern *texts;
    uint32_t *code; /* [rows] */
};

struct flat {
    struct flat_column *columns;
    uint32_t column_count;
    uint32_t rows, capacity;
    const struct str *empty; /* texts that mean "no value", trimmed; borrowed */
    size_t empty_count;
    struct arena *arena; /* of names */
};

/* Columns of these names, which are copied. Release with flat_release. */
void flat_init(struct flat *flat, const struct str *names, size_t count, const struct str *empty, size_t empty_count);
void flat_release(struct flat *flat); /* zeroed is fine */

/* A row more: a field for each column. What is blank, or one of the texts that mean it, is empty; all are trimmed.
 * Errors   ERR_TOO_BIG: FLAT_ROWS_MAX or FLAT_CELLS_MAX. */
MUST_CHECK enum err flat_add(struct flat *flat, const struct str *fields, struct err_info *why);

uint32_t flat_find(const struct flat *flat, struct str name); /* exactly so; FLAT_NONE */

/* The text of a cell; empty with at NULL when it has none. Valid as long as the table. */
struct str flat_text(const struct flat *flat, uint32_t column, uint32_t row);

#endif

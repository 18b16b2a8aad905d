/* table.c — see table.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/table.h"

#include <string.h>

#include "base/arena.h"
#include "base/macros.h"

void table_init(struct table *table, uint64_t rows, uint32_t columns, const enum column_kind *kinds)
{
    *table = (struct table){
        .rows = rows,
        .columns = columns,
        .kinds = kinds,
        .value = memory_array((size_t)rows * columns, sizeof *table->value),
        .happened = memory_array(rows, sizeof *table->happened),
        .weight = memory_array(rows, sizeof *table->weight),
        .record = memory_array(rows, sizeof *table->record),
        .at_ms = memory_array(rows, sizeof *table->at_ms),
    };
}

void table_release(struct table *table)
{
    memory_free(table->value);
    memory_free(table->happened);
    memory_free(table->weight);
    memory_free(table->record);
    memory_free(table->at_ms);
    *table = (struct table){0};
}

void table_some(const struct table *table, const bool *keep, struct table *out)
{
    uint64_t rows = 0, to = 0;
    for (uint64_t r = 0; r < table->rows; r++) rows += keep[r];
    table_init(out, rows, table->columns, table->kinds);
    for (uint64_t r = 0; r < table->rows; r++) {
        if (!keep[r]) continue;
        memcpy(out->value + to * table->columns, table->value + r * table->columns,
               table->columns * sizeof *out->value);
        out->happened[to] = table->happened[r];
        out->weight[to] = table->weight[r];
        out->record[to] = table->record[r];
        out->at_ms[to++] = table->at_ms[r];
    }
}

struct table table_part(const struct table *table, uint64_t first, uint64_t rows)
{
    INVARIANT(first + rows <= table->rows);
    return (struct table){.rows = rows,
                          .columns = table->columns,
                          .kinds = table->kinds,
                          .value = table->value + first * table->columns,
                          .happened = table->happened + first,
                          .weight = table->weight + first,
                          .record = table->record + first,
                          .at_ms = table->at_ms + first};
}

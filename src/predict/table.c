/* table.c — see table.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/table.h"

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

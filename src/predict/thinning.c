/* thinning.c — see thinning.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/thinning.h"

#include <string.h>

#include "base/macros.h"

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void thinning_init(struct thinning *thinning, uint64_t negatives, uint64_t positives, uint64_t most)
{
    uint64_t half = most / 2;
    INVARIANT(most >= 2);
    *thinning = (struct thinning){.all = {negatives, positives}};
    thinning->kept[1] = least_of(positives, negatives < half ? most - negatives : half);
    thinning->kept[0] = least_of(negatives, most - thinning->kept[1]);
}

bool thinning_keeps(struct thinning *thinning, bool happened)
{
    /* The i-th of n is kept where i * kept / n passes a whole number. */
    uint64_t i = thinning->seen[happened]++, n = thinning->all[happened], kept = thinning->kept[happened];
    INVARIANT(i < n);
    return (__uint128_t)(i + 1) * kept / n > (__uint128_t)i * kept / n;
}

double thinning_weight(const struct thinning *thinning, bool happened)
{
    return (double)thinning->all[happened] / (double)thinning->kept[happened];
}

bool table_thin(const struct table *table, uint64_t most, struct table *out)
{
    struct thinning thinning;
    uint64_t positives = 0, row = 0;
    *out = *table;
    if (table->rows <= most) return false;
    for (uint64_t r = 0; r < table->rows; r++) positives += table->happened[r];
    thinning_init(&thinning, table->rows - positives, positives, most);
    table_init(out, thinning.kept[0] + thinning.kept[1], table->columns, table->kinds);
    for (uint64_t r = 0; r < table->rows; r++) {
        if (!thinning_keeps(&thinning, table->happened[r])) continue;
        memcpy(out->value + row * table->columns, table->value + r * table->columns,
               table->columns * sizeof *table->value);
        out->happened[row] = table->happened[r];
        out->weight[row] = table->weight[r] * thinning_weight(&thinning, table->happened[r]);
        out->record[row] = table->record[r];
        out->at_ms[row++] = table->at_ms[r];
    }
    INVARIANT(row == out->rows);
    return true;
}

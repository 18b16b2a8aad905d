/* priority.c — see priority.h. */
// SPDX-License-Identifier: Apache-2.0
#include "predict/priority.h"

#include <math.h>
#include <stdlib.h>

const char *priority_name(enum priority priority)
{
    static const char *const names[PRIORITY_COUNT] = {"very high", "high", "medium", "low", "closed won"};
    return names[priority];
}

static int greatest_first(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

void priority_cuts_find(double *probability, uint64_t count, struct priority_cuts *out)
{
    for (unsigned q = 0; q < QUARTERS - 1; q++) out->least[q] = INFINITY;
    qsort(probability, count, sizeof *probability, greatest_first);
    for (uint64_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && probability[end] == probability[first];) end++;
        /* The middle of the group, in halves: (first + end) / 2 of count, in quarters. */
        uint64_t quarter = (first + end) * QUARTERS / 2 / count;
        for (uint64_t q = quarter; q < QUARTERS - 1; q++) out->least[q] = probability[first];
    }
}

enum priority priority_of(const struct priority_cuts *cuts, double probability)
{
    enum priority priority = PRIORITY_VERY_HIGH;
    while (priority < PRIORITY_LOW && probability < cuts->least[priority]) priority++;
    return priority;
}

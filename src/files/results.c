/* results.c — what a run of the scan found, in the order in which it is shown.
 *
 * Ranking keeps the best `most` in a heap whose root is the worst of them; taking the
 * roots out gives the order from its end. */
// SPDX-License-Identifier: Apache-2.0
#include "files/results.h"

static void settle(const struct results *results, uint32_t score, struct result *result)
{
    result_settle(result, results->set->scores[score], BAND_NONE);
    if (results->band != NULL && result->known)
        result->band = results->band(results->band_context, score, result->record);
}

struct result result_explained(const struct results *results, uint32_t score, uint32_t record,
                               const struct explanation *explanation)
{
    struct result result = {.record = record,
                            .known = explanation->known,
                            .total = explanation->total,
                            .fit = explanation->fit,
                            .engagement = explanation->engagement};
    settle(results, score, &result);
    return result;
}

struct result result_of(const struct results *results, uint32_t score, uint32_t record)
{
    const struct score_column *column = scan_results(results->scan, score);
    struct result result = {.record = record,
                            .known = column->known[record] != 0,
                            .total = column->total[record],
                            .fit = column->fit[record],
                            .engagement = column->engagement[record]};
    settle(results, score, &result);
    return result;
}

/* Does `a` come after `b`, the highest first? */
static bool is_worse(const struct score_column *column, uint32_t a, uint32_t b)
{
    if (column->known[a] != column->known[b]) return column->known[a] == 0;
    if (column->known[a] != 0 && column->total[a] != column->total[b]) return column->total[a] < column->total[b];
    return a > b;
}

/* Let the record at `at` sink until both below it are better. */
static void sink(const struct score_column *column, uint32_t *heap, uint64_t count, uint64_t at)
{
    for (;;) {
        uint64_t worst = at;
        for (uint64_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++)
            if (is_worse(column, heap[child], heap[worst])) worst = child;
        if (worst == at) return;
        uint32_t moved = heap[at];
        heap[at] = heap[worst];
        heap[worst] = moved;
        at = worst;
    }
}

/* Keep the best `most` of `count` in front, the highest first. */
static void rank(const struct score_column *column, uint32_t *records, uint64_t count, uint64_t most)
{
    for (uint64_t i = most / 2; i-- > 0;) sink(column, records, most, i);
    for (uint64_t i = most; i < count; i++) {
        if (!is_worse(column, records[0], records[i])) continue;
        records[0] = records[i];
        sink(column, records, most, 0);
    }
    for (uint64_t left = most; left > 1; left--) {
        uint32_t worst = records[0];
        records[0] = records[left - 1];
        records[left - 1] = worst;
        sink(column, records, left - 1, 0);
    }
}

const uint32_t *results_ranked(const struct results *results, uint32_t score, enum ranking ranking, uint64_t most,
                               struct arena *arena, uint64_t *count)
{
    const struct score_column *column = scan_results(results->scan, score);
    enum entity object = results->set->scores[score]->object;
    uint32_t *records = ARENA_ARRAY(arena, uint32_t, column->count);
    bool known_only = ranking == RANKING_HIGHEST_FIRST && most > 0;
    uint64_t n = 0;
    for (uint32_t r = 0; r < column->count; r++)
        if (history_is_listed(results->history, object, r) && (!known_only || column->known[r] != 0)) records[n++] = r;
    *count = most == 0 || most > n ? n : most;
    if (ranking == RANKING_HIGHEST_FIRST && *count > 0) rank(column, records, n, *count);
    return records;
}

static uint32_t first_shown(const struct definitions *set, uint32_t from)
{
    while (from < set->score_count && set->scores[from]->anonymous) from++;
    return from < set->score_count ? from : UINT32_MAX;
}

uint32_t results_first_score(const struct results *results)
{
    return first_shown(results->set, 0);
}

uint32_t results_next_score(const struct results *results, uint32_t score)
{
    return first_shown(results->set, score + 1);
}

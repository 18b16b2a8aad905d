/* output_lines.c — what JSON Lines and CSV have in common: a line for each record of a score. */
// SPDX-License-Identifier: Apache-2.0
#include "app/output.h"

#define LINE_BYTES_MAX ((size_t)8 * 1024 * 1024 * 1024) /* more than the ledger of any definition file */
#define WRITE_BYTES ((size_t)64 * 1024)

void output_lines(const struct results *results, uint32_t score, const void *shape,
                  void (*append)(const struct results *results, uint32_t score, const void *shape, uint32_t record,
                                 struct arena *arena, struct buf *out),
                  FILE *to)
{
    AUTO_ARENA order = arena_new();
    AUTO_ARENA line = arena_new();
    AUTO_BUF out = BUF_INIT(LINE_BYTES_MAX);
    enum ranking ranking = results->top > 0 ? RANKING_HIGHEST_FIRST : RANKING_BY_ID;
    uint64_t count;
    const uint32_t *records = results_ranked(results, score, ranking, results->top, order, &count);
    if (results->progress != NULL) progress_begin(results->progress, "writing", "lines", count);
    for (uint64_t i = 0; i < count; i++) {
        append(results, score, shape, records[i], line, &out);
        arena_reset(line);
        if (out.len < WRITE_BYTES && i + 1 < count) continue;
        INVARIANT(!out.failed);
        (void)fwrite(out.at, 1, out.len, to); /* the caller asks ferror */
        buf_clear(&out);
        if (results->progress != NULL) progress_update(results->progress, i + 1);
    }
    if (results->progress != NULL) progress_end(results->progress);
}

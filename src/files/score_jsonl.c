/* score_jsonl.c — one line a record and score, for programs. */
// SPDX-License-Identifier: Apache-2.0
#include "files/score_lines.h"

static void append_line(const struct results *results, uint32_t score, const void *shape, uint32_t record,
                        struct arena *arena, struct buf *out)
{
    struct str id = history_record_id(results->history, results->set->scores[score]->object, record);
    struct result result = result_of(results, score, record);
    struct explanation explanation;
    if (results->explain) scan_explain(results->scan, score, record, results->as_of_ms, arena, &explanation);
    score_json(shape, id, &result, results->explain ? &explanation.ledger : NULL, out);
    buf_append_char(out, '\n');
}

uint64_t score_lines_jsonl(const struct results *results, FILE *to)
{
    uint64_t lines = 0;
    for (uint32_t s = results_first_score(results); s != UINT32_MAX; s = results_next_score(results, s)) {
        AUTO_ARENA arena = arena_new();
        lines += score_lines(results, s, score_shape_new(arena, results->set->scores[s]), append_line, to);
    }
    return lines;
}

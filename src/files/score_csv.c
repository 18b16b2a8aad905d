/* score_csv.c — the columns of score_jsonl.c, for spreadsheets. */
// SPDX-License-Identifier: Apache-2.0
#include "base/csv.h"
#include "files/score_lines.h"

#define LEDGER_BYTES_MAX ((size_t)4 * 1024 * 1024 * 1024) /* more than the ledger of any definition file */

static void append_numbers(struct buf *out, const struct result *result)
{
    int64_t numbers[] = {points_shown(result->total), result->total, result->fit, result->engagement};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        buf_append_char(out, ',');
        if (result->known) buf_append_i64(out, numbers[i]);
    }
}

static void append_ledger(const struct results *results, uint32_t score, uint32_t record, struct arena *arena,
                          struct buf *out)
{
    AUTO_BUF json = BUF_INIT(LEDGER_BYTES_MAX);
    struct explanation explanation;
    scan_explain(results->scan, score, record, results->as_of_ms, arena, &explanation);
    ledger_json(&explanation.ledger, &json);
    buf_append_char(out, ',');
    csv_append_field(out, buf_str(&json), ',');
}

static void append_line(const struct results *results, uint32_t score, const void *shape, uint32_t record,
                        struct arena *arena, struct buf *out)
{
    (void)shape;
    const struct score *definition = results->set->scores[score];
    struct result result = result_of(results, score, record);
    csv_append_field(out, history_record_id(results->history, definition->object, record), ',');
    buf_append_char(out, ',');
    csv_append_field(out, definition->name, ',');
    append_numbers(out, &result);
    buf_append_char(out, ',');
    if (result.band != BAND_NONE) csv_append_field(out, definition->bands[result.band].label, ',');
    buf_append_char(out, ',');
    AUTO_BUF grade = BUF_INIT(2 * NAME_MAX_BYTES + 1024);
    result_grade(&grade, definition, &result);
    if (grade.len > 0) csv_append_field(out, buf_str(&grade), ',');
    if (results->explain) append_ledger(results, score, record, arena, out);
    buf_append_char(out, '\n');
}

uint64_t score_lines_csv(const struct results *results, FILE *to)
{
    uint64_t lines = 0;
    fprintf(to, "id,score,value,micro,fit_micro,engagement_micro,band,grade%s\n", results->explain ? ",ledger" : "");
    for (uint32_t s = results_first_score(results); s != UINT32_MAX; s = results_next_score(results, s))
        lines += score_lines(results, s, NULL, append_line, to);
    return lines;
}

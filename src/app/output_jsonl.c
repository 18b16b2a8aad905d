/* output_jsonl.c — one line a record and score, for programs. */
// SPDX-License-Identifier: Apache-2.0
#include "app/output.h"
#include "base/instant.h"
#include "base/json.h"

#define LINE_BYTES_MAX ((size_t)256 * 1024 * 1024) /* a ledger of every rule there may be */
#define WRITE_BYTES ((size_t)64 * 1024)

static void write_text_or_null(struct json_writer *writer, struct str text)
{
    if (text.len > 0) json_string(writer, text);
    else json_null(writer);
}

static const char *kind_name(enum ledger_kind kind)
{
    switch (kind) {
    case LEDGER_RULE: return "rule";
    case LEDGER_CLAMP: return "clamp";
    case LEDGER_ADJUSTMENT: return "adjustment";
    }
    INVARIANT(!"a kind of ledger line");
}

static const char *category_name(int category)
{
    return category == CATEGORY_FIT ? "fit" : "engagement";
}

static void write_ledger_line(struct json_writer *writer, const struct ledger_line *line)
{
    json_begin_object(writer);
    json_key(writer, "kind");
    json_string(writer, str_from_c(kind_name(line->kind)));
    json_key(writer, "category");
    if (line->category >= 0) json_string(writer, str_from_c(category_name(line->category)));
    else json_null(writer);
    json_key(writer, "group");
    write_text_or_null(writer, line->group != NULL ? line->group->name : (struct str){0});
    json_key(writer, "rule");
    write_text_or_null(writer, line->rule != NULL ? line->rule->name : (struct str){0});
    json_key(writer, "micro");
    json_i64(writer, line->micro);
    json_key(writer, "events");
    json_i64(writer, (int64_t)line->events);
    json_key(writer, "latest");
    if (line->latest_ms != LEDGER_NO_TIME) {
        AUTO_BUF time = BUF_INIT(64);
        instant_format(&time, line->latest_ms);
        json_string(writer, buf_str(&time));
    } else {
        json_null(writer);
    }
    json_end_object(writer);
}

void output_ledger(struct json_writer *writer, const struct ledger *ledger)
{
    json_begin_array(writer);
    for (uint32_t i = 0; i < ledger->count; i++) write_ledger_line(writer, &ledger->lines[i]);
    json_end_array(writer);
}

void output_grade(struct buf *out, const struct score *score, const struct result *result)
{
    if (!result->known || score->grade_count[CATEGORY_FIT] == 0) return;
    for (int c = 0; c < CATEGORY_COUNT; c++) buf_append(out, score->grades[c][result->grade[c]].label);
}

static void write_numbers(struct json_writer *writer, const struct result *result)
{
    static const char *const keys[] = {"value", "micro", "fit_micro", "engagement_micro"};
    int64_t numbers[] = {points_shown(result->total), result->total, result->fit, result->engagement};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        json_key(writer, keys[i]);
        if (result->known) json_i64(writer, numbers[i]);
        else json_null(writer);
    }
}

static void write_line(const struct results *results, uint32_t score, uint32_t record, struct arena *arena,
                       struct buf *out)
{
    const struct score *definition = results->set->scores[score];
    struct result result = result_of(results, score, record);
    struct json_writer writer = {.out = out};
    json_begin_object(&writer);
    json_key(&writer, "id");
    json_string(&writer, history_record_id(results->history, definition->object, record));
    json_key(&writer, "score");
    json_string(&writer, definition->name);
    write_numbers(&writer, &result);
    json_key(&writer, "band");
    write_text_or_null(&writer, result.band != BAND_NONE ? definition->bands[result.band].label : (struct str){0});
    json_key(&writer, "grade");
    AUTO_BUF grade = BUF_INIT(2 * NAME_MAX_BYTES + 1024);
    output_grade(&grade, definition, &result);
    write_text_or_null(&writer, buf_str(&grade));
    if (results->explain) {
        struct explanation explanation;
        scan_explain(results->scan, score, record, results->as_of_ms, arena, &explanation);
        json_key(&writer, "ledger");
        output_ledger(&writer, &explanation.ledger);
        arena_reset(arena);
    }
    json_end_object(&writer);
    json_newline(&writer);
}

void output_jsonl(const struct results *results, FILE *to)
{
    AUTO_ARENA order = arena_new();
    AUTO_ARENA line = arena_new();
    AUTO_BUF out = BUF_INIT(LINE_BYTES_MAX);
    enum ranking ranking = results->top > 0 ? RANKING_HIGHEST_FIRST : RANKING_BY_ID;
    for (uint32_t s = results_first_score(results); s != UINT32_MAX; s = results_next_score(results, s)) {
        uint64_t count;
        const uint32_t *records = results_ranked(results, s, ranking, results->top, order, &count);
        for (uint64_t i = 0; i < count; i++) {
            write_line(results, s, records[i], line, &out);
            if (out.len < WRITE_BYTES && i + 1 < count) continue;
            INVARIANT(!out.failed);
            fwrite(out.at, 1, out.len, to);
            buf_clear(&out);
        }
        arena_reset(order);
    }
}

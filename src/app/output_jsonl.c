/* output_jsonl.c — one line a record and score, for programs. */
// SPDX-License-Identifier: Apache-2.0
#include "app/output.h"
#include "base/instant.h"
#include "base/json.h"

#define PIECE_BYTES_MAX ((size_t)1024 * 1024)

static void append_text_or_null(struct buf *out, struct str text)
{
    struct json_writer writer = {.out = out};
    if (text.len > 0) json_string(&writer, text);
    else json_null(&writer);
}

static void append_ledger_line(struct buf *out, const struct ledger_line *line)
{
    static const struct str kinds[] = {[LEDGER_RULE] = STR_INIT("{\"kind\":\"rule\",\"category\":"),
                                       [LEDGER_CLAMP] = STR_INIT("{\"kind\":\"clamp\",\"category\":"),
                                       [LEDGER_ADJUSTMENT] = STR_INIT("{\"kind\":\"adjustment\",\"category\":")};
    static const struct str categories[] = {
        [CATEGORY_FIT] = STR_INIT("\"fit\",\"group\":"), [CATEGORY_ENGAGEMENT] = STR_INIT("\"engagement\",\"group\":")};
    buf_append(out, kinds[line->kind]);
    buf_append(out, line->category >= 0 ? categories[line->category] : STR("null,\"group\":"));
    append_text_or_null(out, line->group != NULL ? line->group->name : (struct str){0});
    buf_append(out, STR(",\"rule\":"));
    append_text_or_null(out, line->rule != NULL ? line->rule->name : (struct str){0});
    buf_append(out, STR(",\"micro\":"));
    buf_append_i64(out, line->micro);
    buf_append(out, STR(",\"events\":"));
    buf_append_u64(out, line->events);
    buf_append(out, STR(",\"latest\":"));
    if (line->latest_ms != LEDGER_NO_TIME) {
        buf_append_char(out, '"');
        instant_format(out, line->latest_ms);
        buf_append(out, STR("\"}"));
    } else {
        buf_append(out, STR("null}"));
    }
}

void output_ledger(struct buf *out, const struct ledger *ledger)
{
    buf_append_char(out, '[');
    for (uint32_t i = 0; i < ledger->count; i++) {
        if (i > 0) buf_append_char(out, ',');
        append_ledger_line(out, &ledger->lines[i]);
    }
    buf_append_char(out, ']');
}

void output_grade(struct buf *out, const struct score *score, const struct result *result)
{
    if (!result->known || score->grade_count[CATEGORY_FIT] == 0) return;
    for (int c = 0; c < CATEGORY_COUNT; c++) buf_append(out, score->grades[c][result->grade[c]].label);
}

/* What is the same in every line of a score, as JSON made once: a million lines are a matter of copying. */
struct shape {
    struct str score;                   /* ,"score":"lead","value": */
    struct str *bands;                  /* [band_count + 1]: ,"band":"MQL","grade": ; the last is null */
    struct str *grades[CATEGORY_COUNT]; /* [grade_count]: the labels without quotes */
    struct str unknown;                 /* from value to grade */
};

/* `before`, then the text as JSON or null, then `after`. */
static struct str piece(struct arena *arena, const char *before, struct str text, const char *after)
{
    AUTO_BUF out = BUF_INIT(PIECE_BYTES_MAX);
    buf_append_c(&out, before);
    append_text_or_null(&out, text);
    buf_append_c(&out, after);
    return arena_str(arena, buf_str(&out));
}

static struct shape make_shape(struct arena *arena, const struct score *score)
{
    struct shape shape = {.score = piece(arena, ",\"score\":", score->name, ",\"value\":"),
                          .bands = ARENA_ARRAY(arena, struct str, score->band_count + 1),
                          .unknown = STR("null,\"micro\":null,\"fit_micro\":null,\"engagement_micro\":null,"
                                         "\"band\":null,\"grade\":null")};
    for (uint32_t b = 0; b <= score->band_count; b++) {
        struct str label = b < score->band_count ? score->bands[b].label : STR("");
        shape.bands[b] = piece(arena, ",\"band\":", label, ",\"grade\":");
    }
    for (int c = 0; c < CATEGORY_COUNT; c++) {
        shape.grades[c] = ARENA_ARRAY(arena, struct str, score->grade_count[c]);
        for (uint32_t g = 0; g < score->grade_count[c]; g++) {
            struct str quoted = piece(arena, "", score->grades[c][g].label, "");
            shape.grades[c][g] = (struct str){quoted.at + 1, quoted.len - 2};
        }
    }
    return shape;
}

static void append_known(const struct score *score, const struct shape *shape, const struct result *result,
                         struct buf *out)
{
    buf_append_i64(out, points_shown(result->total));
    buf_append(out, STR(",\"micro\":"));
    buf_append_i64(out, result->total);
    buf_append(out, STR(",\"fit_micro\":"));
    buf_append_i64(out, result->fit);
    buf_append(out, STR(",\"engagement_micro\":"));
    buf_append_i64(out, result->engagement);
    buf_append(out, shape->bands[result->band == BAND_NONE ? score->band_count : result->band]);
    if (score->grade_count[CATEGORY_FIT] == 0) {
        buf_append(out, STR("null"));
        return;
    }
    buf_append_char(out, '"');
    for (int c = 0; c < CATEGORY_COUNT; c++) buf_append(out, shape->grades[c][result->grade[c]]);
    buf_append_char(out, '"');
}

static void append_line(const struct results *results, uint32_t score, const void *shape_of_score, uint32_t record,
                        struct arena *arena, struct buf *out)
{
    const struct score *definition = results->set->scores[score];
    const struct shape *shape = shape_of_score;
    struct result result = result_of(results, score, record);
    struct json_writer writer = {.out = out};
    buf_append(out, STR("{\"id\":"));
    json_string(&writer, history_record_id(results->history, definition->object, record));
    buf_append(out, shape->score);
    if (result.known) append_known(definition, shape, &result, out);
    else buf_append(out, shape->unknown);
    if (results->explain) {
        struct explanation explanation;
        scan_explain(results->scan, score, record, results->as_of_ms, arena, &explanation);
        buf_append(out, STR(",\"ledger\":"));
        output_ledger(out, &explanation.ledger);
    }
    buf_append(out, STR("}\n"));
}

void output_jsonl(const struct results *results, FILE *to)
{
    for (uint32_t s = results_first_score(results); s != UINT32_MAX; s = results_next_score(results, s)) {
        AUTO_ARENA arena = arena_new();
        struct shape shape = make_shape(arena, results->set->scores[s]);
        output_lines(results, s, &shape, append_line, to);
    }
}

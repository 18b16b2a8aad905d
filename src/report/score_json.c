/* score_json.c — pieces of JSON made once for a score, and numbers put between them. */
// SPDX-License-Identifier: Apache-2.0
#include "report/score_json.h"

#include "base/instant.h"
#include "base/json.h"

#define PIECE_BYTES_MAX ((size_t)1024 * 1024)

struct score_shape {
    struct str score;    /* ,"score":"lead","value": */
    uint32_t band_count; /* of the definition */
    struct str *bands;   /* [band_count + 1]: ,"band":"MQL","grade": ; the last is null */
    bool graded;
    struct str *grades[CATEGORY_COUNT]; /* [grade_count]: the labels without quotes */
};

void result_settle(struct result *result, const struct score *score, uint32_t previous)
{
    result->band = BAND_NONE;
    if (!result->known) return;
    result->band = band_of(score, result->total, previous);
    if (score->grade_count[CATEGORY_FIT] == 0) return;
    result->grade[CATEGORY_FIT] = grade_of(score, CATEGORY_FIT, result->fit);
    result->grade[CATEGORY_ENGAGEMENT] = grade_of(score, CATEGORY_ENGAGEMENT, result->engagement);
}

void result_grade(struct buf *out, const struct score *score, const struct result *result)
{
    if (!result->known || score->grade_count[CATEGORY_FIT] == 0) return;
    for (int c = 0; c < CATEGORY_COUNT; c++) buf_append(out, score->grades[c][result->grade[c]].label);
}

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

void ledger_json(const struct ledger *ledger, struct buf *out)
{
    buf_append_char(out, '[');
    for (uint32_t i = 0; i < ledger->count; i++) {
        if (i > 0) buf_append_char(out, ',');
        append_ledger_line(out, &ledger->lines[i]);
    }
    buf_append_char(out, ']');
}

/* `before`, then the text as JSON or null, then `after`. */
static struct str piece(struct arena *arena, const char *before, struct str text, const char *after)
{
    AUTO_BUF out = BUF_INIT(PIECE_BYTES_MAX);
    buf_append_c(&out, before);
    append_text_or_null(&out, text);
    buf_append_c(&out, after);
    return arena_str(arena, buf_str(&out));
}

const struct score_shape *score_shape_new(struct arena *arena, const struct score *score)
{
    struct score_shape *shape = ARENA_NEW(arena, struct score_shape);
    *shape = (struct score_shape){.score = piece(arena, ",\"score\":", score->name, ",\"value\":"),
                                  .band_count = score->band_count,
                                  .bands = ARENA_ARRAY(arena, struct str, score->band_count + 1),
                                  .graded = score->grade_count[CATEGORY_FIT] > 0};
    for (uint32_t b = 0; b <= score->band_count; b++) {
        struct str label = b < score->band_count ? score->bands[b].label : STR("");
        shape->bands[b] = piece(arena, ",\"band\":", label, ",\"grade\":");
    }
    for (int c = 0; c < CATEGORY_COUNT; c++) {
        shape->grades[c] = ARENA_ARRAY(arena, struct str, score->grade_count[c]);
        for (uint32_t g = 0; g < score->grade_count[c]; g++) {
            struct str quoted = piece(arena, "", score->grades[c][g].label, "");
            shape->grades[c][g] = (struct str){quoted.at + 1, quoted.len - 2};
        }
    }
    return shape;
}

static void append_known(const struct score_shape *shape, const struct result *result, struct buf *out)
{
    buf_append_i64(out, points_shown(result->total));
    buf_append(out, STR(",\"micro\":"));
    buf_append_i64(out, result->total);
    buf_append(out, STR(",\"fit_micro\":"));
    buf_append_i64(out, result->fit);
    buf_append(out, STR(",\"engagement_micro\":"));
    buf_append_i64(out, result->engagement);
    buf_append(out, shape->bands[result->band == BAND_NONE ? shape->band_count : result->band]);
    if (!shape->graded) {
        buf_append(out, STR("null"));
        return;
    }
    buf_append_char(out, '"');
    for (int c = 0; c < CATEGORY_COUNT; c++) buf_append(out, shape->grades[c][result->grade[c]]);
    buf_append_char(out, '"');
}

void score_json(const struct score_shape *shape, struct str id, const struct result *result,
                const struct ledger *ledger, struct buf *out)
{
    struct json_writer writer = {.out = out};
    buf_append(out, STR("{\"id\":"));
    json_string(&writer, id);
    buf_append(out, shape->score);
    if (result->known) append_known(shape, result, out);
    else
        buf_append(out, STR("null,\"micro\":null,\"fit_micro\":null,\"engagement_micro\":null,"
                            "\"band\":null,\"grade\":null"));
    if (ledger != NULL) {
        buf_append(out, STR(",\"ledger\":"));
        ledger_json(ledger, out);
    }
    buf_append_char(out, '}');
}

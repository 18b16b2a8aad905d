/* api_search.c — records by a condition, and the members of a segment. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>

#include "report/search.h"
#include "server/api.h"
#include "server/api_json.h"

#define WHERE_BYTES_MAX ((size_t)1024 * 1024)
#define SCORE_BYTES_MAX ((size_t)64 * 1024)

/* Where a page begins: the instant it was first asked for, so that all pages see one state, and how far it is. Of a past that somebody
 * asked for bands are as the numbers say; else they are those that are remembered. */
struct cursor {
    int64_t as_of_ms;
    uint64_t skip;
    bool is_past;
};

#define PAST_MARK ".past"

static bool read_cursor(struct request *request, struct str text, struct cursor *out)
{
    struct str rest = text, instant = str_cut(&rest, '.');
    out->is_past = str_ends_with(rest, STR(PAST_MARK));
    if (out->is_past) rest.len -= sizeof PAST_MARK - 1;
    if (str_to_i64(instant, &out->as_of_ms) && str_to_u64(rest, &out->skip) && out->skip <= RECORDS_MAX &&
        out->as_of_ms >= EVENT_MIN_MS && out->as_of_ms <= EVENT_MAX_MS)
        return true;
    return api_refuse(request, 400, "bad_cursor", STR("after"), "after is what the page before told as 'next'");
}

/* One score of everybody who is found, as a search has computed it anyway. */
struct told_score {
    uint32_t index;
    const struct score *score;
    const struct score_column *column;
    const struct score_shape *shape;
};

struct told_scores {
    struct told_score *at;
    uint32_t count;
};

static struct told_scores scores_to_tell(const struct search_question *question, struct arena *arena)
{
    const struct definitions *set = &question->everybody->edition->set;
    struct told_scores told = {.at = ARENA_ARRAY(arena, struct told_score, set->score_count)};
    for (uint32_t s = 0; s < set->score_count; s++)
        if (!set->scores[s]->anonymous && set->scores[s]->object == question->object)
            told.at[told.count++] = (struct told_score){s, set->scores[s], scan_results(question->everybody->scan, s),
                                                        score_shape_new(arena, set->scores[s])};
    return told;
}

static void write_scores(struct json_writer *writer, struct engine *engine, const struct search_question *question,
                         const struct told_scores *told, uint32_t record, bool is_past)
{
    struct str id = history_record_id(question->everybody->history, question->object, record);
    json_key(writer, "scores");
    json_begin_array(writer);
    for (uint32_t i = 0; i < told->count; i++) {
        const struct told_score *one = &told->at[i];
        AUTO_BUF text = BUF_INIT(SCORE_BYTES_MAX);
        struct result result = {.record = record,
                                .known = one->column->known[record] != 0,
                                .total = one->column->total[record],
                                .fit = one->column->fit[record],
                                .engagement = one->column->engagement[record]};
        result_settle(&result, one->score, BAND_NONE);
        if (result.known && !is_past)
            result.band = engine_band(engine, question->everybody->edition, one->index, record);
        score_json(one->shape, id, &result, NULL, &text);
        json_raw(writer, buf_str(&text));
    }
    json_end_array(writer);
}

static void write_hits(struct json_writer *writer, struct request *request, const struct search_question *question,
                       const struct search_answer *answer, bool is_past)
{
    struct engine *engine = request->server->engine;
    const struct told_scores told = scores_to_tell(question, request->arena);
    json_begin_object(writer);
    json_key(writer, "results");
    json_begin_array(writer);
    for (uint64_t i = 0; i < answer->count; i++) {
        api_begin_record(writer, engine, question->everybody->history, question->object, answer->records[i],
                         question->everybody->as_of_ms);
        write_scores(writer, engine, question, &told, answer->records[i], is_past);
        json_end_object(writer);
    }
    json_end_array(writer);
    api_write_count(writer, "total", answer->total);
    api_write_instant(writer, "as_of", question->everybody->as_of_ms);
    uint64_t next = question->skip + answer->count;
    json_key(writer, "next");
    if (next < answer->total)
        json_string(writer, arena_format(request->arena, "%" PRId64 ".%" PRIu64 "%s", question->everybody->as_of_ms,
                                         next, is_past ? PAST_MARK : ""));
    else json_null(writer);
    json_key(writer, "warnings");
    json_begin_array(writer);
    for (uint32_t i = 0; i < answer->warning_count; i++) json_string(writer, answer->warnings[i]);
    json_end_array(writer);
    json_end_object(writer);
}

/* Everybody at the cursor's instant, asked and answered. */
static void answer_search(struct request *request, struct search_question *question, const struct cursor *cursor)
{
    struct everybody everybody;
    struct search_answer answer = {0};
    struct err_info why = {0};
    if (!api_enter(request)) return;
    engine_everybody(request->server->engine, cursor->as_of_ms, &everybody);
    question->everybody = &everybody;
    question->catalog = engine_catalog(request->server->engine);
    question->threads = request->server->scan_threads;
    question->skip = cursor->skip;
    enum err failure = search_run(question, request->arena, &answer, &why);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    if (failure == ERR_OK) write_hits(&writer, request, question, &answer, cursor->is_past);
    everybody_release(&everybody);
    question->everybody = NULL;
    api_leave(request);
    if (failure == ERR_OK) request_answer(request, 200, &json);
    else if (failure == ERR_INVALID)
        api_refuse(request, 400, "bad_condition", answer.bad_sort ? STR("sort") : STR("where"), "%s", why.msg);
    else request_fail(request, &why);
}

/* The condition as text again: JSON is YAML in flow style. */
static bool read_where(struct request *request, const struct json_item *body, struct str *out)
{
    const struct json_item *where = json_member(body, STR("where"));
    if (where == NULL || where->kind == JSON_NULL) return true;
    if (where->kind != JSON_OBJECT)
        return api_refuse(request, 400, "wrong_type", STR("where"),
                          "where is a condition: {\"property\": \"plan\", \"is\": \"pro\"}");
    AUTO_BUF text = BUF_INIT(WHERE_BYTES_MAX);
    struct json_writer writer = {.out = &text};
    api_write_item(&writer, where);
    if (text.failed)
        return api_refuse(request, 413, "too_big", STR("where"), "a condition of more than %zu bytes", WHERE_BYTES_MAX);
    *out = arena_str(request->arena, buf_str(&text));
    return true;
}

void api_record_search(struct request *request)
{
    const struct json_item *body;
    struct search_question question = {.object = api_object(request)};
    struct cursor cursor = {.as_of_ms = api_now_ms(request)};
    struct str text = {0};
    int64_t limit = API_PAGE_DEFAULT, now_ms = cursor.as_of_ms;
    if (!api_body(request, &body) || !read_where(request, body, &question.where) ||
        !api_member_text(request, body, "sort", &question.sort) ||
        !api_member_flag(request, body, "descending", &question.descending) ||
        !api_member_number(request, body, "limit", 1, API_PAGE_MAX, &limit) ||
        !api_member_instant(request, body, "as_of", &cursor.as_of_ms) ||
        !api_member_text(request, body, "after", &text))
        return;
    cursor.is_past = cursor.as_of_ms != now_ms;
    if (text.len > 0 && !read_cursor(request, text, &cursor)) return;
    question.most = (uint64_t)limit;
    answer_search(request, &question, &cursor);
}

void api_segment_members(struct request *request)
{
    struct str name = request_path(request, "name"), text = http_query(request->exchange, "after");
    struct cursor cursor = {0};
    int64_t now_ms = api_now_ms(request);
    uint64_t limit;
    const struct edition *edition = engine_edition(request->server->engine);
    uint32_t segment = definitions_find_segment(&edition->set, name);
    enum entity object = segment != UINT32_MAX ? edition->set.segments[segment]->object : ENTITY_CONTACT;
    edition_release(edition);
    if (segment == UINT32_MAX) {
        api_refuse(request, 404, "not_found", STR("name"), "no segment in force is called '" STR_FMT "'",
                   STR_ARG(name));
        return;
    }
    if (!request_query_number(request, "limit", 1, API_PAGE_MAX, API_PAGE_DEFAULT, &limit) ||
        !api_query_instant(request, "as_of", now_ms, &cursor.as_of_ms))
        return;
    cursor.is_past = cursor.as_of_ms != now_ms;
    if (text.at != NULL && !read_cursor(request, text, &cursor)) return;
    struct search_question question = {.object = object,
                                       .most = limit,
                                       .where = arena_format(request->arena, "{segment: " STR_FMT "}", STR_ARG(name))};
    answer_search(request, &question, &cursor);
}

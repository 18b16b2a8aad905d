/* api_bands.c — who entered and left which band or segment, newest first.
 *
 * The store keeps both in one log. A page is filled from it piece by piece; when much of other kinds lies between, a page
 * may be short and still have a next one. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "server/api.h"
#include "server/api_json.h"

#define ROWS_A_PIECE 1000
#define PIECES_MAX 50 /* of the log, for one page */

/* What of the log is asked for. */
struct question {
    enum entity object;
    uint32_t record;        /* UINT32_MAX: all */
    struct str member;      /* a segment's name with its prefix; empty: bands */
    struct str score, band; /* of bands: of this score, entered; empty: any */
    uint64_t limit, before;
};

static bool read_page(struct request *request, struct question *out)
{
    return request_query_number(request, "limit", 1, API_PAGE_MAX, API_PAGE_DEFAULT, &out->limit) &&
           request_query_number(request, "after", 0, INT64_MAX, 0, &out->before);
}

static bool is_wanted(const struct question *question, const struct band_fact *fact)
{
    if (question->member.len > 0) return str_equal(question->member, fact->score);
    return memchr(fact->score.at, ':', fact->score.len) == NULL &&
           (question->score.len == 0 || str_equal(question->score, fact->score)) &&
           (question->band.len == 0 || str_equal(question->band, fact->band));
}

static void write_label(struct json_writer *writer, const char *name, struct str label)
{
    json_key(writer, name);
    if (label.len > 0) json_string(writer, label);
    else json_null(writer);
}

static void write_change(struct json_writer *writer, struct engine *engine, const struct question *question,
                         const struct band_fact *fact)
{
    json_begin_object(writer);
    api_write_text(writer, "object", str_from_c(entity_name(fact->object)));
    api_write_text(writer, "id", history_record_id(engine_history(engine), fact->object, fact->record));
    if (question->member.len > 0) {
        json_key(writer, "entered");
        json_bool(writer, fact->band.len > 0);
    } else {
        api_write_text(writer, "score", fact->score);
        write_label(writer, "band", fact->band);
        write_label(writer, "former", fact->former);
        json_key(writer, "value");
        json_i64(writer, points_shown(fact->micro));
        json_key(writer, "micro");
        json_i64(writer, fact->micro);
        api_write_count(writer, "version", fact->version);
    }
    api_write_instant(writer, "at", fact->at_ms);
    api_write_text(writer, "cause", str_from_c(band_cause_name((enum band_cause)fact->cause)));
    json_end_object(writer);
}

/* One piece of the log; moves `before` on. False: that was its end, or the page is full. */
static bool write_piece(struct json_writer *writer, struct request *request, struct question *question,
                        uint64_t *written, enum err *failure, struct err_info *why)
{
    AUTO_ARENA arena = arena_new();
    struct band_row *rows = NULL;
    size_t count = 0;
    *failure = store_bands(request->server->store, question->object, question->record, question->before, ROWS_A_PIECE,
                           arena, &rows, &count, why);
    for (size_t i = 0; *failure == ERR_OK && i < count; i++) {
        question->before = rows[i].number;
        if (!is_wanted(question, &rows[i].fact)) continue;
        write_change(writer, request->server->engine, question, &rows[i].fact);
        if (++*written == question->limit) return false;
    }
    if (*failure == ERR_OK && count < ROWS_A_PIECE) question->before = 0;
    return question->before > 0 && *failure == ERR_OK;
}

static void answer(struct request *request, struct question *question)
{
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    struct err_info why = {0};
    enum err failure = ERR_OK;
    uint64_t written = 0;
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (unsigned piece = 0; piece < PIECES_MAX; piece++)
        if (!write_piece(&writer, request, question, &written, &failure, &why)) break;
    json_end_array(&writer);
    json_key(&writer, "next");
    if (question->before > 0)
        json_string(&writer, arena_format(request->arena, "%llu", (unsigned long long)question->before));
    else json_null(&writer);
    json_end_object(&writer);
    if (failure == ERR_OK) request_answer(request, 200, &json);
    else request_fail(request, &why);
}

bool api_write_bands(struct json_writer *writer, struct request *request, enum entity object, uint32_t record)
{
    struct question question = {.object = object, .record = record, .limit = UINT64_MAX};
    struct err_info why = {0};
    enum err failure = ERR_OK;
    uint64_t written = 0;
    while (write_piece(writer, request, &question, &written, &failure, &why)) {}
    if (failure != ERR_OK) request_fail(request, &why);
    return failure == ERR_OK;
}

void api_band_history(struct request *request)
{
    struct question question = {.record = UINT32_MAX,
                                .score = http_query(request->exchange, "score"),
                                .band = http_query(request->exchange, "band")};
    bool of_one = request->match.count > 0;
    if (!read_page(request, &question) || (of_one && !api_find_path(request, &question.object, &question.record)))
        return;
    answer(request, &question);
}

void api_segment_changes(struct request *request)
{
    struct question question = {.record = UINT32_MAX};
    struct str name = request_path(request, "name");
    const struct edition *edition = engine_edition(request->server->engine);
    bool in_force = definitions_find_segment(&edition->set, name) != UINT32_MAX;
    edition_release(edition);
    if (!in_force) {
        api_refuse(request, 404, "not_found", STR("name"), "no segment in force is called '" STR_FMT "'",
                   STR_ARG(name));
        return;
    }
    question.member = arena_format(request->arena, SEGMENT_PREFIX STR_FMT, STR_ARG(name));
    if (read_page(request, &question)) answer(request, &question);
}

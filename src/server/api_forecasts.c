/* api_forecasts.c — what a model says: of one record, as of now's facts, with reasons; and whom to call first. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "predict/reasons.h"
#include "server/api.h"
#include "server/api_json.h"
#include "server/forecasts.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 500
#define REASONS_BYTES_MAX ((size_t)64 * 1024)

static void write_number(struct json_writer *writer, const char *name, double number)
{
    json_key(writer, name);
    if (isfinite(number)) json_double(writer, number);
    else json_null(writer);
}

/* Percent, to a hundredth. */
static void write_percent(struct json_writer *writer, const char *name, double probability)
{
    write_number(writer, name, round(probability * 10000) / 100);
}

static void fail(struct request *request, const struct err_info *why)
{
    if (why->code == ERR_NOT_FOUND) api_refuse(request, 404, "not_found", STR("model"), "%s", why->msg);
    else if (why->code == ERR_CONFLICT) api_refuse(request, 409, "no_forecast", STR("model"), "%s", why->msg);
    else request_fail(request, why);
}

/* ---- Reasons. ---- */

static void write_reason_list(struct json_writer *writer, const char *name, const struct reason *reasons,
                              uint32_t count, double probability)
{
    json_key(writer, name);
    json_begin_array(writer);
    for (uint32_t i = 0; i < count; i++) {
        json_begin_object(writer);
        api_write_text(writer, "subject", reasons[i].subject);
        api_write_text(writer, "words", reasons[i].words);
        write_number(writer, "log_odds", reasons[i].log_odds);
        write_percent(writer, "points", probability - reasons[i].without);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_reasons(struct json_writer *writer, const struct reasons *reasons)
{
    json_begin_object(writer);
    write_number(writer, "base", reasons->base);
    write_number(writer, "rest", reasons->rest);
    write_number(writer, "log_odds", reasons->log_odds);
    write_reason_list(writer, "for", reasons->in_favour, reasons->for_count, reasons->probability);
    write_reason_list(writer, "against", reasons->against, reasons->against_count, reasons->probability);
    json_end_object(writer);
}

static enum err find_reasons(const struct forecaster *f, const struct model_ground *ground, uint32_t record,
                             int64_t at_ms, uint32_t most, struct arena *arena, struct reasons *out,
                             struct err_info *why)
{
    const struct training_example example = {.record = record, .at_ms = at_ms};
    float *value = ARENA_ARRAY(arena, float, f->trained.plan.count);
    features_compute(&f->trained.plan, &ground->source, &example, 1, 1, NULL, value);
    return reasons_find(&f->trained, f->terms->draft.catalog, value, most, arena, out, why);
}

/* ---- One record. ---- */

struct subject {
    enum entity object;
    uint32_t record;
    int64_t at_ms, now_ms;
    bool explain;
    struct forecaster *f;
};

static bool find_subject(struct request *request, struct subject *out)
{
    struct err_info why = {0};
    out->now_ms = api_now_ms(request);
    if (!api_query_instant(request, "as_of", out->now_ms, &out->at_ms) ||
        !api_query_flag(request, "explain", &out->explain) || !api_find_path(request, &out->object, &out->record))
        return false;
    struct str name = request_path(request, "model");
    if (models_forecaster(request->server->models, name, 0, &out->f, &why) != ERR_OK) {
        fail(request, &why);
        return false;
    }
    if (out->f->row.object == out->object) return true;
    api_refuse(request, 404, "not_found", STR("model"), "'" STR_FMT "' is about %s", STR_ARG(name),
               entity_plural(out->f->row.object));
    forecaster_release(out->f);
    return false;
}

/* Whoever was seen to have closed is closed, also when the condition does not hold any more. */
static enum forecast_state state_of(struct request *request, const struct subject *subject,
                                    const struct model_ground *ground)
{
    struct forecast_row row;
    const struct forecaster *f = subject->f;
    if (subject->at_ms == subject->now_ms &&
        forecasts_look(request->server->forecasts, f->row.name, f->version, subject->record, &row) &&
        row.state == FORECAST_WON)
        return FORECAST_WON;
    return forecast_state_of(hindsight_state(ground, f->row.outcome.len == 0, subject->record, subject->at_ms));
}

/* Among the open records as they were last asked about; null until that was done once. */
static void write_priority(struct json_writer *writer, struct request *request, const struct subject *subject,
                           enum forecast_state state, double probability)
{
    struct priority_cuts cuts;
    const struct forecaster *f = subject->f;
    json_key(writer, "priority");
    if (state == FORECAST_WON) json_string(writer, str_from_c(priority_name(PRIORITY_CLOSED_WON)));
    else if (state == FORECAST_OPEN && forecasts_cuts(request->server->forecasts, f->row.name, f->version, &cuts))
        json_string(writer, str_from_c(priority_name(priority_of(&cuts, probability))));
    else json_null(writer);
}

/* What challengers would say: shadows that decide nothing. */
static void write_shadows(struct json_writer *writer, struct request *request, const struct subject *subject,
                          const struct model_ground *ground)
{
    struct model_info info = {0};
    struct err_info why = {0};
    struct models *models = request->server->models;
    json_key(writer, "challengers");
    json_begin_array(writer);
    if (models_find(models, subject->f->row.name, request->arena, &info, &why) != ERR_OK) info.count = 0;
    for (size_t i = 0; i < info.count; i++) {
        struct forecaster *challenger;
        double probability;
        if (info.versions[i].state != MODEL_CHALLENGER ||
            models_forecaster(models, info.row.name, info.versions[i].number, &challenger, &why) != ERR_OK)
            continue;
        if (challenger->terms->properties == subject->f->terms->properties &&
            model_forecast(ground, &challenger->trained, &subject->record, 1, subject->at_ms, 1, &probability, &why) ==
                ERR_OK) {
            json_begin_object(writer);
            api_write_count(writer, "version", challenger->version);
            write_percent(writer, "probability", probability);
            json_end_object(writer);
        }
        forecaster_release(challenger);
    }
    json_end_array(writer);
}

static enum err write_forecast(struct json_writer *writer, struct request *request, const struct subject *subject,
                               const struct model_ground *ground, struct err_info *why)
{
    struct reasons reasons;
    static const char *const states[FORECAST_STATES] = {
        [FORECAST_NONE] = "none", [FORECAST_OPEN] = "open", [FORECAST_WON] = "won", [FORECAST_LOST] = "lost"};
    enum forecast_state state = state_of(request, subject, ground);
    enum err e =
        find_reasons(subject->f, ground, subject->record, subject->at_ms, REASONS_MAX, request->arena, &reasons, why);
    if (e != ERR_OK) return e;
    json_begin_object(writer);
    api_write_text(writer, "model", subject->f->row.name);
    api_write_count(writer, "version", subject->f->version);
    api_write_text(writer, "object", str_from_c(entity_name(subject->object)));
    api_write_text(writer, "id", history_record_id(ground->history, subject->object, subject->record));
    api_write_instant(writer, "as_of", subject->at_ms);
    api_write_count(writer, "horizon_days", subject->f->row.horizon_days);
    api_write_text(writer, "state", str_from_c(states[state]));
    write_percent(writer, "probability", state == FORECAST_OPEN ? reasons.probability : NAN);
    write_priority(writer, request, subject, state, reasons.probability);
    if (subject->explain) {
        json_key(writer, "reasons");
        write_reasons(writer, &reasons);
        write_shadows(writer, request, subject, ground);
    }
    json_end_object(writer);
    return ERR_OK;
}

void api_forecast_show(struct request *request)
{
    struct subject subject;
    struct model_ground ground;
    struct err_info why = {0};
    if (!find_subject(request, &subject)) return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    struct record_dates dates = {0};
    model_ground_open(request->server->engine, subject.f->terms, &ground);
    if (subject.at_ms != subject.now_ms) { /* what was known of deals then */
        record_dates_find(ground.history, subject.f->terms->draft.catalog, &dates);
        ground.source.dates = &dates;
    }
    enum err e = write_forecast(&writer, request, &subject, &ground, &why);
    record_dates_release(&dates);
    model_ground_close(&ground);
    forecaster_release(subject.f);
    if (e == ERR_OK) request_answer(request, 200, &json);
    else fail(request, &why);
}

/* ---- Whom to call first. ---- */

static bool read_question(struct request *request, struct forecast_question *out)
{
    struct str priority = http_query(request->exchange, "priority");
    out->model = request_path(request, "model");
    if (!request_query_number(request, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT, &out->most) ||
        !request_query_number(request, "after", 0, FORECAST_SKIP_MAX, 0, &out->skip))
        return false;
    out->of_priority = priority.at != NULL;
    if (!out->of_priority) return true;
    for (out->priority = PRIORITY_VERY_HIGH; out->priority <= PRIORITY_LOW; out->priority++)
        if (str_equal(priority, str_from_c(priority_name(out->priority)))) return true;
    return api_refuse(request, 400, "bad_query", STR("priority"), "priority is very high, high, medium or low");
}

/* The reasons of a row as JSON: kept, or made now. Empty: there are none to be had. */
static struct str reasons_text(struct request *request, const struct forecaster *f, const struct model_ground *ground,
                               const struct forecast_row *row)
{
    struct str text = STR("");
    struct reasons reasons;
    struct err_info why = {0};
    struct forecasts *forecasts = request->server->forecasts;
    if (forecasts_find_text(forecasts, f->row.name, row, request->arena, &text)) return text;
    AUTO_ARENA scratch = arena_new();
    AUTO_BUF json = BUF_INIT(REASONS_BYTES_MAX);
    struct json_writer writer = {.out = &json};
    if (find_reasons(f, ground, row->record, api_now_ms(request), FORECAST_REASONS, scratch, &reasons, &why) != ERR_OK)
        return text;
    write_reasons(&writer, &reasons);
    if (json.failed) return text;
    forecasts_keep_text(forecasts, f->row.name, row, buf_str(&json));
    return arena_str(request->arena, buf_str(&json));
}

static void write_row(struct json_writer *writer, struct request *request, const struct forecaster *f,
                      const struct model_ground *ground, const struct forecast_row *row)
{
    json_begin_object(writer);
    api_write_text(writer, "id", history_record_id(ground->history, f->row.object, row->record));
    write_percent(writer, "probability", row->probability);
    api_write_text(writer, "priority", str_from_c(priority_name(row->priority)));
    struct str reasons = reasons_text(request, f, ground, row);
    if (reasons.len > 0) json_key(writer, "reasons");
    if (reasons.len > 0) json_raw(writer, reasons);
    json_end_object(writer);
}

static void write_counts(struct json_writer *writer, const struct forecast_queue *queue)
{
    json_key(writer, "priorities");
    json_begin_array(writer);
    for (enum priority p = PRIORITY_VERY_HIGH; p < PRIORITY_COUNT; p++) {
        json_begin_object(writer);
        api_write_text(writer, "priority", str_from_c(priority_name(p)));
        api_write_count(writer, "records", queue->counts[p]);
        if (p < PRIORITY_LOW) write_percent(writer, "from", queue->cuts.least[p]);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_queue(struct json_writer *writer, struct request *request, const struct forecaster *f,
                        const struct forecast_question *question, const struct forecast_queue *queue)
{
    struct model_ground ground;
    model_ground_open(request->server->engine, f->terms, &ground);
    json_begin_object(writer);
    api_write_text(writer, "model", f->row.name);
    api_write_text(writer, "object", str_from_c(entity_name(f->row.object)));
    api_write_count(writer, "version", queue->version);
    api_write_instant(writer, "everybody_at", queue->all_ms);
    write_counts(writer, queue);
    api_write_count(writer, "total", queue->matching);
    json_key(writer, "results");
    json_begin_array(writer);
    for (uint64_t i = 0; i < queue->count; i++) write_row(writer, request, f, &ground, &queue->rows[i]);
    json_end_array(writer);
    uint64_t next = question->skip + queue->count;
    json_key(writer, "next");
    if (next < queue->matching && next <= FORECAST_SKIP_MAX)
        json_string(writer, arena_format(request->arena, "%llu", (unsigned long long)next));
    else json_null(writer);
    json_end_object(writer);
    model_ground_close(&ground);
}

void api_forecast_index(struct request *request)
{
    struct forecast_question question = {0};
    struct forecast_queue queue;
    struct forecaster *f = NULL;
    struct err_info why = {0};
    if (!read_question(request, &question)) return;
    if (models_forecaster(request->server->models, question.model, 0, &f, &why) != ERR_OK) {
        fail(request, &why);
        return;
    }
    bool known = forecasts_queue(request->server->forecasts, &question, request->arena, &queue);
    if (!known || queue.version != f->version) {
        request_unavailable(request, 5, "everybody is being forecast by a new champion; ask again soon");
    } else {
        AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
        struct json_writer writer = {.out = &json};
        write_queue(&writer, request, f, &question, &queue);
        request_answer(request, 200, &json);
    }
    forecaster_release(f);
}

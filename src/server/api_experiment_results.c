/* api_experiment_results.c — how many records an experiment needs, what it has found, and in which arm a record is. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>

#include "base/instant.h"
#include "core/band.h"
#include "server/api_json.h"
#include "server/experiments.h"

#define DETECTABLE_WEEKS_MAX 52 /* 4, 8, 16, 32: what would be seen after so many */

/* ---- Size. ---- */

/* Weeks until so many records have come and their horizon is over; infinite when none comes. */
static double weeks_for(const struct experiment *experiment, const struct experiment_past *past, uint64_t records)
{
    double a_week = (double)past->came * 7 / EXPERIMENT_PAST_DAYS, horizon = experiment->horizon_days / 7.0;
    if (records <= past->there) return horizon;
    return a_week > 0 ? (double)(records - past->there) / a_week + horizon : INFINITY;
}

static void write_detectable(struct json_writer *writer, const struct experiment *experiment,
                             const struct experiment_past *past, const struct experiment_plan *plan)
{
    double a_week = (double)past->came * 7 / EXPERIMENT_PAST_DAYS;
    json_key(writer, "detectable");
    json_begin_array(writer);
    for (int weeks = 4; weeks <= DETECTABLE_WEEKS_MAX; weeks *= 2) {
        double coming = weeks - experiment->horizon_days / 7.0;
        double records = coming > 0 ? (double)past->there + coming * a_week : 0;
        if (records < 1) continue;
        json_begin_object(writer);
        api_write_count(writer, "weeks", (uint64_t)weeks);
        api_write_count(writer, "records", (uint64_t)records);
        api_write_number(writer, "effect", experiment_detectable(plan, (uint64_t)records));
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_size_sentence(struct json_writer *writer, const struct experiment *experiment,
                                const struct experiment_past *past, const struct experiment_plan *plan)
{
    char text[ERR_MESSAGE_BYTES];
    uint64_t needed = experiment_needed(plan);
    double weeks = weeks_for(experiment, past, needed);
    const char *most = plan->analysis == ANALYSIS_ALWAYS ? "at most " : "";
    if (isfinite(weeks))
        snprintf(text, sizeof text,
                 "%s%llu records are needed; as %.1f come in a week, and each has %u days to convert, that takes "
                 "%s%.0f weeks",
                 most, (unsigned long long)needed, (double)past->came * 7 / EXPERIMENT_PAST_DAYS,
                 experiment->horizon_days, most, ceil(weeks));
    else
        snprintf(text, sizeof text,
                 "%s%llu records are needed, and nobody came in the last %d days: how long that takes is not known",
                 most, (unsigned long long)needed, EXPERIMENT_PAST_DAYS);
    api_write_text(writer, "sentence", str_from_c(text));
}

static void write_size(struct json_writer *writer, const struct experiment *experiment,
                       const struct experiment_past *past, const struct experiment_plan *plan)
{
    struct experiment_size size = experiment_size(plan);
    uint64_t needed = experiment_needed(plan);
    json_begin_object(writer);
    write_size_sentence(writer, experiment, past, plan);
    api_write_number(writer, "base_rate", plan->base_rate);
    json_key(writer, "base_rate_given");
    json_bool(writer, !isnan(experiment->base_rate));
    api_write_number(writer, "effect", plan->effect);
    api_write_count(writer, "planned", size.planned);
    api_write_count(writer, "always", size.always);
    api_write_text(writer, "analysis", str_from_c(analysis_name(plan->analysis)));
    api_write_count(writer, "needed", needed);
    api_write_number(writer, "per_week", (double)past->came * 7 / EXPERIMENT_PAST_DAYS);
    api_write_count(writer, "there", past->there);
    api_write_number(writer, "weeks", weeks_for(experiment, past, needed));
    json_key(writer, "past");
    json_begin_object(writer);
    api_write_count(writer, "records", past->records);
    api_write_count(writer, "converted", past->converted);
    api_write_interval(writer, "rate",
                       interval_wilson((double)past->converted, (double)past->records, 1.959963984540054));
    json_end_object(writer);
    write_detectable(writer, experiment, past, plan);
    json_end_object(writer);
}

void api_experiment_size(struct request *request)
{
    const struct json_item *body;
    struct experiment experiment;
    struct experiment_past past;
    struct experiment_plan plan;
    if (!api_body(request, &body) || !experiment_read(request, body, &experiment) || !api_enter(request)) return;
    experiment.started_ms = experiment.stopped_ms = FOREVER;
    bool good = experiment_past_of(request, &experiment, api_now_ms(request), &past);
    api_leave(request);
    if (!good) return;
    if (!experiment_plan_of(&experiment, past.records > 0 ? (double)past.converted / (double)past.records : 0, &plan)) {
        api_refuse(
            request, 409, plan.base_rate > 0 && plan.base_rate < 1 ? "bad_effect" : "no_base_rate", STR("base_rate"),
            "of a base rate of %.4g (%llu of %llu converted) the effect makes no share: say which base_rate is to "
            "be expected",
            plan.base_rate, (unsigned long long)past.converted, (unsigned long long)past.records);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    write_size(&writer, &experiment, &past, &plan);
    request_answer(request, 200, &json);
}

/* ---- Results. ---- */

/* Everything that was found, between asking and writing. */
struct findings {
    const struct experiment *experiment;
    const struct experiment_ground *ground;
    struct experiment_plan plan;
    struct assignment *assignments;
    uint64_t count;
    uint64_t assigned[ARM_COUNT], pending[ARM_COUNT], mixed[ARM_COUNT];
    struct experiment_result result;
    bool has_figures[ARM_COUNT];
    struct arm_figures figures[ARM_COUNT];
};

static void analyse(struct findings *f)
{
    struct experiment_record *counted = memory_array(f->count, sizeof *counted);
    uint64_t count = 0;
    for (uint64_t i = 0; i < f->count; i++) {
        const struct assignment *one = &f->assignments[i];
        f->assigned[one->arm]++;
        f->pending[one->arm] += !one->over;
        if (one->over) counted[count++] = (struct experiment_record){(uint8_t)one->arm, one->converted};
    }
    experiment_analyse(&f->plan, counted, count, f->assigned, &f->result);
    memory_free(counted);
}

/* False: answered. */
static bool count_mixed(struct request *request, struct findings *f)
{
    struct err_info why = {0};
    if (experiment_count_mixed(f->ground, f->assignments, f->count, f->mixed, &why) == ERR_OK) return true;
    request_fail(request, &why);
    return false;
}

/* The arms' scores. False: answered. */
static bool score_arms(struct request *request, struct findings *f)
{
    for (uint32_t arm = 0; arm < ARM_COUNT; arm++) {
        struct experiment_score score;
        struct err_info why = {0};
        struct str text = f->experiment->ways[arm].text;
        if (text.len == 0) continue;
        enum err e = experiment_score_open(f->ground, text, &score, &why);
        if (e == ERR_OK) {
            experiment_score_figures(f->ground, &score, arm, f->assignments, f->count, request->server->scan_threads,
                                     request->arena, &f->figures[arm]);
            for (uint32_t b = 0; b < f->figures[arm].band_count; b++)
                f->figures[arm].bands[b].label = arena_str(request->arena, f->figures[arm].bands[b].label);
        }
        experiment_score_close(&score);
        if (e != ERR_OK && e != ERR_INVALID) {
            request_fail(request, &why);
            return false;
        }
        f->has_figures[arm] = e == ERR_OK; /* what it builds on may be out of force by now */
    }
    return true;
}

static void write_figures(struct json_writer *writer, const struct experiment_way *way,
                          const struct arm_figures *figures)
{
    const struct {
        const char *name;
        int64_t micro;
    } points[] = {{"lowest", figures->lowest},
                  {"quarter", figures->quarter},
                  {"median", figures->median},
                  {"three_quarters", figures->three_quarters},
                  {"highest", figures->highest}};
    json_begin_object(writer);
    api_write_text(writer, "name", way->score);
    if (way->version > 0) api_write_count(writer, "version", way->version);
    api_write_count(writer, "known", figures->known);
    api_write_count(writer, "unknown", figures->unknown);
    for (size_t i = 0; i < COUNT_OF(points); i++) {
        json_key(writer, points[i].name);
        if (figures->known > 0) json_i64(writer, points_shown(points[i].micro));
        else json_null(writer);
    }
    json_key(writer, "bands");
    json_begin_array(writer);
    for (uint32_t b = 0; b < figures->band_count; b++) {
        const struct arm_band *band = &figures->bands[b];
        json_begin_object(writer);
        json_key(writer, "band");
        if (band->label.len > 0) json_string(writer, band->label);
        else json_null(writer);
        api_write_count(writer, "records", band->records);
        api_write_count(writer, "counted", band->counted);
        api_write_count(writer, "converted", band->converted);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
}

static void write_arms(struct json_writer *writer, const struct findings *f)
{
    json_key(writer, "arms");
    json_begin_array(writer);
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        json_begin_object(writer);
        api_write_text(writer, "arm", arm == ARM_A ? STR("A") : STR("B"));
        api_write_text(writer, "label", f->experiment->ways[arm].label);
        api_write_count(writer, "assigned", f->assigned[arm]);
        api_write_count(writer, "pending", f->pending[arm]);
        api_write_count(writer, "mixed", f->mixed[arm]);
        api_write_count(writer, "counted", f->result.all.records[arm]);
        api_write_count(writer, "converted", f->result.all.converted[arm]);
        api_write_interval(writer, "rate", f->result.all.rate[arm]);
        json_key(writer, "score");
        if (f->has_figures[arm]) write_figures(writer, &f->experiment->ways[arm], &f->figures[arm]);
        else json_null(writer);
        json_end_object(writer);
    }
    json_end_array(writer);
}

/* Of two that are one the lot may have put each in another arm. */
static void warn_of_mixed(struct json_writer *writer, const struct findings *f)
{
    char text[ERR_MESSAGE_BYTES];
    unsigned long long mixed = f->mixed[ARM_A] + f->mixed[ARM_B];
    if (mixed == 0) return;
    snprintf(text, sizeof text,
             "%llu of the records %s merged with one of the other arm while the experiment ran: %s in the arm of the "
             "record that stayed, and may have been treated in both ways",
             mixed, mixed == 1 ? "was" : "were", mixed == 1 ? "it counts" : "each counts");
    json_string(writer, str_from_c(text));
}

static void write_warnings(struct json_writer *writer, const struct findings *f)
{
    json_key(writer, "warnings");
    json_begin_array(writer);
    if (f->ground->rules.pilot != SEGMENT_NONE)
        json_string(writer,
                    STR("the arms are groups that somebody chose, not drawn by lot: what differs between them may "
                        "differ for other reasons"));
    else if (f->result.lots_p < EXPERIMENT_LOTS_DOUBTFUL)
        json_string(writer, STR("the arms are not as large as their shares say: something takes records out of one of "
                                "them, and the result is not to be trusted"));
    warn_of_mixed(writer, f);
    if (f->result.drifted)
        json_string(writer,
                    STR("the difference changed amid the experiment: what was found earlier contradicts what is "
                        "found now"));
    for (int arm = 0; arm < ARM_COUNT; arm++)
        if (f->experiment->ways[arm].text.len > 0 && !f->has_figures[arm])
            json_string(writer, STR("the score of an arm builds on what is not in force any more"));
    json_end_array(writer);
}

static void write_results(struct json_writer *writer, const struct findings *f)
{
    const struct experiment *experiment = f->experiment;
    const struct experiment_result *result = &f->result;
    char sentence[ERR_MESSAGE_BYTES];
    experiment_tell(&f->plan, result, experiment->ways[ARM_A].label, experiment->ways[ARM_B].label, sentence);
    json_begin_object(writer);
    api_write_text(writer, "name", experiment->name);
    api_write_text(writer, "state", str_from_c(experiment_state_name(experiment->state)));
    api_write_instant(writer, "as_of", f->ground->rules.now_ms);
    api_write_text(writer, "verdict", str_from_c(experiment_verdict_name(result->verdict)));
    api_write_text(writer, "sentence", str_from_c(sentence));
    api_write_text(writer, "analysis", str_from_c(analysis_name(f->plan.analysis)));
    api_write_count(writer, "needed", result->needed);
    write_arms(writer, f);
    api_write_interval(writer, "difference", result->all.difference);
    api_write_interval(writer, "ratio", result->all.ratio);
    api_write_number(writer, "p", result->all.p);
    json_key(writer, "always");
    json_begin_object(writer);
    api_write_interval(writer, "difference", result->always);
    api_write_number(writer, "p", result->always_p);
    json_key(writer, "decided_after");
    if (result->always_at > 0) json_i64(writer, (int64_t)result->always_at);
    else json_null(writer);
    json_end_object(writer);
    json_key(writer, "planned");
    json_begin_object(writer);
    json_key(writer, "reached");
    json_bool(writer, result->planned_reached);
    api_write_interval(writer, "difference", result->planned.difference);
    api_write_number(writer, "p", result->planned.p);
    json_end_object(writer);
    write_warnings(writer, f);
    json_end_object(writer);
}

void api_experiment_results(struct request *request)
{
    struct experiment experiment;
    struct experiment_ground ground;
    int64_t as_of_ms;
    if (!api_query_instant(request, "as_of", api_now_ms(request), &as_of_ms) ||
        !experiment_load(request, request_path(request, "name"), &experiment))
        return;
    if (experiment.state == EXPERIMENT_DRAFT) {
        api_refuse(request, 409, "not_started", STR("name"), "the experiment has not been started");
        return;
    }
    if (!api_enter(request)) return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    bool good = experiment_open(request, &experiment, as_of_ms, &ground);
    if (good) {
        struct findings f = {.experiment = &experiment, .ground = &ground};
        struct json_writer writer = {.out = &json};
        bool planned = experiment_plan_of(&experiment, experiment.base_rate, &f.plan);
        INVARIANT(planned); /* asked at the start */
        f.count = experiment_assignments(&ground, request->server->scan_threads, &f.assignments);
        analyse(&f);
        good = count_mixed(request, &f) && score_arms(request, &f);
        if (good) write_results(&writer, &f);
        memory_free(f.assignments);
        experiment_ground_close(&ground);
    }
    api_leave(request);
    if (good) request_answer(request, 200, &json);
}

/* ---- Of one record. ---- */

/* The score by the arm's own definition, as the numbers alone say. */
static void write_own_score(struct json_writer *writer, const struct experiment_ground *ground,
                            const struct experiment_way *way, uint32_t record)
{
    struct experiment_score score;
    struct err_info why = {0};
    bool known = way->text.len > 0 && experiment_score_open(ground, way->text, &score, &why) == ERR_OK;
    json_key(writer, "score");
    if (known) {
        AUTO_ARENA arena = arena_new();
        const struct score *definition = score.draft.set.scores[score.index];
        struct explanation found;
        scan_explain(score.scan, score.index, record, ground->rules.now_ms, arena, &found);
        uint32_t band = found.known ? band_of(definition, found.total, BAND_NONE) : BAND_NONE;
        json_begin_object(writer);
        api_write_text(writer, "name", definition->name);
        json_key(writer, "value");
        if (found.known) json_i64(writer, points_shown(found.total));
        else json_null(writer);
        json_key(writer, "band");
        if (band != BAND_NONE) json_string(writer, definition->bands[band].label);
        else json_null(writer);
        json_end_object(writer);
    } else json_null(writer);
    if (way->text.len > 0) experiment_score_close(&score);
}

/* Its line, when the record takes part. False: answered. */
static bool write_part(struct request *request, struct json_writer *writer, const struct experiment *experiment,
                       uint32_t record)
{
    struct experiment_ground ground;
    if (!experiment_open(request, experiment, api_now_ms(request), &ground)) return false;
    struct assignment found =
        assignment_of(ground.scan, ground.everybody.history, ground.object, &ground.rules, record);
    if (found.arm != ARM_NONE) {
        const struct experiment_way *way = &experiment->ways[found.arm];
        json_begin_object(writer);
        api_write_text(writer, "experiment", experiment->name);
        api_write_text(writer, "state", str_from_c(experiment_state_name(experiment->state)));
        api_write_text(writer, "arm", found.arm == ARM_A ? STR("A") : STR("B"));
        api_write_text(writer, "label", way->label);
        api_write_instant(writer, "since", found.at_ms);
        api_write_instant(writer, "counts_from", found.at_ms + ground.rules.horizon_ms);
        json_key(writer, "converted");
        json_bool(writer, found.converted);
        write_own_score(writer, &ground, way, record);
        json_end_object(writer);
    }
    experiment_ground_close(&ground);
    return true;
}

void api_experiments_of(struct request *request)
{
    enum entity object;
    uint32_t record;
    struct str *names;
    size_t count = 0;
    if (!api_find_path(request, &object, &record) || !experiment_names(request, &names, &count)) return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        struct experiment experiment;
        if (!experiment_load(request, names[i], &experiment)) return;
        if (experiment.state == EXPERIMENT_DRAFT || experiment.conditions.object != object) continue;
        if (!write_part(request, &writer, &experiment, record)) return;
    }
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

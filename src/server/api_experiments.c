/* api_experiments.c — experiments: made as a draft, started, stopped; see experiments.h.
 *
 *     POST /api/v1/experiments   {"name": "new_rules", "outcome": {"event": "bought"}, "horizon_days": 30, "effect": 0.02,
 *                                 "arms": [{"label": "as it is", "score": "lead"}, {"label": "new", "text": "score: lead..."}]}
 *     POST /api/v1/experiments/new_rules/start
 *
 * api_experiment_results.c tells sizes and results. */
// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "server/api_json.h"
#include "server/experiments.h"

static void answer(struct request *request, unsigned status, const struct experiment *experiment)
{
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    experiment_write(&writer, experiment);
    request_answer(request, status, &json);
}

static bool load_path(struct request *request, struct experiment *out)
{
    return experiment_load(request, request_path(request, "name"), out);
}

void api_experiment_index(struct request *request)
{
    struct str *names;
    size_t count = 0;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    pthread_mutex_lock(&request->server->texts_lock);
    bool good = experiment_names(request, &names, &count);
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count && good; i++) {
        struct experiment experiment;
        good = experiment_load(request, names[i], &experiment);
        if (good) experiment_write(&writer, &experiment);
    }
    pthread_mutex_unlock(&request->server->texts_lock);
    json_end_array(&writer);
    json_end_object(&writer);
    if (good) request_answer(request, 200, &json);
}

void api_experiment_show(struct request *request)
{
    struct experiment experiment;
    if (load_path(request, &experiment)) answer(request, 200, &experiment);
}

/* ---- Drafts. ---- */

/* The definition of an arm: its own, or that of a score in force, which is then copied with its version. An arm may have none. */
static bool settle_way(struct request *request, const struct experiment_ground *ground, struct experiment_way *way)
{
    const struct edition *edition = ground->everybody.edition;
    struct experiment_score score;
    struct err_info why = {0};
    if (way->text.len == 0 && way->score.len > 0) {
        uint32_t index = definitions_find_score(&edition->set, way->score);
        if (index == UINT32_MAX || edition->set.scores[index]->object != ground->object)
            return api_refuse(request, 400, "no_such_score", STR("arms"),
                              "no score of a %s in force is called '" STR_FMT "'", entity_name(ground->object),
                              STR_ARG(way->score));
        way->version = edition->versions[index];
        way->text = arena_str(request->arena, edition->texts[index]);
    }
    if (way->text.len == 0) return true;
    enum err e = experiment_score_open(ground, way->text, &score, &why);
    if (e == ERR_OK) way->score = arena_str(request->arena, score.draft.set.scores[score.index]->name);
    experiment_score_close(&score);
    if (e == ERR_OK) return true;
    if (e == ERR_INVALID)
        return api_refuse(request, 400, "bad_definition", STR("arms"), "'" STR_FMT "', line %u: %s",
                          STR_ARG(way->label), why.at.line, why.msg);
    request_fail(request, &why);
    return false;
}

/* Do its conditions and definitions hold? They are settled in `experiment`. */
static bool settle(struct request *request, struct experiment *experiment)
{
    struct experiment_ground ground;
    if (!experiment_open(request, experiment, api_now_ms(request), &ground)) return false;
    bool good = settle_way(request, &ground, &experiment->ways[ARM_A]) &&
                settle_way(request, &ground, &experiment->ways[ARM_B]);
    experiment_ground_close(&ground);
    return good;
}

static bool has_room(struct request *request, struct str name)
{
    struct str *names;
    size_t count = 0;
    bool exists;
    if (!experiment_names(request, &names, &count) || !experiment_exists(request, name, &exists)) return false;
    if (exists)
        return api_refuse(request, 409, "exists", STR("name"), "there is an experiment called '" STR_FMT "'",
                          STR_ARG(name));
    return count < EXPERIMENTS_MAX ||
           api_refuse(request, 409, "too_many", STR("name"), "there are %d experiments already", EXPERIMENTS_MAX);
}

void api_experiment_create(struct request *request)
{
    const struct json_item *body;
    struct experiment experiment, settled;
    if (!api_body(request, &body) || !experiment_read(request, body, &experiment)) return;
    if (!api_is_name(experiment.name)) {
        api_refuse(
            request, 400, "bad_name", STR("name"),
            "an experiment's name has small letters a-z, digits and '_', begins with a letter, and is at most %d "
            "long",
            LIST_NAME_MAX);
        return;
    }
    experiment.state = EXPERIMENT_DRAFT;
    experiment.seed = 0;
    experiment.created_ms = api_now_ms(request);
    experiment.started_ms = experiment.stopped_ms = FOREVER;
    experiment.author = request->actor->text;
    for (int arm = 0; arm < ARM_COUNT; arm++) experiment.ways[arm].version = 0;
    settled = experiment; /* what is in force may change before the start, which settles it for good */
    if (!settle(request, &settled)) return;
    pthread_mutex_lock(&request->server->texts_lock);
    bool kept = has_room(request, experiment.name) && experiment_save(request, &experiment);
    pthread_mutex_unlock(&request->server->texts_lock);
    if (!kept) return;
    api_note(request, request->actor, "experiment.create", experiment.name, STR(""));
    answer(request, 201, &experiment);
}

void api_experiment_delete(struct request *request)
{
    struct experiment experiment;
    pthread_mutex_lock(&request->server->texts_lock);
    bool good = load_path(request, &experiment);
    if (good && experiment.state == EXPERIMENT_RUNNING)
        good = api_refuse(request, 409, "running", STR("name"), "the experiment runs: stop it first");
    if (good) good = experiment_remove(request, experiment.name);
    pthread_mutex_unlock(&request->server->texts_lock);
    if (!good) return;
    api_note(request, request->actor, "experiment.delete", experiment.name, STR(""));
    http_answer(request->exchange, 204, "application/json", STR(""));
}

/* ---- From draft to running to stopped. ---- */

/* A rate to plan with: the experiment's own, or what the past says. */
static bool settle_rate(struct request *request, struct experiment *experiment)
{
    struct experiment_plan plan;
    struct experiment_past past;
    if (isnan(experiment->base_rate)) {
        if (!api_enter(request)) return false;
        bool known = experiment_past_of(request, experiment, api_now_ms(request), &past);
        api_leave(request);
        if (!known) return false;
        if (past.converted == 0 || past.converted == past.records)
            return api_refuse(request, 409, "no_base_rate", STR("base_rate"),
                              "the past does not say how many convert (%llu of %llu did): make the experiment with a "
                              "base_rate",
                              (unsigned long long)past.converted, (unsigned long long)past.records);
        experiment->base_rate = (double)past.converted / (double)past.records;
    }
    if (experiment_plan_of(experiment, experiment->base_rate, &plan)) return true;
    return api_refuse(request, 409, "bad_effect", STR("effect"), "of a base rate of %.4g the effect makes no share",
                      experiment->base_rate);
}

static bool move_to(struct request *request, struct experiment *experiment, enum experiment_state from,
                    enum experiment_state to)
{
    struct experiment kept;
    pthread_mutex_lock(&request->server->texts_lock);
    bool good = load_path(request, &kept);
    if (good && kept.state != from)
        good = api_refuse(request, 409, "wrong_state", STR("name"), "the experiment is %s, and can be %s only when %s",
                          experiment_state_name(kept.state), to == EXPERIMENT_RUNNING ? "started" : "stopped",
                          from == EXPERIMENT_DRAFT ? "it is a draft" : "it runs");
    experiment->state = to;
    if (good) good = experiment_save(request, experiment);
    pthread_mutex_unlock(&request->server->texts_lock);
    return good;
}

void api_experiment_start(struct request *request)
{
    struct experiment experiment;
    if (!load_path(request, &experiment)) return;
    if (experiment.state == EXPERIMENT_DRAFT) { /* else refused below */
        if (!settle(request, &experiment) || !settle_rate(request, &experiment)) return;
        experiment.started_ms = api_now_ms(request);
        experiment.seed =
            str_hash(experiment.name, (uint64_t)experiment.started_ms) >> 12; /* exact in every JSON reader */
    }
    if (!move_to(request, &experiment, EXPERIMENT_DRAFT, EXPERIMENT_RUNNING)) return;
    api_note(request, request->actor, "experiment.start", experiment.name, STR(""));
    answer(request, 200, &experiment);
}

void api_experiment_stop(struct request *request)
{
    struct experiment experiment;
    if (!load_path(request, &experiment)) return;
    experiment.stopped_ms = api_now_ms(request);
    if (!move_to(request, &experiment, EXPERIMENT_RUNNING, EXPERIMENT_STOPPED)) return;
    api_note(request, request->actor, "experiment.stop", experiment.name, STR(""));
    answer(request, 200, &experiment);
}

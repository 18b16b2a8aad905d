/* experiments.c — an experiment's document: read, checked, written, kept. */
// SPDX-License-Identifier: Apache-2.0
#include "server/experiments.h"

#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "server/api_json.h"
#include "server/parsers.h"

#define KEY_PREFIX "experiment/"
#define CONDITION_BYTES_MAX ((size_t)64 * 1024)

const char *experiment_state_name(enum experiment_state state)
{
    static const char *const names[EXPERIMENT_STATES] = {"draft", "running", "stopped"};
    return names[state];
}

/* ---- Reading. ---- */

/* A number between `least` and `most`, both left out. */
static bool read_share(struct request *request, const struct json_item *body, const char *name, double least,
                       double most, double *out)
{
    const struct json_item *item = json_member(body, str_from_c(name));
    if (item == NULL || item->kind == JSON_NULL) return true;
    if (item->kind != JSON_NUMBER || !(item->number > least && item->number < most))
        return api_refuse(request, 400, "wrong_type", str_from_c(name), "%s must be a number between %g and %g", name,
                          least, most);
    *out = item->number;
    return true;
}

/* The condition as text again, on one line: JSON is YAML in flow style. */
static bool read_condition(struct request *request, const struct json_item *body, const char *name, struct str *out)
{
    const struct json_item *item = json_member(body, str_from_c(name));
    if (item == NULL || item->kind == JSON_NULL) return true;
    if (item->kind != JSON_OBJECT)
        return api_refuse(request, 400, "wrong_type", str_from_c(name), "%s is a condition: {\"event\": \"bought\"}",
                          name);
    AUTO_BUF text = BUF_INIT(CONDITION_BYTES_MAX);
    struct json_writer writer = {.out = &text};
    api_write_item(&writer, item);
    if (text.failed)
        return api_refuse(request, 413, "too_big", str_from_c(name), "a condition of more than %zu bytes",
                          CONDITION_BYTES_MAX);
    *out = arena_str(request->arena, buf_str(&text));
    return true;
}

static bool read_way(struct request *request, const struct json_item *item, struct experiment_way *out)
{
    int64_t version = 0;
    if (item->kind != JSON_OBJECT)
        return api_refuse(request, 400, "wrong_type", STR("arms"), "an arm is an object with a label");
    if (!api_member_text(request, item, "label", &out->label) ||
        !api_member_text(request, item, "score", &out->score) || !api_member_text(request, item, "text", &out->text) ||
        !api_member_number(request, item, "version", 0, UINT32_MAX, &version))
        return false;
    out->version = (uint32_t)version;
    if (out->label.len == 0 || out->label.len > EXPERIMENT_LABEL_MAX)
        return api_refuse(request, 400, "bad_label", STR("arms"), "an arm has a label of 1 to %d bytes",
                          EXPERIMENT_LABEL_MAX);
    return true;
}

static bool read_ways(struct request *request, const struct json_item *body, struct experiment *out)
{
    const struct json_item *arms = json_member(body, STR("arms"));
    size_t count = 0;
    if (arms != NULL && arms->kind == JSON_ARRAY)
        for (const struct json_item *arm = json_first(arms); arm != NULL; arm = json_next(arms, arm), count++)
            if (count < ARM_COUNT && !read_way(request, arm, &out->ways[count])) return false;
    if (count != ARM_COUNT)
        return api_refuse(request, 400, "wrong_type", STR("arms"),
                          "an experiment has two arms: what is done now, and what is tried");
    if (str_equal(out->ways[ARM_A].label, out->ways[ARM_B].label))
        return api_refuse(request, 400, "bad_label", STR("arms"), "both arms have the same label");
    return true;
}

static bool read_word(struct request *request, const struct json_item *body, const char *name, struct str *word)
{
    *word = (struct str){0};
    return api_member_text(request, body, name, word);
}

static bool read_kinds(struct request *request, const struct json_item *body, struct experiment *out)
{
    struct str object, analysis, state;
    if (!read_word(request, body, "object", &object) || !read_word(request, body, "analysis", &analysis) ||
        !read_word(request, body, "state", &state))
        return false;
    if (object.len > 0 && !api_object_named(object, &out->conditions.object))
        return api_refuse(request, 400, "wrong_type", STR("object"), "object is contact, company or deal");
    if (str_equal(analysis, str_from_c(analysis_name(ANALYSIS_PLANNED)))) out->analysis = ANALYSIS_PLANNED;
    else if (analysis.len > 0 && !str_equal(analysis, str_from_c(analysis_name(ANALYSIS_ALWAYS))))
        return api_refuse(request, 400, "wrong_type", STR("analysis"),
                          "analysis is always (it may be looked at any time) or planned (one look)");
    for (int s = 0; s < EXPERIMENT_STATES; s++)
        if (str_equal(state, str_from_c(experiment_state_name((enum experiment_state)s))))
            out->state = (enum experiment_state)s;
    return true;
}

static bool read_numbers(struct request *request, const struct json_item *body, struct experiment *out)
{
    int64_t days = 0, seed = 0;
    if (!api_member_number(request, body, "horizon_days", 1, EXPERIMENT_DAYS_MAX, &days) ||
        !api_member_number(request, body, "seed", 0, INT64_MAX, &seed) ||
        !api_member_flag(request, body, "existing", &out->existing) ||
        !read_share(request, body, "share_b", 0, 1, &out->share_b) ||
        !read_share(request, body, "alpha", 0, 0.5, &out->alpha) ||
        !read_share(request, body, "power", 0.5, 1, &out->power) ||
        !read_share(request, body, "base_rate", 0, 1, &out->base_rate) ||
        !read_share(request, body, "effect", -1, 1, &out->effect) ||
        !read_share(request, body, "relative_effect", -1, 100, &out->relative_effect))
        return false;
    out->horizon_days = (uint32_t)days;
    out->seed = (uint64_t)seed;
    if (days == 0)
        return api_refuse(request, 400, "no_horizon", STR("horizon_days"),
                          "horizon_days says how long a record has time to convert");
    if (isnan(out->effect) == isnan(out->relative_effect) || out->effect == 0 || out->relative_effect == 0)
        return api_refuse(request, 400, "no_effect", STR("effect"),
                          "say how large a difference is to be found: effect (0.02 is two points of percent) or "
                          "relative_effect (0.2 is a fifth more than now)");
    return true;
}

bool experiment_read(struct request *request, const struct json_item *body, struct experiment *out)
{
    *out = (struct experiment){.alpha = 0.05,
                               .power = 0.8,
                               .share_b = 0.5,
                               .base_rate = NAN,
                               .effect = NAN,
                               .relative_effect = NAN,
                               .created_ms = FOREVER,
                               .started_ms = FOREVER,
                               .stopped_ms = FOREVER};
    if (!api_member_text(request, body, "name", &out->name) || !api_member_text(request, body, "title", &out->title) ||
        !read_kinds(request, body, out) || !read_ways(request, body, out) || !read_numbers(request, body, out) ||
        !read_condition(request, body, "outcome", &out->conditions.outcome) ||
        !read_condition(request, body, "who", &out->conditions.who) ||
        !read_condition(request, body, "pilot", &out->conditions.pilot) ||
        !api_member_instant(request, body, "created", &out->created_ms) ||
        !api_member_instant(request, body, "started", &out->started_ms) ||
        !api_member_instant(request, body, "stopped", &out->stopped_ms) ||
        !api_member_text(request, body, "author", &out->author))
        return false;
    if (out->title.len > EXPERIMENT_TITLE_MAX)
        return api_refuse(request, 400, "too_long", STR("title"), "a title has at most %d bytes", EXPERIMENT_TITLE_MAX);
    if (out->conditions.outcome.len == 0)
        return api_refuse(request, 400, "no_outcome", STR("outcome"),
                          "outcome is the condition that the arms are compared by, such as {\"event\": \"bought\"}");
    return true;
}

/* ---- Writing. ---- */

static void write_condition(struct json_writer *writer, const char *name, struct str condition)
{
    json_key(writer, name);
    if (condition.len > 0) json_raw(writer, condition);
    else json_null(writer);
}

static void write_way(struct json_writer *writer, const struct experiment_way *way)
{
    json_begin_object(writer);
    api_write_text(writer, "label", way->label);
    if (way->score.len > 0) api_write_text(writer, "score", way->score);
    if (way->version > 0) api_write_count(writer, "version", way->version);
    if (way->text.len > 0) api_write_text(writer, "text", way->text);
    json_end_object(writer);
}

void experiment_write(struct json_writer *writer, const struct experiment *experiment)
{
    json_begin_object(writer);
    api_write_text(writer, "name", experiment->name);
    api_write_text(writer, "title", experiment->title);
    api_write_text(writer, "state", str_from_c(experiment_state_name(experiment->state)));
    api_write_text(writer, "object", str_from_c(entity_name(experiment->conditions.object)));
    write_condition(writer, "who", experiment->conditions.who);
    write_condition(writer, "pilot", experiment->conditions.pilot);
    write_condition(writer, "outcome", experiment->conditions.outcome);
    api_write_count(writer, "horizon_days", experiment->horizon_days);
    json_key(writer, "arms");
    json_begin_array(writer);
    for (int arm = 0; arm < ARM_COUNT; arm++) write_way(writer, &experiment->ways[arm]);
    json_end_array(writer);
    json_key(writer, "existing");
    json_bool(writer, experiment->existing);
    api_write_text(writer, "analysis", str_from_c(analysis_name(experiment->analysis)));
    api_write_number(writer, "share_b", experiment->share_b);
    api_write_number(writer, "alpha", experiment->alpha);
    api_write_number(writer, "power", experiment->power);
    api_write_number(writer, "base_rate", experiment->base_rate);
    api_write_number(writer, "effect", experiment->effect);
    api_write_number(writer, "relative_effect", experiment->relative_effect);
    api_write_count(writer, "seed", experiment->seed);
    api_write_instant(writer, "created", experiment->created_ms);
    api_write_instant(writer, "started", experiment->started_ms);
    api_write_instant(writer, "stopped", experiment->stopped_ms);
    api_write_text(writer, "author", experiment->author);
    json_end_object(writer);
}

/* ---- Keeping. ---- */

static struct str key_of(struct request *request, struct str name)
{
    return arena_format(request->arena, KEY_PREFIX STR_FMT, STR_ARG(name));
}

static bool copy_parsed(struct request *request, const struct json_item *root, struct experiment *out)
{
    if (!experiment_read(request, root, out)) return false;
    struct str *texts[] = {&out->name,
                           &out->title,
                           &out->author,
                           &out->ways[ARM_A].label,
                           &out->ways[ARM_A].score,
                           &out->ways[ARM_A].text,
                           &out->ways[ARM_B].label,
                           &out->ways[ARM_B].score,
                           &out->ways[ARM_B].text};
    for (size_t i = 0; i < COUNT_OF(texts); i++) *texts[i] = arena_str(request->arena, *texts[i]);
    return true;
}

bool experiment_exists(struct request *request, struct str name, bool *out)
{
    struct str text = {0};
    struct err_info why = {0};
    enum err e = store_get_text(request->server->store, key_of(request, name), request->arena, &text, &why);
    *out = e == ERR_OK;
    if (e == ERR_OK || e == ERR_NOT_FOUND) return true;
    request_fail(request, &why);
    return false;
}

bool experiment_load(struct request *request, struct str name, struct experiment *out)
{
    struct str text = {0};
    struct err_info why = {0};
    enum err e = store_get_text(request->server->store, key_of(request, name), request->arena, &text, &why);
    if (e == ERR_NOT_FOUND)
        return api_refuse(request, 404, "not_found", STR("name"), "no experiment is called '" STR_FMT "'",
                          STR_ARG(name));
    AUTO_BUF padded = BUF_INIT(text.len + JSON_PADDING);
    buf_append(&padded, text);
    buf_append_repeat(&padded, '\0', JSON_PADDING);
    struct json_parser *parser = parsers_borrow(request->server->parsers);
    const struct json_item *root = NULL;
    if (e == ERR_OK) e = json_parse(parser, (struct str){padded.at, text.len}, &root, &why);
    if (e != ERR_OK) request_fail(request, &why);
    bool good = e == ERR_OK && copy_parsed(request, root, out);
    parsers_return(request->server->parsers, parser, text.len);
    return good;
}

bool experiment_save(struct request *request, const struct experiment *experiment)
{
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    struct err_info why = {0};
    experiment_write(&writer, experiment);
    if (json.failed) return api_refuse(request, 413, "too_big", (struct str){0}, "the experiment is too long");
    if (store_put_text(request->server->store, key_of(request, experiment->name), buf_str(&json), &why) == ERR_OK)
        return true;
    request_fail(request, &why);
    return false;
}

bool experiment_remove(struct request *request, struct str name)
{
    struct err_info why = {0};
    if (store_put_text(request->server->store, key_of(request, name), STR(""), &why) == ERR_OK) return true;
    request_fail(request, &why);
    return false;
}

bool experiment_names(struct request *request, struct str **out, size_t *count)
{
    struct err_info why = {0};
    if (store_text_names(request->server->store, STR(KEY_PREFIX), request->arena, out, count, &why) != ERR_OK) {
        request_fail(request, &why);
        return false;
    }
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (struct str){(*out)[i].at + strlen(KEY_PREFIX), (*out)[i].len - strlen(KEY_PREFIX)};
    return true;
}

/* ---- Its numbers. ---- */

bool experiment_plan_of(const struct experiment *experiment, double base_rate, struct experiment_plan *out)
{
    double rate = isnan(experiment->base_rate) ? base_rate : experiment->base_rate;
    *out = (struct experiment_plan){.base_rate = rate,
                                    .effect = isnan(experiment->effect) ? rate * experiment->relative_effect
                                                                        : experiment->effect,
                                    .share_b = experiment->share_b,
                                    .alpha = experiment->alpha,
                                    .power = experiment->power,
                                    .analysis = experiment->analysis};
    return rate > 0 && rate < 1 && rate + out->effect > 0 && rate + out->effect < 1;
}

/* ---- Held against the facts. ---- */

bool experiment_open(struct request *request, const struct experiment *experiment, int64_t now_ms,
                     struct experiment_ground *out)
{
    struct err_info why = {0};
    const char *which = NULL;
    enum err e = experiment_ground_open(request->server->engine, &experiment->conditions, now_ms, out, &which, &why);
    if (e == ERR_OK) {
        out->rules.seed = experiment->seed;
        out->rules.share_b = experiment->share_b;
        out->rules.existing = experiment->existing;
        out->rules.horizon_ms = experiment->horizon_days * MS_PER_DAY;
        out->rules.from_ms = experiment->started_ms == FOREVER ? now_ms : experiment->started_ms;
        out->rules.to_ms = experiment->stopped_ms == FOREVER ? now_ms : experiment->stopped_ms;
        return true;
    }
    experiment_ground_close(out);
    if (e == ERR_INVALID && which != NULL)
        return api_refuse(request, 400, "bad_condition", str_from_c(which), "%s", why.msg);
    request_fail(request, &why);
    return false;
}

bool experiment_past_of(struct request *request, const struct experiment *experiment, int64_t now_ms,
                        struct experiment_past *out)
{
    struct experiment_ground ground;
    *out = (struct experiment_past){0};
    if (!experiment_open(request, experiment, now_ms, &ground)) return false;
    struct assignment *found;
    unsigned threads = request->server->scan_threads;
    int64_t span_ms = EXPERIMENT_PAST_DAYS * MS_PER_DAY;
    ground.rules.existing = false;
    ground.rules.to_ms = now_ms;
    ground.rules.from_ms = now_ms - span_ms - ground.rules.horizon_ms;
    uint64_t count = experiment_assignments(&ground, threads, &found);
    for (uint64_t i = 0; i < count; i++) {
        out->records += found[i].over;
        out->converted += found[i].over && found[i].converted;
        out->came += found[i].at_ms > now_ms - span_ms;
    }
    memory_free(found);
    if (experiment->existing) {
        ground.rules.existing = true;
        ground.rules.from_ms = now_ms;
        out->there = experiment_assignments(&ground, threads, &found);
        memory_free(found);
    }
    experiment_ground_close(&ground);
    return true;
}

/* api_models.c — models: what is to be foreseen is said, trained, looked at, and given to another version.
 *
 *     PUT  /api/v1/models/close       {"horizon_days": 90, "score": "lead"}
 *     POST /api/v1/models/close/train
 *     GET  /api/v1/models/close                    how good it is, what it uses, whether it drifts */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "server/api.h"
#include "server/api_json.h"
#include "server/api_jobs.h"
#include "server/model_json.h"

#define HORIZON_DEFAULT 90
#define HORIZON_MAX 3650
#define RETRAIN_DEFAULT 30
#define RETRAIN_MAX 3650
#define OUTCOME_BYTES_MAX ((size_t)64 * 1024)

static bool is_name(struct str name)
{
    if (name.len == 0 || name.len > MODEL_NAME_MAX || name.at[0] < 'a' || name.at[0] > 'z') return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9')) return false;
    }
    return true;
}

/* 404, 409 and 400 by what is wrong with a model. */
static void fail(struct request *request, const struct err_info *why)
{
    if (why->code == ERR_CONFLICT) api_refuse(request, 409, "conflict", request_last_name(request), "%s", why->msg);
    else if (why->code == ERR_INVALID) api_refuse(request, 400, "bad_model", STR("outcome"), "%s", why->msg);
    else request_fail(request, why);
}

static bool find(struct request *request, struct model_info *out)
{
    struct err_info why = {0};
    enum err e = models_find(request->server->models, request_path(request, "model"), request->arena, out, &why);
    if (e == ERR_NOT_FOUND) return api_refuse(request, 404, "not_found", STR("model"), "%s", why.msg);
    if (e != ERR_OK) fail(request, &why);
    return e == ERR_OK;
}

static void answer_model(struct request *request, unsigned status)
{
    struct model_info info = {0};
    if (!find(request, &info)) return;
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    model_json_model(&writer, &info, true);
    request_answer(request, status, &json);
}

void api_model_index(struct request *request)
{
    struct model_info *all = NULL;
    size_t count = 0;
    struct err_info why = {0};
    if (models_all(request->server->models, request->arena, &all, &count, &why) != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    json_key(&writer, "results");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) model_json_model(&writer, &all[i], false);
    json_end_array(&writer);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

void api_model_show(struct request *request)
{
    answer_model(request, 200);
}

/* ---- Saying what is to be foreseen. ---- */

static bool read_outcome(struct request *request, const struct json_item *body, struct str *out)
{
    const struct json_item *outcome = json_member(body, STR("outcome"));
    if (outcome == NULL || outcome->kind == JSON_NULL) return true;
    if (outcome->kind == JSON_STRING) {
        *out = str_trim(outcome->text);
        return true;
    }
    AUTO_BUF text = BUF_INIT(OUTCOME_BYTES_MAX);
    struct json_writer writer = {.out = &text};
    api_write_item(&writer, outcome);
    if (outcome->kind != JSON_OBJECT || text.failed)
        return api_refuse(
            request, 400, "wrong_type", STR("outcome"),
            "outcome is a condition that becomes true, {\"property\": \"plan\", \"is\": \"pro\"}, or the name "
            "of a segment");
    *out = arena_str(request->arena, buf_str(&text));
    return true;
}

static bool read_row(struct request *request, const struct json_item *body, struct model_row *out)
{
    struct str object = STR("contact"), promote = STR("rule");
    int64_t horizon = HORIZON_DEFAULT, retrain = RETRAIN_DEFAULT;
    *out = (struct model_row){.name = request_path(request, "model"), .made_ms = api_now_ms(request)};
    if (!api_member_text(request, body, "object", &object) || !read_outcome(request, body, &out->outcome) ||
        !api_member_number(request, body, "horizon_days", 1, HORIZON_MAX, &horizon) ||
        !api_member_text(request, body, "score", &out->score) ||
        !api_member_number(request, body, "retrain_days", 0, RETRAIN_MAX, &retrain) ||
        !api_member_text(request, body, "promote", &promote) ||
        !api_member_flag(request, body, "use_protected", &out->use_protected))
        return false;
    out->horizon_days = (uint32_t)horizon;
    out->retrain_days = (uint32_t)retrain;
    out->by_hand = str_equal(promote, STR("hand"));
    if (!is_name(out->name))
        return api_refuse(request, 400, "bad_name", STR("name"),
                          "a model's name has small letters a-z, digits and '_', begins with a letter, and is at most "
                          "%d long",
                          MODEL_NAME_MAX);
    if (!api_object_named(object, &out->object))
        return api_refuse(request, 400, "wrong_type", STR("object"), "object is contact, company or deal");
    if (out->by_hand || str_equal(promote, STR("rule"))) return true;
    return api_refuse(request, 400, "wrong_type", STR("promote"), "promote is rule or hand");
}

void api_model_put(struct request *request)
{
    const struct json_item *body;
    struct model_row row;
    struct err_info why = {0};
    bool made;
    if (!api_body(request, &body) || !read_row(request, body, &row)) return;
    if (models_put(request->server->models, &row, &made, &why) != ERR_OK) {
        fail(request, &why);
        return;
    }
    api_note(request, request->actor, "model.put", row.name, STR(""));
    answer_model(request, made ? 201 : 200);
}

void api_model_delete(struct request *request)
{
    struct err_info why = {0};
    struct str name = request_path(request, "model");
    if (models_delete(request->server->models, name, &why) != ERR_OK) {
        fail(request, &why);
        return;
    }
    api_note(request, request->actor, "model.delete", name, STR(""));
    http_answer(request->exchange, 204, "application/json", STR(""));
}

/* ---- Its versions. ---- */

void api_model_train(struct request *request)
{
    struct model_info info = {0};
    struct job job;
    struct err_info why = {0};
    uint64_t number = 0;
    if (!find(request, &info)) return;
    if (models_train(request->server->models, info.row.name, request->actor->text, &number, &why) != ERR_OK) {
        request_unavailable(request, 10, why.msg);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    if (jobs_look(request->server->jobs, number, &job)) job_write(&writer, &job);
    request_answer(request, 202, &json);
}

static bool read_number(struct request *request, uint32_t *out)
{
    struct str text = request_path(request, "version");
    uint64_t number = 0;
    if (!str_to_u64(text, &number) || number == 0 || number > UINT32_MAX)
        return api_refuse(request, 404, "not_found", STR("version"), "'" STR_FMT "' is no version", STR_ARG(text));
    *out = (uint32_t)number;
    return true;
}

void api_model_version_show(struct request *request)
{
    struct model_info info = {0};
    uint32_t number = 0;
    if (!find(request, &info) || !read_number(request, &number)) return;
    const struct model_version_row *version = model_version(&info, number);
    if (version == NULL) {
        api_refuse(request, 404, "not_found", STR("version"), "'" STR_FMT "' has no version %u", STR_ARG(info.row.name),
                   (unsigned)number);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    model_json_version(&writer, version, true);
    request_answer(request, 200, &json);
}

static void note_champion(struct request *request, const char *action, uint32_t number)
{
    struct str target =
        arena_format(request->arena, STR_FMT "/%u", STR_ARG(request_path(request, "model")), (unsigned)number);
    api_note(request, request->actor, action, target, STR("{\"by\":\"hand\"}"));
}

void api_model_promote(struct request *request)
{
    uint32_t number = 0;
    struct model_info info = {0};
    struct err_info why = {0};
    if (!find(request, &info) || !read_number(request, &number)) return;
    if (models_promote(request->server->models, request_path(request, "model"), number, &why) != ERR_OK) {
        fail(request, &why);
        return;
    }
    note_champion(request, "model.promote", number);
    answer_model(request, 200);
}

void api_model_rollback(struct request *request)
{
    uint32_t number = 0;
    struct err_info why = {0};
    if (models_roll_back(request->server->models, request_path(request, "model"), &number, &why) != ERR_OK) {
        fail(request, &why);
        return;
    }
    note_champion(request, "model.rollback", number);
    answer_model(request, 200);
}

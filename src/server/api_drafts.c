/* api_drafts.c — texts that are not in force yet: kept, checked, tried over everybody.
 *
 * A draft has an ETag, made of its text. Whoever puts another in its place says which one was edited, as whoever publishes
 * does: there is only one draft of a score, and nobody's work goes by accident. */
// SPDX-License-Identifier: Apache-2.0
#include "engine/preview.h"
#include "server/api.h"
#include "server/api_definition.h"
#include "server/api_json.h"
#include "server/drafts.h"
#include "server/previews.h"

#define DRAFT_BYTES_MAX YAML_BYTES_MAX
#define OUTCOME_BYTES_MAX ((size_t)64 * 1024)

/* ---- Mistakes. ---- */

void api_write_diagnostics(struct json_writer *writer, const struct diagnostics *diagnostics, enum severity severity)
{
    json_begin_array(writer);
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct diagnostic *one = &diagnostics->item[i];
        if (one->severity != severity) continue;
        json_begin_object(writer);
        api_write_text(writer, "message", one->message);
        if (one->source != NULL) api_write_text(writer, "source", one->source->name);
        api_write_count(writer, "line", one->at.line);
        api_write_count(writer, "column", one->at.column);
        api_write_count(writer, "length", one->at.length);
        json_end_object(writer);
    }
    json_end_array(writer);
}

void api_write_validation(struct json_writer *writer, const struct diagnostics *diagnostics)
{
    json_begin_object(writer);
    json_key(writer, "valid");
    json_bool(writer, diagnostics->errors == 0);
    json_key(writer, "errors");
    api_write_diagnostics(writer, diagnostics, SEVERITY_ERROR);
    json_key(writer, "warnings");
    api_write_diagnostics(writer, diagnostics, SEVERITY_WARNING);
    json_end_object(writer);
}

static bool read_text(struct request *request, const struct json_item *body, struct str *out)
{
    *out = (struct str){0};
    if (!api_member_text(request, body, "text", out)) return false;
    if (out->len == 0)
        return api_refuse(request, 400, "no_text", STR("text"), "text is the definition, in YAML or JSON");
    if (out->len <= DRAFT_BYTES_MAX) return true;
    return api_refuse(request, 413, "too_big", STR("text"), "a text of more than %zu bytes", DRAFT_BYTES_MAX);
}

static void answer_validation(struct request *request, struct str text)
{
    struct diagnostics *diagnostics = ARENA_NEW(request->arena, struct diagnostics);
    struct err_info why = {0};
    diagnostics_init(diagnostics, request->arena);
    enum err failure = engine_validate(request->server->engine, text, STR("draft"), diagnostics, &why);
    if (failure != ERR_OK && diagnostics->errors == 0) {
        request_fail(request, &why);
        return;
    }
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    api_write_validation(&writer, diagnostics);
    request_answer(request, 200, &json);
}

void api_definition_validate(struct request *request)
{
    const struct json_item *body;
    struct str text;
    if (api_body(request, &body) && read_text(request, body, &text)) answer_validation(request, text);
}

/* ---- Drafts. ---- */

void api_draft_show(struct request *request)
{
    struct str text = {0};
    struct err_info why = {0};
    enum err failure = draft_load(request->server, request_path(request, "name"), request->arena, &text, &why);
    if (failure == ERR_NOT_FOUND) {
        api_refuse(request, 404, "not_found", STR("name"), "'" STR_FMT "' has no draft",
                   STR_ARG(request_path(request, "name")));
        return;
    }
    if (failure != ERR_OK) {
        request_fail(request, &why);
        return;
    }
    http_set_header(request->exchange, "ETag", draft_tag(request->arena, text));
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    json_begin_object(&writer);
    api_write_text(&writer, "name", request_path(request, "name"));
    api_write_text(&writer, "text", text);
    json_end_object(&writer);
    request_answer(request, 200, &json);
}

bool api_draft_text(struct request *request, struct str score, struct str *out)
{
    struct err_info why = {0};
    enum err e = draft_load(request->server, score, request->arena, out, &why);
    if (e == ERR_OK) return true;
    if (e == ERR_NOT_FOUND)
        return api_refuse(request, 404, "not_found", STR("draft"), "'" STR_FMT "' has no draft", STR_ARG(score));
    request_fail(request, &why);
    return false;
}

bool api_draft_refused(struct request *request, bool there, const struct err_info *why)
{
    if (why->code != ERR_CONFLICT) {
        request_fail(request, why);
        return false;
    }
    if (there && http_header(request->exchange, "If-Match").at == NULL)
        return api_refuse(request, 428, "precondition_required", STR("If-Match"),
                          "there is a draft already: send its ETag as If-Match, or If-Match: * to replace "
                          "whatever is there");
    return api_refuse(request, 412, "version_changed", STR("If-Match"), "%s", why->msg);
}

void api_draft_put(struct request *request)
{
    const struct json_item *body;
    struct str text;
    struct err_info why = {0};
    if (request_path(request, "name").len > NAME_MAX_BYTES) {
        api_refuse(request, 400, "name_too_long", STR("name"), "a name has at most %d bytes", NAME_MAX_BYTES);
        return;
    }
    if (!api_body(request, &body) || !read_text(request, body, &text)) return;
    bool there = false;
    enum err e = draft_put(request->server, request_path(request, "name"), text,
                           http_header(request->exchange, "If-Match"), &there, &why);
    if (e == ERR_OK) {
        http_set_header(request->exchange, "ETag", draft_tag(request->arena, text));
        answer_validation(request, text);
    } else {
        api_draft_refused(request, there, &why);
    }
}

void api_draft_delete(struct request *request)
{
    struct err_info why = {0};
    enum err failure =
        store_put_text(request->server->store, draft_key(request->arena, request_path(request, "name")), STR(""), &why);
    if (failure != ERR_OK && failure != ERR_NOT_FOUND) request_fail(request, &why);
    else http_answer(request->exchange, 204, "application/json", STR(""));
}

/* ---- Preview. ---- */

static void write_counts(struct json_writer *writer, const char *name, const uint64_t *counts, uint32_t count)
{
    json_key(writer, name);
    json_begin_array(writer);
    for (uint32_t i = 0; i < count; i++) json_i64(writer, (int64_t)counts[i]);
    json_end_array(writer);
}

static void write_band(struct json_writer *writer, const struct preview *preview, uint32_t index)
{
    if (preview->bands[index].label.len > 0) json_string(writer, preview->bands[index].label);
    else json_null(writer);
}

static void write_bands(struct json_writer *writer, const struct preview *preview, bool with_outcome)
{
    json_key(writer, "bands");
    json_begin_array(writer);
    for (uint32_t b = 0; b < preview->band_count; b++) {
        json_begin_object(writer);
        json_key(writer, "band");
        write_band(writer, preview, b);
        api_write_count(writer, "before", preview->bands[b].before);
        api_write_count(writer, "after", preview->bands[b].after);
        if (with_outcome) api_write_count(writer, "converted", preview->bands[b].converted);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_key(writer, "moves");
    json_begin_array(writer);
    for (uint32_t i = 0; i < preview->band_count * preview->band_count; i++) {
        uint32_t from = i / preview->band_count, to = i % preview->band_count;
        if (from == to || preview->moves[i] == 0) continue;
        json_begin_object(writer);
        json_key(writer, "from");
        write_band(writer, preview, from);
        json_key(writer, "to");
        write_band(writer, preview, to);
        api_write_count(writer, "count", preview->moves[i]);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_points(struct json_writer *writer, const char *name, const char *micro_name, bool known,
                         int64_t micro)
{
    json_key(writer, name);
    if (known) json_i64(writer, points_shown(micro));
    else json_null(writer);
    json_key(writer, micro_name);
    if (known) json_i64(writer, micro);
    else json_null(writer);
}

static void write_movers(struct json_writer *writer, const struct preview *preview, const struct history *history,
                         enum entity object)
{
    json_key(writer, "movers");
    json_begin_array(writer);
    for (uint32_t i = 0; i < preview->mover_count; i++) {
        const struct preview_mover *mover = &preview->movers[i];
        json_begin_object(writer);
        api_write_text(writer, "id", history_record_id(history, object, mover->record));
        write_points(writer, "before", "before_micro", mover->known_before, mover->before);
        write_points(writer, "after", "after_micro", mover->known_after, mover->after);
        json_key(writer, "from");
        write_band(writer, preview, mover->from);
        json_key(writer, "to");
        write_band(writer, preview, mover->to);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void write_preview(struct json_writer *writer, const struct preview *preview, const struct everybody *everybody)
{
    enum entity object = preview->object;
    json_begin_object(writer);
    api_write_text(writer, "score", preview->score);
    api_write_text(writer, "object", str_from_c(entity_name(object)));
    api_write_instant(writer, "as_of", everybody->as_of_ms);
    api_write_count(writer, "records", preview->records);
    api_write_count(writer, "known_before", preview->known_before);
    api_write_count(writer, "known_after", preview->known_after);
    api_write_count(writer, "changed", preview->changed);
    api_write_count(writer, "moved", preview->moved);
    api_write_count(writer, "alerts", preview->alerts);
    json_key(writer, "histogram");
    json_begin_object(writer);
    json_key(writer, "floor");
    json_i64(writer, preview->floor);
    json_key(writer, "width");
    json_i64(writer, preview->width);
    write_counts(writer, "before", preview->bins_before, preview->bin_count);
    write_counts(writer, "after", preview->bins_after, preview->bin_count);
    json_end_object(writer);
    write_bands(writer, preview, object == ENTITY_CONTACT);
    write_movers(writer, preview, everybody->history, object);
    json_end_object(writer);
}

static bool read_outcome(struct request *request, const struct json_item *body, struct str *out)
{
    const struct json_item *outcome = json_member(body, STR("outcome"));
    if (outcome == NULL || outcome->kind == JSON_NULL) return true;
    AUTO_BUF text = BUF_INIT(OUTCOME_BYTES_MAX);
    struct json_writer writer = {.out = &text};
    api_write_item(&writer, outcome);
    if (outcome->kind != JSON_OBJECT || text.failed)
        return api_refuse(request, 400, "wrong_type", STR("outcome"),
                          "outcome is a condition of a contact that became a customer");
    *out = arena_str(request->arena, buf_str(&text));
    return true;
}

bool api_first_score(struct request *request, struct str text, struct str *out)
{
    struct catalog *scratch = catalog_new();
    struct diagnostics *diagnostics = ARENA_NEW(request->arena, struct diagnostics);
    struct definitions set;
    struct source *source = ARENA_NEW(request->arena, struct source);
    *source = (struct source){STR("draft"), text};
    diagnostics_init(diagnostics, request->arena);
    definitions_init(&set, request->arena, scratch);
    bool readable = definitions_parse(&set, source, diagnostics);
    catalog_free(scratch);
    *out = (struct str){0};
    for (uint32_t i = set.score_count; readable && i-- > 0;)
        if (!set.scores[i]->anonymous) *out = set.scores[i]->name;
    if (out->len > 0) return true;
    struct err_info why = {0};
    if (readable) err_set(&why, ERR_INVALID, "the text defines no score; begin with 'score: NAME'");
    else err_set_at(&why, ERR_INVALID, diagnostics->item[0].at, STR_FMT, STR_ARG(diagnostics->item[0].message));
    request_fail(request, &why);
    return false;
}

/* {"text"}, or {"score", "draft": true}. */
static bool read_tried(struct request *request, const struct json_item *body, struct str *text, struct str *name)
{
    bool draft = false;
    *name = (struct str){0};
    if (!api_member_flag(request, body, "draft", &draft)) return false;
    if (!draft) return read_text(request, body, text) && api_first_score(request, *text, name);
    if (!api_member_text(request, body, "score", name)) return false;
    if (json_member(body, STR("text")) != NULL)
        return api_refuse(request, 400, "wrong_type", STR("draft"), "either the draft is meant or the text");
    if (name->len == 0 || name->len > NAME_MAX_BYTES)
        return api_refuse(request, 400, "no_score", STR("score"),
                          "score is the name of the score whose draft is meant");
    return api_draft_text(request, *name, text);
}

static uint32_t remembered_band(void *context, const struct edition *edition, uint32_t score, uint32_t record)
{
    return engine_band(context, edition, score, record);
}

void api_score_preview(struct request *request)
{
    struct engine *engine = request->server->engine;
    const struct json_item *body;
    struct str text = {0}, name, outcome = {0};
    struct err_info why = {0};
    if (!api_body(request, &body) || !read_tried(request, body, &text, &name) ||
        !read_outcome(request, body, &outcome) || !api_enter(request))
        return;
    const struct preview_use *use = previews_take(request->server->previews, name);
    if (use == NULL) {
        api_leave(request);
        request_unavailable(request, 1, "other drafts are being tried; ask again in a second");
        return;
    }
    struct preview *preview = ARENA_NEW(request->arena, struct preview);
    enum err failure =
        preview_draft(use->ground, text, outcome, remembered_band, engine, request->arena, preview, &why);
    AUTO_BUF json = BUF_INIT(REQUEST_JSON_MAX);
    struct json_writer writer = {.out = &json};
    if (failure == ERR_OK) write_preview(&writer, preview, use->everybody);
    previews_give(request->server->previews, use);
    api_leave(request);
    if (failure == ERR_OK) request_answer(request, 200, &json);
    else request_fail(request, &why);
}

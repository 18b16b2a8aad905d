/* cmd_apply.c — `plumb apply`: definitions in force, after their author saw whom they move.
 *
 * The files are published together, as one text; places of mistakes are turned back into places of files. */
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/definition_files.h"
#include "app/forecast.h"
#include "app/offline.h"
#include "app/remote.h"
#include "app/summary.h"
#include "app/threads.h"
#include "base/input.h"
#include "engine/documents.h"
#include "server/role.h"

#define TEXT_BYTES_MAX DOCUMENT_BYTES_MAX
#define BODY_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define TOGETHER "definitions" /* what the whole text is called */

static const struct option apply_options[] = {
    {.name = "yes", .help = "Do not ask. Without a terminal nothing is put in force but with this."},
    {.name = "changes",
     .argument = "silent|net|replay",
     .help = "Who hears of a record that comes into another band: nobody, everyone who listens (net, the default), or "
             "as if the definition had always held."},
    {.name = "note", .argument = "TEXT", .help = "Why, for the list of versions."},
    OFFLINE_DATA_OPTION,
    REMOTE_OPTIONS,
};

static const struct example apply_examples[] = {
    {.text = "See whom it moves, and decide:", .line = "plumb apply lead_score.yaml --note 'demo requests count more'"},
    {.text = "From a pipeline, against the running server:",
     .line = "plumb apply *.yaml --yes --url https://plumb.acme.com"},
};

struct definition_file {
    struct source source;
    uint32_t first_line; /* in the whole text */
};

struct apply {
    struct app *app;
    const struct arguments *arguments;
    struct arena *arena;
    enum publish_changes changes;
    struct definition_file *files;
    size_t file_count;
    struct str text; /* of all files */
    struct document *documents;
    size_t document_count;
    uint64_t *versions; /* [document_count] of each in force when it was looked at; 0: none */
    struct diagnostics *diagnostics;
    struct offline offline;
    struct remote *remote; /* NULL: offline */
};

/* ---- The files, and places in them. ---- */

static uint32_t count_lines(struct str text)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < text.len; i++) lines += text.at[i] == '\n';
    return lines;
}

static enum err read_files(struct apply *a, struct err_info *why)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES_MAX);
    a->file_count = a->arguments->operand_count;
    a->files = ARENA_ARRAY(a->arena, struct definition_file, a->file_count);
    for (size_t i = 0; i < a->file_count; i++) {
        struct definition_file *file = &a->files[i];
        const char *path = a->arguments->operands[i];
        enum err e = input_read_all(path, DEFINITION_BYTES_MAX, a->arena, &file->source.text, why);
        if (e != ERR_OK) return e;
        file->source.name = strcmp(path, "-") == 0 ? STR("standard input") : str_from_c(path);
        if (i > 0) buf_append_c(&text, "\n---\n");
        file->first_line = count_lines(buf_str(&text)) + 1;
        buf_append(&text, file->source.text);
    }
    if (text.failed)
        return err_set(why, ERR_TOO_BIG, "the definitions are longer than %zu bytes together", TEXT_BYTES_MAX);
    a->text = arena_str(a->arena, buf_str(&text));
    return ERR_OK;
}

static void report(struct apply *a)
{
    AUTO_BUF text = BUF_INIT((size_t)64 * 1024);
    for (size_t i = 0; i < a->diagnostics->count; i++) {
        struct diagnostic one = a->diagnostics->item[i];
        const struct definition_file *file = &a->files[0];
        bool is_ours = one.source != NULL && str_equal(one.source->name, STR(TOGETHER));
        for (size_t k = 1; is_ours && k < a->file_count && a->files[k].first_line <= one.at.line; k++) file++;
        if (is_ours) one.source = &file->source;
        if (is_ours && one.at.line >= file->first_line) one.at.line -= file->first_line - 1;
        buf_clear(&text);
        diagnostic_render(&one, a->app->err_colour, &text);
        fwrite(text.at, 1, text.len, a->app->err);
    }
    a->diagnostics->count = 0; /* told */
}

/* ---- Asking a server. ---- */

static void begin_body(struct json_writer *writer, struct str text)
{
    json_begin_object(writer);
    json_key(writer, "text");
    json_string(writer, text);
}

static void read_mistakes(struct apply *a, const struct json_item *list, enum severity severity)
{
    struct source *whole = ARENA_NEW(a->arena, struct source);
    *whole = (struct source){STR(TOGETHER), a->text};
    if (list == NULL || list->kind != JSON_ARRAY) return;
    for (const struct json_item *one = json_first(list); one != NULL; one = json_next(list, one)) {
        static const char *const names[] = {"line", "column", "length"};
        uint64_t numbers[COUNT_OF(names)] = {0};
        const struct json_item *message = one->kind == JSON_OBJECT ? json_member(one, STR("message")) : NULL;
        if (message == NULL || message->kind != JSON_STRING) continue;
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            const struct json_item *number = json_member(one, str_from_c(names[i]));
            if (number == NULL || !str_to_u64(number->text, &numbers[i]) || numbers[i] > UINT32_MAX) numbers[i] = 0;
        }
        struct place at = {(uint32_t)numbers[0], (uint32_t)numbers[1], (uint32_t)numbers[2]};
        if (severity == SEVERITY_ERROR) diagnostics_error(a->diagnostics, whole, at, STR_FMT, STR_ARG(message->text));
        else diagnostics_warning(a->diagnostics, whole, at, STR_FMT, STR_ARG(message->text));
    }
}

static enum err validate_there(struct apply *a, struct err_info *why)
{
    AUTO_BUF body = BUF_INIT(BODY_BYTES_MAX);
    struct json_writer writer = {.out = &body};
    const struct json_item *answer;
    begin_body(&writer, a->text);
    json_end_object(&writer);
    enum err e = remote_call(a->remote, "POST", "/api/v1/scores/validate", buf_str(&body), &answer, why);
    if (e != ERR_OK) return e;
    if (answer == NULL || answer->kind != JSON_OBJECT)
        return err_set(why, ERR_INVALID, "the server's answer is not JSON");
    read_mistakes(a, json_member(answer, STR("errors")), SEVERITY_ERROR);
    read_mistakes(a, json_member(answer, STR("warnings")), SEVERITY_WARNING);
    return ERR_OK;
}

/* What is there now, so that nothing is replaced that nobody here has seen. */
static enum err look_there(struct apply *a, struct err_info *why)
{
    a->versions = ARENA_ARRAY(a->arena, uint64_t, a->document_count);
    for (size_t i = 0; i < a->document_count; i++) {
        const struct document *document = &a->documents[i];
        const struct json_item *answer;
        struct err_info trouble = {0};
        struct str path =
            arena_format(a->arena, "/api/v1/%s/" STR_FMT, document->kind == DOCUMENT_SCORE ? "scores" : "segments",
                         STR_ARG(remote_segment(a->remote, a->arena, document->name)));
        enum err e = remote_call(a->remote, "GET", path.at, STR(""), &answer, &trouble);
        if (e == ERR_NOT_FOUND) continue;
        const struct json_item *version =
            answer != NULL && answer->kind == JSON_OBJECT ? json_member(answer, STR("version")) : NULL;
        if (e == ERR_OK && (version == NULL || !str_to_u64(version->text, &a->versions[i])))
            e = err_set(&trouble, ERR_INVALID, "the server's answer cannot be read; is it another version of Plumb?");
        if (e != ERR_OK) return err_set(why, e, "%s", trouble.msg);
    }
    return ERR_OK;
}

static void write_versions(struct apply *a, struct json_writer *writer, enum document_kind kind, const char *name)
{
    json_key(writer, name);
    json_begin_object(writer);
    for (size_t i = 0; i < a->document_count; i++) {
        if (a->documents[i].kind != kind) continue;
        json_key(writer, arena_str(a->arena, a->documents[i].name).at);
        json_i64(writer, (int64_t)a->versions[i]);
    }
    json_end_object(writer);
}

static enum err preview_there(struct apply *a, struct str score, const struct page *page, struct err_info *why)
{
    AUTO_BUF body = BUF_INIT(BODY_BYTES_MAX);
    struct json_writer writer = {.out = &body};
    const struct json_item *answer;
    struct forecast forecast;
    begin_body(&writer, a->text);
    json_key(&writer, "score");
    json_string(&writer, score);
    json_end_object(&writer);
    enum err e = remote_call(a->remote, "POST", "/api/v1/scores/preview", buf_str(&body), &answer, why);
    if (e != ERR_OK) return e;
    if (!forecast_of_json(answer, a->arena, &forecast))
        return err_set(why, ERR_INVALID, "the server's preview cannot be read; is it another version of Plumb?");
    forecast_put(&forecast, page);
    return ERR_OK;
}

static enum err publish_there(struct apply *a, struct published *out, struct err_info *why)
{
    static const char *const changes[] = {"silent", "net", "replay"};
    AUTO_BUF body = BUF_INIT(BODY_BYTES_MAX);
    struct json_writer writer = {.out = &body};
    const struct json_item *answer;
    const struct document *first = &a->documents[0];
    const char *note = options_value(a->arguments, "note");
    begin_body(&writer, a->text);
    json_key(&writer, "changes");
    json_string(&writer, str_from_c(changes[a->changes]));
    if (note != NULL) json_key(&writer, "note");
    if (note != NULL) json_string(&writer, str_from_c(note));
    json_key(&writer, "versions");
    json_begin_object(&writer);
    write_versions(a, &writer, DOCUMENT_SCORE, "scores");
    write_versions(a, &writer, DOCUMENT_SEGMENT, "segments");
    json_end_object(&writer);
    json_end_object(&writer);
    struct str path =
        arena_format(a->arena, "/api/v1/%s/" STR_FMT "/publish", first->kind == DOCUMENT_SCORE ? "scores" : "segments",
                     STR_ARG(remote_segment(a->remote, a->arena, first->name)));
    enum err e = remote_call(a->remote, "POST", path.at, buf_str(&body), &answer, why);
    if (e != ERR_OK) return e;
    uint64_t changed = 0;
    const struct json_item *item = answer != NULL ? json_member(answer, STR("changed")) : NULL;
    if (item != NULL) (void)str_to_u64(item->text, &changed);
    item = answer != NULL ? json_member(answer, STR("band_changes")) : NULL;
    if (item != NULL) (void)str_to_u64(item->text, &out->band_changes);
    out->changed = (uint32_t)changed;
    return ERR_OK;
}

/* ---- In the folder. ---- */

static uint32_t band_of_record(void *context, const struct edition *edition, uint32_t score, uint32_t record)
{
    return engine_band(context, edition, score, record);
}

static enum err preview_here(struct apply *a, struct str score, const struct page *page, struct err_info *why)
{
    struct everybody everybody;
    struct engine *engine = a->offline.engine;
    struct preview *preview = ARENA_NEW(a->arena, struct preview);
    engine_everybody(engine, a->app->clock->now_ms(a->app->clock), &everybody);
    struct preview_ground *ground =
        preview_ground_new(&everybody, engine_catalog(engine), (unsigned)threads_to_use(a->app), score);
    enum err e = preview_draft(ground, a->text, STR(""), band_of_record, engine, a->arena, preview, why);
    if (e == ERR_OK) {
        struct forecast forecast = forecast_of_preview(preview, everybody.history);
        forecast_put(&forecast, page);
    }
    preview_ground_free(ground);
    everybody_release(&everybody);
    return e;
}

static enum err publish_here(struct apply *a, struct published *out, struct err_info *why)
{
    struct actor actor = actor_cli();
    const struct publish publish = {.text = a->text,
                                    .source = STR(TOGETHER),
                                    .changes = a->changes,
                                    .author = actor.text,
                                    .note = str_from_c(options_value(a->arguments, "note"))};
    return engine_publish(a->offline.engine, &publish, NULL, out, why);
}

/* ---- The steps. ---- */

static enum err open_target(struct apply *a, struct err_info *why)
{
    if (remote_is_named(a->arguments)) return remote_open(a->app, a->arguments, &a->remote, why);
    struct err_info trouble = {0};
    enum err e = offline_open(a->app, a->arguments, OFFLINE_FILL, &a->offline, &trouble);
    if (e == ERR_CONFLICT) return remote_open_holder(a->app, a->arguments, a->offline.folder, &a->remote, why);
    if (e == ERR_OK) e = offline_load(&a->offline, OFFLINE_FILL, &trouble);
    return e == ERR_OK ? ERR_OK : err_set(why, e, "%s", trouble.msg);
}

/* False: there are mistakes, and they were told. */
static bool check(struct apply *a)
{
    struct err_info why = {0};
    enum err e =
        documents_split(a->arena, a->text, STR(TOGETHER), a->diagnostics, &a->documents, &a->document_count, &why);
    if (e == ERR_OK && a->remote != NULL) e = validate_there(a, &why);
    else if (e == ERR_OK) e = engine_validate(a->offline.engine, a->text, STR(TOGETHER), a->diagnostics, &why);
    bool good = e == ERR_OK && a->diagnostics->errors == 0;
    report(a);
    if (good) return true;
    if (a->diagnostics->errors == 0) app_fail(a->app, "%s", why.msg);
    else app_fail(a->app, "the definitions are not sound, so nothing was changed");
    return false;
}

static enum err preview(struct apply *a, struct err_info *why)
{
    const struct page page = {.to = a->app->out, .style = style_for(a->app->out_colour), .width = a->app->width};
    for (size_t i = 0; i < a->document_count; i++) {
        const struct document *document = &a->documents[i];
        enum err e = ERR_OK;
        if (document->kind == DOCUMENT_SEGMENT) {
            fprintf(a->app->out, "  segment " STR_FMT "\n", STR_ARG(document->name));
            continue;
        }
        e = a->remote != NULL ? preview_there(a, document->name, &page, why)
                              : preview_here(a, document->name, &page, why);
        if (e != ERR_OK) return e;
        fputc('\n', a->app->out);
    }
    fflush(a->app->out);
    return ERR_OK;
}

/* False: no, and app->err has been told. */
static bool is_wanted(struct apply *a)
{
    char answer[16] = "";
    struct app *app = a->app;
    if (options_given(a->arguments, "yes")) return true;
    if (!app->err_is_terminal || isatty(STDIN_FILENO) != 1) {
        app_fail(app, "nothing was changed; with --yes it is put in force");
        return false;
    }
    fputs("Put this in force? [y/N] ", app->err);
    fflush(app->err);
    if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y')) return true;
    app_fail(app, "nothing was changed");
    return false;
}

static void put_done(struct app *app, const struct published *done)
{
    AUTO_BUF text = BUF_INIT(1024);
    if (done->changed == 0) {
        fputs("Nothing is new: this is in force already.\n", app->err);
        return;
    }
    text_counted(&text, done->changed, "definition is", "definitions are");
    buf_append_c(&text, " in force; ");
    text_counted(&text, done->band_changes, "record is", "records are");
    buf_append_c(&text, " in another band.");
    summary_put_line(app, &text, 0);
}

static int apply(struct apply *a)
{
    struct err_info why = {0};
    struct published done = {0};
    enum err e = read_files(a, &why);
    if (e == ERR_OK) e = open_target(a, &why);
    if (e != ERR_OK) return app_fail(a->app, "%s", why.msg);
    if (!check(a)) return STATUS_FAILED;
    if (a->remote != NULL) e = look_there(a, &why);
    if (e == ERR_OK) e = preview(a, &why);
    if (e != ERR_OK) return app_fail(a->app, "%s", why.msg);
    if (!is_wanted(a)) return STATUS_FAILED;
    e = a->remote != NULL ? publish_there(a, &done, &why) : publish_here(a, &done, &why);
    if (e != ERR_OK) return app_fail(a->app, "%s", why.msg);
    put_done(a->app, &done);
    return STATUS_OK;
}

static int run_apply(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    unsigned changes;
    if (options_choice(arguments, "changes", PUBLISH_NET, &changes, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);
    struct apply a = {.app = app,
                      .arguments = arguments,
                      .arena = arena,
                      .changes = (enum publish_changes)changes,
                      .diagnostics = ARENA_NEW(arena, struct diagnostics)};
    diagnostics_init(a.diagnostics, arena);
    int status = apply(&a);
    remote_close(a.remote);
    offline_close(&a.offline);
    return status;
}

const struct command command_apply = {
    .name = "apply",
    .operands = "DEF...",
    .operands_min = 1,
    .operands_max = OPERANDS_ANY,
    .summary = "Put definitions in force, after a look at whom they move",
    .description =
        "Every mistake is shown at its place, as by 'plumb check', also in what the definitions have to do with those "
        "in "
        "force. Then it is shown how many records each band would hold and who moves farthest, and you are asked.\n\n"
        "It works on the server's folder; while a server runs on it, or with --url, it asks the server.",
    .options = apply_options,
    .option_count = COUNT_OF(apply_options),
    .examples = apply_examples,
    .example_count = COUNT_OF(apply_examples),
    .interrupted = "run the same line again to see what is in force",
    .run = run_apply,
};

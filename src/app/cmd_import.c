/* cmd_import.c — `plumb import`: the files that `plumb score` reads, into the server's folder for good. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <time.h>

#include "app/definition_files.h"
#include "app/offline.h"
#include "app/remote.h"
#include "app/schema_keep.h"
#include "app/summary.h"
#include "app/text.h"
#include "files/import.h"
#include "server/fact_json.h"

#define BODY_BYTES_MAX ((size_t)1024 * 1024 * 1024)
#define BUSY_TRIES 30 /* seconds that a busy server is waited for */

static const struct option import_options[] = {
    {.heading = "Data (CSV or JSON Lines; - is standard input), as 'plumb score' takes it",
     .name = "contacts",
     .argument = "FILE",
     .help = "One row a contact, with its id in 'id' or the column that --id names."},
    {.name = "companies", .argument = "FILE", .help = "One row a company."},
    {.name = "deals", .argument = "FILE", .help = "One row a deal."},
    {.name = "events",
     .argument = "FILE",
     .repeated = true,
     .help = "One row an event, or a Segment call. May be given several times."},
    {.name = "schema",
     .argument = "FILE",
     .help = "The types of properties, which are declared for good: rows with other values are refused, now and "
             "later. What is declared otherwise already is told, and nothing is imported."},
    {.name = "id", .argument = "COLUMN", .help = "The column of the ids, if it is not 'id'."},
    {.name = "rejects", .argument = "FILE", .help = "Write refused rows here, with file, line, column and reason."},
    {.heading = "Where to",
     .name = "data",
     .argument = "DIR",
     .help =
         "The server's folder. It is made when it is not there. Without it: what PLUMB_DATA says, else plumb-data."},
    REMOTE_OPTIONS,
};

static const struct example import_examples[] = {
    {.text = "What the CRM knows, before the server starts:",
     .line = "plumb import --contacts contacts.csv --companies companies.csv --events events.jsonl"},
    {.text = "The same again, a day later: only what is new is taken.",
     .line = "plumb import --contacts contacts.csv --companies companies.csv --events events.jsonl"},
};

static enum err read_files(const struct arguments *arguments, struct arena *arena, struct load_options *out,
                           struct err_info *why)
{
    *out = (struct load_options){.contacts = options_value(arguments, "contacts"),
                                 .companies = options_value(arguments, "companies"),
                                 .deals = options_value(arguments, "deals"),
                                 .id_column = options_value(arguments, "id"),
                                 .id_option = "--id",
                                 .one_thread = true,
                                 .keep_all = true};
    out->events = options_values(arena, arguments, "events", &out->event_file_count);
    bool has_records = out->contacts != NULL || out->companies != NULL || out->deals != NULL;
    if (!has_records && out->event_file_count == 0)
        return err_set(why, ERR_INVALID,
                       "there is nothing to import: give --contacts FILE, --companies FILE, --deals FILE or "
                       "--events FILE");
    if (!has_records && out->id_column != NULL)
        return err_set(why, ERR_INVALID, "--id names the column of ids, but there is no --contacts FILE to have it");
    return ERR_OK;
}

/* "5,000 contacts, 60,000 events imported in 1.2 s (54,000 rows a second)" */
static bool took_anything(const struct import_summary *summary)
{
    for (int kind = 0; kind < ENTITY_COUNT; kind++)
        if (summary->load.rows[kind] > 0) return true;
    return false;
}

static void put_summary(struct app *app, const struct import_summary *summary, int64_t took_ns)
{
    AUTO_BUF text = BUF_INIT(1024);
    uint64_t rows = 0, known = 0;
    for (int kind = 0; kind < ENTITY_COUNT; kind++) {
        if (summary->load.rows[kind] == 0) continue;
        if (text.len > 0) buf_append_c(&text, ", ");
        text_counted(&text, summary->load.rows[kind], entity_name((enum entity)kind), entity_plural((enum entity)kind));
        rows += summary->load.rows[kind];
        known += summary->known[kind];
    }
    if (text.len == 0) buf_append_c(&text, "nothing");
    buf_append_c(&text, " imported in ");
    text_seconds(&text, took_ns);
    if (took_ns > 0 && rows > 0) {
        buf_append_c(&text, " (");
        text_count(&text, (uint64_t)((double)rows * 1e9 / (double)took_ns));
        buf_append_c(&text, " rows a second)");
    }
    summary_put_line(app, &text, 0);
    if (known == 0) return;
    text_counted(&text, known, "of the events was", "of the events were");
    buf_append_c(&text, " there already.");
    summary_put_line(app, &text, 0);
}

static enum err take_offline(void *context, struct fact *facts, struct fact_result *results, size_t count,
                             struct err_info *why)
{
    struct offline *offline = context;
    return engine_take(offline->engine, facts, results, count, why);
}

/* ---- To a server. ---- */

/* Results come in the order of the facts; words are kept by the facts' side, texts in `arena` until the next batch. */
struct sending {
    struct remote *remote;
    struct arena *arena;
};

static const char *text_member(struct arena *arena, const struct json_item *item, const char *name)
{
    const struct json_item *member = json_member(item, str_from_c(name));
    return member != NULL && member->kind == JSON_STRING ? arena_str(arena, member->text).at : "";
}

static enum err read_results(struct sending *sending, const struct json_item *answer, struct fact_result *results,
                             size_t count, struct err_info *why)
{
    size_t i = 0;
    const struct json_item *list =
        answer != NULL && answer->kind == JSON_OBJECT ? json_member(answer, STR("results")) : NULL;
    bool good = list != NULL && list->kind == JSON_ARRAY;
    for (const struct json_item *one = good ? json_first(list) : NULL; one != NULL && good;
         one = json_next(list, one)) {
        good = i < count && one->kind == JSON_OBJECT;
        if (!good) break;
        struct fact_result *result = &results[i++];
        const char *status = text_member(sending->arena, one, "status");
        *result = (struct fact_result){.state = strcmp(status, "taken") == 0       ? FACT_TAKEN
                                                : strcmp(status, "duplicate") == 0 ? FACT_DUPLICATE
                                                                                   : FACT_REFUSED,
                                       .record = RECORD_NONE,
                                       .reason = text_member(sending->arena, one, "reason"),
                                       .place = str_from_c(text_member(sending->arena, one, "place"))};
        snprintf(result->message, sizeof result->message, "%s", text_member(sending->arena, one, "message"));
    }
    if (good && i == count) return ERR_OK;
    return err_set(why, ERR_INVALID, "the server's answer cannot be read; is it another version of Plumb?");
}

/* One request. ERR_TOO_BIG: the server takes no body of this size. */
static enum err send_facts(struct sending *sending, const struct fact *facts, struct fact_result *results, size_t count,
                           struct err_info *why)
{
    static const struct timespec second = {.tv_sec = 1};
    const struct json_item *answer = NULL;
    AUTO_BUF body = BUF_INIT(BODY_BYTES_MAX);
    struct json_writer writer = {.out = &body};
    json_begin_object(&writer);
    json_key(&writer, "facts");
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) fact_json_write(&writer, &facts[i]);
    json_end_array(&writer);
    json_end_object(&writer);
    enum err e = ERR_UNAVAILABLE;
    struct err_info trouble = {0};
    for (int tries = 0; e == ERR_UNAVAILABLE && tries < BUSY_TRIES; tries++) {
        if (tries > 0) nanosleep(&second, NULL);
        trouble = (struct err_info){0};
        e = remote_call(sending->remote, "POST", "/api/v1/import", buf_str(&body), &answer, &trouble);
        if (answer == NULL && e == ERR_UNAVAILABLE) break; /* nobody is there */
    }
    if (e != ERR_OK) return err_set(why, e, "%s", trouble.msg);
    return read_results(sending, answer, results, count, why);
}

static enum err send_halves(struct sending *sending, const struct fact *facts, struct fact_result *results,
                            size_t count, struct err_info *why)
{
    struct err_info trouble = {0};
    size_t half = count / 2;
    enum err e = send_facts(sending, facts, results, count, &trouble);
    if (e == ERR_TOO_BIG && half > 0) {
        trouble = (struct err_info){0};
        e = send_halves(sending, facts, results, half, &trouble);
        if (e == ERR_OK) e = send_halves(sending, facts + half, results + half, count - half, &trouble);
    }
    return e == ERR_OK ? ERR_OK : err_set(why, e, "%s", trouble.msg);
}

static enum err send(void *context, struct fact *facts, struct fact_result *results, size_t count, struct err_info *why)
{
    struct sending *sending = context;
    arena_reset(sending->arena);
    return send_halves(sending, facts, results, count, why);
}

/* ---- The steps. ---- */

static int import_into(struct app *app, struct load_options *files, struct catalog *catalog, const char *rejects_path,
                       const struct import_sink *sink)
{
    struct progress progress;
    struct import_summary summary;
    struct err_info why = {0};
    struct rejects *rejects = rejects_new(false);
    progress_init(&progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
    files->progress = &progress;
    if (rejects_path != NULL) rejects_write_to(rejects, rejects_path, UINT64_MAX);
    int64_t began_ns = app->clock->monotonic_ns(app->clock);
    enum err e = import_files(files, catalog, rejects, sink, app->clock->now_ms(app->clock), &summary, &why);
    if (e == ERR_OK) e = rejects_finish(rejects, &why);
    bool tells = e == ERR_OK || took_anything(&summary);
    if (e != ERR_OK) app_fail(app, "%s", why.msg);
    if (tells) put_summary(app, &summary, app->clock->monotonic_ns(app->clock) - began_ns);
    summary_put_rejects(app, rejects, rejects_path);
    rejects_free(rejects);
    if (e != ERR_OK && tells) fprintf(app->err, "What was imported stays; run the same line again to go on.\n");
    return e == ERR_OK ? STATUS_OK : STATUS_FAILED;
}

/* To the server that --url names, else to the one that holds `folder`. */
static int import_there(struct app *app, const struct arguments *arguments, struct str folder,
                        struct load_options *files, struct definition_files *schema)
{
    AUTO_ARENA arena = arena_new();
    struct err_info why = {0};
    struct sending sending = {.arena = arena};
    enum err e = remote_is_named(arguments) ? remote_open(app, arguments, &sending.remote, &why)
                                            : remote_open_holder(app, arguments, folder, &sending.remote, &why);
    if (e != ERR_OK) return app_fail(app, "%s", why.msg);
    const struct import_sink sink = {.most = FACTS_AT_ONCE_MAX, .take = send, .context = &sending};
    int status = STATUS_FAILED;
    if (!options_given(arguments, "schema") || schema_keep_there(app, schema, sending.remote))
        status = import_into(app, files, schema->catalog, options_value(arguments, "rejects"), &sink);
    remote_close(sending.remote);
    return status;
}

static int import_here(struct app *app, const struct arguments *arguments, struct load_options *files,
                       struct definition_files *schema)
{
    struct offline offline;
    struct err_info why = {0};
    enum err e = offline_open(app, arguments, OFFLINE_FILL, &offline, &why);
    if (e == ERR_CONFLICT) {
        int status = import_there(app, arguments, offline.folder, files, schema);
        offline_close(&offline);
        return status;
    }
    const struct import_sink sink = {.most = FACTS_AT_ONCE_MAX, .take = take_offline, .context = &offline};
    if (e == ERR_OK) e = offline_load(&offline, OFFLINE_FILL, &why);
    int status = STATUS_FAILED;
    if (e != ERR_OK) app_fail(app, "%s", why.msg);
    else if (schema_keep_here(app, schema, offline.engine))
        status = import_into(app, files, schema->catalog, options_value(arguments, "rejects"), &sink);
    offline_close(&offline);
    return status;
}

static int run_import(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct load_options files;
    struct err_info why = {0};
    if (read_files(arguments, arena, &files, &why) != ERR_OK) return app_usage(app, arguments->command, "%s", why.msg);
    if (load_look(&files, &why) != ERR_OK) return app_fail(app, "%s", why.msg); /* before a folder is made for them */
    struct definition_files schema; /* no definitions, but the schema's catalog */
    if (!definition_files_read(app, NULL, 0, options_value(arguments, "schema"), false, &schema)) {
        definition_files_close(&schema);
        return STATUS_FAILED;
    }
    int status = remote_is_named(arguments) ? import_there(app, arguments, STR(""), &files, &schema)
                                            : import_here(app, arguments, &files, &schema);
    definition_files_close(&schema);
    return status;
}

const struct command command_import = {
    .name = "import",
    .summary = "Keep contacts, companies, deals and events of files",
    .description =
        "The files mean what they mean to 'plumb score', and all their columns are kept. Values always held, unless a "
        "Segment call says since when.\n\n"
        "The same files can be imported again: what is there already is not taken twice, so an import that was "
        "interrupted is simply run once more. An event without an id is known by its row and line.\n\n"
        "It works on the server's folder; while a server runs on it, or with --url, the server is told.",
    .options = import_options,
    .option_count = COUNT_OF(import_options),
    .examples = import_examples,
    .example_count = COUNT_OF(import_examples),
    .interrupted = "what was imported stays; run the same line again to go on",
    .run = run_import,
};

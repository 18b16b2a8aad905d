/* cmd_import.c — `plumb import`: the files that `plumb score` reads, into the server's folder for good. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "app/definition_files.h"
#include "app/import.h"
#include "app/offline.h"
#include "app/summary.h"
#include "app/text.h"

#define BATCH_FACTS 4000

static const struct option import_options[] = {
    {.heading = "Data (CSV or JSON Lines; - is standard input), as `plumb score` takes it",
     .name = "contacts",
     .argument = "FILE",
     .help = "One row a contact, with its id in 'id' or the column that --id names."},
    {.name = "companies", .argument = "FILE", .help = "One row a company."},
    {.name = "deals", .argument = "FILE", .help = "One row a deal."},
    {.name = "events",
     .argument = "FILE",
     .repeated = true,
     .help = "One row an event, or a Segment call. May be given several times."},
    {.name = "schema", .argument = "FILE", .help = "The types of properties: rows with other values are refused."},
    {.name = "id", .argument = "COLUMN", .help = "The column of the ids, if it is not 'id'."},
    {.name = "rejects", .argument = "FILE", .help = "Write refused rows here, with file, line, column and reason."},
    {.heading = "Where to",
     .name = "data",
     .argument = "DIR",
     .help =
         "The server's folder. It is made when it is not there. Without it: what PLUMB_DATA says, else plumb-data."},
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

static int import_into(struct app *app, struct load_options *files, struct catalog *catalog, const char *rejects_path,
                       const struct import_sink *sink)
{
    struct progress progress;
    struct import_summary summary;
    struct err_info why = {0};
    struct rejects *rejects = rejects_new(false);
    progress_init(&progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
    files->progress = &progress;
    if (rejects_path != NULL) rejects_write_to(rejects, rejects_path);
    int64_t began_ns = app->clock->monotonic_ns(app->clock);
    enum err e = import_files(files, catalog, rejects, sink, app->clock->now_ms(app->clock), &summary, &why);
    if (e == ERR_OK) e = rejects_finish(rejects, &why);
    if (e != ERR_OK) app_fail(app, "%s", why.msg);
    put_summary(app, &summary, app->clock->monotonic_ns(app->clock) - began_ns);
    summary_put_rejects(app, rejects, rejects_path);
    rejects_free(rejects);
    if (e != ERR_OK) fprintf(app->err, "What was imported stays; run the same line again to go on.\n");
    return e == ERR_OK ? STATUS_OK : STATUS_FAILED;
}

static int run_import(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct load_options files;
    struct err_info why = {0};
    if (read_files(arguments, arena, &files, &why) != ERR_OK) return app_usage(app, arguments->command, "%s", why.msg);
    struct definition_files schema; /* no definitions, but the schema's catalog */
    if (!definition_files_read(app, NULL, 0, options_value(arguments, "schema"), &schema)) {
        definition_files_close(&schema);
        return STATUS_FAILED;
    }
    struct offline offline;
    int status = STATUS_FAILED;
    enum err e = offline_open(app, arguments, OFFLINE_FILL, &offline, &why);
    if (e == ERR_OK) e = offline_load(&offline, OFFLINE_FILL, &why);
    const struct import_sink sink = {.most = BATCH_FACTS, .take = take_offline, .context = &offline};
    if (e == ERR_OK) status = import_into(app, &files, schema.catalog, options_value(arguments, "rejects"), &sink);
    else app_fail(app, "%s", why.msg);
    offline_close(&offline);
    definition_files_close(&schema);
    return status;
}

const struct command command_import = {
    .name = "import",
    .summary = "Take contacts, companies, deals and events of files into the server's folder",
    .description =
        "The files mean what they mean to 'plumb score', and all their columns are kept. Values always held, unless a "
        "Segment call says since when.\n\n"
        "The same files can be imported again: what is there already is not taken twice, so an import that was "
        "interrupted is simply run once more. An event without an id is known by its row and line.",
    .options = import_options,
    .option_count = COUNT_OF(import_options),
    .examples = import_examples,
    .example_count = COUNT_OF(import_examples),
    .run = run_import,
};

/* cmd_export.c — `plumb export`: everything that is kept, as files for other programs. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "app/export_remote.h"
#include "app/offline.h"
#include "app/outfile.h"
#include "app/threads.h"
#include "core/nearest.h"
#include "files/export.h"

static const struct option export_options[] = {
    {.name = "format", .argument = "csv|jsonl", .help = "Default: csv."},
    {.name = "output",
     .argument = "FILE",
     .help = "Write here instead of standard output. The file appears when it is complete."},
    {.name = "as-of", .argument = "TIME", .help = "As things stood at this time. Default: now."},
    OFFLINE_DATA_OPTION,
    REMOTE_OPTIONS,
};

static const struct example export_examples[] = {
    {.text = "All scores for the data warehouse:", .line = "plumb export scores --output scores.csv"},
    {.text = "Everything, to score it elsewhere with 'plumb score':",
     .line = "plumb export contacts --output contacts.csv && plumb export events --format jsonl --output events.jsonl"},
    {.text = "From a server on another machine:",
     .line = "plumb export scores --url https://plumb.example --token-file token --output scores.csv"},
};

static enum err read_subject(const struct arguments *arguments, enum export_subject *out, struct err_info *why)
{
    const char *name = arguments->operands[0];
    for (size_t i = 0; export_subjects[i] != NULL; i++) {
        if (strcmp(export_subjects[i], name) != 0) continue;
        *out = (enum export_subject)i;
        return ERR_OK;
    }
    const char *near = nearest(str_from_c(name), export_subjects);
    if (near != NULL) return err_set(why, ERR_INVALID, "'%s' cannot be exported; did you mean '%s'?", name, near);
    return err_set(why, ERR_INVALID, "'%s' cannot be exported; it is one of %s", name, arguments->command->operands);
}

/* The end of either way: what was written is put in place, or nothing is. */
static int finish(struct app *app, struct outfile *out, enum err e, struct err_info *why)
{
    if (e == ERR_OK) e = outfile_finish(out, why);
    if (e != ERR_OK) app_fail(app, "%s", why->msg);
    outfile_abandon(out);
    return e == ERR_OK ? STATUS_OK : STATUS_FAILED;
}

static int export_here(struct app *app, const struct arguments *arguments, struct export *export)
{
    struct err_info why = {0};
    struct offline offline;
    struct outfile out = {0};
    enum err e = offline_open(app, arguments, OFFLINE_READ, &offline, &why);
    if (e == ERR_OK) e = offline_load(&offline, OFFLINE_READ, &why);
    if (e == ERR_OK) e = outfile_open(&out, options_value(arguments, "output"), app->out, &why);
    export->engine = offline.engine;
    export->store = offline.store;
    export->threads = (unsigned)threads_to_use(app);
    if (e == ERR_OK) e = export_write(export, out.to, NULL, &why);
    int status = finish(app, &out, e, &why);
    offline_close(&offline);
    return status;
}

static int export_there(struct app *app, const struct arguments *arguments, const struct export *export)
{
    struct err_info why = {0};
    struct remote *remote = NULL;
    struct outfile out = {0};
    AUTO_ARENA arena = arena_new();
    struct str job = {0};
    enum err e = remote_open(app, arguments, &remote, &why);
    if (e == ERR_OK) e = export_remote_make(app, remote, export, arena, &job, &why);
    if (e == ERR_OK) e = outfile_open(&out, options_value(arguments, "output"), app->out, &why);
    if (e == ERR_OK) e = export_remote_fetch(remote, job, out.to, &why);
    int status = finish(app, &out, e, &why);
    remote_close(remote);
    return status;
}

static int run_export(struct app *app, const struct arguments *arguments)
{
    struct export export = {.now = !options_given(arguments, "as-of")};
    unsigned format;
    struct err_info why = {0};
    enum err e = read_subject(arguments, &export.subject, &why);
    if (e == ERR_OK) e = options_choice(arguments, "format", LINES_CSV, &format, &why);
    if (e == ERR_OK) e = options_as_of(app, arguments, &export.as_of_ms, &why);
    if (e != ERR_OK) return app_usage(app, arguments->command, "%s", why.msg);
    export.format = (enum lines_format)format;
    return remote_is_named(arguments) ? export_there(app, arguments, &export) : export_here(app, arguments, &export);
}

const struct command command_export = {
    .name = "export",
    .operands = "contacts|companies|deals|events|scores|ledgers",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "Write what is kept to a file for other programs",
    .description =
        "Contacts, companies, deals and events come as 'plumb score' and 'plumb import' read them; scores as "
        "'plumb score' writes them, and ledgers are scores with every reason. Records stand in the order in "
        "which they came.\n\n"
        "It reads the server's folder, also while a server runs on it; with --url it asks the server, whose token "
        "needs the scopes records.read and records.export. Both give the same bytes.",
    .options = export_options,
    .option_count = COUNT_OF(export_options),
    .examples = export_examples,
    .example_count = COUNT_OF(export_examples),
    .run = run_export,
};

/* cmd_export.c — `plumb export`: everything that is kept, as files for other programs. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "app/find.h"
#include "app/offline.h"
#include "app/outfile.h"
#include "app/output.h"
#include "app/threads.h"
#include "core/nearest.h"
#include "files/export_lines.h"
#include "files/score_lines.h"

enum subject { SUBJECT_CONTACTS, SUBJECT_COMPANIES, SUBJECT_DEALS, SUBJECT_EVENTS, SUBJECT_SCORES, SUBJECT_LEDGERS };

static const char *const subjects[] = {"contacts", "companies", "deals", "events", "scores", "ledgers", NULL};

static const struct option export_options[] = {
    {.name = "format", .argument = "csv|jsonl", .help = "Default: csv."},
    {.name = "output",
     .argument = "FILE",
     .help = "Write here instead of standard output. The file appears when it is complete."},
    {.name = "as-of", .argument = "TIME", .help = "As things stood at this time. Default: now."},
    OFFLINE_DATA_OPTION,
};

static const struct example export_examples[] = {
    {.text = "All scores for the data warehouse:", .line = "plumb export scores --output scores.csv"},
    {.text = "Everything, to score it elsewhere with 'plumb score':",
     .line = "plumb export contacts --output contacts.csv && plumb export events --format jsonl --output events.jsonl"},
};

static enum err read_subject(const struct arguments *arguments, enum subject *out, struct err_info *why)
{
    const char *name = arguments->operands[0];
    for (size_t i = 0; subjects[i] != NULL; i++) {
        if (strcmp(subjects[i], name) != 0) continue;
        *out = (enum subject)i;
        return ERR_OK;
    }
    const char *near = nearest(str_from_c(name), subjects);
    if (near != NULL) return err_set(why, ERR_INVALID, "'%s' cannot be exported; did you mean '%s'?", name, near);
    return err_set(why, ERR_INVALID, "'%s' cannot be exported; it is one of %s", name, arguments->command->operands);
}

/* Everybody's scores; at the present instant with the bands that are remembered. */
static enum err export_scores(struct engine *engine, unsigned threads, int64_t as_of_ms, bool now, bool explain,
                              enum lines_format format, FILE *to, struct err_info *why)
{
    struct everybody everybody;
    engine_everybody(engine, as_of_ms, &everybody);
    const struct remembered remembered = {engine, everybody.edition};
    struct results results = {.set = &everybody.edition->set,
                              .history = everybody.history,
                              .scan = everybody.scan,
                              .as_of_ms = as_of_ms,
                              .explain = explain,
                              .threads = threads};
    if (now) results.band = find_band, results.band_context = &remembered;
    enum err e = ERR_OK;
    if (results_first_score(&results) == UINT32_MAX)
        e = err_set(why, ERR_NOT_FOUND, "no score is in force yet; 'plumb apply' puts a definition in force");
    else if (format == LINES_CSV) score_lines_csv(&results, to);
    else score_lines_jsonl(&results, to);
    everybody_release(&everybody);
    return e;
}

static int export(struct app *app, const struct arguments *arguments, enum subject subject, enum lines_format format,
                  int64_t as_of_ms)
{
    struct err_info why = {0};
    struct offline offline;
    struct outfile out = {0};
    bool now = options_value(arguments, "as-of") == NULL;
    enum err e = offline_open(app, arguments, OFFLINE_READ, &offline, &why);
    if (e == ERR_OK) e = offline_load(&offline, OFFLINE_READ, &why);
    if (e == ERR_OK) e = outfile_open(&out, options_value(arguments, "output"), app->out, &why);
    if (e == ERR_OK) {
        switch (subject) {
        case SUBJECT_CONTACTS: export_records(offline.engine, ENTITY_CONTACT, as_of_ms, format, out.to); break;
        case SUBJECT_COMPANIES: export_records(offline.engine, ENTITY_COMPANY, as_of_ms, format, out.to); break;
        case SUBJECT_DEALS: export_records(offline.engine, ENTITY_DEAL, as_of_ms, format, out.to); break;
        case SUBJECT_EVENTS: e = export_events(offline.engine, offline.store, as_of_ms, format, out.to, &why); break;
        case SUBJECT_SCORES:
        case SUBJECT_LEDGERS:
            e = export_scores(offline.engine, (unsigned)threads_to_use(app), as_of_ms, now, subject == SUBJECT_LEDGERS,
                              format, out.to, &why);
            break;
        }
    }
    if (e == ERR_OK) e = outfile_finish(&out, &why);
    if (e != ERR_OK) app_fail(app, "%s", why.msg);
    outfile_abandon(&out);
    offline_close(&offline);
    return e == ERR_OK ? STATUS_OK : STATUS_FAILED;
}

static int run_export(struct app *app, const struct arguments *arguments)
{
    enum subject subject = SUBJECT_CONTACTS;
    unsigned format;
    int64_t as_of_ms;
    struct err_info why = {0};
    enum err e = read_subject(arguments, &subject, &why);
    if (e == ERR_OK) e = options_choice(arguments, "format", LINES_CSV, &format, &why);
    if (e == ERR_OK) e = options_as_of(app, arguments, &as_of_ms, &why);
    if (e != ERR_OK) return app_usage(app, arguments->command, "%s", why.msg);
    return export(app, arguments, subject, (enum lines_format)format, as_of_ms);
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
        "It reads the server's folder, also while a server runs on it.",
    .options = export_options,
    .option_count = COUNT_OF(export_options),
    .examples = export_examples,
    .example_count = COUNT_OF(export_examples),
    .run = run_export,
};

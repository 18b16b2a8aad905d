/* cmd_score.c — `plumb score`: definitions and files in, scores out.
 *
 * One function a step: what is asked for (request), definitions, files, scan, output, and
 * at the end a summary on standard error. Standard output holds nothing but the scores. */
// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/definition_files.h"
#include "app/options.h"
#include "app/outfile.h"
#include "app/output.h"
#include "app/record_files.h"
#include "app/summary.h"
#include "app/threads.h"
#include "core/nearest.h"
#include "files/load.h"
#include "files/score_lines.h"

#define THREADS_MAX 1024
#define LINES_DEFAULT 24     /* of a terminal that does not say */
#define LINES_BESIDE_ROWS 20 /* histogram, bands and titles */
#define ROWS_MIN 8
#define ROWS_MAX 20
#define EXPLAINED_ROWS 5
#define UNUSED_NAMES_MAX 1000

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSONL };

struct request {
    struct load_options files;
    const char *const *definitions;
    size_t definition_count;
    const char *schema;
    int64_t as_of_ms;
    bool explain, strict;
    unsigned format;
    const char *output, *rejects;
    uint64_t top, threads;
};

static const struct option score_options[] = {
    RECORD_FILE_OPTIONS,

    {.heading = "Scoring",
     .name = "as-of",
     .argument = "TIME",
     .help = "Score as things stood at this time, such as 2026-01-05T10:00:00Z or 2026-01-05. Default: now."},
    {.name = "threads", .argument = "N", .help = "Default: all cores. The result is the same for any number."},
    {.name = "strict", .help = "A bad row ends the program with status 1. Else bad rows are refused one by one."},
    {.name = "rejects",
     .argument = "FILE",
     .help = "Write refused rows here, with file, line, column and reason. JSON Lines when the name ends in .jsonl, "
             "else CSV."},

    {.heading = "Output",
     .name = "format",
     .argument = "table|csv|jsonl",
     .help = "table, the default, is for people: the highest scores and how all are distributed. csv and jsonl have "
             "one line for each record and score, ordered by id."},
    {.name = "explain",
     .help = "Show the reasons: each rule, limit and adjustment with its points. They always add up to the score; the "
             "table shows them to hundredths, csv and jsonl in full."},
    {.name = "top",
     .argument = "N",
     .help = "Only the N highest of each score, the highest first. Records whose score is unknown are left out."},
    {.name = "output",
     .argument = "FILE",
     .help = "Write here instead of standard output. The file appears when it is complete."},
};

static const struct example score_examples[] = {
    {.text = "Who is worth a call, from two files:",
     .line = "plumb score lead.yaml --contacts contacts.csv --events events.jsonl"},
    {.text = "Why are these ten in front?", .line = "plumb score lead.yaml --contacts contacts.csv --top 10 --explain"},
    {.text = "All scores for another program, as they stood at New Year:",
     .line = "plumb score lead.yaml --contacts c.csv --as-of 2026-01-01 --format jsonl"},
};

/* ---- What is asked for. ---- */

static enum err read_request(const struct app *app, const struct arguments *arguments, struct arena *arena,
                             struct request *out, struct err_info *why)
{
    *out = (struct request){
        .definitions = arguments->operands,
        .definition_count = arguments->operand_count,
        .output = options_value(arguments, "output"),
        .rejects = options_value(arguments, "rejects"),
        .explain = options_given(arguments, "explain"),
        .strict = options_given(arguments, "strict"),
    };
    enum err e = options_as_of(app, arguments, &out->as_of_ms, why);
    if (e == ERR_OK) e = options_number(arguments, "top", 1, RECORDS_MAX, 0, &out->top, why);
    if (e == ERR_OK) e = options_number(arguments, "threads", 1, THREADS_MAX, threads_to_use(app), &out->threads, why);
    if (e == ERR_OK) e = options_choice(arguments, "format", FORMAT_TABLE, &out->format, why);
    if (e == ERR_OK) e = record_files_given(arguments, arena, &out->files, &out->schema, why);
    return e;
}

/* ---- Definitions against files. ---- */

static bool has_file(const struct request *request, enum entity object)
{
    switch (object) {
    case ENTITY_CONTACT: return request->files.contacts != NULL || request->files.event_file_count > 0;
    case ENTITY_COMPANY: return request->files.companies != NULL;
    case ENTITY_DEAL: return request->files.deals != NULL;
    case ENTITY_EVENT: break;
    }
    INVARIANT(!"a score is of a contact, company or deal");
}

/* A score without a file of its records is said; STATUS_USAGE when that leaves none. */
static int check_objects(struct app *app, const struct command *command, const struct request *request,
                         const struct definitions *set)
{
    const struct score *lacking = NULL;
    uint32_t shown = 0, good = 0;
    for (uint32_t i = 0; i < set->score_count; i++) {
        const struct score *score = set->scores[i];
        if (score->anonymous) continue;
        shown++;
        if (has_file(request, score->object)) good++;
        else lacking = score;
    }
    if (shown == 0) return app_fail(app, "there is no score in these definitions, so nothing to compute");
    if (good == 0)
        return app_usage(app, command, "the score " STR_FMT " is about %s: give --%s FILE", STR_ARG(lacking->name),
                         entity_plural(lacking->object), entity_plural(lacking->object));
    for (uint32_t i = 0; i < set->score_count; i++) {
        const struct score *score = set->scores[i];
        if (!score->anonymous && !has_file(request, score->object))
            app_warn(app, "the score " STR_FMT " is about %s, and there is no --%s FILE", STR_ARG(score->name),
                     entity_plural(score->object), entity_plural(score->object));
    }
    return STATUS_OK;
}

/* For a property that a definition asks for and no row has: the unused column that was perhaps meant. */
static void hint_at_columns(struct app *app, const struct definition_files *definitions, const bool *seen,
                            const struct load_summary *summary)
{
    for (uint32_t p = 0; p < catalog_count(definitions->catalog); p++) {
        const struct property *property = catalog_at(definitions->catalog, p);
        bool asked_for = property->need_source != NULL;
        if (seen[p] || property->declared || !asked_for) continue;
        const char *names[UNUSED_NAMES_MAX + 1] = {NULL};
        size_t count = summary->unused_count[property->entity];
        if (count > UNUSED_NAMES_MAX) count = UNUSED_NAMES_MAX;
        AUTO_ARENA arena = arena_new();
        for (size_t i = 0; i < count; i++) names[i] = arena_str(arena, summary->unused[property->entity][i]).at;
        const char *near = nearest(property->name, names);
        if (near != NULL)
            fprintf(app->err, "the %s' files have '%s': is that what '" STR_FMT "' means?\n",
                    entity_plural(property->entity), near, STR_ARG(property->name));
    }
}

/* ---- Output. ---- */

static uint64_t rows_for_terminal(const struct request *request)
{
    if (request->explain) return EXPLAINED_ROWS;
    struct winsize size = {0};
    int lines = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : LINES_DEFAULT;
    int rows = lines - LINES_BESIDE_ROWS;
    return rows < ROWS_MIN ? ROWS_MIN : rows > ROWS_MAX ? ROWS_MAX : (uint64_t)rows;
}

static void write_results(const struct app *app, const struct request *request, const struct results *results, FILE *to)
{
    bool on_terminal = to == app->out && app->out_is_terminal;
    struct page page = {.to = to,
                        .style = style_for(to == app->out && app->out_colour),
                        .width = app->width,
                        .rows = on_terminal ? rows_for_terminal(request) : 0};
    switch ((enum format)request->format) {
    case FORMAT_TABLE: output_table(results, &page); break;
    case FORMAT_CSV: score_lines_csv(results, to); break;
    case FORMAT_JSONL: score_lines_jsonl(results, to); break;
    }
}

/* ---- The summary. ---- */

/* "5,000 contacts, 60,000 events read in 0.41 s, scored in 0.02 s" */
static void put_summary(struct app *app, const struct load_summary *summary, int64_t load_ns, int64_t scan_ns)
{
    AUTO_BUF text = BUF_INIT(1024);
    for (int kind = 0; kind < ENTITY_COUNT; kind++) {
        if (summary->rows[kind] == 0) continue;
        uint64_t count = kind == ENTITY_EVENT ? summary->events : summary->rows[kind];
        if (text.len > 0) buf_append_c(&text, ", ");
        text_counted(&text, count, entity_name((enum entity)kind), entity_plural((enum entity)kind));
    }
    if (text.len == 0) buf_append_c(&text, "nothing");
    buf_append_c(&text, " read in ");
    text_seconds(&text, load_ns);
    buf_append_c(&text, ", scored in ");
    text_seconds(&text, scan_ns);
    if (app->err_is_terminal && app->out_is_terminal) fputc('\n', app->err);
    summary_put_line(app, &text, 0);
}

/* ---- The steps. ---- */

static void on_scanned(void *context, uint64_t done, uint64_t all)
{
    struct progress *progress = context;
    progress->all = all;
    progress_update(progress, done);
}

/* With a history and bound definitions: scan, write, finish the file. */
static int score_all(struct app *app, const struct request *request, const struct definitions *set,
                     const struct history *history, struct outfile *out, struct progress *progress, int64_t *scan_ns)
{
    int64_t began_ns = app->clock->monotonic_ns(app->clock);
    struct scan *scan = scan_new(set, history, NULL);
    struct scan_options options = {.as_of_ms = request->as_of_ms,
                                   .threads = (unsigned)request->threads,
                                   .progress = on_scanned,
                                   .progress_context = progress};
    progress_begin(progress, "scoring", "records", 0);
    scan_run(scan, &options);
    progress_end(progress);
    *scan_ns = app->clock->monotonic_ns(app->clock) - began_ns;

    struct results results = {.set = set,
                              .history = history,
                              .scan = scan,
                              .as_of_ms = request->as_of_ms,
                              .explain = request->explain,
                              .top = request->top,
                              .threads = (unsigned)request->threads};
    if (out->to != app->out || !app->out_is_terminal) results.progress = progress; /* else lines would meet it */
    write_results(app, request, &results, out->to);
    scan_free(scan);
    struct err_info why = {0};
    if (outfile_finish(out, &why) != ERR_OK) return app_fail(app, "%s", why.msg);
    return STATUS_OK;
}

/* With parsed definitions: load, bind, score, sum up. */
static int load_and_score(struct app *app, const struct request *request, struct definition_files *definitions,
                          struct rejects *rejects, struct outfile *out)
{
    struct err_info why = {0};
    struct progress progress;
    struct load_summary summary = {0};
    struct load_options files = request->files;
    struct history *history = NULL;
    const bool *seen = NULL;
    progress_init(&progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
    files.progress = &progress;
    if (request->rejects != NULL) rejects_write_to(rejects, request->rejects, UINT64_MAX);
    if (request->format == FORMAT_TABLE) output_table_prepare(definitions->catalog);

    int64_t began_ns = app->clock->monotonic_ns(app->clock);
    enum err e = load_history(&files, definitions->catalog, rejects, &history, &seen, &summary, &why);
    if (e == ERR_OK) e = rejects_finish(rejects, &why);
    int64_t load_ns = app->clock->monotonic_ns(app->clock) - began_ns, scan_ns = 0;
    int status = STATUS_FAILED;
    if (e != ERR_OK) {
        app_fail(app, "%s", why.msg);
    } else {
        bool bound = definitions_bind(&definitions->set, seen, definitions->diagnostics);
        definition_files_report(app, definitions);
        hint_at_columns(app, definitions, seen, &summary);
        if (bound) status = score_all(app, request, &definitions->set, history, out, &progress, &scan_ns);
    }
    if (status == STATUS_OK) {
        put_summary(app, &summary, load_ns, scan_ns);
        summary_put_rejects(app, rejects, request->rejects);
    }
    history_free(history);
    return status;
}

static int run_score(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct request request;
    struct err_info why = {0};
    if (read_request(app, arguments, arena, &request, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);

    struct definition_files definitions;
    int status = STATUS_FAILED;
    struct outfile out = {0};
    if (definition_files_read(app, request.definitions, request.definition_count, request.schema, false, &definitions))
        status = check_objects(app, arguments->command, &request, &definitions.set);
    else if (definitions.diagnostics->errors > 0) app_fail(app, "the definitions are not sound, so nothing was scored");
    if (status == STATUS_OK && outfile_open(&out, request.output, app->out, &why) != ERR_OK)
        status = app_fail(app, "%s", why.msg);
    if (status == STATUS_OK) {
        struct rejects *rejects = rejects_new(request.strict);
        status = load_and_score(app, &request, &definitions, rejects, &out);
        rejects_free(rejects);
    }
    outfile_abandon(&out);
    definition_files_close(&definitions);
    return status;
}

const struct command command_score = {
    .name = "score",
    .operands = "DEF...",
    .operands_min = 1,
    .operands_max = OPERANDS_ANY,
    .summary = "Score the contacts, companies and deals of files",
    .description = "DEF is a definition of scores and segments in YAML or JSON. All definitions given may use each "
                   "other.",
    .options = score_options,
    .option_count = COUNT_OF(score_options),
    .examples = score_examples,
    .example_count = COUNT_OF(score_examples),
    .run = run_score,
};

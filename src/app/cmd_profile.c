/* cmd_profile.c — `plumb profile`: who becomes a customer? Asked of the past, from files. */
// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"
#include "app/outfile.h"
#include "app/past_folder.h"
#include "app/profile_output.h"
#include "app/summary.h"
#include "base/instant.h"

#define CARDS_SHOWN 12
#define CARDS_MAX 10000

enum format { FORMAT_TABLE, FORMAT_JSONL };

struct request {
    struct past_request past;
    const char *const *definitions;
    size_t definition_count;
    const char *output;
    uint64_t cards;
    unsigned format, object;
    bool protected_too, of_folder;
};

static const struct option profile_options[] = {
    RECORD_FILE_OPTIONS,
    PAST_FOLDER_OPTION,

    {.heading = "The question",
     .name = "outcome",
     .argument = "CONDITION",
     .help = "What makes a customer: a condition as in a segment's 'when', such as '{event: bought}', or the name of a "
             "segment of DEF. It came when the condition first held, so it needs a time. Default: the lifecycle stage "
             "customer, or an associated deal won."},
    {.name = "object", .argument = "contact|company|deal", .help = "Whose outcome a condition is. Default: contact."},
    {.name = "horizon",
     .argument = "DAYS",
     .help = "Customers are looked at at most so long before they became so. Default: 90."},
    {.name = "use-protected",
     .help = "Look at names, sex, age, origin, belief, health and family, too. Else such properties are left out."},
    PAST_OPTIONS,

    {.heading = "Output",
     .name = "format",
     .argument = "table|jsonl",
     .help = "table, the default, is for people: cards of what was found. jsonl has a line for everything that was "
             "looked at, told apart by 'kind': summary, trait, left_out."},
    {.name = "cards",
     .argument = "N",
     .help = "At most so many of what is more often, and of what is less. Default: 12."},
    {.name = "output",
     .argument = "FILE",
     .help = "Write here instead of standard output. The file appears when it is complete."},
};

static const struct example profile_examples[] = {
    {.text = "What did those who bought have, before they did, more often than others?",
     .line = "plumb profile --contacts c.csv --companies k.csv --events e.jsonl --outcome '{event: bought}'"},
    {.text = "The same of everybody whom a server knows",
     .line = "plumb profile --data /var/lib/plumb --outcome '{event: bought}'"},
    {.text = "The same of companies, with a segment of a definition",
     .line = "plumb profile segments.yaml --companies k.csv --contacts c.csv --events e.jsonl --outcome customer"},
};

static enum err read_request(const struct app *app, const struct arguments *arguments, struct arena *arena,
                             struct request *out, struct err_info *why)
{
    *out = (struct request){.definitions = arguments->operands,
                            .definition_count = arguments->operand_count,
                            .output = options_value(arguments, "output"),
                            .protected_too = options_given(arguments, "use-protected")};
    out->of_folder = options_given(arguments, "data");
    enum err e = out->of_folder ? past_question_read(app, arguments, &out->past, why)
                                : past_request_read(app, arguments, arena, &out->past, why);
    if (e == ERR_OK) e = options_number(arguments, "cards", 0, CARDS_MAX, CARDS_SHOWN, &out->cards, why);
    if (e == ERR_OK) e = options_choice(arguments, "format", FORMAT_TABLE, &out->format, why);
    if (e == ERR_OK) e = options_choice(arguments, "object", ENTITY_CONTACT, &out->object, why);
    if (e == ERR_OK && out->of_folder && out->definition_count > 0) e = past_folder_refuse(why);
    return e;
}

/* Of those whom the source has; out->outcome says of what. */
static enum err ask(const struct past_request *request, const struct feature_source *source,
                    const struct lifetime *lives, int64_t end_ms, struct progress *progress, struct arena *arena,
                    struct profiled *out, struct err_info *why)
{
    const struct watch watch = past_watch(progress);
    struct profile_options how = {.end_ms = end_ms,
                                  .horizon_ms = (int64_t)request->horizon_days * MS_PER_DAY,
                                  .seed = request->seed,
                                  .threads = (unsigned)request->threads,
                                  .watch = &watch};
    out->object = source->object;
    out->horizon_days = request->horizon_days;
    enum err e = profile_find(source, lives, &how, arena, &out->profile, why);
    progress_end(progress);
    return e;
}

static int write_output(struct app *app, const struct request *request, const struct profiled *profiled)
{
    struct outfile out = {0};
    struct err_info why = {0};
    if (outfile_open(&out, request->output, app->out, &why) != ERR_OK) return app_fail(app, "%s", why.msg);
    struct page page = {.to = out.to, .style = style_for(out.to == app->out && app->out_colour), .width = app->width};
    if (request->format == FORMAT_TABLE) profile_page(profiled, &page);
    else profile_lines(profiled, out.to);
    if (outfile_finish(&out, &why) != ERR_OK) app_fail(app, "%s", why.msg);
    outfile_abandon(&out);
    return why.code == ERR_OK ? STATUS_OK : STATUS_FAILED;
}

static int load_and_ask(struct past *past, const struct request *request, struct arena *arena)
{
    struct profiled profiled = {.cards = request->cards};
    struct err_info why = {0};
    if (!definition_files_read(past->app, request->definitions, request->definition_count, past->request->schema, false,
                               &past->files))
        return STATUS_FAILED;
    if (!past_read_outcome(past, &past->files.set, (enum entity)request->object)) return STATUS_FAILED;
    if (!past_load(past, &past->files.set, 1, true)) return STATUS_FAILED;
    struct feature_source source = {.history = past->history,
                                    .object = past->object,
                                    .dates = &past->dates,
                                    .left_out = past_left_out(past, request->protected_too)};
    past_find_lives(past);
    profiled.outcome = past->outcome.words;
    if (ask(past->request, &source, past->lives, past->end_ms, &past->progress, arena, &profiled, &why) != ERR_OK)
        return past_fail(past->app, past->outcome.usual, &why);
    int status = write_output(past->app, request, &profiled);
    if (status == STATUS_OK) summary_put_rejects(past->app, past->rejects, NULL);
    return status;
}

static int profile_folder(struct app *app, const struct arguments *arguments, const struct request *request,
                          struct arena *arena)
{
    struct past_folder folder;
    struct profiled profiled = {.cards = request->cards};
    struct err_info why = {0};
    int status = STATUS_FAILED;
    if (past_folder_open(app, arguments, &request->past, NULL, (enum entity)request->object, request->protected_too,
                         &folder)) {
        profiled.outcome = hindsight_words(&folder.wish);
        enum err e = ask(&request->past, &folder.source, folder.hindsight.lives, folder.hindsight.end_ms,
                         &folder.progress, arena, &profiled, &why);
        status = e == ERR_OK ? write_output(app, request, &profiled) : past_fail(app, folder.hindsight.usual, &why);
    }
    past_folder_close(&folder);
    return status;
}

static int run_profile(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct request request;
    struct past past;
    struct err_info why = {0};
    if (read_request(app, arguments, arena, &request, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);
    if (request.of_folder) return profile_folder(app, arguments, &request, arena);
    past_begin(&past, app, &request.past);
    int status = load_and_ask(&past, &request, arena);
    past_close(&past);
    return status;
}

const struct command command_profile = {
    .name = "profile",
    .operands = "[DEF]",
    .operands_min = 0,
    .operands_max = 1,
    .summary = "Tell what customers had more often than others",
    .description =
        "Every customer is looked at once, as it was some time before the outcome, and everybody else when it had been "
        "known for as long. Told are the values, ranges and behaviours that customers had more often or less often "
        "than "
        "chance alone would give, corrected for looking at so many; how many times as often, with an interval of 95 %; "
        "and what was left out because it seems to come of the outcome.\n\n"
        "That customers have a thing more often does not say that it makes customers.",
    .options = profile_options,
    .option_count = COUNT_OF(profile_options),
    .examples = profile_examples,
    .example_count = COUNT_OF(profile_examples),
    .run = run_profile,
};

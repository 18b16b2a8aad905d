/* cmd_suggest.c — `plumb suggest`: what should the points be? Asked of the past, from files.
 *
 * The draft is the author's own text with other numbers. */
// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"
#include "app/outfile.h"
#include "app/past_folder.h"
#include "app/suggest_output.h"
#include "app/summary.h"

enum format { FORMAT_TABLE, FORMAT_JSONL };

struct request {
    struct past_request past;
    const char *const *definitions;
    size_t definition_count;
    const char *score, *output;
    unsigned format, object;
    bool protected_too, of_folder;
};

static const struct option suggest_options[] = {
    RECORD_FILE_OPTIONS,
    PAST_FOLDER_OPTION,

    {.heading = "The question",
     .name = "outcome",
     .argument = "CONDITION",
     .help =
         "What the score should foresee: a condition as in a segment's 'when', such as '{event: bought}', or the "
         "name of a segment of DEF. It came when the condition first held, so it needs a time. Default: the lifecycle "
         "stage customer, or an associated deal won."},
    {.name = "horizon", .argument = "DAYS", .help = "How soon after an instant it must come to count. Default: 90."},
    {.name = "score",
     .argument = "NAME",
     .help =
         "Which score of the definition, if there are several. With --data: the score in force that is asked about; "
         "without a name a whole one is drafted."},
    {.name = "object",
     .argument = "contact|company|deal",
     .help = "Without DEF: whose score it is to be. Default: contact."},
    {.name = "use-protected",
     .help = "Draft from names, sex, age, origin, belief, health and family, too. Else such properties are left out."},
    PAST_OPTIONS,

    {.heading = "Output",
     .name = "format",
     .argument = "table|jsonl",
     .help = "table, the default, is for people. jsonl has one line for each finding, told apart by 'kind': summary, "
             "points, half_life, test."},
    {.name = "output",
     .argument = "FILE",
     .help = "Write the draft here: DEF with the suggested points and half-lives, all else as it was; without DEF the "
             "whole score."},
};

static const struct example suggest_examples[] = {
    {.text = "Which points does history suggest?",
     .line = "plumb suggest lead.yaml --contacts c.csv --events e.jsonl --outcome '{event: bought}'"},
    {.text = "Write them into a draft, and look at what they would have done",
     .line = "plumb suggest lead.yaml --contacts c.csv --events e.jsonl --outcome customer --output draft.yaml"},
    {.text = "The points of the score in force on a server, by everybody whom it knows",
     .line = "plumb suggest --data /var/lib/plumb --score lead --outcome '{event: bought}' --output draft.yaml"},
    {.text = "A whole score from what those who bought had in common",
     .line = "plumb suggest --contacts c.csv --events e.jsonl --outcome '{event: bought}' --output draft.yaml"},
};

static enum err read_request(const struct app *app, const struct arguments *arguments, struct arena *arena,
                             struct request *out, struct err_info *why)
{
    *out = (struct request){.definitions = arguments->operands,
                            .definition_count = arguments->operand_count,
                            .score = options_value(arguments, "score"),
                            .output = options_value(arguments, "output"),
                            .protected_too = options_given(arguments, "use-protected")};
    out->of_folder = options_given(arguments, "data");
    enum err e = out->of_folder ? past_question_read(app, arguments, &out->past, why)
                                : past_request_read(app, arguments, arena, &out->past, why);
    if (e == ERR_OK) e = options_choice(arguments, "format", FORMAT_TABLE, &out->format, why);
    if (e == ERR_OK) e = options_choice(arguments, "object", ENTITY_CONTACT, &out->object, why);
    if (e == ERR_OK && out->of_folder && out->definition_count > 0) e = past_folder_refuse(why);
    if (e == ERR_OK && (out->definition_count > 0 || (out->of_folder && out->score != NULL)) &&
        options_given(arguments, "object"))
        e = err_set(why, ERR_INVALID, "--object says whose score is to be drafted from nothing, but there is one");
    if (e == ERR_OK && !out->of_folder && out->definition_count == 0 && out->score != NULL)
        e = err_set(why, ERR_INVALID, "--score names a score of DEF, but there is none");
    return e;
}

/* ---- Asking. ---- */

struct asked {
    struct app *app;
    const struct request *request;
    struct past past;
    struct feature_source source;
    struct suggested suggested;
};

/* Of those whom the source has. */
static enum err ask(struct asked *a, const struct lifetime *lives, int64_t end_ms, struct str outcome,
                    struct progress *progress, struct arena *arena, struct err_info *why)
{
    const struct past_request *past = &a->request->past;
    const struct watch watch = past_watch(progress);
    const struct suggested_question question = {.source = &a->source,
                                                .lives = lives,
                                                .end_ms = end_ms,
                                                .horizon_days = (uint32_t)past->horizon_days,
                                                .seed = past->seed,
                                                .threads = (unsigned)past->threads,
                                                .watch = &watch,
                                                .outcome = outcome};
    enum err e = suggested_make(&question, arena, &a->suggested, why);
    progress_end(progress);
    return e;
}

static enum err write_draft(const struct asked *a, struct err_info *why)
{
    struct outfile out = {0};
    const struct str *draft = &a->suggested.draft;
    if (a->request->output == NULL) return ERR_OK;
    enum err e = outfile_open(&out, a->request->output, a->app->out, why);
    if (e == ERR_OK) fwrite(draft->at, 1, draft->len, out.to);
    if (e == ERR_OK) e = outfile_finish(&out, why);
    outfile_abandon(&out);
    return e;
}

/* The draft into its file, and what is to be said of it. */
static enum err tell(const struct asked *a, struct err_info *why)
{
    enum err e = write_draft(a, why);
    if (e != ERR_OK) return e;
    struct page page = {.to = a->app->out, .style = style_for(a->app->out_colour), .width = a->app->width};
    if (a->request->format == FORMAT_TABLE) suggest_page(&a->suggested, a->request->output, &page);
    else suggest_lines(&a->suggested, a->app->out);
    return ERR_OK;
}

/* ---- The steps. ---- */

static bool choose_score(struct asked *a)
{
    const struct definitions *set = &a->past.files.set;
    const char *path = a->request->definitions[0];
    uint32_t found = 0;
    for (uint32_t i = 0; i < set->score_count; i++) {
        if (set->scores[i]->anonymous) continue;
        if (a->request->score != NULL && !str_equal(set->scores[i]->name, str_from_c(a->request->score))) continue;
        a->source.score = i;
        found++;
    }
    if (found == 1) return true;
    if (found > 1) app_fail(a->app, "%s has several scores: say which one with --score NAME", path);
    else if (a->request->score != NULL) app_fail(a->app, "%s has no score '%s'", path, a->request->score);
    else app_fail(a->app, "there is no score in %s", path);
    return false;
}

static bool read_and_load(struct asked *a)
{
    struct definitions *set = &a->past.files.set;
    const struct request *request = a->request;
    bool from_nothing = request->definition_count == 0;
    if (!definition_files_read(a->app, request->definitions, request->definition_count, request->past.schema, false,
                               &a->past.files))
        return false;
    if (!from_nothing && !choose_score(a)) return false;
    enum entity object = from_nothing ? (enum entity)request->object : set->scores[a->source.score]->object;
    if (!past_read_outcome(&a->past, set, object)) return false;
    if (a->past.object != object)
        return app_fail(a->app, "the score is of a %s, the outcome of a %s", entity_name(object),
                        entity_name(a->past.object)),
               false;
    if (!past_load(&a->past, set, 1, true)) return false; /* columns of dates tell when records began */
    a->source.history = a->past.history;
    a->source.object = object;
    a->source.dates = &a->past.dates;
    a->source.left_out = past_left_out(&a->past, request->protected_too);
    a->source.set = from_nothing ? NULL : set;
    return true;
}

static int load_and_ask(struct asked *a, struct arena *arena)
{
    struct err_info why = {0};
    if (!read_and_load(a)) return STATUS_FAILED;
    past_find_lives(&a->past);
    enum err e = ask(a, a->past.lives, a->past.end_ms, a->past.outcome.words, &a->past.progress, arena, &why);
    if (e == ERR_OK) e = tell(a, &why);
    if (e != ERR_OK) return past_fail(a->app, a->past.outcome.usual, &why);
    summary_put_rejects(a->app, a->past.rejects, NULL);
    return STATUS_OK;
}

static int suggest_from_folder(struct asked *a, const struct arguments *arguments, struct arena *arena)
{
    struct past_folder folder;
    struct err_info why = {0};
    const struct request *request = a->request;
    int status = STATUS_FAILED;
    if (past_folder_open(a->app, arguments, &request->past, request->score, (enum entity)request->object,
                         request->protected_too, &folder)) {
        a->source = folder.source;
        enum err e = ask(a, folder.hindsight.lives, folder.hindsight.end_ms, hindsight_words(&folder.wish),
                         &folder.progress, arena, &why);
        if (e == ERR_OK) e = tell(a, &why);
        status = e == ERR_OK ? STATUS_OK : past_fail(a->app, folder.hindsight.usual, &why);
    }
    past_folder_close(&folder);
    return status;
}

static int run_suggest(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct request request;
    struct err_info why = {0};
    if (read_request(app, arguments, arena, &request, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);
    struct asked asked = {.app = app, .request = &request};
    if (request.of_folder) return suggest_from_folder(&asked, arguments, arena);
    past_begin(&asked.past, app, &request.past);
    int status = load_and_ask(&asked, arena);
    past_close(&asked.past);
    return status;
}

const struct command command_suggest = {
    .name = "suggest",
    .operands = "[DEF]",
    .operands_min = 0,
    .operands_max = 1,
    .summary = "Suggest points by what came of them",
    .description =
        "Each number of points of the score is held against what came: what does one more of it do to the odds of the "
        "outcome within the horizon, all others being equal? Shown are the present points beside those of a draft, on "
        "the Fibonacci scale (0 1 2 3 5 8 13 21 34 55 89) and spread as widely as the present ones; rules that say "
        "nothing; half-lives that foresee better; and the draft against the present score on later leads from which "
        "nothing was learnt.\n\n"
        "A number that too few had stays as it is. Limits, bands and grades stay, too: look at them, and at the draft, "
        "with your own eyes.\n\n"
        "Without DEF a whole score is drafted: groups and rules for what customers had more often or less often than "
        "others ('plumb profile' tells more of it), with points, decay and bands.",
    .options = suggest_options,
    .option_count = COUNT_OF(suggest_options),
    .examples = suggest_examples,
    .example_count = COUNT_OF(suggest_examples),
    .run = run_suggest,
};

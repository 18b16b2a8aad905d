/* cmd_backtest.c — `plumb backtest`: is the score right? Asked of the past, from files or a server's folder.
 *
 * One function a step: what is asked for (request), definitions and outcome, files, the test of each definition,
 * output. Two definitions may define the same score: each is read into a set of its own. Of a folder the report asks its
 * engine (backtest_folder.h). */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "app/backtest_folder.h"
#include "app/backtest_output.h"
#include "app/options.h"
#include "app/outfile.h"
#include "app/past.h"
#include "app/summary.h"
#include "report/backtest_json.h"

#define MISSED_SHOWN 10
#define PERCENT 100.0

enum format { FORMAT_TABLE, FORMAT_JSONL };

struct request {
    struct past_request past;
    const char *const *definitions;
    size_t definition_count;
    const char *score, *output;
    struct backtest_wish wish; /* but for its definitions */
    unsigned format;
    bool of_folder; /* else of files */
};

static const struct option backtest_options[] = {
    RECORD_FILE_OPTIONS,
    {.name = "data", .argument = "DIR", .help = "Everybody in this server's folder, instead of files."},

    {.heading = "The test",
     .name = "outcome",
     .argument = "CONDITION",
     .help = "What the score should foresee: a condition as in a segment's 'when', such as '{event: bought}', or the "
             "name of a segment of DEF. It came when the condition first held. '" OUTCOME_USUAL "' means "
             "the lifecycle stage customer or a deal of the record's that was won, and is the default."},
    {.name = "horizon",
     .argument = "DAYS",
     .help = "How soon after an instant it must come to count: 30, or such as 30d or 12w. Default: 90."},
    {.name = "from", .argument = "TIME", .help = "The first instant. Default: 182 days before the last."},
    {.name = "to",
     .argument = "TIME",
     .help = "The last instant. Default, and latest: a horizon before the last known fact, since later nobody knows "
             "what came."},
    {.name = "step",
     .argument = "DAYS",
     .help = "Between instants. Default: 7, or more where those would be too many to remember."},
    {.name = "score", .argument = "NAME", .help = "Which score of the definitions, if there are several."},
    PAST_OPTIONS,

    {.heading = "Where to call from",
     .name = "min-conversion",
     .argument = "PERCENT",
     .help =
         "Name the lowest threshold from which at least so many of the called convert. The threshold of the best F1 "
         "is always named; all come with intervals."},
    {.name = "max-calls", .argument = "N", .help = "Name the lowest threshold with at most so many calls a week."},
    {.name = "value",
     .argument = "N",
     .help = "What a conversion is worth. With --cost: name the threshold of the best profit."},
    {.name = "cost", .argument = "N", .help = "What a call costs, in the same money."},
    {.name = "reach",
     .argument = "PERCENT",
     .help = "Name the highest threshold that so many of those who convert had been at before. Default: 80."},

    {.heading = "Output",
     .name = "format",
     .argument = "table|jsonl",
     .help = "table, the default, is for people. jsonl has one line for each finding, told apart by 'kind': summary, "
             "bin, band, threshold, advice, missed, comparison."},
    {.name = "missed", .argument = "N", .help = "At most so many of those who converted uncalled. Default: 10."},
    {.name = "output",
     .argument = "FILE",
     .help = "Write here instead of standard output. The file appears when it is complete."},
};

static const struct example backtest_examples[] = {
    {.text = "Did those with many points become customers?",
     .line = "plumb backtest lead.yaml --contacts c.csv --events e.jsonl --outcome '{event: bought}'"},
    {.text = "From how many points on should sales call, if one in five is to buy?",
     .line = "plumb backtest lead.yaml --contacts c.csv --outcome customer --min-conversion 20"},
    {.text = "Is the draft better than what is in use?",
     .line = "plumb backtest lead.yaml draft.yaml --contacts c.csv --events e.jsonl --outcome customer"},
    {.text = "What was the score worth that is in force on the server?",
     .line = "plumb backtest --data /var/lib/plumb --score lead --outcome '{event: bought}'"},
};

/* ---- What is asked for. ---- */

static enum err read_wish(const struct arguments *arguments, const struct past_request *past, struct backtest_wish *out,
                          struct err_info *why)
{
    uint64_t step, missed, conversion, calls, value, cost, reach;
    const struct {
        const char *name;
        uint64_t least, most, otherwise, *to;
    } numbers[] = {{"step", 1, PAST_DAYS_MAX, 0, &step},
                   {"missed", 0, BACKTEST_MISSED_MAX, MISSED_SHOWN, &missed},
                   {"min-conversion", 1, 100, 0, &conversion},
                   {"max-calls", 1, RECORDS_MAX, 0, &calls},
                   {"value", 1, BACKTEST_MONEY_MAX, 0, &value},
                   {"cost", 1, BACKTEST_MONEY_MAX, 0, &cost},
                   {"reach", 1, 100, (uint64_t)(PERCENT * BACKTEST_REACH), &reach}};
    enum err e = ERR_OK;
    for (size_t i = 0; i < COUNT_OF(numbers) && e == ERR_OK; i++)
        e = options_number(arguments, numbers[i].name, numbers[i].least, numbers[i].most, numbers[i].otherwise,
                           numbers[i].to, why);
    if (e != ERR_OK) return e;
    *out = (struct backtest_wish){
        .outcome = past->outcome != NULL ? str_trim(str_from_c(past->outcome)) : STR(""),
        .horizon_days = (uint32_t)past->horizon_days,
        .step_days = (uint32_t)step,
        .missed = (uint32_t)missed,
        .goals = {.conversion = (double)conversion / PERCENT,
                  .calls_a_week = (double)calls,
                  .value = (double)value,
                  .cost = (double)cost,
                  .reach = (double)reach / PERCENT},
        .asked = {[GOAL_CONVERSION] = conversion > 0, [GOAL_CALLS] = calls > 0, [GOAL_PROFIT] = value > 0},
        .seed = past->seed};
    if (str_equal(out->outcome, STR(OUTCOME_USUAL))) out->outcome = STR("");
    e = options_instant(arguments, "from", FOREVER, &out->from_ms, why);
    if (e == ERR_OK) e = options_instant(arguments, "to", FOREVER, &out->to_ms, why);
    if (e == ERR_OK && (value > 0) != (cost > 0))
        e = err_set(why, ERR_INVALID, "a profit needs both, --value of a conversion and --cost of a call");
    return e;
}

static enum err read_request(const struct app *app, const struct arguments *arguments, struct arena *arena,
                             struct request *out, struct err_info *why)
{
    *out = (struct request){.definitions = arguments->operands,
                            .definition_count = arguments->operand_count,
                            .score = options_value(arguments, "score"),
                            .output = options_value(arguments, "output")};
    out->of_folder = options_given(arguments, "data");
    enum err e = out->of_folder ? past_question_read(app, arguments, &out->past, why)
                                : past_request_read(app, arguments, arena, &out->past, why);
    if (e == ERR_OK) e = read_wish(arguments, &out->past, &out->wish, why);
    if (e == ERR_OK) e = options_choice(arguments, "format", FORMAT_TABLE, &out->format, why);
    if (e == ERR_OK && !out->of_folder && out->definition_count == 0)
        e = err_set(why, ERR_INVALID, "say which definition is meant: DEF");
    return e;
}

/* ---- Definitions. ---- */

struct trial {
    struct app *app;
    const struct request *request;
    struct past past; /* its definition files: the first definition */
    struct definitions sets[BACKTESTED_MAX];
    uint32_t scores[BACKTESTED_MAX];
    struct backtest_report *report;
};

/* The score that is meant: the one of that name, else the only one. */
static bool choose_score(struct trial *t, uint32_t which)
{
    const struct definitions *set = &t->sets[which];
    const char *path = t->request->definitions[which];
    uint32_t shown = 0;
    for (uint32_t i = 0; i < set->score_count; i++) {
        const struct score *score = set->scores[i];
        if (score->anonymous) continue;
        if (t->request->score != NULL && !str_equal(score->name, str_from_c(t->request->score))) continue;
        t->scores[which] = i;
        shown++;
    }
    if (shown == 1) return true;
    if (shown > 1) app_fail(t->app, "%s has several scores: say which one with --score NAME", path);
    else if (t->request->score != NULL) app_fail(t->app, "%s has no score '%s'", path, t->request->score);
    else app_fail(t->app, "there is no score in %s", path);
    return false;
}

/* A segment of the first definition, or a condition. */
static bool read_outcome(struct trial *t)
{
    if (!past_read_outcome(&t->past, &t->sets[0], t->sets[0].scores[t->scores[0]]->object)) return false;
    for (size_t i = 0; i < t->request->definition_count; i++)
        if (t->sets[i].scores[t->scores[i]]->object != t->past.object) {
            app_fail(t->app, "the score of %s is of a %s, the outcome of a %s", t->request->definitions[i],
                     entity_name(t->sets[i].scores[t->scores[i]]->object), entity_name(t->past.object));
            return false;
        }
    return true;
}

static bool read_definitions(struct trial *t)
{
    const struct request *request = t->request;
    if (!definition_files_read(t->app, request->definitions, 1, request->past.schema, false, &t->past.files))
        return false;
    t->sets[0] = t->past.files.set;
    if (!choose_score(t, 0)) return false;
    if (request->definition_count > 1) {
        if (!definition_files_beside(t->app, &t->past.files, request->definitions[1], NULL, &t->sets[1])) return false;
        if (!choose_score(t, 1)) return false;
    }
    return read_outcome(t);
}

/* ---- Testing. ---- */

static enum err test_all(struct trial *t, struct err_info *why)
{
    const struct request *request = t->request;
    const struct backtest_wish *wish = &request->wish;
    past_find_lives(&t->past);
    const struct watch watch = past_watch(&t->past.progress);
    struct backtest_question question = {
        .count = (uint32_t)request->definition_count,
        .outcome_words = t->past.outcome.words,
        .lives = t->past.lives,
        .history = t->past.history,
        .end_ms = t->past.end_ms,
        .from_ms = wish->from_ms,
        .to_ms = wish->to_ms,
        .horizon_days = wish->horizon_days,
        .step_days = wish->step_days,
        .cells_max = BACKTEST_CELLS_MAX,
        .goals = wish->goals,
        .missed = wish->missed,
        .seed = wish->seed,
        .threads = (unsigned)request->past.threads,
        .progress = watch.progress,
        .progress_context = watch.context,
    };
    memcpy(question.asked, wish->asked, sizeof question.asked);
    for (uint32_t i = 0; i < question.count; i++) {
        question.of[i].called = str_from_c(request->definitions[i]);
        question.of[i].set = &t->sets[i];
        question.of[i].score = t->scores[i];
    }
    enum err e = backtest_report_make(&question, t->report, why);
    progress_end(&t->past.progress);
    return e;
}

/* ---- The steps. ---- */

static int write_output(struct app *app, const struct request *request, const struct backtest_report *report)
{
    struct outfile out = {0};
    struct err_info why = {0};
    if (outfile_open(&out, request->output, app->out, &why) != ERR_OK) return app_fail(app, "%s", why.msg);
    struct page page = {.to = out.to, .style = style_for(out.to == app->out && app->out_colour), .width = app->width};
    if (request->format == FORMAT_TABLE) backtest_page(report, &page);
    else backtest_lines(report, out.to);
    if (outfile_finish(&out, &why) != ERR_OK) app_fail(app, "%s", why.msg);
    outfile_abandon(&out);
    return why.code == ERR_OK ? STATUS_OK : STATUS_FAILED;
}

static int load_and_test(struct trial *t)
{
    struct err_info why = {0};
    if (!past_load(&t->past, t->sets, t->request->definition_count, false)) return STATUS_FAILED;
    if (test_all(t, &why) != ERR_OK) return app_fail(t->app, "%s", why.msg);
    int status = write_output(t->app, t->request, t->report);
    if (status == STATUS_OK) summary_put_rejects(t->app, t->past.rejects, NULL);
    return status;
}

static int test_files(struct app *app, const struct request *request)
{
    AUTO_ARENA arena = arena_new();
    struct trial trial = {.app = app, .request = request, .report = ARENA_NEW(arena, struct backtest_report)};
    past_begin(&trial.past, app, &request->past);
    int status = read_definitions(&trial) ? load_and_test(&trial) : STATUS_FAILED;
    backtest_report_release(trial.report);
    past_close(&trial.past);
    return status;
}

static int test_folder(struct app *app, const struct arguments *arguments, const struct request *request)
{
    AUTO_ARENA arena = arena_new();
    struct backtest_folder *folder = ARENA_NEW(arena, struct backtest_folder);
    struct progress progress;
    progress_init(&progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
    const struct watch watch = past_watch(&progress);
    struct backtest_asking how = {.now_ms = request->past.now_ms,
                                  .cells_max = BACKTEST_CELLS_MAX,
                                  .threads = (unsigned)request->past.threads,
                                  .progress = watch.progress,
                                  .progress_context = watch.context};
    bool good = backtest_folder_ask(app, arguments, request->score, &request->wish, &how, folder);
    progress_end(&progress);
    int status = good ? write_output(app, request, &folder->report) : STATUS_FAILED;
    backtest_folder_close(folder);
    return status;
}

static int run_backtest(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct request request;
    struct err_info why = {0};
    if (read_request(app, arguments, arena, &request, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);
    return request.of_folder ? test_folder(app, arguments, &request) : test_files(app, &request);
}

const struct command command_backtest = {
    .name = "backtest",
    .operands = "[DEF [DEF2]]",
    .operands_min = 0,
    .operands_max = BACKTESTED_MAX,
    .summary = "Hold a score against what came of it",
    .description =
        "Everybody is scored as things stood at each of several past instants, and held against what came within the "
        "horizon after it. A record takes part while its outcome has not come. Shown are how often each range of "
        "scores converted, and what calling from a threshold on would have meant: each record is called once, the "
        "first time it is there.\n\n"
        "With DEF2 both are tested on the same records and instants, and their difference is told with its "
        "interval.\n\n"
        "Facts come from files, or with --data from a server's folder, also while the server runs on it: DEF is then "
        "compiled beside what is in force there, and without DEF it is the score in force.",
    .options = backtest_options,
    .option_count = COUNT_OF(backtest_options),
    .examples = backtest_examples,
    .example_count = COUNT_OF(backtest_examples),
    .run = run_backtest,
};

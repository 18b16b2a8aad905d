/* cmd_backtest.c — `plumb backtest`: is the score right? Asked of the past, from files.
 *
 * One function a step: what is asked for (request), definitions and outcome, files, the test of each definition,
 * output. Two definitions may define the same score: each is read into a set of its own. */
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "app/backtest_output.h"
#include "app/options.h"
#include "app/outfile.h"
#include "app/past.h"
#include "app/summary.h"
#include "base/instant.h"

#define STEP_DAYS 7
#define SPAN_DAYS 182 /* when --from does not say */
#define MISSED_SHOWN 10
#define DRAWS 500
#define CANDIDATES 200 /* thresholds that are weighed for a goal */
#define MONEY_MAX 1000000000

enum format { FORMAT_TABLE, FORMAT_JSONL };

struct request {
    struct past_request past;
    const char *const *definitions;
    size_t definition_count;
    const char *score, *output;
    int64_t from_ms, to_ms; /* FOREVER where not given */
    uint64_t step_days, missed;
    uint64_t conversion_percent, calls_a_week, value, cost; /* goals; 0: not asked for */
    unsigned format;
};

static const struct option backtest_options[] = {
    RECORD_FILE_OPTIONS,

    {.heading = "The test",
     .name = "outcome",
     .argument = "CONDITION",
     .help = "What the score should foresee: a condition as in a segment's 'when', such as '{event: bought}', or the "
             "name of a segment of DEF. It came when the condition first held. '" OUTCOME_USUAL "' means "
             "the lifecycle stage customer or a deal of the record's that was won. Needed."},
    {.name = "horizon",
     .argument = "DAYS",
     .help = "How soon after an instant it must come to count: 30, or such as 30d or 12w. Default: 90."},
    {.name = "from", .argument = "TIME", .help = "The first instant. Default: 182 days before the last."},
    {.name = "to",
     .argument = "TIME",
     .help = "The last instant. Default, and latest: a horizon before the last known fact, since later nobody knows "
             "what came."},
    {.name = "step", .argument = "DAYS", .help = "Between instants. Default: 7."},
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

    {.heading = "Output",
     .name = "format",
     .argument = "table|jsonl",
     .help = "table, the default, is for people. jsonl has one line for each finding, told apart by 'kind': summary, "
             "bin, threshold, advice, missed, comparison."},
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
};

/* ---- What is asked for. ---- */

static enum err read_request(const struct app *app, const struct arguments *arguments, struct arena *arena,
                             struct request *out, struct err_info *why)
{
    *out = (struct request){.definitions = arguments->operands,
                            .definition_count = arguments->operand_count,
                            .score = options_value(arguments, "score"),
                            .output = options_value(arguments, "output")};
    const struct {
        const char *name;
        uint64_t least, most, otherwise, *to;
    } numbers[] = {{"step", 1, PAST_DAYS_MAX, STEP_DAYS, &out->step_days},
                   {"missed", 0, TESTED_MISSED_MAX, MISSED_SHOWN, &out->missed},
                   {"min-conversion", 1, 100, 0, &out->conversion_percent},
                   {"max-calls", 1, RECORDS_MAX, 0, &out->calls_a_week},
                   {"value", 1, MONEY_MAX, 0, &out->value},
                   {"cost", 1, MONEY_MAX, 0, &out->cost}};
    enum err e = past_request_read(app, arguments, arena, "say what the score should foresee", &out->past, why);
    for (size_t i = 0; i < COUNT_OF(numbers) && e == ERR_OK; i++)
        e = options_number(arguments, numbers[i].name, numbers[i].least, numbers[i].most, numbers[i].otherwise,
                           numbers[i].to, why);
    if (e == ERR_OK) e = options_choice(arguments, "format", FORMAT_TABLE, &out->format, why);
    if (e == ERR_OK) e = options_instant(arguments, "from", FOREVER, &out->from_ms, why);
    if (e == ERR_OK) e = options_instant(arguments, "to", FOREVER, &out->to_ms, why);
    if (e == ERR_OK && (out->value > 0) != (out->cost > 0))
        e = err_set(why, ERR_INVALID, "a profit needs both, --value of a conversion and --cost of a call");
    return e;
}

/* ---- Definitions. ---- */

struct trial {
    struct app *app;
    const struct request *request;
    struct past past; /* its definition files: the first definition */
    struct definitions sets[TESTED_MAX];
    uint32_t scores[TESTED_MAX];
    struct tested_all *all;
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

static void on_instant(void *context, uint64_t done, uint64_t all)
{
    struct progress *progress = context;
    progress->all = all;
    progress_update(progress, done);
}

static int rising(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Where bands begin, and where about equal parts of the snapshots do. */
static void choose_thresholds(struct tested *tested)
{
    int64_t found[THRESHOLDS_SHOWN_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i + 1 < tested->bin_count; i++) found[count++] = tested->bins[i].from_micro;
    for (uint32_t b = 0; b < tested->score->band_count && count < THRESHOLDS_SHOWN_MAX; b++)
        found[count++] = tested->score->bands[b].from * MICRO_PER_POINT;
    if (count == 0) found[count++] = 0;
    qsort(found, count, sizeof *found, rising);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || found[i] > found[i - 1]) tested->thresholds[tested->threshold_count++] = found[i];
}

static void advise(struct tested *tested, const struct request *request, const struct goals *goals,
                   const struct bootstrap *how)
{
    int64_t candidates[CANDIDATES];
    uint32_t count = backtest_candidates(&tested->backtest, CANDIDATES, candidates);
    tested->asked[GOAL_F1] = true;
    tested->asked[GOAL_CONVERSION] = request->conversion_percent > 0;
    tested->asked[GOAL_CALLS] = request->calls_a_week > 0;
    tested->asked[GOAL_PROFIT] = request->value > 0;
    tested->missed_below = tested->thresholds[0];
    for (unsigned goal = GOAL_COUNT; goal-- > 0;) {
        if (!tested->asked[goal] || count == 0) continue;
        backtest_advise(&tested->backtest, candidates, count, goals, goal, how, &tested->advice[goal]);
        if (tested->advice[goal].met) tested->missed_below = tested->advice[goal].micro;
    }
}

static void judge(struct tested *tested, const struct request *request, const struct goals *goals,
                  const struct bootstrap *how)
{
    int64_t ends[TESTED_BINS_MAX];
    tested->bin_count = backtest_bin_ends(&tested->backtest, TESTED_BINS_MAX, ends);
    for (uint32_t i = 0; i < tested->bin_count; i++) tested->bins[i].from_micro = ends[i];
    backtest_bins(&tested->backtest, tested->bins, tested->bin_count);
    backtest_quality(&tested->backtest, how, tested->figures);
    choose_thresholds(tested);
    backtest_calls(&tested->backtest, tested->thresholds, tested->threshold_count, tested->calls);
    advise(tested, request, goals, how);
    tested->missed_count =
        backtest_missed(&tested->backtest, tested->missed_below, tested->missed, (uint32_t)request->missed);
    tested->missed_shown = tested->missed_count < request->missed ? tested->missed_count : (uint32_t)request->missed;
}

static enum err test_one(struct trial *t, uint32_t which, const struct lifetime *lives,
                         const struct backtest_options *options, struct err_info *why)
{
    struct tested *tested = &t->all->tested[which];
    struct scan *scan = scan_new(&t->sets[which], t->past.history, NULL);
    tested->path = t->request->definitions[which];
    tested->score = t->sets[which].scores[t->scores[which]];
    progress_begin(&t->past.progress, "scoring", "instants", 0);
    enum err e =
        backtest_run(scan, &t->sets[which], t->scores[which], t->past.history, lives, options, &tested->backtest, why);
    progress_end(&t->past.progress);
    scan_free(scan);
    return e;
}

static struct backtest_options options_for(struct trial *t)
{
    const struct request *request = t->request;
    struct backtest_options options = {.step_ms = (int64_t)request->step_days * MS_PER_DAY,
                                       .horizon_ms = (int64_t)request->past.horizon_days * MS_PER_DAY,
                                       .end_ms = t->past.end_ms,
                                       .threads = (unsigned)request->past.threads,
                                       .progress = on_instant,
                                       .progress_context = &t->past.progress};
    options.to_ms = request->to_ms != FOREVER ? request->to_ms : options.end_ms - options.horizon_ms;
    options.from_ms = request->from_ms != FOREVER ? request->from_ms : options.to_ms - SPAN_DAYS * MS_PER_DAY;
    return options;
}

static enum err test_all(struct trial *t, struct err_info *why)
{
    struct bootstrap how = {.draws = DRAWS,
                            .confidence = 0.95,
                            .seed = t->request->past.seed,
                            .threads = (unsigned)t->request->past.threads};
    past_find_lives(&t->past);
    struct backtest_options options = options_for(t);
    enum err e = ERR_OK;
    t->all->count = (uint32_t)t->request->definition_count;
    t->all->outcome = str_trim(str_from_c(t->request->past.outcome));
    t->all->history = t->past.history;
    t->all->goals = (struct goals){.conversion = (double)t->request->conversion_percent / 100,
                                   .calls_a_week = (double)t->request->calls_a_week,
                                   .value = (double)t->request->value,
                                   .cost = (double)t->request->cost};
    for (uint32_t i = 0; i < t->all->count && e == ERR_OK; i++) e = test_one(t, i, t->past.lives, &options, why);
    uint64_t open = 0;
    const struct backtest *first = &t->all->tested[0].backtest;
    for (uint64_t i = 0; e == ERR_OK && i < (uint64_t)first->instants * first->records; i++)
        open += first->micro[i] != SCORE_CLOSED;
    if (e == ERR_OK && open == 0)
        e = err_set(why, ERR_INVALID, "nobody was there in that span without the outcome: there is nothing to test");
    for (uint32_t i = 0; i < t->all->count && e == ERR_OK; i++)
        judge(&t->all->tested[i], t->request, &t->all->goals, &how);
    if (e == ERR_OK && t->all->count == 2)
        backtest_compare(&t->all->tested[1].backtest, &t->all->tested[0].backtest, &how, t->all->apart);
    return e;
}

/* ---- The steps. ---- */

static int write_output(struct trial *t)
{
    struct outfile out = {0};
    struct err_info why = {0};
    struct app *app = t->app;
    if (outfile_open(&out, t->request->output, app->out, &why) != ERR_OK) return app_fail(app, "%s", why.msg);
    struct page page = {.to = out.to, .style = style_for(out.to == app->out && app->out_colour), .width = app->width};
    if (t->request->format == FORMAT_TABLE) backtest_page(t->all, &page);
    else backtest_lines(t->all, out.to);
    if (outfile_finish(&out, &why) != ERR_OK) app_fail(app, "%s", why.msg);
    outfile_abandon(&out);
    return why.code == ERR_OK ? STATUS_OK : STATUS_FAILED;
}

static int load_and_test(struct trial *t)
{
    struct err_info why = {0};
    if (!past_load(&t->past, t->sets, t->request->definition_count, false)) return STATUS_FAILED;
    if (test_all(t, &why) != ERR_OK) return app_fail(t->app, "%s", why.msg);
    int status = write_output(t);
    if (status == STATUS_OK) summary_put_rejects(t->app, t->past.rejects, NULL);
    return status;
}

static int run_backtest(struct app *app, const struct arguments *arguments)
{
    AUTO_ARENA arena = arena_new();
    struct request request;
    struct err_info why = {0};
    if (read_request(app, arguments, arena, &request, &why) != ERR_OK)
        return app_usage(app, arguments->command, "%s", why.msg);
    struct trial trial = {.app = app, .request = &request, .all = ARENA_NEW(arena, struct tested_all)};
    past_begin(&trial.past, app, &request.past);
    int status = read_definitions(&trial) ? load_and_test(&trial) : STATUS_FAILED;
    for (uint32_t i = 0; i < TESTED_MAX; i++) backtest_release(&trial.all->tested[i].backtest);
    past_close(&trial.past);
    return status;
}

const struct command command_backtest = {
    .name = "backtest",
    .operands = "DEF [DEF2]",
    .operands_min = 1,
    .operands_max = TESTED_MAX,
    .summary = "Hold a score against what came of it",
    .description =
        "Everybody is scored as things stood at each of several past instants, and held against what came within the "
        "horizon after it. A record takes part while its outcome has not come. Shown are how often each range of "
        "scores converted, and what calling from a threshold on would have meant: each record is called once, the "
        "first time it is there.\n\n"
        "With DEF2 both are tested on the same records and instants, and their difference is told with its interval.",
    .options = backtest_options,
    .option_count = COUNT_OF(backtest_options),
    .examples = backtest_examples,
    .example_count = COUNT_OF(backtest_examples),
    .run = run_backtest,
};

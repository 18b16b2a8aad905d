/* cmd_train.c — `plumb train`: who will buy? Learnt from files.
 *
 * What is learnt from is told by the options: histories of records and events (train_history.c), or a table with one
 * row a lead (train_table.c). */
// SPDX-License-Identifier: Apache-2.0
#include "app/past.h"
#include "app/train.h"

static const struct option train_options[] = {
    RECORD_FILE_OPTIONS,

    {.heading = "Or a table (CSV; - is standard input)",
     .name = "table",
     .argument = "FILE",
     .help =
         "One row a lead, its columns as they were when the outcome was still to come. --outcome then names a column, "
         "and so do --exclude and --id."},
    {.name = "positive",
     .argument = "VALUE",
     .help = "What stands in the column of the outcome where it came. Default: 1, yes, true or won, beside one other "
             "value."},
    {.name = "missing",
     .argument = "TEXT,...",
     .help = "Texts that mean that there is no value, such as Select. Blank ones do."},
    {.name = "time",
     .argument = "COLUMN",
     .help = "When each lead came. Then the last third of them is held out, and judged by what was learnt from the "
             "others."},
    {.name = "split",
     .argument = "random|time",
     .help = "random: each fold is judged by what was learnt from the others. Default: time with --time, else random."},
    {.name = "folds", .argument = "N", .help = "Of a random split. Default: 5."},

    {.heading = "What is to be foreseen",
     .name = "outcome",
     .argument = "CONDITION",
     .help = "A condition as in a segment's 'when', such as '{event: bought}', or the name of a segment of --score's "
             "file. It came when the condition first held. Default: '" OUTCOME_USUAL "', the lifecycle stage customer "
             "or a deal of the record's that was won."},
    {.name = "outcome-event", .argument = "NAME", .help = "The same as --outcome '{event: NAME}'."},
    {.name = "horizon",
     .argument = "DAYS",
     .help = "How soon after an instant it must come to count: 30, or such as 30d or 12w. Default: 90."},
    {.name = "object",
     .argument = "contact|company|deal",
     .help = "Whose likelihood. Default: contact, or what the score of --score is of."},

    {.heading = "How it is learnt",
     .name = "model",
     .argument = "auto|logistic|trees",
     .help = "auto, the default: a regression, or trees where they are better on later leads beyond doubt. Of too few "
             "examples only a regression is learnt, and the page says so."},
    {.name = "score",
     .argument = "DEF",
     .help = "A file with a score: the points of its rules are learnt from, too, and it is judged on the same leads."},
    {.name = "exclude",
     .argument = "PROPERTY,...",
     .help = "Properties that are not looked at, such as 'stage,company.tier'."},
    {.name = "use-protected",
     .help = "Look at names, sex, age, origin, belief, health and family, too. Else such properties are left out."},
    {.name = "keep-leaks", .help = "Use what looks as if it came of the outcome, too. It is told in any case."},
    {.name = "step", .argument = "DAYS", .help = "Between the instants at which a record is looked at. Default: 14."},
    {.name = "memory",
     .argument = "MB",
     .help =
         "What the examples may take. Of more, all of the rarer outcome are kept and some of the other, which count "
         "for the rest. Default: 2048."},
    {.name = "per-record", .argument = "N", .help = "At most so many instants of a record. Default: 8."},
    PAST_OPTIONS,

    {.heading = "Output",
     .name = "by",
     .argument = "PROPERTY,...",
     .help =
         "Tell the quality for each value of these, such as 'source,company.country'. Default: up to three of source, "
         "country and industry. Bands of the score are always told."},
    {.name = "format", .argument = "table|json", .help = "table, the default, is a page for people."},
    {.name = "output", .argument = "MODEL", .help = "Keep the model in this file, for `plumb predict`."},
};

static const struct example train_examples[] = {
    {.text = "How likely is a first order within 90 days?",
     .line = "plumb train --contacts c.csv --events e.jsonl --outcome-event ordered --output model"},
    {.text = "Who of these leads will become a customer? Learnt from those of last year.",
     .line = "plumb train --table leads.csv --outcome Converted --missing Select --output model"},
    {.text = "Is a model better than our points?",
     .line = "plumb train --contacts c.csv --deals d.csv --events e.jsonl --score lead.yaml --by source"},
};

static int run_train(struct app *app, const struct arguments *arguments)
{
    return options_given(arguments, "table") ? train_from_table(app, arguments) : train_from_history(app, arguments);
}

const struct command command_train = {
    .name = "train",
    .summary = "Learn from history who will become a customer",
    .description =
        "Records are looked at as they were at past instants, and what came within the horizon after each is learnt. "
        "The "
        "model is judged on later leads, and on other ones than it learnt from, with intervals: how well it tells "
        "apart "
        "who will from who will not, whether its percentages may be taken at their word, where it fails, and whether "
        "it "
        "beats always saying the same, or the points of a score.\n\n"
        "Nothing is looked at but what was known at the instant. What looks as if it came of the outcome is told and "
        "left out. If nothing can be foreseen, that is said plainly.\n\n"
        "A table (--table) has no past instants: its rows are taken as they are. Of each column it is found out what "
        "it is: "
        "a number, a date, yes or no, an e-mail address, a list or a category. The figures are those of leads that "
        "were not "
        "learnt from; the model that is kept learnt from all.",
    .options = train_options,
    .option_count = COUNT_OF(train_options),
    .examples = train_examples,
    .example_count = COUNT_OF(train_examples),
    .interrupted = "no model was written",
    .run = run_train,
};

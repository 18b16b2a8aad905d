/* cmd_predict.c — `plumb predict`: how likely is each of them, and why?
 *
 * What a model is asked about is told by the options: histories of records and events (predict_history.c), or a table with
 * one row a lead (predict_table.c). */
// SPDX-License-Identifier: Apache-2.0
#include "app/predict.h"
#include "app/record_files.h"

static const struct option predict_options[] = {
    RECORD_FILE_OPTIONS,

    {.heading = "Or a table (CSV; - is standard input)",
     .name = "table",
     .argument = "FILE",
     .help =
         "One row a lead, with the columns that a model of a table learnt from. --id names the column that tells leads "
         "apart; else it is that of training, or rows have numbers."},

    {.heading = "The forecast",
     .name = "as-of",
     .argument = "TIME",
     .help = "As things stood at this time. Default: now."},
    {.name = "score", .argument = "DEF", .help = "The score whose rules the model learnt from, if it did."},
    {.name = "threads", .argument = "N", .help = "Default: all cores. The result is the same for any number."},
    {.name = "strict", .help = "A bad row ends the program with status 1. Else bad rows are refused one by one."},

    {.heading = "Output",
     .name = "explain",
     .help = "Tell the reasons of each, for and against, and what the chance would be without them."},
    {.name = "rows", .argument = "N", .help = "How many the page shows, the likeliest first. Default: 20."},
    {.name = "format",
     .argument = "table|csv|jsonl|json",
     .help =
         "table, the default, is for people. csv and jsonl have a line for everybody, ordered by id or, of a table, by "
         "row; json is one array of the same."},
    {.name = "output",
     .argument = "FILE",
     .help = "Write here instead of standard output. The file appears when it is complete."},
};

static const struct example predict_examples[] = {
    {.text = "Whom should we call first, and why?",
     .line = "plumb predict lead.model --contacts c.csv --events e.jsonl --explain"},
    {.text = "Whom of these leads, by a model of a table?",
     .line = "plumb predict leads.model --table new_leads.csv --explain"},
    {.text = "A probability for everybody",
     .line = "plumb predict lead.model --contacts c.csv --events e.jsonl --format csv"},
};

static int run_predict(struct app *app, const struct arguments *arguments)
{
    return options_given(arguments, "table") ? predict_from_table(app, arguments)
                                             : predict_from_history(app, arguments);
}

const struct command command_predict = {
    .name = "predict",
    .operands = "MODEL",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "Ask a model how likely everybody is, and why",
    .description =
        "Each record that is open gets the probability that the model's outcome comes within its horizon: of 100 "
        "records with 45 % it comes to 45. The priority is where a record stands among the others: very high, high, "
        "medium "
        "and low are quarters of the open ones; those to whom the outcome has come are closed won.\n\n"
        "The leads of a table are all open. If there are fewer than 20, each is held against the leads that the model "
        "was judged "
        "on instead of against each other.",
    .options = predict_options,
    .option_count = COUNT_OF(predict_options),
    .examples = predict_examples,
    .example_count = COUNT_OF(predict_examples),
    .run = run_predict,
};

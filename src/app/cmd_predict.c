/* cmd_predict.c — `plumb predict`: how likely is each of them, and why?
 *
 * What a model is asked about is told by the options: histories of records and events (predict_history.c). */
// SPDX-License-Identifier: Apache-2.0
#include "app/predict.h"
#include "app/record_files.h"

static const struct option predict_options[] = {
    RECORD_FILE_OPTIONS,

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
     .argument = "table|csv|jsonl",
     .help = "table, the default, is for people. csv and jsonl have a line for everybody, ordered by id."},
    {.name = "output",
     .argument = "FILE",
     .help = "Write here instead of standard output. The file appears when it is complete."},
};

static const struct example predict_examples[] = {
    {.text = "Whom should we call first, and why?",
     .line = "plumb predict lead.model --contacts c.csv --events e.jsonl --explain"},
    {.text = "A probability for everybody",
     .line = "plumb predict lead.model --contacts c.csv --events e.jsonl --format csv"},
};

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
        "and low are quarters of the open ones; those to whom the outcome has come are closed won.",
    .options = predict_options,
    .option_count = COUNT_OF(predict_options),
    .examples = predict_examples,
    .example_count = COUNT_OF(predict_examples),
    .run = predict_from_history,
};

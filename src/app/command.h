/* command.h — a subcommand is one file with one descriptor, and one list has them all.
 *
 *     const struct command command_check = {
 *         .name = "check", .operands = "DEF...", .operands_min = 1, .operands_max = OPERANDS_ANY,
 *         .summary = "Check definitions without scoring anything",
 *         .description = "...", .options = check_options, .option_count = COUNT_OF(check_options),
 *         .run = run_check};
 *
 * The parser (options.h), `plumb help`, the man page and the completion are made from
 * these tables, so they cannot disagree. Adding a command touches one new file and the
 * list in command.c. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_COMMAND_H
#define PLUMB_APP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/err.h"
#include "base/macros.h"

/* What the shell sees. */
enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

#define OPERANDS_ANY UINT32_MAX

/* `--contacts FILE`. Texts are plain; the printer wraps them. */
struct option {
    const char *name;     /* "contacts", without the dashes */
    const char *argument; /* "FILE", "N", "csv|jsonl|table"; NULL: a switch that takes none */
    const char *help;     /* sentences; the first tells what it does */
    bool repeated;        /* may be given many times; else the second time is a mistake */
    const char *heading;  /* begins a section of the list in `help`; NULL: in the section before */
};

/* An example line and what it does, for the help. */
struct example {
    const char *text;
    const char *line;
};

struct app;
struct arguments;

struct command {
    const char *name;
    const char *operands; /* "DEF...", "DIR", "[COMMAND]"; NULL: takes none */
    uint32_t operands_min, operands_max;
    const char *summary;     /* one line without a full stop */
    const char *description; /* paragraphs, separated by a blank line; a paragraph that begins
                              * with two blanks is printed as it is */
    const struct option *options;
    size_t option_count;
    const struct example *examples;
    size_t example_count;
    const char *interrupted; /* what came of it when a signal ends it: "no copy was written"; NULL: "it was not done" */

    /* Returns a STATUS_. Everything it prints goes to app->out and app->err. */
    int (*run)(struct app *app, const struct arguments *arguments);
};

/* What main.c chooses for the commands and tests choose differently. */
struct app {
    const struct clock *clock;
    struct config config;           /* settings of the environment */
    const char *const *environment; /* they stand in; "NAME=value" strings, NULL-ended */
    FILE *out;                      /* data, and what was asked for */
    FILE *err;                      /* everything else: messages, progress, summaries */
    bool out_is_terminal;
    bool err_is_terminal;
    bool out_colour; /* ANSI colours are welcome: a terminal, and NO_COLOR is not set */
    bool err_colour;
    uint32_t width; /* of out in cells; 80 when it is no terminal */
};

/* All commands in the order of the help; NULL-ended. */
extern const struct command *const commands[];
const struct command *command_find(const char *name); /* NULL when there is none */

/* Parse `argv` behind the program's name, run the command, return the STATUS_. */
int command_main(struct app *app, int argc, char **argv);

/* "there is no command 'scroe'; did you mean 'score'?" Returns STATUS_USAGE. */
int command_unknown(struct app *app, const char *name);

/* ---- Speaking to the person. Sentences come without a full stop. ---- */

/* "plumb: SENTENCE" on app->err. Returns STATUS_FAILED. */
int app_fail(struct app *app, const char *format, ...) PRINTF_LIKE(2, 3);

/* "plumb score: SENTENCE" and where the help is. Returns STATUS_USAGE. */
int app_usage(struct app *app, const struct command *command, const char *format, ...) PRINTF_LIKE(3, 4);

/* "warning: SENTENCE" on app->err. */
void app_warn(struct app *app, const char *format, ...) PRINTF_LIKE(2, 3);

#endif

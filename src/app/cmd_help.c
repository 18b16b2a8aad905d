/* cmd_help.c — `plumb help` and `plumb version`. */
// SPDX-License-Identifier: Apache-2.0
#include "app/help.h"
#include "app/options.h"
#include "app/version.h"
#include "core/nearest.h"

static const struct option help_options[] = {
    {.name = "man", .help = "Print the manual page, for man(1)."},
    {.name = "bash-completion", .help = "Print a script for bash: eval \"$(plumb help --bash-completion)\"."},
};

static int run_help(struct app *app, const struct arguments *arguments)
{
    if (options_given(arguments, "man")) {
        help_man_page(app->out);
    } else if (options_given(arguments, "bash-completion")) {
        help_bash_completion(app->out);
    } else if (arguments->operand_count == 0) {
        help_overview(app, app->out);
    } else {
        const struct command *command = command_find(arguments->operands[0]);
        if (command == NULL) return command_unknown(app, arguments->operands[0]);
        help_command(app, app->out, command);
    }
    return STATUS_OK;
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .operands_max = 1,
    .summary = "Tell about Plumb or one of its commands",
    .description = "'plumb COMMAND --help' tells the same.",
    .options = help_options,
    .option_count = COUNT_OF(help_options),
    .run = run_help,
};

static int run_version(struct app *app, const struct arguments *arguments)
{
    (void)arguments;
    fprintf(app->out, "plumb %s\n", PLUMB_VERSION);
    return STATUS_OK;
}

const struct command command_version = {
    .name = "version",
    .summary = "Print the version",
    .description = "'plumb --version' prints the same.",
    .run = run_version,
};

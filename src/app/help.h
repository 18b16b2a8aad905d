/* help.h — the commands' tables as text for people, as a man page, as a completion. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_HELP_H
#define PLUMB_APP_HELP_H

#include <stdio.h>

#include "app/command.h"

void help_overview(const struct app *app, FILE *to);
void help_command(const struct app *app, FILE *to, const struct command *command);

/* plumb.1 in the man macros, made from nothing but the tables. */
void help_man_page(FILE *to);

/* A script for bash: commands, options, and the words of options that have a choice. */
void help_bash_completion(FILE *to);

#endif

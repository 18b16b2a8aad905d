/* man_page.c — plumb.1 and the completion for bash, made from the commands' tables.
 *
 * In roff a backslash, and a dot or quote at the begin of a line, would be commands:
 * every text goes through put_text, which takes their meaning away. */
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "app/help.h"
#include "app/version.h"
#include "base/str.h"

static void put_text(FILE *to, struct str text)
{
    bool line_begins = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (line_begins && (c == '.' || c == '\'')) fputs("\\&", to);
        if (c == '\\') fputs("\\e", to);
        else if (c == '-') fputs("\\-", to);
        else fputc(c, to);
        line_begins = c == '\n';
    }
}

static void put_c(FILE *to, const char *text)
{
    put_text(to, str_from_c(text));
}

static void put_usage(FILE *to, const struct command *command)
{
    fputs(".B plumb ", to);
    put_c(to, command->name);
    fputc('\n', to);
    if (command->operands != NULL) {
        fputs(".I ", to);
        put_c(to, command->operands);
        fputs("\\&\n", to); /* dots at the end of a line would end a sentence */
    }
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option *option = &command->options[i];
        fputs("[\\fB\\-\\-", to);
        put_c(to, option->name);
        fputs("\\fR", to);
        if (option->argument != NULL) {
            fputs(" \\fI", to);
            put_c(to, option->argument);
            fputs("\\fR", to);
        }
        fputs(option->repeated ? "]...\n" : "]\n", to);
    }
}

static void put_paragraphs(FILE *to, const char *description)
{
    struct str rest = str_from_c(description);
    while (rest.len > 0) {
        const char *end = memmem(rest.at, rest.len, "\n\n", 2);
        struct str paragraph = {rest.at, end != NULL ? (size_t)(end - rest.at) : rest.len};
        size_t taken = paragraph.len + (end != NULL ? 2 : 0);
        rest = (struct str){rest.at + taken, rest.len - taken};
        bool as_it_is = str_starts_with(paragraph, STR("  "));
        fputs(as_it_is ? ".PP\n.nf\n" : ".PP\n", to);
        put_text(to, paragraph);
        fputs(as_it_is ? "\n.fi\n" : "\n", to);
    }
}

static void put_options(FILE *to, const struct command *command)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option *option = &command->options[i];
        if (option->heading != NULL) {
            fputs(".PP\n\\fI", to);
            put_c(to, option->heading);
            fputs("\\fR\n", to);
        }
        fputs(".TP\n\\fB\\-\\-", to);
        put_c(to, option->name);
        fputs("\\fR", to);
        if (option->argument != NULL) {
            fputs(" \\fI", to);
            put_c(to, option->argument);
            fputs("\\fR", to);
        }
        fputc('\n', to);
        put_c(to, option->help);
        fputc('\n', to);
    }
}

static void put_command(FILE *to, const struct command *command)
{
    fputs(".SS plumb ", to);
    put_c(to, command->name);
    fputc('\n', to);
    put_c(to, command->summary);
    fputs(".\n.PP\n", to);
    put_usage(to, command);
    put_paragraphs(to, command->description);
    put_options(to, command);
    for (size_t i = 0; i < command->example_count; i++) {
        fputs(".PP\n", to);
        put_c(to, command->examples[i].text);
        fputs("\n.PP\n.in +4n\n.EX\n", to);
        put_c(to, command->examples[i].line);
        fputs("\n.EE\n.in\n", to);
    }
}

/* ".B PLUMB_THREADS", what it does, and its default. */
static void put_setting(FILE *to, const struct config_setting *setting)
{
    fputs(".TP\n.B PLUMB_", to);
    for (const char *c = setting->name; *c != '\0'; c++) fputc(*c == '_' ? '_' : *c - 'a' + 'A', to);
    if (setting->type == CONFIG_BOOL)
        fprintf(to, "\nWhether to %s (default %s).\n", setting->help, setting->default_value ? "on" : "off");
    else fprintf(to, "\nSays %s (default %lld).\n", setting->help, (long long)setting->default_value);
}

void help_man_page(FILE *to)
{
    fprintf(to, ".TH PLUMB 1 \"\" \"Plumb %s\" \"User Commands\"\n", PLUMB_VERSION);
    fputs(".SH NAME\nplumb \\- score leads on your own machine, exactly, and say why\n"
          ".SH SYNOPSIS\n.B plumb\n.I COMMAND\n[\\fIOPTION\\fR]...\n"
          ".SH COMMANDS\n",
          to);
    for (size_t i = 0; commands[i] != NULL; i++) put_command(to, commands[i]);
    fputs(".SH EXIT STATUS\n"
          ".TP\n0\nAll went well; rows may have been refused, and standard error says so.\n"
          ".TP\n1\nA definition or file is wrong or cannot be read, or with \\-\\-strict a row is bad.\n"
          ".TP\n2\nThe command line is wrong.\n"
          ".SH ENVIRONMENT\n"
          ".TP\n.B NO_COLOR\nWhen set to anything, nothing is coloured.\n"
          ".TP\n.B COLUMNS\nThe width of the page, when the terminal does not tell.\n",
          to);
    for (size_t i = 0; i < config_setting_count; i++) put_setting(to, &config_settings[i]);
}

/* ---- Completion. ---- */

static void put_options_words(FILE *to, const struct command *command)
{
    for (size_t i = 0; i < command->option_count; i++)
        fprintf(to, "--%s%s", command->options[i].name, i + 1 < command->option_count ? " " : "");
}

/* "table csv jsonl" for an option with a choice. */
static void put_choices(FILE *to, const struct command *command)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option *option = &command->options[i];
        if (option->argument == NULL || strchr(option->argument, '|') == NULL) continue;
        fprintf(to, "    %s:--%s) COMPREPLY=($(compgen -W '", command->name, option->name);
        for (const char *c = option->argument; *c != '\0'; c++) fputc(*c == '|' ? ' ' : *c, to);
        fputs("' -- \"$word\")); return ;;\n", to);
    }
}

void help_bash_completion(FILE *to)
{
    fputs("# Completion of plumb for bash.\n"
          "_plumb()\n{\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} "
          "options\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W '",
          to);
    for (size_t i = 0; commands[i] != NULL; i++) fprintf(to, "%s%s", i > 0 ? " " : "", commands[i]->name);
    fputs("' -- \"$word\"))\n        return\n    fi\n    case $command:$before in\n", to);
    for (size_t i = 0; commands[i] != NULL; i++) put_choices(to, commands[i]);
    fputs("    esac\n    case $command in\n", to);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fprintf(to, "    %s) options='", commands[i]->name);
        put_options_words(to, commands[i]);
        fputs("' ;;\n", to);
    }
    fputs("    esac\n"
          "    case $word in\n"
          "    -*) COMPREPLY=($(compgen -W \"$options --help\" -- \"$word\")) ;;\n"
          "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
          "    esac\n}\n"
          "complete -o filenames -F _plumb plumb\n",
          to);
}

/* help.c — `plumb help`: the tables, set for the width at hand.
 *
 * Text is wrapped between blanks to at most HELP_WIDTH_MAX cells, because longer lines are
 * hard to read. An option's help stands beside it when there is room, else below. */
// SPDX-License-Identifier: Apache-2.0
#include "app/help.h"

#include <string.h>

#include "app/text.h"
#include "base/arena.h"
#include "base/unicode.h"

#define HELP_WIDTH_MIN 40
#define HELP_WIDTH_MAX 88
#define LABEL_CELLS_MAX 24 /* a longer option stands on a line of its own */

static size_t help_width(const struct app *app)
{
    if (app->width < HELP_WIDTH_MIN) return HELP_WIDTH_MIN;
    return app->width > HELP_WIDTH_MAX ? HELP_WIDTH_MAX : app->width;
}

static void put_paragraphs(FILE *to, const char *description, size_t indent, size_t width)
{
    struct str rest = str_from_c(description);
    while (rest.len > 0) {
        const char *end = memmem(rest.at, rest.len, "\n\n", 2);
        struct str paragraph = {rest.at, end != NULL ? (size_t)(end - rest.at) : rest.len};
        size_t taken = paragraph.len + (end != NULL ? 2 : 0);
        rest = (struct str){rest.at + taken, rest.len - taken};
        if (str_starts_with(paragraph, STR("  "))) {
            while (paragraph.len > 0) {
                struct str line = str_cut(&paragraph, '\n');
                fprintf(to, "%*s" STR_FMT "\n", (int)indent, "", STR_ARG(line));
            }
        } else {
            fprintf(to, "%*s", (int)indent, "");
            text_put_wrapped(to, paragraph, indent, width);
        }
        fputc('\n', to);
    }
}

static void put_heading(const struct app *app, FILE *to, const char *heading)
{
    const char *bold = app->out_colour && to == app->out ? "\033[1m" : "";
    fprintf(to, "%s%s%s\n", bold, heading, *bold != '\0' ? "\033[0m" : "");
}

void help_overview(const struct app *app, FILE *to)
{
    put_heading(app, to, "Plumb scores your leads on your own machine, exactly, and says why.");
    fputc('\n', to);
    put_heading(app, to, "Commands");
    size_t widest = 0;
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strlen(commands[i]->name) > widest) widest = strlen(commands[i]->name);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fprintf(to, "  plumb %-*s   ", (int)widest, commands[i]->name);
        text_put_wrapped(to, str_from_c(commands[i]->summary), 2 + 6 + widest + 3, help_width(app));
    }
    fputc('\n', to);
    put_heading(app, to, "First steps");
    fputs("  plumb demo-data demo && cd demo\n"
          "  plumb score lead_score.yaml --contacts contacts.csv \\\n"
          "      --companies companies.csv --deals deals.csv --events events.jsonl\n"
          "\n"
          "'plumb help score' tells all about a command.\n",
          to);
}

/* "one|two FILE": wrapped between blanks, and behind a '|' what no line can hold. */
static void put_operands(FILE *to, struct str operands, size_t indent, size_t width, size_t *cells)
{
    while (operands.len > 0) {
        struct str word = str_cut(&operands, ' ');
        while (indent + word.len > width) {
            size_t fits = width - indent;
            while (fits > 0 && word.at[fits - 1] != '|') fits--;
            if (fits == 0) break;
            text_put_word(to, (struct str){word.at, fits}, indent, width, cells);
            word = (struct str){word.at + fits, word.len - fits};
        }
        text_put_word(to, word, indent, width, cells);
    }
}

static void put_usage(FILE *to, const struct command *command, size_t width)
{
    AUTO_BUF line = BUF_INIT((size_t)16 * 1024);
    size_t indent = strlen("  plumb  ") + strlen(command->name);
    bool alone = command->operands == NULL && command->option_count == 0;
    fprintf(to, "  plumb %s%s", command->name, alone ? "" : " ");
    size_t cells = indent;
    if (command->operands != NULL) put_operands(to, str_from_c(command->operands), indent, width, &cells);
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option *option = &command->options[i];
        buf_clear(&line);
        buf_format(&line, option->argument != NULL ? "[--%s %s]%s" : "[--%s]", option->name,
                   option->argument != NULL ? option->argument : "", option->repeated ? "..." : "");
        text_put_word(to, buf_str(&line), indent, width, &cells);
    }
    fputc('\n', to);
}

static void put_options(const struct app *app, FILE *to, const struct command *command, size_t width)
{
    size_t label_cells = 0;
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option *option = &command->options[i];
        size_t cells = 2 + strlen(option->name) + (option->argument != NULL ? 1 + strlen(option->argument) : 0);
        if (cells <= LABEL_CELLS_MAX && cells > label_cells) label_cells = cells;
    }
    size_t indent = 2 + label_cells + 2;
    for (size_t i = 0; i < command->option_count; i++) {
        const struct option *option = &command->options[i];
        if (option->heading != NULL || i == 0) {
            if (i > 0) fputc('\n', to);
            put_heading(app, to, option->heading != NULL ? option->heading : "Options");
        }
        int printed = fprintf(to, "  --%s%s%s", option->name, option->argument != NULL ? " " : "",
                              option->argument != NULL ? option->argument : "");
        if ((size_t)printed + 2 > indent) fprintf(to, "\n%*s", (int)indent, "");
        else fprintf(to, "%*s", (int)(indent - (size_t)printed), "");
        text_put_wrapped(to, str_from_c(option->help), indent, width);
    }
    if (command->option_count > 0) fputc('\n', to);
}

void help_command(const struct app *app, FILE *to, const struct command *command)
{
    size_t width = help_width(app);
    AUTO_BUF title = BUF_INIT(1024);
    buf_format(&title, "plumb %s%c", command->name, '\0');
    put_heading(app, to, title.at);
    fprintf(to, "%s.\n\n", command->summary);
    put_heading(app, to, "Usage");
    put_usage(to, command, width);
    fputc('\n', to);
    put_paragraphs(to, command->description, 0, width);
    put_options(app, to, command, width);
    if (command->example_count == 0) return;
    put_heading(app, to, "Examples");
    for (size_t i = 0; i < command->example_count; i++) {
        fputs("  ", to);
        text_put_wrapped(to, str_from_c(command->examples[i].text), 2, width);
        fprintf(to, "    %s\n", command->examples[i].line);
    }
}

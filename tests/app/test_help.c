/* test_help.c — the help is whole at any width of a window. */
// SPDX-License-Identifier: Apache-2.0
#include "app/help.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "harness.h"

/* The help about a command, its blanks and line ends taken out: what wrapping may change. */
static struct str words_of_help(struct arena *arena, const struct command *command, unsigned width)
{
    struct app app = {.clock = clock_system(), .config = config_default(), .width = width};
    char *text = NULL;
    size_t len = 0, kept = 0;
    FILE *to = open_memstream(&text, &len);
    help_command(&app, to, command);
    fclose(to);
    for (size_t i = 0; i < len; i++)
        if (text[i] != ' ' && text[i] != '\n') text[kept++] = text[i];
    struct str words = arena_str(arena, (struct str){text, kept});
    free(text);
    return words;
}

TEST(a_narrow_window_shows_every_word_of_the_help_that_a_wide_one_does)
{
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; commands[i] != NULL; i++)
        CHECK_STR(words_of_help(arena, commands[i], 60), words_of_help(arena, commands[i], 160));
}

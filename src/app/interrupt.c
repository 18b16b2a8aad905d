/* interrupt.c — the sentence is made before, because a signal's handler may do little more than write. */
// SPDX-License-Identifier: Apache-2.0
#include "app/interrupt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/unfinished.h"

static char sentence[256];

static void on_signal(int number)
{
    unfinished_remove();
    ssize_t written = write(STDERR_FILENO, sentence, strlen(sentence));
    (void)written;
    raise(number); /* SA_RESETHAND: this time it ends the program */
}

void interrupt_tells(const struct app *app, const struct command *command)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    const char *wipe = app->err_is_terminal ? "\r\033[K" : ""; /* of the progress, and of ^C */
    const char *came_of_it = command->interrupted != NULL ? command->interrupted : "it was not done";
    (void)snprintf(sentence, sizeof sentence, "%splumb %s: interrupted; %s\n", wipe, command->name, came_of_it);
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
        struct sigaction old;
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(signals[i], &action, NULL);
    }
}

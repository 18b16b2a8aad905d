/* interrupt.h — Ctrl-C ends a command at once, with a sentence that says what came of it.
 *
 * The program then ends by the signal itself, so that a shell sees 130 and a script stops. A file that was begun goes
 * (base/unfinished.h). `plumb serve` takes its first signal itself: it finishes what is under way. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_INTERRUPT_H
#define PLUMB_APP_INTERRUPT_H

#include "app/command.h"

/* From here on SIGINT, SIGTERM and SIGHUP end the process with `command`'s sentence on standard error. A signal that whoever
 * started us ignores, as nohup does, stays ignored. */
void interrupt_tells(const struct app *app, const struct command *command);

#endif

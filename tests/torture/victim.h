/* victim.h — `plumb serve` as a process of its own, in a folder of its own, to be killed. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_TORTURE_VICTIM_H
#define PLUMB_TESTS_TORTURE_VICTIM_H

#include <sys/types.h>

#include "base/arena.h"

struct victim {
    const char *data; /* its folder */
    pid_t pid;        /* 0: it does not run */
    int out;          /* where it says what it listens on */
    uint16_t port;
};

/* What a command of the program prints on standard output, without the line's end; fails the test when the command
 * does. In `arena`. The program is $PLUMB. */
struct str plumb_says(struct arena *arena, const char *const *arguments);

/* The process is made; it does not listen yet. What it says on standard error is appended to the file DATA.log. */
void victim_start(struct victim *victim);
/* Wait until it says where it listens. False: it ended before. */
bool victim_listens(struct victim *victim);
/* Send it a signal (0: none) and wait for its end; its exit status, or minus the signal that ended it. */
int victim_end(struct victim *victim, int signal);

#endif

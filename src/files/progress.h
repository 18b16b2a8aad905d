/* progress.h — how far, how fast, how long still: one line on a terminal.
 *
 *     loading    42%  812 MB of 1.9 GB  210 MB/s  5 s left
 *
 * Nothing is drawn in the first second, and then at most ten times a second; when it
 * ends the line is wiped. One thread at a time. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_PROGRESS_H
#define PLUMB_FILES_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"

struct progress {
    FILE *out;                                                 /* borrowed; NULL: silent */
    const struct clock *clock;                                 /* borrowed */
    const char *label;                                         /* "loading" */
    const char *unit;                                          /* "B" is written as kB, MB, GB; else "records", ... */
    uint64_t all;                                              /* 0: not known */
    bool (*watch)(void *context, uint64_t done, uint64_t all); /* told of each update; false: stop. NULL: nobody */
    void *context;
    bool stopped; /* the watcher said so */
    int64_t began_ns;
    int64_t drawn_ns; /* when last; 0: never */
};

/* `out` NULL is silent: pass stderr only when it is a terminal. */
void progress_init(struct progress *progress, FILE *out, const struct clock *clock);

/* Begin a stretch of work of `all` units (0: not known). Strings are borrowed. */
void progress_begin(struct progress *progress, const char *label, const char *unit, uint64_t all);
/* False: whoever works is to stop; what was done stays. */
bool progress_update(struct progress *progress, uint64_t done);
void progress_end(struct progress *progress);

/* The text of the line, without its wiping; for tests. */
void progress_render(const struct progress *progress, uint64_t done, int64_t now_ns, struct buf *out);

#endif

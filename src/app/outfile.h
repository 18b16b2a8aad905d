/* outfile.h — a file that is there whole or not at all.
 *
 * It is written under a name of its own beside the target and renamed at the end. What
 * cannot be renamed over (a pipe, a terminal, /dev/null) is written directly. When a
 * signal ends the program, the unfinished file is removed. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_OUTFILE_H
#define PLUMB_APP_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

struct outfile {
    FILE *to;         /* write here */
    const char *path; /* for messages */
    bool opened;      /* `to` is ours to close */
    char *target;     /* the file that will be replaced; NULL: written directly */
    char *temporary;
};

/* `path` NULL or "-": write to `standard`. Errors ERR_UNAVAILABLE. One at a time. */
MUST_CHECK enum err outfile_open(struct outfile *out, const char *path, FILE *standard, struct err_info *why);

/* Flush and put it in place. On an error (a full disk, say) the old file stays as it was. */
MUST_CHECK enum err outfile_finish(struct outfile *out, struct err_info *why);
void outfile_abandon(struct outfile *out); /* nothing stays behind; after finish a no-op */

#endif

/* unfinished.h — the file that a program has begun and nobody wants half of.
 *
 * Whoever writes a file under a name of its own says so; when a signal ends the program, its handler removes it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BASE_UNFINISHED_H
#define PLUMB_BASE_UNFINISHED_H

/* From now on `path` is unfinished, and nothing else is: one at a time. Borrowed until unfinished_end; say it before the
 * file is there. */
void unfinished_begin(const char *path);
void unfinished_end(void);

/* Remove it, if there is one. May be called by a signal's handler. */
void unfinished_remove(void);

#endif

/* summary.h — what a command says at its end: a line of counts, and the rows that were refused. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_SUMMARY_H
#define PLUMB_APP_SUMMARY_H

#include "app/command.h"
#include "base/buf.h"
#include "files/rejects.h"

/* A line on app->err, wrapped on a terminal, and `text` empty for the next. */
void summary_put_line(struct app *app, struct buf *text, size_t indent);

/* "3 rows were refused (2 wrong type, 1 no id):" and the first of them. `path` (NULL: none) is the file that has all. */
void summary_put_rejects(struct app *app, const struct rejects *rejects, const char *path);

#endif

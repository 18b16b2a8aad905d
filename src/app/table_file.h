/* table_file.h — the table of a command that needs no server: read, with its bad rows told. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_TABLE_FILE_H
#define PLUMB_APP_TABLE_FILE_H

#include "app/options.h"
#include "files/flat_file.h"

/* "a, b" as texts in `arena`, trimmed, without blank ones; NULL is none. */
const struct str *table_names(struct arena *arena, const char *list, size_t *count);

/* What was read, and what is told while and after it. */
struct table_file {
    struct app *app;
    struct flat flat;
    struct rejects *rejects;
    struct progress progress;
};

/* Says what went wrong and returns false. table_file_close in any case. */
bool table_file_read(struct table_file *file, struct app *app, const char *path, const struct str *empty,
                     size_t empty_count, bool strict);
void table_file_close(struct table_file *file);

#endif

/* definition_files.h — definition files from the command line, read, parsed and checked. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_DEFINITION_FILES_H
#define PLUMB_APP_DEFINITION_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "app/command.h"
#include "core/definition.h"

#define DEFINITION_BYTES_MAX ((size_t)4 * 1024 * 1024) /* of one file */

struct definition_files {
    struct arena *arena;
    struct catalog *catalog;
    struct definitions set;
    struct diagnostics *diagnostics;
    const struct source **sources; /* [count], in the order of the paths; NULL: not readable */
    size_t count;
    size_t unreadable;
    size_t shown; /* diagnostics that were printed so far */
};

/* Read `schema` (NULL: none) and `paths`, parse and check all, print what is wrong to
 * app->err. True when nothing is. Free with definition_files_close in either case.
 * Lists are a server's. lists_elsewhere: they may be named, unseen; else there is none. */
bool definition_files_read(struct app *app, const char *const *paths, size_t count, const char *schema,
                           bool lists_elsewhere, struct definition_files *out);
/* A source, or a file (`path`; NULL: `source`), into a set of its own beside, with the same properties. True when nothing is
 * wrong; said to app->err. The set lives as long as `files`. */
bool definition_files_beside(struct app *app, struct definition_files *files, const char *path,
                             const struct source *source, struct definitions *out);
void definition_files_close(struct definition_files *files);

/* Print the diagnostics that were added since the last time. */
void definition_files_report(struct app *app, struct definition_files *files);

/* Was something wrong in this file? */
bool definition_files_is_bad(const struct definition_files *files, size_t file);

#endif

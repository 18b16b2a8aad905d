/* export.h — everything that is kept, as files for other programs: the same bytes from the command, in the folder or over
 * the API.
 *
 * Records and events are lines that `plumb score` and `plumb import` read again, in the order in which they came; scores
 * are as `plumb score` writes them, and ledgers are scores with every reason. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_EXPORT_H
#define PLUMB_FILES_EXPORT_H

#include <stdio.h>

#include "engine/engine.h"
#include "files/progress.h"

enum export_subject { EXPORT_CONTACTS, EXPORT_COMPANIES, EXPORT_DEALS, EXPORT_EVENTS, EXPORT_SCORES, EXPORT_LEDGERS };
extern const char *const export_subjects[]; /* "contacts", ..., NULL */

enum lines_format { LINES_CSV, LINES_JSONL };

struct export
{
    struct engine *engine;
    struct store *store; /* the engine's */
    enum export_subject subject;
    enum lines_format format;
    int64_t as_of_ms;
    bool now;                  /* as_of_ms is the present: bands are those that are remembered */
    unsigned threads;          /* that make lines of scores; at least 1 */
    struct progress *progress; /* its watcher may end the export; NULL: none */
};

/* To the end, while the engine takes facts or not. *lines (may be NULL) is how many were written, without the header.
 * Errors   ERR_NOT_FOUND: no score is in force; those of reading the store; ERR_UNAVAILABLE: it was ended, or `to` cannot
 *          be written any more (whether all was written is for the caller to ask of `to`). */
MUST_CHECK enum err export_write(const struct export *export, FILE *to, uint64_t *lines, struct err_info *why);

/* For struct results: the bands that an engine remembers. */
struct remembered {
    struct engine *engine;
    const struct edition *edition;
};
uint32_t remembered_band(const void *remembered, uint32_t score, uint32_t record);

#endif

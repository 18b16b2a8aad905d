/* load.h — files of contacts, companies, deals and events, in; one history, out.
 *
 *     struct rejects *rejects = rejects_new(false);
 *     load_schema(path, catalog, diagnostics, &why);     before definitions are parsed
 *     ... parse definitions: they register the properties they use ...
 *     load_history(&options, catalog, rejects, &history, &seen, &summary, &why);
 *     ... bind definitions, score ...
 *
 * A file is CSV or JSON Lines, told by its first byte that is not blank ('{' means
 * JSON Lines). Only properties that the catalog knows when load_history begins are
 * kept: whatever the caller wants to show must be registered before. The open or
 * closed state of deals needs `stage`, `dealstage`, `deal_stage` and `is_closed`;
 * those columns of deals are kept always.
 *
 * A bad row is refused whole, never in part, and told to `rejects` (rejects.h). What
 * a column means, and every choice made where files are ambiguous, is written in
 * docs/semantics-choices.md, section "Files". */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_LOAD_H
#define PLUMB_FILES_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/catalog.h"
#include "core/diagnostic.h"
#include "files/progress.h"
#include "files/rejects.h"
#include "history/history.h"

#define LOAD_ID_MAX 256                           /* bytes of an id, an event's name, a message id */
#define LOAD_SCHEMA_MAX ((size_t)4 * 1024 * 1024) /* bytes of a schema file */
#define LOAD_UNUSED_MAX 1000                      /* names remembered in load_summary.unused, per kind */

/* All paths are borrowed; "-" is standard input and may stand once. NULL or no entry: not given. */
struct load_options {
    const char *contacts;
    const char *companies;
    const char *deals;
    const char *const *events;
    size_t event_file_count;
    const char *id_column;     /* the contacts' id column instead of `id`; NULL: `id` */
    const char *id_option;     /* what the person says to name another, "--id", for a sentence; NULL: nothing can */
    bool one_thread;           /* do not read large files on a thread of their own */
    bool keep_all;             /* columns that the catalog does not know become properties of it */
    struct progress *progress; /* bytes read; NULL: none */
};

/* What was read. Names and arrays live in the catalog's arena. */
struct load_summary {
    uint64_t rows[ENTITY_COUNT]; /* taken, by kind; of events: calls that were no events too */
    uint64_t refused[ENTITY_COUNT];
    uint64_t events; /* handed to the history, before de-duplication */
    uint64_t bytes;
    uint32_t files;
    /* Names of columns (or JSON keys) that no definition and no schema mentions: to say
     * "did you mean". The first LOAD_UNUSED_MAX of each kind, in order of appearance. */
    const struct str *unused[ENTITY_COUNT];
    size_t unused_count[ENTITY_COUNT];
};

/* Read a schema file and declare its properties. Call it before definitions are parsed.
 * Mistakes inside go to `diagnostics` (and ERR_OK is returned); an unreadable file is an
 * error. The text and its `struct source` live in the catalog's arena. */
MUST_CHECK enum err load_schema(const char *path, struct catalog *catalog, struct diagnostics *diagnostics,
                                struct err_info *why);

/* Can all files be read? A pipe is not asked. Errors: what input_open says of the first that cannot. */
MUST_CHECK enum err load_look(const struct load_options *options, struct err_info *why);

/* Read all files and build the history. *seen (may be NULL) is as of history_builder_finish:
 * for each property whether any fact had a value. *summary is filled also on failure, as far
 * as loading came.
 * Errors   what input_open says of a file that cannot be read or is not what it claims;
 *          ERR_INVALID: no id column, standard input twice, and with strict rejects the first
 *          bad row ("FILE:LINE: ..."); ERR_TOO_BIG: RECORDS_MAX or EVENTS_MAX; ERR_UNAVAILABLE:
 *          the rejects file cannot be written. *out is then NULL.
 * Memory   *out is freed with history_free, before the catalog, which it borrows. */
MUST_CHECK enum err load_history(const struct load_options *options, struct catalog *catalog, struct rejects *rejects,
                                 struct history **out, const bool **seen, struct load_summary *summary,
                                 struct err_info *why);

#endif

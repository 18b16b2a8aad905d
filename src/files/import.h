/* import.h — rows of files become facts, many at a time, for whoever keeps them.
 *
 * Files mean what they mean to `plumb score` (docs/semantics-choices.md, "Files"): the same rows are refused for the
 * same reasons, a column always held, companies are found by name and contacts by e-mail address. Three things
 * differ. What nobody lists here may be known to the keeper, so an event of somebody that the files lack is handed on.
 * Segment calls join identifiers as they do on the server, where two rows of the contacts can become one person. And a
 * line of JSON that is a record as the API takes it (engine/record_body.h) is read as the API reads it: by any
 * identifier, and from its `at` on; without one it always held.
 *
 * Everything can be told again: a value that is known is nothing new, and an event without an id gets one made of its
 * row's text and line, so that the same row of the same file is the same event. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_FILES_IMPORT_H
#define PLUMB_FILES_IMPORT_H

#include "base/input.h"
#include "engine/fact.h"
#include "files/load.h"

/* Where facts go. */
struct import_sink {
    size_t most; /* facts of one call, at least 1 */
    /* results[i] tells what became of facts[i]. All facts of a call are of one object. An error ends the import. */
    enum err (*take)(void *context, struct fact *facts, struct fact_result *results, size_t count,
                     struct err_info *why);
    void *context;
};

struct import_summary {
    struct load_summary load;     /* rows and events: those that were taken */
    uint64_t known[ENTITY_COUNT]; /* of the rows: events that were there already */
};

/* Read all files of `options`, whose keep_all must be set; `catalog` gets their columns. now_ms is when they are received.
 * Errors   those of load_history and of the sink. What was handed on before stays. */
MUST_CHECK enum err import_files(const struct load_options *options, struct catalog *catalog, struct rejects *rejects,
                                 const struct import_sink *sink, int64_t now_ms, struct import_summary *summary,
                                 struct err_info *why);

/* The same of one file that is open, of rows of this kind; `options` tells how to read it, and its paths are NULL. */
MUST_CHECK enum err import_input(const struct load_options *options, struct input *input, enum entity entity,
                                 struct catalog *catalog, struct rejects *rejects, const struct import_sink *sink,
                                 int64_t now_ms, struct import_summary *summary, struct err_info *why);

#endif

/* diagnostic.h — what is wrong with a definition or a schema, all of it, with places.
 *
 * An author wants every mistake of a file at once, so checking goes on after the
 * first and collects. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_CORE_DIAGNOSTIC_H
#define PLUMB_CORE_DIAGNOSTIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define DIAGNOSTICS_MAX 100 /* later ones are counted, not kept */

/* A text that was parsed: where diagnostics and definitions come from. Lives in the
 * arena of the definitions. */
struct source {
    struct str name; /* path, or "standard input" */
    struct str text; /* whole */
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct diagnostic {
    enum severity severity;
    const struct source *source;
    struct place at;
    struct str message; /* a sentence without a full stop */
};

struct diagnostics {
    struct arena *arena; /* where messages live; borrowed */
    struct diagnostic item[DIAGNOSTICS_MAX];
    size_t count;  /* kept */
    size_t errors; /* in all, also those not kept */
    size_t warnings;
};

void diagnostics_init(struct diagnostics *diagnostics, struct arena *arena);
void diagnostics_error(struct diagnostics *diagnostics, const struct source *source, struct place at,
                       const char *format, ...) PRINTF_LIKE(4, 5);
void diagnostics_warning(struct diagnostics *diagnostics, const struct source *source, struct place at,
                         const char *format, ...) PRINTF_LIKE(4, 5);

/* All of `from` behind what is there, its texts and sources copied into the arena of `to`. */
void diagnostics_copy(struct diagnostics *to, const struct diagnostics *from);

/* "FILE:LINE:COL: error: message", the line of the source and a line of '^~~~' under
 * the offending text (tabs kept, so that it aligns; a long line is cut around it). With
 * `colour` in ANSI colours. */
void diagnostic_render(const struct diagnostic *diagnostic, bool colour, struct buf *out);

#endif

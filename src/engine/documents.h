/* documents.h — a text with several definitions, taken apart.
 *
 * Each document (divided by lines "---") is kept and versioned by its own name. Its text is
 * preceded by as many empty lines as lead up to it, so that places in it are places in the
 * whole text. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_DOCUMENTS_H
#define PLUMB_ENGINE_DOCUMENTS_H

#include "core/definition.h"

#define DOCUMENT_BYTES_MAX ((size_t)4 * 1024 * 1024) /* of a whole text */

enum document_kind { DOCUMENT_SCORE, DOCUMENT_SEGMENT };

struct document {
    enum document_kind kind;
    struct str name;
    struct str text;             /* from its first line on, without the divider */
    const struct source *source; /* with the empty lines in front */
};

/* Take `text` apart. Names are found by parsing each document alone, with a catalog of its own, so mistakes
 * are told to `diagnostics` (and again by whoever parses it for use). All in `arena`.
 * Errors   ERR_INVALID: some document does not parse, or there is none; ERR_TOO_BIG. */
MUST_CHECK enum err documents_split(struct arena *arena, struct str text, struct str source_name,
                                    struct diagnostics *diagnostics, struct document **out, size_t *count,
                                    struct err_info *why);

#endif

/* draft.h — a text that is not published, compiled together with what is.
 *
 * For trying: a preview, a question with a condition, a check before publishing. Nothing of
 * it can be seen from outside: it has a catalog of its own, in which the properties that
 * are known have the same ids, so its set may be scanned over the same history. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_DRAFT_H
#define PLUMB_ENGINE_DRAFT_H

#include "engine/engine.h"

struct draft {
    struct arena *arena;
    struct catalog *catalog;
    struct definitions set;          /* when it is good: parsed, checked and bound */
    const struct source *source;     /* of the text; the diagnostics of others are not its author's */
    struct diagnostics *diagnostics; /* of everything */
};

/* Compile the documents of `text` in place of those of the same names in force. `source` is what to call it in
 * messages. Both are copied. False: there are mistakes, and `diagnostics` tells them. Release in either case. */
bool draft_compile(struct draft *out, const struct edition *edition, const struct catalog *catalog, struct str text,
                   struct str source);
void draft_release(struct draft *draft); /* of zeroes is fine */

/* The first mistake in its text, as an error with a place; for a mistake elsewhere (a score in force that uses
 * what the draft took away) the sentence says where. */
enum err draft_why(const struct draft *draft, struct err_info *why);

#endif

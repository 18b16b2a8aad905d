/* drafts.h — the one draft of each score, a text in the store.
 *
 * A draft has a *tag*, made of its text. Whoever puts another in its place says which one was seen, so that nobody's work goes
 * by accident. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_DRAFTS_H
#define PLUMB_SERVER_DRAFTS_H

#include "server/server.h"

#define DRAFT_ANY "*" /* whatever is there, or nothing */

struct str draft_key(struct arena *arena, struct str score); /* under which the store keeps it */
struct str draft_tag(struct arena *arena, struct str text);  /* its ETag */

/* ERR_NOT_FOUND. Memory in `arena`. */
MUST_CHECK enum err draft_load(const struct server *server, struct str score, struct arena *arena, struct str *text,
                               struct err_info *why);

/* Put it in place of the one whose tag is `seen`; empty: there must be none, or the same.
 * Errors   ERR_CONFLICT: another one is there; *there tells whether one is. ERR_UNAVAILABLE. */
MUST_CHECK enum err draft_put(struct server *server, struct str score, struct str text, struct str seen, bool *there,
                              struct err_info *why);
/* Would it be put? Errors likewise. */
MUST_CHECK enum err draft_may_put(const struct server *server, struct str score, struct str text, struct str seen,
                                  bool *there, struct err_info *why);

#endif

/* answers.h — answers that are kept for a day, so that a request that is sent again is not done again.
 *
 * A client that did not get an answer cannot know whether its write was done. It sends the same
 * `Idempotency-Key` with both tries, and the second gets the answer of the first. Kept in memory: the
 * latest ANSWERS_MAX of them; after a restart a key is new again. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_ANSWERS_H
#define PLUMB_SERVER_ANSWERS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

#define ANSWERS_MAX 4096
#define ANSWER_BYTES_MAX ((size_t)256 * 1024) /* a larger one is not kept */
#define ANSWERS_KEPT_MS INT64_C(86400000)

struct answers; /* opaque; any thread */

struct answers *answers_new(void);
void answers_free(struct answers *answers); /* NULL is fine */

struct answers_request {
    struct str actor, key; /* keys of different actors have nothing to do with each other */
    struct str line, body; /* what is asked: a key stands for one request */
    int64_t now_ms;
};

enum answers_found {
    ANSWERS_NEW,       /* do it; *ticket is for answers_keep or answers_drop */
    ANSWERS_KEPT,      /* it was done: *status and *body (in `arena`) */
    ANSWERS_UNDER_WAY, /* it is being done */
    ANSWERS_OTHER,     /* the key was used for another request */
};
enum answers_found answers_begin(struct answers *answers, const struct answers_request *request, struct arena *arena,
                                 uint64_t *ticket, unsigned *status, struct str *body);

void answers_keep(struct answers *answers, uint64_t ticket, unsigned status, struct str body); /* copied */
/* Nothing was done: the key is new again. Does nothing when the answer was kept. */
void answers_drop(struct answers *answers, uint64_t ticket);

#endif

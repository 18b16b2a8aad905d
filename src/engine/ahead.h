/* ahead.h — memory that the facts of a batch will read is asked for some facts before. Never outside src/engine. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_ENGINE_AHEAD_H
#define PLUMB_ENGINE_AHEAD_H

#include "engine/engine_internal.h"

#define AHEAD_FACTS 16u /* a power of two */

struct ahead {
    const struct submission *submission; /* that the next fact to come into view is of; NULL: none are left */
    size_t next;
    uint32_t seen;                         /* facts that came into view */
    const struct fact *facts[AHEAD_FACTS]; /* the last ones of them, in turn; NULL: behind the last */
    uint32_t contacts[AHEAD_FACTS];        /* whom they are about, once that is known; RECORD_NONE */
};

void ahead_begin(struct ahead *ahead, const struct submission *first);
/* Before each fact is taken, in the order of the submissions. */
void ahead_step(struct ahead *ahead, const struct engine *engine);

#endif

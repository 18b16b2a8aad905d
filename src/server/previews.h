/* previews.h — the grounds that authors are trying drafts on, kept between two requests.
 *
 * Whoever drags a slider asks again and again about one score. The first question freezes the history and reads every
 * event; the ground keeps what it found, and the next ones read none. So that memory stays bounded there are at most
 * PREVIEWS_MAX grounds, and none that was not used for PREVIEW_IDLE_MS, that is older than PREVIEW_AGE_MS (facts go on
 * coming), or whose edition is not in force any more. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_PREVIEWS_H
#define PLUMB_SERVER_PREVIEWS_H

#include "engine/preview.h"

#define PREVIEWS_MAX 2
#define PREVIEW_IDLE_MS INT64_C(60000)
#define PREVIEW_AGE_MS INT64_C(300000)

struct previews; /* opaque; any thread */

struct previews *previews_new(struct engine *engine, const struct clock *clock, unsigned threads);
void previews_free(struct previews *previews); /* before the engine is closed; nobody uses one; NULL is fine */

/* A ground for drafts of this score, kept or new, for the caller alone until previews_give. Waits while somebody else
 * uses it. NULL: all places are in use. */
struct preview_use {
    struct preview_ground *ground;
    const struct everybody *everybody;
};
const struct preview_use *previews_take(struct previews *previews, struct str score);
void previews_give(struct previews *previews, const struct preview_use *use);

/* Drop those that are idle, old or of another edition. Returns how many are left. */
unsigned previews_sweep(struct previews *previews);

#endif

/* throttle.h — who failed often waits, each time twice as long.
 *
 * A try counts as failed from its beginning, until it is forgiven: a hundred tries at once are no way
 * around it. The table is bounded; where it is full, who failed least and longest ago is forgotten
 * first. What is counted by (an address, an account) is kept as a hash with a seed of the process. Any thread. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_THROTTLE_H
#define PLUMB_SERVER_THROTTLE_H

#include <stdint.h>

#include "base/str.h"

#define THROTTLE_SLOTS 4096              /* remembered at most */
#define THROTTLE_MEMORY_MS (3600 * 1000) /* without a try, after which all is forgotten */

struct throttle_limits {
    uint32_t free_tries; /* that fail without a wait */
    uint32_t longest_s;  /* the wait doubles from a second up to this */
};

struct throttle; /* opaque */

struct throttle *throttle_new(struct throttle_limits limits, uint64_t seed);
void throttle_free(struct throttle *throttle); /* NULL is fine */

/* May `who` try now? 0: yes, and the try counts as failed; else the seconds to wait. now_ms is of a clock that never
 * goes back. */
uint32_t throttle_enter(struct throttle *throttle, struct str who, int64_t now_ms);
/* The latest try shall not count. */
void throttle_forgive(struct throttle *throttle, struct str who);
/* Nothing that was shall count. */
void throttle_forget(struct throttle *throttle, struct str who);

#endif

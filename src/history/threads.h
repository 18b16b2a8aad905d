/* threads.h — the same work on several threads at once. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_HISTORY_THREADS_H
#define PLUMB_HISTORY_THREADS_H

#include "base/stop.h"

/* Call work(context) on `threads` threads, this one included, and wait for all. */
void run_threads(unsigned threads, void *(*work)(void *), void *context);

/* What they have done together, told to one who watches. */
struct shared_work {
    const struct watch *watch; /* may be NULL */
    const char *phase;
    uint64_t all;
    atomic_ullong done;
    atomic_flag is_told;
};
#define SHARED_WORK(who, what, units) \
    ((struct shared_work){.watch = (who), .phase = (what), .all = (units), .is_told = ATOMIC_FLAG_INIT})

/* `count` units more are done. False: stop. */
bool shared_work_did(struct shared_work *work, uint64_t count);

#endif

/* workers.h — threads for requests that may take their time.
 *
 * The threads of http read and write for many connections each, so what waits for a commit, reads the store, hashes a
 * password or scans everybody is done here. Workers yield the processor to threads that take events. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_SERVER_WORKERS_H
#define PLUMB_SERVER_WORKERS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/macros.h"

struct workers; /* opaque; any thread */

/* Something to do, in memory of the caller's that stays until `run` is called; `run` may let go of it. */
struct work {
    void (*run)(void *context);
    void *context;
    struct work *next; /* for the workers */
};

/* ERR_UNAVAILABLE: the system gives no threads. */
MUST_CHECK enum err workers_start(unsigned threads, struct workers **out, struct err_info *why);
/* First come, first served. False: too much is waiting already. */
bool workers_add(struct workers *workers, struct work *work);
/* Finish what was added, then end. NULL is fine. */
void workers_stop(struct workers *workers);

#endif

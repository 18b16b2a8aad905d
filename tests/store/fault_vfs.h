/* fault_vfs.h — a disk that fails when a test says so.
 *
 * It wraps SQLite's default file system under a name of its own. Syncs are counted, not done, so that many runs are
 * quick. One test program, one thread. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_TESTS_STORE_FAULT_VFS_H
#define PLUMB_TESTS_STORE_FAULT_VFS_H

#include <stdbool.h>

#define FAULT_VFS "plumb-faults"

enum fault_kind {
    FAULT_ONCE,      /* one operation fails, the next ones succeed */
    FAULT_LASTING,   /* the disk refuses everything from then on */
    FAULT_NO_ROOM,   /* no room for writes from then on; other operations succeed */
    FAULT_HALF_DONE, /* a write stops in its middle, then the disk refuses everything */
};
#define FAULT_KINDS 4

void fault_register(void);

/* The n-th write, sync or truncate from now on fails, counted from 1; 0: none. */
void fault_set(enum fault_kind kind, int n);
bool fault_happened(void); /* since the last fault_set */

#endif

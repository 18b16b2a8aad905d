/* plain.h — the store's peer: rows of events appended by SQLite alone, as one would do it by hand.
 *
 * One table of the columns that our store has for events, one prepared statement, WAL, and every transaction synced
 * to the disk (synchronous = FULL). It checks nothing, seals nothing and remembers nobody. One thread. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_BENCH_PLAIN_H
#define PLUMB_BENCH_PLAIN_H

#include "store/store.h"

#define PLAIN_CHECKPOINT_ROWS 100000 /* how often the log is moved into the database */

struct plain; /* opaque; see plain.c */

/* Makes the file anew. All of these end the program with a sentence when SQLite refuses. */
struct plain *plain_open(const char *path);
void plain_append(struct plain *plain, const struct event_fact_row *rows, uint32_t count); /* one transaction */
void plain_close(struct plain *plain);                                                     /* the file stays */

/* The files of a database, log and lock. */
void plain_remove(const char *path);

#endif

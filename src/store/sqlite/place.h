/* place.h — the file: is it ours, who else is writing to it, how it comes to be. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_STORE_SQLITE_PLACE_H
#define PLUMB_STORE_SQLITE_PLACE_H

#include "store/sqlite/connection.h"

#define PLACE_APPLICATION_ID 0x504C4D42 /* "PLMB" in the file's header */

/* `path` with its folder resolved and links followed, in *out (malloc'ed). The file may be missing, its folder not. */
MUST_CHECK enum err place_resolve(const char *path, char **out, struct err_info *why);

/* Is a store of Plumb's there? ERR_NOT_FOUND: nothing is. ERR_INVALID: something else is. Writes nothing. */
MUST_CHECK enum err place_look(const char *path, const char *vfs, struct err_info *why);

/* Keep other writers out, by a lock on PATH-lock: *lock is a file descriptor, closing it unlocks. ERR_CONFLICT. */
MUST_CHECK enum err place_lock(const char *path, int *lock, struct err_info *why);

/* The lock's file witnesses how many batches were acknowledged, so that a log which lost its end is noticed. It is
 * written after each commit and emptied by a clean end; 0: it knows of none. */
void place_set_witness(int lock, uint64_t batches);
uint64_t place_witness(const char *path);

/* An empty file that its owner alone may read, for SQLite to fill; whatever was there goes. */
MUST_CHECK enum err place_claim(const char *path, struct err_info *why);

/* Make an empty store, whole or not at all. Under the lock. */
MUST_CHECK enum err place_create(const char *path, const char *vfs, struct err_info *why);

/* Does this program know the store's format? When `migrate`, an older one becomes the present one. */
MUST_CHECK enum err place_settle(struct connection *connection, bool migrate, struct err_info *why);

/* Give a finished file its name, durably. ERR_CONFLICT: there is a file of that name. The old name is gone. */
MUST_CHECK enum err place_publish(const char *temporary, const char *path, struct err_info *why);

#endif

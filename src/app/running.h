/* running.h — the file by which a command finds the server that runs on its folder, and comes in.
 *
 * Only one process writes to a folder. While that is a server, `plumb user` and the like ask it over its API, with a
 * secret that the server made when it started and put into DIR/plumb.running, for the folder's owner alone: whoever may
 * read the folder's files may do everything there anyway. With the server the secret ends. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_RUNNING_H
#define PLUMB_APP_RUNNING_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "server/secret.h"

/* `url` is an address of this machine, without a slash at its end. Replaces what a server left that was killed.
 * Errors   ERR_UNAVAILABLE: the disk, permissions. */
MUST_CHECK enum err running_write(struct str folder, struct str url, const struct secret *secret, struct err_info *why);
/* By whoever has the folder for writing: then nobody serves there, and the file is of one that was killed. What listens at
 * its address now may be anybody. No file is fine. */
void running_remove(struct str folder);

/* Texts in `arena`. Errors: ERR_NOT_FOUND: there is no such file; ERR_INVALID: it is none of ours; ERR_UNAVAILABLE. */
MUST_CHECK enum err running_read(struct str folder, struct arena *arena, struct str *url, struct str *secret,
                                 struct err_info *why);

#endif

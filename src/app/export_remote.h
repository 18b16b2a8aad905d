/* export_remote.h — `plumb export` over the API: the server writes a file, which is then fetched as it is read. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_EXPORT_REMOTE_H
#define PLUMB_APP_EXPORT_REMOTE_H

#include "app/remote.h"
#include "files/export.h"

/* Have the server write the file; *job is the path of the job that did, in `arena`. Progress on a terminal.
 * Errors   those of remote_call; what the job failed of. */
MUST_CHECK enum err export_remote_make(struct app *app, struct remote *remote, const struct export *export,
                                       struct arena *arena, struct str *job, struct err_info *why);

/* Fetch the job's file, and let the server forget the job. Errors those of remote_fetch. */
MUST_CHECK enum err export_remote_fetch(struct remote *remote, struct str job, FILE *to, struct err_info *why);

#endif

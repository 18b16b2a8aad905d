/* schema_keep.h — what a schema file declares, declared for good where an import goes: in the folder, or in a server.
 *
 * What is declared there already in the same way is no news; what is declared otherwise is refused, all of it before
 * anything is changed, with its place in the file. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_SCHEMA_KEEP_H
#define PLUMB_APP_SCHEMA_KEEP_H

#include "app/definition_files.h"
#include "app/remote.h"
#include "engine/engine.h"

/* False: app->err has been told. What was declared before that stays. */
bool schema_keep_here(struct app *app, struct definition_files *schema, struct engine *engine);
bool schema_keep_there(struct app *app, struct definition_files *schema, struct remote *remote);

#endif

/* offline.h — the data folder with everything in it, for commands that need no server.
 *
 * To read is always possible, also beside a running server: what it made durable before is seen. To write needs the
 * folder for oneself. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_OFFLINE_H
#define PLUMB_APP_OFFLINE_H

#include "app/options.h"
#include "engine/engine.h"

/* The option --data of every command that opens the folder. */
#define OFFLINE_DATA_OPTION                                                               \
    {                                                                                     \
        .name = "data", .argument = "DIR",                                                \
        .help = "The server's folder. Without it: what PLUMB_DATA says, else plumb-data." \
    }

enum offline_use {
    OFFLINE_READ,   /* it must be there; quickly, from the server's snapshot of the columns when that is good */
    OFFLINE_DOUBT,  /* to read too, but trusting facts alone */
    OFFLINE_CHANGE, /* it must be there, without a server */
    OFFLINE_FILL,   /* made when missing, without a server */
};

struct offline {
    struct app *app;
    struct str folder; /* as the person named it */
    const char *path;  /* of the database; lives in `arena` */
    struct arena *arena;
    struct store *store;
    struct engine *engine; /* NULL until offline_load */
};

/* Open DIR/plumb.db.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (a server runs), ERR_INVALID, ERR_UNAVAILABLE: a sentence for the person.
 * Close with offline_close in either case. */
MUST_CHECK enum err offline_open(struct app *app, const struct arguments *arguments, enum offline_use use,
                                 struct offline *out, struct err_info *why);
/* Start the engine and wait until it has everything, with progress on a terminal. Only OFFLINE_FILL keeps the snapshot of
 * the columns; OFFLINE_READ reads the server's and never changes or removes it. One that is not good, or that the server
 * replaces meanwhile, costs time and nothing else. A rebuild trusts facts alone. */
MUST_CHECK enum err offline_load(struct offline *offline, enum offline_use use, struct err_info *why);
void offline_close(struct offline *offline);

#endif

/* past_folder.h — a question of the past, asked of everybody in a server's folder, also while the server runs on it.
 *
 *     past_folder_open(app, arguments, &request, &wish, &folder)    what past.h does with files
 *     ... folder.source, folder.hindsight.lives, folder.hindsight.end_ms ...
 *     past_folder_close(&folder)
 *
 * Opened as `plumb backtest --data` opens it, and asked as the server's jobs would be. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_PAST_FOLDER_H
#define PLUMB_APP_PAST_FOLDER_H

#include "app/offline.h"
#include "app/past.h"
#include "engine/hindsight.h"

/* The row of a command's table. */
#define PAST_FOLDER_OPTION                                                           \
    {                                                                                \
        .name = "data", .argument = "DIR",                                           \
        .help = "Everybody in this server's folder, instead of files. Segments and " \
                "scores are then those in force there, and DEF is not taken."        \
    }

struct past_folder {
    struct app *app;
    struct offline offline;
    struct progress progress;
    struct hindsight_wish wish;
    struct model_terms *terms;
    struct hindsight hindsight;
    struct feature_source source; /* its set is NULL without a score */
};

/* `score`: a score in force, whose object is asked about (NULL: none, and `object` is). False: said to app->err. Close in
 * either case. */
bool past_folder_open(struct app *app, const struct arguments *arguments, const struct past_request *request,
                      const char *score, enum entity object, bool protected_too, struct past_folder *out);
/* DEF was given, too. Returns ERR_INVALID. */
enum err past_folder_refuse(struct err_info *why);
void past_folder_close(struct past_folder *folder);

#endif

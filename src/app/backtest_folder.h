/* backtest_folder.h — a backtest of everybody in a server's folder, also while the server runs on it. */
// SPDX-License-Identifier: Apache-2.0
#ifndef PLUMB_APP_BACKTEST_FOLDER_H
#define PLUMB_APP_BACKTEST_FOLDER_H

#include "app/offline.h"
#include "files/progress.h"
#include "report/backtest_asked.h"

struct backtest_folder {
    struct offline offline;
    struct backtest_wish wish;
    struct backtest_asked *asked;
    struct backtest_report report;
};

/* `wish` has everything but its definitions: those are the files of the operands, else the score in force called `score`
 * (NULL: the only one). False: said to app->err. Close in either case. */
bool backtest_folder_ask(struct app *app, const struct arguments *arguments, const char *score,
                         const struct backtest_wish *wish, struct backtest_asking *how, struct backtest_folder *out);
void backtest_folder_close(struct backtest_folder *folder);

#endif

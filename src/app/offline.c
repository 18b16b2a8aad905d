/* offline.c — see offline.h. */
// SPDX-License-Identifier: Apache-2.0
#include "app/offline.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/running.h"
#include "app/threads.h"
#include "files/progress.h"

static bool is_read_only(enum offline_use use)
{
    return use == OFFLINE_READ || use == OFFLINE_DOUBT;
}

static enum err explain(const struct offline *offline, enum err e, const struct err_info *trouble, struct err_info *why)
{
    if (e == ERR_NOT_FOUND)
        return err_set(
            why, e, "there is nothing in '" STR_FMT "' yet; --data DIR or PLUMB_DATA says where the server's folder is",
            STR_ARG(offline->folder));
    if (e == ERR_CONFLICT)
        return err_set(why, e, "a server runs on '" STR_FMT "'; stop it first", STR_ARG(offline->folder));
    return err_set(why, e, "%s", trouble->msg);
}

enum err offline_open(struct app *app, const struct arguments *arguments, enum offline_use use, struct offline *out,
                      struct err_info *why)
{
    const char *given = options_value(arguments, "data");
    *out = (struct offline){.app = app, .arena = arena_new()};
    out->folder = arena_str(out->arena, str_from_c(given != NULL ? given : app->config.data.at));
    out->path = arena_format(out->arena, STR_FMT "/plumb.db", STR_ARG(out->folder)).at;
    struct err_info trouble = {0};
    if (use != OFFLINE_FILL && access(out->path, F_OK) != 0 && errno == ENOENT)
        return explain(out, ERR_NOT_FOUND, &trouble, why);
    if (use == OFFLINE_FILL && mkdir(out->folder.at, 0700) != 0 && errno != EEXIST)
        return err_set(why, ERR_UNAVAILABLE, "cannot make the folder '" STR_FMT "': %s", STR_ARG(out->folder),
                       strerror(errno));
    const struct store_options options = {.path = out->path, .clock = app->clock, .read_only = is_read_only(use)};
    enum err e = store_open(&options, &out->store, &trouble);
    if (e == ERR_OK && !is_read_only(use)) running_remove(out->folder);
    return e == ERR_OK ? ERR_OK : explain(out, e, &trouble, why);
}

enum err offline_load(struct offline *offline, enum offline_use use, struct err_info *why)
{
    static const struct timespec look_again = {.tv_nsec = 20000000};
    struct app *app = offline->app;
    const char *snapshot = arena_format(offline->arena, STR_FMT "/plumb.snapshot", STR_ARG(offline->folder)).at;
    const struct engine_options options = {.store = offline->store,
                                           .clock = app->clock,
                                           .threads = (unsigned)threads_to_use(app),
                                           .waiting_max = UINT32_MAX,
                                           .snapshot_path =
                                               use == OFFLINE_FILL || use == OFFLINE_READ ? snapshot : NULL,
                                           .catalog_locked = app->config.catalog_locked,
                                           .read_only = is_read_only(use)};
    enum err e = engine_open(&options, &offline->engine, why);
    if (e != ERR_OK) return e;
    struct progress progress;
    progress_init(&progress, app->err_is_terminal && app->config.progress ? app->err : NULL, app->clock);
    progress_begin(&progress, "opening", "events", 0);
    for (struct engine_progress now = engine_progress(offline->engine);
         progress.out != NULL && now.phase == ENGINE_LOADING; now = engine_progress(offline->engine)) {
        progress.all = now.all;
        progress_update(&progress, now.done);
        nanosleep(&look_again, NULL);
    }
    progress_end(&progress);
    return engine_wait_ready(offline->engine, why);
}

void offline_close(struct offline *offline)
{
    engine_close(offline->engine);
    store_close(offline->store);
    arena_free(offline->arena);
    *offline = (struct offline){0};
}

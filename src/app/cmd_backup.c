/* cmd_backup.c — `plumb backup`: a copy of everything in one file, while a server runs or not. */
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "app/offline.h"
#include "app/summary.h"
#include "app/text.h"

static const struct option backup_options[] = {OFFLINE_DATA_OPTION};

static const struct example backup_examples[] = {
    {.text = "Every night, from cron:", .line = "plumb backup /var/backups/plumb-$(date +%F).db"},
    {.text = "Back from one: stop the server, then", .line = "cp plumb-2026-01-05.db /var/lib/plumb/plumb.db"},
};

static void put_done(struct app *app, const char *path)
{
    struct stat file;
    AUTO_BUF text = BUF_INIT(8192);
    buf_append_c(&text, "Everything is in ");
    buf_append_c(&text, path);
    if (stat(path, &file) == 0) {
        buf_append_c(&text, ", ");
        text_counted(&text, (uint64_t)file.st_size, "byte", "bytes");
    }
    buf_append_char(&text, '.');
    summary_put_line(app, &text, 0);
}

static int run_backup(struct app *app, const struct arguments *arguments)
{
    struct err_info why = {0};
    struct offline offline;
    const char *path = arguments->operands[0];
    enum err e = offline_open(app, arguments, OFFLINE_READ, &offline, &why);
    if (e == ERR_OK) e = store_backup(offline.store, path, &why);
    offline_close(&offline);
    if (e != ERR_OK) return app_fail(app, "%s", why.msg);
    put_done(app, path);
    return STATUS_OK;
}

const struct command command_backup = {
    .name = "backup",
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .summary = "Copy everything that is kept to one file",
    .description =
        "The copy is of one moment, also while a server runs and writes. FILE must not be there yet. It holds "
        "people's data and hashes of passwords and keys: keep it as safe as the server's folder.",
    .options = backup_options,
    .option_count = COUNT_OF(backup_options),
    .examples = backup_examples,
    .example_count = COUNT_OF(backup_examples),
    .interrupted = "no copy was written",
    .run = run_backup,
};
